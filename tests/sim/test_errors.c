/* SPDX-License-Identifier: Apache-2.0
 * test_errors.c - every error code, RTL = golden in ERROR, ERROR_INDEX, ERROR_INFO; each run begins with the soft reset
 * that the error before made necessary
 *
 * usage: test_errors [CONFIG [SEED [STALL]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pair.h"

static const struct curta_op_info ops[] = CURTA_OP_TABLE;
static const uint32_t nothing[4];
static struct pair p;
static uint32_t seen[16];

/* NOPs, the command in the middle, END. Returns 0, or prints FAIL. */
static int run(const char *group, const uint32_t offender[32], const char *what, uint32_t detail)
{
  uint32_t cmd[8][32], n = 0, before = pair_random(&p, 4), code = 0;
  while (n < before)
    pair_command(&p, cmd[n++], CURTA_OP_NOP);
  memcpy(cmd[n++], offender, 128);
  pair_command(&p, cmd[n++], CURTA_OP_END);
  int bad = pair_run(&p, cmd, n);
  if (bad)
    printf("FAIL %s %s: %s %u of opcode 0x%02x: %s\n", group, p.config, what, detail, offender[0] & 0xffu, p.why);
  p.golden.reg_read(p.golden.ctx, CURTA_REG_ERROR, &code);
  seen[code & 15]++;
  return bad;
}

static void legal(uint32_t cmd[32], uint32_t opcode)
{
  pair_command(&p, cmd, opcode);
  if (opcode == CURTA_OP_CALL) {
    curta_cmd_set(cmd, CURTA_CALL_ADDR, PAIR_CALL);
    curta_cmd_set(cmd, CURTA_CALL_COUNT, 1);
  } else if (opcode == CURTA_OP_SKIP) {
    curta_cmd_set(cmd, CURTA_SKIP_COUNT, 1);
    curta_cmd_set(cmd, CURTA_SKIP_COND, 1);
  } else if (opcode == CURTA_OP_SCATTER) {
    curta_cmd_set(cmd, CURTA_SCATTER_SRC, PAIR_DATA);
    curta_cmd_set(cmd, CURTA_SCATTER_AUX, PAIR_DATA + 0x1000);
    curta_cmd_set(cmd, CURTA_SCATTER_DST, 0x80000);
    cmd[8] = cmd[9] = 0x10001;
    curta_cmd_set(cmd, CURTA_SCATTER_KH, 2);
    curta_cmd_set(cmd, CURTA_SCATTER_KW, 1);
  } else if (opcode == CURTA_OP_UPDATE) {
    curta_cmd_set(cmd, CURTA_UPDATE_SRC, PAIR_DATA);
    curta_cmd_set(cmd, CURTA_UPDATE_AUX, PAIR_DATA + 0x4000);
    curta_cmd_set(cmd, CURTA_UPDATE_DST, 0x80000);
    curta_cmd_set(cmd, CURTA_UPDATE_N, 2);
  } else if (opcode == CURTA_OP_LOSS) {
    curta_cmd_set(cmd, CURTA_LOSS_SRC, PAIR_DATA);
    curta_cmd_set(cmd, CURTA_LOSS_AUX, PAIR_DATA + 0x4000);
    curta_cmd_set(cmd, CURTA_LOSS_DST, 0x80000);
    curta_cmd_set(cmd, CURTA_LOSS_ROWS, 2);
    curta_cmd_set(cmd, CURTA_LOSS_CLASSES, 3);
  } else if (opcode >= 0x10)
    pair_engine_command(&p, cmd, opcode, nothing);
}

/* Opcodes that no command has. */
static int test_opcode(void)
{
  for (uint32_t op = 0; op < 256; op += op < 0x40 ? 1 : 17) {
    uint32_t cmd[32];
    const struct curta_op_info *o = ops;
    while (o->name && o->opcode != op)
      o++;
    pair_command(&p, cmd, op);
    if (!o->name && run("opcode", cmd, "opcode", op))
      return 1;
  }
  for (uint32_t func = CURTA_SCALAR_SHR + 1; func < 16; func++) {
    uint32_t cmd[32];
    pair_command(&p, cmd, CURTA_OP_SCALAR);
    cmd[4] = func;
    if (run("opcode", cmd, "function", func))
      return 1;
  }
  return 0;
}

