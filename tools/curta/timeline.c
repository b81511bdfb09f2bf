/* SPDX-License-Identifier: Apache-2.0
 * timeline.c - what ran when, what waited for what (timeline.h)
 */
#include "timeline.h"

#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"

const char *curta_opcode_name(uint32_t opcode)
{
  static const struct curta_op_info table[] = CURTA_OP_TABLE;
  for (const struct curta_op_info *op = table; op->name; op++)
    if (op->opcode == opcode)
      return op->name;
  return "?";
}

void curta_timeline_keep(void *user, const struct curta_retire *record)
{
  struct curta_timeline *t = user;
  if (t->n == t->room) {
    uint32_t room = t->room ? 2 * t->room : 4096;
    struct curta_slice *more = realloc(t->slice, room * sizeof *more);
    if (!more) {
      t->no_memory = 1;
      return;
    }
    t->slice = more;
    t->room = room;
  }
  memset(&t->slice[t->n], 0, sizeof *t->slice);
  t->slice[t->n++].record = *record;
}

void curta_timeline_count(struct curta_timeline *t, const uint64_t value[CURTA_CNT_COUNT])
{
  for (int i = 0; i < CURTA_CNT_COUNT && !t->no_memory; i++) {
    t->slice[t->n - 1].counter[i] = value[i] - t->then[i];
    t->then[i] = value[i];
  }
}

static int same(const struct curta_retire *r, const uint32_t *cmd)
{
  return r->opcode == curta_cmd_get(cmd, CURTA_CMD_OPCODE) && r->tag == curta_cmd_get(cmd, CURTA_CMD_TAG);
}

/* Did the SKIP at record i, program command pc, leave its commands out? Then what follows does not look like them. */
static int skipped(const struct curta_timeline *t, uint32_t i, const uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t n,
                   uint32_t pc)
{
  uint32_t count = curta_cmd_get(cmd[pc], CURTA_SKIP_COUNT);
  for (uint32_t k = 1; k <= count && pc + k < n; k++)
    if (i + k >= t->n || !same(&t->slice[i + k].record, cmd[pc + k]))
      return 1;
  return 0;
}

/* Completion times of each engine since the last fence point. */
struct since {
  uint64_t *done[4];
  uint32_t n[4];
  uint64_t last[4]; /* end of the engine's last command */
};

static void find_stall(struct curta_slice *s, const uint32_t *cmd, struct since *since)
{
  int engine = s->record.engine;
  uint64_t from = since->last[engine], latest = from;
  s->ready = s->record.start;
  s->cause = CURTA_STALL_ISSUE;
  for (int e = 1; e < 4; e++) {
    uint32_t wait = cmd[e];
    if (wait && wait <= since->n[e] && since->done[e][wait - 1] > latest) {
      latest = since->done[e][wait - 1];
      s->cause = (enum curta_stall)e;
    }
  }
  if (from && from < s->record.start)
    s->ready = from;
  since->done[engine][since->n[engine]++] = s->record.end;
  since->last[engine] = s->record.end;
}

static int walk(struct curta_timeline *t, const uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t n, struct since *since,
                struct curta_fail *fail)
{
  uint32_t i = 0, pc = 0;
  while (i < t->n && t->slice[i].record.opcode != CURTA_OP_CALL)
    i++;
  for (i++; i < t->n && pc < n; i++) {
    struct curta_slice *s = &t->slice[i];
    if (!same(&s->record, cmd[pc]))
      return curta_fail(fail, -EPROTO, "record %" PRIu32 " (%s) is not command %" PRIu32 " of the program (%s)",
                        s->record.index, curta_opcode_name(s->record.opcode), pc,
                        curta_opcode_name(curta_cmd_get(cmd[pc], CURTA_CMD_OPCODE)));
    if (s->record.engine != CURTA_ENGINE_CP)
      find_stall(s, cmd[pc], since);
    else if (s->record.opcode != CURTA_OP_NOP)
      memset(since->n, 0, sizeof since->n);
    pc += 1 + (s->record.opcode == CURTA_OP_SKIP && skipped(t, i, cmd, n, pc) ? curta_cmd_get(cmd[pc], CURTA_SKIP_COUNT)
                                                                              : 0);
  }
  return pc < n ? curta_fail(fail, -EPROTO, "the records end at command %" PRIu32 " of %" PRIu32, pc, n) : 0;
}

