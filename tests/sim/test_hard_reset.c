/* SPDX-License-Identifier: Apache-2.0
 * test_hard_reset.c - device and memory are reset together in the middle of a program: all registers read as after power-up, and
 * the program, run again from the start, ends as on golden
 *
 * usage: test_hard_reset [CONFIG [SEED [STALL [RESETS]]]]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "pair.h"

enum { REGISTERS = 256, COMMANDS = 64 };

static struct pair p;
static uint32_t power_up[REGISTERS];

static int read_registers(const struct curta_bus *bus, uint32_t value[REGISTERS])
{
  int err = 0;
  for (uint32_t k = 0; !err && k < REGISTERS; k++)
    err = bus->reg_read(bus->ctx, 4 * k, &value[k]);
  return err;
}

static int read_power_up(const char *config)
{
  const struct curta_rtl_options o = { .config = config, .mem_bytes = PAIR_MEM };
  struct curta_bus fresh;
  int err = curta_rtl_open(&fresh, &o);
  if (err)
    return err;
  err = read_registers(&fresh, power_up);
  curta_rtl_close(&fresh);
  return err;
}

static int failed(const char *why)
{
  snprintf(p.why, sizeof p.why, "%s", why);
  return 1;
}

/* The tiles that it uses, then anything; returns the number of commands. */
static uint32_t program(uint32_t cmd[][32])
{
  uint32_t n = pair_fill(&p, cmd);
  pair_command(&p, cmd[n++], CURTA_OP_FENCE);
  n += pair_program(&p, cmd + n, 4 + pair_random(&p, COMMANDS - 16), 0);
  pair_called(&p);
  pair_command(&p, cmd[n], CURTA_OP_END);
  curta_cmd_set(cmd[n], CURTA_END_COOKIE, pair_random(&p, 0xffffffffu));
  return n + 1;
}

/* One program, cut off after `cycles` of it. *running, *cut: it was under way, bursts of it too. */
static int reset_once(uint32_t cycles, uint32_t *running, uint32_t *cut)
{
  static uint32_t cmd[COMMANDS][32];
  uint32_t value[REGISTERS], n = program(cmd);
  uint8_t *memory[2] = { p.golden.mem_map(p.golden.ctx, 0, PAIR_MEM), p.rtl.mem_map(p.rtl.ctx, 0, PAIR_MEM) };
  int err = pair_reset(&p.rtl, 6, PAIR_MEM);
  err = err ? err : p.rtl.mem_write(p.rtl.ctx, 0, cmd, n * 128);
  err = err ? err : p.rtl.reg_write(p.rtl.ctx, CURTA_REG_RING_TAIL, n);
  if (err)
    return failed("the doorbell is not taken");
  *running += p.rtl.wait_irq(p.rtl.ctx, cycles) != 0;
  if (pair_random(&p, 4) == 0)
    p.rtl.reg_write(p.rtl.ctx, CURTA_REG_CTRL, 1);   /* the end of a soft reset is cut off too */
  uint32_t bursts = 0;
  if (curta_rtl_reset(&p.rtl, 2 + pair_random(&p, 3), &bursts))
    return failed("stays busy");
  *cut += bursts != 0;
  if (read_registers(&p.rtl, value))
    return failed("a register does not answer");
  for (uint32_t k = 0; k < REGISTERS; k++)
    if (value[k] != power_up[k]) {
      snprintf(p.why, sizeof p.why, "register 0x%x is 0x%x, after power-up 0x%x", 4 * k, value[k], power_up[k]);
      return 1;
    }
  memcpy(memory[1], memory[0], PAIR_MEM);
  if (pair_reset(&p.golden, 6, PAIR_MEM))
    return failed("golden stays busy");
  if (pair_run_reset(&p, cmd, n))
    return 1;
  uint32_t error = 0;
  p.golden.reg_read(p.golden.ctx, CURTA_REG_ERROR, &error);
  return error ? 0 : pair_same(&p);
}

static int run_config(const char *config, uint32_t seed, uint32_t stall, uint32_t resets)
{
  uint32_t cut = 0, running = 0;
  uint64_t last = 1000, before = 0;
  int err = read_power_up(config);
  err = err ? err : pair_open(&p, config, stall, seed);
  if (err) {
    printf("FAIL hard reset %s: cannot open the devices: %s\n", config, strerror(-err));
    return 1;
  }
  for (uint32_t k = 0; k < resets; k++) {
    uint32_t cycles = pair_random(&p, (uint32_t)last);
    if (reset_once(cycles, &running, &cut)) {
      printf("FAIL hard reset %s: program %u, reset after %u cycles: %s\n", config, k, cycles, p.why);
      return 1;
    }
    last = p.cycles - before;
    before = p.cycles;
  }
  pair_close(&p);
  if (2 * running < resets || 8 * cut < resets) {
    printf("FAIL hard reset %s: only %u of %u resets met a running program, %u bursts\n", config, running, resets, cut);
    return 1;
  }
  printf("PASS hard reset %s: %u resets, %u in running programs, %u with bursts under way\n", config, resets, running, cut);
  return 0;
}

int main(int argc, char **argv)
{
  uint32_t seed = argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1, stall = argc > 3 ? (uint32_t)strtoul(argv[3], NULL, 0) : 250;
  uint32_t resets = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 0) : 40;
  if (argc > 1)
    return run_config(argv[1], seed, stall, resets);
  static const struct { const char *config; uint32_t stall, resets; } all[] = {
    { "tiny", 0, 200 }, { "tiny", 250, 200 }, { "base", 250, 40 }, { "base16", 0, 40 }, { "large", 600, 10 } };
  int bad = 0;
  for (unsigned k = 0; k < sizeof all / sizeof *all; k++)
    if (pair_built(all[k].config))
      bad |= run_config(all[k].config, seed, all[k].stall, all[k].resets);
  return bad;
}
