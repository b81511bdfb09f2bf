/* SPDX-License-Identifier: Apache-2.0
 * twin.c - see twin.h */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_golden.h"
#include "twin.h"

uint32_t rnd(uint32_t *state, uint32_t below)
{
  *state = *state * 1664525u + 1013904223u;
  return below ? (*state >> 8) % below : 0;
}

static int weighted(const struct curta_layer *l)
{
  return l->kind == CURTA_LAYER_CONV || l->kind == CURTA_LAYER_LINEAR;
}

static void ref_layer(struct twin *t, uint32_t i, uint32_t *w)
{
  static const enum curta_ref_kind kinds[] = {CURTA_REF_CONV,    CURTA_REF_LINEAR,  CURTA_REF_RELU,
                                              CURTA_REF_MAXPOOL, CURTA_REF_FLATTEN, CURTA_REF_DROPOUT};
  const struct curta_layer *l = &t->net.layer[i];
  struct curta_ref_layer *r = &t->layer[i];
  r->kind = kinds[l->kind];
  r->k = (int)l->o;
  r->r = r->s = l->kernel;
  r->stride = l->stride;
  r->pad = l->pad;
  if (weighted(l)) {
    size_t n = curta_layer_weights(l);
    int32_t exponent;
    t->weights[*w] = malloc(n);
    curta_init_weights(&t->net, i, &t->opt, t->weights[*w], &exponent);
    r->w = t->weights[*w];
    r->w_exp = exponent;
    r->tensor = CURTA_TAG(i, CURTA_PASS_UPDATE) << 16;
    if (t->opt.frac_bits) {
      r->wf = malloc(2 * n);
      for (size_t j = 0; j < n; j++)
        r->wf[j] = (int16_t)(r->w[j] * (1 << t->opt.frac_bits));
    }
    ++*w;
  }
  if (l->kind == CURTA_LAYER_DROPOUT) {
    t->mask[i] = malloc((size_t)l->c * l->h * l->w);
    r->mask = t->mask[i];
  }
}

/* Stochastic rounding of a gradient counts elements in the device's tile order: where element (o; c,r,s) of the outside
 * order lies. */
static uint32_t *tile_order(const struct twin *t, uint32_t w)
{
  const struct curta_plan_weighted *l = &t->plan.weighted[w];
  const struct curta_layer *layer = &t->net.layer[l->layer];
  uint32_t side = t->plan.hw.t, kr = layer->kernel, ks = layer->kernel, n = (uint32_t)curta_layer_weights(layer),
           inputs = n / layer->o;
  uint32_t ot = (l->o + side - 1) / side, ct = (l->c + side - 1) / side, *order = malloc(4ul * n);
  if (layer->kind == CURTA_LAYER_LINEAR) {
    kr = l->fold ? t->net.h : l->r;
    ks = l->fold ? t->net.w : l->s;
  }
  for (uint32_t k = 0; k < n; k++) {
    uint32_t o = k / inputs, j = k % inputs, c = j / (kr * ks), r = j / ks % kr, s = j % ks, i = c;
    if (l->fold == 1) {
      i = c * ks + s;
      s = 0;
    } else if (l->fold == 2) {
      i = j;
      r = s = 0;
    }
    order[k] = ((((r * l->s + s) * ot + o / side) * ct + i / side) * side + o % side) * side + i % side;
  }
  return order;
}

static int open_plan(struct twin *t)
{
  struct curta_plan_request rq = {.net = &t->net,
                                  .opt = t->opt,
                                  .hw = t->dev.hw,
                                  .batch = t->batch,
                                  .weight_base = (curta_dev_mark(&t->dev) + 4095u) & ~4095u,
                                  .mem_bytes = t->dev.mem_bytes};
  struct curta_diag diag = {0};
  t->work = malloc(curta_plan_work_bytes());
  rq.work = t->work;
  if (curta_plan(&t->plan, &rq, &diag)) {
    snprintf(t->why, sizeof t->why, "%s", diag.text);
    return 1;
  }
  rq.cmd_capacity = t->plan.n_train + t->plan.n_eval;
  t->cmd = malloc((size_t)rq.cmd_capacity * CURTA_CMD_BYTES);
  rq.cmd = t->cmd;
  if (curta_plan(&t->plan, &rq, &diag)) {
    snprintf(t->why, sizeof t->why, "second call: %s", diag.text);
    return -1;
  }
  return curta_run_open(&t->run, &t->dev, &t->plan) ? -1 : 0;
}

