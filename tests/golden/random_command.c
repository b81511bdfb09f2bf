/* SPDX-License-Identifier: Apache-2.0
 * random_command.c - see random_command.h
 *
 * Sources lie in the lower half of the memory, results in the upper.
 */
#include <string.h>
#include "bench.h"
#include "random_command.h"

static void set(uint32_t *cmd, uint32_t field, uint32_t value)
{
  curta_cmd_set(cmd, field, value);
}

/* A tile address in the lower half (sources) or third quarter (results) of the memory, rarely outside. */
static uint32_t place(uint32_t t2, int result)
{
  uint32_t half = MEM / 2, from = result ? half + 65536 : 65536;
  return rnd(60) == 0 ? rnd(1u << 24) * (4 * t2) : from / (4 * t2) * (4 * t2) + rnd(64) * (4 * t2);
}

static void random_loops(uint32_t *cmd, uint32_t word8)
{
  for (uint32_t i = 0; i < 4; i++)
    cmd[word8 + i / 2] |= (1 + rnd(i ? 3 : 4)) << 16 * (i % 2);
}

static uint32_t small(void)
{
  return rnd(33) - 16u;
}

static uint32_t List_at; /* where the last list was loaded */

/* A list of at most some tiles of deltas; the int32 tiles beside it are of zeros and dense ones. */
static void random_list(const struct law *m, uint32_t *cmd)
{
  set(cmd, CURTA_LOAD_LIST, 1);
  set(cmd, CURTA_LOAD_PLACES, place(m->t2, 0));
  for (int i = 0; i < 3; i++)
    set(cmd, i == 0 ? CURTA_LOAD_N1 : i == 1 ? CURTA_LOAD_N2 : CURTA_LOAD_N3, 1 + (rnd(3) == 0));
  set(cmd, CURTA_LOAD_N0, 1);
  set(cmd, CURTA_LOAD_A_SY, rnd(5));
  set(cmd, CURTA_LOAD_A_SX, rnd(4));
  set(cmd, CURTA_LOAD_A_SN, rnd(9) - 4u);
  set(cmd, CURTA_LOAD_KH_LOG2, rnd(4));
  set(cmd, CURTA_LOAD_KW_LOG2, rnd(4));
  List_at = curta_cmd_get(cmd, CURTA_LOAD_DST);
}

static void random_load(const struct law *m, uint32_t *cmd)
{
  uint32_t b = rnd(2), tiles = (uint32_t)(b ? m->conf.b_tiles : m->conf.a_tiles);
  set(cmd, CURTA_LOAD_BUF, b);
  set(cmd, CURTA_LOAD_DST, rnd(30) ? rnd(tiles - 40) % 64 : rnd(tiles));
  set(cmd, CURTA_LOAD_ADDR, place(m->t2, 0));
  if (b && rnd(2)) {
    set(cmd, CURTA_LOAD_TYPE, CURTA_TYPE_INT32);
    set(cmd, CURTA_LOAD_DIGIT, rnd(4));
  }
  random_loops(cmd, 6);
  for (int i = 8; i < 11; i++)
    cmd[i] = small();
  if (curta_cmd_get(cmd, CURTA_LOAD_TYPE) && rnd(2))
    random_list(m, cmd);
}

/* A GEMM whose contraction is the last list. */
static void random_gather(uint32_t *cmd)
{
  cmd[8] = (1 + rnd(20)) | (1 + rnd(20)) << 16;
  set(cmd, CURTA_GEMM_Y_U, 1 + rnd(24));
  set(cmd, CURTA_GEMM_X_U, 1 + rnd(24));
  set(cmd, CURTA_GEMM_GATHER, 1);
  set(cmd, CURTA_GEMM_A_T, 1);
  set(cmd, CURTA_GEMM_B_T, 1);
  set(cmd, CURTA_GEMM_B_BASE, rnd(10) ? List_at : rnd(80));
  if (rnd(4)) {
    set(cmd, CURTA_GEMM_B_SGB, 0);
    set(cmd, CURTA_GEMM_B_SVY, 0);
    set(cmd, CURTA_GEMM_B_SVX, 0);
  }
}

