/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_map.c - MAP, SCATTER and FILL (machine.md section 5)
 *
 * All work tile by tile through the walk of curta_golden_int.h, shared among threads unless what they write meets what
 * they read. Stochastic draws are numbered by the elements read.
 */
#include "curta_golden_int.h"
#include "curta_golden_nitro.h"
#include "curta_kernels.h"

#define TILE_MAX 256 /* elements of the largest tile */
#define GRAIN 64     /* tiles written by the smallest share of a thread */

struct map {
  struct curta_golden *g;
  uint32_t src, aux, dst, idx; /* byte addresses; src: tile number with acc */
  uint32_t wsy, wsx, kh, kw;
  int acc, wide, req, relu, mask, pool; /* wide: int32 */
  struct curta_rounding how;
  int div, act, zs, class, padded; /* the modes of NITRO-D */
  struct curta_quotient quotient;
  uint32_t slope, mean, clast, nlast;
  int32_t pad_y, pad_x, lim_y, lim_x;
  int (*item)(struct map *, uint32_t src, uint32_t dst);
  struct curta_walk walk;
  uint32_t origin; /* stochastic draw of the first element read */
  uint32_t index;  /* of the next; index and out belong to a share */
  struct curta_outcome *out;
};

static struct curta_walk walk(const uint32_t *cmd)
{
  return (struct curta_walk){.n = {cmd[8] & 0xffff, cmd[8] >> 16, cmd[9] & 0xffff, cmd[9] >> 16},
                             .s = {1, cmd[10], cmd[11], cmd[12]},
                             .d = {1, cmd[13], cmd[14], cmd[15]}};
}

static struct map common(struct curta_golden *g, const uint32_t *cmd)
{
  struct map m = {.g = g, .how = curta_golden_rounding(g, cmd)};
  m.src = curta_cmd_get(cmd, CURTA_MAP_SRC);
  m.aux = curta_cmd_get(cmd, CURTA_MAP_AUX);
  m.dst = curta_cmd_get(cmd, CURTA_MAP_DST);
  m.idx = curta_cmd_get(cmd, CURTA_MAP_IDX);
  m.wsy = curta_cmd_get(cmd, CURTA_MAP_W_SY);
  m.wsx = curta_cmd_get(cmd, CURTA_MAP_W_SX);
  m.kh = curta_cmd_get(cmd, CURTA_MAP_KH);
  m.kw = curta_cmd_get(cmd, CURTA_MAP_KW);
  m.wide = curta_cmd_get(cmd, CURTA_MAP_SRC_TYPE) == CURTA_TYPE_INT32;
  m.req = (int)curta_cmd_get(cmd, CURTA_MAP_REQ);
  m.origin = curta_cmd_get(cmd, CURTA_MAP_ORIGIN);
  m.class = (int)curta_cmd_get(cmd, CURTA_MAP_CLASS);
  m.padded = (int)curta_cmd_get(cmd, CURTA_MAP_PADDED);
  m.pad_y = curta_cmd_gets(cmd, CURTA_MAP_PAD_Y);
  m.pad_x = curta_cmd_gets(cmd, CURTA_MAP_PAD_X);
  m.lim_y = (int32_t)curta_cmd_get(cmd, CURTA_MAP_LIM_Y);
  m.lim_x = (int32_t)curta_cmd_get(cmd, CURTA_MAP_LIM_X);
  m.walk = walk(cmd);
  return m;
}

static void steps(struct map *m, const uint32_t *cmd)
{
  m->relu = (int)curta_cmd_get(cmd, CURTA_MAP_RELU);
  m->mask = (int)curta_cmd_get(cmd, CURTA_MAP_MASK);
  m->pool = (int)curta_cmd_get(cmd, CURTA_MAP_POOL);
  m->act = (int)curta_cmd_get(cmd, CURTA_MAP_ACT);
  m->div = (int)curta_cmd_get(cmd, CURTA_MAP_DIV);
  m->zs = (int)curta_cmd_get(cmd, CURTA_MAP_ZS);
  m->quotient = (struct curta_quotient){curta_cmd_get(cmd, CURTA_MAP_DIV_S), curta_cmd_get(cmd, CURTA_MAP_DIV_T),
                                        curta_cmd_get(cmd, CURTA_MAP_DIV_M), curta_cmd_get(cmd, CURTA_MAP_DIV_TOP)};
  m->slope = 2 + curta_cmd_get(cmd, CURTA_MAP_SLOPE);
  m->mean = curta_cmd_get(cmd, CURTA_MAP_MEAN);
  m->clast = curta_cmd_get(cmd, CURTA_MAP_CLAST);
  m->nlast = curta_cmd_get(cmd, CURTA_MAP_NLAST);
  m->class = m->class && m->pool && m->act == CURTA_ACT_NITRO;
  m->padded = m->padded && m->pool;
}

