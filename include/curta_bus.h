/* SPDX-License-Identifier: Apache-2.0
 * curta_bus.h - the one door to a device
 *
 * A device is 32-bit registers, a memory that it shares with the processor, and an interrupt. Every device (golden
 * model, Verilated RTL, SystemC, board, firmware) is reached through this table; the driver knows nothing else.
 * Every function returns 0 or -errno. `ctx` is the device's own.
 */
#ifndef CURTA_BUS_H
#define CURTA_BUS_H
#include <stddef.h>
#include <stdint.h>

/* One retired command, as in machine.md section 6. */
struct curta_retire {
  uint32_t index;                /* order of issue since reset */
  uint8_t opcode, engine;        /* engine: enum curta_engine of curta_spec.h */
  uint16_t tag;
  uint32_t check;                /* checksum of what it wrote */
  uint64_t start, end, busy;     /* cycles; 0 on devices without time */
};

struct curta_bus {
  void *ctx;
  int (*reg_read)(void *ctx, uint32_t offset, uint32_t *value);
  int (*reg_write)(void *ctx, uint32_t offset, uint32_t value);
  int (*mem_read)(void *ctx, uint32_t addr, void *dst, size_t bytes);        /* -ERANGE outside the memory */
  int (*mem_write)(void *ctx, uint32_t addr, const void *src, size_t bytes);
  /* Direct pointer to `bytes` of device memory, or a null function or null pointer where there is none. */
  void *(*mem_map)(void *ctx, uint32_t addr, size_t bytes);
  /* Waits until the interrupt line is high, or until about `limit` device cycles (golden: commands) have passed:
   * 0, or -ETIMEDOUT (call again to go on waiting). Simulated devices advance only in here and in reg_*. */
  int (*wait_irq)(void *ctx, uint64_t limit);
  /* Reports every retired command in order of index; null switches it off. -ENOTSUP where a device has no records. */
  int (*on_retire)(void *ctx, void (*fn)(void *user, const struct curta_retire *record), void *user);
  uint64_t mem_bytes;            /* size of the device memory */
  const char *name;              /* "golden", "rtl", ... */
};
#endif
