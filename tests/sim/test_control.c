/* SPDX-License-Identifier: Apache-2.0
 * test_control.c - command processor and DMA: programs of every kind, doorbell, ring wrap, soft reset, registers
 *
 * usage: test_control [CONFIG [SEED [STALL [PROGRAMS]]]]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pair.h"

static struct pair p;
static uint32_t programs;

static int fail(const char *name, uint32_t k)
{
  printf("FAIL %s %s: program %u: %s\n", name, p.config, k, p.why);
  return 1;
}

/* A SKIP must not leave the prefix that is called: prefixes are cut where NEST would follow, which golden decides too. */
static int test_programs(void)
{
  static uint32_t cmd[64][32];
  for (uint32_t k = 0; k < programs; k++) {
    uint32_t n = pair_program(&p, cmd, 4 + pair_random(&p, 50), 0);
    pair_called(&p);
    pair_command(&p, cmd[n], CURTA_OP_END);
    curta_cmd_set(cmd[n], CURTA_END_COOKIE, 1000 + k);
    if (pair_run(&p, cmd, n + 1))
      return fail("programs", k);
    uint32_t error = 0;
    p.golden.reg_read(p.golden.ctx, CURTA_REG_ERROR, &error);
    if (!error && pair_same(&p))
      return fail("programs", k);
  }
  printf("PASS programs %s: %u programs, %llu cycles\n", p.config, programs, (unsigned long long)p.cycles);
  return 0;
}

/* A ring of 1 to 16 commands, filled piece by piece while the device works, around its end many times. */
static int test_ring(void)
{
  for (uint32_t log2 = 0; log2 < 5; log2++) {
    struct curta_bus *bus[2] = { &p.golden, &p.rtl };
    uint32_t size = 1u << log2, total = 40 + 8 * size, seed = p.random, cookie[2] = { 0, 1 };
    for (int d = 0; d < 2; d++) {
      uint32_t tail = 0, head = 0, issued[4] = { 0, 0, 0, 0 };
      p.random = seed;
      p.records[d] = 0;
      if (pair_reset(bus[d], log2, PAIR_MEM))
        return fail("ring", log2);
      for (uint32_t idle = 0; tail < total; idle++) {
        uint32_t free_slots = size - (tail - head), n = 1 + tail % 3;
        for (uint32_t i = 0; i < n && i < free_slots && tail < total; i++) {
          uint32_t cmd[32];
          if (tail % 5 == 4)
            pair_command(&p, cmd, CURTA_OP_FENCE);
          else if (tail + 1 == total) {
            pair_command(&p, cmd, CURTA_OP_END);
            curta_cmd_set(cmd, CURTA_END_COOKIE, 0x5eed);
          } else
            pair_engine_command(&p, cmd, tail % 2 ? CURTA_OP_LOAD : CURTA_OP_SCALAR, issued);
          bus[d]->mem_write(bus[d]->ctx, tail++ % size * 128, cmd, 128);
        }
        bus[d]->reg_write(bus[d]->ctx, CURTA_REG_RING_TAIL, tail);
        bus[d]->wait_irq(bus[d]->ctx, d ? 1 + idle % 90 : 1 + idle % 3);
        bus[d]->reg_read(bus[d]->ctx, CURTA_REG_RING_HEAD, &head);
        if (idle > 20000) {
          snprintf(p.why, sizeof p.why, "%s: the head stays at %u of %u", bus[d]->name, head, total);
          return fail("ring", log2);
        }
      }
      bus[d]->wait_irq(bus[d]->ctx, 100000);
      bus[d]->reg_read(bus[d]->ctx, CURTA_REG_COOKIE, &cookie[d]);
    }
    int same = p.records[0] == p.records[1] && p.records[0] == total && cookie[0] == 0x5eed && cookie[1] == 0x5eed;
    for (uint32_t i = 0; same && i < total; i++)
      same = p.record[0][i].check == p.record[1][i].check && p.record[0][i].tag == p.record[1][i].tag;
    if (!same) {
      snprintf(p.why, sizeof p.why, "ring of %u: %u and %u records of %u, cookies 0x%x 0x%x", size, p.records[0], p.records[1], total, cookie[0],
               cookie[1]);
      return fail("ring", log2);
    }
  }
  printf("PASS ring %s: rings of 1 to 16 commands\n", p.config);
  return 0;
}

