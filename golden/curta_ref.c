/* SPDX-License-Identifier: Apache-2.0
 * curta_ref.c - see curta_ref.h
 *
 * Order inside the backward pass of a layer, as in the authors' code: error with the old weights, gradient, update. The
 * layers below the first one with weights need no error.
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "curta_ref.h"

struct curta_ref_options curta_ref_niti2020(void)
{
  return (struct curta_ref_options){.round_act = CURTA_ROUND_PSTO,
                                    .round_err = CURTA_ROUND_PSTO,
                                    .round_grad = CURTA_ROUND_PSTO,
                                    .loss_round = CURTA_ROUND_STOCHASTIC,
                                    .bump_shift1 = 1};
}

static int weighted(const struct curta_ref_layer *l)
{
  return l->kind == CURTA_REF_CONV || l->kind == CURTA_REF_LINEAR;
}

static size_t inputs(const struct curta_ref_layer *l)
{
  return (size_t)l->d.n * (size_t)l->d.c * (size_t)l->d.h * (size_t)l->d.w;
}

static size_t outputs(const struct curta_ref_layer *l)
{
  return (size_t)l->d.n * (size_t)l->d.k * (size_t)l->p * (size_t)l->q;
}

static size_t weights(const struct curta_ref_layer *l)
{
  return (size_t)l->d.k * (size_t)l->d.c * (size_t)l->d.r * (size_t)l->d.s;
}

/* Shapes of a layer with input (n,c,h,w). */
static int shape(struct curta_ref_layer *l, int n, int c, int h, int w)
{
  l->d = (struct curta_conv){n, c, h, w, c, 1, 1, 1, 0};
  if (l->kind == CURTA_REF_LINEAR || l->kind == CURTA_REF_FLATTEN)
    l->d = (struct curta_conv){n, c * h * w, 1, 1, l->kind == CURTA_REF_LINEAR ? l->k : c * h * w, 1, 1, 1, 0};
  if (l->kind == CURTA_REF_CONV)
    l->d = (struct curta_conv){n, c, h, w, l->k, l->r, l->s, l->stride, l->pad};
  if (l->d.stride < 1 || l->d.k < 1 || l->d.r < 1 || l->d.s < 1)
    return -EINVAL;
  l->p = curta_conv_p(&l->d);
  l->q = curta_conv_q(&l->d);
  if (l->kind == CURTA_REF_MAXPOOL) {
    if (l->r < 1 || l->s < 1 || l->r * l->s > 254)
      return -EINVAL;
    l->p = h / l->r;
    l->q = w / l->s;
  }
  return l->p < 1 || l->q < 1 || (weighted(l) && !l->w) ? -EINVAL : 0;
}

static void *zeroed(size_t n, size_t size, int *err)
{
  void *p = calloc(n, size);
  if (!p)
    *err = -ENOMEM;
  return p;
}

/* Tensors of one layer; first: the lowest layer with weights, or below it. */
static int allocate(struct curta_ref_layer *l, int first)
{
  int err = 0;
  l->out = zeroed(outputs(l), 1, &err);
  l->err_in = zeroed(outputs(l), 1, &err);
  if (!first)
    l->err_out = zeroed(inputs(l), 1, &err);
  if (l->kind == CURTA_REF_MAXPOOL)
    l->idx = zeroed(outputs(l), 1, &err);
  if (!weighted(l))
    return err;
  l->acc = zeroed(outputs(l), 4, &err);
  l->grad_acc = zeroed(weights(l), 4, &err);
  l->grad_sum = zeroed(weights(l), 4, &err);
  l->grad = zeroed(weights(l), 1, &err);
  if (!first)
    l->err_acc = zeroed(inputs(l), 4, &err);
  return err;
}

/* Index of the lowest layer with weights. */
static int lowest(const struct curta_ref *net)
{
  int i = 0;
  while (i < net->layers && !weighted(&net->layer[i]))
    i++;
  return i;
}

int curta_ref_init(struct curta_ref *net, struct curta_ref_layer *layer, int layers, int n, int c, int h, int w)
{
  int err = layers < 1 ? -EINVAL : 0;
  *net = (struct curta_ref){.layer = layer, .layers = layers, .n = n, .c = c, .h = h, .w = w};
  for (int i = 0; i < layers; i++) {
    struct curta_ref_layer *l = &layer[i];
    l->acc = l->err_acc = l->grad_acc = l->grad_sum = 0;
    l->out = l->err_in = l->err_out = l->grad = 0;
    l->idx = 0;
  }
  for (int i = 0; i < layers && !err; i++) {
    err = shape(&layer[i], n, c, h, w);
    if (!err)
      err = allocate(&layer[i], i <= lowest(net));
    c = layer[i].d.k;
    h = layer[i].p;
    w = layer[i].q;
  }
  if (!err) {
    size_t logits = outputs(&layer[layers - 1]);
    net->loss_t = zeroed(logits, sizeof *net->loss_t, &err);
    net->loss_g = zeroed(logits, 4, &err);
    net->loss_err = zeroed(logits, 1, &err);
  }
  if (err)
    curta_ref_free(net);
  return err;
}

void curta_ref_free(struct curta_ref *net)
{
  for (int i = 0; i < net->layers; i++) {
    struct curta_ref_layer *l = &net->layer[i];
    free(l->acc);
    free(l->err_acc);
    free(l->grad_acc);
    free(l->grad_sum);
    free(l->out);
    free(l->err_in);
    free(l->err_out);
    free(l->grad);
    free(l->idx);
  }
  free(net->loss_t);
  free(net->loss_g);
  free(net->loss_err);
  memset(net, 0, sizeof *net);
}

/* ------------------------------------------------------------------ forward */

