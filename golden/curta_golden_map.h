/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_map.h - what MAP, SCATTER and FILL share: a command under way, its streams of tiles, its windows
 */
#ifndef CURTA_GOLDEN_MAP_H
#define CURTA_GOLDEN_MAP_H
#include "curta_golden_int.h"
#include "curta_kernels.h"

#define TILE_MAX 256 /* elements of the largest tile */
#define GRAIN 64     /* tiles written by the smallest share of a thread */

struct map {
  struct curta_golden *g;
  uint32_t src, aux, dst, idx; /* byte addresses; src: tile number with acc */
  uint32_t wsy, wsx, kh, kw;
  int acc, wide, req, relu, mask, pool; /* wide: int32 */
  struct curta_rounding how;
  int div, act, zs, class, padded; /* the modes of NITRO-D */
  struct curta_quotient quotient;
  uint32_t slope, mean, clast, nlast;
  int32_t pad_y, pad_x, lim_y, lim_x;
  int (*item)(struct map *, uint32_t src, uint32_t dst);
  struct curta_walk walk;
  uint32_t origin; /* stochastic draw of the first element read */
  uint32_t index;  /* of the next; index and out belong to a share */
  struct curta_outcome *out;
};

/* Loops of a command; its fields that MAP and SCATTER share. */
struct curta_walk curta_map_walk(const uint32_t *cmd);
struct map curta_map_common(struct curta_golden *g, const uint32_t *cmd);
/* `bytes` at addr, with ERROR_INFO set and the traffic counted. */
void *curta_map_touch(struct map *m, int64_t addr, uint32_t bytes, uint64_t *traffic, int *err);
const void *curta_map_source(struct map *m, uint32_t tile, int *err);
/* Writes `bytes` of y at addr. */
int curta_map_store(struct map *m, int64_t addr, const void *y, uint32_t bytes);
/* y := source tile as int8, requantised or divided; ReLU. v, if not null: the value before ReLU */
int curta_map_fetch(struct map *m, int8_t *y, int8_t *v, uint32_t tile);
/* Position (ky,kx) of the window of the item under way is on the map; tiles from the item's own to it. */
int curta_map_inside(const struct map *m, uint32_t ky, uint32_t kx);
uint32_t curta_map_window(const struct map *m, uint32_t ky, uint32_t kx);
/* A hull with a window that begins in the padding; that of the source, with its window. */
struct curta_hull curta_map_shifted(const struct map *m, struct curta_hull h, uint32_t bytes);
struct curta_hull curta_map_source_hull(const struct map *m, int window);
#endif