/* One visit of more products than the device takes at once; tiles come again, so that they are in the buffers. */
static void long_contraction(const struct law *m, uint32_t *cmd)
{
  static const uint32_t strides[2][3] = {{CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX, CURTA_GEMM_A_SKC},
                                         {CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX, CURTA_GEMM_B_SKC}};
  cmd[6] = cmd[7] = 1 | 1 << 16;
  cmd[8] = (38 + rnd(5)) | (6 + rnd(3)) << 16;
  cmd[9] = (6 + rnd(3)) | (1 + rnd(m->t)) << 16;
  for (int i = 0; i < 6; i++)
    set(cmd, strides[i / 3][i % 3], i % 3 ? rnd(2) : 0);
  cmd[18] = cmd[19] = 64u << 16;
  cmd[20] = 0x55;
}

static void random_gemm(const struct law *m, uint32_t *cmd)
{
  uint32_t n[4];
  cmd[4] = (20 + rnd(8)) | (20 + rnd(8)) << 16;
  set(cmd, CURTA_GEMM_P_BASE, rnd(20) ? 0 : rnd((uint32_t)m->conf.p_tiles));
  for (uint32_t f = 16; f <= 19; f++)
    cmd[5] |= rnd(2) << f;
  set(cmd, CURTA_GEMM_OR_REG, rnd(64));
  set(cmd, CURTA_GEMM_OR_KEEP, rnd(2));
  for (int i = 0; i < 4; i++)
    n[i] = 1 + rnd(2);
  cmd[6] = n[0] | n[1] << 16;
  cmd[7] = n[2] | n[3] << 16;
  cmd[8] = (1 + rnd(3)) | (1 + rnd(3)) << 16;
  cmd[9] = (1 + rnd(3)) | (1 + rnd(m->t)) << 16;
  for (int i = 10; i <= 15; i++)
    cmd[i] = ((rnd(9) - 4) & 0xffff) | (rnd(9) - 4) << 16;
  set(cmd, CURTA_GEMM_P_SGA, n[1] * n[2] * n[3]);
  set(cmd, CURTA_GEMM_P_SGB, n[2] * n[3]);
  set(cmd, CURTA_GEMM_P_SVY, n[3]);
  set(cmd, CURTA_GEMM_P_SVX, 1);
  cmd[18] = ((rnd(4) - 2) & 0xffff) | rnd(6) << 16;
  cmd[19] = ((rnd(4) - 2) & 0xffff) | rnd(6) << 16;
  cmd[20] = rnd(3) | rnd(3) << 2 | rnd(3) << 4 | rnd(3) << 6;
  set(cmd, CURTA_GEMM_GUARD, rnd(2));
  set(cmd, CURTA_GEMM_START_SHL, rnd(2));
  if (rnd(30) == 0)
    long_contraction(m, cmd);
  else if (rnd(3) == 0)
    random_gather(cmd);
}

/* Steps of NITRO-D for a MAP whose other fields are set: mostly nothing. */
static void random_steps(const struct law *m, uint32_t *cmd)
{
  uint32_t pool = curta_cmd_get(cmd, CURTA_MAP_POOL), wide = curta_cmd_get(cmd, CURTA_MAP_SRC_TYPE) == CURTA_TYPE_INT32;
  set(cmd, CURTA_MAP_CLAST, rnd(2) ? rnd(m->t + 1) : 0);
  set(cmd, CURTA_MAP_NLAST, rnd(2) ? rnd(m->t + 1) : 0);
  set(cmd, CURTA_MAP_ZS, !pool && rnd(2));
  set(cmd, CURTA_MAP_DIV, rnd(2));
  if (wide)
    set(cmd, CURTA_MAP_REQ, !curta_cmd_get(cmd, CURTA_MAP_DIV));
  set(cmd, CURTA_MAP_DIV_S, rnd(3) ? rnd(20) : rnd(32));
  set(cmd, CURTA_MAP_DIV_T, rnd(3) ? rnd(12) : rnd(32));
  set(cmd, CURTA_MAP_DIV_M, rnd(4) ? (1u << 23 | word()) & (rnd(2) ? ~63u : ~0u) : word());
  set(cmd, CURTA_MAP_ACT, !curta_cmd_get(cmd, CURTA_MAP_RELU) && rnd(2));
  set(cmd, CURTA_MAP_SLOPE, rnd(4));
  set(cmd, CURTA_MAP_MEAN, rnd(4) ? 36 : rnd(256));
  set(cmd, CURTA_MAP_CLASS, rnd(2));
}

