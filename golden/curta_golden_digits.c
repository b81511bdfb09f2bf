/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_digits.c - the digits of buffer B (curta_golden_wide.h): LOAD cuts them out, and packs them while it has
 * them in hand, in the mode in which the last GEMM read the buffer; a GEMM packs what it finds in the other mode only
 */
#include <stdlib.h>
#include "curta_golden_wide.h"

#define GRAIN 64 /* tiles that a thread packs */

void curta_wide_free(struct curta_wide *w)
{
  if (!w)
    return;
  free(w->digits);
  free(w->planes);
  free(w->few);
  free(w->sparse);
  for (int mode = 0; mode < 2; mode++) {
    free(w->packed[mode]);
    free(w->fresh[mode]);
  }
  free(w->guard);
  free(w->guarded);
  free(w);
}

static size_t packed_bytes(const struct curta_golden *g)
{
  return g->k->packed_bytes(g->t, CURTA_PACK_B);
}

struct curta_wide *curta_wide_new(const struct curta_golden *g)
{
  size_t tiles = g->tiles[1], sums = (size_t)g->conf.p_tiles, ok = 1;
  struct curta_wide *w = calloc(1, sizeof *w);
  if (!w)
    return 0;
  w->digits = calloc(tiles * g->t2, 4);
  w->planes = calloc(tiles, 1);
  w->few = calloc(tiles, 1);
  w->sparse = calloc(tiles, sizeof *w->sparse);
  w->guard = calloc(sums * g->t2, 1);
  w->guarded = calloc(sums, 1);
  for (int mode = 0; mode < 2; mode++) {
    w->packed[mode] = aligned_alloc(64, (tiles * CURTA_PLANES * packed_bytes(g) + 63) / 64 * 64);
    w->fresh[mode] = calloc(tiles, 1);
    ok = ok && w->packed[mode] && w->fresh[mode];
    w->hi[mode] = (uint32_t)tiles;
  }
  if (ok && w->digits && w->planes && w->few && w->sparse && w->guard && w->guarded)
    return w;
  curta_wide_free(w);
  return 0;
}

/* ------------------------------------------------------------------ LOAD */

/* The low `bits` of x as a signed number. */
int32_t curta_low_digit(int64_t x, int bits)
{
  uint32_t half = 1u << (bits - 1), low = (uint32_t)((uint64_t)x & ((1u << bits) - 1u));
  return (int32_t)(low ^ half) - (int32_t)half;
}

static int32_t digit_of(int32_t x, uint32_t digit, int bits)
{
  int64_t rest = x;
  while (digit--)
    rest = (rest - curta_low_digit(rest, bits)) / ((int64_t)1 << bits);
  return curta_low_digit(rest, bits);
}

void curta_wide_stale(struct curta_golden *g, uint32_t lo, uint32_t hi)
{
  struct curta_wide *w = g->wide;
  for (int mode = 0; mode < 2; mode++) {
    w->lo[mode] = lo < w->lo[mode] ? lo : w->lo[mode];
    w->hi[mode] = hi > w->hi[mode] ? hi : w->hi[mode];
  }
}

static size_t packed_at(const struct curta_golden *g, uint32_t tile)
{
  return (size_t)tile * CURTA_PLANES * packed_bytes(g);
}

static void pack_tile(struct curta_golden *g, uint32_t tile, int mode)
{
  struct curta_wide *w = g->wide;
  uint8_t *to = w->packed[mode] + packed_at(g, tile);
  if (w->planes[tile])
    curta_kernel_pack_digits(g->k, to, w->digits + (size_t)tile * g->t2, g->t, mode, w->planes[tile]);
  else
    g->k->pack(to, g->buf[1] + (size_t)tile * g->t2, g->t, mode, CURTA_PACK_B);
  w->fresh[mode][tile] = 1;
}

