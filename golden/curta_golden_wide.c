/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_wide.c - see curta_golden_wide.h */
#include <stdlib.h>
#include "curta_golden_wide.h"
#include "curta_nitro.h"

#define DEPTH 65536u /* products of an unsigned and a signed byte that an int32 holds */
#define GRAIN 64     /* tiles that a thread packs */
#define CHAINS 64

struct curta_wide {
  int used;                    /* some LOAD was wide since the device was opened */
  int32_t *digits;             /* [B_TILES][T][T], where planes > 0 */
  uint8_t *planes;             /* [B_TILES]: planes that the digits need; 0: an int8 tile */
  uint8_t *few;                /* [B_TILES]: sparse has it */
  struct curta_sparse *sparse; /* [B_TILES], where few */
  uint8_t *packed[2];          /* [mode][B_TILES][CURTA_PLANES] */
  uint8_t *fresh[2];           /* [mode][B_TILES] */
  uint32_t lo[2], hi[2];       /* [mode]: tiles outside are fresh */
  int8_t *guard;               /* [P_TILES][T][T]: bits 32..35 of a sum as a signed number, where guarded */
  uint8_t *guarded;            /* [P_TILES]; else they are the sign */
};

void curta_wide_free(struct curta_wide *w)
{
  if (!w)
    return;
  free(w->digits);
  free(w->planes);
  free(w->few);
  free(w->sparse);
  for (int mode = 0; mode < 2; mode++) {
    free(w->packed[mode]);
    free(w->fresh[mode]);
  }
  free(w->guard);
  free(w->guarded);
  free(w);
}

static size_t packed_bytes(const struct curta_golden *g)
{
  return g->k->packed_bytes(g->t, CURTA_PACK_B);
}

struct curta_wide *curta_wide_new(const struct curta_golden *g)
{
  size_t tiles = g->tiles[1], sums = (size_t)g->conf.p_tiles, ok = 1;
  struct curta_wide *w = calloc(1, sizeof *w);
  if (!w)
    return 0;
  w->digits = calloc(tiles * g->t2, 4);
  w->planes = calloc(tiles, 1);
  w->few = calloc(tiles, 1);
  w->sparse = calloc(tiles, sizeof *w->sparse);
  w->guard = calloc(sums * g->t2, 1);
  w->guarded = calloc(sums, 1);
  for (int mode = 0; mode < 2; mode++) {
    w->packed[mode] = aligned_alloc(64, (tiles * CURTA_PLANES * packed_bytes(g) + 63) / 64 * 64);
    w->fresh[mode] = calloc(tiles, 1);
    ok = ok && w->packed[mode] && w->fresh[mode];
    w->hi[mode] = (uint32_t)tiles;
  }
  if (ok && w->digits && w->planes && w->few && w->sparse && w->guard && w->guarded)
    return w;
  curta_wide_free(w);
  return 0;
}

/* ------------------------------------------------------------------ LOAD */

/* The low `bits` of x as a signed number. */
static int32_t low_digit(int64_t x, int bits)
{
  uint32_t half = 1u << (bits - 1), low = (uint32_t)((uint64_t)x & ((1u << bits) - 1u));
  return (int32_t)(low ^ half) - (int32_t)half;
}

static int32_t digit_of(int32_t x, uint32_t digit, int bits)
{
  int64_t rest = x;
  while (digit--)
    rest = (rest - low_digit(rest, bits)) / ((int64_t)1 << bits);
  return low_digit(rest, bits);
}

void curta_wide_stale(struct curta_golden *g, uint32_t lo, uint32_t hi)
{
  struct curta_wide *w = g->wide;
  for (int mode = 0; mode < 2; mode++) {
    w->lo[mode] = lo < w->lo[mode] ? lo : w->lo[mode];
    w->hi[mode] = hi > w->hi[mode] ? hi : w->hi[mode];
  }
}

/* Digit 0 of n elements; returns the OR of the widths. */
static uint32_t lowest(int32_t *restrict d, int8_t *restrict low, const int32_t *restrict x, uint32_t n, int bits)
{
  uint32_t half = 1u << (bits - 1), mask = 2 * half - 1, all = 0;
  for (uint32_t i = 0; i < n; i++) {
    int32_t v = (int32_t)(((uint32_t)x[i] & mask) ^ half) - (int32_t)half;
    d[i] = v;
    low[i] = (int8_t)((uint32_t)v & 0xff);
    all |= v < 0 ? ~(uint32_t)v : (uint32_t)v;
  }
  return all;
}

