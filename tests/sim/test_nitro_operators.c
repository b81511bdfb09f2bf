/* SPDX-License-Identifier: Apache-2.0
 * test_nitro_operators.c - the operators of the official NITRO-D vectors (tests/vectors/nitro-d/ops) as single commands
 * on the golden device and on the Verilog (or what has its names: tests/hls/as_hls.c): scaling, NITRO-ReLU forward and
 * backward, loss, padded pooling and its backward pass, dropout, division of gradients, update with decay
 *
 * usage: test_nitro_operators [CONFIG]
 *
 * What no device does stays with tests/golden/test_nitro_vectors: slopes other than 4, 8 and 16, divisors that no rate
 * is, dropout whose result leaves int8, average pooling, and the work of the host (initial bounds, head geometry,
 * schedule, augmentation, normalisation).
 */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"
#include "curta_nitro.h"
#include "npy.h"
#include "pair.h"

#define COUNT(a) ((int)(sizeof(a) / sizeof *(a)))
#define SRC PAIR_DATA /* int32 where a command has such a source */
#define AUX 0x60000u
#define DST 0x90000u
#define IDX 0xd0000u

static struct pair p;
static uint32_t t2; /* elements of a tile */
static char group[64];

/* Row r of a file of `rows` rows; r < 0: all of it. */
static uint32_t read_row(struct npy a, int rows, int r, int32_t *to)
{
  size_t n = a.count / (size_t)rows;
  for (size_t i = 0; i < n; i++)
    to[i] = (int32_t)npy_at(&a, (size_t)r * n + i);
  return (uint32_t)n;
}

/* n values of `size` bytes at `at` in both memories, zeros behind them to the end of the last tile. */
static void put(uint32_t at, const int32_t *x, uint32_t n, uint32_t size)
{
  uint32_t room = (n + t2 - 1) / t2 * t2;
  uint8_t *raw = calloc(room, size);
  for (uint32_t i = 0; i < n; i++)
    memcpy(raw + i * size, &x[i], size); /* little endian */
  p.golden.mem_write(p.golden.ctx, at, raw, room * size);
  p.rtl.mem_write(p.rtl.ctx, at, raw, room * size);
  free(raw);
}

/* The Verilog's memory against expected values of `size` bytes. */
static void expect(const char *file, uint32_t at, const int32_t *want, uint32_t n, uint32_t size)
{
  const uint8_t *raw = p.rtl.mem_map(p.rtl.ctx, at, (uint64_t)n * size);
  char what[64];
  for (uint32_t i = 0; i < n; i++) {
    int32_t got = (int8_t)raw[i * size];
    if (size == 4)
      memcpy(&got, raw + 4 * i, 4);
    (void)snprintf(what, sizeof what, "%.40s, value %u", file, i);
    npy_value(group, what, got, want[i]);
  }
}

/* Runs commands of the vector engine on both devices; golden and Verilog agree in records, memory and registers. */
static void run(const char *file, uint32_t cmd[][32], uint32_t n)
{
  pair_command(&p, cmd[n], CURTA_OP_END);
  cmd[n][3] = n;
  if (pair_run(&p, cmd, n + 1) || pair_same(&p)) {
    printf("FAIL %s: %s: %s\n", group, file, p.why);
    exit(1);
  }
}

static void map(uint32_t cmd[32], uint32_t n, uint32_t type)
{
  pair_command(&p, cmd, CURTA_OP_MAP);
  curta_cmd_set(cmd, CURTA_MAP_SRC, SRC);
  curta_cmd_set(cmd, CURTA_MAP_AUX, AUX);
  curta_cmd_set(cmd, CURTA_MAP_DST, DST);
  curta_cmd_set(cmd, CURTA_MAP_SRC_TYPE, type);
  curta_cmd_set(cmd, CURTA_MAP_N0, (n + t2 - 1) / t2);
  curta_cmd_set(cmd, CURTA_MAP_N1, 1);
  curta_cmd_set(cmd, CURTA_MAP_N2, 1);
  curta_cmd_set(cmd, CURTA_MAP_N3, 1);
}

