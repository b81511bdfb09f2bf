/* SPDX-License-Identifier: Apache-2.0
 * test_vectors.c - the numerics law and the operators against the official NITI vectors, every file of
 * tests/vectors/niti
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_ops.h"
#include "npy.h"
#include "replay.h"

/* Algorithm 2 of the paper, which drops the lowest bit of the fraction for odd shifts: nobody uses it, the vectors have
 * it. */
static int8_t psto_paper(int32_t x, int32_t s)
{
  uint32_t m = curta_abs(x), q = m >> s, f = m & ((1u << s) - 1u);
  int32_t h = s / 2;
  f >>= s % 2;
  q += f >> h > (f & ((1u << h) - 1u));
  q = q > 127 ? 127 : q;
  return (int8_t)(x < 0 ? -(int32_t)q : (int32_t)q);
}

static void rounding(void)
{
  struct npy x = npy_read("unit/round_x.npy"), s = npy_read("unit/round_shift.npy"),
             r = npy_read("unit/round_draw.npy");
  int8_t *y[4];
  for (int m = 0; m < 4; m++)
    y[m] = malloc(x.count);
  for (size_t i = 0; i < x.count; i++) {
    int32_t v = (int32_t)npy_at(&x, i), shift = (int32_t)npy_at(&s, i);
    y[0][i] = curta_requant(v, shift, CURTA_ROUND_NEAREST, 0, 0);
    y[1][i] = curta_requant(v, shift, CURTA_ROUND_PSTO, 0, 0);
    y[2][i] = curta_requant(v, shift, CURTA_ROUND_STOCHASTIC, 0, (uint32_t)npy_at(&r, i));
    y[3][i] = psto_paper(v, shift);
  }
  npy_same("rounding", y[0], "|i1", "unit/round_nearest.npy");
  npy_same("rounding", y[1], "|i1", "unit/round_psto.npy");
  npy_same("rounding", y[2], "|i1", "unit/round_sto.npy");
  npy_same("rounding", y[3], "|i1", "unit/round_psto_paper.npy");
  npy_verdict("rounding");
  for (int m = 0; m < 4; m++)
    free(y[m]);
}

/* Maxima up to 2^31: the magnitudes of m and of -m give the same bitwidth. */
static void bitwidth(void)
{
  struct npy m = npy_read("unit/bits_m.npy");
  uint8_t *b = malloc(m.count), *neg = malloc(m.count);
  for (size_t i = 0; i < m.count; i++) {
    int64_t v = npy_at(&m, i);
    int32_t minus = curta_s32((uint32_t)-v), plus = v > INT32_MAX ? minus : (int32_t)v;
    b[i] = (uint8_t)curta_bitlen(curta_ops_magnitude(&plus, 1));
    neg[i] = (uint8_t)curta_bitlen(curta_ops_magnitude(&minus, 1));
  }
  npy_same("bitwidth", b, "|u1", "unit/bits_b.npy");
  npy_same("bitwidth", neg, "|u1", "unit/bits_b.npy");
  npy_verdict("bitwidth");
  free(b);
  free(neg);
}

static void requant_one(const char *name, enum curta_round mode, int bump)
{
  struct npy x = npy_read("unit/requant_acc.npy");
  size_t rows = (size_t)x.shape[0], n = (size_t)x.shape[1];
  int8_t y[2048];
  uint8_t shift[64];
  for (size_t i = 0; i < rows; i++) {
    const int32_t *row = (const int32_t *)x.data + i * n;
    int32_t s = curta_act_shift(curta_ops_magnitude(row, n), bump);
    shift[i] = (uint8_t)s;
    curta_ops_requant(y + i * n, row, n, s, mode, 1, 0);
  }
  npy_same("requantisation", y, "|i1", "unit/requant_%s.npy", name);
  npy_same("requantisation", shift, "|u1", "unit/requant_%s_shift.npy", name);
}

/* The vectors say 0 where our shift says 63: the update is 0. */
static void requant_grad(const char *name, int32_t mu)
{
  struct npy x = npy_read("unit/requant_acc.npy");
  size_t rows = (size_t)x.shape[0], n = (size_t)x.shape[1];
  int8_t y[2048];
  uint8_t shift[64];
  for (size_t i = 0; i < rows; i++) {
    const int32_t *row = (const int32_t *)x.data + i * n;
    int32_t s = curta_grad_shift(curta_ops_magnitude(row, n), mu);
    shift[i] = (uint8_t)(s == 63 ? 0 : s);
    curta_ops_requant(y + i * n, row, n, s, CURTA_ROUND_PSTO, 1, 0);
  }
  npy_same("requantisation", y, "|i1", "unit/requant_grad_%s.npy", name);
  npy_same("requantisation", shift, "|u1", "unit/requant_grad_%s_shift.npy", name);
}

static void requantisation(void)
{
  requant_one("psto", CURTA_ROUND_PSTO, 0);
  requant_one("psto_bump", CURTA_ROUND_PSTO, 1);
  requant_one("round", CURTA_ROUND_NEAREST, 0);
  requant_grad("mum1", -1);
  requant_grad("mu0", 0);
  requant_grad("mu1", 1);
  requant_grad("mu2", 2);
  requant_grad("mu5", 5);
  npy_verdict("requantisation");
}