/* `bytes` at addr, with ERROR_INFO set and the traffic counted. */
static void *touch(struct map *m, int64_t addr, uint32_t bytes, uint64_t *traffic, int *err)
{
  m->out->info = (uint32_t)addr;
  *traffic += bytes;
  return curta_golden_at(m->g, addr, bytes, err);
}

static const void *source(struct map *m, uint32_t tile, int *err)
{
  uint32_t bytes = m->wide ? 4 * m->g->t2 : m->g->t2;
  if (!m->acc)
    return touch(m, curta_golden_tile(m->src, tile, bytes), bytes, &m->out->rd, err);
  tile += m->src;
  if (tile < (uint32_t)m->g->conf.p_tiles)
    return m->g->acc + (size_t)tile * m->g->t2;
  m->out->info = tile;
  *err = CURTA_ERR_RANGE;
  return 0;
}

/* Writes `bytes` of y at addr. */
static int store(struct map *m, int64_t addr, const void *y, uint32_t bytes)
{
  int err = 0;
  void *p = touch(m, addr, bytes, &m->out->wr, &err);
  if (!p)
    return err;
  memcpy(p, y, bytes);
  if (m->g->retire_fn)
    m->out->check = curta_golden_sum(m->out->check, (uint32_t)addr / 4, y, bytes / 4);
  return 0;
}

/* y := source tile as int8, requantised or divided; ReLU. v, if not null: the value before ReLU */
static int fetch(struct map *m, int8_t *y, int8_t *v, uint32_t tile)
{
  int err = 0;
  uint32_t n = m->g->t2;
  const void *x = source(m, tile, &err);
  if (!x)
    return err;
  if (m->req)
    curta_golden_requant(m->g, y, x, n, &m->how, m->index);
  else if (m->div)
    curta_golden_quotient(y, x, m->wide, n, &m->quotient);
  else
    memcpy(y, x, n);
  m->index += n;
  if (v)
    memcpy(v, y, n);
  if (m->relu)
    m->g->k->relu(y, n);
  else if (m->act == CURTA_ACT_NITRO)
    curta_golden_nitro_relu(y, n, m->slope, m->mean);
  return 0;
}

/* Position (ky,kx) of the window of the item under way is on the map. */
static int on_map(const struct map *m, uint32_t ky, uint32_t kx)
{
  int64_t y = (int64_t)m->kh * m->walk.i[2] + ky - m->pad_y, x = (int64_t)m->kw * m->walk.i[1] + kx - m->pad_x;
  return !m->padded || (y >= 0 && y < m->lim_y && x >= 0 && x < m->lim_x);
}

/* Tiles between the item's own and position (ky,kx). */
static uint32_t window_tile(const struct map *m, uint32_t ky, uint32_t kx)
{
  uint32_t y = m->padded ? ky - (uint32_t)m->pad_y : ky, x = m->padded ? kx - (uint32_t)m->pad_x : kx;
  return y * m->wsy + x * m->wsx;
}

/* fetch for a position of a window; outside the map y is 0 and the class is that of 127: none */
static int fetch_at(struct map *m, int8_t *y, int8_t *v, uint32_t tile, uint32_t ky, uint32_t kx)
{
  if (on_map(m, ky, kx))
    return fetch(m, y, v, tile + window_tile(m, ky, kx));
  memset(y, 0, m->g->t2);
  memset(v, 127, m->g->t2);
  return 0;
}

/* best, idx := the first maximum over the window, row-major */
static int pool(struct map *m, int8_t *best, uint8_t *idx, uint32_t tile)
{
  int8_t y[TILE_MAX], v[TILE_MAX], v_best[TILE_MAX];
  uint32_t n = m->g->t2, k = 0;
  int err = fetch_at(m, best, v_best, tile, 0, 0);
  memset(idx, 0, n);
  for (uint32_t ky = 0; ky < m->kh; ky++)
    for (uint32_t kx = 0; kx < m->kw && !err; kx++, k++) {
      if (k == 0)
        continue;
      err = fetch_at(m, y, v, tile, ky, kx);
      if (m->class)
        curta_golden_larger(best, idx, v_best, y, v, (uint8_t)k, n);
      else
        m->g->k->larger(best, idx, y, (uint8_t)k, n);
    }
  if (m->class)
    curta_golden_classes(idx, v_best, n);
  return err;
}