/* x DIV_M >> (DIV_S + t) as fields: a factor of 24 bits. */
static void division(uint32_t cmd[32], uint32_t s, uint32_t t, uint64_t factor)
{
  for (; !(factor >> 23); factor <<= 1)
    t++;
  curta_cmd_set(cmd, CURTA_MAP_DIV, 1);
  curta_cmd_set(cmd, CURTA_MAP_DIV_S, s);
  curta_cmd_set(cmd, CURTA_MAP_DIV_T, t - 23);
  curta_cmd_set(cmd, CURTA_MAP_DIV_M, (uint32_t)factor);
}

static void scaling(void)
{
  static const uint32_t factor[] = {2304, 6912, 12800, 25600, 131072, 200704, 262144, 294912, 786432, 1048576, 1179648};
  for (int k = 0; k < COUNT(factor); k++) {
    uint32_t cmd[2][32], odd = factor[k], s = 0, t = 0;
    int32_t z[512], want[512];
    char file[40];
    (void)snprintf(file, sizeof file, "ops/scale/sf%u.npy", factor[k]);
    uint32_t n = read_row(npy_read("%s", file), 2, 0, z);
    read_row(npy_read("%s", file), 2, 1, want);
    for (; odd % 2 == 0; odd /= 2)
      s++;
    while ((((1ull << t) + odd - 1) / odd * odd - (1ull << t)) * (128 * odd - 1) >= 1ull << t) /* machine.md 7 */
      t++;
    put(SRC, z, n, 4);
    map(cmd[0], n, CURTA_TYPE_INT32);
    division(cmd[0], s, t, ((1ull << t) + odd - 1) / odd);
    run(file, cmd, 1);
    expect(file, DST, want, n, 1);
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
    uint32_t n = read_row(npy_read("%s", file), 2, 0, x);
    read_row(npy_read("%s", file), 2, 1, want);
    put(SRC, x, n, 1);
    map(cmd[0], n, CURTA_TYPE_INT8);
    curta_cmd_set(cmd[0], CURTA_MAP_ACT, CURTA_ACT_NITRO);
    curta_cmd_set(cmd[0], CURTA_MAP_SLOPE, k);
    curta_cmd_set(cmd[0], CURTA_MAP_MEAN, (uint32_t)curta_nitro_mean((int32_t)slope[k]));
    run(file, cmd, 1);
    expect(file, DST, want, n, 1);
    (void)snprintf(file, sizeof file, "ops/nitro_relu/bwd_a%u.npy", slope[k]);
    n = read_row(npy_read("%s", file), 3, 0, x);
    read_row(npy_read("%s", file), 3, 1, dy);
    read_row(npy_read("%s", file), 3, 2, want);
    put(SRC, dy, n, 4);
    put(AUX, x, n, 1);
    map(cmd[0], n, CURTA_TYPE_INT32);
    curta_cmd_set(cmd[0], CURTA_MAP_DST_TYPE, CURTA_TYPE_INT32);
    curta_cmd_set(cmd[0], CURTA_MAP_ACT, CURTA_ACT_BACK_ZS);
    curta_cmd_set(cmd[0], CURTA_MAP_SLOPE, k);
    run(file, cmd, 1);
    expect(file, DST, want, n, 4);
  }
}