int twin_open(struct twin *t, uint64_t mem_bytes)
{
  uint32_t w = 0;
  int err = curta_golden_open(&t->bus, t->config, mem_bytes);
  if (!err)
    err = curta_dev_open(&t->dev, &t->bus);
  if (err) {
    snprintf(t->why, sizeof t->why, "cannot open the device: %d", err);
    return -1;
  }
  err = open_plan(t);
  if (err)
    return err;
  for (uint32_t i = 0; i < t->net.n_layers; i++)
    ref_layer(t, i, &w);
  err = curta_ref_init(&t->ref, t->layer, (int)t->net.n_layers, (int)t->batch, (int)t->net.c, (int)t->net.h,
                       (int)t->net.w);
  if (err) {
    snprintf(t->why, sizeof t->why, "reference refuses the network: %d", err);
    return -1;
  }
  t->ref.opt = (struct curta_ref_options){.round_act = (enum curta_round)t->opt.round_act,
                                          .round_err = (enum curta_round)t->opt.round_err,
                                          .round_grad = (enum curta_round)t->opt.round_grad,
                                          .loss_round = (enum curta_round)t->opt.round_loss,
                                          .bump_shift1 = t->opt.bump_shift1,
                                          .wrap = t->opt.wrap,
                                          .decay = t->opt.decay,
                                          .frac_bits = t->opt.frac_bits,
                                          .seed = t->opt.seed};
  t->run.input_exp = -5;
  for (uint32_t i = 0; i < t->plan.n_weighted; i++)
    if (curta_weights_set(&t->run, i, t->weights[i], t->layer[t->plan.weighted[i].layer].w_exp))
      return -1;
  for (uint32_t i = 0; i < t->plan.n_weighted; i++)
    t->layer[t->plan.weighted[i].layer].grad_index = t->order[i] = tile_order(t, i);
  t->x = malloc((size_t)t->batch * t->net.c * t->net.h * t->net.w);
  t->labels = malloc(2u * t->batch);
  return 0;
}

void twin_close(struct twin *t)
{
  for (uint32_t i = 0; i < t->net.n_layers; i++) {
    free(t->layer[i].wf);
    free(t->mask[i]);
  }
  if (t->ref.layer)
    curta_ref_free(&t->ref);
  for (uint32_t i = 0; i < CURTA_MAX_WEIGHTED; i++) {
    free(t->weights[i]);
    free(t->order[i]);
  }
  free(t->x);
  free(t->labels);
  free(t->cmd);
  free(t->work);
  curta_golden_close(&t->bus);
}

static int differ(struct twin *t, const char *what, uint32_t layer, const void *expected, const void *got, size_t n,
                  size_t elem)
{
  for (size_t i = 0; i < n; i++) {
    int32_t e = 0, g = 0;
    if (!memcmp((const char *)expected + i * elem, (const char *)got + i * elem, elem))
      continue;
    memcpy(&e, (const char *)expected + i * elem, elem);
    memcpy(&g, (const char *)got + i * elem, elem);
    snprintf(t->why, sizeof t->why, "%s of layer %u differs at %zu of %zu: expected 0x%x, got 0x%x", what, layer, i, n,
             (unsigned)e, (unsigned)g);
    return -1;
  }
  return 0;
}

static void random_batch(struct twin *t, uint32_t seed)
{
  size_t n = (size_t)t->batch * t->net.c * t->net.h * t->net.w;
  for (size_t i = 0; i < n; i++)
    t->x[i] = (int8_t)((int)rnd(&seed, 255) - 127);
  for (uint32_t i = 0; i < t->batch; i++)
    t->labels[i] = (uint16_t)rnd(&seed, t->net.classes);
}

/* Output of the fused group that starts at net layer i: last layer before the next weighted one. */
static const struct curta_ref_layer *group_end(const struct twin *t, uint32_t i)
{
  while (i + 1 < t->net.n_layers && !weighted(&t->net.layer[i + 1]))
    i++;
  return &t->layer[i];
}

/* Order: from the cause to its consequences, so that the first difference tells most. */
static int compare_layer(struct twin *t, uint32_t w)
{
  const struct curta_plan_weighted *l = &t->plan.weighted[w];
  const struct curta_ref_layer *r = &t->layer[l->layer];
  const struct curta_tensor *act = &t->plan.tensor[l->t_out];
  size_t n_act = (size_t)t->batch * l->o * act->d[1] * act->d[2], n_err = (size_t)t->batch * l->o * l->oh * l->ow;
  size_t n_w = curta_layer_weights(&t->net.layer[l->layer]);
  void *buf = malloc((n_act > n_err ? n_act : n_err) + 4 * n_w);
  int err = 0;
  if (curta_tensor_get(&t->run, l->t_out, t->batch, l->o, act->d[1], act->d[2], buf))
    err = -1;
  err = err ? err : differ(t, "activation", l->layer, group_end(t, l->layer)->out, buf, n_act, 1);
  if (!err)
    err = curta_tensor_get(&t->run, l->t_err, t->batch, l->o, l->oh, l->ow, buf);
  err = err ? err : differ(t, "error", l->layer, r->err_in, buf, n_err, 1);
  if (!err)
    err = curta_grad_get(&t->run, w, buf);
  err = err == -ENOTSUP ? 0 : err ? err : differ(t, "gradient", l->layer, r->grad_acc, buf, n_w, 4);
  if (!err && t->opt.frac_bits) {
    err = curta_master_get(&t->run, w, buf);
    err = err ? err : differ(t, "master weight", l->layer, r->wf, buf, n_w, 2);
  }
  if (!err)
    err = curta_weights_get(&t->run, w, buf);
  err = err ? err : differ(t, "weight", l->layer, r->w, buf, n_w, 1);
  free(buf);
  return err;
}

