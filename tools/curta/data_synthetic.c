/* SPDX-License-Identifier: Apache-2.0
 * data_synthetic.c - images of any shape, without any file
 *
 * Each class has a pattern of coarse blocks; an image is its class's pattern under noise. Good enough to see a network
 * learn, and what bench and compare use when no data set fits the network.
 */
#include <errno.h>
#include <string.h>

#include "data.h"
#include "draw.h"

#define STREAM_PATTERN 0xC0000000u
#define STREAM_LABEL 0xC1000000u
#define STREAM_NOISE 0xC2000000u
#define DEFAULT_TRAIN 2000u
#define DEFAULT_TEST 500u
#define BLOCK 4u /* side of a block of the pattern, in pixels */

int curta_data_make_synthetic(struct curta_data *data, const struct curta_data_want *want, struct curta_fail *fail)
{
  /* train and test images are different draws of the same patterns */
  uint32_t test = want->split == CURTA_TEST, size, seed = want->seed;
  int r;
  data->n = want->limit ? want->limit : test ? DEFAULT_TEST : DEFAULT_TRAIN;
  data->c = want->c;
  data->h = want->h;
  data->w = want->w;
  data->classes = want->classes;
  if (!data->c || data->c > CURTA_DATA_CHANNELS || !data->h || !data->w || !data->classes)
    return curta_fail(fail, -EINVAL, "synthetic images need 1..%u channels, and a network to take their shape from",
                      CURTA_DATA_CHANNELS);
  r = curta_data_alloc(data, fail);
  if (r)
    return r;
  size = data->c * data->h * data->w;
  for (uint32_t i = 0; i < data->n; i++) {
    uint32_t image = i * 2u + test, label = curta_draw_below(data->classes, seed, STREAM_LABEL, image);
    data->labels[i] = (uint16_t)label;
    for (uint32_t k = 0; k < size; k++) {
      uint32_t x = k % data->w, y = k / data->w % data->h, c = k / data->w / data->h;
      uint32_t block = (c * ((data->h + BLOCK - 1) / BLOCK) + y / BLOCK) * ((data->w + BLOCK - 1) / BLOCK) + x / BLOCK;
      uint32_t pattern = curta_draw_below(160, seed, STREAM_PATTERN + label, block);
      data->images[(size_t)i * size + k] = (uint8_t)(pattern + curta_draw_below(96, seed, STREAM_NOISE + image, k));
    }
  }
  for (uint32_t c = 0; c < data->c; c++) {
    data->mean[c] = 5000;
    data->std[c] = 2200;
  }
  return 0;
}