static int mask_tile(struct map *m, int8_t *y, uint32_t tile)
{
  int err = 0;
  const int8_t *mask = touch(m, curta_golden_tile(m->aux, tile, m->g->t2), m->g->t2, &m->out->rd, &err);
  if (!mask)
    return err;
  m->g->k->mask(y, mask, m->g->t2);
  return 0;
}

static int store_pooled(struct map *m, const int8_t *best, uint8_t *idx, uint32_t tile)
{
  if (m->relu)
    m->g->k->no_index(idx, best, m->g->t2);
  return store(m, curta_golden_tile(m->idx, tile, m->g->t2), idx, m->g->t2);
}

/* Columns and rows beyond the edge of the tensor become 0. */
static void cut_edges(const struct map *m, int8_t *y)
{
  const struct curta_walk *w = &m->walk;
  uint32_t t = m->g->t;
  for (uint32_t r = 0; m->clast && w->i[0] == w->n[0] - 1 && r < t; r++)
    memset(y + r * t + m->clast, 0, t - m->clast);
  if (m->nlast && w->i[3] == w->n[3] - 1)
    memset(y + m->nlast * t, 0, (t - m->nlast) * t);
}

/* One item of MAP: source tile src to destination tile dst. */
static int map_tile(struct map *m, uint32_t src, uint32_t dst)
{
  int8_t y[TILE_MAX], v[TILE_MAX];
  uint8_t idx[TILE_MAX];
  int err = m->pool ? pool(m, y, idx, src) : fetch(m, y, v, src);
  if (!err && m->pool)
    err = store_pooled(m, y, idx, dst);
  if (!err && m->zs)
    err = store(m, curta_golden_tile(m->idx, dst, m->g->t2), v, m->g->t2);
  if (!err && m->mask)
    err = mask_tile(m, y, dst);
  cut_edges(m, y);
  return err ? err : store(m, curta_golden_tile(m->dst, dst, m->g->t2), y, m->g->t2);
}

/* One item of MAP from int32 to int32. */
static int copy_tile(struct map *m, uint32_t src, uint32_t dst)
{
  int err = 0;
  const void *x = source(m, src, &err);
  int32_t y[TILE_MAX];
  if (!x)
    return err;
  memcpy(y, x, 4 * m->g->t2);
  return store(m, curta_golden_tile(m->dst, dst, 4 * m->g->t2), y, 4 * m->g->t2);
}

/* One item of MAP from int32 to int24: bits 23..16 in the first plane of the tile, bits 15..0 in the second. */
static int copy_tile24(struct map *m, uint32_t src, uint32_t dst)
{
  int err = 0;
  uint32_t n = m->g->t2;
  const int32_t *x = source(m, src, &err);
  int64_t to = curta_golden_tile(m->dst, dst, 4 * n);
  uint8_t high[TILE_MAX];
  uint16_t low[TILE_MAX];
  uint64_t ignored = 0;
  if (!x || !touch(m, to, 4 * n, &ignored, &err)) /* the whole tile must lie in memory */
    return err;
  for (uint32_t i = 0; i < n; i++) {
    high[i] = (uint8_t)((uint32_t)x[i] >> 16);
    low[i] = (uint16_t)(uint32_t)x[i];
  }
  err = store(m, to, high, n);
  return err ? err : store(m, to + n, low, 2 * n);
}

/* One item of MAP with ACT 2 or 3. */
static int back_tile(struct map *m, uint32_t src, uint32_t dst)
{
  int err = 0;
  uint32_t n = m->g->t2, width;
  int32_t y[TILE_MAX];
  const int32_t *x = source(m, src, &err);
  const uint8_t *aux = x ? touch(m, curta_golden_tile(m->aux, dst, n), n, &m->out->rd, &err) : 0;
  if (!aux)
    return err;
  width = curta_golden_back(y, x, aux, m->act == CURTA_ACT_BACK_CLASS, m->slope, n);
  m->out->magnitude |= width;
  m->out->flags |= width >> (CURTA_DELTA_BITS - 1) ? CURTA_FLAG(DELTA) : 0;
  return store(m, curta_golden_tile(m->dst, dst, 4 * n), y, 4 * n);
}

