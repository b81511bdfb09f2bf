/* SPDX-License-Identifier: Apache-2.0
 * data.c - data sets by name
 *
 * Normalisation constants (mean and deviation of pixel/255, in 1e-4): of MNIST those of NITI's code, which
 * fashion-mnist takes too; of CIFAR-10 those of its variant of 2021, for every network (its VGGs of 2020 took
 * ImageNet's); those of "idx" are measured on the training images.
 */
#include "data.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int reader(struct curta_data *, const char *, enum curta_split, uint32_t, struct curta_fail *);

struct entry {
  const char *name, *dir; /* dir: where it usually is; null: --data-dir is needed */
  reader *read;
  uint32_t mean[3], std[3]; /* std 0: to be measured */
};

static const struct entry Entries[] = {
    {"fashion-mnist", "/usr/share/datasets/fashion-mnist", curta_data_read_idx, {1307, 0, 0}, {3081, 0, 0}},
    {"mnist", "runs/data/mnist", curta_data_read_idx, {1307, 0, 0}, {3081, 0, 0}},
    {"cifar10", "runs/data/cifar10", curta_data_read_cifar, {4914, 4822, 4465}, {2470, 2435, 2616}},
    {"occupancy", "runs/data/occupancy", curta_data_read_occupancy, {5000, 0, 0}, {2500, 0, 0}},
    {"idx", NULL, curta_data_read_idx, {0, 0, 0}, {0, 0, 0}},
};

const char *curta_data_names(void)
{
  return "fashion-mnist, mnist, cifar10, occupancy, idx (any folder of MNIST-like files), synthetic";
}

int curta_data_alloc(struct curta_data *data, struct curta_fail *fail)
{
  data->images = calloc(data->n, (size_t)data->c * data->h * data->w);
  data->labels = calloc(data->n, sizeof *data->labels);
  if (data->images && data->labels)
    return 0;
  return curta_fail(fail, -ENOMEM, "no memory for %" PRIu32 " images of %" PRIu32 "x%" PRIu32 "x%" PRIu32, data->n,
                    data->c, data->h, data->w);
}

void curta_data_free(struct curta_data *data)
{
  free(data->images);
  free(data->labels);
  memset(data, 0, sizeof *data);
}

static uint64_t integer_root(uint64_t x)
{
  uint64_t root = 0;
  for (uint64_t bit = (uint64_t)1 << 31; bit; bit >>= 1)
    if ((root + bit) * (root + bit) <= x)
      root += bit;
  return root;
}

/* mean and std := those of the bytes of channel 0, in units of 1e-4 of 255. */
static void measure(struct curta_data *data)
{
  uint64_t count = (uint64_t)data->n * data->h * data->w, sum = 0, squares = 0, mean, variance;
  for (uint64_t i = 0; i < count; i++) {
    sum += data->images[i];
    squares += (uint64_t)data->images[i] * data->images[i];
  }
  mean = sum * 10000u / (count * 255u);
  /* mean square in 1e-8: quotient and remainder apart, so that nothing overflows below 10^11 pixels */
  variance = (squares / count * 100000000u + squares % count * 100000000u / count) / (255u * 255u);
  variance = variance > mean * mean ? variance - mean * mean : 1;
  data->mean[0] = (uint32_t)mean;
  data->std[0] = (uint32_t)integer_root(variance);
  if (data->std[0] < 1)
    data->std[0] = 1;
}

static int load(struct curta_data *data, const struct entry *e, const struct curta_data_want *want,
                struct curta_fail *fail)
{
  const char *dir = want->dir ? want->dir : e->dir;
  int r;
  if (!dir)
    return curta_usage(fail, "data set %s: name its folder with --data-dir", e->name);
  data->classes = 10; /* a reader may say otherwise */
  r = e->read(data, dir, want->split, want->limit, fail);
  if (r)
    return r;
  for (uint32_t c = 0; c < data->c && c < 3; c++) {
    data->mean[c] = e->mean[c];
    data->std[c] = e->std[c];
  }
  if (e->std[0] == 0)
    measure(data);
  return 0;
}

static const struct entry *find(const char *name)
{
  for (size_t i = 0; i < sizeof Entries / sizeof *Entries; i++)
    if (strcmp(Entries[i].name, name) == 0)
      return &Entries[i];
  return NULL;
}

static int unknown(const char *name, struct curta_fail *fail)
{
  return curta_usage(fail, "unknown data set \"%s\"; there are: %s", name, curta_data_names());
}

int curta_data_check(const char *name, struct curta_fail *fail)
{
  return strcmp(name, "synthetic") == 0 || find(name) ? 0 : unknown(name, fail);
}

int curta_data_load(struct curta_data *data, const struct curta_data_want *want, struct curta_fail *fail)
{
  int r = -EINVAL;
  memset(data, 0, sizeof *data);
  (void)snprintf(data->name, sizeof data->name, "%s", want->name);
  if (strcmp(want->name, "synthetic") == 0) {
    r = curta_data_make_synthetic(data, want, fail);
  } else {
    const struct entry *e = find(want->name);
    r = e ? load(data, e, want, fail) : unknown(want->name, fail);
  }
  if (r)
    curta_data_free(data);
  return r;
}
