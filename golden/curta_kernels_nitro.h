/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_nitro.h - the loops over elements of the modes of NITRO-D (machine.md section 7), for every set
 *
 * Included by curta_kernels_loops.h. Products that fit 32 bits, which most of those of published networks do, have
 * loops of their own: lanes of 32 bits.
 */
#ifndef CURTA_KERNELS_NITRO_H
#define CURTA_KERNELS_NITRO_H
#include <string.h>
#include "curta_kernels.h"

CURTA_INLINE uint32_t width_of(int32_t x)
{
  return (uint32_t)x ^ (0u - ((uint32_t)x >> 31));
}

/* x / 2^s toward minus infinity */
CURTA_INLINE int32_t floor_shift(int32_t x, uint32_t s)
{
  return (int32_t)(((uint32_t)x ^ 0x80000000u) >> s) - (int32_t)(0x80000000u >> s);
}

/* ------------------------------------------------------------------ MAP */

static void quotient32(int8_t *restrict y, const int32_t *restrict x, uint32_t n, const struct curta_quotient *d)
{
  uint32_t s = d->s, t = d->t, m = d->m, top = d->top;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t u = curta_abs(x[i]) >> s, over = u >= top, q = ((over ? 0 : u) * m) >> t;
    int32_t v = over || q > 127 ? 127 : (int32_t)q;
    y[i] = (int8_t)(x[i] < 0 ? -v : v);
  }
}

static void quotient64(int8_t *restrict y, const int32_t *restrict x, uint32_t n, const struct curta_quotient *d)
{
  for (uint32_t i = 0; i < n; i++) {
    uint32_t u = curta_abs(x[i]) >> d->s;
    uint64_t q = u >= d->top ? 127 : (uint64_t)u * d->m >> d->t;
    int32_t v = q > 127 ? 127 : (int32_t)q;
    y[i] = (int8_t)(x[i] < 0 ? -v : v);
  }
}

static void loop_quotient(int8_t *y, const int32_t *x, uint32_t n, const struct curta_quotient *d)
{
  if ((uint64_t)d->top * d->m <= UINT32_MAX && d->t < 32)
    quotient32(y, x, n, d);
  else
    quotient64(y, x, n, d);
}

static void loop_nitro_relu(int8_t *y, uint32_t slope, uint32_t mean, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    int32_t v = y[i], low = -(int32_t)((uint32_t)-v >> slope);
    uint32_t a = (uint32_t)((v < 0 ? low : v) - (int32_t)mean) & 0xffu;
    y[i] = (int8_t)((int32_t)(a ^ 0x80u) - 0x80);
  }
}

static void loop_larger_class(int8_t *restrict best, uint8_t *restrict idx, int8_t *restrict v_best,
                              const int8_t *restrict y, const int8_t *restrict v, uint8_t k, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    idx[i] = y[i] > best[i] ? k : idx[i];
    v_best[i] = y[i] > best[i] ? v[i] : v_best[i];
    best[i] = y[i] > best[i] ? y[i] : best[i];
  }
}

static void loop_classes(uint8_t *restrict idx, const int8_t *restrict v, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    idx[i] = (uint8_t)(idx[i] | (v[i] == 127 ? 2 << 6 : v[i] < 0 ? 1 << 6 : 0));
}

/* `bytes` is a constant after inlining. */
CURTA_INLINE uint32_t back(int32_t *restrict y, const int32_t *restrict x, const uint8_t *restrict aux, int bytes,
                           uint32_t slope, uint32_t n)
{
  uint32_t all = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t class = aux[i] >> (bytes ? 6 : 7), negative = 0u - (uint32_t)(x[i] < 0);
    uint32_t whole = 0u - (uint32_t)(class == 0 && (bytes || aux[i] != 127)), part = 0u - (uint32_t)(class == 1);
    uint32_t v = ((uint32_t)x[i] & whole) | ((((curta_abs(x[i]) >> slope) ^ negative) - negative) & part);
    y[i] = (int32_t)v;
    all |= width_of((int32_t)v);
  }
  return all;
}

static uint32_t loop_back_zs(int32_t *y, const int32_t *x, const uint8_t *aux, uint32_t slope, uint32_t n)
{
  return back(y, x, aux, 0, slope, n);
}

static uint32_t loop_back_class(int32_t *y, const int32_t *x, const uint8_t *aux, uint32_t slope, uint32_t n)
{
  return back(y, x, aux, 1, slope, n);
}

/* ------------------------------------------------------------------ UPDATE */

CURTA_INLINE uint32_t quot(int32_t n, uint32_t s, uint32_t t, uint32_t m)
{
  uint64_t u = (curta_abs(n) >> s) & 0xffffffu;
  uint32_t q = (uint32_t)(u * m >> t);
  return n < 0 ? 0u - q : q;
}

/* The same where u m fits 32 bits. */
CURTA_INLINE uint32_t quot32(int32_t n, uint32_t s, uint32_t t, uint32_t m)
{
  uint32_t q = ((curta_abs(n) >> s) * m) >> t;
  return n < 0 ? 0u - q : q;
}

/* No |n| of these widths makes a product of more than 32 bits. */
CURTA_INLINE int narrow_rate(uint32_t all, struct curta_rate r)
{
  uint64_t u = ((uint64_t)all + 1) >> (r.st & 31); /* |n| is at most the width plus 1 */
  return u <= 0xffffffu && u * (r.m & 0xffffffu) <= UINT32_MAX && (r.st >> 8 & 63) < 32;
}