int curta_timeline_stalls(struct curta_timeline *t, const uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t n,
                          struct curta_fail *fail)
{
  struct since since;
  int r = 0;
  memset(&since, 0, sizeof since);
  t->begin = UINT64_MAX;
  for (uint32_t i = 0; i < t->n; i++) {
    const struct curta_retire *record = &t->slice[i].record;
    t->slice[i].ready = record->start;
    t->begin = record->start < t->begin ? record->start : t->begin;
    t->end = record->end > t->end ? record->end : t->end;
  }
  for (int e = 0; e < 4 && !r; e++) {
    since.done[e] = malloc((t->n + 1) * sizeof *since.done[e]);
    r = since.done[e] ? 0 : curta_fail(fail, -ENOMEM, "no memory");
  }
  if (!r && t->no_memory)
    r = curta_fail(fail, -ENOMEM, "no memory for the records of a step");
  if (!r)
    r = walk(t, cmd, n, &since, fail);
  for (int e = 0; e < 4; e++)
    free(since.done[e]);
  return r;
}

static void name_slice(char *dst, size_t size, const struct curta_net *net, const struct curta_retire *r)
{
  static const char *const passes[] = CURTA_PASS_NAMES;
  uint32_t layer = r->tag / 8u, pass = r->tag % 8u;
  char name[32];
  if (r->engine == CURTA_ENGINE_CP || layer >= net->n_layers || pass >= CURTA_PASSES) {
    (void)snprintf(dst, size, "%s", curta_opcode_name(r->opcode));
    return;
  }
  curta_layer_name(name, sizeof name, net, layer);
  (void)snprintf(dst, size, "%s %s %s", curta_opcode_name(r->opcode), name, passes[pass]);
}

void curta_timeline_json(const struct curta_timeline *t, const char *title, FILE *to)
{
  static const char *const engines[] = {"command processor", "LOAD", "MATRIX", "VECTOR"};
  static const char *const stalls[] = CURTA_STALL_NAMES, *const counters[] = CURTA_CNT_NAMES;
  (void)fprintf(to, "{\"displayTimeUnit\":\"ns\",\"otherData\":{\"unit\":\"1 us is 1 cycle\"},\"traceEvents\":[\n");
  (void)fprintf(to, "{\"name\":\"process_name\",\"ph\":\"M\",\"pid\":1,\"args\":{\"name\":\"%s\"}}", title);
  for (int e = 0; e < 4; e++)
    (void)fprintf(to, ",\n{\"name\":\"thread_name\",\"ph\":\"M\",\"pid\":1,\"tid\":%d,\"args\":{\"name\":\"%s\"}}", e,
                  engines[e]);
  for (uint32_t i = 0; i < t->n; i++) {
    const struct curta_slice *s = &t->slice[i];
    const struct curta_retire *r = &s->record;
    char name[96];
    name_slice(name, sizeof name, t->net, r);
    if (s->ready < r->start)
      (void)fprintf(to,
                    ",\n{\"name\":\"%s\",\"cat\":\"stall\",\"ph\":\"X\",\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
                    ",\"pid\":1,\"tid\":%d}",
                    stalls[s->cause], s->ready - t->begin, r->start - s->ready, r->engine);
    (void)fprintf(to,
                  ",\n{\"name\":\"%s\",\"cat\":\"command\",\"ph\":\"X\",\"ts\":%" PRIu64 ",\"dur\":%" PRIu64
                  ",\"pid\":1,\"tid\":%d,\"args\":{\"index\":%" PRIu32 ",\"tag\":%u,\"busy\":%" PRIu64,
                  name, r->start - t->begin, r->end - r->start, r->engine, r->index, r->tag, r->busy);
    for (int k = CURTA_CNT_BUSY + 1; k < CURTA_CNT_COUNT && r->engine == CURTA_ENGINE_MATRIX; k++)
      (void)fprintf(to, ",\"%s\":%" PRIu64, counters[k], s->counter[k]);
    (void)fprintf(to, "}}");
  }
  (void)fprintf(to, "\n]}\n");
}
