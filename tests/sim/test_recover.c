/* SPDX-License-Identifier: Apache-2.0
 * test_recover.c - the driver after a bus error in the middle of a training step on the RTL: the error names an address that was
 * made to fail; after reset, weights of the last good step and the same batch, the training ends in the same weights as one that
 * was never disturbed (and as golden's)
 *
 * usage: test_recover [CONFIG]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"
#include "curta_golden.h"
#include "curta_rtl.h"

static const char text[] = "input 2 6 6\n"
                           "conv 9 kernel 3 pad 1\n"
                           "relu\n"
                           "maxpool 2\n"
                           "linear 5\n";
enum { BATCH = 11, PIXELS = 72, STEPS = 4, COMMANDS = 4096, MEM = 1 << 20, WEIGHTS = 512 };

struct trainer {
  struct curta_bus bus;
  struct curta_dev dev;
  struct curta_plan plan;
  struct curta_run run;
  int8_t weights[2][WEIGHTS]; /* after the last good step */
  int32_t exponent[2];
};

static struct curta_net net;
static uint32_t commands[COMMANDS][CURTA_CMD_WORDS];

static int save(struct trainer *t)
{
  int err = 0;
  for (uint32_t w = 0; !err && w < t->plan.n_weighted; w++)
    err = curta_weights_get(&t->run, w, t->weights[w]);
  return err;
}

static int load(struct trainer *t)
{
  int err = 0;
  for (uint32_t w = 0; !err && w < t->plan.n_weighted; w++)
    err = curta_weights_set(&t->run, w, t->weights[w], t->exponent[w]);
  return err;
}

/* The bus is open. */
static int start(struct trainer *t)
{
  struct curta_diag diag = {0};
  struct curta_plan_request q = {.net = &net, .batch = BATCH, .mem_bytes = MEM, .cmd = commands, .cmd_capacity = COMMANDS};
  int err = curta_dev_open(&t->dev, &t->bus);
  if (err)
    return err;
  q.hw = t->dev.hw;
  q.weight_base = (curta_dev_mark(&t->dev) + 4095u) & ~4095u;
  curta_opt_preset(&q.opt, "niti-2020");
  q.work = malloc(curta_plan_work_bytes());
  err = curta_plan(&t->plan, &q, &diag);
  free(q.work);
  if (err)
    printf("FAIL recover: %s\n", diag.text);
  err = err ? err : curta_run_open(&t->run, &t->dev, &t->plan);
  t->run.input_exp = -6;
  for (uint32_t w = 0; !err && w < t->plan.n_weighted; w++)
    err = curta_init_weights(&net, t->plan.weighted[w].layer, &q.opt, t->weights[w], &t->exponent[w]);
  return err ? err : load(t);
}

static int step(struct trainer *t)
{
  int8_t x[BATCH * PIXELS];
  uint16_t labels[BATCH];
  for (uint32_t n = 0; n < BATCH; n++) {
    labels[n] = (uint16_t)((n + t->run.step) % 5);
    for (uint32_t i = 0; i < PIXELS; i++)
      x[n * PIXELS + i] = (int8_t)((int)((n * 31 + i * 17 + t->run.step * 7) % 255) - 127);
  }
  int err = curta_batch_write(&t->run, x, labels, BATCH);
  return err ? err : curta_step(&t->run);
}

/* A step in which [lo, hi) of the memory fails, then what a user does about it. Returns 0, or 1 and says why. */
static int disturbed(struct trainer *t, const struct curta_tensor *bad, uint32_t *kinds, uint32_t *errors)
{
  struct curta_error e = {0};
  uint32_t before = t->run.step;
  curta_rtl_inject(&t->bus, bad->addr, bad->addr + 64);
  int err = step(t);
  curta_dev_error(&t->dev, &e);
  curta_rtl_inject(&t->bus, 0, 0);
  if (!err && !e.code) /* this plan does without the tensor */
    return save(t);
  *kinds |= 1u << bad->kind;
  if (err != -EIO || e.code != CURTA_ERR_BUS || t->run.step != before)
    return printf("FAIL recover %s: bus error at %s: status %d, error %s, info 0x%x, step %u after %u\n", t->bus.name, bad->name, err, e.name,
                  e.info, t->run.step, before) > 0;
  if (e.info && (e.info < (bad->addr & ~4095u) || e.info >= bad->addr + 4096))
    return printf("FAIL recover %s: bus error at %s, 0x%x, is reported at 0x%x\n", t->bus.name, bad->name, bad->addr, e.info) > 0;
  ++*errors;
  err = step(t); /* without a reset the device refuses, it does not compute */
  if (err != -EIO)
    return printf("FAIL recover %s: a stopped device took a step: %d\n", t->bus.name, err) > 0;
  err = curta_dev_reset(&t->dev);
  err = err ? err : load(t);
  err = err ? err : step(t);
  err = err ? err : save(t);
  if (err)
    return printf("FAIL recover %s: after the error at %s: %s\n", t->bus.name, bad->name, curta_strerror(err)) > 0;
  return 0;
}

int main(int argc, char **argv)
{
  static struct trainer golden, rtl;
  struct curta_rtl_options o = {.config = argc > 1 ? argv[1] : "tiny", .mem_bytes = MEM, .stall_permille = 100};
  struct curta_diag diag = {0};
  uint32_t errors = 0, kinds = 0;
  const uint32_t all = 1u << CURTA_TENSOR_ACT | 1u << CURTA_TENSOR_WEIGHT | 1u << CURTA_TENSOR_ERROR | 1u << CURTA_TENSOR_INDEX |
                       1u << CURTA_TENSOR_LABEL | 1u << CURTA_TENSOR_PROGRAM;
  int err = curta_net_parse(text, strlen(text), &net, &diag);
  err = err ? err : curta_golden_open(&golden.bus, o.config, MEM);
  err = err ? err : curta_rtl_open(&rtl.bus, &o);
  err = err ? err : start(&golden);
  err = err ? err : start(&rtl);
  if (err)
    return printf("FAIL recover %s: cannot start: %s %s\n", o.config, curta_strerror(err), diag.text) > 0;
  for (uint32_t i = 0; !err && i < rtl.plan.n_tensors; i++) {
    const struct curta_tensor *bad = &rtl.plan.tensor[i];
    if (disturbed(&rtl, bad, &kinds, &errors))
      return 1;
    if (step(&golden) || save(&golden))
      return printf("FAIL recover %s: golden fails\n", o.config) > 0;
  }
  for (uint32_t i = 0; !err && i < STEPS; i++)
    err = step(&golden) || step(&rtl);
  err = err ? err : save(&golden);
  err = err ? err : save(&rtl);
  if (err || memcmp(golden.weights, rtl.weights, sizeof rtl.weights) || (kinds & all) != all)
    return printf("FAIL recover %s: status %d, %u errors in kinds 0x%x, weights %s\n", o.config, err, errors, kinds,
                  memcmp(golden.weights, rtl.weights, sizeof rtl.weights) ? "differ" : "equal") > 0;
  printf("PASS recover %s: %u bus errors in training steps, the same weights as undisturbed\n", o.config, errors);
  curta_golden_close(&golden.bus);
  curta_rtl_close(&rtl.bus);
  return 0;
}
