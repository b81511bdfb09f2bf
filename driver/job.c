/* SPDX-License-Identifier: Apache-2.0
 * job.c - the three passes of a weighted layer as GEMM passes (machine.md section 4), and their two-pass strategies */
#include <string.h>
#include "plan_int.h"

uint32_t plan_tiles(const struct planner *pl, uint32_t n)
{
  return (n + pl->plan->hw.t - 1) / pl->plan->hw.t;
}

/* Elements used of the last of the tiles that hold n. */
static uint32_t last_tile(const struct planner *pl, uint32_t n)
{
  return n - (plan_tiles(pl, n) - 1) * pl->plan->hw.t;
}

struct dims {
  uint32_t n, c, o; /* tiles */
};

static struct dims dims_of(const struct planner *pl, const struct curta_plan_weighted *l)
{
  struct dims d = {plan_tiles(pl, pl->plan->batch), plan_tiles(pl, l->c), plan_tiles(pl, l->o)};
  return d;
}

static void set_stride(uint32_t stride[DIMS], uint32_t lane, uint32_t y, uint32_t x, uint32_t k)
{
  stride[D_LANE] = lane;
  stride[D_Y] = y;
  stride[D_X] = x;
  stride[D_K] = k;
}

static void set_axis(struct operand *o, int axis, int32_t av, int32_t bk, int32_t c, int32_t u)
{
  o->av[axis] = av;
  o->bk[axis] = bk;
  o->c[axis] = c;
  o->u[axis] = u;
}

static void set_out(struct gpass *p, uint32_t base, uint32_t g0, uint32_t g1, uint32_t vy, uint32_t vx)
{
  p->out_base = base;
  p->out_stride[0] = g0;
  p->out_stride[1] = g1;
  p->out_stride[2] = vy;
  p->out_stride[3] = vx;
}

static uint32_t addr_of(const struct planner *pl, int t)
{
  return t < 0 ? 0 : pl->plan->tensor[t].addr;
}

static void job_init(struct job *job, const struct curta_plan_weighted *l, uint32_t pass, uint64_t tiles)
{
  memset(job, 0, sizeof *job);
  job->n_subs = 1;
  job->layer = l->layer;
  job->weighted = l;
  job->pass = pass;
  job->tiles = tiles;
  job->bytes = 4;
  for (int i = 0; i < MAX_SUBS; i++) {
    job->ystep[i] = job->xstep[i] = 1;
    job->sub[i].tag = CURTA_TAG(l->layer, pass);
  }
}

/* Bus cycles of the second pass for one tile of a layer's output: int32 of the whole pooling window, int8 back. */
static uint32_t second_pass_cycles(const struct planner *pl, const struct curta_plan_weighted *l)
{
  uint32_t k = l->pool ? l->pool : 1;
  return (4 * k * k + 1) * pl->plan->hw.t * pl->plan->hw.t / pl->plan->hw.bus;
}

/* Y(n,oy,ox,o) = sum over r,s,i of X(n, sy oy + r - py, sx ox + s - px, i) W(r,s,o,i) */
void job_forward(struct planner *pl, uint32_t w, struct job *job, bool waits)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  struct dims d = dims_of(pl, l);
  struct gpass *p = &job->sub[0];
  job_init(job, l, CURTA_PASS_FWD, (uint64_t)d.n * l->oh * l->ow * d.o);
  p->op[0].addr = addr_of(pl, l->t_in);
  set_stride(p->op[0].stride, l->h * l->w * d.c, l->w * d.c, d.c, 1);
  set_axis(&p->op[0], 0, (int32_t)l->stride_y, 1, -(int32_t)l->pad_y, (int32_t)l->h);
  set_axis(&p->op[0], 1, (int32_t)l->stride_x, 1, -(int32_t)l->pad_x, (int32_t)l->w);
  p->op[1].addr = addr_of(pl, l->t_weight);
  set_stride(p->op[1].stride, d.c, l->s * d.o * d.c, d.o * d.c, 1);
  set_axis(&p->op[1], 0, 0, 1, 0, (int32_t)l->r);
  set_axis(&p->op[1], 1, 0, 1, 0, (int32_t)l->s);
  p->ng[0] = d.n;
  p->ng[1] = d.o;
  p->nv[0] = l->oh;
  p->nv[1] = l->ow;
  p->nk[0] = l->r;
  p->nk[1] = l->s;
  p->nk[2] = d.c;
  p->klast = last_tile(pl, l->c);
  p->wait = waits ? second_pass_cycles(pl, &l[-1]) : 0;
  set_out(p, 0, l->oh * l->ow * d.o, 1, l->ow * d.o, d.o);
}