/* A window that begins in the padding of a map, and loops over places next to one another. */
static void random_padding(uint32_t *cmd)
{
  set(cmd, CURTA_MAP_PADDED, 1);
  set(cmd, CURTA_MAP_PAD_Y, rnd(5) - 2);
  set(cmd, CURTA_MAP_PAD_X, rnd(5) - 2);
  set(cmd, CURTA_MAP_LIM_Y, rnd(8));
  set(cmd, CURTA_MAP_LIM_X, rnd(8));
}

static void random_back(uint32_t *cmd)
{
  set(cmd, CURTA_MAP_DST_TYPE, CURTA_TYPE_INT32);
  set(cmd, CURTA_MAP_ACT, 2 + rnd(2));
  set(cmd, CURTA_MAP_SLOPE, rnd(4));
  set(cmd, CURTA_MAP_OR_REG, rnd(64));
  set(cmd, CURTA_MAP_OR_KEEP, rnd(2));
}

static void random_rounding(uint32_t *cmd)
{
  set(cmd, CURTA_MAP_ROUND, rnd(4));
  set(cmd, CURTA_MAP_WRAP, rnd(2));
  set(cmd, CURTA_MAP_SHIFT_REG, rnd(64));
  set(cmd, CURTA_MAP_SEED_REG, rnd(64));
  cmd[19] = word();
  cmd[20] = word();
}

/* Destination strides that never meet: `across` tiles for every item. */
static void random_results(uint32_t *cmd, uint32_t across)
{
  uint32_t n0 = cmd[8] & 0xffff, n1 = cmd[8] >> 16, n2 = cmd[9] & 0xffff;
  cmd[13] = n0 * across;
  cmd[14] = cmd[13] * n1;
  cmd[15] = cmd[14] * n2;
}

