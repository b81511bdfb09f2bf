/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_c.c - the inner loops in plain C, for any processor; quads without a bias
 */
#include "curta_kernels_loops.h"
#include "curta_kernels_quads.h"

static int supported(void)
{
  return 1;
}

static void pack(uint8_t *packed, const int8_t *tile, uint32_t t, int second, enum curta_pack use)
{
  quads_pack_plain(packed, tile, t, second, use, 0);
}

/* One product; b as it was packed. */
CURTA_INLINE void product(int32_t *restrict sum, const uint8_t *restrict a, const uint8_t *restrict b, uint32_t t,
                          uint32_t k, int b_unsigned)
{
  for (uint32_t q = 0; q < k; q++)
    for (uint32_t i = 0; i < t; i++)
      for (uint32_t j = 0; j < t; j++) {
        uint32_t at = q / 4 * t * 4 + q % 4;
        int32_t x = (int8_t)a[at + 4 * i], y = b_unsigned ? b[at + 4 * j] : (int8_t)b[at + 4 * j];
        sum[i * t + j] = curta_s32((uint32_t)sum[i * t + j] + (uint32_t)(x * y));
      }
}

static uint32_t products(int32_t *sum, const struct curta_chain *chain, uint32_t n, const struct curta_products *p)
{
  if (p->fresh)
    memset(sum, 0, 4 * (size_t)p->t * p->t);
  for (; n; n--, chain++) {
    const uint8_t *a = chain->a + p->at_a, *b = chain->b + p->at_b;
    for (uint32_t i = 0; i < chain->n; i++, a += p->step_a, b += p->step_b)
      if (p->b_unsigned)
        product(sum, a, b, p->t, p->k, 1);
      else
        product(sum, a, b, p->t, p->k, 0);
  }
  return loop_magnitudes(sum, p->t * p->t);
}

const struct curta_kernels Curta_kernels_c = {.name = "c",
                                              .supported = supported,
                                              .packed_bytes = quads_bytes,
                                              .pack = pack,
                                              .products = products,
                                              CURTA_KERNEL_LOOPS};