/* Soft reset at any time: the device becomes idle and forgets, memory outside the results stays, then it works. */
static int test_reset(void)
{
  static uint32_t cmd[64][32];
  static uint8_t before[0x80000 - PAIR_DATA];
  static const struct { uint32_t reg, value; } forgotten[] = {
    { CURTA_REG_RING_HEAD, 0 }, { CURTA_REG_RING_TAIL, 0 }, { CURTA_REG_ERROR, 0 }, { CURTA_REG_COOKIE, 0 }, { CURTA_REG_RETIRED, 0 },
    { CURTA_REG_STATUS, 0 }, { CURTA_REG_IRQ_STATUS, 0 }, { CURTA_REG_SCALAR, 0 }, { CURTA_REG_SCALAR + 4 * 63, 0 },
    { CURTA_REG_COUNTER, 0 }, { CURTA_REG_COUNTER + 8 * CURTA_CNT_RD_BYTES, 0 }, { CURTA_REG_IRQ_ENABLE, 3 }, { CURTA_REG_MEM_SIZE, PAIR_MEM } };
  uint8_t *results[2] = { p.golden.mem_map(p.golden.ctx, 0x80000, 0x80000), p.rtl.mem_map(p.rtl.ctx, 0x80000, 0x80000) };
  for (uint32_t k = 0; k < programs; k++) {
    uint32_t n = pair_program(&p, cmd, 60, 1);
    p.rtl.mem_read(p.rtl.ctx, PAIR_DATA, before, sizeof before);
    if (pair_reset(&p.rtl, 6, PAIR_MEM))
      return fail("reset", k);
    p.rtl.mem_write(p.rtl.ctx, 0, cmd, n * 128);
    p.rtl.reg_write(p.rtl.ctx, CURTA_REG_RING_TAIL, n);
    p.rtl.wait_irq(p.rtl.ctx, pair_random(&p, 3000));
    if (pair_reset(&p.rtl, 6, PAIR_MEM)) {
      snprintf(p.why, sizeof p.why, "stays busy after soft reset");
      return fail("reset", k);
    }
    for (unsigned i = 0; i < sizeof forgotten / sizeof *forgotten; i++) {
      uint32_t v = ~0u;
      p.rtl.reg_read(p.rtl.ctx, forgotten[i].reg, &v);
      if (v != forgotten[i].value) {
        snprintf(p.why, sizeof p.why, "register 0x%x is 0x%x, expected 0x%x", forgotten[i].reg, v, forgotten[i].value);
        return fail("reset", k);
      }
    }
    if (memcmp(before, p.rtl.mem_map(p.rtl.ctx, PAIR_DATA, sizeof before), sizeof before)) {
      snprintf(p.why, sizeof p.why, "memory that no command writes has changed");
      return fail("reset", k);
    }
    /* The abandoned program may have left anything among the results. Accumulators and buffers likewise: LOAD only. */
    memcpy(results[1], results[0], 0x80000);
    uint32_t issued[4] = { 0, 0, 0, 0 };
    for (uint32_t i = 0; i < 6; i++)
      pair_engine_command(&p, cmd[i], i % 2 ? CURTA_OP_LOAD : CURTA_OP_FILL, issued);
    pair_command(&p, cmd[6], CURTA_OP_END);
    if (pair_run(&p, cmd, 7) || pair_same(&p))
      return fail("reset", k);
  }
  printf("PASS reset %s: %u soft resets in running programs\n", p.config, programs);
  return 0;
}

