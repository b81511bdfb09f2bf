/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_avx2.c - the inner loops for AVX2
 *
 * Packed: int16 [k/2][lane][2], two neighbours of the contraction side by side. One vpmaddwd makes 16 products: 8 lanes
 * of B times 2 neighbours. |pair sum| <= 2 * 128 * 255, exact.
 */
#include <immintrin.h>
#include <string.h>
#include "curta_kernels_winograd.h"

static int supported(void)
{
  return curta_kernels_x86_level() >= 3;
}

static uint32_t packed_bytes(uint32_t t, enum curta_pack use)
{
  (void)use;
  return 2 * t * t;
}

static inline __m256i pair_of(const uint8_t *a, uint32_t lane)
{
  int32_t v;
  __builtin_memcpy(&v, a + 4 * lane, 4);
  return _mm256_set1_epi32(v);
}

static inline __m256i lanes_of(const uint8_t *b, uint32_t lane)
{
  return _mm256_loadu_si256((const __m256i *)(const void *)(b + 4 * lane));
}

static inline __m256i start_of(const int32_t *sum, int fresh)
{
  return fresh ? _mm256_setzero_si256() : _mm256_load_si256((const __m256i *)(const void *)sum);
}

/* All rows of a tile of 8; kp pairs, a constant after inlining. */
CURTA_INLINE void rows8(int32_t *sum, const struct curta_chain *c, uint32_t n, const struct curta_products *p,
                        uint32_t kp)
{
  __m256i acc[8];
  for (int i = 0; i < 8; i++)
    acc[i] = start_of(sum + 8 * i, p->fresh);
  for (; n; n--, c++) {
    const uint8_t *a = c->a + p->at_a, *b = c->b + p->at_b;
    for (uint32_t m = c->n; m; m--, a += p->step_a, b += p->step_b)
#pragma GCC unroll 1 /* as in stream16 */
      for (uint32_t k = 0; k < kp; k++) {
        __m256i y = lanes_of(b, 8 * k);
        for (uint32_t i = 0; i < 8; i++)
          acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(pair_of(a, 8 * k + i), y));
      }
  }
  for (int i = 0; i < 8; i++)
    _mm256_store_si256((__m256i *)(void *)(sum + 8 * i), acc[i]);
}

/* Four rows of a tile of 16, from row `row`, by the lanes of B from 8 * half on: 16, or 8 of them. */
CURTA_INLINE void rows4(int32_t *sum, const struct curta_chain *c, uint32_t n, const struct curta_products *p,
                        uint32_t kp, uint32_t row, uint32_t half)
{
  __m256i acc[4];
  for (uint32_t i = 0; i < 4; i++)
    acc[i] = start_of(sum + 16 * (row + i) + 8 * half, p->fresh);
  for (; n; n--, c++) {
    const uint8_t *a = c->a + p->at_a, *b = c->b + p->at_b;
    for (uint32_t m = c->n; m; m--, a += p->step_a, b += p->step_b)
#pragma GCC unroll 1 /* as in stream16 */
      for (uint32_t k = 0; k < kp; k++) {
        __m256i y = lanes_of(b, 16 * k + 8 * half);
        for (uint32_t i = 0; i < 4; i++)
          acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(pair_of(a, 16 * k + row + i), y));
      }
  }
  for (uint32_t i = 0; i < 4; i++)
    _mm256_store_si256((__m256i *)(void *)(sum + 16 * (row + i) + 8 * half), acc[i]);
}

/* Six rows or fewer of a tile of 16, from row `row`: 12 sums and two vectors of B fill the registers. */
CURTA_INLINE void rows16(int32_t *sum, const struct curta_chain *c, uint32_t n, const struct curta_products *p,
                         uint32_t kp, uint32_t row, uint32_t rows)
{
  __m256i acc[12];
  for (uint32_t i = 0; i < 2 * rows; i++)
    acc[i] = start_of(sum + 16 * row + 8 * i, p->fresh);
  for (; n; n--, c++) {
    const uint8_t *a = c->a + p->at_a, *b = c->b + p->at_b;
    for (uint32_t m = c->n; m; m--, a += p->step_a, b += p->step_b)
      for (uint32_t k = 0; k < kp; k++) {
        __m256i b0 = lanes_of(b, 16 * k), b1 = lanes_of(b, 16 * k + 8);
        for (uint32_t i = 0; i < rows; i++) {
          __m256i x = pair_of(a, 16 * k + row + i);
          acc[2 * i] = _mm256_add_epi32(acc[2 * i], _mm256_madd_epi16(x, b0));
          acc[2 * i + 1] = _mm256_add_epi32(acc[2 * i + 1], _mm256_madd_epi16(x, b1));
        }
      }
  }
  for (uint32_t i = 0; i < 2 * rows; i++)
    _mm256_store_si256((__m256i *)(void *)(sum + 16 * row + 8 * i), acc[i]);
}

