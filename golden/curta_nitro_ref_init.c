/* SPDX-License-Identifier: Apache-2.0
 * curta_nitro_ref_init.c - see curta_nitro_ref.h: shapes, tensors, initial weights
 */
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include "curta_nitro_ref.h"

static int block(const struct curta_nitro_layer *l)
{
  return l->kind == CURTA_NITRO_CONV || l->kind == CURTA_NITRO_LINEAR;
}

size_t curta_nitro_ref_weights(const struct curta_nitro_layer *l)
{
  return block(l) ? (size_t)l->d.k * (size_t)l->d.c * (size_t)l->d.r * (size_t)l->d.s : 0;
}

static int shape_pool(struct curta_nitro_layer *l)
{
  if (l->r < 1 || l->r > l->d.h || l->r > l->d.w)
    return -EINVAL;
  l->p = l->d.h / l->r;
  l->q = l->d.w / l->r;
  l->pool = (struct curta_nitro_pool){l->r, l->r, 0, 0, l->p, l->q};
  return 0;
}

static int32_t factor(const struct curta_nitro_options *o, int k)
{
  return curta_nitro_scale_factor(o->shifts ? curta_nitro_power(k) : k);
}

/* Learning layer of a block with output (k,p,q), and its head pooling; of the output layer with input (c,h,w). */
static int shape_learning(struct curta_nitro_layer *l, const struct curta_nitro_options *o)
{
  l->learn.inputs = l->kind == CURTA_NITRO_OUTPUT ? l->d.c : l->d.k;
  if (l->kind == CURTA_NITRO_CONV) {
    if (l->p != l->q)
      return -EINVAL; /* the reference knows square maps only */
    l->pool = curta_nitro_head_pool(l->d.k, l->p, o->head_limit);
    l->learn.inputs = l->d.k * l->pool.oh * l->pool.ow;
  }
  l->learn.factor = factor(o, l->learn.inputs);
  return 0;
}

/* Shapes of a layer with input (n,c,h,w). */
static int shape(struct curta_nitro_layer *l, const struct curta_nitro_options *o, int n, int c, int h, int w)
{
  l->d = (struct curta_conv){n, c, h, w, c, 1, 1, 1, 0};
  if (l->kind == CURTA_NITRO_CONV)
    l->d = (struct curta_conv){n, c, h, w, l->k, l->r, l->r, 1, l->pad};
  if (l->kind == CURTA_NITRO_LINEAR || l->kind == CURTA_NITRO_OUTPUT)
    l->d = (struct curta_conv){n, c * h * w, 1, 1, l->kind == CURTA_NITRO_LINEAR ? l->k : o->classes, 1, 1, 1, 0};
  l->p = curta_conv_p(&l->d);
  l->q = curta_conv_q(&l->d);
  l->factor = factor(o, l->d.c * l->d.r * l->d.s);
  if (l->d.k < 1 || l->d.r < 1 || l->p < 1 || l->q < 1)
    return -EINVAL;
  if (l->kind == CURTA_NITRO_MAXPOOL)
    return shape_pool(l);
  if (l->kind == CURTA_NITRO_DROPOUT)
    return l->rate < 0 || l->rate > 250 ? -EINVAL : 0;
  return shape_learning(l, o);
}

static void *zeroed(size_t n, size_t size, int *err)
{
  void *p = calloc(n, size);
  if (!p)
    *err = -ENOMEM;
  return p;
}

static int allocate_learning(struct curta_nitro_layer *l, const struct curta_nitro_options *o)
{
  struct curta_nitro_learning *h = &l->learn;
  size_t n = (size_t)l->d.n, classes = (size_t)o->classes, in = (size_t)h->inputs;
  int err = 0;
  h->z = zeroed(n * classes, 4, &err);
  h->y = zeroed(n * classes, 1, &err);
  h->g = zeroed(n * classes, 1, &err);
  h->wide = zeroed(n * classes, 4, &err);
  h->dw = zeroed(classes * in, 4, &err);
  h->upd = zeroed(classes * in, 4, &err);
  if (block(l))
    h->dx = zeroed(n * in, 4, &err);
  if (l->kind == CURTA_NITRO_CONV) {
    h->pooled = zeroed(n * in, 1, &err);
    h->idx = zeroed(n * in, 4, &err);
  }
  return err;
}

