/* SPDX-License-Identifier: Apache-2.0
 * args.h - the command line: one table of all options, one structure of their values
 */
#ifndef CURTA_TOOL_ARGS_H
#define CURTA_TOOL_ARGS_H
#include <stdint.h>

#include "fail.h"

enum curta_command {
  CURTA_CMD_TRAIN = 1,
  CURTA_CMD_EVAL = 2,
  CURTA_CMD_INFO = 4,
  CURTA_CMD_BENCH = 8,
  CURTA_CMD_COMPARE = 16,
  CURTA_CMD_PROFILE = 32,
  CURTA_CMD_EXPLORE = 64,
  CURTA_CMD_DEPLOY = 128,
  CURTA_CMD_MONITOR = 256,
  CURTA_CMD_FETCH = 512
};

/* 0 and null mean "not given" unless a default is named. */
struct curta_args {
  const char *net, *data, *data_dir, *device, *devices, *preset, *init, *mu, *out, *checkpoint, *trace, *strategy;
  const char *nets;  /* explore: NET:BATCH,... */
  const char *image; /* deploy: file */
  const char *csv;   /* bench, compare, profile: file */
  const char *json;  /* profile: file */
  const char *fault; /* compare: plants one wrong byte, see --fault */
  uint32_t epochs, batch, seed, steps, warm, save_steps, limit, test_limit, frac_bits;
  uint32_t mem_mib, mem_bw, mem_latency, mem_stall, threads;
  int resume, overwrite, decay, augment, in_order, quiet, markdown, help, no_eval, sequential;
  uint64_t given; /* see curta_args_given */
};

/* Fills args with defaults and then argv (without program and command name). -EINVAL: usage, see fail. */
int curta_args_parse(struct curta_args *args, enum curta_command command, int argc, char **argv,
                     struct curta_fail *fail);
/* Was this option (its name with the dashes) on the command line? */
int curta_args_given(const struct curta_args *args, const char *option);
/* Prints what `curta NAME --help` says. */
void curta_args_help(enum curta_command command);

#endif
