/* SPDX-License-Identifier: Apache-2.0
 * test_nets.c - every file of nets/ is read; those of NITRO-D have the sizes and hyper-parameters that were published,
 * and the planner refuses them in words
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"
#include "curta_nitro.h"

/* Weights of forward layers, weights of learning layers and products of an image (padding counts) as the tables of the
 * authors' code have them. */
struct published {
  const char *file;
  uint64_t forward, learning, macs;
  uint32_t decay, decay_head, crop, flip, twice, drops; /* drops: sum of the rates in thousandths */
};
static const struct published published[] = {
    {"mlp1", 83900, 1500, 83900, 12000, 3000, 0, 0, 0, 0},
    {"mlp2", 182300, 3500, 182300, 10000, 8000, 0, 0, 0, 0},
    {"mlp3", 2910208, 30720, 2910208, 29000, 6000, 2, 1, 0, 0},
    {"mlp3-mnist", 2910208, 30720, 2910208, 28000, 500, 2, 0, 0, 0},
    {"mlp4", 27246000, 90000, 27246000, 19000, 7500, 4, 1, 0, 300},
    {"vgg8b", 7318656, 240640, 716304384, 28000, 3500, 2, 1, 1, 200},
    {"vgg8b-mnist", 7318656, 240640, 716304384, 30000, 3000, 2, 0, 1, 0},
    {"vgg8b-cifar10", 8893824, 256000, 949364736, 25000, 3000, 4, 1, 1, 300},
    {"vgg11b", 11548032, 378880, 1402349568, 28000, 4500, 4, 1, 1, 0},
};
static const char *const niti[] = {"lenet", "mlp", "vgg3", "vgg11", "vgg-small-7"};

static int failed;

static void same(const char *file, const char *what, uint64_t got, uint64_t expected)
{
  if (got != expected)
    failed = printf("FAIL networks: nets/%s.net: %s: expected %llu, got %llu\n", file, what,
                    (unsigned long long)expected, (unsigned long long)got);
}

static int read_net(const char *file, struct curta_net *net)
{
  char path[64], text[4096];
  struct curta_diag diag = {0, "cannot be read"};
  size_t n = 0;
  snprintf(path, sizeof path, "nets/%s.net", file);
  FILE *f = fopen(path, "r");
  if (f) {
    n = fread(text, 1, sizeof text, f);
    fclose(f);
  }
  if (n && n < sizeof text && !curta_net_parse(text, n, net, &diag))
    return 0;
  failed = printf("FAIL networks: %s:%d: %s\n", path, diag.line, diag.text);
  return -1;
}

static uint64_t learning_inputs(const struct curta_net *net, const struct curta_layer *l)
{
  struct curta_nitro_pool p;
  if (l->kind == CURTA_LAYER_LINEAR)
    return l == &net->layer[net->n_layers - 1] ? 0 : l->o;
  p = curta_nitro_head_pool((int32_t)l->o, (int32_t)l->oh, (int32_t)net->nitro.head);
  return (uint64_t)l->o * (uint64_t)(p.oh * p.ow);
}

static void sizes(const struct published *p, const struct curta_net *net)
{
  uint64_t forward = 0, learning = 0, macs = 0, drops = 0;
  for (uint32_t i = 0; i < net->n_layers; i++) {
    const struct curta_layer *l = &net->layer[i];
    drops += l->kind == CURTA_LAYER_DROPOUT ? l->drop_rate : 0;
    if (!curta_layer_weights(l))
      continue;
    forward += curta_layer_weights(l);
    macs += curta_layer_weights(l) * l->oh * l->ow;
    learning += learning_inputs(net, l) * net->classes;
  }
  same(p->file, "forward weights", forward, p->forward);
  same(p->file, "learning weights", learning, p->learning);
  same(p->file, "products of an image", macs, p->macs);
  same(p->file, "dropout", drops, p->drops);
}

/* Each is planned for base; a device without the modes must be refused with a message. */
static void planned(const char *file, const struct curta_net *net)
{
  static struct curta_plan plan;
  struct curta_plan_request rq = {
      .net = net, .batch = 8, .mem_bytes = 1u << 31, .work = malloc(curta_plan_work_bytes())};
  struct curta_diag diag = {0, ""};
  curta_hw_named(&rq.hw, "base");
  curta_opt_preset(&rq.opt, 0);
  same(file, "curta_plan", (uint64_t)-curta_plan(&plan, &rq, &diag), 0);
  same(file, "planned commands", plan.n_train > plan.n_eval && plan.n_eval > 0, 1);
  rq.hw.digit = 0;
  same(file, "curta_plan without the modes", (uint64_t)-curta_plan(&plan, &rq, &diag), EINVAL);
  if (!strstr(diag.text, "algorithm nitro-d: this device has no modes for it"))
    failed = printf("FAIL networks: nets/%s.net: the planner says \"%s\"\n", file, diag.text);
  free(rq.work);
}

int main(void)
{
  static struct curta_net net;
  for (size_t i = 0; i < sizeof niti / sizeof *niti; i++)
    if (!read_net(niti[i], &net))
      same(niti[i], "algorithm", net.algorithm, CURTA_NITI);
  for (size_t i = 0; i < sizeof published / sizeof *published; i++) {
    const struct published *p = &published[i];
    if (read_net(p->file, &net))
      continue;
    same(p->file, "algorithm", net.algorithm, CURTA_NITRO_D);
    same(p->file, "rate", net.nitro.rate, 512);
    same(p->file, "amplification", net.nitro.amplify, 640);
    same(p->file, "slope", net.nitro.slope, 4);
    same(p->file, "batch", net.nitro.batch, 64);
    same(p->file, "epochs", net.nitro.epochs, 150);
    same(p->file, "decay", net.nitro.decay, p->decay);
    same(p->file, "decay of learning layers", net.nitro.decay_head, p->decay_head);
    same(p->file, "crop", net.nitro.crop, p->crop);
    same(p->file, "flip", net.nitro.flip, p->flip);
    same(p->file, "twice", net.nitro.twice, p->twice);
    sizes(p, &net);
    planned(p->file, &net);
  }
  if (!failed)
    printf("PASS networks (%zu of NITI, %zu of NITRO-D)\n", sizeof niti / sizeof *niti,
           sizeof published / sizeof *published);
  return failed != 0;
}
