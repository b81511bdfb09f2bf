/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_avx512vnni.c - the inner loops for AVX-512 with VNNI
 *
 * vpdpbusd adds four products of unsigned with signed bytes to each 32-bit lane. Packed: quads (curta_kernels_quads.h),
 * B as b + 128 unless its bytes are unsigned anyway. A tile of 16 is 16 accumulators, one a row; each step is one
 * vector of B times four bytes of every row of A, broadcast by the instruction itself. The instruction does not
 * saturate.
 */
#include <immintrin.h>
#include "curta_kernels_loops.h"
#include "curta_kernels_quads.h"

#define BIAS_LOG2 7

static int supported(void)
{
  return curta_kernels_x86_level() >= 4 && __builtin_cpu_supports("avx512vnni");
}

/* ------------------------------------------------------------------ packing */

static inline __m512i load512(const void *p)
{
  return _mm512_loadu_si512(p);
}

/* Transposes the 4x4 bytes of every 16-byte lane. */
static inline __m512i bytes4x4(__m512i x)
{
  const __m128i order = _mm_setr_epi8(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15);
  return _mm512_shuffle_epi8(x, _mm512_broadcast_i32x4(order));
}

/* Element (a,b) of a 4x4 matrix of 32-bit words becomes (b,a). */
static inline __m512i words4x4(__m512i x)
{
  return _mm512_permutexvar_epi32(_mm512_setr_epi32(0, 4, 8, 12, 1, 5, 9, 13, 2, 6, 10, 14, 3, 7, 11, 15), x);
}

/* quad[q] := group q of a tile of 16. T: 64 bytes are 4 k of 16 lanes. L: 64 bytes are 4 lanes of 16 k, and their 4x4
 * groups of 4 bytes are transposed over all four vectors. */
static inline void quads16(__m512i quad[4], const int8_t *tile, int second)
{
  __m512i x[4];
  for (int i = 0; i < 4; i++) {
    x[i] = words4x4(load512(tile + 64 * i));
    if (second)
      quad[i] = bytes4x4(x[i]);
  }
  if (second)
    return;
  __m512i a = _mm512_shuffle_i32x4(x[0], x[1], 0x44), b = _mm512_shuffle_i32x4(x[0], x[1], 0xee);
  __m512i c = _mm512_shuffle_i32x4(x[2], x[3], 0x44), d = _mm512_shuffle_i32x4(x[2], x[3], 0xee);
  quad[0] = _mm512_shuffle_i32x4(a, c, 0x88);
  quad[1] = _mm512_shuffle_i32x4(a, c, 0xdd);
  quad[2] = _mm512_shuffle_i32x4(b, d, 0x88);
  quad[3] = _mm512_shuffle_i32x4(b, d, 0xdd);
}

static void pack(uint8_t *packed, const int8_t *tile, uint32_t t, int second, enum curta_pack use)
{
  const __m512i flip = _mm512_set1_epi8(use == CURTA_PACK_B ? -128 : 0), ones = _mm512_set1_epi8(1);
  __m512i quad[4], sum = _mm512_setzero_si512();
  if (t != 16) {
    quads_pack_plain(packed, tile, t, second, use, use == CURTA_PACK_B ? 0x80 : 0);
    return;
  }
  quads16(quad, tile, second);
  for (int q = 0; q < 4; q++) {
    _mm512_storeu_si512(packed + 64 * q, _mm512_xor_si512(quad[q], flip));
    sum = _mm512_dpbusd_epi32(sum, ones, quad[q]);
  }
  if (use == CURTA_PACK_A)
    _mm512_storeu_si512(packed + 256, sum);
}

/* ------------------------------------------------------------------ products */

static inline int32_t word_at(const uint8_t *p)
{
  int32_t v;
  memcpy(&v, p, 4);
  return v;
}

/* Loops over the sums are unrolled before anything else, or the sums would go through memory. */
#define ROWS _Pragma("GCC unroll 16") for (int i = 0; i < 16; i++)

/* acc[i] -= 128 fix[i] */
CURTA_INLINE void unbias16(__m512i acc[16], __m512i fix)
{
  fix = _mm512_slli_epi32(fix, BIAS_LOG2);
  ROWS acc[i] = _mm512_sub_epi32(acc[i], _mm512_permutexvar_epi32(_mm512_set1_epi32(i), fix));
}

