/* SPDX-License-Identifier: Apache-2.0
 * test_device.c - the golden device against the law: kernels, every engine command at random, the command processor, errors
 *
 * usage: test_device [SEED [COMMANDS]]. A failing command is printed as words, with its number.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_golden.h"
#include "curta_kernels.h"
#include "law.h"

#define MEM (1u << 20)
#define PROGRAM (MEM - 65536) /* ring and programs live above what random commands touch */

static uint32_t seed, state;
static int failures;

static uint32_t rnd(uint32_t n)
{
  state = state * 1664525u + 1013904223u;
  return (uint32_t)((uint64_t)(state ^ state >> 16) * n >> 32);
}

static uint32_t word(void)
{
  return rnd(65536) << 16 | rnd(65536);
}

static int fail(const char *group, const char *what, uint64_t expected, uint64_t got)
{
  failures++;
  printf("FAIL %s: seed %u: %s: expected %llx, got %llx\n", group, seed, what, (unsigned long long)expected,
         (unsigned long long)got);
  return 1;
}

/* ------------------------------------------------------------------ kernels */

/* Values near the edges of rounding: 0, powers of two and multiples of the step, one off either way. */
static int32_t edge(uint32_t i)
{
  static const uint32_t base[] = { 0, 1, 127, 128, 0x7fffffff, 0x80000000u };
  uint32_t k = rnd(32), v = i % 4 == 0 ? base[rnd(6)] : i % 4 == 1 ? 1u << k : i % 4 == 2 ? rnd(256) << rnd(24) : word();
  return curta_s32((rnd(2) ? v : 0u - v) + rnd(3) - 1u);
}

static void test_requant(void)
{
  int bad = 0;
  for (int fast = 0; fast < 2; fast++)
    for (int32_t shift = 1; shift < 32; shift++)
      for (uint32_t mode = 0; mode < 4 && !bad; mode++) {
        struct curta_kernel_rounding how = { shift, (enum curta_round)mode, word(), word(), word() };
        int32_t x[256];
        int8_t y[256];
        for (uint32_t i = 0; i < 256; i++)
          x[i] = edge(i);
        curta_kernel_select(fast);
        curta_kernel_requant(y, x, 256, &how);
        for (uint32_t i = 0; i < 256 && !bad; i += 8) {
          uint32_t all = 0;
          for (uint32_t k = i; k < i + 8; k++)
            all |= curta_mag(x[k]);
          if (curta_kernel_magnitudes(x + i, 8) != all)
            bad = fail("kernel of rounding", "magnitudes", all, curta_kernel_magnitudes(x + i, 8));
        }
        for (uint32_t i = 0; i < 256 && !bad; i++) {
          int8_t want = curta_requant(x[i], shift, how.mode, 0, curta_rand(how.seed, how.tensor, how.index + i));
          char what[96];
          snprintf(what, sizeof what, "fast %d shift %d mode %u of %d", fast, (int)shift, mode, (int)x[i]);
          if (y[i] != want)
            bad = fail("kernel of rounding", what, (uint8_t)want, (uint8_t)y[i]);
        }
      }
  if (!bad)
    printf("PASS kernel of rounding\n");
}

/* Tiles of extremes and random values, both modes of both operands, against the definition. */
static int products_case(int fast, uint32_t t, uint32_t kp, uint32_t n)
{
  static int8_t tile[2][8][256];
  static int16_t pairs[2][8][256];
  static int32_t sum[256] __attribute__((aligned(64)));
  uint32_t want[256], mode[2] = { rnd(2), rnd(2) };
  struct curta_product p[8];
  curta_kernel_select(fast);
  for (uint32_t o = 0; o < 2; o++)
    for (uint32_t x = 0; x < n; x++) {
      for (uint32_t i = 0; i < t * t; i++)
        tile[o][x][i] = rnd(3) ? (int8_t)word() : -128;
      curta_kernel_pairs(pairs[o][x], tile[o][x], t, (int)mode[o]);
      p[x] = (struct curta_product){ pairs[0][x], pairs[1][x] };
    }
  for (uint32_t i = 0; i < t; i++)
    for (uint32_t j = 0; j < t; j++) {
      uint32_t e = i * t + j;
      sum[e] = curta_s32(want[e] = word());
      for (uint32_t x = 0; x < n; x++)
        for (uint32_t k = 0; k < 2 * kp; k++)
          want[e] += (uint32_t)(tile[0][x][mode[0] ? k * t + i : i * t + k] * tile[1][x][mode[1] ? k * t + j : j * t + k]);
    }
  curta_kernel_products(sum, p, n, t, kp);
  for (uint32_t e = 0; e < t * t; e++)
    if ((uint32_t)sum[e] != want[e])
      return fail("kernel of products", fast ? "AVX2" : "plain C", want[e], (uint32_t)sum[e]);
  return 0;
}

