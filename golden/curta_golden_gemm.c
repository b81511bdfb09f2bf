/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_gemm.c - GEMM (machine.md section 4)
 *
 * Tiles are packed for the kernels when a GEMM first needs them. A visit gathers its tile products as chains of equal
 * steps, whole tiles and those of the last contraction tile apart, and hands them to the kernel. Visits never share a
 * result tile, so that they may run on any thread in any order.
 */
#include "curta_golden_int.h"
#include "curta_golden_wide.h"
#include "curta_kernels.h"

#define BATCH 64
#define PART_MACS (1u << 18) /* smallest share of a thread: about 2 microseconds */
#define PACK_GRAIN 128       /* tiles */

enum { SGA, SGB, SVY, SVX, SKY, SKX, SKC, STRIDES };

/* 0 <= a v + b k + c < u */
struct law {
  int32_t a, b, c, u;
};

struct gemm {
  struct curta_golden *g;
  uint32_t base[3], stride[3][STRIDES]; /* A, B, P; modulo 2^16 */
  uint32_t nga, ngb, nvy, nvx, nky, nkx, nkc;
  struct law y, x;
  const struct curta_packed *packed[2];
  int start, final; /* ACC, FINAL */
  struct curta_wide_mode wide;
  struct curta_products whole,
      last; /* how the kernel goes along the contraction tiles, and along kx over the last ones */
};

/* Chains of one visit that wait for the kernel. */
struct batch {
  struct curta_chain c[BATCH];
  uint32_t n;
  const struct curta_products *p;
};

/* Positions of a window that are inside: k in [lo, hi). */
struct window {
  uint32_t lo, hi;
};

static uint32_t field(const uint32_t *cmd, uint32_t f)
{
  return curta_cmd_get(cmd, f);
}

static void set_strides(struct gemm *m, const uint32_t *cmd)
{
  static const uint32_t f[3][STRIDES] = {
      {CURTA_GEMM_A_SGA, 0, CURTA_GEMM_A_SVY, CURTA_GEMM_A_SVX, CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX, CURTA_GEMM_A_SKC},
      {0, CURTA_GEMM_B_SGB, CURTA_GEMM_B_SVY, CURTA_GEMM_B_SVX, CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX, CURTA_GEMM_B_SKC},
      {CURTA_GEMM_P_SGA, CURTA_GEMM_P_SGB, CURTA_GEMM_P_SVY, CURTA_GEMM_P_SVX, 0, 0, 0},
  };
  for (int t = 0; t < 3; t++)
    for (int i = 0; i < STRIDES; i++)
      m->stride[t][i] = f[t][i] ? field(cmd, f[t][i]) : 0;
  m->base[0] = field(cmd, CURTA_GEMM_A_BASE);
  m->base[1] = field(cmd, CURTA_GEMM_B_BASE);
  m->base[2] = field(cmd, CURTA_GEMM_P_BASE);
}

static void set_counts(struct gemm *m, const uint32_t *cmd)
{
  m->nga = field(cmd, CURTA_GEMM_NGA);
  m->ngb = field(cmd, CURTA_GEMM_NGB);
  m->nvy = field(cmd, CURTA_GEMM_NVY);
  m->nvx = field(cmd, CURTA_GEMM_NVX);
  m->nky = field(cmd, CURTA_GEMM_NKY);
  m->nkx = field(cmd, CURTA_GEMM_NKX);
  m->nkc = field(cmd, CURTA_GEMM_NKC);
  m->y = (struct law){(int32_t)field(cmd, CURTA_GEMM_Y_A), (int32_t)field(cmd, CURTA_GEMM_Y_B),
                      curta_cmd_gets(cmd, CURTA_GEMM_Y_C), (int32_t)field(cmd, CURTA_GEMM_Y_U)};
  m->x = (struct law){(int32_t)field(cmd, CURTA_GEMM_X_A), (int32_t)field(cmd, CURTA_GEMM_X_B),
                      curta_cmd_gets(cmd, CURTA_GEMM_X_C), (int32_t)field(cmd, CURTA_GEMM_X_U)};
}

/* The kernel's steps: along kc, or where there is only one contraction tile along kx; always along kx for the last one.
 */
