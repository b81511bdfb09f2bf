/* SPDX-License-Identifier: Apache-2.0
 * nitro_probe.h - a planned training step of NITRO-D with more commands, which keep what the step itself does not: the
 * sums that its MAPs and UPDATEs read from the accumulator memory, what the first of two visits of a block made, the
 * activation in front of a pool, deltas by position
 *
 * The commands of the plan stay as they are and in their order. All that writes memory is in VECTOR, and so is every
 * added command: right in front of the command whose sums it copies, with its waits, or of the one that overwrites.
 * What waited for n commands of VECTOR waits for those n and what was added to them.
 */
#ifndef NITRO_PROBE_H
#define NITRO_PROBE_H
#include "curta.h"

struct probe {
  struct curta_plan *plan;
  uint32_t (*cmd)[CURTA_CMD_WORDS], n, capacity; /* the program that is made, then the plan's evaluation */
  uint64_t at;                                   /* next free byte of device memory */
  /* Addresses, 0: there is none. Of tensor t: sums (int32) by visit; what the first visit left, if there is a second.
   */
  uint32_t sums[CURTA_MAX_TENSORS][2], first[CURTA_MAX_TENSORS];
  /* Of weighted layer w: its activation, where a pool follows; deltas by position behind and before NITRO-ReLU. */
  uint32_t act[CURTA_MAX_WEIGHTED], dh[CURTA_MAX_WEIGHTED], dz[CURTA_MAX_WEIGHTED];
  uint8_t visits[CURTA_MAX_LAYERS];
};

/* Before curta_run_open: `plan` (apart) gets such a program, and room for it behind its end. 0, or -ENOMEM. */
int probe_plan(struct probe *p, struct curta_plan *plan);
void probe_free(struct probe *p);
#endif
