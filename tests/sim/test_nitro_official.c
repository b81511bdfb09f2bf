/* SPDX-License-Identifier: Apache-2.0
 * test_nitro_official.c - the training steps of the official NITRO-D vectors (tests/vectors/nitro-d) on whole devices,
 * the golden one and the Verilog (or what has its names: tests/hls/as_hls.c), through driver and planner: from the weights at the start every zs, prediction and
 * loss gradient that a plan keeps and every weight after each step
 *
 * usage: test_nitro_official [FOLDER]
 *
 * Of a linear block that is visited twice a step (cnn) the device keeps the second visit, which continues the first.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"
#include "curta_golden.h"
#include "curta_rtl.h"
#include "nitro_set.h"

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
  char group[64];
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

static int same_weights(struct trainer *t, const char *prefix, uint32_t w, int head)
{
  uint64_t n = curta_nitro_weights_count(&t->net, w, head);
  int32_t *x = malloc(4 * n);
  int err = curta_nitro_weights_get(&t->run, w, head, x);
  if (!err)
    nitro_same(t->group, x, "<i4", n, "%s.%s.npy", prefix, head || is_output(t, w) ? "hW" : "W");
  free(x);
  return err ? bad(t, prefix, curta_strerror(err)) : 0;
}

static int same_tensor(struct trainer *t, const char *prefix, const char *what, int tensor, uint32_t c, uint32_t h,
                       uint32_t width)
{
  size_t n = (size_t)t->plan.batch * c * h * width;
  int8_t *x = malloc(n);
  int err = curta_tensor_get(&t->run, tensor, t->plan.batch, c, h, width, x);
  if (!err)
    nitro_same(t->group, x, "|i1", n, "%s.%s.npy", prefix, what);
  free(x);
  return err ? bad(t, prefix, curta_strerror(err)) : 0;
}

static int same_layer(struct trainer *t, const char *step, uint32_t w)
{
  const struct curta_plan_weighted *l = &t->plan.weighted[w];
  const struct curta_plan_nitro *n = &l->nitro;
  char block[48], pass[56];
  if (is_output(t, w)) {
    (void)snprintf(pass, sizeof pass, "%s/OUT", step);
    return same_tensor(t, pass, "hy", l->t_out, CLASSES, 1, 1) | same_tensor(t, pass, "hg", n->t_g, CLASSES, 1, 1) |
           same_weights(t, pass, w, 0);
  }
  (void)snprintf(block, sizeof block, "%s/B%u", step, w);
  (void)snprintf(pass, sizeof pass, "%s.p%d", block, t->net.nitro.twice && !n->conv);
  return same_tensor(t, block, "zs", n->t_zs, l->o, l->oh, l->ow) |
         same_tensor(t, pass, "hy", n->t_predict, CLASSES, 1, 1) | same_tensor(t, pass, "hg", n->t_g, CLASSES, 1, 1) |
         same_weights(t, pass, w, 0) | same_weights(t, pass, w, 1);
}

static int step(struct trainer *t, const char *set, uint32_t number, uint32_t rate)
{
  uint16_t labels[IMAGES] = {0};
  char name[32];
  int err, wrong = 0;
  (void)snprintf(name, sizeof name, "%s/s%u", set, number);
  struct npy x = npy_read("%s/input.npy", name), y = npy_read("%s/label.npy", name);
  for (uint32_t i = 0; i < t->plan.batch * CLASSES; i++)
    if (npy_at(&y, i) == TARGET)
      labels[i / CLASSES] = (uint16_t)(i % CLASSES);
  t->run.rate = rate;
  err = curta_batch_write(&t->run, x.data, labels, t->plan.batch);
  if (!err)
    err = curta_step(&t->run);
  if (err)
    return bad(t, name, curta_strerror(err));
  for (uint32_t w = 0; w < t->plan.n_weighted; w++)
    wrong |= same_layer(t, name, w);
  return wrong;
}

/* One set on the device behind t->bus. */
static int replay(struct trainer *t, const char *device, const struct set *s)
{
  struct curta_diag diag = {0, ""};
  uint32_t batch = (uint32_t)npy_read("%s/s0/input.npy", s->name).shape[0], flags = 1;
  int err = 0;
  (void)snprintf(t->group, sizeof t->group, "official steps %s on %s", s->name, device);
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
  free(t->cmd);
  free(t->work);
  return npy_verdict(t->group) | err;
}

int main(int argc, char **argv)
{
  static const char *const golden[] = {"host", "tiny", "base", "large"}, *const rtl[] = {"tiny", "base", "large"};
  static struct trainer t;
  char device[32];
  int failed = 0;
  nitro_set_open(argc > 1 ? argv[1] : "tests/vectors/nitro-d");
  for (size_t s = 0; s < sizeof Sets / sizeof *Sets; s++) {
    for (size_t i = 0; i < sizeof golden / sizeof *golden; i++) {
      memset(&t, 0, sizeof t);
      (void)snprintf(device, sizeof device, "golden:%s", golden[i]);
      if (curta_golden_open(&t.bus, golden[i], MEM))
        return printf("FAIL official steps: %s does not open\n", device) > 0;
      failed |= replay(&t, device, &Sets[s]);
      curta_golden_close(&t.bus);
    }
    for (size_t i = 0; i < sizeof rtl / sizeof *rtl; i++) {
      const struct curta_rtl_options o = {
          .config = rtl[i], .mem_bytes = MEM, .stall_permille = s % 2 ? 100 : 0, .seed = 1};
      memset(&t, 0, sizeof t);
      if (!strstr(curta_rtl_configs(), rtl[i]))
        continue;
      if (curta_rtl_open(&t.bus, &o))
        return printf("FAIL official steps: rtl:%s does not open\n", rtl[i]) > 0;
      (void)snprintf(device, sizeof device, "%s:%s", t.bus.name, rtl[i]);
      failed |= replay(&t, device, &Sets[s]);
      curta_rtl_close(&t.bus);
    }
  }
  return failed;
}
