/* SPDX-License-Identifier: Apache-2.0
 * nitro_twin.c - see nitro_twin.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_golden.h"
#include "nitro_twin.h"

#define DROPOUT 0x100000u /* as in driver/nitro_run.c */

static void *need(size_t n, size_t size)
{
  void *p = calloc(n + 1, size);
  if (!p)
    abort();
  return p;
}

static size_t images(const struct nitro_twin *t)
{
  return (size_t)t->batch * t->net.c * t->net.h * t->net.w;
}

static size_t outputs(const struct curta_nitro_layer *l)
{
  return (size_t)(l->d.n * l->d.k * l->p * l->q);
}

/* ------------------------------------------------------------------ reference */

static void convert(struct nitro_twin *t, int *layers, uint32_t i)
{
  const struct curta_layer *l = &t->net.layer[i];
  struct curta_nitro_layer *to = &t->layer[*layers];
  if (l->kind == CURTA_LAYER_FLATTEN)
    return;
  *to = (struct curta_nitro_layer){.kind = CURTA_NITRO_LINEAR, .k = (int)l->o, .r = l->kernel, .pad = l->pad};
  to->rate = l->drop_rate;
  if (l->kind == CURTA_LAYER_CONV)
    to->kind = CURTA_NITRO_CONV;
  if (l->kind == CURTA_LAYER_MAXPOOL)
    to->kind = CURTA_NITRO_MAXPOOL;
  if (l->kind == CURTA_LAYER_DROPOUT)
    to->kind = CURTA_NITRO_DROPOUT;
  if (i == t->net.n_layers - 1)
    to->kind = CURTA_NITRO_OUTPUT;
  t->of_layer[(*layers)++] = (int)i;
}

static int open_reference(struct nitro_twin *t)
{
  const struct curta_nitro *o = &t->net.nitro;
  int layers = 0;
  struct curta_nitro_options opt = {(int32_t)o->rate,  (int32_t)o->amplify,    (int32_t)o->slope,
                                    (int32_t)o->decay, (int32_t)o->decay_head, (int)o->head,
                                    o->twice,          (int)t->net.classes,    o->shifts};
  for (uint32_t i = 0; i < t->net.n_layers; i++)
    convert(t, &layers, i);
  if (curta_nitro_ref_init(&t->ref, t->layer, layers, &opt, (int)t->batch, (int)t->net.c, (int)t->net.h,
                           (int)t->net.w)) {
    snprintf(t->why, sizeof t->why, "the reference refuses the network");
    return -1;
  }
  for (int i = 0; i < layers; i++) {
    struct curta_nitro_layer *l = &t->layer[i];
    l->w = need(curta_nitro_ref_weights(l), 4);
    l->learn.w = need((size_t)(opt.classes * l->learn.inputs), 4);
    if (l->kind == CURTA_NITRO_DROPOUT)
      t->keep[i] = need(outputs(l), 1);
  }
  curta_nitro_ref_draw(&t->ref, t->seed);
  return 0;
}

static void masks(struct nitro_twin *t, uint32_t step, int train)
{
  for (int i = 0; i < t->ref.layers; i++) {
    struct curta_nitro_layer *l = &t->layer[i];
    for (uint32_t j = 0; t->keep[i] && j < outputs(l); j++)
      t->keep[i][j] = (int8_t)curta_nitro_keep(curta_rand(t->seed, DROPOUT * (uint32_t)(i + 1) + step, j), l->rate);
    l->keep = train ? t->keep[i] : 0;
  }
}

/* ------------------------------------------------------------------ device */

static int open_device(struct nitro_twin *t, uint64_t mem_bytes)
{
  struct curta_diag diag = {0, ""};
  struct curta_plan_request rq = {
      .net = &t->net, .batch = t->batch, .mem_bytes = mem_bytes, .apart = t->apart, .sequential = t->sequential};
  int err = curta_golden_open(&t->bus, t->config, mem_bytes);
  if (!err)
    err = curta_dev_open(&t->dev, &t->bus);
  if (err) {
    snprintf(t->why, sizeof t->why, "opening %s: %s", t->config, curta_strerror(err));
    return -1;
  }
  curta_opt_preset(&rq.opt, 0);
  rq.opt.seed = t->seed;
  rq.hw = t->dev.hw;
  rq.weight_base = (t->dev.brk + 4095) / 4096 * 4096;
  rq.work = t->work = need(1, curta_plan_work_bytes());
  err = curta_plan(&t->plan, &rq, &diag);
  if (!err) {
    rq.cmd_capacity = t->plan.n_train + t->plan.n_eval;
    rq.cmd = t->cmd = need(rq.cmd_capacity, CURTA_CMD_BYTES);
    err = curta_plan(&t->plan, &rq, &diag);
  }
  if (err) {
    snprintf(t->why, sizeof t->why, "plan: %s", diag.text);
    return 1;
  }
  err = curta_run_open(&t->run, &t->dev, &t->plan);
  if (err)
    snprintf(t->why, sizeof t->why, "run: %s", curta_strerror(err));
  return err ? -1 : 0;
}

