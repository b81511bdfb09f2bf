/* SPDX-License-Identifier: Apache-2.0
 * flash.c - more than a page of a flash: written, and compared with what was written
 */
#include <string.h>
#include "flash.h"

static uint32_t of_page(uint32_t left)
{
  return left < FLASH_PAGE ? left : FLASH_PAGE;
}

int flash_write(const struct flash *f, uint32_t addr, const void *from, uint32_t bytes)
{
  const uint8_t *b = from;
  int err = 0;
  for (uint32_t at = 0; at < bytes && !err; at += FLASH_PAGE)
    err = f->program(f->ctx, addr + at, b + at, of_page(bytes - at));
  return err;
}

int flash_holds(const struct flash *f, uint32_t addr, const void *what, uint32_t bytes)
{
  const uint8_t *b = what;
  uint32_t page[FLASH_PAGE / 4];
  for (uint32_t at = 0; at < bytes; at += FLASH_PAGE) {
    uint32_t n = of_page(bytes - at);
    int err = f->read(f->ctx, addr + at, page, n);
    if (err)
      return err;
    if (memcmp(page, b + at, n) != 0)
      return 0;
  }
  return 1;
}
