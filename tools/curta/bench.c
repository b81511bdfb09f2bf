/* SPDX-License-Identifier: Apache-2.0
 * bench.c - curta bench: where the cycles of a training step go
 *
 * A GEMM's cycles are those since the previous GEMM retired (the first: since the step began), so that the passes and
 * the row "rest" (after the last GEMM) add up to the whole step. Useful MACs are those of the layer's definition, no
 * padding, no recomputation: utilization = useful MACs / (cycles R C V). How many a pass that gathers makes depends on
 * its deltas: they are not counted.
 *
 * The first steps are not measured: fresh weights move so far that the shifts of the first step are no guess for the
 * next. They run on the golden device, which is faster and the same to the bit; weights and shifts are then copied.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "checkpoint.h"
#include "commands.h"
#include "draw.h"
#include "file.h"
#include "progress.h"
#include "table.h"

#define DEFAULT_STEPS 2u
#define DEFAULT_WARM 2u

struct pass_time {
  uint64_t gemms, cycles, busy;
};

struct bench {
  const struct curta_args *args;
  struct curta_network network;
  struct curta_session session;
  struct curta_data data;
  struct pass_time time[CURTA_MAX_LAYERS][CURTA_PASSES];
  uint64_t begin, last; /* cycle when this step began, when the last GEMM retired */
  uint64_t rest, records, errors;
  struct curta_counters sum; /* over the measured steps */
  uint32_t steps;
  double seconds, cpu;
  struct curta_table table;
};

static void on_retire(void *user, const struct curta_retire *record)
{
  struct bench *b = user;
  uint32_t layer = record->tag / 8u, pass = record->tag % 8u;
  struct pass_time *t;
  b->records++;
  if (b->begin == UINT64_MAX)
    b->begin = b->last = record->start;
  if (record->end > b->rest)
    b->rest = record->end;
  if (record->opcode != CURTA_OP_GEMM)
    return;
  if (layer >= CURTA_MAX_LAYERS || pass >= CURTA_PASSES) {
    b->errors++;
    return;
  }
  t = &b->time[layer][pass];
  t->gemms++;
  t->busy += record->busy;
  if (record->end > b->last) {
    t->cycles += record->end - b->last;
    b->last = record->end;
  }
}

/* counters after - before, added to sum */
static int measured_step(struct bench *b, const struct curta_batch *batch, uint64_t *rest, struct curta_fail *fail)
{
  struct curta_counters before, after;
  struct curta_outcome outcome;
  double start, cpu;
  int r = curta_dev_counters(&b->session.dev, &before);
  if (r)
    return curta_session_error(&b->session, r, "reading counters", fail);
  b->begin = UINT64_MAX;
  b->rest = b->last = 0;
  start = curta_now();
  cpu = curta_cpu_seconds();
  r = curta_session_step(&b->session, batch, 1, curta_mu_at(&b->network.opt, 0), &outcome, fail);
  if (r)
    return r;
  b->seconds += curta_now() - start;
  b->cpu += curta_cpu_seconds() - cpu;
  *rest += b->rest - b->last;
  r = curta_dev_counters(&b->session.dev, &after);
  if (r)
    return curta_session_error(&b->session, r, "reading counters", fail);
  for (int i = 0; i < CURTA_CNT_COUNT; i++)
    b->sum.value[i] += after.value[i] - before.value[i];
  b->steps++;
  return 0;
}

static struct curta_batch batch_of(const struct bench *b, const uint32_t *order, uint32_t step)
{
  uint32_t n = b->args->batch, first = (uint32_t)((uint64_t)step * n % (b->data.n - n + 1));
  return (struct curta_batch){&b->data, order + first, n, 0, 0, 0};
}

static int copy_nitro(struct curta_run *to, const struct curta_run *from)
{
  const struct curta_net *net = from->plan->net;
  int r = 0;
  for (uint32_t i = 0; i < 2 * net->n_weighted && !r; i++) {
    uint64_t n = curta_nitro_weights_count(net, i / 2, (int)(i % 2));
    int32_t *weights = n ? malloc(n * sizeof *weights) : NULL;
    if (!n)
      continue;
    r = weights ? curta_nitro_weights_get(from, i / 2, (int)(i % 2), weights) : -ENOMEM;
    if (!r)
      r = curta_nitro_weights_set(to, i / 2, (int)(i % 2), weights);
    free(weights);
  }
  return r;
}

