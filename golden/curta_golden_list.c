/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_list.c - see curta_golden_list.h
 *
 * A list has V streams: images n with the same n mod V follow one another, so that V rows side by side (a group) have
 * images that lie in operand banks of their own.
 */
#include <stdlib.h>
#include "curta_golden_list.h"
#include "curta_golden_wide.h"

struct curta_list *curta_list_new(const struct curta_golden *g)
{
  struct curta_list *l = calloc(1, sizeof *l);
  if (!l)
    return 0;
  l->row = calloc((size_t)g->tiles[1] * g->t, sizeof *l->row);
  l->len = calloc(g->tiles[1], sizeof *l->len);
  if (l->row && l->len)
    return l;
  curta_list_free(l);
  return 0;
}

void curta_list_free(struct curta_list *l)
{
  if (!l)
    return;
  free(l->row);
  free(l->len);
  free(l);
}

/* ------------------------------------------------------------------ LOAD */

struct listing {
  struct curta_golden *g;
  uint32_t addr, places, dst, digit;
  uint32_t kh_log2, kw_log2, sy, sx, sn; /* windows; strides of A */
  uint32_t pos[16];                      /* rows so far, by stream */
  uint32_t i[3];                         /* i1, i2, i3 */
};

/* Writes the digits d of the lanes in `lanes`, which go to place p, and what the row is. */
static int put_row(struct listing *l, const int32_t *d, uint32_t lanes, uint32_t p, uint32_t n)
{
  struct curta_golden *g = l->g;
  uint32_t v = (uint32_t)g->conf.v, s = n % v, row = l->dst * g->t + l->pos[s]++ * v + s;
  uint32_t y = (l->i[1] << l->kh_log2) + (p >> l->kw_log2 & 7),
           x = (l->i[0] << l->kw_log2) + (p & ((1u << l->kw_log2) - 1));
  uint32_t tile = (l->i[2] * l->sn + y * l->sy + x * l->sx) & 0xffff;
  int32_t out[16];
  g->info = row / g->t;
  if (row >= g->tiles[1] * g->t)
    return CURTA_ERR_RANGE;
  for (uint32_t o = 0; o < g->t; o++)
    out[o] = lanes >> o & 1 ? d[o] : 0;
  curta_wide_row(g, row, out);
  g->list->row[row] = (struct curta_list_row){(uint16_t)tile, (uint8_t)y, (uint8_t)x, (uint8_t)n, 1};
  if (g->retire_fn) {
    uint32_t what = tile | (y & 0xff) << 16 | (x & 0xff) << 24;
    g->check = curta_golden_sum(g->check, row * g->t, out, g->t);
    g->check = curta_golden_sum(g->check, row, &what, 1);
  }
  return 0;
}

/* Row n of a tile: its places in the order of their first channel. */
static int list_row(struct listing *l, const int32_t *d, const uint8_t *places, uint32_t n)
{
  uint32_t left = 0, t = l->g->t;
  int err = 0;
  for (uint32_t o = 0; o < t; o++)
    left |= (uint32_t)(d[o] != 0) << o;
  while (left && !err) {
    uint32_t p = places[__builtin_ctz(left)] & (CURTA_MAX_PLACES - 1), same = 0;
    for (uint32_t o = 0; o < t; o++)
      same |= (uint32_t)((places[o] & (CURTA_MAX_PLACES - 1)) == p) << o;
    same &= left;
    err = put_row(l, d, same, p, n);
    left &= ~same;
  }
  return err;
}

static int list_tile(struct listing *l, uint32_t src)
{
  struct curta_golden *g = l->g;
  int64_t places = curta_golden_tile(l->places, src, g->t2), addr = curta_golden_tile(l->addr, src, 4 * g->t2);
  int err = 0;
  g->info = (uint32_t)places;
  const uint8_t *p = curta_golden_at(g, places, g->t2, &err);
  if (!p)
    return err;
  g->info = (uint32_t)addr;
  const int32_t *x = curta_golden_at(g, addr, 4 * g->t2, &err);
  if (!x)
    return err;
  g->rd_bytes += 5 * (uint64_t)g->t2;
  for (uint32_t n = 0; n < g->t && !err; n++) {
    int32_t d[16];
    for (uint32_t o = 0; o < g->t; o++)
      d[o] = curta_wide_digit(g, x[n * g->t + o], l->digit);
    err = list_row(l, d, p + n * g->t, n);
  }
  return err;
}

/* The longest stream is the list; the others have rows of nothing behind their own. */
static void end(struct listing *l)
{
  struct curta_golden *g = l->g;
  uint32_t v = (uint32_t)g->conf.v, len = 0;
  for (uint32_t s = 0; s < v; s++)
    len = l->pos[s] > len ? l->pos[s] : len;
  for (uint32_t s = 0; s < v; s++)
    for (uint32_t j = l->pos[s]; j < len; j++)
      g->list->row[l->dst * g->t + j * v + s].used = 0;
  g->list->len[l->dst] = len;
  if (g->retire_fn)
    g->check = curta_golden_sum(g->check, l->dst, &len, 1);
}

