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

/* u m >> (23 + t) is the same with a factor without zeros at its end: factors have bit 23, products would be long. */
static uint32_t shorten(uint32_t *m, uint32_t t)
{
  for (t += 23; t && *m && !(*m & 1u); t--)
    *m >>= 1;
  return t;
}

struct curta_quotient curta_golden_division(uint32_t s, uint32_t t, uint32_t m)
{
  struct curta_quotient q = {s, 0, m, 1u << 24};
  uint64_t top;
  q.t = shorten(&q.m, t);
  top = q.m ? (((uint64_t)128 << q.t) + q.m - 1) / q.m : q.top;
  q.top = top < q.top ? (uint32_t)top : q.top;
  return q;
}

struct curta_rate curta_golden_rate(uint32_t shifts, uint32_t factor)
{
  struct curta_rate r = {shifts & 31, 0, factor & 0xffffffu};
  r.t = shorten(&r.m, shifts >> 8 & 31);
  return r;
}

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
  uint64_t u = (curta_abs(n) >> r.s) & 0xffffffu;
  uint32_t q = (uint32_t)(u * r.m >> r.t);
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
  uint64_t u = ((uint64_t)all + 1) >> r.s; /* |n| is at most the width plus 1 */
  return u <= 0xffffffu && u * r.m <= UINT32_MAX && r.t < 32;
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
    for (uint32_t i = 0; i < n; i++)
      w[i] = curta_s32((uint32_t)w[i] - quot32(g[i], rate.s, rate.t, rate.m) -
                       quot32(w[i], decay.s, decay.t, decay.m));
  } else {
    for (uint32_t i = 0; i < n; i++)
      w[i] = curta_s32((uint32_t)w[i] - quot(g[i], rate) - quot(w[i], decay));
  }
  for (uint32_t i = 0; i < n; i++)
    all |= width(w[i]);
  return all;
}