/* Weights and shifts of `from` become those of `to`. */
static int copy_state(struct curta_session *to, struct curta_session *from, uint32_t batch, struct curta_fail *fail)
{
  struct curta_planned *p, *q;
  int r = curta_session_plan(from, batch, &p, fail);
  if (!r)
    r = curta_session_plan(to, batch, &q, fail);
  if (!r && curta_session_is_nitro(from)) {
    r = copy_nitro(&q->run, &p->run);
    to->step = from->step;
    return r ? curta_session_error(to, r, "copying weights", fail) : 0;
  }
  for (uint32_t w = 0; !r && w < p->plan.n_weighted; w++) {
    uint64_t n = curta_layer_weights(&from->network->net.layer[p->plan.weighted[w].layer]);
    void *weights = malloc(n * 2);
    r = weights ? curta_weights_get(&p->run, w, weights) : -ENOMEM;
    if (!r)
      r = curta_weights_set(&q->run, w, weights, to->weight_exp[w]);
    if (!r && from->network->opt.frac_bits)
      r = curta_master_get(&p->run, w, weights);
    if (!r && from->network->opt.frac_bits)
      r = curta_master_set(&q->run, w, weights);
    free(weights);
  }
  for (uint32_t i = 0; i < 3 * CURTA_MAX_WEIGHTED && !r; i++) {
    int32_t value;
    r = curta_dev_scalar_read(&from->dev, CURTA_S_LAYER + i, &value);
    if (!r)
      r = curta_dev_scalar_write(&to->dev, CURTA_S_LAYER + i, value);
  }
  to->step = from->step;
  return r ? curta_session_error(to, r, "copying weights and shifts", fail) : 0;
}

static uint32_t warm(const struct bench *b)
{
  return b->args->warm ? b->args->warm : DEFAULT_WARM;
}

static int warm_steps(struct bench *b, struct curta_session *s, const uint32_t *order, struct curta_fail *fail)
{
  struct curta_outcome outcome;
  int r = 0;
  for (uint32_t i = 0; i < warm(b) && !r; i++) {
    struct curta_batch batch = batch_of(b, order, i);
    r = curta_session_step(s, &batch, 1, curta_mu_at(&b->network.opt, 0), &outcome, fail);
  }
  return r;
}

static int warm_up(struct bench *b, const uint32_t *order, struct curta_fail *fail)
{
  struct curta_session *s;
  const char *config = b->session.device.config;
  struct curta_planned *p;
  char name[112];
  int r;
  if (!curta_device_has_cycles(&b->session.device))
    return warm_steps(b, &b->session, order, fail);
  s = calloc(1, sizeof *s);
  if (!s)
    return curta_fail(fail, -ENOMEM, "no memory");
  /* base16 is base with a wider port: the golden device knows no ports. NITRO-D has no shifts that belong to a plan */
  (void)snprintf(name, sizeof name, "golden:%s",
                 curta_session_is_nitro(&b->session) ? "host"
                 : strcmp(config, "base16") == 0     ? "base"
                                                     : config);
  r = curta_session_open(s, &b->network, name, b->args, fail);
  if (!r) {
    r = curta_session_data(s, &b->data, fail);
    if (!r)
      r = curta_session_plan(s, b->args->batch, &p, fail);
    if (!r)
      r = curta_session_init_weights(s, fail);
    if (!r)
      r = warm_steps(b, s, order, fail);
    if (!r)
      r = copy_state(&b->session, s, b->args->batch, fail);
    curta_session_close(s);
  }
  free(s);
  return r;
}

static int run_steps(struct bench *b, uint64_t *rest, struct curta_fail *fail)
{
  const struct curta_bus *bus = &b->session.device.bus;
  uint32_t steps = b->args->steps ? b->args->steps : DEFAULT_STEPS;
  uint32_t *order = malloc((size_t)b->data.n * sizeof *order);
  int r = order ? 0 : curta_fail(fail, -ENOMEM, "no memory");
  if (!r) {
    curta_draw_order(order, b->data.n, b->args->seed, 0);
    r = warm_up(b, order, fail);
  }
  if (!r && bus->on_retire && curta_device_has_cycles(&b->session.device))
    r = bus->on_retire(bus->ctx, on_retire, b);
  for (uint32_t i = 1; i <= steps && !r; i++) {
    struct curta_batch batch = batch_of(b, order, warm(b) + i - 1);
    r = measured_step(b, &batch, rest, fail);
    if (!b->args->quiet && isatty(STDERR_FILENO))
      (void)fprintf(stderr, "step %" PRIu32 "/%" PRIu32 "\r", i, steps);
  }
  if (!b->args->quiet && isatty(STDERR_FILENO))
    (void)fprintf(stderr, "\r\033[K");
  if (bus->on_retire)
    (void)bus->on_retire(bus->ctx, NULL, NULL);
  free(order);
  return r;
}

