/* SPDX-License-Identifier: Apache-2.0
 * emit.c - see emit.h */
#include <string.h>
#include "emit.h"

void emit_start(struct emit *e, const struct curta_hw *hw, uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t capacity)
{
  memset(e, 0, sizeof *e);
  e->hw = hw;
  e->cmd = cmd;
  e->capacity = capacity;
}

void item_init(struct item *it, uint32_t opcode, uint32_t engine, uint32_t tag)
{
  memset(it, 0, sizeof *it);
  it->engine = (uint8_t)engine;
  curta_cmd_set(it->cmd, CURTA_CMD_OPCODE, opcode);
  curta_cmd_set(it->cmd, CURTA_CMD_TAG, tag);
}

void item_span(struct item *it, enum space space, int write, uint64_t lo, uint64_t hi)
{
  struct span *s = &it->span[it->n_spans++];
  s->space = (uint8_t)space;
  s->write = (uint8_t)write;
  s->lo = lo;
  s->hi = hi;
}

static bool spans_conflict(const struct span *a, uint32_t na, const struct span *b, uint32_t nb)
{
  for (uint32_t i = 0; i < na; i++)
    for (uint32_t j = 0; j < nb; j++)
      if (a[i].space == b[j].space && (a[i].write | b[j].write) && a[i].lo < b[j].hi && b[j].lo < a[i].hi)
        return true;
  return false;
}

/* Commands of `engine` that must have completed before `it`. */
static uint32_t threshold(const struct emit *e, uint32_t engine, const struct item *it)
{
  uint32_t issued = e->issued[engine];
  uint32_t oldest = issued > LOG_DEPTH ? issued - LOG_DEPTH : 0;
  for (uint32_t i = issued; i > oldest; i--) {
    const struct access *a = &e->log[engine][(i - 1) % LOG_DEPTH];
    if (spans_conflict(it->span, it->n_spans, a->span, a->n_spans))
      return i;
  }
  return oldest;
}

static void account(struct emit *e, const struct item *it)
{
  uint32_t tag = curta_cmd_get(it->cmd, CURTA_CMD_TAG);
  if (!e->stat)
    return;
  struct curta_pass_stat *st = &e->stat[(tag >> 3) % CURTA_MAX_LAYERS][(tag & 7u) % CURTA_PASSES];
  st->commands++;
  st->rd_bytes += it->rd_bytes;
  st->wr_bytes += it->wr_bytes;
  if (it->engine == CURTA_ENGINE_MATRIX)
    st->array_cycles += it->cycles;
}

static void put(struct emit *e, const struct item *it)
{
  static const uint32_t wait[4] = {0, CURTA_CMD_WAIT_L, CURTA_CMD_WAIT_M, CURTA_CMD_WAIT_V};
  if (e->n >= e->capacity && e->cmd)
    e->overflow = true;
  if (e->cmd && !e->overflow) {
    uint32_t *out = e->cmd[e->n];
    memcpy(out, it->cmd, CURTA_CMD_BYTES);
    for (uint32_t engine = CURTA_ENGINE_LOAD; engine <= CURTA_ENGINE_VECTOR && it->engine != CURTA_ENGINE_CP; engine++)
      if (engine != it->engine)
        curta_cmd_set(out, wait[engine], threshold(e, engine, it));
  }
  struct access *a = &e->log[it->engine][e->issued[it->engine]++ % LOG_DEPTH];
  memcpy(a->span, it->span, sizeof a->span);
  a->n_spans = it->n_spans;
  e->n++;
  for (int q = 0; q < Q_COUNT && it->engine != CURTA_ENGINE_MATRIX; q++)
    e->credit[q] -= it->cycles;
  account(e, it);
}

static void pop(struct emit *e, enum queue q);

/* Emits the delayed work of all queues that is older than `stamp` and conflicts with `it`. */
static void pull(struct emit *e, const struct item *it, uint32_t stamp)
{
  for (int q = 0; q < Q_COUNT; q++) {
    uint32_t upto = 0;
    for (uint32_t i = 0; i < e->count[q]; i++) {
      const struct item *p = &e->queue[q][(e->head[q] + i) % QUEUE_DEPTH];
      if (p->stamp >= stamp)
        break;
      if (spans_conflict(it->span, it->n_spans, p->span, p->n_spans))
        upto = i + 1;
    }
    /* What pop emits may itself pull from this queue's twin, never from this one: its order is kept. */
    for (uint32_t n = e->count[q]; upto > 0 && e->count[q] > 0 && n - e->count[q] < upto;)
      pop(e, (enum queue)q);
  }
}

