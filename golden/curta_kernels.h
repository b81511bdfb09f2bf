/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels.h - the inner loops of the golden device, once for every instruction set, equal bit for bit
 *
 * A set is chosen when a device is opened: the best that the processor has, or the one that CURTA_CPU names. GEMM works
 * on packed tiles, in a layout that belongs to the set; README.md has the picture.
 */
#ifndef CURTA_KERNELS_H
#define CURTA_KERNELS_H
#include <stddef.h>
#include <stdint.h>
#include "curta_num.h"

/* What a packed tile is used as. Unsigned: its bytes are 0..255, the lower digits of an operand wider than 8 bits. */
enum curta_pack { CURTA_PACK_A, CURTA_PACK_B, CURTA_PACK_B_UNSIGNED };

/* n products of packed tiles that follow one another at the steps of struct curta_products. */
struct curta_chain {
  const uint8_t *a, *b;
  uint32_t n;
};

struct curta_products {
  uint32_t t, k;            /* side of a tile: 8 or 16; contraction elements used of each: even, at most t */
  ptrdiff_t step_a, step_b; /* bytes between the tiles of a chain */
  ptrdiff_t at_a, at_b;     /* bytes from where the chains say that they begin to where they do */
  int b_unsigned;           /* B was packed with CURTA_PACK_B_UNSIGNED */
  int fresh;                /* sums start from 0, not from what is there */
};

/* y[i] := curta_requant(x[i], shift, mode) for 1 <= shift <= 31, stochastic draws curta_rand(seed, tensor, index + i)
 */
struct curta_kernel_rounding {
  int32_t shift;
  enum curta_round mode;
  uint32_t seed, tensor, index;
};

/* MAP DIV and UPDATE NITRO (machine.md section 7): s + 256 t and m of two registers each. */
struct curta_quotient {
  uint32_t s, t, m, top;
};
struct curta_rate {
  uint32_t st, m;
};

/* The products of a visit: sum = start + plane[0] + 2^8 plane[1] + 2^16 plane[2] + more, every part exact; null: 0. */
struct curta_parts {
  const int32_t *start, *plane[3], *more;
};

/* An element other than 0 of a tile of B: row, column, value. */
struct curta_nonzero {
  uint8_t k, j;
  int32_t v;
};

struct curta_winograd_kernels; /* curta_winograd.h */

/* Element counts n are multiples of 8. */
struct curta_kernels {
  const char *name;
  int (*supported)(void);

  uint32_t (*packed_bytes)(uint32_t t, enum curta_pack use); /* a multiple of 32; of 64 for t = 16 */
  /* second: lanes are the second index of the tile (mode T), else the first (L) */
  void (*pack)(uint8_t *packed, const int8_t *tile, uint32_t t, int second, enum curta_pack use);
  /* sum[i][j] += a(i,k) b(j,k) over all products of the chains and k < p->k, modulo 2^32; sum is [t][t], 64-byte
   * aligned. Returns the OR of v(sum). */
  uint32_t (*products)(int32_t *sum, const struct curta_chain *chain, uint32_t n, const struct curta_products *p);

  void (*requant)(int8_t *y, const int32_t *x, uint32_t n, const struct curta_kernel_rounding *how);
  void (*narrow)(int8_t *y, const int32_t *x, int wrap, uint32_t n); /* y := curta_narrow(x, wrap) */
  uint32_t (*magnitudes)(const int32_t *x, uint32_t n);              /* OR of v(x[i]) */
  void (*relu)(int8_t *y, uint32_t n);
  void (*mask)(int8_t *y, const int8_t *mask, uint32_t n); /* y := mask > 0 ? y : 0 */
  void (*larger)(int8_t *best, uint8_t *idx, const int8_t *y, uint8_t k,
                 uint32_t n);                                     /* best, idx := y, k where y > best */
  void (*no_index)(uint8_t *idx, const int8_t *best, uint32_t n); /* idx := best == 0 ? NONE : idx */
  void (*select)(int8_t *out, const int8_t *y, const uint8_t *idx, uint8_t k, uint32_t n); /* out := idx == k ? y : 0 */
  void (*select32)(int32_t *out, const int32_t *y, const uint8_t *idx, uint8_t k, uint32_t n);
  void (*decay)(int32_t *g, const int8_t *w, int32_t d, uint32_t n);              /* g := curta_decay(g, w, d) */
  void (*update)(int8_t *w, const int8_t *g, uint32_t n);                         /* w := curta_update(w, g) */
  void (*master_weights)(int8_t *w, const int16_t *wf, int32_t frac, uint32_t n); /* w := curta_round_psto(wf, frac) */
  void (*update_master)(int16_t *wf, const int8_t *g, int32_t frac, uint32_t n);

