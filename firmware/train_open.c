/* SPDX-License-Identifier: Apache-2.0
 * train_open.c - from a training package to a planned network with weights on the device
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "feed.h"
#include "host.h"
#include "soc.h"
#include "train.h"

#define ALIGN 4096u
#define WORK_BYTES 524288u

/* The plan's commands are uploaded before weights are drawn. */
static SOC_SHARED union {
  uint32_t commands[CURTA_ALONE_COMMANDS][CURTA_CMD_WORDS];
  int16_t draws[CURTA_ALONE_LAYER_WEIGHTS];
} early;
static SOC_SHARED uint64_t work[WORK_BYTES / 8];
static SOC_SHARED int8_t weights[CURTA_ALONE_LAYER_WEIGHTS];
static SOC_SHARED struct curta_plan the_plan;

static int fail_flash(int err)
{
  return host_fail(err, "checkpoint", err == -ENOSPC ? "the weights are larger than a slot" : "the flash fails");
}

static int plan(struct train *t)
{
  struct curta_plan_request q;
  struct curta_diag diag = {0};
  uint64_t start = soc_time();
  int err;
  if (curta_plan_work_bytes() > sizeof work)
    return host_fail(-ENOSPC, "plan", "the planner needs more memory");
  memset(&q, 0, sizeof q);
  q.net = &t->net;
  err = curta_package_get_opt(t->package, &q.opt);
  if (err)
    return host_fail(err, "package", curta_strerror(err));
  q.hw = t->dev.hw;
  q.batch = t->package->batch;
  q.weight_base = (curta_dev_mark(&t->dev) + ALIGN - 1) / ALIGN * ALIGN;
  q.mem_bytes = t->dev.mem_bytes;
  q.banks = 2;
  q.cmd = early.commands;
  q.cmd_capacity = CURTA_ALONE_COMMANDS;
  q.work = work;
  err = curta_plan(t->plan, &q, &diag);
  if (err)
    return host_fail(err, "plan", diag.text);
  printf("plan: %" PRIu32 " + %" PRIu32 " commands, memory to %" PRIu32 ", %" PRIu32 " kcycles\n", t->plan->n_train,
         t->plan->n_eval, t->plan->end, (uint32_t)((soc_time() - start) / 1000));
  return 0;
}

static int init_weights(struct train *t)
{
  uint64_t start = soc_time();
  uint32_t w = 0;
  for (uint32_t i = 0; i < t->net.n_layers; i++) {
    uint64_t n = curta_layer_weights(&t->net.layer[i]);
    int32_t exponent;
    int err;
    if (!n)
      continue;
    err = curta_init_weights_in(&t->net, i, &t->plan->opt, early.draws, weights, &exponent);
    if (!err)
      err = curta_weights_set(&t->run, w++, weights, exponent);
    if (err)
      return host_fail(err, "weights", curta_strerror(err));
  }
  printf("weights: %" PRIu32 " kcycles\n", (uint32_t)((soc_time() - start) / 1000));
  return 0;
}

static int open_package(struct train *t, const struct curta_package *p)
{
  struct curta_diag diag = {0};
  int err = curta_package_check(p, SOC_PACKAGE_BYTES, &diag);
  if (err)
    return host_fail(err, "package", diag.text);
  t->package = p;
  err = curta_net_parse((const char *)p + p->net, p->net_bytes, &t->net, &diag);
  if (err)
    return host_fail(err, "network", diag.text);
  if (t->net.algorithm != CURTA_NITI)
    return host_fail(-ENOTSUP, "network", "this firmware trains with NITI only");
  if (t->net.c != p->c || t->net.h != p->h || t->net.w != p->w || t->net.classes < p->classes ||
      p->train_n % p->batch || p->test_n % p->batch)
    return host_fail(-EINVAL, "package", "network, data and batch do not fit each other");
  for (uint32_t i = 0; i < t->net.n_layers; i++)
    if (curta_layer_weights(&t->net.layer[i]) > sizeof weights)
      return host_fail(-ENOSPC, "network", "a layer has too many weights for this machine");
  printf("package: %" PRIu32 " + %" PRIu32 " images, batch %" PRIu32 ", %" PRIu32 " epochs, %" PRIu32
         " steps at most\n",
         p->train_n, p->test_n, p->batch, p->epochs, p->steps);
  return 0;
}