/* One class: an image of label 0 has the target of the label, one of label 1 (no class) has 0. */
static void loss(void)
{
  uint32_t cmd[2][32], t = (uint32_t)p.conf.t, flags = 0;
  int32_t x[512], y[512], want[512];
  struct npy a = npy_read("ops/loss_grad.npy");
  uint32_t n = read_row(a, 3, 0, x), tiles = (n + t - 1) / t;
  int32_t *logits = calloc(tiles * t2, 4), *all = calloc(tiles * t2, 4), labels[512];
  read_row(a, 3, 1, y);
  read_row(a, 3, 2, want);
  for (uint32_t i = 0; i < n; i++) {
    labels[i] = y[i] != CURTA_NITRO_TARGET;
    logits[i / t * t2 + i % t * t] = x[i];
    all[i / t * t2 + i % t * t] = want[i];
  }
  put(SRC, logits, tiles * t2, 1);
  put(AUX, labels, n, 2);
  pair_command(&p, cmd[0], CURTA_OP_LOSS);
  curta_cmd_set(cmd[0], CURTA_LOSS_SRC, SRC);
  curta_cmd_set(cmd[0], CURTA_LOSS_AUX, AUX);
  curta_cmd_set(cmd[0], CURTA_LOSS_DST, DST);
  curta_cmd_set(cmd[0], CURTA_LOSS_ROWS, n);
  curta_cmd_set(cmd[0], CURTA_LOSS_CLASSES, 1);
  curta_cmd_set(cmd[0], CURTA_LOSS_RSS, 1);
  curta_cmd_set(cmd[0], CURTA_LOSS_TARGET, CURTA_NITRO_TARGET);
  run("ops/loss_grad.npy", cmd, 1);
  expect("ops/loss_grad.npy", DST, all, tiles * t2, 1);
  p.rtl.reg_read(p.rtl.ctx, CURTA_REG_FLAGS, &flags);
  npy_value(group, "ops/loss_grad.npy: FLAGS.WRAP", flags >> CURTA_FLAG_WRAP & 1, 1); /* 31 of them wrap */
  p.golden.reg_write(p.golden.ctx, CURTA_REG_FLAGS, ~0u);
  p.rtl.reg_write(p.rtl.ctx, CURTA_REG_FLAGS, ~0u);
  free(logits);
  free(all);
}

static void windows(uint32_t cmd[32], const struct curta_nitro_pool *g, uint32_t h, uint32_t w)
{
  curta_cmd_set(cmd, CURTA_MAP_N0, 1);
  curta_cmd_set(cmd, CURTA_MAP_N1, (uint32_t)g->ow);
  curta_cmd_set(cmd, CURTA_MAP_N2, (uint32_t)g->oh);
  curta_cmd_set(cmd, CURTA_MAP_N3, 1);
  curta_cmd_set(cmd, CURTA_MAP_W_SY, w);
  curta_cmd_set(cmd, CURTA_MAP_W_SX, 1);
  curta_cmd_set(cmd, CURTA_MAP_KH, (uint32_t)g->kh);
  curta_cmd_set(cmd, CURTA_MAP_KW, (uint32_t)g->kw);
  curta_cmd_set(cmd, CURTA_MAP_PADDED, 1);
  curta_cmd_set(cmd, CURTA_MAP_PAD_Y, (uint32_t)g->pad_h & 0xffff);
  curta_cmd_set(cmd, CURTA_MAP_PAD_X, (uint32_t)g->pad_w & 0xffff);
  curta_cmd_set(cmd, CURTA_MAP_LIM_Y, h);
  curta_cmd_set(cmd, CURTA_MAP_LIM_X, w);
}

/* Maps of an array (planes, h, w): a tile for each position, in which a plane is an element. */
static uint32_t positions(struct npy a, int32_t *to)
{
  uint32_t planes = (uint32_t)(a.shape[0] * a.shape[1]), n = (uint32_t)a.count / planes;
  memset(to, 0, (size_t)n * t2 * 4);
  for (uint32_t i = 0; i < a.count; i++)
    to[i % n * t2 + i / n] = (int32_t)npy_at(&a, i);
  return n * t2;
}