/* Constants equal golden; writable registers keep what the law says; windows; unknown addresses read 0. */
static int test_registers(void)
{
  static const struct { uint32_t reg, write, read; } rw[] = {
    { CURTA_REG_RING_BASE, 0x12345678, 0x12345600 }, { CURTA_REG_RING_LOG2, 99, 16 }, { CURTA_REG_RING_LOG2, 7, 7 },
    { CURTA_REG_MEM_SIZE, 0xdeadbeef, 0xdeadbeef }, { CURTA_REG_IRQ_ENABLE, 0xffffffff, 3 }, { CURTA_REG_ID, 0, CURTA_VERSION_MAGIC },
    { CURTA_REG_STATUS, 0xffffffff, 0 }, { CURTA_REG_CTRL, 0, 0 }, { 0x800, 1, 0 }, { 0xffc, 1, 0 }, { 0x060, 1, 0 } };
  if (pair_reset(&p.rtl, 1, PAIR_MEM) || pair_reset(&p.golden, 1, PAIR_MEM))
    return fail("registers", 0);
  for (uint32_t reg = 0; reg < 0x400; reg += 4) {
    uint32_t g = 0, r = 1;
    p.golden.reg_read(p.golden.ctx, reg, &g);
    p.rtl.reg_read(p.rtl.ctx, reg, &r);
    if (reg == CURTA_REG_CAPS1 && !strcmp(p.config, "base16"))
      g = (g & ~0xff0000u) | 16u << 16;
    if (g != r) {
      snprintf(p.why, sizeof p.why, "register 0x%x: golden 0x%x, rtl 0x%x", reg, g, r);
      return fail("registers", reg);
    }
  }
  for (unsigned k = 0; k < sizeof rw / sizeof *rw; k++) {
    uint32_t v = ~rw[k].read;
    p.rtl.reg_write(p.rtl.ctx, rw[k].reg, rw[k].write);
    p.rtl.reg_read(p.rtl.ctx, rw[k].reg, &v);
    if (v != rw[k].read) {
      snprintf(p.why, sizeof p.why, "register 0x%x: wrote 0x%x, expected 0x%x, got 0x%x", rw[k].reg, rw[k].write, rw[k].read, v);
      return fail("registers", k);
    }
  }
  uint32_t value[64];
  for (uint32_t k = 0; k < 64; k++)
    p.rtl.reg_write(p.rtl.ctx, CURTA_REG_SCALAR + 4 * k, value[k] = pair_random(&p, 0xffffffffu));
  for (uint32_t k = 0; k < 64; k++) {
    uint32_t v = ~value[k];
    p.rtl.reg_read(p.rtl.ctx, CURTA_REG_SCALAR + 4 * k, &v);
    if (v != value[k]) {
      snprintf(p.why, sizeof p.why, "scale register %u: wrote 0x%x, got 0x%x", k, value[k], v);
      return fail("registers", k);
    }
  }
  printf("PASS registers %s\n", p.config);
  return 0;
}

static int expect(const struct curta_bus *bus, const char *when, uint32_t reg, uint32_t mask, uint32_t want)
{
  uint32_t v = ~want;
  bus->reg_read(bus->ctx, reg, &v);
  if ((v & mask) == want)
    return 0;
  snprintf(p.why, sizeof p.why, "%s: %s: register 0x%x is 0x%x, expected 0x%x", bus->name, when, reg, v & mask, want);
  return 1;
}

/* Writes a one-command program, runs it to its end. */
static int run_one(const struct curta_bus *bus, uint32_t opcode)
{
  uint32_t cmd[32];
  pair_command(&p, cmd, opcode);
  int err = pair_reset((struct curta_bus *)(uintptr_t)bus, 2, PAIR_MEM);
  err = err ? err : bus->mem_write(bus->ctx, 0, cmd, 128);
  err = err ? err : bus->reg_write(bus->ctx, CURTA_REG_IRQ_ENABLE, 0);
  err = err ? err : bus->reg_write(bus->ctx, CURTA_REG_RING_TAIL, 1);
  bus->wait_irq(bus->ctx, 3000);
  return err;
}

/* Status bits are set whatever is enabled; the line needs both; writing 1 clears that bit alone. Both devices. */
static int check_interrupt(const struct curta_bus *bus, uint32_t opcode, uint32_t bit)
{
  const uint32_t line = 4, other = 3 ^ bit;
  if (run_one(bus, opcode)) {
    snprintf(p.why, sizeof p.why, "%s: the bus fails", bus->name);
    return 1;
  }
  int bad = expect(bus, "nothing enabled", CURTA_REG_IRQ_STATUS, ~0u, bit) || expect(bus, "nothing enabled", CURTA_REG_STATUS, line, 0);
  bus->reg_write(bus->ctx, CURTA_REG_IRQ_ENABLE, other);
  bad = bad || expect(bus, "the other one enabled", CURTA_REG_STATUS, line, 0);
  bus->reg_write(bus->ctx, CURTA_REG_IRQ_ENABLE, bit);
  bad = bad || expect(bus, "enabled", CURTA_REG_STATUS, line, line);
  bus->reg_write(bus->ctx, CURTA_REG_IRQ_STATUS, other);
  bad = bad || expect(bus, "the other one cleared", CURTA_REG_IRQ_STATUS, ~0u, bit);
  bus->reg_write(bus->ctx, CURTA_REG_IRQ_STATUS, bit);
  return bad || expect(bus, "cleared", CURTA_REG_IRQ_STATUS, ~0u, 0) || expect(bus, "cleared", CURTA_REG_STATUS, line, 0);
}

