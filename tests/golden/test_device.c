/* SPDX-License-Identifier: Apache-2.0
 * test_device.c - the golden device against the law (law.h): random engine commands, on every instruction set, any
 * number of threads
 *
 * With TEST_HLS: the same on the device made of the HLS kernels, in the configurations that it has.
 *
 * usage: test_device [SEED [COMMANDS]]. A failing command is printed as words, with its number.
 */
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"
#include "curta_golden_int.h"
#include "curta_pool.h"
#include "law.h"
#include "random_command.h"

/* Scale registers hold shifts, seeds and exponents: mostly small numbers. */
static void refresh(struct law *m, const struct curta_bus *b)
{
  uint8_t *mem = b->mem_map(b->ctx, 0, MEM);
  for (uint32_t i = 0; i < MEM / 2; i++)
    mem[i] = (uint8_t)(rnd(4) ? word() : rnd(5));
  for (uint32_t i = 0; i < MEM / 2; i += 4) /* every third tile of int32 is mostly zeros */
    if (i / (4 * m->t2) % 3 == 1 && rnd(24))
      memset(mem + i, 0, 4);
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
  static const int spaces[] = {CURTA_SPACE_A, CURTA_SPACE_B, CURTA_SPACE_ACC};
  static const char *const names[] = {"buffer A", "buffer B", "accumulator memory"};
  if (same(group, "memory", (const char *)m->mem, b->mem_map(b->ctx, 0, MEM), PROGRAM))
    return 1;
  for (int i = 0; i < (m->conf.software && r->index % 40 ? 2 : 3);
       i++) /* a large one: the check sums see what is written */
    if (same_space(group, names[i], i == 2 ? (const char *)m->acc : (const char *)m->buf[i], b, spaces[i]))
      return 1;
  for (uint32_t i = 0; i < CURTA_SCALARS; i++)
    if (reg(b, CURTA_REG_SCALAR + 4 * i) != m->s[i])
      return fail(group, "scale register", m->s[i], reg(b, CURTA_REG_SCALAR + 4 * i));
  if (reg(b, CURTA_REG_FLAGS) != m->flags)
    return fail(group, "FLAGS", m->flags, reg(b, CURTA_REG_FLAGS));
  return r->check == m->check ? 0 : fail(group, "check sum", m->check, r->check);
}

static int without_modes; /* of NITRO-D: CAPS2.DIGIT is 0 */

static void open_random(struct curta_bus *b, const char *config)
{
  open_device(b, config);
  if (without_modes)
    ((struct curta_golden *)b->ctx)->conf.digit = 0;
}

static void make_law(struct law *m, const char *config)
{
  static const struct curta_config table[] = CURTA_CONFIG_TABLE;
  const struct curta_config *c = table;
  while (strcmp(c->name, config))
    c++;
  *m = (struct law){.conf = *c, .t = (uint32_t)c->t, .t2 = (uint32_t)(c->t * c->t), .mem_size = MEM};
  m->conf.digit = without_modes ? 0 : c->digit;
  m->mem = calloc(1, MEM);
  m->buf[0] = calloc((size_t)c->a_tiles, m->t2);
  m->buf[1] = calloc((size_t)c->b_tiles, m->t2);
  m->acc = calloc((size_t)c->p_tiles * 4, m->t2);
  m->acc36 = calloc((size_t)c->p_tiles * 8, m->t2);
  m->wide = calloc((size_t)c->b_tiles * 4, m->t2);
  m->row = calloc((size_t)c->b_tiles * m->t, sizeof *m->row);
  m->len = calloc((size_t)c->b_tiles, sizeof *m->len);
}

static void free_law(struct law *m)
{
  free(m->mem);
  free(m->buf[0]);
  free(m->buf[1]);
  free(m->acc);
  free(m->acc36);
  free(m->wide);
  free(m->row);
  free(m->len);
}

static void print_command(uint32_t n, const uint32_t *cmd)
{
  printf("     command %u:", n);
  for (int i = 0; i < 27; i++)
    printf(" %x", cmd[i]);
  printf("\n");
}

