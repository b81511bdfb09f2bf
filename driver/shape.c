/* SPDX-License-Identifier: Apache-2.0
 * shape.c - from the layers of a network to what the device computes: weighted layers with what is fused behind them */
#include <errno.h>
#include <string.h>
#include "plan_int.h"

/* The first layer's images are written by the host: all taps, or those of a row, can become channels. Costs are in
 * cycles for one output pixel of one tile of images: the array's or the memory's, and some of the memory's in any case,
 * because other work waits for it. */
static uint64_t pass_cost(uint64_t array, uint64_t bus)
{
  return (array > bus ? array : bus) + bus / 4;
}

static uint64_t fold_cost(const struct curta_hw *hw, const struct curta_layer *l, uint32_t fold)
{
  uint32_t k = l->kernel, stride = l->stride, t2 = hw->t * hw->t, ot = (l->o + hw->t - 1) / hw->t;
  uint32_t taps = fold == 2 ? 1 : fold == 1 ? k : k * k, chan = l->c * k * k / taps;
  uint32_t depth = (chan + hw->v - 1) / hw->v * hw->v, ct = (chan + hw->t - 1) / hw->t;
  uint32_t reads = ct * (fold == 2 ? 1 : fold == 1 ? stride : stride * stride);
  uint64_t macs = hw->r * hw->c * hw->v;
  uint64_t fwd = (uint64_t)ot * taps * depth * t2 / macs, grad = (uint64_t)ot * taps * ct * hw->t * t2 / macs;
  return pass_cost(fwd, (uint64_t)(reads + ot) * t2 / hw->bus) + pass_cost(grad, (uint64_t)(reads + ot) * t2 / hw->bus);
}

static uint8_t choose_fold(const struct curta_hw *hw, const struct curta_layer *l)
{
  uint8_t best = 0;
  if (l->kind == CURTA_LAYER_LINEAR)
    return 2;
  for (uint8_t fold = 1; fold <= 2; fold++)
    if (fold_cost(hw, l, fold) < fold_cost(hw, l, best))
      best = fold;
  return best;
}

static void fold_first(const struct curta_hw *hw, const struct curta_layer *l, struct curta_plan_weighted *p)
{
  p->fold = choose_fold(hw, l);
  if (p->fold == 2) {
    p->c *= p->r * p->s;
    p->h = p->oh;
    p->w = p->ow;
    p->r = p->s = 1;
    p->stride_y = p->stride_x = 1;
    p->pad_y = p->pad_x = 0;
  } else if (p->fold == 1) {
    p->c *= p->s;
    p->w = p->ow;
    p->s = p->stride_x = 1;
    p->pad_x = 0;
  }
}

/* (c,h,w): the feature map below. */
static void weighted_shape(struct planner *pl, uint32_t index, uint32_t draw, uint32_t c, uint32_t h, uint32_t w)
{
  const struct curta_layer *l = &pl->plan->net->layer[index];
  uint32_t n = pl->plan->n_weighted++;
  struct curta_plan_weighted *p = &pl->plan->weighted[n];
  bool linear = l->kind == CURTA_LAYER_LINEAR;
  memset(p, 0, sizeof *p);
  p->layer = index;
  p->c = c;
  p->h = h;
  p->w = w;
  p->o = l->o;
  p->oh = l->oh;
  p->ow = l->ow;
  p->r = linear ? h : l->kernel;
  p->s = linear ? w : l->kernel;
  p->stride_y = p->stride_x = linear ? 1 : l->stride;
  p->pad_y = p->pad_x = linear ? 0 : l->pad;
  p->s_act = (uint8_t)(CURTA_S_LAYER + 3 * n);
  p->s_err = (uint8_t)(p->s_act + 1);
  p->s_grad = (uint8_t)(p->s_act + 2);
  p->t_in = p->t_out = p->t_idx = p->t_err = p->t_weight = p->t_master = p->t_grad = p->t_mask = -1;
  p->nitro.draw = draw;
  if (n == 0)
    fold_first(&pl->plan->hw, l, p);
}

/* Fuses a layer without weights into the weighted layer before it. draw: its number among layers that are no flatten.
 */
static int fuse(struct planner *pl, const struct curta_layer *l, uint32_t draw)
{
  struct curta_plan_weighted *p = pl->plan->n_weighted ? &pl->plan->weighted[pl->plan->n_weighted - 1] : 0;
  if (l->kind == CURTA_LAYER_FLATTEN)
    return 0;
  if (!p)
    return plan_fail(
        pl, -EINVAL,
        "a network must start with conv or linear (after flatten); move this layer behind it: ", "first layer");
  if (pl->plan->net->algorithm == CURTA_NITRO_D)
    return nitro_fuse(pl, l, draw);
  switch (l->kind) {
  case CURTA_LAYER_RELU:
    p->relu = 1;
    return 0;
  case CURTA_LAYER_MAXPOOL:
    if (p->pool || p->drop_log2)
      return plan_fail(pl, -EINVAL, "only one maxpool, and before dropout, can follow a conv or linear layer", "");
    p->pool = l->kernel;
    return 0;
  default:
    if (p->drop_log2)
      return plan_fail(pl, -EINVAL, "only one dropout can follow a conv or linear layer", "");
    p->drop_log2 = (uint8_t)l->drop_log2;
    return 0;
  }
}

int plan_shapes(struct planner *pl)
{
  const struct curta_net *net = pl->plan->net;
  uint32_t c = net->c, h = net->h, w = net->w, draw = 0;
  for (uint32_t i = 0; i < net->n_layers; i++) {
    const struct curta_layer *l = &net->layer[i];
    int err = 0;
    if (l->kind == CURTA_LAYER_CONV || l->kind == CURTA_LAYER_LINEAR)
      weighted_shape(pl, i, draw, c, h, w);
    else
      err = fuse(pl, l, draw);
    draw += l->kind != CURTA_LAYER_FLATTEN;
    if (err)
      return err;
    if (l->kind != CURTA_LAYER_FLATTEN) { /* flattening changes the outside order only */
      c = l->kind == CURTA_LAYER_DROPOUT || l->kind == CURTA_LAYER_RELU ? c : l->o;
      h = l->kind == CURTA_LAYER_DROPOUT || l->kind == CURTA_LAYER_RELU ? h : l->oh;
      w = l->kind == CURTA_LAYER_DROPOUT || l->kind == CURTA_LAYER_RELU ? w : l->ow;
    }
  }
  const struct curta_plan_weighted *last = &pl->plan->weighted[pl->plan->n_weighted - 1];
  if (last->relu || last->pool || last->drop_log2 || last->oh != 1 || last->ow != 1)
    return plan_fail(pl, -EINVAL, "the last layer must be linear, or conv with an output of 1x1: it gives the logits",
                     "");
  return 0;
}
