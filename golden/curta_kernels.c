/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels.c - see curta_kernels.h
 *
 * One vpmaddwd makes 16 products: 8 lanes of B times 2 neighbours of the contraction. |pair sum| <= 2^15, exact.
 * The loops over elements are written once, always inlined, and compiled twice: the compiler makes vectors of them.
 */
#include "curta_kernels.h"

static void products_c(int32_t *sum, const struct curta_product *p, uint32_t n, uint32_t t, uint32_t kp)
{
  for (; n; n--, p++)
    for (uint32_t k = 0; k < kp; k++)
      for (uint32_t i = 0; i < t; i++)
        for (uint32_t j = 0; j < t; j++) {
          const int16_t *a = p->a + 2 * (k * t + i), *b = p->b + 2 * (k * t + j);
          uint32_t s = (uint32_t)sum[i * t + j] + (uint32_t)(a[0] * b[0] + a[1] * b[1]);
          sum[i * t + j] = (int32_t)s;
        }
}

static void pairs_c(int16_t *pairs, const int8_t *tile, uint32_t t, int mode)
{
  uint32_t lane_step = mode ? 1 : t, k_step = mode ? t : 1;
  for (uint32_t k = 0; k < t; k++)
    for (uint32_t lane = 0; lane < t; lane++)
      pairs[2 * (k / 2 * t + lane) + k % 2] = tile[lane * lane_step + k * k_step];
}

#define CURTA_INLINE static inline __attribute__((always_inline))

/* curta_round_up of curta_num.h for shifts below 32: 32-bit lanes suffice. mode is a constant after inlining. */
CURTA_INLINE int32_t round_up(uint32_t m, uint32_t s, enum curta_round mode, uint32_t r)
{
  uint32_t low = (1u << s) - 1u, f = m & low, h = s / 2;
  if (mode == CURTA_ROUND_NEAREST)
    return (int32_t)(m >> (s - 1) & 1u);
  if (mode == CURTA_ROUND_PSTO)
    return (int32_t)(f >> h) > (int32_t)((f & ((1u << h) - 1u)) << (s % 2));
  return mode == CURTA_ROUND_STOCHASTIC ? (int32_t)f > (int32_t)(r & low) : 0;
}

CURTA_INLINE void requant_mode(int8_t *restrict y, const int32_t *restrict x, uint32_t n,
                               const struct curta_kernel_rounding *how, enum curta_round mode)
{
  uint32_t s = (uint32_t)how->shift, seed = how->seed, tensor = how->tensor, index = how->index;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t m = curta_abs(x[i]), r = mode == CURTA_ROUND_STOCHASTIC ? curta_rand(seed, tensor, index + i) : 0;
    int32_t q = (int32_t)(m >> s) + round_up(m, s, mode, r);
    q = q > 127 ? 127 : q;
    y[i] = (int8_t)(x[i] < 0 ? -q : q);
  }
}

CURTA_INLINE void requant_any(int8_t *y, const int32_t *x, uint32_t n, const struct curta_kernel_rounding *how)
{
  switch (how->mode) {
  case CURTA_ROUND_NEAREST:
    requant_mode(y, x, n, how, CURTA_ROUND_NEAREST);
    break;
  case CURTA_ROUND_PSTO:
    requant_mode(y, x, n, how, CURTA_ROUND_PSTO);
    break;
  case CURTA_ROUND_STOCHASTIC:
    requant_mode(y, x, n, how, CURTA_ROUND_STOCHASTIC);
    break;
  default:
    requant_mode(y, x, n, how, CURTA_ROUND_TRUNCATE);
  }
}

/* curta_mag of curta_num.h without branches: (x - [x > 0]) ^ -[x < 0] */
CURTA_INLINE uint32_t magnitudes_any(const int32_t *x, uint32_t n)
{
  uint32_t all = 0;
  for (uint32_t i = 0; i < n; i++)
    all |= ((uint32_t)x[i] - (x[i] > 0)) ^ (0u - (x[i] < 0));
  return all;
}