CURTA_INLINE void load16(__m512i acc[16], const int32_t *sum, int fresh)
{
  if (fresh)
    ROWS acc[i] = _mm512_setzero_si512();
  else
    ROWS acc[i] = _mm512_load_si512(sum + 16 * i);
}

/* all | v(x) of every lane */
CURTA_INLINE __m512i or_magnitudes(__m512i all, __m512i x)
{
  const __m512i one = _mm512_set1_epi32(1);
  __m512i less = _mm512_mask_sub_epi32(x, _mm512_cmpgt_epi32_mask(x, _mm512_setzero_si512()), x, one);
  return _mm512_or_si512(all, _mm512_xor_si512(less, _mm512_srai_epi32(x, 31)));
}

/* Stores the sums; the OR of their magnitudes. */
CURTA_INLINE uint32_t store16(int32_t *sum, const __m512i acc[16])
{
  __m512i all[2] = {_mm512_setzero_si512(), _mm512_setzero_si512()};
  ROWS
  {
    _mm512_store_si512(sum + 16 * i, acc[i]);
    all[i % 2] = or_magnitudes(all[i % 2], acc[i]);
  }
  return (uint32_t)_mm512_reduce_or_epi32(_mm512_or_si512(all[0], all[1]));
}

/* Whole tiles of 16. */
static uint32_t whole16(int32_t *sum, const struct curta_chain *c, uint32_t n, const struct curta_products *p)
{
  const ptrdiff_t step_a = p->step_a, step_b = p->step_b;
  __m512i acc[16], fix = _mm512_setzero_si512();
  load16(acc, sum, p->fresh);
  for (; n; n--, c++) {
    const uint8_t *a = c->a + p->at_a, *b = c->b + p->at_b;
    for (uint32_t m = c->n; m; m--, a += step_a, b += step_b) {
      _Pragma("GCC unroll 4") for (int q = 0; q < 4; q++)
      {
        __m512i y = load512(b + 64 * q);
        ROWS acc[i] = _mm512_dpbusd_epi32(acc[i], y, _mm512_set1_epi32(word_at(a + 64 * q + 4 * i)));
      }
      fix = _mm512_add_epi32(fix, load512(a + 256));
    }
  }
  if (!p->b_unsigned)
    unbias16(acc, fix);
  return store16(sum, acc);
}

/* Tiles of 16 of which k elements count: the sums over them are made here, and what is beyond them in the last group is
 * masked. */
static uint32_t part16(int32_t *sum, const struct curta_chain *c, uint32_t n, const struct curta_products *p)
{
  const __m512i ones = _mm512_set1_epi8(1);
  const int32_t mask = p->k % 4 ? 0xffff : -1;
  const uint32_t groups = (p->k + 3) / 4;
  __m512i acc[16], fix = _mm512_setzero_si512();
  load16(acc, sum, p->fresh);
  for (; n; n--, c++) {
    const uint8_t *a = c->a + p->at_a, *b = c->b + p->at_b;
    for (uint32_t m = c->n; m; m--, a += p->step_a, b += p->step_b)
      for (uint32_t q = 0; q < groups; q++) {
        int32_t used = q == groups - 1 ? mask : -1;
        __m512i y = load512(b + 64 * q);
        fix = _mm512_dpbusd_epi32(fix, ones, _mm512_and_si512(load512(a + 64 * q), _mm512_set1_epi32(used)));
        if (used == -1)
          ROWS acc[i] = _mm512_dpbusd_epi32(acc[i], y, _mm512_set1_epi32(word_at(a + 64 * q + 4 * i)));
        else
          ROWS acc[i] = _mm512_dpbusd_epi32(acc[i], y, _mm512_set1_epi32(word_at(a + 64 * q + 4 * i) & used));
      }
  }
  if (!p->b_unsigned)
    unbias16(acc, fix);
  return store16(sum, acc);
}