static struct curta_draws draws_of(const struct curta_ref *net, uint32_t tensor)
{
  return (struct curta_draws){.seed = net->opt.seed, .tensor = tensor + net->opt.step};
}

static void forward_weighted(const struct curta_ref *net, struct curta_ref_layer *l, const int8_t *x, int32_t x_exp)
{
  const struct curta_ref_options *o = &net->opt;
  struct curta_draws draws = draws_of(net, o->act_tensor + l->tensor);
  curta_ops_conv(l->acc, x, l->w, &l->d);
  l->act_shift = curta_act_shift(curta_ops_magnitude(l->acc, outputs(l)), o->bump_shift1);
  curta_ops_requant(l->out, l->acc, outputs(l), l->act_shift, o->round_act, o->wrap, &draws);
  l->exp = x_exp + l->w_exp + l->act_shift;
}

static void forward_layer(const struct curta_ref *net, struct curta_ref_layer *l, const int8_t *x, int32_t x_exp)
{
  l->exp = x_exp;
  switch (l->kind) {
  case CURTA_REF_CONV:
  case CURTA_REF_LINEAR:
    forward_weighted(net, l, x, x_exp);
    break;
  case CURTA_REF_RELU:
    curta_ops_relu(l->out, x, inputs(l));
    break;
  case CURTA_REF_MAXPOOL:
    curta_ops_maxpool(l->out, l->idx, x, l->d.n * l->d.c, l->d.h, l->d.w, l->r, l->s);
    break;
  case CURTA_REF_FLATTEN:
    memcpy(l->out, x, inputs(l));
    break;
  case CURTA_REF_DROPOUT:
    curta_ops_mask(l->out, x, l->mask, l->d.n, l->d.c, l->d.h * l->d.w);
    l->exp = x_exp + 1; /* half of the features are gone */
    break;
  }
}

void curta_ref_forward(struct curta_ref *net, const int8_t *x, int32_t x_exp)
{
  net->x = x;
  for (int i = 0; i < net->layers; i++) {
    forward_layer(net, &net->layer[i], x, x_exp);
    x = net->layer[i].out;
    x_exp = net->layer[i].exp;
  }
}

/* ------------------------------------------------------------------ backward */

static void error_weighted(const struct curta_ref *net, struct curta_ref_layer *l)
{
  const struct curta_ref_options *o = &net->opt;
  struct curta_draws draws = draws_of(net, o->err_tensor + l->tensor);
  curta_ops_conv_dx(l->err_acc, l->err_in, l->w, &l->d);
  l->err_shift = curta_act_shift(curta_ops_magnitude(l->err_acc, inputs(l)), o->bump_shift1);
  curta_ops_requant(l->err_out, l->err_acc, inputs(l), l->err_shift, o->round_err, o->wrap, &draws);
}

static void error_layer(const struct curta_ref *net, struct curta_ref_layer *l, const int8_t *x)
{
  switch (l->kind) {
  case CURTA_REF_CONV:
  case CURTA_REF_LINEAR:
    error_weighted(net, l);
    break;
  case CURTA_REF_RELU:
    curta_ops_relu_dx(l->err_out, l->err_in, x, inputs(l));
    break;
  case CURTA_REF_MAXPOOL:
    curta_ops_maxpool_dx(l->err_out, l->err_in, l->idx, l->d.n * l->d.c, l->d.h, l->d.w, l->r, l->s);
    break;
  case CURTA_REF_FLATTEN:
    memcpy(l->err_out, l->err_in, inputs(l));
    break;
  case CURTA_REF_DROPOUT:
    curta_ops_mask(l->err_out, l->err_in, l->mask, l->d.n, l->d.c, l->d.h * l->d.w);
    break;
  }
}

static void update_layer(const struct curta_ref *net, struct curta_ref_layer *l, const int8_t *x)
{
  const struct curta_ref_options *o = &net->opt;
  struct curta_draws draws = draws_of(net, l->tensor);
  size_t n = weights(l);
  draws.index = l->grad_index;
  curta_ops_conv_dw(l->grad_acc, l->err_in, x, &l->d);
  memcpy(l->grad_sum, l->grad_acc, 4 * n);
  if (o->decay)
    curta_ops_decay(l->grad_sum, l->w, n, curta_bitlen(curta_ops_magnitude(l->grad_acc, n)) - 15);
  l->grad_shift = curta_grad_shift(curta_ops_magnitude(l->grad_sum, n), o->mu);
  curta_ops_requant(l->grad, l->grad_sum, n, l->grad_shift, o->round_grad, o->wrap, &draws);
  curta_ops_update(l->w, o->frac_bits ? l->wf : 0, l->grad, n, o->frac_bits);
}

static void loss(struct curta_ref *net, const uint16_t *labels)
{
  struct curta_ref_layer *l = &net->layer[net->layers - 1];
  int classes = l->d.k * l->p * l->q;
  struct curta_draws draws = draws_of(net, net->opt.loss_tensor);
  draws.given = net->opt.loss_draws;
  curta_ops_loss(net->loss_err, net->loss_t, net->loss_g, l->out, labels, net->n, classes, l->exp, net->opt.loss_round,
                 &draws);
  net->correct = curta_ops_correct(l->out, labels, net->n, classes);
}

void curta_ref_backward(struct curta_ref *net, const uint16_t *labels)
{
  const int8_t *err = net->loss_err;
  loss(net, labels);
  for (int i = net->layers - 1; i >= lowest(net); i--) {
    struct curta_ref_layer *l = &net->layer[i];
    const int8_t *x = i ? net->layer[i - 1].out : net->x;
    memcpy(l->err_in, err, outputs(l));
    if (l->err_out)
      error_layer(net, l, x);
    if (weighted(l))
      update_layer(net, l, x);
    err = l->err_out;
  }
}