/* The weights as they lie in the accelerator's memory, master weights among them. */
static uint8_t *weight_memory(const struct train *t, uint32_t *bytes)
{
  *bytes = t->plan->work_base - t->plan->weight_base;
  return t->dev.bus->mem_map(t->dev.bus->ctx, t->plan->weight_base, *bytes);
}

/* What a checkpoint belongs to: the package, and the side of the tiles in which its weights lie. */
static uint32_t job(const struct train *t)
{
  return t->package->crc ^ t->dev.hw.t;
}

int train_save(struct train *t)
{
  struct checkpoint_state s = {job(t), t->epoch, t->position, t->correct, t->run.step, {0}};
  uint32_t bytes;
  uint8_t *memory = weight_memory(t, &bytes);
  int err;
  if (!t->checkpoint)
    return 0;
  memcpy(s.weight_exp, t->run.weight_exp, sizeof s.weight_exp);
  err = checkpoint_save(t->checkpoint, &s, memory, bytes);
  return err ? fail_flash(err) : 0;
}

/* From the newest checkpoint of this job, or -ENOENT. */
static int resume(struct train *t)
{
  struct checkpoint_state s = {.job = job(t)};
  uint32_t bytes;
  uint8_t *memory = weight_memory(t, &bytes);
  int err = t->checkpoint ? checkpoint_load(t->checkpoint, &s, memory, bytes) : -ENOENT;
  if (err)
    return err;
  t->epoch = s.epoch;
  t->position = s.position;
  t->correct = s.correct;
  t->run.step = s.step;
  memcpy(t->run.weight_exp, s.weight_exp, sizeof s.weight_exp);
  printf("resumed: step %" PRIu32 "\n", s.step);
  return 0;
}

int train_open(struct train *t, const struct curta_bus *bus, const struct curta_package *package,
               struct checkpoint *checkpoint)
{
  int err;
  memset(t, 0, sizeof *t);
  memset(&the_plan, 0, sizeof the_plan);
  t->plan = &the_plan;
  t->checkpoint = checkpoint;
  err = open_package(t, package);
  if (err)
    return err;
  err = curta_dev_open(&t->dev, bus);
  if (err)
    return host_fail(err, "accelerator", curta_strerror(err));
  printf("accelerator: %" PRIu32 "x%" PRIu32 "x%" PRIu32 " array\n", t->dev.hw.r, t->dev.hw.c, t->dev.hw.v);
  err = plan(t);
  if (err)
    return err;
  if (feed_check(t) || package->train_n > CURTA_ALONE_IMAGES)
    return host_fail(-ENOSPC, "package", "batch or data set too large for this machine");
  err = curta_run_open(&t->run, &t->dev, t->plan);
  if (err)
    return host_fail(err, "start", curta_strerror(err));
  t->run.input_exp = package->input_exp;
  err = resume(t);
  if (err == -ENOENT)
    return init_weights(t);
  return err ? fail_flash(err) : 0;
}

int train_weights(struct train *t)
{
  uint32_t w = 0, all = 0;
  for (uint32_t i = 0; i < t->net.n_layers; i++) {
    uint64_t n = curta_layer_weights(&t->net.layer[i]);
    uint32_t crc;
    int err;
    if (!n)
      continue;
    err = curta_weights_get(&t->run, w, weights);
    if (err)
      return host_fail(err, "weights", curta_strerror(err));
    crc = curta_crc32(0, weights, (size_t)n);
    all = curta_crc32(all, &crc, sizeof crc);
    printf("layer %" PRIu32 " weights %08" PRIx32 " exponent %" PRId32 "\n", i, crc, t->run.weight_exp[w]);
    w++;
  }
  host_status->weights_crc = all;
  return 0;
}
