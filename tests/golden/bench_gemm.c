/* SPDX-License-Identifier: Apache-2.0
 * bench_gemm.c - speed of the golden device: GMAC/s of GEMM, million elements/s of the vector commands
 *
 * Every figure counts whole commands through the bus (fetch, checks, windows), without LOAD. Two figures: by the clock
 * on the wall, and by processor time of all threads, which other programs on the machine disturb less. CURTA_THREADS as
 * usual.
 */
#include <stdio.h>
#include <string.h>
#include <time.h>
#include "curta_golden.h"
#include "curta_spec.h"

#define MEM (16u << 20)

struct seconds {
  double wall, cpu;
};

static double now(clockid_t clock)
{
  struct timespec t;
  clock_gettime(clock, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* Runs one command `times` times out of a called program of at most 1024. */
static struct seconds run(struct curta_bus *b, const uint32_t *cmd, uint32_t times)
{
  uint32_t call[32] = {CURTA_OP_CALL, 0, 0, 0, 4096, times}, end[32] = {CURTA_OP_END}, err = 0, head = 0;
  b->reg_read(b->ctx, CURTA_REG_RING_HEAD, &head);
  for (uint32_t i = 0; i < times; i++)
    b->mem_write(b->ctx, 4096 + 128 * i, cmd, 128);
  b->mem_write(b->ctx, 128 * (head & 15), call, 128);
  b->mem_write(b->ctx, 128 * ((head + 1) & 15), end, 128);
  b->reg_write(b->ctx, CURTA_REG_RING_TAIL, head + 2);
  struct seconds s = {now(CLOCK_MONOTONIC), now(CLOCK_PROCESS_CPUTIME_ID)};
  b->wait_irq(b->ctx, times + 2);
  s.wall = now(CLOCK_MONOTONIC) - s.wall;
  s.cpu = now(CLOCK_PROCESS_CPUTIME_ID) - s.cpu;
  b->reg_write(b->ctx, CURTA_REG_IRQ_STATUS, 3);
  b->reg_read(b->ctx, CURTA_REG_ERROR, &err);
  if (err)
    printf("the command failed with error %u\n", err);
  if (err)
    b->reg_write(b->ctx, CURTA_REG_CTRL, 1);
  return s;
}

struct shape {
  const char *name;
  uint32_t nga, ngb, nv, nk, nkc; /* nv x nv visits, nk x nk windows */
};

static void gemm(struct curta_bus *b, const struct shape *s, uint32_t t, uint32_t modes)
{
  uint32_t c[32] = {CURTA_OP_GEMM};
  uint32_t times = 200;
  curta_cmd_set(c, CURTA_GEMM_A_T, modes & 1);
  curta_cmd_set(c, CURTA_GEMM_B_T, modes >> 1);
  curta_cmd_set(c, CURTA_GEMM_FINAL, 1);
  c[6] = s->nga | s->ngb << 16;
  c[7] = s->nv | s->nv << 16;
  c[8] = s->nk | s->nk << 16;
  c[9] = s->nkc | t << 16;
  curta_cmd_set(c, CURTA_GEMM_A_SVX, s->nkc);
  curta_cmd_set(c, CURTA_GEMM_A_SKX, s->nkc);
  curta_cmd_set(c, CURTA_GEMM_A_SKC, 1);
  curta_cmd_set(c, CURTA_GEMM_B_SGB, s->nk * s->nkc);
  curta_cmd_set(c, CURTA_GEMM_B_SKX, s->nkc);
  curta_cmd_set(c, CURTA_GEMM_B_SKC, 1);
  curta_cmd_set(c, CURTA_GEMM_P_SGA, s->ngb * s->nv * s->nv);
  curta_cmd_set(c, CURTA_GEMM_P_SGB, s->nv * s->nv);
  curta_cmd_set(c, CURTA_GEMM_P_SVY, s->nv);
  curta_cmd_set(c, CURTA_GEMM_P_SVX, 1);
  c[18] = c[19] = 64u << 16; /* windows never leave [0, 64) */
  c[20] = 0x55;
  double macs = (double)times * s->nga * s->ngb * s->nv * s->nv * s->nk * s->nk * s->nkc * t * t * t;
  run(b, c, 1);
  struct seconds sec = run(b, c, times);
  printf("  %-28s %c%c %7.1f GMAC/s %7.1f GMAC per CPU second\n", s->name, "LT"[modes & 1], "LT"[modes >> 1],
         macs / sec.wall * 1e-9, macs / sec.cpu * 1e-9);
}

static void vector(struct curta_bus *b, const char *name, uint32_t *c, uint32_t t)
{
  double elements = 200.0 * 1024 * t * t;
  c[8] = c[0] == CURTA_OP_UPDATE ? 1024 : 1024 | 1 << 16;
  c[9] = 1 | 1 << 16;
  c[4] = 1u << 20;
  c[5] = c[7] = 4u << 20;
  c[6] = 8u << 20;
  if (c[0] != CURTA_OP_MAP)
    c[7] = 0;
  if (c[0] == CURTA_OP_UPDATE)
    c[9] = 0;
  struct seconds sec = run(b, c, 200);
  printf("  %-31s %7.0f Melements/s %6.0f per CPU second\n", name, elements / sec.wall * 1e-6,
         elements / sec.cpu * 1e-6);
}

static void vectors(struct curta_bus *b, uint32_t t)
{
  static const char *const names[] = {"MAP nearest, ReLU", "MAP pseudo-stochastic, ReLU", "MAP stochastic, ReLU"};
  for (uint32_t mode = 0; mode < 3; mode++) {
    uint32_t c[32] = {CURTA_OP_MAP};
    c[18] = CURTA_TYPE_INT32 << 1 | 1 << 5 | mode << 6 | 1 << 8;
    vector(b, names[mode], c, t);
  }
  uint32_t pool[32] = {CURTA_OP_MAP};
  pool[18] = CURTA_TYPE_INT32 << 1 | 1 << 5 | CURTA_ROUND_PSTO << 6 | 1 << 8 | 1 << 10 | 2 << 12 | 2 << 16;
  vector(b, "MAP ps.-st., ReLU, 2x2 pool", pool, t);
  uint32_t scatter[32] = {CURTA_OP_SCATTER};
  scatter[18] = CURTA_TYPE_INT32 << 1 | 1 << 5 | CURTA_ROUND_PSTO << 6 | 2 << 12 | 2 << 16;
  vector(b, "SCATTER 2x2", scatter, t);
  uint32_t update[32] = {CURTA_OP_UPDATE};
  update[18] = CURTA_ROUND_PSTO << 6;
  vector(b, "UPDATE", update, t);
}

int main(void)
{
  static const struct shape shapes[] = {{"1x1, 16 tiles deep", 2, 2, 8, 1, 16},
                                        {"5x5, 1 tile deep", 1, 4, 8, 5, 1},
                                        {"3x3, 4 tiles deep", 1, 4, 8, 3, 4}};
  static const char *const configs[] = {"base", "large", "host"};
  for (int i = 0; i < 3; i++) {
    struct curta_bus b;
    uint32_t t = i ? 16 : 8;
    if (curta_golden_open(&b, configs[i], MEM))
      return 1;
    uint8_t *mem = b.mem_map(b.ctx, 0, MEM);
    for (uint32_t k = 0; k < MEM; k++)
      mem[k] = (uint8_t)(k * 2654435761u >> 24) & (k % 4 == 3 ? 0 : 255);
    b.reg_write(b.ctx, CURTA_REG_MEM_SIZE, MEM);
    b.reg_write(b.ctx, CURTA_REG_RING_LOG2, 4);
    b.reg_write(b.ctx, CURTA_REG_IRQ_ENABLE, 3);
    printf("%s\n", configs[i]);
    for (uint32_t buf = 0; buf < 2; buf++) {
      uint32_t load[32] = {CURTA_OP_LOAD, 0, 0, 0, buf, 1u << 20, 512 | 1 << 16, 1 | 1 << 16};
      run(&b, load, 1);
    }
    for (uint32_t s = 0; s < 3; s++)
      for (uint32_t modes = 0; modes < (s ? 1 : 4); modes++)
        gemm(&b, &shapes[s], t, modes);
    b.reg_write(b.ctx, CURTA_REG_SCALAR, 12);
    vectors(&b, t);
    curta_golden_close(&b);
  }
  return 0;
}
