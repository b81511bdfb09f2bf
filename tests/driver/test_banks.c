/* SPDX-License-Identifier: Apache-2.0
 * test_banks - a plan of two banks, whose batches are written while steps run and whose steps are launched one behind
 * the other, trains to the bits of a plan of one; with dropout, folded inputs, NITRO-D and as many layers as there are;
 * windows of the input tensor are where curta_input_window says
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_golden.h"
#include "twin.h"

#define BATCH 11u
#define STEPS 7u
#define WEIGHTS 65536u

#define LINEAR2 "linear 9\nrelu\nlinear 9\nrelu\n"
#define LINEAR8 LINEAR2 LINEAR2 LINEAR2 LINEAR2

static const char *const nets[] = {
    "input 1 12 12\nconv 9 kernel 5\nrelu\nmaxpool 2\nflatten\nlinear 20\nrelu\ndropout 0.5\nlinear 5\n",
    "input 1 7 5\nflatten\nlinear 24\nrelu\nlinear 3\n",
    "input 1 11 11\nconv 8 kernel 5 stride 2\nrelu\nflatten\nlinear 6\n",
    "input 3 8 8\nconv 8 kernel 3 pad 1\nrelu\nflatten\nlinear 6\n",
    "algorithm nitro-d\ninput 2 8 8\nrate 512\namplify 64\nhead 64\nconv 8 kernel 3 pad 1\nmaxpool "
    "2\nflatten\nlinear 4\n",
    "input 1 3 3\nflatten\n" LINEAR8 LINEAR8 "linear 4\n",
};
static const int follow[] = {0, 1, 1, 1, 1, 0}; /* may a training step be launched behind another one? */

struct machine {
  struct curta_bus bus;
  struct curta_dev dev;
  struct curta_plan plan;
  struct curta_run run;
  uint32_t (*cmd)[CURTA_CMD_WORDS];
};
static struct machine one, two;
static struct curta_result seen[STEPS + 1]; /* the results of every step, with one bank */
static struct curta_net net;
static union {
  int8_t i8[WEIGHTS];
  int32_t i32[WEIGHTS];
} a, b;

static int set_weights(struct machine *m)
{
  int err = 0;
  for (uint32_t w = 0; w < net.n_weighted && !err; w++)
    if (net.algorithm == CURTA_NITI) {
      int32_t exponent;
      err = curta_init_weights(&net, m->plan.weighted[w].layer, &m->plan.opt, a.i8, &exponent);
      if (!err)
        err = curta_weights_set(&m->run, w, a.i8, exponent);
    } else
      for (int head = 0; head < 2 && !err; head++)
        if (curta_nitro_weights_count(&net, w, head)) {
          err = curta_nitro_weights_init(&net, w, head, 3, a.i32);
          if (!err)
            err = curta_nitro_weights_set(&m->run, w, head, a.i32);
        }
  return err;
}

static int machine_open(struct machine *m, uint8_t banks)
{
  struct curta_diag d = {0, ""};
  struct curta_plan_request r = {
      .net = &net, .batch = BATCH, .weight_base = 8192, .banks = banks, .cmd_capacity = 4000};
  int err = curta_golden_open(&m->bus, "base", 16 << 20);
  if (!err)
    err = curta_dev_open(&m->dev, &m->bus);
  curta_opt_preset(&r.opt, 0);
  r.hw = m->dev.hw;
  r.mem_bytes = m->dev.mem_bytes;
  r.work = malloc(curta_plan_work_bytes());
  r.cmd = m->cmd = malloc(4000ul * CURTA_CMD_BYTES);
  if (!err)
    err = curta_plan(&m->plan, &r, &d);
  free(r.work);
  if (!err)
    err = curta_run_open(&m->run, &m->dev, &m->plan);
  if (err)
    printf("     %s %s\n", curta_strerror(err), d.text);
  m->run.input_exp = -5;
  m->run.mu = 3;
  return err ? err : set_weights(m);
}

