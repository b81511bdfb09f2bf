/* SPDX-License-Identifier: Apache-2.0
 * pair.c - see pair.h */
#include "pair.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_golden.h"

static void take(struct pair *p, int which, const struct curta_retire *r)
{
  if (p->records[which] < PAIR_RECORDS)
    p->record[which][p->records[which]] = *r;
  p->records[which]++;
}

static void take_golden(void *user, const struct curta_retire *r)
{
  take(user, 0, r);
}

static void take_rtl(void *user, const struct curta_retire *r)
{
  take(user, 1, r);
}

uint32_t pair_random(struct pair *p, uint32_t below)
{
  p->random = p->random * 1664525u + 1013904223u;
  return (uint32_t)(((uint64_t)(p->random ^ p->random >> 15) * below) >> 32);
}

static struct curta_config find(const char *config)
{
  static const struct curta_config table[] = CURTA_CONFIG_TABLE;
  const struct curta_config *c = table;
  while (c->name && strncmp(c->name, config, strlen(c->name)))
    c++;
  return *c;
}

int pair_built(const char *config)
{
  char word[32];
  snprintf(word, sizeof word, "%s ", config);
  const char *at = strstr(curta_rtl_configs(), word);
  return at && (at == curta_rtl_configs() || at[-1] == ' ');
}

static int fill_tiles(struct pair *p, struct curta_bus *bus);

int pair_open(struct pair *p, const char *config, uint32_t stall, uint32_t seed)
{
  struct curta_rtl_options o = { .config = config, .mem_bytes = PAIR_MEM, .stall_permille = stall, .seed = seed };
  memset(p, 0, sizeof *p);
  p->config = config;
  p->conf = find(config);
  p->random = seed + 77;
  int err = curta_golden_open(&p->golden, p->conf.name, PAIR_MEM);
  if (err)
    return err;
  err = curta_rtl_open(&p->rtl, &o);
  if (err) {
    curta_golden_close(&p->golden);
    return err;
  }
  p->golden.on_retire(p->golden.ctx, take_golden, p);
  p->rtl.on_retire(p->rtl.ctx, take_rtl, p);
  for (uint32_t a = PAIR_DATA; a < PAIR_MEM; a += 4) {
    uint32_t w = pair_random(p, 0xffffffffu);
    p->golden.mem_write(p->golden.ctx, a, &w, 4);
    p->rtl.mem_write(p->rtl.ctx, a, &w, 4);
  }
  err = fill_tiles(p, &p->golden);
  return err ? err : fill_tiles(p, &p->rtl);
}

void pair_close(struct pair *p)
{
  curta_golden_close(&p->golden);
  curta_rtl_close(&p->rtl);
}

void pair_command(struct pair *p, uint32_t cmd[32], uint32_t opcode)
{
  memset(cmd, 0, 128);
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, opcode);
  curta_cmd_set(cmd, CURTA_CMD_TAG, pair_random(p, 65536));
}

/* Without waits VECTOR and LOAD read [DATA, DATA + 256 KiB) and VECTOR writes above; with waits they share a place. */
static uint32_t source(struct pair *p, uint32_t align)
{
  return PAIR_DATA + pair_random(p, 0x30000u / align) * align;
}

static uint32_t result(struct pair *p, uint32_t align)
{
  return 0x80000u + pair_random(p, 0x40000u / align) * align;
}

static void loops(struct pair *p, uint32_t cmd[32])
{
  curta_cmd_set(cmd, CURTA_FILL_N0, 1 + pair_random(p, 3));
  curta_cmd_set(cmd, CURTA_FILL_N1, 1 + pair_random(p, 2));
  curta_cmd_set(cmd, CURTA_FILL_N2, 1 + pair_random(p, 2));
  curta_cmd_set(cmd, CURTA_FILL_N3, 1);
  curta_cmd_set(cmd, CURTA_FILL_D1, 4);
  curta_cmd_set(cmd, CURTA_FILL_D2, 9);
}