static void random_map(const struct law *m, uint32_t *cmd)
{
  uint32_t wide = rnd(4) != 0, wide_dst = wide && rnd(4) == 0;
  set(cmd, CURTA_MAP_SRC_ACC, wide && rnd(2));
  set(cmd, CURTA_MAP_SRC,
      curta_cmd_get(cmd, CURTA_MAP_SRC_ACC) ? rnd((uint32_t)m->conf.p_tiles) % 16 : place(m->t2, 0));
  cmd[5] = place(m->t2, 0);
  cmd[6] = place(m->t2, 1);
  cmd[7] = place(m->t2, 1) + MEM / 8;
  random_loops(cmd, 8);
  for (int i = 10; i < 13; i++)
    cmd[i] = curta_cmd_get(cmd, CURTA_MAP_SRC_ACC) ? rnd(3) : small();
  random_results(cmd, 1);
  cmd[16] = rnd(5);
  cmd[17] = rnd(5);
  set(cmd, CURTA_MAP_SRC_TYPE, wide ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  random_rounding(cmd);
  if (wide_dst && rnd(2)) {
    random_back(cmd);
    return;
  }
  if (wide_dst) {
    set(cmd, CURTA_MAP_DST_TYPE, rnd(2) ? CURTA_TYPE_INT32 : CURTA_TYPE_INT24);
    return;
  }
  set(cmd, CURTA_MAP_REQ, wide);
  set(cmd, CURTA_MAP_RELU, rnd(2));
  set(cmd, CURTA_MAP_MASK, rnd(2));
  set(cmd, CURTA_MAP_POOL, rnd(2));
  set(cmd, CURTA_MAP_KH, 1 + rnd(3));
  set(cmd, CURTA_MAP_KW, 1 + rnd(3));
  if (rnd(2))
    random_steps(m, cmd);
  if (!curta_cmd_get(cmd, CURTA_MAP_REQ) && rnd(2))
    random_padding(cmd);
}

static void random_scatter(const struct law *m, uint32_t *cmd)
{
  uint32_t kh = 1 + rnd(3), kw = 1 + rnd(3), wide = rnd(2);
  cmd[4] = place(m->t2, 0);
  cmd[5] = place(m->t2, 0);
  cmd[6] = place(m->t2, 1);
  random_loops(cmd, 8);
  for (int i = 10; i < 13; i++)
    cmd[i] = small();
  random_results(cmd, kh * kw);
  cmd[17] = cmd[8] & 0xffff;
  cmd[16] = cmd[17] * kw;
  random_rounding(cmd);
  set(cmd, CURTA_SCATTER_SRC_TYPE, wide ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  set(cmd, CURTA_SCATTER_REQ, wide);
  set(cmd, CURTA_SCATTER_KH, kh);
  set(cmd, CURTA_SCATTER_KW, kw);
  set(cmd, CURTA_SCATTER_CLASS, rnd(2));
  if (wide && rnd(2)) {
    set(cmd, CURTA_SCATTER_REQ, 0);
    set(cmd, CURTA_SCATTER_DST_TYPE, CURTA_TYPE_INT32);
  }
  if (rnd(2))
    random_padding(cmd);
}

static void random_update(const struct law *m, uint32_t *cmd, int reduce)
{
  cmd[4] = 65536 + rnd(64) * 4 * m->t2;
  cmd[5] = 65536 + rnd(64) * 4 * m->t2;
  cmd[8] = 1 + rnd(20);
  set(cmd, CURTA_UPDATE_MASTER, rnd(2));
  set(cmd, CURTA_UPDATE_FRAC, 1 + rnd(8));
  set(cmd, CURTA_UPDATE_DECAY, rnd(2));
  set(cmd, CURTA_UPDATE_DECAY_REG, rnd(64));
  set(cmd, CURTA_UPDATE_SRC_ACC, rnd(2)); /* the same bits in REDUCE */
  set(cmd, CURTA_UPDATE_SRC_TYPE, rnd(2) ? CURTA_TYPE_INT24 : 0);
  if (curta_cmd_get(cmd, CURTA_UPDATE_SRC_ACC)) {
    cmd[4] = rnd(4);
    cmd[8] = 1 + rnd(12);
  }
  if (reduce) {
    set(cmd, CURTA_REDUCE_OR_REG, rnd(64));
    set(cmd, CURTA_REDUCE_OR_KEEP, rnd(2));
    return;
  }
  cmd[6] = MEM / 2 + rnd(64) * 4 * m->t2;
  cmd[7] = MEM * 3 / 4 + rnd(64) * 4 * m->t2;
  random_rounding(cmd);
  set(cmd, CURTA_UPDATE_LR_REG, rnd(64));
  set(cmd, CURTA_UPDATE_ETA_REG, rnd(64));
  if (rnd(2)) {
    set(cmd, CURTA_UPDATE_NITRO, 1);
    set(cmd, CURTA_UPDATE_MASTER, 0);
    set(cmd, CURTA_UPDATE_DECAY, 0);
  }
}

static void random_loss(const struct law *m, uint32_t *cmd)
{
  cmd[4] = 65536 + rnd(64) * m->t2;
  cmd[5] = 4 * rnd(1000);
  cmd[6] = MEM / 2 + rnd(64) * m->t2;
  cmd[8] = (1 + rnd(20)) | (1 + rnd(rnd(8) ? 24 : 1024)) << 16;
  set(cmd, CURTA_LOSS_ROUND, rnd(3));
  set(cmd, CURTA_LOSS_SEED_REG, rnd(64));
  cmd[19] = word();
  set(cmd, CURTA_LOSS_EXP_REG, rnd(64));
  set(cmd, CURTA_LOSS_COUNT_REG, rnd(64));
  set(cmd, CURTA_LOSS_RSS, rnd(2));
  set(cmd, CURTA_LOSS_TARGET, rnd(3) ? 32 : rnd(256));
}

/* The same command without the modes of NITRO-D. */
static void plain(uint32_t *cmd)
{
  uint32_t op = cmd[0] & 0xff, map = op == CURTA_OP_MAP, scatter = op == CURTA_OP_SCATTER;
  if (op == CURTA_OP_LOAD) {
    set(cmd, CURTA_LOAD_TYPE, CURTA_TYPE_INT8);
    set(cmd, CURTA_LOAD_DIGIT, 0);
    set(cmd, CURTA_LOAD_LIST, 0);
    cmd[11] = cmd[12] = cmd[13] = 0;
  } else if (op == CURTA_OP_GEMM) {
    set(cmd, CURTA_GEMM_GUARD, 0);
    set(cmd, CURTA_GEMM_START_SHL, 0);
    set(cmd, CURTA_GEMM_GATHER, 0);
  } else if (op == CURTA_OP_UPDATE || op == CURTA_OP_LOSS) {
    cmd[22] = 0;
  } else if (map || scatter) {
    memset(cmd + 21, 0, 24);
    if (scatter)
      set(cmd, CURTA_SCATTER_DST_TYPE, CURTA_TYPE_INT8);
    if (curta_cmd_get(cmd, CURTA_MAP_DST_TYPE) == CURTA_TYPE_INT8)
      set(cmd, CURTA_MAP_REQ, curta_cmd_get(cmd, CURTA_MAP_SRC_TYPE) == CURTA_TYPE_INT32);
  }
}

/* One bit of a mode of NITRO-D beside what is legal without them. */
static void stray(uint32_t *cmd)
{
  static const struct curta_op_info table[] = CURTA_OP_TABLE;
  const struct curta_op_info *op = table;
  uint32_t w, bit;
  while (op->opcode != (cmd[0] & 0xff))
    op++;
  switch (op->opcode) {
  case CURTA_OP_LOAD:
    if (rnd(2))
      set(cmd, rnd(2) ? CURTA_LOAD_TYPE : CURTA_LOAD_DIGIT, 1 + rnd(3));
    else
      rnd(2) ? set(cmd, CURTA_LOAD_LIST, 1) : set(cmd, rnd(2) ? CURTA_LOAD_PLACES : CURTA_LOAD_KW_LOG2, 1 + rnd(3));
    return;
  case CURTA_OP_GEMM:
    rnd(2) ? set(cmd, CURTA_GEMM_START_SHL, 1) : set(cmd, CURTA_GEMM_GATHER, 1);
    return;
  case CURTA_OP_MAP:
  case CURTA_OP_SCATTER:
  case CURTA_OP_UPDATE:
  case CURTA_OP_LOSS:
    do {
      w = op->opcode == CURTA_OP_UPDATE || op->opcode == CURTA_OP_LOSS ? 22 : 21 + rnd(6);
      bit = 1u << rnd(32);
    } while (!(op->mask[w] & bit));
    cmd[w] |= bit;
    return;
  default:
    return;
  }
}

void random_command(const struct law *m, uint32_t *cmd)
{
  static const uint8_t ops[] = {CURTA_OP_LOAD,   CURTA_OP_LOAD, CURTA_OP_GEMM,   CURTA_OP_GEMM,
                                CURTA_OP_MAP,    CURTA_OP_MAP,  CURTA_OP_FILL,   CURTA_OP_UPDATE,
                                CURTA_OP_REDUCE, CURTA_OP_LOSS, CURTA_OP_SCALAR, CURTA_OP_SCATTER};
  uint32_t op = ops[rnd(sizeof ops)];
  memset(cmd, 0, 128);
  cmd[0] = op | word() << 16;
  if (op == CURTA_OP_LOAD) {
    random_load(m, cmd);
  } else if (op == CURTA_OP_GEMM) {
    random_gemm(m, cmd);
  } else if (op == CURTA_OP_MAP) {
    random_map(m, cmd);
  } else if (op == CURTA_OP_SCATTER) {
    random_scatter(m, cmd);
  } else if (op == CURTA_OP_UPDATE || op == CURTA_OP_REDUCE) {
    random_update(m, cmd, op == CURTA_OP_REDUCE);
  } else if (op == CURTA_OP_LOSS) {
    random_loss(m, cmd);
  } else if (op == CURTA_OP_FILL) {
    cmd[6] = place(m->t2, 1);
    random_loops(cmd, 8);
    random_results(cmd, 1);
    cmd[19] = rnd(256);
  } else {
    cmd[4] = rnd(7) | rnd(64) << 8 | rnd(64) << 16 | rnd(64) << 24;
    cmd[5] = rnd(64);
    cmd[6] = rnd(2) ? rnd(40) : word() >> rnd(32);
  }
  if (!m->conf.digit && rnd(10)) {
    plain(cmd);
    if (rnd(15) == 0)
      stray(cmd);
  }
}
