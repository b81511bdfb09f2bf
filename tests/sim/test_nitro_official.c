/* SPDX-License-Identifier: Apache-2.0
 * test_nitro_official.c - the training steps of the official NITRO-D vectors (tests/vectors/nitro-d) on whole devices,
 * the golden one and the Verilog (or what has its names: tests/hls/as_hls.c), through driver and planner, from the
 * weights at the start: once as planned, prediction and weights after each step; once with a probe (nitro_probe.h),
 * every file and every line of crc.txt
 *
 * usage: test_nitro_official [FOLDER]
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"
#include "curta_golden.h"
#include "curta_nitro.h"
#include "nitro_probe.h"
#include "nitro_set.h"
#include "pair.h"

enum { MEM = 64 << 20, IMAGES = 32, CLASSES = 10, TARGET = 32 };

static const char Mlp[] = "algorithm nitro-d\ninput 1 28 28\ndecay 4000 1000\nlinear 100\nlinear 50\nlinear 10\n";
static const char Cnn[] =
    "algorithm nitro-d\ninput 1 14 14\ndecay 2000 300\nhead 256\ntwice\nconv 16 kernel 3 pad 1\n"
    "conv 24 kernel 3 pad 1\nmaxpool 2\nconv 32 kernel 3 pad 1\nmaxpool 2\nlinear 64\nlinear 10\n";

struct set {
  const char *name, *text;
  uint32_t steps, rate[2];
};
static const struct set Sets[] = {
    {"mlp/cold", Mlp, 1, {512, 0}},
    {"mlp/warm", Mlp, 2, {512, 1536}},
    {"cnn/cold", Cnn, 1, {512, 0}},
    {"cnn/warm", Cnn, 2, {512, 512}},
};

struct trainer {
  struct curta_bus bus;
  struct curta_net net;
  struct curta_dev dev;
  struct curta_plan plan;
  struct curta_run run;
  uint32_t (*cmd)[CURTA_CMD_WORDS];
  void *work;
  int probed, failed; /* the plan has a probe; something could not be read */
  struct probe probe;
  int32_t *before[CURTA_MAX_WEIGHTED][2]; /* the weights in front of a step */
  char group[80];
};

static int bad(const struct trainer *t, const char *what, const char *why)
{
  return printf("FAIL %s: %s: %s\n", t->group, what, why) > 0;
}

/* The bus is open. */
static int start(struct trainer *t, uint32_t batch)
{
  struct curta_diag diag = {0, ""};
  struct curta_plan_request q = {.net = &t->net, .batch = batch, .mem_bytes = MEM, .apart = 1};
  int err = curta_dev_open(&t->dev, &t->bus);
  if (err)
    return bad(t, "device", curta_strerror(err));
  q.hw = t->dev.hw;
  q.weight_base = (curta_dev_mark(&t->dev) + 4095u) & ~4095u;
  curta_opt_preset(&q.opt, 0);
  q.work = t->work = malloc(curta_plan_work_bytes());
  err = curta_plan(&t->plan, &q, &diag);
  q.cmd_capacity = t->plan.n_train + t->plan.n_eval;
  q.cmd = t->cmd = malloc((size_t)q.cmd_capacity * CURTA_CMD_BYTES);
  if (!err)
    err = curta_plan(&t->plan, &q, &diag);
  if (err)
    return bad(t, "plan", diag.text);
  if (t->probed && probe_plan(&t->probe, &t->plan))
    return bad(t, "probe", "no memory");
  err = curta_run_open(&t->run, &t->dev, &t->plan);
  return err ? bad(t, "run", curta_strerror(err)) : 0;
}

/* Layer w of the plan in the vectors: B0, B1, ..., and OUT behind the last block. */
static int is_output(const struct trainer *t, uint32_t w)
{
  return w + 1 == t->plan.n_weighted;
}

static int set_weights(struct trainer *t, const char *set, uint32_t w, int head)
{
  char name[16];
  (void)snprintf(name, sizeof name, is_output(t, w) ? "OUT.hW" : head ? "B%u.hW" : "B%u.W", w);
  struct npy a = npy_read("%s/start/%s.npy", set, name);
  int32_t *x = malloc(4 * a.count);
  int err = 0;
  npy_value(t->group, name, (int64_t)a.count, (int64_t)curta_nitro_weights_count(&t->net, w, head));
  for (size_t i = 0; i < a.count; i++)
    x[i] = (int32_t)npy_at(&a, i);
  err = curta_nitro_weights_set(&t->run, w, head, x);
  free(x);
  return err ? bad(t, name, curta_strerror(err)) : 0;
}

/* ------------------------------------------------------------------ comparison */