/* --- tables ---------------------------------------------------------------------------------------------------- */

static void row(struct bench *b, const char *name, const char *pass, uint64_t macs, const struct pass_time *t,
                uint64_t rd, uint64_t wr, uint64_t estimate)
{
  const struct curta_hw *hw = &b->session.dev.hw;
  double peak = (double)hw->r * hw->c * hw->v, cycles = (double)t->cycles / b->steps;
  curta_table_row(&b->table);
  curta_table_cell(&b->table, "%s", name);
  curta_table_cell(&b->table, "%s", pass);
  curta_table_cell(&b->table, "%.0f", (double)t->gemms / b->steps);
  curta_table_cell(&b->table, "%.3f", (double)macs * 1e-6);
  if (t->cycles) {
    curta_table_cell(&b->table, "%.0f", cycles);
    if (macs)
      curta_table_cell(&b->table, "%.1f", 100.0 * (double)macs / (cycles * peak));
    else
      curta_table_cell(&b->table, "-");
    curta_table_cell(&b->table, "%.1f", 100.0 * (double)t->busy / (double)t->cycles);
  } else {
    for (int i = 0; i < 3; i++)
      curta_table_cell(&b->table, "-");
  }
  curta_table_cell(&b->table, "%" PRIu64, estimate);
  curta_table_cell(&b->table, "%.1f", (double)rd / 1024);
  curta_table_cell(&b->table, "%.1f", (double)wr / 1024);
}

static uint64_t fill_table(struct bench *b, uint64_t rest)
{
  static const char *const passes[] = CURTA_PASS_NAMES;
  const struct curta_plan *plan = &b->session.planned[0]->plan;
  struct pass_time all = {0, b->sum.value[CURTA_CNT_CYCLES], b->sum.value[CURTA_CNT_BUSY]}, tail = {0, rest, 0};
  uint64_t macs = 0;
  curta_table_start(
      &b->table, 2,
      "layer|pass|GEMMs|useful MMAC|cycles|utilization %|array busy %|est. cycles|est. read KiB|est. written KiB");
  for (uint32_t i = 0; i < plan->net->n_layers; i++)
    for (uint32_t pass = 0; pass < CURTA_PASSES; pass++) {
      const struct curta_pass_stat *s = &plan->stat[i][pass];
      char name[112];
      if (!s->macs && !b->time[i][pass].gemms)
        continue;
      curta_layer_name(name, sizeof name, plan->net, i);
      row(b, name, passes[pass], s->macs, &b->time[i][pass], s->rd_bytes, s->wr_bytes, s->cycles);
      macs += s->macs;
      all.gemms += b->time[i][pass].gemms;
    }
  if (rest)
    row(b, "rest", "after the last GEMM", 0, &tail, 0, 0, 0);
  row(b, "step", "", macs, &all, b->sum.value[CURTA_CNT_RD_BYTES] / b->steps,
      b->sum.value[CURTA_CNT_WR_BYTES] / b->steps, plan->est_cycles);
  return macs;
}

static void print_counters(const struct bench *b)
{
  static const char *const names[] = CURTA_CNT_NAMES;
  double cycles = (double)b->sum.value[CURTA_CNT_CYCLES];
  printf("\ncycles by cause, %% of a step:");
  for (int i = CURTA_CNT_BUSY; i <= CURTA_CNT_OTHER; i++)
    printf("  %s %.2f", names[i], 100.0 * (double)b->sum.value[i] / cycles);
  printf("\nmemory traffic a step, measured: read %.1f KiB, written %.1f KiB, %.2f bytes/cycle\n",
         (double)b->sum.value[CURTA_CNT_RD_BYTES] / b->steps / 1024,
         (double)b->sum.value[CURTA_CNT_WR_BYTES] / b->steps / 1024,
         (double)(b->sum.value[CURTA_CNT_RD_BYTES] + b->sum.value[CURTA_CNT_WR_BYTES]) / cycles);
}