static int allocate(struct curta_nitro_layer *l, const struct curta_nitro_options *o)
{
  size_t out = (size_t)l->d.n * (size_t)l->d.k * (size_t)l->p * (size_t)l->q, w = curta_nitro_ref_weights(l);
  int err = 0;
  if (l->kind != CURTA_NITRO_OUTPUT)
    l->out = zeroed(out, 1, &err);
  if (l->kind == CURTA_NITRO_MAXPOOL)
    l->idx = zeroed(out, 4, &err);
  if (l->kind == CURTA_NITRO_DROPOUT)
    l->wide = zeroed(out, 2, &err);
  if (block(l)) {
    l->z = zeroed(out, 4, &err);
    l->zs = zeroed(out, 1, &err);
    l->delta = zeroed(out, 4, &err);
    l->dz = zeroed(out, 4, &err);
    l->dw = zeroed(w, 4, &err);
    l->upd = zeroed(w, 4, &err);
  }
  return err || l->kind == CURTA_NITRO_MAXPOOL || l->kind == CURTA_NITRO_DROPOUT ? err : allocate_learning(l, o);
}

/* No tensors, so that curta_nitro_ref_free may follow; the caller's own fields stay. */
static void forget(struct curta_nitro_layer *l)
{
  l->learn = (struct curta_nitro_learning){.w = l->learn.w};
  l->z = l->idx = l->delta = l->dz = l->dw = l->upd = 0;
  l->zs = l->out = 0;
  l->wide = 0;
}

int curta_nitro_ref_init(struct curta_nitro_ref *net, struct curta_nitro_layer *layer, int layers,
                         const struct curta_nitro_options *opt, int n, int c, int h, int w)
{
  int err =
      layers < 1 || opt->classes < 1 || opt->lr < 1 || opt->amplify < 1 || !curta_nitro_mean(opt->slope) ? -EINVAL : 0;
  *net = (struct curta_nitro_ref){.layer = layer, .layers = layers, .n = n, .c = c, .h = h, .w = w, .opt = *opt};
  for (int i = 0; i < layers; i++) {
    forget(&layer[i]);
    if ((layer[i].kind == CURTA_NITRO_OUTPUT) != (i == layers - 1))
      err = -EINVAL;
  }
  for (int i = 0; i < layers && !err; i++) {
    err = shape(&layer[i], opt, n, c, h, w);
    if (!err)
      err = allocate(&layer[i], opt);
    c = layer[i].d.k;
    h = layer[i].p;
    w = layer[i].q;
  }
  if (err)
    curta_nitro_ref_free(net);
  return err;
}

void curta_nitro_ref_free(struct curta_nitro_ref *net)
{
  for (int i = 0; i < net->layers; i++) {
    struct curta_nitro_layer *l = &net->layer[i];
    struct curta_nitro_learning *h = &l->learn;
    void *tensors[] = {l->z,      l->idx, l->zs, l->out, l->wide, l->delta, l->dz, l->dw,  l->upd,
                       h->pooled, h->idx, h->z,  h->y,   h->g,    h->wide,  h->dw, h->upd, h->dx};
    for (size_t t = 0; t < sizeof tensors / sizeof *tensors; t++)
      free(tensors[t]);
    forget(l);
  }
  memset(net, 0, sizeof *net);
}

static void draw(int32_t *w, size_t n, int32_t bound, uint32_t seed, uint32_t tensor)
{
  for (size_t i = 0; i < n; i++)
    w[i] = curta_nitro_init(curta_rand(seed, tensor, (uint32_t)i), bound);
}

void curta_nitro_ref_draw(struct curta_nitro_ref *net, uint32_t seed)
{
  for (int i = 0; i < net->layers; i++) {
    struct curta_nitro_layer *l = &net->layer[i];
    uint32_t tensor = 2u * (uint32_t)i;
    if (block(l))
      draw(l->w, curta_nitro_ref_weights(l), curta_nitro_init_bound(l->d.c * l->d.r * l->d.s), seed, tensor);
    if (l->kind != CURTA_NITRO_MAXPOOL && l->kind != CURTA_NITRO_DROPOUT)
      draw(l->learn.w, (size_t)(net->opt.classes * l->learn.inputs), curta_nitro_init_bound(l->learn.inputs), seed,
           tensor + 1);
  }
}