/* One reserved bit, sometimes with further offences that must not matter. */
static int test_reserved(void)
{
  for (const struct curta_op_info *op = ops; op->name; op++)
    for (uint32_t k = 0; k < 40; k++) {
      uint32_t cmd[32], word = k < 32 ? k : pair_random(&p, 32), bit = pair_random(&p, 32);
      legal(cmd, op->opcode);
      if (op->mask[word] >> bit & 1u)
        continue;
      cmd[word] |= 1u << bit;
      if (k % 3 == 0 && word != 8)
        cmd[8] = 0;
      if (run("reserved", cmd, "word", word))
        return 1;
    }
  return 0;
}

struct bad_field { uint8_t opcode; uint32_t field, value; };

/* Digits and lists: every mode, addresses that are wrong, tiles outside the memory, rows behind the end of the buffer. */
static void nitro_load(uint32_t cmd[32], uint32_t r, uint32_t s)
{
  cmd[4] = (cmd[4] & ~0x3fu) | (r & 0x3f);
  curta_cmd_set(cmd, CURTA_LOAD_ADDR, r >> 6 & 1 ? PAIR_DATA : PAIR_MEM - 512);
  cmd[6] = cmd[7] = 0x10001;
  curta_cmd_set(cmd, s & 1 ? CURTA_LOAD_N0 : CURTA_LOAD_N1, 1 + (r >> 7 & 3)); /* the third int32 tile there is outside */
  curta_cmd_set(cmd, CURTA_LOAD_S1, 1);
  curta_cmd_set(cmd, CURTA_LOAD_DST, 0);
  curta_cmd_set(cmd, CURTA_LOAD_PLACES, PAIR_DATA + 0x4000 + (r >> 9 & 7 ? 0 : 32));
  if (s >> 1 & 1) {
    curta_cmd_set(cmd, CURTA_LOAD_PLACES, r >> 9 & 1 ? PAIR_MEM : PAIR_MEM - 64 * 4);
    curta_cmd_set(cmd, CURTA_LOAD_ADDR, PAIR_DATA);
  } else if (s >> 2 & 1) {
    curta_cmd_set(cmd, CURTA_LOAD_ADDR, PAIR_DATA);
    curta_cmd_set(cmd, CURTA_LOAD_DST, (uint32_t)(curta_cmd_get(cmd, CURTA_LOAD_BUF) ? p.conf.b_tiles : p.conf.a_tiles) - 1 - (s >> 3 & 7));
  }
}

