/* SPDX-License-Identifier: Apache-2.0
 * test_plan.c - plans of the networks in nets/: tensors that live together do not overlap, weights do not move with the
 * batch, counting agrees with compiling, statistics are sound; and what cannot be planned is refused with a reason
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"

static struct curta_plan plan, other;
static struct curta_net net;
static int failed;
static uint32_t packed_seen; /* gradients of 24 bits seen */

#define FAIL(...) (failed = 1, printf("FAIL plan " __VA_ARGS__))

static int parse_file(const char *path)
{
  static char text[4096];
  struct curta_diag d = {0, ""};
  FILE *f = fopen(path, "r");
  size_t n = f ? fread(text, 1, sizeof text, f) : 0;
  if (f)
    fclose(f);
  if (!n || curta_net_parse(text, n, &net, &d))
    return FAIL("%s: line %d: %s\n", path, d.line, d.text);
  return 0;
}

static uint8_t apart, sequential;
static const struct curta_opt *options; /* null: the preset */

static int make(struct curta_plan *p, const char *config, uint32_t batch, uint8_t force,
                uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t capacity, uint64_t mem, struct curta_diag *d)
{
  struct curta_plan_request r = {.net = &net,
                                 .batch = batch,
                                 .weight_base = 8192,
                                 .mem_bytes = mem,
                                 .cmd = cmd,
                                 .cmd_capacity = capacity,
                                 .apart = apart,
                                 .sequential = sequential};
  int err;
  curta_opt_preset(&r.opt, 0);
  if (options)
    r.opt = *options;
  r.opt.force = force;
  curta_hw_named(&r.hw, config);
  r.work = malloc(curta_plan_work_bytes());
  err = curta_plan(p, &r, d);
  free(r.work);
  return err;
}

static int always(const struct curta_tensor *t)
{
  return t->from == 0 && t->to == UINT8_MAX;
}

static void check_tensors(const char *name)
{
  for (uint32_t i = 0; i < plan.n_tensors; i++) {
    const struct curta_tensor *a = &plan.tensor[i];
    if (a->addr % 4096 || !a->bytes || a->addr < plan.weight_base || a->addr + a->bytes > plan.end)
      FAIL("%s: tensor %s at 0x%x, %u bytes, outside the plan\n", name, a->name, a->addr, a->bytes);
    const struct curta_tensor *first = curta_plan_find(&plan, a->addr),
                              *last = curta_plan_find(&plan, a->addr + a->bytes - 1);
    if (!first || !last || (always(a) && (first != a || last != a)))
      FAIL("%s: tensor %s is not found by its address\n", name, a->name);
    for (uint32_t j = 0; j < i; j++)
      if (a->addr < plan.tensor[j].addr + plan.tensor[j].bytes && plan.tensor[j].addr < a->addr + a->bytes &&
          a->from <= plan.tensor[j].to && plan.tensor[j].from <= a->to)
        FAIL("%s: tensors %s and %s overlap\n", name, a->name, plan.tensor[j].name);
  }
  if (curta_plan_find(&plan, 0) || curta_plan_find(&plan, plan.end))
    FAIL("%s: an address outside the plan belongs to a tensor\n", name);
}

/* Whether the weight gradient of a layer visits only what is not zero: 0 or 1. */
static unsigned gathers(uint32_t layer)
{
  uint32_t w = 0;
  while (w < plan.n_weighted && plan.weighted[w].layer != layer)
    w++;
  return w < plan.n_weighted && plan.weighted[w].nitro.per_row > 0;
}

static void check_stat(const char *name)
{
  uint64_t macs = 0, expected = 0, heads = 0, peak = plan.hw.r * plan.hw.c * plan.hw.v;
  for (uint32_t i = 0; i < net.n_layers; i++) {
    uint64_t m = curta_layer_macs(&net.layer[i]) * plan.batch;
    expected += m * (net.algorithm == CURTA_NITRO_D ? 2 - gathers(i) : i == plan.weighted[0].layer ? 2 : 3);
    for (int p = 0; p < CURTA_PASSES; p++) {
      const struct curta_pass_stat *s = &plan.stat[i][p];
      macs += s->macs;
      if (s->array_cycles * peak < s->macs)
        FAIL("%s: layer %u pass %d: %llu MACs in %llu cycles\n", name, i, p, (unsigned long long)s->macs,
             (unsigned long long)s->array_cycles);
    }
  }
  for (uint32_t w = 0; w < plan.n_weighted; w++) {
    const struct curta_plan_nitro *n = &plan.weighted[w].nitro;
    heads += (uint64_t)n->head_c * n->head_h * n->head_w;
  }
  expected += 3 * heads * plan.batch * net.classes; /* prediction, delta, gradient */
  if (macs != expected)
    FAIL("%s: %llu useful MACs in the statistics, expected %llu\n", name, (unsigned long long)macs,
         (unsigned long long)expected);
}