static void load(struct pair *p, uint32_t cmd[32], uint32_t t2, int waits)
{
  uint32_t buf = pair_random(p, 2), tiles = (uint32_t)(buf ? p->conf.b_tiles : p->conf.a_tiles);
  curta_cmd_set(cmd, CURTA_LOAD_BUF, buf);
  curta_cmd_set(cmd, CURTA_LOAD_DST, pair_random(p, tiles - 31));
  curta_cmd_set(cmd, CURTA_LOAD_ADDR, waits && pair_random(p, 2) ? 0x80000u + pair_random(p, 64) * t2 : source(p, t2));
  curta_cmd_set(cmd, CURTA_LOAD_N0, 1 + pair_random(p, 4));
  curta_cmd_set(cmd, CURTA_LOAD_N1, 1 + pair_random(p, 2));
  curta_cmd_set(cmd, CURTA_LOAD_N2, 1 + pair_random(p, 2));
  curta_cmd_set(cmd, CURTA_LOAD_N3, 1 + pair_random(p, 2));
  curta_cmd_set(cmd, CURTA_LOAD_S1, pair_random(p, 7) - 3);
  curta_cmd_set(cmd, CURTA_LOAD_S2, pair_random(p, 7) - 3);
  curta_cmd_set(cmd, CURTA_LOAD_S3, pair_random(p, 7) - 3);
}

static void gemm(struct pair *p, uint32_t cmd[32])
{
  static const uint32_t ones[] = { CURTA_GEMM_NGA, CURTA_GEMM_NGB, CURTA_GEMM_NVY, CURTA_GEMM_NVX, CURTA_GEMM_NKY, CURTA_GEMM_NKX };
  for (unsigned k = 0; k < 6; k++)
    curta_cmd_set(cmd, ones[k], 1);
  curta_cmd_set(cmd, CURTA_GEMM_NGA, 1 + pair_random(p, 2));
  curta_cmd_set(cmd, CURTA_GEMM_NKC, 1 + pair_random(p, 3));
  curta_cmd_set(cmd, CURTA_GEMM_KLAST, 1 + pair_random(p, (uint32_t)p->conf.t));
  curta_cmd_set(cmd, CURTA_GEMM_A_BASE, pair_random(p, 16));
  curta_cmd_set(cmd, CURTA_GEMM_B_BASE, pair_random(p, 16));
  curta_cmd_set(cmd, CURTA_GEMM_A_SKC, 1);
  curta_cmd_set(cmd, CURTA_GEMM_A_SGA, 3);
  curta_cmd_set(cmd, CURTA_GEMM_P_SGA, 1);
  curta_cmd_set(cmd, CURTA_GEMM_P_BASE, pair_random(p, 8));
  curta_cmd_set(cmd, CURTA_GEMM_A_T, pair_random(p, 2));
  curta_cmd_set(cmd, CURTA_GEMM_B_T, pair_random(p, 2));
  curta_cmd_set(cmd, CURTA_GEMM_FINAL, pair_random(p, 2));
  curta_cmd_set(cmd, CURTA_GEMM_OR_REG, pair_random(p, 8));
  curta_cmd_set(cmd, CURTA_GEMM_Y_U, 1);
  curta_cmd_set(cmd, CURTA_GEMM_X_U, 1);
}

