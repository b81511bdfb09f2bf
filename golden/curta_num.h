/* SPDX-License-Identifier: Apache-2.0
 * curta_num.h - the numerics law in code (docs/numerics.md): every rule of how a number is made, once
 *
 * Sources: Wang et al., "NITI: training integer neural networks using integer-only arithmetic", arXiv 2009.13108, and
 * the authors' code of 2020 and 2021; where paper and code differ the code is followed. Freestanding C11, no floating
 * point, no right shift of a negative value, no signed overflow. RTL twins: curta_requant, curta_rand, curta_loss.
 */
#ifndef CURTA_NUM_H
#define CURTA_NUM_H
#include <stdint.h>
#include "curta_spec.h"

/* The int32 with the bits of x: sums and differences modulo 2^32 are formed in uint32_t. */
static inline int32_t curta_s32(uint32_t x)
{
  return x <= 0x7fffffffu ? (int32_t)x : (int32_t)(x - 0x80000000u) - 0x7fffffff - 1;
}

/* |x| as 32 bits; 2^31 for the smallest int32. */
static inline uint32_t curta_abs(int32_t x)
{
  return x < 0 ? 0u - (uint32_t)x : (uint32_t)x;
}

/* ------------------------------------------------------------------ magnitude and bitwidth (numerics.md 1) */

/* v(x), to be ORed over a tensor: the bit length of the OR is ceil(log2 max|x|), 0 if max|x| <= 1. */
static inline uint32_t curta_mag(int32_t x)
{
  return x < 0 ? ~(uint32_t)x : x == 0 ? 0u : (uint32_t)x - 1u;
}

static inline int32_t curta_bitlen(uint32_t x)
{
  int32_t n = 0;
  for (; x; x >>= 1)
    n++;
  return n;
}

/* Shift of an activation or error tensor with OR of magnitudes `or_mag` (NITI code of 2020: bump_1_to_2). */
static inline int32_t curta_act_shift(uint32_t or_mag, int bump)
{
  int32_t s = curta_bitlen(or_mag) - 7;
  return s <= 0 ? 0 : s == 1 && bump ? 2 : s;
}

/* Shift of a gradient tensor that leaves mu bits (NITI section "weight update"). 63: the update is 0. */
static inline int32_t curta_grad_shift(uint32_t or_mag, int32_t mu)
{
  int32_t b = curta_bitlen(or_mag), s = curta_s32((uint32_t)b - (uint32_t)mu);
  return b == 0 ? 63 : s < 1 ? 0 : s > 62 ? 62 : s;
}

/* ------------------------------------------------------------------ shift and round (numerics.md 2) */

/* The result without a shift. The reference casts +128 to -128 (wrap); the default saturates. */
static inline int8_t curta_narrow(int32_t x, int wrap)
{
  if (x > 127)
    return x == 128 && wrap ? -128 : 127;
  return x < -128 ? -128 : (int8_t)x;
}

/* What rounding adds to m >> s, 1 <= s <= 62; r: the draw of stochastic rounding. NITI Algorithm 2 as its code has it:
 * all bits of the fraction are kept, and for odd s the lower part is doubled. */
static inline uint32_t curta_round_up(uint64_t m, int32_t s, enum curta_round mode, uint32_t r)
{
  uint64_t low = ((uint64_t)1 << s) - 1, f = m & low;
  int32_t h = s / 2;
  switch (mode) {
  case CURTA_ROUND_NEAREST:
    return (uint32_t)(m >> (s - 1)) & 1u;
  case CURTA_ROUND_PSTO:
    return f >> h > (f & (((uint64_t)1 << h) - 1)) << (s % 2);
  case CURTA_ROUND_STOCHASTIC:
    return f > (r & low);
  default:
    return 0;
  }
}

/* y = sign(x) min(round(|x| / 2^s), 127); s <= 0: no shift; s >= 63: 0. */
static inline int8_t curta_requant(int32_t x, int32_t s, enum curta_round mode, int wrap, uint32_t r)
{
  uint64_t m = curta_abs(x), q;
  if (s <= 0)
    return curta_narrow(x, wrap);
  if (s >= 63)
    return 0;
  q = (m >> s) + curta_round_up(m, s, mode, r);
  if (q > 127)
    q = 127;
  return (int8_t)(x < 0 ? -(int32_t)q : (int32_t)q);
}

