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

static int peek_space(struct curta_lockstep *l, enum curta_peek space, uint32_t words, const char *name)
{
  uint32_t tile = l->side[0].session.dev.hw.t, area = tile * tile, per = space == CURTA_PEEK_ACC ? 1 : 4;
  for (uint32_t i = 0; i < words; i++) {
    uint32_t a, b, e = i * per;
    if (curta_device_peek(&l->side[0].session.device, space, i, &a) ||
        curta_device_peek(&l->side[1].session.device, space, i, &b))
      return 0;
    if (a == b)
      continue;
    printf("  first differing word: %s, tile %" PRIu32 ", row %" PRIu32 ", column %" PRIu32 ": %s 0x%08" PRIx32
           ", %s 0x%08" PRIx32 "\n",
           name, e / area, e % area / tile, e % tile, l->side[0].session.device.name, a, l->side[1].session.device.name,
           b);
    return 1;
  }
  return 0;
}

/* Looks where this kind of command writes. */
static int find_place(struct curta_lockstep *l, uint8_t engine, struct curta_fail *fail)
{
  const struct curta_hw *hw = &l->side[0].session.dev.hw;
  uint32_t area = hw->t * hw->t;
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
  if (engine == CURTA_ENGINE_LOAD)
    found |= peek_space(l, CURTA_PEEK_A, hw->a_tiles * area / 4, "operand buffer A") |
             peek_space(l, CURTA_PEEK_B, hw->b_tiles * area / 4, "operand buffer B");
  if (engine == CURTA_ENGINE_MATRIX)
    found |= peek_space(l, CURTA_PEEK_ACC, hw->p_tiles * area, "accumulator memory");
  /* a vector command that reads the accumulators: were they right? */
  if (engine == CURTA_ENGINE_VECTOR && !peek_space(l, CURTA_PEEK_ACC, hw->p_tiles * area, "accumulator memory"))
    printf("  accumulator memory: equal\n");
  /* memory last: a LOAD of a tensor that differs already is shown by the tensor's name */
  int r = curta_lockstep_tensors(l, &bytes, fail);
  return r < 0 ? r : found | r;
}

int curta_lockstep_locate(struct curta_lockstep *l, const struct curta_batch *batch, int32_t mu, size_t k,
                          struct curta_fail *fail)
{
  uint8_t engine = l->side[0].records.record[k].engine;
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
  r = find_place(l, engine, fail);
  if (r == 0)
    printf("  no difference this time: the command was right in a shorter program, so look for a missing wait or a "
           "race\n");
  return r;
}
