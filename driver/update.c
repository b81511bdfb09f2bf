/* SPDX-License-Identifier: Apache-2.0
 * update.c - weight update from the int32 gradient, as background work (docs/numerics.md section 2) */
#include "plan_int.h"

#define CHUNK_CYCLES 3000u

struct update {
  const struct curta_tensor *grad, *weight, *master;   /* master null: none */
  uint32_t tag, tile, tiles, chunk;                    /* tile: elements of a tile */
};

static uint32_t min_u(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

static void set_weights(struct planner *pl, struct item *it, const struct update *u, uint32_t first, uint32_t n)
{
  const struct curta_tensor *t = u->master ? u->master : u->weight;
  uint32_t addr = t->addr + first * u->tile * t->elem;
  item_set(it, CURTA_UPDATE_AUX, addr);
  item_span(it, SP_MEM, u->master != 0, addr, (uint64_t)addr + (uint64_t)n * u->tile * t->elem);
  item_set(it, CURTA_UPDATE_MASTER, u->master != 0);
  item_set(it, CURTA_UPDATE_FRAC, u->master ? pl->plan->opt.frac_bits : 0);
}

static void set_grad(struct item *it, const struct update *u, uint32_t first, uint32_t n)
{
  uint32_t addr = u->grad->addr + first * u->tile * 4;
  item_set(it, CURTA_UPDATE_SRC, addr);
  item_set(it, CURTA_UPDATE_N, n);
  item_span(it, SP_MEM, 0, addr, (uint64_t)addr + (uint64_t)n * u->tile * 4);
}

static void set_decay(struct planner *pl, struct item *it)
{
  if (!pl->plan->opt.decay)
    return;
  item_set(it, CURTA_UPDATE_DECAY, 1);
  item_set(it, CURTA_UPDATE_DECAY_REG, CURTA_S_TMP);
  item_span(it, SP_S, 0, CURTA_S_TMP, CURTA_S_TMP + 1);
}

/* OR of G' = G + decay */
static void reduce(struct planner *pl, const struct update *u, uint32_t first, uint32_t n, uint32_t or_reg)
{
  struct item it;
  item_init(&it, CURTA_OP_REDUCE, CURTA_ENGINE_VECTOR, u->tag);
  set_grad(&it, u, first, n);
  set_weights(pl, &it, u, first, n);
  set_decay(pl, &it);
  item_set(&it, CURTA_REDUCE_OR_REG, or_reg);
  item_set(&it, CURTA_REDUCE_OR_KEEP, first != 0);
  item_span(&it, SP_S, 1, or_reg, or_reg + 1);
  it.rd_bytes = n * u->tile * (u->master ? 6 : 5);
  it.cycles = it.rd_bytes / pl->plan->hw.bus + 20;
  emit_later(&pl->e, &it, Q_IDLE);
}

static void update(struct planner *pl, const struct update *u, uint32_t first, uint32_t n, uint32_t s_grad)
{
  uint32_t w = u->weight->addr + first * u->tile;
  struct item it;
  item_init(&it, CURTA_OP_UPDATE, CURTA_ENGINE_VECTOR, u->tag);
  set_grad(&it, u, first, n);
  set_weights(pl, &it, u, first, n);
  set_decay(pl, &it);
  item_set(&it, CURTA_UPDATE_DST, w);
  item_span(&it, SP_MEM, 1, w, (uint64_t)w + (uint64_t)n * u->tile);
  item_set(&it, CURTA_UPDATE_IDX, u->master ? u->master->addr + first * u->tile * 2 : 0);
  item_set(&it, CURTA_UPDATE_ROUND, pl->plan->opt.round_grad);
  item_set(&it, CURTA_UPDATE_WRAP, pl->plan->opt.wrap);
  item_set(&it, CURTA_UPDATE_SHIFT_REG, s_grad);
  item_set(&it, CURTA_UPDATE_SEED_REG, CURTA_S_SEED);
  item_set(&it, CURTA_UPDATE_TENSOR, u->tag << 16);
  item_set(&it, CURTA_UPDATE_ORIGIN, first * u->tile);
  item_span(&it, SP_S, 0, s_grad, s_grad + 1);
  item_span(&it, SP_S, 0, CURTA_S_SEED, CURTA_S_SEED + 2);
  it.rd_bytes = n * u->tile * (u->master ? 6 : 5);
  it.wr_bytes = n * u->tile * (u->master ? 3 : 1);
  it.cycles = (it.rd_bytes + it.wr_bytes) / pl->plan->hw.bus + 20;
  emit_later(&pl->e, &it, Q_IDLE);
}

void plan_update(struct planner *pl, uint32_t w, uint32_t or_reg)
{
  const struct curta_plan *plan = pl->plan;
  const struct curta_plan_weighted *l = &plan->weighted[w];
  struct update u = {&plan->tensor[l->t_grad], &plan->tensor[l->t_weight], l->t_master < 0 ? 0 : &plan->tensor[l->t_master],
                     CURTA_TAG(l->layer, CURTA_PASS_UPDATE), plan->hw.t * plan->hw.t, 0, 0};
  u.tiles = u.weight->bytes / u.tile;
  u.chunk = CHUNK_CYCLES * plan->hw.bus / (u.tile * 6);
  if (u.chunk < u.tiles / 96 + 1)
    u.chunk = u.tiles / 96 + 1;
  if (plan->opt.decay) {
    uint32_t decayed = plan_or_reg(pl);
    emit_scalar(&pl->e, Q_IDLE, u.tag, CURTA_SCALAR_BITLEN, CURTA_S_TMP, or_reg, CURTA_S_ZERO, CURTA_S_ZERO, -15);
    for (uint32_t i = 0; i < u.tiles; i += u.chunk)
      reduce(pl, &u, i, min_u(u.chunk, u.tiles - i), decayed);
    or_reg = decayed;
  }
  emit_scalar(&pl->e, Q_IDLE, u.tag, CURTA_SCALAR_GRAD_SHIFT, l->s_grad, or_reg, CURTA_S_MU, CURTA_S_ZERO, 0);
  for (uint32_t i = 0; i < u.tiles; i += u.chunk)
    update(pl, &u, i, min_u(u.chunk, u.tiles - i), l->s_grad);
}
