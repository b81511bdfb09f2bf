/* SPDX-License-Identifier: Apache-2.0
 * progen_vector.c - random commands of VECTOR
 */
#include "progen_int.h"

static void loops(struct pg *g, uint32_t *cmd, int most)
{
  SET(MAP_N0, range(g, 1, most));
  SET(MAP_N1, range(g, 1, 2));
  SET(MAP_N2, range(g, 1, 2));
  SET(MAP_N3, range(g, 1, 2));
  SET(MAP_S1, range(g, 0, 6));
  SET(MAP_S2, range(g, 0, 12));
  SET(MAP_S3, range(g, 0, 20));
  SET(MAP_D1, most);
  SET(MAP_D2, 2 * most);
  SET(MAP_D3, 4 * most);
}

static void rounding(struct pg *g, uint32_t *cmd, uint32_t modes)
{
  uint32_t round = rnd(g, modes);
  SET(MAP_ROUND, round);
  SET(MAP_SHIFT_REG, rnd(g, 4) ? (uint32_t)range(g, 32, 55) : rnd(g, CURTA_SCALARS)); /* where scalar() puts shifts */
  if (round == 2) {
    SET(MAP_SEED_REG, rnd(g, CURTA_SCALARS));
    SET(MAP_TENSOR, rnd(g, 1000));
    SET(MAP_ORIGIN, rnd(g, 100000));
  }
  SET(MAP_WRAP, rnd(g, 2));
}

/* The quotient by 2^s m as a planner makes it, or any numbers. */
static void division(struct pg *g, uint32_t *cmd)
{
  uint32_t m = 1 + 2 * rnd(g, rnd(g, 3) ? 100 : 30000), t = 47, zeros = rnd(g, 2) ? 0 : 6;
  while ((((uint64_t)1 << t) + m - 1) / m >> (24 - zeros))
    t--;
  SET(MAP_DIV, 1);
  SET(MAP_DIV_S, rnd(g, 24));
  SET(MAP_DIV_T, rnd(g, 8) ? t + zeros - 23 : rnd(g, 32));
  SET(MAP_DIV_M, rnd(g, 8) ? (uint32_t)((((uint64_t)1 << t) + m - 1) / m) << zeros : rnd(g, 1u << 24));
}

/* A window that begins in the padding; `first` field: the address that moves with it. */
static void padding(struct pg *g, uint32_t *cmd, uint32_t first, uint32_t bytes)
{
  SET(MAP_PADDED, 1);
  SET(MAP_PAD_Y, range(g, -1, 2));
  SET(MAP_PAD_X, range(g, -1, 2));
  SET(MAP_LIM_Y, range(g, 0, 6));
  SET(MAP_LIM_X, range(g, 0, 6));
  if (bytes)
    curta_cmd_set(cmd, first, curta_cmd_get(cmd, first) + 32 * bytes);
}

/* Steps of NITRO-D in a MAP with int8 results. */
static void nitro_steps(struct pg *g, uint32_t *cmd, int wide, int pool)
{
  int div = (int)rnd(g, 2);
  if (div)
    division(g, cmd);
  if (div && wide) {
    SET(MAP_REQ, 0);
    SET(MAP_SHIFT_REG, 0);
  }
  if (rnd(g, 4)) {
    SET(MAP_RELU, 0);
    SET(MAP_ACT, CURTA_ACT_NITRO);
    SET(MAP_SLOPE, rnd(g, 4));
    SET(MAP_MEAN, rnd(g, 3) ? 36 : rnd(g, 256));
    SET(MAP_CLASS, pool && rnd(g, 2));
  }
  if (!pool && rnd(g, 2)) {
    SET(MAP_ZS, 1);
    SET(MAP_IDX, address(g, tile_bytes(g, 1)));
  }
  if (pool && !curta_cmd_get(cmd, CURTA_MAP_REQ) && rnd(g, 2))
    padding(g, cmd, CURTA_MAP_SRC, curta_cmd_get(cmd, CURTA_MAP_SRC_ACC) ? 0 : tile_bytes(g, wide ? 4 : 1));
  SET(MAP_CLAST, rnd(g, 2) ? range(g, 1, g->cfg->t) : 0);
  SET(MAP_NLAST, rnd(g, 2) ? range(g, 1, g->cfg->t) : 0);
}

static void back(struct pg *g, uint32_t *cmd)
{
  SET(MAP_DST_TYPE, CURTA_TYPE_INT32);
  SET(MAP_ACT, range(g, CURTA_ACT_BACK_ZS, CURTA_ACT_BACK_CLASS));
  SET(MAP_SLOPE, rnd(g, 4));
  SET(MAP_AUX, address(g, tile_bytes(g, 1)));
  SET(MAP_OR_REG, rnd(g, 8));
  SET(MAP_OR_KEEP, rnd(g, 2));
}

