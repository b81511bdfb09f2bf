/* SPDX-License-Identifier: Apache-2.0
 * coverage.c - see coverage.h */
#include "coverage.h"
#include <stdio.h>
#include <string.h>
#include "curta_golden.h"
#include "curta_num.h"

#define GET(field) curta_cmd_get(cmd, CURTA_##field)
#define GETS(field) curta_cmd_gets(cmd, CURTA_##field)

/* A retired command and the device behind it. */
struct look {
  struct coverage *c;
  const struct curta_config *cfg;
  const struct curta_bus *golden;
  const uint32_t *cmd;
};

static void hit(const struct look *l, unsigned bin)
{
  l->c->n[bin]++;
}

static void hit_if(const struct look *l, int yes, unsigned bin)
{
  if (yes)
    hit(l, bin);
}

static int32_t scalar(const struct look *l, uint32_t reg)
{
  uint32_t value = 0;
  l->golden->reg_read(l->golden->ctx, CURTA_REG_SCALAR + 4 * reg, &value);
  return curta_s32(value);
}

static uint32_t tile_elements(const struct look *l)
{
  return (uint32_t)(l->cfg->t * l->cfg->t);
}

/* Element i of the first source tile: int32 in the accumulators or memory, or int8. */
static int32_t source(const struct look *l, uint32_t src, int acc, int wide, uint32_t i)
{
  uint32_t value = 0;
  int8_t narrow = 0;
  if (acc)
    curta_golden_peek(l->golden, CURTA_SPACE_ACC, src * tile_elements(l) + i, &value);
  else if (wide)
    l->golden->mem_read(l->golden->ctx, src + 4 * i, &value, 4);
  else
    l->golden->mem_read(l->golden->ctx, src + i, &narrow, 1);
  return acc || wide ? curta_s32(value) : narrow;
}

static void list(const struct look *l)
{
  const uint32_t *cmd = l->cmd;
  uint32_t len = 0;
  curta_golden_peek(l->golden, CURTA_SPACE_LIST, GET(LOAD_DST), &len);
  hit(l, COVERAGE_LIST);
  hit_if(l, (int)GET(LOAD_DIGIT), COVERAGE_LIST_UPPER);
  hit_if(l, len == 0, COVERAGE_LIST_EMPTY);
  hit_if(l, len > (uint32_t)(l->cfg->t / l->cfg->v), COVERAGE_LIST_LONG);
}

static void gemm(const struct look *l)
{
  const uint32_t *cmd = l->cmd;
  if (GET(GEMM_GATHER)) {
    hit(l, COVERAGE_GATHER);
    hit_if(l, (int)GET(GEMM_ACC), COVERAGE_GATHER_ACC);
    hit_if(l, GETS(GEMM_Y_C) < 0 || GETS(GEMM_X_C) < 0, COVERAGE_GATHER_EDGE);
  }
  uint32_t at = GET(GEMM_A_T), bt = GET(GEMM_B_T), klast = GET(GEMM_KLAST), v = (uint32_t)l->cfg->v;
  int forward = !at && !bt, pad = -(int)GETS(GEMM_Y_C);
  hit(l, at ? bt ? COVERAGE_WEIGHT_GRAD : COVERAGE_A_T_ONLY : bt ? COVERAGE_INPUT_GRAD : COVERAGE_FORWARD);
  if (forward && GET(GEMM_NKY) <= 7)
    hit(l, COVERAGE_K1 + GET(GEMM_NKY) - 1);
  hit_if(l, GET(GEMM_Y_U) == 1 && GET(GEMM_X_U) == 1, COVERAGE_IMAGE_1X1);
  hit_if(l, GET(GEMM_Y_U) > 1 && GET(GEMM_Y_U) % 2, COVERAGE_IMAGE_ODD);
  hit_if(l, GET(GEMM_Y_U) != GET(GEMM_X_U), COVERAGE_IMAGE_FLAT);
  hit_if(l, forward && GET(GEMM_Y_A) == 1, COVERAGE_STRIDE_1);
  hit_if(l, forward && GET(GEMM_Y_A) == 2, COVERAGE_STRIDE_2);
  hit_if(l, at && bt && GET(GEMM_Y_B) == 2, COVERAGE_STRIDE_2_DW);
  if (forward && pad >= 0 && pad <= 3)
    hit(l, COVERAGE_PAD_0 + (unsigned)pad);
  hit_if(l, !GET(GEMM_Y_A) && !GET(GEMM_Y_B) && GETS(GEMM_Y_C) < 0, COVERAGE_NO_TAP);
  hit_if(l, klast == (uint32_t)l->cfg->t, COVERAGE_K_FULL);
  hit_if(l, klast % v != 0, COVERAGE_K_TAIL);
  hit_if(l, klast == 1, COVERAGE_K_ONE);
  hit(l, GET(GEMM_ACC) ? COVERAGE_ACC_1 : COVERAGE_ACC_0);
  hit_if(l, (int)GET(GEMM_GUARD), COVERAGE_GUARD);
  hit_if(l, GET(GEMM_ACC) && GET(GEMM_START_SHL), COVERAGE_START_SHL);
  if (GET(GEMM_FINAL)) {
    hit(l, GET(GEMM_OR_KEEP) ? COVERAGE_OR_KEEP : COVERAGE_FINAL);
    hit_if(l, !GET(GEMM_OR_KEEP) && scalar(l, GET(GEMM_OR_REG)) == 0, COVERAGE_GEMM_ZERO);
  }
}

