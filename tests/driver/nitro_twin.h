/* SPDX-License-Identifier: Apache-2.0
 * nitro_twin.h - one network of NITRO-D on a device and in the layer-level reference, step by step */
#ifndef CURTA_NITRO_TWIN_H
#define CURTA_NITRO_TWIN_H
#include "curta.h"
#include "curta_nitro_ref.h"

struct nitro_twin {
  const char *config;
  struct curta_net net;
  uint32_t batch, seed;
  int positive;       /* inputs are not negative */
  uint8_t apart;      /* the plan keeps every tensor (curta.h) */
  uint8_t sequential; /* its blocks do not overlap (curta.h) */
  struct curta_bus bus;
  struct curta_dev dev;
  struct curta_plan plan;
  struct curta_run run;
  uint32_t (*cmd)[CURTA_CMD_WORDS];
  void *work;
  struct curta_nitro_ref ref;
  struct curta_nitro_layer layer[CURTA_MAX_LAYERS];
  int of_layer[CURTA_MAX_LAYERS]; /* index in net.layer[] of each layer of the reference */
  int8_t *keep[CURTA_MAX_LAYERS], *x;
  uint16_t *labels;
  uint32_t flags; /* of the last step */
  char why[400];
};

/* Opens device, plan, run and reference for t->net, t->batch, t->config, t->seed. 0; 1: refused (why); -1: failure
 * (why)
 */
int nitro_twin_open(struct nitro_twin *t, uint64_t mem_bytes);
void nitro_twin_close(struct nitro_twin *t);
/* Every weight of the reference onto the device. */
int nitro_twin_weights(struct nitro_twin *t);
/* One step on random images made from `seed`: the device must equal the reference in every weight, prediction, saved
 * zs, flag and count. 0, or -1 with why. */
int nitro_twin_step(struct nitro_twin *t, uint32_t seed, uint32_t rate);
/* Forward pass alone: predictions and count. */
int nitro_twin_eval(struct nitro_twin *t, uint32_t seed);
#endif
