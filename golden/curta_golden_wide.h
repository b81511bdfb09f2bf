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
  uint32_t bound; /* of what it adds to a sum, at most INT32_MAX */
  uint8_t n;
  struct curta_nonzero e[CURTA_SPARSE]; /* rows ascend */
};
/* What is not 0 in a tile of digits; 0: too much. */
int curta_sparse_find(struct curta_sparse *s, const struct curta_kernels *k, const int32_t *d, uint32_t t);
/* Its elements in the first rows. */
uint32_t curta_sparse_rows(const struct curta_sparse *s, uint32_t rows);

/* What the device keeps for them. */
struct curta_wide {
  int used;                    /* some LOAD was wide since the device was opened */
  int32_t *digits;             /* [B_TILES][T][T], where planes > 0 */
  uint8_t *planes;             /* [B_TILES]: planes that the digits need; 0: an int8 tile */
  uint8_t *few;                /* [B_TILES]: sparse has it */
  struct curta_sparse *sparse; /* [B_TILES], where few */
  uint8_t *packed[2];          /* [mode][B_TILES][CURTA_PLANES] */
  uint8_t *fresh[2];           /* [mode][B_TILES] */
  uint32_t lo[2], hi[2];       /* [mode]: tiles outside are fresh */
  int mode;                    /* of the last GEMM: LOAD packs in it what is not sparse */
  int8_t *guard;               /* [P_TILES][T][T]: bits 32..35 of a sum as a signed number, where guarded */
  uint8_t *guarded;            /* [P_TILES]; else they are the sign */
};

struct curta_wide *curta_wide_new(const struct curta_golden *g);
void curta_wide_free(struct curta_wide *w);

/* Buffer B's tile := a digit of an int32 tile; returns the digits. */
const int32_t *curta_wide_load(struct curta_golden *g, uint32_t tile, const void *src, uint32_t digit);
/* A digit of one element. */
int32_t curta_wide_digit(const struct curta_golden *g, int32_t x, uint32_t digit);
/* Row `row` of buffer B (of tile row / T) := digits; and what it is. */
void curta_wide_row(struct curta_golden *g, uint32_t row, const int32_t *digits);
void curta_wide_get_row(const struct curta_golden *g, uint32_t row, int32_t *digits);
/* Tiles [lo, hi) of buffer B are about to be loaded. */
void curta_wide_stale(struct curta_golden *g, uint32_t lo, uint32_t hi);
/* A tile has been loaded with int8. */
void curta_wide_narrow(struct curta_golden *g, uint32_t buf, uint32_t tile);

/* A GEMM is about to read buffer B in a mode. */
void curta_wide_pack(struct curta_golden *g, int mode, int gradient);
/* The low `bits` of x as a signed number. */
int32_t curta_low_digit(int64_t x, int bits);

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
  const int32_t *start;                          /* of int32, not in `total`; or null */
  int64_t total[256];
  _Alignas(64) int32_t sparse[256]; /* [j][i], of the sparse tiles */
  uint64_t bound;                   /* of a sum in sparse[] */
  uint32_t depth;                   /* of the contraction whose products plane[] holds */
  uint8_t used;                     /* bit k: plane[k] is in use, else it counts as 0 */
  uint8_t in_sparse, in_total;      /* sparse, total are in use, else they count as 0 */
};

/* Whether a GEMM is wide, and its tiles packed if so. */
int curta_wide_setup(struct curta_golden *g, struct curta_wide_mode *m, const uint32_t *cmd);
void curta_wide_start(const struct curta_wide_mode *m, struct curta_wide_sum *w, uint32_t p, int acc);
/* `sum` is plane[0] of a struct curta_wide_sum; the chains point into m->narrow. */
void curta_wide_products(const struct curta_wide_mode *m, int32_t *sum, const struct curta_chain *chain, uint32_t n,
                         const struct curta_products *p);
/* Stores the sums in the accumulator memory, with the OR of their magnitudes; returns flags. */
uint32_t curta_wide_end(const struct curta_wide_mode *m, struct curta_wide_sum *w, uint32_t p, int final,
                        uint32_t *magnitudes);
/* A GEMM without GUARD has written tile p. */
void curta_wide_plain(const struct curta_golden *g, uint32_t p);
#endif
