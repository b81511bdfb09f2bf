/* SPDX-License-Identifier: Apache-2.0
 * test_nitro_operators.c - the operators of the official NITRO-D vectors (tests/vectors/nitro-d/ops) as single commands
 * on the golden device and on the Verilog (or what has its names: tests/hls/as_hls.c): every file but those of Aside
 *
 * usage: test_nitro_operators [CONFIG]
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"
#include "nitro_ops.h"

static const struct npy_aside Aside[] = {
    {"ops/nitro_relu/fwd_a3.npy", "slope 3 is no power of two: the planner refuses it (refused)"},
    {"ops/nitro_relu/bwd_a3.npy", "slope 3"},
    {"ops/nitro_relu/fwd_a5.npy", "slope 5"},
    {"ops/nitro_relu/bwd_a5.npy", "slope 5"},
    {"ops/nitro_relu/fwd_a7.npy", "slope 7"},
    {"ops/nitro_relu/bwd_a7.npy", "slope 7"},
    {"ops/nitro_relu/fwd_a10.npy", "slope 10"},
    {"ops/nitro_relu/bwd_a10.npy", "slope 10"},
    {"ops/nitro_relu/fwd_a15.npy", "slope 15"},
    {"ops/nitro_relu/bwd_a15.npy", "slope 15"},
    {"ops/nitro_relu/fwd_a20.npy", "slope 20"},
    {"ops/nitro_relu/bwd_a20.npy", "slope 20"},
    {"ops/dropout/p05_d", "deltas end at the learning layer of a block: no device has dropout's way back"},
    {"ops/dropout/p10_d", "its way back"},
    {"ops/dropout/p15_d", "its way back"},
    {"ops/dropout/p25_d", "its way back"},
    {"ops/dropout/p50", "results of 9 bits: the network file refuses rates above 0.25 (refused)"},
    {"ops/init_bound.npy", "initial weights are made by the host"},
    {"ops/head_geometry.npy", "planning"},
    {"ops/lr_schedule.npy", "between epochs"},
    {"ops/augment/", "images are made by the host"},
    {"prep/", "images are made by the host"},
    {0, 0},
};

/* n / divisor, clipped */
static void scale(const char *file, const int32_t *n, const int32_t *want, uint32_t count, uint32_t divisor)
{
  uint32_t cmd[2][32], odd = divisor, s = 0, t = 0;
  for (; odd % 2 == 0; odd /= 2)
    s++;
  while ((((1ull << t) + odd - 1) / odd * odd - (1ull << t)) * (128 * odd - 1) >= 1ull << t) /* machine.md 7 */
    t++;
  ops_put(SRC, n, count, 4);
  ops_map(cmd[0], count, CURTA_TYPE_INT32);
  ops_divide(cmd[0], s, t, ((1ull << t) + odd - 1) / odd);
  ops_run(file, cmd, 1);
  ops_expect(file, DST, want, count, 1);
}

static void scaling(void)
{
  static const uint32_t factor[] = {2304, 6912, 12800, 25600, 131072, 200704, 262144, 294912, 786432, 1048576, 1179648};
  for (int k = 0; k < COUNT(factor); k++) {
    int32_t z[512], want[512];
    char file[40];
    (void)snprintf(file, sizeof file, "ops/scale/sf%u.npy", factor[k]);
    uint32_t n = ops_row(npy_read("%s", file), 2, 0, z);
    ops_row(npy_read("%s", file), 2, 1, want);
    scale(file, z, want, n, factor[k]);
  }
}

static void relu(void)
{
  static const uint32_t slope[] = {4, 8, 16};
  for (uint32_t k = 0; k < 3; k++) {
    uint32_t cmd[2][32];
    int32_t x[4096], dy[4096], want[4096];
    char file[40];
    (void)snprintf(file, sizeof file, "ops/nitro_relu/fwd_a%u.npy", slope[k]);
    uint32_t n = ops_row(npy_read("%s", file), 2, 0, x);
    ops_row(npy_read("%s", file), 2, 1, want);
    ops_put(SRC, x, n, 1);
    ops_map(cmd[0], n, CURTA_TYPE_INT8);
    curta_cmd_set(cmd[0], CURTA_MAP_ACT, CURTA_ACT_NITRO);
    curta_cmd_set(cmd[0], CURTA_MAP_SLOPE, k);
    curta_cmd_set(cmd[0], CURTA_MAP_MEAN, (uint32_t)curta_nitro_mean((int32_t)slope[k]));
    ops_run(file, cmd, 1);
    ops_expect(file, DST, want, n, 1);
    (void)snprintf(file, sizeof file, "ops/nitro_relu/bwd_a%u.npy", slope[k]);
    n = ops_row(npy_read("%s", file), 3, 0, x);
    ops_row(npy_read("%s", file), 3, 1, dy);
    ops_row(npy_read("%s", file), 3, 2, want);
    ops_put(SRC, dy, n, 4);
    ops_put(AUX, x, n, 1);
    ops_map(cmd[0], n, CURTA_TYPE_INT32);
    curta_cmd_set(cmd[0], CURTA_MAP_DST_TYPE, CURTA_TYPE_INT32);
    curta_cmd_set(cmd[0], CURTA_MAP_ACT, CURTA_ACT_BACK_ZS);
    curta_cmd_set(cmd[0], CURTA_MAP_SLOPE, k);
    ops_run(file, cmd, 1);
    ops_expect(file, DST, want, n, 4);
  }
}