static void test_products(void)
{
  int bad = 0;
  for (int fast = 0; fast < 2; fast++)
    for (uint32_t t = 8; t <= 16; t += 8)
      for (uint32_t kp = 1; kp <= t / 2; kp++)
        for (uint32_t n = 1; n <= 8 && !bad; n++)
          bad = products_case(fast, t, kp, n);
  if (!bad)
    printf("PASS kernel of products\n");
}

/* ------------------------------------------------------------------ devices */

static struct curta_retire last;

static void remember(void *user, const struct curta_retire *r)
{
  (void)user;
  last = *r;
}

static uint32_t reg(const struct curta_bus *b, uint32_t offset)
{
  uint32_t v = 0;
  b->reg_read(b->ctx, offset, &v);
  return v;
}

static void set_reg(const struct curta_bus *b, uint32_t offset, uint32_t value)
{
  b->reg_write(b->ctx, offset, value);
}

static void prepare(const struct curta_bus *b)
{
  set_reg(b, CURTA_REG_CTRL, 1);
  set_reg(b, CURTA_REG_MEM_SIZE, MEM);
  set_reg(b, CURTA_REG_RING_BASE, PROGRAM);
  set_reg(b, CURTA_REG_RING_LOG2, 6);
  set_reg(b, CURTA_REG_IRQ_ENABLE, 3);
  b->on_retire(b->ctx, remember, 0);
}

static void open_device(struct curta_bus *b, const char *config)
{
  if (curta_golden_open(b, config, MEM)) {
    printf("FAIL golden device %s: cannot be opened\n", config);
    exit(1);
  }
  prepare(b);
}

/* Puts n commands into the ring, rings, lets it run; the error register. */
static uint32_t submit(const struct curta_bus *b, uint32_t (*cmd)[32], uint32_t n)
{
  uint32_t tail = reg(b, CURTA_REG_RING_TAIL);
  for (uint32_t i = 0; i < n; i++)
    b->mem_write(b->ctx, PROGRAM + 128 * ((tail + i) & 63), cmd[i], 128);
  set_reg(b, CURTA_REG_RING_TAIL, tail + n);
  b->wait_irq(b->ctx, 1000);
  return reg(b, CURTA_REG_ERROR);
}

/* ------------------------------------------------------------------ random commands */

static void set(uint32_t *cmd, uint32_t field, uint32_t value)
{
  curta_cmd_set(cmd, field, value);
}

/* A tile address in the lower half (sources) or third quarter (results) of the memory, rarely outside. */
static uint32_t place(uint32_t t2, int result)
{
  uint32_t half = MEM / 2, from = result ? half + 65536 : 65536;
  return rnd(60) == 0 ? rnd(1u << 24) * (4 * t2) : from / (4 * t2) * (4 * t2) + rnd(64) * (4 * t2);
}

static void random_loops(uint32_t *cmd, uint32_t word8)
{
  for (uint32_t i = 0; i < 4; i++)
    cmd[word8 + i / 2] |= (1 + rnd(i ? 3 : 4)) << 16 * (i % 2);
}

static uint32_t small(void)
{
  return rnd(33) - 16u;
}

static void random_load(const struct law *m, uint32_t *cmd)
{
  uint32_t b = rnd(2), tiles = (uint32_t)(b ? m->conf.b_tiles : m->conf.a_tiles);
  set(cmd, CURTA_LOAD_BUF, b);
  set(cmd, CURTA_LOAD_DST, rnd(30) ? rnd(tiles - 40) % 64 : rnd(tiles));
  set(cmd, CURTA_LOAD_ADDR, place(m->t2, 0));
  random_loops(cmd, 6);
  for (int i = 8; i < 11; i++)
    cmd[i] = small();
}

