/* SPDX-License-Identifier: Apache-2.0
 * train.c - the steps of a training job: the same batches in the same order as `curta train`
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include "draw.h"
#include "host.h"
#include "soc.h"
#include "train.h"

#define NEAR_BYTES 25600u /* batches up to here are prepared in the on-chip RAM: several times faster */
#define BATCH_BYTES 262144u
#define IMAGE_BYTES 4096u
#define IMAGES 65536u

static int8_t near_inputs[NEAR_BYTES];
static SOC_SHARED int8_t far_inputs[BATCH_BYTES];
static uint32_t pixels[IMAGE_BYTES / 4];
static SOC_SHARED uint32_t order[IMAGES];
static uint16_t labels[1024];

static int fail(const struct train *t, int err, const char *what)
{
  struct curta_error error;
  printf("error: %s: %s\n", what, curta_strerror(err));
  if (err == -EIO && curta_dev_error(&t->dev, &error) == 0)
    printf("error: command %" PRIu32 ": %s, %08" PRIx32 "\n", error.index, error.name, error.info);
  return err;
}

/* An image out of the shared memory, in words: offsets of images need not be multiples of 4. */
static const uint8_t *fetch(const uint8_t *from, uint32_t bytes)
{
  uint32_t skip = (uintptr_t)from & 3u;
  const uint32_t *words = (const uint32_t *)(const void *)(from - skip);
  for (uint32_t i = 0; 4 * i < skip + bytes; i++)
    pixels[i] = words[i];
  return (const uint8_t *)pixels + skip;
}

/* Images index[0..batch), or from `first` on where index is null. */
static int write_batch(struct train *t, uint32_t images, uint32_t label_offset, const uint32_t *index, uint32_t first)
{
  const struct curta_package *p = t->package;
  const uint8_t *base = (const uint8_t *)p;
  uint32_t size = p->c * p->h * p->w;
  int8_t *inputs = p->batch * size > sizeof near_inputs ? far_inputs : near_inputs;
  for (uint32_t i = 0; i < p->batch; i++) {
    uint32_t k = index ? index[i] : first + i;
    labels[i] = base[label_offset + k];
    curta_input_apply((const int8_t(*)[256])t->table, 1, p->c, p->h * p->w, fetch(base + images + k * size, size),
                      inputs + i * size);
  }
  return curta_batch_write(&t->run, inputs, labels, p->batch);
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

static int step(struct train *t)
{
  struct curta_result result;
  struct curta_counters before, after;
  int err = write_batch(t, t->package->train_images, t->package->train_labels, order + t->position, 0);
  t->run.mu = curta_mu_at(&t->plan.opt, t->epoch);
  if (!err)
    err = curta_dev_counters(&t->dev, &before);
  if (!err)
    err = curta_step(&t->run);
  if (!err)
    err = curta_dev_counters(&t->dev, &after);
  if (!err)
    err = curta_result(&t->run, &result);
  if (err)
    return fail(t, err, "training step");
  host_status->accel_cycles = (uint32_t)(after.value[CURTA_CNT_CYCLES] - before.value[CURTA_CNT_CYCLES]);
  t->device_cycles += after.value[CURTA_CNT_CYCLES] - before.value[CURTA_CNT_CYCLES];
  t->correct += result.correct;
  t->position += t->package->batch;
  tell(t);
  return 0;
}

static int evaluate(struct train *t, uint32_t *correct)
{
  struct curta_result result;
  *correct = 0;
  for (uint32_t first = 0; first < t->package->test_n; first += t->package->batch) {
    int err = write_batch(t, t->package->test_images, t->package->test_labels, NULL, first);
    if (!err)
      err = curta_eval(&t->run);
    if (!err)
      err = curta_result(&t->run, &result);
    if (err)
      return fail(t, err, "evaluation");
    *correct += result.correct;
  }
  return 0;
}

static int done(const struct train *t)
{
  return *(volatile uint32_t *)&host_status->command == CURTA_ALONE_STOP || t->epoch >= t->package->epochs ||
         (t->package->steps && t->run.step >= t->package->steps);
}

static int epoch(struct train *t)
{
  const struct curta_package *p = t->package;
  uint32_t correct;
  int err = 0;
  curta_draw_order(order, p->train_n, t->plan.opt.seed, t->epoch);
  while (t->position < p->train_n && !done(t)) {
    err = step(t);
    if (err)
      return err;
    printf("step %" PRIu32 " epoch %" PRIu32 " images %" PRIu32 " of %" PRIu32 " correct %" PRIu32 "\n", t->run.step,
           t->epoch + 1, t->position, p->train_n, t->correct);
    if (p->save_steps && t->run.step % p->save_steps == 0)
      err = train_save(t);
    if (err)
      return err;
  }
  if (t->position < p->train_n)
    return 0;
  err = evaluate(t, &correct);
  if (err)
    return err;
  t->epoch++;
  printf("epoch %" PRIu32 " train %" PRIu32 " of %" PRIu32 " test %" PRIu32 " of %" PRIu32 "\n", t->epoch, t->correct,
         p->train_n, correct, p->test_n);
  if (t->epoch <= CURTA_ALONE_EPOCHS) {
    host_status->curve[t->epoch - 1].train = t->correct;
    host_status->curve[t->epoch - 1].test = correct;
  }
  t->position = t->correct = 0;
  tell(t);
  return train_save(t);
}

int train_run(struct train *t)
{
  const struct curta_package *p = t->package;
  uint64_t start = soc_time();
  uint32_t first = t->run.step, steps;
  int err = 0;
  if (p->batch > sizeof labels / sizeof *labels || (uint64_t)p->batch * p->c * p->h * p->w > sizeof far_inputs ||
      p->c * p->h * p->w > sizeof pixels - 4 || p->train_n > IMAGES) {
    printf("error: batch or data set larger than this firmware has room for\n");
    return -ENOSPC;
  }
  tell(t);
  while (!err && !done(t))
    err = epoch(t);
  steps = t->run.step - first;
  if (!err && steps)
    printf("cycles a step: accelerator %" PRIu32 ", all %" PRIu32 "\n", (uint32_t)(t->device_cycles / steps),
           (uint32_t)((soc_time() - start) / steps));
  return err;
}