/* Shift, saturation and zeros of a command that requantises the int32 tensor at src. */
static void requant(const struct look *l, unsigned round_bin, uint32_t src, int acc, unsigned zero_bin)
{
  const uint32_t *cmd = l->cmd;
  int32_t s = scalar(l, GET(MAP_SHIFT_REG));
  uint32_t round = GET(MAP_ROUND), n = tile_elements(l);
  int saturates = 0, extreme = 0, zero = 1;
  for (uint32_t i = 0; i < n; i++) {
    int32_t x = source(l, src, acc, 1, i);
    saturates |= s < 63 && (uint64_t)curta_abs(x) >> (s < 0 ? 0 : s) > 128;
    extreme |= x == INT32_MAX || x == INT32_MIN;
    zero &= x == 0;
  }
  hit(l, round_bin + round);
  hit_if(l, s < 0, COVERAGE_SHIFT_NEG);
  hit_if(l, s == 0, COVERAGE_SHIFT_0);
  hit_if(l, s == 1, COVERAGE_SHIFT_1);
  hit_if(l, s == 31, COVERAGE_SHIFT_31);
  hit_if(l, s >= 32 && s <= 62, COVERAGE_SHIFT_32);
  hit_if(l, s >= 63, COVERAGE_SHIFT_63);
  if (round == CURTA_ROUND_PSTO && s > 0 && s < 63)
    hit(l, s % 2 ? COVERAGE_SHIFT_ODD : COVERAGE_SHIFT_EVEN);
  hit_if(l, saturates, COVERAGE_SATURATES);
  hit_if(l, extreme, COVERAGE_EXTREME);
  hit_if(l, s <= 0 && GET(MAP_WRAP), COVERAGE_WRAPS);
  hit_if(l, zero, zero_bin);
}

/* The modes of NITRO-D in a MAP. */
static void map_nitro(const struct look *l)
{
  const uint32_t *cmd = l->cmd;
  int acc = (int)GET(MAP_SRC_ACC), pool = (int)GET(MAP_POOL), act = (int)GET(MAP_ACT);
  if (GET(MAP_DIV)) {
    hit(l, acc ? COVERAGE_DIV_ACC : GET(MAP_SRC_TYPE) ? COVERAGE_DIV_MEM : COVERAGE_DIV_INT8);
    hit_if(l, !(GET(MAP_DIV_M) % 64) && GET(MAP_DIV_M) >> 23 && GET(MAP_DIV_T) <= 11, COVERAGE_DIV_SHORT);
    hit_if(l, (int)GET(MAP_MASK), COVERAGE_DIV_MASK);
    hit_if(l, pool, COVERAGE_DIV_POOL);
  }
  hit_if(l, act == CURTA_ACT_NITRO, COVERAGE_NITRO_RELU);
  hit_if(l, act == CURTA_ACT_BACK_ZS, COVERAGE_BACK_ZS);
  hit_if(l, act == CURTA_ACT_BACK_CLASS, COVERAGE_BACK_CLASS);
  hit_if(l, act >= CURTA_ACT_BACK_ZS && acc, COVERAGE_BACK_ACC);
  hit_if(l, (int)GET(MAP_ZS), COVERAGE_ZS);
  hit_if(l, pool && act == CURTA_ACT_NITRO && GET(MAP_CLASS), COVERAGE_CLASS);
  hit_if(l, pool && GET(MAP_PADDED), acc ? COVERAGE_PADDED_ACC : COVERAGE_PADDED);
  hit_if(l, GET(MAP_CLAST) || GET(MAP_NLAST), COVERAGE_EDGE);
}

