/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_winograd.h - GEMM by F(4x4, 3x3) and F(3x3, 4x4) (curta_winograd.h) on the golden device
 *
 * A convolution of stride 1: one operand *moves* with the visits, place v + k at tap k, the other stays *still*. A
 * patch is 4x4 visits and their 3x3 taps, or of a weight gradient 4x4 taps and their 3x3 visits; both have 6x6 places.
 *
 * A *set* of an operand is what the sums of a result run along, point by point: its *links*, one behind another. They
 * are the contraction tiles, and in a gradient the patches too.
 */
#ifndef CURTA_GOLDEN_WINOGRAD_H
#define CURTA_GOLDEN_WINOGRAD_H
#include "curta_golden_gemm.h"
#include "curta_winograd.h"

/* What the transformed tiles of an operand are made of: zeroed before it is filled, compared as bytes. */
struct curta_origin {
  uint32_t base, stride[4]; /* of groups, rows, columns, contraction tiles */
  uint32_t groups, ny, nx;  /* patches */
  uint32_t y, x, nkc;       /* rows and columns that there are: places of the moving operand, taps of the still one */
  int32_t cy, uy, cx, ux;   /* a place counts if 0 <= y + cy < uy, and so on */
  uint32_t moving, taps, mode, klast;
};

struct curta_points {
  struct curta_origin of;
  uint32_t lo, hi; /* tiles of the buffer */
  uint32_t sets, links;
  const struct curta_packed *packed;
  size_t pitch;  /* from the links of a point to those of the next */
  uint8_t *data; /* [set][point][link] */
};

/* Patches are links: a weight gradient. */
static inline int curta_points_gradient(const struct curta_origin *of)
{
  return of->taps == 4;
}

/* Transforms the tiles of operand `buf`, or finds them transformed. 0: there is no room for them. */
int curta_points_make(struct curta_golden *g, int buf, struct curta_points *o);

struct curta_winograd *curta_winograd_new(int always);
void curta_winograd_free(struct curta_winograd *w);
int curta_winograd_always(const struct curta_winograd *w);
#endif