static int compare(struct twin *t)
{
  struct curta_result res;
  if (curta_result(&t->run, &res)) {
    snprintf(t->why, sizeof t->why, "no result");
    return -1;
  }
  for (uint32_t w = 0; w < t->plan.n_weighted; w++)
    if (compare_layer(t, w))
      return -1;
  if (res.exponent != t->layer[t->net.n_layers - 1].exp || (int)res.correct != t->ref.correct) {
    snprintf(t->why, sizeof t->why, "exponent %d, correct %u; expected %d, %d", res.exponent, res.correct,
             t->layer[t->net.n_layers - 1].exp, t->ref.correct);
    return -1;
  }
  return 0;
}

/* Everything that a step makes for itself holds something old: no step may count on what was there. */
static void poison(struct twin *t)
{
  for (uint32_t i = 0; i < t->plan.n_tensors; i++) {
    const struct curta_tensor *x = &t->plan.tensor[i];
    if (x->kind == CURTA_TENSOR_ERROR || x->kind == CURTA_TENSOR_INDEX || x->kind == CURTA_TENSOR_GRAD ||
        x->kind == CURTA_TENSOR_SPILL || (x->kind == CURTA_TENSOR_ACT && i != (uint32_t)t->plan.t_input))
      memset(t->bus.mem_map(t->bus.ctx, x->addr, x->bytes), 0x55, x->bytes);
  }
}

static int check_eval(struct twin *t)
{
  struct curta_result res;
  size_t n = (size_t)t->batch * t->net.classes;
  int8_t *logits = malloc(n);
  int err, dropout = 0;
  for (uint32_t i = 0; i < t->net.n_layers; i++)
    if (t->mask[i]) {
      memset(t->mask[i], 1, (size_t)t->net.layer[i].c * t->net.layer[i].h * t->net.layer[i].w);
      dropout++;
    }
  curta_ref_forward(&t->ref, t->x, t->run.input_exp);
  err = curta_eval(&t->run);
  if (!err)
    err = curta_result(&t->run, &res);
  if (!err)
    err = curta_logits_get(&t->run, logits);
  if (err)
    snprintf(t->why, sizeof t->why, "evaluation fails: %d", err);
  else
    err = differ(t, "evaluation logit", t->net.n_layers - 1, t->layer[t->net.n_layers - 1].out, logits, n, 1);
  if (!err && res.exponent != t->layer[t->net.n_layers - 1].exp - dropout) {
    snprintf(t->why, sizeof t->why, "exponent of the evaluation %d, expected %d", res.exponent,
             t->layer[t->net.n_layers - 1].exp - dropout);
    err = -1;
  }
  free(logits);
  return err;
}

int twin_step(struct twin *t, uint32_t seed, int32_t mu)
{
  struct curta_error e = {0};
  int err;
  random_batch(t, seed);
  t->run.mu = t->ref.opt.mu = mu;
  t->ref.opt.step = t->run.step;
  err = curta_batch_write(&t->run, t->x, t->labels, t->batch);
  poison(t);
  if (!err)
    err = check_eval(t);
  if (err && t->why[0])
    return -1;
  for (uint32_t i = 0; i < t->net.n_layers; i++)
    if (t->mask[i])
      curta_dropout_mask(&t->net, i, t->opt.seed, t->run.step, (uint8_t *)t->mask[i]);
  curta_ref_forward(&t->ref, t->x, t->run.input_exp);
  curta_ref_backward(&t->ref, t->labels);
  poison(t);
  if (!err)
    err = curta_step(&t->run);
  if (err) {
    curta_dev_error(&t->dev, &e);
    snprintf(t->why, sizeof t->why, "step fails: %d, device error %s at command %u, info 0x%x", err, e.name, e.index,
             e.info);
    return -1;
  }
  return compare(t);
}