const int32_t *curta_wide_load(struct curta_golden *g, uint32_t tile, const void *src, uint32_t digit)
{
  struct curta_wide *w = g->wide;
  int32_t *d = w->digits + (size_t)tile * g->t2, upper[256];
  const int32_t *x = src;
  uint32_t all;
  for (uint32_t i = 0; digit && i < g->t2; i++)
    upper[i] = digit_of(x[i], digit, g->conf.digit);
  all = g->k->digits(d, g->buf[1] + (size_t)tile * g->t2, digit ? upper : x, g->conf.digit, g->t2);
  w->planes[tile] = all < 1u << 7 ? 1 : all < 1u << 15 ? 2 : 3;
  w->few[tile] = (uint8_t)curta_sparse_find(&w->sparse[tile], g->k, d, g->t);
  w->fresh[0][tile] = w->fresh[1][tile] = 0;
  g->packed[1][0].fresh[tile] = g->packed[1][1].fresh[tile] = 0;
  w->used = 1;
  if (!w->few[tile]) /* a gradient reads the others as they are */
    pack_tile(g, tile, w->mode);
  return d;
}

int32_t curta_wide_digit(const struct curta_golden *g, int32_t x, uint32_t digit)
{
  return digit_of(x, digit, g->conf.digit);
}

void curta_wide_row(struct curta_golden *g, uint32_t row, const int32_t *digits)
{
  struct curta_wide *w = g->wide;
  uint32_t tile = row / g->t;
  int8_t *low = g->buf[1] + (size_t)tile * g->t2;
  for (uint32_t i = 0; !w->planes[tile] && i < g->t2; i++)
    w->digits[(size_t)tile * g->t2 + i] = low[i];
  memcpy(w->digits + (size_t)row * g->t, digits, 4 * (size_t)g->t);
  for (uint32_t i = 0; i < g->t; i++)
    low[row % g->t * g->t + i] = (int8_t)((uint32_t)digits[i] & 0xff);
  w->planes[tile] = CURTA_PLANES; /* as many as any row may need */
  w->few[tile] = w->fresh[0][tile] = w->fresh[1][tile] = 0;
  g->packed[1][0].fresh[tile] = g->packed[1][1].fresh[tile] = 0;
  w->used = 1;
}

void curta_wide_get_row(const struct curta_golden *g, uint32_t row, int32_t *digits)
{
  const struct curta_wide *w = g->wide;
  const int8_t *low = g->buf[1] + (size_t)row * g->t;
  if (w->planes[row / g->t])
    memcpy(digits, w->digits + (size_t)row * g->t, 4 * (size_t)g->t);
  for (uint32_t i = 0; !w->planes[row / g->t] && i < g->t; i++)
    digits[i] = low[i];
}

void curta_wide_narrow(struct curta_golden *g, uint32_t buf, uint32_t tile)
{
  if (buf)
    g->wide->few[tile] = g->wide->planes[tile] = g->wide->fresh[0][tile] = g->wide->fresh[1][tile] = 0;
}

/* ------------------------------------------------------------------ GEMM */

struct packing {
  struct curta_golden *g;
  int mode;
  int gradient; /* sparse tiles need no packing */
};

static void pack_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  const struct packing *p = arg;
  struct curta_wide *w = p->g->wide;
  (void)out;
  for (uint64_t t = w->lo[p->mode] + from; t < w->lo[p->mode] + to; t++)
    if (!w->fresh[p->mode][t] && !(p->gradient && w->few[t]))
      pack_tile(p->g, (uint32_t)t, p->mode);
}

void curta_wide_pack(struct curta_golden *g, int mode, int gradient)
{
  struct packing p = {g, mode, gradient};
  struct curta_wide *w = g->wide;
  w->mode = mode;
  if (w->lo[mode] >= w->hi[mode])
    return;
  (void)curta_golden_share(g, w->hi[mode] - w->lo[mode], GRAIN, pack_share, &p, 0);
  if (gradient) /* some may still have to be packed */
    return;
  w->lo[mode] = g->tiles[1];
  w->hi[mode] = 0;
}
