/* SPDX-License-Identifier: Apache-2.0
 * test_keep - the training package in a model of the flash whose power is cut at random instants while it is written
 * usage: test_keep [cuts [seed]]
 *
 * A host sends one of a few packages; at a random instant of keeping it the power goes. After the reboot the flash
 * holds that package whole, or the one before as long as nothing was erased, or none: never a damaged one that would be
 * accepted. The host then sends the same package again, or the one before: it must be kept whole, whatever the cut
 * left.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include "keep.h"

#define CUT_FLASH_BYTES 65536u
#define CUT_FLASH_AT KEEP_AT
#define CUT_OPEN_FROM KEEP_AT
#define CUT_OPEN_TO (KEEP_AT + CUT_FLASH_BYTES)
#include "cut_flash.h"

#define PACKAGES 3u
#define ROOM 40000u
static union {
  struct curta_package head;
  uint8_t bytes[ROOM];
} package[PACKAGES], got;

/* Sizes end in a page, at a sector and in between; two packages have the same size. */
static void make(uint32_t k)
{
  static const uint32_t bytes[PACKAGES] = {20480, 20480, 33333};
  struct curta_package *p = &package[k].head;
  uint32_t net = ((uint32_t)sizeof *p + 3u) & ~3u;
  for (uint32_t i = 0; i < ROOM; i++)
    package[k].bytes[i] = (uint8_t)soc_nor_random(&nor);
  memset(p, 0, sizeof *p);
  p->magic = CURTA_PACKAGE_MAGIC;
  p->version = CURTA_PACKAGE_VERSION;
  p->bytes = bytes[k];
  p->net = net;
  p->net_bytes = 16;
  p->batch = p->c = p->h = p->w = p->train_n = 1;
  p->classes = 2;
  p->train_images = p->train_labels = net + 16;
  p->crc = curta_crc32(0, (const uint8_t *)p + offsetof(struct curta_package, net),
                       p->bytes - offsetof(struct curta_package, net));
}

static int fail(uint64_t cut, const char *what)
{
  printf("FAIL keep: cut %" PRIu64 ": %s\n", cut, what);
  return 1;
}

/* After a reboot: the package that would be trained, PACKAGES: none, -1: a damaged one. */
static int found(void)
{
  struct curta_diag diag = {0};
  power = UINT64_MAX;
  memset(&got, 0, sizeof got);
  if (keep_fetch(&flash, &got.head, ROOM) || curta_package_check(&got.head, ROOM, &diag))
    return keep_whole(&flash, ROOM) ? -1 : (int)PACKAGES;
  if (!keep_whole(&flash, ROOM))
    return -1;
  for (uint32_t k = 0; k < PACKAGES; k++)
    if (got.head.bytes == package[k].head.bytes && !memcmp(&got, &package[k], package[k].head.bytes))
      return (int)k;
  return -1;
}

int main(int argc, char **argv)
{
  uint32_t cuts = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 1000, none = 0, before = 0, whole = 0, last = 0;
  nor.random = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1;
  for (uint32_t i = 0; i < CUT_FLASH_BYTES; i++)
    cells[i] = (uint8_t)soc_nor_random(&nor); /* somebody else's data */
  for (uint32_t k = 0; k < PACKAGES; k++)
    make(k);
  if (found() != (int)PACKAGES)
    return fail(0, "a package in random cells");
  if (keep_store(&flash, &package[0].head) || found() != 0)
    return fail(0, "a package is not kept");
  for (uint32_t k = 0; k < cuts; k++) {
    uint32_t next = (last + 1 + soc_nor_random(&nor) % (PACKAGES - 1)) % PACKAGES, bytes = package[next].head.bytes;
    uint64_t time = (uint64_t)(bytes + FLASH_SECTOR - 1) / FLASH_SECTOR * ERASE_TIME + 2 * bytes + 256;
    int now, err;
    power = ((uint64_t)soc_nor_random(&nor) << 24 | soc_nor_random(&nor)) % time + 1;
    if (k % 4 == 0)
      power = 1 + soc_nor_random(&nor) % 600; /* in the first erase, which the old head may outlive */
    if (k % 4 == 1)
      power = time - bytes - 500 + soc_nor_random(&nor) % 400; /* around the first page, which comes last */
    err = keep_store(&flash, &package[next].head);
    now = found();
    if (now < 0)
      return fail(k, "a damaged package is accepted");
    if (now < (int)PACKAGES && now != (int)next && now != (int)last)
      return fail(k, "a package of long ago");
    if (!err && now != (int)next)
      return fail(k, "it was said to be kept and is not");
    none += now == (int)PACKAGES;
    before += now == (int)last;
    whole += now == (int)next;
    last = soc_nor_random(&nor) % 2 ? next : last; /* what the host sends next */
    power = UINT64_MAX;
    if (keep_store(&flash, &package[last].head) || found() != (int)last)
      return fail(k, "after the cut a package is not kept");
  }
  if (bad_write)
    return fail(cuts, "writes outside its place or to cells that are not erased");
  last = (last + 1) % PACKAGES;
  stuck = 5000;
  if (keep_store(&flash, &package[last].head) != -EIO)
    return fail(cuts, "a cell that does not take what is programmed is not noticed");
  stuck = 0;
  package[1].head.bytes = KEEP_BYTES + 4;
  if (keep_store(&flash, &package[last].head) || found() != (int)last)
    return fail(cuts, "a package is not kept");
  if (keep_store(&flash, &package[1].head) != -ENOSPC || found() != (int)PACKAGES)
    return fail(cuts, "a package that is too large leaves the one before");
  if (cuts >= 100 && (!none || !before || !whole))
    return fail(cuts, "a case did not occur");
  printf("PASS keep: %" PRIu32 " power cuts: none left %" PRIu32 " times, the one before %" PRIu32
         ", the new one %" PRIu32 "; a damaged one never; sent again it was always kept\n",
         cuts, none, before, whole);
  return 0;
}
