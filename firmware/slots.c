/* SPDX-License-Identifier: Apache-2.0
 * slots.c - the state of a training in flash, in two slots that are written in turn
 */
#include <errno.h>
#include <string.h>
#include "slots.h"
#include "curta_package.h"

#define MAGIC 0x54504b43u /* "CKPT" */

struct header {
  uint32_t magic, sequence, bytes, weights_crc;
  struct checkpoint_state state;
  uint32_t crc; /* of everything before */
};
_Static_assert(sizeof(struct header) <= FLASH_PAGE, "a header is one page");

static uint32_t header_crc(const struct header *h)
{
  return curta_crc32(0, h, offsetof(struct header, crc));
}

void checkpoint_open(struct checkpoint *c, const struct flash *flash, uint32_t slot0, uint32_t slot1,
                     uint32_t slot_bytes)
{
  *c = (struct checkpoint){.flash = flash, .slot = {slot0, slot1}, .slot_bytes = slot_bytes, .newest = 1};
}

/* 1: a header of this job; 0: not; -errno. */
static int read_header(const struct checkpoint *c, uint32_t slot, uint32_t job, uint32_t bytes, struct header *h)
{
  int err = c->flash->read(c->flash->ctx, c->slot[slot], h, sizeof *h);
  if (err)
    return err;
  return h->magic == MAGIC && h->crc == header_crc(h) && h->state.job == job && h->bytes == bytes;
}

/* 1: the weights are whole, and now in `weights`; 0: not; -errno. */
static int read_weights(const struct checkpoint *c, uint32_t slot, const struct header *h, void *weights)
{
  int err = c->flash->read(c->flash->ctx, c->slot[slot] + FLASH_SECTOR, weights, h->bytes);
  return err ? err : curta_crc32(0, weights, h->bytes) == h->weights_crc;
}

int checkpoint_load(struct checkpoint *c, struct checkpoint_state *state, void *weights, uint32_t bytes)
{
  struct header h[2];
  int good[2];
  if (bytes > c->slot_bytes - FLASH_SECTOR)
    return -ENOSPC;
  for (uint32_t s = 0; s < 2; s++) {
    good[s] = read_header(c, s, state->job, bytes, &h[s]);
    if (good[s] < 0)
      return good[s];
  }
  for (;;) {
    uint32_t s = good[1] && (!good[0] || h[1].sequence > h[0].sequence);
    int whole;
    if (!good[s])
      return -ENOENT;
    whole = read_weights(c, s, &h[s], weights);
    if (whole < 0)
      return whole;
    if (whole) {
      c->newest = s;
      c->sequence = h[s].sequence;
      *state = h[s].state;
      return 0;
    }
    good[s] = 0;
  }
}

/* Into erased cells, and read back. */
static int write_whole(const struct flash *f, uint32_t addr, const void *from, uint32_t bytes)
{
  int err = flash_write(f, addr, from, bytes);
  int holds = err ? err : flash_holds(f, addr, from, bytes);
  return holds < 0 ? holds : holds ? 0 : -EIO;
}

int checkpoint_save(struct checkpoint *c, const struct checkpoint_state *state, const void *weights, uint32_t bytes)
{
  const struct flash *f = c->flash;
  struct header h;
  uint32_t slot = 1 - c->newest, at = c->slot[slot];
  int err = 0;
  if (bytes > c->slot_bytes - FLASH_SECTOR)
    return -ENOSPC;
  memset(&h, 0, sizeof h);
  h.magic = MAGIC;
  h.sequence = c->sequence + 1;
  h.bytes = bytes;
  h.weights_crc = curta_crc32(0, weights, bytes);
  h.state = *state;
  h.crc = header_crc(&h);
  for (uint32_t done = 0; done < FLASH_SECTOR + bytes && !err; done += FLASH_SECTOR)
    err = f->erase(f->ctx, at + done);
  if (!err)
    err = write_whole(f, at + FLASH_SECTOR, weights, bytes);
  if (!err)
    err = write_whole(f, at, &h, sizeof h);
  if (err)
    return err;
  c->newest = slot;
  c->sequence = h.sequence;
  return 0;
}
