/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_gemm.c - GEMM (machine.md section 4)
 *
 * A visit gathers its tile products as chains of equal steps, whole tiles and those of the last contraction tile apart,
 * and hands them to the kernel; the next visit mostly uses the same chains from other tiles on. Visits never share a
 * result tile, so that they may run on any thread in any order.
 */
#include "curta_golden_gemm.h"
#include "curta_golden_list.h"
#include "curta_kernels.h"

#define ROUTE 256            /* chains of a visit */
#define ROUTES 16            /* that a thread keeps */
#define PART_MACS (1u << 18) /* smallest share of a thread: about 2 microseconds */

/* Positions of a window that are inside: k in [lo, hi). */
struct window {
  uint32_t lo, hi;
};

/* The products of a visit as chains: whole tiles, then those of the last contraction tile. Visits whose windows cover
 * the same taps differ only in where their tiles begin. */
struct route {
  struct window y, x;
  uint32_t tile[2]; /* first tiles of the visit that it was made for */
  uint32_t n[2];
  struct curta_products p[2];
  struct curta_chain c[2 * ROUTE]; /* those of whole tiles first */
};

static uint32_t field(const uint32_t *cmd, uint32_t f)
{
  return curta_cmd_get(cmd, f);
}

static void set_strides(struct curta_gemm *m, const uint32_t *cmd)
{
  static const uint32_t f[3][CURTA_STRIDES] = {
      {CURTA_GEMM_A_SGA, 0, CURTA_GEMM_A_SVY, CURTA_GEMM_A_SVX, CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX, CURTA_GEMM_A_SKC},
      {0, CURTA_GEMM_B_SGB, CURTA_GEMM_B_SVY, CURTA_GEMM_B_SVX, CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX, CURTA_GEMM_B_SKC},
      {CURTA_GEMM_P_SGA, CURTA_GEMM_P_SGB, CURTA_GEMM_P_SVY, CURTA_GEMM_P_SVX, 0, 0, 0},
  };
  for (int t = 0; t < 3; t++)
    for (int i = 0; i < CURTA_STRIDES; i++)
      m->stride[t][i] = f[t][i] ? field(cmd, f[t][i]) : 0;
  m->base[0] = field(cmd, CURTA_GEMM_A_BASE);
  m->base[1] = field(cmd, CURTA_GEMM_B_BASE);
  m->base[2] = field(cmd, CURTA_GEMM_P_BASE);
}

static void set_counts(struct curta_gemm *m, const uint32_t *cmd)
{
  uint32_t v = (uint32_t)m->g->conf.v;
  m->nga = field(cmd, CURTA_GEMM_NGA);
  m->ngb = field(cmd, CURTA_GEMM_NGB);
  m->nvy = field(cmd, CURTA_GEMM_NVY);
  m->nvx = field(cmd, CURTA_GEMM_NVX);
  m->nky = field(cmd, CURTA_GEMM_NKY);
  m->nkx = field(cmd, CURTA_GEMM_NKX);
  m->nkc = field(cmd, CURTA_GEMM_NKC);
  m->klast = (field(cmd, CURTA_GEMM_KLAST) + v - 1) / v * v;
  m->y = (struct curta_law){(int32_t)field(cmd, CURTA_GEMM_Y_A), (int32_t)field(cmd, CURTA_GEMM_Y_B),
                            curta_cmd_gets(cmd, CURTA_GEMM_Y_C), (int32_t)field(cmd, CURTA_GEMM_Y_U)};
  m->x = (struct curta_law){(int32_t)field(cmd, CURTA_GEMM_X_A), (int32_t)field(cmd, CURTA_GEMM_X_B),
                            curta_cmd_gets(cmd, CURTA_GEMM_X_C), (int32_t)field(cmd, CURTA_GEMM_X_U)};
}

/* ------------------------------------------------------------------ visits */

static struct window window(const struct curta_law *law, uint32_t v, uint32_t n)
{
  int32_t at = law->a * (int32_t)v + law->c;
  struct window w = {0, 0};
  while (w.lo < n && (at < 0 || at >= law->u)) {
    w.lo++;
    at += law->b;
  }
  for (w.hi = w.lo; w.hi < n && at >= 0 && at < law->u; at += law->b)
    w.hi++;
  return w;
}

