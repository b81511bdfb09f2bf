/* SPDX-License-Identifier: Apache-2.0
 * nitro_curve.c - trains MLP-1 of NITRO-D (784-100-50-10) with the layer-level reference and prints the test accuracy
 * of every epoch: a check of the whole algorithm against the published curve, not a trainer
 *
 * usage: nitro_curve DATA FOLDER EPOCHS [SEED]      DATA: mnist or fashion-mnist
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_nitro_ref.h"
#include "data.h"
#include "draw.h"

#define BATCH 64

static struct curta_data load(const char *name, const char *dir, enum curta_split split)
{
  struct curta_data data;
  struct curta_fail fail;
  struct curta_data_want want = {.name = name, .dir = dir, .split = split, .c = 1, .h = 28, .w = 28, .classes = 10};
  if (curta_data_load(&data, &want, &fail)) {
    printf("FAIL nitro_curve: %s\n", fail.text);
    exit(1);
  }
  return data;
}

/* Image k of the batch := pixels of image i. */
static void pick(uint8_t *pixels, uint16_t *labels, const struct curta_data *d, uint32_t k, uint32_t i)
{
  size_t size = (size_t)d->c * d->h * d->w;
  memcpy(pixels + k * size, d->images + i * size, size);
  labels[k] = d->labels[i];
}

/* Whole batches of the data in `order` (null: as they lie); trains if asked. Correct images; *seen: images. */
static uint32_t epoch(struct curta_nitro_ref *net, const struct curta_data *d, const uint32_t *order,
                      const int32_t *stat, int train, uint32_t *seen)
{
  static uint8_t pixels[BATCH * 784];
  static int8_t x[BATCH * 784];
  uint16_t labels[BATCH];
  uint32_t correct = 0;
  for (uint32_t b = 0; b < d->n / BATCH; b++) {
    for (uint32_t k = 0; k < BATCH; k++)
      pick(pixels, labels, d, k, order ? order[b * BATCH + k] : b * BATCH + k);
    curta_nitro_ops_normalise(x, pixels, stat, stat + 1, BATCH, 1, 784);
    curta_nitro_ref_forward(net, x);
    if (train)
      curta_nitro_ref_backward(net, labels);
    correct += (uint32_t)curta_ops_correct(net->layer[net->layers - 1].learn.y, labels, BATCH, 10);
  }
  *seen = d->n / BATCH * BATCH;
  return correct;
}

/* Mean and mean absolute deviation of the first images in the order of the first epoch. */
static void statistics(int32_t *stat, const struct curta_data *d, const uint32_t *order)
{
  uint32_t n = d->n < CURTA_NITRO_STATISTICS ? d->n : CURTA_NITRO_STATISTICS;
  uint8_t *pixels = malloc((size_t)n * 784);
  uint16_t *labels = malloc(2 * (size_t)n);
  for (uint32_t i = 0; i < n; i++)
    pick(pixels, labels, d, i, order[i]);
  if (curta_nitro_ops_statistics(stat, stat + 1, pixels, (int)n, 1, 784))
    exit(1);
  free(pixels);
  free(labels);
}

int main(int argc, char **argv)
{
  static int32_t w0[100 * 784], w1[50 * 100], h0[1000], h1[500], out[500];
  struct curta_nitro_layer layer[] = {{.kind = CURTA_NITRO_LINEAR, .k = 100, .w = w0, .learn.w = h0},
                                      {.kind = CURTA_NITRO_LINEAR, .k = 50, .w = w1, .learn.w = h1},
                                      {.kind = CURTA_NITRO_OUTPUT, .learn.w = out}};
  struct curta_nitro_options o = curta_nitro_options_default();
  struct curta_nitro_schedule s = curta_nitro_schedule_start();
  struct curta_nitro_ref net;
  if (argc < 4) {
    printf("usage: nitro_curve DATA FOLDER EPOCHS [SEED]\n");
    return 2;
  }
  uint32_t seed = argc > 4 ? (uint32_t)strtoul(argv[4], 0, 0) : 42;
  struct curta_data train = load(argv[1], argv[2], CURTA_TRAIN), test = load(argv[1], argv[2], CURTA_TEST);
  uint32_t *order = malloc(4 * (size_t)train.n);
  int32_t stat[2];
  o.decay = 12000;
  o.decay_head = 3000;
  if (curta_nitro_ref_init(&net, layer, 3, &o, BATCH, 1, 28, 28))
    return 1;
  curta_nitro_ref_draw(&net, seed);
  curta_draw_order(order, train.n, seed, 0);
  statistics(stat, &train, order);
  printf("# mean %d, deviation %d, seed %u\nepoch,lr,train,test,flags\n", stat[0], stat[1], seed);
  for (int e = 1, stop = 0; e <= atoi(argv[3]) && !stop; e++) {
    uint32_t seen, seen_test, ok, right;
    curta_draw_order(order, train.n, seed, (uint32_t)e);
    net.opt.lr = s.lr;
    right = epoch(&net, &train, order, stat, 1, &seen);
    ok = epoch(&net, &test, 0, stat, 0, &seen_test);
    printf("%d,%d,%.2f,%.2f,%u\n", e, net.opt.lr, 100.0 * right / seen, 100.0 * ok / seen_test, net.flags);
    fflush(stdout);
    stop = curta_nitro_schedule_epoch(&s, ok, seen_test);
  }
  curta_nitro_ref_free(&net);
  curta_data_free(&train);
  curta_data_free(&test);
  free(order);
  return 0;
}