static void set_products(struct gemm *m, const uint32_t *cmd)
{
  uint32_t v = (uint32_t)m->g->conf.v, t = m->g->t, klast = (field(cmd, CURTA_GEMM_KLAST) + v - 1) / v * v;
  for (int w = 0; w < 2; w++) {
    int along = w || m->nkc == 1 ? SKX : SKC;
    struct curta_products *p = w ? &m->last : &m->whole;
    p->t = t;
    p->k = w || m->nkc == 1 ? klast : t;
    p->b_unsigned = 0;
    p->step_a = (int16_t)m->stride[0][along] * (ptrdiff_t)m->packed[0]->bytes;
    p->step_b = (int16_t)m->stride[1][along] * (ptrdiff_t)m->packed[1]->bytes;
  }
}

/* ------------------------------------------------------------------ packing */

struct packing {
  const struct curta_golden *g;
  struct curta_packed *p;
  int buf, mode;
};

static void pack_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  const struct packing *w = arg;
  const struct curta_golden *g = w->g;
  (void)out;
  for (uint64_t t = w->p->lo + from; t < w->p->lo + to; t++)
    if (!w->p->fresh[t]) {
      g->k->pack(w->p->data + t * w->p->bytes, g->buf[w->buf] + t * g->t2, g->t, w->mode,
                 w->buf ? CURTA_PACK_B : CURTA_PACK_A);
      w->p->fresh[t] = 1;
    }
}

/* Brings the packed tiles of a buffer up to date with what LOAD has written. */
static const struct curta_packed *pack(struct curta_golden *g, int buf, int mode)
{
  struct curta_packed *p = &g->packed[buf][mode];
  struct packing w = {g, p, buf, mode};
  if (p->lo < p->hi)
    (void)curta_golden_share(g, p->hi - p->lo, PACK_GRAIN, pack_share, &w, 0);
  p->lo = g->tiles[buf];
  p->hi = 0;
  return p;
}

/* ------------------------------------------------------------------ visits */

static struct window window(const struct law *law, uint32_t v, uint32_t n)
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

static int out_of_range(struct curta_outcome *out, uint32_t tile)
{
  out->info = tile;
  return CURTA_ERR_RANGE;
}

static void flush(const struct gemm *m, int32_t *sum, struct batch *b)
{
  if (b->n && m->wide.on)
    curta_wide_products(&m->wide, sum, b->c, b->n, b->p);
  else if (b->n)
    m->g->k->products(sum, b->c, b->n, b->p);
  b->n = 0;
}

static void add(const struct gemm *m, int32_t *sum, struct batch *batch, uint32_t a, uint32_t b, uint32_t n)
{
  batch->c[batch->n++] = (struct curta_chain){m->packed[0]->data + (size_t)a * m->packed[0]->bytes,
                                              m->packed[1]->data + (size_t)b * m->packed[1]->bytes, n};
  if (batch->n == BATCH)
    flush(m, sum, batch);
}

/* The last of n tiles from `first` on is in the buffer, and so are those between. */
static int chain_fits(uint32_t first, uint32_t n, uint32_t stride, uint32_t tiles)
{
  int64_t last = (int64_t)first + (int64_t)(n - 1) * (int16_t)stride;
  return first < tiles && last >= 0 && last < (int64_t)tiles;
}

/* n products from tiles a and b (modulo 2^16) on, at the steps of `along`. */
static int put(const struct gemm *m, int32_t *sum, struct batch *batch, uint32_t a, uint32_t b, uint32_t n, int along,
               struct curta_outcome *out)
{
  const uint32_t *tiles = m->g->tiles, sa = m->stride[0][along], sb = m->stride[1][along];
  a &= 0xffff;
  b &= 0xffff;
  if (chain_fits(a, n, sa, tiles[0]) && chain_fits(b, n, sb, tiles[1])) {
    add(m, sum, batch, a, b, n);
    return 0;
  }
  for (; n; n--, a = (a + sa) & 0xffff, b = (b + sb) & 0xffff) {
    if (a >= tiles[0] || b >= tiles[1])
      return out_of_range(out, a >= tiles[0] ? a : b);
    add(m, sum, batch, a, b, 1);
  }
  return 0;
}

/* All window positions of one row; a, b: the tiles of its position kx = 0 */
static int row(const struct gemm *m, int32_t *sum, struct batch *whole, struct batch *last, uint32_t a, uint32_t b,
               struct window x, struct curta_outcome *out)
{
  const uint32_t *sa = m->stride[0], *sb = m->stride[1], n = m->nkc - (m->last.k < m->g->t);
  int err = 0;
  if (m->nkc == 1)
    return put(m, sum, whole, a + x.lo * sa[SKX], b + x.lo * sb[SKX], x.hi - x.lo, SKX, out);
  for (uint32_t kx = x.lo; kx < x.hi && !err; kx++)
    err = put(m, sum, whole, a + kx * sa[SKX], b + kx * sb[SKX], n, SKC, out);
  if (n < m->nkc && !err)
    err = put(m, sum, last, a + n * sa[SKC] + x.lo * sa[SKX], b + n * sb[SKC] + x.lo * sb[SKX], x.hi - x.lo, SKX, out);
  return err;
}