/* What the tiles of operand t are for a visit from tile `first` on: all inside the buffer, without a step past 2^16. */
static int inside(const struct curta_gemm *m, int t, uint32_t first, struct window y, struct window x)
{
  const uint32_t *s = m->stride[t];
  const int64_t end[3][2] = {{(int64_t)(int16_t)s[SKY] * y.lo, (int64_t)(int16_t)s[SKY] * (y.hi - 1)},
                             {(int64_t)(int16_t)s[SKX] * x.lo, (int64_t)(int16_t)s[SKX] * (x.hi - 1)},
                             {0, (int64_t)(int16_t)s[SKC] * (m->nkc - 1)}};
  int64_t lo = first, hi = first;
  for (int i = 0; i < 3; i++) {
    lo += end[i][0] < end[i][1] ? end[i][0] : end[i][1];
    hi += end[i][0] > end[i][1] ? end[i][0] : end[i][1];
  }
  return lo >= 0 && hi < (int64_t)m->g->tiles[t];
}

/* Contraction tiles that count whole; one alone counts as they do. */
static uint32_t whole_tiles(const struct curta_gemm *m)
{
  return m->nkc == 1 ? 1 : m->nkc - (m->klast < m->g->t);
}

/* Chains go along the longer of kx and kc. */
static int along_kx(const struct curta_gemm *m, struct window x)
{
  return x.hi - x.lo > whole_tiles(m);
}

/* Member by member: copies of the whole, read in other sizes than written, would wait for every store before them. */
static void set_steps(const struct curta_gemm *m, struct curta_products *p, int along, uint32_t k)
{
  p->t = m->g->t;
  p->k = k;
  p->step_a = (int16_t)m->stride[0][along] * (ptrdiff_t)m->packed[0]->bytes;
  p->step_b = (int16_t)m->stride[1][along] * (ptrdiff_t)m->packed[1]->bytes;
  p->at_a = p->at_b = 0;
  p->b_unsigned = p->fresh = 0;
}

/* n products from tap (ky, kx) and contraction tile kc on */
static void add(const struct curta_gemm *m, struct route *r, int last, uint32_t ky, uint32_t kx, uint32_t kc,
                uint32_t n)
{
  const uint8_t *from[2];
  for (int t = 0; t < 2; t++) {
    const uint32_t *s = m->stride[t];
    uint32_t tile = (r->tile[t] + ky * s[SKY] + kx * s[SKX] + kc * s[SKC]) & 0xffff;
    from[t] = m->packed[t]->data + (size_t)tile * m->packed[t]->bytes;
  }
  struct curta_chain *c = &r->c[r->n[0] + r->n[1]];
  r->n[last]++;
  c->a = from[0];
  c->b = from[1];
  c->n = n;
}

static void make_route(const struct curta_gemm *m, struct route *r, struct window y, struct window x,
                       const uint32_t tile[2])
{
  uint32_t whole = whole_tiles(m), nx = x.hi - x.lo;
  int kx_chains = along_kx(m, x);
  r->y = y;
  r->x = x;
  r->tile[0] = tile[0];
  r->tile[1] = tile[1];
  r->n[0] = r->n[1] = 0;
  set_steps(m, &r->p[0], kx_chains ? SKX : SKC, m->nkc == 1 ? m->klast : m->g->t);
  set_steps(m, &r->p[1], SKX, m->klast);
  for (uint32_t ky = y.lo; ky < y.hi; ky++) {
    for (uint32_t kc = 0; kc < whole && kx_chains; kc++)
      add(m, r, 0, ky, x.lo, kc, nx);
    for (uint32_t kx = x.lo; kx < x.hi && !kx_chains; kx++)
      add(m, r, 0, ky, kx, 0, whole);
  }
  for (uint32_t ky = y.lo; ky < y.hi && whole < m->nkc; ky++)
    add(m, r, 1, ky, x.lo, whole, nx);
}

/* sum := sum (0 with fresh) + the products of n chains; the OR of its magnitudes. Of a wide GEMM `sum` is plane[0] of a
 * struct curta_wide_sum, which knows its start, and the OR comes later. */
static uint32_t multiply(const struct curta_gemm *m, int32_t *sum, const struct curta_chain *c, uint32_t n,
                         const struct curta_products *p)
{
  if (!m->wide.on)
    return m->g->k->products(sum, c, n, p);
  curta_wide_products(&m->wide, sum, c, n, p);
  return 0;
}

