/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_gemm.c - GEMM (machine.md section 4)
 *
 * A visit gathers its tile products, whole ones and those of the last contraction tile apart, and hands them to the
 * kernel in batches. Visits never share a result tile, so that they may run on any thread in any order; the magnitudes
 * and the check sum are merged by OR and addition.
 */
#include <stdatomic.h>
#include "curta_golden_int.h"
#include "curta_kernels.h"
#include "curta_pool.h"

#define BATCH 128
#define PART_MACS (1u << 18) /* smallest share of a thread: about 10 microseconds */

enum { SGA, SGB, SVY, SVX, SKY, SKX, SKC, STRIDES };

/* 0 <= a v + b k + c < u */
struct law {
  int32_t a, b, c, u;
};

struct gemm {
  struct curta_golden *g;
  uint32_t base[3], stride[3][STRIDES]; /* A, B, P; modulo 2^16 */
  uint32_t nga, ngb, nvy, nvx, nky, nkx, nkc;
  uint32_t klast; /* elements used of the last contraction tile, whole groups of V */
  struct law y, x;
  const int16_t *pairs[2];
  int start, final; /* ACC, FINAL */
  uint64_t visits;
  unsigned parts;
  atomic_uint magnitude, check, failed;
  int error;
  uint32_t info; /* of the first failing visit of a run on one thread */
};

/* Products of one visit that wait for the kernel. */
struct batch {
  struct curta_product p[BATCH];
  uint32_t n, kp;
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
  uint32_t v = (uint32_t)m->g->conf.v;
  m->nga = field(cmd, CURTA_GEMM_NGA);
  m->ngb = field(cmd, CURTA_GEMM_NGB);
  m->nvy = field(cmd, CURTA_GEMM_NVY);
  m->nvx = field(cmd, CURTA_GEMM_NVX);
  m->nky = field(cmd, CURTA_GEMM_NKY);
  m->nkx = field(cmd, CURTA_GEMM_NKX);
  m->nkc = field(cmd, CURTA_GEMM_NKC);
  m->klast = (field(cmd, CURTA_GEMM_KLAST) + v - 1) / v * v;
  m->visits = (uint64_t)m->nga * m->ngb * m->nvy * m->nvx;
  m->y = (struct law){(int32_t)field(cmd, CURTA_GEMM_Y_A), (int32_t)field(cmd, CURTA_GEMM_Y_B),
                      curta_cmd_gets(cmd, CURTA_GEMM_Y_C), (int32_t)field(cmd, CURTA_GEMM_Y_U)};
  m->x = (struct law){(int32_t)field(cmd, CURTA_GEMM_X_A), (int32_t)field(cmd, CURTA_GEMM_X_B),
                      curta_cmd_gets(cmd, CURTA_GEMM_X_C), (int32_t)field(cmd, CURTA_GEMM_X_U)};
}

/* Brings the pairs of every tile of a buffer up to date with what LOAD has written. */
static const int16_t *fresh_pairs(struct curta_golden *g, int buf, int mode)
{
  uint8_t *fresh = g->fresh[buf][mode];
  for (uint32_t t = 0; t < g->tiles[buf]; t++)
    if (!fresh[t]) {
      curta_kernel_pairs(g->pairs[buf][mode] + (size_t)t * g->t2, g->buf[buf] + (size_t)t * g->t2, g->t, mode);
      fresh[t] = 1;
    }
  return g->pairs[buf][mode];
}

static int inside(const struct law *law, uint32_t v, uint32_t k)
{
  int32_t at = law->a * (int32_t)v + law->b * (int32_t)k + law->c;
  return at >= 0 && at < law->u;
}

static int out_of_range(struct gemm *m, uint32_t tile)
{
  if (m->parts == 1)
    m->info = tile;
  atomic_store(&m->failed, 1);
  return CURTA_ERR_RANGE;
}

static void flush(const struct gemm *m, int32_t *sum, struct batch *b)
{
  if (b->n)
    curta_kernel_products(sum, b->p, b->n, m->g->t, b->kp);
  b->n = 0;
}

/* n contraction tiles from tiles a and b (modulo 2^16) on. */
static int put(struct gemm *m, int32_t *sum, struct batch *batch, uint32_t a, uint32_t b, uint32_t n)
{
  const uint32_t *tiles = m->g->tiles, sa = m->stride[0][SKC], sb = m->stride[1][SKC];
  size_t t2 = m->g->t2;
  for (; n; n--, a += sa, b += sb) {
    a &= 0xffff;
    b &= 0xffff;
    if (a >= tiles[0] || b >= tiles[1])
      return out_of_range(m, a >= tiles[0] ? a : b);
    batch->p[batch->n++] = (struct curta_product){m->pairs[0] + a * t2, m->pairs[1] + b * t2};
    if (batch->n == BATCH)
      flush(m, sum, batch);
  }
  return 0;
}

