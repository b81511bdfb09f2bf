/* SPDX-License-Identifier: Apache-2.0
 * nitro_plan.c - NITRO-D: what is fused behind a block, geometry of its head, memory map */
#include <errno.h>
#include <string.h>
#include "curta_nitro.h"
#include "plan_int.h"

static bool power_of_two(uint32_t x)
{
  return x && !(x & (x - 1));
}

int nitro_check(struct planner *pl)
{
  const struct curta_net *net = pl->req->net;
  uint32_t reg[2], head = net->nitro.rate;
  if (!pl->req->hw.digit)
    return plan_fail(pl, -EINVAL, "algorithm nitro-d: this device has no modes for it (CAPS2.DIGIT is 0)", "");
  if (!power_of_two(net->nitro.slope) || net->nitro.slope < 4)
    return plan_fail(pl, -EINVAL, "slope: the device divides by 4, 8 and 16 only", "");
  if (curta_nitro_rate(head, 32, reg) || curta_nitro_rate(head * net->nitro.amplify, 32, reg))
    return plan_fail(pl, -EINVAL,
                     "rate: the device divides gradients by multiples of 256 that have an exact 24-bit factor", "");
  if (curta_nitro_rate(net->nitro.decay, CURTA_WEIGHT_BITS, reg) ||
      curta_nitro_rate(net->nitro.decay_head, CURTA_WEIGHT_BITS, reg))
    return plan_fail(pl, -EINVAL, "decay: no exact 24-bit factor for this inverse rate", "");
  return 0;
}

int nitro_fuse(struct planner *pl, const struct curta_layer *l, uint32_t draw)
{
  struct curta_plan_weighted *p = &pl->plan->weighted[pl->plan->n_weighted - 1];
  if (l->kind == CURTA_LAYER_DROPOUT) {
    if (p->nitro.drop_rate)
      return plan_fail(pl, -EINVAL, "only one dropout can follow a block of nitro-d", "");
    p->nitro.drop_rate = l->drop_rate;
    p->nitro.drop_last = p->pool != 0;
    p->nitro.drop_draw = draw;
    return 0;
  }
  if (p->pool)
    return plan_fail(pl, -EINVAL, "only one maxpool can follow a block of nitro-d", "");
  p->pool = l->kernel;
  return 0;
}

static bool window_side(uint32_t x)
{
  return power_of_two(x) && x <= 8;
}

/* Whether the weight gradient gathers: the rows that the lists of a window have are fewer than the positions of the map
 * that the window stands for. Channels have their maxima where they like: of p places, t channels meet p (1 - (1 -
 * 1/p)^t). Returns that in 1/256, 0: dense. On a processor the dense product skips zeros by itself
 * (golden/curta_golden_sparse.c). */
static uint32_t gathers(const struct planner *pl, const struct curta_plan_weighted *l)
{
  const struct curta_plan_nitro *n = &l->nitro;
  uint32_t places = n->win_h * n->win_w, met = 0;
  for (uint32_t i = 0; i < pl->plan->hw.t; i++)
    met += 256 - met / places;
  if (!n->conv || pl->in_order || !window_side(n->win_h) || !window_side(n->win_w))
    return 0;
  return n->head_h * n->head_w * met < l->oh * l->ow * 256 ? met : 0;
}

static void block_geometry(struct planner *pl, struct curta_plan_weighted *l)
{
  struct curta_plan_nitro *n = &l->nitro;
  struct curta_nitro_pool p = {1, 1, 0, 0, 1, 1};
  n->conv = pl->plan->net->layer[l->layer].kind == CURTA_LAYER_CONV;
  if (n->conv)
    p = curta_nitro_head_pool((int32_t)l->o, (int32_t)l->oh, (int32_t)pl->plan->net->nitro.head);
  n->head_c = l->o;
  n->head_h = (uint32_t)p.oh;
  n->head_w = (uint32_t)p.ow;
  n->win_h = (uint32_t)p.kh;
  n->win_w = (uint32_t)p.kw;
  n->pad_h = p.pad_h;
  n->pad_w = p.pad_w;
  n->per_row = gathers(pl, l);
}

void nitro_geometry(struct planner *pl)
{
  for (uint32_t w = 0; w < pl->plan->n_weighted; w++) {
    struct curta_plan_nitro *n = &pl->plan->weighted[w].nitro;
    n->t_zs = n->t_act = n->t_drop = n->t_pool_idx = n->t_head = n->t_h = n->t_class = -1;
    n->t_predict = n->t_g = n->t_delta = n->t_dense = -1;
    if (w + 1 < pl->plan->n_weighted)
      block_geometry(pl, &pl->plan->weighted[w]);
  }
}

