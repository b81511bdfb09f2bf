/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_sparse.c - tiles with few elements other than 0 (curta_golden_wide.h)
 *
 * The delta of a convolution of NITRO-D is 1 to 7 % dense, and no two channels have it at the same places: a product of
 * tiles would be nearly all zeros.
 */
#include "curta_golden_wide.h"

int curta_sparse_find(struct curta_sparse *s, const struct curta_kernels *k, const int32_t *d, uint32_t t)
{
  uint32_t rows[16], n = k->occupied(rows, d, t), at = 0;
  uint64_t sum = 0;
  if (n > CURTA_SPARSE)
    return 0;
  for (uint32_t i = 0; i < t && at < n; i++)
    for (uint32_t row = rows[i]; row; row &= row - 1) {
      uint32_t j = (uint32_t)__builtin_ctz(row);
      int32_t v = d[i * t + j];
      s->e[at].k = (uint8_t)i;
      s->e[at].j = (uint8_t)j;
      s->e[at++].v = v;
      sum += curta_abs(v);
    }
  if (sum > INT32_MAX / 128) /* one product alone could leave int32 */
    return 0;
  s->sum = (uint32_t)sum;
  s->n = (uint8_t)n;
  return 1;
}

static inline void add16(int32_t *restrict sum, const int8_t *restrict x, int32_t v)
{
  for (uint32_t i = 0; i < 16; i++)
    sum[i] += v * x[i];
}

void curta_sparse_add(int32_t *sum, const int8_t *x, const struct curta_sparse *s, uint32_t t, uint32_t rows)
{
  for (uint32_t e = 0; e < s->n && s->e[e].k < rows; e++) {
    const int8_t *from = x + s->e[e].k * t;
    int32_t *to = sum + s->e[e].j * t, v = s->e[e].v;
    if (t == 16) {
      add16(to, from, v);
      continue;
    }
    for (uint32_t i = 0; i < t; i++)
      to[i] += v * from[i];
  }
}
