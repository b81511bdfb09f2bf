/* SPDX-License-Identifier: Apache-2.0
 * profile.c - curta profile: the timeline of a training step, and where its cycles went by layer and pass
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "commands.h"
#include "file.h"
#include "table.h"
#include "timeline.h"

struct profile {
  const struct curta_args *args;
  struct curta_network network;
  struct curta_session session;
  struct curta_data data;
  struct curta_timeline line;
  struct curta_counters counters;
  struct curta_table table;
};

static void keep(void *user, const struct curta_retire *record)
{
  struct profile *p = user;
  uint64_t value[CURTA_CNT_COUNT];
  curta_timeline_keep(&p->line, record);
  if (record->engine == CURTA_ENGINE_MATRIX && !curta_device_counters(&p->session.device, value))
    curta_timeline_count(&p->line, value);
}

static int run_step(struct profile *p, struct curta_fail *fail)
{
  const struct curta_bus *bus = &p->session.device.bus;
  uint32_t n = p->args->batch, *order = malloc(n * sizeof *order);
  struct curta_counters before;
  struct curta_outcome outcome;
  int r = order ? 0 : curta_fail(fail, -ENOMEM, "no memory");
  for (uint32_t i = 0; i < n && !r; i++)
    order[i] = i;
  const struct curta_batch batch = {&p->data, order, n, 0, 0, 0};
  /* One step before: the shifts of the device then are those of a training. */
  for (int step = 0; step < 2 && !r; step++) {
    if (step) {
      r = bus->on_retire(bus->ctx, keep, p);
      if (!r && (r = curta_dev_counters(&p->session.dev, &before)))
        r = curta_session_error(&p->session, r, "reading counters", fail);
      if (!r)
        memcpy(p->line.then, before.value, sizeof p->line.then);
    }
    if (!r)
      r = curta_session_step(&p->session, &batch, 1, curta_mu_at(&p->network.opt, 0), &outcome, fail);
  }
  if (!r && (r = curta_dev_counters(&p->session.dev, &p->counters)))
    r = curta_session_error(&p->session, r, "reading counters", fail);
  for (int i = 0; i < CURTA_CNT_COUNT && !r; i++)
    p->counters.value[i] -= before.value[i];
  (void)bus->on_retire(bus->ctx, NULL, NULL);
  free(order);
  return r;
}

struct cell {
  uint32_t commands;
  uint64_t busy[4], array, stall[CURTA_STALLS]; /* by engine; MATRIX: multiplying, standing */
  uint64_t counter[CURTA_CNT_COUNT];
};

static void add(struct cell *c, const struct curta_slice *s)
{
  c->commands++;
  c->busy[s->record.engine & 3] += s->record.end - s->record.start;
  c->array += s->record.busy;
  if (s->record.engine == CURTA_ENGINE_MATRIX)
    c->stall[s->cause] += s->record.start - s->ready;
  for (int k = 0; k < CURTA_CNT_COUNT; k++)
    c->counter[k] += s->counter[k];
}

static void row(struct curta_table *t, const char *layer, const char *pass, const struct cell *c)
{
  curta_table_row(t);
  curta_table_cell(t, "%s", layer);
  curta_table_cell(t, "%s", pass);
  curta_table_cell(t, "%" PRIu32, c->commands);
  for (int e = 1; e < 4; e++)
    curta_table_cell(t, "%" PRIu64, c->busy[e]);
  curta_table_cell(t, "%" PRIu64, c->array);
  for (int k = 0; k < CURTA_STALLS; k++)
    if (k != CURTA_STALL_MATRIX)
      curta_table_cell(t, "%" PRIu64, c->stall[k]);
  for (int k = CURTA_CNT_BUSY + 1; k < CURTA_CNT_COUNT; k++)
    curta_table_cell(t, "%" PRIu64, c->counter[k]);
}

static int fill_table(struct profile *p, struct curta_fail *fail)
{
  static const char *const passes[] = CURTA_PASS_NAMES;
  struct cell(*cell)[CURTA_PASSES] = calloc(CURTA_MAX_LAYERS, sizeof *cell), sum = {0}, rest = {0};
  if (!cell)
    return curta_fail(fail, -ENOMEM, "no memory");
  curta_table_start(&p->table, 2,
                    "layer|pass|commands|LOAD|MATRIX|VECTOR|array busy|MATRIX no command|waits LOAD|waits VECTOR|"
                    "operand|drain|memrd|memwr|depend|other|rd_bytes|wr_bytes");
  for (uint32_t i = 0; i < p->line.n; i++) {
    const struct curta_slice *s = &p->line.slice[i];
    uint32_t layer = s->record.tag / 8u, pass = s->record.tag % 8u;
    if (s->record.engine == CURTA_ENGINE_CP || layer >= CURTA_MAX_LAYERS || pass >= CURTA_PASSES)
      continue;
    add(&cell[layer][pass], s);
    add(&sum, s);
  }
  for (uint32_t layer = 0; layer < p->network.net.n_layers; layer++)
    for (uint32_t pass = 0; pass < CURTA_PASSES; pass++) {
      char name[32];
      if (!cell[layer][pass].commands)
        continue;
      curta_layer_name(name, sizeof name, &p->network.net, layer);
      row(&p->table, name, passes[pass], &cell[layer][pass]);
    }
  for (int k = 0; k < CURTA_CNT_COUNT; k++) { /* behind the last GEMM */
    rest.counter[k] = p->counters.value[k] - sum.counter[k];
    sum.counter[k] = p->counters.value[k];
  }
  row(&p->table, "rest", "", &rest);
  row(&p->table, "step", "", &sum);
  free(cell);
  return 0;
}