/* The modes of NITRO-D: words 18, 21, 22, 24 of MAP, SCATTER and UPDATE, words 4, 6 and 11 of LOAD, 20 of GEMM. */
static int nitro_modes(void)
{
  for (uint32_t k = 0; k < 600; k++) {
    static const uint8_t modal[] = { CURTA_OP_MAP, CURTA_OP_MAP, CURTA_OP_SCATTER, CURTA_OP_UPDATE, CURTA_OP_LOAD, CURTA_OP_LOAD, CURTA_OP_GEMM };
    uint32_t cmd[32], op = modal[k % 7], r = pair_random(&p, 0xffffffffu), s = pair_random(&p, 0xffffffffu);
    legal(cmd, op);
    if (op == CURTA_OP_LOAD) {
      nitro_load(cmd, k % 7 == 4 ? r : (r & ~0x7u) | 0x25u, s);
    } else if (op == CURTA_OP_GEMM) {
      cmd[5] = (cmd[5] & ~0x30000u) | (r % 3) << 16; /* along a list only with both lanes turned */
      curta_cmd_set(cmd, CURTA_GEMM_GATHER, 1);
    } else if (op == CURTA_OP_UPDATE) {
      curta_cmd_set(cmd, CURTA_UPDATE_NITRO, 1);
      curta_cmd_set(cmd, CURTA_UPDATE_MASTER, r & 1);
      curta_cmd_set(cmd, CURTA_UPDATE_FRAC, 4);
      curta_cmd_set(cmd, CURTA_UPDATE_DECAY, r >> 1 & 1);
      curta_cmd_set(cmd, CURTA_UPDATE_AUX, PAIR_DATA + (r >> 2 & 1) * 64);
      curta_cmd_set(cmd, CURTA_UPDATE_DST, 0x80000 + (r >> 3 & 1) * 64);
      curta_cmd_set(cmd, CURTA_UPDATE_IDX, 0xa0000);
    } else {
      static const uint8_t pairs[4] = { 0, 0x04, 0x14, 0x24 }; /* int8; int32 to int8, to int32; int32 requantised */
      cmd[18] = pairs[r & 3] | (r & (op == CURTA_OP_MAP ? 0x700u : 0)) | 0x33000u;
      cmd[21] = op == CURTA_OP_MAP ? s & 0x07001003u & ~(s >> 27 & 3u) : s & 0x06000000u;
      cmd[24] = op == CURTA_OP_MAP && !(r >> 12 & 3) ? s >> 4 & 0x1f1fu : 0;
      curta_cmd_set(cmd, CURTA_MAP_KH, r >> 16 & 1 ? 3 : 15);
      curta_cmd_set(cmd, CURTA_MAP_LIM_Y, 2);
      curta_cmd_set(cmd, CURTA_MAP_LIM_X, 2);
      curta_cmd_set(cmd, CURTA_MAP_AUX, PAIR_DATA + (r >> 17 & 7 ? 0 : 4));
      curta_cmd_set(cmd, CURTA_MAP_DST, 0x80000);
      if (op == CURTA_OP_MAP)
        curta_cmd_set(cmd, CURTA_MAP_IDX, 0xa0000 + (r >> 20 & 7 ? 0 : 4));
    }
    if (run("field", cmd, "modes of NITRO-D", k))
      return 1;
  }
  return 0;
}

