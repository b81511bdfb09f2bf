/* SPDX-License-Identifier: Apache-2.0
 * cut.c - see cut.h
 */
#include "cut.h"
#include <errno.h>
#include <string.h>
#include "curta_num.h"

static uint32_t opcode(const uint32_t *cmd)
{
  return curta_cmd_get(cmd, CURTA_CMD_OPCODE);
}

/* The command makes a shift of S[RA]; of a gradient with decay it is the exponent of the decay term. (What follows, REDUCE
 * of the sum with its term and the shift, is the same on all devices.) */
static int makes_shift(const struct curta_plan *plan, const uint32_t *cmd)
{
  const uint32_t f = curta_cmd_get(cmd, CURTA_SCALAR_FUNC);
  const uint32_t grad = plan->opt.decay ? CURTA_SCALAR_BITLEN : CURTA_SCALAR_GRAD_SHIFT;
  return opcode(cmd) == CURTA_OP_SCALAR && (f == CURTA_SCALAR_ACT_SHIFT || f == grad);
}

static int can_cut(const uint32_t *cmd)
{
  const uint32_t op = opcode(cmd);
  if (op == CURTA_OP_REDUCE)
    return !curta_cmd_get(cmd, CURTA_REDUCE_SRC_ACC);
  return op >= CURTA_OP_LOAD && (op != CURTA_OP_UPDATE || !curta_cmd_get(cmd, CURTA_UPDATE_SRC_ACC));
}

static int32_t gradient_of(const struct curta_plan *plan, const uint32_t *cmd)
{
  for (uint32_t w = 0; w < plan->n_weighted; w++)
    if (curta_cmd_get(cmd, CURTA_SCALAR_FUNC) != CURTA_SCALAR_ACT_SHIFT &&
        curta_cmd_get(cmd, CURTA_CMD_TAG) == CURTA_TAG(plan->weighted[w].layer, CURTA_PASS_UPDATE))
      return (int32_t)w;
  return -1;
}

static int stores_gradient(const struct curta_plan *plan, const uint32_t *cmd, int32_t w)
{
  const struct curta_tensor *t = &plan->tensor[plan->weighted[w].t_grad];
  const uint32_t dst = curta_cmd_get(cmd, CURTA_MAP_DST);
  return opcode(cmd) == CURTA_OP_MAP && dst >= t->addr && dst < t->addr + t->bytes;
}

/* A part of gradient w is stored behind command i. */
static int stored_later(const struct curta_plan *plan, uint32_t i, int32_t w)
{
  for (i++; w >= 0 && i < plan->n_train; i++)
    if (stores_gradient(plan, plan->cmd[i], w))
      return 1;
  return 0;
}

int cut_step(struct cut *cut, const struct curta_plan *plan)
{
  uint32_t issued[4] = {0}, before[4] = {0}; /* per engine, of the step so far; of the pieces before this one */
  memset(cut, 0, sizeof *cut);
  cut->n = 1;
  cut->piece[0].gradient = -1;
  for (uint32_t w = 0; w < plan->n_weighted; w++)
    if (plan->weighted[w].drop_log2 || plan->weighted[w].t_grad < 0)
      return -ENOTSUP;
  for (uint32_t i = 0; i < plan->n_train; i++)
    if (!can_cut(plan->cmd[i]))
      return -ENOTSUP;
  for (uint32_t i = 0; i < plan->n_train; i++) {
    uint32_t *cmd = plan->cmd[i];
    if (makes_shift(plan, cmd)) {
      const int32_t w = gradient_of(plan, cmd);
      if (cut->n == CUT_MAX)
        return -ENOSPC;
      if (stored_later(plan, i, w))
        return -ENOTSUP;
      cut->piece[cut->n++] = (struct cut_piece){i, 0, curta_cmd_get(cmd, CURTA_SCALAR_RA), w};
      memcpy(before, issued, sizeof before);
    }
    for (uint32_t e = 1; e <= 3; e++) /* words 1..3: what must have completed of LOAD, MATRIX, VECTOR */
      cmd[e] = cmd[e] > before[e] ? cmd[e] - before[e] : 0;
    issued[opcode(cmd) >> 4]++;
    cut->piece[cut->n - 1].count++;
  }
  return 0;
}