void pg_map(struct pg *g, uint32_t *cmd)
{
  int pool = rnd(g, 3) == 0, wide = rnd(g, 4) != 0, acc = wide && rnd(g, 2), copy = wide && !pool && rnd(g, 4) == 0;
  SET(CMD_OPCODE, CURTA_OP_MAP);
  loops(g, cmd, 3);
  SET(MAP_SRC_TYPE, wide ? 2 : 0);
  SET(MAP_SRC_ACC, acc);
  SET(MAP_SRC, acc ? rnd(g, (uint32_t)g->cfg->p_tiles / 2) : address(g, tile_bytes(g, wide ? 4 : 1)));
  SET(MAP_DST, address(g, tile_bytes(g, copy ? 4 : 1)));
  if (copy) {
    SET(MAP_DST_TYPE, 2 + rnd(g, 2));
    if (modes(g) && rnd(g, 2))
      back(g, cmd);
    return;
  }
  if (wide) {
    SET(MAP_REQ, 1);
    rounding(g, cmd, 4);
  }
  SET(MAP_RELU, rnd(g, 2));
  if (rnd(g, 3) == 0) {
    SET(MAP_MASK, 1);
    SET(MAP_AUX, address(g, tile_bytes(g, 1)));
  }
  if (pool) {
    SET(MAP_POOL, 1);
    SET(MAP_KH, range(g, 1, 3));
    SET(MAP_KW, range(g, 1, 3));
    SET(MAP_W_SY, range(g, 0, 8));
    SET(MAP_W_SX, range(g, 0, 4));
    SET(MAP_IDX, address(g, tile_bytes(g, 1)));
  }
  if (modes(g) && rnd(g, 2))
    nitro_steps(g, cmd, wide, pool);
}

void pg_scatter(struct pg *g, uint32_t *cmd)
{
  int wide = (int)rnd(g, 2), keep = wide && modes(g) && rnd(g, 2), kh = range(g, 1, 3), kw = range(g, 1, 3);
  SET(CMD_OPCODE, CURTA_OP_SCATTER);
  loops(g, cmd, 2);
  SET(SCATTER_KH, kh);
  SET(SCATTER_KW, kw);
  SET(SCATTER_W_SX, 2);
  SET(SCATTER_W_SY, 2 * kw);
  SET(SCATTER_D1, 2 * kw * kh);
  SET(SCATTER_D2, 4 * kw * kh);
  SET(SCATTER_D3, 8 * kw * kh);
  SET(SCATTER_SRC_TYPE, wide ? 2 : 0);
  SET(SCATTER_SRC, address(g, tile_bytes(g, wide ? 4 : 1)));
  SET(SCATTER_AUX, address(g, tile_bytes(g, 1)));
  SET(SCATTER_DST, address(g, tile_bytes(g, keep ? 4 : 1)));
  SET(SCATTER_CLASS, modes(g) && rnd(g, 2));
  if (modes(g) && rnd(g, 2))
    padding(g, cmd, CURTA_SCATTER_DST, tile_bytes(g, keep ? 4 : 1));
  if (keep) {
    SET(SCATTER_DST_TYPE, CURTA_TYPE_INT32);
    SET(SCATTER_N3, 1); /* inside its region */
  } else if (wide) {
    SET(SCATTER_REQ, 1);
    rounding(g, cmd, 4);
  }
}

static void update_nitro(struct pg *g, uint32_t *cmd)
{
  int acc = (int)rnd(g, 2);
  SET(CMD_OPCODE, CURTA_OP_UPDATE);
  SET(UPDATE_NITRO, 1);
  SET(UPDATE_SRC, acc ? rnd(g, (uint32_t)g->cfg->p_tiles / 2) : address(g, tile_bytes(g, 4)));
  SET(UPDATE_AUX, address(g, tile_bytes(g, 4)));
  SET(UPDATE_DST, rnd(g, 2) ? curta_cmd_get(cmd, CURTA_UPDATE_AUX) : address(g, tile_bytes(g, 4)));
  SET(UPDATE_SRC_ACC, acc);
  SET(UPDATE_SRC_TYPE, rnd(g, 2) * 3);
  SET(UPDATE_N, range(g, 1, 7));
  SET(UPDATE_LR_REG, 2 * range(g, 28, 31));
  SET(UPDATE_ETA_REG, rnd(g, 4) ? 2 * range(g, 28, 31) : (int)rnd(g, CURTA_SCALARS));
}

