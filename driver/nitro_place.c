/* SPDX-License-Identifier: Apache-2.0
 * nitro_place.c - NITRO-D: which tensors of a step are needed when, and a place for each that another one has not yet
 * or no longer
 *
 * Nothing of a block is needed once its own update is done (decisions/0004, 5), so that only two or three blocks are in
 * memory at a time. Stages are those of nitro_train: forward of block b 3 b, its head's prediction two stages after
 * that of the next block, its gradient one after that of the second next; or, sequentially, all forward passes, then
 * prediction and gradient of each block from the last on. What is written before the step, and the logits, stay: a host
 * reads and writes them between the steps.
 */
#include <string.h>
#include "plan_int.h"

#define LAST UINT8_MAX

struct stages {
  uint8_t forward, path, pool, head, gradient; /* pool: of the head */
};

static struct stages stages_of(const struct planner *pl, uint32_t w)
{
  uint32_t n = pl->plan->n_weighted, head = n + 2 * (n - 1 - w);
  if (pl->req->sequential)
    return (struct stages){(uint8_t)w, (uint8_t)w, (uint8_t)head, (uint8_t)head, (uint8_t)(head + 1)};
  return (struct stages){(uint8_t)(3 * w), (uint8_t)(3 * w + 2), (uint8_t)(3 * w + 2), (uint8_t)(3 * (w + 1) + 2),
                         (uint8_t)(3 * (w + 2) + 1)};
}

/* Tensor t is in use in stages from..to, beside those that it has. */
static void lives(struct planner *pl, int t, uint8_t from, uint8_t to)
{
  struct curta_tensor *x = &pl->plan->tensor[t < 0 ? 0 : t];
  if (t < 0)
    return;
  x->from = from < x->from ? from : x->from;
  x->to = to > x->to ? to : x->to;
}

/* Linear blocks that are visited twice are visited behind everything else. */
static bool again(const struct planner *pl, uint32_t w)
{
  const struct curta_plan_nitro *n = &pl->plan->weighted[w].nitro;
  return pl->plan->net->nitro.twice && n->head_c && !n->conv;
}

static void block_lives(struct planner *pl, uint32_t w)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  const struct curta_plan_nitro *n = &l->nitro;
  struct stages s = stages_of(pl, w);
  uint8_t end = again(pl, w) ? LAST : s.gradient;
  lives(pl, l->t_out, s.forward, n->conv ? s.path : end); /* a linear block's head reads it */
  lives(pl, l->t_in, s.forward, end);                     /* the gradient's other operand */
  lives(pl, n->t_act, s.forward, n->conv ? s.path : end);
  lives(pl, n->t_zs, s.forward, n->conv ? s.head : end);
  lives(pl, n->t_drop, s.path, s.path);
  lives(pl, n->t_pool_idx, s.path, s.path);
  lives(pl, n->t_h, s.pool, s.gradient);
  lives(pl, n->t_class, s.pool, s.gradient);
  lives(pl, n->t_predict, s.head, again(pl, w) ? LAST : s.head);
  lives(pl, n->t_g, s.head, end);
  lives(pl, n->t_delta, s.gradient, end);
  lives(pl, n->t_dense, s.gradient, s.gradient);
}

static bool meet(uint64_t a, uint64_t a_bytes, uint64_t b, uint64_t b_bytes)
{
  return a < b + b_bytes && b < a + a_bytes;
}

/* The lowest address from `base` on that no tensor of `placed` has while t lives. */
static uint64_t lowest(const struct planner *pl, const struct curta_tensor *t, const uint8_t *placed, uint64_t base)
{
  const struct curta_plan *plan = pl->plan;
  uint64_t at = base;
  for (uint32_t i = 0; i < plan->n_tensors; i++) {
    const struct curta_tensor *o = &plan->tensor[i];
    if (!placed[i] || t->from > o->to || o->from > t->to || !meet(at, t->bytes, o->addr, o->bytes))
      continue;
    at = plan_page(o->addr + (uint64_t)o->bytes);
    i = UINT32_MAX; /* from the first on again: the loop adds one */
  }
  return at;
}

static int largest(const struct curta_plan *plan, const uint8_t *placed, uint32_t first)
{
  int found = -1;
  for (uint32_t i = first; i < plan->n_tensors; i++)
    if (!placed[i] && (found < 0 || plan->tensor[i].bytes > plan->tensor[found].bytes))
      found = (int)i;
  return found;
}

void nitro_place(struct planner *pl, uint32_t first, uint64_t base)
{
  struct curta_plan *plan = pl->plan;
  uint8_t placed[CURTA_MAX_TENSORS] = {0};
  if (pl->req->apart)
    return;
  for (uint32_t i = first; i < plan->n_tensors; i++) {
    plan->tensor[i].from = LAST;
    plan->tensor[i].to = 0;
  }
  for (uint32_t w = 0; w < plan->n_weighted; w++)
    block_lives(pl, w);
  lives(pl, plan->t_input, 0, LAST);
  lives(pl, plan->t_labels, 0, LAST);
  lives(pl, plan->t_logits, 0, LAST);
  for (uint32_t w = 0; w < plan->n_weighted; w++)
    lives(pl, plan->weighted[w].t_mask, 0, LAST);
  pl->brk = base;
  for (int i; (i = largest(plan, placed, first)) >= 0; placed[i] = 1) {
    struct curta_tensor *t = &plan->tensor[i];
    uint64_t at = lowest(pl, t, placed, base), end = plan_page(at + t->bytes);
    t->addr = (uint32_t)at;
    pl->brk = end > pl->brk ? end : pl->brk;
  }
}
