/* SPDX-License-Identifier: Apache-2.0
 * gemm.c - one matrix product on the device, command by command: Y = X W^T, then shifted to int8
 *
 * X is (8,16), W is (8,16), both int8: with tiles of 8x8 that is two tiles each, one tile of results.
 */
#include <stdio.h>
#include <string.h>
#include "curta.h"
#include "curta_golden.h"

enum { T = 8, K = 16, X_ADDR = 0x10000, W_ADDR = 0x11000, Y_ADDR = 0x12000 };

static void tiles(int8_t *out, int8_t (*m)[K]) /* (8,16) row-major -> [1][2] tiles of 8x8 */
{
  for (int k = 0; k < K; k++)
    for (int i = 0; i < T; i++)
      out[k / T * T * T + i * T + k % T] = m[i][k];
}

static void load(uint32_t *cmd, uint32_t buffer, uint32_t addr)
{
  memset(cmd, 0, CURTA_CMD_BYTES);
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, CURTA_OP_LOAD);
  curta_cmd_set(cmd, CURTA_LOAD_BUF, buffer);
  curta_cmd_set(cmd, CURTA_LOAD_ADDR, addr);
  curta_cmd_set(cmd, CURTA_LOAD_N0, K / T);
  curta_cmd_set(cmd, CURTA_LOAD_N1, 1);
  curta_cmd_set(cmd, CURTA_LOAD_N2, 1);
  curta_cmd_set(cmd, CURTA_LOAD_N3, 1);
}

static void gemm(uint32_t *cmd)
{
  static const uint32_t ones[] = {CURTA_GEMM_NGA, CURTA_GEMM_NGB, CURTA_GEMM_NVY, CURTA_GEMM_NVX, CURTA_GEMM_NKY, CURTA_GEMM_NKX,
                                  CURTA_GEMM_Y_U, CURTA_GEMM_X_U, CURTA_GEMM_A_SKC, CURTA_GEMM_B_SKC, CURTA_GEMM_FINAL};
  memset(cmd, 0, CURTA_CMD_BYTES);
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, CURTA_OP_GEMM);
  curta_cmd_set(cmd, CURTA_CMD_WAIT_L, 2); /* both LOADs */
  for (unsigned i = 0; i < sizeof ones / sizeof *ones; i++)
    curta_cmd_set(cmd, ones[i], 1);
  curta_cmd_set(cmd, CURTA_GEMM_NKC, K / T);
  curta_cmd_set(cmd, CURTA_GEMM_KLAST, T);
  curta_cmd_set(cmd, CURTA_GEMM_OR_REG, 10);
}

static void act_shift(uint32_t *cmd) /* S[11] := the shift that fits the largest |y| into 7 bits */
{
  memset(cmd, 0, CURTA_CMD_BYTES);
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, CURTA_OP_SCALAR);
  curta_cmd_set(cmd, CURTA_CMD_WAIT_M, 1);
  curta_cmd_set(cmd, CURTA_SCALAR_FUNC, 2);
  curta_cmd_set(cmd, CURTA_SCALAR_RD, 11);
  curta_cmd_set(cmd, CURTA_SCALAR_RA, 10);
}

static void map(uint32_t *cmd) /* accumulators -> int8 in memory, shifted by S[11], rounded to nearest */
{
  memset(cmd, 0, CURTA_CMD_BYTES);
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, CURTA_OP_MAP);
  curta_cmd_set(cmd, CURTA_CMD_WAIT_M, 1);
  curta_cmd_set(cmd, CURTA_MAP_SRC_ACC, 1);
  curta_cmd_set(cmd, CURTA_MAP_SRC_TYPE, 2);
  curta_cmd_set(cmd, CURTA_MAP_REQ, 1);
  curta_cmd_set(cmd, CURTA_MAP_SHIFT_REG, 11);
  curta_cmd_set(cmd, CURTA_MAP_DST, Y_ADDR);
  curta_cmd_set(cmd, CURTA_MAP_N0, 1);
  curta_cmd_set(cmd, CURTA_MAP_N1, 1);
  curta_cmd_set(cmd, CURTA_MAP_N2, 1);
  curta_cmd_set(cmd, CURTA_MAP_N3, 1);
}

int main(void)
{
  static struct curta_dev dev;
  struct curta_bus bus;
  int8_t x[T][K], w[T][K], packed[T * K], y[T * T];
  uint32_t cmd[6][CURTA_CMD_WORDS];
  int32_t shift = 0;
  for (int i = 0; i < T; i++)
    for (int k = 0; k < K; k++) {
      x[i][k] = (int8_t)(i * 7 + k * 3 - 50);
      w[i][k] = (int8_t)(40 - i * 5 - k * 4);
    }
  int error = curta_golden_open(&bus, "base", 1 << 20);
  if (!error)
    error = curta_dev_open(&dev, &bus);
  if (error) {
    fprintf(stderr, "gemm: %s\n", curta_strerror(error));
    return 1;
  }
  tiles(packed, x);
  bus.mem_write(bus.ctx, X_ADDR, packed, sizeof packed);
  tiles(packed, w);
  bus.mem_write(bus.ctx, W_ADDR, packed, sizeof packed);
  load(cmd[0], 0, X_ADDR);
  load(cmd[1], 1, W_ADDR);
  gemm(cmd[2]);
  act_shift(cmd[3]);
  map(cmd[4]);
  memset(cmd[5], 0, sizeof cmd[5]);
  curta_cmd_set(cmd[5], CURTA_CMD_OPCODE, CURTA_OP_END);
  curta_cmd_set(cmd[5], CURTA_END_COOKIE, 1);
  error = curta_dev_submit(&dev, (const uint32_t (*)[CURTA_CMD_WORDS])cmd, 6);
  if (!error)
    error = curta_dev_wait(&dev, 1, 1000000);
  curta_dev_scalar_read(&dev, 11, &shift);
  bus.mem_read(bus.ctx, Y_ADDR, y, sizeof y);

  int wrong = 0;
  for (int n = 0; n < T; n++)
    for (int o = 0; o < T; o++) {
      int32_t sum = 0;
      for (int k = 0; k < K; k++)
        sum += x[n][k] * w[o][k];
      int32_t m = sum < 0 ? -sum : sum, q = (m >> shift) + (shift ? m >> (shift - 1) & 1 : 0);
      q = q > 127 ? 127 : q;
      wrong += y[n * T + o] != (sum < 0 ? -q : q);
    }
  printf("Y = X W^T >> %d: y[0][0] = %d, y[7][7] = %d; %d of 64 results differ from the plain product\n", (int)shift, y[0], y[63], wrong);
  curta_golden_close(&bus);
  return error || wrong;
}
