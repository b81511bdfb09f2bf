/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels.c - which sets there are, and the choice among them
 */
#include <stdlib.h>
#include <string.h>
#include "curta_kernels.h"
#if defined(__x86_64__)
#include <cpuid.h>
#endif

extern const struct curta_kernels Curta_kernels_c;
#if defined(__x86_64__)
extern const struct curta_kernels Curta_kernels_avx2, Curta_kernels_avx512vnni;
const struct curta_kernels *const Curta_kernels[] = {&Curta_kernels_avx512vnni, &Curta_kernels_avx2, &Curta_kernels_c,
                                                     0};

/* Bits of CPUID by hand where a compiler's builtin does not know the name. That of avx2 asks the system too. */
static int has_level3(void)
{
  const unsigned leaf1 = bit_SSE3 | bit_SSSE3 | bit_FMA | bit_CMPXCHG16B | bit_SSE4_1 | bit_SSE4_2 | bit_MOVBE |
                         bit_POPCNT | bit_OSXSAVE | bit_F16C;
  const unsigned extended = bit_LAHF_LM | bit_LZCNT;
  unsigned a, b, c, d;
  return __get_cpuid(1, &a, &b, &c, &d) && (c & leaf1) == leaf1 && __get_cpuid(0x80000001, &a, &b, &c, &d) &&
         (c & extended) == extended && __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") &&
         __builtin_cpu_supports("bmi2");
}

int curta_kernels_x86_level(void)
{
  if (!has_level3())
    return 0;
  return __builtin_cpu_supports("avx512f") && __builtin_cpu_supports("avx512bw") &&
                 __builtin_cpu_supports("avx512cd") && __builtin_cpu_supports("avx512dq") &&
                 __builtin_cpu_supports("avx512vl")
             ? 4
             : 3;
}
#elif defined(__aarch64__)
extern const struct curta_kernels Curta_kernels_dotprod, Curta_kernels_neon;
const struct curta_kernels *const Curta_kernels[] = {&Curta_kernels_dotprod, &Curta_kernels_neon, &Curta_kernels_c, 0};
#else
const struct curta_kernels *const Curta_kernels[] = {&Curta_kernels_c, 0};
#endif

const struct curta_kernels *curta_kernels_choose(void)
{
  const char *name = getenv("CURTA_CPU");
  const struct curta_kernels *const *k = Curta_kernels;
  for (; *k; k++)
    if ((!name || !strcmp((*k)->name, name)) && (*k)->supported())
      break;
  return *k;
}

void curta_kernel_plane(const struct curta_kernels *k, int32_t *sum, int32_t *scratch, const struct curta_chain *chain,
                        uint32_t n, const struct curta_products *p, uint32_t shift)
{
  uint32_t elements = p->t * p->t;
  memset(scratch, 0, 4 * (size_t)elements);
  k->products(scratch, chain, n, p);
  for (uint32_t i = 0; i < elements; i++)
    sum[i] = curta_s32((uint32_t)sum[i] + ((uint32_t)scratch[i] << shift));
}

void curta_kernel_pack_digits(const struct curta_kernels *k, uint8_t *packed, const int32_t *d, uint32_t t, int second,
                              uint32_t planes)
{
  int8_t bytes[256];
  if (k->pack_digits && t == 16 && second) {
    k->pack_digits(packed, d, planes);
    return;
  }
  for (uint32_t p = 0; p < planes; p++, packed += k->packed_bytes(t, CURTA_PACK_B)) {
    for (uint32_t i = 0; i < t * t; i++)
      bytes[i] = (int8_t)((uint32_t)d[i] >> 8 * p & 0xff);
    k->pack(packed, bytes, t, second, p + 1 < planes ? CURTA_PACK_B_UNSIGNED : CURTA_PACK_B);
  }
}
