/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_sparse.c - tiles with few elements other than 0 (curta_golden_wide.h)
 *
 * The delta of a convolution of NITRO-D is 1 to 7 % dense, and no two channels have it at the same places: a product of
 * tiles would be nearly all zeros.
 */
#include "curta_golden_wide.h"

static uint32_t count(const int32_t *d, uint32_t n)
{
  uint32_t all = 0;
  for (uint32_t i = 0; i < n; i++)
    all += d[i] != 0;
  return all;
}

int curta_sparse_find(struct curta_sparse *s, const int32_t *d, uint32_t t)
{
  uint32_t n = count(d, t * t), at = 0;
  uint64_t sum = 0;
  if (n > CURTA_SPARSE)
    return 0;
  for (uint32_t k = 0; k < t && at < n; k++)
    for (uint32_t j = 0; j < t; j++) {
      int32_t v = d[k * t + j];
      if (!v)
        continue;
      s->e[at].k = (uint8_t)k;
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
