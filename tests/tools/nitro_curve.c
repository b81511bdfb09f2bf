/* SPDX-License-Identifier: Apache-2.0
 * nitro_curve.c - trains a NITRO-D network with the layer-level reference and prints the accuracy of every epoch: a
 * check of the whole algorithm against published curves, not a trainer
 *
 * usage: nitro_curve NET DATA FOLDER EPOCHS [SEED]      e.g. nitro_curve nets/mlp1.net mnist FOLDER 5
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "data.h"
#include "draw.h"
#include "nitro_net.h"

struct run {
  struct nitro_net net;
  uint32_t seed, step, batch;
  size_t image;
  int32_t mean[4], deviation[4];
  uint8_t *pixels;
  int8_t *x, *spare;
  uint16_t *labels;
};

static struct curta_data load(const struct curta_net *net, const char *name, const char *dir, enum curta_split split)
{
  struct curta_data data;
  struct curta_fail fail;
  struct curta_data_want want = {
      .name = name, .dir = dir, .split = split, .c = net->c, .h = net->h, .w = net->w, .classes = net->classes};
  memset(&fail, 0, sizeof fail);
  if (curta_data_load(&data, &want, &fail)) {
    printf("FAIL nitro_curve: %s\n", fail.text);
    exit(1);
  }
  if (data.c != net->c || data.h != net->h || data.w != net->w || data.classes > net->classes) {
    printf("FAIL nitro_curve: the images do not fit the network\n");
    exit(1);
  }
  return data;
}

/* Image k of a batch := image i. */
static void pick(uint8_t *pixels, uint16_t *labels, const struct curta_data *d, size_t k, size_t i)
{
  size_t size = (size_t)d->c * d->h * d->w;
  memcpy(pixels + k * size, d->images + i * size, size);
  labels[k] = d->labels[i];
}

static void train_step(struct run *r)
{
  nitro_net_augment(&r->net, r->x, r->spare, r->seed, r->step);
  nitro_net_masks(&r->net, r->seed, r->step++);
  curta_nitro_ref_forward(&r->net.ref, r->x);
  curta_nitro_ref_backward(&r->net.ref, r->labels);
}

/* Whole batches of the data in `order` (null: as they lie, no training). Correct images; *seen: images. */
static uint32_t epoch(struct run *r, const struct curta_data *d, const uint32_t *order, uint32_t *seen)
{
  const struct curta_nitro_ref *ref = &r->net.ref;
  uint32_t correct = 0, batches = d->n / r->batch;
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

/* Mean and mean absolute deviation of the first images in a random order. */
static void statistics(struct run *r, const struct curta_data *d, const uint32_t *order)
{
  uint32_t n = d->n < CURTA_NITRO_STATISTICS ? d->n : CURTA_NITRO_STATISTICS;
  uint8_t *pixels = malloc((size_t)n * r->image);
  uint16_t *labels = malloc(2 * (size_t)n);
  for (uint32_t i = 0; i < n; i++)
    pick(pixels, labels, d, i, order[i]);
  if (curta_nitro_ops_statistics(r->mean, r->deviation, pixels, (int)n, (int)d->c, (int)(d->h * d->w)))
    exit(1);
  free(pixels);
  free(labels);
}

static void open_run(struct run *r, char **argv)
{
  nitro_net_open(&r->net, argv[1], 1, r->seed);
  r->batch = r->net.net.nitro.batch;
  nitro_net_close(&r->net);
  nitro_net_open(&r->net, argv[1], (int)r->batch, r->seed);
  r->image = (size_t)r->net.net.c * r->net.net.h * r->net.net.w;
  r->pixels = malloc(r->batch * r->image);
  r->x = malloc(r->batch * r->image);
  r->spare = malloc(r->batch * r->image);
  r->labels = malloc(2 * (size_t)r->batch);
}

static void close_run(struct run *r)
{
  nitro_net_close(&r->net);
  free(r->pixels);
  free(r->x);
  free(r->spare);
  free(r->labels);
}

int main(int argc, char **argv)
{
  static struct run r;
  struct curta_nitro_schedule s = curta_nitro_schedule_start();
  if (argc < 5) {
    printf("usage: nitro_curve NET DATA FOLDER EPOCHS [SEED]\n");
    return 2;
  }
  r.seed = argc > 5 ? (uint32_t)strtoul(argv[5], 0, 0) : 42;
  open_run(&r, argv);
  struct curta_data train = load(&r.net.net, argv[2], argv[3], CURTA_TRAIN),
                    test = load(&r.net.net, argv[2], argv[3], CURTA_TEST);
  uint32_t *order = malloc(4 * (size_t)train.n);
  curta_draw_order(order, train.n, r.seed, 0);
  statistics(&r, &train, order);
  s.lr = (int32_t)r.net.net.nitro.rate;
  printf("# %s, seed %u, mean %d, deviation %d\nepoch,lr,train,test,flags\n", argv[1], r.seed, r.mean[0],
         r.deviation[0]);
  for (int e = 1, stop = 0; e <= atoi(argv[4]) && !stop; e++) {
    uint32_t seen, seen_test, right, ok;
    curta_draw_order(order, train.n, r.seed, (uint32_t)e);
    r.net.ref.opt.lr = s.lr;
    right = epoch(&r, &train, order, &seen);
    ok = epoch(&r, &test, 0, &seen_test);
    printf("%d,%d,%.2f,%.2f,%u\n", e, s.lr, 100.0 * right / seen, 100.0 * ok / seen_test, r.net.ref.flags);
    fflush(stdout);
    stop = curta_nitro_schedule_epoch(&s, ok, seen_test);
  }
  close_run(&r);
  curta_data_free(&train);
  curta_data_free(&test);
  free(order);
  return 0;
}
