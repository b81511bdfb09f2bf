/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_list.h - lists of what is not 0 in deltas, and the contraction that follows one (machine.md section 7)
 */
#ifndef CURTA_GOLDEN_LIST_H
#define CURTA_GOLDEN_LIST_H
#include "curta_golden_int.h"

/* What a row of buffer B is, beside its digits: place in the map, tile of buffer A (a distance) and row in it of the x
 * that it is multiplied with. used 0: of none. */
struct curta_list_row {
  uint16_t tile;
  uint8_t y, x, n, used;
};

struct curta_list {
  struct curta_list_row *row; /* [B_TILES][T] */
  uint32_t *len;              /* [B_TILES]: groups of V rows of the list that begins there */
};

struct curta_list *curta_list_new(const struct curta_golden *g);
void curta_list_free(struct curta_list *l);

/* LOAD with LIST. */
int curta_golden_load_list(struct curta_golden *g, const uint32_t *cmd);

/* The contraction of a visit: rows of the list at tile b whose y, x are in [lo, hi); x from tile `a` of buffer A on. */
struct curta_gather {
  uint32_t a, b;
  uint32_t y[2], x[2]; /* lo, hi */
};
/* total += it, modulo 2^64; total is [i][j]. 0, or RANGE with the tile in *info. */
int curta_list_gather(const struct curta_golden *g, const struct curta_gather *v, int64_t *total, uint32_t *info);
#endif