static int (*item_of(uint32_t dst_type, int act))(struct map *, uint32_t, uint32_t)
{
  if (act >= CURTA_ACT_BACK_ZS)
    return back_tile;
  return dst_type == CURTA_TYPE_INT32 ? copy_tile : dst_type == CURTA_TYPE_INT24 ? copy_tile24 : map_tile;
}

static void map_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  struct map m = *(const struct map *)arg;
  m.out = out;
  m.index = m.origin + (uint32_t)from * (m.pool ? m.kh * m.kw : 1) * m.g->t2;
  curta_walk_seek(&m.walk, from);
  for (; from < to && !out->err; from++, curta_walk_next(&m.walk))
    out->err = m.item(&m, m.walk.src, m.walk.dst);
}

/* A hull with a window that begins in the padding. */
static struct curta_hull shifted(const struct map *m, struct curta_hull h, uint32_t bytes)
{
  int64_t by = m->padded ? (int64_t)curta_s32(window_tile(m, 0, 0)) * bytes : 0;
  if (h.lo == INT64_MIN)
    return h;
  return (struct curta_hull){h.lo + by, h.hi + by};
}

/* Hull of the source, with its window. */
static struct curta_hull source_hull(const struct map *m, int window)
{
  const uint32_t *n = m->walk.n, *s = m->walk.s;
  const uint32_t count[6] = {n[0], n[1], n[2], n[3], m->kh, m->kw},
                 stride[6] = {s[0], s[1], s[2], s[3], m->wsy, m->wsx};
  uint32_t bytes = m->wide ? 4 * m->g->t2 : m->g->t2;
  return shifted(m, curta_hull_of(m->src, count, stride, window ? 6 : 4, bytes), bytes);
}

/* Hull of a stream that is strided like the destination. */
static struct curta_hull dst_hull(const struct map *m, uint32_t base, uint32_t bytes)
{
  return curta_hull_of(base, m->walk.n, m->walk.d, 4, bytes);
}

/* No item of a MAP writes what another one reads or writes. */
static int map_apart(const struct map *m)
{
  uint32_t t2 = m->g->t2;
  struct curta_hull dst = dst_hull(m, m->dst, m->item == map_tile ? t2 : 4 * t2), src = source_hull(m, m->pool);
  struct curta_hull idx = dst_hull(m, m->idx, t2), mask = dst_hull(m, m->aux, t2);
  if (!curta_tiles_apart(m->walk.n, m->walk.d, 4) || (!m->acc && curta_hulls_meet(dst, src)) ||
      ((m->mask || m->item == back_tile) && curta_hulls_meet(dst, mask)))
    return 0;
  return !(m->pool || m->zs) || !(curta_hulls_meet(idx, dst) || (!m->acc && curta_hulls_meet(idx, src)) ||
                                  (m->mask && curta_hulls_meet(idx, mask)));
}

int curta_golden_map(struct curta_golden *g, const uint32_t *cmd)
{
  struct map m = common(g, cmd);
  m.acc = (int)curta_cmd_get(cmd, CURTA_MAP_SRC_ACC);
  steps(&m, cmd);
  m.item = item_of(curta_cmd_get(cmd, CURTA_MAP_DST_TYPE), m.act);
  uint32_t all = 0, reg = curta_cmd_get(cmd, CURTA_MAP_OR_REG);
  uint32_t old = curta_cmd_get(cmd, CURTA_MAP_OR_KEEP) ? g->s[reg] : 0;
  int err =
      curta_golden_share(g, curta_walk_items(&m.walk), map_apart(&m) ? GRAIN : CURTA_IN_ORDER, map_share, &m, &all);
  if (!err && m.item == back_tile)
    curta_golden_set(g, reg, old | all);
  return err;
}

static int fetch_places(struct map *m, uint8_t *idx, uint32_t tile)
{
  int err = 0;
  uint32_t n = m->g->t2;
  const uint8_t *p = touch(m, curta_golden_tile(m->aux, tile, n), n, &m->out->rd, &err);
  for (uint32_t i = 0; p && i < n; i++)
    idx[i] = m->class ? p[i] & (CURTA_MAX_PLACES - 1) : p[i];
  return err;
}