static void pooling(void)
{
  static const struct curta_nitro_pool geometry[] = {{2, 2, 0, 0, 4, 4}, {2, 2, 0, 0, 3, 3}, {4, 4, 2, 2, 4, 4},
                                                     {8, 4, 4, 2, 2, 4}, {4, 2, 2, 1, 2, 4}, {2, 1, 1, 0, 2, 3},
                                                     {8, 4, 4, 0, 4, 7}};
  int32_t *x = malloc(28 * 28 * 256 * 4);
  for (int k = 0; k < COUNT(geometry); k++) {
    const struct curta_nitro_pool *g = &geometry[k];
    struct npy a = npy_read("ops/maxpool/%d_x.npy", k);
    uint32_t cmd[2][32], h = (uint32_t)a.shape[2], w = (uint32_t)a.shape[3];
    char file[40];
    (void)snprintf(file, sizeof file, "ops/maxpool/%d_x.npy", k);
    if ((h * w * 4 + 1) * t2 > IDX - DST) /* the largest map has no room on large */
      continue;
    put(SRC, x, positions(a, x), 1);
    map(cmd[0], 1, CURTA_TYPE_INT8);
    windows(cmd[0], g, h, w);
    curta_cmd_set(cmd[0], CURTA_MAP_POOL, 1);
    curta_cmd_set(cmd[0], CURTA_MAP_IDX, IDX);
    curta_cmd_set(cmd[0], CURTA_MAP_S1, (uint32_t)g->kw);
    curta_cmd_set(cmd[0], CURTA_MAP_S2, (uint32_t)g->kh * w);
    curta_cmd_set(cmd[0], CURTA_MAP_D1, 1);
    curta_cmd_set(cmd[0], CURTA_MAP_D2, (uint32_t)g->ow);
    run(file, cmd, 1);
    expect(file, DST, x, positions(npy_read("ops/maxpool/%d_y.npy", k), x), 1);
    if (k == 1) /* it has no backward pass */
      continue;
    put(SRC, x, positions(npy_read("ops/maxpool/%d_d.npy", k), x), 4);
    memset(x, 0, h * w * t2 * 4);
    put(DST, x, h * w * t2, 4);
    pair_command(&p, cmd[0], CURTA_OP_SCATTER);
    curta_cmd_set(cmd[0], CURTA_MAP_SRC, SRC);
    curta_cmd_set(cmd[0], CURTA_MAP_AUX, IDX);
    curta_cmd_set(cmd[0], CURTA_MAP_DST, DST);
    curta_cmd_set(cmd[0], CURTA_MAP_SRC_TYPE, CURTA_TYPE_INT32);
    curta_cmd_set(cmd[0], CURTA_MAP_DST_TYPE, CURTA_TYPE_INT32);
    windows(cmd[0], g, h, w);
    curta_cmd_set(cmd[0], CURTA_MAP_S1, 1);
    curta_cmd_set(cmd[0], CURTA_MAP_S2, (uint32_t)g->ow);
    curta_cmd_set(cmd[0], CURTA_MAP_D1, (uint32_t)g->kw);
    curta_cmd_set(cmd[0], CURTA_MAP_D2, (uint32_t)g->kh * w);
    run(file, cmd, 1);
    expect(file, DST, x, positions(npy_read("ops/maxpool/%d_dx.npy", k), x), 4);
  }
  free(x);
}

static void dropout(void)
{
  static const int32_t rate[] = {50, 100, 150, 250};
  for (int k = 0; k < COUNT(rate); k++) {
    uint32_t cmd[2][32], t = 0, m = 0, right = 0, factor = (uint32_t)curta_nitro_dropout_factor(rate[k]);
    int32_t x[1024], mask[1024], want[1024];
    char file[40];
    (void)snprintf(file, sizeof file, "ops/dropout/p%02d_y.npy", rate[k] / 10);
    uint32_t n = read_row(npy_read("ops/dropout/p%02d_x.npy", rate[k] / 10), 1, 0, x);
    read_row(npy_read("ops/dropout/p%02d_mask.npy", rate[k] / 10), 1, 0, mask);
    read_row(npy_read("%s", file), 1, 0, want);
    while (right < 128) /* the shortest exact factor for a byte */
      for (m = (uint32_t)((((uint64_t)factor << ++t) + 999) / 1000), right = 0;
           right < 128 && right * (uint64_t)m >> t == right * factor / 1000;)
        right++;
    put(SRC, x, n, 1);
    put(AUX, mask, n, 1);
    map(cmd[0], n, CURTA_TYPE_INT8);
    division(cmd[0], 0, t, m);
    curta_cmd_set(cmd[0], CURTA_MAP_MASK, 1);
    run(file, cmd, 1);
    expect(file, DST, want, n, 1);
  }
}