/* One class: an image of label 0 has the target of the label, one of label 1 (no class) has 0. */
static void loss(void)
{
  uint32_t cmd[2][32], t = (uint32_t)ops_pair.conf.t, flags = 0;
  int32_t x[512], y[512], want[512];
  struct npy a = npy_read("ops/loss_grad.npy");
  uint32_t n = ops_row(a, 3, 0, x), tiles = (n + t - 1) / t;
  int32_t *logits = calloc(tiles * ops_t2, 4), *all = calloc(tiles * ops_t2, 4), labels[512];
  ops_row(a, 3, 1, y);
  ops_row(a, 3, 2, want);
  for (uint32_t i = 0; i < n; i++) {
    labels[i] = y[i] != CURTA_NITRO_TARGET;
    logits[i / t * ops_t2 + i % t * t] = x[i];
    all[i / t * ops_t2 + i % t * t] = want[i];
  }
  ops_put(SRC, logits, tiles * ops_t2, 1);
  ops_put(AUX, labels, n, 2);
  pair_command(&ops_pair, cmd[0], CURTA_OP_LOSS);
  curta_cmd_set(cmd[0], CURTA_LOSS_SRC, SRC);
  curta_cmd_set(cmd[0], CURTA_LOSS_AUX, AUX);
  curta_cmd_set(cmd[0], CURTA_LOSS_DST, DST);
  curta_cmd_set(cmd[0], CURTA_LOSS_ROWS, n);
  curta_cmd_set(cmd[0], CURTA_LOSS_CLASSES, 1);
  curta_cmd_set(cmd[0], CURTA_LOSS_RSS, 1);
  curta_cmd_set(cmd[0], CURTA_LOSS_TARGET, CURTA_NITRO_TARGET);
  ops_run("ops/loss_grad.npy", cmd, 1);
  ops_expect("ops/loss_grad.npy", DST, all, tiles * ops_t2, 1);
  ops_pair.rtl.reg_read(ops_pair.rtl.ctx, CURTA_REG_FLAGS, &flags);
  npy_value(ops_group, "ops/loss_grad.npy: FLAGS.WRAP", flags >> CURTA_FLAG_WRAP & 1, 1); /* 31 of them wrap */
  ops_pair.golden.reg_write(ops_pair.golden.ctx, CURTA_REG_FLAGS, ~0u);
  ops_pair.rtl.reg_write(ops_pair.rtl.ctx, CURTA_REG_FLAGS, ~0u);
  free(logits);
  free(all);
}

static void dropout(void)
{
  static const int32_t rate[] = {50, 100, 150, 250};
  for (int k = 0; k < COUNT(rate); k++) {
    uint32_t cmd[2][32], t = 0, m = 0, right = 0, factor = (uint32_t)curta_nitro_dropout_factor(rate[k]);
    int32_t x[1024], mask[1024], want[1024];
    char file[40];
    (void)snprintf(file, sizeof file, "ops/dropout/p%02d_y.npy", rate[k] / 10);
    uint32_t n = ops_row(npy_read("ops/dropout/p%02d_x.npy", rate[k] / 10), 1, 0, x);
    ops_row(npy_read("ops/dropout/p%02d_mask.npy", rate[k] / 10), 1, 0, mask);
    ops_row(npy_read("%s", file), 1, 0, want);
    while (right < 128) /* the shortest exact factor for a byte */
      for (m = (uint32_t)((((uint64_t)factor << ++t) + 999) / 1000), right = 0;
           right < 128 && right * (uint64_t)m >> t == right * factor / 1000;)
        right++;
    ops_put(SRC, x, n, 1);
    ops_put(AUX, mask, n, 1);
    ops_map(cmd[0], n, CURTA_TYPE_INT8);
    ops_divide(cmd[0], 0, t, m);
    curta_cmd_set(cmd[0], CURTA_MAP_MASK, 1);
    ops_run(file, cmd, 1);
    ops_expect(file, DST, want, n, 1);
  }
}

