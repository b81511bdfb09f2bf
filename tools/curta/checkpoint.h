/* SPDX-License-Identifier: Apache-2.0
 * checkpoint.h - everything that a training needs to go on to the same bits, in one safetensors file
 *
 * Tensors of weighted layer L (its index in the network file, counted over all layers; name "conv0", "linear7", ...):
 *   L.weight         I8   [O,C,R,S] or [out,in]      value = integer * 2^weight_exp
 *   L.weight_exp     I32  []
 *   L.weight_master  I16  like weight                 with --master F: weight * 2^F before rounding
 * and of NITRO-D instead:
 *   L.weight         I32  [O,C,R,S] or [out,in]
 *   L.head           I32  [classes,in]                learning layer of a block
 * Strings: format, network (the text of the network file), every training option, and the state below.
 */
#ifndef CURTA_TOOL_CHECKPOINT_H
#define CURTA_TOOL_CHECKPOINT_H
#include <stdint.h>

#include "curta_nitro.h"
#include "safetensors.h"
#include "session.h"

/* Where a training is. Images [0, position) of epoch `epoch` are done; the sums belong to them. */
struct curta_state {
  uint32_t epoch, position, step;
  uint32_t correct;
  int64_t loss_micro, milliseconds;
  uint64_t cycles;
  struct curta_nitro_schedule schedule; /* NITRO-D */
  uint32_t stop;                        /* it has stopped the training */
  uint32_t flags;                       /* and bits CURTA_FLAG_* of all steps */
};

/* The options that decide the result, beside those in struct curta_opt. */
struct curta_recipe {
  char data[32];                     /* "": not known */
  uint32_t batch, limit, test_limit; /* test_limit: decides the schedule of NITRO-D */
  unsigned augment;
};

int curta_checkpoint_save(struct curta_session *s, const struct curta_state *state, const struct curta_recipe *recipe,
                          const char *path, struct curta_fail *fail);

/* Reading in two parts: first the file, which says which network to open a session for, then the weights into it. */
int curta_checkpoint_network(const struct curta_st *st, const struct curta_args *args, struct curta_network *network,
                             struct curta_fail *fail);
int curta_checkpoint_state(const struct curta_st *st, struct curta_state *state, struct curta_recipe *recipe,
                           struct curta_fail *fail);
int curta_checkpoint_weights(const struct curta_st *st, struct curta_session *s, struct curta_fail *fail);

/* Do two sets of options train to the same weights (seed aside)? */
int curta_opt_same(const struct curta_opt *a, const struct curta_opt *b);

/* "conv0": name of layer i. */
void curta_layer_name(char *dst, size_t size, const struct curta_net *net, uint32_t i);

#endif
