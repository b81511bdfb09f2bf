/* SPDX-License-Identifier: Apache-2.0
 * nitro_reference.c - see nitro_reference.h
 */
#include "nitro_reference.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"

static void *need(size_t n)
{
  void *p = malloc(n + 1);
  if (!p) {
    printf("FAIL nitro_reference: no memory\n");
    exit(1);
  }
  return p;
}

/* Image k of a batch := image i. */
static void pick(uint8_t *pixels, uint16_t *labels, const struct curta_data *d, size_t k, size_t i)
{
  size_t size = (size_t)d->c * d->h * d->w;
  memcpy(pixels + k * size, d->images + i * size, size);
  labels[k] = d->labels[i];
}

/* Mean and mean absolute deviation of the first images in a random order. */
static void statistics(struct nitro_reference *r, const struct curta_data *d)
{
  uint32_t n = d->n < CURTA_NITRO_STATISTICS ? d->n : CURTA_NITRO_STATISTICS;
  uint8_t *pixels = need((size_t)n * r->image);
  uint16_t *labels = need(2 * (size_t)n);
  curta_draw_order(r->order, d->n, r->seed, 0);
  for (uint32_t i = 0; i < n; i++)
    pick(pixels, labels, d, i, r->order[i]);
  if (curta_nitro_ops_statistics(r->mean, r->deviation, pixels, (int)n, (int)d->c, (int)(d->h * d->w))) {
    printf("FAIL nitro_reference: a channel of the images has one colour only\n");
    exit(1);
  }
  free(pixels);
  free(labels);
}

void nitro_reference_open(struct nitro_reference *r, const char *path, uint32_t batch, uint32_t seed,
                          const struct curta_data *train)
{
  memset(r, 0, sizeof *r);
  r->seed = seed;
  if (!batch) {
    nitro_net_open(&r->net, path, 1, seed);
    batch = r->net.net.nitro.batch;
    nitro_net_close(&r->net);
  }
  r->batch = batch;
  nitro_net_open(&r->net, path, (int)batch, seed);
  r->image = (size_t)r->net.net.c * r->net.net.h * r->net.net.w;
  r->order = need(train->n * sizeof *r->order);
  r->pixels = need(batch * r->image);
  r->x = need(batch * r->image);
  r->spare = need(batch * r->image);
  r->labels = need(batch * sizeof *r->labels);
  r->schedule = curta_nitro_schedule_start();
  r->schedule.lr = (int32_t)r->net.net.nitro.rate;
  statistics(r, train);
}

void nitro_reference_close(struct nitro_reference *r)
{
  nitro_net_close(&r->net);
  free(r->order);
  free(r->pixels);
  free(r->x);
  free(r->spare);
  free(r->labels);
}

static void train_step(struct nitro_reference *r)
{
  nitro_net_augment(&r->net, r->x, r->spare, r->seed, r->step);
  nitro_net_masks(&r->net, r->seed, r->step++);
  curta_nitro_ref_forward(&r->net.ref, r->x);
  curta_nitro_ref_backward(&r->net.ref, r->labels);
}

/* Whole batches of the data in `order` (null: as they lie, no training). */
static uint32_t batches_of(struct nitro_reference *r, const struct curta_data *d, const uint32_t *order, uint32_t most,
                           uint32_t *seen)
{
  const struct curta_nitro_ref *ref = &r->net.ref;
  uint32_t correct = 0, batches = d->n / r->batch < most ? d->n / r->batch : most;
  for (uint32_t b = 0; b < batches; b++) {
    for (uint32_t k = 0; k < r->batch; k++)
      pick(r->pixels, r->labels, d, k, order ? order[b * r->batch + k] : b * r->batch + k);
    curta_nitro_ops_normalise(r->x, r->pixels, r->mean, r->deviation, ref->n, ref->c, ref->h * ref->w);
    nitro_net_no_masks(&r->net);
    if (order)
      train_step(r);
    else
      curta_nitro_ref_forward(&r->net.ref, r->x);
    correct += (uint32_t)curta_ops_correct(ref->layer[ref->layers - 1].learn.y, r->labels, ref->n, ref->opt.classes);
  }
  *seen = batches * r->batch;
  return correct;
}

uint32_t nitro_reference_epoch(struct nitro_reference *r, const struct curta_data *train, uint32_t batches,
                               uint32_t *seen)
{
  curta_draw_order(r->order, train->n, r->seed, ++r->epochs);
  r->net.ref.opt.lr = r->schedule.lr;
  return batches_of(r, train, r->order, batches, seen);
}

uint32_t nitro_reference_test(struct nitro_reference *r, const struct curta_data *test, uint32_t *seen)
{
  return batches_of(r, test, NULL, UINT32_MAX, seen);
}