/* n elements of the matrix of weights of layer w (of its learning layer) that lies at `addr`, 0: where the plan has it,
 * in the outside order. The caller frees them. */
static int32_t *weights_at(struct trainer *t, uint32_t w, int head, uint32_t addr, uint64_t *n)
{
  struct curta_tensor *x = &t->plan.tensor[head ? t->plan.weighted[w].nitro.t_head : t->plan.weighted[w].t_weight],
                      there = *x;
  int32_t *data;
  *n = curta_nitro_weights_count(&t->net, w, head);
  data = malloc(4 * *n);
  if (addr)
    x->addr = addr;
  if (curta_nitro_weights_get(&t->run, w, head, data))
    t->failed = bad(t, x->name, "cannot be read");
  *x = there;
  return data;
}

static void same_weights(struct trainer *t, const char *name, uint32_t w, int head, uint32_t addr)
{
  uint64_t n;
  int32_t *x = weights_at(t, w, head, addr, &n);
  nitro_same(t->group, x, "<i4", n, "%s.npy", name);
  free(x);
}

/* Elements (N,C,H,W) of `elem` bytes at `addr`, 0: where it is, tiles as those of `tensor`. */
static void same_map(struct trainer *t, const char *name, int tensor, uint32_t elem, uint32_t addr, uint32_t channels)
{
  const struct curta_tensor *s = &t->plan.tensor[tensor];
  uint32_t side = t->plan.hw.t, h = s->d[1], width = s->d[2], ct = s->d[3], n = t->plan.batch * channels * h * width;
  uint32_t from = addr ? addr : s->addr;
  int32_t *x = malloc(4 * (size_t)n);
  for (uint32_t i = 0; i < n; i++) {
    uint32_t col = i % width, row = i / width % h, c = i / width / h % channels, image = i / width / h / channels;
    uint32_t tile = ((image / side * h + row) * width + col) * ct + c / side;
    uint32_t at = from + ((tile * side + image % side) * side + c % side) * elem;
    int8_t byte = 0;
    int err = t->bus.mem_read(t->bus.ctx, at, elem == 4 ? (void *)&x[i] : (void *)&byte, elem);
    if (elem == 1)
      x[i] = byte;
    if (err)
      t->failed = bad(t, name, curta_strerror(err));
  }
  nitro_same(t->group, x, "<i4", n, "%s.npy", name);
  free(x);
}

/* Where the probe has the sums in front of a tensor. */
static uint32_t sums(struct trainer *t, int tensor, uint32_t visit)
{
  uint32_t at = t->probe.sums[tensor][visit];
  if (!at)
    t->failed = bad(t, t->plan.tensor[tensor].name, "no command has sums for it");
  return at;
}

/* Weights in front of a step less those behind it: what was subtracted. */
static void same_update(struct trainer *t, const char *name, uint32_t w, int head, const int32_t *before,
                        uint32_t after)
{
  uint64_t n;
  int32_t *x = weights_at(t, w, head, after, &n);
  for (uint64_t i = 0; i < n; i++)
    x[i] = curta_s32((uint32_t)before[i] - (uint32_t)x[i]);
  nitro_same(t->group, x, "<i4", n, "%s.npy", name);
  free(x);
}

/* A name of the vectors: "cnn/warm/s0/B3.p1" and "dW" */
#define NAME(name, prefix, what)                                                                                       \
  char name[80];                                                                                                       \
  (void)snprintf(name, sizeof name, "%s.%s", prefix, what)

static void map(struct trainer *t, const char *prefix, const char *what, int tensor, uint32_t elem, uint32_t addr,
                uint32_t channels)
{
  NAME(name, prefix, what);
  same_map(t, name, tensor, elem, addr, channels);
}

static void weights(struct trainer *t, const char *prefix, const char *what, uint32_t w, int head, uint32_t addr)
{
  NAME(name, prefix, what);
  same_weights(t, name, w, head, addr);
}

/* What a layer's matrix went through in a visit: its gradient, its update, itself. Its names have an h if head. */
static void trained(struct trainer *t, const char *prefix, uint32_t w, int head, uint32_t visit, bool last)
{
  int tensor = head ? t->plan.weighted[w].nitro.t_head : t->plan.weighted[w].t_weight;
  const char *h = head || is_output(t, w) ? "h" : "";
  uint32_t after = last ? 0 : t->probe.first[tensor];
  uint64_t n;
  char what[8];
  NAME(upd, prefix, *h ? "hupd" : "upd");
  (void)snprintf(what, sizeof what, "%sdW", h);
  weights(t, prefix, what, w, head, sums(t, tensor, visit));
  (void)snprintf(what, sizeof what, "%sW", h);
  weights(t, prefix, what, w, head, after);
  if (!visit) {
    same_update(t, upd, w, head, t->before[w][head], after);
  } else {
    int32_t *before = weights_at(t, w, head, t->probe.first[tensor], &n);
    same_update(t, upd, w, head, before, after);
    free(before);
  }
}

