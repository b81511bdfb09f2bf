/* SPDX-License-Identifier: Apache-2.0
 * test_steps.c - whole training steps of random small networks on the golden device equal the layer-level reference in
 * every tensor
 *
 * Usage: test_steps [networks [first seed]]; a failing line ends with the arguments that repeat it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "twin.h"

#define MEM_BYTES (64u << 20)

static int add(struct curta_net *net, struct curta_layer layer)
{
  return curta_net_add(net, &layer, 0);
}

/* A random network that the planner can take. */
static void random_net(struct curta_net *net, uint32_t *s)
{
  uint32_t convs = rnd(s, 4), linears = rnd(s, 3);
  curta_net_init(net, 1 + rnd(s, rnd(s, 2) ? 3 : 20), 1 + rnd(s, 12), 1 + rnd(s, 12), 0);
  for (uint32_t i = 0; i < convs; i++) {
    struct curta_layer l = {.kind = CURTA_LAYER_CONV,
                            .o = 1 + rnd(s, 24),
                            .kernel = (uint8_t)(1 + rnd(s, 5)),
                            .stride = (uint8_t)(1 + rnd(s, 2))};
    l.pad = (uint8_t)rnd(s, l.kernel);
    if (add(net, l))
      continue;
    if (rnd(s, 4))
      add(net, (struct curta_layer){.kind = CURTA_LAYER_RELU});
    if (rnd(s, 2))
      add(net, (struct curta_layer){.kind = CURTA_LAYER_MAXPOOL, .kernel = (uint8_t)(2 + rnd(s, 2))});
    if (!rnd(s, 4))
      add(net, (struct curta_layer){.kind = CURTA_LAYER_RELU});
  }
  if (rnd(s, 2))
    add(net, (struct curta_layer){.kind = CURTA_LAYER_FLATTEN});
  if (net->n_weighted && net->layer[net->n_layers - 1].kind == CURTA_LAYER_FLATTEN && rnd(s, 2))
    add(net, (struct curta_layer){.kind = CURTA_LAYER_DROPOUT, .drop_log2 = 1});
  for (uint32_t i = 0; i < linears; i++) {
    add(net, (struct curta_layer){.kind = CURTA_LAYER_LINEAR, .o = 1 + rnd(s, 40)});
    if (rnd(s, 4))
      add(net, (struct curta_layer){.kind = CURTA_LAYER_RELU});
    if (!rnd(s, 3))
      add(net, (struct curta_layer){.kind = CURTA_LAYER_DROPOUT, .drop_log2 = 1});
  }
  add(net, (struct curta_layer){.kind = CURTA_LAYER_LINEAR, .o = 2 + rnd(s, 20)});
  curta_net_finish(net, 0);
}

static void random_opt(struct curta_opt *o, uint32_t *s)
{
  curta_opt_preset(o, rnd(s, 2) ? "niti-2020" : "niti-2021");
  o->seed = rnd(s, 0x7fffffff) + 1;
  if (!rnd(s, 3))
    o->decay = 1;
  if (!rnd(s, 3))
    o->frac_bits = (uint8_t)(1 + rnd(s, 8));
  if (!rnd(s, 4))
    o->wrap = 1;
  if (!rnd(s, 4)) {
    o->round_act = (uint8_t)(rnd(s, 2) ? CURTA_ROUND_TRUNCATE : CURTA_ROUND_NEAREST);
    o->round_err = CURTA_ROUND_TRUNCATE;
    o->round_loss = (uint8_t)rnd(s, 3);
    o->bump_shift1 ^= 1;
  }
  if (!rnd(s, 4))
    o->round_grad = (uint8_t)(rnd(s, 2) ? CURTA_ROUND_STOCHASTIC : CURTA_ROUND_NEAREST);
}

static void describe(const struct twin *t, char *text, size_t size)
{
  static const char *const names[] = CURTA_LAYER_NAMES;
  size_t at = (size_t)snprintf(text, size, "%ux%ux%u", t->net.c, t->net.h, t->net.w);
  for (uint32_t i = 0; i < t->net.n_layers && at < size; i++)
    at += (size_t)snprintf(text + at, size - at, " %s %u/%u/%u/%u", names[t->net.layer[i].kind], t->net.layer[i].o,
                           t->net.layer[i].kernel, t->net.layer[i].stride, t->net.layer[i].pad);
}

static int run_net(uint32_t seed, const char *config, uint8_t force, uint32_t *refused)
{
  static struct twin t;
  static const char *const strategies[] = CURTA_STRATEGY_NAMES;
  uint32_t s = seed * 2654435761u + 1;
  char text[600];
  int err;
  memset(&t, 0, sizeof t);
  t.config = config;
  random_net(&t.net, &s);
  random_opt(&t.opt, &s);
  t.batch = 1 + rnd(&s, rnd(&s, 2) ? 8 : 40);
  t.opt.force = force;
  err = twin_open(&t, MEM_BYTES);
  for (uint32_t i = 0; i < 3 && !err; i++)
    err = twin_step(&t, seed + i, (int32_t)rnd(&s, 7) - 1);
  if (err == 1) {
    ++*refused;
    err = 0;
  }
  if (err) {
    describe(&t, text, sizeof text);
    printf("FAIL training steps: seed %u, %s, %s, batch %u, %s: %s (repeat: test_steps 1 %u)\n", seed, config,
           strategies[force], t.batch, text, t.why, seed);
  }
  twin_close(&t);
  return err;
}

int main(int argc, char **argv)
{
  static const char *const configs[] = {"base", "tiny", "large", "host"};
  uint32_t nets = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 40,
           first = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 0) : 1, refused = 0;
  int failed = 0;
  for (uint32_t i = first; i < first + nets && failed < 10; i++)
    for (uint8_t force = CURTA_AUTO; force <= CURTA_HEDGE; force++)
      failed += run_net(i, configs[(i + force) % 4], force, &refused) != 0;
  if (refused > nets / 2)
    failed += printf("FAIL training steps: %u plans refused\n", refused) > 0;
  if (!failed)
    printf("PASS training steps of %u networks, all strategies (%u plans refused)\n", nets, refused);
  return failed != 0;
}