/* One axis of a phase of the input gradient: rows i = step j + phase. i = step oy + r - pad, so r = phase + pad (mod
 * step): r = step (K-1-k') + rho with k' the tap of the GEMM, and oy = j + k' + base - (K-1). */
static void dx_axis(struct gpass *p, int axis, uint32_t step, uint32_t phase, uint32_t pad, uint32_t kernel,
                    uint32_t size, uint32_t out)
{
  uint32_t rho = (phase + pad) % step, base = (phase + pad - rho) / step;
  uint32_t taps = rho < kernel ? (kernel - rho + step - 1) / step : 0;
  p->nv[axis] = (size - phase + step - 1) / step;
  p->nk[axis] = taps ? taps : 1;
  if (!taps) { /* no tap reaches these positions: empty windows give zeros */
    set_axis(&p->op[0], axis, 1, 1, 0, 0);
    set_axis(&p->op[1], axis, 0, 1, 0, 0);
    return;
  }
  set_axis(&p->op[0], axis, 1, 1, (int32_t)base - (int32_t)(taps - 1), (int32_t)out);
  set_axis(&p->op[1], axis, 0, -(int32_t)step, (int32_t)(step * (taps - 1) + rho), (int32_t)kernel);
}

/* dX(n,iy,ix,i) = sum over r,s,o of dY(n,oy,ox,o) W(r,s,o,i), iy = sy oy + r - py */
void job_dx(struct planner *pl, uint32_t w, struct job *job)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  struct dims d = dims_of(pl, l);
  uint32_t subs = 0;
  job_init(job, l, CURTA_PASS_DX, (uint64_t)d.n * l->h * l->w * d.c);
  for (uint32_t py = 0; py < l->stride_y && py < l->h; py++)
    for (uint32_t px = 0; px < l->stride_x && px < l->w; px++) {
      struct gpass *p = &job->sub[subs];
      job->ystep[subs] = l->stride_y;
      job->xstep[subs] = l->stride_x;
      job->yoff[subs] = py;
      job->xoff[subs++] = px;
      p->op[0].addr = addr_of(pl, l->t_err);
      set_stride(p->op[0].stride, l->oh * l->ow * d.o, l->ow * d.o, d.o, 1);
      p->op[1].addr = addr_of(pl, l->t_weight);
      set_stride(p->op[1].stride, 1, l->s * d.o * d.c, d.o * d.c, d.c);
      p->op[1].second = 1;
      dx_axis(p, 0, l->stride_y, py, l->pad_y, l->r, l->h, l->oh);
      dx_axis(p, 1, l->stride_x, px, l->pad_x, l->s, l->w, l->ow);
      p->ng[0] = d.n;
      p->ng[1] = d.c;
      p->nk[2] = d.o;
      p->klast = last_tile(pl, l->o);
      set_out(p, (py * l->w + px) * d.c, l->h * l->w * d.c, 1, l->stride_y * l->w * d.c, l->stride_x * d.c);
    }
  job->n_subs = subs;
}

/* Every product of a weight gradient is at most 2^14 in size and it has N OH OW of them: below 2^23 in sum it fits
 * int24. */
static uint32_t gradient_bytes(const struct planner *pl, const struct curta_plan_weighted *l)
{
  return (uint64_t)pl->plan->batch * l->oh * l->ow < 512 ? 3 : 4;
}