static void vector(struct pair *p, uint32_t cmd[32], uint32_t opcode, uint32_t t2, int waits)
{
  curta_cmd_set(cmd, CURTA_MAP_SRC, source(p, 4 * t2));
  curta_cmd_set(cmd, CURTA_MAP_DST, waits && pair_random(p, 2) ? 0x80000u + pair_random(p, 64) * t2 : result(p, t2));
  if (opcode == CURTA_OP_MAP || opcode == CURTA_OP_FILL)
    loops(p, cmd);
  if (opcode == CURTA_OP_MAP)
    curta_cmd_set(cmd, CURTA_MAP_RELU, pair_random(p, 2));
  if (opcode == CURTA_OP_MAP && waits && pair_random(p, 2)) {
    curta_cmd_set(cmd, CURTA_MAP_SRC, pair_random(p, 4));
    curta_cmd_set(cmd, CURTA_MAP_SRC_ACC, 1);
    curta_cmd_set(cmd, CURTA_MAP_SRC_TYPE, 2);
    curta_cmd_set(cmd, CURTA_MAP_REQ, 1);
    curta_cmd_set(cmd, CURTA_MAP_ROUND, pair_random(p, 2));
    curta_cmd_set(cmd, CURTA_MAP_SHIFT_REG, pair_random(p, 64));
  }
  if (opcode == CURTA_OP_FILL) {
    curta_cmd_set(cmd, CURTA_MAP_SRC, 0);
    curta_cmd_set(cmd, CURTA_FILL_VALUE, pair_random(p, 256));
  }
  if (opcode == CURTA_OP_REDUCE) {
    curta_cmd_set(cmd, CURTA_MAP_DST, 0);
    curta_cmd_set(cmd, CURTA_REDUCE_N, 1 + pair_random(p, 4));
    curta_cmd_set(cmd, CURTA_REDUCE_OR_REG, 8 + pair_random(p, 8));
  }
}

void pair_engine_command(struct pair *p, uint32_t cmd[32], uint32_t opcode, const uint32_t issued[4])
{
  uint32_t t2 = (uint32_t)(p->conf.t * p->conf.t);
  pair_command(p, cmd, opcode);
  for (uint32_t e = 1; e <= 3; e++)
    cmd[e] = issued[e];
  if (opcode == CURTA_OP_LOAD)
    load(p, cmd, t2, issued[3] != 0);
  else if (opcode == CURTA_OP_GEMM)
    gemm(p, cmd);
  else if (opcode == CURTA_OP_SCALAR) {
    cmd[4] = pair_random(p, 6) | pair_random(p, 64) << 8 | pair_random(p, 64) << 16 | pair_random(p, 64) << 24;
    cmd[5] = pair_random(p, 64);
    cmd[6] = pair_random(p, 0xffffffffu) >> pair_random(p, 32);
  } else
    vector(p, cmd, opcode, t2, issued[1] + issued[2] + issued[3] != 0);
}

uint32_t pair_program(struct pair *p, uint32_t cmd[][32], uint32_t n, int called)
{
  static const uint8_t kinds[] = { CURTA_OP_NOP, CURTA_OP_LOAD, CURTA_OP_LOAD, CURTA_OP_GEMM, CURTA_OP_MAP, CURTA_OP_FILL, CURTA_OP_REDUCE,
                                   CURTA_OP_SCALAR, CURTA_OP_SCALAR, CURTA_OP_FENCE, CURTA_OP_SKIP, CURTA_OP_CALL };
  uint32_t issued[4] = { 0, 0, 0, 0 };
  for (uint32_t i = 0; i < n; i++) {
    uint32_t op = kinds[pair_random(p, called ? 11 : 12)];
    if (op == CURTA_OP_SKIP && i + 2 >= n)
      op = CURTA_OP_NOP;
    if (op >= 0x10) {
      pair_engine_command(p, cmd[i], op, issued);
      issued[op == CURTA_OP_LOAD ? 1 : op == CURTA_OP_GEMM ? 2 : 3]++;
      continue;
    }
    pair_command(p, cmd[i], op);
    if (op != CURTA_OP_NOP)
      memset(issued, 0, sizeof issued);
    if (op == CURTA_OP_SKIP) {
      /* The waits behind it must hold whether it skips or not: a fence follows every possible target. */
      uint32_t count = 1 + pair_random(p, n - i - 2);
      curta_cmd_set(cmd[i], CURTA_SKIP_COUNT, count);
      cmd[i][5] = pair_random(p, 64) | pair_random(p, 64) << 8 | pair_random(p, 2) << 16;
      for (uint32_t k = 1; k <= count && i + k < n; k++)
        pair_command(p, cmd[i + k], k % 2 ? CURTA_OP_NOP : CURTA_OP_FENCE);
      i += count;
    } else if (op == CURTA_OP_CALL) {
      curta_cmd_set(cmd[i], CURTA_CALL_ADDR, PAIR_CALL);
      curta_cmd_set(cmd[i], CURTA_CALL_COUNT, 1 + pair_random(p, 12));
    }
  }
  return n;
}

