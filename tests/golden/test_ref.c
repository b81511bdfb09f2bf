/* SPDX-License-Identifier: Apache-2.0
 * test_ref.c - what the official vectors do not reach: strides, odd pooling, dropout, shift 1, master weights, draws
 *
 * usage: test_ref [SEED]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_ref.h"

static uint32_t seed, state;
static int failures;

static uint32_t rnd(uint32_t n)
{
  state = state * 1664525u + 1013904223u;
  return (uint32_t)((uint64_t)(state ^ state >> 16) * n >> 32);
}

static int fail(const char *group, const char *what, int64_t expected, int64_t got)
{
  failures++;
  printf("FAIL %s: seed %u: %s: expected %lld, got %lld\n", group, seed, what, (long long)expected, (long long)got);
  return 1;
}

static void randomize(int8_t *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    x[i] = (int8_t)(rnd(255) - 127u);
}

static uint32_t dot8(const int32_t *a, const int8_t *b, size_t n)
{
  uint32_t sum = 0;
  for (size_t i = 0; i < n; i++)
    sum += (uint32_t)a[i] * (uint32_t)(int32_t)b[i];
  return sum;
}

/* Both gradients are the transposes of the forward pass: <conv(x,w), dy> = <dx, x> = <dw, w>, modulo 2^32; and one
 * element of the forward pass against its formula. */
static int convolution_case(void)
{
  struct curta_conv d = {1 + (int)rnd(3), 1 + (int)rnd(4), 5 + (int)rnd(5), 5 + (int)rnd(5), 1 + (int)rnd(5),
                         1 + (int)rnd(5), 1 + (int)rnd(5), 1 + (int)rnd(3), (int)rnd(3)};
  static int8_t x[3 * 4 * 81], w[5 * 4 * 25], dy[3 * 5 * 196];
  static int32_t y[3 * 5 * 196], dx[3 * 4 * 81], dw[5 * 4 * 25];
  int p = curta_conv_p(&d), q = curta_conv_q(&d), oy = (int)rnd((uint32_t)p), ox = (int)rnd((uint32_t)q), sum = 0;
  size_t nx = (size_t)(d.n * d.c * d.h * d.w), nw = (size_t)(d.k * d.c * d.r * d.s), ny = (size_t)(d.n * d.k * p * q);
  randomize(x, nx);
  randomize(w, nw);
  randomize(dy, ny);
  curta_ops_conv(y, x, w, &d);
  curta_ops_conv_dx(dx, dy, w, &d);
  curta_ops_conv_dw(dw, dy, x, &d);
  for (int c = 0; c < d.c; c++)
    for (int r = 0; r < d.r; r++)
      for (int s = 0; s < d.s; s++) {
        int iy = oy * d.stride + r - d.pad, ix = ox * d.stride + s - d.pad;
        if (iy >= 0 && iy < d.h && ix >= 0 && ix < d.w)
          sum += x[(c * d.h + iy) * d.w + ix] * w[(c * d.r + r) * d.s + s];
      }
  if (y[oy * q + ox] != sum)
    return fail("convolution", "forward", sum, y[oy * q + ox]);
  if (dot8(y, dy, ny) != dot8(dx, x, nx))
    return fail("convolution", "input gradient", dot8(y, dy, ny), dot8(dx, x, nx));
  return dot8(y, dy, ny) == dot8(dw, w, nw) ? 0
                                            : fail("convolution", "weight gradient", dot8(y, dy, ny), dot8(dw, w, nw));
}

static void test_convolution(void)
{
  int bad = 0;
  for (int i = 0; i < 200 && !bad; i++)
    bad = convolution_case();
  if (!bad)
    printf("PASS convolution\n");
}

/* 3x3 windows on 5x7: column 6 and rows 3, 4 belong to none. */
static void test_pool(void)
{
  int8_t x[35], y[2], dy[2] = {5, -7}, dx[35];
  uint8_t idx[2];
  int bad = 0;
  memset(x, -3, sizeof x);
  x[1 * 7 + 2] = x[2 * 7 + 0] = 4;
  x[6] = x[4 * 7] = 100;
  curta_ops_maxpool(y, idx, x, 1, 5, 7, 3, 3);
  curta_ops_maxpool_dx(dx, dy, idx, 1, 5, 7, 3, 3);
  if (y[0] != 4 || idx[0] != 5 || y[1] != -3 || idx[1] != 0)
    bad = fail("pooling of odd sizes", "first maximum", 5, idx[0]);
  for (int i = 0; i < 35; i++)
    if (dx[i] != (i == 9 ? 5 : i == 3 ? -7 : 0))
      bad = fail("pooling of odd sizes", "error", i, dx[i]);
  if (!bad)
    printf("PASS pooling of odd sizes\n");
}

/* One linear layer below another, all on one number, so that every shift is known: the error below is 254, of 8 bits.
 */
