/* SPDX-License-Identifier: Apache-2.0
 * nitro_ops.h - single commands on the golden device and the Verilog, against files of tests/vectors/nitro-d/ops */
#ifndef NITRO_OPS_H
#define NITRO_OPS_H
#include "curta_nitro.h"
#include "npy.h"
#include "pair.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))

/* Places of operands: 256 KiB for SRC and DST, 192 KiB for AUX and IDX. */
#define SRC PAIR_DATA /* int32 where a command has such a source */
#define AUX 0x60000u
#define DST 0x90000u
#define IDX 0xd0000u

extern struct pair ops_pair;
extern uint32_t ops_t2;    /* elements of a tile */
extern char ops_group[64]; /* of the results that are being compared */

/* Row r of a file of `rows` rows. Returns its length. */
uint32_t ops_row(struct npy a, int rows, int r, int32_t *to);
/* n values of `size` bytes at `at` in both memories, zeros behind them to the end of the last tile. */
void ops_put(uint32_t at, const int32_t *x, uint32_t n, uint32_t size);
/* The Verilog's memory against expected values of `size` bytes, which `file` has. */
void ops_expect(const char *file, uint32_t at, const int32_t *want, uint32_t n, uint32_t size);
/* Runs n commands on both devices, without an error; golden and Verilog agree in records, memory and registers. */
void ops_run(const char *file, uint32_t cmd[][32], uint32_t n);
/* A MAP of n values in a row of `type` from SRC to DST. */
void ops_map(uint32_t cmd[32], uint32_t n, uint32_t type);
/* x factor >> (s + t) as the fields of a MAP: a factor of 24 bits. */
void ops_divide(uint32_t cmd[32], uint32_t s, uint32_t t, uint64_t factor);

/* nitro_pooling.c */
void ops_pooling(void);
void ops_average(void);
#endif