/* DST := W - G / divisor - W / decay; bits: of G */
static void update(const char *file, const int32_t *w, const int32_t *g, const int32_t *want, uint32_t n,
                   uint32_t divisor, uint32_t bits, uint32_t decay)
{
  uint32_t cmd[6][32], reg[4];
  if (curta_nitro_rate(divisor, bits, reg) || curta_nitro_rate(decay, CURTA_WEIGHT_BITS, reg + 2)) {
    npy_value(ops_group, file, -ERANGE, 0);
    return;
  }
  for (uint32_t i = 0; i < 4; i++) {
    pair_command(&ops_pair, cmd[i], CURTA_OP_SCALAR);
    curta_cmd_set(cmd[i], CURTA_SCALAR_FUNC, CURTA_SCALAR_SET);
    curta_cmd_set(cmd[i], CURTA_SCALAR_RD, 10 + i);
    curta_cmd_set(cmd[i], CURTA_SCALAR_IMM, reg[i]);
  }
  ops_put(SRC, g, n, 4);
  ops_put(AUX, w, n, 4);
  pair_command(&ops_pair, cmd[4], CURTA_OP_UPDATE);
  curta_cmd_set(cmd[4], CURTA_UPDATE_SRC, SRC);
  curta_cmd_set(cmd[4], CURTA_UPDATE_AUX, AUX);
  curta_cmd_set(cmd[4], CURTA_UPDATE_DST, DST);
  curta_cmd_set(cmd[4], CURTA_UPDATE_N, (n + ops_t2 - 1) / ops_t2);
  curta_cmd_set(cmd[4], CURTA_UPDATE_NITRO, 1);
  curta_cmd_set(cmd[4], CURTA_UPDATE_LR_REG, 10);
  curta_cmd_set(cmd[4], CURTA_UPDATE_ETA_REG, 12);
  ops_run(file, cmd, 5);
  ops_expect(file, DST, want, n, 4);
}

/* The divisors of the file for rates: what UPDATE takes of them, without a clip. Below 256 a dividend is wider than its
 * 24 bits, and only those that are not are compared. */
static void divide_gradients(const char *file, const int32_t *n, const int32_t *want, uint32_t count, uint32_t divisor)
{
  int32_t g[1024], less[1024], zero[1024] = {0};
  uint32_t s = 0, m = 0;
  while (!(divisor >> s & 1))
    s++;
  for (uint32_t i = 0; i < count; i++)
    if (s >= 8 || curta_nitro_width_flag(n[i], (int)(24 + s), 1) == 0) {
      g[m] = n[i];
      less[m++] = -want[i];
    }
  update(file, zero, g, less, m, divisor, s < 8 ? 24 + s : 32, 0);
}

/* The same as scaling has it, clipped to +-127. */
static void divide_clipped(const char *file, const int32_t *n, const int32_t *want, uint32_t count, uint32_t divisor)
{
  int32_t clipped[1024];
  for (uint32_t i = 0; i < count; i++)
    clipped[i] = curta_nitro_clip(want[i], -127, 127);
  scale(file, n, clipped, count, divisor);
}

/* Divisors that NITRO-ReLU has on its way back: a slope, or two of them one after the other; 2^31 - 1 is the
 * reference's where the activation was clipped. */
static void divide_deltas(const char *file, const int32_t *n, const int32_t *want, uint32_t count, uint32_t divisor)
{
  uint32_t cmd[3][32], twice = divisor == 64;
  int32_t zs[1024];
  for (uint32_t i = 0; i < count; i++)
    zs[i] = divisor == INT32_MAX ? 127 : -1;
  ops_put(SRC, n, count, 4);
  ops_put(AUX, zs, count, 1);
  for (uint32_t k = 0; k <= twice; k++) {
    ops_map(cmd[k], count, CURTA_TYPE_INT32);
    curta_cmd_set(cmd[k], CURTA_MAP_DST_TYPE, CURTA_TYPE_INT32);
    curta_cmd_set(cmd[k], CURTA_MAP_ACT, CURTA_ACT_BACK_ZS);
    curta_cmd_set(cmd[k], CURTA_MAP_SLOPE, divisor == 8 || twice);
    curta_cmd_set(cmd[k], CURTA_MAP_SRC, k ? DST : SRC);
  }
  ops_run(file, cmd, 1 + twice);
  ops_expect(file, DST, want, count, 4);
}

/* Every file, by each of the three that has its divisor. */
static void division(void)
{
  static const uint32_t divisor[] = {2,    3,    4,     5,      7,      8,      64,      512,
                                     1000, 1536, 25600, 200704, 327680, 983040, 1179648, INT32_MAX};
  for (int k = 0; k < COUNT(divisor); k++) {
    int32_t n[1024], want[1024];
    uint32_t d = divisor[k], count;
    char file[40];
    (void)snprintf(file, sizeof file, "ops/tdiv/d%u.npy", d);
    count = ops_row(npy_read("%s", file), 2, 0, n);
    ops_row(npy_read("%s", file), 2, 1, want);
    if (d != INT32_MAX) {
      divide_gradients(file, n, want, count, d);
      divide_clipped(file, n, want, count, d);
    }
    if (d == 4 || d == 8 || d == 64 || d == INT32_MAX)
      divide_deltas(file, n, want, count, d);
  }
}

