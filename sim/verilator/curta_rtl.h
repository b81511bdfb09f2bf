/* SPDX-License-Identifier: Apache-2.0
 * curta_rtl.h - the Verilated RTL behind curta_bus.h, with a configurable memory
 *
 * Cycles pass only inside wait_irq and register accesses. The memory model checks every AXI4 rule that the master must
 * obey and aborts with the name of the rule when one is broken. One device belongs to one thread at a time.
 */
#ifndef CURTA_RTL_H
#define CURTA_RTL_H
#include "curta_bus.h"
#include "curta_spec.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CURTA_RTL_NONE UINT32_MAX   /* switches a default off */

/* All zero is a sensible device but for config and mem_bytes. */
struct curta_rtl_options {
  const char *config;          /* "tiny", "base", "large", "base16" (base with a 16-byte port) */
  uint64_t mem_bytes;          /* multiple of 4096, up to 4 GiB */
  uint32_t bytes_per_cycle;    /* shared by reads and writes; 0: the width of the port */
  uint32_t latency;            /* cycles from address to first data, from last data to acknowledgement; 0: 30 */
  uint32_t refresh_interval;   /* every so many cycles ... 0: 780, CURTA_RTL_NONE: never */
  uint32_t refresh_cycles;     /* ... no data moves for so long; 0: 26 */
  uint32_t stall_permille;     /* probability of a pause on every channel and cycle; reads of different IDs interleave */
  uint32_t seed;               /* of the pauses */
  uint32_t error_lo, error_hi; /* beats at addresses [lo, hi) are answered with SLVERR; empty when hi <= lo */
  const char *trace_file;      /* FST waveform; null: none. -ENOTSUP in the fast library */
};

/* The configurations that this library was built with, each followed by a space. */
const char *curta_rtl_configs(void);

/* Opens a device that has left reset and fills in *bus.
 * 0; -EINVAL configuration unknown or not built (a message says which are), or size; -ENOMEM; -ENOTSUP; -EIO when the
 * waveform file cannot be made or the device stays busy after reset. */
int curta_rtl_open(struct curta_bus *bus, const struct curta_rtl_options *options);

/* Frees what open made; the bus must not be used any more. */
void curta_rtl_close(struct curta_bus *bus);

/* Hard reset of device and memory together, `cycles` >= 2 long, in the middle of anything: bursts under way are never
 * answered, a register access of the host is cut off too, the records begin again; the bytes of the memory stay. Returns when
 * the device is idle. *cut: the bursts that were under way. 0, -EINVAL, or -EIO when the device stays busy. */
int curta_rtl_reset(struct curta_bus *bus, unsigned cycles, uint32_t *cut);

/* Cycles since the device was opened. */
uint64_t curta_rtl_cycles(const struct curta_bus *bus);

/* Lets `cycles` pass. */
void curta_rtl_run(struct curta_bus *bus, uint64_t cycles);

/* Changes the range that is answered with SLVERR. */
void curta_rtl_inject(struct curta_bus *bus, uint32_t lo, uint32_t hi);

/* Word `word` (32 bits) of a memory of the device, numbered as in the retirement records: 0 or -ERANGE.
 * Spaces: 0 memory, 1 operand buffer A, 2 operand buffer B, 3 accumulator memory. */
int curta_rtl_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value);

/* All counters as they were when the GEMM ended whose record on_retire is given just then. 0; -ENOTSUP: a netlist. */
int curta_rtl_counters(const struct curta_bus *bus, uint64_t value[CURTA_CNT_COUNT]);

#ifdef __cplusplus
}
#endif
#endif