void pair_called(struct pair *p)
{
  uint32_t inner[16][32];
  pair_program(p, inner, 16, 1);
  p->golden.mem_write(p->golden.ctx, PAIR_CALL, inner, sizeof inner);
  p->rtl.mem_write(p->rtl.ctx, PAIR_CALL, inner, sizeof inner);
}

int pair_settings(struct curta_bus *bus, uint32_t ring_log2, uint32_t mem_size)
{
  static const uint32_t reg[] = { CURTA_REG_RING_BASE, CURTA_REG_RING_LOG2, CURTA_REG_MEM_SIZE, CURTA_REG_IRQ_ENABLE };
  const uint32_t value[] = { 0, ring_log2, mem_size, 3 };
  int err = 0;
  for (unsigned k = 0; !err && k < 4; k++)
    err = bus->reg_write(bus->ctx, reg[k], value[k]);
  return err;
}

int pair_reset(struct curta_bus *bus, uint32_t ring_log2, uint32_t mem_size)
{
  uint32_t status = 1;
  int err = bus->reg_write(bus->ctx, CURTA_REG_CTRL, 1);
  for (unsigned k = 0; !err && status & 1; k++) {
    err = bus->reg_read(bus->ctx, CURTA_REG_STATUS, &status);
    if (k > 20000)
      return -ETIMEDOUT;
  }
  return err ? err : pair_settings(bus, ring_log2, mem_size);
}

int pair_ring(struct curta_bus *bus, uint32_t tail)
{
  int err = bus->reg_write(bus->ctx, CURTA_REG_RING_TAIL, tail);
  return err ? err : bus->wait_irq(bus->ctx, 400000);
}

static int differ(struct pair *p, const char *what, uint32_t golden, uint32_t rtl)
{
  snprintf(p->why, sizeof p->why, "%s: golden 0x%x, rtl 0x%x", what, golden, rtl);
  return 1;
}

/* Registers that a run leaves. RETIRED counts younger commands too when the RTL stops by an error. */
static int compare_registers(struct pair *p)
{
  static const struct { uint32_t reg; const char *name; } regs[] = {
    { CURTA_REG_ERROR, "ERROR" }, { CURTA_REG_ERROR_INDEX, "ERROR_INDEX" }, { CURTA_REG_ERROR_INFO, "ERROR_INFO" },
    { CURTA_REG_STATUS, "STATUS" }, { CURTA_REG_IRQ_STATUS, "IRQ_STATUS" }, { CURTA_REG_COOKIE, "COOKIE" },
    { CURTA_REG_RETIRED, "RETIRED" } };
  uint32_t error = 0;
  for (unsigned k = 0; k < sizeof regs / sizeof *regs; k++) {
    uint32_t g = 0, r = 1;
    p->golden.reg_read(p->golden.ctx, regs[k].reg, &g);
    p->rtl.reg_read(p->rtl.ctx, regs[k].reg, &r);
    if (!k)
      error = g;
    if (g != r && !(error && regs[k].reg == CURTA_REG_RETIRED))
      return differ(p, regs[k].name, g, r);
  }
  return 0;
}