static uint32_t loop_sgd(int32_t *restrict w, const int32_t *restrict g, struct curta_rate rate,
                         struct curta_rate decay, uint32_t n)
{
  uint32_t s = rate.st & 31, t = rate.st >> 8 & 63, m = rate.m & 0xffffffu;
  uint32_t ds = decay.st & 31, dt = decay.st >> 8 & 63, dm = decay.m & 0xffffffu;
  uint32_t all_g = 0, all_w = 0, all = 0;
  for (uint32_t i = 0; i < n; i++) {
    all_g |= width_of(g[i]);
    all_w |= width_of(w[i]);
  }
  if (narrow_rate(all_g, rate) && narrow_rate(all_w, decay)) {
    for (uint32_t i = 0; i < n; i++)
      w[i] = curta_s32((uint32_t)w[i] - quot32(g[i], s, t, m) - quot32(w[i], ds, dt, dm));
  } else {
    for (uint32_t i = 0; i < n; i++)
      w[i] = curta_s32((uint32_t)w[i] - quot(g[i], s, t, m) - quot(w[i], ds, dt, dm));
  }
  for (uint32_t i = 0; i < n; i++)
    all |= width_of(w[i]);
  return all;
}

/* ------------------------------------------------------------------ operands wider than 8 bits */

static uint32_t loop_digits(int32_t *restrict d, int8_t *restrict low, const int32_t *restrict x, int bits, uint32_t n)
{
  uint32_t half = 1u << (bits - 1), mask = 2 * half - 1, all = 0;
  for (uint32_t i = 0; i < n; i++) {
    int32_t v = (int32_t)(((uint32_t)x[i] & mask) ^ half) - (int32_t)half;
    d[i] = v;
    low[i] = (int8_t)((uint32_t)v & 0xff);
    all |= width_of(v);
  }
  return all;
}

static uint32_t loop_occupied(uint32_t *restrict rows, const int32_t *restrict d, uint32_t t)
{
  uint32_t n = 0;
  for (uint32_t k = 0; k < t; k++) {
    uint32_t row = 0;
    for (uint32_t j = 0; j < t; j++)
      row |= (uint32_t)(d[k * t + j] != 0) << j;
    rows[k] = row;
    n += (uint32_t)__builtin_popcount(row);
  }
  return n;
}

/* Functions of their own: inlined, they lose their `restrict` and with it their vectors. */
static __attribute__((noinline)) void add_row16(int32_t *restrict sum, const int8_t *restrict x, int32_t v)
{
  for (uint32_t i = 0; i < 16; i++)
    sum[i] += v * x[i];
}

static __attribute__((noinline)) void add_row8(int32_t *restrict sum, const int8_t *restrict x, int32_t v)
{
  for (uint32_t i = 0; i < 8; i++)
    sum[i] += v * x[i];
}

static void loop_sparse_add(int32_t *sum, const int8_t *x, const struct curta_nonzero *e, uint32_t n, uint32_t t)
{
  for (uint32_t i = 0; i < n; i++, e++)
    if (t == 16)
      add_row16(sum + 16 * e->j, x + 16 * e->k, e->v);
    else
      add_row8(sum + 8 * e->j, x + 8 * e->k, e->v);
}

/* In units of 2^16 each part is rounded down, so that five parts are less than five units above what is added here. */
#define CURTA_SETTLE_TOP (32767 - 4)

static int loop_settle(int32_t *sum, const struct curta_parts *parts, uint32_t *magnitudes, uint32_t n)
{
  static const int32_t zero[256];
  const int32_t *p0 = parts->plane[0] ? parts->plane[0] : zero, *p1 = parts->plane[1] ? parts->plane[1] : zero;
  const int32_t *p2 = parts->plane[2] ? parts->plane[2] : zero, *more = parts->more ? parts->more : zero;
  const int32_t *start = parts->start ? parts->start : zero;
  int32_t out[256];
  uint32_t beyond = 0, all = 0;
  for (uint32_t i = 0; i < n; i++) {
    int32_t above =
        floor_shift(p0[i], 16) + floor_shift(p1[i], 8) + p2[i] + floor_shift(more[i], 16) + floor_shift(start[i], 16);
    uint32_t low =
        (uint32_t)p0[i] + ((uint32_t)p1[i] << 8) + ((uint32_t)p2[i] << 16) + (uint32_t)more[i] + (uint32_t)start[i];
    int32_t v = (int32_t)low;
    out[i] = v;
    beyond |= (uint32_t)(above < -32768) | (uint32_t)(above > CURTA_SETTLE_TOP);
    all |= ((uint32_t)v - (v > 0)) ^ (0u - (v < 0));
  }
  if (beyond)
    return 0;
  memcpy(sum, out, 4 * (size_t)n);
  *magnitudes = all;
  return 1;
}

#define CURTA_KERNEL_NITRO_LOOPS                                                                                       \
  .quotient = loop_quotient, .nitro_relu = loop_nitro_relu, .larger_class = loop_larger_class,                         \
  .classes = loop_classes, .back_zs = loop_back_zs, .back_class = loop_back_class, .sgd = loop_sgd,                    \
  .digits = loop_digits
#endif
