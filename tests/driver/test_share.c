/* SPDX-License-Identifier: Apache-2.0
 * test_share.c - two plans of different batch sizes on one device share weights: training in turns (the last, smaller
 * batch of an epoch) equals the reference; so does going on from weights that were read back into a fresh device
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_golden.h"
#include "twin.h"

#define BATCHES 2
static const uint32_t batch[BATCHES] = {13, 6};
static const char text[] =
    "input 2 9 9\nconv 11 kernel 3 pad 1\nrelu\nmaxpool 2\nconv 9 kernel 2\nrelu\nflatten\nlinear 7\n";

static struct curta_net net;
static struct curta_opt opt;
static struct curta_plan plan[BATCHES];
static struct curta_run run[BATCHES];
static struct curta_dev dev;
static struct curta_bus bus;
static struct curta_ref ref[BATCHES];
static struct curta_ref_layer layer[BATCHES][8];
static int8_t *weights[3];
static int16_t *master[3];
static uint32_t (*cmd[BATCHES])[CURTA_CMD_WORDS];

static int open_device(void)
{
  uint32_t base = 8192, work = 0;
  struct curta_diag d = {0, ""};
  int err = curta_golden_open(&bus, "base", 16 << 20) || curta_dev_open(&dev, &bus);
  void *scratch = malloc(curta_plan_work_bytes());
  for (int i = 0; i < BATCHES && !err; i++) {
    struct curta_plan_request r = {.net = &net,
                                   .opt = opt,
                                   .hw = dev.hw,
                                   .batch = batch[i],
                                   .weight_base = base,
                                   .work_base = work,
                                   .mem_bytes = dev.mem_bytes,
                                   .cmd = cmd[i],
                                   .cmd_capacity = 4000,
                                   .work = scratch};
    err = curta_plan(&plan[i], &r, &d) || curta_run_open(&run[i], &dev, &plan[i]);
    work = plan[i].end;
    run[i].input_exp = -5;
  }
  free(scratch);
  if (err)
    printf("FAIL shared weights: cannot open: %s\n", d.text);
  return err;
}

static int open_reference(void)
{
  static const enum curta_ref_kind kinds[] = {CURTA_REF_CONV,    CURTA_REF_LINEAR,  CURTA_REF_RELU,
                                              CURTA_REF_MAXPOOL, CURTA_REF_FLATTEN, CURTA_REF_DROPOUT};
  for (int b = 0; b < BATCHES; b++) {
    for (uint32_t i = 0, w = 0; i < net.n_layers; i++) {
      const struct curta_layer *l = &net.layer[i];
      struct curta_ref_layer *r = &layer[b][i];
      *r = (struct curta_ref_layer){
          .kind = kinds[l->kind], .k = (int)l->o, .r = l->kernel, .s = l->kernel, .stride = l->stride, .pad = l->pad};
      if (!curta_layer_weights(l))
        continue;
      if (!b) {
        weights[w] = malloc(curta_layer_weights(l));
        master[w] = malloc(2 * curta_layer_weights(l));
      }
      curta_init_weights(&net, i, &opt, weights[w], &r->w_exp);
      for (uint32_t k = 0; k < curta_layer_weights(l); k++)
        master[w][k] = (int16_t)(weights[w][k] * (1 << opt.frac_bits));
      r->w = weights[w];
      r->wf = master[w++];
    }
    if (curta_ref_init(&ref[b], layer[b], (int)net.n_layers, (int)batch[b], (int)net.c, (int)net.h, (int)net.w))
      return 1;
    ref[b].opt = (struct curta_ref_options){.round_act = CURTA_ROUND_PSTO,
                                            .round_err = CURTA_ROUND_PSTO,
                                            .round_grad = CURTA_ROUND_PSTO,
                                            .loss_round = CURTA_ROUND_STOCHASTIC,
                                            .bump_shift1 = 1,
                                            .frac_bits = opt.frac_bits,
                                            .seed = opt.seed,
                                            .mu = 6};
  }
  return 0;
}

/* One step of plan b; the step number runs over both. */
static int step(int b, uint32_t number)
{
  static int8_t x[13 * 2 * 9 * 9];
  uint16_t labels[13];
  uint32_t s = number + 99;
  for (size_t i = 0; i < sizeof x; i++)
    x[i] = (int8_t)((int)rnd(&s, 255) - 127);
  for (int i = 0; i < 13; i++)
    labels[i] = (uint16_t)rnd(&s, 7);
  run[b].step = ref[b].opt.step = number;
  run[b].mu = 6;
  curta_ref_forward(&ref[b], x, -5);
  curta_ref_backward(&ref[b], labels);
  return curta_batch_write(&run[b], x, labels, batch[b]) || curta_step(&run[b]);
}

static int set_weights(int8_t *w8[3], int16_t *w16[3])
{
  int err = 0;
  for (uint32_t w = 0; w < 3 && !err; w++)
    err = curta_weights_set(&run[0], w, w8[w], layer[0][plan[0].weighted[w].layer].w_exp) ||
          curta_master_set(&run[0], w, w16[w]);
  memcpy(run[1].weight_exp, run[0].weight_exp, sizeof run[0].weight_exp);
  return err;
}

/* Reads back; compares with the reference. */
static int get_weights(int8_t *w8[3], int16_t *w16[3])
{
  for (uint32_t w = 0; w < 3; w++) {
    size_t n = curta_layer_weights(&net.layer[plan[0].weighted[w].layer]);
    if (curta_weights_get(&run[1], w, w8[w]) || curta_master_get(&run[0], w, w16[w]) || memcmp(w8[w], weights[w], n) ||
        memcmp(w16[w], master[w], 2 * n)) {
      printf("FAIL shared weights: layer %u differs from the reference\n", plan[0].weighted[w].layer);
      return 1;
    }
  }
  return 0;
}

int main(void)
{
  int8_t *w8[3];
  int16_t *w16[3];
  int err = curta_net_parse(text, sizeof text - 1, &net, 0);
  curta_opt_preset(&opt, 0);
  opt.frac_bits = 5;
  for (int i = 0; i < BATCHES; i++)
    cmd[i] = malloc(4000ul * CURTA_CMD_BYTES);
  err = err || open_device() || open_reference();
  for (int w = 0; w < 3; w++) {
    w8[w] = calloc(1, 1 << 16);
    w16[w] = calloc(1, 1 << 17);
  }
  err = err || set_weights(weights, master);
  for (uint32_t i = 0; i < 6 && !err; i++)
    err = step((int)(i % 3 == 2), i);
  err = err || get_weights(w8, w16);
  if (!err) { /* a new device goes on from what was read */
    curta_golden_close(&bus);
    err = open_device() || set_weights(w8, w16);
  }
  for (uint32_t i = 6; i < 9 && !err; i++)
    err = step((int)(i % 3 == 2), i);
  err = err || get_weights(w8, w16);
  printf("%s shared weights: two batch sizes in turns, and resuming\n", err ? "FAIL" : "PASS");
  curta_golden_close(&bus);
  return err;
}
