/* SPDX-License-Identifier: Apache-2.0
 * progen.h - random legal, race-free command programs
 *
 * A program is a function of (configuration, seed) alone; where DIGIT is 0 it has no modes of NITRO-D. It lies in [0, PG_PROGRAM_BYTES) of a memory image of
 * PG_MEM_BYTES: the ring at 0, a called program at PG_CALL_ADDR; the data regions above are filled with random
 * tensors. Every command but the first three has a tag of its own. Waits come from the hazard checker, so that the engines run as concurrently as the data allow.
 */
#ifndef PROGEN_H
#define PROGEN_H
#include <stdint.h>
#include "curta_spec.h"

#define PG_RING_LOG2 9u
#define PG_CALL_ADDR 0x10000u
#define PG_PROGRAM_BYTES 0x20000u
#define PG_REGIONS 10u
#define PG_REGION_BYTES 0x20000u
#define PG_MEM_BYTES (PG_PROGRAM_BYTES + PG_REGIONS * PG_REGION_BYTES)

/* Writes a whole image (PG_MEM_BYTES) and returns the number of ring commands, END included. */
uint32_t pg_program(const struct curta_config *cfg, uint64_t seed, uint32_t length, uint8_t *image);
#endif
