/* SPDX-License-Identifier: Apache-2.0
 * bench.h - what the tests of the golden device share: random numbers, failures, opening a device and running commands
 */
#ifndef CURTA_TEST_BENCH_H
#define CURTA_TEST_BENCH_H
#include "curta_golden.h"
#include "curta_spec.h"

/* The same tests on the device made of the HLS kernels. */
#ifdef TEST_HLS
#include "curta_hls_device.h"
#define device_open curta_hls_open
#define device_close curta_hls_close
#else
#define device_open curta_golden_open
#define device_close curta_golden_close
#endif

#define MEM (1u << 20)
#define PROGRAM (MEM - 65536) /* ring and programs live above what random commands touch */

extern int failures;             /* exit status of the program */
extern struct curta_retire last; /* record of the last command */

/* Starts the random numbers, and is named by every failure. */
void set_seed(uint32_t value);
uint32_t rnd(uint32_t n); /* 0..n-1 */
uint32_t word(void);      /* 32 bits */

/* Prints FAIL with both values; always 1. */
int fail(const char *group, const char *what, uint64_t expected, uint64_t got);

uint32_t reg(const struct curta_bus *b, uint32_t offset);
void set_reg(const struct curta_bus *b, uint32_t offset, uint32_t value);

/* Soft reset, registers set up, records remembered in `last`. open_device ends the program when it cannot. */
void prepare(const struct curta_bus *b);
void open_device(struct curta_bus *b, const char *config);
/* Puts n commands into the ring, rings, lets it run; the error register. */
uint32_t submit(const struct curta_bus *b, uint32_t (*cmd)[32], uint32_t n);
#endif
