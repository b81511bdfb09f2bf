/* SPDX-License-Identifier: Apache-2.0
 * lockstep.h - two devices that run the same program, and what they are compared by
 */
#ifndef CURTA_TOOL_LOCKSTEP_H
#define CURTA_TOOL_LOCKSTEP_H
#include <stddef.h>
#include <stdint.h>

#include "session.h"

struct curta_records {
  struct curta_retire *record;
  size_t n, room;
  int no_memory;
};

struct curta_side {
  struct curta_session session;
  struct curta_records records; /* of the step under way */
  uint8_t *memory;              /* as it was before the step: [0, bytes) */
  size_t bytes;
  int32_t scalar[CURTA_SCALARS];
};

struct curta_lockstep {
  struct curta_network network;
  struct curta_side side[2];   /* 0: the reference */
  uint64_t commands, compared; /* totals without a difference: records, bytes */
};

/* Both sides did the step of `batch`: compares records, tensors and scale registers. Returns 0; 1 and prints the report
 * when they differ; -errno. */
int curta_lockstep_check(struct curta_lockstep *l, const struct curta_batch *batch, int32_t mu,
                         struct curta_fail *fail);
/* Copies memory and scale registers, so that the step can be run again from here. */
int curta_side_snapshot(struct curta_side *side, struct curta_fail *fail);
/* on_retire callback: keeps the record. */
void curta_side_record(void *user, const struct curta_retire *record);
/* Runs the step again up to program command `last` only (the rest are NOPs). records are those of this run. */
int curta_side_replay(struct curta_side *side, const struct curta_batch *batch, int32_t mu, uint32_t last,
                      struct curta_fail *fail);
/* First difference in the tensors of the plan; prints it. 1, 0 or -errno. *bytes counts what was equal. */
int curta_lockstep_tensors(struct curta_lockstep *l, uint64_t *bytes, struct curta_fail *fail);
/* Finds and prints the first place that command number k of the step's records left different. */
int curta_lockstep_locate(struct curta_lockstep *l, const struct curta_batch *batch, int32_t mu, size_t k,
                          struct curta_fail *fail);
/* "GEMM, conv0 forward" */
void curta_describe_record(char *dst, size_t size, const struct curta_net *net, const struct curta_retire *record);

#endif
