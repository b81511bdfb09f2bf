/* SPDX-License-Identifier: Apache-2.0
 * explore.c - curta explore: the same training step on other arrays, buffers and memories, timed without data
 *
 * Every point is planned anew for its shape and timed by curta_timed_program, which says how it takes a SKIP.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "commands.h"
#include "curta_timed.h"
#include "explore.h"
#include "file.h"

struct explore {
  const struct curta_args *args;
  struct curta_network network;
  struct curta_points *fit;
  FILE *csv, *roof;
  /* roofline: cycles and bytes of each pass, both from the end of a GEMM to the end of the next */
  uint64_t last[2], pass[CURTA_MAX_LAYERS][CURTA_PASSES][2];
  uint32_t points, refused;
};

static const struct curta_config Configs[] = CURTA_CONFIG_TABLE;
#define Tiny Configs[0] /* has a table of cells too: how good the estimate is */
#define Base Configs[1] /* what the sweeps vary */
#define MAX_NETS 16u

static void on_retire(void *user, const struct curta_retire *r, const uint64_t *then)
{
  struct explore *e = user;
  uint32_t layer = r->tag / 8u, pass = r->tag % 8u;
  if (r->opcode != CURTA_OP_GEMM || layer >= CURTA_MAX_LAYERS || pass >= CURTA_PASSES)
    return;
  const uint64_t now[2] = {r->end, then[CURTA_CNT_RD_BYTES] + then[CURTA_CNT_WR_BYTES]};
  for (int i = 0; i < 2; i++) {
    e->pass[layer][pass][i] += now[i] - e->last[i];
    e->last[i] = now[i];
  }
}

static int plan(struct explore *e, const struct curta_point *p, struct curta_plan *out, struct curta_diag *diag)
{
  const struct curta_config *s = &p->shape;
  struct curta_plan_request q;
  int r;
  memset(&q, 0, sizeof q);
  q.net = &e->network.net;
  q.opt = e->network.opt;
  q.hw = (struct curta_hw){(uint32_t)s->t,       (uint32_t)s->r,       (uint32_t)s->c,
                           (uint32_t)s->v,       (uint32_t)s->bus,     (uint32_t)s->a_tiles,
                           (uint32_t)s->b_tiles, (uint32_t)s->p_tiles, 0,
                           (uint32_t)s->digit};
  q.batch = e->args->batch;
  q.weight_base = 1u << 20;
  q.mem_bytes = (uint64_t)e->args->mem_mib << 20;
  q.work = malloc(curta_plan_work_bytes());
  r = q.work ? curta_plan(out, &q, diag) : -ENOMEM;
  if (!r) {
    q.cmd_capacity = out->n_train + out->n_eval;
    q.cmd = calloc(q.cmd_capacity, sizeof *q.cmd);
    r = q.cmd ? curta_plan(out, &q, diag) : -ENOMEM;
    if (r)
      free(q.cmd);
  }
  free(q.work);
  return r;
}

static int time_point(struct explore *e, struct curta_point *p, int roof, struct curta_fail *fail)
{
  const struct curta_timed_memory memory = {.bytes_per_cycle = p->rate, .latency = p->latency};
  struct curta_plan *plan_ = calloc(1, sizeof *plan_);
  struct curta_diag diag = {0, ""};
  uint64_t counters[CURTA_CNT_COUNT];
  int r = plan_ ? plan(e, p, plan_, &diag) : -ENOMEM;
  if (r == -EINVAL || r == -ENOSPC) { /* this machine cannot run this network */
    (void)fprintf(stderr, "curta explore: left out %dx%dx%d: %s\n", p->shape.r, p->shape.c, p->shape.v, diag.text);
    e->refused++;
    free(plan_);
    return 0;
  }
  if (r) {
    free(plan_);
    return curta_fail(fail, r, "planning: %s", curta_strerror(r));
  }
  memset(e->last, 0, sizeof e->last);
  memset(e->pass, 0, sizeof e->pass);
  r = curta_timed_program(&p->shape, &memory, (const uint32_t(*)[CURTA_CMD_WORDS])plan_->cmd, plan_->n_train,
                          roof ? on_retire : NULL, e, counters);
  for (uint32_t i = 0; i < e->network.net.n_layers; i++)
    for (uint32_t k = 0; k < CURTA_PASSES; k++) {
      const struct curta_pass_stat *s = &plan_->stat[i][k];
      uint64_t cycles = e->pass[i][k][0], bytes = e->pass[i][k][1];
      char name[32];
      p->macs += s->macs;
      if (!roof || !s->macs || !cycles || !bytes)
        continue;
      curta_layer_name(name, sizeof name, &e->network.net, i);
      (void)fprintf(e->roof, "%s,%" PRIu32 ",%" PRIu64 ",%" PRIu64 ",%" PRIu64 ",%.4f,%.4f\n", name, k, s->macs, bytes,
                    cycles, (double)s->macs / (double)bytes, (double)s->macs / (double)cycles);
    }
  free(plan_->cmd);
  free(plan_);
  if (r)
    return curta_fail(fail, r, "timing model: %s", r == -ENOTSUP ? "not in this build; use build/curta" : strerror(-r));
  p->cycles = counters[CURTA_CNT_CYCLES];
  p->busy = counters[CURTA_CNT_BUSY];
  return 0;
}