static void updates(void)
{
  static const uint32_t divisor[] = {512 * 640, 1536 * 640, 512, 4608, 512 * 640},
                        decay[] = {28000, 12000, 3000, 500, 0};
  for (int k = 0; k < COUNT(divisor); k++) {
    int32_t w[1024], g[1024], want[1024];
    char file[40];
    (void)snprintf(file, sizeof file, "ops/sgd/%d.npy", k);
    uint32_t n = ops_row(npy_read("%s", file), 3, 0, w), out = 0;
    ops_row(npy_read("%s", file), 3, 1, g);
    ops_row(npy_read("%s", file), 3, 2, want);
    for (uint32_t i = 0; i < n; i++) {
      out += w[i] > 131071 || w[i] < -131072;
      want[i] = curta_s32((uint32_t)w[i] - (uint32_t)want[i]);
    }
    npy_value(ops_group, "weights of more than 18 bits", out, 0);
    update(file, w, g, want, n, divisor[k], 32, decay[k]);
  }
}

/* What Aside says of slopes and rates is so. */
static void refused(void)
{
  static const uint32_t slope[] = {3, 5, 7, 10, 15, 20};
  struct curta_plan_request rq = {.mem_bytes = 1 << 24, .batch = 8, .work = malloc(curta_plan_work_bytes())};
  static struct curta_net net;
  static struct curta_plan plan;
  struct curta_diag diag = {0, ""};
  char text[100];
  curta_opt_preset(&rq.opt, 0);
  rq.net = &net;
  npy_value(ops_group, "configuration", curta_hw_named(&rq.hw, ops_pair.conf.name), 0);
  for (int k = 0; k <= COUNT(slope); k++) {
    uint32_t a = k < COUNT(slope) ? slope[k] : 4;
    (void)snprintf(text, sizeof text, "algorithm nitro-d\ninput 1 4 4\nslope %u\nlinear 8\nlinear 2\n", a);
    npy_value(ops_group, "network", curta_net_parse(text, strlen(text), &net, &diag), 0);
    npy_value(ops_group, "plan", curta_plan(&plan, &rq, &diag), a == 4 ? 0 : -EINVAL);
  }
  for (int p50 = 0; p50 < 2; p50++) {
    (void)snprintf(text, sizeof text, "algorithm nitro-d\ninput 1 4 4\nlinear 8\ndropout %s\nlinear 2\n",
                   p50 ? "0.5" : "0.25");
    npy_value(ops_group, "dropout", curta_net_parse(text, strlen(text), &net, &diag), p50 ? -EINVAL : 0);
  }
  free(rq.work);
}

static int run_config(const char *config)
{
  static const struct {
    const char *name;
    void (*test)(void);
  } tests[] = {{"scaling", scaling},     {"NITRO-ReLU", relu},     {"loss", loss},
               {"pooling", ops_pooling}, {"average", ops_average}, {"dropout", dropout},
               {"division", division},   {"update", updates},      {"refused", refused}};
  static const char *const subs[] = {"ops", "prep", 0};
  static const char *const inputs[] = {"_x.npy", "_d.npy", "_mask.npy", 0};
  int bad = 0, err = pair_open(&ops_pair, config, 100, 1);
  if (err)
    return printf("FAIL official operators, %s: cannot open the devices: %s\n", config, strerror(-err)) > 0;
  ops_t2 = (uint32_t)(ops_pair.conf.t * ops_pair.conf.t);
  npy_again();
  for (int i = 0; i < COUNT(tests); i++) {
    (void)snprintf(ops_group, sizeof ops_group, "official operators, %s, golden and %s: %s", config, ops_pair.rtl.name,
                   tests[i].name);
    tests[i].test();
    bad |= npy_verdict(ops_group);
  }
  (void)snprintf(ops_group, sizeof ops_group, "official operators, %s, golden and %s", config, ops_pair.rtl.name);
  bad |= npy_account(ops_group, subs, inputs, Aside);
  pair_close(&ops_pair);
  return bad;
}

int main(int argc, char **argv)
{
  static const char *const all[] = {"tiny", "base", "large"};
  int bad = 0;
  npy_folder("tests/vectors/nitro-d");
  if (argc > 1)
    return run_config(argv[1]);
  for (int i = 0; i < COUNT(all); i++)
    if (pair_built(all[i]))
      bad |= run_config(all[i]);
    else
      printf("official operators: %s is not in this library: not run\n", all[i]);
  return bad;
}
