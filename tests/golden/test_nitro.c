/* SPDX-License-Identifier: Apache-2.0
 * test_nitro.c - what the NITRO-D vectors do not reach: sums that leave int32, flags, dropout in a network, random
 * choices, networks that do not fit
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include "bench.h"
#include "curta_nitro_ref.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

static void same(const char *group, const char *what, int64_t got, int64_t expected)
{
  if (got != expected)
    fail(group, what, (uint64_t)expected, (uint64_t)got);
}

/* The smallest and largest sum of each answer, and one around 2^36, where the flag is blind by its law. */
static void sum_flags(void)
{
  static const struct {
    int64_t sum;
    uint32_t flag;
    int32_t value;
  } t[] = {
      {INT32_MAX, 0, INT32_MAX},
      {INT32_MIN, 0, INT32_MIN},
      {-1, 0, -1},
      {(int64_t)INT32_MAX + 1, CURTA_NITRO_SUM, INT32_MIN},
      {(int64_t)INT32_MIN - 1, CURTA_NITRO_SUM, INT32_MAX},
      {(int64_t)1 << 32, CURTA_NITRO_SUM, 0},
      {-((int64_t)1 << 32), CURTA_NITRO_SUM, 0},
      {((int64_t)1 << 35) - 1, CURTA_NITRO_SUM, -1},
      {-((int64_t)1 << 35), CURTA_NITRO_SUM, 0},
      {((int64_t)1 << 36) + 5, 0, 5},
  };
  for (int i = 0; i < COUNT(t); i++) {
    same("sums", "flag", curta_nitro_sum_flag(t[i].sum), t[i].flag);
    same("sums", "value", curta_nitro_sum(t[i].sum), t[i].value);
  }
}

static void width_flags(void)
{
  same("widths", "18 bits", curta_nitro_width_flag(131071, 18, 2) | curta_nitro_width_flag(-131072, 18, 2), 0);
  same("widths", "19 bits", curta_nitro_width_flag(131072, 18, 2), 2);
  same("widths", "19 bits, negative", curta_nitro_width_flag(-131073, 18, 2), 2);
  same("widths", "24 bits", curta_nitro_width_flag(8388607, 24, 4) | curta_nitro_width_flag(-8388608, 24, 4), 0);
  same("widths", "25 bits", curta_nitro_width_flag(8388608, 24, 4), 4);
  same("widths", "32 bits", curta_nitro_width_flag(INT32_MIN, 24, 4), 4);
}

/* A convolution, its weight gradient and a linear layer with huge weights: equal to sums modulo 2^32 of products modulo
 * 2^32, taken in the opposite order. */
static void wrapping(void)
{
  enum { N = 2, C = 3, H = 5, K = 4 };
  struct curta_conv d = {N, C, H, H, K, 3, 3, 1, 1};
  int8_t x[N * C * H * H];
  int32_t w[K * C * 9], dz[N * K * H * H], y[N * K * H * H], dw[K * C * 9];
  uint32_t flags;
  for (int i = 0; i < COUNT(x); i++)
    x[i] = (int8_t)rnd(256);
  for (int i = 0; i < COUNT(w); i++)
    w[i] = (int32_t)word() / 2;
  for (int i = 0; i < COUNT(dz); i++)
    dz[i] = (int32_t)word() / 2;
  flags = curta_nitro_ops_conv(y, x, w, &d) & curta_nitro_ops_conv_dw(dw, dz, x, &d);
  same("wrapping", "flag", flags, CURTA_NITRO_SUM);
  for (int i = COUNT(y) - 1; i >= 0; i--) {
    uint32_t sum = 0;
    int n = i / (K * H * H), k = i / (H * H) % K, p = i / H % H, q = i % H;
    for (int j = C * 9 - 1; j >= 0; j--) {
      int v = p + j / 3 % 3 - 1, u = q + j % 3 - 1;
      if (v >= 0 && v < H && u >= 0 && u < H)
        sum += (uint32_t)w[k * C * 9 + j] * (uint32_t)x[((n * C + j / 9) * H + v) * H + u];
    }
    same("wrapping", "convolution", y[i], curta_s32(sum));
  }
  for (int i = COUNT(dw) - 1; i >= 0; i--) {
    uint32_t sum = 0;
    int k = i / (C * 9), c = i / 9 % C;
    for (int j = N * H * H - 1; j >= 0; j--) {
      int n = j / (H * H), v = j / H % H + i / 3 % 3 - 1, u = j % H + i % 3 - 1;
      if (v >= 0 && v < H && u >= 0 && u < H)
        sum += (uint32_t)dz[((n * K + k) * H * H) + j % (H * H)] * (uint32_t)x[((n * C + c) * H + v) * H + u];
    }
    same("wrapping", "weight gradient", dw[i], curta_s32(sum));
  }
}

/* Dropout in a network of one block: what it drops is 0 (not the activation of 0), its backward pass is never taken,
 * evaluation keeps all. */
static void dropout(void)
{
  int32_t w[3 * 4] = {0}, hw[2 * 3] = {0}, ow[2 * 3] = {0};
  int8_t keep[] = {1, 0, 1, 0, 1, 1}, x[] = {1, 2, 3, 4, 5, 6, 7, 8};
  struct curta_nitro_layer layer[] = {{.kind = CURTA_NITRO_LINEAR, .k = 3, .w = w, .learn.w = hw},
                                      {.kind = CURTA_NITRO_DROPOUT, .rate = 100, .keep = keep},
                                      {.kind = CURTA_NITRO_OUTPUT, .learn.w = ow}};
  struct curta_nitro_options o = curta_nitro_options_default();
  struct curta_nitro_ref net;
  o.classes = 2;
  same("dropout", "init", curta_nitro_ref_init(&net, layer, 3, &o, 2, 4, 1, 1), 0);
  curta_nitro_ref_forward(&net, x);
  for (int i = 0; i < COUNT(keep); i++)
    same("dropout", "activation", layer[1].out[i], keep[i] ? -39 : 0); /* -36 1111 / 1000 */
  layer[1].keep = 0;
  curta_nitro_ref_forward(&net, x);
  for (int i = 0; i < COUNT(keep); i++)
    same("dropout", "activation in evaluation", layer[1].out[i], -36);
  curta_nitro_ref_free(&net);
}

