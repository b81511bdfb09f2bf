/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_nitro.c - see curta_golden_nitro.h
 *
 * Products that fit 32 bits, which those of every published network do, have a loop of their own: lanes of 32 bits.
 */
#include "curta_golden_nitro.h"
#include "curta_nitro.h"

static uint32_t width(int32_t x)
{
  return x < 0 ? ~(uint32_t)x : (uint32_t)x;
}

/* ------------------------------------------------------------------ division */

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

void curta_golden_quotient(int8_t *y, const void *x, int wide, uint32_t n, const struct curta_quotient *q)
{
  int32_t from8[256];
  const int32_t *from = x;
  for (uint32_t i = 0; i < n && !wide; i++)
    from8[i] = ((const int8_t *)x)[i];
  from = wide ? from : from8;
  if ((uint64_t)q->top * q->m <= UINT32_MAX && q->t < 32)
    quotient32(y, from, n, q);
  else
    quotient64(y, from, n, q);
}

/* ------------------------------------------------------------------ NITRO-ReLU and pooling */

void curta_golden_nitro_relu(int8_t *y, uint32_t n, uint32_t slope, uint32_t mean)
{
  for (uint32_t i = 0; i < n; i++) {
    int32_t v = y[i], low = -(int32_t)((uint32_t)-v >> slope);
    uint32_t a = (uint32_t)((v < 0 ? low : v) - (int32_t)mean) & 0xffu;
    y[i] = (int8_t)((int32_t)(a ^ 0x80u) - 0x80);
  }
}

void curta_golden_larger(int8_t *restrict best, uint8_t *restrict idx, int8_t *restrict v_best,
                         const int8_t *restrict y, const int8_t *restrict v, uint8_t k, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    idx[i] = y[i] > best[i] ? k : idx[i];
    v_best[i] = y[i] > best[i] ? v[i] : v_best[i];
    best[i] = y[i] > best[i] ? y[i] : best[i];
  }
}

void curta_golden_classes(uint8_t *restrict idx, const int8_t *restrict v, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    idx[i] = (uint8_t)(idx[i] | (v[i] == 127 ? 2 << 6 : v[i] < 0 ? 1 << 6 : 0));
}

uint32_t curta_golden_back(int32_t *restrict y, const int32_t *restrict x, const uint8_t *restrict aux, int bytes,
                           uint32_t slope, uint32_t n)
{
  uint32_t all = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t class = bytes ? aux[i] >> 6 : aux[i] == 127 ? 2 : aux[i] >> 7, low = curta_abs(x[i]) >> slope;
    int32_t part = x[i] < 0 ? -(int32_t)low : (int32_t)low;
    y[i] = class == 0 ? x[i] : class == 1 ? part : 0;
    all |= width(y[i]);
  }
  return all;
}

/* ------------------------------------------------------------------ IntegerSGD */

static uint32_t quot(int32_t n, struct curta_rate r)
{
  uint64_t u = (curta_abs(n) >> (r.st & 31)) & 0xffffffu;
  uint32_t q = (uint32_t)(u * (r.m & 0xffffffu) >> (r.st >> 8 & 63));
  return n < 0 ? 0u - q : q;
}

/* The same where u m fits 32 bits. */
static uint32_t quot32(int32_t n, uint32_t s, uint32_t t, uint32_t m)
{
  uint32_t q = ((curta_abs(n) >> s) * m) >> t;
  return n < 0 ? 0u - q : q;
}

/* No |n| of these widths makes a product of more than 32 bits. */
static int narrow(uint32_t all, struct curta_rate r)
{
  uint64_t u = ((uint64_t)all + 1) >> (r.st & 31); /* |n| is at most the width plus 1 */
  return u <= 0xffffffu && u * (r.m & 0xffffffu) <= UINT32_MAX && (r.st >> 8 & 63) < 32;
}

uint32_t curta_golden_sgd(int32_t *restrict w, const int32_t *restrict g, struct curta_rate rate,
                          struct curta_rate decay, uint32_t n)
{
  uint32_t all_g = 0, all_w = 0, all = 0;
  for (uint32_t i = 0; i < n; i++) {
    all_g |= width(g[i]);
    all_w |= width(w[i]);
  }
  if (narrow(all_g, rate) && narrow(all_w, decay)) {
    uint32_t s = rate.st & 31, t = rate.st >> 8 & 31, m = rate.m & 0xffffffu;
    uint32_t ds = decay.st & 31, dt = decay.st >> 8 & 31, dm = decay.m & 0xffffffu;
    for (uint32_t i = 0; i < n; i++)
      w[i] = curta_s32((uint32_t)w[i] - quot32(g[i], s, t, m) - quot32(w[i], ds, dt, dm));
  } else {
    for (uint32_t i = 0; i < n; i++)
      w[i] = curta_s32((uint32_t)w[i] - quot(g[i], rate) - quot(w[i], decay));
  }
  for (uint32_t i = 0; i < n; i++)
    all |= width(w[i]);
  return all;
}