void pg_update(struct pg *g, uint32_t *cmd)
{
  if (modes(g) && rnd(g, 4) == 0) {
    update_nitro(g, cmd);
    return;
  }
  int master = (int)rnd(g, 2), reduce = rnd(g, 3) == 0, acc = (int)rnd(g, 2);
  SET(CMD_OPCODE, reduce ? CURTA_OP_REDUCE : CURTA_OP_UPDATE);
  SET(UPDATE_SRC, acc ? rnd(g, (uint32_t)g->cfg->p_tiles / 2) : address(g, tile_bytes(g, 4)));
  SET(UPDATE_AUX, address(g, tile_bytes(g, master ? 2 : 1)));
  SET(UPDATE_SRC_ACC, acc);
  SET(UPDATE_SRC_TYPE, rnd(g, 2) * 3);
  SET(UPDATE_N, range(g, 1, 7));
  SET(UPDATE_MASTER, master);
  SET(UPDATE_FRAC, master ? range(g, 1, 8) : 0);
  SET(UPDATE_DECAY, rnd(g, 2));
  SET(UPDATE_DECAY_REG, range(g, 8, 15));
  if (reduce) {
    SET(REDUCE_OR_REG, rnd(g, 8));
    SET(REDUCE_OR_KEEP, rnd(g, 2));
    return;
  }
  rounding(g, cmd, 4);
  int in_place = !master && rnd(g, 2);
  SET(UPDATE_DST, in_place ? curta_cmd_get(cmd, CURTA_UPDATE_AUX) : address(g, tile_bytes(g, 1)));
  if (master)
    SET(UPDATE_IDX, rnd(g, 2) ? curta_cmd_get(cmd, CURTA_UPDATE_AUX) : address(g, tile_bytes(g, 2)));
}

void pg_fill(struct pg *g, uint32_t *cmd)
{
  SET(CMD_OPCODE, CURTA_OP_FILL);
  SET(FILL_DST, address(g, tile_bytes(g, 1)));
  SET(FILL_N0, range(g, 1, 3));
  SET(FILL_N1, range(g, 1, 2));
  SET(FILL_N2, range(g, 1, 2));
  SET(FILL_N3, range(g, 1, 2));
  SET(FILL_D1, range(g, 0, 5));
  SET(FILL_D2, range(g, 0, 5));
  SET(FILL_D3, range(g, 0, 5));
  SET(FILL_VALUE, rnd(g, 256));
}

void pg_loss(struct pg *g, uint32_t *cmd)
{
  SET(CMD_OPCODE, CURTA_OP_LOSS);
  SET(LOSS_SRC, address(g, tile_bytes(g, 1)));
  SET(LOSS_AUX, address(g, tile_bytes(g, 1)));
  SET(LOSS_DST, address(g, tile_bytes(g, 1)));
  SET(LOSS_ROWS, range(g, 1, 2 * g->cfg->t));
  SET(LOSS_CLASSES, rnd(g, 8) ? range(g, 1, 30) : range(g, 1, 200));
  rounding(g, cmd, 3);
  if (modes(g) && rnd(g, 2)) {
    SET(LOSS_RSS, 1);
    SET(LOSS_TARGET, rnd(g, 3) ? 32 : rnd(g, 256));
  }
  SET(MAP_SHIFT_REG, 0);
  SET(MAP_WRAP, 0);
  curta_cmd_set(cmd, CURTA_MAP_ORIGIN, 0);
  SET(LOSS_EXP_REG, range(g, 16, 23));
  SET(LOSS_COUNT_REG, range(g, 24, 31));
}

/* Registers: 0..7 magnitudes, 8..15 decay exponents, 16..23 exponents, 24..31 counts, 32.. shifts and the rest; from 56 on
 * pairs for UPDATE NITRO. */
void pg_scalar(struct pg *g, uint32_t *cmd)
{
  static const int edges[] = {-40, -33, -32, -31, -30, -1, 0, 1, 2, 3, 30, 31, 32, 33};
  static const int shifts[] = {-1, 0, 1, 1, 2, 3, 5, 8, 17, 30, 31, 31, 31, 32, 61, 62, 63, 64, 0x7fffffff};
  uint32_t func = rnd(g, rnd(g, 3) ? 7 : 1), rd = rnd(g, CURTA_SCALARS), where = rnd(g, 6); /* often SET */
  int imm = range(g, -8, 40);
  if (where < 3) /* most of all what commands read */
    rd = (uint32_t)(where ? range(g, 32, 55) : range(g, 8, 15));
  if (rd >= 8 && rd < 24) { /* keep these small */
    func = 0;
    imm = rd < 16 ? rnd(g, 3) == 0 ? range(g, -20, 20) : edges[rnd(g, 14)] : range(g, -30, 10);
  } else if (func == 0 && rd < 8) {
    imm = (int)(rnd(g, 1u << 31) >> rnd(g, 31));
  } else if (func == 0 && rnd(g, 2)) {
    imm = shifts[rnd(g, sizeof shifts / sizeof *shifts)];
  }
  if (rd >= 56) {
    func = 0;
    imm = rd % 2 ? (int)rnd(g, 1u << 24) : range(g, 0, 24) * 256 + range(g, 0, 20);
  }
  SET(CMD_OPCODE, CURTA_OP_SCALAR);
  SET(SCALAR_FUNC, func);
  SET(SCALAR_RD, rd);
  SET(SCALAR_RA, func ? (int)rnd(g, rnd(g, 2) ? 8 : CURTA_SCALARS) : 0);
  SET(SCALAR_RB, func == 1 || func == 3 || func == 5 ? (int)rnd(g, CURTA_SCALARS) : 0);
  SET(SCALAR_RC, func == 1 ? (int)rnd(g, CURTA_SCALARS) : 0);
  SET(SCALAR_IMM, func == 2 ? imm & 1 : func == 0 || func == 1 || func == 4 || func == 6 ? imm : 0);
}