static void requant_c(int8_t *y, const int32_t *x, uint32_t n, const struct curta_kernel_rounding *how)
{
  requant_any(y, x, n, how);
}

static uint32_t magnitudes_c(const int32_t *x, uint32_t n)
{
  return magnitudes_any(x, n);
}

#if defined(__x86_64__) && (defined(__GNUC__) || defined(__clang__))
#include <immintrin.h>
#define CURTA_AVX2 __attribute__((target("avx2")))

CURTA_AVX2 static inline __m256i pair_of(const int16_t *a, uint32_t lane)
{
  int32_t v;
  __builtin_memcpy(&v, a + 2 * lane, 4);
  return _mm256_set1_epi32(v);
}

CURTA_AVX2 static inline __m256i lanes_of(const int16_t *b, uint32_t lane)
{
  return _mm256_loadu_si256((const __m256i *)(const void *)(b + 2 * lane));
}

/* All rows of a tile of 8; kp is a constant after inlining. */
CURTA_AVX2 static inline __attribute__((always_inline)) void rows8(int32_t *sum, const struct curta_product *p,
                                                                   uint32_t n, uint32_t kp)
{
  __m256i acc[8];
  for (int i = 0; i < 8; i++)
    acc[i] = _mm256_load_si256((const __m256i *)(const void *)(sum + 8 * i));
  for (; n; n--, p++)
    for (uint32_t k = 0; k < kp; k++) {
      __m256i b = lanes_of(p->b, 8 * k);
      for (uint32_t i = 0; i < 8; i++)
        acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(pair_of(p->a, 8 * k + i), b));
    }
  for (int i = 0; i < 8; i++)
    _mm256_store_si256((__m256i *)(void *)(sum + 8 * i), acc[i]);
}

/* Four rows of a tile of 16, from row `row`. */
CURTA_AVX2 static inline void rows16(int32_t *sum, const struct curta_product *p, uint32_t n, uint32_t kp, uint32_t row)
{
  __m256i acc[8];
  for (uint32_t i = 0; i < 8; i++)
    acc[i] = _mm256_load_si256((const __m256i *)(const void *)(sum + 16 * row + 8 * i));
  for (; n; n--, p++)
    for (uint32_t k = 0; k < kp; k++) {
      __m256i b0 = lanes_of(p->b, 16 * k), b1 = lanes_of(p->b, 16 * k + 8);
      for (uint32_t i = 0; i < 4; i++) {
        __m256i a = pair_of(p->a, 16 * k + row + i);
        acc[2 * i] = _mm256_add_epi32(acc[2 * i], _mm256_madd_epi16(a, b0));
        acc[2 * i + 1] = _mm256_add_epi32(acc[2 * i + 1], _mm256_madd_epi16(a, b1));
      }
    }
  for (uint32_t i = 0; i < 8; i++)
    _mm256_store_si256((__m256i *)(void *)(sum + 16 * row + 8 * i), acc[i]);
}

CURTA_AVX2 static void products_avx2(int32_t *sum, const struct curta_product *p, uint32_t n, uint32_t t, uint32_t kp)
{
  if (t == 8) {
    if (kp == 4)
      rows8(sum, p, n, 4);
    else
      rows8(sum, p, n, kp);
    return;
  }
  for (uint32_t row = 0; row < 16; row += 4)
    rows16(sum, p, n, kp, row);
}

CURTA_AVX2 static inline __m128i bytes8(const int8_t *p)
{
  return _mm_loadl_epi64((const __m128i *)(const void *)p);
}

CURTA_AVX2 static inline void store_pairs(int16_t *pairs, __m128i bytes)
{
  _mm256_storeu_si256((__m256i *)(void *)pairs, _mm256_cvtepi8_epi16(bytes));
}

