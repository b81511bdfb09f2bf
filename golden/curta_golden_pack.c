/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_pack.c - tiles of the operand buffers as the kernels read them
 *
 * LOAD packs a tile while it has it in hand, in the mode in which the last GEMM read its buffer; a GEMM packs what it
 * finds packed in the other mode only.
 */
#include "curta_golden_int.h"
#include "curta_kernels.h"

#define GRAIN 128 /* tiles of the smallest share of a thread */

static void pack_tile(struct curta_golden *g, int buf, int mode, uint32_t tile, const int8_t *from)
{
  struct curta_packed *p = &g->packed[buf][mode];
  g->k->pack(p->data + (size_t)tile * p->bytes, from, g->t, mode, buf ? CURTA_PACK_B : CURTA_PACK_A);
  p->fresh[tile] = 1;
}

void curta_golden_loading(struct curta_golden *g, uint32_t buf, uint32_t lo, uint64_t hi)
{
  struct curta_packed *p = &g->packed[buf][!g->mode[buf]];
  if (hi > g->tiles[buf])
    hi = g->tiles[buf];
  p->lo = lo < p->lo ? lo : p->lo;
  p->hi = (uint32_t)hi > p->hi ? (uint32_t)hi : p->hi;
  curta_winograd_forget(g, buf, lo, (uint32_t)hi);
}

void curta_golden_put(struct curta_golden *g, uint32_t buf, uint32_t tile, const int8_t *from)
{
  int8_t *to = g->buf[buf] + (size_t)tile * g->t2;
  if (g->t2 == 256)
    memcpy(to, from, 256); /* without a call */
  else
    memcpy(to, from, g->t2);
  g->packed[buf][!g->mode[buf]].fresh[tile] = 0;
  pack_tile(g, (int)buf, g->mode[buf], tile, from);
}

struct packing {
  struct curta_golden *g;
  uint32_t lo;
  int buf, mode;
};

static void pack_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  const struct packing *w = arg;
  (void)out;
  for (uint32_t t = w->lo + (uint32_t)from; t < w->lo + to; t++)
    if (!w->g->packed[w->buf][w->mode].fresh[t])
      pack_tile(w->g, w->buf, w->mode, t, w->g->buf[w->buf] + (size_t)t * w->g->t2);
}

const struct curta_packed *curta_golden_packed(struct curta_golden *g, int buf, int mode)
{
  struct curta_packed *p = &g->packed[buf][mode];
  struct packing w = {g, p->lo, buf, mode};
  if (p->lo < p->hi)
    (void)curta_golden_share(g, p->hi - p->lo, GRAIN, pack_share, &w, 0);
  p->lo = g->tiles[buf];
  p->hi = 0;
  g->mode[buf] = mode;
  return p;
}