/* A scale register does not change while the device is busy (RTL: golden is busy only inside a call). */
static int check_busy_write(void)
{
  uint32_t cmd[3][32], issued[4] = { 0, 0, 0, 0 };
  pair_engine_command(&p, cmd[0], CURTA_OP_LOAD, issued);
  curta_cmd_set(cmd[0], CURTA_LOAD_DST, 0);
  curta_cmd_set(cmd[0], CURTA_LOAD_ADDR, PAIR_DATA);
  curta_cmd_set(cmd[0], CURTA_LOAD_N0, 60);
  curta_cmd_set(cmd[0], CURTA_LOAD_N1, 1);
  curta_cmd_set(cmd[0], CURTA_LOAD_N2, 1);
  curta_cmd_set(cmd[0], CURTA_LOAD_N3, 1);
  pair_command(&p, cmd[1], CURTA_OP_FENCE);
  pair_command(&p, cmd[2], CURTA_OP_END);
  if (pair_reset(&p.rtl, 2, PAIR_MEM))
    return 1;
  p.rtl.mem_write(p.rtl.ctx, 0, cmd, sizeof cmd);
  p.rtl.reg_write(p.rtl.ctx, CURTA_REG_RING_TAIL, 3);
  if (expect(&p.rtl, "behind the doorbell", CURTA_REG_STATUS, 1, 1))
    return 1;
  p.rtl.reg_write(p.rtl.ctx, CURTA_REG_SCALAR + 4 * 9, 0x1234);
  p.rtl.wait_irq(p.rtl.ctx, 100000);
  return expect(&p.rtl, "written while busy", CURTA_REG_SCALAR + 4 * 9, ~0u, 0);
}

static int test_interrupt(void)
{
  const struct curta_bus *bus[2] = { &p.golden, &p.rtl };
  for (int d = 0; d < 2; d++)
    if (check_interrupt(bus[d], CURTA_OP_END, 1) || check_interrupt(bus[d], 0xee, 2))
      return fail("interrupt", (uint32_t)d);
  if (check_busy_write())
    return fail("interrupt", 2);
  printf("PASS interrupt %s\n", p.config);
  return 0;
}

static int run_config(const char *config, uint32_t seed, uint32_t stall)
{
  int err = pair_open(&p, config, stall, seed), bad = 0;
  if (err) {
    printf("FAIL control %s: cannot open the devices: %s\n", config, strerror(-err));
    return 1;
  }
  bad |= test_registers();
  bad |= test_interrupt();
  bad |= test_ring();
  bad |= test_programs();
  bad |= test_reset();
  pair_close(&p);
  return bad;
}

static int test_options(void)
{
  struct curta_bus bus;
  struct curta_rtl_options o = { .config = "huge", .mem_bytes = 4096 };
  char first[16];
  int bad = curta_rtl_open(&bus, &o) != -EINVAL;
  snprintf(first, sizeof first, "%.*s", (int)strcspn(curta_rtl_configs(), " "), curta_rtl_configs());
  o.config = first;
  o.mem_bytes = 100;
  bad |= curta_rtl_open(&bus, &o) != -EINVAL;
  o.mem_bytes = 4096;
  o.trace_file = "/nonexistent/trace.fst";
  bad |= !curta_rtl_open(&bus, &o);
  printf(bad ? "FAIL options: an impossible device was opened\n" : "PASS options\n");
  return bad;
}

int main(int argc, char **argv)
{
  uint32_t seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1, stall = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : 250;
  programs = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 0) : 40;
  if (argc > 1)
    return run_config(argv[1], seed, stall);
  static const struct { const char *config; uint32_t stall; } all[] = { { "tiny", 0 }, { "base", 250 }, { "base16", 250 }, { "large", 600 } };
  int bad = test_options();
  for (unsigned k = 0; k < sizeof all / sizeof *all; k++)
    if (pair_built(all[k].config))
      bad |= run_config(all[k].config, seed, all[k].stall);
  return bad;
}
