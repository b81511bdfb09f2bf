/* SPDX-License-Identifier: Apache-2.0
 * progen_int.h - what the parts of the generator of random programs share
 */
#ifndef PROGEN_INT_H
#define PROGEN_INT_H
#include "hazard.h"
#include "progen.h"

#define SET(field, value) curta_cmd_set(cmd, CURTA_##field, (uint32_t)(value))

struct pg {
  const struct curta_config *cfg;
  uint64_t rng;
  struct hz *hz;
  uint8_t *image;
  uint32_t serial; /* of the last command with a tag */
  uint32_t lists[4], list_count; /* where lists have been loaded */
  uint8_t taken[PG_REGIONS]; /* regions that the command being built uses */
};

static inline uint32_t rnd(struct pg *g, uint32_t n) /* 0 .. n-1 */
{
  g->rng ^= g->rng << 13;
  g->rng ^= g->rng >> 7;
  g->rng ^= g->rng << 17;
  return (uint32_t)((g->rng * 0x9E3779B97F4A7C15ull) >> 33) % n;
}

static inline int range(struct pg *g, int lo, int hi)
{
  return lo + (int)rnd(g, (uint32_t)(hi - lo + 1));
}

/* A tile-aligned address inside a region that this command does not use yet, near its start. */
static inline uint32_t address(struct pg *g, uint32_t bytes_per_tile)
{
  uint32_t r;
  do
    r = rnd(g, PG_REGIONS);
  while (g->taken[r]);
  g->taken[r] = 1;
  return PG_PROGRAM_BYTES + r * PG_REGION_BYTES + rnd(g, 8) * bytes_per_tile;
}

static inline uint32_t tile_bytes(const struct pg *g, uint32_t element)
{
  return (uint32_t)(g->cfg->t * g->cfg->t) * element;
}

/* Whether the device has the modes of NITRO-D. */
static inline int modes(const struct pg *g)
{
  return g->cfg->digit != 0;
}

/* Fields of a GEMM: visits and contraction; the window law. */
void pg_counts(uint32_t *cmd, int nga, int ngb, int nvy, int nvx, int nky, int nkx, int nkc);
void pg_window(uint32_t *cmd, int ya, int yb, int yc, int yu, int xa, int xb, int xc, int xu);

/* One random command each, in a cleared cmd. */
void pg_gemm(struct pg *g, uint32_t *cmd);
void pg_map(struct pg *g, uint32_t *cmd);
void pg_scatter(struct pg *g, uint32_t *cmd);
void pg_update(struct pg *g, uint32_t *cmd);
void pg_fill(struct pg *g, uint32_t *cmd);
void pg_loss(struct pg *g, uint32_t *cmd);
void pg_scalar(struct pg *g, uint32_t *cmd);
#endif
