/* SPDX-License-Identifier: Apache-2.0
 * rotate.h - the core's rotate for curta_num.h: the core has of Zbb the rotates only, for which a compiler has no name
 */
#pragma once
#define CURTA_ROR(x, n)                                                                                                \
  __extension__({                                                                                                      \
    uint32_t ror;                                                                                                      \
    __asm__ __inline__(".option push\n .option arch, +zbb\n rori %0, %1, %2\n .option pop"                             \
                       : "=r"(ror)                                                                                     \
                       : "r"(x), "i"(n));                                                                              \
    ror;                                                                                                               \
  })
