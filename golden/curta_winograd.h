/* SPDX-License-Identifier: Apache-2.0
 * curta_winograd.h - 3x3 convolutions with 36 products instead of 144, exact to the last bit
 *
 * F(4x4, 3x3) and F(3x3, 4x4) of Winograd on the points 0, 1, -1, 2, -1/2 and infinity. Along one axis
 *
 *     y_j = sum over k of g_k d_{j+k}      is      30 y_j = sum over i of A_ij (G g)_i (B d)_i
 *
 * d: 6 tiles of the operand that moves with the visits; g: the taps, 3 tiles of a weight or 4 of a delta; y: 4 results
 * of a map or 3 of a weight gradient. Along both axes the factor is 900 = 4 * 225. All coefficients are integers:
 *
 *  - |B d| <= 14 * 14 * 128 = 25,088 (14: largest sum of |B| along a row), |G g| <= 15 * 15 * 128 = 28,800: int16.
 *  - Sums, A and a multiplication by 1/225 modulo 2^32 give 4 y modulo 2^32, whatever has overflowed before.
 *  - y = 4 y / 4 is exact while |y| < 2^29. An operand is at most 128, a product at most 2^14, so that a sum of
 *    CURTA_WINOGRAD_DEPTH products is. Longer contractions are cut, and their sums added modulo 2^32.
 *
 * Transformations act on every element of a tile alike, so that tiles stay packed.
 */
#ifndef CURTA_WINOGRAD_H
#define CURTA_WINOGRAD_H
#include "curta_kernels.h"

#define CURTA_WINOGRAD_DEPTH 32767u
#define CURTA_WINOGRAD_POINTS 36u
#define CURTA_WINOGRAD_STEP 4u /* places from one patch of 6 to the next */

/* Packed tiles are of int16, every `bytes` / t of them one element of the contraction. pitch: from the tile of one
 * point to that of the next, bytes; for sums, elements. */
struct curta_winograd_kernels {
  /* out[point] := B in[6][6] B'; tiles of `bytes`, a multiple of 32; null: zeros */
  void (*moving)(uint8_t *out, size_t pitch, const uint8_t *const *in, uint32_t bytes);
  /* out[point] := G in[taps][taps] G', 3 or 4 taps */
  void (*still)(uint8_t *out, size_t pitch, const uint8_t *const *in, uint32_t bytes, uint32_t taps);
  /* sum := the products of n tiles that lie one behind another; next: of the chain that comes after this one */
  void (*products)(int32_t *sum, const uint8_t *const chain[2], const uint8_t *const next[2], uint32_t n, uint32_t t);
  /* y[7 - taps][7 - taps] := A' sum A / 900, added to what is there with acc; null: not wanted. OR of v(y). */
  uint32_t (*results)(int32_t *const *y, const int32_t *sum, size_t pitch, uint32_t elements, uint32_t taps, int acc);
};
#endif
