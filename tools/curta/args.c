/* SPDX-License-Identifier: Apache-2.0
 * args.c - the command line: one table of all options
 */
#include "args.h"

#include <errno.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define TR CURTA_CMD_TRAIN
#define EV CURTA_CMD_EVAL
#define IN CURTA_CMD_INFO
#define BE CURTA_CMD_BENCH
#define CO CURTA_CMD_COMPARE
#define PR CURTA_CMD_PROFILE
#define EX CURTA_CMD_EXPLORE
#define DE CURTA_CMD_DEPLOY
#define MO CURTA_CMD_MONITOR
#define FE CURTA_CMD_FETCH

enum kind { TEXT, NUMBER, FLAG };

struct option {
  const char *name, *value; /* value: what to call it in the help */
  enum kind kind;
  size_t offset; /* in struct curta_args */
  unsigned commands;
  uint32_t least, most; /* NUMBER */
  const char *help;
};

#define AT(field) offsetof(struct curta_args, field)

static const struct option Options[] = {
    {"--net", "FILE", TEXT, AT(net), TR | EV | IN | BE | CO | PR | EX | DE, 0, 0,
     "network description, e.g. nets/lenet.net"},
    {"--nets", "LIST", TEXT, AT(nets), EX, 0, 0,
     "instead of --net and --batch: NET:BATCH,NET:BATCH,..., and which machine is the best for all of them"},
    {"--data", "NAME", TEXT, AT(data), TR | EV | BE | CO | DE | FE, 0, 0,
     "fashion-mnist, mnist, cifar10, occupancy, idx or synthetic (default: fashion-mnist; eval: as in training; bench, "
     "compare: "
     "synthetic; fetch: which one was deployed, for the checkpoint to say)"},
    {"--data-dir", "DIR", TEXT, AT(data_dir), TR | EV | BE | CO | DE, 0, 0,
     "folder of the data set, where it is not in its usual place"},
    {"--device", "NAME", TEXT, AT(device), TR | EV | IN | BE | PR | DE | MO | FE, 0, 0,
     "golden (default; profile: timed), rtl, timed, systemc, hls, each alone or with :CONFIG (tiny, base, large; "
     "golden: "
     "host, its default; "
     "rtl, timed, systemc: base16, a bus of 16 bytes), or serial:TERMINAL[@BAUD], a board"},
    {"--threads", "N", NUMBER, AT(threads), TR | EV | BE | CO, 1, 64,
     "threads of the golden operators (default: CURTA_THREADS or all cores); results do not depend on it"},
    {"--devices", "A,B", TEXT, AT(devices), CO, 0, 0, "the two devices, default golden:base,rtl:base"},
    {"--epochs", "N", NUMBER, AT(epochs), TR | DE, 1, 65535,
     "train until N epochs are done (default 5; a network of nitro-d: as its file says)"},
    {"--steps", "N", NUMBER, AT(steps), TR | BE | CO | DE, 1, 0xffffffffu,
     "train, deploy: save and stop after N steps; bench, compare: steps to run (default 2, 20)"},
    {"--batch", "N", NUMBER, AT(batch), TR | EV | IN | BE | CO | PR | EX | DE, 1, 4096,
     "images a step (default 64; train a network of nitro-d: as its file says; eval: as in training)"},
    {"--preset", "NAME", TEXT, AT(preset), TR | IN | BE | CO | PR | EX | DE, 0, 0, "niti-2020 (default) or niti-2021"},
    {"--init", "NAME", TEXT, AT(init), TR | BE | CO | PR | DE, 0, 0,
     "initial weights, Xavier: normal or uniform (default: the preset's, 2020 normal, 2021 uniform)"},
    {"--mu", "LIST", TEXT, AT(mu), TR | BE | CO | PR | DE, 0, 0,
     "update magnitude 2^mu: a number, or 2,100:-1 = 2, from epoch 100 on -1"},
    {"--decay", NULL, FLAG, AT(decay), TR | IN | BE | CO | PR | EX | DE, 0, 0, "weight decay"},
    {"--master", "F", NUMBER, AT(frac_bits), TR | IN | BE | CO | PR | EX | DE, 1, 8,
     "16-bit master weights with F fraction bits"},
    {"--strategy", "NAME", TEXT, AT(strategy), TR | IN | BE | CO | PR | EX | DE, 0, 0,
     "second pass of all tensors: auto (default), spill, keep, recompute, speculate, hedge"},
    {"--seed", "N", NUMBER, AT(seed), TR | BE | CO | PR | DE, 0, 0xffffffffu,
     "all randomness is a function of this number (default 1)"},
    {"--augment", NULL, FLAG, AT(augment), TR | DE, 0, 0, "crop out of 4 black pixels around, flip left and right"},
    {"--limit", "N", NUMBER, AT(limit), TR | BE | CO | DE, 1, 0xffffffffu, "use the first N training images only"},
    {"--test-limit", "N", NUMBER, AT(test_limit), TR | EV | DE, 1, 0xffffffffu,
     "use the first N test images only (--resume: as before)"},
    {"--out", "DIR", TEXT, AT(out), TR | EX | FE, 0, 0,
     "folder for checkpoint.safetensors, train: log.csv, steps.csv, curve.png too (default runs/last); explore: for "
     "tables and pictures (default runs/explore)"},
    {"--resume", NULL, FLAG, AT(resume), TR, 0, 0,
     "go on from the checkpoint in --out, which brings network and options"},
    {"--overwrite", NULL, FLAG, AT(overwrite), TR | FE, 0, 0,
     "start anew (fetch: write) although --out holds a checkpoint"},
    {"--no-eval", NULL, FLAG, AT(no_eval), TR | DE, 0, 0,
     "no test set after each epoch (nitro-d: then no plateau and no early stop either, which follow it)"},
    {"--checkpoint", "FILE", TEXT, AT(checkpoint), EV | IN, 0, 0, "safetensors file, as written by train"},
    {"--mem-mib", "N", NUMBER, AT(mem_mib), TR | EV | IN | BE | CO | PR | EX, 1, 4095,
     "device memory in MiB (default 1024; serial: all that the board has, which is also the most)"},
    {"--mem-bw", "N", NUMBER, AT(mem_bw), TR | EV | BE | CO | PR, 1, 1024,
     "rtl, timed, systemc: memory bytes a cycle, reads and writes together (default: bus width)"},
    {"--mem-latency", "N", NUMBER, AT(mem_latency), TR | EV | BE | CO | PR, 1, 10000,
     "rtl, timed, systemc: memory latency in cycles (default 30)"},
    {"--mem-stall", "N", NUMBER, AT(mem_stall), TR | EV | BE | CO, 0, 999,
     "rtl: random stalls on every bus channel, per thousand (default 0)"},
    {"--trace", "FILE", TEXT, AT(trace), TR | EV | BE | CO, 0, 0, "rtl: waves in FST format"},
    {"--csv", "FILE", TEXT, AT(csv), BE | CO | PR, 0, 0,
     "bench, profile: the table; compare: loss on both devices by step (- is standard output)"},
    {"--markdown", NULL, FLAG, AT(markdown), BE | IN | PR, 0, 0, "print the tables in Markdown"},
    {"--json", "FILE", TEXT, AT(json), PR, 0, 0, "timeline in the trace-event format (default profile.json)"},
    {"--fault", "STEP:TENSOR", TEXT, AT(fault), CO, 0, 0,
     "flip a bit of this tensor in the second device before this step (from 1): shows what a difference looks like"},
    {"--in-order", NULL, FLAG, AT(in_order), TR | DE, 0, 0,
     "training samples in the order of the data set, as a stream: no shuffling"},
    {"--sequential", NULL, FLAG, AT(sequential), BE | IN | PR, 0, 0,
     "NITRO-D: a plan whose blocks do not overlap, for comparison: the same weights"},
    {"--warm", "N", NUMBER, AT(warm), BE, 1, 1000000u,
     "bench: train N steps on the golden device before the measured ones (default 2)"},
    {"--save-steps", "N", NUMBER, AT(save_steps), DE, 1, 0xffffffffu,
     "checkpoint in flash after every N steps (default: after each epoch only)"},
    {"--image", "FILE", TEXT, AT(image), DE, 0, 0, "file for the package: network, options, data set"},
    {"--quiet", NULL, FLAG, AT(quiet), TR | EV | BE | CO | PR | EX | DE | MO | FE, 0, 0, "no progress bar"},
    {"--help", NULL, FLAG, AT(help), TR | EV | IN | BE | CO | PR | EX | DE | MO | FE, 0, 0, "this text"},
};
#define OPTIONS (sizeof Options / sizeof *Options)

