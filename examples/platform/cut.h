/* SPDX-License-Identifier: Apache-2.0
 * cut.h - a training step cut where its shifts are made, so that several devices can agree on them
 */
#ifndef CUT_H
#define CUT_H
#include "curta.h"

#define CUT_MAX 64

/* Commands [from, from + count) of the step; before them, registers to agree on. */
struct cut_piece {
  uint32_t from, count;
  uint32_t or_reg;  /* S[or_reg] holds the OR of magnitudes that the piece makes a shift of; 0: nothing to agree on */
  int32_t gradient; /* weighted layer whose gradient that OR is of; -1: an activation or an error */
};

struct cut {
  struct cut_piece piece[CUT_MAX];
  uint32_t n;
};

/* Cuts the plan's training step before every SCALAR that makes a shift. The waits of plan->cmd become those of its piece, since
 * a piece begins with nothing under way. To be called before curta_run_open. -ENOTSUP: a step that this cannot cut (SKIP,
 * fences, dropout, updates from the accumulator memory, gradients stored after their shift); -ENOSPC: more than CUT_MAX pieces. */
int cut_step(struct cut *cut, const struct curta_plan *plan);

/* Adds two gradients of a plan, at a and b, exactly; both become the sum. Returns the OR of its magnitudes in *magnitude.
 * -ERANGE: a sum needs more bits than the plan's tiles of 24 bits have. */
int cut_add_gradients(uint8_t *a, uint8_t *b, const struct curta_tensor *t, uint32_t side, uint32_t *magnitude);

/* Runs a piece: one doorbell, until its end. */
int cut_run(struct curta_run *run, const struct cut_piece *piece);
/* What curta_step does before its program: the fixed scale registers. */
int cut_begin(struct curta_run *run);
#endif
