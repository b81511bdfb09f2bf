/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_map.c - MAP, SCATTER and FILL (machine.md section 5)
 *
 * All work tile by tile through the walk of curta_golden_int.h. Stochastic draws are numbered by the elements read.
 */
#include "curta_golden_int.h"

#define TILE_MAX 256 /* elements of the largest tile */

struct map {
  struct curta_golden *g;
  uint32_t src, aux, dst, idx; /* byte addresses; src: tile number with acc */
  uint32_t wsy, wsx, kh, kw;
  int acc, wide, req, relu, mask, pool; /* wide: int32 */
  struct curta_rounding how;
  uint32_t index; /* stochastic draw of the next element read */
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
  m.index = curta_cmd_get(cmd, CURTA_MAP_ORIGIN);
  return m;
}

/* `bytes` at addr, with ERROR_INFO set and the traffic counted. */
static void *touch(struct map *m, int64_t addr, uint32_t bytes, uint64_t *traffic, int *err)
{
  m->g->info = (uint32_t)addr;
  *traffic += bytes;
  return curta_golden_at(m->g, addr, bytes, err);
}

static const void *source(struct map *m, uint32_t tile, int *err)
{
  uint32_t bytes = m->wide ? 4 * m->g->t2 : m->g->t2;
  if (!m->acc)
    return touch(m, curta_golden_tile(m->src, tile, bytes), bytes, &m->g->rd_bytes, err);
  tile += m->src;
  if (tile < (uint32_t)m->g->conf.p_tiles)
    return m->g->acc + (size_t)tile * m->g->t2;
  m->g->info = tile;
  *err = CURTA_ERR_RANGE;
  return 0;
}

/* Writes `bytes` of y at addr. */
static int store(struct map *m, int64_t addr, const void *y, uint32_t bytes)
{
  int err = 0;
  void *p = touch(m, addr, bytes, &m->g->wr_bytes, &err);
  if (!p)
    return err;
  memcpy(p, y, bytes);
  if (m->g->retire_fn)
    m->g->check = curta_golden_sum(m->g->check, (uint32_t)addr / 4, y, bytes / 4);
  return 0;
}

/* y := source tile as int8, requantised; ReLU */
static int fetch(struct map *m, int8_t *y, uint32_t tile)
{
  int err = 0;
  uint32_t n = m->g->t2;
  const void *x = source(m, tile, &err);
  if (!x)
    return err;
  if (m->req)
    curta_golden_requant(y, x, n, &m->how, m->index);
  else
    memcpy(y, x, n);
  m->index += n;
  if (m->relu)
    for (uint32_t i = 0; i < n; i++)
      y[i] = y[i] > 0 ? y[i] : 0;
  return 0;
}

/* best, idx := y, k where y is larger. Bytes alias everything: without local copies none of these loops becomes
 * vectors. */
static void keep_larger(int8_t *restrict best, uint8_t *restrict idx, const int8_t *restrict y, uint8_t k, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++) {
    idx[i] = y[i] > best[i] ? k : idx[i];
    best[i] = y[i] > best[i] ? y[i] : best[i];
  }
}

/* best, idx := the first maximum over the window, row-major */
static int pool(struct map *m, int8_t *best, uint8_t *idx, uint32_t tile)
{
  int8_t y[TILE_MAX];
  uint32_t n = m->g->t2, k = 0;
  int err = fetch(m, best, tile);
  memset(idx, 0, n);
  for (uint32_t ky = 0; ky < m->kh; ky++)
    for (uint32_t kx = 0; kx < m->kw && !err; kx++, k++) {
      if (k == 0)
        continue;
      err = fetch(m, y, tile + ky * m->wsy + kx * m->wsx);
      keep_larger(best, idx, y, (uint8_t)k, n);
    }
  return err;
}

static int mask_tile(struct map *m, int8_t *y, uint32_t tile)
{
  int err = 0;
  const int8_t *mask = touch(m, curta_golden_tile(m->aux, tile, m->g->t2), m->g->t2, &m->g->rd_bytes, &err);
  if (!mask)
    return err;
  for (uint32_t i = 0, n = m->g->t2; i < n; i++)
    y[i] = mask[i] > 0 ? y[i] : 0;
  return 0;
}