/* Values that a field must not have. */
static int test_field(void)
{
  static const struct bad_field bad[] = {
    { CURTA_OP_CALL, CURTA_CALL_COUNT, 0 }, { CURTA_OP_SKIP, CURTA_SKIP_COUNT, 0 },
    { CURTA_OP_LOAD, CURTA_LOAD_N0, 0 }, { CURTA_OP_LOAD, CURTA_LOAD_N1, 0 }, { CURTA_OP_LOAD, CURTA_LOAD_N2, 0 },
    { CURTA_OP_LOAD, CURTA_LOAD_N3, 0 }, { CURTA_OP_LOAD, CURTA_LOAD_DST, 0xffff },
    { CURTA_OP_GEMM, CURTA_GEMM_NGA, 0 }, { CURTA_OP_GEMM, CURTA_GEMM_NGB, 0 }, { CURTA_OP_GEMM, CURTA_GEMM_NVY, 0 },
    { CURTA_OP_GEMM, CURTA_GEMM_NVX, 0 }, { CURTA_OP_GEMM, CURTA_GEMM_NKY, 0 }, { CURTA_OP_GEMM, CURTA_GEMM_NKX, 0 },
    { CURTA_OP_GEMM, CURTA_GEMM_NKC, 0 }, { CURTA_OP_GEMM, CURTA_GEMM_KLAST, 0 }, { CURTA_OP_GEMM, CURTA_GEMM_KLAST, 17 },
    { CURTA_OP_GEMM, CURTA_GEMM_P_BASE, 0x7fff }, { CURTA_OP_GEMM, CURTA_GEMM_Y_A, 3 }, { CURTA_OP_GEMM, CURTA_GEMM_Y_B, 3 },
    { CURTA_OP_GEMM, CURTA_GEMM_X_A, 3 }, { CURTA_OP_GEMM, CURTA_GEMM_X_B, 3 },
    { CURTA_OP_MAP, CURTA_MAP_N0, 0 }, { CURTA_OP_MAP, CURTA_MAP_N1, 0 }, { CURTA_OP_MAP, CURTA_MAP_N2, 0 },
    { CURTA_OP_MAP, CURTA_MAP_N3, 0 }, { CURTA_OP_MAP, CURTA_MAP_SRC_TYPE, 1 }, { CURTA_OP_MAP, CURTA_MAP_SRC_TYPE, 2 },
    { CURTA_OP_MAP, CURTA_MAP_SRC_TYPE, 3 }, { CURTA_OP_MAP, CURTA_MAP_DST_TYPE, 1 }, { CURTA_OP_MAP, CURTA_MAP_DST_TYPE, 2 },
    { CURTA_OP_MAP, CURTA_MAP_DST_TYPE, 3 }, { CURTA_OP_UPDATE, CURTA_UPDATE_SRC_TYPE, 1 },
    { CURTA_OP_UPDATE, CURTA_UPDATE_SRC_TYPE, 2 }, { CURTA_OP_REDUCE, CURTA_REDUCE_SRC_TYPE, 1 }, { CURTA_OP_REDUCE, CURTA_REDUCE_SRC_TYPE, 2 },
    { CURTA_OP_MAP, CURTA_MAP_REQ, 1 }, { CURTA_OP_MAP, CURTA_MAP_SRC_ACC, 1 },
    { CURTA_OP_MAP, CURTA_MAP_POOL, 1 },
    { CURTA_OP_SCATTER, CURTA_SCATTER_KH, 0 }, { CURTA_OP_SCATTER, CURTA_SCATTER_KW, 0 }, { CURTA_OP_SCATTER, CURTA_SCATTER_REQ, 1 },
    { CURTA_OP_SCATTER, CURTA_SCATTER_SRC_TYPE, 2 }, { CURTA_OP_SCATTER, CURTA_SCATTER_N2, 0 },
    { CURTA_OP_UPDATE, CURTA_UPDATE_N, 0 }, { CURTA_OP_UPDATE, CURTA_UPDATE_MASTER, 1 }, { CURTA_OP_REDUCE, CURTA_REDUCE_N, 0 },
    { CURTA_OP_REDUCE, CURTA_REDUCE_MASTER, 1 }, { CURTA_OP_FILL, CURTA_FILL_N0, 0 }, { CURTA_OP_FILL, CURTA_FILL_N3, 0 },
    { CURTA_OP_LOSS, CURTA_LOSS_ROWS, 0 }, { CURTA_OP_LOSS, CURTA_LOSS_CLASSES, 0 }, { CURTA_OP_LOSS, CURTA_LOSS_CLASSES, 1025 },
    { CURTA_OP_LOSS, CURTA_LOSS_ROUND, 3 } };
  for (uint32_t k = 0; k < sizeof bad / sizeof *bad; k++) {
    uint32_t cmd[32];
    legal(cmd, bad[k].opcode);
    curta_cmd_set(cmd, bad[k].field, bad[k].value);
    if (run("field", cmd, "case", k))
      return 1;
  }
  /* All modes of word 18 of the streaming commands. Windows of one tile side keep them small. */
  for (uint32_t k = 0; k < 200; k++) {
    static const uint8_t streaming[] = { CURTA_OP_MAP, CURTA_OP_SCATTER, CURTA_OP_UPDATE, CURTA_OP_REDUCE };
    uint32_t cmd[32], op = streaming[k % 4], flags = pair_random(&p, 0xffffffffu);
    legal(cmd, op);
    curta_cmd_set(cmd, CURTA_UPDATE_ROUND, 0);
    cmd[18] = flags & (op == CURTA_OP_MAP ? 0x33fffu : op == CURTA_OP_SCATTER ? 0x3f8e6u : op == CURTA_OP_UPDATE ? 0xf18c7u : 0xf1007u);
    if (op == CURTA_OP_MAP && !(cmd[18] & 1))
      curta_cmd_set(cmd, CURTA_MAP_DST, 0x80000);
    if (cmd[18] & 1 && op != CURTA_OP_SCATTER)
      curta_cmd_set(cmd, CURTA_MAP_SRC, 0);
    if (op == CURTA_OP_MAP) {
      curta_cmd_set(cmd, CURTA_MAP_AUX, PAIR_DATA);
      curta_cmd_set(cmd, CURTA_MAP_IDX, 0xa0000);
    } else if (op == CURTA_OP_UPDATE)
      curta_cmd_set(cmd, CURTA_UPDATE_IDX, 0xa0000);
    else if (op == CURTA_OP_REDUCE && cmd[18] & 0x1000)
      curta_cmd_set(cmd, CURTA_REDUCE_DECAY, 0);
    if (run("field", cmd, "modes", cmd[18]))
      return 1;
  }
  return nitro_modes();
}

