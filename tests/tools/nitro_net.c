/* SPDX-License-Identifier: Apache-2.0
 * nitro_net.c - see nitro_net.h
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nitro_net.h"

/* Sequence numbers of random choices, out of reach of the weights' (2 a layer). */
#define DROPOUT 0x100000u
#define AUGMENT 0x80000000u

static void die(const char *path, const char *why)
{
  printf("FAIL %s: %s\n", path, why);
  exit(1);
}

static void parse(struct curta_net *net, const char *path)
{
  char text[4096];
  struct curta_diag diag;
  FILE *f = fopen(path, "r");
  if (!f)
    die(path, "cannot be opened");
  size_t size = fread(text, 1, sizeof text, f);
  fclose(f);
  if (curta_net_parse(text, size, net, &diag))
    die(path, diag.text);
  if (net->algorithm != CURTA_NITRO_D)
    die(path, "not a network of nitro-d");
}

/* Layer i of the file as a layer of the reference; 0: none (flatten). */
static int convert(struct curta_nitro_layer *to, const struct curta_net *net, uint32_t i)
{
  const struct curta_layer *l = &net->layer[i];
  *to = (struct curta_nitro_layer){.kind = CURTA_NITRO_LINEAR, .k = (int)l->o, .r = l->kernel, .pad = l->pad};
  if (l->kind == CURTA_LAYER_CONV)
    to->kind = CURTA_NITRO_CONV;
  if (l->kind == CURTA_LAYER_MAXPOOL)
    to->kind = CURTA_NITRO_MAXPOOL;
  if (l->kind == CURTA_LAYER_DROPOUT) {
    to->kind = CURTA_NITRO_DROPOUT;
    to->rate = l->drop_rate;
  }
  if (i == net->n_layers - 1)
    to->kind = CURTA_NITRO_OUTPUT;
  return l->kind != CURTA_LAYER_FLATTEN;
}

static void *zeroed(size_t n, size_t size)
{
  void *p = calloc(n + 1, size);
  if (!p)
    die("memory", "there is none left");
  return p;
}

void nitro_net_open(struct nitro_net *n, const char *path, int batch, uint32_t seed)
{
  const struct curta_nitro *o = &n->net.nitro;
  int layers = 0;
  memset(n, 0, sizeof *n);
  parse(&n->net, path);
  struct curta_nitro_options opt = {(int32_t)o->rate,  (int32_t)o->amplify,    (int32_t)o->slope,
                                    (int32_t)o->decay, (int32_t)o->decay_head, (int)o->head,
                                    o->twice,          (int)n->net.classes,    o->shifts};
  for (uint32_t i = 0; i < n->net.n_layers; i++)
    layers += convert(&n->layer[layers], &n->net, i);
  if (curta_nitro_ref_init(&n->ref, n->layer, layers, &opt, batch, (int)n->net.c, (int)n->net.h, (int)n->net.w))
    die(path, "does not fit the reference");
  for (int i = 0; i < layers; i++) {
    struct curta_nitro_layer *l = &n->layer[i];
    l->w = zeroed(curta_nitro_ref_weights(l), 4);
    l->learn.w = zeroed((size_t)(opt.classes * l->learn.inputs), 4);
    if (l->kind == CURTA_NITRO_DROPOUT)
      n->keep[i] = zeroed((size_t)(l->d.n * l->d.k * l->p * l->q), 1);
  }
  curta_nitro_ref_draw(&n->ref, seed);
}

void nitro_net_close(struct nitro_net *n)
{
  int layers = n->ref.layers;
  curta_nitro_ref_free(&n->ref);
  for (int i = 0; i < layers; i++) {
    free(n->layer[i].w);
    free(n->layer[i].learn.w);
    free(n->keep[i]);
  }
}

void nitro_net_masks(struct nitro_net *n, uint32_t seed, uint32_t step)
{
  for (int i = 0; i < n->ref.layers; i++) {
    struct curta_nitro_layer *l = &n->layer[i];
    int size = l->d.n * l->d.k * l->p * l->q;
    for (int j = 0; n->keep[i] && j < size; j++)
      n->keep[i][j] =
          (int8_t)curta_nitro_keep(curta_rand(seed, DROPOUT * (uint32_t)(i + 1) + step, (uint32_t)j), l->rate);
    l->keep = n->keep[i];
  }
}

void nitro_net_no_masks(struct nitro_net *n)
{
  for (int i = 0; i < n->ref.layers; i++)
    n->layer[i].keep = 0;
}

void nitro_net_augment(const struct nitro_net *n, int8_t *x, int8_t *spare, uint32_t seed, uint32_t step)
{
  const struct curta_nitro *o = &n->net.nitro;
  int planes = n->ref.n * n->ref.c, h = n->ref.h, w = n->ref.w;
  size_t size = (size_t)(planes * h * w);
  uint32_t draw[4];
  for (uint32_t i = 0; i < 4; i++)
    draw[i] = curta_rand(seed, AUGMENT + step, i);
  if (o->crop && draw[0] >> 31) {
    memcpy(spare, x, size);
    curta_nitro_ops_crop(x, spare, planes, h, w, o->crop, curta_nitro_uniform(draw[1], 2u * o->crop + 1u),
                         curta_nitro_uniform(draw[2], 2u * o->crop + 1u));
  }
  if (o->flip && draw[3] >> 31) {
    memcpy(spare, x, size);
    curta_nitro_ops_flip(x, spare, planes, h, w);
  }
}
