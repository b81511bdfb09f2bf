/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_neon.c - the inner loops for any 64-bit ARM
 */
#include <arm_neon.h>

/* A product of two bytes fits 16 bits, a sum of two does not. */
static inline int32x4_t dot4(int32x4_t acc, int8x16_t y, int8x16_t x)
{
  int32x4_t lo = vpaddlq_s16(vmull_s8(vget_low_s8(y), vget_low_s8(x)));
  int32x4_t hi = vpaddlq_s16(vmull_high_s8(y, x));
  return vaddq_s32(acc, vpaddq_s32(lo, hi));
}

#include "curta_kernels_arm.h"

static int supported(void)
{
  return 1;
}

const struct curta_kernels Curta_kernels_neon = {.name = "neon",
                                                 .supported = supported,
                                                 .packed_bytes = packed_bytes,
                                                 .pack = pack,
                                                 .products = products,
                                                 CURTA_KERNEL_LOOPS};