static int visit(struct explore *e, struct curta_point p, struct curta_fail *fail)
{
  const struct curta_config *s = &p.shape;
  int r, macs = s->r * s->c * s->v, base_like = p.rate == 8 && p.latency == 30;
  curta_point_estimate(&p);
  r = time_point(e, &p, strcmp(p.sweep, "base") == 0, fail);
  if (r || !p.cycles)
    return r;
  (void)fprintf(e->csv,
                "%s,%d,%d,%d,%d,%d,%d,%d,%d,%d,%" PRIu32 ",%" PRIu32 ",%d,%" PRIu64 ",%.4f,%.4f,%" PRIu32 ",%" PRIu32
                ",%" PRIu32 ",%d\n",
                p.sweep, s->t, s->r, s->c, s->v, s->bus, s->a_tiles, s->b_tiles, s->p_tiles, s->outst, p.rate,
                p.latency, macs, p.cycles, (double)p.macs / ((double)p.cycles * macs),
                (double)p.busy / (double)p.cycles, p.lut, p.dsp, p.bram, curta_point_fits(&p));
  e->points++;
  if (base_like && curta_point_fits(&p) && e->fit->n < sizeof e->fit->all / sizeof *e->fit->all)
    e->fit->all[e->fit->n++] = p;
  return 0;
}

/* A memory wider than a tile row needs the wide port; the vector engine has half as many lanes as the port has bytes.
 */
static void set_port(struct curta_config *s, uint32_t rate)
{
  s->bus = rate > (uint32_t)s->t && s->r >= 2 && 2 * s->c >= s->t && s->v >= 2 ? 2 * s->t : s->t;
  s->lanes = s->c < s->bus / 2 ? s->c : s->bus / 2;
}

static int sweep_arrays(struct explore *e, struct curta_fail *fail)
{
  static const int arrays[][4] = {{8, 2, 2, 4}, {8, 4, 4, 2}, {8, 8, 4, 2},   {8, 4, 8, 2},    {8, 8, 8, 1},
                                  {8, 8, 8, 2}, {8, 8, 8, 4}, {16, 16, 8, 2}, {16, 16, 16, 2}, {16, 16, 16, 4}};
  static const uint32_t rates[] = {2, 4, 8, 16};
  int r = 0;
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays && !r; i++)
    for (size_t k = 0; k < 4 && !r; k++) {
      struct curta_point p = {.sweep = "array", .shape = Base, .rate = rates[k], .latency = 30};
      p.shape.t = arrays[i][0];
      p.shape.r = arrays[i][1];
      p.shape.c = arrays[i][2];
      p.shape.v = arrays[i][3];
      if (p.shape.t == 16) /* the same bytes of buffers */
        p.shape.a_tiles = p.shape.b_tiles = 256, p.shape.p_tiles = 64;
      set_port(&p.shape, p.rate);
      r = visit(e, p, fail);
    }
  return r;
}

static int sweep_buffers(struct explore *e, struct curta_fail *fail)
{
  int r = 0;
  for (int tiles = 256; tiles <= 2048 && !r; tiles *= 2)
    for (int sums = 64; sums <= 512 && !r; sums *= 2) {
      struct curta_point p = {.sweep = "buffers", .shape = Base, .rate = 8, .latency = 30};
      p.shape.a_tiles = p.shape.b_tiles = tiles;
      p.shape.p_tiles = sums;
      r = visit(e, p, fail);
    }
  return r;
}

