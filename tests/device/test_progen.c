/* SPDX-License-Identifier: Apache-2.0
 * test_progen.c - the random programs themselves: legal, race-free, reproducible; and the hazard checker catches a removed wait;
 * 300 of them exercise everything in coverage.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_golden.h"
#include "hazard.h"
#include "lockstep.h"

static const struct curta_config configs[] = CURTA_CONFIG_TABLE;

static int engine_of(uint32_t opcode)
{
  static const struct curta_op_info table[] = CURTA_OP_TABLE;
  for (int i = 0; table[i].name; i++)
    if (table[i].opcode == opcode)
      return table[i].engine;
  return -1;
}

/* Adds commands to the checker, and those of the programs that they call. A skipped stretch may be left out. With `drop`,
 * the waits of that command are removed first. Returns the number of races. */
static int walk(struct hz *hz, const uint8_t *image, uint64_t at, uint32_t count, long drop)
{
  uint32_t maybe = 0;
  int found = 0;
  for (uint32_t i = 0; i < count; i++) {
    uint32_t cmd[32], opcode;
    memcpy(cmd, image + at + (uint64_t)i * CURTA_CMD_BYTES, sizeof cmd);
    opcode = cmd[0] & 0xff;
    if ((long)i == drop)
      memset(cmd + 1, 0, 12);
    hz_maybe(hz, maybe > 0);
    maybe -= maybe > 0;
    if (engine_of(opcode) != CURTA_ENGINE_CP) {
      found += hz_add(hz, cmd, 0) != 0;
      continue;
    }
    if (opcode != CURTA_OP_NOP)
      hz_fence(hz);
    if (opcode == CURTA_OP_SKIP)
      maybe = curta_cmd_get(cmd, CURTA_SKIP_COUNT);
    if (opcode == CURTA_OP_CALL) {
      found += walk(hz, image, curta_cmd_get(cmd, CURTA_CALL_ADDR), curta_cmd_get(cmd, CURTA_CALL_COUNT), -1);
      hz_fence(hz);
    }
  }
  return found;
}

static int races(const struct curta_config *cfg, const uint8_t *image, uint32_t count, long drop)
{
  struct hz *hz = hz_new(cfg, PG_MEM_BYTES);
  int found = walk(hz, image, 0, count, drop);
  hz_free(hz);
  return found;
}

/* Golden alone: what the random comparison will have seen. */
static int test_coverage(const struct curta_config *cfg)
{
  struct curta_bus golden;
  struct coverage coverage = {{0}};
  struct lockstep_result result = {0};
  char holes[512];
  uint64_t least = UINT64_MAX;
  int bad = curta_golden_open(&golden, cfg->name, PG_MEM_BYTES);
  if (bad)
    return printf("FAIL coverage %s: cannot open the golden device: %s\n", cfg->name, strerror(-bad)) > 0;
  for (uint64_t seed = 1; !bad && seed <= 300; seed++)
    bad = lockstep_program(&golden, NULL, cfg, seed, 60, &coverage, &result);
  curta_golden_close(&golden);
  if (bad)
    return printf("FAIL coverage %s: %s\n", cfg->name, result.difference) > 0;
  if (coverage_holes(&coverage, 2, 1, holes, sizeof holes))
    return printf("FAIL coverage %s: too rare: %s\n", cfg->name, holes) > 0;
  for (unsigned i = 0; i < COVERAGE_COUNT; i++)
    least = coverage.n[i] < least ? coverage.n[i] : least;
  printf("PASS coverage %s: %d bins in %llu commands, the rarest %llu times\n", cfg->name, COVERAGE_COUNT, (unsigned long long)result.commands,
         (unsigned long long)least);
  return 0;
}

int main(void)
{
  uint8_t *a = malloc(PG_MEM_BYTES), *b = malloc(PG_MEM_BYTES);
  int failed = 0;
  for (int c = 0; configs[c].name; c++) {
    int dropped = 0, caught = 0, bad = 0;
    for (uint64_t seed = 1; seed <= 12; seed++) {
      uint32_t count = pg_program(&configs[c], seed, 40, a), again = pg_program(&configs[c], seed, 40, b);
      if (count != again || memcmp(a, b, PG_MEM_BYTES) || races(&configs[c], a, count, -1))
        bad = 1;
      for (uint32_t i = 0; i < count; i++) {
        const uint32_t *cmd = (const uint32_t *)(const void *)(a + (size_t)i * CURTA_CMD_BYTES);
        if (engine_of(cmd[0] & 0xff) != CURTA_ENGINE_CP && (cmd[1] || cmd[2] || cmd[3])) {
          dropped++;
          caught += races(&configs[c], a, count, (long)i) > 0;
        }
      }
    }
    int ok = !bad && dropped > 50 && caught == dropped;
    printf("%s progen %s: reproducible and race-free %s, %d of %d removed waits found\n", ok ? "PASS" : "FAIL", configs[c].name, bad ? "no" : "yes",
           caught, dropped);
    failed |= !ok;
    failed |= test_coverage(&configs[c]);
  }
  free(a);
  free(b);
  return failed;
}
