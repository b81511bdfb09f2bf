/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_winograd.c - which GEMMs are done by F(4x4, 3x3) and F(3x3, 4x4), and how (curta_golden_winograd.h)
 */
#include "curta_golden_winograd.h"

#define BLOCK 4u        /* results that are summed point by point, while their operands are in the cache */
#define SUMS (256 + 16) /* from a sum to that of the next point: not a power of two, which shares cache lines */

struct winograd {
  const struct curta_gemm *m;
  int moving; /* operand */
  uint32_t taps, ny, nx;
  struct curta_points o[2];
  uint32_t blocks; /* along B */
};

/* ------------------------------------------------------------------ which */

static int moves(const struct curta_gemm *m, int t)
{
  const uint32_t *move = m->stride[t], *still = m->stride[!t];
  return move[SVY] == move[SKY] && move[SVX] == move[SKX] && !still[SVY] && !still[SVX];
}

/* Of the convolutions that it can do; the patches of one. */
static int set_patches(struct winograd *w, const struct curta_gemm *m)
{
  const int unit = m->y.a == 1 && m->y.b == 1 && m->x.a == 1 && m->x.b == 1;
  if (m->gather || m->wide.on || !unit || (!moves(m, 0) && !moves(m, 1)))
    return 0;
  w->m = m;
  w->moving = !moves(m, 0);
  w->taps = m->nky == 3 && m->nkx == 3 ? 3 : m->nvy == 3 && m->nvx == 3 ? 4 : 0;
  w->ny = ((w->taps == 3 ? m->nvy : m->nky) + CURTA_WINOGRAD_STEP - 1) / CURTA_WINOGRAD_STEP;
  w->nx = ((w->taps == 3 ? m->nvx : m->nkx) + CURTA_WINOGRAD_STEP - 1) / CURTA_WINOGRAD_STEP;
  return w->taps && (uint64_t)m->nky * m->nkx * m->nkc * m->g->t <= CURTA_WINOGRAD_DEPTH;
}

/* Rows or columns of an operand inside the window, of n that there are. */
static int clip(uint32_t n, int32_t c, int32_t u, uint32_t *first, uint32_t *count)
{
  int64_t lo = c < 0 ? -(int64_t)c : 0, hi = (int64_t)u - c < (int64_t)n ? (int64_t)u - c : (int64_t)n;
  *first = (uint32_t)lo;
  *count = (uint32_t)(hi - lo);
  return lo < hi;
}

/* Its tiles, all in the buffer and without a step beyond 2^16; 0: there are others, or none. */
static int set_tiles(struct curta_points *o, uint32_t tiles)
{
  const struct curta_origin *f = &o->of;
  uint32_t y, x, n[4] = {f->groups, 0, 0, f->nkc};
  int64_t lo, hi;
  if (!clip(f->y, f->cy, f->uy, &y, &n[1]) || !clip(f->x, f->cx, f->ux, &x, &n[2]))
    return 0;
  lo = hi = (f->base + y * f->stride[1] + x * f->stride[2]) & 0xffff;
  for (int i = 0; i < 4; i++) {
    int64_t way = (int64_t)(int16_t)f->stride[i] * (n[i] - 1);
    lo += way < 0 ? way : 0;
    hi += way > 0 ? way : 0;
  }
  o->lo = (uint32_t)lo;
  o->hi = (uint32_t)(hi + 1);
  return lo >= 0 && hi < tiles;
}