static void convolution(const char *name, int pad)
{
  struct npy x = npy_read("unit/conv_%s_x.npy", name), w = npy_read("unit/conv_%s_w.npy", name);
  struct npy dy = npy_read("unit/conv_%s_err.npy", name);
  struct curta_conv d = {x.shape[0], x.shape[1], x.shape[2], x.shape[3], w.shape[0], w.shape[2], w.shape[3], 1, pad};
  int32_t *y = malloc(4 * dy.count), *dx = malloc(4 * x.count), *dw = malloc(4 * w.count);
  curta_ops_conv(y, x.data, w.data, &d);
  curta_ops_conv_dx(dx, dy.data, w.data, &d);
  curta_ops_conv_dw(dw, dy.data, x.data, &d);
  npy_same("convolution", y, "<i4", "unit/conv_%s_fwd.npy", name);
  npy_same("convolution", dx, "<i4", "unit/conv_%s_dx.npy", name);
  npy_same("convolution", dw, "<i4", "unit/conv_%s_dw.npy", name);
  free(y);
  free(dx);
  free(dw);
}

static void convolutions(void)
{
  convolution("k1p0", 0);
  convolution("k3p0", 0);
  convolution("k3p1", 1);
  convolution("k5p0", 0);
  convolution("k5p2", 2);
  npy_verdict("convolution");
}

static void pooling(void)
{
  struct npy x = npy_read("unit/pool_x.npy"), dy = npy_read("unit/pool_err.npy");
  int planes = x.shape[0] * x.shape[1];
  int8_t *y = malloc(dy.count), *dx = malloc(x.count);
  uint8_t *idx = malloc(dy.count);
  curta_ops_maxpool(y, idx, x.data, planes, x.shape[2], x.shape[3], 2, 2);
  curta_ops_maxpool_dx(dx, dy.data, idx, planes, x.shape[2], x.shape[3], 2, 2);
  npy_same("pooling", y, "|i1", "unit/pool_y.npy");
  npy_same("pooling", idx, "|u1", "unit/pool_idx.npy");
  npy_same("pooling", dx, "|i1", "unit/pool_dx.npy");
  npy_verdict("pooling");
  free(y);
  free(dx);
  free(idx);
}

/* Cases of n rows of c classes with one exponent each. */
static void loss_set(const char *prefix, const int32_t *exponents, int cases, int n, int c)
{
  struct npy a = npy_read("unit/%s_logits.npy", prefix), labels = npy_read("unit/%s_labels.npy", prefix);
  struct npy draws = npy_read("unit/%s_draw.npy", prefix);
  int64_t *t = malloc(8 * a.count);
  int32_t *g = malloc(4 * a.count);
  int8_t *err = malloc(a.count);
  for (int i = 0; i < cases; i++) {
    size_t at = (size_t)(i * n * c);
    uint16_t label[64];
    struct curta_draws d = {.given = (const uint8_t *)draws.data + at};
    for (int row = 0; row < n; row++)
      label[row] = (uint16_t)npy_at(&labels, (size_t)(i * n + row));
    curta_ops_loss(err + at, t + at, g + at, (const int8_t *)a.data + at, label, n, c, exponents[i],
                   CURTA_ROUND_STOCHASTIC, &d);
  }
  npy_same("loss", t, "<i8", "unit/%s_t.npy", prefix);
  npy_same("loss", g, "<i4", "unit/%s_g11.npy", prefix);
  npy_same("loss", err, "|i1", "unit/%s_err.npy", prefix);
  free(t);
  free(g);
  free(err);
}

static void loss(void)
{
  struct npy e = npy_read("unit/loss_exp.npy");
  int32_t exponents[64] = {0}, thousand = -4;
  for (size_t i = 0; i < e.count; i++)
    exponents[i] = (int32_t)npy_at(&e, i);
  loss_set("loss", exponents, (int)e.count, 12, 10);
  loss_set("loss1000", &thousand, 1, 4, 1000);
  npy_verdict("loss");
}

/* The input tables are made on the host, outside the integer law, so that floating point is allowed here. */
static void input_tables(void)
{
  float top = (1.0f - 0.1307f) / 0.3081f;
  struct npy images = npy_read("mlp_paper/images_u8.npy");
  int8_t range[256], pow2[256], *x = malloc(images.count);
  for (int i = 0; i < 256; i++) {
    float v = ((float)i / 255.0f - 0.1307f) / 0.3081f;
    range[i] = (int8_t)lrintf(v / top * 127.0f);
    pow2[i] = (int8_t)lrintf(v * 32.0f);
  }
  for (size_t i = 0; i < images.count; i++)
    x[i] = range[npy_at(&images, i)];
  npy_same("input tables", range, "|i1", "unit/input_lut_range.npy");
  npy_same("input tables", pow2, "|i1", "unit/input_lut_pow2.npy");
  npy_same("input tables", x, "|i1", "mlp_paper/x_q.npy");
  npy_verdict("input tables");
  free(x);
}

int main(void)
{
  npy_folder("tests/vectors/niti");
  rounding();
  bitwidth();
  requantisation();
  convolutions();
  pooling();
  loss();
  input_tables();
  replay_mlp();
  replay_cnn();
  return npy_finish();
}
