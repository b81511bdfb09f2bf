/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_wide.c - GEMM with operands wider than 8 bits (curta_golden_wide.h)
 *
 * Nearly all sums fit int32, which the kernels find out 32 bits at a time (settle). Only the others take the way of 64
 * bits: `total`.
 */
#include "curta_golden_wide.h"
#include "curta_nitro.h"

#define DEPTH 65536u /* of contraction: products of an unsigned and a signed byte that an int32 holds */
#define CHAINS 64

int curta_wide_setup(struct curta_golden *g, struct curta_wide_mode *m, const uint32_t *cmd)
{
  int mode = (int)curta_cmd_get(cmd, CURTA_GEMM_B_T);
  m->gradient = mode && curta_cmd_get(cmd, CURTA_GEMM_A_T);
  m->g = g;
  m->narrow = &g->packed[1][mode];
  m->packed = g->wide->packed[mode];
  m->guard = (int)curta_cmd_get(cmd, CURTA_GEMM_GUARD);
  m->shift = curta_cmd_get(cmd, CURTA_GEMM_ACC) && curta_cmd_get(cmd, CURTA_GEMM_START_SHL) ? (uint32_t)g->conf.digit : 0;
  m->on = g->wide->used || m->guard || m->shift;
  if (curta_cmd_get(cmd, CURTA_GEMM_GATHER))
    return m->on = 1; /* its operands are not packed */
  if (m->on)
    curta_wide_pack(g, mode, m->gradient);
  return m->on;
}

/* total := bits 32..35 and 0..31 of the start value, shifted */
static void start_wide(const struct curta_wide_mode *m, struct curta_wide_sum *w, const int32_t *low,
                       const int8_t *high, int guarded)
{
  for (uint32_t i = 0; i < m->g->t2; i++) {
    uint64_t start = guarded ? (uint64_t)(int64_t)high[i] << 32 | (uint32_t)low[i] : (uint64_t)(int64_t)low[i];
    w->total[i] = (int64_t)(start << m->shift);
  }
  w->in_total = 1;
}

void curta_wide_start(const struct curta_wide_mode *m, struct curta_wide_sum *w, uint32_t p, int acc)
{
  const struct curta_golden *g = m->g;
  const int32_t *low = g->acc + (size_t)p * g->t2;
  int guarded = m->guard && g->wide->guarded[p];
  w->depth = 0;
  w->used = 0;
  w->in_sparse = 0;
  w->bound = 0;
  w->in_total = 0;
  w->start = acc && !guarded && !m->shift ? low : 0;
  if (acc && !w->start)
    start_wide(m, w, low, g->wide->guard + (size_t)p * g->t2, guarded);
}

/* total += plane 2^shift, modulo 2^64; no more than 36 bits of it count */
static void add_plane(int64_t *restrict total, const int32_t *restrict plane, uint32_t shift, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    total[i] = (int64_t)((uint64_t)total[i] + ((uint64_t)(int64_t)plane[i] << shift));
}

static void fold(const struct curta_golden *g, struct curta_wide_sum *w)
{
  if (!w->in_total)
    memset(w->total, 0, 8 * (size_t)g->t2);
  w->in_total = 1;
  if (w->start)
    add_plane(w->total, w->start, 0, g->t2);
  for (uint32_t k = 0; k < CURTA_PLANES; k++)
    if (w->used >> k & 1)
      add_plane(w->total, w->plane[k], 8 * k, g->t2);
  for (uint32_t i = 0; w->in_sparse && i < g->t; i++)
    for (uint32_t j = 0; j < g->t; j++)
      w->total[i * g->t + j] += w->sparse[j * g->t + i];
  w->start = 0;
  w->in_sparse = 0;
  w->bound = 0;
  w->depth = 0;
  w->used = 0;
}