static int set_operand(struct winograd *w, int t)
{
  const struct curta_gemm *m = w->m;
  const uint32_t *s = m->stride[t], patches = w->ny * w->nx;
  const int moving = w->moving == t;
  struct curta_points *o = &w->o[t];
  struct curta_origin *f = &o->of;
  *f = (struct curta_origin){.base = m->base[t],
                             .stride = {s[t ? SGB : SGA], s[SKY], s[SKX], s[SKC]},
                             .groups = t ? m->ngb : m->nga,
                             .ny = w->ny,
                             .nx = w->nx,
                             .y = moving ? m->nvy + m->nky - 1 : m->nky,
                             .x = moving ? m->nvx + m->nkx - 1 : m->nkx,
                             .nkc = m->nkc,
                             .cy = moving ? m->y.c : 0,
                             .uy = moving ? m->y.u : (int32_t)m->nky,
                             .cx = moving ? m->x.c : 0,
                             .ux = moving ? m->x.u : (int32_t)m->nkx,
                             .moving = (uint32_t)moving,
                             .taps = w->taps,
                             .mode = (uint32_t)m->mode[t],
                             .klast = m->klast};
  o->sets = w->taps == 3 && moving ? f->groups * patches : f->groups;
  o->links = w->taps == 3 ? m->nkc : m->nkc * patches;
  o->packed = m->packed[t];
  o->pitch = (size_t)o->links * o->packed->bytes + 64; /* not a power of two */
  return set_tiles(o, m->g->tiles[t]);
}

/* No result is outside the accumulator memory. */
static int results_fit(const struct curta_gemm *m)
{
  const uint32_t *s = m->stride[2];
  uint64_t last = m->base[2] + (uint64_t)s[SGA] * (m->nga - 1) + (uint64_t)s[SGB] * (m->ngb - 1) +
                  (uint64_t)s[SVY] * (m->nvy - 1) + (uint64_t)s[SVX] * (m->nvx - 1);
  return last < (uint64_t)m->g->conf.p_tiles;
}

/* Pairs of a visit and a tap inside the window. */
static uint64_t pairs(const struct curta_law *law, uint32_t nv, uint32_t nk)
{
  uint64_t n = 0;
  for (int64_t i = 0; i < (int64_t)nv + nk - 1; i++) {
    int64_t first = i < nk ? 0 : i - nk + 1, last = i < nv ? i : (int64_t)nv - 1; /* visits */
    if (i + law->c >= 0 && i + law->c < law->u)
      n += (uint64_t)(last - first + 1);
  }
  return n;
}

/* In products of tiles; the others as AVX2 was measured. Tiles that were made before cost nothing. */
#define MOVING 16u
#define STILL 6u
#define RESULTS 28u

static int pays(const struct winograd *w)
{
  const struct curta_gemm *m = w->m;
  const int gradient = w->taps == 4;
  uint64_t patches = (uint64_t)w->ny * w->nx, visits = (uint64_t)m->nga * m->ngb;
  uint64_t direct = pairs(&m->y, m->nvy, m->nky) * pairs(&m->x, m->nvx, m->nkx) * visits * m->nkc;
  uint64_t made = patches * w->o[w->moving].of.groups * m->nkc * MOVING +
                  (gradient ? patches : 1) * w->o[!w->moving].of.groups * m->nkc * STILL;
  uint64_t cost =
      CURTA_WINOGRAD_POINTS * patches * visits * m->nkc + made + (gradient ? 1 : patches) * visits * RESULTS;
  return curta_winograd_always(m->g->winograd) || cost < direct;
}

/* ------------------------------------------------------------------ how */

/* Where the results of a group of A and one of B go, from visit (vy, vx) on; null: beyond the last visit. */
static void set_results(const struct winograd *w, int32_t **y, uint32_t ga, uint32_t gb, uint32_t vy, uint32_t vx)
{
  const struct curta_gemm *m = w->m;
  const uint32_t *s = m->stride[2], side = 7 - w->taps;
  for (uint32_t i = 0; i < side * side; i++) {
    uint32_t at[2] = {vy + i / side, vx + i % side};
    uint32_t p = m->base[2] + ga * s[SGA] + gb * s[SGB] + at[0] * s[SVY] + at[1] * s[SVX];
    y[i] = at[0] < m->nvy && at[1] < m->nvx ? m->g->acc + (size_t)p * m->g->t2 : 0;
  }
}

