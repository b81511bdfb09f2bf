/* SPDX-License-Identifier: Apache-2.0
 * locate.c - from "this command differs" to "this element differs"
 *
 * A record is only a check sum, and later commands overwrite what the command wrote. So the step is run again on both
 * devices from the memory that they had before it, with every command after the guilty one replaced by NOP; what
 * differs then is what it wrote.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lockstep.h"

static const struct curta_tensor *program(const struct curta_side *side, const struct curta_batch *batch,
                                          const struct curta_plan **plan)
{
  for (int i = 0; i < CURTA_SESSION_PLANS && side->session.planned[i]; i++)
    if (side->session.planned[i]->plan.batch == batch->n) {
      *plan = &side->session.planned[i]->plan;
      return &(*plan)->tensor[(*plan)->t_train];
    }
  return NULL;
}

/* Memory, scale registers and step number as before the step. The ring's own counters go on. */
static int rewind_side(struct curta_side *side, struct curta_fail *fail)
{
  struct curta_session *s = &side->session;
  int r = curta_dev_reset(&s->dev);
  if (!r)
    r = s->device.bus.mem_write(s->device.bus.ctx, 0, side->memory, side->bytes);
  for (uint32_t i = 0; i < CURTA_SCALARS && !r; i++)
    r = curta_dev_scalar_write(&s->dev, i, side->scalar[i]);
  return r ? curta_session_error(s, r, "going back to before the step", fail) : 0;
}

int curta_side_replay(struct curta_side *side, const struct curta_batch *batch, int32_t mu, uint32_t last,
                      struct curta_fail *fail)
{
  struct curta_session *s = &side->session;
  const struct curta_plan *plan = NULL;
  const struct curta_tensor *t = program(side, batch, &plan);
  struct curta_outcome outcome;
  uint32_t step = s->step - 1, left; /* the step has been counted already */
  void *nops;
  int r;
  if (!t || last >= plan->n_train)
    return curta_fail(fail, -EINVAL, "command %" PRIu32 " is not in the program", last);
  left = plan->n_train - last - 1;
  nops = calloc(left + 1, CURTA_CMD_BYTES);
  if (!nops)
    return curta_fail(fail, -ENOMEM, "no memory");
  r = rewind_side(side, fail);
  if (!r && left) {
    r = s->device.bus.mem_write(s->device.bus.ctx, t->addr + (last + 1) * CURTA_CMD_BYTES, nops,
                                (size_t)left * CURTA_CMD_BYTES);
    if (r)
      r = curta_session_error(s, r, "shortening the program", fail);
  }
  free(nops);
  if (r)
    return r;
  s->step = step;
  side->records.n = 0;
  r = curta_session_step(s, batch, 1, mu, &outcome, fail);
  s->step = step + 1;
  return r;
}

static size_t executed(const struct curta_side *side)
{
  size_t n = 0;
  while (n < side->records.n && side->records.record[n].opcode != CURTA_OP_NOP &&
         side->records.record[n].opcode != CURTA_OP_END)
    n++;
  return n;
}

/* Position in the program of the command with record number k: skipped commands have no record, so the shortest program
 * that executes k+1 commands is searched on the reference device. */
static int find_position(struct curta_side *side, const struct curta_batch *batch, int32_t mu, size_t k,
                         uint32_t *position, struct curta_fail *fail)
{
  const struct curta_plan *plan = NULL;
  uint32_t low = 0, high;
  if (!program(side, batch, &plan))
    return curta_fail(fail, -EINVAL, "no plan for this batch");
  high = plan->n_train - 1;
  while (low < high) {
    uint32_t middle = low + (high - low) / 2;
    int r = curta_side_replay(side, batch, mu, middle, fail);
    if (r)
      return r;
    if (executed(side) > k)
      high = middle;
    else
      low = middle + 1;
  }
  *position = low;
  return 0;
}

/* Tiles of an operand buffer or of the accumulator memory: base + sum of i[k] stride[k], i[k] < n[k]. */
struct place {
  enum curta_peek space;
  const char *name;
  uint32_t base, n[4];
  int32_t stride[4];
};

static int peek_tile(struct curta_lockstep *l, const struct place *p, uint32_t tile)
{
  uint32_t t = l->side[0].session.dev.hw.t, area = t * t, per = p->space == CURTA_PEEK_ACC ? 1 : 4;
  for (uint32_t e = 0; e < area; e += per) {
    uint32_t a, b, word = (tile * area + e) / per;
    if (curta_device_peek(&l->side[0].session.device, p->space, word, &a) ||
        curta_device_peek(&l->side[1].session.device, p->space, word, &b))
      return 0;
    if (a == b)
      continue;
    printf("  first differing word: %s, tile %" PRIu32 ", row %" PRIu32 ", column %" PRIu32 ": %s 0x%08" PRIx32
           ", %s 0x%08" PRIx32 "\n",
           p->name, tile, e / t, e % t, l->side[0].session.device.name, a, l->side[1].session.device.name, b);
    return 1;
  }
  return 0;
}

