/* SPDX-License-Identifier: Apache-2.0
 * door.c - the accelerator behind curta_bus.h: registers and shared memory by address
 */
#include <errno.h>
#include <string.h>
#include "door.h"
#include "soc.h"

static int reg_read(void *ctx, uint32_t offset, uint32_t *value)
{
  (void)ctx;
  *value = SOC_ACCEL[offset / 4];
  return 0;
}

static int reg_write(void *ctx, uint32_t offset, uint32_t value)
{
  (void)ctx;
  SOC_ACCEL[offset / 4] = value;
  return 0;
}

static int inside(uint32_t addr, size_t bytes)
{
  return addr <= SOC_ACCEL_BYTES && bytes <= SOC_ACCEL_BYTES - addr;
}

static int mem_read(void *ctx, uint32_t addr, void *dst, size_t bytes)
{
  (void)ctx;
  if (!inside(addr, bytes))
    return -ERANGE;
  memcpy(dst, SOC_MEMORY + addr, bytes);
  return 0;
}

static int mem_write(void *ctx, uint32_t addr, const void *src, size_t bytes)
{
  (void)ctx;
  if (!inside(addr, bytes))
    return -ERANGE;
  memcpy(SOC_MEMORY + addr, src, bytes);
  return 0;
}

static void *mem_map(void *ctx, uint32_t addr, size_t bytes)
{
  (void)ctx;
  return inside(addr, bytes) ? SOC_MEMORY + addr : NULL;
}

static int wait_irq(void *ctx, uint64_t limit)
{
  (void)ctx;
  return soc_wait(IRQ_ACCEL, limit) ? -ETIMEDOUT : 0;
}

static int on_retire(void *ctx, void (*fn)(void *user, const struct curta_retire *record), void *user)
{
  (void)ctx;
  (void)user;
  return fn ? -ENOTSUP : 0;
}

const struct curta_bus soc_door = {
    .reg_read = reg_read,
    .reg_write = reg_write,
    .mem_read = mem_read,
    .mem_write = mem_write,
    .mem_map = mem_map,
    .wait_irq = wait_irq,
    .on_retire = on_retire,
    .mem_bytes = SOC_ACCEL_BYTES,
    .name = "standalone",
};