/* Tiles of 8: half the lanes, twice the instructions a cycle. */
static uint32_t tiles8(int32_t *sum, const struct curta_chain *c, uint32_t n, const struct curta_products *p)
{
  const __m256i ones = _mm256_set1_epi8(1);
  const int32_t mask[2] = {p->k >= 4 ? -1 : 0xffff, p->k >= 8 ? -1 : p->k > 4 ? 0xffff : 0};
  __m256i acc[8], fix = _mm256_setzero_si256();
  for (int i = 0; i < 8; i++)
    acc[i] = p->fresh ? _mm256_setzero_si256() : _mm256_load_si256((const __m256i *)(const void *)(sum + 8 * i));
  for (; n; n--, c++) {
    const uint8_t *a = c->a + p->at_a, *b = c->b + p->at_b;
    for (uint32_t m = c->n; m; m--, a += p->step_a, b += p->step_b) {
      for (int q = 0; q < 2; q++) {
        __m256i y = _mm256_loadu_si256((const __m256i *)(const void *)(b + 32 * q));
        __m256i x = _mm256_loadu_si256((const __m256i *)(const void *)(a + 32 * q));
        if (mask[q] == -1) {
          for (int i = 0; i < 8; i++)
            acc[i] = _mm256_dpbusd_epi32(acc[i], y, _mm256_set1_epi32(word_at(a + 32 * q + 4 * i)));
        } else {
          x = _mm256_and_si256(x, _mm256_set1_epi32(mask[q]));
          for (int i = 0; i < 8; i++)
            acc[i] = _mm256_dpbusd_epi32(acc[i], y, _mm256_set1_epi32(word_at(a + 32 * q + 4 * i) & mask[q]));
        }
        fix = _mm256_dpbusd_epi32(fix, ones, x);
      }
    }
  }
  fix = _mm256_slli_epi32(p->b_unsigned ? _mm256_setzero_si256() : fix, BIAS_LOG2);
  for (int i = 0; i < 8; i++) {
    acc[i] = _mm256_sub_epi32(acc[i], _mm256_permutevar8x32_epi32(fix, _mm256_set1_epi32(i)));
    _mm256_store_si256((__m256i *)(void *)(sum + 8 * i), acc[i]);
  }
  return loop_magnitudes(sum, 64);
}

static uint32_t products(int32_t *sum, const struct curta_chain *chain, uint32_t n, const struct curta_products *p)
{
  return (p->t == 8 ? tiles8 : p->k == 16 ? whole16 : part16)(sum, chain, n, p);
}

#include "curta_kernels_avx512nitro.h"

/* ------------------------------------------------------------------ rounding */

/* Pseudo-stochastic rounding, the usual one, 16 elements at a time; s is 1..31. */
static void requant_psto(int8_t *restrict y, const int32_t *restrict x, uint32_t n, uint32_t s)
{
  const __m128i shift = _mm_cvtsi32_si128((int)s), half = _mm_cvtsi32_si128((int)(s / 2)),
                odd = _mm_cvtsi32_si128((int)(s % 2));
  const __m512i low = _mm512_set1_epi32((int)((1u << s) - 1u)), lower = _mm512_set1_epi32((int)((1u << s / 2) - 1u));
  const __m512i one = _mm512_set1_epi32(1), top = _mm512_set1_epi32(127), zero = _mm512_setzero_si512();
  for (uint32_t i = 0; i < n; i += 16) {
    __mmask16 some = n - i >= 16 ? 0xffff : 0xff;
    __m512i v = _mm512_maskz_loadu_epi32(some, x + i), m = _mm512_abs_epi32(v), f = _mm512_and_si512(m, low);
    __mmask16 up =
        _mm512_cmpgt_epu32_mask(_mm512_srl_epi32(f, half), _mm512_sll_epi32(_mm512_and_si512(f, lower), odd));
    __m512i q = _mm512_srl_epi32(m, shift);
    q = _mm512_min_epu32(_mm512_mask_add_epi32(q, up, q, one), top);
    q = _mm512_mask_sub_epi32(q, _mm512_movepi32_mask(v), zero, q);
    _mm512_mask_cvtepi32_storeu_epi8(y + i, some, q);
  }
}

static void requant(int8_t *y, const int32_t *x, uint32_t n, const struct curta_kernel_rounding *how)
{
  if (how->mode == CURTA_ROUND_PSTO)
    requant_psto(y, x, n, (uint32_t)how->shift);
  else
    loop_requant(y, x, n, how);
}

/* The loops fill a table; what was written by hand replaces their entry. */
const struct curta_kernels Curta_kernels_avx512vnni = {.name = "avx512vnni",
                                                       .supported = supported,
                                                       .packed_bytes = quads_bytes,
                                                       .pack = pack,
                                                       .products = products,
                                                       CURTA_KERNEL_LOOPS_ELEMENTS,
                                                       .requant = requant,
                                                       .occupied = occupied,
                                                       .settle = settle,
                                                       .sparse_add = sparse_add,
                                                       .pack_digits = pack_digits};
