/* SPDX-License-Identifier: Apache-2.0
 * test_nitro_train.c - `curta train` of NITRO-D from images to weights, beside the layer-level reference: statistics,
 * order, augmentation, dropout masks, schedule, early stop, flags
 */
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "commands.h"
#include "draw.h"
#include "nitro_reference.h"
#include "safetensors.h"

#define SEED 7u
#define BATCH 16u
#define BATCHES 3u /* an epoch of the small data set */

static char Dir[] = "/tmp/curta-test-nitro-train-XXXXXX";

static const char *in_dir(const char *name)
{
  static char path[2][128];
  static int turn;
  turn = !turn;
  (void)snprintf(path[turn], sizeof path[turn], "%s/%s", Dir, name);
  return path[turn];
}

static void write_file(const char *name, const void *bytes, size_t n)
{
  FILE *f = fopen(in_dir(name), "wb");
  if (!f || fwrite(bytes, 1, n, f) != n || fclose(f)) {
    printf("FAIL test_nitro_train: %s cannot be written\n", in_dir(name));
    exit(1);
  }
}

/* curta train with these options; what it prints goes to the file "out". Its exit status. */
static int train(const char *net, uint32_t seed, char *options, struct curta_fail *fail)
{
  struct curta_args args;
  char *argv[32], *rest = NULL;
  int argc = 0, status = 2, before = dup(STDOUT_FILENO);
  memset(fail, 0, sizeof *fail);
  for (char *word = strtok_r(options, " ", &rest); word; word = strtok_r(NULL, " ", &rest))
    argv[argc++] = word;
  (void)fflush(stdout);
  if (before < 0 || !freopen(in_dir("out"), "w", stdout))
    exit(1);
  if (!curta_args_parse(&args, CURTA_CMD_TRAIN, argc, argv, fail)) {
    args.net = net;
    args.out = Dir;
    args.seed = seed;
    args.quiet = args.overwrite = 1;
    status = curta_train(&args, fail);
  }
  (void)fflush(stdout);
  (void)dup2(before, STDOUT_FILENO);
  (void)close(before);
  return status;
}

static struct curta_data load(const struct curta_data_want *want)
{
  struct curta_data data;
  struct curta_fail fail = {.status = 0};
  if (curta_data_load(&data, want, &fail)) {
    printf("FAIL test_nitro_train: %s\n", fail.text);
    exit(1);
  }
  return data;
}

static int64_t number(const struct curta_st *st, const char *key)
{
  struct curta_fail fail = {.status = 0};
  int64_t value = -1;
  CHECK(!curta_st_text_i64(st, key, &value, &fail), "%s", fail.text);
  return value;
}

/* Weights of layer i of the network file, or of its learning layer, and those of the reference. */
static void compare(const struct curta_st *st, const struct nitro_reference *r, const char *layer, uint32_t i,
                    const char *what, const int32_t *expected, size_t n)
{
  char name[64];
  const struct curta_st_tensor *t;
  (void)snprintf(name, sizeof name, "%s%u.%s", layer, i, what);
  t = curta_st_find(st, name);
  CHECK(t && t->end - t->begin == n * sizeof *expected, "%s: not there, or of another size", name);
  for (size_t k = 0; t && k < n && !Check_bad; k++) {
    int32_t w;
    memcpy(&w, st->data + t->begin + k * sizeof w, sizeof w);
    CHECK(w == expected[k], "seed %u: %s[%zu] is %d, the reference has %d", r->seed, name, k, w, expected[k]);
  }
}