/* A legal command in one of its modes, and how each of words 4..7 must be aligned (machine.md 1 and 2): elements are the bytes of
 * an element of the tile, 0 if the mode does not use the word as an address. LABELS and COMMAND are not tiles. */
enum { LABELS = 100, COMMAND = 101 };
struct aligned { uint8_t opcode; uint32_t mode, word21; uint8_t element[4]; };

static uint32_t alignment(uint8_t element)
{
  return element == LABELS ? 4 : element == COMMAND ? CURTA_CMD_BYTES : element * (uint32_t)(p.conf.t * p.conf.t);
}

static void aligned_command(uint32_t cmd[32], const struct aligned *a)
{
  static const uint32_t place[4] = { PAIR_DATA, PAIR_DATA + 0x4000, 0x80000, 0xa0000 };
  legal(cmd, a->opcode);
  if (a->opcode == CURTA_OP_CALL || a->opcode == CURTA_OP_LOAD) {
    curta_cmd_set(cmd, CURTA_LOAD_ADDR, a->opcode == CURTA_OP_LOAD ? PAIR_DATA : 1);
    return;
  }
  cmd[18] = a->mode;
  if (a->opcode == CURTA_OP_UPDATE || a->opcode == CURTA_OP_REDUCE)
    cmd[21] = a->word21;
  for (uint32_t k = 0; k < 4; k++)   /* fields that the mode does not use stand at 0 */
    cmd[4 + k] = a->element[k] ? place[k] : 0;
}

/* One address is off by one bit: below its alignment that must be ALIGN with its word, above it must not. Both devices. */
static int align_case(const struct aligned *a, uint32_t word, uint32_t bit)
{
  uint32_t cmd[32], code, info, want = a->element[word - 4] && (1u << bit) % alignment(a->element[word - 4]) ? CURTA_ERR_ALIGN : 0;
  aligned_command(cmd, a);
  cmd[word] ^= 1u << bit;
  if (run("align", cmd, "word", word))
    return 1;
  p.rtl.reg_read(p.rtl.ctx, CURTA_REG_ERROR, &code);
  p.rtl.reg_read(p.rtl.ctx, CURTA_REG_ERROR_INFO, &info);
  if ((code == CURTA_ERR_ALIGN) == (want == CURTA_ERR_ALIGN) && (!want || info == word))
    return 0;
  printf("FAIL align %s: opcode 0x%02x mode 0x%x, word %u with bit %u wrong: error %u info %u, expected %s\n", p.config, a->opcode, a->mode, word,
         bit, code, info, want ? "ALIGN and the word" : "no ALIGN");
  return 1;
}

/* Every address word of every command in every mode that changes what it addresses: the highest bit that must be 0, bit 0, the
 * lowest that may be 1. Then words that the mode does not use: anything goes. */
