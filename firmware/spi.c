/* SPDX-License-Identifier: Apache-2.0
 * spi.c - the serial flash behind the SoC's SPI master: commands that all 25-series flashes have, 24-bit addresses
 */
#include <errno.h>
#include <stddef.h>
#include "flash.h"
#include "soc.h"

enum { READ = 0x03, PROGRAM = 0x02, ERASE_SECTOR = 0x20, WRITE_ENABLE = 0x06, READ_STATUS = 0x05, READ_ID = 0x9f };
#define BUSY 1u
#define ENABLED 2u
#define PATIENCE (1000u * CLOCK_KHZ) /* cycles: a second; a sector takes up to 0.4 */

static void select(uint32_t on)
{
  SOC_FLASH->control = on;
}

static uint8_t byte(uint8_t out)
{
  SOC_FLASH->data = out;
  while (SOC_FLASH->busy)
    ;
  return (uint8_t)SOC_FLASH->data;
}

/* Four bytes in the time of two single ones: the first is bits 7:0, as in memory. */
static uint32_t word(uint32_t out)
{
  SOC_FLASH->word = out;
  while (SOC_FLASH->busy)
    ;
  return SOC_FLASH->word;
}

static void command(uint8_t code, uint32_t addr)
{
  select(1);
  word(code | (addr >> 16 & 0xffu) << 8 | (addr >> 8 & 0xffu) << 16 | (addr & 0xffu) << 24);
}

static uint8_t status(void)
{
  uint8_t s;
  select(1);
  byte(READ_STATUS);
  s = byte(0);
  select(0);
  return s;
}

static int enable(void)
{
  select(1);
  byte(WRITE_ENABLE);
  select(0);
  return (status() & (BUSY | ENABLED)) == ENABLED ? 0 : -EIO;
}

static int finish(void)
{
  uint64_t end = soc_time() + PATIENCE;
  while (status() & BUSY)
    if (soc_time() > end)
      return -ETIMEDOUT;
  return 0;
}

static int aligned(const void *p)
{
  return ((uintptr_t)p & 3u) == 0;
}

static int read(void *ctx, uint32_t addr, void *to, uint32_t bytes)
{
  uint8_t *t = to;
  (void)ctx;
  command(READ, addr);
  if (aligned(t))
    for (; bytes >= 4; bytes -= 4, t += 4)
      *(uint32_t *)(void *)t = word(0);
  while (bytes--)
    *t++ = byte(0);
  select(0);
  return 0;
}

static int erase(void *ctx, uint32_t addr)
{
  int err = enable();
  (void)ctx;
  if (err)
    return err;
  command(ERASE_SECTOR, addr);
  select(0);
  return finish();
}

static int program(void *ctx, uint32_t addr, const void *from, uint32_t bytes)
{
  const uint8_t *f = from;
  int err = enable();
  (void)ctx;
  if (err)
    return err;
  command(PROGRAM, addr);
  if (aligned(f))
    for (; bytes >= 4; bytes -= 4, f += 4)
      word(*(const uint32_t *)(const void *)f);
  while (bytes--)
    byte(*f++);
  select(0);
  return finish();
}

int spi_flash_open(struct flash *flash)
{
  uint8_t maker, size;
  select(0);
  if (status() == 0xff || finish()) /* nobody drives the line; or an erase from before a reset that never ends */
    return -ENODEV;
  select(1);
  byte(READ_ID);
  maker = byte(0);
  byte(0);
  size = byte(0);
  select(0);
  if (maker == 0 || maker == 0xff)
    return -ENODEV;
  *flash = (struct flash){.read = read, .erase = erase, .program = program};
  return size;
}
