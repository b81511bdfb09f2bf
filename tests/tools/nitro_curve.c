/* SPDX-License-Identifier: Apache-2.0
 * nitro_curve.c - trains a NITRO-D network with the layer-level reference and prints the accuracy of every epoch: a
 * check of the whole algorithm against published curves, not a trainer
 *
 * usage: nitro_curve NET DATA FOLDER EPOCHS [SEED]      e.g. nitro_curve nets/mlp1.net mnist FOLDER 5
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nitro_reference.h"

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

int main(int argc, char **argv)
{
  static struct nitro_reference r;
  static struct nitro_net shape;
  if (argc < 5) {
    printf("usage: nitro_curve NET DATA FOLDER EPOCHS [SEED]\n");
    return 2;
  }
  nitro_net_open(&shape, argv[1], 1, 0);
  struct curta_data train = load(&shape.net, argv[2], argv[3], CURTA_TRAIN),
                    test = load(&shape.net, argv[2], argv[3], CURTA_TEST);
  nitro_net_close(&shape);
  nitro_reference_open(&r, argv[1], 0, argc > 5 ? (uint32_t)strtoul(argv[5], 0, 0) : 42, &train);
  printf("# %s, seed %u, mean %d, deviation %d\nepoch,lr,train,test,flags\n", argv[1], r.seed, r.mean[0],
         r.deviation[0]);
  for (int e = 1, stop = 0; e <= atoi(argv[4]) && !stop; e++) {
    uint32_t seen, seen_test, right, ok;
    int32_t lr = r.schedule.lr;
    right = nitro_reference_epoch(&r, &train, UINT32_MAX, &seen);
    ok = nitro_reference_test(&r, &test, &seen_test);
    printf("%d,%d,%.2f,%.2f,%u\n", e, lr, 100.0 * right / seen, 100.0 * ok / seen_test, r.net.ref.flags);
    fflush(stdout);
    stop = curta_nitro_schedule_epoch(&r.schedule, ok, seen_test);
  }
  nitro_reference_close(&r);
  curta_data_free(&train);
  curta_data_free(&test);
  return 0;
}
