/* SPDX-License-Identifier: Apache-2.0
 * curta_golden.h - the golden device: what docs/machine.md says, without time, behind curta_bus.h
 *
 * Commands execute in program order inside wait_irq (limit: number of commands). Cycle counters stay 0; the environment
 * variable CURTA_THREADS bounds the threads of large commands (default: all cores that this process may use); results
 * do not depend on it. Convolutions of stride 1 take the fastest way of the instruction set; CURTA_CONV=direct or
 * winograd names one (curta_golden_winograd.h), without a difference in any bit. A device belongs to one thread of the
 * caller at a time.
 */
#ifndef CURTA_GOLDEN_H
#define CURTA_GOLDEN_H
#include "curta_bus.h"

/* Opens a device of a named configuration ("tiny", "base", "large", "host") with mem_bytes (up to 4 GiB) of zeroed
 * memory and fills in *bus. 0; -EINVAL unknown configuration or size; -ENOTSUP the instruction set that the environment
 * variable CURTA_CPU names (default: the best of the processor) is not here; -EPROTONOSUPPORT it has no CURTA_CONV of
 * that name; -ENOMEM. On failure *bus is untouched. */
int curta_golden_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes);

/* Frees what open made; the bus must not be used any more. */
void curta_golden_close(struct curta_bus *bus);

/* Name of the instruction set that a device works with, for reports. */
const char *curta_golden_cpu(const struct curta_bus *bus);
/* Those of this build that this processor has, separated by ", ". */
const char *curta_golden_cpus(void);

/* Word `word` (32 bits) of a memory of the device: 0 or -ERANGE. For difference reports. LIST: groups of the list at
 * that tile of buffer B. */
enum curta_golden_space { CURTA_SPACE_MEM, CURTA_SPACE_A, CURTA_SPACE_B, CURTA_SPACE_ACC, CURTA_SPACE_LIST };
int curta_golden_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value);
#endif
