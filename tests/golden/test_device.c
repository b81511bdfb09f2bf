/* SPDX-License-Identifier: Apache-2.0
 * test_device.c - the golden device against the law (law.h): random engine commands, on every instruction set, any
 * number of threads
 *
 * usage: test_device [SEED [COMMANDS]]. A failing command is printed as words, with its number.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"
#include "law.h"
#include "random_command.h"

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
  static const int spaces[] = {CURTA_SPACE_A, CURTA_SPACE_B, CURTA_SPACE_ACC};
  static const char *const names[] = {"buffer A", "buffer B", "accumulator memory"};
  if (same(group, "memory", (const char *)m->mem, b->mem_map(b->ctx, 0, MEM), PROGRAM))
    return 1;
  for (int i = 0; i < (m->conf.software && r->index % 40 ? 2 : 3); i++) /* a large one: the check sums see what is written */
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
  *m = (struct law){.conf = *c, .t = (uint32_t)c->t, .t2 = (uint32_t)(c->t * c->t), .mem_size = MEM};
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

static void test_random(const char *config, const char *set, uint32_t commands)
{
  struct curta_bus b;
  struct law m;
  char group[64];
  uint32_t ranges = 0, bad = 0;
  snprintf(group, sizeof group, "random commands, %s, %s", config, set);
  open_device(&b, config);
  make_law(&m, config);
  for (uint32_t n = 0; n < commands && !bad; n++) {
    uint32_t cmd[1][32], err, want;
    if (n % 50 == 0)
      refresh(&m, &b);
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
  uint32_t cmd[3][32] = {{CURTA_OP_LOAD, 0, 0, 0, 0, 0, 512 | 1 << 16, 1 | 1 << 16},
                         {CURTA_OP_LOAD, 0, 0, 0, 1, 0, 512 | 1 << 16, 1 | 1 << 16},
                         {CURTA_OP_GEMM}};
  struct curta_retire one = {.check = 0};
  int bad = 0;
  cmd[2][5] = 1 << 19;
  cmd[2][6] = 16 | 16 << 16;
  cmd[2][7] = 1 | 1 << 16;
  cmd[2][8] = 3 | 3 << 16;
  cmd[2][9] = 8 | 7 << 16;
  cmd[2][10] = cmd[2][13] = 8;
  cmd[2][11] = cmd[2][12] = cmd[2][14] = 8u << 16;
  curta_cmd_set(cmd[2], CURTA_GEMM_A_SKX, 16);
  curta_cmd_set(cmd[2], CURTA_GEMM_A_SKC, 1);
  curta_cmd_set(cmd[2], CURTA_GEMM_B_SKX, 8);
  curta_cmd_set(cmd[2], CURTA_GEMM_B_SKC, 1);
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

int main(int argc, char **argv)
{
  char sets[96], *set;
  uint32_t commands = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 0) : 1500;
  set_seed(argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 1);
  snprintf(sets, sizeof sets, "%s", curta_golden_cpus());
  for (set = strtok(sets, ", "); set; set = strtok(0, ", ")) {
    setenv("CURTA_CPU", set, 1);
    test_random("tiny", set, commands / 2);
    test_random("base", set, commands / 2);
    test_random("large", set, commands / 4);
    test_random("host", set, commands / 4);
  }
  unsetenv("CURTA_CPU");
  test_threads();
  return failures != 0;
}