static void random_gemm(const struct law *m, uint32_t *cmd)
{
  uint32_t n[4];
  cmd[4] = (20 + rnd(8)) | (20 + rnd(8)) << 16;
  set(cmd, CURTA_GEMM_P_BASE, rnd(20) ? 0 : rnd((uint32_t)m->conf.p_tiles));
  for (uint32_t f = 16; f <= 19; f++)
    cmd[5] |= rnd(2) << f;
  set(cmd, CURTA_GEMM_OR_REG, rnd(64));
  set(cmd, CURTA_GEMM_OR_KEEP, rnd(2));
  for (int i = 0; i < 4; i++)
    n[i] = 1 + rnd(2);
  cmd[6] = n[0] | n[1] << 16;
  cmd[7] = n[2] | n[3] << 16;
  cmd[8] = (1 + rnd(3)) | (1 + rnd(3)) << 16;
  cmd[9] = (1 + rnd(3)) | (1 + rnd(m->t)) << 16;
  for (int i = 10; i <= 15; i++)
    cmd[i] = ((rnd(9) - 4) & 0xffff) | (rnd(9) - 4) << 16;
  set(cmd, CURTA_GEMM_P_SGA, n[1] * n[2] * n[3]);
  set(cmd, CURTA_GEMM_P_SGB, n[2] * n[3]);
  set(cmd, CURTA_GEMM_P_SVY, n[3]);
  set(cmd, CURTA_GEMM_P_SVX, 1);
  cmd[18] = ((rnd(4) - 2) & 0xffff) | rnd(6) << 16;
  cmd[19] = ((rnd(4) - 2) & 0xffff) | rnd(6) << 16;
  cmd[20] = rnd(3) | rnd(3) << 2 | rnd(3) << 4 | rnd(3) << 6;
}

static void random_rounding(uint32_t *cmd)
{
  set(cmd, CURTA_MAP_ROUND, rnd(4));
  set(cmd, CURTA_MAP_WRAP, rnd(2));
  set(cmd, CURTA_MAP_SHIFT_REG, rnd(64));
  set(cmd, CURTA_MAP_SEED_REG, rnd(64));
  cmd[19] = word();
  cmd[20] = word();
}

/* Destination strides that never meet: `across` tiles for every item. */
static void random_results(uint32_t *cmd, uint32_t across)
{
  uint32_t n0 = cmd[8] & 0xffff, n1 = cmd[8] >> 16, n2 = cmd[9] & 0xffff;
  cmd[13] = n0 * across;
  cmd[14] = cmd[13] * n1;
  cmd[15] = cmd[14] * n2;
}

