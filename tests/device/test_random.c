/* SPDX-License-Identifier: Apache-2.0
 * test_random.c - random programs: RTL = golden on every record, scale register and byte, under random stalls
 *
 * usage: test_random [CONFIG [PROGRAMS [FIRST_SEED [LENGTH]]]]
 * From 200 programs on, every bin of coverage.h must have occurred.
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_golden.h"
#include "curta_rtl.h"
#include "lockstep.h"

static const struct curta_config configs[] = CURTA_CONFIG_TABLE;

/* Memory behaviour of a seed: from ideal to slow and stalling. */
static struct curta_rtl_options options(const char *config, uint64_t seed)
{
  static const uint32_t stall[] = {0, 100, 300, 600, 900};
  static const uint32_t latency[] = {1, 5, 30, 100};
  struct curta_rtl_options o = {.config = config, .mem_bytes = PG_MEM_BYTES, .seed = (uint32_t)seed};
  o.stall_permille = stall[seed % 5];
  o.latency = latency[seed / 5 % 4];
  o.bytes_per_cycle = seed / 20 % 2 ? 2 : 0;
  return o;
}

/* The device says the DIGIT of its configuration. */
static int check_digit(const struct curta_bus *bus, const struct curta_config *cfg)
{
  uint32_t caps2 = 0;
  int error = bus->reg_read(bus->ctx, CURTA_REG_CAPS2, &caps2);
  if (!error && caps2 != (uint32_t)cfg->digit)
    error = printf("FAIL random %s: CAPS2 is %u instead of %d\n", cfg->name, caps2, cfg->digit) > 0 ? -EPROTO : -EIO;
  return error;
}

static int run_config(const char *name, const struct curta_config *cfg, uint64_t programs, uint64_t first, uint32_t length)
{
  struct curta_bus golden, rtl;
  struct coverage coverage = {{0}};
  struct lockstep_result result = {0};
  int error = curta_golden_open(&golden, cfg->name, PG_MEM_BYTES), bad = 0;
  for (uint64_t seed = first; !error && !bad && seed < first + programs; seed++) {
    struct curta_rtl_options o = options(name, seed);
    error = curta_rtl_open(&rtl, &o);
    if (error)
      break;
    error = check_digit(&rtl, cfg);
    bad = !error && lockstep_program(&golden, &rtl, cfg, seed, length, &coverage, &result);
    if (bad)
      printf("FAIL random %s: seed %llu: %s; repeat: test_random %s 1 %llu %u\n", name, (unsigned long long)seed, result.difference, name,
             (unsigned long long)seed, length);
    curta_rtl_close(&rtl);
  }
  if (error)
    printf("FAIL random %s: cannot open the devices: %s\n", name, strerror(-error));
  char holes[512];
  if (!error && !bad && programs >= 200 && coverage_holes(&coverage, 5, cfg->digit, holes, sizeof holes))
    bad = printf("FAIL random %s: too rare in %llu programs: %s\n", name, (unsigned long long)programs, holes) > 0;
  if (!error && !bad)
    printf("PASS random %s: %llu programs, %llu commands, %llu bytes, %llu cycles, 0 differences%s\n", name, (unsigned long long)programs,
           (unsigned long long)result.commands, (unsigned long long)result.bytes, (unsigned long long)result.cycles,
           programs >= 200 ? "; every bin of coverage.h occurred" : "");
  curta_golden_close(&golden);
  return error || bad;
}

int main(int argc, char **argv)
{
  const char *only = argc > 1 ? argv[1] : NULL;
  uint64_t programs = argc > 2 ? strtoull(argv[2], NULL, 0) : 40, first = argc > 3 ? strtoull(argv[3], NULL, 0) : 1;
  uint32_t length = argc > 4 ? (uint32_t)strtoul(argv[4], NULL, 0) : 40;
  int failed = 0, known = 0;
  for (int i = 0; configs[i].name; i++)
    if (!configs[i].software && (!only || !strncmp(only, configs[i].name, strlen(configs[i].name)))) {
      failed |= run_config(only ? only : configs[i].name, &configs[i], programs, first, length);
      known = 1;
    }
  if (!known)
    printf("FAIL random: no configuration named %s\n", only);
  return failed || !known;
}
