/* SPDX-License-Identifier: Apache-2.0
 * run.c - what a planned step reads and leaves: weights, batches, masks, results (curta.h) */
#include <errno.h>
#include <string.h>
#include "init_int.h"
#include "run_int.h"

#define CLEAR_BYTES 1024u
int memory_clear(const struct curta_dev *dev, uint32_t addr, uint32_t end)
{
  static const uint8_t zeros[CLEAR_BYTES];
  int err = 0;
  for (; addr < end && !err; addr += CLEAR_BYTES)
    err = dev->bus->mem_write(dev->bus->ctx, addr, zeros, end - addr < CLEAR_BYTES ? end - addr : CLEAR_BYTES);
  return err;
}

/* Master weights that stand for the int8 weights just written: w 2^F. */
static int master_from_weights(const struct curta_run *run, uint32_t w)
{
  const struct curta_plan_weighted *l = &run->plan->weighted[w];
  const struct curta_tensor *from = &run->plan->tensor[l->t_weight], *to = &run->plan->tensor[l->t_master];
  uint32_t elems = tile_side(run) * tile_side(run), tiles = from->bytes / elems;
  int8_t data[MAX_TILE];
  int16_t master[MAX_TILE];
  int err = 0;
  for (uint32_t i = 0; i < tiles && !err; i++) {
    err = tile_read(run, from, i, data);
    for (uint32_t j = 0; j < elems; j++)
      master[j] = (int16_t)(data[j] * (1 << run->plan->opt.frac_bits));
    if (!err)
      err = tile_write(run, to, i, master);
  }
  return err;
}

int curta_weights_set(struct curta_run *run, uint32_t w, const int8_t *weights, int32_t exponent)
{
  int err;
  if (run->plan->net->algorithm == CURTA_NITRO_D)
    return -ENOTSUP; /* curta_nitro_weights_set */
  if (w >= run->plan->n_weighted)
    return -EINVAL;
  err = weights_write(run, w, run->plan->weighted[w].t_weight, weights);
  if (!err && run->plan->weighted[w].t_master >= 0)
    err = master_from_weights(run, w);
  if (!err)
    run->weight_exp[w] = exponent;
  return err;
}

int curta_weights_get(const struct curta_run *run, uint32_t w, int8_t *weights)
{
  if (run->plan->net->algorithm == CURTA_NITRO_D)
    return -ENOTSUP;
  return w < run->plan->n_weighted ? weights_read(run, w, run->plan->weighted[w].t_weight, weights) : -EINVAL;
}

int curta_master_set(struct curta_run *run, uint32_t w, const int16_t *weights)
{
  if (w >= run->plan->n_weighted)
    return -EINVAL;
  return run->plan->weighted[w].t_master < 0 ? -ENOTSUP
                                             : weights_write(run, w, run->plan->weighted[w].t_master, weights);
}

int curta_master_get(const struct curta_run *run, uint32_t w, int16_t *weights)
{
  if (w >= run->plan->n_weighted)
    return -EINVAL;
  return run->plan->weighted[w].t_master < 0 ? -ENOTSUP
                                             : weights_read(run, w, run->plan->weighted[w].t_master, weights);
}

int curta_grad_get(const struct curta_run *run, uint32_t w, int32_t *grad)
{
  if (w >= run->plan->n_weighted)
    return -EINVAL;
  return run->plan->weighted[w].t_grad < 0 ? -ENOTSUP : weights_read(run, w, run->plan->weighted[w].t_grad, grad);
}

int curta_batch_claim(struct curta_run *run, const uint16_t *labels, uint32_t n, uint32_t *addr)
{
  const struct curta_plan *plan = run->plan;
  const struct curta_bus *bus = run->dev->bus;
  uint32_t bank = plan->t_input2 ? 1 - run->bank : 0;
  const struct curta_tensor *t = &plan->tensor[bank ? plan->t_labels2 : plan->t_labels];
  int err;
  if (n != plan->batch)
    return -EINVAL;
  if (run->next) /* steps under way read both banks */
    return -EAGAIN;
  err = labels ? bus->mem_write(bus->ctx, t->addr, labels, n * sizeof *labels)
               : memory_clear(run->dev, t->addr, t->addr + t->bytes);
  if (err)
    return err;
  run->bank = bank;
  run->images = n;
  *addr = plan->tensor[bank ? plan->t_input2 : plan->t_input].addr;
  return 0;
}

int curta_batch_write(struct curta_run *run, const int8_t *x, const uint16_t *labels, uint32_t n)
{
  uint32_t addr;
  int err = curta_batch_claim(run, labels, n, &addr);
  return err ? err : input_write(run, x);
}

/* Masks of this step, the same for the T images of a tile. Features count in (c,h,w) order. */
static int write_mask(const struct curta_run *run, const struct curta_plan_weighted *l, uint32_t layer)
{
  const struct curta_tensor *m = &run->plan->tensor[l->t_mask];
  uint32_t t = tile_side(run), tile = 0;
  int8_t data[MAX_TILE];
  int err = 0;
  for (uint32_t y = 0; y < m->d[1]; y++)
    for (uint32_t x = 0; x < m->d[2]; x++)
      for (uint32_t ct = 0; ct < m->d[3] && !err; ct++) {
        memset(data, 0, (size_t)t * t);
        for (uint32_t b = 0; b < t && ct * t + b < l->o; b++) {
          bool keep = curta_kept(layer, l->drop_log2, run->plan->opt.seed, run->step,
                                 ((ct * t + b) * m->d[1] + y) * m->d[2] + x);
          for (uint32_t a = 0; a < t; a++)
            data[a * t + b] = keep;
        }
        err = tile_write(run, m, tile++, data);
      }
  return err;
}

int write_masks(const struct curta_run *run)
{
  const struct curta_net *net = run->plan->net;
  uint32_t w = 0;
  int err = 0;
  for (uint32_t i = 0; i < net->n_layers && !err; i++) {
    const struct curta_layer *l = &net->layer[i];
    w += l->kind == CURTA_LAYER_CONV || l->kind == CURTA_LAYER_LINEAR;
    if (l->kind == CURTA_LAYER_DROPOUT)
      err = write_mask(run, &run->plan->weighted[w - 1], i);
  }
  return err;
}

int curta_result(const struct curta_run *run, struct curta_result *result)
{
  int32_t exponent, correct;
  bool second = run->done && own_results(run->plan);
  int err = curta_dev_scalar_read(run->dev, second ? CURTA_S_EXP2 : CURTA_S_EXP, &exponent);
  if (!err)
    err = curta_dev_scalar_read(run->dev, second ? CURTA_S_CORRECT2 : CURTA_S_CORRECT, &correct);
  if (err)
    return err;
  err = curta_dev_flags(run->dev, 0, &result->flags);
  if (err)
    return err;
  result->exponent = exponent;
  result->correct = (uint32_t)correct;
  result->images = run->images;
  return 0;
}

int curta_logits_get(const struct curta_run *run, int8_t *logits)
{
  const struct curta_plan *plan = run->plan;
  return curta_tensor_get(run, plan->t_logits, plan->batch, plan->net->classes, 1, 1, logits);
}
