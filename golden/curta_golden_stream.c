/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_stream.c - see curta_golden_map.h */
#include "curta_golden_map.h"

struct curta_walk curta_map_walk(const uint32_t *cmd)
{
  return (struct curta_walk){.n = {cmd[8] & 0xffff, cmd[8] >> 16, cmd[9] & 0xffff, cmd[9] >> 16},
                             .s = {1, cmd[10], cmd[11], cmd[12]},
                             .d = {1, cmd[13], cmd[14], cmd[15]}};
}

struct map curta_map_common(struct curta_golden *g, const uint32_t *cmd)
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
  m.walk = curta_map_walk(cmd);
  return m;
}

/* `bytes` at addr, with ERROR_INFO set and the traffic counted. */
void *curta_map_touch(struct map *m, int64_t addr, uint32_t bytes, uint64_t *traffic, int *err)
{
  m->out->info = (uint32_t)addr;
  *traffic += bytes;
  return curta_golden_at(m->g, addr, bytes, err);
}

const void *curta_map_source(struct map *m, uint32_t tile, int *err)
{
  uint32_t bytes = m->wide ? 4 * m->g->t2 : m->g->t2;
  if (!m->acc)
    return curta_map_touch(m, curta_golden_tile(m->src, tile, bytes), bytes, &m->out->rd, err);
  tile += m->src;
  if (tile < (uint32_t)m->g->conf.p_tiles)
    return m->g->acc + (size_t)tile * m->g->t2;
  m->out->info = tile;
  *err = CURTA_ERR_RANGE;
  return 0;
}

/* Writes `bytes` of y at addr. */
int curta_map_store(struct map *m, int64_t addr, const void *y, uint32_t bytes)
{
  int err = 0;
  void *p = curta_map_touch(m, addr, bytes, &m->out->wr, &err);
  if (!p)
    return err;
  memcpy(p, y, bytes);
  if (m->g->retire_fn)
    m->out->check = curta_golden_sum(m->out->check, (uint32_t)addr / 4, y, bytes / 4);
  return 0;
}

/* y := quotient(x); x is int32, or int8 where not wide */
static void divide(const struct map *m, int8_t *y, const void *x, uint32_t n)
{
  int32_t from8[TILE_MAX];
  for (uint32_t i = 0; i < n && !m->wide; i++)
    from8[i] = ((const int8_t *)x)[i];
  m->g->k->quotient(y, m->wide ? x : from8, n, &m->quotient);
}

/* y := source tile as int8, requantised or divided; ReLU. v, if not null: the value before ReLU */
int curta_map_fetch(struct map *m, int8_t *y, int8_t *v, uint32_t tile)
{
  int err = 0;
  uint32_t n = m->g->t2;
  const void *x = curta_map_source(m, tile, &err);
  if (!x)
    return err;
  if (m->req)
    curta_golden_requant(m->g, y, x, n, &m->how, m->index);
  else if (m->div)
    divide(m, y, x, n);
  else
    memcpy(y, x, n);
  m->index += n;
  if (v)
    memcpy(v, y, n);
  if (m->relu)
    m->g->k->relu(y, n);
  else if (m->act == CURTA_ACT_NITRO)
    m->g->k->nitro_relu(y, m->slope, m->mean, n);
  return 0;
}

/* Position (ky,kx) of the window of the item under way is on the map. */
int curta_map_inside(const struct map *m, uint32_t ky, uint32_t kx)
{
  int64_t y = (int64_t)m->kh * m->walk.i[2] + ky - m->pad_y, x = (int64_t)m->kw * m->walk.i[1] + kx - m->pad_x;
  return !m->padded || (y >= 0 && y < m->lim_y && x >= 0 && x < m->lim_x);
}

/* Tiles between the item's own and position (ky,kx). */
uint32_t curta_map_window(const struct map *m, uint32_t ky, uint32_t kx)
{
  uint32_t y = m->padded ? ky - (uint32_t)m->pad_y : ky, x = m->padded ? kx - (uint32_t)m->pad_x : kx;
  return y * m->wsy + x * m->wsx;
}

/* A hull with a window that begins in the padding. */
struct curta_hull curta_map_shifted(const struct map *m, struct curta_hull h, uint32_t bytes)
{
  int64_t by = m->padded ? (int64_t)curta_s32(curta_map_window(m, 0, 0)) * bytes : 0;
  if (h.lo == INT64_MIN)
    return h;
  return (struct curta_hull){h.lo + by, h.hi + by};
}

/* Hull of the source, with its window. */
struct curta_hull curta_map_source_hull(const struct map *m, int window)
{
  const uint32_t *n = m->walk.n, *s = m->walk.s;
  const uint32_t count[6] = {n[0], n[1], n[2], n[3], m->kh, m->kw},
                 stride[6] = {s[0], s[1], s[2], s[3], m->wsy, m->wsx};
  uint32_t bytes = m->wide ? 4 * m->g->t2 : m->g->t2;
  return curta_map_shifted(m, curta_hull_of(m->src, count, stride, window ? 6 : 4, bytes), bytes);
}