/* sum += the contraction of one visit; a, b: its first tiles */
static int contract(const struct gemm *m, int32_t *sum, uint32_t vy, uint32_t vx, uint32_t a, uint32_t b,
                    struct curta_outcome *out)
{
  struct batch whole, last;
  struct window y = window(&m->y, vy, m->nky), x = window(&m->x, vx, m->nkx);
  int err = 0;
  whole.n = last.n = 0;
  whole.p = &m->whole;
  last.p = &m->last;
  for (uint32_t ky = y.lo; ky < y.hi && x.lo < x.hi && !err; ky++)
    err = row(m, sum, &whole, &last, a + ky * m->stride[0][SKY], b + ky * m->stride[1][SKY], x, out);
  flush(m, sum, &whole);
  flush(m, sum, &last);
  return err;
}

static uint32_t origin(const struct gemm *m, int tensor, const uint32_t at[4])
{
  uint32_t x = m->base[tensor];
  for (int i = 0; i < 4; i++)
    x += at[i] * m->stride[tensor][i];
  return x & 0xffff;
}

/* at: ga, gb, vy, vx */
static int visit(const struct gemm *m, const uint32_t at[4], struct curta_outcome *out)
{
  const struct curta_golden *g = m->g;
  uint32_t p = origin(m, 2, at);
  int32_t *sum;
  int err;
  if (p >= (uint32_t)g->conf.p_tiles)
    return out_of_range(out, p);
  sum = g->acc + (size_t)p * g->t2;
  if (m->wide.on) {
    struct curta_wide_sum wide;
    curta_wide_start(&m->wide, &wide, p, m->start);
    err = contract(m, wide.plane[0], at[2], at[3], origin(m, 0, at), origin(m, 1, at), out);
    out->flags |= curta_wide_end(&m->wide, &wide, p, m->final);
  } else {
    if (!m->start)
      memset(sum, 0, 4 * (size_t)g->t2);
    err = contract(m, sum, at[2], at[3], origin(m, 0, at), origin(m, 1, at), out);
    curta_wide_plain(g, p);
  }
  if (m->final)
    out->magnitude |= g->k->magnitudes(sum, g->t2);
  if (g->retire_fn)
    out->check = curta_golden_sum(out->check, p * g->t2, sum, g->t2);
  return err;
}

static void next_visit(const struct gemm *m, uint32_t at[4])
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
  const struct gemm *m = arg;
  uint32_t at[4] = {(uint32_t)(from / m->nvx / m->nvy / m->ngb), (uint32_t)(from / m->nvx / m->nvy % m->ngb),
                    (uint32_t)(from / m->nvx % m->nvy), (uint32_t)(from % m->nvx)};
  for (; from < to && !out->err; from++, next_visit(m, at))
    out->err = visit(m, at, out);
}

/* Visits of the smallest share. */
static uint64_t grain(const struct gemm *m)
{
  uint64_t macs = (uint64_t)m->nky * m->nkx * m->nkc * m->g->t2 * m->g->t;
  return PART_MACS / macs + 1;
}

int curta_golden_gemm(struct curta_golden *g, const uint32_t *cmd)
{
  struct gemm m = {.g = g};
  uint32_t reg = field(cmd, CURTA_GEMM_OR_REG), old = field(cmd, CURTA_GEMM_OR_KEEP) ? g->s[reg] : 0, magnitude = 0;
  int err;
  set_strides(&m, cmd);
  set_counts(&m, cmd);
  m.start = (int)field(cmd, CURTA_GEMM_ACC);
  m.final = (int)field(cmd, CURTA_GEMM_FINAL);
  m.packed[0] = pack(g, 0, (int)field(cmd, CURTA_GEMM_A_T));
  m.packed[1] = curta_wide_setup(g, &m.wide, cmd) ? &g->packed[1][field(cmd, CURTA_GEMM_B_T)]
                                                  : pack(g, 1, (int)field(cmd, CURTA_GEMM_B_T));
  m.wide.a = m.packed[0];
  set_products(&m, cmd);
  err = curta_golden_share(g, (uint64_t)m.nga * m.ngb * m.nvy * m.nvx, grain(&m), visit_share, &m, &magnitude);
  if (!err && m.final)
    curta_golden_set(g, reg, old | magnitude);
  return err;
}
