/* SPDX-License-Identifier: Apache-2.0
 * train_open.c - a training up to its first step: options, data, device, weights; fresh or from a checkpoint
 */
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "draw.h"
#include "file.h"
#include "train.h"

static int load_data(struct curta_train *t, struct curta_fail *fail)
{
  const struct curta_net *net = &t->network.net;
  struct curta_data_want want = {t->recipe.data, t->args->data_dir, CURTA_TRAIN,        t->recipe.limit, net->c, net->h,
                                 net->w,         net->classes,      t->network.opt.seed};
  int r = curta_data_load(&t->train_data, &want, fail);
  if (r || t->args->no_eval)
    return r;
  want.split = CURTA_TEST;
  want.limit = t->recipe.test_limit;
  r = curta_data_load(&t->test_data, &want, fail);
  if (!r && (t->test_data.h != t->train_data.h || t->test_data.w != t->train_data.w))
    r = curta_fail(fail, -EINVAL, "training and test images of %s have different sizes", t->recipe.data);
  return r;
}

/* The plans for the batches to come, while their failure costs nothing yet. The first one holds the weights. */
static int make_plans(struct curta_train *t, struct curta_fail *fail)
{
  bool whole = curta_session_is_nitro(&t->session); /* whole batches only */
  const uint32_t batch = t->recipe.batch, sizes[] = {batch, whole ? 0 : t->train_data.n % batch,
                                                     whole || t->test_data.n < batch ? 0 : t->test_data.n % batch,
                                                     t->test_data.n < batch ? t->test_data.n : 0};
  struct curta_planned *p;
  int r = 0;
  for (size_t i = 0; i < sizeof sizes / sizeof *sizes && !r; i++)
    if (sizes[i])
      r = curta_session_plan(&t->session, sizes[i], &p, fail);
  if (r)
    return r;
  if (whole && t->train_data.n < batch)
    return curta_fail(fail, -EINVAL,
                      "only %" PRIu32 " training images: nitro-d takes whole batches of %" PRIu32 " only",
                      t->train_data.n, batch);
  p = t->session.planned[0];
  for (uint32_t i = 0; i < CURTA_MAX_LAYERS; i++)
    for (uint32_t pass = CURTA_PASS_FWD; pass <= CURTA_PASS_DW; pass++)
      t->macs_per_image += p->plan.stat[i][pass].macs;
  t->macs_per_image /= batch;
  return 0;
}

/* The files that a training writes, before anything is spent on it. */
static int may_write(const struct curta_train *t, struct curta_fail *fail)
{
  static const char *const logs[] = {"log.csv", "steps.csv"};
  char path[600];
  int r = curta_file_may_replace(t->checkpoint, fail);
  for (size_t i = 0; i < sizeof logs / sizeof *logs && !r; i++) {
    (void)snprintf(path, sizeof path, "%s/%s", t->args->out, logs[i]);
    r = curta_file_may_replace(path, fail);
  }
  return r;
}

/* What the command line says about the training must be what the checkpoint says. */
static int check_same(const struct curta_train *t, const struct curta_args *args, struct curta_fail *fail)
{
  static const char *const training[] = {"--preset", "--init", "--mu", "--decay", "--master"};
  struct curta_network fresh;
  int r;
  if ((args->data && strcmp(args->data, t->recipe.data) != 0) ||
      (curta_args_given(args, "--batch") && args->batch != t->recipe.batch) ||
      (args->limit && args->limit != t->recipe.limit) ||
      (curta_args_given(args, "--seed") && args->seed != t->network.opt.seed) ||
      (args->augment && !(t->recipe.augment & CURTA_AUGMENT)) ||
      (args->in_order && !(t->recipe.augment & CURTA_IN_ORDER)))
    return curta_usage(fail,
                       "--resume: the checkpoint was made with --data %s --batch %" PRIu32 " --limit %" PRIu32
                       " --seed %" PRIu32 "%s%s: give the same, or leave them out",
                       t->recipe.data, t->recipe.batch, t->recipe.limit, t->network.opt.seed,
                       t->recipe.augment & CURTA_AUGMENT ? " --augment" : "",
                       t->recipe.augment & CURTA_IN_ORDER ? " --in-order" : "");
  r = curta_network_load(&fresh, args, args->net ? NULL : t->network.text, fail);
  if (r)
    return r;
  if (strcmp(fresh.text, t->network.text) != 0)
    r = curta_usage(fail, "--resume: the checkpoint was made with another network than %s", args->net);
  for (size_t i = 0; i < sizeof training / sizeof *training; i++) {
    if (!curta_args_given(args, training[i]))
      continue;
    if (!curta_opt_same(&fresh.opt, &t->network.opt))
      r = curta_usage(fail,
                      "--resume: the checkpoint was made with other training options than %s and its like say: give "
                      "the same, or leave them out",
                      training[i]);
  }
  curta_network_free(&fresh);
  return r;
}

