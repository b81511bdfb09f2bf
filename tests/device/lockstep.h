/* SPDX-License-Identifier: Apache-2.0
 * lockstep.h - runs one random program on two devices and compares every record and every byte */
#ifndef LOCKSTEP_H
#define LOCKSTEP_H
#include <stdint.h>
#include "coverage.h"
#include "curta_bus.h"
#include "progen.h"

struct lockstep_result {
  uint64_t commands, bytes, cycles;
  char difference[512]; /* empty if both are equal */
};

/* Runs the program of (cfg, seed, length) on both and compares; counts what it did in *coverage. Returns 0, or 1 if they differ or
 * one of them fails. Without rtl (NULL) only golden runs. */
int lockstep_program(const struct curta_bus *golden, const struct curta_bus *rtl, const struct curta_config *cfg, uint64_t seed,
                     uint32_t length, struct coverage *coverage, struct lockstep_result *out);
#endif