/* Where a tensor has fewer channels than a tile has lanes, whole rows of A or half of B are 0: a look at all costs a
 * twentieth of the products, and 6 of 16 channels are 3 of 8 of them. */
static void tile16(int32_t *sum, const struct curta_chain *chain, uint32_t n, const struct curta_products *p, uint32_t kp)
{
  __m256i a[2] = {_mm256_setzero_si256(), _mm256_setzero_si256()}, b[2] = {a[0], a[0]};
  const struct curta_chain *c = chain;
  for (uint32_t left = n; left; left--, c++) {
    const uint8_t *at_a = c->a + p->at_a, *at_b = c->b + p->at_b;
    for (uint32_t m = c->n; m; m--, at_a += p->step_a, at_b += p->step_b)
      for (uint32_t k = 0; k < kp; k++)
        for (uint32_t h = 0; h < 2; h++) {
          a[h] = _mm256_or_si256(a[h], lanes_of(at_a, 16 * k + 8 * h));
          b[h] = _mm256_or_si256(b[h], lanes_of(at_b, 16 * k + 8 * h));
        }
  }
  const int low = !_mm256_testz_si256(b[0], b[0]), high = !_mm256_testz_si256(b[1], b[1]);
  for (uint32_t row = 0; row < 16; row += 4) {
    __m128i rows = row & 4 ? _mm256_extracti128_si256(a[row / 8], 1) : _mm256_castsi256_si128(a[row / 8]);
    const int some = !_mm_testz_si128(rows, rows);
    if (some && low && high) {
      rows16(sum, chain, n, p, kp, row, 4);
      continue;
    }
    if (p->fresh)
      memset(sum + 16 * row, 0, 64 * sizeof *sum);
    if (some && low)
      rows4(sum, chain, n, p, kp, row, 0);
    if (some && high)
      rows4(sum, chain, n, p, kp, row, 1);
  }
}

static uint32_t products(int32_t *sum, const struct curta_chain *chain, uint32_t n, const struct curta_products *p)
{
  uint32_t kp = p->k / 2;
  if (p->t == 8 && kp == 4)
    rows8(sum, chain, n, p, 4);
  else if (p->t == 8)
    rows8(sum, chain, n, p, kp);
  if (p->t == 16)
    tile16(sum, chain, n, p, kp);
  return loop_magnitudes(sum, p->t * p->t);
}

/* Four rows of the products of whole tiles of 16. Transformed tiles are read once or twice a command, from beyond the
 * caches of the core: each four rows ask for a quarter of the next chain. */
static void stream16(int32_t *sum, const uint8_t *const chain[2], const uint8_t *const next[2], uint32_t n,
                     uint32_t row)
{
  const uint8_t *a = chain[0] + 4 * row, *b = chain[1], *next_a = next[0] + 32 * row, *next_b = next[1] + 32 * row;
  __m256i acc[8];
  for (int i = 0; i < 8; i++)
    acc[i] = _mm256_setzero_si256();
  for (uint32_t m = 0; m < n; m++, next_a += 512, next_b += 512) {
    for (int i = 0; i < 128; i += 64) {
      _mm_prefetch(next_a + i, _MM_HINT_T0);
      _mm_prefetch(next_b + i, _MM_HINT_T0);
    }
#pragma GCC unroll 1 /* unrolled, gcc adds the products as a tree, whose leaves it spills */
    for (uint32_t k = 0; k < 8; k++, a += 64, b += 64) {
      __m256i b0 = lanes_of(b, 0), b1 = lanes_of(b, 8);
      for (uint32_t i = 0; i < 4; i++) {
        __m256i x = pair_of(a, i);
        acc[2 * i] = _mm256_add_epi32(acc[2 * i], _mm256_madd_epi16(x, b0));
        acc[2 * i + 1] = _mm256_add_epi32(acc[2 * i + 1], _mm256_madd_epi16(x, b1));
      }
    }
  }
  for (int i = 0; i < 8; i++)
    _mm256_store_si256((__m256i *)(void *)(sum + 16 * row + 8 * i), acc[i]);
}

static void stream(int32_t *sum, const uint8_t *const chain[2], const uint8_t *const next[2], uint32_t n, uint32_t t)
{
  const struct curta_chain c = {chain[0], chain[1], n};
  const struct curta_products p = {.t = 8, .k = 8, .step_a = 128, .step_b = 128, .fresh = 1};
  if (t == 8)
    rows8(sum, &c, 1, &p, 4);
  for (uint32_t row = 0; row < 16 && t == 16; row += 4)
    stream16(sum, chain, next, n, row);
}

static const struct curta_winograd_kernels Winograd = {.products = stream, CURTA_WINOGRAD_LOOPS};

