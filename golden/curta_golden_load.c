/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_load.c - LOAD (machine.md section 3), the loops of tile commands, and check sums
 */
#include "curta_golden_int.h"
#include "curta_golden_list.h"
#include "curta_golden_wide.h"

void curta_walk_seek(struct curta_walk *w, uint64_t item)
{
  for (int k = 0; k < 4; k++) {
    w->i[k] = (uint32_t)(item % w->n[k]);
    item /= w->n[k];
    w->src += w->i[k] * w->s[k];
    w->dst += w->i[k] * w->d[k];
  }
}

uint32_t curta_golden_sum(uint32_t check, uint32_t a, const void *words, uint32_t n)
{
  const unsigned char *p = words;
  for (uint32_t i = 0; i < n; i++) {
    uint32_t d;
    memcpy(&d, p + 4 * (size_t)i, 4);
    check += d * (2u * (a + i) + 1u);
  }
  return check;
}

struct load {
  struct curta_golden *g;
  struct curta_walk walk;
  uint32_t buf, addr, dst;
  uint32_t bytes; /* of a tile in memory: T^2, or 4 T^2 for a digit of int32 */
  uint32_t digit;
};

#define GRAIN 256 /* tiles of the smallest share of a thread */
#define AHEAD 8   /* tiles: strides are longer than what a processor foresees */

static struct curta_walk load_walk(const uint32_t *cmd)
{
  struct curta_walk w = {.s = {1, cmd[8], cmd[9], cmd[10]}, .d = {1, 1, 1, 1}};
  w.n[0] = curta_cmd_get(cmd, CURTA_LOAD_N0);
  w.n[1] = curta_cmd_get(cmd, CURTA_LOAD_N1);
  w.n[2] = curta_cmd_get(cmd, CURTA_LOAD_N2);
  w.n[3] = curta_cmd_get(cmd, CURTA_LOAD_N3);
  return w;
}

/* buffer[tile] := the tile at addr */
static int load_tile(const struct load *l, uint32_t tile, int64_t addr, struct curta_outcome *out)
{
  struct curta_golden *g = l->g;
  int err = 0;
  const void *src;
  out->info = (uint32_t)addr;
  src = curta_golden_at(g, addr, l->bytes, &err);
  if (!src)
    return err;
  out->info = tile;
  if (tile >= g->tiles[l->buf])
    return CURTA_ERR_RANGE;
  if (l->bytes != g->t2) {
    const int32_t *digits = curta_wide_load(g, tile, src, l->digit);
    if (g->retire_fn)
      out->check = curta_golden_sum(out->check, tile * g->t2, digits, g->t2);
    return 0;
  }
  curta_golden_put(g, l->buf, tile, src);
  curta_wide_narrow(g, l->buf, tile);
  if (g->retire_fn)
    out->check = curta_golden_sum(out->check, tile * g->t2 / 4, src, g->t2 / 4);
  return 0;
}

/* Asks for a tile that will be read soon. */
static void expect(const struct load *l, uint32_t tile)
{
  int err = 0;
  const char *p = curta_golden_at(l->g, curta_golden_tile(l->addr, tile, l->bytes), l->bytes, &err);
  for (uint32_t i = 0; p && i < l->bytes; i += 64)
    __builtin_prefetch(p + i);
}

static void load_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  const struct load *l = arg;
  struct curta_walk w = l->walk, ahead = l->walk;
  curta_walk_seek(&w, from);
  curta_walk_seek(&ahead, from + AHEAD);
  for (; from < to && !out->err; from++, curta_walk_next(&w), curta_walk_next(&ahead)) {
    expect(l, ahead.src);
    out->err = load_tile(l, l->dst + (uint32_t)from, curta_golden_tile(l->addr, w.src, l->bytes), out);
    out->rd += l->bytes;
  }
}

int curta_golden_load(struct curta_golden *g, const uint32_t *cmd)
{
  struct load l = {.g = g, .walk = load_walk(cmd)};
  uint64_t n = curta_walk_items(&l.walk);
  if (curta_cmd_get(cmd, CURTA_LOAD_LIST))
    return curta_golden_load_list(g, cmd);
  l.buf = curta_cmd_get(cmd, CURTA_LOAD_BUF);
  l.addr = curta_cmd_get(cmd, CURTA_LOAD_ADDR);
  l.dst = curta_cmd_get(cmd, CURTA_LOAD_DST);
  l.bytes = curta_cmd_get(cmd, CURTA_LOAD_TYPE) == CURTA_TYPE_INT32 ? 4 * g->t2 : g->t2;
  l.digit = curta_cmd_get(cmd, CURTA_LOAD_DIGIT);
  curta_golden_loading(g, l.buf, l.dst, l.dst + n);
  if (l.buf)
    curta_wide_stale(g, l.dst, l.dst + n < g->tiles[1] ? (uint32_t)(l.dst + n) : g->tiles[1]);
  /* more tiles than the buffer has wrap around 32 bits in the end: an error long before, and only in order */
  return curta_golden_share(g, n, n > g->tiles[l.buf] ? CURTA_IN_ORDER : GRAIN, load_share, &l, 0);
}