const int32_t *curta_wide_load(struct curta_golden *g, uint32_t tile, const void *src, uint32_t digit)
{
  struct curta_wide *w = g->wide;
  int32_t *d = w->digits + (size_t)tile * g->t2, upper[256];
  const int32_t *x = src;
  uint32_t all;
  for (uint32_t i = 0; digit && i < g->t2; i++)
    upper[i] = digit_of(x[i], digit, g->conf.digit);
  x = digit ? upper : x;
  all = lowest(d, g->buf[1] + (size_t)tile * g->t2, x, g->t2, g->conf.digit);
  w->planes[tile] = all < 1u << 7 ? 1 : all < 1u << 15 ? 2 : 3;
  w->few[tile] = (uint8_t)curta_sparse_find(&w->sparse[tile], d, g->t);
  w->fresh[0][tile] = w->fresh[1][tile] = 0;
  g->packed[1][0].fresh[tile] = g->packed[1][1].fresh[tile] = 0;
  w->used = 1;
  return d;
}

void curta_wide_narrow(struct curta_golden *g, uint32_t buf, uint32_t tile)
{
  if (buf)
    g->wide->few[tile] = g->wide->planes[tile] = g->wide->fresh[0][tile] = g->wide->fresh[1][tile] = 0;
}

/* ------------------------------------------------------------------ GEMM */

struct packing {
  struct curta_golden *g;
  int mode;
  int gradient; /* sparse tiles need no packing */
};

static void pack_tile(struct curta_golden *g, uint32_t tile, int mode)
{
  struct curta_wide *w = g->wide;
  const int32_t *d = w->digits + (size_t)tile * g->t2;
  uint8_t *to = w->packed[mode] + (size_t)tile * CURTA_PLANES * packed_bytes(g);
  uint32_t planes = w->planes[tile];
  int8_t bytes[256];
  if (!planes) {
    g->k->pack(to, g->buf[1] + (size_t)tile * g->t2, g->t, mode, CURTA_PACK_B);
    return;
  }
  for (uint32_t p = 0; p < planes; p++, to += packed_bytes(g)) {
    for (uint32_t i = 0; i < g->t2; i++)
      bytes[i] = (int8_t)((uint32_t)d[i] >> 8 * p & 0xff);
    g->k->pack(to, bytes, g->t, mode, p + 1 < planes ? CURTA_PACK_B_UNSIGNED : CURTA_PACK_B);
  }
}

static void pack_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  const struct packing *p = arg;
  struct curta_wide *w = p->g->wide;
  (void)out;
  for (uint64_t t = w->lo[p->mode] + from; t < w->lo[p->mode] + to; t++)
    if (!w->fresh[p->mode][t] && !(p->gradient && w->few[t])) {
      pack_tile(p->g, (uint32_t)t, p->mode);
      w->fresh[p->mode][t] = 1;
    }
}

int curta_wide_setup(struct curta_golden *g, struct curta_wide_mode *m, const uint32_t *cmd)
{
  struct packing p = {g, (int)curta_cmd_get(cmd, CURTA_GEMM_B_T), 0};
  p.gradient = m->gradient = p.mode && curta_cmd_get(cmd, CURTA_GEMM_A_T);
  m->g = g;
  m->narrow = &g->packed[1][p.mode];
  m->packed = g->wide->packed[p.mode];
  m->guard = (int)curta_cmd_get(cmd, CURTA_GEMM_GUARD);
  m->shift = curta_cmd_get(cmd, CURTA_GEMM_ACC) && curta_cmd_get(cmd, CURTA_GEMM_START_SHL) ? (uint32_t)g->conf.digit : 0;
  m->on = g->wide->used || m->guard || m->shift;
  if (m->on && g->wide->lo[p.mode] < g->wide->hi[p.mode]) {
    (void)curta_golden_share(g, g->wide->hi[p.mode] - g->wide->lo[p.mode], GRAIN, pack_share, &p, 0);
    if (!p.gradient) { /* else some may still have to be packed */
      g->wide->lo[p.mode] = g->tiles[1];
      g->wide->hi[p.mode] = 0;
    }
  }
  return m->on;
}

