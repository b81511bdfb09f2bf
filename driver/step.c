/* SPDX-License-Identifier: Apache-2.0
 * step.c - the order of a training step and of an evaluation step
 *
 * Forward layer by layer; loss; then for every layer from the last: input gradient with the old weights, weight
 * gradient (which hides the second pass of the input gradient), update in the background.
 */
#include <string.h>
#include "plan_int.h"

static uint32_t addr_of(const struct planner *pl, int t)
{
  return t < 0 ? 0 : pl->plan->tensor[t].addr;
}

static uint32_t next_spill(struct planner *pl)
{
  pl->next_spill ^= 1u;
  return pl->spill[pl->next_spill];
}

static void forward_post(struct planner *pl, uint32_t w, bool train, struct post *po)
{
  const struct curta_plan *plan = pl->plan;
  const struct curta_plan_weighted *l = &plan->weighted[w];
  memset(po, 0, sizeof *po);
  po->n = plan_tiles(pl, plan->batch);
  po->h = l->oh;
  po->w = l->ow;
  po->c = plan_tiles(pl, l->o);
  po->dst = addr_of(pl, l->t_out);
  po->idx = addr_of(pl, l->t_idx);
  po->relu = l->relu;
  po->pool = l->pool;
  if (train && l->drop_log2) {
    po->masked = po->mask_shared = 1;
    po->mask = addr_of(pl, l->t_mask);
  }
  po->round = plan->opt.round_act;
  po->wrap = plan->opt.wrap;
  po->shift_reg = l->s_act;
  po->tag = CURTA_TAG(l->layer, CURTA_PASS_FWD);
}

static void forward(struct planner *pl, bool train)
{
  const struct curta_plan *plan = pl->plan;
  for (uint32_t w = 0; w < plan->n_weighted; w++) {
    const struct curta_plan_weighted *l = &plan->weighted[w];
    struct post po;
    forward_post(pl, w, train, &po);
    job_run(pl, &pl->job[w][CURTA_PASS_FWD], &po, l->s_act, next_spill(pl));
    emit_scalar(&pl->e, Q_URGENT, po.tag, CURTA_SCALAR_ADD, CURTA_S_EXP, w ? CURTA_S_EXP : CURTA_S_EXP0, l->s_act,
                CURTA_S_ZERO, train ? l->drop_log2 : 0);
  }
}

/* The error of the logits; counts what was classified correctly. */
static void loss(struct planner *pl)
{
  const struct curta_plan *plan = pl->plan;
  const struct curta_plan_weighted *l = &plan->weighted[plan->n_weighted - 1];
  const struct curta_tensor *in = &plan->tensor[l->t_out], *err = &plan->tensor[l->t_err],
                            *labels = &plan->tensor[plan->t_labels];
  struct item it;
  item_init(&it, CURTA_OP_LOSS, CURTA_ENGINE_VECTOR, CURTA_TAG(l->layer, CURTA_PASS_LOSS));
  item_set(&it, CURTA_LOSS_SRC, in->addr);
  item_set(&it, CURTA_LOSS_AUX, labels->addr);
  item_set(&it, CURTA_LOSS_DST, err->addr);
  item_set(&it, CURTA_LOSS_ROWS, plan->batch);
  item_set(&it, CURTA_LOSS_CLASSES, l->o);
  item_set(&it, CURTA_LOSS_ROUND, plan->opt.round_loss);
  item_set(&it, CURTA_LOSS_SEED_REG, CURTA_S_SEED);
  item_set(&it, CURTA_LOSS_TENSOR, 0);
  item_set(&it, CURTA_LOSS_EXP_REG, CURTA_S_EXP);
  item_set(&it, CURTA_LOSS_COUNT_REG, CURTA_S_CORRECT);
  item_span(&it, SP_MEM, 0, in->addr, (uint64_t)in->addr + in->bytes);
  item_span(&it, SP_MEM, 0, labels->addr, (uint64_t)labels->addr + labels->bytes);
  item_span(&it, SP_MEM, 1, err->addr, (uint64_t)err->addr + err->bytes);
  item_span(&it, SP_S, 0, CURTA_S_SEED, CURTA_S_SEED + 2);
  item_span(&it, SP_S, 0, CURTA_S_EXP, CURTA_S_EXP + 1);
  item_span(&it, SP_S, 1, CURTA_S_CORRECT, CURTA_S_CORRECT + 1);
  it.rd_bytes = in->bytes + labels->bytes;
  it.wr_bytes = err->bytes;
  it.cycles = plan->batch * l->o * 20u;
  emit_now(&pl->e, &it);
}

/* Second pass of the error of layer w's input: it becomes the error of layer w-1's output, back through dropout, pool
 * and ReLU. */
static void error_post(struct planner *pl, uint32_t w, struct post *po)
{
  const struct curta_plan *plan = pl->plan;
  const struct curta_plan_weighted *l = &plan->weighted[w], *below = &plan->weighted[w - 1];
  memset(po, 0, sizeof *po);
  po->n = plan_tiles(pl, plan->batch);
  po->h = l->h;
  po->w = l->w;
  po->c = plan_tiles(pl, l->c);
  po->dst = addr_of(pl, below->t_err);
  po->tmp = addr_of(pl, pl->t_tmp[w - 1]);
  po->idx = addr_of(pl, below->t_idx);
  po->scatter = below->pool;
  po->full_h = below->oh;
  po->full_w = below->ow;
  if (below->relu &&
      (!below->pool || below->drop_log2)) { /* saved output > 0 says both: passed the ReLU, not dropped */
    po->masked = 1;
    po->mask = addr_of(pl, below->t_out);
  } else if (below->drop_log2) {
    po->masked = po->mask_shared = 1;
    po->mask = addr_of(pl, below->t_mask);
  }
  po->round = plan->opt.round_err;
  po->wrap = plan->opt.wrap;
  po->shift_reg = l->s_err;
  po->tag = CURTA_TAG(l->layer, CURTA_PASS_DX);
}

static void backward(struct planner *pl)
{
  const struct curta_plan *plan = pl->plan;
  for (uint32_t w = plan->n_weighted; w-- > 0;) {
    const struct curta_plan_weighted *l = &plan->weighted[w];
    if (w > 0) {
      struct post po;
      error_post(pl, w, &po);
      job_run(pl, &pl->job[w][CURTA_PASS_DX], &po, l->s_err, next_spill(pl));
    }
    job_run_grad(pl, &pl->job[w][CURTA_PASS_DW], addr_of(pl, l->t_grad));
  }
}

void plan_train(struct planner *pl)
{
  forward(pl, true);
  loss(pl);
  backward(pl);
  emit_flush(&pl->e);
}

void plan_eval(struct planner *pl)
{
  forward(pl, false);
  loss(pl);
  emit_flush(&pl->e);
}
