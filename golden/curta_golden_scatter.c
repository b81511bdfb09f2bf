/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_scatter.c - SCATTER and FILL (machine.md sections 5 and 7) */
#include "curta_golden_map.h"

static int fetch_places(struct map *m, uint8_t *idx, uint32_t tile)
{
  int err = 0;
  uint32_t n = m->g->t2;
  const uint8_t *p = curta_map_touch(m, curta_golden_tile(m->aux, tile, n), n, &m->out->rd, &err);
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
  int err = curta_map_fetch(m, y, 0, src);
  if (!err)
    err = fetch_places(m, idx, src);
  for (uint32_t ky = 0, k = 0; ky < m->kh; ky++)
    for (uint32_t kx = 0; kx < m->kw && !err; kx++, k++) {
      m->g->k->select(out, y, idx, (uint8_t)k, n);
      if (curta_map_inside(m, ky, kx))
        err = curta_map_store(m, curta_golden_tile(m->dst, dst + curta_map_window(m, ky, kx), n), out, n);
    }
  return err;
}

/* The same from int32 to int32, straight into memory: it is a stream of zeros. */
static int scatter_wide(struct map *m, uint32_t src, uint32_t dst)
{
  int32_t y[TILE_MAX];
  uint8_t idx[TILE_MAX];
  uint32_t n = m->g->t2;
  int err = 0;
  const void *x = curta_map_source(m, src, &err);
  if (x)
    memcpy(y, x, 4 * n);
  if (!err)
    err = fetch_places(m, idx, src);
  for (uint32_t ky = 0, k = 0; ky < m->kh; ky++)
    for (uint32_t kx = 0; kx < m->kw && !err; kx++, k++) {
      int64_t to = curta_golden_tile(m->dst, dst + curta_map_window(m, ky, kx), 4 * n);
      int32_t *out = curta_map_inside(m, ky, kx) ? curta_map_touch(m, to, 4 * n, &m->out->wr, &err) : 0;
      if (!out)
        continue;
      m->g->k->select32(out, y, idx, (uint8_t)k, n);
      if (m->g->retire_fn)
        m->out->check = curta_golden_sum(m->out->check, (uint32_t)to / 4, out, n);
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
  struct curta_hull dst = curta_map_shifted(m, curta_hull_of(m->dst, count, stride, 6, bytes), bytes);
  struct curta_hull idx = curta_hull_of(m->aux, n, m->walk.s, 4, t2);
  return curta_tiles_apart(count, stride, 6) && !curta_hulls_meet(dst, curta_map_source_hull(m, 0)) &&
         !curta_hulls_meet(dst, idx);
}

int curta_golden_scatter(struct curta_golden *g, const uint32_t *cmd)
{
  struct map m = curta_map_common(g, cmd);
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
    out->err = curta_map_store(&f.m, curta_golden_tile(f.m.dst, f.m.walk.dst, f.m.g->t2), f.value, f.m.g->t2);
}

int curta_golden_fill(struct curta_golden *g, const uint32_t *cmd)
{
  struct fill f = {.m = {.g = g, .dst = curta_cmd_get(cmd, CURTA_FILL_DST), .walk = curta_map_walk(cmd)}};
  memset(f.value, (int)curta_cmd_get(cmd, CURTA_FILL_VALUE), sizeof f.value);
  return curta_golden_share(g, curta_walk_items(&f.m.walk), GRAIN, fill_share, &f, 0); /* all write the same bytes */
}