/* Calls fn for every matrix of weights of the network: weighted layer, its own (0) or its learning layer's (1). */
static int for_weights(struct nitro_twin *t, int (*fn)(struct nitro_twin *, uint32_t w, int head, int32_t *))
{
  uint32_t w = 0;
  int err = 0;
  for (int i = 0; i < t->ref.layers && !err; i++) {
    struct curta_nitro_layer *l = &t->layer[i];
    if (l->kind == CURTA_NITRO_MAXPOOL || l->kind == CURTA_NITRO_DROPOUT)
      continue;
    if (l->kind != CURTA_NITRO_OUTPUT)
      err = fn(t, w, 0, l->w);
    if (!err)
      err = fn(t, w, l->kind != CURTA_NITRO_OUTPUT, l->learn.w);
    w++;
  }
  return err;
}

static int set(struct nitro_twin *t, uint32_t w, int head, int32_t *weights)
{
  int err = curta_nitro_weights_set(&t->run, w, head, weights);
  if (err)
    snprintf(t->why, sizeof t->why, "weights of layer %u: %s", w, curta_strerror(err));
  return err;
}

int nitro_twin_weights(struct nitro_twin *t)
{
  return for_weights(t, set);
}

/* The driver's initial weights are the reference's. */
static int same_start(struct nitro_twin *t, uint32_t w, int head, int32_t *weights)
{
  uint64_t n = curta_nitro_weights_count(&t->net, w, head);
  int32_t *own = need(n, 4);
  int err = curta_nitro_weights_init(&t->net, w, head, t->seed, own);
  if (err || memcmp(own, weights, 4 * n)) {
    snprintf(t->why, sizeof t->why, "initial weights of layer %u, head %d differ", w, head);
    err = -1;
  }
  free(own);
  return err;
}

int nitro_twin_open(struct nitro_twin *t, uint64_t mem_bytes)
{
  int err = open_reference(t);
  if (!err)
    err = open_device(t, mem_bytes);
  t->x = need(images(t), 1);
  t->labels = need(t->batch, 2);
  if (!err)
    err = for_weights(t, same_start);
  return err ? err : nitro_twin_weights(t);
}

void nitro_twin_close(struct nitro_twin *t)
{
  int layers = t->ref.layers;
  curta_nitro_ref_free(&t->ref);
  for (int i = 0; i < layers; i++) {
    free(t->layer[i].w);
    free(t->layer[i].learn.w);
    free(t->keep[i]);
  }
  if (t->bus.ctx)
    curta_golden_close(&t->bus);
  free(t->cmd);
  free(t->work);
  free(t->x);
  free(t->labels);
}

/* ------------------------------------------------------------------ comparison */

static int same_weights(struct nitro_twin *t, uint32_t w, int head, int32_t *want)
{
  uint64_t n = curta_nitro_weights_count(&t->net, w, head);
  int32_t *got = need(n, 4);
  int err = curta_nitro_weights_get(&t->run, w, head, got);
  for (uint64_t i = 0; i < n && !err; i++)
    if (got[i] != want[i]) {
      snprintf(t->why, sizeof t->why, "step %u: %s weight %u of layer %u: expected %d, got %d", t->run.step,
               head ? "learning" : "forward", (uint32_t)i, w, want[i], got[i]);
      err = -1;
    }
  free(got);
  return err;
}

static int same_bytes(struct nitro_twin *t, uint32_t w, const char *what, int tensor, uint32_t c, uint32_t h,
                      uint32_t width, const int8_t *want)
{
  size_t n = (size_t)t->batch * c * h * width;
  int8_t *got = need(n, 1);
  int err = curta_tensor_get(&t->run, tensor, t->batch, c, h, width, got);
  for (size_t i = 0; i < n && !err; i++)
    if (got[i] != want[i]) {
      snprintf(t->why, sizeof t->why, "step %u: %s %zu of layer %u: expected %d, got %d", t->run.step, what, i, w,
               want[i], got[i]);
      err = -1;
    }
  free(got);
  return err;
}