static int test_align(void)
{
#define REQUANT (1u << 5 | 2u << 1)
#define MASKED (1u << 9)
#define POOLED (1u << 10 | 1u << 12 | 1u << 16)
#define MASTERED (1u << 12 | 3u << 16)
  static const struct aligned cases[] = {
    { CURTA_OP_CALL, 0, 0, { COMMAND, 0, 0, 0 } }, { CURTA_OP_LOAD, 0, 0, { 0, 1, 0, 0 } }, { CURTA_OP_FILL, 0, 0, { 0, 0, 1, 0 } },
    { CURTA_OP_LOSS, 0, 0, { 1, LABELS, 1, 0 } },
    { CURTA_OP_MAP, 0, 0, { 1, 0, 1, 0 } }, { CURTA_OP_MAP, MASKED, 0, { 1, 1, 1, 0 } }, { CURTA_OP_MAP, POOLED, 0, { 1, 0, 1, 1 } },
    { CURTA_OP_MAP, MASKED | POOLED, 0, { 1, 1, 1, 1 } }, { CURTA_OP_MAP, REQUANT, 0, { 4, 0, 1, 0 } },
    { CURTA_OP_MAP, REQUANT | MASKED, 0, { 4, 1, 1, 0 } }, { CURTA_OP_MAP, REQUANT | POOLED, 0, { 4, 0, 1, 1 } },
    { CURTA_OP_MAP, REQUANT | MASKED | POOLED, 0, { 4, 1, 1, 1 } }, { CURTA_OP_MAP, REQUANT | 1, 0, { 0, 0, 1, 0 } },
    { CURTA_OP_MAP, REQUANT | MASKED | POOLED | 1, 0, { 0, 1, 1, 1 } }, { CURTA_OP_MAP, 2u << 1 | 2u << 3, 0, { 4, 0, 4, 0 } },
    { CURTA_OP_MAP, 2u << 1 | 2u << 3 | 1, 0, { 0, 0, 4, 0 } },
    { CURTA_OP_SCATTER, 1u << 12 | 1u << 16, 0, { 1, 1, 1, 0 } }, { CURTA_OP_SCATTER, REQUANT | 1u << 12 | 1u << 16, 0, { 4, 1, 1, 0 } },
    { CURTA_OP_UPDATE, 0, 0, { 4, 1, 1, 0 } }, { CURTA_OP_UPDATE, 1, 0, { 0, 1, 1, 0 } }, { CURTA_OP_UPDATE, MASTERED, 0, { 4, 2, 1, 2 } },
    { CURTA_OP_UPDATE, MASTERED | 1, 1, { 0, 2, 1, 2 } },
    { CURTA_OP_REDUCE, 0, 0, { 4, 0, 0, 0 } }, { CURTA_OP_REDUCE, 1, 0, { 0, 0, 0, 0 } }, { CURTA_OP_REDUCE, 0, 1, { 4, 1, 0, 0 } },
    { CURTA_OP_REDUCE, MASTERED, 1, { 4, 2, 0, 0 } }, { CURTA_OP_REDUCE, MASTERED, 0, { 4, 0, 0, 0 } }, { CURTA_OP_REDUCE, MASTERED | 1, 1, { 0, 2, 0, 0 } } };
  for (uint32_t k = 0; k < sizeof cases / sizeof *cases; k++)
    for (uint32_t word = 4; word < 8; word++) {
      const struct aligned *a = &cases[k];
      uint32_t log2 = 0;
      const struct curta_op_info *op = ops;
      while (op->opcode != a->opcode)
        op++;
      while (a->element[word - 4] && 1u << log2 < alignment(a->element[word - 4]))
        log2++;
      if (log2 && (align_case(a, word, 0) || align_case(a, word, log2 - 1) || align_case(a, word, log2)))
        return 1;
      if (!log2 && op->mask[word] == 0xffffffffu && a->opcode >= 0x30 && a->opcode != CURTA_OP_FILL && align_case(a, word, pair_random(&p, 3)))
        return 1;
    }
  return 0;
}

static int test_depend(void)
{
  for (const struct curta_op_info *op = ops; op->name; op++)
    for (uint32_t word = 1; op->opcode >= 0x10 && word <= 3; word++) {
      uint32_t cmd[32];
      legal(cmd, op->opcode);
      cmd[word] = 1u << pair_random(&p, 32);
      if (run("depend", cmd, "word", word))
        return 1;
    }
  return 0;
}

