/* SPDX-License-Identifier: Apache-2.0
 * update.c - weight update from the int32 gradient in memory or in the accumulator memory (machine.md section 5) */
#include "plan_int.h"

#define CHUNK_CYCLES 3000u

/* A run of consecutive weight tiles and where their gradient is. */
struct run {
  bool acc;
  uint32_t src;      /* tile in the accumulator memory, or byte address */
  uint32_t first, n; /* weight tiles */
};

/* What one vector command does with a run. */
struct action {
  void (*fn)(struct planner *, const struct job *, const struct run *, uint32_t reg, enum queue);
  uint32_t reg;
  enum queue q;
};

static uint32_t min_u(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

static uint32_t tile_elems(const struct planner *pl)
{
  return pl->plan->hw.t * pl->plan->hw.t;
}

static const struct curta_tensor *tensor_of(const struct planner *pl, int t)
{
  return t < 0 ? 0 : &pl->plan->tensor[t];
}

static void put(struct planner *pl, struct item *it, enum queue q)
{
  it->cycles = (it->rd_bytes + it->wr_bytes) / pl->plan->hw.bus + 20;
  if (q == Q_COUNT)
    emit_now(&pl->e, it);
  else
    emit_later(&pl->e, it, q);
}

/* Fields that UPDATE and REDUCE share: gradient, weights that are read, decay. */
static void set_sources(struct planner *pl, struct item *it, const struct job *job, const struct run *r)
{
  const struct curta_tensor *w = tensor_of(pl, job->weighted->t_weight), *m = tensor_of(pl, job->weighted->t_master);
  const struct curta_tensor *t = m ? m : w;
  uint32_t elems = tile_elems(pl), addr = t->addr + r->first * elems * t->elem;
  item_set(it, CURTA_UPDATE_SRC_ACC, r->acc);
  item_set(it, CURTA_UPDATE_SRC, r->src);
  item_set(it, CURTA_UPDATE_N, r->n);
  if (r->acc)
    item_span(it, SP_P, 0, r->src, (uint64_t)r->src + r->n);
  else
    item_span(it, SP_MEM, 0, r->src, r->src + (uint64_t)r->n * elems * 4);
  item_set(it, CURTA_UPDATE_SRC_TYPE, !r->acc && job->bytes == 3 ? CURTA_TYPE_INT24 : 0);
  item_set(it, CURTA_UPDATE_AUX, addr);
  item_span(it, SP_MEM, 0, addr, addr + (uint64_t)r->n * elems * t->elem);
  item_set(it, CURTA_UPDATE_MASTER, m != 0);
  item_set(it, CURTA_UPDATE_FRAC, m ? pl->plan->opt.frac_bits : 0);
  if (pl->plan->opt.decay) {
    item_set(it, CURTA_UPDATE_DECAY, 1);
    item_set(it, CURTA_UPDATE_DECAY_REG, CURTA_S_TMP);
    item_span(it, SP_S, 0, CURTA_S_TMP, CURTA_S_TMP + 1);
  }
  it->rd_bytes = r->n * elems * ((r->acc ? 0u : job->bytes) + t->elem);
}

/* S[reg] |= OR of G' = G + decay */
static void reduce(struct planner *pl, const struct job *job, const struct run *r, uint32_t reg, enum queue q)
{
  struct item it;
  item_init(&it, CURTA_OP_REDUCE, CURTA_ENGINE_VECTOR, CURTA_TAG(job->layer, CURTA_PASS_UPDATE));
  set_sources(pl, &it, job, r);
  item_set(&it, CURTA_REDUCE_OR_REG, reg);
  item_set(&it, CURTA_REDUCE_OR_KEEP, 1);
  item_span(&it, SP_S, 1, reg, reg + 1);
  put(pl, &it, q);
}

/* w := w - round(G' >> S[reg]) */
static void update(struct planner *pl, const struct job *job, const struct run *r, uint32_t reg, enum queue q)
{
  const struct curta_tensor *w = tensor_of(pl, job->weighted->t_weight), *m = tensor_of(pl, job->weighted->t_master);
  uint32_t elems = tile_elems(pl), dst = w->addr + r->first * elems, tag = CURTA_TAG(job->layer, CURTA_PASS_UPDATE);
  struct item it;
  item_init(&it, CURTA_OP_UPDATE, CURTA_ENGINE_VECTOR, tag);
  set_sources(pl, &it, job, r);
  item_set(&it, CURTA_UPDATE_DST, dst);
  item_span(&it, SP_MEM, 1, dst, dst + (uint64_t)r->n * elems);
  it.wr_bytes = r->n * elems;
  if (m) {
    uint32_t master = m->addr + r->first * elems * m->elem;
    item_set(&it, CURTA_UPDATE_IDX, master);
    item_span(&it, SP_MEM, 1, master, master + (uint64_t)r->n * elems * m->elem);
    it.wr_bytes += r->n * elems * m->elem;
  }
  item_set(&it, CURTA_UPDATE_ROUND, pl->plan->opt.round_grad);
  item_set(&it, CURTA_UPDATE_WRAP, pl->plan->opt.wrap);
  item_set(&it, CURTA_UPDATE_SHIFT_REG, reg);
  item_set(&it, CURTA_UPDATE_SEED_REG, CURTA_S_SEED);
  item_set(&it, CURTA_UPDATE_TENSOR, tag << 16);
  item_set(&it, CURTA_UPDATE_ORIGIN, r->first * elems);
  item_span(&it, SP_S, 0, reg, reg + 1);
  item_span(&it, SP_S, 0, CURTA_S_SEED, CURTA_S_SEED + 2);
  put(pl, &it, q);
}

static void block_action(struct planner *pl, const struct job *job, const struct block *b, uint32_t p_base,
                         const struct action *a)
{
  uint32_t len, runs = block_runs(&job->sub[0], b, &len);
  for (uint32_t i = 0; i < runs; i++) {
    struct run r = {true, p_base + i * len, block_run(&job->sub[0], b, i), len};
    a->fn(pl, job, &r, a->reg, a->q);
  }
}

void update_block(struct planner *pl, const struct job *job, const struct block *b, uint32_t p_base, enum queue q)
{
  struct action a = {update, job->weighted->s_grad, q};
  block_action(pl, job, b, p_base, &a);
}

/* The whole gradient: from memory in chunks that leave the vector engine free often enough, or block by block as it was
 * kept. */
static void whole(struct planner *pl, const struct job *job, const struct action *a)
{
  uint32_t elems = tile_elems(pl), tiles = (uint32_t)job->tiles,
           chunk = CHUNK_CYCLES * pl->plan->hw.bus / (elems * (job->bytes + 2));
  if (pl->in_order) {
    bool acc = job->strategy == CURTA_KEEP;
    struct run r = {acc, acc ? 0 : tensor_of(pl, job->weighted->t_grad)->addr, 0, tiles};
    a->fn(pl, job, &r, a->reg, Q_COUNT);
    return;
  }
  if (job->strategy == CURTA_KEEP) {
    uint32_t base = 0, blocks = block_count(&job->sub[0], &job->tiling[0]);
    for (uint32_t i = 0; i < blocks; i++) {
      struct block b;
      block_get(&job->sub[0], &job->tiling[0], i, &b);
      block_action(pl, job, &b, base, a);
      base += block_tiles(&b);
    }
    return;
  }
  if (chunk < tiles / 96 + 1)
    chunk = tiles / 96 + 1;
  for (uint32_t i = 0; i < tiles; i += chunk) {
    struct run r = {false, tensor_of(pl, job->weighted->t_grad)->addr + i * elems * 4, i, min_u(chunk, tiles - i)};
    a->fn(pl, job, &r, a->reg, a->q);
  }
}

void plan_update(struct planner *pl, const struct job *job, uint32_t or_reg)
{
  uint32_t tag = CURTA_TAG(job->layer, CURTA_PASS_UPDATE), s_grad = job->weighted->s_grad;
  if (pl->plan->opt.decay) {
    struct action a = {reduce, plan_or_reg(pl), Q_IDLE};
    emit_scalar(&pl->e, Q_IDLE, tag, CURTA_SCALAR_BITLEN, CURTA_S_TMP, or_reg, CURTA_S_ZERO, CURTA_S_ZERO, -15);
    emit_scalar(&pl->e, Q_IDLE, tag, CURTA_SCALAR_SET, a.reg, CURTA_S_ZERO, CURTA_S_ZERO, CURTA_S_ZERO, 0);
    whole(pl, job, &a);
    or_reg = a.reg;
  }
  emit_scalar(&pl->e, Q_IDLE, tag, CURTA_SCALAR_GRAD_SHIFT, s_grad, or_reg, CURTA_S_MU, CURTA_S_ZERO, 0);
  if (job->strategy != CURTA_RECOMPUTE) {
    struct action a = {update, s_grad, Q_IDLE};
    whole(pl, job, &a);
  }
}