static void compare_all(const struct curta_st *st, const struct nitro_reference *r)
{
  const struct nitro_net *n = &r->net;
  int layer = 0;
  for (uint32_t i = 0; i < n->net.n_layers; i++) {
    const struct curta_nitro_layer *l = &n->layer[layer];
    if (n->net.layer[i].kind == CURTA_LAYER_FLATTEN)
      continue;
    layer++;
    if (l->kind == CURTA_NITRO_OUTPUT)
      compare(st, r, "linear", i, "weight", l->learn.w, (size_t)(r->net.ref.opt.classes * l->learn.inputs));
    if (l->kind != CURTA_NITRO_CONV && l->kind != CURTA_NITRO_LINEAR)
      continue;
    compare(st, r, l->kind == CURTA_NITRO_CONV ? "conv" : "linear", i, "weight", l->w, curta_nitro_ref_weights(l));
    compare(st, r, l->kind == CURTA_NITRO_CONV ? "conv" : "linear", i, "head", l->learn.w,
            (size_t)(r->net.ref.opt.classes * l->learn.inputs));
  }
}

static void compare_state(const struct curta_st *st, const struct nitro_reference *r)
{
  CHECK(number(st, "step") == r->step, "%d steps, the reference %u", (int)number(st, "step"), r->step);
  CHECK(number(st, "flags") == r->net.ref.flags, "flags %d, the reference %u", (int)number(st, "flags"),
        r->net.ref.flags);
  CHECK(number(st, "rate") == r->schedule.lr, "rate %d, the reference %d", (int)number(st, "rate"), r->schedule.lr);
  for (uint32_t c = 0; c < r->net.net.c; c++) {
    char key[32];
    (void)snprintf(key, sizeof key, "mean%u", c);
    CHECK(number(st, key) == r->mean[c], "%s: %d, the reference %d", key, (int)number(st, key), r->mean[c]);
    (void)snprintf(key, sizeof key, "deviation%u", c);
    CHECK(number(st, key) == r->deviation[c], "%s: %d, the reference %d", key, (int)number(st, key), r->deviation[c]);
  }
}

static void compare_checkpoint(const struct nitro_reference *r)
{
  struct curta_st st;
  struct curta_fail fail;
  memset(&fail, 0, sizeof fail);
  curta_st_init(&st);
  CHECK(!curta_st_read(&st, in_dir("checkpoint.safetensors"), &fail), "%s", fail.text);
  if (!Check_bad)
    compare_state(&st, r);
  if (!Check_bad)
    compare_all(&st, r);
  curta_st_free(&st);
}

/* Everything that draws, until the schedule stops it: the reference says when. */
static void test_schedule(void)
{
  static const char net[] = "algorithm nitro-d\ninput 3 8 8\ndecay 4000 1000\nhead 64\ncrop 1\nflip\ntwice\n"
                            "conv 6 kernel 3 pad 1\ndropout 0.1\nmaxpool 2\nlinear 12\ndropout 0.2\nlinear 10\n";
  static struct nitro_reference r;
  struct curta_fail fail;
  char options[] = "--data synthetic --limit 50 --test-limit 32 --batch 16 --epochs 200";
  struct curta_data_want want = {"synthetic", NULL, CURTA_TRAIN, 50, 3, 8, 8, 10, SEED};
  struct curta_data images = load(&want), test;
  int rates = 0, stop = 0;
  want.split = CURTA_TEST;
  want.limit = 32;
  test = load(&want);
  GROUP("weights at the end of a schedule: crop, flip, dropout, three channels, both passes");
  write_file("a.net", net, sizeof net - 1);
  nitro_reference_open(&r, in_dir("a.net"), BATCH, SEED, &images);
  while (!stop && r.epochs < 200) {
    uint32_t seen, ok;
    int32_t lr = r.schedule.lr;
    (void)nitro_reference_epoch(&r, &images, UINT32_MAX, &seen);
    CHECK(seen == BATCH * BATCHES, "%u images", seen);
    ok = nitro_reference_test(&r, &test, &seen);
    stop = curta_nitro_schedule_epoch(&r.schedule, ok, seen);
    rates += r.schedule.lr != lr;
  }
  CHECK(stop && rates >= 2, "seed %u: a schedule of %u epochs and %d rates shows nothing", SEED, r.epochs, rates);
  CHECK(train(in_dir("a.net"), SEED, options, &fail) == 0, "%s", fail.text);
  compare_checkpoint(&r);
  nitro_reference_close(&r);
  curta_data_free(&images);
  curta_data_free(&test);
}

