/* SPDX-License-Identifier: Apache-2.0
 * test_commands.c - the static checks of every command, and the command processor: CALL, SKIP, END, interrupt, reset,
 * counters
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"

struct refused {
  const char *what;
  uint32_t words[3][2]; /* word number, value: changes to a good command */
  uint32_t op, error, info;
};

/* A command of each kind that passes all static checks, on T = 8. */
static void good(uint32_t *c, uint32_t op)
{
  memset(c, 0, 128);
  c[0] = op;
  if (op == CURTA_OP_LOAD)
    c[6] = c[7] = 0x10001;
  if (op == CURTA_OP_GEMM) {
    c[6] = c[7] = c[8] = 0x10001;
    c[9] = 1 | 8 << 16;
  }
  if (op == CURTA_OP_MAP || op == CURTA_OP_SCATTER || op == CURTA_OP_FILL)
    c[8] = c[9] = 0x10001;
  if (op == CURTA_OP_MAP)
    c[18] = 2 << 1 | 1 << 5;
  if (op == CURTA_OP_SCATTER)
    c[18] = 2 << 1 | 1 << 5 | 1 << 12 | 1 << 16;
  if (op == CURTA_OP_UPDATE || op == CURTA_OP_REDUCE)
    c[8] = 1;
  if (op == CURTA_OP_LOSS)
    c[8] = 0x10001;
  if (op == CURTA_OP_CALL || op == CURTA_OP_SKIP)
    c[op == CURTA_OP_CALL ? 5 : 4] = 1;
}

