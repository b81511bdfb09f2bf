/* SPDX-License-Identifier: Apache-2.0
 * eval.c - curta eval: accuracy of a checkpoint on the test set
 *
 * A prediction depends on the other images of its batch (shifts are per batch), so --batch belongs to the result.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint.h"
#include "commands.h"
#include "progress.h"

struct eval {
  struct curta_network network;
  struct curta_session session;
  struct curta_data data;
};

/* --net is not needed; if it is given it must say the same. */
static int check_network(const struct eval *e, const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_network named;
  int r;
  if (!args->net)
    return 0;
  r = curta_network_load(&named, args, NULL, fail);
  if (!r && strcmp(named.text, e->network.text) != 0)
    r = curta_usage(fail, "--net: the checkpoint was made with another network than %s; leave --net out", args->net);
  curta_network_free(&named);
  return r;
}

static int evaluate(struct eval *e, const struct curta_st *st, const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_state state = {0};
  struct curta_recipe recipe;
  struct curta_outcome outcome;
  struct curta_planned *p;
  const struct curta_net *net = &e->network.net;
  double start;
  int r = curta_checkpoint_network(st, args, &e->network, fail);
  if (!r)
    r = check_network(e, args, fail);
  if (!r)
    r = curta_checkpoint_state(st, &state, &recipe, fail);
  if (r)
    return r;
  if (curta_args_given(args, "--batch"))
    recipe.batch = args->batch;
  if (!args->data && !recipe.data[0])
    return curta_usage(fail, "%s does not say what it was trained on: add --data", st->path);
  const struct curta_data_want want = {args->data ? args->data : recipe.data,
                                       args->data_dir,
                                       CURTA_TEST,
                                       args->test_limit,
                                       net->c,
                                       net->h,
                                       net->w,
                                       net->classes,
                                       e->network.opt.seed};
  r = curta_data_load(&e->data, &want, fail);
  if (!r)
    r = curta_session_open(&e->session, &e->network, args->device, args, fail);
  if (!r)
    r = curta_device_memory(&e->session.device, args, fail);
  if (!r)
    r = curta_session_data(&e->session, &e->data, fail);
  if (!r)
    r = curta_session_plan(&e->session, e->data.n < recipe.batch ? e->data.n : recipe.batch, &p, fail);
  if (!r)
    r = curta_checkpoint_weights(st, &e->session, fail);
  start = curta_now();
  if (!r)
    r = curta_session_evaluate(&e->session, &e->data, recipe.batch, NULL, &outcome, fail);
  if (r)
    return r;
  printf("accuracy %.2f %% (%" PRIu32 " of %" PRIu32 " test images of %s), loss %.4f, batch %" PRIu32
         ", %s, %.0f images/s\n",
         100.0 * outcome.correct / outcome.images, outcome.correct, outcome.images, e->data.name,
         (double)outcome.loss_micro * 1e-6 / outcome.images, recipe.batch, e->session.device.name,
         outcome.images / (curta_now() - start + 1e-9));
  return 0;
}

int curta_evaluate(const struct curta_args *args, struct curta_fail *fail)
{
  struct eval *e;
  struct curta_st st;
  int r;
  if (!args->checkpoint) {
    (void)curta_usage(
        fail, "--checkpoint is missing: name a file that curta train wrote, e.g. runs/last/checkpoint.safetensors");
    return 2;
  }
  if (curta_st_read(&st, args->checkpoint, fail))
    return curta_status(fail);
  e = calloc(1, sizeof *e);
  if (!e)
    return 1;
  e->session.device.kind = -1;
  r = evaluate(e, &st, args, fail);
  curta_session_close(&e->session);
  curta_data_free(&e->data);
  curta_network_free(&e->network);
  curta_st_free(&st);
  free(e);
  return r ? curta_status(fail) : 0;
}
