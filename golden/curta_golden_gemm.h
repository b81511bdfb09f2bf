/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_gemm.h - a GEMM as its command says it (machine.md section 4), for the ways to do it
 */
#ifndef CURTA_GOLDEN_GEMM_H
#define CURTA_GOLDEN_GEMM_H
#include "curta_golden_int.h"
#include "curta_golden_wide.h"

enum curta_stride { SGA, SGB, SVY, SVX, SKY, SKX, SKC, CURTA_STRIDES };

/* 0 <= a v + b k + c < u */
struct curta_law {
  int32_t a, b, c, u;
};

struct curta_gemm {
  struct curta_golden *g;
  uint32_t base[3], stride[3][CURTA_STRIDES]; /* A, B, P; modulo 2^16 */
  uint32_t nga, ngb, nvy, nvx, nky, nkx, nkc;
  struct curta_law y, x;
  const struct curta_packed *packed[2];
  int mode[2];      /* A_T, B_T */
  int start, final; /* ACC, FINAL */
  int gather;
  uint32_t klast; /* elements used of the last contraction tile */
  struct curta_wide_mode wide;
};

/* The command by F(4x4, 3x3) (curta_winograd.h), with the OR of the magnitudes of its results. 0: not done, it is none
 * of those, or the products of its windows alone are fewer. */
int curta_golden_winograd(const struct curta_gemm *m, uint32_t *magnitude);
#endif
