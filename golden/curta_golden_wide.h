/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_wide.h - operands wider than 8 bits and sums beyond int32 (machine.md section 7)
 *
 * A tile of digits is kept as up to three planes of bytes, unsigned below a signed one, as many as its values need; the
 * kernels multiply plane by plane. A sum is exact in 64 bits, one addition a plane and visit; it leaves as 32 bits and,
 * with GUARD, four above them.
 */
#ifndef CURTA_GOLDEN_WIDE_H
#define CURTA_GOLDEN_WIDE_H
#include "curta_golden_int.h"
#include "curta_kernels.h"

#define CURTA_PLANES 3 /* DIGIT is at most 24 */

struct curta_wide *curta_wide_new(const struct curta_golden *g);
void curta_wide_free(struct curta_wide *w);

/* Buffer B's tile := a digit of an int32 tile; returns the digits. */
const int32_t *curta_wide_load(struct curta_golden *g, uint32_t tile, const void *src, uint32_t digit);
/* Tiles [lo, hi) of buffer B are about to be loaded. */
void curta_wide_stale(struct curta_golden *g, uint32_t lo, uint32_t hi);
/* A tile has been loaded with int8. */
void curta_wide_narrow(struct curta_golden *g, uint32_t buf, uint32_t tile);

/* A GEMM as far as it is wide. */
struct curta_wide_mode {
  struct curta_golden *g;
  const struct curta_packed *narrow; /* B as the narrow path packs it */
  const uint8_t *packed;             /* [tile][plane], packed->bytes each */
  int on, guard;
  uint32_t shift; /* START_SHL */
};

/* Sums of a visit under way. */
struct curta_wide_sum {
  _Alignas(64) int32_t plane[CURTA_PLANES][256]; /* the products of each plane that `total` does not have yet */
  int64_t total[256];
  uint32_t depth;   /* products that plane[] may hold in one sum */
  uint8_t used;     /* bit k: plane[k] is in use, else it counts as 0 */
  uint8_t in_total; /* total is in use, else it counts as 0 */
};

/* Whether a GEMM is wide, and its tiles packed if so. */
int curta_wide_setup(struct curta_golden *g, struct curta_wide_mode *m, const uint32_t *cmd);
void curta_wide_start(const struct curta_wide_mode *m, struct curta_wide_sum *w, uint32_t p, int acc);
/* `sum` is plane[0] of a struct curta_wide_sum; the chains point into m->narrow. */
void curta_wide_products(const struct curta_wide_mode *m, int32_t *sum, const struct curta_chain *chain, uint32_t n,
                         const struct curta_products *p);
/* Stores the sums in the accumulator memory; returns flags. */
uint32_t curta_wide_end(const struct curta_wide_mode *m, struct curta_wide_sum *w, uint32_t p, int final);
/* A GEMM without GUARD has written tile p. */
void curta_wide_plain(const struct curta_golden *g, uint32_t p);
#endif