static inline __m128i bytes8(const int8_t *p)
{
  return _mm_loadl_epi64((const __m128i *)(const void *)p);
}

static inline void store_pairs(uint8_t *packed, __m128i bytes, int is_unsigned)
{
  _mm256_storeu_si256((__m256i *)(void *)packed,
                      is_unsigned ? _mm256_cvtepu8_epi16(bytes) : _mm256_cvtepi8_epi16(bytes));
}

/* Mode L, 8 lanes by 8 contraction elements: a transposition of 8 x 4 byte pairs. */
static void pack_l(uint8_t *packed, const int8_t *tile, uint32_t t, int is_unsigned)
{
  const __m128i gather = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
  __m128i rows[4]; /* two rows each, as (row 0, row 1) of k = 0, 1, 2, 3 */
  for (uint32_t i = 0; i < 4; i++)
    rows[i] = _mm_shuffle_epi8(_mm_unpacklo_epi64(bytes8(tile + 2 * i * t), bytes8(tile + (2 * i + 1) * t)), gather);
  __m128i a = _mm_unpacklo_epi32(rows[0], rows[1]), b = _mm_unpackhi_epi32(rows[0], rows[1]);
  __m128i c = _mm_unpacklo_epi32(rows[2], rows[3]), d = _mm_unpackhi_epi32(rows[2], rows[3]);
  store_pairs(packed, _mm_unpacklo_epi64(a, c), is_unsigned);
  store_pairs(packed + 4 * t, _mm_unpackhi_epi64(a, c), is_unsigned);
  store_pairs(packed + 8 * t, _mm_unpacklo_epi64(b, d), is_unsigned);
  store_pairs(packed + 12 * t, _mm_unpackhi_epi64(b, d), is_unsigned);
}

static void pack(uint8_t *packed, const int8_t *tile, uint32_t t, int second, enum curta_pack use)
{
  int is_unsigned = use == CURTA_PACK_B_UNSIGNED;
  for (uint32_t k = 0; k < t; k += second ? 2 : 8)
    for (uint32_t lane = 0; lane < t; lane += 8) {
      uint8_t *to = packed + 2 * (k * t + 2 * lane);
      if (second)
        store_pairs(to, _mm_unpacklo_epi8(bytes8(tile + k * t + lane), bytes8(tile + (k + 1) * t + lane)), is_unsigned);
      else
        pack_l(to, tile + lane * t + k, t, is_unsigned);
    }
}

static inline __m256i load256(const int32_t *p)
{
  return _mm256_loadu_si256((const __m256i *)(const void *)p);
}

/* A byte of the elements of two rows becomes pairs of int16: the even row below, the odd one above. */
static void pack_digits(uint8_t *packed, const int32_t *d, uint32_t planes)
{
  const __m256i byte = _mm256_set1_epi32(0xff);
  for (uint32_t p = 0; p < planes; p++)
    for (uint32_t i = 0; i < 256; i += 32)
      for (uint32_t j = 0; j < 16; j += 8, packed += 32) {
        __m128i shift = _mm_cvtsi32_si128((int)(8 * p));
        __m256i even = _mm256_sra_epi32(load256(d + i + j), shift),
                odd = _mm256_sra_epi32(load256(d + i + 16 + j), shift);
        if (p + 1 < planes) { /* unsigned */
          even = _mm256_and_si256(even, byte);
          odd = _mm256_and_si256(odd, byte);
        }
        _mm256_storeu_si256((__m256i *)(void *)packed, _mm256_blend_epi16(even, _mm256_slli_epi32(odd, 16), 0xaa));
      }
}

static uint32_t occupied(uint32_t *rows, const int32_t *d, uint32_t t)
{
  uint32_t n = 0;
  if (t != 16)
    return loop_occupied(rows, d, t);
  for (uint32_t k = 0; k < 16; k++) {
    rows[k] = 0;
    for (uint32_t j = 0; j < 16; j += 8, d += 8) {
      __m256i zero = _mm256_cmpeq_epi32(load256(d), _mm256_setzero_si256());
      rows[k] |= (~(uint32_t)_mm256_movemask_ps(_mm256_castsi256_ps(zero)) & 0xffu) << j;
    }
    n += (uint32_t)__builtin_popcount(rows[k]);
  }
  return n;
}

const struct curta_kernels Curta_kernels_avx2 = {.name = "avx2",
                                                 .supported = supported,
                                                 .packed_bytes = packed_bytes,
                                                 .pack = pack,
                                                 .products = products,
                                                 CURTA_KERNEL_LOOPS_ELEMENTS,
                                                 .requant = loop_requant,
                                                 .occupied = occupied,
                                                 .settle = loop_settle,
                                                 .sparse_add = loop_sparse_add,
                                                 .pack_digits = pack_digits,
                                                 .winograd = &Winograd};
