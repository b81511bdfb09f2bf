/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_loops.h - the loops over elements, written once; every set compiles them for its own instructions
 *
 * Included by the file of a set. Signed and unsigned bytes alias everything: without restrict none of these loops
 * becomes vectors. What is a constant after inlining (a mode, a direction) is a parameter of an always-inlined
 * function.
 */
#ifndef CURTA_KERNELS_LOOPS_H
#define CURTA_KERNELS_LOOPS_H
#include "curta_kernels.h"

#define CURTA_INLINE static inline __attribute__((always_inline))

/* curta_round_up of curta_num.h for shifts below 32: 32-bit lanes suffice. mode is a constant after inlining. */
CURTA_INLINE int32_t round_up(uint32_t m, uint32_t s, enum curta_round mode, uint32_t r)
{
  uint32_t low = (1u << s) - 1u, f = m & low, h = s / 2;
  if (mode == CURTA_ROUND_NEAREST)
    return (int32_t)(m >> (s - 1) & 1u);
  if (mode == CURTA_ROUND_PSTO)
    return (int32_t)(f >> h) > (int32_t)((f & ((1u << h) - 1u)) << (s % 2));
  return mode == CURTA_ROUND_STOCHASTIC ? (int32_t)f > (int32_t)(r & low) : 0;
}

CURTA_INLINE void requant_mode(int8_t *restrict y, const int32_t *restrict x, uint32_t n,
                               const struct curta_kernel_rounding *how, enum curta_round mode)
{
  uint32_t s = (uint32_t)how->shift, seed = how->seed, tensor = how->tensor, index = how->index;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t m = curta_abs(x[i]), r = mode == CURTA_ROUND_STOCHASTIC ? curta_rand(seed, tensor, index + i) : 0;
    int32_t q = (int32_t)(m >> s) + round_up(m, s, mode, r);
    q = q > 127 ? 127 : q;
    y[i] = (int8_t)(x[i] < 0 ? -q : q);
  }
}

static void loop_requant(int8_t *y, const int32_t *x, uint32_t n, const struct curta_kernel_rounding *how)
{
  switch (how->mode) {
  case CURTA_ROUND_NEAREST:
    requant_mode(y, x, n, how, CURTA_ROUND_NEAREST);
    break;
  case CURTA_ROUND_PSTO:
    requant_mode(y, x, n, how, CURTA_ROUND_PSTO);
    break;
  case CURTA_ROUND_STOCHASTIC:
    requant_mode(y, x, n, how, CURTA_ROUND_STOCHASTIC);
    break;
  default:
    requant_mode(y, x, n, how, CURTA_ROUND_TRUNCATE);
  }
}

/* curta_narrow: 128 is the only value for which saturation and wrapping differ. */
static void loop_narrow(int8_t *restrict y, const int32_t *restrict x, int wrap, uint32_t n)
{
  int32_t at_128 = wrap ? -128 : 127;
  for (uint32_t i = 0; i < n; i++) {
    int32_t q = x[i] > 127 ? 127 : x[i] < -128 ? -128 : x[i];
    y[i] = (int8_t)(x[i] == 128 ? at_128 : q);
  }
}

/* curta_mag of curta_num.h without branches: (x - [x > 0]) ^ -[x < 0] */
static uint32_t loop_magnitudes(const int32_t *x, uint32_t n)
{
  uint32_t all = 0;
  for (uint32_t i = 0; i < n; i++)
    all |= ((uint32_t)x[i] - (x[i] > 0)) ^ (0u - (x[i] < 0));
  return all;
}

static void loop_relu(int8_t *y, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    y[i] = y[i] > 0 ? y[i] : 0;
}

static void loop_mask(int8_t *restrict y, const int8_t *restrict mask, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    y[i] = (int8_t)(y[i] & -(mask[i] > 0));
}

static void loop_larger(int8_t *restrict best, uint8_t *restrict idx, const int8_t *restrict y, uint8_t k, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    idx[i] = y[i] > best[i] ? k : idx[i];
    best[i] = y[i] > best[i] ? y[i] : best[i];
  }
}

static void loop_no_index(uint8_t *restrict idx, const int8_t *restrict best, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    idx[i] = best[i] == 0 ? CURTA_IDX_NONE : idx[i];
}

static void loop_select(int8_t *restrict out, const int8_t *restrict y, const uint8_t *restrict idx, uint8_t k,
                        uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    out[i] = (int8_t)(y[i] & -(idx[i] == k));
}

static void loop_select32(int32_t *restrict out, const int32_t *restrict y, const uint8_t *restrict idx, uint8_t k,
                          uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    out[i] = y[i] & -(int32_t)(idx[i] == k);
}

/* |d| < 32; the direction of the shift is a constant after inlining. */
CURTA_INLINE void decay_toward(int32_t *restrict g, const int8_t *restrict w, uint32_t up, uint32_t down, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    uint32_t m = curta_abs(w[i]) << up >> down;
    g[i] = curta_s32((uint32_t)g[i] + (w[i] < 0 ? 0u - m : m));
  }
}

static void loop_decay(int32_t *g, const int8_t *w, int32_t d, uint32_t n)
{
  if (d <= -32 || d >= 32)
    return;
  if (d >= 0)
    decay_toward(g, w, (uint32_t)d, 0, n);
  else
    decay_toward(g, w, 0, (uint32_t)-d, n);
}

static void loop_update(int8_t *restrict w, const int8_t *restrict g, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) { /* in 16-bit lanes, which int would double */
    int16_t d = (int16_t)(w[i] - g[i]);
    d = d > 127 ? 127 : d;
    w[i] = (int8_t)(d < -127 ? -127 : d);
  }
}

static void loop_master_weights(int8_t *restrict w, const int16_t *restrict wf, int32_t frac, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    uint32_t m = curta_abs(wf[i]);
    int32_t q = (int32_t)(m >> frac) + round_up(m, (uint32_t)frac, CURTA_ROUND_PSTO, 0);
    q = q > 127 ? 127 : q;
    w[i] = (int8_t)(wf[i] < 0 ? -q : q);
  }
}

static void loop_update_master(int16_t *restrict wf, const int8_t *restrict g, int32_t frac, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    wf[i] = curta_update_master(wf[i], g[i], frac);
}

#include "curta_kernels_nitro.h"

/* The parts of a table that the loops fill. */
#define CURTA_KERNEL_LOOPS_ELEMENTS                                                                                    \
  .narrow = loop_narrow, .magnitudes = loop_magnitudes, .relu = loop_relu, .mask = loop_mask, .larger = loop_larger,   \
  .no_index = loop_no_index, .select = loop_select, .select32 = loop_select32, .decay = loop_decay,                    \
  .update = loop_update, .master_weights = loop_master_weights, .update_master = loop_update_master,                   \
  CURTA_KERNEL_NITRO_LOOPS
#define CURTA_KERNEL_LOOPS                                                                                             \
  .requant = loop_requant, .occupied = loop_occupied, .settle = loop_settle, .sparse_add = loop_sparse_add,            \
  CURTA_KERNEL_LOOPS_ELEMENTS
#endif