/* int8 weight of a master weight with `frac` fraction bits. */
static inline int8_t curta_round_psto(int32_t wf, int32_t frac)
{
  return curta_requant(wf, frac, CURTA_ROUND_PSTO, 0, 0);
}

/* ------------------------------------------------------------------ random bits (numerics.md 3) */

#ifndef CURTA_ROR /* a processor whose compiler does not know its rotate brings its own */
#define CURTA_ROR(x, n) ((x) >> (n) | (x) << (32 - (n)))
#endif

static inline uint32_t curta_rand(uint32_t seed, uint32_t tensor, uint32_t index)
{
  uint32_t x = index, y = tensor, k = seed;
  for (int i = 0; i < 8; i++) {
    x = (CURTA_ROR(x, 8) + y) ^ k;
    y = CURTA_ROR(y, 29) ^ x;
    k += 0x9E3779B9u;
  }
  return x;
}

/* ------------------------------------------------------------------ weight update (machine.md 5) */

/* trunc(x 2^e) modulo 2^32 */
static inline int32_t curta_scale2(int32_t x, int32_t e)
{
  uint32_t m = curta_abs(x);
  m = e >= 32 || e <= -32 ? 0u : e >= 0 ? m << e : m >> -e;
  return curta_s32(x < 0 ? 0u - m : m);
}

/* G' = G + w 2^d: weight decay with the exponent d = bw(G) - 15 of the code of 2020. */
static inline int32_t curta_decay(int32_t g, int8_t w, int32_t d)
{
  return curta_s32((uint32_t)g + (uint32_t)curta_scale2(w, d));
}

static inline int8_t curta_update(int8_t w, int8_t g)
{
  int d = w - g;
  return (int8_t)(d > 127 ? 127 : d < -127 ? -127 : d);
}

/* The same on a master weight: saturates at +-(2^(7+frac) - 1). */
static inline int16_t curta_update_master(int16_t wf, int8_t g, int32_t frac)
{
  int32_t top = (1 << (7 + frac)) - 1, d = wf - g;
  return (int16_t)(d > top ? top : d < -top ? -top : d);
}

/* ------------------------------------------------------------------ loss gradient (numerics.md 4) */

#define CURTA_LOSS_SHIFT 4 /* err = requant(g, 4) */

static inline int32_t curta_loss_exponent(int32_t e)
{
  return e < -25 ? -25 : e > 7 ? 7 : e;
}

/* Exponent of 2 of one logit, e > -7: two truncations, in this order. 47274 / 2^15 = log2 of Euler's number. */
static inline int32_t curta_loss_x(int8_t a, int32_t e)
{
  return curta_scale2(a * 47274 / 32768, e);
}

/* 2^(1-2e) (1 + z + z^2/2), z = a 2^e, for e <= -7 */
static inline int64_t curta_loss_taylor(int8_t a, int32_t e)
{
  return ((int64_t)1 << (1 - 2 * e)) + a * ((int64_t)1 << (1 - e)) + a * a;
}

/* Terms t[c] of one image with logits a[n], exponent e in [-25, 7]. */
static inline void curta_loss_terms(int64_t *t, const int8_t *a, uint32_t n, int32_t e)
{
  int32_t top = INT32_MIN;
  for (uint32_t c = 0; c < n; c++) {
    int32_t x = curta_loss_x(a[c], e);
    top = x > top ? x : top;
  }
  for (uint32_t c = 0; c < n; c++) {
    int32_t x = curta_loss_x(a[c], e) - (top - 10);
    t[c] = e <= -7 ? curta_loss_taylor(a[c], e) : ((int64_t)1 << (x > 0 ? x : 0)) - 1;
  }
}

/* g[c] = trunc(t[c] 2^11 / sum t), g[label] = -(sum of the others) */
static inline void curta_loss_gradient(int32_t *g, const int64_t *t, uint32_t n, uint32_t label)
{
  int64_t sum = 0;
  int32_t others = 0;
  for (uint32_t c = 0; c < n; c++)
    sum += t[c];
  for (uint32_t c = 0; c < n; c++) {
    g[c] = (int32_t)(t[c] * 2048 / sum);
    others += c == label ? 0 : g[c];
  }
  if (label < n)
    g[label] = -others;
}
#endif