/* Mode L, 8 lanes by 8 contraction elements: a transposition of 8 x 4 byte pairs. */
CURTA_AVX2 static void pairs_l(int16_t *pairs, const int8_t *tile, uint32_t t)
{
  const __m128i gather = _mm_setr_epi8(0, 1, 8, 9, 2, 3, 10, 11, 4, 5, 12, 13, 6, 7, 14, 15);
  __m128i rows[4]; /* two rows each, as (row 0, row 1) of k = 0, 1, 2, 3 */
  for (uint32_t i = 0; i < 4; i++)
    rows[i] = _mm_shuffle_epi8(_mm_unpacklo_epi64(bytes8(tile + 2 * i * t), bytes8(tile + (2 * i + 1) * t)), gather);
  __m128i a = _mm_unpacklo_epi32(rows[0], rows[1]), b = _mm_unpackhi_epi32(rows[0], rows[1]);
  __m128i c = _mm_unpacklo_epi32(rows[2], rows[3]), d = _mm_unpackhi_epi32(rows[2], rows[3]);
  store_pairs(pairs, _mm_unpacklo_epi64(a, c));
  store_pairs(pairs + 2 * t, _mm_unpackhi_epi64(a, c));
  store_pairs(pairs + 4 * t, _mm_unpacklo_epi64(b, d));
  store_pairs(pairs + 6 * t, _mm_unpackhi_epi64(b, d));
}

CURTA_AVX2 static void pairs_avx2(int16_t *pairs, const int8_t *tile, uint32_t t, int mode)
{
  for (uint32_t k = 0; k < t; k += mode ? 2 : 8)
    for (uint32_t lane = 0; lane < t; lane += 8) {
      int16_t *to = pairs + k * t + 2 * lane;
      if (mode)
        store_pairs(to, _mm_unpacklo_epi8(bytes8(tile + k * t + lane), bytes8(tile + (k + 1) * t + lane)));
      else
        pairs_l(to, tile + lane * t + k, t);
    }
}

CURTA_AVX2 static void requant_avx2(int8_t *y, const int32_t *x, uint32_t n, const struct curta_kernel_rounding *how)
{
  requant_any(y, x, n, how);
}

CURTA_AVX2 static uint32_t magnitudes_avx2(const int32_t *x, uint32_t n)
{
  return magnitudes_any(x, n);
}

static int fast_enabled = 1;

static int fast(void)
{
  return fast_enabled && __builtin_cpu_supports("avx2");
}

void curta_kernel_select(int on)
{
  fast_enabled = on;
}

void curta_kernel_products(int32_t *sum, const struct curta_product *p, uint32_t n, uint32_t t, uint32_t kp)
{
  if ((t == 8 || t == 16) && fast())
    products_avx2(sum, p, n, t, kp);
  else
    products_c(sum, p, n, t, kp);
}

void curta_kernel_pairs(int16_t *pairs, const int8_t *tile, uint32_t t, int mode)
{
  (t % 8 == 0 && fast() ? pairs_avx2 : pairs_c)(pairs, tile, t, mode);
}

void curta_kernel_requant(int8_t *y, const int32_t *x, uint32_t n, const struct curta_kernel_rounding *how)
{
  (fast() ? requant_avx2 : requant_c)(y, x, n, how);
}

uint32_t curta_kernel_magnitudes(const int32_t *x, uint32_t n)
{
  return (fast() ? magnitudes_avx2 : magnitudes_c)(x, n);
}
#else
void curta_kernel_select(int on)
{
  (void)on;
}

void curta_kernel_products(int32_t *sum, const struct curta_product *p, uint32_t n, uint32_t t, uint32_t kp)
{
  products_c(sum, p, n, t, kp);
}

void curta_kernel_pairs(int16_t *pairs, const int8_t *tile, uint32_t t, int mode)
{
  pairs_c(pairs, tile, t, mode);
}

void curta_kernel_requant(int8_t *y, const int32_t *x, uint32_t n, const struct curta_kernel_rounding *how)
{
  requant_c(y, x, n, how);
}

uint32_t curta_kernel_magnitudes(const int32_t *x, uint32_t n)
{
  return magnitudes_c(x, n);
}
#endif
