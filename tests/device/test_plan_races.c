/* SPDX-License-Identifier: Apache-2.0
 * test_plan_races.c - every planned program waits for what it needs: no race, no wait that cannot be met, every address in
 * range, for several networks, batches, strategies and all configurations; and a removed wait is noticed
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"
#include "hazard.h"

#define CAPACITY 200000u
#define MEM_BYTES (48u << 20)

static const char *const nets[] = {
    "input 784 1 1\nlinear 256\nrelu\nlinear 128\nrelu\nlinear 10\n",
    "input 1 28 28\nconv 20 kernel 5\nrelu\nmaxpool 2\nconv 50 kernel 5\nrelu\nmaxpool 2\nflatten\nlinear 500\nrelu\nlinear 10\n",
    "input 3 16 16\nconv 16 kernel 3 pad 1\nrelu\nmaxpool 2\nconv 32 kernel 3 pad 1\nrelu\nmaxpool 2\nconv 40 kernel 3 pad 1\nrelu\nmaxpool 2\nflatten\nlinear 10\n",
    "input 2 13 11\nconv 9 kernel 7 stride 2 pad 3\nrelu\nconv 12 kernel 2 stride 2\nrelu\nconv 8 kernel 1\nrelu\nmaxpool 2\nflatten\ndropout 0.5\nlinear 5\n",
    "algorithm nitro-d\ninput 1 20 20\ndecay 4000 1000\nlinear 100\ndropout 0.1\nlinear 50\nlinear 10\n",
    "algorithm nitro-d\ninput 2 14 14\nhead 200\ntwice\nconv 16 kernel 3 pad 1\nmaxpool 2\nconv 24 kernel 3 pad 1\ndropout 0.15\nmaxpool 2\nlinear 20\nlinear 10\n",
};
static const struct curta_config configs[] = CURTA_CONFIG_TABLE;
static uint32_t commands[CAPACITY][CURTA_CMD_WORDS];

static int is_fence(uint32_t opcode)
{
  return opcode == CURTA_OP_FENCE || opcode == CURTA_OP_SKIP || opcode == CURTA_OP_END || opcode == CURTA_OP_CALL;
}

/* Checks commands [0,n) of which the evaluation program starts at n_train; with drop >= 0 without the waits of that command. 0, or 1 with a description in text. */
static int races(const struct curta_config *cfg, uint32_t n_train, uint32_t n, long drop, char *text, size_t room)
{
  struct hz *hz = hz_new(cfg, MEM_BYTES);
  hz_exact(hz);
  int bad = 0;
  uint32_t skip_end = 0;
  for (uint32_t i = 0; i < n && !bad; i++) {
    uint32_t cmd[CURTA_CMD_WORDS], opcode = commands[i][0] & 0xff;
    memcpy(cmd, commands[i], sizeof cmd);
    if ((long)i == drop)
      memset(cmd + 1, 0, 12);
    if (opcode == CURTA_OP_SKIP)
      skip_end = i + 1 + curta_cmd_get(cmd, CURTA_SKIP_COUNT);
    if (skip_end && i == skip_end && !is_fence(opcode))
      bad = snprintf(text, room, "command %u follows a skipped block without a fence", i);
    if (i == n_train)
      hz_fence(hz);
    if (is_fence(opcode)) {
      hz_fence(hz);
    } else if (opcode != CURTA_OP_NOP) {
      int error = hz_add(hz, cmd, 0);
      if (error)
        bad = snprintf(text, room, "command %u: %s", i, error == -1 ? "address out of range" : hz_error(hz));
    }
  }
  hz_free(hz);
  return bad != 0;
}

static int plan_one(struct curta_plan *plan, struct curta_net *net, const struct curta_config *cfg, uint32_t batch, int force, int variant)
{
  struct curta_plan_request r = {.net = net, .batch = batch, .weight_base = 1 << 20, .mem_bytes = MEM_BYTES, .cmd = commands, .cmd_capacity = CAPACITY};
  struct curta_diag diag = {0};
  curta_opt_preset(&r.opt, variant ? "niti-2021" : "niti-2020");
  r.opt.force = (uint8_t)force;
  r.opt.decay = (uint8_t)(variant == 1);
  r.opt.frac_bits = (uint8_t)(variant == 2 ? 8 : 0);
  r.sequential = variant == 1;
  curta_hw_named(&r.hw, cfg->name);
  r.work = malloc(curta_plan_work_bytes());
  int error = curta_plan(plan, &r, &diag);
  free(r.work);
  if (error)
    printf("FAIL plan races: cannot plan for %s: %s\n", cfg->name, diag.text);
  return error;
}

static int check_config(const struct curta_config *cfg, struct curta_plan *plan)
{
  uint32_t plans = 0, total = 0, dropped = 0, caught = 0;
  for (unsigned i = 0; i < sizeof nets / sizeof *nets; i++)
    for (int force = CURTA_AUTO; force <= CURTA_HEDGE; force++)
      for (int variant = 0; variant < 3; variant++) {
        static struct curta_net net;
        struct curta_diag diag = {0};
        char text[400];
        uint32_t batch = (uint32_t)(force * 7 + variant * 13) % 33 + 1;
        if (curta_net_parse(nets[i], strlen(nets[i]), &net, &diag)) {
          printf("FAIL plan races: network %u: %s\n", i, diag.text);
          return 1;
        }
        if (plan_one(plan, &net, cfg, batch, force, variant))
          return 1;
        if (races(cfg, plan->n_train, plan->n_train + plan->n_eval, -1, text, sizeof text)) {
          printf("FAIL plan races %s: network %u batch %u force %d variant %d: %s\n", cfg->name, i, batch, force, variant, text);
          return 1;
        }
        plans++;
        total += plan->n_train + plan->n_eval;
        for (uint32_t c = 17; i == 0 && force == 0 && c < plan->n_train; c += 7)
          if (!is_fence(commands[c][0] & 0xff) && (commands[c][1] || commands[c][2] || commands[c][3])) {
            dropped++;
            caught += (uint32_t)races(cfg, plan->n_train, plan->n_train, (long)c, text, sizeof text);
          }
      }
  /* Not every wait is the only one that orders two commands: a few may be redundant. */
  int ok = caught * 3 > dropped;
  printf("%s plan races %s: %u plans, %u commands, no race; %u of %u removed waits found\n", ok ? "PASS" : "FAIL", cfg->name, plans, total, caught, dropped);
  return !ok;
}

int main(void)
{
  struct curta_plan *plan = malloc(sizeof *plan);
  int failed = 0;
  for (int c = 0; configs[c].name; c++)
    failed |= check_config(&configs[c], plan);
  free(plan);
  return failed;
}