void curta_wide_start(const struct curta_wide_mode *m, struct curta_wide_sum *w, uint32_t p, int acc)
{
  const struct curta_golden *g = m->g;
  const int32_t *low = g->acc + (size_t)p * g->t2;
  const int8_t *high = g->wide->guard + (size_t)p * g->t2;
  int guarded = m->guard && g->wide->guarded[p];
  w->depth = 0;
  w->used = 0;
  w->in_sparse = 0;
  w->bound = 0;
  w->in_total = (uint8_t)acc;
  for (uint32_t i = 0; acc && i < g->t2; i++) {
    uint64_t start = guarded ? (uint64_t)(int64_t)high[i] << 32 | (uint32_t)low[i] : (uint64_t)(int64_t)low[i];
    w->total[i] = (int64_t)(start << m->shift);
  }
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
  for (uint32_t k = 0; k < CURTA_PLANES; k++)
    if (w->used >> k & 1)
      add_plane(w->total, w->plane[k], 8 * k, g->t2);
  for (uint32_t i = 0; w->in_sparse && i < g->t; i++)
    for (uint32_t j = 0; j < g->t; j++)
      w->total[i * g->t + j] += w->sparse[j * g->t + i];
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
  if (!(w->used >> k & 1))
    memset(w->plane[k], 0, 4 * (size_t)m->g->t2);
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

/* The product of A tile `a` (packed) and a sparse tile of B. */
static void add_sparse(const struct curta_wide_mode *m, struct curta_wide_sum *w, const uint8_t *a,
                       const struct curta_sparse *s, uint32_t rows)
{
  const struct curta_golden *g = m->g;
  size_t tile = (size_t)(a - m->a->data) / m->a->bytes;
  if (!w->in_sparse)
    memset(w->sparse, 0, 4 * (size_t)g->t2);
  w->in_sparse = 1;
  w->bound += 128ull * s->sum;
  curta_sparse_add(w->sparse, g->buf[0] + tile * g->t2, s, g->t, rows);
}

void curta_wide_products(const struct curta_wide_mode *m, int32_t *sum, const struct curta_chain *chain, uint32_t n,
                         const struct curta_products *p)
{
  struct curta_wide_sum *w = (struct curta_wide_sum *)(void *)sum;
  const uint8_t *planes = m->g->wide->planes, *few = m->gradient ? m->g->wide->few : 0;
  struct curta_products q = *p;
  ptrdiff_t bytes = (ptrdiff_t)m->narrow->bytes, step = p->step_b / bytes;
  struct run run[CHAINS];
  uint32_t runs = 0;
  q.step_b = p->step_b * CURTA_PLANES;
  q.at_a = q.at_b = 0;
  q.fresh = 0;
  for (uint32_t i = 0; i < n; i++) {
    ptrdiff_t tile = (chain[i].b - m->narrow->data + p->at_b) / bytes;
    const uint8_t *a = chain[i].a + p->at_a;
    for (uint32_t left = chain[i].n; left;) {
      uint32_t room = (DEPTH - w->depth) / p->k, len = 1;
      if (few && few[tile]) {
        const struct curta_sparse *s = &m->g->wide->sparse[tile];
        if (w->bound + 128ull * s->sum > INT32_MAX) {
          multiply(m, w, run, runs, &q);
          runs = 0;
          fold(m->g, w);
        }
        if (s->n)
          add_sparse(m, w, a, s, p->k);
        left--;
        tile += step;
        a += p->step_a;
        continue;
      }
      if (runs == CHAINS || !room) {
        multiply(m, w, run, runs, &q);
        runs = 0;
        if (!room) {
          fold(m->g, w);
          continue;
        }
      }
      while (len < left && len < room && planes[tile + (ptrdiff_t)len * step] == planes[tile] &&
             !(few && few[tile + (ptrdiff_t)len * step]))
        len++;
      run[runs++] = (struct run){{a, m->packed + tile * CURTA_PLANES * bytes, len}, planes[tile] ? planes[tile] : 1};
      w->depth += len * p->k;
      left -= len;
      tile += (ptrdiff_t)len * step;
      a += (ptrdiff_t)len * p->step_a;
    }
  }
  multiply(m, w, run, runs, &q);
}

uint32_t curta_wide_end(const struct curta_wide_mode *m, struct curta_wide_sum *w, uint32_t p, int final)
{
  struct curta_golden *g = m->g;
  int32_t *low = g->acc + (size_t)p * g->t2;
  int8_t *high = g->wide->guard + (size_t)p * g->t2;
  uint64_t beyond;
  fold(g, w);
  beyond = lower(low, w->total, g->t2);
  g->wide->guarded[p] = (uint8_t)(m->guard && beyond);
  for (uint32_t i = 0; g->wide->guarded[p] && i < g->t2; i++)
    high[i] = (int8_t)low_digit((int64_t)((uint64_t)w->total[i] >> 32), CURTA_NITRO_GUARD);
  return m->guard && final && beyond ? 1u << CURTA_FLAG_SUM : 0;
}

void curta_wide_plain(const struct curta_golden *g, uint32_t p)
{
  g->wide->guarded[p] = 0;
}
