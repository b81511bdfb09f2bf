/* SPDX-License-Identifier: Apache-2.0
 * cut_flash.h - a flash behind flash.h whose power goes at a chosen instant: what the operation under way leaves is
 * random
 *
 * CUT_FLASH_BYTES cells from address CUT_FLASH_AT on; [CUT_OPEN_FROM, CUT_OPEN_TO) may be written. The includer defines
 * these.
 */
#pragma once
#include <errno.h>
#include <string.h>
#include "flash.h"
#include "soc_nor.h"

#define ERASE_TIME 4096u /* instants of an erase; a byte programmed or read takes one */

static uint8_t cells[CUT_FLASH_BYTES];
static struct soc_nor nor = {cells, CUT_FLASH_BYTES, 1};
static uint64_t power; /* instants until the power goes; UINT64_MAX: never */
static uint32_t stuck; /* a cell that stays erased; 0: none */
static int bad_write;  /* outside what may be written, or to cells that are not erased */

/* Spends `time`: 256, or the part that is done when the power goes. */
static uint32_t spend(uint64_t time)
{
  uint32_t part = 256;
  if (power == UINT64_MAX)
    return part;
  if (power < time)
    part = (uint32_t)(power * 256 / time);
  power -= power < time ? power : time;
  return part;
}

static int model_read(void *ctx, uint32_t addr, void *to, uint32_t bytes)
{
  (void)ctx;
  if (!power)
    return -EIO;
  memcpy(to, cells + (addr - CUT_FLASH_AT), bytes);
  (void)spend(bytes);
  return power ? 0 : -EIO;
}

static int model_erase(void *ctx, uint32_t addr)
{
  (void)ctx;
  if (!power)
    return -EIO;
  bad_write |= addr < CUT_OPEN_FROM || addr >= CUT_OPEN_TO || addr % FLASH_SECTOR;
  soc_nor_erase(&nor, addr - CUT_FLASH_AT, spend(ERASE_TIME));
  return power ? 0 : -EIO;
}

static int model_program(void *ctx, uint32_t addr, const void *from, uint32_t bytes)
{
  (void)ctx;
  if (!power)
    return -EIO;
  bad_write |= addr < CUT_OPEN_FROM || addr + bytes > CUT_OPEN_TO || addr % FLASH_PAGE + bytes > FLASH_PAGE;
  for (uint32_t i = 0; i < bytes; i++)
    bad_write |= cells[addr - CUT_FLASH_AT + i] != 0xff;
  soc_nor_program(&nor, addr - CUT_FLASH_AT, from, bytes, spend(bytes));
  if (stuck)
    cells[stuck] = 0xff;
  return power ? 0 : -EIO;
}

static const struct flash flash = {NULL, model_read, model_erase, model_program};