int curta_golden_load_list(struct curta_golden *g, const uint32_t *cmd)
{
  struct listing l = {.g = g,
                      .addr = curta_cmd_get(cmd, CURTA_LOAD_ADDR),
                      .places = curta_cmd_get(cmd, CURTA_LOAD_PLACES),
                      .dst = curta_cmd_get(cmd, CURTA_LOAD_DST),
                      .digit = curta_cmd_get(cmd, CURTA_LOAD_DIGIT),
                      .kh_log2 = curta_cmd_get(cmd, CURTA_LOAD_KH_LOG2),
                      .kw_log2 = curta_cmd_get(cmd, CURTA_LOAD_KW_LOG2),
                      .sy = curta_cmd_get(cmd, CURTA_LOAD_A_SY),
                      .sx = curta_cmd_get(cmd, CURTA_LOAD_A_SX),
                      .sn = curta_cmd_get(cmd, CURTA_LOAD_A_SN)};
  const uint32_t n[3] = {curta_cmd_get(cmd, CURTA_LOAD_N1), curta_cmd_get(cmd, CURTA_LOAD_N2),
                         curta_cmd_get(cmd, CURTA_LOAD_N3)};
  uint64_t most =
      l.dst + (uint64_t)n[0] * n[1] * n[2] * g->t; /* tiles of the list, each of its tiles of deltas makes T */
  uint32_t hi = most < g->tiles[1] ? (uint32_t)most : g->tiles[1];
  int err = 0;
  curta_golden_loading(g, 1, l.dst, hi);
  curta_wide_stale(g, l.dst, hi);
  for (l.i[2] = 0; l.i[2] < n[2] && !err; l.i[2]++)
    for (l.i[1] = 0; l.i[1] < n[1] && !err; l.i[1]++)
      for (l.i[0] = 0; l.i[0] < n[0] && !err; l.i[0]++)
        err = list_tile(&l, l.i[2] * cmd[10] + l.i[1] * cmd[9] + l.i[0] * cmd[8]);
  if (!err)
    end(&l);
  return err;
}

/* ------------------------------------------------------------------ GEMM */

/* Sums of less than 2^31 in magnitude, [j][i], that `total` does not have yet. */
struct part {
  int32_t sum[256];
  uint64_t bound;
};

static void fold(struct part *p, int64_t *total, uint32_t t)
{
  for (uint32_t j = 0; j < t; j++)
    for (uint32_t i = 0; i < t; i++)
      total[i * t + j] = (int64_t)((uint64_t)total[i * t + j] + (uint64_t)(int64_t)p->sum[j * t + i]);
  memset(p->sum, 0, 4 * (size_t)t * t);
  p->bound = 0;
}

static inline void add(int32_t *restrict sum, const int8_t *restrict x, int32_t v, uint32_t t)
{
  for (uint32_t i = 0; i < t; i++)
    sum[i] += v * x[i];
}

/* A row of digits times a row of x. */
static void add_row(struct part *p, int64_t *total, const int32_t *d, const int8_t *x, uint32_t t)
{
  uint32_t most = 0;
  for (uint32_t j = 0; j < t; j++)
    most |= d[j] < 0 ? ~(uint32_t)d[j] : (uint32_t)d[j];
  if (p->bound + 128ull * (most + 1) > INT32_MAX)
    fold(p, total, t);
  p->bound += 128ull * (most + 1);
  for (uint32_t j = 0; j < t; j++)
    if (d[j])
      t == 16 ? add(p->sum + 16 * j, x, d[j], 16) : add(p->sum + t * j, x, d[j], t);
}

int curta_list_gather(const struct curta_golden *g, const struct curta_gather *v, int64_t *total, uint32_t *info)
{
  struct part part = {.bound = 0};
  uint32_t t = g->t, first = v->b * t, last;
  *info = v->b;
  if (v->b >= g->tiles[1])
    return CURTA_ERR_RANGE;
  last = first + g->list->len[v->b] * (uint32_t)g->conf.v;
  for (uint32_t r = first; r < last; r++) {
    const struct curta_list_row *w = &g->list->row[r];
    uint32_t tile = (v->a + w->tile) & 0xffff;
    int32_t d[16];
    if (!w->used || w->y < v->y[0] || w->y >= v->y[1] || w->x < v->x[0] || w->x >= v->x[1])
      continue;
    *info = tile;
    if (tile >= g->tiles[0])
      return CURTA_ERR_RANGE;
    curta_wide_get_row(g, r, d);
    add_row(&part, total, d, g->buf[0] + (size_t)tile * g->t2 + w->n * t, t);
  }
  fold(&part, total, t);
  return 0;
}