static const struct {
  enum curta_command command;
  const char *usage, *text;
} Commands[] = {
    {TR, "curta train --net FILE [options]",
     "Trains a network; Ctrl-C saves and stops, --resume goes on to the same bits."},
    {EV, "curta eval --checkpoint FILE [options]",
     "Accuracy of a checkpoint on the test set. The network comes from the checkpoint."},
    {IN, "curta info [--net FILE] [--checkpoint FILE] [options]",
     "Tables: network, plan and estimates; contents of a checkpoint; without either, the devices."},
    {BE, "curta bench --net FILE [options]",
     "Runs training steps: cycles, utilization and bytes by layer and pass. Only real products count as useful."},
    {CO, "curta compare --net FILE [options]",
     "Trains on two devices in lock-step and compares every command and all memory."},
    {PR, "curta profile --net FILE [options]",
     "Runs a training step: the timeline of the engines for a trace viewer, and what each layer and pass waited for."},
    {EX, "curta explore --net FILE [options]",
     "Times a training step on other arrays, buffers and memories (timing model, no data): tables and pictures."},
    {DE, "curta deploy --net FILE [--device serial:TERMINAL] [--image FILE] [options]",
     "Packs network, options and data set for a device that trains alone, sends them, starts it (docs/standalone.md)."},
    {MO, "curta monitor --device serial:TERMINAL",
     "The learning curve of a device that trains alone, until it is done."},
    {FE, "curta fetch --device serial:TERMINAL [--out DIR] [--data NAME]",
     "The weights that a device has trained alone, as a checkpoint for curta eval and curta train --resume."},
};