/* A gradient is stored in 24 bits exactly where N OH OW products of -128 * -128 stay below 2^23. */
static uint32_t check_gradients(const char *name)
{
  uint32_t packed = 0;
  for (uint32_t w = 0; w < plan.n_weighted; w++) {
    const struct curta_plan_weighted *l = &plan.weighted[w];
    uint64_t largest = (uint64_t)plan.batch * l->oh * l->ow * 128u * 128u;
    if (l->t_grad < 0)
      continue;
    if ((plan.tensor[l->t_grad].kind == CURTA_TENSOR_GRAD24) != (largest < 1u << 23))
      FAIL("%s: gradient of layer %u, sums up to %llu, has the wrong size\n", name, l->layer,
           (unsigned long long)largest);
    packed += plan.tensor[l->t_grad].kind == CURTA_TENSOR_GRAD24;
  }
  return packed;
}

static void check_net(const char *path, const char *config, uint32_t batch)
{
  struct curta_diag d = {0, ""};
  uint32_t capacity;
  uint32_t(*cmd)[CURTA_CMD_WORDS];
  if (parse_file(path))
    return;
  if (make(&plan, config, batch, CURTA_AUTO, 0, 0, UINT32_MAX, &d)) {
    FAIL("%s %s batch %u: %s\n", path, config, batch, d.text);
    return;
  }
  capacity = plan.n_train + plan.n_eval;
  other = plan;
  cmd = malloc((size_t)capacity * CURTA_CMD_BYTES);
  if (make(&plan, config, batch, CURTA_AUTO, cmd, capacity, UINT32_MAX, &d) || plan.n_train != other.n_train ||
      plan.n_eval != other.n_eval || plan.end != other.end)
    FAIL("%s: counting says %u + %u commands to 0x%x, compiling %u + %u to 0x%x (%s)\n", path, other.n_train,
         other.n_eval, other.end, plan.n_train, plan.n_eval, plan.end, d.text);
  check_tensors(path);
  check_stat(path);
  packed_seen += check_gradients(path);
  if (make(&other, config, batch, CURTA_AUTO, cmd, capacity - 1, UINT32_MAX, &d) != -ENOSPC ||
      !strstr(d.text, "command buffer"))
    FAIL("%s: a command buffer that is one too small is not refused\n", path);
  if (make(&other, config, batch, CURTA_AUTO, cmd, capacity, plan.end - 1, &d) != -ENOSPC || !strstr(d.text, "memory"))
    FAIL("%s: a memory that is one byte too small is not refused\n", path);
  if (make(&other, config, batch + 5, CURTA_AUTO, 0, 0, UINT32_MAX, &d))
    FAIL("%s: batch %u: %s\n", path, batch + 5, d.text);
  for (uint32_t w = 0; w < plan.n_weighted; w++)
    if (plan.tensor[plan.weighted[w].t_weight].addr != other.tensor[other.weighted[w].t_weight].addr)
      FAIL("%s: weights of layer %u move with the batch\n", path, plan.weighted[w].layer);
  free(cmd);
}

/* NITRO-D: places in turn save memory, and the same weights lie at the same addresses. */
static void check_turns(const char *path, const char *config)
{
  struct curta_diag d = {0, ""};
  apart = 1;
  if (make(&other, config, 16, CURTA_AUTO, 0, 0, UINT32_MAX, &d) ||
      make(&plan, config, 16, CURTA_AUTO, 0, 0, UINT32_MAX, &d))
    FAIL("%s: %s\n", path, d.text);
  check_tensors(path);
  apart = 0;
  if (make(&plan, config, 16, CURTA_AUTO, 0, 0, UINT32_MAX, &d))
    FAIL("%s: %s\n", path, d.text);
  if (plan.end >= other.end || plan.work_base != other.work_base)
    FAIL("%s: a plan of tensors in turn takes %u bytes, of tensors apart %u\n", path, plan.end, other.end);
}

#define COMMANDS 100000u /* of VGG8B, batch 16 */