/* The other arrays with as many multiplications as base: all for tiles of 8, some for tiles of 16 (a quarter of the
 * tiles: the same bytes), by operand buffers and sums. Vector lanes as base has: eight do not fit. */
static int sweep_cross(struct explore *e, struct curta_fail *fail)
{
  static const int arrays[][4] = {{8, 8, 4, 4}, {8, 4, 8, 4},  {8, 8, 2, 8},   {8, 4, 4, 8},
                                  {8, 2, 8, 8}, {16, 8, 8, 2}, {16, 16, 8, 1}, {16, 4, 8, 4}};
  int r = 0;
  for (size_t i = 0; i < sizeof arrays / sizeof *arrays; i++)
    for (int tiles = 256; tiles <= 1024; tiles *= 2)
      for (int sums = 128; sums <= 512 && !r; sums *= 2) {
        struct curta_point p = {.sweep = "cross", .shape = Base, .rate = 8, .latency = 30};
        const int *a = arrays[i], of = a[0] * a[0] / (Base.t * Base.t);
        p.shape.t = p.shape.bus = a[0];
        p.shape.r = a[1];
        p.shape.c = a[2];
        p.shape.v = a[3];
        p.shape.lanes = a[2] < Base.lanes ? a[2] : Base.lanes;
        p.shape.a_tiles = p.shape.b_tiles = tiles / of;
        p.shape.p_tiles = sums / of;
        r = visit(e, p, fail);
      }
  return r;
}

static int sweep_latency(struct explore *e, struct curta_fail *fail)
{
  static const uint32_t latencies[] = {10, 30, 100, 300};
  int r = 0;
  for (int outst = 2; outst <= 32 && !r; outst *= 2)
    for (size_t k = 0; k < 4 && !r; k++) {
      struct curta_point p = {.sweep = "latency", .shape = Base, .rate = 8, .latency = latencies[k]};
      p.shape.outst = outst;
      r = visit(e, p, fail);
    }
  return r;
}

static int open_files(struct explore *e, const char *dir, struct curta_fail *fail)
{
  char name[600];
  int r = strlen(dir) < 512 ? curta_file_make_dir(dir, fail) : curta_usage(fail, "--out: the name is too long");
  if (r)
    return r;
  (void)snprintf(name, sizeof name, "%s/explore.csv", dir);
  e->csv = fopen(name, "w");
  if (e->csv) {
    (void)snprintf(name, sizeof name, "%s/roofline.csv", dir);
    e->roof = fopen(name, "w");
  }
  if (!e->roof)
    return curta_fail(fail, -errno, "%s: %s", name, strerror(errno));
  (void)fprintf(e->csv,
                "sweep,t,r,c,v,bus,a_tiles,b_tiles,p_tiles,outst,bytes_per_cycle,latency,macs,cycles,utilization,"
                "array_busy,lut,dsp,bram18,fits_ecp5_85f\n");
  (void)fprintf(e->roof, "layer,pass,macs,bytes,cycles,macs_per_byte,macs_per_cycle\n");
  return 0;
}

static int close_files(struct explore *e, struct curta_fail *fail)
{
  int bad = 0;
  FILE *all[2] = {e->csv, e->roof};
  for (int i = 0; i < 2; i++)
    if (all[i])
      bad |= ferror(all[i]) | (fclose(all[i]) != 0);
  return bad ? curta_fail(fail, -EIO, "the tables cannot be written: %s", strerror(errno)) : 0;
}

/* One network: its tables and pictures in `dir`, its points in `fit`. */
static int explore_net(const struct curta_args *args, const char *dir, struct curta_points *fit,
                       struct curta_fail *fail)
{
  struct explore *e = calloc(1, sizeof *e);
  const struct curta_point base = {.sweep = "base", .shape = Base, .rate = 8, .latency = 30},
                           tiny = {.sweep = "tiny", .shape = Tiny, .rate = 8, .latency = 30};
  int r;
  if (!e)
    return curta_fail(fail, -ENOMEM, "no memory");
  e->args = args;
  e->fit = fit;
  r = curta_network_load(&e->network, args, NULL, fail);
  if (!r)
    r = open_files(e, dir, fail);
  if (!r)
    r = visit(e, base, fail);
  if (!r && !fit->n)
    r = curta_fail(fail, -EINVAL, "base cannot run this network");
  if (!r)
    r = visit(e, tiny, fail);
  if (!r)
    r = sweep_arrays(e, fail);
  if (!r)
    r = sweep_buffers(e, fail);
  if (!r)
    r = sweep_cross(e, fail);
  if (!r)
    r = sweep_latency(e, fail);
  if (close_files(e, fail) && !r)
    r = -EIO;
  if (!r) {
    printf("%" PRIu32 " points; ", e->points);
    curta_point_verdict(fit);
    printf("%s: explore.csv, roofline.csv%s\n", dir,
           curta_explore_draw(dir, Base.r * Base.c * Base.v) ? "" : ", tradeoff.png, roofline.png (by explore.gp)");
  }
  curta_network_free(&e->network);
  free(e);
  return r;
}