static int test_nest(void)
{
  for (uint32_t k = 0; k < 60; k++) {
    uint32_t cmd[8][32], inner[8][32], n = 1 + pair_random(&p, 6), at = pair_random(&p, n);
    for (uint32_t i = 0; i < n; i++)
      pair_command(&p, inner[i], CURTA_OP_NOP);
    if (k % 2) {
      pair_command(&p, inner[at], CURTA_OP_SKIP);
      curta_cmd_set(inner[at], CURTA_SKIP_COUNT, 1 + pair_random(&p, 7));
      curta_cmd_set(inner[at], CURTA_SKIP_COND, pair_random(&p, 2));
    } else
      legal(inner[at], CURTA_OP_CALL);
    p.golden.mem_write(p.golden.ctx, PAIR_CALL, inner, n * 128);
    p.rtl.mem_write(p.rtl.ctx, PAIR_CALL, inner, n * 128);
    legal(cmd[0], CURTA_OP_CALL);
    curta_cmd_set(cmd[0], CURTA_CALL_COUNT, n);
    memcpy(cmd[1], inner[at], 128);
    if (k % 2)
      curta_cmd_set(cmd[1], CURTA_SKIP_COND, 1);   /* S[0] differs from itself: never */
    else
      pair_command(&p, cmd[1], CURTA_OP_NOP);
    pair_command(&p, cmd[2], CURTA_OP_END);
    uint32_t code = 0;
    int bad = pair_run(&p, cmd, 3);
    p.golden.reg_read(p.golden.ctx, CURTA_REG_ERROR, &code);
    seen[code & 15]++;
    if (bad) {
      printf("FAIL nest %s: case %u: %s\n", p.config, k, p.why);
      return 1;
    }
  }
  return 0;
}

/* Addresses and tiles outside; a CALL into nowhere; several engines failing at once: the first in program order counts. */
static int test_range(void)
{
  uint32_t t2 = (uint32_t)(p.conf.t * p.conf.t);
  for (uint32_t k = 0; k < 160; k++) {
    static const uint8_t kinds[] = { CURTA_OP_LOAD, CURTA_OP_GEMM, CURTA_OP_MAP, CURTA_OP_FILL, CURTA_OP_REDUCE, CURTA_OP_CALL };
    uint32_t cmd[16][32], n = 2 + pair_random(&p, 10);
    for (uint32_t i = 0; i < n; i++) {
      uint32_t op = kinds[pair_random(&p, k % 2 ? 6 : 1)];
      legal(cmd[i], op);
      if (op == CURTA_OP_LOAD)   /* nothing waits: stay away from the tiles of GEMM */
        curta_cmd_set(cmd[i], CURTA_LOAD_DST, 32);
      if (pair_random(&p, 3))
        continue;
      if (op == CURTA_OP_LOAD && k % 4 < 2)
        curta_cmd_set(cmd[i], CURTA_LOAD_DST, (uint32_t)(curta_cmd_get(cmd[i], CURTA_LOAD_BUF) ? p.conf.b_tiles : p.conf.a_tiles) - 1);
      else if (op == CURTA_OP_LOAD)
        curta_cmd_set(cmd[i], CURTA_LOAD_ADDR, pair_random(&p, 2) ? 0xffff0000u : PAIR_MEM);
      else if (op == CURTA_OP_GEMM)
        curta_cmd_set(cmd[i], k % 3 ? CURTA_GEMM_A_BASE : CURTA_GEMM_B_BASE, 0xffffu);
      else if (op == CURTA_OP_CALL)
        curta_cmd_set(cmd[i], CURTA_CALL_ADDR, PAIR_MEM - 128 * pair_random(&p, 2));
      else if (op == CURTA_OP_MAP && pair_random(&p, 2))
        curta_cmd_set(cmd[i], CURTA_MAP_DST, PAIR_MEM - t2);
      else if (op == CURTA_OP_FILL)
        curta_cmd_set(cmd[i], CURTA_FILL_DST, PAIR_MEM - t2);
      else
        curta_cmd_set(cmd[i], CURTA_MAP_SRC, PAIR_MEM - (op == CURTA_OP_MAP ? 0 : 4 * t2));
      if (op == CURTA_OP_REDUCE)
        curta_cmd_set(cmd[i], CURTA_REDUCE_N, 9);
    }
    pair_command(&p, cmd[n], CURTA_OP_END);
    int bad = pair_run(&p, cmd, n + 1);
    uint32_t code = 0;
    p.golden.reg_read(p.golden.ctx, CURTA_REG_ERROR, &code);
    seen[code & 15]++;
    if (bad) {
      printf("FAIL range %s: program %u: %s\n", p.config, k, p.why);
      return 1;
    }
  }
  return 0;
}

