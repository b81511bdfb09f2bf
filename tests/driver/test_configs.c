/* SPDX-License-Identifier: Apache-2.0
 * test_configs.c - a training does not depend on the configuration, the instruction set or the number of threads: after
 * some steps every weight, master weight and logit is the same
 *
 * Usage: test_configs [STEPS]. Not covered, because it is not so: stochastic rounding of gradients, whose draws are
 * numbered in the order of tiles (golden/README.md).
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"
#include "curta_golden.h"

#define MEM_BYTES (64u << 20)

struct training {
  const char *name, *net, *preset;
  uint32_t batch, frac_bits, decay;
};

static const struct training Trainings[] = {
    {"linear layers", "input 1 13 9\nflatten\nlinear 70\nrelu\nlinear 33\nrelu\nlinear 10\n", "niti-2020", 64, 0, 0},
    {"odd sizes",
     "input 3 15 13\nconv 21 kernel 5\nrelu\nmaxpool 2\nconv 50 kernel 3 stride 2 pad 1\nrelu\nflatten\nlinear 7\n",
     "niti-2020", 27, 0, 0},
    {"decay",
     "input 3 16 16\nconv 32 kernel 3 pad 1\nrelu\nmaxpool 2\nconv 48 kernel 3 pad 1\nrelu\nmaxpool 2\nflatten\nlinear "
     "10\n",
     "niti-2020", 33, 0, 1},
    {"master weights, dropout, niti-2021",
     "input 3 12 12\nconv 40 kernel 3 pad 1\nrelu\nmaxpool 2\nconv 17 kernel 3 pad 1\nrelu\nmaxpool "
     "3\nflatten\ndropout 0.5\nlinear 10\n",
     "niti-2021", 50, 6, 0},
};

static uint32_t state;
static uint32_t draw(void)
{
  state = state * 1664525u + 1013904223u;
  return state >> 8;
}

/* What a training leaves: weights, master weights, logits of the last step. */
struct result {
  uint8_t *bytes;
  size_t n;
};

static uint8_t *more(struct result *r, size_t n)
{
  r->bytes = realloc(r->bytes, r->n + n);
  r->n += n;
  return r->bytes + r->n - n;
}

struct machine {
  struct curta_bus bus;
  struct curta_dev dev;
  struct curta_net net;
  struct curta_plan plan;
  struct curta_run run;
  uint32_t (*cmd)[CURTA_CMD_WORDS];
};

static int make_plan(struct machine *m, const struct training *t)
{
  struct curta_plan_request q = {.net = &m->net, .hw = m->dev.hw, .batch = t->batch, .mem_bytes = m->dev.mem_bytes};
  struct curta_diag diag = {0};
  int err;
  q.weight_base = (curta_dev_mark(&m->dev) + 4095u) & ~4095u;
  curta_opt_preset(&q.opt, t->preset);
  q.opt.frac_bits = (uint8_t)t->frac_bits;
  q.opt.decay = (uint8_t)t->decay;
  q.work = malloc(curta_plan_work_bytes());
  err = curta_plan(&m->plan, &q, &diag);
  q.cmd_capacity = m->plan.n_train + m->plan.n_eval;
  q.cmd = m->cmd = malloc((size_t)q.cmd_capacity * CURTA_CMD_BYTES);
  if (!err)
    err = curta_plan(&m->plan, &q, &diag);
  free(q.work);
  if (err)
    printf("FAIL %s: plan: %s\n", t->name, diag.text);
  return err ? err : curta_run_open(&m->run, &m->dev, &m->plan);
}

static int set_weights(struct machine *m)
{
  int err = 0;
  for (uint32_t w = 0; w < m->plan.n_weighted && !err; w++) {
    const struct curta_layer *l = &m->net.layer[m->plan.weighted[w].layer];
    int8_t *weights = malloc(curta_layer_weights(l));
    int32_t exponent;
    err = curta_init_weights(&m->net, m->plan.weighted[w].layer, &m->plan.opt, weights, &exponent);
    if (!err)
      err = curta_weights_set(&m->run, w, weights, exponent);
    free(weights);
  }
  return err;
}

static int step(struct machine *m)
{
  size_t n = (size_t)m->plan.batch * m->net.c * m->net.h * m->net.w;
  int8_t *x = malloc(n);
  uint16_t *labels = malloc(m->plan.batch * sizeof *labels);
  for (size_t i = 0; i < n; i++)
    x[i] = (int8_t)(draw() % 255 - 127);
  for (uint32_t i = 0; i < m->plan.batch; i++)
    labels[i] = (uint16_t)(draw() % m->net.classes);
  int err = curta_batch_write(&m->run, x, labels, m->plan.batch);
  m->run.mu = 3;
  m->run.input_exp = -5;
  if (!err)
    err = curta_step(&m->run);
  free(x);
  free(labels);
  return err;
}