static int32_t get(const uint8_t *tile, uint32_t i, uint32_t elements, int wide)
{
  uint16_t low;
  int32_t x;
  if (wide) {
    memcpy(&x, tile + 4 * i, 4);
    return x;
  }
  memcpy(&low, tile + elements + 2 * i, 2); /* int24: a plane of high bytes, then one of low halves */
  return (int8_t)tile[i] * 65536 + low;
}

static void put(uint8_t *tile, uint32_t i, uint32_t elements, int wide, int32_t x)
{
  const uint16_t low = (uint16_t)((uint32_t)x & 0xffffu);
  if (wide) {
    memcpy(tile + 4 * i, &x, 4);
    return;
  }
  tile[i] = (uint8_t)((uint32_t)x >> 16);
  memcpy(tile + elements + 2 * i, &low, 2);
}

int cut_add_gradients(uint8_t *a, uint8_t *b, const struct curta_tensor *t, uint32_t side, uint32_t *magnitude)
{
  const uint32_t elements = side * side, tiles = t->d[0] * t->d[1] * t->d[2] * t->d[3];
  const int wide = t->kind != CURTA_TENSOR_GRAD24;
  uint32_t all = 0;
  for (uint32_t n = 0; n < tiles; n++, a += 4 * (size_t)elements, b += 4 * (size_t)elements)
    for (uint32_t i = 0; i < elements; i++) {
      const int32_t sum = curta_s32((uint32_t)get(a, i, elements, wide) + (uint32_t)get(b, i, elements, wide));
      if (!wide && (sum < -(1 << 23) || sum >= 1 << 23))
        return -ERANGE;
      put(a, i, elements, wide, sum);
      put(b, i, elements, wide, sum);
      all |= curta_mag(sum);
    }
  *magnitude = all;
  return 0;
}

static int submit(struct curta_run *run, uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t n)
{
  const uint32_t cookie = run->dev->cookie + 1;
  int err;
  curta_cmd_set(cmd[n], CURTA_CMD_OPCODE, CURTA_OP_END);
  curta_cmd_set(cmd[n], CURTA_END_COOKIE, cookie);
  err = curta_dev_submit(run->dev, (const uint32_t(*)[CURTA_CMD_WORDS])cmd, n + 1);
  if (err)
    return err;
  run->dev->cookie = cookie;
  return curta_dev_wait(run->dev, cookie, 1000000000u);
}

int cut_run(struct curta_run *run, const struct cut_piece *piece)
{
  uint32_t cmd[2][CURTA_CMD_WORDS] = {{0}};
  curta_cmd_set(cmd[0], CURTA_CMD_OPCODE, CURTA_OP_CALL);
  curta_cmd_set(cmd[0], CURTA_CALL_ADDR, run->plan->tensor[run->plan->t_train].addr + CURTA_CMD_BYTES * piece->from);
  curta_cmd_set(cmd[0], CURTA_CALL_COUNT, piece->count);
  return submit(run, cmd, 1);
}

int cut_begin(struct curta_run *run)
{
  uint32_t value[5] = {0, run->plan->opt.seed, run->step, (uint32_t)run->mu, (uint32_t)run->input_exp};
  uint32_t cmd[6][CURTA_CMD_WORDS] = {{0}};
  for (uint32_t w = 0; w < run->plan->n_weighted; w++)
    value[4] += (uint32_t)run->weight_exp[w];
  for (uint32_t r = 0; r < 5; r++) { /* CURTA_S_ZERO .. CURTA_S_EXP0 */
    curta_cmd_set(cmd[r], CURTA_CMD_OPCODE, CURTA_OP_SCALAR);
    curta_cmd_set(cmd[r], CURTA_SCALAR_FUNC, CURTA_SCALAR_SET);
    curta_cmd_set(cmd[r], CURTA_SCALAR_RD, CURTA_S_ZERO + r);
    curta_cmd_set(cmd[r], CURTA_SCALAR_IMM, value[r]);
  }
  return submit(run, cmd, 5);
}