/* low := x modulo 2^32; returns where two neighbours of bits 31..35 differ, as bits 32..35, of any element */
static uint64_t lower(int32_t *restrict low, const int64_t *restrict x, uint32_t n)
{
  uint64_t differ = 0;
  for (uint32_t i = 0; i < n; i++) {
    uint64_t v = (uint64_t)x[i];
    low[i] = (int32_t)(uint32_t)v;
    differ |= v ^ v << 1;
  }
  return differ & (uint64_t)((1u << CURTA_NITRO_GUARD) - 1u) << 32;
}

/* Runs of a chain whose tiles have as many planes. */
struct run {
  struct curta_chain c; /* b: plane 0 */
  uint8_t planes;       /* 1 for int8 tiles */
};

/* Multiplies one plane of all runs; `top`: of those where it is the highest and so signed, else of the others. */
static void plane(const struct curta_wide_mode *m, struct curta_wide_sum *w, const struct run *run, uint32_t n,
                  struct curta_products *p, uint32_t k, int top)
{
  struct curta_chain chain[CHAINS];
  uint32_t count = 0;
  for (uint32_t i = 0; i < n; i++)
    if (top ? run[i].planes == k + 1 : run[i].planes > k + 1) {
      chain[count] = run[i].c;
      chain[count++].b += k * m->narrow->bytes;
    }
  p->b_unsigned = !top;
  if (!count)
    return;
  p->fresh = !(w->used >> k & 1);
  w->used |= (uint8_t)(1u << k);
  (void)m->g->k->products(w->plane[k], chain, count, p);
}

static void multiply(const struct curta_wide_mode *m, struct curta_wide_sum *w, const struct run *run, uint32_t n,
                     struct curta_products *p)
{
  for (uint32_t k = 0; k < CURTA_PLANES; k++) {
    plane(m, w, run, n, p, k, 0);
    plane(m, w, run, n, p, k, 1);
  }
}

/* Tiles of a chain that are left: of B its number, of A its elements; and the steps to the next. */
struct rest {
  ptrdiff_t tile, step, step_x;
  const int8_t *x;
  const uint8_t *a; /* packed */
  uint32_t n;
};

static void skip(struct rest *r, uint32_t n, ptrdiff_t step_a)
{
  r->tile += (ptrdiff_t)n * r->step;
  r->x += (ptrdiff_t)n * r->step_x;
  r->a += (ptrdiff_t)n * step_a;
  r->n -= n;
}

/* Adds the products of sparse tiles as far as there is one after another and their sums surely fit. */
static uint32_t add_sparse(const struct curta_wide_mode *m, struct curta_wide_sum *w, const struct rest *r,
                           uint32_t rows)
{
  const struct curta_golden *g = m->g;
  const struct curta_sparse *s;
  const int8_t *x = r->x;
  ptrdiff_t tile = r->tile;
  uint32_t n = 0;
  if (!w->in_sparse)
    memset(w->sparse, 0, 4 * (size_t)g->t2);
  w->in_sparse = 1;
  for (; n < r->n && g->wide->few[tile]; n++, tile += r->step, x += r->step_x) {
    s = &g->wide->sparse[tile];
    if (w->bound + s->bound > INT32_MAX)
      break;
    w->bound += s->bound;
    g->k->sparse_add(w->sparse, x, s->e, rows < g->t ? curta_sparse_rows(s, rows) : s->n, g->t);
  }
  return n;
}

/* Tiles from the first on that have as many planes and are not sparse, of at most n. */
static uint32_t alike(const struct curta_wide_mode *m, const struct rest *r, uint32_t n)
{
  const struct curta_wide *w = m->g->wide;
  ptrdiff_t tile = r->tile + r->step;
  uint32_t len = 1;
  for (; len < n && w->planes[tile] == w->planes[r->tile] && !(m->gradient && w->few[tile]); len++)
    tile += r->step;
  return len;
}

