/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_dotprod.c - the inner loops for 64-bit ARM with dot product instructions (ARMv8.2 and later)
 */
#include <arm_neon.h>
#include <sys/auxv.h>

static inline int32x4_t dot4(int32x4_t acc, int8x16_t y, int8x16_t x)
{
  return vdotq_s32(acc, y, x);
}

#include "curta_kernels_arm.h"

#define HWCAP_DOT_PRODUCT (1ul << 20)

static int supported(void)
{
  return (getauxval(AT_HWCAP) & HWCAP_DOT_PRODUCT) != 0;
}

const struct curta_kernels Curta_kernels_dotprod = {.name = "dotprod",
                                                    .supported = supported,
                                                    .packed_bytes = packed_bytes,
                                                    .pack = pack,
                                                    .products = products,
                                                    CURTA_KERNEL_LOOPS};