/* All contraction tiles of one window position. */
static int position(struct gemm *m, int32_t *sum, struct batch *whole, struct batch *last, uint32_t a, uint32_t b)
{
  uint32_t n = m->nkc - (m->klast < m->g->t);
  int err = put(m, sum, whole, a, b, n);
  if (!err && n < m->nkc)
    err = put(m, sum, last, a + n * m->stride[0][SKC], b + n * m->stride[1][SKC], 1);
  return err;
}

/* sum += the contraction of one visit; a, b: its first tiles */
static int contract(struct gemm *m, int32_t *sum, uint32_t vy, uint32_t vx, uint32_t a, uint32_t b)
{
  struct batch whole, last;
  int err = 0;
  whole.n = last.n = 0;
  whole.kp = m->g->t / 2;
  last.kp = m->klast / 2;
  for (uint32_t ky = 0; ky < m->nky && !err; ky++) {
    if (!inside(&m->y, vy, ky))
      continue;
    for (uint32_t kx = 0; kx < m->nkx && !err; kx++)
      if (inside(&m->x, vx, kx))
        err = position(m, sum, &whole, &last, a + ky * m->stride[0][SKY] + kx * m->stride[0][SKX],
                       b + ky * m->stride[1][SKY] + kx * m->stride[1][SKX]);
  }
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
static int visit(struct gemm *m, const uint32_t at[4], uint32_t *magnitude, uint32_t *check)
{
  const struct curta_golden *g = m->g;
  uint32_t p = origin(m, 2, at);
  int32_t *sum;
  int err;
  if (p >= (uint32_t)g->conf.p_tiles)
    return out_of_range(m, p);
  sum = g->acc + (size_t)p * g->t2;
  if (!m->start)
    memset(sum, 0, 4 * (size_t)g->t2);
  err = contract(m, sum, at[2], at[3], origin(m, 0, at), origin(m, 1, at));
  if (m->final)
    *magnitude |= curta_kernel_magnitudes(sum, g->t2);
  if (g->retire_fn)
    *check = curta_golden_sum(*check, p * g->t2, sum, g->t2);
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

/* Visits of part `part` of m->parts equal shares. */
static void run_part(void *arg, unsigned part)
{
  struct gemm *m = arg;
  uint64_t from = m->visits * part / m->parts, to = m->visits * (part + 1) / m->parts;
  uint32_t at[4] = {(uint32_t)(from / m->nvx / m->nvy / m->ngb), (uint32_t)(from / m->nvx / m->nvy % m->ngb),
                    (uint32_t)(from / m->nvx % m->nvy), (uint32_t)(from % m->nvx)};
  uint32_t magnitude = 0, check = 0;
  int err = 0;
  for (; from < to && !err; from++, next_visit(m, at))
    err = visit(m, at, &magnitude, &check);
  atomic_fetch_or(&m->magnitude, magnitude);
  atomic_fetch_add(&m->check, check);
  if (m->parts == 1)
    m->error = err;
}

/* Number of shares: enough work for each, never more than there are visits. */
static unsigned shares(const struct gemm *m)
{
  uint64_t macs = m->visits * m->nky * m->nkx * m->nkc * m->g->t2 * m->g->t;
  uint64_t n = macs / PART_MACS, most = 4u * curta_pool_size(m->g->pool);
  if (curta_pool_size(m->g->pool) == 1 || n < 2)
    return 1;
  n = n < most ? n : most;
  return (unsigned)(n < m->visits ? n : m->visits);
}

static int run(struct gemm *m)
{
  m->parts = shares(m);
  if (m->parts > 1)
    curta_pool_run(m->g->pool, run_part, m, m->parts);
  if (m->parts == 1 || atomic_load(&m->failed)) { /* again in order: the first error is the one to report */
    m->parts = 1;
    run_part(m, 0);
  }
  return m->error;
}

int curta_golden_gemm(struct curta_golden *g, const uint32_t *cmd)
{
  struct gemm m = {.g = g};
  uint32_t reg = field(cmd, CURTA_GEMM_OR_REG), old = field(cmd, CURTA_GEMM_OR_KEEP) ? g->s[reg] : 0;
  set_strides(&m, cmd);
  set_counts(&m, cmd);
  m.start = (int)field(cmd, CURTA_GEMM_ACC);
  m.final = (int)field(cmd, CURTA_GEMM_FINAL);
  m.pairs[0] = fresh_pairs(g, 0, (int)field(cmd, CURTA_GEMM_A_T));
  m.pairs[1] = fresh_pairs(g, 1, (int)field(cmd, CURTA_GEMM_B_T));
  if (run(&m)) {
    g->info = m.info;
    return m.error;
  }
  g->check += atomic_load(&m.check);
  if (m.final)
    curta_golden_set(g, reg, old | atomic_load(&m.magnitude));
  return 0;
}