static void test_shift_one(void)
{
  int bad = 0;
  for (int bump = 0; bump < 2; bump++) {
    int8_t w1[2] = {2, 1}, w2[2 * 2] = {0, 0, -2, 0}, x[1] = {100};
    struct curta_ref_layer layer[] = {{.kind = CURTA_REF_LINEAR, .k = 2, .w = w1},
                                      {.kind = CURTA_REF_LINEAR, .k = 2, .w = w2}};
    struct curta_ref net;
    uint16_t label = 1;
    if (curta_ref_init(&net, layer, 2, 1, 1, 1, 1))
      bad = fail("shift of one", "shapes", 0, 1);
    net.opt = curta_ref_niti2020();
    net.opt.bump_shift1 = bump;
    net.opt.loss_round = CURTA_ROUND_NEAREST;
    curta_ref_forward(&net, x, 0);
    curta_ref_backward(&net, &label);
    if (layer[0].act_shift != (bump ? 2 : 1) || layer[0].out[0] != (bump ? 50 : 100))
      bad = fail("shift of one", "activation", bump ? 2 : 1, layer[0].act_shift);
    if (abs(layer[1].err_acc[0]) > 128 && layer[1].err_shift != (bump ? 2 : 1))
      bad = fail("shift of one", "error", bump ? 2 : 1, layer[1].err_shift);
    if (abs(layer[1].err_acc[0]) <= 128)
      bad = fail("shift of one", "error needs eight bits, has", 129, layer[1].err_acc[0]);
    curta_ref_free(&net);
  }
  if (!bad)
    printf("PASS shift of one\n");
}

/* Dropout: masked features neither pass forward nor backward, the exponent grows by one. */
static void test_dropout(void)
{
  static const int8_t mask[4] = {1, 0, 1, 0};
  int8_t w1[16], w2[12], x[8];
  struct curta_ref_layer layer[] = {{.kind = CURTA_REF_LINEAR, .k = 4, .w = w1},
                                    {.kind = CURTA_REF_DROPOUT, .mask = mask},
                                    {.kind = CURTA_REF_LINEAR, .k = 3, .w = w2}};
  struct curta_ref net;
  uint16_t labels[2] = {0, 2};
  int bad = 0;
  randomize(w1, 16);
  randomize(w2, 12);
  randomize(x, 8);
  if (curta_ref_init(&net, layer, 3, 2, 4, 1, 1))
    bad = fail("dropout", "shapes", 0, 1);
  net.opt = curta_ref_niti2020();
  curta_ref_forward(&net, x, -5);
  curta_ref_backward(&net, labels);
  for (int i = 0; i < 8; i++) {
    if (layer[1].out[i] != (mask[i % 4] ? layer[0].out[i] : 0))
      bad = fail("dropout", "forward", i, layer[1].out[i]);
    if (layer[1].err_out[i] != (mask[i % 4] ? layer[2].err_out[i] : 0))
      bad = fail("dropout", "backward", i, layer[1].err_out[i]);
  }
  if (layer[1].exp != layer[0].exp + 1)
    bad = fail("dropout", "exponent", layer[0].exp + 1, layer[1].exp);
  if (!bad)
    printf("PASS dropout\n");
  curta_ref_free(&net);
}

/* Master weights: w follows wf by pseudo-stochastic rounding, wf saturates; the decay term pulls towards 0. */
static void test_master(void)
{
  int16_t wf[4] = {32767, -32767, 300, 0};
  int8_t w[4] = {127, -127, 1, 0}, g[4] = {-127, 127, 44, -1};
  static const int16_t want_wf[4] = {32767, -32767, 256, 1};
  static const int8_t want_w[4] = {127, -127, 1, 0};
  int32_t x[2] = {10, -10};
  int8_t weight[2] = {100, -100};
  int bad = 0;
  curta_ops_update(w, wf, g, 4, 8);
  for (int i = 0; i < 4; i++) {
    if (wf[i] != want_wf[i])
      bad = fail("master weights", "wf", want_wf[i], wf[i]);
    if (w[i] != want_w[i])
      bad = fail("master weights", "w", want_w[i], w[i]);
  }
  curta_ops_decay(x, weight, 2, -3);
  if (x[0] != 22 || x[1] != -22)
    bad = fail("master weights", "decay, trunc(100 / 8)", 22, x[0]);
  if (!bad)
    printf("PASS master weights\n");
}

/* Draws: known values of the generator (worked out once from its definition), and draw numbers through grad_index. */
static void test_draws(void)
{
  static const uint32_t index[3] = {7, 5, 6};
  struct curta_draws by_index = {.seed = 3, .tensor = 9, .index = index}, in_order = {.seed = 3, .tensor = 9};
  int32_t x[3] = {0x12345, 0x12345, 0x12345};
  int8_t y[3];
  int bad = 0;
  curta_ops_requant(y, x, 3, 12, CURTA_ROUND_STOCHASTIC, 0, &by_index);
  for (int i = 0; i < 3; i++) {
    int8_t want = (int8_t)(0x12 + (0x345u > (curta_rand(3, 9, index[i]) & 0xfffu)));
    if (y[i] != want)
      bad = fail("draws", "by index", want, y[i]);
  }
  curta_ops_requant(y, x, 3, 12, CURTA_ROUND_STOCHASTIC, 0, &in_order);
  for (uint32_t i = 0; i < 3; i++) {
    int8_t want = (int8_t)(0x12 + (0x345u > (curta_rand(3, 9, i) & 0xfffu)));
    if (y[i] != want)
      bad = fail("draws", "in order", want, y[i]);
  }
  int64_t ones = 0;
  for (uint32_t i = 0; i < 4096; i++)
    ones += (0x800u > (curta_rand(1, 2, i) & 0xfffu));
  if (ones < 1900 || ones > 2200)
    bad = fail("draws", "half of 4096 draws below half", 2048, ones);
  if (!bad)
    printf("PASS draws\n");
}

int main(int argc, char **argv)
{
  seed = state = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 1;
  test_convolution();
  test_pool();
  test_shift_one();
  test_dropout();
  test_master();
  test_draws();
  return failures != 0;
}