static int compare_records(struct pair *p)
{
  if (p->records[0] != p->records[1])
    return differ(p, "number of records", p->records[0], p->records[1]);
  for (uint32_t k = 0; k < p->records[0] && k < PAIR_RECORDS; k++) {
    const struct curta_retire *g = &p->record[0][k], *r = &p->record[1][k];
    if (g->index != r->index || g->opcode != r->opcode || g->engine != r->engine || g->tag != r->tag || g->check != r->check) {
      snprintf(p->why, sizeof p->why, "record %u: golden index %u opcode 0x%02x tag 0x%x check 0x%x, rtl %u 0x%02x 0x%x 0x%x", k,
               g->index, g->opcode, g->tag, g->check, r->index, r->opcode, r->tag, r->check);
      return 1;
    }
    if (r->end < r->start)
      return differ(p, "record ends before it starts", (uint32_t)r->start, (uint32_t)r->end);
  }
  return 0;
}

static uint64_t counter(struct curta_bus *bus, uint32_t k)
{
  uint32_t lo = 0, hi = 0;
  bus->reg_read(bus->ctx, CURTA_REG_COUNTER + 8 * k, &lo);
  bus->reg_read(bus->ctx, CURTA_REG_COUNTER + 8 * k + 4, &hi);
  return (uint64_t)hi << 32 | lo;
}

/* BUSY..OTHER partition CYCLES; without error, the machine transfers what it must (RTL also fetches ahead,
 * and counts whole beats where LOSS writes half of one). */
static int compare_counters(struct pair *p)
{
  uint64_t sum = 0;
  p->rtl.reg_write(p->rtl.ctx, CURTA_REG_SNAPSHOT, 1);
  p->golden.reg_write(p->golden.ctx, CURTA_REG_SNAPSHOT, 1);
  for (uint32_t k = CURTA_CNT_BUSY; k <= CURTA_CNT_OTHER; k++)
    sum += counter(&p->rtl, k);
  if (sum != counter(&p->rtl, CURTA_CNT_CYCLES) || !sum != !curta_rtl_cycles(&p->rtl)) /* the HLS device has no time */
    return differ(p, "CYCLES against the sum of its parts", (uint32_t)sum, (uint32_t)counter(&p->rtl, CURTA_CNT_CYCLES));
  uint32_t error = 0;
  p->golden.reg_read(p->golden.ctx, CURTA_REG_ERROR, &error);
  if (!error && counter(&p->rtl, CURTA_CNT_RD_BYTES) < counter(&p->golden, CURTA_CNT_RD_BYTES))
    return differ(p, "RD_BYTES", (uint32_t)counter(&p->golden, CURTA_CNT_RD_BYTES), (uint32_t)counter(&p->rtl, CURTA_CNT_RD_BYTES));
  uint64_t more = counter(&p->rtl, CURTA_CNT_WR_BYTES) - counter(&p->golden, CURTA_CNT_WR_BYTES);
  if (!error && (p->conf.bus > p->conf.t || !strcmp(p->config, "base16") ? more > counter(&p->golden, CURTA_CNT_WR_BYTES) : more != 0))
    return differ(p, "WR_BYTES", (uint32_t)counter(&p->golden, CURTA_CNT_WR_BYTES), (uint32_t)counter(&p->rtl, CURTA_CNT_WR_BYTES));
  return 0;
}

uint32_t pair_fill(const struct pair *p, uint32_t cmd[][32])
{
  memset(cmd, 0, 3 * sizeof *cmd);
  for (uint32_t k = 0; k < 2; k++) {
    curta_cmd_set(cmd[k], CURTA_CMD_OPCODE, CURTA_OP_LOAD);
    curta_cmd_set(cmd[k], CURTA_LOAD_BUF, k);
    curta_cmd_set(cmd[k], CURTA_LOAD_ADDR, PAIR_DATA);
    cmd[k][6] = 64 | 1 << 16;
    cmd[k][7] = 1 | 1 << 16;
  }
  curta_cmd_set(cmd[2], CURTA_CMD_OPCODE, CURTA_OP_GEMM);
  cmd[2][1] = 2;
  cmd[2][6] = 16 | 1 << 16;
  cmd[2][7] = cmd[2][8] = 1 | 1 << 16;
  cmd[2][9] = 1 | (uint32_t)p->conf.t << 16;
  curta_cmd_set(cmd[2], CURTA_GEMM_A_SGA, 1);
  curta_cmd_set(cmd[2], CURTA_GEMM_P_SGA, 1);
  curta_cmd_set(cmd[2], CURTA_GEMM_Y_U, 1);
  curta_cmd_set(cmd[2], CURTA_GEMM_X_U, 1);
  return 3;
}

