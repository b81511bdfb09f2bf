/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_avx512nitro.h - operands wider than 8 bits with AVX-512 (part of curta_kernels_avx512vnni.c)
 */
#ifndef CURTA_KERNELS_AVX512NITRO_H
#define CURTA_KERNELS_AVX512NITRO_H

/* out[p] := byte p of rows x[0..3] of int32, side by side in every lane: line q of plane p. */
CURTA_INLINE void planes4x16(__m512i out[3], const __m512i x[4])
{
  const __mmask64 odd8 = 0xaaaaaaaaaaaaaaaaull;
  const __mmask32 odd16 = 0xaaaaaaaau;
  __m512i even[2], odd[2]; /* bytes 0 and 2, 1 and 3 of two rows, the rows in turn */
  for (int i = 0; i < 2; i++) {
    even[i] = _mm512_mask_blend_epi8(odd8, x[2 * i], _mm512_slli_epi16(x[2 * i + 1], 8));
    odd[i] = _mm512_mask_blend_epi8(odd8, _mm512_srli_epi16(x[2 * i], 8), x[2 * i + 1]);
  }
  out[0] = _mm512_mask_blend_epi16(odd16, even[0], _mm512_slli_epi32(even[1], 16));
  out[1] = _mm512_mask_blend_epi16(odd16, odd[0], _mm512_slli_epi32(odd[1], 16));
  out[2] = _mm512_mask_blend_epi16(odd16, _mm512_srli_epi32(even[0], 16), even[1]);
}

static void pack_digits(uint8_t *packed, const int32_t *d, uint32_t planes)
{
  const __m512i flip = _mm512_set1_epi8(-128);
  for (int q = 0; q < 4; q++) {
    __m512i x[4], out[3];
    for (int i = 0; i < 4; i++)
      x[i] = load512(d + 64 * q + 16 * i);
    planes4x16(out, x);
    out[planes - 1] = _mm512_xor_si512(out[planes - 1], flip);
    for (uint32_t p = 0; p < planes; p++)
      _mm512_storeu_si512(packed + 256 * p + 64 * q, out[p]);
  }
}

static uint32_t occupied(uint32_t *rows, const int32_t *d, uint32_t t)
{
  uint32_t n = 0;
  if (t != 16)
    return loop_occupied(rows, d, t);
  for (int k = 0; k < 16; k++) {
    __m512i x = load512(d + 16 * k);
    rows[k] = _mm512_test_epi32_mask(x, x);
    n += (uint32_t)__builtin_popcount(rows[k]);
  }
  return n;
}

static void sparse_add(int32_t *sum, const int8_t *x, const struct curta_nonzero *e, uint32_t n, uint32_t t)
{
  if (t != 16) {
    loop_sparse_add(sum, x, e, n, t);
    return;
  }
  for (; n; n--, e++) {
    __m512i row = _mm512_cvtepi8_epi32(_mm_loadu_si128((const __m128i *)(const void *)(x + 16 * e->k)));
    __m512i more = _mm512_mullo_epi32(row, _mm512_set1_epi32(e->v));
    _mm512_storeu_si512(sum + 16 * e->j, _mm512_add_epi32(load512(sum + 16 * e->j), more));
  }
}

/* What a part adds, where it is there: to the sum, and in units of 2^16, rounded down, to what is above it. */
CURTA_INLINE void add_part(__m512i *low, __m512i *above, const int32_t *part, int i, int shift)
{
  __m512i x;
  if (!part)
    return;
  x = load512(part + 16 * i);
  *low = _mm512_add_epi32(*low, _mm512_slli_epi32(x, (unsigned)shift));
  *above = _mm512_add_epi32(*above, _mm512_srai_epi32(x, (unsigned)(16 - shift)));
}

/* The sums of a tile of 16 stay in registers until all of them are known to fit. */
static int settle(int32_t *sum, const struct curta_parts *p, uint32_t *magnitudes, uint32_t n)
{
  const __m512i bias = _mm512_set1_epi32(32768), top = _mm512_set1_epi32(32768 + CURTA_SETTLE_TOP);
  __m512i out[16], all = _mm512_setzero_si512();
  __mmask16 beyond = 0;
  if (n != 256)
    return loop_settle(sum, p, magnitudes, n);
  ROWS
  {
    __m512i low = _mm512_setzero_si512(), above = bias;
    add_part(&low, &above, p->plane[0], i, 0);
    add_part(&low, &above, p->plane[1], i, 8);
    add_part(&low, &above, p->plane[2], i, 16);
    add_part(&low, &above, p->more, i, 0);
    add_part(&low, &above, p->start, i, 0);
    beyond |= _mm512_cmpgt_epu32_mask(above, top);
    out[i] = low;
  }
  if (beyond)
    return 0;
  ROWS
  {
    _mm512_storeu_si512(sum + 16 * i, out[i]);
    all = or_magnitudes(all, out[i]);
  }
  *magnitudes = (uint32_t)_mm512_reduce_or_epi32(all);
  return 1;
}
#endif