/* Whether the first weight gradient of a block comes before the last forward pass. */
static int overlaps(const char *path, const char *config)
{
  static uint32_t cmd[COMMANDS][CURTA_CMD_WORDS];
  struct curta_diag d = {0, ""};
  uint32_t first = UINT32_MAX, last = 0;
  if (make(&plan, config, 16, CURTA_AUTO, cmd, COMMANDS, UINT32_MAX, &d))
    return FAIL("%s: %s\n", path, d.text);
  check_tensors(path);
  for (uint32_t i = 0; i < plan.n_train; i++) {
    uint32_t pass = curta_cmd_get(cmd[i], CURTA_CMD_TAG) % 8;
    if (curta_cmd_get(cmd[i], CURTA_CMD_OPCODE) != CURTA_OP_GEMM)
      continue;
    if (pass == CURTA_PASS_FWD)
      last = i;
    if (pass == CURTA_PASS_DW && first == UINT32_MAX)
      first = i;
  }
  return first < last;
}

static void check_order(const char *path, const char *config)
{
  int usual = overlaps(path, config);
  sequential = 1;
  if (!usual || overlaps(path, config))
    FAIL("%s: the blocks of a plan must overlap, those of a sequential one must not\n", path);
  sequential = 0;
}

static void check_refused(void)
{
  static const struct {
    const char *text, *reason;
  } bad[] = {{"input 1 8 8\nrelu\nlinear 4\n", "must start with"},
             {"input 1 8 8\nconv 4 kernel 3\nmaxpool 2\nmaxpool 2\nlinear 4\n", "only one maxpool"},
             {"input 1 8 8\nconv 4 kernel 3\ndropout 0.5\ndropout 0.5\nlinear 4\n", "only one dropout"},
             {"input 1 8 8\nconv 4 kernel 3\ndropout 0.5\nmaxpool 2\nlinear 4\n", "before dropout"},
             {"input 1 8 8\nlinear 4\nrelu\n", "last layer"}};
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    struct curta_diag d = {0, ""};
    if (curta_net_parse(bad[i].text, strlen(bad[i].text), &net, &d) ||
        make(&plan, "base", 4, CURTA_AUTO, 0, 0, UINT32_MAX, &d) != -EINVAL || !strstr(d.text, bad[i].reason))
      FAIL("refusals: expected \"%s\", got \"%s\"\n", bad[i].reason, d.text);
  }
}

/* Options that a package or a caller may bring, one wrong in each. */
static void check_options(void)
{
  struct curta_opt opt[8];
  for (size_t i = 0; i < sizeof opt / sizeof *opt; i++)
    curta_opt_preset(&opt[i], 0);
  opt[0].mu[0].mu = 1000;
  opt[1].mu[0].mu = -9;
  opt[2].mu[0].epoch = 1;
  opt[3].n_mu = 2; /* both from epoch 0 on */
  opt[4].n_mu = CURTA_MAX_MU + 1;
  opt[5].wrap = 2;
  opt[6].init_uniform = 2;
  opt[7].round_grad = 4;
  if (parse_file("nets/mlp.net"))
    return;
  for (size_t i = 0; i < sizeof opt / sizeof *opt; i++) {
    struct curta_diag d = {0, ""};
    options = &opt[i];
    if (make(&plan, "base", 4, opt[i].force, 0, 0, UINT32_MAX, &d) != -EINVAL || !d.text[0])
      FAIL("options %zu: not refused\n", i);
  }
  options = NULL;
}

int main(void)
{
  static const char *const nets[] = {"nets/mlp.net", "nets/lenet.net", "nets/vgg3.net", "nets/vgg11.net",
                                     "nets/vgg-small-7.net"};
  static const char *const configs[] = {"base", "large", "host", "tiny"};
  uint32_t plans = 0;
  for (size_t i = 0; i < 5; i++)
    for (size_t c = 0; c < (i < 3 ? 4u : 3u); c++, plans++)
      check_net(nets[i], configs[c], i < 3 ? 27 : 8);
  for (size_t c = 0; c < 3; c++, plans += 2) {
    check_net("nets/mlp1.net", configs[c], 27);
    check_net("nets/vgg8b.net", configs[c], 8);
    check_turns("nets/vgg8b.net", configs[c]);
    check_order("nets/vgg8b.net", configs[c]);
  }
  check_refused();
  check_options();
  if (!packed_seen)
    FAIL("gradients: none has 24 bits\n");
  if (!failed)
    printf("PASS plan: memory map, counts, statistics of %u plans; refusals\n", plans);
  return failed;
}