static int fill_tiles(struct pair *p, struct curta_bus *bus)
{
  uint32_t cmd[4][32] = { { 0 } };
  curta_cmd_set(cmd[pair_fill(p, cmd)], CURTA_CMD_OPCODE, CURTA_OP_END);
  int err = pair_reset(bus, 2, PAIR_MEM);
  bus->mem_write(bus->ctx, 0, cmd, sizeof cmd);
  return err ? err : pair_ring(bus, 4);
}

/* After an error the results of younger commands are unspecified: both devices begin from the same state again. */
static int level(struct pair *p)
{
  uint32_t error = 0;
  p->golden.reg_read(p->golden.ctx, CURTA_REG_ERROR, &error);
  if (!error)
    return 0;
  memcpy(p->rtl.mem_map(p->rtl.ctx, 0, PAIR_MEM), p->golden.mem_map(p->golden.ctx, 0, PAIR_MEM), PAIR_MEM);
  int err = fill_tiles(p, &p->golden);
  return err ? err : fill_tiles(p, &p->rtl);
}

int pair_run(struct pair *p, uint32_t cmd[][32], uint32_t n)
{
  if (level(p)) {
    snprintf(p->why, sizeof p->why, "the device does not work after the soft reset");
    return 1;
  }
  if (pair_reset(&p->golden, 0, PAIR_MEM) || pair_reset(&p->rtl, 0, PAIR_MEM)) {
    snprintf(p->why, sizeof p->why, "a device stays busy after the soft reset");
    return 1;
  }
  return pair_run_reset(p, cmd, n);
}

int pair_run_reset(struct pair *p, uint32_t cmd[][32], uint32_t n)
{
  struct curta_bus *bus[2] = { &p->golden, &p->rtl };
  uint32_t log2 = 1;
  uint64_t begin = curta_rtl_cycles(&p->rtl);
  while (1u << log2 < n)
    log2++;
  for (int d = 0; d < 2; d++) {
    int err = pair_settings(bus[d], log2, PAIR_MEM);
    p->records[d] = 0;
    if (!err)
      err = bus[d]->mem_write(bus[d]->ctx, 0, cmd, n * 128);
    if (!err)
      err = pair_ring(bus[d], n);
    if (err) {
      snprintf(p->why, sizeof p->why, "%s: %s after %u records", bus[d]->name, strerror(-err), p->records[d]);
      return 1;
    }
  }
  int bad = compare_registers(p) || compare_records(p) || compare_counters(p);
  p->cycles += curta_rtl_cycles(&p->rtl) - begin;
  return bad;
}

int pair_same(struct pair *p)
{
  const uint8_t *g = p->golden.mem_map(p->golden.ctx, 0, PAIR_MEM), *r = p->rtl.mem_map(p->rtl.ctx, 0, PAIR_MEM);
  for (uint32_t a = PAIR_CALL; a < PAIR_MEM; a++)
    if (g[a] != r[a]) {
      snprintf(p->why, sizeof p->why, "memory byte 0x%x: golden 0x%02x, rtl 0x%02x", a, g[a], r[a]);
      return 1;
    }
  for (uint32_t k = 0; k < 64; k++) {
    uint32_t x = 0, y = 1;
    p->golden.reg_read(p->golden.ctx, CURTA_REG_SCALAR + 4 * k, &x);
    p->rtl.reg_read(p->rtl.ctx, CURTA_REG_SCALAR + 4 * k, &y);
    if (x != y)
      return differ(p, "scale register", x, y);
  }
  return 0;
}