/* dW(r,s,o,i) = sum over oy,ox,n of dY(n,oy,ox,o) X(n, sy oy + r - py, sx ox + s - px, i) */
void job_dw(struct planner *pl, uint32_t w, struct job *job)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  struct dims d = dims_of(pl, l);
  struct gpass *p = &job->sub[0];
  job_init(job, l, CURTA_PASS_DW, (uint64_t)l->r * l->s * d.o * d.c);
  job->bytes = gradient_bytes(pl, l);
  p->op[0].addr = addr_of(pl, l->t_err);
  set_stride(p->op[0].stride, 1, l->ow * d.o, d.o, l->oh * l->ow * d.o);
  set_axis(&p->op[0], 0, 0, 1, 0, (int32_t)l->oh);
  set_axis(&p->op[0], 1, 0, 1, 0, (int32_t)l->ow);
  p->op[0].second = 1;
  p->op[1].addr = addr_of(pl, l->t_in);
  set_stride(p->op[1].stride, 1, l->w * d.c, d.c, l->h * l->w * d.c);
  set_axis(&p->op[1], 0, 1, (int32_t)l->stride_y, -(int32_t)l->pad_y, (int32_t)l->h);
  set_axis(&p->op[1], 1, 1, (int32_t)l->stride_x, -(int32_t)l->pad_x, (int32_t)l->w);
  p->op[1].second = 1;
  p->win = 1;
  p->ng[0] = d.o;
  p->ng[1] = d.c;
  p->nv[0] = l->r;
  p->nv[1] = l->s;
  p->nk[0] = l->oh;
  p->nk[1] = l->ow;
  p->nk[2] = d.n;
  p->klast = last_tile(pl, pl->plan->batch);
  set_out(p, 0, d.c, 1, l->s * d.o * d.c, d.o * d.c);
}

static bool tile_subs(struct planner *pl, const struct job *job, const struct leaving *out, uint32_t p_max,
                      struct tiling t[MAX_SUBS], uint64_t sum[3])
{
  sum[0] = sum[1] = sum[2] = 0;
  for (uint32_t i = 0; i < job->n_subs; i++) {
    if (!tiling_choose(&job->sub[i], &pl->plan->hw, p_max, out, &t[i]))
      return false;
    sum[0] += t[i].cycles;
    sum[1] += t[i].array;
    sum[2] += t[i].bus;
  }
  return true;
}

/* What the choice of a strategy is made from. spill, direct, both: cycles, array, bus of the GEMMs when results leave
 * for a second pass, are used up at once, or both; second: bus cycles of the second pass from memory. */
struct choice {
  uint64_t spill[3], direct[3], both[3], second;
  struct after after;
  uint32_t kept; /* part of the results that need no recomputing, of 256 */
  uint64_t int32_bytes;
};

/* A fence lets the array run empty: results leave, the first operands of what follows are fetched. */
#define FENCE 3000u

static uint64_t longer(const uint64_t cost[3])
{
  return cost[1] > cost[2] ? cost[1] : cost[2];
}

static uint64_t strategy_cost(uint32_t strategy, const struct choice *c)
{
  switch (strategy) {
  case CURTA_SPILL:
    return longer(c->spill) + (c->second > c->after.hide ? c->second - c->after.hide : 0) + c->after.stall +
           c->second / 8 + 1000;
  case CURTA_HEDGE:
    return longer(c->both) + c->second / 20 + FENCE; /* one guess in twenty is wrong */
  case CURTA_KEEP:
    return 0;
  case CURTA_RECOMPUTE:
    return c->direct[1] + c->direct[0] - c->direct[0] * c->kept / 256;
  default:
    return c->direct[0] + c->direct[0] / 20 + FENCE;
  }
}

/* A software device: int32 results are written and read back, 128 bytes a cycle in caches, about 32 in the machine's
 * memory. A spill moves them once more through caches. Of guesses every second is taken to be wrong: that is where a
 * maximum wavers about a power of two, as in the first steps of VGG-11 on CIFAR-10; LeNet misses one in hundreds. */
#define CACHED (4u << 20)

static uint64_t in_order_cost(uint32_t strategy, const struct choice *c)
{
  uint64_t moved = c->int32_bytes * 2 / (c->int32_bytes > CACHED ? 32 : 128);
  switch (strategy) {
  case CURTA_SPILL:
    return c->spill[1] + moved + moved / 2;
  case CURTA_KEEP:
    return c->spill[1] + moved;
  case CURTA_RECOMPUTE:
    return 2 * c->direct[1];
  case CURTA_SPECULATE:
    return c->direct[1] + c->direct[1] / 2 + FENCE;
  default:
    return c->both[1] + c->both[1] / 20 + 2 * moved;
  }
}

