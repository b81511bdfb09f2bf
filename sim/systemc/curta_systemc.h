/* SPDX-License-Identifier: Apache-2.0
 * curta_systemc.h - the TLM-2.0 model behind curta_bus.h, with its own memory
 *
 * SystemC has one simulation a process: one device can be open at a time.
 */
#ifndef CURTA_SYSTEMC_H
#define CURTA_SYSTEMC_H
#include "curta_bus.h"
#include "curta_timed.h"

#ifdef __cplusplus
extern "C" {
#endif

/* As curta_timed_open; -EBUSY: another device is open. */
int curta_systemc_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes, const struct curta_timed_memory *memory);
void curta_systemc_close(struct curta_bus *bus);
/* How far the accelerator may run ahead of the kernel's time while the processor waits for the interrupt: nothing but speed
 * depends on it. Default: as far as it can; 0: not at all. */
void curta_systemc_quantum(struct curta_bus *bus, uint64_t cycles);
uint64_t curta_systemc_cycles(const struct curta_bus *bus);
/* Bursts that touch [lo, hi) are answered with an error from now on. */
void curta_systemc_inject(struct curta_bus *bus, uint32_t lo, uint32_t hi);
/* As curta_timed_counters, bytes to whole bursts; -ENOTSUP: the RTL as a module. */
int curta_systemc_counters(const struct curta_bus *bus, uint64_t counters[CURTA_CNT_COUNT]);
int curta_systemc_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value);

#ifdef __cplusplus
}
#endif
#endif
