/* SPDX-License-Identifier: Apache-2.0
 * nitro_net.h - a NITRO-D network file as the layer-level reference
 */
#ifndef CURTA_TEST_NITRO_NET_H
#define CURTA_TEST_NITRO_NET_H
#include "curta.h"
#include "curta_nitro_ref.h"

struct nitro_net {
  struct curta_net net;
  struct curta_nitro_layer layer[CURTA_MAX_LAYERS];
  int8_t *keep[CURTA_MAX_LAYERS]; /* of dropout layers */
  struct curta_nitro_ref ref;
};

/* Reads the file, makes tensors for `batch` images and draws the initial weights; ends the program with a message if
 * that fails. */
void nitro_net_open(struct nitro_net *n, const char *path, int batch, uint32_t seed);
void nitro_net_close(struct nitro_net *n);
/* Dropout masks of a training step; of an evaluation (keeps everything). */
void nitro_net_masks(struct nitro_net *n, uint32_t seed, uint32_t step);
void nitro_net_no_masks(struct nitro_net *n);
/* x (batch,C,H,W) := the augmentation of this step; spare: as large as x. */
void nitro_net_augment(const struct nitro_net *n, int8_t *x, int8_t *spare, uint32_t seed, uint32_t step);
#endif
