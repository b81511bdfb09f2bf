/* SPDX-License-Identifier: Apache-2.0
 * pair.h - the golden device and the RTL side by side, fed with the same commands and compared */
#ifndef PAIR_H
#define PAIR_H
#include <stdint.h>
#include "curta_bus.h"
#include "curta_rtl.h"
#include "curta_spec.h"

/* Memory of both: the ring, a program to call, tensors. */
#define PAIR_MEM 0x100000u
#define PAIR_CALL 0x10000u
#define PAIR_DATA 0x20000u
#define PAIR_RECORDS 4096u

struct pair {
  struct curta_bus golden, rtl;
  struct curta_config conf;
  const char *config;
  uint32_t records[2];
  struct curta_retire record[2][PAIR_RECORDS];
  uint64_t cycles;                 /* of the RTL, over all runs */
  uint32_t random;
  char why[512];                   /* the first difference */
};

/* Whether this RTL library has the configuration (make SIM_CONFIGS=...). */
int pair_built(const char *config);

/* Opens both; stall in permille. 0 or -errno. config "base16" is compared with golden "base". */
int pair_open(struct pair *p, const char *config, uint32_t stall, uint32_t seed);
void pair_close(struct pair *p);
uint32_t pair_random(struct pair *p, uint32_t below);

/* A command of this opcode with a random tag, all fields 0. */
void pair_command(struct pair *p, uint32_t cmd[32], uint32_t opcode);

/* A random small legal command that waits for everything issued before it; with issued all 0 it shares no data with
 * other engines. */
void pair_engine_command(struct pair *p, uint32_t cmd[32], uint32_t opcode, const uint32_t issued[4]);

/* Commands that give the tiles that pair_engine_command uses a defined content: 64 tiles of A and B, 16 of the
 * accumulators. Returns their number, 3. */
uint32_t pair_fill(const struct pair *p, uint32_t cmd[][32]);

/* A random program of n commands, which may CALL the one of pair_called; called: itself one that is called. Returns n. */
uint32_t pair_program(struct pair *p, uint32_t cmd[][32], uint32_t n, int called);

/* Puts a random program at PAIR_CALL of both: the same for all CALLs of a program; its every prefix is a program. */
void pair_called(struct pair *p);

/* Settings of the ring (at 0), of the memory and of the interrupt. 0 or -errno. */
int pair_settings(struct curta_bus *bus, uint32_t ring_log2, uint32_t mem_size);

/* Soft reset of one device, waits until it is idle; settings. 0 or -errno. */
int pair_reset(struct curta_bus *bus, uint32_t ring_log2, uint32_t mem_size);

/* Rings the doorbell up to `tail` and waits for END or error: 0 or -ETIMEDOUT. */
int pair_ring(struct curta_bus *bus, uint32_t tail);

/* Resets both, writes n commands into the ring (at 0), runs them on both, compares error, cookie, records and counters.
 * Returns 0, or 1 with the difference in why. */
int pair_run(struct pair *p, uint32_t cmd[][32], uint32_t n);

/* The same of devices that have been reset and whose memories are equal. */
int pair_run_reset(struct pair *p, uint32_t cmd[][32], uint32_t n);

/* Both memories (but for the ring) and scale registers are equal: 0, or 1 with the difference in why. */
int pair_same(struct pair *p);
#endif
