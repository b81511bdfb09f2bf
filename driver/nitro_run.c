/* SPDX-License-Identifier: Apache-2.0
 * nitro_run.c - NITRO-D at run time: weights, initial weights, dropout masks, rates (docs/numerics.md 5) */
#include <errno.h>
#include <string.h>
#include "curta_nitro.h"
#include "run_int.h"

#define RAND_DROPOUT 0x100000u /* times layer + 1, plus the step: out of reach of the weights' 2 a layer */

/* Index in net.layer[] of weighted layer w, and *draw: its number among layers that are no flatten. */
static uint32_t layer_of(const struct curta_net *net, uint32_t w, uint32_t *draw)
{
  uint32_t i = 0;
  *draw = 0;
  for (; i < net->n_layers; i++) {
    if (curta_layer_weights(&net->layer[i]) && w-- == 0)
      break;
    *draw += net->layer[i].kind != CURTA_LAYER_FLATTEN;
  }
  return i;
}

static uint64_t inputs(const struct curta_net *net, const struct curta_layer *l, int head)
{
  struct curta_nitro_pool p = {1, 1, 0, 0, 1, 1};
  if (!head)
    return curta_layer_weights(l) / l->o;
  if (l->kind == CURTA_LAYER_CONV)
    p = curta_nitro_head_pool((int32_t)l->o, (int32_t)l->oh, (int32_t)net->nitro.head);
  return (uint64_t)l->o * (uint32_t)(p.oh * p.ow);
}

uint64_t curta_nitro_weights_count(const struct curta_net *net, uint32_t w, int head)
{
  uint32_t draw;
  const struct curta_layer *l;
  if (net->algorithm != CURTA_NITRO_D || w >= net->n_weighted || (head && w + 1 == net->n_weighted))
    return 0;
  l = &net->layer[layer_of(net, w, &draw)];
  return inputs(net, l, head) * (head ? net->classes : l->o);
}

int curta_nitro_weights_init(const struct curta_net *net, uint32_t w, int head, uint32_t seed, int32_t *weights)
{
  uint64_t n = curta_nitro_weights_count(net, w, head);
  uint32_t draw, own;
  const struct curta_layer *l;
  int32_t bound;
  if (!n)
    return -EINVAL;
  l = &net->layer[layer_of(net, w, &draw)];
  bound = curta_nitro_init_bound((int32_t)inputs(net, l, head));
  own = w + 1 == net->n_weighted || head; /* the output layer draws as a learning layer does */
  for (uint64_t i = 0; i < n; i++)
    weights[i] = curta_nitro_init(curta_rand(seed, 2 * draw + own, (uint32_t)i), bound);
  return 0;
}

uint32_t curta_nitro_factor(uint32_t *factor)
{
  uint32_t up = 0;
  for (; *factor && !(*factor >> 23); *factor <<= 1)
    up++;
  return up;
}

int curta_nitro_rate(uint32_t inverse, uint32_t bits, uint32_t reg[2])
{
  uint64_t largest = (uint64_t)1 << (bits - 1), factor = 1;
  uint32_t s = 0, t = 0, m = inverse;
  if (!inverse) { /* never: divides by infinity */
    reg[0] = reg[1] = 0;
    return 0;
  }
  for (; !(m & 1u); m >>= 1)
    s++;
  largest >>= s;
  while ((factor * m - ((uint64_t)1 << t)) * largest >= (uint64_t)1 << t) {
    if (++t > 47)
      return -ERANGE;
    factor = (((uint64_t)1 << t) + m - 1) / m;
  }
  if (factor >> 24 || largest >> 24)
    return -ERANGE;
  reg[1] = (uint32_t)factor;
  t += curta_nitro_factor(reg + 1);
  reg[0] = s | (t - 23) << 8;
  return 0;
}

/* The head of a layer as a weighted layer for the walk over weights. */
static int which(const struct curta_run *run, uint32_t w, int head, int *tensor)
{
  const struct curta_plan *plan = run->plan;
  if (plan->net->algorithm != CURTA_NITRO_D)
    return -ENOTSUP;
  if (w >= plan->n_weighted)
    return -EINVAL;
  *tensor = head ? plan->weighted[w].nitro.t_head : plan->weighted[w].t_weight;
  return *tensor < 0 ? -EINVAL : 0;
}

int curta_nitro_weights_set(struct curta_run *run, uint32_t w, int head, const int32_t *weights)
{
  int tensor, err = which(run, w, head, &tensor);
  return err ? err : weights_write(run, w, tensor, weights);
}

int curta_nitro_weights_get(const struct curta_run *run, uint32_t w, int head, int32_t *weights)
{
  int tensor, err = which(run, w, head, &tensor);
  return err ? err : weights_read(run, w, tensor, weights);
}

/* Element (n,y,x,c) of a mask, in the order (N,C,H,W). */
static int8_t kept(const struct curta_run *run, const struct curta_plan_weighted *l, const struct curta_tensor *m,
                   const uint32_t at[4])
{
  const struct curta_plan_nitro *n = &l->nitro;
  uint32_t index = ((at[0] * l->o + at[3]) * m->d[1] + at[1]) * m->d[2] + at[2];
  uint32_t draw = curta_rand(run->plan->opt.seed, RAND_DROPOUT * (n->drop_draw + 1) + run->step, index);
  return (int8_t)curta_nitro_keep(draw, n->drop_rate);
}

static int write_mask(const struct curta_run *run, const struct curta_plan_weighted *l)
{
  const struct curta_tensor *m = &run->plan->tensor[l->t_mask];
  uint32_t t = tile_side(run), tile = 0, batch = run->plan->batch, at[4];
  int8_t data[MAX_TILE];
  int err = 0;
  for (uint32_t nt = 0; nt < m->d[0]; nt++)
    for (at[1] = 0; at[1] < m->d[1]; at[1]++)
      for (at[2] = 0; at[2] < m->d[2]; at[2]++)
        for (uint32_t ct = 0; ct < m->d[3] && !err; ct++) {
          memset(data, 0, (size_t)t * t);
          for (uint32_t a = 0; a < t && nt * t + a < batch; a++)
            for (uint32_t b = 0; b < t && ct * t + b < l->o; b++) {
              at[0] = nt * t + a;
              at[3] = ct * t + b;
              data[a * t + b] = kept(run, l, m, at);
            }
          err = tile_write(run, m, tile++, data);
        }
  return err;
}

int nitro_write_masks(const struct curta_run *run)
{
  int err = 0;
  for (uint32_t w = 0; w < run->plan->n_weighted && !err; w++)
    if (run->plan->weighted[w].nitro.drop_rate)
      err = write_mask(run, &run->plan->weighted[w]);
  return err;
}

int nitro_registers(const struct curta_run *run, uint32_t value[8])
{
  const struct curta_nitro *n = &run->plan->net->nitro;
  uint64_t forward = (uint64_t)run->rate * n->amplify;
  int err = forward > INT32_MAX || !run->rate ? -ERANGE : curta_nitro_rate((uint32_t)forward, 32, value);
  if (!err)
    err = curta_nitro_rate(run->rate, 32, value + 2);
  if (!err)
    err = curta_nitro_rate(n->decay, CURTA_WEIGHT_BITS, value + 4);
  return err ? err : curta_nitro_rate(n->decay_head, CURTA_WEIGHT_BITS, value + 6);
}