static void flags(const struct look *l)
{
  uint32_t set = 0;
  l->golden->reg_read(l->golden->ctx, CURTA_REG_FLAGS, &set);
  for (unsigned i = 0; i < 4; i++)
    hit_if(l, (int)(set >> i & 1), COVERAGE_FLAG_SUM + i);
}

static void map(const struct look *l)
{
  const uint32_t *cmd = l->cmd;
  map_nitro(l);
  int acc = (int)GET(MAP_SRC_ACC), pool = (int)GET(MAP_POOL);
  hit(l, acc ? COVERAGE_MAP_ACC : GET(MAP_SRC_TYPE) ? COVERAGE_MAP_MEM : COVERAGE_MAP_INT8);
  hit_if(l, GET(MAP_DST_TYPE) != 0, COVERAGE_MAP_COPY);
  hit_if(l, (int)GET(MAP_RELU), COVERAGE_RELU);
  hit_if(l, (int)GET(MAP_MASK), COVERAGE_MASK);
  hit_if(l, GET(MAP_RELU) && GET(MAP_MASK) && pool, COVERAGE_RELU_MASK_POOL);
  if (pool) {
    hit(l, COVERAGE_POOL_1 + GET(MAP_KW) - 1);
    hit_if(l, GET(MAP_KW) != GET(MAP_KH), COVERAGE_POOL_FLAT);
    hit_if(l, acc, COVERAGE_POOL_ACC);
  }
  if (GET(MAP_REQ))
    requant(l, COVERAGE_MAP_R0, GET(MAP_SRC), acc, COVERAGE_ZERO_SRC);
}

static void scatter(const struct look *l)
{
  const uint32_t *cmd = l->cmd;
  hit_if(l, GET(SCATTER_KW) != GET(SCATTER_KH), COVERAGE_SCATTER_FLAT);
  hit_if(l, (int)GET(SCATTER_CLASS), COVERAGE_SCATTER_CLASS);
  hit_if(l, (int)GET(SCATTER_PADDED), COVERAGE_SCATTER_PADDED);
  hit_if(l, (int)GET(SCATTER_DST_TYPE), COVERAGE_SCATTER_WIDE);
  if (GET(SCATTER_REQ))
    requant(l, COVERAGE_SCATTER_R0, GET(SCATTER_SRC), 0, COVERAGE_ZERO_SRC);
  else
    hit_if(l, !GET(SCATTER_SRC_TYPE), COVERAGE_SCATTER_INT8);
}

static void decay(const struct look *l)
{
  int32_t d = scalar(l, curta_cmd_get(l->cmd, CURTA_UPDATE_DECAY_REG));
  hit(l, d >= 0 ? COVERAGE_DECAY_UP : COVERAGE_DECAY_DOWN);
  hit_if(l, d > 31 || d < -31, COVERAGE_DECAY_FAR);
}

static void update(const struct look *l)
{
  const uint32_t *cmd = l->cmd;
  int limit = 0, acc = (int)GET(UPDATE_SRC_ACC);
  if (GET(UPDATE_NITRO)) {
    hit(l, acc ? COVERAGE_SGD_ACC : GET(UPDATE_SRC_TYPE) ? COVERAGE_SGD_MID : COVERAGE_SGD_MEM);
    return;
  }
  for (uint32_t i = 0; i < tile_elements(l); i++) {
    int32_t w = source(l, GET(UPDATE_DST), 0, 0, i);
    limit |= w == 127 || w == -127;
  }
  hit_if(l, limit, COVERAGE_WEIGHT_LIMIT);
  hit(l, acc ? COVERAGE_UPDATE_ACC : COVERAGE_UPDATE_MEM);
  hit_if(l, GET(UPDATE_DST) == GET(UPDATE_AUX), COVERAGE_IN_PLACE);
  if (GET(UPDATE_MASTER))
    hit(l, COVERAGE_MASTER_1 + GET(UPDATE_FRAC) - 1);
  if (GET(UPDATE_DECAY))
    decay(l);
  requant(l, COVERAGE_UPDATE_R0, GET(UPDATE_SRC), acc, COVERAGE_ZERO_GRAD);
}

