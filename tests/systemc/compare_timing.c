/* SPDX-License-Identifier: Apache-2.0
 * compare_timing.c - a training step on the RTL and on the timing model: cycles of every command, side by side
 *
 * usage: compare_timing [-k FILE] CONFIG NET BATCH BYTES_PER_CYCLE [LATENCY [MODE [REFERENCE MODEL]]]
 * Prints the step and the errors by opcode and pass; in MODE `commands` every command, `table` one line for
 * docs/data/timing.md. REFERENCE and MODEL: devices, rtl and timed; systemc@N
 * goes at most N cycles ahead of the kernel's time. -k: the records of the reference come from FILE; where it
 * is missing they are measured and kept there. Exit status 1: the step is off by more than 1 %, or commands by more than 10 %
 * on average; in MODE `equal` by a single cycle, or a cause of cycles by one.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "curta_systemc.h"
#include "lockstep.h"

#define Refresh 780u /* cycles; the default of both memories */

struct side {
  struct curta_session session;
  struct curta_records records;
  struct curta_counters counters;
  double seconds;
};

static double cpu(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

static void keep(void *user, const struct curta_retire *record)
{
  struct curta_records *r = user;
  if (r->n == r->room) {
    r->room = r->room ? 2 * r->room : 4096;
    r->record = realloc(r->record, r->room * sizeof *r->record);
  }
  r->record[r->n++] = *record;
}

static int run(struct side *s, const struct curta_network *network, const struct curta_args *args, const char *device,
               uint64_t idle, struct curta_fail *fail)
{
  struct curta_data data = {0};
  struct curta_planned *p;
  struct curta_outcome outcome;
  struct curta_counters before;
  const struct curta_net *net = &network->net;
  const struct curta_data_want want = {"synthetic", 0, CURTA_TRAIN, args->batch, net->c, net->h, net->w, net->classes, 1};
  uint32_t *order = calloc(args->batch, sizeof *order);
  char name[64];
  char *quantum;
  int r = curta_data_load(&data, &want, fail);
  (void)snprintf(name, sizeof name, "%s", device);
  quantum = strchr(name, '@');
  if (quantum) { /* systemc@N:CONFIG */
    const char *config = strchr(device, ':');
    (void)snprintf(quantum, sizeof name - (size_t)(quantum - name), "%s", config);
  }
  for (uint32_t i = 0; i < args->batch; i++)
    order[i] = i;
  const struct curta_batch batch = {&data, order, args->batch, 0, 0, 0};
  if (!r)
    r = curta_session_open(&s->session, network, name, args, fail);
  if (!r && quantum)
    curta_systemc_quantum(&s->session.device.bus, strtoull(strchr(device, '@') + 1, NULL, 10));
  if (!r)
    r = curta_session_data(&s->session, &data, fail);
  if (!r)
    r = curta_session_plan(&s->session, args->batch, &p, fail);
  if (!r)
    r = curta_session_init_weights(&s->session, fail);
  if (!r)
    r = curta_dev_counters(&s->session.dev, &before);
  if (!r) {
    double start;
    (void)s->session.device.bus.on_retire(s->session.device.bus.ctx, keep, &s->records);
    if (idle)
      (void)s->session.device.bus.wait_irq(s->session.device.bus.ctx, idle);
    start = cpu();
    r = curta_session_step(&s->session, &batch, 1, 2, &outcome, fail);
    s->seconds = cpu() - start;
  }
  if (!r)
    r = curta_dev_counters(&s->session.dev, &s->counters);
  for (int i = 0; i < CURTA_CNT_COUNT && !r; i++)
    s->counters.value[i] -= before.value[i];
  curta_data_free(&data);
  free(order);
  return r;
}

/* What a side has measured, in a file that only this program reads. */
static int take(struct side *s, const char *name)
{
  FILE *f = name ? fopen(name, "rb") : NULL;
  struct curta_records *r = &s->records;
  int ok = f && fread(&r->n, sizeof r->n, 1, f) == 1 && (r->record = calloc(r->n, sizeof *r->record)) != NULL &&
           fread(r->record, sizeof *r->record, r->n, f) == r->n && fread(&s->counters, sizeof s->counters, 1, f) == 1 &&
           fread(&s->seconds, sizeof s->seconds, 1, f) == 1;
  if (f)
    (void)fclose(f);
  if (!ok)
    memset(s, 0, sizeof *s);
  return ok;
}

static int keep_side(const struct side *s, const char *name, struct curta_fail *fail)
{
  const struct curta_records *r = &s->records;
  char part[600];
  FILE *f;
  int ok;
  (void)snprintf(part, sizeof part, "%s.part", name);
  f = fopen(part, "wb");
  ok = f && fwrite(&r->n, sizeof r->n, 1, f) == 1 && fwrite(r->record, sizeof *r->record, r->n, f) == r->n &&
       fwrite(&s->counters, sizeof s->counters, 1, f) == 1 && fwrite(&s->seconds, sizeof s->seconds, 1, f) == 1;
  if (f)
    ok &= fclose(f) == 0;
  return ok && rename(part, name) == 0 ? 0 : curta_fail(fail, -1, "%s: cannot be written", name);
}

struct group {
  char name[80];
  uint32_t n;
  double sum, sum_signed, ref, model;
};

static struct group *find(struct group *g, uint32_t *n, const char *name)
{
  for (uint32_t i = 0; i < *n; i++)
    if (!strcmp(g[i].name, name))
      return &g[i];
  memset(&g[*n], 0, sizeof *g);
  (void)snprintf(g[*n].name, sizeof g->name, "%s", name);
  return &g[(*n)++];
}

static uint64_t span(const struct curta_records *r)
{
  uint64_t first = UINT64_MAX, last = 0;
  for (size_t i = 0; i < r->n; i++) {
    first = r->record[i].start < first ? r->record[i].start : first;
    last = r->record[i].end > last ? r->record[i].end : last;
  }
  return last - first;
}

/* Bytes and products are the same whatever the time, all cycles together are within 1 %; where all is equal, every cause. */
static int counters_differ(const struct side *ref, const struct side *model, int equal)
{
  static const char *const names[] = CURTA_CNT_NAMES;
  for (int i = 0; i < CURTA_CNT_COUNT; i++) {
    const uint64_t a = ref->counters.value[i], b = model->counters.value[i];
    const int exact = equal || i == CURTA_CNT_BUSY || i == CURTA_CNT_RD_BYTES || i == CURTA_CNT_WR_BYTES;
    if (exact ? a != b : i == CURTA_CNT_CYCLES && fabs((double)b / (double)a - 1) > 0.01) {
      printf("FAIL counter %s: %llu and %llu\n", names[i], (unsigned long long)a, (unsigned long long)b);
      return 1;
    }
  }
  return 0;
}

static int compare(const struct side *ref, const struct side *model, const struct curta_args *args, const char *config,
                   const char *mode)
{
  static struct group group[512];
  static const char *const names[] = CURTA_CNT_NAMES;
  const struct curta_net *net = &model->session.network->net;
  uint32_t groups = 0, counted = 0, moved = 0;
  double sum = 0, step;
  if (ref->records.n != model->records.n) {
    printf("FAIL records: %zu and %zu\n", ref->records.n, model->records.n);
    return 1;
  }
  for (size_t i = 0; i < ref->records.n; i++) {
    const struct curta_retire *a = &ref->records.record[i], *b = &model->records.record[i];
    double x = (double)(a->end - a->start), y = (double)(b->end - b->start), e = x > 0 ? fabs(y - x) / x : 0;
    char name[80];
    struct group *g;
    if (a->index != b->index || a->opcode != b->opcode || a->tag != b->tag || a->check != b->check || a->busy != b->busy) {
      printf("FAIL record %u: opcode %u/%u, check %08x/%08x, busy %llu/%llu\n", a->index, a->opcode, b->opcode, a->check,
             b->check, (unsigned long long)a->busy, (unsigned long long)b->busy);
      return 1;
    }
    moved += a->start - ref->records.record[0].start != b->start - model->records.record[0].start;
    curta_describe_record(name, sizeof name, net, a);
    if (!strcmp(mode, "commands"))
      printf("%6u %-36s %9llu %9llu  %9llu %9llu  %7.0f %7.0f\n", a->index, name,
             (unsigned long long)(a->start - ref->records.record[0].start),
             (unsigned long long)(b->start - model->records.record[0].start),
             (unsigned long long)(a->end - ref->records.record[0].start),
             (unsigned long long)(b->end - model->records.record[0].start), x, y);
    if (a->engine == CURTA_ENGINE_CP)
      continue;
    g = find(group, &groups, name);
    g->n++;
    g->sum += e;
    g->ref += x;
    g->model += y;
    sum += e;
    counted++;
  }
  if (counters_differ(ref, model, !strcmp(mode, "equal")))
    return 1;
  step = (double)span(&model->records) / (double)span(&ref->records) - 1;
  if (strcmp(mode, "table") && strcmp(mode, "equal")) {
    printf("%-40s %7s %12s %12s %8s %8s\n", "commands", "n", "cycles RTL", "model", "total", "mean |e|");
    for (uint32_t i = 0; i < groups; i++)
      printf("%-40s %7u %12.0f %12.0f %7.2f%% %7.2f%%\n", group[i].name, group[i].n, group[i].ref, group[i].model,
             100 * (group[i].model / group[i].ref - 1), 100 * group[i].sum / group[i].n);
    for (int i = 0; i < CURTA_CNT_COUNT; i++)
      printf("  %-8s %12llu %12llu\n", names[i], (unsigned long long)ref->counters.value[i],
             (unsigned long long)model->counters.value[i]);
    printf("speed: RTL %.3f, model %.1f million cycles a second with data\n", (double)span(&ref->records) / ref->seconds * 1e-6,
           (double)span(&model->records) / model->seconds * 1e-6);
  }
  printf("| %s | %s | %u | %u | %u | %llu | %llu | %+.2f %% | %.2f %% |\n", config, args->net, args->batch,
         args->mem_bw, args->mem_latency ? args->mem_latency : 30, (unsigned long long)span(&ref->records),
         (unsigned long long)span(&model->records), 100 * step, 100 * sum / counted);
  return strcmp(mode, "equal") ? fabs(step) > 0.01 || sum / counted > 0.10 : step != 0 || sum > 0 || moved;
}

int main(int argc, char **argv)
{
  static struct side ref, model;
  static struct curta_network network;
  struct curta_fail fail = {0};
  struct curta_args args;
  char device[2][40];
  const char *kept = argc > 2 && !strcmp(argv[1], "-k") ? argv[2] : NULL;
  int r;
  argc -= kept ? 2 : 0;
  argv += kept ? 2 : 0;
  if (argc < 5) {
    (void)fprintf(stderr, "usage: compare_timing [-k FILE] CONFIG NET BATCH BYTES_PER_CYCLE [LATENCY [MODE [REFERENCE MODEL]]]\n");
    return 2;
  }
  r = curta_args_parse(&args, CURTA_CMD_BENCH, 0, NULL, &fail);
  args.net = argv[2];
  args.batch = (uint32_t)strtoul(argv[3], NULL, 10);
  args.mem_bw = (uint32_t)strtoul(argv[4], NULL, 10);
  args.mem_latency = argc > 5 ? (uint32_t)strtoul(argv[5], NULL, 10) : 0;
  (void)snprintf(device[0], sizeof device[0], "%s:%s", argc > 8 ? argv[7] : "rtl", argv[1]);
  (void)snprintf(device[1], sizeof device[1], "%s:%s", argc > 8 ? argv[8] : "timed", argv[1]);
  ref.session.device.kind = model.session.device.kind = -1;
  if (!r)
    r = curta_network_load(&network, &args, NULL, &fail);
  if (!r && !take(&ref, kept)) {
    ref.session.device.kind = -1;
    r = run(&ref, &network, &args, device[0], 0, &fail);
    r = r || !kept ? r : keep_side(&ref, kept, &fail);
  }
  if (!r)
    r = run(&model, &network, &args, device[1], 0, &fail);
  /* Again, so that the step begins in the same phase of the memory's refresh. */
  if (!r) {
    uint64_t a = ref.records.record[0].start, b = model.records.record[0].start;
    curta_session_close(&model.session);
    model.records.n = 0;
    memset(&model.session, 0, sizeof model.session);
    model.session.device.kind = -1;
    r = run(&model, &network, &args, device[1], (a + Refresh - b % Refresh) % Refresh, &fail);
  }
  if (r) {
    (void)fprintf(stderr, "%s\n", fail.text);
    return 2;
  }
  return compare(&ref, &model, &args, argv[1], argc > 6 ? argv[6] : "groups");
}