static void machine_close(struct machine *m)
{
  if (m->bus.ctx)
    curta_golden_close(&m->bus);
  free(m->cmd);
  memset(m, 0, sizeof *m);
}

static int write(struct machine *m, uint32_t number)
{
  static int8_t x[BATCH * 256];
  uint16_t labels[BATCH];
  uint32_t s = number + 77;
  for (size_t i = 0; i < sizeof x; i++)
    x[i] = (int8_t)((int)rnd(&s, 255) - 127);
  for (uint32_t i = 0; i < BATCH; i++)
    labels[i] = (uint16_t)rnd(&s, net.classes);
  return curta_batch_write(&m->run, x, labels, BATCH);
}

/* Every row of the input tensor is the window that curta_input_window names, or there is none. */
static int windows(struct machine *m)
{
  const struct curta_tensor *t = &m->plan.tensor[m->plan.t_input];
  uint32_t side = m->plan.hw.t, size = net.c * net.h * net.w, s = 5;
  struct curta_window w;
  int8_t x[BATCH * 256];
  const uint8_t *tile = m->bus.mem_map(m->bus.ctx, t->addr, t->bytes);
  int err = curta_input_window(&m->plan, &w), bad = 0;
  if (err)
    return err != -ENOTSUP || net.c == 1;
  for (uint32_t i = 0; i < BATCH * size; i++)
    x[i] = (int8_t)((int)rnd(&s, 255) - 127);
  m->run.bank = m->plan.t_input2 ? 1 : 0;
  if (curta_batch_write(&m->run, x, 0, BATCH))
    return 1;
  for (uint32_t n = 0; n < t->d[0]; n++)
    for (uint32_t y = 0; y < t->d[1]; y++)
      for (uint32_t col = 0; col < t->d[2]; col++)
        for (uint32_t k = 0; k < t->d[3]; k++, tile += side * side)
          for (uint32_t i = 0; i < side * side; i++) {
            uint32_t image = n * side + i / side, at = k * side + i % side;
            int8_t want = image < BATCH && at < w.n ? x[image * size + y * w.step_y + col * w.step_x + at] : 0;
            bad |= (int8_t)tile[i] != want;
          }
  return bad;
}

static int plain(void)
{
  int err = 0;
  for (uint32_t i = 0; i < STEPS && !err; i++)
    err = write(&one, i) || curta_step(&one.run) || curta_result(&one.run, &seen[i]);
  return err || write(&one, 99) || curta_eval(&one.run) || curta_result(&one.run, &seen[STEPS]);
}

/* The same in parts; a batch that is written and staged in between and not launched leaves no trace. */
static int overlapped(void)
{
  struct curta_run *r = &two.run;
  int err =
      curta_launch(r) != -EAGAIN || curta_finish(r) != -EAGAIN || write(&two, 0) || curta_stage(r, CURTA_TRAIN_STEP);
  for (uint32_t i = 0; i < STEPS && !err; i++) {
    err = curta_launch(r) || curta_launch(r) != -EAGAIN;
    if (!err && i == 3)
      err = curta_finish(r) || write(&two, 55) || curta_stage(r, CURTA_EVAL_STEP) || write(&two, 4) ||
            curta_stage(r, CURTA_TRAIN_STEP);
    else if (!err && i + 1 < STEPS)
      err = write(&two, i + 1) || curta_stage(r, CURTA_TRAIN_STEP) || curta_finish(r);
    else if (!err)
      err = write(&two, 99) || curta_stage(r, CURTA_EVAL_STEP) || curta_finish(r);
  }
  return err || curta_launch(r) || curta_finish(r) || r->step != STEPS;
}

/* The results of the step that ended are those of step i. */
static int ended(uint32_t i)
{
  struct curta_result r;
  return curta_finish(&two.run) || curta_result(&two.run, &r) || r.correct != seen[i].correct ||
         r.exponent != seen[i].exponent;
}

