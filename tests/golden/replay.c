/* SPDX-License-Identifier: Apache-2.0
 * replay.c - see replay.h
 *
 * Tensors of the first two steps are compared whole; later steps by shift, exponent and CRC-32 of the weights.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_ref.h"
#include "npy.h"
#include "replay.h"

#define STEPS 40
#define DUMPED 2

struct run {
  const char *set, *group;
  const char *const *name; /* of the layers */
  struct curta_ref net;
  struct npy x, labels, draws;
  FILE *steps;
};

static uint32_t crc32(const void *data, size_t n)
{
  const uint8_t *p = data;
  uint32_t crc = 0xffffffffu;
  for (size_t i = 0; i < n; i++) {
    crc ^= p[i];
    for (int b = 0; b < 8; b++)
      crc = crc >> 1 ^ (crc & 1 ? 0xedb88320u : 0);
  }
  return ~crc;
}

static int weighted(const struct curta_ref_layer *l)
{
  return l->kind == CURTA_REF_CONV || l->kind == CURTA_REF_LINEAR;
}

static size_t weights(const struct curta_ref_layer *l)
{
  return (size_t)(l->d.k * l->d.c * l->d.r * l->d.s);
}

static void dump(const struct run *r, int step, int i)
{
  const struct curta_ref_layer *l = &r->net.layer[i];
  const char *set = r->set, *name = r->name[i], *g = r->group;
  if (l->kind == CURTA_REF_FLATTEN)
    return;
  if (weighted(l)) {
    npy_same(g, l->acc, "<i4", "%s/s%d_%s_act_acc.npy", set, step, name);
    npy_same(g, l->out, "|i1", "%s/s%d_%s_act_out.npy", set, step, name);
    npy_same(g, l->err_in, "|i1", "%s/s%d_%s_err_in.npy", set, step, name);
    npy_same(g, l->grad_acc, "<i4", "%s/s%d_%s_grad_acc.npy", set, step, name);
    npy_same(g, l->grad, "|i1", "%s/s%d_%s_grad.npy", set, step, name);
    npy_same(g, l->w, "|i1", "%s/s%d_%s_w_new.npy", set, step, name);
    if (l->err_acc)
      npy_same(g, l->err_acc, "<i4", "%s/s%d_%s_err_acc.npy", set, step, name);
  } else {
    npy_same(g, l->out, "|i1", "%s/s%d_%s_out.npy", set, step, name);
  }
  if (l->idx)
    npy_same(g, l->idx, "|u1", "%s/s%d_%s_idx.npy", set, step, name);
  if (l->err_out)
    npy_same(g, l->err_out, "|i1", "%s/s%d_%s_err_out.npy", set, step, name);
}

static void dump_step(const struct run *r, int step)
{
  npy_same(r->group, r->net.loss_t, "<i8", "%s/s%d_loss_t.npy", r->set, step);
  npy_same(r->group, r->net.loss_g, "<i4", "%s/s%d_loss_g11.npy", r->set, step);
  npy_same(r->group, r->net.loss_err, "|i1", "%s/s%d_loss_err.npy", r->set, step);
  for (int i = 0; i < r->net.layers; i++)
    dump(r, step, i);
}

static int64_t number(struct run *r)
{
  long long v = 0;
  while (fscanf(r->steps, " %lld", &v) != 1)
    if (fscanf(r->steps, "#%*[^\n]") == EOF) {
      printf("FAIL %s: steps.txt ends early\n", r->group);
      exit(1);
    }
  return v;
}

static void scalar(struct run *r, int step, const char *layer, const char *what, int64_t got)
{
  char text[64];
  snprintf(text, sizeof text, "step %d %s%s", step, layer, what);
  npy_value(r->group, text, got, number(r));
}

