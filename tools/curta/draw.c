/* SPDX-License-Identifier: Apache-2.0
 * draw.c - every random choice of the host, as pure functions of (seed, what for, which)
 */
#include "draw.h"

#include <string.h>

#include "curta_num.h"

/* Sequence numbers: one stream an epoch. */
#define STREAM_ORDER 0xA0000000u
#define STREAM_AUGMENT 0xB0000000u
#define CROP_PAD 4u

uint32_t curta_draw_below(uint32_t below, uint32_t seed, uint32_t sequence, uint32_t index)
{
  return (uint32_t)((uint64_t)curta_rand(seed, sequence, index) * below >> 32);
}

void curta_draw_order(uint32_t *order, uint32_t n, uint32_t seed, uint32_t epoch)
{
  for (uint32_t i = 0; i < n; i++)
    order[i] = i;
  for (uint32_t i = n; i > 1; i--) { /* Fisher-Yates from the top */
    uint32_t j = curta_draw_below(i, seed, STREAM_ORDER + epoch, i), swap = order[i - 1];
    order[i - 1] = order[j];
    order[j] = swap;
  }
}

void curta_draw_augment(uint8_t *dst, const uint8_t *src, uint32_t c, uint32_t h, uint32_t w, unsigned flags,
                        uint32_t seed, uint32_t epoch, uint32_t image)
{
  uint32_t r = curta_rand(seed, STREAM_AUGMENT + epoch, image);
  uint32_t dy = CROP_PAD, dx = CROP_PAD, flip = 0;
  if (flags & CURTA_AUGMENT_CROP) {
    dy = (r & 0xffffu) % (2 * CROP_PAD + 1);
    dx = (r >> 16 & 0x7fffu) % (2 * CROP_PAD + 1);
  }
  if (flags & CURTA_AUGMENT_FLIP)
    flip = r >> 31;
  for (uint32_t k = 0; k < c; k++)
    for (uint32_t y = 0; y < h; y++)
      for (uint32_t x = 0; x < w; x++) {
        uint32_t fx = flip ? w - 1 - x : x, sy = y + dy, sx = fx + dx; /* in the padded image */
        int inside = sy >= CROP_PAD && sy < h + CROP_PAD && sx >= CROP_PAD && sx < w + CROP_PAD;
        dst[(k * h + y) * w + x] = inside ? src[(k * h + sy - CROP_PAD) * w + sx - CROP_PAD] : 0;
      }
}
