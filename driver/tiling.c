/* SPDX-License-Identifier: Apache-2.0
 * tiling.c - chooses block and chunk sizes of a pass by estimated cycles (gemm.h) */
#include <string.h>
#include "gemm.h"

#define STARTUP 30u /* cycles of start-up of a command */
#define LATENCY 60u /* first data of a LOAD */

static uint32_t ceil_div(uint32_t a, uint32_t b)
{
  return (a + b - 1) / b;
}

/* Length of the hull of positions av*v + bk*k over nv, nk values, not more than u. */
static uint32_t hull(const struct operand *o, int axis, uint32_t nv, uint32_t nk)
{
  uint32_t a = (uint32_t)(o->av[axis] < 0 ? -o->av[axis] : o->av[axis]);
  uint32_t b = (uint32_t)(o->bk[axis] < 0 ? -o->bk[axis] : o->bk[axis]);
  uint32_t n = a * (nv - 1) + b * (nk - 1) + 1 + o->ext[axis];
  return n < (uint32_t)o->u[axis] ? n : (uint32_t)o->u[axis];
}

static uint64_t piece_tiles(const struct gpass *p, int i, const struct tiling *t)
{
  const struct operand *o = &p->op[i];
  return (uint64_t)t->g[i] * t->k[2] * hull(o, 0, t->v[0], t->k[0]) * hull(o, 1, t->v[1], t->k[1]) *
         (i && p->gather.on ? p->gather.room : 1);
}

/* Rows of lists know a row and a column of 8 bits. */
static bool nameable(const struct gpass *p, const struct tiling *t)
{
  return !p->gather.on || (t->k[0] << p->gather.log2[0] <= 256 && t->k[1] << p->gather.log2[1] <= 256);
}

static bool fits(const struct gpass *p, const struct tiling *t, const uint32_t cap[2])
{
  return piece_tiles(p, 0, t) <= cap[0] && piece_tiles(p, 1, t) <= cap[1] && nameable(p, t);
}

/* Largest value 1..n of *size for which the pieces fit, balanced over the number of chunks; false if not even 1. */
static bool grow(const struct gpass *p, struct tiling *t, uint32_t *size, uint32_t n, const uint32_t cap[2])
{
  uint32_t lo = 1, hi = n;
  *size = 1;
  if (!fits(p, t, cap))
    return false;
  while (lo < hi) {
    uint32_t mid = (lo + hi + 1) / 2;
    *size = mid;
    if (fits(p, t, cap))
      lo = mid;
    else
      hi = mid - 1;
  }
  *size = ceil_div(n, ceil_div(n, lo));
  return true;
}

/* Whole taps and as many kc as fit; else one kc and as many rows; else one row and as many columns. */
static bool choose_chunk(const struct gpass *p, struct tiling *t, const uint32_t cap[2])
{
  t->k[0] = p->nk[0];
  t->k[1] = p->nk[1];
  if (grow(p, t, &t->k[2], p->nk[2], cap))
    return true;
  t->k[2] = 1;
  if (grow(p, t, &t->k[0], p->nk[0], cap))
    return true;
  t->k[0] = 1;
  return grow(p, t, &t->k[1], p->nk[1], cap);
}

/* Loaded pieces of operand i: how many tiles in all, and in how many LOADs. */
struct traffic {
  uint64_t tiles, loads;
};

static struct traffic operand_traffic(const struct gpass *p, const struct curta_hw *hw, const struct tiling *t, int i,
                                      uint64_t blocks, uint32_t chunks)
{
  uint32_t nvb = ceil_div(p->nv[0], t->v[0]) * ceil_div(p->nv[1], t->v[1]);
  bool moves = p->op[i].av[0] || p->op[i].av[1];
  uint64_t mine = (uint64_t)ceil_div(p->ng[i], t->g[i]) * (moves ? nvb : 1); /* different data sets */
  uint64_t piece = piece_tiles(p, i, t), all = piece * chunks, times = blocks;
  uint32_t cap = i ? hw->b_tiles : hw->a_tiles;
  if (all * mine <= cap && chunks * mine <= PIECES)
    times = mine; /* everything stays in the buffer */
  else if (chunks == 1 && t->outer == i)
    times = mine; /* stays while the other one moves */
  else if (all <= cap && chunks <= PIECES && t->outer == i)
    times = mine;
  struct traffic tr = {all * times, chunks * times};
  return tr;
}

/* Cycles that the GEMMs wait for operand 0 to be made while they run, at p->wait cycles a tile: for the first block's,
 * and for what one sweep over the operand reads faster than it is made. */
static uint64_t waiting(const struct gpass *p, const struct tiling *t, uint32_t chunks)
{
  uint64_t first = p->wait * piece_tiles(p, 0, t) * chunks;
  uint64_t all = (uint64_t)p->wait * p->ng[0] * p->nk[2] * (uint32_t)p->op[0].u[0] * (uint32_t)p->op[0].u[1];
  uint64_t sweep = t->array > t->bus ? t->array - t->bus : 0; /* what the GEMMs leave of the memory's time */
  if (t->outer == 1)
    sweep /= ceil_div(p->ng[1], t->g[1]);
  if (first > all)
    first = all;
  return first + (all - first > sweep ? all - first - sweep : 0);
}