/* sum := sum (0 with fresh) + the contraction over rows y; tiles: the visit's first. The OR of its magnitudes. */
static uint32_t follow(const struct curta_gemm *m, struct route *r, int32_t *sum, struct window y, struct window x,
                       const uint32_t tile[2], int fresh)
{
  uint32_t all = 0;
  r += (x.lo > 0) + 2 * (x.hi < m->nkx) + 4 * (y.lo > 0) + 8 * (y.hi < m->nky); /* edges come again soon */
  if (r->y.lo != y.lo || r->y.hi != y.hi || r->x.lo != x.lo || r->x.hi != x.hi)
    make_route(m, r, y, x, tile);
  for (int last = 0; last < 2; last++)
    if (r->n[last]) {
      struct curta_products *p = &r->p[last];
      p->at_a = ((ptrdiff_t)tile[0] - (ptrdiff_t)r->tile[0]) * (ptrdiff_t)m->packed[0]->bytes;
      p->at_b = ((ptrdiff_t)tile[1] - (ptrdiff_t)r->tile[1]) * (ptrdiff_t)m->packed[1]->bytes;
      p->fresh = fresh;
      all = multiply(m, sum, r->c + (last ? r->n[0] : 0), r->n[last], p);
      fresh = 0;
    }
  return all;
}

/* The same over a list: GEMM GATHER. */
static int gather(const struct curta_gemm *m, struct curta_wide_sum *sum, struct window y, struct window x,
                  const uint32_t tile[2], struct curta_outcome *out)
{
  const struct curta_gather v = {tile[0], tile[1], {y.lo, y.hi}, {x.lo, x.hi}};
  if (!sum->in_total)
    memset(sum->total, 0, 8 * (size_t)m->g->t2);
  sum->in_total = 1;
  return y.lo < y.hi && x.lo < x.hi ? curta_list_gather(m->g, &v, sum->total, &out->info) : 0;
}

static int out_of_range(struct curta_outcome *out, uint32_t tile)
{
  out->info = tile;
  return CURTA_ERR_RANGE;
}

/* Tile by tile, each looked at before it is used. */
static int step_by_step(const struct curta_gemm *m, int32_t *sum, struct window y, struct window x,
                        const uint32_t tile[2], struct curta_outcome *out)
{
  for (uint32_t ky = y.lo; ky < y.hi; ky++)
    for (uint32_t kx = x.lo; kx < x.hi; kx++)
      for (uint32_t kc = 0; kc < m->nkc; kc++) {
        struct curta_products p;
        struct curta_chain c = {0, 0, 1};
        uint32_t at[2];
        set_steps(m, &p, SKC, kc < m->nkc - 1 ? m->g->t : m->klast);
        for (int t = 0; t < 2; t++)
          at[t] = (tile[t] + ky * m->stride[t][SKY] + kx * m->stride[t][SKX] + kc * m->stride[t][SKC]) & 0xffff;
        if (at[0] >= m->g->tiles[0] || at[1] >= m->g->tiles[1])
          return out_of_range(out, at[0] >= m->g->tiles[0] ? at[0] : at[1]);
        c.a = m->packed[0]->data + (size_t)at[0] * m->packed[0]->bytes;
        c.b = m->packed[1]->data + (size_t)at[1] * m->packed[1]->bytes;
        (void)multiply(m, sum, &c, 1, &p);
      }
  return 0;
}

/* sum := its start + the contraction of one visit; *magnitudes: the OR of its magnitudes */
static int contract(const struct curta_gemm *m, struct route *r, int32_t *sum, struct window y, struct window x,
                    const uint32_t tile[2], uint32_t *magnitudes, struct curta_outcome *out)
{
  uint32_t chains = along_kx(m, x) ? whole_tiles(m) : x.hi - x.lo; /* of a row */
  int err = 0;
  if (y.lo < y.hi && x.lo < x.hi && chains <= ROUTE && inside(m, 0, tile[0], y, x) && inside(m, 1, tile[1], y, x)) {
    for (uint32_t ky = y.lo; ky < y.hi; ky += ROUTE / chains) {
      struct window part = {ky, y.hi - ky < ROUTE / chains ? y.hi : ky + ROUTE / chains};
      *magnitudes = follow(m, r, sum, part, x, tile, ky == y.lo && !m->start);
    }
    return 0;
  }
  if (!m->start && !m->wide.on)
    memset(sum, 0, 4 * (size_t)m->g->t2);
  err = step_by_step(m, sum, y, x, tile, out);
  *magnitudes = m->g->k->magnitudes(sum, m->g->t2);
  return err;
}

/* What a thread keeps from visit to visit. */
struct visitor {
  uint32_t vy, vx;
  struct window y, x; /* of them */
  struct route r[ROUTES];
};

static void move_to(const struct curta_gemm *m, struct visitor *v, uint32_t vy, uint32_t vx)
{
  if (vy != v->vy)
    v->y = window(&m->y, v->vy = vy, m->nky);
  if (vx != v->vx)
    v->x = window(&m->x, v->vx = vx, m->nkx);
}

