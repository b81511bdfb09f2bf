/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_map.c - MAP (machine.md sections 5 and 7)
 *
 * Tile by tile through the walk of curta_golden_int.h, shared among threads unless what they write meets what they
 * read. Stochastic draws are numbered by the elements read.
 */
#include "curta_golden_map.h"

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

/* fetch for a position of a window; outside the map y is 0 and the class is that of 127: none */
static int fetch_at(struct map *m, int8_t *y, int8_t *v, uint32_t tile, uint32_t ky, uint32_t kx)
{
  if (curta_map_inside(m, ky, kx))
    return curta_map_fetch(m, y, v, tile + curta_map_window(m, ky, kx));
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
        m->g->k->larger_class(best, idx, v_best, y, v, (uint8_t)k, n);
      else
        m->g->k->larger(best, idx, y, (uint8_t)k, n);
    }
  if (m->class)
    m->g->k->classes(idx, v_best, n);
  return err;
}

static int mask_tile(struct map *m, int8_t *y, uint32_t tile)
{
  int err = 0;
  const int8_t *mask = curta_map_touch(m, curta_golden_tile(m->aux, tile, m->g->t2), m->g->t2, &m->out->rd, &err);
  if (!mask)
    return err;
  m->g->k->mask(y, mask, m->g->t2);
  return 0;
}

static int store_pooled(struct map *m, const int8_t *best, uint8_t *idx, uint32_t tile)
{
  if (m->relu)
    m->g->k->no_index(idx, best, m->g->t2);
  return curta_map_store(m, curta_golden_tile(m->idx, tile, m->g->t2), idx, m->g->t2);
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
  int err = m->pool ? pool(m, y, idx, src) : curta_map_fetch(m, y, v, src);
  if (!err && m->pool)
    err = store_pooled(m, y, idx, dst);
  if (!err && m->zs)
    err = curta_map_store(m, curta_golden_tile(m->idx, dst, m->g->t2), v, m->g->t2);
  if (!err && m->mask)
    err = mask_tile(m, y, dst);
  cut_edges(m, y);
  return err ? err : curta_map_store(m, curta_golden_tile(m->dst, dst, m->g->t2), y, m->g->t2);
}

/* One item of MAP from int32 to int32. */
static int copy_tile(struct map *m, uint32_t src, uint32_t dst)
{
  int err = 0;
  const void *x = curta_map_source(m, src, &err);
  int32_t y[TILE_MAX];
  if (!x)
    return err;
  memcpy(y, x, 4 * m->g->t2);
  return curta_map_store(m, curta_golden_tile(m->dst, dst, 4 * m->g->t2), y, 4 * m->g->t2);
}

/* One item of MAP from int32 to int24: bits 23..16 in the first plane of the tile, bits 15..0 in the second. */
static int copy_tile24(struct map *m, uint32_t src, uint32_t dst)
{
  int err = 0;
  uint32_t n = m->g->t2;
  const int32_t *x = curta_map_source(m, src, &err);
  int64_t to = curta_golden_tile(m->dst, dst, 4 * n);
  uint8_t high[TILE_MAX];
  uint16_t low[TILE_MAX];
  uint64_t ignored = 0;
  if (!x || !curta_map_touch(m, to, 4 * n, &ignored, &err)) /* the whole tile must lie in memory */
    return err;
  for (uint32_t i = 0; i < n; i++) {
    high[i] = (uint8_t)((uint32_t)x[i] >> 16);
    low[i] = (uint16_t)(uint32_t)x[i];
  }
  err = curta_map_store(m, to, high, n);
  return err ? err : curta_map_store(m, to + n, low, 2 * n);
}

/* One item of MAP with ACT 2 or 3. */
static int back_tile(struct map *m, uint32_t src, uint32_t dst)
{
  int err = 0;
  uint32_t n = m->g->t2, width;
  int32_t y[TILE_MAX];
  const int32_t *x = curta_map_source(m, src, &err);
  const uint8_t *aux = x ? curta_map_touch(m, curta_golden_tile(m->aux, dst, n), n, &m->out->rd, &err) : 0;
  if (!aux)
    return err;
  width = (m->act == CURTA_ACT_BACK_CLASS ? m->g->k->back_class : m->g->k->back_zs)(y, x, aux, m->slope, n);
  m->out->magnitude |= width;
  m->out->flags |= width >> (CURTA_DELTA_BITS - 1) ? CURTA_FLAG(DELTA) : 0;
  return curta_map_store(m, curta_golden_tile(m->dst, dst, 4 * n), y, 4 * n);
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

/* Hull of a stream that is strided like the destination. */
static struct curta_hull dst_hull(const struct map *m, uint32_t base, uint32_t bytes)
{
  return curta_hull_of(base, m->walk.n, m->walk.d, 4, bytes);
}

/* No item of a MAP writes what another one reads or writes. */
static int map_apart(const struct map *m)
{
  uint32_t t2 = m->g->t2;
  struct curta_hull dst = dst_hull(m, m->dst, m->item == map_tile ? t2 : 4 * t2),
                    src = curta_map_source_hull(m, m->pool);
  struct curta_hull idx = dst_hull(m, m->idx, t2), mask = dst_hull(m, m->aux, t2);
  if (!curta_tiles_apart(m->walk.n, m->walk.d, 4) || (!m->acc && curta_hulls_meet(dst, src)) ||
      ((m->mask || m->item == back_tile) && curta_hulls_meet(dst, mask)))
    return 0;
  return !(m->pool || m->zs) || !(curta_hulls_meet(idx, dst) || (!m->acc && curta_hulls_meet(idx, src)) ||
                                  (m->mask && curta_hulls_meet(idx, mask)));
}

int curta_golden_map(struct curta_golden *g, const uint32_t *cmd)
{
  struct map m = curta_map_common(g, cmd);
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
