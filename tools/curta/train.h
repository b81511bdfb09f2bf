/* SPDX-License-Identifier: Apache-2.0
 * train.h - a training under way
 */
#ifndef CURTA_TOOL_TRAIN_H
#define CURTA_TOOL_TRAIN_H
#include "checkpoint.h"
#include "log.h"
#include "progress.h"

struct curta_train {
  const struct curta_args *args;
  struct curta_network network;
  struct curta_session session;
  struct curta_data train_data, test_data;
  struct curta_state state;
  struct curta_recipe recipe;
  struct curta_log log;
  struct {
    uint32_t images, correct;
    int64_t loss_micro;
  } window;
  uint32_t epochs;         /* train until so many are done */
  uint32_t epoch_images;   /* of an epoch */
  uint32_t *order;         /* of this epoch's images */
  uint32_t steps_done;     /* by this call of the program */
  uint64_t counter;        /* device cycles when last looked at */
  uint64_t macs_per_image; /* useful ones of a training step */
  char checkpoint[600];
};

/* Everything up to the first step: a fresh training, or one that goes on (--resume). On failure call close too. */
int curta_train_open(struct curta_train *t, const struct curta_args *args, struct curta_fail *fail);
void curta_train_close(struct curta_train *t);

#endif