static int write_file(const char *name, struct curta_fail *fail, void (*write)(const struct profile *, FILE *),
                      const struct profile *p)
{
  FILE *f = strcmp(name, "-") == 0 ? stdout : fopen(name, "w");
  int bad;
  if (!f)
    return curta_fail(fail, -errno, "%s: %s", name, strerror(errno));
  write(p, f);
  bad = fflush(f) != 0 || ferror(f);
  if (f != stdout)
    bad |= fclose(f) != 0;
  return bad ? curta_fail(fail, -EIO, "%s: cannot be written", name) : 0;
}

static void write_json(const struct profile *p, FILE *f)
{
  curta_timeline_json(&p->line, p->session.device.name, f);
}

static void write_csv(const struct profile *p, FILE *f)
{
  curta_table_print(&p->table, f, CURTA_TABLE_CSV);
}

static const char *json_name(const struct curta_args *args)
{
  return args->json ? args->json : "profile.json";
}

static int report(struct profile *p, struct curta_fail *fail)
{
  static const char *const names[] = CURTA_CNT_NAMES;
  const char *json = json_name(p->args);
  uint64_t cycles = p->line.end - p->line.begin;
  int r = fill_table(p, fail);
  if (r)
    return r;
  if (strcmp(json, "-") != 0 && (!p->args->csv || strcmp(p->args->csv, "-") != 0)) {
    curta_table_print(&p->table, stdout, p->args->markdown ? CURTA_TABLE_MARKDOWN : CURTA_TABLE_TEXT);
    printf("\n%s: %" PRIu64 " cycles a step; by cause, %%:", p->session.device.name, cycles);
    for (int i = CURTA_CNT_BUSY; i <= CURTA_CNT_OTHER; i++)
      printf("  %s %.2f", names[i], 100.0 * (double)p->counters.value[i] / (double)p->counters.value[CURTA_CNT_CYCLES]);
    printf("\n%s: open it at chrome://tracing or ui.perfetto.dev (a microsecond is a cycle)\n", json);
  }
  r = write_file(json, fail, write_json, p);
  return r || !p->args->csv ? r : write_file(p->args->csv, fail, write_csv, p);
}

static int open_profile(struct profile *p, struct curta_fail *fail)
{
  const struct curta_args *args = p->args;
  const struct curta_net *net = &p->network.net;
  struct curta_planned *planned;
  int r = args->csv ? curta_file_may_write(args->csv, fail) : 0;
  if (!r && args->csv && strcmp(args->csv, "-") == 0 && strcmp(json_name(args), "-") == 0)
    r = curta_usage(fail, "--csv - and --json -: standard output takes one of them");
  if (!r)
    r = curta_file_may_write(json_name(args), fail);
  if (!r)
    r = curta_network_load(&p->network, args, NULL, fail);
  if (r)
    return r;
  const struct curta_data_want want = {"synthetic", NULL,   CURTA_TRAIN,  args->batch, net->c,
                                       net->h,      net->w, net->classes, args->seed};
  r = curta_data_load(&p->data, &want, fail);
  if (!r)
    r = curta_session_open(&p->session, &p->network, curta_args_given(args, "--device") ? args->device : "timed", args,
                           fail);
  if (!r && !curta_device_has_cycles(&p->session.device))
    r = curta_usage(fail, "--device %s has no time; use timed, systemc or rtl", p->session.device.name);
  if (!r)
    r = curta_session_data(&p->session, &p->data, fail);
  if (!r)
    r = curta_session_plan(&p->session, args->batch, &planned, fail);
  return r ? r : curta_session_init_weights(&p->session, fail);
}

int curta_profile(const struct curta_args *args, struct curta_fail *fail)
{
  struct profile *p = calloc(1, sizeof *p);
  int r;
  if (!p)
    return 1;
  p->args = args;
  p->session.device.kind = -1;
  r = open_profile(p, fail);
  p->line.net = &p->network.net;
  if (!r)
    r = run_step(p, fail);
  if (!r) {
    const struct curta_plan *plan = &p->session.planned[0]->plan;
    r = curta_timeline_stalls(&p->line, (const uint32_t(*)[CURTA_CMD_WORDS])plan->cmd, plan->n_train, fail);
  }
  if (!r)
    r = report(p, fail);
  curta_session_close(&p->session);
  curta_data_free(&p->data);
  curta_network_free(&p->network);
  free(p->line.slice);
  free(p);
  return r ? curta_status(fail) : 0;
}
