/* SPDX-License-Identifier: Apache-2.0
 * timeline.h - retirement records of a training step beside the commands of its program: what ran when, what waited for
 * what
 */
#ifndef CURTA_TOOL_TIMELINE_H
#define CURTA_TOOL_TIMELINE_H
#include <stdint.h>
#include <stdio.h>

#include "curta.h"
#include "curta_bus.h"
#include "curta_spec.h"
#include "fail.h"

/* Why an engine stood still before a command: no command had come (fetch, configuration, fence), or it waited for one
 * of the engines. In the order of enum curta_engine. */
enum curta_stall { CURTA_STALL_ISSUE, CURTA_STALL_LOAD, CURTA_STALL_MATRIX, CURTA_STALL_VECTOR, CURTA_STALLS };
#define CURTA_STALL_NAMES                                                                                              \
  {                                                                                                                    \
    "no command", "waits for LOAD", "waits for MATRIX", "waits for VECTOR"                                             \
  }

struct curta_slice {
  struct curta_retire record;
  uint64_t ready; /* the engine was free and, but for `cause`, nothing was missing; start - ready is the stall */
  enum curta_stall cause;            /* of the longest wait */
  uint64_t counter[CURTA_CNT_COUNT]; /* of a GEMM: what the device counted since the end of the one before */
};

struct curta_timeline {
  const struct curta_net *net;
  struct curta_slice *slice;
  uint32_t n, room;
  uint64_t begin, end;
  uint64_t then[CURTA_CNT_COUNT]; /* counters at the end of the last GEMM; before the first: at the beginning */
  int no_memory;
};

/* on_retire callback, user is the timeline. */
void curta_timeline_keep(void *user, const struct curta_retire *record);
/* The slice that was kept last is a GEMM, at whose end the counters had these values. */
void curta_timeline_count(struct curta_timeline *t, const uint64_t value[CURTA_CNT_COUNT]);
/* Finds every stall: matches the records with the n commands of the called program. -EPROTO: they do not belong
 * together. */
int curta_timeline_stalls(struct curta_timeline *t, const uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t n,
                          struct curta_fail *fail);
/* Chrome trace-event format: a row for each engine, a microsecond a cycle. */
void curta_timeline_json(const struct curta_timeline *t, const char *title, FILE *to);
const char *curta_opcode_name(uint32_t opcode);

#endif