/* One visit of a block: everything of its learning layer, deltas, both matrices. */
static void same_visit(struct trainer *t, const char *block, uint32_t w, uint32_t visit)
{
  const struct curta_plan_weighted *l = &t->plan.weighted[w];
  const struct curta_plan_nitro *n = &l->nitro;
  const struct probe *p = &t->probe;
  bool last = visit + 1 == p->visits[l->layer];
  char pass[56];
  (void)snprintf(pass, sizeof pass, "%s.p%u", block, visit);
  map(t, pass, "hz", n->t_predict, 4, sums(t, n->t_predict, visit), CLASSES);
  map(t, pass, "hy", n->t_predict, 1, last ? 0 : p->first[n->t_predict], CLASSES);
  map(t, pass, "hg", n->t_g, 1, last ? 0 : p->first[n->t_g], CLASSES);
  if (n->conv) {
    map(t, pass, "hx", n->t_h, 1, 0, l->o);
    map(t, pass, "dh", n->t_zs, 4, p->dh[w], l->o);
    map(t, pass, "dz", n->t_zs, 4, p->dz[w], l->o);
  } else {
    map(t, pass, "dh", n->t_delta, 4, sums(t, n->t_delta, visit), l->o);
    map(t, pass, "dz", n->t_delta, 4, last ? 0 : p->first[n->t_delta], l->o);
  }
  trained(t, pass, w, 1, visit, last);
  trained(t, pass, w, 0, visit, last);
}

static void same_block(struct trainer *t, const char *step, uint32_t w, uint32_t *pools)
{
  const struct curta_plan_weighted *l = &t->plan.weighted[w];
  const struct curta_plan_nitro *n = &l->nitro;
  uint32_t direct = t->probe.sums[l->t_out][0];
  char block[48], pool[48];
  (void)snprintf(block, sizeof block, "%s/B%u", step, w);
  if (w && t->net.nitro.twice) /* the vectors of the MLP have it as the activation below */
    map(t, block, "x", l->t_in, 1, 0, l->c);
  map(t, block, "z", n->t_zs, 4, direct ? direct : sums(t, n->t_zs, 0), l->o);
  map(t, block, "zs", n->t_zs, 1, 0, l->o);
  map(t, block, "a", n->t_zs, 1, l->pool ? t->probe.act[w] : t->plan.tensor[l->t_out].addr, l->o);
  if (l->pool) {
    (void)snprintf(pool, sizeof pool, "%s/MP%u", step, (*pools)++);
    map(t, pool, "out", l->t_out, 1, 0, l->o);
  }
  npy_value(t->group, "visits", t->probe.visits[l->layer], 1 + (t->net.nitro.twice && !n->conv));
  for (uint32_t visit = 0; visit < t->probe.visits[l->layer]; visit++)
    same_visit(t, block, w, visit);
}

static void same_output(struct trainer *t, const char *step, uint32_t w)
{
  const struct curta_plan_weighted *l = &t->plan.weighted[w];
  char out[48];
  (void)snprintf(out, sizeof out, "%s/OUT", step);
  map(t, out, "hz", l->t_out, 4, sums(t, l->t_out, 0), CLASSES);
  map(t, out, "hy", l->t_out, 1, 0, CLASSES);
  map(t, out, "hg", l->nitro.t_g, 1, 0, CLASSES);
  trained(t, out, w, 0, 0, true);
}

/* All of a step with a probe. */
static void same_all(struct trainer *t, const char *step)
{
  uint32_t pools = 0, output = t->plan.n_weighted - 1;
  for (uint32_t w = 0; w < output; w++)
    same_block(t, step, w, &pools);
  same_output(t, step, output);
}

/* A step as it was planned: weights and prediction. */
static void same_result(struct trainer *t, const char *step)
{
  uint32_t output = t->plan.n_weighted - 1;
  char prefix[56];
  for (uint32_t w = 0; w < output; w++) {
    (void)snprintf(prefix, sizeof prefix, "%s/B%u.p%d", step, w, t->net.nitro.twice && !t->plan.weighted[w].nitro.conv);
    weights(t, prefix, "W", w, 0, 0);
    weights(t, prefix, "hW", w, 1, 0);
  }
  (void)snprintf(prefix, sizeof prefix, "%s/OUT", step);
  map(t, prefix, "hy", t->plan.weighted[output].t_out, 1, 0, CLASSES);
  weights(t, prefix, "hW", output, 0, 0);
}