void curta_args_help(enum curta_command command)
{
  for (size_t i = 0; i < sizeof Commands / sizeof *Commands; i++)
    if (Commands[i].command == command)
      printf("usage: %s\n\n%s\n\n", Commands[i].usage, Commands[i].text);
  for (size_t i = 0; i < OPTIONS; i++) {
    char left[40];
    if (!(Options[i].commands & command))
      continue;
    (void)snprintf(left, sizeof left, "%s %s", Options[i].name, Options[i].value ? Options[i].value : "");
    printf("  %-20s %s\n", left, Options[i].help);
  }
  printf("\nexit status: 0 success, 1 failure or difference, 2 usage, 3 device error, 130 interrupted (train: after "
         "saving)\n");
}

static int parse_number(const struct option *o, const char *text, uint32_t *value, struct curta_fail *fail)
{
  char *end;
  unsigned long long v;
  errno = 0;
  v = strtoull(text, &end, strncmp(text, "0x", 2) == 0 ? 16 : 10); /* 010 is ten */
  if (errno || text[0] < '0' || text[0] > '9' || *end || v < o->least || v > o->most)
    return curta_usage(fail, "%s: expected a number of %u..%u, found \"%s\"", o->name, o->least, o->most, text);
  *value = (uint32_t)v;
  return 0;
}

static int take(struct curta_args *args, const struct option *o, const char *value, struct curta_fail *fail)
{
  char *field = (char *)args + o->offset;
  uint32_t number = 0;
  int one = 1, r;
  args->given |= (uint64_t)1 << (o - Options);
  switch (o->kind) {
  case FLAG:
    memcpy(field, &one, sizeof one);
    return 0;
  case TEXT:
    memcpy(field, &value, sizeof value);
    return 0;
  default:
    break;
  }
  r = parse_number(o, value, &number, fail);
  if (r)
    return r;
  memcpy(field, &number, sizeof number);
  return 0;
}

static const struct option *find(enum curta_command command, const char *name, size_t length)
{
  for (size_t i = 0; i < OPTIONS; i++)
    if ((Options[i].commands & command) && strlen(Options[i].name) == length &&
        memcmp(Options[i].name, name, length) == 0)
      return &Options[i];
  return NULL;
}

int curta_args_given(const struct curta_args *args, const char *option)
{
  for (size_t i = 0; i < OPTIONS; i++)
    if (strcmp(Options[i].name, option) == 0)
      return (int)(args->given >> i & 1);
  return 0;
}

int curta_args_parse(struct curta_args *args, enum curta_command command, int argc, char **argv,
                     struct curta_fail *fail)
{
  memset(args, 0, sizeof *args);
  args->device = "golden";
  args->devices = "golden:base,rtl:base";
  args->out = "runs/last";
  args->epochs = 5;
  args->batch = 64;
  args->seed = 1;
  args->mem_mib = 1024;
  for (int i = 0; i < argc; i++) {
    const char *equals = strchr(argv[i], '='), *value = equals ? equals + 1 : NULL;
    const struct option *o = find(command, argv[i], equals ? (size_t)(equals - argv[i]) : strlen(argv[i]));
    int r;
    if (!o)
      return curta_usage(fail, "unknown option \"%s\"; see --help", argv[i]);
    if (o->kind == FLAG && value)
      return curta_usage(fail, "%s takes no value", o->name);
    if (o->kind != FLAG && !value) {
      if (i + 1 >= argc)
        return curta_usage(fail, "%s: a value (%s) is missing", o->name, o->value);
      value = argv[++i];
    }
    r = take(args, o, value, fail);
    if (r)
      return r;
  }
  return 0;
}