static void test_random(const char *config, const char *set, uint32_t commands)
{
  struct curta_bus b;
  struct law m;
  char group[64];
  uint32_t ranges = 0, lacks = 0, bad = 0;
  snprintf(group, sizeof group, "random commands, %s, %s", config, set);
  open_random(&b, config);
  make_law(&m, config);
  if (reg(&b, CURTA_REG_CAPS2) != (uint32_t)m.conf.digit)
    bad = (uint32_t)fail(group, "CAPS2", (uint32_t)m.conf.digit, reg(&b, CURTA_REG_CAPS2));
  for (uint32_t n = 0; n < commands && !bad; n++) {
    uint32_t cmd[1][32], err, want;
    if (n % 50 == 0)
      refresh(&m, &b);
    if (n % 10 == 0) {
      set_reg(&b, CURTA_REG_FLAGS, 5 + n % 3);
      m.flags &= ~(5u + n % 3);
    }
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
      ranges += err == CURTA_ERR_RANGE;
      lacks += err == CURTA_ERR_FIELD;
      device_close(&b);
      open_random(&b, config);
      free_law(&m);
      make_law(&m, config);
      refresh(&m, &b);
    }
  }
  if (!bad)
    printf("PASS %s (%u commands, %u with RANGE, %u of modes that the device lacks)\n", group, commands, ranges, lacks);
  device_close(&b);
  free_law(&m);
}

/* ------------------------------------------------------------------ threads */

/* Large commands of every kind, of which one writes what it reads next: the order of its items is its meaning. */
enum { LOAD_A, LOAD_B, GEMM, MAP_POOL, MAP_SHIFT, SCATTER, UPDATE, MASTER, REDUCE, FILL, LARGE };

static void large_vector(uint32_t *cmd, uint32_t opcode, uint32_t mode, uint32_t n0, uint32_t n1)
{
  cmd[0] = opcode;
  cmd[8] = n0 | n1 << 16;
  cmd[9] = 1 | 1 << 16;
  cmd[18] = mode;
}

/* Addresses: sources below 512 KiB, results above. */
static void large_commands(uint32_t (*cmd)[32])
{
  const uint32_t req = CURTA_TYPE_INT32 << 1 | 1 << 5 | 3u << 20 | 5u << 26, top = 512u << 10;
  memset(cmd, 0, LARGE * sizeof *cmd);
  for (uint32_t i = 0; i < 2; i++) {
    cmd[LOAD_A + i][0] = CURTA_OP_LOAD;
    cmd[LOAD_A + i][4] = i;
    cmd[LOAD_A + i][5] = i << 16;
    cmd[LOAD_A + i][6] = 1024 | 1 << 16;
    cmd[LOAD_A + i][7] = 1 | 1 << 16;
  }
  uint32_t *g = cmd[GEMM];
  g[0] = CURTA_OP_GEMM;
  g[5] = 1 << 19;
  g[6] = 16 | 16 << 16;
  g[7] = 1 | 1 << 16;
  g[8] = 3 | 3 << 16;
  g[9] = 8 | 7 << 16;
  g[10] = g[13] = 8;
  g[11] = g[12] = g[14] = 8u << 16;
  curta_cmd_set(g, CURTA_GEMM_A_SKX, 16);
  curta_cmd_set(g, CURTA_GEMM_A_SKC, 1);
  curta_cmd_set(g, CURTA_GEMM_B_SKX, 8);
  curta_cmd_set(g, CURTA_GEMM_B_SKC, 1);
  g[16] = 16 | 1 << 16;
  g[18] = g[19] = 16u << 16;
  g[20] = 0x55;
  large_vector(cmd[MAP_POOL], CURTA_OP_MAP, req | CURTA_ROUND_STOCHASTIC << 6 | 1 << 8 | 1 << 10 | 2 << 12 | 2 << 16,
               40, 20);
  cmd[MAP_POOL][6] = top;
  cmd[MAP_POOL][7] = top + (128 << 10);
  cmd[MAP_POOL][10] = cmd[MAP_POOL][13] = 40;
  cmd[MAP_POOL][16] = 500;
  cmd[MAP_POOL][17] = 200;
  large_vector(cmd[MAP_SHIFT], CURTA_OP_MAP, 0, 2000, 1);
  cmd[MAP_SHIFT][4] = top;
  cmd[MAP_SHIFT][6] = top + 64;
  large_vector(cmd[SCATTER], CURTA_OP_SCATTER, req | CURTA_ROUND_STOCHASTIC << 6 | 2 << 12 | 2 << 16, 500, 1);
  cmd[SCATTER][5] = top + (128 << 10);
  cmd[SCATTER][6] = top + (192 << 10);
  cmd[SCATTER][16] = 500;
  cmd[SCATTER][17] = 1000;
  for (uint32_t i = 0; i < 2; i++) {
    uint32_t *u = cmd[UPDATE + i];
    u[0] = CURTA_OP_UPDATE;
    u[5] = top + (i << 17);
    u[6] = i ? top : u[5];
    u[7] = i ? u[5] : 0;
    u[8] = 1000;
    u[18] = CURTA_ROUND_STOCHASTIC << 6 | 3u << 20 | 5u << 26 | (i ? 1u << 12 | 6u << 16 : 0);
    u[21] = 1 | 4u << 8;
  }
  cmd[REDUCE][0] = CURTA_OP_REDUCE;
  cmd[REDUCE][8] = 2000;
  cmd[REDUCE][21] = 7u << 16;
  large_vector(cmd[FILL], CURTA_OP_FILL, 0, 1000, 2);
  cmd[FILL][6] = top;
  cmd[FILL][13] = 1100;
  cmd[FILL][19] = 0x5a;
}