/* Emits the oldest item of a queue. */
static void pop(struct emit *e, enum queue q)
{
  struct item it = e->queue[q][e->head[q]];
  e->head[q] = (e->head[q] + 1) % QUEUE_DEPTH;
  e->count[q]--;
  pull(e, &it, it.stamp);
  put(e, &it);
}

void emit_now(struct emit *e, const struct item *it)
{
  e->stamp++;
  pull(e, it, e->stamp);
  put(e, it);
}

void emit_later(struct emit *e, const struct item *it, enum queue q)
{
  if (e->count[q] == QUEUE_DEPTH)
    pop(e, q);
  struct item *slot = &e->queue[q][(e->head[q] + e->count[q]) % QUEUE_DEPTH];
  *slot = *it;
  slot->stamp = e->stamp++;
  e->count[q]++;
}

/* IDLE work takes what is left of three quarters: where it fills the memory's time, operands come late (and refresh
 * takes a part that no estimate knows). URGENT work may crowd others out by a quarter. */
void emit_pace(struct emit *e, uint64_t cycles)
{
  for (int q = 0; q < Q_COUNT; q++) {
    int64_t floor = -(int64_t)cycles * (q == Q_URGENT ? 0 : 8);
    e->credit[q] += (int64_t)(q == Q_IDLE ? cycles - cycles / 4 : cycles);
    if (q == Q_URGENT && e->credit[q] < (int64_t)cycles / 4)
      e->credit[q] = (int64_t)cycles / 4;
    else if (e->credit[q] < floor)
      e->credit[q] = floor;
    while (e->count[q] && e->credit[q] >= (int64_t)e->queue[q][e->head[q]].cycles)
      pop(e, (enum queue)q);
    if (!e->count[q] && e->credit[q] > 0)
      e->credit[q] = 0;
  }
}

void emit_flush(struct emit *e)
{
  for (int q = 0; q < Q_COUNT; q++)
    while (e->count[q])
      pop(e, (enum queue)q);
}

/* A command of the command processor that is a fence point. */
static void fence_point(struct emit *e, const struct item *it)
{
  put(e, it);
  memset(e->issued, 0, sizeof e->issued);
}

uint32_t emit_skip(struct emit *e, uint32_t tag, uint32_t ra, uint32_t rb, bool differ)
{
  struct item it;
  emit_flush(e);
  item_init(&it, CURTA_OP_SKIP, CURTA_ENGINE_CP, tag);
  item_set(&it, CURTA_SKIP_COUNT, 1);
  item_set(&it, CURTA_SKIP_RA, ra);
  item_set(&it, CURTA_SKIP_RB, rb);
  item_set(&it, CURTA_SKIP_COND, differ);
  fence_point(e, &it);
  return e->n - 1;
}

/* A fence follows the skipped commands, so that completion counts are 0 whether they ran or not. */
void emit_skip_end(struct emit *e, uint32_t tag, uint32_t skip)
{
  struct item it;
  emit_flush(e);
  if (e->cmd && !e->overflow)
    curta_cmd_set(e->cmd[skip], CURTA_SKIP_COUNT, e->n - 1 - skip);
  item_init(&it, CURTA_OP_FENCE, CURTA_ENGINE_CP, tag);
  fence_point(e, &it);
}

void emit_scalar(struct emit *e, enum queue q, uint32_t tag, uint32_t func, uint32_t rd, uint32_t ra, uint32_t rb,
                 uint32_t rc, int32_t imm)
{
  const uint32_t read[3] = {ra, rb, rc};
  struct item it;
  item_init(&it, CURTA_OP_SCALAR, CURTA_ENGINE_VECTOR, tag);
  item_set(&it, CURTA_SCALAR_FUNC, func);
  item_set(&it, CURTA_SCALAR_RD, rd);
  item_set(&it, CURTA_SCALAR_RA, ra);
  item_set(&it, CURTA_SCALAR_RB, rb);
  item_set(&it, CURTA_SCALAR_RC, rc);
  item_set(&it, CURTA_SCALAR_IMM, (uint32_t)imm);
  for (int i = 0; i < 3; i++)
    item_span(&it, SP_S, 0, read[i], read[i] + 1);
  item_span(&it, SP_S, 1, rd, rd + 1);
  it.cycles = 8;
  emit_later(e, &it, q);
}