static const struct refused table[] = {
    {"opcode", {{0, 0x77}}, CURTA_OP_NOP, CURTA_ERR_OPCODE, 0x77},
    {"scalar function", {{4, 7}}, CURTA_OP_SCALAR, CURTA_ERR_OPCODE, CURTA_OP_SCALAR},
    {"scalar function before reserved", {{4, 7}, {9, 1}}, CURTA_OP_SCALAR, CURTA_ERR_OPCODE, CURTA_OP_SCALAR},
    {"reserved bits of word 0", {{0, CURTA_OP_NOP | 0x100}}, CURTA_OP_NOP, CURTA_ERR_RESERVED, 0},
    {"wait of a CP command", {{1, 1}}, CURTA_OP_NOP, CURTA_ERR_RESERVED, 1},
    {"reserved word", {{31, 1}}, CURTA_OP_GEMM, CURTA_ERR_RESERVED, 31},
    {"reserved before field", {{31, 1}, {6, 0}}, CURTA_OP_GEMM, CURTA_ERR_RESERVED, 31},
    {"LOAD.N0", {{6, 0x10000}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 6},
    {"LOAD.N3", {{7, 1}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 7},
    {"LOAD.DST", {{4, 1024u << 16}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4},
    {"LOAD.DST of B", {{4, 1024u << 16 | 1}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4},
    {"lowest word first", {{6, 0}, {4, 1024u << 16}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4},
    {"LOAD.ADDR", {{5, 32}}, CURTA_OP_LOAD, CURTA_ERR_ALIGN, 5},
    {"field before alignment", {{5, 32}, {7, 1}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 7},
    {"GEMM.P_BASE", {{5, 256}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 5},
    {"GEMM.NGA", {{6, 0x10000}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 6},
    {"GEMM.NVX", {{7, 1}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 7},
    {"GEMM.NKX", {{8, 1}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 8},
    {"GEMM.NKC", {{9, 8 << 16}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 9},
    {"GEMM.KLAST 0", {{9, 1}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 9},
    {"GEMM.KLAST 9", {{9, 1 | 9 << 16}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 9},
    {"GEMM.X_B", {{20, 3 << 6}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 20},
    {"MAP.N2", {{9, 0x10000}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 9},
    {"MAP.SRC_TYPE int16", {{18, 1 << 1}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 18},
    {"MAP.DST_TYPE int16", {{18, 2 << 1 | 1 << 3}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 18},
    {"MAP int8 to int32", {{18, 2 << 3}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 18},
    {"MAP int32 to int32 with REQ", {{18, 2 << 1 | 2 << 3 | 1 << 5}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 18},
    {"MAP int32 to int32 with RELU", {{18, 2 << 1 | 2 << 3 | 1 << 8}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 18},
    {"MAP int32 to int32 with POOL", {{18, 2 << 1 | 2 << 3 | 1 << 10 | 0x11000}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 18},
    {"MAP int32 to int8 without REQ or DIV", {{18, 2 << 1}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP int32 to int8 with REQ and DIV", {{21, 1 << 12}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP int8 with DIV", {{18, 0}, {21, 1 << 12}}, CURTA_OP_MAP, CURTA_ERR_NONE, 0},
    {"MAP int32 to int32 with DIV", {{18, 2 << 1 | 2 << 3}, {21, 1 << 12}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP int32 to int32 with ZS", {{18, 2 << 1 | 2 << 3}, {21, 1 << 24}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP.ACT 1 to int24", {{18, 2 << 1 | 3 << 3}, {21, 1}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP.ACT 2 to int8", {{21, 2}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP.ACT 3 to int24", {{18, 2 << 1 | 3 << 3}, {21, 3}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP.ACT 3", {{18, 2 << 1 | 2 << 3}, {21, 3}}, CURTA_OP_MAP, CURTA_ERR_NONE, 0},
    {"MAP.ACT 1 with RELU", {{18, 2 << 1 | 1 << 5 | 1 << 8}, {21, 1}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP.ZS with POOL", {{18, 2 << 1 | 1 << 5 | 1 << 10 | 0x11000}, {21, 1 << 24}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP.PADDED with REQ",
     {{18, 2 << 1 | 1 << 5 | 1 << 10 | 0x11000}, {21, 1 << 26}},
     CURTA_OP_MAP,
     CURTA_ERR_FIELD,
     21},
    {"MAP.CLASS of 72 places", {{18, 1 << 10 | 0x89000}, {21, 1 | 1 << 25}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 21},
    {"MAP.CLASS of 64 places", {{18, 1 << 10 | 0x88000}, {21, 1 | 1 << 25}}, CURTA_OP_MAP, CURTA_ERR_NONE, 0},
    {"MAP.CLAST", {{24, 9}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 24},
    {"MAP.NLAST", {{24, 9 << 8}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 24},
    {"MAP.AUX with ACT 2", {{5, 4}, {18, 2 << 1 | 2 << 3}, {21, 2}}, CURTA_OP_MAP, CURTA_ERR_ALIGN, 5},
    {"MAP.IDX with ZS", {{7, 4}, {21, 1 << 24}}, CURTA_OP_MAP, CURTA_ERR_ALIGN, 7},
    {"LOAD.TYPE 2 of A", {{4, 2 << 1}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4},
    {"LOAD.TYPE 3", {{4, 3 << 1 | 1}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4},
    {"LOAD.TYPE 2", {{4, 2 << 1 | 1}}, CURTA_OP_LOAD, CURTA_ERR_NONE, 0},
    {"LOAD.LIST of int8", {{4, 1 | 1 << 5}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4},
    {"LOAD.LIST of A", {{4, 2 << 1 | 1 << 5}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4},
    {"LOAD.N0 with LIST", {{4, 2 << 1 | 1 | 1 << 5}, {6, 0x10002}}, CURTA_OP_LOAD, CURTA_ERR_FIELD, 6},
    {"LOAD.PLACES", {{4, 2 << 1 | 1 | 1 << 5}, {11, 32}}, CURTA_OP_LOAD, CURTA_ERR_ALIGN, 11},
    {"LOAD.ADDR before PLACES", {{4, 2 << 1 | 1 | 1 << 5}, {11, 32}, {5, 64}}, CURTA_OP_LOAD, CURTA_ERR_ALIGN, 5},
    {"LOAD.PLACES unused", {{4, 2 << 1 | 1}, {11, 32}}, CURTA_OP_LOAD, CURTA_ERR_NONE, 0},
    {"LOAD.PLACES outside", {{4, 2 << 1 | 1 | 1 << 5}, {11, MEM}}, CURTA_OP_LOAD, CURTA_ERR_RANGE, MEM},
    {"LOAD.LIST", {{4, 2 << 1 | 1 | 1 << 5}}, CURTA_OP_LOAD, CURTA_ERR_NONE, 0},
    {"GEMM.GATHER without B_T", {{5, 1 << 16}, {20, 1 << 14}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 20},
    {"GEMM.GATHER without A_T", {{5, 1 << 17}, {20, 1 << 14}}, CURTA_OP_GEMM, CURTA_ERR_FIELD, 20},
    {"GEMM.GATHER", {{5, 3 << 16}, {20, 1 << 14}}, CURTA_OP_GEMM, CURTA_ERR_NONE, 0},
    {"LOAD.ADDR of int32", {{4, 2 << 1 | 1}, {5, 64}}, CURTA_OP_LOAD, CURTA_ERR_ALIGN, 5},
    {"SCATTER int32 to int32", {{18, 2 << 1 | 2 << 3 | 1 << 12 | 1 << 16}}, CURTA_OP_SCATTER, CURTA_ERR_NONE, 0},
    {"SCATTER int32 to int32 with REQ",
     {{18, 2 << 1 | 2 << 3 | 1 << 5 | 1 << 12 | 1 << 16}},
     CURTA_OP_SCATTER,
     CURTA_ERR_FIELD,
     18},
    {"SCATTER int8 to int32", {{18, 2 << 3 | 1 << 12 | 1 << 16}}, CURTA_OP_SCATTER, CURTA_ERR_FIELD, 18},
    {"SCATTER.DST of int32",
     {{6, 64}, {18, 2 << 1 | 2 << 3 | 1 << 12 | 1 << 16}},
     CURTA_OP_SCATTER,
     CURTA_ERR_ALIGN,
     6},
    {"UPDATE.NITRO with MASTER", {{18, 1 << 12 | 8 << 16}, {22, 1}}, CURTA_OP_UPDATE, CURTA_ERR_FIELD, 22},
    {"UPDATE.NITRO with DECAY", {{21, 1}, {22, 1}}, CURTA_OP_UPDATE, CURTA_ERR_FIELD, 22},
    {"UPDATE.AUX with NITRO", {{5, 64}, {22, 1}}, CURTA_OP_UPDATE, CURTA_ERR_ALIGN, 5},
    {"UPDATE.DST with NITRO", {{6, 64}, {22, 1}}, CURTA_OP_UPDATE, CURTA_ERR_ALIGN, 6},
    {"REDUCE.NITRO", {{22, 1}}, CURTA_OP_REDUCE, CURTA_ERR_RESERVED, 22},
    {"MAP int8 with REQ", {{18, 1 << 5}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 18},
    {"MAP.SRC_ACC int8", {{18, 1}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 18},
    {"MAP.KH", {{18, 2 << 1 | 1 << 5 | 1 << 10 | 1 << 16}}, CURTA_OP_MAP, CURTA_ERR_FIELD, 18},
    {"MAP.SRC of int32", {{4, 64}}, CURTA_OP_MAP, CURTA_ERR_ALIGN, 4},
    {"MAP.DST", {{6, 4}}, CURTA_OP_MAP, CURTA_ERR_ALIGN, 6},
    {"MAP.AUX with MASK", {{5, 4}, {18, 2 << 1 | 1 << 5 | 1 << 9}}, CURTA_OP_MAP, CURTA_ERR_ALIGN, 5},
    {"MAP.IDX with POOL", {{7, 4}, {18, 2 << 1 | 1 << 5 | 1 << 10 | 0x11000}}, CURTA_OP_MAP, CURTA_ERR_ALIGN, 7},
    {"MAP.AUX and IDX unused", {{5, 4}, {7, 4}}, CURTA_OP_MAP, CURTA_ERR_NONE, 0},
    {"MAP.SRC a tile number", {{4, 3}, {18, 1 | 2 << 1 | 1 << 5}}, CURTA_OP_MAP, CURTA_ERR_NONE, 0},
    {"MAP.SRC tile outside", {{4, 256}, {18, 1 | 2 << 1 | 1 << 5}}, CURTA_OP_MAP, CURTA_ERR_RANGE, 256},
    {"MAP.SRC outside", {{4, MEM}}, CURTA_OP_MAP, CURTA_ERR_RANGE, MEM},
    {"MAP.DST outside", {{6, MEM}}, CURTA_OP_MAP, CURTA_ERR_RANGE, MEM},
    {"SCATTER.KW", {{18, 2 << 1 | 1 << 5 | 1 << 12}}, CURTA_OP_SCATTER, CURTA_ERR_FIELD, 18},
    {"SCATTER int32 without REQ", {{18, 2 << 1 | 1 << 12 | 1 << 16}}, CURTA_OP_SCATTER, CURTA_ERR_FIELD, 18},
    {"SCATTER.AUX", {{5, 8}}, CURTA_OP_SCATTER, CURTA_ERR_ALIGN, 5},
    {"UPDATE.N", {{8, 0}}, CURTA_OP_UPDATE, CURTA_ERR_FIELD, 8},
    {"UPDATE.FRAC 0", {{18, 1 << 12}}, CURTA_OP_UPDATE, CURTA_ERR_FIELD, 18},
    {"UPDATE.FRAC 9", {{18, 1 << 12 | 9 << 16}}, CURTA_OP_UPDATE, CURTA_ERR_FIELD, 18},
    {"UPDATE.SRC a tile number", {{4, 3}, {18, 1}}, CURTA_OP_UPDATE, CURTA_ERR_NONE, 0},
    {"UPDATE.SRC tile outside", {{4, 256}, {18, 1}}, CURTA_OP_UPDATE, CURTA_ERR_RANGE, 256},
    {"UPDATE.SRC", {{4, 128}}, CURTA_OP_UPDATE, CURTA_ERR_ALIGN, 4},
    {"UPDATE.AUX with MASTER", {{5, 64}, {18, 1 << 12 | 8 << 16}}, CURTA_OP_UPDATE, CURTA_ERR_ALIGN, 5},
    {"UPDATE.IDX", {{7, 64}, {18, 1 << 12 | 8 << 16}}, CURTA_OP_UPDATE, CURTA_ERR_ALIGN, 7},
    {"REDUCE.FRAC", {{18, 1 << 12}}, CURTA_OP_REDUCE, CURTA_ERR_FIELD, 18},
    {"REDUCE.AUX with DECAY", {{5, 4}, {21, 1}}, CURTA_OP_REDUCE, CURTA_ERR_ALIGN, 5},
    {"FILL.DST", {{6, 4}}, CURTA_OP_FILL, CURTA_ERR_ALIGN, 6},
    {"LOSS.ROWS", {{8, 0x10000}}, CURTA_OP_LOSS, CURTA_ERR_FIELD, 8},
    {"LOSS.CLASSES", {{8, 1025 << 16 | 1}}, CURTA_OP_LOSS, CURTA_ERR_FIELD, 8},
    {"LOSS.ROUND", {{18, 3 << 6}}, CURTA_OP_LOSS, CURTA_ERR_FIELD, 18},
    {"LOSS.AUX", {{5, 2}}, CURTA_OP_LOSS, CURTA_ERR_ALIGN, 5},
    {"CALL.COUNT", {{5, 0}}, CURTA_OP_CALL, CURTA_ERR_FIELD, 5},
    {"CALL.ADDR", {{4, 64}}, CURTA_OP_CALL, CURTA_ERR_ALIGN, 4},
    {"CALL outside", {{4, MEM}}, CURTA_OP_CALL, CURTA_ERR_RANGE, MEM},
    {"SKIP.COUNT", {{4, 0}}, CURTA_OP_SKIP, CURTA_ERR_FIELD, 4},
    {"SKIP past the doorbell", {{4, 1}}, CURTA_OP_SKIP, CURTA_ERR_NEST, 4},
    {"wait for LOAD", {{1, 1}}, CURTA_OP_MAP, CURTA_ERR_DEPEND, 1},
    {"wait for MATRIX", {{2, 1}}, CURTA_OP_MAP, CURTA_ERR_DEPEND, 2},
    {"wait for itself", {{3, 1}}, CURTA_OP_MAP, CURTA_ERR_DEPEND, 3},
    {"alignment before dependency", {{1, 1}, {6, 4}}, CURTA_OP_MAP, CURTA_ERR_ALIGN, 6},
};

static void test_refused(void)
{
  struct curta_bus b;
  int bad = 0;
  open_device(&b, "base");
  for (uint32_t i = 0; i < sizeof table / sizeof *table; i++) {
    const struct refused *r = &table[i];
    uint32_t cmd[2][32], err;
    prepare(&b);
    good(cmd[0], CURTA_OP_NOP);
    good(cmd[1], r->op);
    for (int k = 0; k < 3; k++)
      if (r->words[k][0] || k == 0)
        cmd[1][r->words[k][0]] = r->words[k][1];
    err = submit(&b, cmd, 2);
    if (err != r->error)
      bad |= fail("refused commands", r->what, r->error, err);
    else if (err && reg(&b, CURTA_REG_ERROR_INFO) != r->info)
      bad |= fail("refused commands", r->what, r->info, reg(&b, CURTA_REG_ERROR_INFO));
    else if (err && (reg(&b, CURTA_REG_ERROR_INDEX) != (r->op == CURTA_OP_CALL && err == CURTA_ERR_RANGE ? 2 : 1)))
      bad |= fail("refused commands: index", r->what, 1, reg(&b, CURTA_REG_ERROR_INDEX));
    else if (err && (reg(&b, CURTA_REG_STATUS) != 6 || reg(&b, CURTA_REG_IRQ_STATUS) != 2))
      bad |= fail("refused commands: status", r->what, 6, reg(&b, CURTA_REG_STATUS));
  }
  curta_golden_close(&b);
  if (!bad)
    printf("PASS refused commands (%zu)\n", sizeof table / sizeof *table);
}

/* ------------------------------------------------------------------ command processor */

static int expect(const char *what, uint64_t got, uint64_t expected)
{
  return got == expected ? 0 : fail("command processor", what, expected, got);
}

static void scalar_set(uint32_t *c, uint32_t rd, uint32_t value)
{
  memset(c, 0, 128);
  c[0] = CURTA_OP_SCALAR;
  c[4] = CURTA_SCALAR_SET | rd << 8;
  c[6] = value;
}

/* CALL of a program with a SKIP over its second-last command; the ring skips too; END; interrupt; soft reset. */
static void test_cp(void)
{
  struct curta_bus b;
  uint32_t program[4][32], ring[5][32];
  int bad = 0;
  open_device(&b, "tiny");
  scalar_set(program[0], 1, 11);
  good(program[1], CURTA_OP_SKIP); /* S[1] != S[2]: skips */
  program[1][5] = 1 | 2 << 8 | 1 << 16;
  scalar_set(program[2], 3, 33);
  scalar_set(program[3], 4, 44);
  b.mem_write(b.ctx, 4096, program, sizeof program);
  good(ring[0], CURTA_OP_CALL);
  ring[0][4] = 4096;
  ring[0][5] = 4;
  good(ring[1], CURTA_OP_SKIP); /* S[1] == S[2]: does not skip */
  ring[1][5] = 1 | 2 << 8;
  scalar_set(ring[2], 5, 55);
  ring[2][0] |= 0xabcdu << 16;
  good(ring[3], CURTA_OP_END);
  ring[3][4] = 0xc001;
  scalar_set(ring[4], 6, 66);
  bad |= expect("no error", submit(&b, ring, 5), 0);
  bad |= expect("stays pending after END", reg(&b, CURTA_REG_STATUS), 5);
  bad |= expect("cookie", reg(&b, CURTA_REG_COOKIE), 0xc001);
  bad |= expect("head", reg(&b, CURTA_REG_RING_HEAD), 4);
  bad |= expect("retired", reg(&b, CURTA_REG_RETIRED), 7);
  bad |= expect("index of END", last.index, 6);
  bad |= expect("skipped", reg(&b, CURTA_REG_SCALAR + 12), 0);
  bad |= expect("not skipped", reg(&b, CURTA_REG_SCALAR + 16), 44);
  bad |= expect("not skipped in the ring", reg(&b, CURTA_REG_SCALAR + 20), 55);
  set_reg(&b, CURTA_REG_IRQ_STATUS, 1);
  bad |= expect("no interrupt at the end of the ring", (uint64_t)b.wait_irq(b.ctx, 10), (uint64_t)-ETIMEDOUT);
  bad |= expect("the rest", reg(&b, CURTA_REG_SCALAR + 24), 66);
  bad |= expect("idle", reg(&b, CURTA_REG_STATUS), 0);
  set_reg(&b, CURTA_REG_SNAPSHOT, 1);
  bad |= expect("bytes read", reg(&b, CURTA_REG_COUNTER + 8 * CURTA_CNT_RD_BYTES), 8 * 128);
  good(program[0], CURTA_OP_CALL);
  b.mem_write(b.ctx, 4096, program, sizeof program);
  bad |= expect("CALL inside a program", submit(&b, ring, 1), CURTA_ERR_NEST);
  good(program[0], CURTA_OP_SKIP);
  program[0][4] = 4;
  b.mem_write(b.ctx, 4096, program, sizeof program);
  prepare(&b);
  bad |= expect("after reset", reg(&b, CURTA_REG_RETIRED) + reg(&b, CURTA_REG_COOKIE) + reg(&b, CURTA_REG_ERROR), 0);
  bad |= expect("scale registers after reset", reg(&b, CURTA_REG_SCALAR + 20), 0);
  bad |= expect("SKIP past the program", submit(&b, ring, 1), CURTA_ERR_NEST);
  bad |= expect("opening an unknown configuration", (uint64_t)curta_golden_open(&b, "huge", MEM), (uint64_t)-EINVAL);
  bad |= expect("reading outside the memory", (uint64_t)b.mem_read(b.ctx, MEM - 4, program, 8), (uint64_t)-ERANGE);
  curta_golden_close(&b);
  if (!bad)
    printf("PASS command processor\n");
}

/* A GEMM on `base` whose operands are one tile each, read `rows` x `tiles` times. */
static void repeat(uint32_t *gemm, uint32_t rows, uint32_t tiles)
{
  good(gemm, CURTA_OP_GEMM);
  curta_cmd_set(gemm, CURTA_GEMM_NKY, rows);
  curta_cmd_set(gemm, CURTA_GEMM_NKC, tiles);
  curta_cmd_set(gemm, CURTA_GEMM_Y_B, 1);
  curta_cmd_set(gemm, CURTA_GEMM_Y_U, rows);
  curta_cmd_set(gemm, CURTA_GEMM_X_U, 1);
  curta_cmd_set(gemm, CURTA_GEMM_FINAL, 1);
}

/* Fills tile 0 of buffer A with 127, of B with `value` (int8 or int32); 0 or an error. */
static uint32_t fill_buffers(const struct curta_bus *b, int32_t value, enum curta_type type)
{
  enum { A = 8192, B = 16384, T2 = 64 };
  uint32_t load[2][32];
  int8_t bytes[T2];
  int32_t words[T2];
  memset(bytes, 127, sizeof bytes);
  memset(words, value, sizeof words); /* all bytes of int8 */
  for (int i = 0; i < T2 && type == CURTA_TYPE_INT32; i++)
    words[i] = value;
  b->mem_write(b->ctx, A, bytes, sizeof bytes);
  b->mem_write(b->ctx, B, words, sizeof words);
  for (uint32_t k = 0; k < 2; k++) {
    good(load[k], CURTA_OP_LOAD);
    curta_cmd_set(load[k], CURTA_LOAD_BUF, k);
    curta_cmd_set(load[k], CURTA_LOAD_TYPE, k ? (uint32_t)type : 0);
    curta_cmd_set(load[k], CURTA_LOAD_ADDR, k ? B : A);
  }
  return submit(b, load, 2);
}

/* FLAGS.SUM for sums of both signs on either side of +-2^31 and near the powers of two around it. */
static int guard_bits(const struct curta_bus *b, int32_t value)
{
  int bad = expect("loading a wide tile", fill_buffers(b, value, CURTA_TYPE_INT32), 0);
  for (uint32_t tiles = 1; tiles < 256 && !bad; tiles++) {
    uint32_t gemm[1][32];
    repeat(gemm[0], 1, tiles);
    curta_cmd_set(gemm[0], CURTA_GEMM_GUARD, 1);
    set_reg(b, CURTA_REG_FLAGS, ~0u);
    bad |= expect("guarded GEMM", submit(b, gemm, 1), 0);
    bad |=
        expect("FLAGS.SUM", reg(b, CURTA_REG_FLAGS) >> CURTA_FLAG_SUM & 1u, tiles * 8ll * 127 * abs(value) > INT32_MAX);
  }
  return bad;
}

/* Contractions of up to 300 x 3 tiles of int8: golden visits long ones in parts. */
static int long_contractions(const struct curta_bus *b)
{
  int bad = expect("loading a tile", fill_buffers(b, -3, CURTA_TYPE_INT8), 0);
  for (uint32_t rows = 1; rows <= 300 && !bad; rows += 13)
    for (uint32_t tiles = 1; tiles <= 3 && !bad; tiles += 2) {
      uint32_t gemm[1][32], sum = 0;
      repeat(gemm[0], rows, tiles);
      bad |= expect("long GEMM", submit(b, gemm, 1), 0);
      curta_golden_peek(b, CURTA_SPACE_ACC, 0, &sum);
      bad |= expect("long sum", sum, (uint32_t)(-3 * 127 * 8 * (int)(rows * tiles)));
    }
  return bad;
}

/* Wide contractions of whole tiles and short last ones, of more products than the sums of a plane hold: 81,920 and more. */
static int short_tiles(const struct curta_bus *b)
{
  int bad = expect("loading a wide tile", fill_buffers(b, 255, CURTA_TYPE_INT32), 0);
  for (uint32_t rows = 8190; rows <= 8194 && !bad; rows++)
    for (uint32_t rest = 2; rest <= 8 && !bad; rest += 2) {
      uint32_t gemm[1][32], sum = 0;
      uint64_t all = (uint64_t)rows * (8 + rest) * 127 * 255;
      repeat(gemm[0], 1, 2);
      curta_cmd_set(gemm[0], CURTA_GEMM_NKX, rows);
      curta_cmd_set(gemm[0], CURTA_GEMM_X_B, 1);
      curta_cmd_set(gemm[0], CURTA_GEMM_X_U, rows);
      curta_cmd_set(gemm[0], CURTA_GEMM_KLAST, rest);
      curta_cmd_set(gemm[0], CURTA_GEMM_GUARD, 1);
      set_reg(b, CURTA_REG_FLAGS, ~0u);
      bad |= expect("long wide GEMM", submit(b, gemm, 1), 0);
      curta_golden_peek(b, CURTA_SPACE_ACC, 0, &sum);
      bad |= expect("long wide sum", sum, (uint32_t)all);
      bad |= expect("FLAGS.SUM of it", reg(b, CURTA_REG_FLAGS) >> CURTA_FLAG_SUM & 1u, all > INT32_MAX);
    }
  return bad;
}

static void test_sums(const char *set)
{
  struct curta_bus b;
  setenv("CURTA_CPU", set, 1);
  open_device(&b, "base");
  if (!long_contractions(&b) && !guard_bits(&b, 131071) && !guard_bits(&b, -131071) && !short_tiles(&b)) /* wide tiles last */
    printf("PASS sums, %s\n", set);
  curta_golden_close(&b);
  unsetenv("CURTA_CPU");
}

int main(int argc, char **argv)
{
  char sets[96], *set;
  set_seed(argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 1);
  test_refused();
  test_cp();
  snprintf(sets, sizeof sets, "%s", curta_golden_cpus());
  for (set = strtok(sets, ", "); set; set = strtok(0, ", "))
    test_sums(set);
  return failures != 0;
}