/* SLVERR on reads, writes and command fetches of the RTL: the first command that touches the range is named. */
static int test_bus(void)
{
  static const struct { uint8_t opcode; uint32_t lo, info; } cases[] = {
    { CURTA_OP_LOAD, PAIR_DATA, PAIR_DATA }, { CURTA_OP_MAP, PAIR_DATA, 0 }, { CURTA_OP_FILL, 0x80000, 0 },
    { CURTA_OP_NOP, 128, 128 } };
  for (uint32_t k = 0; k < 40; k++) {
    uint32_t cmd[3][32], want = k % 4, code, index, info;
    pair_command(&p, cmd[0], CURTA_OP_NOP);
    legal(cmd[1], cases[want].opcode);
    curta_cmd_set(cmd[2], CURTA_CMD_OPCODE, CURTA_OP_END);
    pair_command(&p, cmd[2], CURTA_OP_END);
    if (cases[want].opcode == CURTA_OP_LOAD)
      curta_cmd_set(cmd[1], CURTA_LOAD_ADDR, PAIR_DATA);
    else if (cases[want].opcode == CURTA_OP_MAP)
      curta_cmd_set(cmd[1], CURTA_MAP_SRC, PAIR_DATA);
    else if (cases[want].opcode == CURTA_OP_FILL)
      curta_cmd_set(cmd[1], CURTA_FILL_DST, 0x80000);
    curta_rtl_inject(&p.rtl, cases[want].lo, cases[want].lo + 8);
    int err = pair_reset(&p.rtl, 2, PAIR_MEM);
    p.records[1] = 0;
    p.rtl.mem_write(p.rtl.ctx, 0, cmd, sizeof cmd);
    err = err ? err : pair_ring(&p.rtl, 3);
    p.rtl.reg_read(p.rtl.ctx, CURTA_REG_ERROR, &code);
    p.rtl.reg_read(p.rtl.ctx, CURTA_REG_ERROR_INDEX, &index);
    p.rtl.reg_read(p.rtl.ctx, CURTA_REG_ERROR_INFO, &info);
    curta_rtl_inject(&p.rtl, 0, 0);
    if (err || code != CURTA_ERR_BUS || index != 1 || (cases[want].info && info != cases[want].info)) {
      printf("FAIL bus %s: opcode 0x%02x: status %d, error %u at %u info 0x%x\n", p.config, cases[want].opcode, err, code, index, info);
      return 1;
    }
    seen[CURTA_ERR_BUS]++;
  }
  return 0;
}

static int group(const char *name, int (*fn)(void), uint32_t code)
{
  uint32_t before = seen[code];
  if (fn())
    return 1;
  if (seen[code] == before) {
    printf("FAIL %s %s: the error never came\n", name, p.config);
    return 1;
  }
  printf("PASS %s %s: %u errors\n", name, p.config, seen[code] - before);
  return 0;
}

static int run_config(const char *config, uint32_t seed, uint32_t stall)
{
  int err = pair_open(&p, config, stall, seed), bad = 0;
  if (err) {
    printf("FAIL errors %s: cannot open the devices: %s\n", config, strerror(-err));
    return 1;
  }
  bad |= group("opcode", test_opcode, CURTA_ERR_OPCODE);
  bad |= group("reserved", test_reserved, CURTA_ERR_RESERVED);
  bad |= group("field", test_field, CURTA_ERR_FIELD);
  bad |= group("align", test_align, CURTA_ERR_ALIGN);
  bad |= group("depend", test_depend, CURTA_ERR_DEPEND);
  bad |= group("nest", test_nest, CURTA_ERR_NEST);
  bad |= group("range", test_range, CURTA_ERR_RANGE);
  bad |= group("bus", test_bus, CURTA_ERR_BUS);
  pair_close(&p);
  return bad;
}

int main(int argc, char **argv)
{
  uint32_t seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1, stall = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : 200;
  static const struct { const char *config; int stalls; } all[] = { { "tiny", 0 }, { "base", 1 }, { "large", 0 } };
  int bad = 0;
  if (argc > 1)
    return run_config(argv[1], seed, stall);
  for (unsigned k = 0; k < sizeof all / sizeof *all; k++)
    if (pair_built(all[k].config))
      bad |= run_config(all[k].config, seed, all[k].stalls ? stall : 0);
  return bad;
}
