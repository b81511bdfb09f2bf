/* SPDX-License-Identifier: Apache-2.0
 * test_nitro_steps.c - whole training steps of NITRO-D on the golden device equal the layer-level reference in every
 * weight, count and flag, and in every zs, prediction and loss gradient where the plan keeps them
 *
 * usage: test_nitro_steps [networks [first seed]]: networks of random shape beside the fixed ones
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nitro_twin.h"
#include "twin.h"

#define MEM_BYTES (96u << 20)

static const char Mlp[] = "algorithm nitro-d\ninput 1 28 28\ndecay 4000 1000\nlinear 100\nlinear 50\nlinear 10\n";
static const char Cnn[] = "algorithm nitro-d\ninput 1 14 14\ndecay 4000 1000\nhead 256\ntwice\nconv 16 kernel 3 pad 1\n"
                          "maxpool 2\nconv 24 kernel 3 pad 1\ndropout 0.15\nmaxpool 2\nlinear 20\ndropout 0.1\n"
                          "linear 10\n";

/* Linear blocks that are visited twice, large and small ones in turn: their tensors must outlive the first visit. */
static const char Twice[] =
    "algorithm nitro-d\ninput 1 10 10\ndecay 4000 1000\nshifts\ntwice\nlinear 40\nlinear 90\nlinear 20\n"
    "linear 90\nlinear 30\nlinear 10\n";

/* Its gradient alone can leave int32, and its deltas are sparse. */
static const char One[] = "algorithm nitro-d\ninput 1 14 14\nhead 256\nconv 16 kernel 3 pad 1\nlinear 10\n";

/* Taps of its gradient are blocks of their own, and those at the edge see fewer columns of the input: the same deltas
 * need lists that name other strides. */
static const char Edge[] = "algorithm nitro-d\ninput 8 6 6\nhead 64\nconv 8 kernel 3 pad 1\nlinear 10\n";

/* Its head is pooled in parts by channels on `tiny`, the last of which has a tile that is not full. */
static const char Parts[] =
    "algorithm nitro-d\ninput 1 16 16\nhead 100\nconv 20 kernel 3 pad 1\nmaxpool 2\nlinear 10\n";

static int add(struct curta_net *net, struct curta_layer layer)
{
  return curta_net_add(net, &layer, 0);
}

static void random_tail(struct curta_net *net, uint32_t *s, int conv)
{
  uint32_t kind = rnd(s, 6);
  struct curta_layer drop = {.kind = CURTA_LAYER_DROPOUT, .drop_rate = (uint16_t)(1 + rnd(s, 250))};
  struct curta_layer pool = {.kind = CURTA_LAYER_MAXPOOL, .kernel = (uint8_t)(2 + rnd(s, 2))};
  if (kind == 1 || kind == 2)
    add(net, drop);
  if (conv && kind >= 2 && kind <= 4)
    add(net, pool);
  if (conv && kind == 4)
    add(net, drop);
}

static void random_net(struct curta_net *net, uint32_t *s)
{
  uint32_t convs = rnd(s, 3), linears = rnd(s, 3), side = 1 + rnd(s, 15);
  curta_net_init(net, 1 + rnd(s, rnd(s, 2) ? 3 : 20), side, side, 0);
  curta_net_nitro(net);
  net->nitro.decay = rnd(s, 2) ? 0 : 1 + rnd(s, 200);
  net->nitro.decay_head = rnd(s, 2) ? 0 : 1 + rnd(s, 200);
  net->nitro.head = 1 + rnd(s, 600);
  net->nitro.slope = 4u << rnd(s, 3);
  net->nitro.twice = (uint8_t)rnd(s, 2);
  net->nitro.shifts = *s >> 7 & 1; /* no draw: the networks stay those of their seeds */
  net->nitro.amplify = 1u << rnd(s, 8);
  for (uint32_t i = 0; i < convs; i++) {
    struct curta_layer l = {.kind = CURTA_LAYER_CONV, .o = 1 + rnd(s, 40), .kernel = (uint8_t)(1 + rnd(s, 4))};
    l.pad = (uint8_t)rnd(s, l.kernel);
    if (!add(net, l))
      random_tail(net, s, 1);
  }
  for (uint32_t i = 0; i < linears; i++) {
    add(net, (struct curta_layer){.kind = CURTA_LAYER_LINEAR, .o = 1 + rnd(s, 60)});
    random_tail(net, s, 0);
  }
  add(net, (struct curta_layer){.kind = CURTA_LAYER_LINEAR, .o = 2 + rnd(s, 20)});
  curta_net_finish(net, 0);
}