static void read_before(struct trainer *t)
{
  uint64_t n;
  for (uint32_t w = 0; w < t->plan.n_weighted; w++)
    for (int head = 0; head < 2 - is_output(t, w); head++)
      t->before[w][head] = weights_at(t, w, head, 0, &n);
}

static void free_before(struct trainer *t)
{
  for (uint32_t w = 0; w < t->plan.n_weighted; w++)
    for (int head = 0; head < 2; head++) {
      free(t->before[w][head]);
      t->before[w][head] = 0;
    }
}

static int step(struct trainer *t, const char *set, uint32_t number, uint32_t rate)
{
  uint16_t labels[IMAGES] = {0};
  char name[32];
  int err;
  (void)snprintf(name, sizeof name, "%s/s%u", set, number);
  struct npy x = npy_read("%s/input.npy", name), y = npy_read("%s/label.npy", name);
  for (uint32_t i = 0; i < t->plan.batch * CLASSES; i++)
    if (npy_at(&y, i) == TARGET)
      labels[i / CLASSES] = (uint16_t)(i % CLASSES);
  t->run.rate = rate;
  read_before(t);
  err = curta_batch_write(&t->run, x.data, labels, t->plan.batch);
  if (!err)
    err = curta_step(&t->run);
  if (!err)
    t->probed ? same_all(t, name) : same_result(t, name);
  free_before(t);
  return err ? bad(t, name, curta_strerror(err)) : t->failed;
}

/* One set on the device behind t->bus. */
static int replay(struct trainer *t, const char *device, const struct set *s)
{
  struct curta_diag diag = {0, ""};
  uint32_t batch = (uint32_t)npy_read("%s/s0/input.npy", s->name).shape[0], flags = 1;
  int err = 0;
  (void)snprintf(t->group, sizeof t->group, "official steps %s on %s%s", s->name, device,
                 t->probed ? "" : ", as planned");
  if (batch > IMAGES || curta_net_parse(s->text, strlen(s->text), &t->net, &diag))
    return bad(t, "network", diag.text);
  err = start(t, batch);
  for (uint32_t w = 0; !err && w < t->plan.n_weighted; w++)
    err = set_weights(t, s->name, w, 0) || (!is_output(t, w) && set_weights(t, s->name, w, 1));
  for (uint32_t i = 0; !err && i < s->steps; i++)
    err = step(t, s->name, i, s->rate[i]);
  if (!err)
    err = curta_dev_flags(&t->dev, 0, &flags) != 0;
  npy_value(t->group, "overflow flags", flags, 0);
  probe_free(&t->probe);
  free(t->cmd);
  free(t->work);
  return npy_verdict(t->group) | err;
}

/* Set s on the golden device or the Verilog of a configuration; the Verilog waits for its memory in the second of two
 * sets. device: gets the name. */
static int on_device(char device[32], const char *config, int rtl, const struct set *s, int probed)
{
  static struct trainer t;
  const struct curta_rtl_options o = {
      .config = config, .mem_bytes = MEM, .stall_permille = (s - Sets) % 2 ? 100 : 0, .seed = 1};
  int err;
  memset(&t, 0, sizeof t);
  t.probed = probed;
  err = rtl ? curta_rtl_open(&t.bus, &o) : curta_golden_open(&t.bus, config, MEM);
  if (err)
    return printf("FAIL official steps: %s:%s does not open\n", rtl ? "rtl" : "golden", config) > 0;
  (void)snprintf(device, 32, "%s:%s", t.bus.name, config);
  err = replay(&t, device, s);
  rtl ? curta_rtl_close(&t.bus) : curta_golden_close(&t.bus);
  return err;
}

static int all_sets(const char *config, int rtl)
{
  char device[32], group[64];
  int failed = 0, n = sizeof Sets / sizeof *Sets;
  for (int i = 0; i < n; i++)
    failed |= on_device(device, config, rtl, &Sets[i], 0);
  nitro_set_again();
  for (int i = 0; i < n; i++)
    failed |= on_device(device, config, rtl, &Sets[i], 1);
  (void)snprintf(group, sizeof group, "official steps on %s", device);
  return nitro_set_account(group) | failed;
}

int main(int argc, char **argv)
{
  static const char *const config[] = {"tiny", "base", "large", "host"};
  int failed = 0;
  nitro_set_open(argc > 1 ? argv[1] : "tests/vectors/nitro-d");
  for (int i = 0; i < 4; i++)
    failed |= all_sets(config[i], 0);
  for (int i = 0; i < 3; i++)
    if (pair_built(config[i]))
      failed |= all_sets(config[i], 1);
    else
      printf("official steps: %s is not in this library: not run\n", config[i]);
  return failed;
}
