/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_load.c - LOAD (machine.md section 3), the loops of tile commands, and check sums
 */
#include "curta_golden_int.h"

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
static int load_tile(struct curta_golden *g, uint32_t buf, uint32_t tile, int64_t addr)
{
  int err = 0;
  const void *src;
  int8_t *dst;
  g->info = (uint32_t)addr;
  src = curta_golden_at(g, addr, g->t2, &err);
  if (!src)
    return err;
  g->info = tile;
  if (tile >= g->tiles[buf])
    return CURTA_ERR_RANGE;
  dst = g->buf[buf] + (size_t)tile * g->t2;
  memcpy(dst, src, g->t2);
  g->fresh[buf][0][tile] = g->fresh[buf][1][tile] = 0;
  if (g->retire_fn)
    g->check = curta_golden_sum(g->check, tile * g->t2 / 4, dst, g->t2 / 4);
  return 0;
}

int curta_golden_load(struct curta_golden *g, const uint32_t *cmd)
{
  struct curta_walk w = load_walk(cmd);
  uint32_t buf = curta_cmd_get(cmd, CURTA_LOAD_BUF), addr = curta_cmd_get(cmd, CURTA_LOAD_ADDR);
  uint32_t dst = curta_cmd_get(cmd, CURTA_LOAD_DST);
  int err = 0;
  for (uint64_t n = curta_walk_items(&w); n && !err; n--, curta_walk_next(&w)) {
    err = load_tile(g, buf, dst++, curta_golden_tile(addr, w.src, g->t2));
    g->rd_bytes += g->t2;
  }
  return err;
}