/* One item of SCATTER: the error of a window goes to the position that its index names. */
static int scatter_tile(struct map *m, uint32_t src, uint32_t dst)
{
  int8_t y[TILE_MAX], out[TILE_MAX];
  uint8_t idx[TILE_MAX];
  uint32_t n = m->g->t2;
  int err = fetch(m, y, 0, src);
  if (!err)
    err = fetch_places(m, idx, src);
  for (uint32_t ky = 0, k = 0; ky < m->kh; ky++)
    for (uint32_t kx = 0; kx < m->kw && !err; kx++, k++) {
      m->g->k->select(out, y, idx, (uint8_t)k, n);
      if (on_map(m, ky, kx))
        err = store(m, curta_golden_tile(m->dst, dst + window_tile(m, ky, kx), n), out, n);
    }
  return err;
}

/* The same from int32 to int32. */
static int scatter_wide(struct map *m, uint32_t src, uint32_t dst)
{
  int32_t y[TILE_MAX], out[TILE_MAX];
  uint8_t idx[TILE_MAX];
  uint32_t n = m->g->t2;
  int err = 0;
  const void *x = source(m, src, &err);
  if (x)
    memcpy(y, x, 4 * n);
  if (!err)
    err = fetch_places(m, idx, src);
  for (uint32_t ky = 0, k = 0; ky < m->kh; ky++)
    for (uint32_t kx = 0; kx < m->kw && !err; kx++, k++) {
      for (uint32_t i = 0; i < n; i++)
        out[i] = idx[i] == k ? y[i] : 0;
      if (on_map(m, ky, kx))
        err = store(m, curta_golden_tile(m->dst, dst + window_tile(m, ky, kx), 4 * n), out, 4 * n);
    }
  return err;
}

static void scatter_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  struct map m = *(const struct map *)arg;
  m.out = out;
  m.index = m.origin + (uint32_t)from * m.g->t2;
  curta_walk_seek(&m.walk, from);
  for (; from < to && !out->err; from++, curta_walk_next(&m.walk))
    out->err = m.item(&m, m.walk.src, m.walk.dst);
}

static int scatter_apart(const struct map *m)
{
  const uint32_t *n = m->walk.n, *d = m->walk.d, t2 = m->g->t2;
  const uint32_t count[6] = {m->kw, m->kh, n[0], n[1], n[2], n[3]},
                 stride[6] = {m->wsx, m->wsy, d[0], d[1], d[2], d[3]};
  uint32_t bytes = m->item == scatter_wide ? 4 * t2 : t2;
  struct curta_hull dst = shifted(m, curta_hull_of(m->dst, count, stride, 6, bytes), bytes);
  struct curta_hull idx = curta_hull_of(m->aux, n, m->walk.s, 4, t2);
  return curta_tiles_apart(count, stride, 6) && !curta_hulls_meet(dst, source_hull(m, 0)) &&
         !curta_hulls_meet(dst, idx);
}

int curta_golden_scatter(struct curta_golden *g, const uint32_t *cmd)
{
  struct map m = common(g, cmd);
  m.item = curta_cmd_get(cmd, CURTA_SCATTER_DST_TYPE) == CURTA_TYPE_INT32 ? scatter_wide : scatter_tile;
  return curta_golden_share(g, curta_walk_items(&m.walk), scatter_apart(&m) ? GRAIN / 4 : CURTA_IN_ORDER, scatter_share,
                            &m, 0);
}

struct fill {
  struct map m;
  int8_t value[TILE_MAX];
};

static void fill_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  struct fill f = *(const struct fill *)arg;
  f.m.out = out;
  curta_walk_seek(&f.m.walk, from);
  for (; from < to && !out->err; from++, curta_walk_next(&f.m.walk))
    out->err = store(&f.m, curta_golden_tile(f.m.dst, f.m.walk.dst, f.m.g->t2), f.value, f.m.g->t2);
}

int curta_golden_fill(struct curta_golden *g, const uint32_t *cmd)
{
  struct fill f = {.m = {.g = g, .dst = curta_cmd_get(cmd, CURTA_FILL_DST), .walk = walk(cmd)}};
  memset(f.value, (int)curta_cmd_get(cmd, CURTA_FILL_VALUE), sizeof f.value);
  return curta_golden_share(g, curta_walk_items(&f.m.walk), GRAIN, fill_share, &f, 0); /* all write the same bytes */
}
