/* SPDX-License-Identifier: Apache-2.0
 * flash.h - a serial NOR flash: erased in sectors to ones, programmed in pages to zeros
 *
 * Functions return 0 or -errno and come back when the flash is done. Behind the table is the SPI master of the SoC
 * (spi.c) or a model of a flash in a test.
 */
#pragma once
#include <stdint.h>

#define FLASH_SECTOR 4096u
#define FLASH_PAGE 256u

struct flash {
  void *ctx;
  int (*read)(void *ctx, uint32_t addr, void *to, uint32_t bytes);
  int (*erase)(void *ctx, uint32_t addr);                                     /* the sector at addr */
  int (*program)(void *ctx, uint32_t addr, const void *from, uint32_t bytes); /* within one page */
};

/* Programs erased cells from a page on. */
int flash_write(const struct flash *f, uint32_t addr, const void *from, uint32_t bytes);
/* 1: the flash holds these bytes; 0: it does not; -errno. */
int flash_holds(const struct flash *f, uint32_t addr, const void *what, uint32_t bytes);

/* The SoC's flash. The third byte of its ID: the binary logarithm of its size in bytes. -ENODEV: none answers. */
int spi_flash_open(struct flash *flash);