static void random_map(const struct law *m, uint32_t *cmd)
{
  uint32_t wide = rnd(4) != 0, wide_dst = wide && rnd(4) == 0;
  set(cmd, CURTA_MAP_SRC_ACC, wide && rnd(2));
  set(cmd, CURTA_MAP_SRC, curta_cmd_get(cmd, CURTA_MAP_SRC_ACC) ? rnd((uint32_t)m->conf.p_tiles) % 16 : place(m->t2, 0));
  cmd[5] = place(m->t2, 0);
  cmd[6] = place(m->t2, 1);
  cmd[7] = place(m->t2, 1) + MEM / 8;
  random_loops(cmd, 8);
  for (int i = 10; i < 13; i++)
    cmd[i] = curta_cmd_get(cmd, CURTA_MAP_SRC_ACC) ? rnd(3) : small();
  random_results(cmd, 1);
  cmd[16] = rnd(5);
  cmd[17] = rnd(5);
  set(cmd, CURTA_MAP_SRC_TYPE, wide ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  random_rounding(cmd);
  if (wide_dst) {
    set(cmd, CURTA_MAP_DST_TYPE, CURTA_TYPE_INT32);
    return;
  }
  set(cmd, CURTA_MAP_REQ, wide);
  set(cmd, CURTA_MAP_RELU, rnd(2));
  set(cmd, CURTA_MAP_MASK, rnd(2));
  set(cmd, CURTA_MAP_POOL, rnd(2));
  set(cmd, CURTA_MAP_KH, 1 + rnd(3));
  set(cmd, CURTA_MAP_KW, 1 + rnd(3));
}

static void random_scatter(const struct law *m, uint32_t *cmd)
{
  uint32_t kh = 1 + rnd(3), kw = 1 + rnd(3), wide = rnd(2);
  cmd[4] = place(m->t2, 0);
  cmd[5] = place(m->t2, 0);
  cmd[6] = place(m->t2, 1);
  random_loops(cmd, 8);
  for (int i = 10; i < 13; i++)
    cmd[i] = small();
  random_results(cmd, kh * kw);
  cmd[17] = cmd[8] & 0xffff;
  cmd[16] = cmd[17] * kw;
  random_rounding(cmd);
  set(cmd, CURTA_SCATTER_SRC_TYPE, wide ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  set(cmd, CURTA_SCATTER_REQ, wide);
  set(cmd, CURTA_SCATTER_KH, kh);
  set(cmd, CURTA_SCATTER_KW, kw);
}

static void random_update(const struct law *m, uint32_t *cmd, int reduce)
{
  cmd[4] = 65536 + rnd(64) * 4 * m->t2;
  cmd[5] = 65536 + rnd(64) * 4 * m->t2;
  cmd[8] = 1 + rnd(20);
  set(cmd, CURTA_UPDATE_MASTER, rnd(2));
  set(cmd, CURTA_UPDATE_FRAC, 1 + rnd(8));
  set(cmd, CURTA_UPDATE_DECAY, rnd(2));
  set(cmd, CURTA_UPDATE_DECAY_REG, rnd(64));
  set(cmd, CURTA_UPDATE_SRC_ACC, rnd(2)); /* the same bit in REDUCE */
  if (curta_cmd_get(cmd, CURTA_UPDATE_SRC_ACC)) {
    cmd[4] = rnd(4);
    cmd[8] = 1 + rnd(12);
  }
  if (reduce) {
    set(cmd, CURTA_REDUCE_OR_REG, rnd(64));
    set(cmd, CURTA_REDUCE_OR_KEEP, rnd(2));
    return;
  }
  cmd[6] = MEM / 2 + rnd(64) * 4 * m->t2;
  cmd[7] = MEM * 3 / 4 + rnd(64) * 4 * m->t2;
  random_rounding(cmd);
}

static void random_loss(const struct law *m, uint32_t *cmd)
{
  cmd[4] = 65536 + rnd(64) * m->t2;
  cmd[5] = 4 * rnd(1000);
  cmd[6] = MEM / 2 + rnd(64) * m->t2;
  cmd[8] = (1 + rnd(20)) | (1 + rnd(rnd(8) ? 24 : 1024)) << 16;
  set(cmd, CURTA_LOSS_ROUND, rnd(3));
  set(cmd, CURTA_LOSS_SEED_REG, rnd(64));
  cmd[19] = word();
  set(cmd, CURTA_LOSS_EXP_REG, rnd(64));
  set(cmd, CURTA_LOSS_COUNT_REG, rnd(64));
}

static void random_command(const struct law *m, uint32_t *cmd)
{
  static const uint8_t ops[] = { CURTA_OP_LOAD,   CURTA_OP_LOAD, CURTA_OP_GEMM,   CURTA_OP_GEMM,   CURTA_OP_MAP,
                                 CURTA_OP_MAP,    CURTA_OP_FILL, CURTA_OP_UPDATE, CURTA_OP_REDUCE, CURTA_OP_LOSS,
                                 CURTA_OP_SCALAR, CURTA_OP_SCATTER };
  uint32_t op = ops[rnd(sizeof ops)];
  memset(cmd, 0, 128);
  cmd[0] = op | word() << 16;
  if (op == CURTA_OP_LOAD) {
    random_load(m, cmd);
  } else if (op == CURTA_OP_GEMM) {
    random_gemm(m, cmd);
  } else if (op == CURTA_OP_MAP) {
    random_map(m, cmd);
  } else if (op == CURTA_OP_SCATTER) {
    random_scatter(m, cmd);
  } else if (op == CURTA_OP_UPDATE || op == CURTA_OP_REDUCE) {
    random_update(m, cmd, op == CURTA_OP_REDUCE);
  } else if (op == CURTA_OP_LOSS) {
    random_loss(m, cmd);
  } else if (op == CURTA_OP_FILL) {
    cmd[6] = place(m->t2, 1);
    random_loops(cmd, 8);
    random_results(cmd, 1);
    cmd[19] = rnd(256);
  } else {
    cmd[4] = rnd(6) | rnd(64) << 8 | rnd(64) << 16 | rnd(64) << 24;
    cmd[5] = rnd(64);
    cmd[6] = rnd(2) ? rnd(40) : word() >> rnd(32);
  }
}

/* Scale registers hold shifts, seeds and exponents: mostly small numbers. */
static void refresh(struct law *m, const struct curta_bus *b)
{
  uint8_t *mem = b->mem_map(b->ctx, 0, MEM);
  for (uint32_t i = 0; i < MEM / 2; i++)
    mem[i] = (uint8_t)(rnd(4) ? word() : rnd(5));
  memcpy(m->mem, mem, MEM);
  for (uint32_t r = 0; r < CURTA_SCALARS; r++) {
    m->s[r] = rnd(8) ? rnd(20) - (rnd(3) ? 0 : 12u) : rnd(2) ? rnd(512) : word() >> rnd(32);
    set_reg(b, CURTA_REG_SCALAR + 4 * r, m->s[r]);
  }
}

/* A word that differs: its number and both values. */
static int report(const char *group, const char *what, size_t word_number, const void *want, const void *got)
{
  char text[64];
  uint32_t w, g;
  memcpy(&w, want, 4);
  memcpy(&g, got, 4);
  snprintf(text, sizeof text, "%s, word %zu", what, word_number);
  return fail(group, text, w, g);
}

static int same(const char *group, const char *what, const char *want, const char *got, size_t bytes)
{
  size_t i = 0;
  if (!memcmp(want, got, bytes))
    return 0;
  while (!memcmp(want + i, got + i, 4))
    i += 4;
  return report(group, what, i / 4, want + i, got + i);
}

static int same_space(const char *group, const char *what, const char *want, const struct curta_bus *b, int space)
{
  uint32_t got;
  for (uint32_t w = 0; !curta_golden_peek(b, space, w, &got); w++)
    if (memcmp(want + 4 * (size_t)w, &got, 4))
      return report(group, what, w, want + 4 * (size_t)w, &got);
  return 0;
}

static int compare(const char *group, const struct law *m, const struct curta_bus *b, const struct curta_retire *r)
{
  static const int spaces[] = { CURTA_SPACE_A, CURTA_SPACE_B, CURTA_SPACE_ACC };
  static const char *const names[] = { "buffer A", "buffer B", "accumulator memory" };
  if (same(group, "memory", (const char *)m->mem, b->mem_map(b->ctx, 0, MEM), PROGRAM))
    return 1;
  for (int i = 0; i < 3; i++)
    if (same_space(group, names[i], i == 2 ? (const char *)m->acc : (const char *)m->buf[i], b, spaces[i]))
      return 1;
  for (uint32_t i = 0; i < CURTA_SCALARS; i++)
    if (reg(b, CURTA_REG_SCALAR + 4 * i) != m->s[i])
      return fail(group, "scale register", m->s[i], reg(b, CURTA_REG_SCALAR + 4 * i));
  return r->check == m->check ? 0 : fail(group, "check sum", m->check, r->check);
}

static void make_law(struct law *m, const char *config)
{
  static const struct curta_config table[] = CURTA_CONFIG_TABLE;
  const struct curta_config *c = table;
  while (strcmp(c->name, config))
    c++;
  *m = (struct law){ .conf = *c, .t = (uint32_t)c->t, .t2 = (uint32_t)(c->t * c->t), .mem_size = MEM };
  m->mem = calloc(1, MEM);
  m->buf[0] = calloc((size_t)c->a_tiles, m->t2);
  m->buf[1] = calloc((size_t)c->b_tiles, m->t2);
  m->acc = calloc((size_t)c->p_tiles * 4, m->t2);
}

static void free_law(struct law *m)
{
  free(m->mem);
  free(m->buf[0]);
  free(m->buf[1]);
  free(m->acc);
}

static void print_command(uint32_t n, const uint32_t *cmd)
{
  printf("     command %u:", n);
  for (int i = 0; i < 22; i++)
    printf(" %x", cmd[i]);
  printf("\n");
}

static void test_random(const char *config, uint32_t commands)
{
  struct curta_bus b;
  struct law m;
  char group[64];
  uint32_t ranges = 0, bad = 0;
  snprintf(group, sizeof group, "random commands, %s", config);
  open_device(&b, config);
  make_law(&m, config);
  for (uint32_t n = 0; n < commands && !bad; n++) {
    uint32_t cmd[1][32], err, want;
    if (n % 50 == 0)
      refresh(&m, &b);
    curta_kernel_select(n % 5 != 0);
    random_command(&m, cmd[0]);
    want = (uint32_t)law_execute(&m, cmd[0]);
    err = submit(&b, cmd, 1);
    if (err != want)
      bad = (uint32_t)fail(group, "error", want, err);
    else if (err && reg(&b, CURTA_REG_ERROR_INFO) != m.info)
      bad = (uint32_t)fail(group, "error information", m.info, reg(&b, CURTA_REG_ERROR_INFO));
    else if (!err)
      bad = (uint32_t)compare(group, &m, &b, &last);
    if (bad)
      print_command(n, cmd[0]);
    if (err) { /* what was written before is unspecified: take over the state of a fresh device */
      ranges++;
      curta_golden_close(&b);
      open_device(&b, config);
      free_law(&m);
      make_law(&m, config);
      refresh(&m, &b);
    }
  }
  if (!bad)
    printf("PASS %s (%u commands, %u with RANGE)\n", group, commands, ranges);
  curta_golden_close(&b);
  free_law(&m);
}

/* ------------------------------------------------------------------ threads */

/* A GEMM of 256 visits on one and on four threads. */
static void test_threads(void)
{
  uint32_t cmd[3][32] = { { CURTA_OP_LOAD, 0, 0, 0, 0, 0, 512 | 1 << 16, 1 | 1 << 16 },
                          { CURTA_OP_LOAD, 0, 0, 0, 1, 0, 512 | 1 << 16, 1 | 1 << 16 },
                          { CURTA_OP_GEMM } };
  struct curta_retire one = { .check = 0 };
  int bad = 0;
  cmd[2][5] = 1 << 19;
  cmd[2][6] = 16 | 16 << 16;
  cmd[2][7] = 1 | 1 << 16;
  cmd[2][8] = 3 | 3 << 16;
  cmd[2][9] = 8 | 7 << 16;
  cmd[2][10] = cmd[2][13] = 8;
  cmd[2][11] = cmd[2][12] = cmd[2][14] = 8u << 16;
  set(cmd[2], CURTA_GEMM_A_SKX, 16);
  set(cmd[2], CURTA_GEMM_A_SKC, 1);
  set(cmd[2], CURTA_GEMM_B_SKX, 8);
  set(cmd[2], CURTA_GEMM_B_SKC, 1);
  cmd[2][16] = 16 | 1 << 16;
  cmd[2][18] = cmd[2][19] = 16u << 16;
  cmd[2][20] = 0x55;
  for (int round = 0; round < 8 && !bad; round++) {
    struct curta_bus b;
    setenv("CURTA_THREADS", round ? "4" : "1", 1);
    open_device(&b, "base");
    uint8_t *mem = b.mem_map(b.ctx, 0, MEM);
    for (uint32_t i = 0; i < 512 * 64; i++)
      mem[i] = (uint8_t)(i * 2654435761u >> 13);
    if (submit(&b, cmd, 3))
      bad = fail("threads", "error", 0, reg(&b, CURTA_REG_ERROR));
    if (round == 0)
      one = last;
    else if (last.check != one.check)
      bad = fail("threads", "check sum", one.check, last.check);
    curta_golden_close(&b);
  }
  unsetenv("CURTA_THREADS");
  if (!bad)
    printf("PASS threads\n");
}

/* ------------------------------------------------------------------ static checks */

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
  { "opcode", { { 0, 0x77 } }, CURTA_OP_NOP, CURTA_ERR_OPCODE, 0x77 },
  { "scalar function", { { 4, 6 } }, CURTA_OP_SCALAR, CURTA_ERR_OPCODE, CURTA_OP_SCALAR },
  { "scalar function before reserved", { { 4, 6 }, { 9, 1 } }, CURTA_OP_SCALAR, CURTA_ERR_OPCODE, CURTA_OP_SCALAR },
  { "reserved bits of word 0", { { 0, CURTA_OP_NOP | 0x100 } }, CURTA_OP_NOP, CURTA_ERR_RESERVED, 0 },
  { "wait of a CP command", { { 1, 1 } }, CURTA_OP_NOP, CURTA_ERR_RESERVED, 1 },
  { "reserved word", { { 31, 1 } }, CURTA_OP_GEMM, CURTA_ERR_RESERVED, 31 },
  { "reserved before field", { { 31, 1 }, { 6, 0 } }, CURTA_OP_GEMM, CURTA_ERR_RESERVED, 31 },
  { "LOAD.N0", { { 6, 0x10000 } }, CURTA_OP_LOAD, CURTA_ERR_FIELD, 6 },
  { "LOAD.N3", { { 7, 1 } }, CURTA_OP_LOAD, CURTA_ERR_FIELD, 7 },
  { "LOAD.DST", { { 4, 1024u << 16 } }, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4 },
  { "LOAD.DST of B", { { 4, 1024u << 16 | 1 } }, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4 },
  { "lowest word first", { { 6, 0 }, { 4, 1024u << 16 } }, CURTA_OP_LOAD, CURTA_ERR_FIELD, 4 },
  { "LOAD.ADDR", { { 5, 32 } }, CURTA_OP_LOAD, CURTA_ERR_ALIGN, 5 },
  { "field before alignment", { { 5, 32 }, { 7, 1 } }, CURTA_OP_LOAD, CURTA_ERR_FIELD, 7 },
  { "GEMM.P_BASE", { { 5, 256 } }, CURTA_OP_GEMM, CURTA_ERR_FIELD, 5 },
  { "GEMM.NGA", { { 6, 0x10000 } }, CURTA_OP_GEMM, CURTA_ERR_FIELD, 6 },
  { "GEMM.NVX", { { 7, 1 } }, CURTA_OP_GEMM, CURTA_ERR_FIELD, 7 },
  { "GEMM.NKX", { { 8, 1 } }, CURTA_OP_GEMM, CURTA_ERR_FIELD, 8 },
  { "GEMM.NKC", { { 9, 8 << 16 } }, CURTA_OP_GEMM, CURTA_ERR_FIELD, 9 },
  { "GEMM.KLAST 0", { { 9, 1 } }, CURTA_OP_GEMM, CURTA_ERR_FIELD, 9 },
  { "GEMM.KLAST 9", { { 9, 1 | 9 << 16 } }, CURTA_OP_GEMM, CURTA_ERR_FIELD, 9 },
  { "GEMM.X_B", { { 20, 3 << 6 } }, CURTA_OP_GEMM, CURTA_ERR_FIELD, 20 },
  { "MAP.N2", { { 9, 0x10000 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 9 },
  { "MAP.SRC_TYPE int16", { { 18, 1 << 1 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP.DST_TYPE int16", { { 18, 2 << 1 | 1 << 3 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP int8 to int32", { { 18, 2 << 3 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP int32 to int32 with REQ", { { 18, 2 << 1 | 2 << 3 | 1 << 5 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP int32 to int32 with RELU", { { 18, 2 << 1 | 2 << 3 | 1 << 8 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP int32 to int32 with POOL", { { 18, 2 << 1 | 2 << 3 | 1 << 10 | 0x11000 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP int32 to int8 without REQ", { { 18, 2 << 1 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP int8 with REQ", { { 18, 1 << 5 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP.SRC_ACC int8", { { 18, 1 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP.KH", { { 18, 2 << 1 | 1 << 5 | 1 << 10 | 1 << 16 } }, CURTA_OP_MAP, CURTA_ERR_FIELD, 18 },
  { "MAP.SRC of int32", { { 4, 64 } }, CURTA_OP_MAP, CURTA_ERR_ALIGN, 4 },
  { "MAP.DST", { { 6, 4 } }, CURTA_OP_MAP, CURTA_ERR_ALIGN, 6 },
  { "MAP.AUX with MASK", { { 5, 4 }, { 18, 2 << 1 | 1 << 5 | 1 << 9 } }, CURTA_OP_MAP, CURTA_ERR_ALIGN, 5 },
  { "MAP.IDX with POOL", { { 7, 4 }, { 18, 2 << 1 | 1 << 5 | 1 << 10 | 0x11000 } }, CURTA_OP_MAP, CURTA_ERR_ALIGN, 7 },
  { "MAP.AUX and IDX unused", { { 5, 4 }, { 7, 4 } }, CURTA_OP_MAP, CURTA_ERR_NONE, 0 },
  { "MAP.SRC a tile number", { { 4, 3 }, { 18, 1 | 2 << 1 | 1 << 5 } }, CURTA_OP_MAP, CURTA_ERR_NONE, 0 },
  { "MAP.SRC tile outside", { { 4, 256 }, { 18, 1 | 2 << 1 | 1 << 5 } }, CURTA_OP_MAP, CURTA_ERR_RANGE, 256 },
  { "MAP.SRC outside", { { 4, MEM } }, CURTA_OP_MAP, CURTA_ERR_RANGE, MEM },
  { "MAP.DST outside", { { 6, MEM } }, CURTA_OP_MAP, CURTA_ERR_RANGE, MEM },
  { "SCATTER.KW", { { 18, 2 << 1 | 1 << 5 | 1 << 12 } }, CURTA_OP_SCATTER, CURTA_ERR_FIELD, 18 },
  { "SCATTER int32 without REQ", { { 18, 2 << 1 | 1 << 12 | 1 << 16 } }, CURTA_OP_SCATTER, CURTA_ERR_FIELD, 18 },
  { "SCATTER.AUX", { { 5, 8 } }, CURTA_OP_SCATTER, CURTA_ERR_ALIGN, 5 },
  { "UPDATE.N", { { 8, 0 } }, CURTA_OP_UPDATE, CURTA_ERR_FIELD, 8 },
  { "UPDATE.FRAC 0", { { 18, 1 << 12 } }, CURTA_OP_UPDATE, CURTA_ERR_FIELD, 18 },
  { "UPDATE.FRAC 9", { { 18, 1 << 12 | 9 << 16 } }, CURTA_OP_UPDATE, CURTA_ERR_FIELD, 18 },
  { "UPDATE.SRC a tile number", { { 4, 3 }, { 18, 1 } }, CURTA_OP_UPDATE, CURTA_ERR_NONE, 0 },
  { "UPDATE.SRC tile outside", { { 4, 256 }, { 18, 1 } }, CURTA_OP_UPDATE, CURTA_ERR_RANGE, 256 },
  { "UPDATE.SRC", { { 4, 128 } }, CURTA_OP_UPDATE, CURTA_ERR_ALIGN, 4 },
  { "UPDATE.AUX with MASTER", { { 5, 64 }, { 18, 1 << 12 | 8 << 16 } }, CURTA_OP_UPDATE, CURTA_ERR_ALIGN, 5 },
  { "UPDATE.IDX", { { 7, 64 }, { 18, 1 << 12 | 8 << 16 } }, CURTA_OP_UPDATE, CURTA_ERR_ALIGN, 7 },
  { "REDUCE.FRAC", { { 18, 1 << 12 } }, CURTA_OP_REDUCE, CURTA_ERR_FIELD, 18 },
  { "REDUCE.AUX with DECAY", { { 5, 4 }, { 21, 1 } }, CURTA_OP_REDUCE, CURTA_ERR_ALIGN, 5 },
  { "FILL.DST", { { 6, 4 } }, CURTA_OP_FILL, CURTA_ERR_ALIGN, 6 },
  { "LOSS.ROWS", { { 8, 0x10000 } }, CURTA_OP_LOSS, CURTA_ERR_FIELD, 8 },
  { "LOSS.CLASSES", { { 8, 1025 << 16 | 1 } }, CURTA_OP_LOSS, CURTA_ERR_FIELD, 8 },
  { "LOSS.ROUND", { { 18, 3 << 6 } }, CURTA_OP_LOSS, CURTA_ERR_FIELD, 18 },
  { "LOSS.AUX", { { 5, 2 } }, CURTA_OP_LOSS, CURTA_ERR_ALIGN, 5 },
  { "CALL.COUNT", { { 5, 0 } }, CURTA_OP_CALL, CURTA_ERR_FIELD, 5 },
  { "CALL.ADDR", { { 4, 64 } }, CURTA_OP_CALL, CURTA_ERR_ALIGN, 4 },
  { "CALL outside", { { 4, MEM } }, CURTA_OP_CALL, CURTA_ERR_RANGE, MEM },
  { "SKIP.COUNT", { { 4, 0 } }, CURTA_OP_SKIP, CURTA_ERR_FIELD, 4 },
  { "SKIP past the doorbell", { { 4, 1 } }, CURTA_OP_SKIP, CURTA_ERR_NEST, 4 },
  { "wait for LOAD", { { 1, 1 } }, CURTA_OP_MAP, CURTA_ERR_DEPEND, 1 },
  { "wait for MATRIX", { { 2, 1 } }, CURTA_OP_MAP, CURTA_ERR_DEPEND, 2 },
  { "wait for itself", { { 3, 1 } }, CURTA_OP_MAP, CURTA_ERR_DEPEND, 3 },
  { "alignment before dependency", { { 1, 1 }, { 6, 4 } }, CURTA_OP_MAP, CURTA_ERR_ALIGN, 6 },
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

int main(int argc, char **argv)
{
  uint32_t commands = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 0) : 1500;
  seed = state = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 1;
  test_requant();
  test_products();
  test_random("tiny", commands);
  test_random("base", commands);
  test_random("large", commands / 3);
  curta_kernel_select(1);
  test_threads();
  test_refused();
  test_cp();
  return failures != 0;
}
