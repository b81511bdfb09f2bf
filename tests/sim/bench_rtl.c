/* SPDX-License-Identifier: Apache-2.0
 * bench_rtl.c - how fast the Verilated device simulates: a busy synthetic program (load, multiply, requantise, store)
 *
 * usage: bench_rtl [CONFIG [ROUNDS]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "curta_rtl.h"
#include "curta_spec.h"

static const char *const names[] = CURTA_CNT_NAMES;

/* Processor time: the machine may be shared. */
static double seconds(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* One round: 2 x 32 tiles in, 16 visits of 16 products, 16 tiles out. The next loads run beside the product. */
static void round_of(uint32_t cmd[4][32], uint32_t t2, uint32_t half)
{
  for (uint32_t k = 0; k < 2; k++) {
    curta_cmd_set(cmd[k], CURTA_CMD_OPCODE, CURTA_OP_LOAD);
    curta_cmd_set(cmd[k], CURTA_LOAD_BUF, k);
    curta_cmd_set(cmd[k], CURTA_LOAD_DST, 32 * half);
    curta_cmd_set(cmd[k], CURTA_LOAD_ADDR, 0x20000 + k * 32 * t2);
    cmd[k][6] = 32 | 1 << 16;
    cmd[k][7] = 1 | 1 << 16;
    cmd[k][2] = half;
  }
  uint32_t *g = cmd[2];
  curta_cmd_set(g, CURTA_CMD_OPCODE, CURTA_OP_GEMM);
  g[1] = 2 + 2 * half;
  g[3] = half;
  curta_cmd_set(g, CURTA_GEMM_A_BASE, 32 * half);
  curta_cmd_set(g, CURTA_GEMM_B_BASE, 32 * half);
  curta_cmd_set(g, CURTA_GEMM_P_BASE, 0);
  curta_cmd_set(g, CURTA_GEMM_FINAL, 1);
  g[6] = 4 | 4 << 16;
  g[7] = g[8] = 1 | 1 << 16;
  g[9] = 8 | t2 / (t2 == 64 ? 8u : 16u) << 16;
  curta_cmd_set(g, CURTA_GEMM_A_SGA, 8);
  curta_cmd_set(g, CURTA_GEMM_A_SKC, 1);
  curta_cmd_set(g, CURTA_GEMM_B_SGB, 8);
  curta_cmd_set(g, CURTA_GEMM_B_SKC, 1);
  curta_cmd_set(g, CURTA_GEMM_P_SGA, 1);
  curta_cmd_set(g, CURTA_GEMM_P_SGB, 4);
  curta_cmd_set(g, CURTA_GEMM_Y_U, 1);
  curta_cmd_set(g, CURTA_GEMM_X_U, 1);
  uint32_t *m = cmd[3];
  curta_cmd_set(m, CURTA_CMD_OPCODE, CURTA_OP_MAP);
  m[2] = 1 + half;
  curta_cmd_set(m, CURTA_MAP_SRC_ACC, 1);
  curta_cmd_set(m, CURTA_MAP_SRC_TYPE, 2);
  curta_cmd_set(m, CURTA_MAP_REQ, 1);
  curta_cmd_set(m, CURTA_MAP_ROUND, 1);
  curta_cmd_set(m, CURTA_MAP_SHIFT_REG, 1);
  curta_cmd_set(m, CURTA_MAP_DST, 0x40000);
  m[8] = 16 | 1 << 16;
  m[9] = 1 | 1 << 16;
}

static int run(const char *config, uint32_t rounds)
{
  struct curta_bus bus;
  struct curta_rtl_options o = { .config = config, .mem_bytes = 0x100000 };
  uint32_t cmd[9][32], calls = rounds / 2;
  if (curta_rtl_open(&bus, &o))
    return 1;
  memset(cmd, 0, sizeof cmd);
  uint32_t t2 = strcmp(config, "large") ? 64 : 256;
  round_of(cmd, t2, 0);
  round_of(cmd + 4, t2, 1);
  bus.mem_write(bus.ctx, 0x8000, cmd, 8 * 128);
  for (uint32_t a = 0; a < 0x10000; a += 4) {
    uint32_t w = a * 2654435761u;
    bus.mem_write(bus.ctx, 0x20000 + a, &w, 4);
  }
  bus.reg_write(bus.ctx, CURTA_REG_MEM_SIZE, 0x100000);
  bus.reg_write(bus.ctx, CURTA_REG_RING_LOG2, 1);
  bus.reg_write(bus.ctx, CURTA_REG_IRQ_ENABLE, 3);
  bus.reg_write(bus.ctx, CURTA_REG_SCALAR + 4, 9);
  memset(cmd, 0, 256);
  curta_cmd_set(cmd[0], CURTA_CMD_OPCODE, CURTA_OP_CALL);
  curta_cmd_set(cmd[0], CURTA_CALL_ADDR, 0x8000);
  curta_cmd_set(cmd[0], CURTA_CALL_COUNT, 8);
  curta_cmd_set(cmd[1], CURTA_CMD_OPCODE, CURTA_OP_END);
  bus.mem_write(bus.ctx, 0, cmd, 256);
  double start = seconds();
  uint64_t before = curta_rtl_cycles(&bus);
  for (uint32_t k = 1; k <= calls; k++) {
    bus.reg_write(bus.ctx, CURTA_REG_RING_TAIL, 2 * k);
    if (bus.wait_irq(bus.ctx, 1000000))
      printf("no END\n");
    bus.reg_write(bus.ctx, CURTA_REG_IRQ_STATUS, 3);
  }
  double s = seconds() - start;
  uint64_t cycles = curta_rtl_cycles(&bus) - before;
  printf("%-7s %8llu cycles %6.2f s %6.3f Mcycle/s  ", config, (unsigned long long)cycles, s, (double)cycles / s * 1e-6);
  bus.reg_write(bus.ctx, CURTA_REG_SNAPSHOT, 1);
  for (uint32_t k = 0, v; k < CURTA_CNT_COUNT; k++) {
    bus.reg_read(bus.ctx, CURTA_REG_COUNTER + 8 * k, &v);
    printf(" %s %u", names[k], v);
  }
  printf("\n");
  curta_rtl_close(&bus);
  return 0;
}

int main(int argc, char **argv)
{
  static const char *const all[] = { "tiny", "base", "base16", "large" };
  uint32_t rounds = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1000;
  if (argc > 1)
    return run(argv[1], rounds);
  int bad = 0;
  for (int k = 0; k < 4; k++)
    if (strstr(curta_rtl_configs(), all[k]))
      bad |= run(all[k], rounds);
  return bad;
}