static int store_pooled(struct map *m, const int8_t *best, uint8_t *idx, uint32_t tile)
{
  if (m->relu)
    for (uint32_t i = 0, n = m->g->t2; i < n; i++)
      idx[i] = best[i] == 0 ? CURTA_IDX_NONE : idx[i];
  return store(m, curta_golden_tile(m->idx, tile, m->g->t2), idx, m->g->t2);
}

/* One item of MAP: source tile src to destination tile dst. */
static int map_tile(struct map *m, uint32_t src, uint32_t dst)
{
  int8_t y[TILE_MAX];
  uint8_t idx[TILE_MAX];
  int err = m->pool ? pool(m, y, idx, src) : fetch(m, y, src);
  if (!err && m->pool)
    err = store_pooled(m, y, idx, dst);
  if (!err && m->mask)
    err = mask_tile(m, y, dst);
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

static int (*item_of(uint32_t dst_type))(struct map *, uint32_t, uint32_t)
{
  return dst_type == CURTA_TYPE_INT32 ? copy_tile : dst_type == CURTA_TYPE_INT24 ? copy_tile24 : map_tile;
}

int curta_golden_map(struct curta_golden *g, const uint32_t *cmd)
{
  struct curta_walk w = walk(cmd);
  struct map m = common(g, cmd);
  int (*item)(struct map *, uint32_t, uint32_t);
  int err = 0;
  m.acc = (int)curta_cmd_get(cmd, CURTA_MAP_SRC_ACC);
  item = item_of(curta_cmd_get(cmd, CURTA_MAP_DST_TYPE));
  m.relu = (int)curta_cmd_get(cmd, CURTA_MAP_RELU);
  m.mask = (int)curta_cmd_get(cmd, CURTA_MAP_MASK);
  m.pool = (int)curta_cmd_get(cmd, CURTA_MAP_POOL);
  for (uint64_t n = curta_walk_items(&w); n && !err; n--, curta_walk_next(&w))
    err = item(&m, w.src, w.dst);
  return err;
}

static void select_index(int8_t *restrict out, const int8_t *restrict y, const uint8_t *restrict idx, uint8_t k,
                         uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    out[i] = (int8_t)(y[i] & -(idx[i] == k));
}

/* One item of SCATTER: the error of a window goes to the position that its index names. */
static int scatter_tile(struct map *m, uint32_t src, uint32_t dst)
{
  int8_t y[TILE_MAX], out[TILE_MAX];
  uint8_t idx[TILE_MAX];
  uint32_t n = m->g->t2;
  int err = fetch(m, y, src);
  const uint8_t *p = err ? 0 : touch(m, curta_golden_tile(m->aux, src, n), n, &m->g->rd_bytes, &err);
  if (p)
    memcpy(idx, p, n);
  for (uint32_t ky = 0, k = 0; ky < m->kh; ky++)
    for (uint32_t kx = 0; kx < m->kw && !err; kx++, k++) {
      select_index(out, y, idx, (uint8_t)k, n);
      err = store(m, curta_golden_tile(m->dst, dst + ky * m->wsy + kx * m->wsx, n), out, n);
    }
  return err;
}

int curta_golden_scatter(struct curta_golden *g, const uint32_t *cmd)
{
  struct curta_walk w = walk(cmd);
  struct map m = common(g, cmd);
  int err = 0;
  for (uint64_t n = curta_walk_items(&w); n && !err; n--, curta_walk_next(&w))
    err = scatter_tile(&m, w.src, w.dst);
  return err;
}

int curta_golden_fill(struct curta_golden *g, const uint32_t *cmd)
{
  struct curta_walk w = walk(cmd);
  struct map m = {.g = g, .dst = curta_cmd_get(cmd, CURTA_FILL_DST)};
  int8_t y[TILE_MAX];
  int err = 0;
  memset(y, (int)curta_cmd_get(cmd, CURTA_FILL_VALUE), sizeof y);
  for (uint64_t n = curta_walk_items(&w); n && !err; n--, curta_walk_next(&w))
    err = store(&m, curta_golden_tile(m.dst, w.dst, g->t2), y, g->t2);
  return err;
}
