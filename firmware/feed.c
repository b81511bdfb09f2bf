/* SPDX-License-Identifier: Apache-2.0
 * feed.c - see feed.h
 *
 * This is what the core does while the accelerator trains, so it must be done sooner: where rows of the input tensor
 * are windows of an image they are written there at once, in words. Other networks go through the driver, image by
 * image.
 */
#include <errno.h>
#include <string.h>
#include "feed.h"
#include "soc.h"

#define SIDE 16u /* of a tile, at most */

static uint16_t batch_labels[CURTA_ALONE_BATCH];
static SOC_SHARED int8_t inputs[CURTA_ALONE_BATCH_BYTES];

/* Windows of `words` words each from unaligned places, the last of an image masked. */
struct rows {
  uint32_t tiles_y, tiles_x, tiles_k, side, words;
  uint32_t mask[SIDE / 4]; /* of the last tile of a window */
  struct curta_window window;
};

static const uint32_t *aligned(const uint8_t *from, uint32_t *shift)
{
  uint32_t skip = (uintptr_t)from & 3u;
  *shift = 8 * skip;
  return (const uint32_t *)(const void *)(from - skip);
}

/* `rows` rows that follow each other in the image and lie `stride` words apart. Returns where the next one would lie.
 */
static uint32_t *whole_rows(uint32_t *to, const uint8_t *from, uint32_t rows, uint32_t words, uint32_t stride)
{
  uint32_t shift, word;
  const uint32_t *p = aligned(from, &shift);
  if (!shift && words == 2) {
    for (; rows; rows--, p += 2, to += stride) {
      uint32_t a = p[0], b = p[1];
      to[0] = a;
      to[1] = b;
    }
    return to;
  }
  word = *p;
  for (; rows; rows--, to += stride)
    for (uint32_t i = 0; i < words; i++) {
      uint32_t next = *++p;
      to[i] = shift ? word >> shift | next << (32 - shift) : word;
      word = next;
    }
  return to;
}

static void last_row(uint32_t *to, const uint8_t *from, uint32_t words, const uint32_t *mask)
{
  uint32_t shift;
  const uint32_t *p = aligned(from, &shift);
  uint32_t word = *p;
  for (uint32_t i = 0; i < words; i++) {
    uint32_t next = *++p;
    to[i] = (shift ? word >> shift | next << (32 - shift) : word) & mask[i];
    word = next;
  }
}

/* The rows of one line of positions where a row is 8 bytes and the window no longer: a convolution of one channel. */
static uint32_t *narrow_rows(uint32_t *to, const uint8_t *from, const struct rows *r, uint32_t stride)
{
  uint32_t n = r->window.n, step = r->window.step_x, low = r->mask[0], high = r->mask[1], shift;
  for (uint32_t x = r->tiles_x; x; x--, from += step, to += stride) {
    const uint32_t *p = aligned(from, &shift);
    uint32_t a = p[0], b = p[1];
    if (shift) {
      a = a >> shift | b << (32 - shift);
      b >>= shift;
      if (n > 5 && shift / 8 + n > 8)
        b |= p[2] << (32 - shift);
    }
    to[0] = a & low;
    to[1] = b & high;
  }
  return to;
}

static void put_image(uint32_t *to, const uint8_t *image, const struct rows *r)
{
  uint32_t stride = r->side * r->words; /* words of a tile */
  for (uint32_t y = 0; y < r->tiles_y; y++, image += r->window.step_y) {
    const uint8_t *from = image;
    if (r->words == 2 && r->tiles_k == 1) {
      to = narrow_rows(to, image, r, stride);
      continue;
    }
    for (uint32_t x = 0; x < r->tiles_x; x++, from += r->window.step_x) {
      if (r->tiles_k > 1)
        to = whole_rows(to, from, r->tiles_k - 1, r->words, stride);
      last_row(to, from + (r->tiles_k - 1) * r->side, r->words, r->mask);
      to += stride;
    }
  }
}

static void rows_of(const struct curta_plan *plan, const struct curta_window *window, struct rows *r)
{
  const uint32_t *d = plan->tensor[plan->t_input].d;
  r->tiles_y = d[1];
  r->tiles_x = d[2];
  r->tiles_k = d[3];
  r->side = plan->hw.t;
  r->words = r->side / 4;
  r->window = *window;
  for (uint32_t i = 0; i < r->words; i++) {
    uint32_t at = (r->tiles_k - 1) * r->side + 4 * i, n = window->n > at ? window->n - at : 0;
    r->mask[i] = n >= 4 ? 0xffffffffu : (1u << 8 * n) - 1;
  }
}

/* Which images a part of the batch is. They are read before the images, because the core has one line of memory. (cold:
 * as small as can be) */
static __attribute__((noinline, cold)) void pick_some(uint32_t pick[SIDE], const uint32_t *index, uint32_t first,
                                                      uint32_t from, uint32_t batch)
{
  for (uint32_t k = 0; k < SIDE && from + k < batch; k++)
    pick[k] = index ? index[from + k] : first + from + k;
}

static int put_windows(struct train *t, const struct curta_window *window, const uint8_t *images, const uint32_t *index,
                       uint32_t first)
{
  const struct curta_package *p = t->package;
  const uint32_t batch = p->batch, size = p->c * p->h * p->w, side = t->plan->hw.t;
  uint32_t addr, pick[SIDE];
  struct rows r;
  uint8_t *to;
  int err = curta_batch_claim(&t->run, batch_labels, batch, &addr);
  if (err)
    return err;
  rows_of(t->plan, window, &r);
  to = t->dev.bus->mem_map(t->dev.bus->ctx, addr, t->plan->tensor[t->plan->t_input].bytes);
  for (uint32_t i = 0; i < batch; i++) {
    uint32_t tile = i / side * (r.tiles_y * r.tiles_x * r.tiles_k);
    if (i % SIDE == 0)
      pick_some(pick, index, first, i, batch);
    put_image((uint32_t *)(void *)(to + (tile * side + i % side) * side), images + pick[i % SIDE] * size, &r);
  }
  return 0;
}

int feed_batch(struct train *t, uint32_t images, uint32_t labels, const uint32_t *index, uint32_t first)
{
  const struct curta_package *p = t->package;
  const uint8_t *base = (const uint8_t *)p;
  const uint32_t batch = p->batch, size = p->c * p->h * p->w;
  uint32_t pick[SIDE];
  struct curta_window window;
  for (uint32_t i = 0; i < batch; i++) {
    if (i % SIDE == 0)
      pick_some(pick, index, first, i, batch);
    batch_labels[i] = base[labels + pick[i % SIDE]];
  }
  if (!curta_input_window(t->plan, &window))
    return put_windows(t, &window, base + images, index, first);
  for (uint32_t i = 0; i < batch; i++)
    memcpy(inputs + i * size, base + images + (index ? index[i] : first + i) * size, size);
  return curta_batch_write(&t->run, inputs, batch_labels, batch);
}

int feed_check(const struct train *t)
{
  const struct curta_package *p = t->package;
  struct curta_window window;
  if (p->batch > CURTA_ALONE_BATCH || t->plan->hw.t > SIDE)
    return -ENOSPC;
  if (!curta_input_window(t->plan, &window))
    return 0;
  return (uint64_t)p->batch * p->c * p->h * p->w > sizeof inputs ? -ENOSPC : 0;
}
