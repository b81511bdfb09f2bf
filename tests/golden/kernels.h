/* SPDX-License-Identifier: Apache-2.0
 * kernels.h - what the files of test_kernels share */
#ifndef CURTA_TEST_KERNELS_H
#define CURTA_TEST_KERNELS_H
#include "curta_kernels.h"

#define N 256 /* elements */

/* Values near the edges of rounding: 0, powers of two and multiples of the step, one off either way. */
int32_t edge(uint32_t i);
int8_t edge8(void);
/* Prints what differs, with its set; 0: nothing does. */
int differ(const struct curta_kernels *k, const char *what, uint32_t n, int64_t want, int64_t got);

/* The modes of NITRO-D: loops over n elements; wide operands, tile by tile. 1: a failure was printed. */
int nitro_elements(const struct curta_kernels *k, uint32_t n);
int nitro_tiles(const struct curta_kernels *k);
#endif