/* A learning rate far too high. */
static void test_flags(void)
{
  static const char net[] =
      "algorithm nitro-d\ninput 1 12 12\ndecay 500 200\namplify 64\nrate 256\nlinear 20\nlinear 10\n";
  static struct nitro_reference r;
  struct curta_fail fail;
  char options[] = "--data synthetic --limit 256 --batch 256 --steps 4 --no-eval";
  struct curta_data_want want = {"synthetic", NULL, CURTA_TRAIN, 256, 1, 12, 12, 10, 1};
  struct curta_data images = load(&want);
  uint32_t seen;
  GROUP("loss gradients that leave int8");
  write_file("c.net", net, sizeof net - 1);
  nitro_reference_open(&r, in_dir("c.net"), 256, 1, &images);
  for (int e = 0; e < 4; e++)
    (void)nitro_reference_epoch(&r, &images, 1, &seen);
  CHECK(r.net.ref.flags == CURTA_NITRO_WRAP, "flags of the reference: %u", r.net.ref.flags);
  CHECK(train(in_dir("c.net"), 1, options, &fail) == 0, "%s", fail.text);
  compare_checkpoint(&r);
  nitro_reference_close(&r);
  curta_data_free(&images);
}

/* 26,000 images, of which those that the statistics leave out are white. */
#define MANY 26000u
#define SIDE 4u

static void make_idx(void)
{
  const uint32_t size = SIDE * SIDE;
  static uint8_t images[16 + MANY * SIDE * SIDE] = {0, 0, 8, 3,    0, 0, MANY >> 8, MANY & 255,
                                                    0, 0, 0, SIDE, 0, 0, 0,         SIDE};
  static uint8_t labels[8 + MANY] = {0, 0, 8, 1, 0, 0, MANY >> 8, MANY & 255};
  static uint32_t order[MANY];
  curta_draw_order(order, MANY, SEED, 0);
  for (uint32_t i = 0; i < MANY; i++) {
    for (uint32_t k = 0; k < size; k++)
      images[16 + order[i] * size + k] = i < CURTA_NITRO_STATISTICS ? (uint8_t)(curta_rand(SEED, i, k) >> 26) : 255;
    labels[8 + i] = (uint8_t)(i % 10);
  }
  write_file("train-images-idx3-ubyte", images, sizeof images);
  write_file("train-labels-idx1-ubyte", labels, sizeof labels);
}

static void test_statistics(void)
{
  static const char net[] = "algorithm nitro-d\ninput 1 4 4\nlinear 12\nlinear 10\n";
  static struct nitro_reference r;
  struct curta_fail fail;
  char options[128];
  struct curta_data_want want = {"idx", Dir, CURTA_TRAIN, 0, 1, SIDE, SIDE, 10, SEED};
  struct curta_data images;
  uint32_t seen;
  GROUP("statistics of 25,000 of 26,000 images");
  make_idx();
  images = load(&want);
  write_file("b.net", net, sizeof net - 1);
  nitro_reference_open(&r, in_dir("b.net"), BATCH, SEED, &images);
  (void)nitro_reference_epoch(&r, &images, 5, &seen);
  (void)snprintf(options, sizeof options, "--data idx --data-dir %s --batch 16 --steps 5 --no-eval", Dir);
  CHECK(train(in_dir("b.net"), SEED, options, &fail) == 0, "%s", fail.text);
  compare_checkpoint(&r);
  nitro_reference_close(&r);
  curta_data_free(&images);
}

int main(void)
{
  char command[128];
  if (!mkdtemp(Dir))
    return 1;
  test_schedule();
  test_flags();
  test_statistics();
  check_end();
  (void)snprintf(command, sizeof command, "rm -rf %s", Dir);
  return system(command) || Check_failed;
}