/* Takes NET:BATCH off the list, into args and the name. */
static int next_net(const char **list, struct curta_args *args, char *net, size_t size, char *name, size_t name_size,
                    struct curta_fail *fail)
{
  const size_t n = strcspn(*list, ",");
  const char *colon = memchr(*list, ':', n), *stem;
  unsigned long batch = colon ? strtoul(colon + 1, NULL, 10) : 0;
  if (!colon || n >= size || batch < 1 || batch > 4096 ||
      strspn(colon + 1, "0123456789") != (size_t)(*list + n - colon - 1))
    return curta_usage(fail, "--nets: expected NET:BATCH,NET:BATCH,... with batches of 1..4096, found \"%.*s\"", (int)n,
                       *list);
  (void)snprintf(net, size, "%.*s", (int)(colon - *list), *list);
  stem = strrchr(net, '/') ? strrchr(net, '/') + 1 : net;
  (void)snprintf(name, name_size, "%.*s-%lu", (int)strcspn(stem, "."), stem, batch);
  args->net = net;
  args->batch = (uint32_t)batch;
  *list += n + ((*list)[n] == ',');
  return 0;
}

static int explore_nets(const struct curta_args *given, const char *dir, struct curta_fail *fail)
{
  struct curta_points *all[MAX_NETS] = {NULL};
  struct curta_args args = *given;
  const char *list = given->nets;
  uint32_t n = 0;
  char file[600], net[512], name[40];
  int r = strlen(dir) < 480 ? curta_file_make_dir(dir, fail) : curta_usage(fail, "--out: the name is too long");
  while (!r && *list) {
    if (n == MAX_NETS) {
      r = curta_usage(fail, "--nets: more than %u networks", MAX_NETS);
      break;
    }
    r = next_net(&list, &args, net, sizeof net, name, sizeof name, fail);
    all[n] = r ? NULL : calloc(1, sizeof *all[n]);
    if (!r && !all[n])
      r = curta_fail(fail, -ENOMEM, "no memory");
    if (r)
      break;
    (void)snprintf(file, sizeof file, "%s/%s", dir, name);
    (void)snprintf(all[n]->net, sizeof all[n]->net, "%s", name);
    printf("%s: ", name);
    r = explore_net(&args, file, all[n++], fail);
  }
  (void)snprintf(file, sizeof file, "%s/nets.csv", dir);
  FILE *csv = r ? NULL : fopen(file, "w");
  if (!r && !csv)
    r = curta_fail(fail, -errno, "%s: %s", file, strerror(errno));
  if (!r && curta_points_verdict(all, n, csv))
    r = curta_fail(fail, -ENOMEM, "no memory");
  if (csv && (ferror(csv) | (fclose(csv) != 0)) && !r)
    r = curta_fail(fail, -EIO, "%s cannot be written: %s", file, strerror(errno));
  if (!r)
    printf("%s\n", file);
  for (uint32_t i = 0; i < n; i++)
    free(all[i]);
  return r;
}

int curta_explore(const struct curta_args *args, struct curta_fail *fail)
{
  const char *dir = curta_args_given(args, "--out") ? args->out : "runs/explore";
  struct curta_points *fit;
  int r;
  if (args->nets) {
    r = args->net || curta_args_given(args, "--batch")
            ? curta_usage(fail, "--nets says networks and batches: without --net and --batch")
            : explore_nets(args, dir, fail);
    return r ? curta_status(fail) : 0;
  }
  fit = calloc(1, sizeof *fit);
  if (!fit)
    return 1;
  r = explore_net(args, dir, fit, fail);
  free(fit);
  return r ? curta_status(fail) : 0;
}
