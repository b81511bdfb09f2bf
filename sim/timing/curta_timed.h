/* SPDX-License-Identifier: Apache-2.0
 * curta_timed.h - the timing model: cycles of the RTL without the RTL
 *
 * curta_timed_open: the golden device with time, behind curta_bus.h; every bit and record as golden and RTL have them,
 * cycles as the RTL to within a few percent (docs/data/timing.md). curta_timed_program: time alone, without data, of any
 * array shape. One device belongs to one thread at a time.
 */
#ifndef CURTA_TIMED_H
#define CURTA_TIMED_H
#include "curta_bus.h"
#include "curta_spec.h"

#ifdef __cplusplus
extern "C" {
#endif

#define CURTA_TIMED_NONE UINT32_MAX /* switches a default off */

/* The memory: as in curta_rtl.h. All zero is sensible. */
struct curta_timed_memory {
  uint32_t bytes_per_cycle;  /* shared by reads and writes; 0: the width of the port */
  uint32_t latency;          /* cycles; 0: 30 */
  uint32_t refresh_interval; /* 0: 780, CURTA_TIMED_NONE: never */
  uint32_t refresh_cycles;   /* 0: 26 */
};

/* Opens a device of a named configuration ("tiny", "base", "base16", "large").
 * 0; -EINVAL unknown configuration or size; -ENOMEM. On failure *bus is untouched. */
int curta_timed_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes, const struct curta_timed_memory *memory);
void curta_timed_close(struct curta_bus *bus);
uint64_t curta_timed_cycles(const struct curta_bus *bus);
/* Bursts that touch [lo, hi) are answered with an error from now on. */
void curta_timed_inject(struct curta_bus *bus, uint32_t lo, uint32_t hi);
/* Inside fn of on_retire, called for a GEMM: what a snapshot at its end would have said. 0. */
int curta_timed_counters(const struct curta_bus *bus, uint64_t counters[CURTA_CNT_COUNT]);
int curta_timed_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value);

/* Time of n commands called once as a program, without data, for any shape that the RTL can have. The two registers of a SKIP
 * are taken as equal: a speculation was right (NITI), the upper digits of a delta are all 0 (NITRO-D). Records (checks are 0)
 * go to fn if it is not null, in order of index; then: the counters at the end of a GEMM. counters: what the device's counters would say. 0; -EINVAL: a shape that the
 * RTL cannot have; -EDEADLK: a command waits for what never completes; -ENOEXEC: a command of no engine. */
int curta_timed_program(const struct curta_config *shape, const struct curta_timed_memory *memory, const uint32_t (*cmd)[32],
                        uint32_t n, void (*fn)(void *user, const struct curta_retire *record, const uint64_t *then), void *user,
                        uint64_t counters[CURTA_CNT_COUNT]);

#ifdef __cplusplus
}
#endif
#endif