static bool allowed(const struct planner *pl, const struct job *job, uint32_t strategy)
{
  uint32_t force = pl->plan->opt.force;
  bool grad = job->pass == CURTA_PASS_DW;
  if (strategy == CURTA_KEEP && job->tiles > pl->plan->hw.p_tiles)
    return false;
  if (grad && (strategy == CURTA_SPECULATE || (strategy == CURTA_RECOMPUTE && pl->plan->opt.decay)))
    return false; /* shifts of gradients change too often; decay needs a third pass */
  if (strategy == CURTA_HEDGE && job->pass != CURTA_PASS_FWD)
    return false;
  if (force != CURTA_AUTO)
    return strategy == force;
  return (strategy != CURTA_SPECULATE && strategy != CURTA_HEDGE) || job->pass == CURTA_PASS_FWD;
}

uint64_t job_slack(const struct job *job)
{
  uint64_t slack = 0;
  for (uint32_t i = 0; i < job->n_subs; i++)
    slack += job->tiling[i].array > job->tiling[i].bus ? job->tiling[i].array - job->tiling[i].bus : 0;
  return slack;
}

uint64_t job_wait(const struct job *job)
{
  uint64_t wait = 0;
  for (uint32_t i = 0; i < job->n_subs; i++)
    wait += job->tiling[i].wait;
  return wait;
}

/* The results lie in the accumulator memory as in their tensor, from tile 0 on. */
static bool kept_whole(const struct planner *pl, const struct job *job)
{
  return pl->in_order && job->strategy == CURTA_KEEP;
}

/* Chooses strategy and tiling. align: pooling window that blocks of a part must respect. */
bool job_choose(struct planner *pl, struct job *job, uint32_t align, struct after after)
{
  const struct curta_hw *hw = &pl->plan->hw;
  bool grad = job->pass == CURTA_PASS_DW;
  const uint32_t p_used = pl->in_order && hw->p_tiles > CACHED_TILES ? CACHED_TILES : hw->p_tiles;
  const uint32_t p_spilled = job->tiles > hw->p_tiles ? p_used : hw->p_tiles; /* or kept, on a software device */
  const struct leaving spilled = {job->bytes, 1, false},
                       used_up = {grad ? (pl->plan->opt.frac_bits ? 5 : 2) : 1, align, grad},
                       both = {job->bytes + 1, align, false};
  struct choice c = {.second = job->tiles * hw->t * hw->t * (job->bytes + (grad ? 2 : 1)) / hw->bus,
                     .after = after,
                     .int32_bytes = job->tiles * hw->t * hw->t * 4,
                     .kept = (uint32_t)(job->tiles > hw->p_tiles ? hw->p_tiles * 256ull / job->tiles : 256)};
  struct tiling t[MAX_SUBS], h[MAX_SUBS];
  uint64_t (*cost)(uint32_t, const struct choice *) = pl->in_order ? in_order_cost : strategy_cost;
  uint64_t best = UINT64_MAX;
  if (!tile_subs(pl, job, &spilled, p_spilled, job->tiling, c.spill))
    return false;
  job->strategy = CURTA_SPILL;
  if (!tile_subs(pl, job, &used_up, p_used, t, c.direct) || !tile_subs(pl, job, &both, hw->p_tiles, h, c.both))
    return true;
  if (allowed(pl, job, CURTA_SPILL))
    best = cost(CURTA_SPILL, &c);
  for (uint8_t s = CURTA_KEEP; s <= CURTA_HEDGE; s++)
    if (allowed(pl, job, s) && cost(s, &c) < best) {
      best = cost(s, &c);
      job->strategy = s;
    }
  if (job->strategy == CURTA_SPILL)
    job->second = c.second;
  else if (!kept_whole(pl, job))
    memcpy(job->tiling, job->strategy == CURTA_HEDGE ? h : t, sizeof t);
  return true;
}

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
    at = kept_whole(pl, job) ? tensor_place(p, &c.b, 0) : block_place(p, &c.b, gemm_alloc(&pl->g, block_tiles(&c.b)));
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
  if (kept_whole(pl, job)) {
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
