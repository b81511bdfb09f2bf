/* SPDX-License-Identifier: Apache-2.0
 * test_feed - the firmware's short way of images into the input tensor against the driver's: every byte of the tensor
 * and the labels, for images at any alignment
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_golden.h"
#include "feed.h"

#define BATCH 11u
#define IMAGES 40u

static const char *const nets[] = {
    "input 1 7 5\nflatten\nlinear 9\n",
    "input 1 16 16\nflatten\nlinear 9\n",
    "input 1 12 12\nconv 9 kernel 5\nrelu\nflatten\nlinear 3\n",
    "input 1 13 11\nconv 9 kernel 7\nrelu\nflatten\nlinear 3\n",
    "input 1 13 13\nconv 8 kernel 6 stride 2\nrelu\nflatten\nlinear 3\n",
    "input 1 21 23\nconv 8 kernel 9\nrelu\nflatten\nlinear 3\n",
    "input 1 9 9\nconv 8 kernel 3 pad 1\nrelu\nflatten\nlinear 3\n",
    "input 3 8 8\nconv 8 kernel 3\nrelu\nflatten\nlinear 3\n",
};
static const char *const configs[] = {"tiny", "base", "large"};

static struct curta_plan the_plan;
static struct train t = {.plan = &the_plan};
static struct curta_bus bus;
static uint32_t seed = 7;
static uint32_t draw(void)
{
  seed = seed * 1664525u + 1013904223u;
  return seed >> 8;
}

static int open_all(const char *config)
{
  struct curta_plan_request q = {.net = &t.net, .batch = BATCH, .weight_base = 8192, .banks = 2, .cmd_capacity = 4000};
  struct curta_diag d = {0, ""};
  int err = curta_golden_open(&bus, config, 16 << 20);
  if (!err)
    err = curta_dev_open(&t.dev, &bus);
  curta_opt_preset(&q.opt, 0);
  q.hw = t.dev.hw;
  q.mem_bytes = t.dev.mem_bytes;
  q.work = malloc(curta_plan_work_bytes());
  q.cmd = malloc(4000ul * CURTA_CMD_BYTES);
  if (!err)
    err = curta_plan(t.plan, &q, &d);
  if (!err)
    err = curta_run_open(&t.run, &t.dev, t.plan);
  free(q.work);
  free(q.cmd);
  return err;
}

/* A package of which only what feed.c reads is there; images begin at any byte. */
static struct curta_package *make(void)
{
  uint32_t size = t.net.c * t.net.h * t.net.w, images = (uint32_t)sizeof(struct curta_package) + draw() % 4;
  uint32_t labels = images + IMAGES * size, bytes = labels + IMAGES + 4;
  struct curta_package *p = malloc((bytes + 3u) & ~3u); /* read in words */
  for (uint32_t i = 0; i < bytes; i++)
    ((uint8_t *)p)[i] = (uint8_t)draw();
  p->c = t.net.c;
  p->h = t.net.h;
  p->w = t.net.w;
  p->batch = BATCH;
  p->train_n = IMAGES;
  p->train_images = images;
  p->train_labels = labels;
  return p;
}

static const char *compare(uint32_t first, const uint32_t *index)
{
  static int8_t x[BATCH * 1024];
  const struct curta_package *p = t.package;
  const struct curta_tensor *a = &t.plan->tensor[t.plan->t_input], *b = &t.plan->tensor[t.plan->t_input2],
                            *la = &t.plan->tensor[t.plan->t_labels], *lb = &t.plan->tensor[t.plan->t_labels2];
  uint32_t size = p->c * p->h * p->w;
  uint16_t labels[BATCH];
  for (uint32_t i = 0; i < BATCH; i++) {
    uint32_t k = index ? index[i] : first + i;
    memcpy(x + i * size, (const uint8_t *)p + p->train_images + k * size, size);
    labels[i] = ((const uint8_t *)p)[p->train_labels + k];
  }
  if (feed_check(&t) || feed_batch(&t, p->train_images, p->train_labels, index, first) ||
      curta_batch_write(&t.run, x, labels, BATCH))
    return "a batch is refused";
  if (memcmp(bus.mem_map(bus.ctx, a->addr, a->bytes), bus.mem_map(bus.ctx, b->addr, b->bytes), a->bytes))
    return "the input differs";
  if (memcmp(bus.mem_map(bus.ctx, la->addr, BATCH * 2), bus.mem_map(bus.ctx, lb->addr, BATCH * 2), BATCH * 2))
    return "the labels differ";
  return 0;
}

int main(void)
{
  uint32_t windows = 0, done = 0;
  for (size_t c = 0; c < sizeof configs / sizeof *configs; c++)
    for (size_t i = 0; i < sizeof nets / sizeof *nets; i++) {
      struct curta_window w;
      const char *what = curta_net_parse(nets[i], strlen(nets[i]), &t.net, 0) || open_all(configs[c]) ? "no plan" : 0;
      windows += !what && !curta_input_window(t.plan, &w);
      for (int k = 0; k < 8 && !what; k++) {
        uint32_t index[BATCH];
        struct curta_package *p = make();
        for (uint32_t j = 0; j < BATCH; j++)
          index[j] = draw() % IMAGES;
        t.package = p;
        what = compare(draw() % (IMAGES - BATCH), k % 2 ? index : 0);
        free(p);
        done++;
      }
      if (what) {
        printf("FAIL feed: network %zu on %s: %s\n", i, configs[c], what);
        return 1;
      }
      curta_golden_close(&bus);
    }
  printf("%s feed: %u batches, %u of %zu plans by windows\n", windows >= 12 ? "PASS" : "FAIL", done, windows,
         sizeof configs / sizeof *configs * (sizeof nets / sizeof *nets));
  return windows < 12;
}
