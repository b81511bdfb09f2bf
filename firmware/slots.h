/* SPDX-License-Identifier: Apache-2.0
 * slots.h - the state of a training in flash, in two slots that are written in turn
 *
 * A slot: header (one page, alone in its sector), then the weights as they lie in the accelerator's memory. A save
 * erases the header of the older slot first and writes it last; a slot counts only if the checksums of header and
 * weights match. So a power cut at any instant leaves the newest complete checkpoint untouched.
 */
#pragma once
#include "curta.h"
#include "flash.h"

struct checkpoint_state {
  uint32_t job; /* a checkpoint belongs to one */
  uint32_t epoch, position, correct, step;
  int32_t weight_exp[CURTA_MAX_WEIGHTED];
};

struct checkpoint {
  const struct flash *flash;
  uint32_t slot[2], slot_bytes; /* addresses of the slots, multiples of a sector; size of each */
  uint32_t newest, sequence;    /* slot of the newest checkpoint and its number; 0: none yet */
};

void checkpoint_open(struct checkpoint *c, const struct flash *flash, uint32_t slot0, uint32_t slot1,
                     uint32_t slot_bytes);
/* The newest complete checkpoint of state->job with `bytes` of weights. 0; -ENOENT: there is none; -ENOSPC: there can
 * be none, a slot is too small; -EIO. */
int checkpoint_load(struct checkpoint *c, struct checkpoint_state *state, void *weights, uint32_t bytes);
/* -ENOSPC: a slot is too small; -EIO: the flash fails, the checkpoint before stays. */
int checkpoint_save(struct checkpoint *c, const struct checkpoint_state *state, const void *weights, uint32_t bytes);