static int peek_place(struct curta_lockstep *l, const struct place *p)
{
  uint64_t count = (uint64_t)p->n[0] * p->n[1] * p->n[2] * p->n[3];
  for (uint64_t k = 0; k < count; k++) {
    uint64_t left = k;
    uint32_t tile = p->base;
    for (int i = 3; i >= 0; i--, left /= p->n[i + 1])
      tile += (uint32_t)(left % p->n[i]) * (uint32_t)p->stride[i];
    if (peek_tile(l, p, tile & 0xffffu))
      return 1;
  }
  return 0;
}

#define GET(field) curta_cmd_get(cmd, CURTA_##field)
#define GETS(field) curta_cmd_gets(cmd, CURTA_##field)

/* What the command writes in the operand buffers or accumulators, or (VECTOR) reads there. Elsewhere may lie what an
 * earlier program left. 0: nothing. */
static int place_of(const uint32_t *cmd, struct place *p)
{
  uint32_t op = GET(CMD_OPCODE), tiles = GET(LOAD_N0) * GET(LOAD_N1) * GET(LOAD_N2) * GET(LOAD_N3);
  switch (op) {
  case CURTA_OP_LOAD:
    *p = (struct place){GET(LOAD_BUF) ? CURTA_PEEK_B : CURTA_PEEK_A,
                        GET(LOAD_BUF) ? "operand buffer B" : "operand buffer A",
                        GET(LOAD_DST),
                        {1, 1, 1, tiles},
                        {0, 0, 0, 1}};
    return 1;
  case CURTA_OP_GEMM:
    *p = (struct place){CURTA_PEEK_ACC,
                        "accumulator memory",
                        GET(GEMM_P_BASE),
                        {GET(GEMM_NGA), GET(GEMM_NGB), GET(GEMM_NVY), GET(GEMM_NVX)},
                        {GETS(GEMM_P_SGA), GETS(GEMM_P_SGB), GETS(GEMM_P_SVY), GETS(GEMM_P_SVX)}};
    return 1;
  case CURTA_OP_UPDATE:
  case CURTA_OP_REDUCE:
    *p = (struct place){CURTA_PEEK_ACC, "accumulator memory", GET(UPDATE_SRC), {1, 1, 1, GET(UPDATE_N)}, {0, 0, 0, 1}};
    return (int)GET(UPDATE_SRC_ACC);
  case CURTA_OP_MAP:
    *p = (struct place){CURTA_PEEK_ACC,
                        "accumulator memory",
                        GET(MAP_SRC),
                        {GET(MAP_N3), GET(MAP_N2), GET(MAP_N1), GET(MAP_N0)},
                        {GETS(MAP_S3), GETS(MAP_S2), GETS(MAP_S1), 1}};
    return (int)GET(MAP_SRC_ACC);
  default:
    return 0;
  }
}

/* Looks where the command writes. */
static int find_place(struct curta_lockstep *l, const uint32_t *cmd, uint8_t engine, struct curta_fail *fail)
{
  struct place place;
  uint64_t bytes = 0;
  int found = 0;
  for (uint32_t i = 0; i < CURTA_SCALARS && !found; i++) {
    int32_t a, b;
    if (curta_dev_scalar_read(&l->side[0].session.dev, i, &a) ||
        curta_dev_scalar_read(&l->side[1].session.dev, i, &b) || a == b)
      continue;
    printf("  scale register S[%" PRIu32 "]: %s %" PRId32 ", %s %" PRId32 "\n", i, l->side[0].session.device.name, a,
           l->side[1].session.device.name, b);
    found = 1;
  }
  if (place_of(cmd, &place)) {
    int differs = peek_place(l, &place);
    if (engine != CURTA_ENGINE_VECTOR)
      found |= differs;
    else if (!differs) /* were the accumulators right that it reads? */
      printf("  accumulator memory: equal where it reads\n");
  }
  /* memory last: a LOAD of a tensor that differs already is shown by the tensor's name */
  int r = curta_lockstep_tensors(l, &bytes, fail);
  return r < 0 ? r : found | r;
}

int curta_lockstep_locate(struct curta_lockstep *l, const struct curta_batch *batch, int32_t mu, size_t k,
                          struct curta_fail *fail)
{
  uint8_t engine = l->side[0].records.record[k].engine;
  const struct curta_plan *plan = NULL;
  uint32_t position = 0;
  int r = find_position(&l->side[0], batch, mu, k, &position, fail);
  for (int i = 0; i < 2 && !r; i++)
    r = curta_side_replay(&l->side[i], batch, mu, position, fail);
  if (r)
    return r;
  if (executed(&l->side[0]) != k + 1)
    return curta_fail(fail, -EPROTO, "the step did not repeat on %s: it executed %zu commands, expected %zu",
                      l->side[0].session.device.name, executed(&l->side[0]), k + 1);
  printf("  program position %" PRIu32 "; step run again up to it:\n", position);
  r = program(&l->side[0], batch, &plan) ? find_place(l, plan->cmd[position], engine, fail) : 0;
  if (r == 0)
    printf("  no difference this time: the command was right in a shorter program, so look for a missing wait or a "
           "race\n");
  return r;
}