  /* The modes of NITRO-D; the width of x is x < 0 ? ~x : x. */
  void (*quotient)(int8_t *y, const int32_t *x, uint32_t n, const struct curta_quotient *q); /* y := quotient(x) */
  void (*nitro_relu)(int8_t *y, uint32_t slope, uint32_t mean,
                     uint32_t n); /* y := y < 0 ? trunc(y / 2^slope) : y, - mean */
  void (*larger_class)(int8_t *best, uint8_t *idx, int8_t *v_best, const int8_t *y, const int8_t *v, uint8_t k,
                       uint32_t n);                           /* best, idx, v_best := y, k, v where y > best */
  void (*classes)(uint8_t *idx, const int8_t *v, uint32_t n); /* idx := class of v << 6 | idx */
  /* y := x, trunc(x / 2^slope) or 0 by the class of aux: zs, or class bytes. Returns the OR of the widths. */
  uint32_t (*back_zs)(int32_t *y, const int32_t *x, const uint8_t *aux, uint32_t slope, uint32_t n);
  uint32_t (*back_class)(int32_t *y, const int32_t *x, const uint8_t *aux, uint32_t slope, uint32_t n);
  /* w := w - quot(g, rate) - quot(w, decay). Returns the OR of the widths of w. */
  uint32_t (*sgd)(int32_t *w, const int32_t *g, struct curta_rate rate, struct curta_rate decay, uint32_t n);

  /* Operands wider than 8 bits. */
  uint32_t (*digits)(int32_t *d, int8_t *low, const int32_t *x, int bits,
                     uint32_t n); /* d := the low bits of x as a signed number, low := its low byte; OR of the widths */
  uint32_t (*occupied)(uint32_t *rows, const int32_t *d,
                       uint32_t t); /* rows[k] bit j: d[k][j] is not 0; their number */
  /* sum[j][i] += v x[k][i] over n elements (any number); the sums stay int32 */
  void (*sparse_add)(int32_t *sum, const int8_t *x, const struct curta_nonzero *e, uint32_t n, uint32_t t);
  /* All planes of a tile of 16, lanes are the second index, as curta_kernel_pack_digits does it; null: no better way.
   */
  void (*pack_digits)(uint8_t *packed, const int32_t *d, uint32_t planes);
  /* sum := the parts, *magnitudes := OR of v(sum). 0: they might leave int32, and nothing that was written counts. */
  int (*settle)(int32_t *sum, const struct curta_parts *parts, uint32_t *magnitudes, uint32_t n);

  const struct curta_winograd_kernels *winograd; /* null: no faster than products */
};

/* The set that CURTA_CPU names, or without it the best one here. Null: CURTA_CPU names one that does not exist or that
 * this processor (or this build) does not have. */
const struct curta_kernels *curta_kernels_choose(void);

#if defined(__x86_64__)
/* The level of x86-64 (the psABI's; golden.mk compiles sets for them) of this processor and system: 4, 3, or 0 for
 * less. All of a level: the compiler may use any of its instructions. */
int curta_kernels_x86_level(void);
#endif

/* Sets of this build, best first, ended by null. */
extern const struct curta_kernels *const Curta_kernels[];

/* sum[i][j] += 2^shift times the product, for one digit plane of a wide operand (README.md); scratch is [t][t].
 */
void curta_kernel_plane(const struct curta_kernels *k, int32_t *sum, int32_t *scratch, const struct curta_chain *chain,
                        uint32_t n, const struct curta_products *p, uint32_t shift);

/* Packs the bytes of the digits of a tile plane by plane, all but the highest of `planes` unsigned. */
void curta_kernel_pack_digits(const struct curta_kernels *k, uint8_t *packed, const int32_t *d, uint32_t t, int second,
                              uint32_t planes);
#endif
