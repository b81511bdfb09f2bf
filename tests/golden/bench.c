/* SPDX-License-Identifier: Apache-2.0
 * bench.c - see bench.h
 */
#include <stdio.h>
#include <stdlib.h>
#include "bench.h"

static uint32_t seed, state;
int failures;

void set_seed(uint32_t value)
{
  seed = state = value;
}

uint32_t rnd(uint32_t n)
{
  state = state * 1664525u + 1013904223u;
  return (uint32_t)((uint64_t)(state ^ state >> 16) * n >> 32);
}

uint32_t word(void)
{
  return rnd(65536) << 16 | rnd(65536);
}

int fail(const char *group, const char *what, uint64_t expected, uint64_t got)
{
  failures++;
  printf("FAIL %s: seed %u: %s: expected %llx, got %llx\n", group, seed, what, (unsigned long long)expected,
         (unsigned long long)got);
  return 1;
}

struct curta_retire last;

static void remember(void *user, const struct curta_retire *r)
{
  (void)user;
  last = *r;
}

uint32_t reg(const struct curta_bus *b, uint32_t offset)
{
  uint32_t v = 0;
  b->reg_read(b->ctx, offset, &v);
  return v;
}

void set_reg(const struct curta_bus *b, uint32_t offset, uint32_t value)
{
  b->reg_write(b->ctx, offset, value);
}

void prepare(const struct curta_bus *b)
{
  set_reg(b, CURTA_REG_CTRL, 1);
  set_reg(b, CURTA_REG_MEM_SIZE, MEM);
  set_reg(b, CURTA_REG_RING_BASE, PROGRAM);
  set_reg(b, CURTA_REG_RING_LOG2, 6);
  set_reg(b, CURTA_REG_IRQ_ENABLE, 3);
  b->on_retire(b->ctx, remember, 0);
}

void open_device(struct curta_bus *b, const char *config)
{
  if (device_open(b, config, MEM)) {
    printf("FAIL golden device %s: cannot be opened\n", config);
    exit(1);
  }
  prepare(b);
}

uint32_t submit(const struct curta_bus *b, uint32_t (*cmd)[32], uint32_t n)
{
  uint32_t tail = reg(b, CURTA_REG_RING_TAIL);
  for (uint32_t i = 0; i < n; i++)
    b->mem_write(b->ctx, PROGRAM + 128 * ((tail + i) & 63), cmd[i], 128);
  set_reg(b, CURTA_REG_RING_TAIL, tail + n);
  b->wait_irq(b->ctx, 1000);
  return reg(b, CURTA_REG_ERROR);
}
