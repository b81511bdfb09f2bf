/* SPDX-License-Identifier: Apache-2.0
 * strategy.c - how a tensor of NITI gets its second pass (README.md, the two-pass problem), by estimated cost */
#include <string.h>
#include "plan_int.h"

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

bool job_kept_whole(const struct planner *pl, const struct job *job)
{
  return pl->in_order && job->strategy == CURTA_KEEP;
}

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
  else if (!job_kept_whole(pl, job))
    memcpy(job->tiling, job->strategy == CURTA_HEDGE ? h : t, sizeof t);
  return true;
}