static int collect(struct machine *m, struct result *r)
{
  int err = 0;
  for (uint32_t w = 0; w < m->plan.n_weighted && !err; w++) {
    size_t n = curta_layer_weights(&m->net.layer[m->plan.weighted[w].layer]);
    err = curta_weights_get(&m->run, w, (int8_t *)more(r, n));
    if (!err && m->plan.weighted[w].t_master >= 0) {
      int16_t *master = malloc(2 * n);
      err = curta_master_get(&m->run, w, master);
      memcpy(more(r, 2 * n), master, 2 * n);
      free(master);
    }
  }
  return err ? err : curta_logits_get(&m->run, (int8_t *)more(r, (size_t)m->plan.batch * m->net.classes));
}

static int train(const struct training *t, const char *config, uint32_t steps, struct result *r)
{
  static struct machine m;
  struct curta_diag diag = {0};
  int err;
  memset(&m, 0, sizeof m);
  r->bytes = 0;
  r->n = 0;
  state = 12345;
  err = curta_net_parse(t->net, strlen(t->net), &m.net, &diag);
  if (!err)
    err = curta_golden_open(&m.bus, config, MEM_BYTES);
  if (err) {
    printf("FAIL %s on %s: error %d %s\n", t->name, config, err, diag.text);
    return err;
  }
  err = curta_dev_open(&m.dev, &m.bus);
  if (!err)
    err = make_plan(&m, t);
  if (!err)
    err = set_weights(&m);
  for (uint32_t i = 0; i < steps && !err; i++)
    err = step(&m);
  if (!err)
    err = collect(&m, r);
  if (err)
    printf("FAIL %s on %s: error %d\n", t->name, config, err);
  free(m.cmd);
  curta_golden_close(&m.bus);
  return err;
}

/* 0 if this way to train gives what `want` says. */
static int same(const struct training *t, const char *config, const char *cpu, const char *threads, uint32_t steps,
                const struct result *want)
{
  struct result got;
  size_t i = 0;
  int bad;
  setenv("CURTA_THREADS", threads, 1);
  if (cpu)
    setenv("CURTA_CPU", cpu, 1);
  bad = train(t, config, steps, &got) != 0;
  unsetenv("CURTA_CPU");
  while (!bad && i < want->n && i < got.n && got.bytes[i] == want->bytes[i])
    i++;
  if (!bad && (i < want->n || got.n != want->n))
    bad = printf("FAIL %s: golden:%s, CURTA_CPU %s, %s threads: byte %zu of %zu differs from golden:base\n", t->name,
                 config, cpu ? cpu : "default", threads, i, want->n) > 0;
  free(got.bytes);
  return bad;
}

int main(int argc, char **argv)
{
  static const struct curta_config configs[] = CURTA_CONFIG_TABLE;
  static const char *const threads[] = {"1", "2", "3", "8"};
  uint32_t steps = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 6, ways = 0;
  int failed = 0;
  for (size_t i = 0; i < sizeof Trainings / sizeof *Trainings; i++) {
    const struct training *t = &Trainings[i];
    struct result want, first;
    char cpus[96], *cpu;
    int bad = train(t, "base", steps, &want) || train(t, "base", 0, &first);
    if (!bad && !memcmp(want.bytes, first.bytes, want.n / 2))
      bad = printf("FAIL %s: the steps changed nothing\n", t->name) > 0;
    for (const struct curta_config *c = configs; c->name && !bad; c++, ways++)
      bad = same(t, c->name, 0, "2", steps, &want);
    snprintf(cpus, sizeof cpus, "%s", curta_golden_cpus());
    for (cpu = strtok(cpus, ", "); cpu && !bad; cpu = strtok(0, ", "))
      for (int n = 0; n < 4 && !bad; n++, ways++)
        bad = same(t, "host", cpu, threads[n], steps, &want);
    setenv("CURTA_CONV", "direct", 1);
    bad = bad || same(t, "host", 0, "2", steps, &want);
    unsetenv("CURTA_CONV");
    free(want.bytes);
    free(first.bytes);
    failed |= bad;
  }
  setenv("CURTA_CPU", "abacus", 1);
  struct curta_bus bus;
  if (curta_golden_open(&bus, "host", 1 << 20) == 0)
    failed |= printf("FAIL an unknown CURTA_CPU is accepted\n") > 0;
  unsetenv("CURTA_CPU");
  setenv("CURTA_CONV", "abacus", 1);
  if (curta_golden_open(&bus, "host", 1 << 20) == 0)
    failed |= printf("FAIL an unknown CURTA_CONV is accepted\n") > 0;
  if (!failed)
    printf("PASS %u steps of %zu trainings on every configuration, with %s, on 1 to 8 threads: equal (%u ways)\n",
           steps, sizeof Trainings / sizeof *Trainings, curta_golden_cpus(), ways);
  return failed;
}
