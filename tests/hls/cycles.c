/* SPDX-License-Identifier: Apache-2.0
 * cycles.c - training steps on the cycle-annotated HLS kernels: initiation intervals as hls/README.md states them
 *
 * usage: cycles README NET BATCH [NET BATCH]... [report] [all]
 * The table of README has a line `| loop | interval | reason |` for each pipelined loop. Exit status 1: a loop needs another
 * interval than stated, or is not in the table; with `all` also: a loop did not run, as few networks use every one.
 * `report` prints the table of cycles by command.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "session.h"
#include "trace.h"

struct group {
  uint64_t commands, cycles;
};
static struct group groups[256];
static uint64_t before;

/* Since the last record: what a kernel took for this command. */
static void take(void *user, const struct curta_retire *r)
{
  (void)user;
  groups[r->opcode].commands++;
  groups[r->opcode].cycles += trace_cycles() - before;
  before = trace_cycles();
}

static int train(const struct curta_network *network, const char *device, uint32_t images, struct curta_fail *fail)
{
  static struct curta_session s;
  const struct curta_net *net = &network->net;
  const struct curta_data_want want = {"synthetic", 0, CURTA_TRAIN, images, net->c, net->h, net->w, net->classes, 1};
  struct curta_data data = {0};
  struct curta_args args;
  struct curta_planned *p;
  struct curta_outcome outcome;
  uint32_t *order = malloc(images * sizeof *order);
  int r = curta_args_parse(&args, CURTA_CMD_BENCH, 0, NULL, fail);
  args.batch = images;
  s.device.kind = -1;
  for (uint32_t i = 0; i < images; i++)
    order[i] = i;
  const struct curta_batch batch = {&data, order, images, 0, 0, 0};
  r = r ? r : curta_data_load(&data, &want, fail);
  r = r ? r : curta_session_open(&s, network, device, &args, fail);
  r = r ? r : curta_session_data(&s, &data, fail);
  r = r ? r : curta_session_plan(&s, images, &p, fail);
  r = r ? r : curta_session_init_weights(&s, fail);
  if (!r)
    r = s.device.bus.on_retire(s.device.bus.ctx, take, NULL);
  r = r ? r : curta_session_step(&s, &batch, 1, 2, &outcome, fail);
  curta_session_close(&s);
  curta_data_free(&data);
  free(order);
  return r;
}

/* Lines `| name | number |` between the heading of the table and the next empty line. */
static int compare(const char *readme, int all)
{
  FILE *f = fopen(readme, "r");
  char line[1024], name[64];
  uint32_t stated, lines = 0, ran = 0;
  int bad = 0, inside = 0;
  while (f && fgets(line, sizeof line, f)) {
    if (!strncmp(line, "| loop |", 8))
      inside = 1;
    else if (line[0] != '|')
      inside = 0;
    if (!inside || sscanf(line, "| `%63[a-z_]` | %u |", name, &stated) != 2)
      continue;
    const struct hls_loop *loop = trace_find(name);
    lines++;
    ran += loop != NULL;
    if (loop && loop->interval != stated) {
      printf("FAIL hls intervals: %s: %u stated, %u needed\n", name, stated, loop->interval);
      bad = 1;
    } else if (!loop && all) {
      printf("FAIL hls intervals: %s did not run\n", name);
      bad = 1;
    } else if (!loop) {
      printf("hls intervals: this network does not use %s\n", name);
    }
  }
  if (f)
    (void)fclose(f);
  if (!bad && ran != trace_loops()) {
    printf("FAIL hls intervals: %u loops ran, %u of them are in the table of %s\n", trace_loops(), ran, readme);
    bad = 1;
  }
  if (!bad)
    printf("PASS hls intervals: %u of %u pipelined loops ran and need the stated intervals\n", ran, lines);
  return bad;
}

static void report(void)
{
  static const struct { uint32_t opcode; const char *name; } kernel[] = {
    { CURTA_OP_GEMM, "GEMM" }, { CURTA_OP_LOAD, "LOAD" }, { CURTA_OP_MAP, "MAP (requantise)" }, { CURTA_OP_UPDATE, "UPDATE" }, { CURTA_OP_REDUCE, "REDUCE" } };
  const struct hls_loop *m = trace_find("multiply");
  for (unsigned i = 0; i < sizeof kernel / sizeof *kernel; i++)
    if (groups[kernel[i].opcode].commands)
      printf("| %s | %llu | %llu |\n", kernel[i].name, (unsigned long long)groups[kernel[i].opcode].commands,
             (unsigned long long)groups[kernel[i].opcode].cycles);
  printf("array busy %llu cycles, %.1f %% of GEMM\n", (unsigned long long)m->iterations,
         100.0 * (double)m->iterations / (double)groups[CURTA_OP_GEMM].cycles);
}

static int run(const char *name, const char *batch)
{
  static struct curta_network network;
  struct curta_fail fail = {0};
  struct curta_args args;
  int r = curta_args_parse(&args, CURTA_CMD_BENCH, 0, NULL, &fail);
  args.net = name;
  r = r ? r : curta_network_load(&network, &args, NULL, &fail);
  if (!r && network.net.algorithm == CURTA_NITI) { /* with weight decay, so that every loop runs */
    args.decay = 1;
    r = curta_network_load(&network, &args, NULL, &fail);
  }
  r = r ? r : train(&network, "hls:base", (uint32_t)strtoul(batch, NULL, 10), &fail);
  if (r)
    (void)fprintf(stderr, "cycles: %s: %s\n", name, fail.text);
  return r;
}

int main(int argc, char **argv)
{
  int with_report = 0, all = 0;
  for (; argc > 4; argc--) { /* the words behind the networks */
    if (!strcmp(argv[argc - 1], "report"))
      with_report = 1;
    else if (!strcmp(argv[argc - 1], "all"))
      all = 1;
    else
      break;
  }
  if (argc < 4 || argc % 2) {
    (void)fprintf(stderr, "usage: cycles README NET BATCH [NET BATCH]... [report] [all]\n");
    return 2;
  }
  for (int i = 2; i + 1 < argc; i += 2)
    if (run(argv[i], argv[i + 1]))
      return 2;
  if (with_report)
    report();
  return compare(argv[1], all);
}
