/* SPDX-License-Identifier: Apache-2.0
 * session_nitro.c - what networks of NITRO-D do differently on the host (docs/numerics.md 5): normalisation by the
 * data, initial weights of blocks and heads, augmentation of a batch, squared error
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "curta_nitro_ops.h"
#include "draw.h"
#include "session.h"

#define AUGMENT 0x80000000u /* sequence of its draws, plus the step */

int curta_session_is_nitro(const struct curta_session *s)
{
  return s->network->net.algorithm == CURTA_NITRO_D;
}

uint32_t curta_epoch_images(const struct curta_net *net, uint32_t n, uint32_t batch)
{
  return net->algorithm == CURTA_NITRO_D && n >= batch ? n - n % batch : n;
}

void curta_nitro_table(struct curta_session *s)
{
  for (uint32_t c = 0; c < s->network->net.c && c < CURTA_DATA_CHANNELS; c++)
    for (int p = 0; p < 256; p++)
      s->table[c][p] = curta_nitro_pixel((uint8_t)p, s->mean[c], s->deviation[c]);
}

int curta_nitro_normalise(struct curta_session *s, const struct curta_data *data, struct curta_fail *fail)
{
  uint32_t n = data->n < CURTA_NITRO_STATISTICS ? data->n : CURTA_NITRO_STATISTICS;
  size_t size = (size_t)data->c * data->h * data->w;
  uint32_t *order = malloc((size_t)data->n * sizeof *order);
  uint8_t *pixels = malloc(n * size);
  int r = order && pixels ? 0 : curta_fail(fail, -ENOMEM, "no memory for the statistics of %" PRIu32 " images", n);
  if (!r) {
    curta_draw_order(order, data->n, s->network->opt.seed, 0);
    for (uint32_t i = 0; i < n; i++)
      memcpy(pixels + i * size, data->images + order[i] * size, size);
    if (curta_nitro_ops_statistics(s->mean, s->deviation, pixels, (int)n, (int)data->c, (int)(data->h * data->w)))
      r = curta_fail(fail, -EINVAL, "%s: a channel of the images has one colour only", data->name);
  }
  if (!r)
    curta_nitro_table(s);
  free(order);
  free(pixels);
  return r;
}

int curta_nitro_init_weights(struct curta_session *s, struct curta_fail *fail)
{
  const struct curta_net *net = &s->network->net;
  for (uint32_t w = 0; w < net->n_weighted; w++)
    for (int head = 0; head < 2; head++) {
      uint64_t n = curta_nitro_weights_count(net, w, head);
      int32_t *weights = malloc(n * sizeof *weights + 1);
      int r = weights ? 0 : -ENOMEM;
      if (!r && n)
        r = curta_nitro_weights_init(net, w, head, s->network->opt.seed, weights);
      if (!r && n)
        r = curta_nitro_weights_set(&s->planned[0]->run, w, head, weights);
      free(weights);
      if (r)
        return curta_session_error(s, r, "writing the first weights", fail);
    }
  return 0;
}

/* One choice for the whole batch; x is (n,C,H,W) in s->x. */
int curta_nitro_augment(struct curta_session *s, uint32_t n, struct curta_fail *fail)
{
  const struct curta_net *net = &s->network->net;
  const struct curta_nitro *o = &net->nitro;
  int planes = (int)(n * net->c), h = (int)net->h, w = (int)net->w;
  size_t size = (size_t)n * net->c * net->h * net->w;
  int8_t *spare;
  uint32_t draw[4];
  for (uint32_t i = 0; i < 4; i++)
    draw[i] = curta_rand(s->network->opt.seed, AUGMENT + s->step, i);
  if (!((o->crop && draw[0] >> 31) || (o->flip && draw[3] >> 31)))
    return 0;
  spare = malloc(size);
  if (!spare)
    return curta_fail(fail, -ENOMEM, "no memory");
  if (o->crop && draw[0] >> 31) {
    memcpy(spare, s->x, size);
    curta_nitro_ops_crop(s->x, spare, planes, h, w, o->crop, curta_nitro_uniform(draw[1], 2u * o->crop + 1u),
                         curta_nitro_uniform(draw[2], 2u * o->crop + 1u));
  }
  if (o->flip && draw[3] >> 31) {
    memcpy(spare, s->x, size);
    curta_nitro_ops_flip(s->x, spare, planes, h, w);
  }
  free(spare);
  return 0;
}

int64_t curta_nitro_squared_error(const int8_t *logits, uint32_t n, uint32_t classes, const uint16_t *labels)
{
  int64_t sum = 0;
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t c = 0; c < classes; c++) {
      int32_t e = logits[i * classes + c] - (c == labels[i] ? CURTA_NITRO_TARGET : 0);
      sum += e * e;
    }
  return sum * 1000000 / (CURTA_NITRO_TARGET * CURTA_NITRO_TARGET);
}

int curta_nitro_flags(const struct curta_session *s, uint32_t flags, struct curta_fail *fail)
{
  if (flags & (1u << CURTA_FLAG_WEIGHT))
    return curta_fail(fail, -ERANGE,
                      "step %" PRIu32 ": a weight needs more than %d bits: the device multiplies no wider ones; "
                      "a smaller inverse decay in the network file holds them back",
                      s->step, CURTA_WEIGHT_BITS);
  if (flags & (1u << CURTA_FLAG_DELTA))
    return curta_fail(fail, -ERANGE,
                      "step %" PRIu32 ": a delta needs more than %d bits: the device multiplies no wider", s->step,
                      CURTA_DELTA_BITS);
  return 0;
}
