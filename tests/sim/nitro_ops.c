/* SPDX-License-Identifier: Apache-2.0
 * nitro_ops.c - see nitro_ops.h */
#include "nitro_ops.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct pair ops_pair;
uint32_t ops_t2;
char ops_group[64];

uint32_t ops_row(struct npy a, int rows, int r, int32_t *to)
{
  size_t n = a.count / (size_t)rows;
  for (size_t i = 0; i < n; i++)
    to[i] = (int32_t)npy_at(&a, (size_t)r * n + i);
  return (uint32_t)n;
}

void ops_put(uint32_t at, const int32_t *x, uint32_t n, uint32_t size)
{
  struct pair *p = &ops_pair;
  uint32_t room = (n + ops_t2 - 1) / ops_t2 * ops_t2;
  uint8_t *raw = calloc(room, size);
  for (uint32_t i = 0; i < n; i++)
    memcpy(raw + i * size, &x[i], size); /* little endian */
  p->golden.mem_write(p->golden.ctx, at, raw, room * size);
  p->rtl.mem_write(p->rtl.ctx, at, raw, room * size);
  free(raw);
}

void ops_expect(const char *file, uint32_t at, const int32_t *want, uint32_t n, uint32_t size)
{
  struct pair *p = &ops_pair;
  const uint8_t *raw = p->rtl.mem_map(p->rtl.ctx, at, (uint64_t)n * size);
  char what[64];
  for (uint32_t i = 0; i < n; i++) {
    int32_t got = (int8_t)raw[i * size];
    if (size == 4)
      memcpy(&got, raw + 4 * i, 4);
    (void)snprintf(what, sizeof what, "%.40s, value %u", file, i);
    npy_value(ops_group, what, got, want[i]);
  }
  npy_compared("%s", file);
}

void ops_run(const char *file, uint32_t cmd[][32], uint32_t n)
{
  struct pair *p = &ops_pair;
  uint32_t error = CURTA_ERR_NONE;
  pair_command(p, cmd[n], CURTA_OP_END);
  if (pair_run(p, cmd, n + 1) || pair_same(p)) {
    printf("FAIL %s: %s: %s\n", ops_group, file, p->why);
    exit(1);
  }
  p->golden.reg_read(p->golden.ctx, CURTA_REG_ERROR, &error);
  npy_value(ops_group, "error of the commands", error, CURTA_ERR_NONE);
}

void ops_map(uint32_t cmd[32], uint32_t n, uint32_t type)
{
  pair_command(&ops_pair, cmd, CURTA_OP_MAP);
  curta_cmd_set(cmd, CURTA_MAP_SRC, SRC);
  curta_cmd_set(cmd, CURTA_MAP_AUX, AUX);
  curta_cmd_set(cmd, CURTA_MAP_DST, DST);
  curta_cmd_set(cmd, CURTA_MAP_SRC_TYPE, type);
  curta_cmd_set(cmd, CURTA_MAP_N0, (n + ops_t2 - 1) / ops_t2);
  curta_cmd_set(cmd, CURTA_MAP_N1, 1);
  curta_cmd_set(cmd, CURTA_MAP_N2, 1);
  curta_cmd_set(cmd, CURTA_MAP_N3, 1);
}

void ops_divide(uint32_t cmd[32], uint32_t s, uint32_t t, uint64_t factor)
{
  for (; !(factor >> 23); factor <<= 1)
    t++;
  curta_cmd_set(cmd, CURTA_MAP_DIV, 1);
  curta_cmd_set(cmd, CURTA_MAP_DIV_S, s);
  curta_cmd_set(cmd, CURTA_MAP_DIV_T, t - 23);
  curta_cmd_set(cmd, CURTA_MAP_DIV_M, (uint32_t)factor);
}