void curta_wide_products(const struct curta_wide_mode *m, int32_t *sum, const struct curta_chain *chain, uint32_t n,
                         const struct curta_products *p)
{
  struct curta_wide_sum *w = (struct curta_wide_sum *)(void *)sum;
  const struct curta_golden *g = m->g;
  const ptrdiff_t bytes[2] = {(ptrdiff_t)m->a->bytes, (ptrdiff_t)m->narrow->bytes}, t2 = (ptrdiff_t)g->t2;
  const uint8_t *few = m->gradient ? g->wide->few : 0;
  struct curta_products q = *p;
  struct rest r = {.step = p->step_b / bytes[1], .step_x = p->step_a / bytes[0] * t2};
  struct run run[CHAINS];
  uint32_t runs = 0;
  q.step_b = p->step_b * CURTA_PLANES;
  q.at_a = q.at_b = 0;
  for (uint32_t i = 0; i < n; i++) {
    r.a = chain[i].a + p->at_a;
    r.x = g->buf[0] + (r.a - m->a->data) / bytes[0] * t2;
    r.tile = (chain[i].b - m->narrow->data + p->at_b) / bytes[1];
    r.n = chain[i].n;
    while (r.n) {
      int sparse = few && few[r.tile];
      uint32_t room = (DEPTH - w->depth) / p->k, len = sparse ? add_sparse(m, w, &r, p->k) : 0;
      if (len) {
        skip(&r, len, p->step_a);
        continue;
      }
      if (runs == CHAINS || !room || sparse) {
        multiply(m, w, run, runs, &q);
        runs = 0;
        if (!room || sparse)
          fold(g, w);
        continue;
      }
      len = alike(m, &r, r.n < room ? r.n : room);
      run[runs++] = (struct run){{r.a, m->packed + r.tile * CURTA_PLANES * bytes[1], len},
                                 g->wide->planes[r.tile] ? g->wide->planes[r.tile] : 1};
      w->depth += len * p->k;
      skip(&r, len, p->step_a);
    }
  }
  multiply(m, w, run, runs, &q);
}

/* The 64 bits of the sums, where they might not fit int32. */
static uint32_t end_wide(const struct curta_wide_mode *m, struct curta_wide_sum *w, uint32_t p, int final)
{
  struct curta_golden *g = m->g;
  int8_t *high = g->wide->guard + (size_t)p * g->t2;
  uint64_t beyond;
  fold(g, w);
  beyond = lower(g->acc + (size_t)p * g->t2, w->total, g->t2);
  g->wide->guarded[p] = (uint8_t)(m->guard && beyond);
  for (uint32_t i = 0; g->wide->guarded[p] && i < g->t2; i++)
    high[i] = (int8_t)curta_low_digit((int64_t)((uint64_t)w->total[i] >> 32), CURTA_NITRO_GUARD);
  return m->guard && final && beyond ? 1u << CURTA_FLAG_SUM : 0;
}

/* sum[i][j] of the sparse tiles, from [j][i] */
static const int32_t *turned(const struct curta_golden *g, const struct curta_wide_sum *w, int32_t *sum)
{
  for (uint32_t i = 0; w->in_sparse && i < g->t; i++)
    for (uint32_t j = 0; j < g->t; j++)
      sum[i * g->t + j] = w->sparse[j * g->t + i];
  return w->in_sparse ? sum : 0;
}

uint32_t curta_wide_end(const struct curta_wide_mode *m, struct curta_wide_sum *w, uint32_t p, int final,
                        uint32_t *magnitudes)
{
  struct curta_golden *g = m->g;
  int32_t *low = g->acc + (size_t)p * g->t2, sparse[256];
  struct curta_parts parts = {.start = w->start, .more = turned(g, w, sparse)};
  uint32_t flags;
  for (uint32_t k = 0; k < CURTA_PLANES; k++)
    parts.plane[k] = w->used >> k & 1 ? w->plane[k] : 0;
  if (!w->in_total && g->k->settle(low, &parts, magnitudes, g->t2)) {
    g->wide->guarded[p] = 0;
    return 0;
  }
  flags = end_wide(m, w, p, final);
  *magnitudes = final ? g->k->magnitudes(low, g->t2) : 0;
  return flags;
}

void curta_wide_plain(const struct curta_golden *g, uint32_t p)
{
  g->wide->guarded[p] = 0;
}
