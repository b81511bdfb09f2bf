/* SPDX-License-Identifier: Apache-2.0
 * nitro_cmd.c - whole vector commands of NITRO-D (nitro_vec.h) */
#include <string.h>
#include "curta_nitro.h"
#include "nitro_vec.h"

/* An int32 tensor := 0 */
static void clear(struct planner *pl, uint32_t tag, const struct curta_tensor *t)
{
  uint32_t row = 4 * t->d[3], map = t->d[2] * row;
  struct item it;
  item_init(&it, CURTA_OP_FILL, CURTA_ENGINE_VECTOR, tag);
  item_set(&it, CURTA_FILL_DST, t->addr);
  item_set(&it, CURTA_FILL_N0, row);
  item_set(&it, CURTA_FILL_N1, t->d[2]);
  item_set(&it, CURTA_FILL_N2, t->d[1]);
  item_set(&it, CURTA_FILL_N3, t->d[0]);
  item_set(&it, CURTA_FILL_D1, row);
  item_set(&it, CURTA_FILL_D2, map);
  item_set(&it, CURTA_FILL_D3, t->d[1] * map);
  vec_span(&it, 1, t);
  it.wr_bytes = t->bytes;
  it.cycles = t->bytes / pl->plan->hw.bus + 20;
  emit_now(&pl->e, &it);
}

/* Rows and columns that no window reaches are cleared first. */
void vec_scatter(struct planner *pl, const struct curta_plan_weighted *l, const struct curta_tensor *delta,
                 const struct curta_tensor *classes, const struct curta_tensor *dense)
{
  const struct curta_plan_nitro *n = &l->nitro;
  struct vec v = vec_windows(pl, dense, delta, n->win_h, n->win_w), back = v;
  struct item it;
  memcpy(back.s, v.d, sizeof v.d);
  memcpy(back.d, v.s, sizeof v.s);
  if ((int32_t)(n->win_h * n->head_h) - n->pad_h < (int32_t)l->oh ||
      (int32_t)(n->win_w * n->head_w) - n->pad_w < (int32_t)l->ow)
    clear(pl, CURTA_TAG(l->layer, CURTA_PASS_HEAD), dense);
  back.src = delta->addr;
  back.from = delta;
  back.to = dense;
  it = vec_item(pl, CURTA_OP_SCATTER, CURTA_TAG(l->layer, CURTA_PASS_HEAD), &back);
  vec_span(&it, 1, dense); /* a window reaches beyond its own tile */
  item_set(&it, CURTA_SCATTER_AUX, classes->addr);
  vec_span(&it, 0, classes);
  item_set(&it, CURTA_SCATTER_CLASS, 1);
  item_set(&it, CURTA_SCATTER_KH, n->win_h);
  item_set(&it, CURTA_SCATTER_KW, n->win_w);
  item_set(&it, CURTA_SCATTER_W_SY, dense->d[2] * dense->d[3]);
  item_set(&it, CURTA_SCATTER_W_SX, dense->d[3]);
  vec_pad(&it, n->pad_h, n->pad_w, l->oh, l->ow);
  back.reads = 1;
  back.writes = 4 * (n->win_h * n->win_w - 1);
  vec_emit(pl, &it, &back, Q_COUNT);
}

void vec_loss(struct planner *pl, uint32_t tag, const struct curta_tensor *predict, const struct curta_tensor *g,
              uint32_t count_reg)
{
  const struct curta_plan *plan = pl->plan;
  struct item it;
  item_init(&it, CURTA_OP_LOSS, CURTA_ENGINE_VECTOR, tag);
  item_set(&it, CURTA_LOSS_SRC, predict->addr);
  item_set(&it, CURTA_LOSS_AUX, plan->tensor[plan->t_labels].addr);
  item_set(&it, CURTA_LOSS_DST, g->addr);
  item_set(&it, CURTA_LOSS_ROWS, plan->batch);
  item_set(&it, CURTA_LOSS_CLASSES, plan->net->classes);
  item_set(&it, CURTA_LOSS_COUNT_REG, count_reg);
  item_set(&it, CURTA_LOSS_RSS, 1);
  item_set(&it, CURTA_LOSS_TARGET, CURTA_NITRO_TARGET);
  vec_span(&it, 0, predict);
  vec_span(&it, 0, &plan->tensor[plan->t_labels]);
  vec_span(&it, 1, g);
  item_span(&it, SP_S, 0, 0, 1); /* SEED_REG, EXP_REG: fields that RSS does not use */
  item_span(&it, SP_S, 1, count_reg, count_reg + 1);
  it.rd_bytes = predict->bytes + 2 * plan->batch;
  it.wr_bytes = g->bytes;
  it.cycles = plan->batch * plan->net->classes * 4u;
  emit_now(&pl->e, &it);
}

void vec_update(struct planner *pl, uint32_t tag, const struct curta_tensor *w, uint32_t acc, uint32_t first,
                uint32_t tiles, bool head)
{
  uint32_t bytes = 4 * vec_tile(pl), addr = w->addr + first * bytes;
  uint32_t rate = head ? CURTA_S_RATE_HEAD : CURTA_S_RATE, decay = head ? CURTA_S_DECAY_HEAD : CURTA_S_DECAY;
  struct item it;
  item_init(&it, CURTA_OP_UPDATE, CURTA_ENGINE_VECTOR, tag);
  item_set(&it, CURTA_UPDATE_SRC_ACC, 1);
  item_set(&it, CURTA_UPDATE_SRC, acc);
  item_set(&it, CURTA_UPDATE_AUX, addr);
  item_set(&it, CURTA_UPDATE_DST, addr);
  item_set(&it, CURTA_UPDATE_N, tiles);
  item_set(&it, CURTA_UPDATE_NITRO, 1);
  item_set(&it, CURTA_UPDATE_LR_REG, rate);
  item_set(&it, CURTA_UPDATE_ETA_REG, decay);
  item_span(&it, SP_P, 0, acc, (uint64_t)acc + tiles);
  item_span(&it, SP_MEM, 1, addr, addr + (uint64_t)tiles * bytes);
  item_span(&it, SP_S, 0, rate, rate + 2);
  item_span(&it, SP_S, 0, decay, decay + 2);
  it.rd_bytes = it.wr_bytes = tiles * bytes;
  it.cycles = 2 * tiles * bytes / pl->plan->hw.bus + 20;
  emit_now(&pl->e, &it);
}