static void print_speed(const struct bench *b, uint64_t macs)
{
  double steps = b->steps, images = steps * b->args->batch;
  printf("\n%" PRIu32 " steps of %" PRIu32 " images on %s: %.3f s, %.3f s CPU time of the process; %.1f images/s\n",
         b->steps, b->args->batch, b->session.device.name, b->seconds, b->cpu, images / b->seconds);
  printf("useful MACs a second of CPU time: %.3f million", (double)macs * steps / b->cpu * 1e-6);
  if (b->sum.value[CURTA_CNT_CYCLES])
    printf("; simulated cycles a second of CPU time: %.3f million",
           (double)b->sum.value[CURTA_CNT_CYCLES] / b->cpu * 1e-6);
  printf("\n");
}

static int write_csv(const struct bench *b, struct curta_fail *fail)
{
  FILE *f = strcmp(b->args->csv, "-") == 0 ? stdout : fopen(b->args->csv, "w");
  int bad;
  if (!f)
    return curta_fail(fail, -errno, "%s: %s", b->args->csv, strerror(errno));
  curta_table_print(&b->table, f, CURTA_TABLE_CSV);
  bad = ferror(f) != 0;
  if (f != stdout)
    bad |= fclose(f) != 0;
  return bad ? curta_fail(fail, -EIO, "%s: cannot be written: %s", b->args->csv, strerror(errno)) : 0;
}

static int report(struct bench *b, uint64_t rest, struct curta_fail *fail)
{
  uint64_t macs = fill_table(b, rest);
  if (b->errors)
    return curta_fail(fail, -EPROTO, "%" PRIu64 " GEMM records have a tag that no layer has", b->errors);
  if (b->args->csv && strcmp(b->args->csv, "-") == 0) /* the table alone, for a program to read */
    return write_csv(b, fail);
  curta_table_print(&b->table, stdout, b->args->markdown ? CURTA_TABLE_MARKDOWN : CURTA_TABLE_TEXT);
  if (b->sum.value[CURTA_CNT_CYCLES])
    print_counters(b);
  else
    printf("\nthe device %s has no time: no cycles, no utilization (use --device rtl)\n", b->session.device.name);
  print_speed(b, macs);
  return b->args->csv ? write_csv(b, fail) : 0;
}

static int open_bench(struct bench *b, struct curta_fail *fail)
{
  const struct curta_args *args = b->args;
  const struct curta_net *net = &b->network.net;
  struct curta_planned *p;
  int r = args->csv ? curta_file_may_write(args->csv, fail) : 0;
  if (!r)
    r = curta_network_load(&b->network, args, NULL, fail);
  if (r)
    return r;
  const struct curta_data_want want = {args->data ? args->data : "synthetic",
                                       args->data_dir,
                                       CURTA_TRAIN,
                                       args->limit ? args->limit : args->batch * 4,
                                       net->c,
                                       net->h,
                                       net->w,
                                       net->classes,
                                       args->seed};
  r = curta_data_load(&b->data, &want, fail);
  if (!r && b->data.n < args->batch)
    r = curta_usage(fail, "--batch %" PRIu32 ": there are only %" PRIu32 " images", args->batch, b->data.n);
  if (!r)
    r = curta_session_open(&b->session, &b->network, args->device, args, fail);
  if (!r)
    r = curta_device_memory(&b->session.device, args, fail);
  if (!r)
    r = curta_session_data(&b->session, &b->data, fail);
  if (!r)
    r = curta_session_plan(&b->session, args->batch, &p, fail);
  return r ? r : curta_session_init_weights(&b->session, fail);
}

int curta_bench(const struct curta_args *args, struct curta_fail *fail)
{
  struct bench *b = calloc(1, sizeof *b);
  uint64_t rest = 0;
  int r;
  if (!b)
    return 1;
  b->args = args;
  b->session.device.kind = -1;
  r = open_bench(b, fail);
  if (!r)
    r = run_steps(b, &rest, fail);
  if (!r)
    r = report(b, rest, fail);
  curta_session_close(&b->session);
  curta_data_free(&b->data);
  curta_network_free(&b->network);
  free(b);
  return r ? curta_status(fail) : 0;
}
