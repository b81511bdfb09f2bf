/* SPDX-License-Identifier: Apache-2.0
 * plan.c - the driver's planner as firmware: plans a training step of the MLP and of LeNet and prints a checksum of every
 * command. The host, built from the same files, must print the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "curta.h"

enum { MAX_COMMANDS = 6000 };
static const struct { const char *name, *text; } nets[] = {
  {"mlp", "input 1 28 28\nflatten\nlinear 256\nrelu\nlinear 128\nrelu\nlinear 10\n"},
  {"lenet", "input 1 28 28\nconv 20 kernel 5\nrelu\nmaxpool 2\nconv 50 kernel 5\nrelu\nmaxpool 2\nflatten\nlinear 500\nrelu\nlinear 10\n"},
};

int main(void)
{
  static struct curta_net net;
  static struct curta_plan plan;
  static uint32_t commands[MAX_COMMANDS][CURTA_CMD_WORDS];
  static uint64_t work[300000 / 8];
  if (curta_plan_work_bytes() > sizeof work)
    return 2;
  for (unsigned i = 0; i < sizeof nets / sizeof nets[0]; i++) {
    struct curta_diag diag = {0};
    struct curta_plan_request request = {.net = &net, .batch = 32, .weight_base = 1 << 20, .mem_bytes = 1u << 25, .cmd = commands, .cmd_capacity = MAX_COMMANDS, .work = work};
    if (curta_net_parse(nets[i].text, strlen(nets[i].text), &net, &diag) || curta_hw_named(&request.hw, "base") ||
        curta_opt_preset(&request.opt, "niti-2020") || curta_plan(&plan, &request, &diag)) {
      printf("%s: %s\n", nets[i].name, diag.text);
      return 1;
    }
    uint32_t sum = 0;
    for (uint32_t c = 0; c < plan.n_train + plan.n_eval; c++)
      for (uint32_t w = 0; w < CURTA_CMD_WORDS; w++)
        sum = sum * 16777619u ^ commands[c][w];
    printf("%s: %" PRIu32 " + %" PRIu32 " commands, memory to %08" PRIx32 ", sum %08" PRIx32 "\n", nets[i].name, plan.n_train, plan.n_eval, plan.end, sum);
  }
  return 0;
}
