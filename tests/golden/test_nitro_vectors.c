/* SPDX-License-Identifier: Apache-2.0
 * test_nitro_vectors.c - law, operators and reference of NITRO-D against the official vectors, every file of
 * tests/vectors/nitro-d (or of the folder that is named)
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_nitro_ops.h"
#include "nitro_set.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

/* Arguments and expected results are rows of one file: the result row is written back into a copy of the file. */
static struct npy rows(int32_t **copy, const char *name)
{
  struct npy a = npy_read("%s", name);
  *copy = malloc(4 * a.count);
  for (size_t i = 0; i < a.count; i++)
    (*copy)[i] = (int32_t)npy_at(&a, i);
  return a;
}

static void compare_rows(const char *group, int32_t *copy, const struct npy *a, const char *name)
{
  nitro_same(group, copy, "<i4", a->count, "%s", name);
  free(copy);
}

/* Every value of the files `path`N.npy against f(value, N). */
static void by_constant(const char *what, const char *path, const int32_t *constant, int n,
                        int32_t (*f)(int32_t, int32_t))
{
  for (int k = 0; k < n; k++) {
    char name[64];
    int32_t *v;
    snprintf(name, sizeof name, "%s%d.npy", path, constant[k]);
    struct npy a = rows(&v, name);
    for (size_t i = 0, half = a.count / 2; i < half; i++)
      v[half + i] = f(v[i], constant[k]);
    compare_rows(what, v, &a, name);
  }
  npy_verdict(what);
}

static void division(void)
{
  static const int32_t divisor[] = {2,    3,    4,     5,      7,      8,      64,      512,
                                    1000, 1536, 25600, 200704, 327680, 983040, 1179648, 2147483647};
  by_constant("division", "ops/tdiv/d", divisor, COUNT(divisor), curta_nitro_div);
}

static int32_t scaled(int32_t z, int32_t factor)
{
  return curta_nitro_scale(z, factor);
}

static void scaling(void)
{
  static const int32_t factor[] = {2304, 6912, 12800, 25600, 131072, 200704, 262144, 294912, 786432, 1048576, 1179648};
  by_constant("scaling", "ops/scale/sf", factor, COUNT(factor), scaled);
}

static void relu(void)
{
  static const int32_t slope[] = {3, 4, 5, 7, 8, 10, 15, 16, 20};
  for (int k = 0; k < COUNT(slope); k++) {
    char name[64];
    int32_t *v;
    snprintf(name, sizeof name, "ops/nitro_relu/fwd_a%d.npy", slope[k]);
    struct npy a = rows(&v, name);
    for (size_t i = 0, n = a.count / 2; i < n; i++)
      v[n + i] = curta_nitro_relu((int8_t)v[i], slope[k]);
    compare_rows("NITRO-ReLU", v, &a, name);
    snprintf(name, sizeof name, "ops/nitro_relu/bwd_a%d.npy", slope[k]);
    a = rows(&v, name);
    for (size_t i = 0, n = a.count / 3; i < n; i++)
      v[2 * n + i] = curta_nitro_relu_dx(v[n + i], (int8_t)v[i], slope[k]);
    compare_rows("NITRO-ReLU", v, &a, name);
  }
  npy_verdict("NITRO-ReLU");
}

static void loss(void)
{
  int32_t *v, wraps = 0;
  struct npy a = rows(&v, "ops/loss_grad.npy");
  for (size_t i = 0, n = a.count / 3; i < n; i++) {
    v[2 * n + i] = curta_nitro_loss((int8_t)v[i], v[n + i]);
    wraps += v[2 * n + i] != v[i] - v[n + i];
  }
  compare_rows("loss", v, &a, "ops/loss_grad.npy");
  npy_value("loss", "gradients that wrap", wraps, 31); /* predictions -127..-97 with target 32 */
  npy_verdict("loss");
}