/* Visits of a network with two linear blocks: (layer, pass) in the order of the reference. */
static int visits[16], n_visits;
static void visit(void *arg, const struct curta_nitro_ref *net, int i, int pass)
{
  (void)arg;
  (void)net;
  visits[n_visits++] = 10 * i + pass;
}

static void order(void)
{
  static const int once[] = {20, 10, 0}, twice[] = {20, 10, 21, 11, 0};
  int32_t w0[9] = {0}, w1[16] = {0}, w2[16] = {0}, h[128] = {0};
  int8_t x[16] = {0};
  uint16_t labels[] = {1};
  struct curta_nitro_layer layer[] = {
      {.kind = CURTA_NITRO_CONV, .k = 1, .r = 3, .pad = 0, .w = w0, .learn.w = h},
      {.kind = CURTA_NITRO_LINEAR, .k = 4, .w = w1, .learn.w = h},
      {.kind = CURTA_NITRO_LINEAR, .k = 4, .w = w2, .learn.w = h},
      {.kind = CURTA_NITRO_OUTPUT, .learn.w = h},
  };
  struct curta_nitro_options o = curta_nitro_options_default();
  struct curta_nitro_ref net;
  for (o.twice = 0; o.twice < 2; o.twice++) {
    const int *expected = o.twice ? twice : once;
    int n = o.twice ? COUNT(twice) : COUNT(once);
    same("order", "init", curta_nitro_ref_init(&net, layer, 4, &o, 1, 1, 4, 4), 0);
    net.after_pass = visit;
    n_visits = 0;
    curta_nitro_ref_forward(&net, x);
    curta_nitro_ref_backward(&net, labels);
    same("order", "visits", n_visits, n);
    for (int i = 0; i < n && i < n_visits; i++)
      same("order", "visit", visits[i], expected[i]);
    curta_nitro_ref_free(&net);
  }
}

/* Random choices reach their limits, and nothing beyond. */
static void choices(void)
{
  int32_t kept = 0, low = 99, high = -99;
  same("choices", "first", curta_nitro_init(0, 10), -10);
  same("choices", "last", curta_nitro_init(0xffffffffu, 10), 10);
  for (uint32_t i = 0; i < 100000; i++) {
    int32_t v = curta_nitro_init(curta_rand(1, 2, i), 10);
    kept += curta_nitro_keep(curta_rand(3, 4, i), 150);
    low = v < low ? v : low;
    high = v > high ? v : high;
  }
  same("choices", "smallest weight", low, -10);
  same("choices", "largest weight", high, 10);
  if (kept < 84500 || kept > 85500)
    fail("choices", "kept of 100000 at rate 0.15", 85000, (uint64_t)kept);
}

static void misfits(void)
{
  struct curta_nitro_options o = curta_nitro_options_default();
  struct curta_nitro_layer output = {.kind = CURTA_NITRO_OUTPUT}, none = {.kind = CURTA_NITRO_LINEAR, .k = 4};
  struct curta_nitro_layer bad[][2] = {{{.kind = CURTA_NITRO_CONV, .k = 2, .r = 5}, output},
                                       {{.kind = CURTA_NITRO_MAXPOOL, .r = 5}, output},
                                       {{.kind = CURTA_NITRO_DROPOUT, .rate = 251}, output},
                                       {{.kind = CURTA_NITRO_LINEAR, .k = 0}, output},
                                       {output, output},
                                       {none, none}};
  struct curta_nitro_ref net;
  const uint8_t flat[4] = {7, 7, 7, 7};
  int32_t mean, deviation;
  for (int i = 0; i < COUNT(bad); i++)
    same("misfits", "layers", curta_nitro_ref_init(&net, bad[i], 2, &o, 1, 1, 4, 4), -EINVAL);
  o.slope = 6;
  same("misfits", "slope", curta_nitro_ref_init(&net, &output, 1, &o, 1, 1, 4, 4), -EINVAL);
  same("misfits", "one colour", curta_nitro_ops_statistics(&mean, &deviation, flat, 1, 1, 4), -EINVAL);
}

/* Nearest in ratio: from the square root of two on the larger one. */
static void powers(void)
{
  static const int32_t of[][2] = {{1, 1},       {2, 2},       {3, 4},         {5, 4},         {6, 8},
                                  {50, 64},     {100, 128},   {784, 1024},    {1152, 1024},   {2896, 2048},
                                  {2897, 4096}, {3000, 4096}, {46340, 32768}, {46341, 65536}, {65535, 65536}};
  for (int i = 0; i < COUNT(of); i++)
    same("shifts", "power of two", curta_nitro_power(of[i][0]), of[i][1]);
}

int main(int argc, char **argv)
{
  uint32_t seed = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 1;
  set_seed(seed);
  sum_flags();
  width_flags();
  wrapping();
  dropout();
  order();
  choices();
  misfits();
  powers();
  if (!failures)
    printf("PASS NITRO-D beyond the vectors (seed %u)\n", seed);
  return failures != 0;
}