/* The golden device works while the host waits for its interrupt, to the end of one step: it is done with both. */
static void work(void)
{
  (void)two.bus.wait_irq(two.bus.ctx, 1000000);
  (void)two.bus.reg_write(two.bus.ctx, CURTA_REG_IRQ_STATUS, 3);
  (void)two.bus.wait_irq(two.bus.ctx, 1000000);
}

/* Each step launched while the one before runs, if it may; both have ended before the host looks. */
static int chained(int follows)
{
  struct curta_run *r = &two.run;
  int err = write(&two, 0) || curta_stage(r, CURTA_TRAIN_STEP) || curta_launch(r);
  for (uint32_t i = 0; i < STEPS && !err; i++) {
    int eval = i + 1 == STEPS, may = follows || (eval && net.n_weighted < CURTA_MAX_WEIGHTED);
    err = write(&two, eval ? 99 : i + 1) || curta_stage(r, eval ? CURTA_EVAL_STEP : CURTA_TRAIN_STEP) ||
          curta_launch(r) != (may ? 0 : -EAGAIN);
    if (!err && may) /* no room for a third one */
      err = curta_launch(r) != -EAGAIN || write(&two, i) != -EAGAIN;
    work();
    err = err || ended(i) || r->step != i + 1 || (!may && curta_launch(r));
  }
  return err || ended(STEPS) || curta_finish(r) != -EAGAIN;
}

static int same(void)
{
  struct curta_result rb;
  if (curta_result(&two.run, &rb) || seen[STEPS].correct != rb.correct || seen[STEPS].exponent != rb.exponent)
    return 0;
  memset(&a, 0, sizeof a);
  memset(&b, 0, sizeof b);
  for (uint32_t w = 0; w < net.n_weighted; w++)
    if (net.algorithm == CURTA_NITI) {
      if (curta_weights_get(&one.run, w, a.i8) || curta_weights_get(&two.run, w, b.i8) ||
          memcmp(a.i8, b.i8, sizeof a.i8))
        return 0;
    } else
      for (int head = 0; head < 2; head++)
        if (curta_nitro_weights_count(&net, w, head) &&
            (curta_nitro_weights_get(&one.run, w, head, a.i32) || curta_nitro_weights_get(&two.run, w, head, b.i32) ||
             memcmp(a.i32, b.i32, sizeof a.i32)))
          return 0;
  return 1;
}

/* Has it learned at all? */
static int learned(struct machine *m)
{
  int32_t exponent;
  uint32_t layer = m->plan.weighted[0].layer;
  return net.algorithm != CURTA_NITI ||
         (!curta_weights_get(&m->run, 0, b.i8) && !curta_init_weights(&net, layer, &m->plan.opt, a.i8, &exponent) &&
          memcmp(a.i8, b.i8, curta_layer_weights(&net.layer[layer])));
}

int main(void)
{
  int failed = 0;
  for (size_t n = 0; n < 2 * (sizeof nets / sizeof *nets); n++) {
    struct curta_diag d = {0, ""};
    const char *what = 0;
    size_t i = n / 2;
    int in_row = n % 2; /* steps launched one behind the other */
    memset(&a, 0, sizeof a);
    memset(&b, 0, sizeof b);
    if (curta_net_parse(nets[i], strlen(nets[i]), &net, &d))
      what = d.text;
    else if (machine_open(&one, 0) || machine_open(&two, 2))
      what = "a plan";
    else if (plain() || (in_row ? chained(follow[i]) : overlapped()))
      what = "a step";
    else if (!same())
      what = "the results differ";
    else if (!learned(&two))
      what = "nothing was learned";
    else if (windows(&one) || windows(&two))
      what = "a row of the input tensor is not its window";
    printf("%s banks%s, network %zu%s%s\n", what ? "FAIL" : "PASS", in_row ? " in a row" : "", i, what ? ": " : "",
           what ? what : "");
    failed |= what != 0;
    machine_close(&one);
    machine_close(&two);
  }
  return failed;
}
