/* SPDX-License-Identifier: Apache-2.0
 * nitro_reference.h - a whole training of NITRO-D by the layer-level reference: normalisation, order, augmentation,
 * masks, schedule. It shares the operators of golden/, images and shuffles with `curta train`, nothing else
 */
#ifndef CURTA_TEST_NITRO_REFERENCE_H
#define CURTA_TEST_NITRO_REFERENCE_H
#include "data.h"
#include "nitro_net.h"

struct nitro_reference {
  struct nitro_net net;
  struct curta_nitro_schedule schedule;
  uint32_t seed, step, batch, epochs; /* epochs: done */
  size_t image;                       /* pixels of an image */
  int32_t mean[CURTA_DATA_CHANNELS], deviation[CURTA_DATA_CHANNELS];
  uint32_t *order;
  uint8_t *pixels;
  int8_t *x, *spare;
  uint16_t *labels;
};

/* First weights for the network file and statistics of these images; ends the program with a message if that fails.
 * batch 0: the file's. */
void nitro_reference_open(struct nitro_reference *r, const char *path, uint32_t batch, uint32_t seed,
                          const struct curta_data *train);
void nitro_reference_close(struct nitro_reference *r);
/* The next epoch of whole batches, of at most `batches`. Correct images; *seen: images. */
uint32_t nitro_reference_epoch(struct nitro_reference *r, const struct curta_data *train, uint32_t batches,
                               uint32_t *seen);
/* The same without training. */
uint32_t nitro_reference_test(struct nitro_reference *r, const struct curta_data *test, uint32_t *seen);
#endif