/* Weights as after a long training, so that everything is awake and large; some far out. */
static void large_weights(struct nitro_twin *t, uint32_t s)
{
  for (int i = 0; i < t->ref.layers; i++) {
    struct curta_nitro_layer *l = &t->layer[i];
    size_t n = curta_nitro_ref_weights(l);
    uint32_t spread = l->kind == CURTA_NITRO_CONV || l->kind == CURTA_NITRO_LINEAR ? 20000 : 0;
    for (size_t j = 0; j < n; j++)
      l->w[j] = (int32_t)rnd(&s, 2 * spread) - (int32_t)spread;
    for (int j = 0; l->learn.w && j < t->ref.opt.classes * l->learn.inputs; j++)
      l->learn.w[j] = (int32_t)rnd(&s, 6000) - 3000; /* 21 classes: deltas stay below 24 bits */
  }
}

/* Everything of one sign, so that few deltas in a map make gradients that leave int32. */
static void one_sign(struct nitro_twin *t)
{
  t->positive = 1;
  for (int i = 0; i < t->ref.layers; i++) {
    struct curta_nitro_layer *l = &t->layer[i];
    for (size_t j = 0; j < curta_nitro_ref_weights(l); j++)
      l->w[j] = 1 + (int32_t)(curta_rand(1, 0, (uint32_t)j) % 40); /* maxima at different places */
    for (int j = 0; l->learn.w && j < t->ref.opt.classes * l->learn.inputs; j++)
      l->learn.w[j] = 3000;
  }
}

/* Three steps with rates that are and are no powers of two, and an evaluation. */
static int run_net(struct nitro_twin *t, uint32_t seed, int large)
{
  int err = nitro_twin_open(t, MEM_BYTES);
  if (!err && large) {
    large == 2 ? one_sign(t) : large_weights(t, seed);
    err = nitro_twin_weights(t);
  }
  for (uint32_t i = 0; i < 3 && !err; i++) {
    err = nitro_twin_step(t, seed + i, i ? 512 * 3 : 512);
    if (t->ref.flags & (CURTA_NITRO_WEIGHT | CURTA_NITRO_DELTA))
      return err; /* the device has said that it cannot go on */
  }
  return err ? err : nitro_twin_eval(t, seed + 9);
}

static int report(struct nitro_twin *t, const char *name, uint32_t seed, int err)
{
  if (err)
    printf("FAIL nitro-d steps: %s, %s, batch %u: %s (repeat: test_nitro_steps 1 %u)\n", name, t->config, t->batch,
           t->why, seed);
  nitro_twin_close(t);
  return err != 0;
}

/* variant: weights (large), tensors apart, blocks one after another */
static int fixed(const char *name, const char *text, const char *config, uint32_t batch, int variant)
{
  static struct nitro_twin t;
  struct curta_diag diag;
  memset(&t, 0, sizeof t);
  t.config = config;
  t.batch = batch;
  t.apart = variant > 2;
  t.sequential = variant % 2 != 0;
  t.seed = 7;
  if (curta_net_parse(text, strlen(text), &t.net, &diag)) {
    printf("FAIL nitro-d steps: %s: %s\n", name, diag.text);
    return 1;
  }
  return report(&t, name, 0, run_net(&t, 5, variant % 3));
}

static int random_one(uint32_t seed, const char *config, uint32_t *refused, uint32_t *flags)
{
  static struct nitro_twin t;
  uint32_t s = seed * 2654435761u + 1;
  char name[40];
  int err;
  memset(&t, 0, sizeof t);
  random_net(&t.net, &s);
  t.config = config;
  t.batch = 1 + rnd(&s, rnd(&s, 2) ? 8 : 40);
  t.apart = seed % 2;
  t.sequential = seed / 2 % 2;
  t.seed = 1 + rnd(&s, 1u << 20);
  err = run_net(&t, seed, (int)rnd(&s, 2));
  *refused += err == 1;
  *flags |= t.flags;
  snprintf(name, sizeof name, "random network %u", seed);
  return report(&t, name, seed, err == 1 ? 0 : err);
}

int main(int argc, char **argv)
{
  static const char *const configs[] = {"base", "tiny", "large", "host"};
  uint32_t nets = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 40,
           first = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 0) : 1, refused = 0, flags = 0;
  int failed = 0;
  for (int c = 0; c < 4 && argc < 3; c++)
    for (int i = 0; i < 6; i++) {
      failed += fixed("MLP-1", Mlp, configs[c], 13, i);
      failed += fixed("five blocks twice", Twice, configs[c], 13, i);
      failed += fixed("one-block CNN", One, configs[c], 16, i);
      failed += fixed("blocks at the edge", Edge, configs[c], 24, i);
      failed += fixed("pooling in parts", Parts, configs[c], 13, i);
      failed += fixed("two-block CNN", Cnn, configs[c], i % 3 ? 13 : 8, i);
    }
  for (uint32_t i = first; i < first + nets && failed < 10; i++)
    for (int c = 0; c < 4; c++)
      failed += random_one(i, configs[c], &refused, &flags);
  if (nets >= 10 && refused > nets)
    failed += printf("FAIL nitro-d steps: %u plans refused\n", refused) > 0;
  if (!failed)
    printf(
        "PASS nitro-d steps: MLP-1, a two-block CNN, %u random networks, four configurations (%u refused, flags %x)\n",
        nets, refused, flags);
  return failed != 0;
}
