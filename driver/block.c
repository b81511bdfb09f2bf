/* SPDX-License-Identifier: Apache-2.0
 * block.c - the blocks of a pass, and where their results lie (gemm.h) */
#include "gemm.h"

uint32_t block_count(const struct gpass *p, const struct tiling *t)
{
  return range_parts(p->ng[0], t->g[0]) * range_parts(p->ng[1], t->g[1]) * range_parts(p->nv[0], t->v[0]) *
         range_parts(p->nv[1], t->v[1]);
}

void block_get(const struct gpass *p, const struct tiling *t, uint32_t i, struct block *b)
{
  /* outer 0: g0, vy, vx, then g1 innermost; outer 1: g1 outermost */
  if (t->outer == 0)
    b->g[1] = range_part(p->ng[1], t->g[1], take_digit(&i, range_parts(p->ng[1], t->g[1])));
  b->v[1] = range_part(p->nv[1], t->v[1], take_digit(&i, range_parts(p->nv[1], t->v[1])));
  b->v[0] = range_part(p->nv[0], t->v[0], take_digit(&i, range_parts(p->nv[0], t->v[0])));
  b->g[0] = range_part(p->ng[0], t->g[0], take_digit(&i, range_parts(p->ng[0], t->g[0])));
  if (t->outer == 1)
    b->g[1] = range_part(p->ng[1], t->g[1], i);
}

uint32_t block_tiles(const struct block *b)
{
  return b->g[0].n * b->g[1].n * b->v[0].n * b->v[1].n;
}

void order_by_stride(const uint32_t stride[4], const uint32_t count[4], uint32_t order[4])
{
  for (uint32_t i = 0; i < 4; i++) {
    uint32_t j = i;
    /* an index with one value goes outside of its equals, so that the innermost one has stride 1 */
    for (; j > 0; j--) {
      uint32_t o = order[j - 1];
      if (stride[o] > stride[i] || (stride[o] == stride[i] && count[o] <= count[i]))
        break;
      order[j] = o;
    }
    order[j] = i;
  }
}

void block_strides(const struct gpass *p, const struct block *b, uint32_t stride[4])
{
  const uint32_t count[4] = {b->g[0].n, b->g[1].n, b->v[0].n, b->v[1].n};
  uint32_t order[4], n = 1;
  order_by_stride(p->out_stride, count, order);
  for (int i = 3; i >= 0; i--) {
    stride[order[i]] = n;
    n *= count[order[i]];
  }
}

struct place block_place(const struct gpass *p, const struct block *b, uint32_t base)
{
  struct place at = {.base = base, .tiles = block_tiles(b)};
  block_strides(p, b, at.stride);
  return at;
}

struct place tensor_place(const struct gpass *p, const struct block *b, uint32_t base)
{
  const struct range r[4] = {b->g[0], b->g[1], b->v[0], b->v[1]};
  struct place at = {.base = base + p->out_base, .tiles = 1};
  for (int i = 0; i < 4; i++) {
    at.stride[i] = p->out_stride[i];
    at.base += r[i].lo * at.stride[i];
    at.tiles += (r[i].n - 1) * at.stride[i];
  }
  return at;
}

uint32_t block_runs(const struct gpass *p, const struct block *b, uint32_t *len)
{
  const uint32_t count[4] = {b->g[0].n, b->g[1].n, b->v[0].n, b->v[1].n};
  uint32_t order[4], n = 1, runs = 1;
  int i = 3;
  order_by_stride(p->out_stride, count, order);
  for (; i >= 0 && p->out_stride[order[i]] == n; i--)
    n *= count[order[i]];
  for (; i >= 0; i--)
    runs *= count[order[i]];
  *len = n;
  return runs;
}

uint32_t block_run(const struct gpass *p, const struct block *b, uint32_t i)
{
  const uint32_t count[4] = {b->g[0].n, b->g[1].n, b->v[0].n, b->v[1].n};
  const uint32_t lo[4] = {b->g[0].lo, b->g[1].lo, b->v[0].lo, b->v[1].lo};
  uint32_t order[4], len, at = p->out_base, n = 1;
  block_runs(p, b, &len);
  order_by_stride(p->out_stride, count, order);
  for (int j = 3; j >= 0; j--) {
    bool inside_run = n < len || count[order[j]] == 1;
    uint32_t d = inside_run ? 0 : take_digit(&i, count[order[j]]);
    n *= count[order[j]];
    at += (lo[order[j]] + d) * p->out_stride[order[j]];
  }
  return at;
}