static void update(void)
{
  static const int32_t divisor[] = {512 * 640, 1536 * 640, 512, 4608, 512 * 640},
                       decay[] = {28000, 12000, 3000, 500, 0};
  for (int k = 0; k < COUNT(divisor); k++) {
    char name[64];
    int32_t *v;
    snprintf(name, sizeof name, "ops/sgd/%d.npy", k);
    struct npy a = rows(&v, name);
    for (size_t i = 0, n = a.count / 3; i < n; i++)
      v[2 * n + i] = curta_nitro_update(v[i], v[n + i], divisor[k], decay[k]);
    compare_rows("update", v, &a, name);
  }
  npy_verdict("update");
}

static void pooling(void)
{
  static const struct curta_nitro_pool geometry[] = {{2, 2, 0, 0, 4, 4}, {2, 2, 0, 0, 3, 3}, {4, 4, 2, 2, 4, 4},
                                                     {8, 4, 4, 2, 2, 4}, {4, 2, 2, 1, 2, 4}, {2, 1, 1, 0, 2, 3},
                                                     {8, 4, 4, 0, 4, 7}};
  for (int k = 0; k < COUNT(geometry); k++) {
    struct npy x = npy_read("ops/maxpool/%d_x.npy", k);
    const struct curta_nitro_pool *p = &geometry[k];
    int planes = x.shape[0] * x.shape[1];
    size_t n = (size_t)(planes * p->oh * p->ow);
    int8_t *y = malloc(n);
    int32_t *idx = malloc(4 * n), *dx = malloc(4 * x.count);
    curta_nitro_ops_pool(y, idx, x.data, planes, x.shape[2], x.shape[3], p);
    nitro_same("pooling", y, "|i1", n, "ops/maxpool/%d_y.npy", k);
    if (k != 1) {
      curta_nitro_ops_pool_dx(dx, npy_read("ops/maxpool/%d_d.npy", k).data, idx, planes, x.shape[2], x.shape[3], p);
      nitro_same("pooling", dx, "<i4", x.count, "ops/maxpool/%d_dx.npy", k);
    }
    free(y);
    free(idx);
    free(dx);
  }
  for (int k = 2; k <= 4; k += 2) {
    struct npy x = npy_read("ops/avgpool/%d_x.npy", k), d = npy_read("ops/avgpool/%d_d.npy", k);
    int8_t *y = malloc(d.count);
    int32_t *dx = malloc(4 * x.count);
    curta_nitro_ops_average(y, x.data, x.shape[0] * x.shape[1], x.shape[2], x.shape[3], k);
    curta_nitro_ops_average_dx(dx, d.data, x.shape[0] * x.shape[1], x.shape[2], x.shape[3], k);
    nitro_same("pooling", y, "|i1", d.count, "ops/avgpool/%d_y.npy", k);
    nitro_same("pooling", dx, "<i4", x.count, "ops/avgpool/%d_dx.npy", k);
    free(y);
    free(dx);
  }
  npy_verdict("pooling");
}

static void geometry(void)
{
  int32_t *v;
  struct npy a = rows(&v, "ops/head_geometry.npy");
  for (int i = 0; i < a.shape[0]; i++) {
    int32_t *r = v + 8 * i;
    struct curta_nitro_pool p = curta_nitro_head_pool(r[0], r[1], r[2]);
    r[3] = p.kh;
    r[4] = p.kw;
    r[5] = p.pad_h;
    r[6] = p.pad_w;
    r[7] = r[0] * p.oh * p.ow;
  }
  compare_rows("head geometry", v, &a, "ops/head_geometry.npy");
  npy_verdict("head geometry");
}

static void dropout(void)
{
  static const int32_t rate[] = {50, 100, 150, 250, 500};
  for (int k = 0; k < COUNT(rate); k++) {
    struct npy x = npy_read("ops/dropout/p%02d_x.npy", rate[k] / 10),
               m = npy_read("ops/dropout/p%02d_mask.npy", rate[k] / 10);
    int16_t *y = malloc(2 * x.count);
    int32_t *dx = malloc(4 * x.count);
    curta_nitro_ops_dropout(y, x.data, m.data, x.count, rate[k]);
    curta_nitro_ops_dropout_dx(dx, npy_read("ops/dropout/p%02d_d.npy", rate[k] / 10).data, m.data, x.count, rate[k]);
    nitro_same("dropout", y, "<i2", x.count, "ops/dropout/p%02d_y.npy", rate[k] / 10);
    nitro_same("dropout", dx, "<i4", x.count, "ops/dropout/p%02d_dx.npy", rate[k] / 10);
    free(y);
    free(dx);
  }
  npy_verdict("dropout");
}

