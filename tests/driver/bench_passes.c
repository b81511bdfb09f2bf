/* SPDX-License-Identifier: Apache-2.0
 * bench_passes.c - where the time of a training step goes on the golden device, by layer and pass; and the peak of the
 * vector unit that multiplies
 *
 * usage: bench_passes NET BATCH STEPS
 * Prints "peak GMAC/s SET INSTRUCTION" of one core, then a line a layer and pass: layer, pass, useful MACs a step, and
 * milliseconds a step of its GEMM (with packing), LOAD and vector commands, on one thread. All times are processor time,
 * which other programs on the machine disturb least. The bus is asked for one command at a time.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include "bench_peak.h"
#include "curta.h"
#include "curta_golden.h"

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

struct bench {
  struct curta_bus bus;
  struct curta_dev dev;
  struct curta_net net;
  struct curta_plan plan;
  struct curta_run run;
  uint32_t (*cmd)[CURTA_CMD_WORDS];
  double seconds[CURTA_MAX_LAYERS][CURTA_PASSES][4]; /* by engine */
};

static int die(const char *what)
{
  printf("FAIL bench_passes: %s\n", what);
  return 1;
}

static char *read_file(const char *path)
{
  static char text[65536];
  FILE *f = fopen(path, "r");
  size_t n = f ? fread(text, 1, sizeof text - 1, f) : 0;
  if (f)
    fclose(f);
  text[n] = 0;
  return n ? text : 0;
}

static int open_bench(struct bench *b, const char *text, uint32_t batch)
{
  struct curta_plan_request q = {.net = &b->net, .batch = batch};
  struct curta_diag diag = {0};
  if (curta_net_parse(text, strlen(text), &b->net, &diag))
    return die(diag.text);
  if (curta_golden_open(&b->bus, "host", 4095u << 20) || curta_dev_open(&b->dev, &b->bus))
    return die("the device cannot be opened");
  curta_opt_preset(&q.opt, "niti-2020");
  q.hw = b->dev.hw;
  q.mem_bytes = b->dev.mem_bytes;
  q.weight_base = (curta_dev_mark(&b->dev) + 4095u) & ~4095u;
  q.work = malloc(curta_plan_work_bytes());
  if (curta_plan(&b->plan, &q, &diag))
    return die(diag.text);
  q.cmd_capacity = b->plan.n_train + b->plan.n_eval;
  q.cmd = b->cmd = malloc((size_t)q.cmd_capacity * CURTA_CMD_BYTES);
  if (curta_plan(&b->plan, &q, &diag) || curta_run_open(&b->run, &b->dev, &b->plan))
    return die(diag.text);
  free(q.work);
  return 0;
}

static int fill(struct bench *b)
{
  size_t n = (size_t)b->plan.batch * b->net.c * b->net.h * b->net.w;
  int8_t *x = malloc(n);
  uint16_t *labels = calloc(b->plan.batch, sizeof *labels);
  uint32_t s = 1;
  int err = 0;
  for (size_t i = 0; i < n; i++)
    x[i] = (int8_t)((s = s * 1664525u + 1013904223u) >> 24);
  for (uint32_t w = 0; w < b->plan.n_weighted && !err; w++) {
    size_t count = curta_layer_weights(&b->net.layer[b->plan.weighted[w].layer]);
    int8_t *weights = malloc(count);
    for (size_t i = 0; i < count; i++)
      weights[i] = (int8_t)((s = s * 1664525u + 1013904223u) >> 24);
    err = curta_weights_set(&b->run, w, weights, -10);
    free(weights);
  }
  if (!err)
    err = curta_batch_write(&b->run, x, labels, b->plan.batch);
  free(x);
  free(labels);
  return err;
}

/* The inner device's wait, one command at a time, with a clock around each. */
static struct bench *Timed;
static int (*Inner)(void *ctx, uint64_t limit);

static int timed_wait(void *ctx, uint64_t limit)
{
  struct bench *b = Timed;
  uint32_t at = 0, called = 0;
  int err = -1;
  (void)limit;
  while (err && at < b->plan.n_train) {
    const uint32_t *cmd = b->cmd[at];
    uint32_t tag = curta_cmd_get(cmd, CURTA_CMD_TAG), opcode = curta_cmd_get(cmd, CURTA_CMD_OPCODE), ra = 0, rb = 0;
    double start = now();
    err = Inner(ctx, 1);
    if (called < 6) { /* the scalars and the call before the program */
      called++;
      continue;
    }
    b->seconds[tag / 8 % CURTA_MAX_LAYERS][tag % 8 % CURTA_PASSES][opcode == CURTA_OP_LOAD   ? 1
                                                                   : opcode == CURTA_OP_GEMM ? 2
                                                                   : opcode >= CURTA_OP_MAP  ? 3
                                                                                             : 0] += now() - start;
    at++;
    if (opcode == CURTA_OP_SKIP) {
      b->bus.reg_read(ctx, CURTA_REG_SCALAR + 4 * curta_cmd_get(cmd, CURTA_SKIP_RA), &ra);
      b->bus.reg_read(ctx, CURTA_REG_SCALAR + 4 * curta_cmd_get(cmd, CURTA_SKIP_RB), &rb);
      at += (ra != rb) == (curta_cmd_get(cmd, CURTA_SKIP_COND) != 0) ? curta_cmd_get(cmd, CURTA_SKIP_COUNT) : 0;
    }
  }
  return err ? Inner(ctx, 2) : 0;
}

static void print(const struct bench *b, uint32_t steps)
{
  static const char *const kinds[] = CURTA_LAYER_NAMES, *const passes[] = CURTA_PASS_NAMES;
  for (uint32_t i = 0; i < b->net.n_layers; i++)
    for (uint32_t p = 0; p < CURTA_PASSES; p++) {
      const double *s = b->seconds[i][p];
      if (s[1] + s[2] + s[3] > 0)
        printf("%s%u %s %llu %.4f %.4f %.4f\n", kinds[b->net.layer[i].kind], i, passes[p],
               (unsigned long long)b->plan.stat[i][p].macs, 1e3 * s[2] / steps, 1e3 * s[1] / steps, 1e3 * s[3] / steps);
    }
}

int main(int argc, char **argv)
{
  static struct bench b;
  const char *text, *set, *instruction;
  double peak;
  uint32_t steps = argc > 3 ? (uint32_t)strtoul(argv[3], 0, 0) : 0;
  setenv("CURTA_THREADS", "1", 1);
  if (!steps || !(text = read_file(argv[1])))
    return die("usage: bench_passes NET BATCH STEPS, with a network file that can be read");
  if (open_bench(&b, text, (uint32_t)strtoul(argv[2], 0, 0)) || fill(&b))
    return 1;
  set = curta_golden_cpu(&b.bus);
  peak = bench_peak(set, &instruction);
  printf("peak %.1f %s %s\n", peak, set, instruction);
  if (curta_step(&b.run))
    return die("a step fails");
  Timed = &b;
  Inner = b.bus.wait_irq;
  b.bus.wait_irq = timed_wait;
  for (uint32_t i = 0; i < steps; i++)
    if (curta_step(&b.run))
      return die("a timed step fails");
  print(&b, steps);
  return 0;
}
