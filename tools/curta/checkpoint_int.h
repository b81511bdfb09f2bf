/* SPDX-License-Identifier: Apache-2.0
 * checkpoint_int.h - shared by checkpoint.c and checkpoint_nitro.c
 */
#ifndef CURTA_TOOL_CHECKPOINT_INT_H
#define CURTA_TOOL_CHECKPOINT_INT_H
#include "checkpoint.h"

/* Dimensions of the weights of a layer, as in the file. */
uint32_t curta_weight_shape(const struct curta_layer *l, uint64_t shape[4]);
/* Index in net.layer[] of weighted layer w. */
uint32_t curta_weighted_layer(const struct curta_net *net, uint32_t w);
int curta_checkpoint_add_i64(struct curta_st *st, const char *key, int64_t value, struct curta_fail *fail);

int curta_checkpoint_add_nitro(struct curta_st *st, struct curta_session *s, const struct curta_state *state,
                               struct curta_fail *fail);
/* Nothing in a checkpoint of NITI. */
int curta_checkpoint_get_schedule(const struct curta_st *st, struct curta_state *state, struct curta_fail *fail);
int curta_checkpoint_get_normalisation(const struct curta_st *st, struct curta_session *s, struct curta_fail *fail);
/* Weights of a weighted layer (head: of its learning layer) from the device to `out`, or without it from `in` to the
 * device. */
int curta_checkpoint_move_nitro(struct curta_st *out, const struct curta_st *in, struct curta_session *s, uint32_t w,
                                int head, struct curta_fail *fail);

#endif