static void reduce(const struct look *l)
{
  const uint32_t *cmd = l->cmd;
  hit_if(l, (int)GET(REDUCE_SRC_ACC), COVERAGE_REDUCE_ACC);
  hit_if(l, (int)GET(REDUCE_DECAY), COVERAGE_REDUCE_DECAY);
  hit_if(l, (int)GET(REDUCE_OR_KEEP), COVERAGE_REDUCE_KEEP);
}

static void loss(const struct look *l)
{
  const uint32_t *cmd = l->cmd;
  uint32_t t = (uint32_t)l->cfg->t, rows = GET(LOSS_ROWS), classes = GET(LOSS_CLASSES);
  uint16_t label = 0;
  int out = 0;
  for (uint32_t i = 0; i < rows; i++) {
    l->golden->mem_read(l->golden->ctx, GET(LOSS_AUX) + 2 * i, &label, 2);
    out |= label >= classes;
  }
  hit_if(l, (int)GET(LOSS_RSS), COVERAGE_RSS);
  hit(l, COVERAGE_LOSS_R0 + GET(LOSS_ROUND));
  hit_if(l, classes == 1, COVERAGE_CLASS_1);
  hit_if(l, classes % t != 0, COVERAGE_CLASS_TAIL);
  hit_if(l, classes > t, COVERAGE_CLASS_TILES);
  hit(l, rows % t ? COVERAGE_ROWS_TAIL : COVERAGE_ROWS_FULL);
  hit(l, scalar(l, GET(LOSS_EXP_REG)) > -7 ? COVERAGE_LOSS_BASE2 : COVERAGE_LOSS_TAYLOR);
  hit_if(l, out, COVERAGE_LABEL_OUT);
}

void coverage_command(struct coverage *c, const struct curta_config *cfg, const struct curta_bus *golden, const uint32_t cmd[32])
{
  const struct look look = {c, cfg, golden, cmd}, *l = &look;
  uint32_t op = GET(CMD_OPCODE);
  switch (op) {
  case CURTA_OP_LOAD:
    hit(l, GET(LOAD_BUF) ? COVERAGE_LOAD_B : COVERAGE_LOAD_A);
    if (GET(LOAD_LIST))
      list(l);
    else if (GET(LOAD_TYPE))
      hit(l, COVERAGE_DIGIT_0 + GET(LOAD_DIGIT));
    break;
  case CURTA_OP_GEMM:
    gemm(l);
    break;
  case CURTA_OP_MAP:
    map(l);
    break;
  case CURTA_OP_SCATTER:
    scatter(l);
    break;
  case CURTA_OP_UPDATE:
    update(l);
    break;
  case CURTA_OP_REDUCE:
    reduce(l);
    break;
  case CURTA_OP_LOSS:
    loss(l);
    break;
  case CURTA_OP_SCALAR:
    hit(l, COVERAGE_SET + GET(SCALAR_FUNC));
    break;
  default:
    hit_if(l, op == CURTA_OP_FILL, COVERAGE_FILL);
    hit_if(l, op == CURTA_OP_FENCE, COVERAGE_FENCE);
    hit_if(l, op == CURTA_OP_CALL, COVERAGE_CALL);
    if (op == CURTA_OP_SKIP)
      hit(l, (scalar(l, GET(SKIP_RA)) == scalar(l, GET(SKIP_RB))) != (int)GET(SKIP_COND) ? COVERAGE_SKIPPED : COVERAGE_NOT_SKIPPED);
  }
  flags(l);
  if (op >= CURTA_OP_LOAD) {
    hit_if(l, !!cmd[1] + !!cmd[2] + !!cmd[3] == 2, COVERAGE_WAITS_TWO);
    hit_if(l, !cmd[1] && !cmd[2] && !cmd[3], COVERAGE_WAITS_NONE);
  }
}

unsigned coverage_holes(const struct coverage *c, uint64_t least, int modes, char *text, size_t room)
{
#define COVERAGE_TEXT(name, words) words,
  static const char *const names[COVERAGE_COUNT] = {COVERAGE_BINS(COVERAGE_TEXT)};
#undef COVERAGE_TEXT
  unsigned holes = 0;
  size_t at = 0;
  text[0] = 0;
  for (unsigned i = 0; i < COVERAGE_COUNT; i++)
    if (c->n[i] < least && (modes || i < COVERAGE_DIGIT_0 || i > COVERAGE_FLAG_WRAP)) {
      holes++;
      if (at < room)
        at += (size_t)snprintf(text + at, room - at, "%s%s (%llu)", at ? ", " : "", names[i], (unsigned long long)c->n[i]);
    }
  return holes;
}