/* DST := W - G / divisor - W / decay */
static void update(const char *file, const int32_t *w, const int32_t *g, const int32_t *want, uint32_t n,
                   uint32_t divisor, uint32_t decay)
{
  uint32_t cmd[6][32], reg[4];
  if (curta_nitro_rate(divisor, 32, reg) || curta_nitro_rate(decay, CURTA_WEIGHT_BITS, reg + 2)) {
    npy_value(group, file, -ERANGE, 0);
    return;
  }
  for (uint32_t i = 0; i < 4; i++) {
    pair_command(&p, cmd[i], CURTA_OP_SCALAR);
    curta_cmd_set(cmd[i], CURTA_SCALAR_FUNC, CURTA_SCALAR_SET);
    curta_cmd_set(cmd[i], CURTA_SCALAR_RD, 10 + i);
    curta_cmd_set(cmd[i], CURTA_SCALAR_IMM, reg[i]);
  }
  put(SRC, g, n, 4);
  put(AUX, w, n, 4);
  pair_command(&p, cmd[4], CURTA_OP_UPDATE);
  curta_cmd_set(cmd[4], CURTA_UPDATE_SRC, SRC);
  curta_cmd_set(cmd[4], CURTA_UPDATE_AUX, AUX);
  curta_cmd_set(cmd[4], CURTA_UPDATE_DST, DST);
  curta_cmd_set(cmd[4], CURTA_UPDATE_N, (n + t2 - 1) / t2);
  curta_cmd_set(cmd[4], CURTA_UPDATE_NITRO, 1);
  curta_cmd_set(cmd[4], CURTA_UPDATE_LR_REG, 10);
  curta_cmd_set(cmd[4], CURTA_UPDATE_ETA_REG, 12);
  run(file, cmd, 5);
  expect(file, DST, want, n, 4);
}

static void gradients(void)
{
  static const uint32_t divisor[] = {512, 1536, 25600, 327680, 983040};
  for (int k = 0; k < COUNT(divisor); k++) {
    int32_t g[1024], want[1024], zero[1024] = {0};
    char file[40];
    (void)snprintf(file, sizeof file, "ops/tdiv/d%u.npy", divisor[k]);
    uint32_t n = read_row(npy_read("%s", file), 2, 0, g);
    read_row(npy_read("%s", file), 2, 1, want);
    for (uint32_t i = 0; i < n; i++)
      want[i] = -want[i];
    update(file, zero, g, want, n, divisor[k], 0);
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
    uint32_t n = read_row(npy_read("%s", file), 3, 0, w), out = 0;
    read_row(npy_read("%s", file), 3, 1, g);
    read_row(npy_read("%s", file), 3, 2, want);
    for (uint32_t i = 0; i < n; i++) {
      out += w[i] > 131071 || w[i] < -131072;
      want[i] = curta_s32((uint32_t)w[i] - (uint32_t)want[i]);
    }
    npy_value(group, "weights of more than 18 bits", out, 0);
    update(file, w, g, want, n, divisor[k], decay[k]);
  }
}

static int run_config(const char *config)
{
  static const struct {
    const char *name;
    void (*test)(void);
  } tests[] = {{"scaling", scaling}, {"NITRO-ReLU", relu},    {"loss", loss},     {"pooling", pooling},
               {"dropout", dropout}, {"division", gradients}, {"update", updates}};
  int bad = 0, err = pair_open(&p, config, 100, 1);
  if (err)
    return printf("FAIL official operators, %s: cannot open the devices: %s\n", config, strerror(-err)) > 0;
  t2 = (uint32_t)(p.conf.t * p.conf.t);
  for (int i = 0; i < COUNT(tests); i++) {
    (void)snprintf(group, sizeof group, "official operators, %s, golden and %s: %s", config, p.rtl.name, tests[i].name);
    tests[i].test();
    bad |= npy_verdict(group);
  }
  pair_close(&p);
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
  return bad;
}