static void initial_bounds(void)
{
  int32_t *v;
  struct npy a = rows(&v, "ops/init_bound.npy");
  for (size_t i = 0, n = a.count / 3; i < n; i++) {
    v[n + i] = curta_nitro_sqrt(v[i]);
    v[2 * n + i] = curta_nitro_init_bound(v[i]);
  }
  compare_rows("initial bounds", v, &a, "ops/init_bound.npy");
  npy_verdict("initial bounds");
}

/* Row 0: millionths of correct test images of an epoch, row 1: the rate used in it. Training stops after the last. */
static void schedule(void)
{
  int32_t *v;
  struct npy a = rows(&v, "ops/lr_schedule.npy");
  struct curta_nitro_schedule s = curta_nitro_schedule_start();
  for (int i = 0, n = a.shape[1]; i < n; i++) {
    v[n + i] = s.lr;
    npy_value("schedule", "stop", curta_nitro_schedule_epoch(&s, (uint32_t)v[i], 1000000), i == n - 1);
  }
  compare_rows("schedule", v, &a, "ops/lr_schedule.npy");
  npy_verdict("schedule");
}

static void augmentation(void)
{
  struct npy x = npy_read("ops/augment/x.npy");
  int planes = x.shape[0] * x.shape[1];
  int8_t *y = malloc(x.count);
  curta_nitro_ops_crop(y, x.data, planes, x.shape[2], x.shape[3], 2, 0, 4);
  nitro_same("augmentation", y, "|i1", x.count, "ops/augment/crop.npy");
  curta_nitro_ops_flip(y, x.data, planes, x.shape[2], x.shape[3]);
  nitro_same("augmentation", y, "|i1", x.count, "ops/augment/flip.npy");
  npy_verdict("augmentation");
  free(y);
}

/* Statistics of `pixels`, which are then applied to `other`. */
static void normalise(const char *pixels, const char *other, const char *result, const int32_t *mean,
                      const int32_t *mad)
{
  struct npy u = npy_read("%s", pixels), v = npy_read("%s", other);
  int32_t m[3], d[3];
  int8_t *x = malloc(v.count);
  int c = u.shape[1], hw = u.shape[2] * u.shape[3];
  npy_value("normalisation", pixels, curta_nitro_ops_statistics(m, d, u.data, u.shape[0], c, hw), 0);
  for (int i = 0; i < c; i++) {
    npy_value("normalisation", "mean", m[i], mean[i]);
    npy_value("normalisation", "mean absolute deviation", d[i], mad[i]);
  }
  curta_nitro_ops_normalise(x, v.data, m, d, v.shape[0], c, hw);
  nitro_same("normalisation", x, "|i1", v.count, "%s", result);
  free(x);
}

static void normalisation(void)
{
  static const int32_t grey[] = {-52, 83}, mean[] = {-10, -36, 71}, mad[] = {39, 45, 16};
  normalise("prep/gray_u8.npy", "prep/gray_u8.npy", "prep/gray_norm.npy", grey, grey + 1);
  normalise("prep/gray_u8.npy", "prep/gray_test_u8.npy", "prep/gray_test_norm.npy", grey, grey + 1);
  normalise("prep/rgb_u8.npy", "prep/rgb_u8.npy", "prep/rgb_norm.npy", mean, mad);
  npy_verdict("normalisation");
}

int main(int argc, char **argv)
{
  nitro_set_open(argc > 1 ? argv[1] : "tests/vectors/nitro-d");
  division();
  scaling();
  relu();
  loss();
  update();
  pooling();
  geometry();
  dropout();
  initial_bounds();
  schedule();
  augmentation();
  normalisation();
  nitro_replay_mlp();
  nitro_replay_cnn();
  return nitro_set_finish();
}
