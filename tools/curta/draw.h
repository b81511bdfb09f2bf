/* SPDX-License-Identifier: Apache-2.0
 * draw.h - every random choice of the host, as pure functions of (seed, what for, which)
 *
 * All draws come from curta_rand (golden/curta_num.h), so that an interrupted training resumes exactly. The sequence
 * numbers below are out of reach of the numbers that the plans use (tensor + step).
 */
#ifndef CURTA_TOOL_DRAW_H
#define CURTA_TOOL_DRAW_H
#include <stddef.h>
#include <stdint.h>

/* order[0..n) := a random permutation of 0..n-1, of this epoch. */
void curta_draw_order(uint32_t *order, uint32_t n, uint32_t seed, uint32_t epoch);

#define CURTA_AUGMENT_CROP 1u /* pad by 4 black pixels, crop at random */
#define CURTA_AUGMENT_FLIP 2u /* left and right swapped with probability 1/2 */
#define CURTA_AUGMENT 3u
#define CURTA_IN_ORDER 4u /* beside these in a checkpoint: images in the order of the data set, not shuffled */

/* dst (C,H,W) := src with the augmentation that image number `image` gets in this epoch. */
void curta_draw_augment(uint8_t *dst, const uint8_t *src, uint32_t c, uint32_t h, uint32_t w, unsigned flags,
                        uint32_t seed, uint32_t epoch, uint32_t image);

/* 0..below-1, almost uniform (bias below 2^-32 * below). */
uint32_t curta_draw_below(uint32_t below, uint32_t seed, uint32_t sequence, uint32_t index);

#endif
