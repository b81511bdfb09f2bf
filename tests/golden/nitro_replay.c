/* SPDX-License-Identifier: Apache-2.0
 * nitro_replay.c - see nitro_set.h: training steps of the NITRO-D vectors, every tensor of every pass
 */
#include <stdio.h>
#include <stdlib.h>
#include "curta_nitro_ref.h"
#include "nitro_set.h"

struct run {
  const char *set, *group; /* "mlp/cold" */
  struct curta_nitro_ref net;
  int step, block[16], pool[16]; /* numbers that the vectors give to layer i, -1: none */
  int expect_x;                  /* inputs of later blocks have files of their own */
};

static int is_block(const struct curta_nitro_layer *l)
{
  return l->kind == CURTA_NITRO_CONV || l->kind == CURTA_NITRO_LINEAR;
}

static size_t out_size(const struct curta_nitro_layer *l)
{
  return (size_t)(l->d.n * l->d.k * l->p * l->q);
}

static void learning(const struct run *r, const struct curta_nitro_learning *h, const char *prefix)
{
  const char *g = r->group, *set = r->set;
  size_t n = (size_t)(r->net.n * r->net.opt.classes), w = (size_t)(r->net.opt.classes * h->inputs);
  nitro_same(g, h->z, "<i4", n, "%s/s%d/%s.hz.npy", set, r->step, prefix);
  nitro_same(g, h->y, "|i1", n, "%s/s%d/%s.hy.npy", set, r->step, prefix);
  nitro_same(g, h->g, "|i1", n, "%s/s%d/%s.hg.npy", set, r->step, prefix);
  nitro_same(g, h->dw, "<i4", w, "%s/s%d/%s.hdW.npy", set, r->step, prefix);
  nitro_same(g, h->upd, "<i4", w, "%s/s%d/%s.hupd.npy", set, r->step, prefix);
  nitro_same(g, h->w, "<i4", w, "%s/s%d/%s.hW.npy", set, r->step, prefix);
}

static void after_pass(void *arg, const struct curta_nitro_ref *net, int i, int pass)
{
  const struct run *r = arg;
  const struct curta_nitro_layer *l = &net->layer[i];
  const char *g = r->group, *set = r->set;
  size_t w = curta_nitro_ref_weights(l);
  char prefix[16];
  snprintf(prefix, sizeof prefix, "B%d.p%d", r->block[i], pass);
  if (l->kind == CURTA_NITRO_CONV)
    nitro_same(g, l->learn.x, "|i1", (size_t)(net->n * l->learn.inputs), "%s/s%d/%s.hx.npy", set, r->step, prefix);
  learning(r, &l->learn, prefix);
  nitro_same(g, l->delta, "<i4", out_size(l), "%s/s%d/%s.dh.npy", set, r->step, prefix);
  nitro_same(g, l->dz, "<i4", out_size(l), "%s/s%d/%s.dz.npy", set, r->step, prefix);
  nitro_same(g, l->dw, "<i4", w, "%s/s%d/%s.dW.npy", set, r->step, prefix);
  nitro_same(g, l->upd, "<i4", w, "%s/s%d/%s.upd.npy", set, r->step, prefix);
  nitro_same(g, l->w, "<i4", w, "%s/s%d/%s.W.npy", set, r->step, prefix);
}

static void forward(const struct run *r)
{
  const char *g = r->group, *set = r->set;
  for (int i = 0; i < r->net.layers; i++) {
    const struct curta_nitro_layer *l = &r->net.layer[i];
    if (l->kind == CURTA_NITRO_MAXPOOL)
      nitro_same(g, l->out, "|i1", out_size(l), "%s/s%d/MP%d.out.npy", set, r->step, r->pool[i]);
    if (!is_block(l))
      continue;
    if (r->expect_x && i)
      nitro_same(g, r->net.layer[i - 1].out, "|i1", (size_t)(l->d.n * l->d.c * l->d.h * l->d.w), "%s/s%d/B%d.x.npy",
                 set, r->step, r->block[i]);
    nitro_same(g, l->z, "<i4", out_size(l), "%s/s%d/B%d.z.npy", set, r->step, r->block[i]);
    nitro_same(g, l->zs, "|i1", out_size(l), "%s/s%d/B%d.zs.npy", set, r->step, r->block[i]);
    nitro_same(g, l->out, "|i1", out_size(l), "%s/s%d/B%d.a.npy", set, r->step, r->block[i]);
  }
}

/* One-hot rows to labels. */
static void labels_of(const struct run *r, uint16_t *labels)
{
  struct npy y = npy_read("%s/s%d/label.npy", r->set, r->step);
  int classes = r->net.opt.classes;
  for (int n = 0; n < r->net.n; n++)
    for (int c = 0; c < classes; c++)
      if (npy_at(&y, (size_t)(n * classes + c)) == CURTA_NITRO_TARGET)
        labels[n] = (uint16_t)c;
}

