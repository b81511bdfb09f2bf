/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_quads.h - the packed layout of the sets that multiply four neighbours of the contraction at once
 *
 *   [k/4][lane][4] bytes: group q of a tile of 16 is one 64-byte line, lane j its bytes 4j..4j+3 = k 4q..4q+3
 *   A only: then int32 [lane], the sum over all k. It pays for the bias that an instruction wants on B:
 *   sum a (b + bias) - bias sum a.
 */
#ifndef CURTA_KERNELS_QUADS_H
#define CURTA_KERNELS_QUADS_H
#include <string.h>
#include "curta_kernels.h"

static inline uint32_t quads_bytes(uint32_t t, enum curta_pack use)
{
  return t * t + (use == CURTA_PACK_A ? 4 * t : 0);
}

/* flip: XORed into every byte of B */
static inline void quads_pack_plain(uint8_t *packed, const int8_t *tile, uint32_t t, int second, enum curta_pack use,
                                    uint8_t flip)
{
  uint32_t lane_step = second ? 1 : t, k_step = second ? t : 1;
  for (uint32_t lane = 0; lane < t; lane++) {
    int32_t sum = 0;
    for (uint32_t k = 0; k < t; k++) {
      int8_t x = tile[lane * lane_step + k * k_step];
      packed[(k / 4 * t + lane) * 4 + k % 4] = (uint8_t)((uint8_t)x ^ (use == CURTA_PACK_A ? 0 : flip));
      sum += x;
    }
    if (use == CURTA_PACK_A)
      memcpy(packed + t * t + 4 * lane, &sum, 4);
  }
}
#endif