static uint32_t origin(const struct curta_gemm *m, int tensor, const uint32_t at[4])
{
  uint32_t x = m->base[tensor];
  for (int i = 0; i < 4; i++)
    x += at[i] * m->stride[tensor][i];
  return x & 0xffff;
}

/* at: ga, gb, vy, vx */
static int visit(const struct curta_gemm *m, struct visitor *v, const uint32_t at[4], struct curta_outcome *out)
{
  const struct curta_golden *g = m->g;
  const uint32_t tile[2] = {origin(m, 0, at), origin(m, 1, at)};
  uint32_t p = origin(m, 2, at), magnitudes = 0;
  int32_t *sum;
  int err;
  if (p >= (uint32_t)g->conf.p_tiles)
    return out_of_range(out, p);
  sum = g->acc + (size_t)p * g->t2;
  for (uint32_t i = 0; i < g->t2; i += 16) /* they are written at the end of the visit: by then they are here */
    __builtin_prefetch(sum + i, 1);
  move_to(m, v, at[2], at[3]);
  if (m->wide.on) {
    struct curta_wide_sum wide;
    curta_wide_start(&m->wide, &wide, p, m->start);
    err = m->gather ? gather(m, &wide, v->y, v->x, tile, out)
                    : contract(m, v->r, wide.plane[0], v->y, v->x, tile, &magnitudes, out);
    out->flags |= curta_wide_end(&m->wide, &wide, p, m->final, &magnitudes);
  } else {
    err = contract(m, v->r, sum, v->y, v->x, tile, &magnitudes, out);
    curta_wide_plain(g, p);
  }
  if (m->final)
    out->magnitude |= magnitudes;
  if (g->retire_fn)
    out->check = curta_golden_sum(out->check, p * g->t2, sum, g->t2);
  return err;
}

static void next_visit(const struct curta_gemm *m, uint32_t at[4])
{
  if (++at[3] < m->nvx)
    return;
  at[3] = 0;
  if (++at[2] < m->nvy)
    return;
  at[2] = 0;
  if (++at[1] < m->ngb)
    return;
  at[1] = 0;
  at[0]++;
}

static void visit_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  const struct curta_gemm *m = arg;
  uint32_t at[4] = {(uint32_t)(from / m->nvx / m->nvy / m->ngb), (uint32_t)(from / m->nvx / m->nvy % m->ngb),
                    (uint32_t)(from / m->nvx % m->nvy), (uint32_t)(from % m->nvx)};
  struct visitor v;
  v.vy = v.vx = UINT32_MAX;
  for (int i = 0; i < ROUTES; i++)
    v.r[i].y = v.r[i].x = (struct window){1, 0}; /* of no visit */
  for (; from < to && !out->err; from++, next_visit(m, at))
    out->err = visit(m, &v, at, out);
}

/* Visits of the smallest share. */
static uint64_t grain(const struct curta_gemm *m)
{
  uint64_t macs = (uint64_t)m->nky * m->nkx * m->nkc * m->g->t2 * m->g->t;
  return PART_MACS / macs + 1;
}

int curta_golden_gemm(struct curta_golden *g, const uint32_t *cmd)
{
  struct curta_gemm m = {.g = g};
  uint32_t reg = field(cmd, CURTA_GEMM_OR_REG), old = field(cmd, CURTA_GEMM_OR_KEEP) ? g->s[reg] : 0, magnitude = 0;
  int err;
  set_strides(&m, cmd);
  set_counts(&m, cmd);
  m.start = (int)field(cmd, CURTA_GEMM_ACC);
  m.final = (int)field(cmd, CURTA_GEMM_FINAL);
  m.gather = (int)field(cmd, CURTA_GEMM_GATHER);
  m.mode[0] = (int)field(cmd, CURTA_GEMM_A_T);
  m.mode[1] = (int)field(cmd, CURTA_GEMM_B_T);
  m.packed[0] = m.gather ? &g->packed[0][1] : curta_golden_packed(g, 0, m.mode[0]);
  m.packed[1] = curta_wide_setup(g, &m.wide, cmd) ? &g->packed[1][m.mode[1]] : curta_golden_packed(g, 1, m.mode[1]);
  m.wide.a = m.packed[0];
  err = curta_golden_winograd(&m, &magnitude)
            ? 0
            : curta_golden_share(g, (uint64_t)m.nga * m.ngb * m.nvy * m.nvx, grain(&m), visit_share, &m, &magnitude);
  if (!err && m.final)
    curta_golden_set(g, reg, old | magnitude);
  return err;
}
