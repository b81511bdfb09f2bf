/* SPDX-License-Identifier: Apache-2.0
 * hazard.h - what a command reads and writes, and whether a program's waits cover its dependencies
 *
 * A granule is one tile of an operand buffer or of the accumulator memory, one scale register, or T*T bytes of memory.
 * The checker keeps a vector clock per command (which commands of each engine are known to have completed when it
 * starts) and the last writer and readers of every granule: a program is race-free if and only if every
 * conflicting access of another engine is known to be complete.
 */
#ifndef HAZARD_H
#define HAZARD_H
#include <stdint.h>
#include "curta_spec.h"

enum hz_space { HZ_MEM, HZ_A, HZ_B, HZ_ACC, HZ_SCALAR, HZ_SPACES };

typedef void hz_fn(void *user, int space, uint32_t granule, int write);

/* Lists of what is not 0 (LOAD LIST), by the tile of buffer B where they begin, and the list to which a tile belongs. A list
 * is read by GEMM GATHER alone, and while no other LOAD has touched its tiles. */
struct hz_list {
  uint32_t serial, tiles; /* 0: none */
  uint32_t cmd[32];       /* the LOAD */
};
struct hz_lists {
  struct hz_list *at; /* [B_TILES] */
  uint32_t *owner;    /* [B_TILES]: serial of a list, 0: none, HZ_MIXED: nobody knows */
  uint32_t serial;
  int exact;          /* places are inside their windows; else any */
};
#define HZ_MIXED UINT32_MAX

/* Calls fn for every access of an engine command. Returns 0, or -1 if an address leaves its space. */
int hz_accesses(const struct curta_config *cfg, uint64_t mem_bytes, const struct hz_lists *lists, const uint32_t cmd[32],
                hz_fn *fn, void *user);

struct hz;
struct hz *hz_new(const struct curta_config *cfg, uint64_t mem_bytes);
void hz_free(struct hz *hz);
/* A program whose index bytes name places inside their windows, as a planner's do. */
void hz_exact(struct hz *hz);
/* Whether the commands that follow may be left out: a LOAD among them leaves no list certain. */
void hz_maybe(struct hz *hz, int maybe);
/* A fence point: every command so far has completed. */
void hz_fence(struct hz *hz);
/* Adds the next engine command of a program. With fix, sets its waits to what it needs; otherwise checks them.
 * Returns 0; -1 out of range (the state is unchanged); -2 a race, described by hz_error. */
int hz_add(struct hz *hz, uint32_t cmd[32], int fix);
const char *hz_error(const struct hz *hz);
#endif