/* zs, prediction and loss gradient of every block, where they are still there after a step. */
static int same_tensors(struct nitro_twin *t)
{
  uint32_t w = 0;
  int err = 0;
  for (int i = 0; t->apart && i < t->ref.layers - 1 && !err; i++) {
    const struct curta_nitro_layer *l = &t->layer[i];
    const struct curta_plan_weighted *p = &t->plan.weighted[w];
    uint32_t classes = t->net.classes;
    if (l->kind != CURTA_NITRO_CONV && l->kind != CURTA_NITRO_LINEAR)
      continue;
    err = same_bytes(t, w, "zs", p->nitro.t_zs, p->o, p->oh, p->ow, l->zs);
    if (!err)
      err = same_bytes(t, w, "prediction", p->nitro.t_predict, classes, 1, 1, l->learn.y);
    if (!err)
      err = same_bytes(t, w, "loss gradient", p->nitro.t_g, classes, 1, 1, l->learn.g);
    w++;
  }
  return err;
}

static int same_result(struct nitro_twin *t, int train)
{
  struct curta_result r;
  int8_t *logits = need((size_t)t->batch * t->net.classes, 1);
  const struct curta_nitro_learning *out = &t->layer[t->ref.layers - 1].learn;
  int err = curta_result(&t->run, &r), right;
  if (!err)
    err = curta_logits_get(&t->run, logits);
  right = curta_ops_correct(out->y, t->labels, (int)t->batch, (int)t->net.classes);
  if (!err && memcmp(logits, out->y, (size_t)t->batch * t->net.classes)) {
    snprintf(t->why, sizeof t->why, "step %u: the predictions differ", t->run.step);
    err = -1;
  }
  if (!err && r.correct != (uint32_t)right) {
    snprintf(t->why, sizeof t->why, "step %u: expected %d correct, got %u", t->run.step, right, r.correct);
    err = -1;
  }
  if (!err && train && r.flags != t->ref.flags) {
    snprintf(t->why, sizeof t->why, "step %u: expected flags %u, got %u", t->run.step, t->ref.flags, r.flags);
    err = -1;
  }
  t->flags = r.flags;
  free(logits);
  return err;
}

static void random_batch(struct nitro_twin *t, uint32_t seed)
{
  for (size_t i = 0; i < images(t); i++)
    t->x[i] = (int8_t)(t->positive ? (int)(curta_rand(seed, 1, (uint32_t)i) % 128)
                                   : (int)(curta_rand(seed, 1, (uint32_t)i) % 255) - 127);
  for (uint32_t i = 0; i < t->batch; i++)
    t->labels[i] = (uint16_t)(curta_rand(seed, 2, i) % t->net.classes);
}

/* A weight or delta of the reference is wider than the device's operands, and something was computed from it. */
static int beyond(const struct nitro_twin *t)
{
  return (t->ref.flags & CURTA_NITRO_DELTA) || ((t->ref.flags & CURTA_NITRO_WEIGHT) && t->net.nitro.twice);
}

/* Then the device must say so. */
static int same_flags(struct nitro_twin *t)
{
  uint32_t mask = CURTA_NITRO_DELTA | CURTA_NITRO_WEIGHT;
  int err = curta_dev_flags(&t->dev, 0, &t->flags);
  if (err || !(t->flags & t->ref.flags & mask)) {
    snprintf(t->why, sizeof t->why, "step %u: expected flags %u, got %u", t->run.step, t->ref.flags, t->flags);
    return -1;
  }
  return 0;
}

int nitro_twin_step(struct nitro_twin *t, uint32_t seed, uint32_t rate)
{
  int err;
  random_batch(t, seed);
  masks(t, t->run.step, 1);
  t->ref.opt.lr = (int32_t)rate;
  t->run.rate = rate;
  curta_nitro_ref_forward(&t->ref, t->x);
  curta_nitro_ref_backward(&t->ref, t->labels);
  err = curta_batch_write(&t->run, t->x, t->labels, t->batch);
  if (!err)
    err = curta_step(&t->run);
  if (err) {
    struct curta_error e;
    curta_dev_error(&t->dev, &e);
    snprintf(t->why, sizeof t->why, "step: %s, device error %s at command %u, %u", curta_strerror(err), e.name, e.index,
             e.info);
    return -1;
  }
  if (beyond(t))
    return same_flags(t);
  err = same_tensors(t);
  if (!err)
    err = same_result(t, 1);
  return err ? err : for_weights(t, same_weights);
}

int nitro_twin_eval(struct nitro_twin *t, uint32_t seed)
{
  int err;
  random_batch(t, seed);
  masks(t, t->run.step, 0);
  curta_nitro_ref_forward(&t->ref, t->x);
  err = curta_batch_write(&t->run, t->x, t->labels, t->batch);
  if (!err)
    err = curta_eval(&t->run);
  if (err)
    snprintf(t->why, sizeof t->why, "evaluation: %s", curta_strerror(err));
  return err ? err : same_result(t, 0);
}