static int open_fresh(struct curta_train *t, struct curta_fail *fail)
{
  int r;
  if (!t->args->overwrite && access(t->checkpoint, F_OK) == 0)
    return curta_usage(fail, "%s exists: add --resume to go on, --overwrite to start anew, or choose another --out",
                       t->checkpoint);
  t->recipe.limit = t->args->limit;
  t->recipe.test_limit = t->args->test_limit;
  t->recipe.augment = (t->args->augment ? CURTA_AUGMENT : 0) | (t->args->in_order ? CURTA_IN_ORDER : 0);
  if (snprintf(t->recipe.data, sizeof t->recipe.data, "%s", t->args->data ? t->args->data : "fashion-mnist") >=
      (int)sizeof t->recipe.data)
    return curta_usage(fail, "unknown data set \"%s\"; there are: %s", t->args->data, curta_data_names());
  r = curta_network_load(&t->network, t->args, NULL, fail);
  if (r)
    return r;
  t->recipe.batch = t->args->batch;
  if (t->network.net.algorithm == CURTA_NITRO_D) {
    if (t->args->augment)
      return curta_usage(fail, "--augment: the network file of nitro-d says it (crop, flip)");
    if (!curta_args_given(t->args, "--batch"))
      t->recipe.batch = t->network.net.nitro.batch;
    t->state.schedule = curta_nitro_schedule_start();
    t->state.schedule.lr = (int32_t)t->network.net.nitro.rate;
  }
  r = load_data(t, fail);
  if (!r)
    r = curta_file_make_dir(t->args->out, fail);
  return r ? r : may_write(t, fail);
}

static int open_resumed(struct curta_train *t, struct curta_st *st, struct curta_fail *fail)
{
  int r;
  if (access(t->checkpoint, F_OK) != 0)
    return curta_usage(fail, "--resume: there is no %s; leave --resume out to start", t->checkpoint);
  r = curta_st_read(st, t->checkpoint, fail);
  if (!r)
    r = curta_checkpoint_network(st, t->args, &t->network, fail);
  if (!r)
    r = curta_checkpoint_state(st, &t->state, &t->recipe, fail);
  if (!r && !t->recipe.data[0]) { /* fetched from a machine, whose package does not say */
    if (!t->args->data || strlen(t->args->data) >= sizeof t->recipe.data)
      r = curta_usage(fail, "--resume: %s does not say what it was trained on: add --data", t->checkpoint);
    else
      (void)snprintf(t->recipe.data, sizeof t->recipe.data, "%s", t->args->data);
  }
  if (!r)
    r = check_same(t, t->args, fail);
  if (t->args->test_limit)
    t->recipe.test_limit = t->args->test_limit;
  if (!r)
    r = load_data(t, fail);
  if (!r && t->state.position > t->train_data.n)
    r = curta_fail(fail, -EINVAL, "%s: its position is image %" PRIu32 " but %s has only %" PRIu32, t->checkpoint,
                   t->state.position, t->recipe.data, t->train_data.n);
  if (!r)
    r = may_write(t, fail);
  if (!r)
    r = curta_log_resume(&t->log, t->state.epoch, t->state.step, fail);
  return r;
}

int curta_train_open(struct curta_train *t, const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_st st;
  int r;
  curta_st_init(&st);
  t->args = args;
  t->session.device.kind = -1;
  curta_log_init(&t->log, args->out);
  if (snprintf(t->checkpoint, sizeof t->checkpoint, "%s/checkpoint.safetensors", args->out) >= 512)
    return curta_usage(fail, "--out: the name is too long");
  r = args->resume ? open_resumed(t, &st, fail) : open_fresh(t, fail);
  if (!r)
    r = curta_session_open(&t->session, &t->network, args->device, args, fail);
  if (!r)
    r = curta_device_memory(&t->session.device, args, fail);
  if (!r)
    r = curta_session_data(&t->session, &t->train_data, fail);
  if (!r)
    r = make_plans(t, fail);
  if (!r)
    r = args->resume ? curta_checkpoint_weights(&st, &t->session, fail) : curta_session_init_weights(&t->session, fail);
  curta_st_free(&st);
  if (r)
    return r;
  t->epoch_images = curta_epoch_images(&t->network.net, t->train_data.n, t->recipe.batch);
  t->epochs = t->network.net.algorithm == CURTA_NITRO_D && !curta_args_given(args, "--epochs")
                  ? t->network.net.nitro.epochs
                  : args->epochs;
  t->order = malloc((size_t)t->train_data.n * sizeof *t->order);
  return t->order ? 0 : curta_fail(fail, -ENOMEM, "no memory");
}

void curta_train_close(struct curta_train *t)
{
  curta_session_close(&t->session);
  curta_data_free(&t->train_data);
  curta_data_free(&t->test_data);
  curta_network_free(&t->network);
  curta_log_free(&t->log);
  free(t->order);
  free(t);
}
