/* SPDX-License-Identifier: Apache-2.0
 * twin.h - one network on a device and in the layer-level reference, step by step
 */
#ifndef CURTA_TWIN_H
#define CURTA_TWIN_H
#include "curta.h"
#include "curta_ref.h"

struct twin {
  const char *config;
  struct curta_net net;
  struct curta_opt opt;
  uint32_t batch;
  struct curta_bus bus;
  struct curta_dev dev;
  struct curta_plan plan;
  struct curta_run run;
  uint32_t (*cmd)[CURTA_CMD_WORDS];
  void *work;
  struct curta_ref ref;
  struct curta_ref_layer layer[CURTA_MAX_LAYERS];
  int8_t *weights[CURTA_MAX_WEIGHTED], *x, *mask[CURTA_MAX_LAYERS];
  uint16_t *labels;
  uint32_t *order[CURTA_MAX_WEIGHTED];
  char why[400]; /* what went wrong */
};

/* Opens device, plan, run and reference for t->net, t->opt, t->batch, t->config. 0, 1: the plan is refused (why). -1:
 * failure (why) */
int twin_open(struct twin *t, uint64_t mem_bytes);
void twin_close(struct twin *t);
/* One step on random images and labels made from `seed`: the device must equal the reference in every weight, gradient,
 * saved activation, error, exponent and count. 0, or -1 with why. */
int twin_step(struct twin *t, uint32_t seed, int32_t mu);

/* Reproducible numbers. */
uint32_t rnd(uint32_t *state, uint32_t below);
#endif
