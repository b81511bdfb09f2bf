/* SPDX-License-Identifier: Apache-2.0
 * job_run.c - the commands of a pass of NITI: all its blocks, and their second pass as the strategy says */
#include "plan_int.h"

uint32_t plan_or_reg(struct planner *pl)
{
  uint32_t reg = CURTA_S_OR + pl->next_or;
  pl->next_or = (pl->next_or + 1) % (CURTA_S_LAYER - CURTA_S_OR);
  return reg;
}

/* What a pass over all blocks does with each block's results. */
enum sink { SINK_SPILL, SINK_POST, SINK_BOTH, SINK_UPDATE };

/* Second pass of a block straight from the accumulator memory. */
static void post_block(struct planner *pl, const struct job *job, uint32_t i, const struct block *b, uint32_t p_base,
                       const struct post *po, enum queue q)
{
  struct source src = {.acc = true, .base = p_base};
  struct part pt = {.n = b->g[0], .c = b->g[1], .ystep = job->ystep[i], .xstep = job->xstep[i]};
  uint32_t stride[4];
  pt.y.lo = job->yoff[i] + b->v[0].lo * pt.ystep;
  pt.y.n = b->v[0].n;
  pt.x.lo = job->xoff[i] + b->v[1].lo * pt.xstep;
  pt.x.n = b->v[1].n;
  block_strides(&job->sub[i], b, stride);
  src.stride[0] = stride[0];
  src.stride[1] = stride[2];
  src.stride[2] = stride[3];
  src.stride[3] = stride[1];
  post_part(pl, po, &src, &pt, q);
}

/* Blocks of a job in order, with their places in the accumulator memory when results stay there. */
struct cursor {
  uint32_t sub, block; /* next block */
  struct block b;
};

static bool next_block(const struct job *job, struct cursor *c)
{
  while (c->sub < job->n_subs && c->block == block_count(&job->sub[c->sub], &job->tiling[c->sub])) {
    c->sub++;
    c->block = 0;
  }
  if (c->sub == job->n_subs)
    return false;
  block_get(&job->sub[c->sub], &job->tiling[c->sub], c->block++, &c->b);
  return true;
}

/* Tiles of the first blocks that need not stay so that the last ones fit into the accumulator memory together. */
static uint64_t not_kept(const struct planner *pl, const struct job *job)
{
  struct cursor c = {0};
  uint64_t done = 0;
  while (job->tiles - done > pl->plan->hw.p_tiles && next_block(job, &c))
    done += block_tiles(&c.b);
  return done;
}

/* What is done with a block's results in the accumulator memory. */
static void use_block(struct planner *pl, const struct job *job, enum sink sink, const struct post *po, uint32_t sub,
                      const struct block *b, uint32_t base, uint32_t spill)
{
  if (sink == SINK_SPILL || sink == SINK_BOTH)
    post_drain(pl, &job->sub[sub], b, base, spill, job->bytes);
  if (sink == SINK_POST || sink == SINK_BOTH)
    post_block(pl, job, sub, b, base, po, Q_COUNT);
  if (sink == SINK_UPDATE)
    update_block(pl, job, b, base, Q_COUNT);
}

/* The first `limit` tiles of results, block by block. */
static void run_blocks(struct planner *pl, const struct job *job, enum sink sink, const struct post *po, int or_reg,
                       uint32_t spill, uint64_t limit)
{
  struct cursor c = {0};
  uint64_t done = 0;
  gemm_forget(&pl->g);
  while (done < limit && next_block(job, &c)) {
    uint32_t base, sub = c.sub;
    if (pl->in_order)
      pl->g.p_pos = 0; /* the last block's results are used: these find the same place in the caches */
    base = gemm_alloc(&pl->g, block_tiles(&c.b));
    struct place at = block_place(&job->sub[sub], &c.b, base);
    gemm_block(&pl->g, &job->sub[sub], &job->tiling[sub], &c.b, &at, or_reg, done > 0);
    use_block(pl, job, sink, po, sub, &c.b, base, spill);
    done += block_tiles(&c.b);
  }
}

/* First pass for the OR alone; the last results stay in the accumulator memory, from tile 0 on. Returns the tiles that
 * do not. */
static uint64_t run_keeping(struct planner *pl, const struct job *job, int or_reg)
{
  uint64_t drop = not_kept(pl, job), done = 0;
  struct cursor c = {0};
  gemm_forget(&pl->g);
  while (next_block(job, &c)) {
    const struct gpass *p = &job->sub[c.sub];
    struct place at;
    if (done == drop)
      pl->g.p_pos = 0;
    at = job_kept_whole(pl, job) ? tensor_place(p, &c.b, 0)
                                 : block_place(p, &c.b, gemm_alloc(&pl->g, block_tiles(&c.b)));
    gemm_block(&pl->g, p, &job->tiling[c.sub], &c.b, &at, or_reg, done > 0);
    done += block_tiles(&c.b);
  }
  return drop;
}

