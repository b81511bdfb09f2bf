/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_arm.h - the inner loops for 64-bit ARM, compiled twice: with the dot product instructions and without
 *
 * Packed: quads (curta_kernels_quads.h) without sums. Products are of signed bytes; unsigned B is packed as b - 128,
 * and 128 times the sum of A comes on top, made while multiplying. The includer has defined dot4: acc[lane] += the sum
 * of 4 products of signed bytes.
 */
#ifndef CURTA_KERNELS_ARM_H
#define CURTA_KERNELS_ARM_H
#include <arm_neon.h>
#include "curta_kernels_loops.h"
#include "curta_kernels_quads.h"

#define BIAS_LOG2 7

static uint32_t packed_bytes(uint32_t t, enum curta_pack use)
{
  (void)use;
  return t * t;
}

/* The structure loads and stores interleave: 4 rows of T are bytes of quads, 4 rows of L are words of quads. */
static void pack(uint8_t *packed, const int8_t *tile, uint32_t t, int second, enum curta_pack use)
{
  const uint8x16_t flip = vdupq_n_u8(use == CURTA_PACK_B_UNSIGNED ? 0x80 : 0);
  const uint8_t *from = (const uint8_t *)tile;
  for (uint32_t i = 0; i < t; i += 4, from += 4 * t) {
    if (second && t == 16) {
      uint8x16x4_t x = {{veorq_u8(vld1q_u8(from), flip), veorq_u8(vld1q_u8(from + 16), flip),
                         veorq_u8(vld1q_u8(from + 32), flip), veorq_u8(vld1q_u8(from + 48), flip)}};
      vst4q_u8(packed + 16 * i, x);
    } else if (second) {
      uint8x8_t half = vget_low_u8(flip);
      uint8x8x4_t x = {{veor_u8(vld1_u8(from), half), veor_u8(vld1_u8(from + 8), half),
                        veor_u8(vld1_u8(from + 16), half), veor_u8(vld1_u8(from + 24), half)}};
      vst4_u8(packed + 8 * i, x);
    } else if (t == 16) {
      uint32x4x4_t x = vld4q_u32((const uint32_t *)(const void *)from);
      for (uint32_t q = 0; q < 4; q++)
        vst1q_u8(packed + 64 * q + 4 * i, veorq_u8(vreinterpretq_u8_u32(x.val[q]), flip));
    } else {
      uint32x4x2_t x = vld2q_u32((const uint32_t *)(const void *)from);
      for (uint32_t q = 0; q < 2; q++)
        vst1q_u8(packed + 32 * q + 4 * i, veorq_u8(vreinterpretq_u8_u32(x.val[q]), flip));
    }
  }
}

/* Four rows from `row` on; lanes = t / 4 vectors of sums a row, a constant after inlining. */
CURTA_INLINE void four_rows(int32_t *sum, const struct curta_chain *c, uint32_t n, const struct curta_products *p,
                            uint32_t lanes, uint32_t row)
{
  const uint32_t t = 4 * lanes, groups = (p->k + 3) / 4;
  const int8x16_t ones = vdupq_n_s8(1);
  int32x4_t acc[4][4], fix = vdupq_n_s32(0);
  int32_t over[4];
  for (uint32_t i = 0; i < 4; i++)
    for (uint32_t j = 0; j < lanes; j++)
      acc[i][j] = vld1q_s32(sum + t * (row + i) + 4 * j);
  for (; n; n--, c++) {
    const uint8_t *a = c->a + p->at_a, *b = c->b + p->at_b;
    for (uint32_t m = c->n; m; m--, a += p->step_a, b += p->step_b)
      for (uint32_t q = 0; q < groups; q++) {
        int32x4_t words = vreinterpretq_s32_u8(vld1q_u8(a + 4 * (t * q + row)));
        if (4 * q + 2 == p->k) /* half of the last group counts */
          words = vandq_s32(words, vdupq_n_s32(0xffff));
        fix = dot4(fix, ones, vreinterpretq_s8_s32(words));
        int8x16_t x[4] = {
            vreinterpretq_s8_s32(vdupq_laneq_s32(words, 0)), vreinterpretq_s8_s32(vdupq_laneq_s32(words, 1)),
            vreinterpretq_s8_s32(vdupq_laneq_s32(words, 2)), vreinterpretq_s8_s32(vdupq_laneq_s32(words, 3))};
        for (uint32_t j = 0; j < lanes; j++) {
          int8x16_t y = vreinterpretq_s8_u8(vld1q_u8(b + 4 * (t * q + 4 * j)));
          for (uint32_t i = 0; i < 4; i++)
            acc[i][j] = dot4(acc[i][j], y, x[i]);
        }
      }
  }
  vst1q_s32(over, p->b_unsigned ? vshlq_n_s32(fix, BIAS_LOG2) : vdupq_n_s32(0));
  for (uint32_t i = 0; i < 4; i++)
    for (uint32_t j = 0; j < lanes; j++)
      vst1q_s32(sum + t * (row + i) + 4 * j, vaddq_s32(acc[i][j], vdupq_n_s32(over[i])));
}

static uint32_t products(int32_t *sum, const struct curta_chain *chain, uint32_t n, const struct curta_products *p)
{
  if (p->fresh)
    memset(sum, 0, 4 * (size_t)p->t * p->t);
  for (uint32_t row = 0; row < p->t; row += 4)
    if (p->t == 16)
      four_rows(sum, chain, n, p, 4, row);
    else
      four_rows(sum, chain, n, p, 2, row);
  return loop_magnitudes(sum, p->t * p->t);
}
#endif