void nitro_map_weights(struct planner *pl)
{
  struct curta_plan *plan = pl->plan;
  uint32_t classes = plan_tiles(pl, plan->net->classes);
  for (uint32_t w = 0; w < plan->n_weighted; w++) {
    struct curta_plan_weighted *l = &plan->weighted[w];
    const uint32_t d[4] = {l->r, l->s, plan_tiles(pl, l->o), plan_tiles(pl, l->c)};
    const uint32_t head[4] = {l->nitro.head_h, l->nitro.head_w, classes, plan_tiles(pl, l->nitro.head_c)};
    l->t_weight = plan_add(pl, l->layer, "weight", CURTA_TENSOR_WEIGHT32, 4, d);
    if (l->nitro.head_c)
      l->nitro.t_head = plan_add(pl, l->layer, "head", CURTA_TENSOR_WEIGHT32, 4, head);
  }
}

static int16_t add_act(struct planner *pl, uint32_t layer, const char *name, const uint32_t d[4])
{
  return plan_add(pl, layer, name, CURTA_TENSOR_ACT, 1, d);
}

/* The main path behind a block: activation, dropout, pool in the order of the network. */
static void map_path(struct planner *pl, struct curta_plan_weighted *l, const uint32_t full[4], const uint32_t out[4])
{
  struct curta_plan_nitro *n = &l->nitro;
  const uint32_t *masked = n->drop_last ? out : full;
  bool drop_first = n->drop_rate && !n->drop_last;
  if (n->drop_rate)
    l->t_mask = plan_add(pl, l->layer, "mask", CURTA_TENSOR_MASK, 1, masked);
  if (drop_first)
    n->t_act = add_act(pl, l->layer, "full", full);
  if (n->drop_rate && l->pool)
    n->t_drop = add_act(pl, l->layer, "between", masked);
  if (l->pool)
    n->t_pool_idx = plan_add(pl, l->layer, "idx", CURTA_TENSOR_INDEX, 1, out);
}

static void map_block(struct planner *pl, struct curta_plan_weighted *l, const uint32_t full[4])
{
  struct curta_plan_nitro *n = &l->nitro;
  const uint32_t head[4] = {full[0], n->head_h, n->head_w, full[3]};
  const uint32_t logits[4] = {full[0], 1, 1, plan_tiles(pl, pl->plan->net->classes)};
  n->t_zs = add_act(pl, l->layer, "zs", full);
  n->t_predict = add_act(pl, l->layer, "predict", logits);
  n->t_g = plan_add(pl, l->layer, "g", CURTA_TENSOR_ERROR, 1, logits);
  n->t_delta = plan_add(pl, l->layer, "delta", CURTA_TENSOR_GRAD, 4, head);
  if (n->conv) {
    n->t_h = add_act(pl, l->layer, "h", head);
    n->t_class = plan_add(pl, l->layer, "class", CURTA_TENSOR_INDEX, 1, head);
    if (!n->per_row)
      n->t_dense = plan_add(pl, l->layer, "dz", CURTA_TENSOR_GRAD, 4, full);
  }
}

void nitro_map_work(struct planner *pl)
{
  struct curta_plan *plan = pl->plan;
  const struct curta_plan_weighted *f = &plan->weighted[0];
  uint32_t nt = plan_tiles(pl, plan->batch), first = plan->n_tensors;
  uint64_t base = pl->brk;
  const uint32_t in[4] = {nt, f->h, f->w, plan_tiles(pl, f->c)},
                 labels[4] = {plan->batch + (plan->batch & 1u), 1, 1, 1};
  int16_t below = plan->t_input = add_act(pl, NO_LAYER, "input", in);
  plan->t_labels = plan_add(pl, NO_LAYER, "labels", CURTA_TENSOR_LABEL, 2, labels);
  for (uint32_t w = 0; w < plan->n_weighted; w++) {
    struct curta_plan_weighted *l = &plan->weighted[w];
    uint32_t k = l->pool ? l->pool : 1, ot = plan_tiles(pl, l->o);
    const uint32_t full[4] = {nt, l->oh, l->ow, ot}, out[4] = {nt, l->oh / k, l->ow / k, ot};
    l->t_in = below;
    below = l->t_out = add_act(pl, l->layer, "act", out);
    if (w + 1 == plan->n_weighted) {
      l->nitro.t_g = plan_add(pl, l->layer, "g", CURTA_TENSOR_ERROR, 1, full);
      break;
    }
    map_path(pl, l, full, out);
    map_block(pl, l, full);
  }
  plan->t_logits = below;
  nitro_place(pl, first, base);
}