static void step(struct run *r, int number, int32_t lr)
{
  uint16_t labels[64];
  struct npy x;
  r->step = number;
  r->net.opt.lr = lr;
  x = npy_read("%s/s%d/input.npy", r->set, number);
  labels_of(r, labels);
  curta_nitro_ref_forward(&r->net, x.data);
  forward(r);
  curta_nitro_ref_backward(&r->net, labels);
  learning(r, &r->net.layer[r->net.layers - 1].learn, "OUT");
}

static int32_t *weights(const char *set, const char *name)
{
  struct npy a = npy_read("%s/start/%s.npy", set, name);
  int32_t *w = malloc(4 * a.count);
  for (size_t i = 0; i < a.count; i++)
    w[i] = (int32_t)npy_at(&a, i);
  return w;
}

static void load(struct run *r, struct curta_nitro_layer *layer, int layers)
{
  int blocks = 0, pools = 0;
  char name[16];
  for (int i = 0; i < layers; i++) {
    r->block[i] = is_block(&layer[i]) ? blocks++ : -1;
    r->pool[i] = layer[i].kind == CURTA_NITRO_MAXPOOL ? pools++ : -1;
    if (is_block(&layer[i])) {
      snprintf(name, sizeof name, "B%d.W", r->block[i]);
      layer[i].w = weights(r->set, name);
      snprintf(name, sizeof name, "B%d.hW", r->block[i]);
      layer[i].learn.w = weights(r->set, name);
    }
  }
  layer[layers - 1].learn.w = weights(r->set, "OUT.hW");
}

static void unload(struct run *r, struct curta_nitro_layer *layer, int layers)
{
  curta_nitro_ref_free(&r->net);
  for (int i = 0; i < layers; i++) {
    free(layer[i].w);
    free(layer[i].learn.w);
  }
}

static void replay(struct run *r, struct curta_nitro_layer *layer, int layers, const struct curta_nitro_options *o,
                   int steps, const int32_t *lr)
{
  struct npy x = npy_read("%s/s0/input.npy", r->set);
  load(r, layer, layers);
  if (curta_nitro_ref_init(&r->net, layer, layers, o, x.shape[0], x.shape[1], x.shape[2], x.shape[3])) {
    printf("FAIL %s: the network does not fit\n", r->group);
    exit(1);
  }
  r->net.after_pass = after_pass;
  r->net.arg = r;
  for (int n = 0; n < steps; n++)
    step(r, n, lr[n]);
  npy_value(r->group, "overflow flags", r->net.flags, 0);
  npy_verdict(r->group);
  unload(r, layer, layers);
}

static void mlp(const char *set, const char *group, int steps, const int32_t *lr)
{
  struct curta_nitro_layer layer[] = {
      {.kind = CURTA_NITRO_LINEAR, .k = 100}, {.kind = CURTA_NITRO_LINEAR, .k = 50}, {.kind = CURTA_NITRO_OUTPUT}};
  struct curta_nitro_options o = curta_nitro_options_default();
  struct run r = {.set = set, .group = group};
  o.decay = 4000;
  o.decay_head = 1000;
  replay(&r, layer, 3, &o, steps, lr);
}

void nitro_replay_mlp(void)
{
  static const int32_t lr[] = {512, 1536};
  mlp("mlp/cold", "mlp, cold", 1, lr);
  mlp("mlp/warm", "mlp, warm, two steps", 2, lr);
}

static void cnn(const char *set, const char *group, int steps, const int32_t *lr)
{
  struct curta_nitro_layer layer[] = {
      {.kind = CURTA_NITRO_CONV, .k = 16, .r = 3, .pad = 1},
      {.kind = CURTA_NITRO_CONV, .k = 24, .r = 3, .pad = 1},
      {.kind = CURTA_NITRO_MAXPOOL, .r = 2},
      {.kind = CURTA_NITRO_CONV, .k = 32, .r = 3, .pad = 1},
      {.kind = CURTA_NITRO_MAXPOOL, .r = 2},
      {.kind = CURTA_NITRO_LINEAR, .k = 64},
      {.kind = CURTA_NITRO_OUTPUT},
  };
  struct curta_nitro_options o = curta_nitro_options_default();
  struct run r = {.set = set, .group = group, .expect_x = 1};
  o.decay = 2000;
  o.decay_head = 300;
  o.head_limit = 256;
  o.twice = 1;
  replay(&r, layer, 7, &o, steps, lr);
}

void nitro_replay_cnn(void)
{
  static const int32_t lr[] = {512, 512};
  cnn("cnn/cold", "cnn, cold", 1, lr);
  cnn("cnn/warm", "cnn, warm, two steps", 2, lr);
}