/* Uses the results that run_keeping kept. */
static void use_kept(struct planner *pl, const struct job *job, enum sink sink, const struct post *po, uint64_t drop)
{
  struct cursor c = {0};
  uint64_t done = 0;
  while (next_block(job, &c)) {
    if (done >= drop)
      use_block(pl, job, sink, po, c.sub, &c.b, (uint32_t)(done - drop), 0);
    done += block_tiles(&c.b);
  }
}

/* Second pass at once with the last step's shift; when the new one differs, everything again, or (hedge) the second
 * pass from the int32 results that were written too. The redo does not count in the statistics. */
static void run_speculating(struct planner *pl, const struct job *job, const struct post *po, uint32_t s_shift,
                            uint32_t or_reg, uint32_t spill)
{
  uint32_t tag = CURTA_TAG(job->layer, job->pass), skip;
  struct curta_pass_stat(*stat)[CURTA_PASSES] = pl->e.stat;
  bool hedge = job->strategy == CURTA_HEDGE;
  run_blocks(pl, job, hedge ? SINK_BOTH : SINK_POST, po, (int)or_reg, spill, job->tiles);
  emit_scalar(&pl->e, Q_URGENT, tag, CURTA_SCALAR_ACT_SHIFT, CURTA_S_TMP, or_reg, CURTA_S_ZERO, CURTA_S_ZERO,
              pl->plan->opt.bump_shift1);
  skip = emit_skip(&pl->e, tag, CURTA_S_TMP, s_shift, false);
  pl->e.stat = 0;
  emit_scalar(&pl->e, Q_URGENT, tag, CURTA_SCALAR_ADD, s_shift, CURTA_S_TMP, CURTA_S_ZERO, CURTA_S_ZERO, 0);
  if (hedge)
    post_all(pl, po, spill);
  else
    run_blocks(pl, job, SINK_POST, po, -1, 0, job->tiles);
  emit_skip_end(&pl->e, tag, skip);
  pl->e.stat = stat;
}

void job_run(struct planner *pl, const struct job *job, const struct post *po, uint32_t s_shift, uint32_t spill)
{
  uint32_t or_reg = plan_or_reg(pl), tag = CURTA_TAG(job->layer, job->pass);
  uint64_t drop = 0;
  if (pl->e.stat)
    pl->e.stat[job->layer][job->pass].strategy = job->strategy;
  if (job->strategy == CURTA_SPECULATE || job->strategy == CURTA_HEDGE) {
    run_speculating(pl, job, po, s_shift, or_reg, spill);
  } else {
    if (job->strategy == CURTA_SPILL)
      run_blocks(pl, job, SINK_SPILL, po, (int)or_reg, spill, job->tiles);
    else
      drop = run_keeping(pl, job, (int)or_reg);
    emit_scalar(&pl->e, Q_URGENT, tag, CURTA_SCALAR_ACT_SHIFT, s_shift, or_reg, CURTA_S_ZERO, CURTA_S_ZERO,
                pl->plan->opt.bump_shift1);
  }
  if (job->strategy == CURTA_SPILL) {
    post_all(pl, po, spill);
    return;
  }
  if (job_kept_whole(pl, job)) {
    post_kept(pl, po);
  } else if (job->strategy == CURTA_KEEP || job->strategy == CURTA_RECOMPUTE) {
    use_kept(pl, job, SINK_POST, po, drop);
    run_blocks(pl, job, SINK_POST, po, -1, 0, drop);
  }
  if (po->scatter)
    post_scatter_tmp(pl, po);
}

void job_run_grad(struct planner *pl, const struct job *job, uint32_t grad)
{
  uint32_t or_reg = plan_or_reg(pl);
  uint64_t drop;
  if (pl->e.stat)
    pl->e.stat[job->layer][job->pass].strategy = job->strategy;
  if (job->strategy == CURTA_SPILL) {
    run_blocks(pl, job, SINK_SPILL, 0, (int)or_reg, grad, job->tiles);
    plan_update(pl, job, or_reg);
    return;
  }
  drop = run_keeping(pl, job, (int)or_reg);
  plan_update(pl, job, or_reg);
  if (job->strategy == CURTA_RECOMPUTE) {
    use_kept(pl, job, SINK_UPDATE, 0, drop);
    run_blocks(pl, job, SINK_UPDATE, 0, -1, 0, drop);
  }
}
