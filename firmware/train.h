/* SPDX-License-Identifier: Apache-2.0
 * train.h - a training job on the device that it runs on: the state of the firmware's training
 */
#pragma once
#include "curta.h"
#include "slots.h"
#include "curta_package.h"

#define TRAIN_IMAGES 65536u /* at most */

struct train {
  const struct curta_package *package;
  struct checkpoint *checkpoint; /* null: there is no flash */
  struct curta_dev dev;
  struct curta_net net;
  struct curta_plan *plan; /* larger than all else together, and looked at once a step */
  struct curta_run run;
  uint32_t epoch, position; /* images [0, position) of this epoch are done */
  uint32_t correct;         /* of them */
  uint32_t test_correct;
  uint64_t device_cycles; /* of the steps done: the accelerator's busy cycles, */
  uint64_t all_cycles;    /* and all from the first doorbell of an epoch to the end of its last step, but for saving */
  uint64_t began, looked, saving, said;
};

/* Opens the device, plans, goes on from the newest checkpoint of this package or fills in weights by seed; says what it
 * does. checkpoint: opened, or null. 0 or -errno, the reason printed. */
int train_open(struct train *t, const struct curta_bus *bus, const struct curta_package *package,
               struct checkpoint *checkpoint);
/* Saves a checkpoint if there is a flash. */
int train_save(struct train *t);
/* Trains to the end of the job or until a host stops it, evaluates and saves after each epoch, prints the curve. */
int train_run(struct train *t);
/* Prints the checksum and exponent of every layer's weights. */
int train_weights(struct train *t);
