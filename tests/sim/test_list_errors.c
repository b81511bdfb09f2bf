/* SPDX-License-Identifier: Apache-2.0
 * test_list_errors.c - AXI errors while the RTL makes a list (LOAD LIST): the command and the burst are named, nothing
 * waits for ever, and after the soft reset the same list and a GEMM along it equal golden's
 *
 * usage: test_list_errors [CONFIG [SEED]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pair.h"

enum { NOP, LOAD_A, LIST, GATHER, END, COMMANDS };
#define TILES 4u /* of deltas, each with its places: two tiles of images, two windows of 8 x 8 beside each other */
#define PLACES 0x60000u

enum kind { IN_PLACES, IN_ELEMENTS, IN_TWO_TILES, KINDS };

static struct pair p;
static uint32_t seen[KINDS];

static void fields(uint32_t cmd[32], const uint32_t (*list)[2], uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    curta_cmd_set(cmd, list[i][0], list[i][1]);
}

/* A: 8 x 16 positions of two tiles of images; the list names them; a GEMM of one visit follows it. */
static void program(uint32_t cmd[COMMANDS][32])
{
  static const uint32_t load[][2] = {
      {CURTA_LOAD_ADDR, 0x90000}, {CURTA_LOAD_N0, 256}, {CURTA_LOAD_N1, 1}, {CURTA_LOAD_N2, 1}, {CURTA_LOAD_N3, 1}};
  static const uint32_t list[][2] = {
      {CURTA_LOAD_BUF, 1},  {CURTA_LOAD_TYPE, 2},    {CURTA_LOAD_LIST, 1},    {CURTA_LOAD_ADDR, PAIR_DATA},
      {CURTA_LOAD_N0, 1},   {CURTA_LOAD_N1, 2},      {CURTA_LOAD_N2, 1},      {CURTA_LOAD_N3, 2},
      {CURTA_LOAD_S1, 1},   {CURTA_LOAD_S3, 2},      {CURTA_LOAD_A_SN, 128},  {CURTA_LOAD_A_SY, 16},
      {CURTA_LOAD_A_SX, 1}, {CURTA_LOAD_KH_LOG2, 3}, {CURTA_LOAD_KW_LOG2, 3}, {CURTA_LOAD_PLACES, PLACES}};
  static const uint32_t gemm[][2] = {
      {CURTA_CMD_WAIT_L, 2},  {CURTA_GEMM_A_T, 1},  {CURTA_GEMM_B_T, 1}, {CURTA_GEMM_GATHER, 1}, {CURTA_GEMM_FINAL, 1},
      {CURTA_GEMM_OR_REG, 9}, {CURTA_GEMM_NGA, 1},  {CURTA_GEMM_NGB, 1}, {CURTA_GEMM_NVY, 1},    {CURTA_GEMM_NVX, 1},
      {CURTA_GEMM_NKY, 8},    {CURTA_GEMM_NKX, 16}, {CURTA_GEMM_NKC, 1}, {CURTA_GEMM_Y_B, 1},    {CURTA_GEMM_Y_U, 7},
      {CURTA_GEMM_X_B, 1},    {CURTA_GEMM_X_U, 15}};
  static const uint8_t opcode[COMMANDS] = {CURTA_OP_NOP, CURTA_OP_LOAD, CURTA_OP_LOAD, CURTA_OP_GEMM, CURTA_OP_END};
  for (int i = 0; i < COMMANDS; i++)
    pair_command(&p, cmd[i], opcode[i]);
  fields(cmd[LOAD_A], load, sizeof load / sizeof *load);
  fields(cmd[LIST], list, sizeof list / sizeof *list);
  fields(cmd[GATHER], gemm, sizeof gemm / sizeof *gemm);
  curta_cmd_set(cmd[GATHER], CURTA_GEMM_KLAST, (uint32_t)p.conf.t);
}

/* The program on the RTL while [lo, hi) fails; the burst that begins at `burst` is the first to. */
static int failing(uint32_t cmd[COMMANDS][32], uint32_t lo, uint32_t hi, uint32_t burst)
{
  static const uint32_t reg[3] = {CURTA_REG_ERROR, CURTA_REG_ERROR_INDEX, CURTA_REG_ERROR_INFO};
  uint32_t got[3] = {0};
  int err = pair_reset(&p.rtl, 3, PAIR_MEM);
  curta_rtl_inject(&p.rtl, lo, hi);
  p.rtl.mem_write(p.rtl.ctx, 0, cmd, COMMANDS * 128);
  err = err ? err : pair_ring(&p.rtl, COMMANDS);
  for (int i = 0; i < 3; i++)
    p.rtl.reg_read(p.rtl.ctx, reg[i], &got[i]);
  curta_rtl_inject(&p.rtl, 0, 0);
  if (!err && got[0] == CURTA_ERR_BUS && got[1] == LIST && got[2] == burst)
    return 0;
  return printf(
             "FAIL list errors %s: 0x%x..0x%x fails: status %d, error %u at %u, info 0x%x; expected BUS at %u, 0x%x\n",
             p.config, lo, hi, err, got[0], got[1], got[2], LIST, burst) > 0;
}

static int one(uint32_t k)
{
  uint32_t cmd[COMMANDS][32], t2 = (uint32_t)(p.conf.t * p.conf.t), kind = k % KINDS, places = PLACES, data = PAIR_DATA;
  uint32_t tile = pair_random(&p, kind == IN_TWO_TILES ? TILES - 1 : TILES);
  uint32_t burst = kind == IN_PLACES ? places + tile * t2 : data + tile * 4 * t2,
           size = kind == IN_PLACES ? t2 : 4 * t2;
  uint32_t lo = kind == IN_TWO_TILES ? burst : burst + pair_random(&p, size / 8) * 8;
  program(cmd);
  seen[kind]++;
  if (failing(cmd, lo, kind == IN_TWO_TILES ? burst + 8 * t2 : lo + 8, burst))
    return 1;
  if (!pair_run(&p, cmd, COMMANDS) && p.records[0] == COMMANDS)
    return 0;
  return printf("FAIL list errors %s: after the error at 0x%x: %s\n", p.config, lo, p.why) > 0;
}

static int run_config(const char *config, uint32_t seed)
{
  int err = pair_open(&p, config, 100, seed), bad = 0;
  if (err) {
    printf("FAIL list errors %s: cannot open the devices: %s\n", config, strerror(-err));
    return 1;
  }
  memset(seen, 0, sizeof seen);
  for (uint32_t k = 0; k < 60 && !bad; k++)
    bad = one(k);
  if (!bad)
    printf("PASS list errors %s: %u in places, %u in deltas, %u in two tiles; the list after each equals golden's\n",
           config, seen[IN_PLACES], seen[IN_ELEMENTS], seen[IN_TWO_TILES]);
  pair_close(&p);
  return bad;
}

int main(int argc, char **argv)
{
  static const char *const all[] = {"tiny", "base", "large"};
  uint32_t seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1;
  int bad = 0;
  if (argc > 1)
    return run_config(argv[1], seed);
  for (unsigned k = 0; k < sizeof all / sizeof *all; k++)
    if (pair_built(all[k]))
      bad |= run_config(all[k], seed);
  return bad;
}