static void estimate(const struct gpass *p, const struct curta_hw *hw, uint32_t p_max, const struct leaving *out,
                     struct tiling *t)
{
  uint32_t lanes = hw->r * hw->c, t2 = hw->t * hw->t;
  uint64_t visits = (uint64_t)p->ng[0] * p->ng[1] * p->nv[0] * p->nv[1];
  uint32_t nvb = ceil_div(p->nv[0], t->v[0]) * ceil_div(p->nv[1], t->v[1]);
  uint32_t chunks = ceil_div(p->nk[0], t->k[0]) * ceil_div(p->nk[1], t->k[1]) * ceil_div(p->nk[2], t->k[2]);
  uint64_t blocks = (uint64_t)ceil_div(p->ng[0], t->g[0]) * ceil_div(p->ng[1], t->g[1]) * nvb;
  uint32_t block_tiles = t->g[0] * t->g[1] * t->v[0] * t->v[1];
  uint32_t digits = p->digits ? p->digits : 1;
  struct traffic a = operand_traffic(p, hw, t, 0, blocks, chunks), b = operand_traffic(p, hw, t, 1, blocks, chunks);
  uint64_t depth = (uint64_t)p->nk[0] * p->nk[1] * ((uint64_t)(p->nk[2] - 1) * hw->t + p->klast);
  if (p->gather.on) { /* of deltas and places, a LOAD for every list */
    depth = (uint64_t)p->nk[0] * p->nk[1] * p->nk[2] * hw->t * p->gather.per_row / 256;
    b.tiles = b.tiles / p->gather.room * 5 * digits;
    b.loads *= t->g[1];
  } else
    b.tiles *= p->digits ? 4 * digits : 1;
  b.loads *= digits;
  chunks *= digits;
  depth *= digits;
  uint64_t per_visit = (depth * t2 / lanes + hw->v - 1) / hw->v, exchange = (uint64_t)chunks * (t2 / hw->c + 4);
  struct block first = {{{0, t->g[0]}, {0, t->g[1]}}, {{0, t->v[0]}, {0, t->v[1]}}};
  uint32_t run, leaves = out->runs ? block_runs(p, &first, &run) : 1;
  uint64_t commands = a.loads + b.loads + blocks * (chunks + leaves),
           block_out = (uint64_t)block_tiles * t2 * out->bytes / hw->bus;

  t->array = visits * (per_visit > exchange ? per_visit : exchange) + blocks * chunks * STARTUP;
  t->bus = ((a.tiles + b.tiles) * t2 + visits * t2 * out->bytes + commands * CURTA_CMD_BYTES) / hw->bus +
           blocks * leaves * STARTUP;
  t->cycles = t->array > t->bus ? t->array : t->bus;
  /* what nothing hides: the first chunk's data, the last block's results; without a second half of P, every block's
   * results */
  t->cycles += LATENCY + (piece_tiles(p, 0, t) + piece_tiles(p, 1, t)) * t2 / hw->bus;
  t->cycles += block_out * (2 * block_tiles > p_max ? blocks : 1);
  t->cycles += t->bus / 16;
  t->wait = waiting(p, t, chunks / digits);
}

/* Sizes worth trying for a range of n: those that split it evenly. */
static uint32_t next_size(uint32_t n, uint32_t size)
{
  uint32_t parts = ceil_div(n, size) + 1;
  uint32_t s = ceil_div(n, parts);
  while (s >= size && s > 1)
    s = ceil_div(n, ++parts);
  return size > 1 && s < size ? s : 0;
}

static uint32_t aligned(uint32_t size, uint32_t n, uint32_t align)
{
  if (size >= n || align <= 1)
    return size;
  size -= size % align;
  return size;
}

bool tiling_choose(const struct gpass *p, const struct curta_hw *hw, uint32_t p_max, const struct leaving *out,
                   struct tiling *best)
{
  const uint32_t cap[2] = {hw->a_tiles / 2, hw->b_tiles / 2};
  struct tiling t;
  bool found = false;
  memset(&t, 0, sizeof t);
  for (uint32_t g0 = p->ng[0]; g0; g0 = next_size(p->ng[0], g0))
    for (uint32_t g1 = p->ng[1]; g1; g1 = next_size(p->ng[1], g1)) {
      if ((uint64_t)g0 * g1 > p_max)
        continue;
      for (uint32_t vy = p->nv[0]; vy; vy = next_size(p->nv[0], vy))
        for (uint32_t vx = p->nv[1]; vx; vx = next_size(p->nv[1], vx)) {
          t.g[0] = g0;
          t.g[1] = g1;
          t.v[0] = aligned(vy, p->nv[0], out->align);
          t.v[1] = aligned(vx, p->nv[1], out->align);
          if (!t.v[0] || !t.v[1] || (uint64_t)g0 * g1 * t.v[0] * t.v[1] > p_max || !choose_chunk(p, &t, cap))
            continue;
          for (t.outer = 0; t.outer < 2; t.outer++) {
            estimate(p, hw, p_max, out, &t);
            if (!found || t.cycles + t.wait < best->cycles + best->wait) {
              *best = t;
              found = true;
            }
          }
        }
    }
  return found;
}
