/* SPDX-License-Identifier: Apache-2.0
 * keep.c - the training package in the flash
 */
#include <errno.h>
#include <string.h>
#include "keep.h"

/* The words in front of what the package's checksum covers. */
struct head {
  uint32_t magic, version, bytes, crc;
};

static int read_head(const struct flash *flash, uint32_t room, struct head *head)
{
  int err = flash->read(flash->ctx, KEEP_AT, head, sizeof *head);
  if (err)
    return err;
  return head->magic != CURTA_PACKAGE_MAGIC || head->bytes > room || head->bytes > KEEP_BYTES ? -ENOENT : 0;
}

int keep_fetch(const struct flash *flash, struct curta_package *to, uint32_t room)
{
  struct head head;
  int err = read_head(flash, room, &head);
  return err ? err : flash->read(flash->ctx, KEEP_AT, to, head.bytes);
}

int keep_whole(const struct flash *flash, uint32_t room)
{
  uint8_t page[FLASH_PAGE];
  struct head head;
  uint32_t crc = 0;
  if (read_head(flash, room, &head))
    return 0;
  for (uint32_t at = sizeof head; at < head.bytes; at += FLASH_PAGE) {
    uint32_t n = head.bytes - at < FLASH_PAGE ? head.bytes - at : FLASH_PAGE;
    if (flash->read(flash->ctx, KEEP_AT + at, page, n))
      return 0;
    crc = curta_crc32(crc, page, n);
  }
  return crc == head.crc;
}

int keep_store(const struct flash *flash, const struct curta_package *package)
{
  const uint32_t first = package->bytes < FLASH_PAGE ? package->bytes : FLASH_PAGE;
  int there, err = 0;
  if (package->bytes > KEEP_BYTES) { /* another job is not to begin again over this one's checkpoints */
    err = flash->erase(flash->ctx, KEEP_AT);
    return err ? err : -ENOSPC;
  }
  there = flash_holds(flash, KEEP_AT, package, package->bytes); /* its head alone may have outlived a power cut while it was erased */
  if (there)
    return there < 0 ? there : 0;
  for (uint32_t at = 0; at < package->bytes && !err; at += FLASH_SECTOR)
    err = flash->erase(flash->ctx, KEEP_AT + at);
  if (!err)
    err = flash_write(flash, KEEP_AT + first, (const uint8_t *)package + first, package->bytes - first);
  if (!err)
    err = flash_write(flash, KEEP_AT, package, first);
  if (!err)
    there = flash_holds(flash, KEEP_AT, package, package->bytes);
  return err ? err : there < 0 ? there : there ? 0 : -EIO;
}