static void step(struct run *r, int n)
{
  struct curta_ref *net = &r->net;
  uint16_t labels[64];
  size_t image = r->x.count / STEPS;
  scalar(r, n, "", "number", n);
  net->opt.mu = (int32_t)number(r);
  net->opt.decay = (int)number(r);
  net->opt.loss_draws = (const uint8_t *)r->draws.data + r->draws.count / STEPS * (size_t)n;
  for (int i = 0; i < net->n; i++)
    labels[i] = (uint16_t)npy_at(&r->labels, (size_t)(n * net->n + i));
  curta_ref_forward(net, (const int8_t *)r->x.data + image * (size_t)n, (int32_t)number(r));
  curta_ref_backward(net, labels);
  scalar(r, n, "", "exponent of the logits", net->layer[net->layers - 1].exp);
  scalar(r, n, "", "correct", net->correct);
  for (int i = 0; i < net->layers; i++) {
    const struct curta_ref_layer *l = &net->layer[i];
    if (!weighted(l))
      continue;
    scalar(r, n, r->name[i], ".act_shift", l->act_shift);
    scalar(r, n, r->name[i], ".act_exp", l->exp);
    scalar(r, n, r->name[i], ".err_shift", l->err_out ? l->err_shift : -1);
    scalar(r, n, r->name[i], ".grad_shift", l->grad_shift);
    scalar(r, n, r->name[i], " CRC-32 of the weights", crc32(l->w, weights(l)));
  }
  if (n < DUMPED)
    dump_step(r, n);
}

static void open_run(struct run *r)
{
  char path[512];
  r->x = npy_read("%s/x_q.npy", r->set);
  r->labels = npy_read("%s/labels.npy", r->set);
  r->draws = npy_read("%s/loss_draws.npy", r->set);
  snprintf(path, sizeof path, "tests/vectors/niti/%s/steps.txt", r->set);
  r->steps = fopen(path, "r");
  if (!r->steps) {
    printf("FAIL %s: %s cannot be opened\n", r->group, path);
    exit(1);
  }
}

static void replay(struct run *r, struct curta_ref_layer *layer, int layers)
{
  open_run(r);
  for (int i = 0; i < layers; i++)
    if (weighted(&layer[i]))
      layer[i].w = npy_read("%s/init_%s_w.npy", r->set, r->name[i]).data;
  if (curta_ref_init(&r->net, layer, layers, r->x.shape[1], 1, 28, 28)) {
    printf("FAIL %s: the network does not fit\n", r->group);
    exit(1);
  }
  r->net.opt = curta_ref_niti2020();
  for (int n = 0; n < STEPS; n++)
    step(r, n);
  for (int i = 0; i < layers; i++)
    if (weighted(&layer[i]))
      npy_same(r->group, layer[i].w, "|i1", "%s/final_%s_w.npy", r->set, r->name[i]);
  fclose(r->steps);
  curta_ref_free(&r->net);
  npy_verdict(r->group);
}

void replay_mlp(void)
{
  static const char *const names[] = {"f1", "r1", "f2", "r2", "f3"};
  struct curta_ref_layer layer[] = {
      {.kind = CURTA_REF_LINEAR, .k = 48, .w_exp = -9}, {.kind = CURTA_REF_RELU},
      {.kind = CURTA_REF_LINEAR, .k = 32, .w_exp = -7}, {.kind = CURTA_REF_RELU},
      {.kind = CURTA_REF_LINEAR, .k = 10, .w_exp = -7},
  };
  struct run r = {.set = "mlp_paper", .group = "mlp of 40 steps", .name = names};
  replay(&r, layer, 5);
}

void replay_cnn(void)
{
  static const char *const names[] = {"c1", "r1", "p1", "c2", "r2", "p2", "flat", "f1", "r3", "f2"};
  struct curta_ref_layer layer[] = {
      {.kind = CURTA_REF_CONV, .k = 8, .r = 5, .s = 5, .stride = 1, .pad = 0, .w_exp = -9},
      {.kind = CURTA_REF_RELU},
      {.kind = CURTA_REF_MAXPOOL, .r = 2, .s = 2},
      {.kind = CURTA_REF_CONV, .k = 16, .r = 3, .s = 3, .stride = 1, .pad = 1, .w_exp = -8},
      {.kind = CURTA_REF_RELU},
      {.kind = CURTA_REF_MAXPOOL, .r = 2, .s = 2},
      {.kind = CURTA_REF_FLATTEN},
      {.kind = CURTA_REF_LINEAR, .k = 32, .w_exp = -9},
      {.kind = CURTA_REF_RELU},
      {.kind = CURTA_REF_LINEAR, .k = 10, .w_exp = -7},
  };
  struct run r = {.set = "cnn_paper", .group = "cnn of 40 steps", .name = names};
  replay(&r, layer, 10);
}
