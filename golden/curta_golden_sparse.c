/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_sparse.c - tiles with few elements other than 0 (curta_golden_wide.h)
 *
 * The delta of a convolution of NITRO-D is 1 to 7 % dense, and no two channels have it at the same places: a product of
 * tiles would be nearly all zeros.
 */
#include "curta_golden_wide.h"

/* The largest sum of magnitudes of a column times that of an int8. */
static uint64_t bound(const struct curta_sparse *s)
{
  uint64_t column[16] = {0}, most = 0;
  for (uint32_t i = 0; i < s->n; i++) {
    uint64_t *c = &column[s->e[i].j];
    *c += curta_abs(s->e[i].v);
    most = *c > most ? *c : most;
  }
  return 128 * most;
}

int curta_sparse_find(struct curta_sparse *s, const struct curta_kernels *k, const int32_t *d, uint32_t t)
{
  uint32_t rows[16], n = k->occupied(rows, d, t), at = 0;
  uint64_t most;
  if (n > CURTA_SPARSE)
    return 0;
  for (uint32_t i = 0; i < t && at < n; i++)
    for (uint32_t row = rows[i]; row; row &= row - 1) {
      uint32_t j = (uint32_t)__builtin_ctz(row);
      s->e[at++] = (struct curta_nonzero){(uint8_t)i, (uint8_t)j, d[i * t + j]};
    }
  s->n = (uint8_t)n;
  most = bound(s);
  s->bound = (uint32_t)most;
  return most <= INT32_MAX;
}

uint32_t curta_sparse_rows(const struct curta_sparse *s, uint32_t rows)
{
  uint32_t n = 0;
  while (n < s->n && s->e[n].k < rows)
    n++;
  return n;
}
