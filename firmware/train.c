/* SPDX-License-Identifier: Apache-2.0
 * train.c - the steps of a training job: the same batches in the same order as `curta train`
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "draw.h"
#include "feed.h"
#include "host.h"
#include "soc.h"
#include "train.h"

#define QUIET (1000u * CLOCK_KHZ) /* cycles between lines about steps, at least: a second */

/* Images of one kind that the accelerator sees batch by batch. */
struct part {
  uint32_t images, labels, n;
  const uint32_t *order; /* null: as they lie */
  enum curta_program program;
  int (*took)(struct train *, const struct curta_result *); /* after each batch; 1: no more */
};

static SOC_SHARED uint32_t order[TRAIN_IMAGES];

static int fail(const struct train *t, int err, const char *what)
{
  struct curta_error error;
  (void)host_fail(err, what, curta_strerror(err));
  if (err == -EIO && curta_dev_error(&t->dev, &error) == 0)
    printf("error: command %" PRIu32 ": %s, %08" PRIx32 "\n", error.index, error.name, error.info);
  return err;
}

/* What a host may see. */
static void tell(const struct train *t)
{
  host_status->step = t->run.step;
  host_status->epoch = t->epoch;
  host_status->epochs = t->package->epochs;
  host_status->position = t->position;
  host_status->correct = t->correct;
  host_status->train_n = t->package->train_n;
  host_status->test_n = t->package->test_n;
}

static void say(struct train *t)
{
  t->said = soc_time();
  printf("step %" PRIu32 " epoch %" PRIu32 " images %" PRIu32 " of %" PRIu32 " correct %" PRIu32 "\n", t->run.step,
         t->epoch + 1, t->position, t->package->train_n, t->correct);
}

static int busy_cycles(struct train *t, uint64_t *cycles)
{
  struct curta_counters c;
  int err = curta_dev_counters(&t->dev, &c);
  *cycles = err ? 0 : c.value[CURTA_CNT_CYCLES];
  return err;
}

static int prepare(struct train *t, const struct part *p, uint32_t at)
{
  int err = feed_batch(t, p->images, p->labels, p->order ? p->order + at : NULL, at);
  t->run.mu = curta_mu_at(&t->plan->opt, t->epoch);
  return err ? err : curta_stage(&t->run, p->program);
}

/* What can wait until the accelerator works again: words for people and for a host, and the next batch. */
static int meanwhile(struct train *t, const struct part *p, uint32_t next)
{
  uint64_t cycles;
  int err = 0;
  if (p->program == CURTA_TRAIN_STEP) {
    tell(t);
    if (t->position && soc_time() - t->said > QUIET)
      say(t);
    err = busy_cycles(t, &cycles);
    host_status->accel_cycles = (uint32_t)(cycles - t->looked);
    t->looked = cycles;
  }
  return !err && next < p->n ? prepare(t, p, next) : err;
}

static int last_step(const struct train *t, uint32_t step)
{
  return *(volatile uint32_t *)&host_status->command == CURTA_ALONE_STOP ||
         (t->package->steps && step >= t->package->steps);
}

/* May the accelerator go on to the next batch by itself? Not where the weights between the two are wanted. */
static int follows(const struct train *t, const struct part *p)
{
  uint32_t step = t->run.step + 1, save = t->package->save_steps;
  return p->program == CURTA_EVAL_STEP || (!last_step(t, step) && !(save && step % save == 0));
}

/* The batches from image `at` on: while the accelerator works on one, the core writes the next. */
static int each_batch(struct train *t, const struct part *p, uint32_t at)
{
  struct curta_result result;
  uint32_t next;
  int err = at < p->n ? prepare(t, p, at) : 0, stop = 0, launched = 0;
  t->began = soc_time();
  for (; !err && !stop && at < p->n; at = next) {
    if (!launched)
      err = curta_launch(&t->run);
    next = at + t->package->batch;
    if (!err)
      err = meanwhile(t, p, next);
    launched = !err && next < p->n && follows(t, p) && !curta_launch(&t->run);
    if (!err)
      err = curta_finish(&t->run);
    if (!err)
      err = curta_result(&t->run, &result);
    if (!err)
      stop = p->took(t, &result);
    if (launched) /* it has begun: it counts */
      stop = 0;
  }
  return err ? fail(t, err, p->program == CURTA_TRAIN_STEP ? "training step" : "evaluation") : stop < 0 ? stop : 0;
}

static int done(const struct train *t)
{
  return last_step(t, t->run.step) || t->epoch >= t->package->epochs;
}

static int took_step(struct train *t, const struct curta_result *result)
{
  const struct curta_package *p = t->package;
  int err = 0;
  t->correct += result->correct;
  t->position += p->batch;
  if (p->save_steps && t->run.step % p->save_steps == 0) { /* a step is told before it is saved */
    uint64_t start = soc_time();
    tell(t);
    say(t);
    err = train_save(t);
    t->saving += soc_time() - start;
  }
  return err ? err : done(t);
}

static int took_test(struct train *t, const struct curta_result *result)
{
  t->test_correct += result->correct;
  return 0;
}

static int steps(struct train *t)
{
  const struct curta_package *p = t->package;
  const struct part part = {p->train_images, p->train_labels, p->train_n, order, CURTA_TRAIN_STEP, took_step};
  uint64_t before, after;
  int err = busy_cycles(t, &before);
  t->looked = before;
  t->saving = 0;
  if (!err)
    err = each_batch(t, &part, t->position);
  t->all_cycles += soc_time() - t->began - t->saving;
  tell(t);
  if (!err)
    err = busy_cycles(t, &after);
  if (!err)
    t->device_cycles += after - before;
  return err;
}

static int epoch(struct train *t)
{
  const struct curta_package *p = t->package;
  const struct part test = {p->test_images, p->test_labels, p->test_n, NULL, CURTA_EVAL_STEP, took_test};
  int err;
  curta_draw_order(order, p->train_n, t->plan->opt.seed, t->epoch);
  for (uint32_t i = 0; p->in_order && i < p->train_n; i++)
    order[i] = i;
  err = steps(t);
  if (err || t->position < p->train_n)
    return err;
  t->test_correct = 0;
  err = each_batch(t, &test, 0);
  if (err)
    return err;
  t->epoch++;
  printf("epoch %" PRIu32 " train %" PRIu32 " of %" PRIu32 " test %" PRIu32 " of %" PRIu32 "\n", t->epoch, t->correct,
         p->train_n, t->test_correct, p->test_n);
  if (t->epoch <= CURTA_ALONE_EPOCHS) {
    host_status->curve[t->epoch - 1].train = t->correct;
    host_status->curve[t->epoch - 1].test = t->test_correct;
  }
  t->position = t->correct = 0;
  tell(t);
  return train_save(t);
}

int train_run(struct train *t)
{
  uint32_t first = t->run.step, save = t->package->save_steps, n;
  int err = 0;
  printf("first step: %" PRIu32 " kcycles after power-up\n", (uint32_t)(soc_time() / 1000));
  tell(t);
  while (!err && !done(t))
    err = epoch(t);
  n = t->run.step - first;
  if (!err && n && t->position && !(save && t->run.step % save == 0)) /* it ends within an epoch */
    err = train_save(t);
  if (!err && n)
    printf("cycles of %" PRIu32 " steps, each: accelerator %" PRIu32 ", all %" PRIu32 "\n", n,
           (uint32_t)(t->device_cycles / n), (uint32_t)(t->all_cycles / n));
  return err;
}
