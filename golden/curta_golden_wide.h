/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_wide.h - operands wider than 8 bits and sums beyond int32 (machine.md section 7)
 *
 * A tile of digits is kept as up to three planes of bytes, unsigned below a signed one, as many as its values need; the
 * kernels multiply plane by plane. A sum is exact in 64 bits, one addition a plane and visit; it leaves as 32 bits and,
 * with GUARD, four above them. Of a tile with few elements other than 0 (the deltas of convolutions) a weight gradient
 * visits those alone (curta_golden_sparse.c).
 */
#ifndef CURTA_GOLDEN_WIDE_H
#define CURTA_GOLDEN_WIDE_H
#include "curta_golden_int.h"
#include "curta_kernels.h"

#define CURTA_PLANES 3  /* DIGIT is at most 24 */
#define CURTA_SPARSE 24 /* elements other than 0 of a sparse tile, at most; a dense product costs as much */

struct curta_sparse {
  uint32_t sum; /* of |v|, at most 2^32-1 */
  uint8_t n;
  struct {
    uint8_t k, j; /* row, column; rows ascend */
    int32_t v;
  } e[CURTA_SPARSE];
};
/* What is not 0 in a tile of digits; 0: too much. */
int curta_sparse_find(struct curta_sparse *s, const int32_t *d, uint32_t t);
/* sum[j][i] += v x[k][i] over the elements with k < rows; x is a tile [k][i] */
void curta_sparse_add(int32_t *sum, const int8_t *x, const struct curta_sparse *s, uint32_t t, uint32_t rows);

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
  const struct curta_packed *a;      /* set by the caller */
  int on, guard, gradient;           /* gradient: lanes of both operands are second indices */
  uint32_t shift;                    /* of the start value */
};

/* Sums of a visit under way. */
struct curta_wide_sum {
  _Alignas(64) int32_t plane[CURTA_PLANES][256]; /* the products of each plane that `total` does not have yet */
  int64_t total[256];
  _Alignas(64) int32_t sparse[256]; /* [j][i], of the sparse tiles */
  uint64_t bound;                   /* of a sum in sparse[] */
  uint32_t depth;                   /* products that plane[] may hold in one sum */
  uint8_t used;                     /* bit k: plane[k] is in use, else it counts as 0 */
  uint8_t in_sparse, in_total;      /* sparse, total are in use, else they count as 0 */
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
