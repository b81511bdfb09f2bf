/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels.h - the inner loops of the golden device, in plain C and for AVX2, chosen at run time, equal bit for
 * bit
 *
 * Operand tiles come as pairs: int16 [k/2][lane][2], two neighbours of the contraction side by side.
 */
#ifndef CURTA_KERNELS_H
#define CURTA_KERNELS_H
#include <stdint.h>
#include "curta_num.h"

struct curta_product {
  const int16_t *a, *b;
};

/* sum[i][j] += a(i,k) b(j,k) over the n products and k < 2 kp, modulo 2^32. t is 8 or 16; sum is [t][t], 32-byte
 * aligned. */
void curta_kernel_products(int32_t *sum, const struct curta_product *p, uint32_t n, uint32_t t, uint32_t kp);

/* pairs := the tile; mode 0: lane is the first index of the tile (L), 1: the second (T) */
void curta_kernel_pairs(int16_t *pairs, const int8_t *tile, uint32_t t, int mode);

/* y[i] := curta_requant(x[i], shift, mode) for 1 <= shift <= 31, stochastic draws curta_rand(seed, tensor, index + i)
 */
struct curta_kernel_rounding {
  int32_t shift;
  enum curta_round mode;
  uint32_t seed, tensor, index;
};
void curta_kernel_requant(int8_t *y, const int32_t *x, uint32_t n, const struct curta_kernel_rounding *how);

/* OR of v(x[i]) */
uint32_t curta_kernel_magnitudes(const int32_t *x, uint32_t n);

/* Forces plain C (0) or what the processor can do (1, the default); for tests. */
void curta_kernel_select(int on);
#endif
