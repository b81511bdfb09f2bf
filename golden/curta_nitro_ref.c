/* SPDX-License-Identifier: Apache-2.0
 * curta_nitro_ref.c - see curta_nitro_ref.h: one training step
 *
 * Order inside a local pass, as in the authors' code: prediction of the learning layer with its present weights, loss
 * gradient, delta with the same weights, update of the learning layer, delta through NITRO-ReLU, gradient, update.
 */
#include <string.h>
#include "curta_nitro_ref.h"

struct curta_nitro_options curta_nitro_options_default(void)
{
  return (struct curta_nitro_options){.lr = CURTA_NITRO_LR,
                                      .amplify = CURTA_NITRO_AMPLIFY,
                                      .slope = CURTA_NITRO_SLOPE,
                                      .head_limit = CURTA_NITRO_HEAD,
                                      .classes = 10};
}

static size_t inputs(const struct curta_nitro_layer *l)
{
  return (size_t)l->d.n * (size_t)l->d.c * (size_t)l->d.h * (size_t)l->d.w;
}

static size_t outputs(const struct curta_nitro_layer *l)
{
  return (size_t)l->d.n * (size_t)l->d.k * (size_t)l->p * (size_t)l->q;
}

/* ------------------------------------------------------------------ forward */

static void predict(struct curta_nitro_ref *net, struct curta_nitro_learning *l)
{
  net->flags |= curta_nitro_ops_linear(l->z, l->x, l->w, net->n, net->opt.classes, l->inputs);
  curta_nitro_ops_scale(l->y, l->z, (size_t)(net->n * net->opt.classes), l->factor);
}

static void forward_block(struct curta_nitro_ref *net, struct curta_nitro_layer *l, const int8_t *x)
{
  if (l->kind == CURTA_NITRO_LINEAR)
    net->flags |= curta_nitro_ops_linear(l->z, x, l->w, l->d.n, l->d.k, l->d.c);
  else
    net->flags |= curta_nitro_ops_conv(l->z, x, l->w, &l->d);
  curta_nitro_ops_scale(l->zs, l->z, outputs(l), l->factor);
  curta_nitro_ops_relu(l->out, l->zs, outputs(l), net->opt.slope);
}

static void forward_dropout(struct curta_nitro_layer *l, const int8_t *x)
{
  if (!l->keep) {
    memcpy(l->out, x, inputs(l));
    return;
  }
  curta_nitro_ops_dropout(l->wide, x, l->keep, inputs(l), l->rate);
  for (size_t i = 0; i < inputs(l); i++)
    l->out[i] = (int8_t)l->wide[i];
}

static void forward_layer(struct curta_nitro_ref *net, struct curta_nitro_layer *l, const int8_t *x)
{
  switch (l->kind) {
  case CURTA_NITRO_CONV:
  case CURTA_NITRO_LINEAR:
    forward_block(net, l, x);
    break;
  case CURTA_NITRO_MAXPOOL:
    curta_nitro_ops_pool(l->out, l->idx, x, l->d.n * l->d.c, l->d.h, l->d.w, &l->pool);
    break;
  case CURTA_NITRO_DROPOUT:
    forward_dropout(l, x);
    break;
  case CURTA_NITRO_OUTPUT:
    l->learn.x = x;
    predict(net, &l->learn);
    break;
  }
}

void curta_nitro_ref_forward(struct curta_nitro_ref *net, const int8_t *x)
{
  net->x = x;
  for (int i = 0; i < net->layers; i++) {
    forward_layer(net, &net->layer[i], x);
    x = net->layer[i].out;
  }
}

/* ------------------------------------------------------------------ backward */

static void learning_gradient(struct curta_nitro_ref *net, struct curta_nitro_learning *l, const uint16_t *labels)
{
  int n = net->n, classes = net->opt.classes;
  net->flags |= curta_nitro_ops_loss(l->g, l->y, labels, n, classes);
  for (int i = 0; i < n * classes; i++)
    l->wide[i] = l->g[i];
  net->flags |= curta_nitro_ops_linear_dw(l->dw, l->wide, l->x, n, classes, l->inputs);
}

static void learning_update(struct curta_nitro_ref *net, struct curta_nitro_learning *l)
{
  net->flags |= curta_nitro_ops_update(l->w, l->upd, l->dw, (size_t)(net->opt.classes * l->inputs), net->opt.lr,
                                       net->opt.decay_head);
}

/* Delta of the activation: through the learning layer and the head pooling. */
static void block_delta(struct curta_nitro_ref *net, struct curta_nitro_layer *l)
{
  struct curta_nitro_learning *h = &l->learn;
  net->flags |= curta_nitro_ops_linear_dx(h->dx, h->g, h->w, net->n, net->opt.classes, h->inputs);
  if (l->kind == CURTA_NITRO_CONV)
    curta_nitro_ops_pool_dx(l->delta, h->dx, h->idx, l->d.n * l->d.k, l->p, l->q, &l->pool);
  else
    memcpy(l->delta, h->dx, 4 * outputs(l));
  net->flags |= curta_nitro_ops_delta_flag(l->delta, outputs(l));
}

static void block_update(struct curta_nitro_ref *net, struct curta_nitro_layer *l, const int8_t *x)
{
  const struct curta_nitro_options *o = &net->opt;
  curta_nitro_ops_relu_dx(l->dz, l->delta, l->zs, outputs(l), o->slope);
  if (l->kind == CURTA_NITRO_LINEAR)
    net->flags |= curta_nitro_ops_linear_dw(l->dw, l->dz, x, l->d.n, l->d.k, l->d.c);
  else
    net->flags |= curta_nitro_ops_conv_dw(l->dw, l->dz, x, &l->d);
  net->flags |= curta_nitro_ops_update(l->w, l->upd, l->dw, curta_nitro_ref_weights(l), o->lr * o->amplify, o->decay);
}

/* One visit of a block: it needs nothing from any other block's backward pass. */
static void local_pass(struct curta_nitro_ref *net, int i, int pass, const uint16_t *labels)
{
  struct curta_nitro_layer *l = &net->layer[i];
  l->learn.x = l->out;
  if (l->kind == CURTA_NITRO_CONV) {
    curta_nitro_ops_pool(l->learn.pooled, l->learn.idx, l->out, l->d.n * l->d.k, l->p, l->q, &l->pool);
    l->learn.x = l->learn.pooled;
  }
  predict(net, &l->learn);
  learning_gradient(net, &l->learn, labels);
  block_delta(net, l);
  learning_update(net, &l->learn);
  block_update(net, l, i ? net->layer[i - 1].out : net->x);
  if (net->after_pass)
    net->after_pass(net->arg, net, i, pass);
}

static void output_pass(struct curta_nitro_ref *net, const uint16_t *labels)
{
  struct curta_nitro_learning *l = &net->layer[net->layers - 1].learn;
  net->correct = curta_ops_correct(l->y, labels, net->n, net->opt.classes);
  learning_gradient(net, l, labels);
  learning_update(net, l);
}

void curta_nitro_ref_backward(struct curta_nitro_ref *net, const uint16_t *labels)
{
  output_pass(net, labels);
  for (int i = net->layers - 1; i >= 0; i--)
    if (net->layer[i].kind == CURTA_NITRO_LINEAR)
      local_pass(net, i, 0, labels);
  for (int i = net->layers - 1; i >= 0; i--)
    if (net->layer[i].kind == CURTA_NITRO_CONV)
      local_pass(net, i, 0, labels);
    else if (net->layer[i].kind == CURTA_NITRO_LINEAR && net->opt.twice)
      local_pass(net, i, 1, labels);
}