/* Every large command on one and on several threads. */
static void test_threads(void)
{
  static const char *const names[] = {"LOAD",
                                      "LOAD",
                                      "GEMM",
                                      "MAP with pooling",
                                      "MAP onto its source",
                                      "SCATTER",
                                      "UPDATE",
                                      "UPDATE of master weights",
                                      "REDUCE",
                                      "FILL"};
  static const char *const threads[] = {"1", "2", "3", "8", "1"};
  uint32_t cmd[LARGE][32], one[LARGE];
  int bad = 0;
  large_commands(cmd);
  for (int round = 0; round < 5 && !bad; round++) {
    struct curta_bus b;
    setenv("CURTA_THREADS", threads[round], 1);
    open_device(&b, "base");
    uint8_t *mem = b.mem_map(b.ctx, 0, MEM);
    for (uint32_t i = 0; i < PROGRAM; i++)
      mem[i] = (uint8_t)(i % 4 == 3 ? 0 : i * 2654435761u >> 13);
    for (uint32_t r = 3; r < 6; r++)
      set_reg(&b, CURTA_REG_SCALAR + 4 * r, 15 + r);
    for (int i = 0; i < LARGE && !bad; i++) {
      if (submit(&b, &cmd[i], 1))
        bad = fail("threads", names[i], 0, reg(&b, CURTA_REG_ERROR));
      if (round == 0)
        one[i] = last.check;
      else if (!bad && last.check != one[i])
        bad = fail("threads", names[i], one[i], last.check);
    }
    device_close(&b);
  }
  unsetenv("CURTA_THREADS");
  if (!bad)
    printf("PASS threads: %d commands on 1, 2, 3 and 8\n", LARGE);
}

/* As many threads as this process may use cores: one after `taskset -c 0`. */
static void test_cores(void)
{
  cpu_set_t before, one;
  struct curta_pool *p;
  size_t core = 0;
  unsetenv("CURTA_THREADS");
  if (sched_getaffinity(0, sizeof before, &before)) {
    printf("SKIP cores: this system does not say which this process may use\n");
    return;
  }
  while (!CPU_ISSET(core, &before))
    core++;
  CPU_ZERO(&one);
  CPU_SET(core, &one);
  if (sched_setaffinity(0, sizeof one, &one) || !(p = curta_pool_start())) {
    (void)fail("cores", "set or pool", 0, 1);
    return;
  }
  if (curta_pool_size(p) != 1)
    (void)fail("cores", "threads on one core", 1, curta_pool_size(p));
  else
    printf("PASS cores: one thread where this process may use one core\n");
  curta_pool_stop(p);
  (void)sched_setaffinity(0, sizeof before, &before);
}

#ifdef TEST_HLS
static void test_sets(uint32_t commands)
{
  test_random("tiny", "HLS kernels", 2 * commands);
  test_random("base", "HLS kernels", 2 * commands);
  test_random("large", "HLS kernels", commands);
}
#else
static void test_sets(uint32_t commands)
{
  char sets[96], *set;
  snprintf(sets, sizeof sets, "%s", curta_golden_cpus());
  for (set = strtok(sets, ", "); set; set = strtok(0, ", ")) {
    setenv("CURTA_CPU", set, 1);
    test_random("tiny", set, commands / 2);
    test_random("base", set, commands / 2);
    test_random("large", set, commands / 4);
    test_random("host", set, commands / 4);
  }
  unsetenv("CURTA_CPU");
  without_modes = 1;
  test_random("tiny", "without the modes of NITRO-D", commands);
  test_random("base", "without the modes of NITRO-D", commands);
  without_modes = 0;
}
#endif

int main(int argc, char **argv)
{
  uint32_t commands = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 0) : 1500;
  set_seed(argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 1);
  test_sets(commands);
  test_threads();
  test_cores();
  return failures != 0;
}