static void finish(const struct winograd *w, const int32_t *sum, uint32_t moved, uint32_t still,
                   struct curta_outcome *out)
{
  struct curta_golden *g = w->m->g;
  const uint32_t patches = w->ny * w->nx, patch = w->taps == 3 ? moved % patches : 0;
  const uint32_t group = w->taps == 3 ? moved / patches : moved;
  int32_t *y[16];
  set_results(w, y, w->moving ? still : group, w->moving ? group : still, CURTA_WINOGRAD_STEP * (patch / w->nx),
              CURTA_WINOGRAD_STEP * (patch % w->nx));
  out->magnitude |= g->k->winograd->results(y, sum, SUMS, g->t2, w->taps, w->m->start);
  for (uint32_t i = 0; i < (7 - w->taps) * (7 - w->taps); i++)
    if (y[i]) {
      uint32_t p = (uint32_t)((y[i] - g->acc) / (ptrdiff_t)g->t2);
      curta_wide_plain(g, p);
      if (g->retire_fn)
        out->check = curta_golden_sum(out->check, p * g->t2, y[i], g->t2);
    }
}

/* Sets [lo, lo + n) of both operands, A and B. */
struct part {
  uint32_t lo[2], n[2];
};

static void set_chain(const struct winograd *w, const uint8_t *chain[2], const struct part *part, uint32_t point,
                      uint32_t i)
{
  const uint32_t set[2] = {part->lo[0] + i / part->n[1], part->lo[1] + i % part->n[1]};
  for (int t = 0; t < 2; t++)
    chain[t] = w->o[t].data + ((size_t)set[t] * CURTA_WINOGRAD_POINTS + point) * w->o[t].pitch;
}

static void block(const struct winograd *w, const struct part *part, struct curta_outcome *out)
{
  _Alignas(64) int32_t sum[BLOCK][CURTA_WINOGRAD_POINTS * SUMS];
  const struct curta_golden *g = w->m->g;
  const uint32_t results = part->n[0] * part->n[1];
  const uint8_t *chain[2], *next[2];
  set_chain(w, next, part, 0, 0);
  for (uint32_t point = 0; point < CURTA_WINOGRAD_POINTS; point++)
    for (uint32_t i = 0; i < results; i++) {
      memcpy(chain, next, sizeof chain);
      set_chain(w, next, part, i + 1 < results ? point : point + 1, i + 1 < results ? i + 1 : 0);
      g->k->winograd->products(sum[i] + point * SUMS, chain, next, w->o[0].links, g->t);
    }
  for (uint32_t i = 0; i < results; i++) {
    const uint32_t set[2] = {part->lo[0] + i / part->n[1], part->lo[1] + i % part->n[1]};
    finish(w, sum[i], set[w->moving], set[!w->moving], out);
  }
}

/* Sets of a block of an operand: four of one, or two of both. */
static uint32_t block_sets(const struct winograd *w, int t)
{
  uint32_t mine = w->o[t].sets, other = w->o[!t].sets;
  return mine == 1 ? 1 : other == 1 ? BLOCK : BLOCK / 2;
}

static void result_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  const struct winograd *w = arg;
  for (; from < to; from++) {
    const uint64_t at[2] = {from / w->blocks, from % w->blocks};
    struct part part;
    for (int t = 0; t < 2; t++) {
      uint32_t n = block_sets(w, t), left;
      part.lo[t] = (uint32_t)at[t] * n;
      left = w->o[t].sets - part.lo[t];
      part.n[t] = left < n ? left : n;
    }
    block(w, &part, out);
  }
}

static uint32_t blocks_of(const struct winograd *w, int t)
{
  uint32_t n = block_sets(w, t);
  return (w->o[t].sets + n - 1) / n;
}

int curta_golden_winograd(const struct curta_gemm *m, uint32_t *magnitude)
{
  struct curta_golden *g = m->g;
  struct winograd w;
  if (!g->winograd || !set_patches(&w, m) || !set_operand(&w, 0) || !set_operand(&w, 1) || !results_fit(m) ||
      !pays(&w) || !curta_points_make(g, 0, &w.o[0]) || !curta_points_make(g, 1, &w.o[1]))
    return 0;
  w.blocks = blocks_of(&w, 1);
  (void)curta_golden_share(g, (uint64_t)blocks_of(&w, 0) * w.blocks, 1, result_share, &w, magnitude);
  return 1;
}
