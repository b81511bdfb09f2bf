/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_update.c - UPDATE and REDUCE (machine.md section 5)
 *
 * Both have their fields in the same places. Tiles are shared among threads: the weights that are read may be those
 * that are written, at the same place; anything else that overlaps means them in order.
 */
#include "curta_golden_int.h"
#include "curta_kernels.h"

#define TILE_MAX 256 /* elements of the largest tile */
#define GRAIN 64     /* tiles of the smallest share of a thread */

struct update {
  struct curta_golden *g;
  uint32_t src, aux, dst, idx;
  int acc, packed, master, decay; /* packed: int24 gradient in memory */
  int nitro;
  struct curta_rate rate[2]; /* of the gradient, of the decay */
  int32_t frac, d;
  struct curta_rounding how;
  uint32_t origin;           /* stochastic draw of the first element */
  struct curta_outcome *out; /* of a share */
};

static struct update common(struct curta_golden *g, const uint32_t *cmd)
{
  struct update u = {.g = g};
  u.src = curta_cmd_get(cmd, CURTA_UPDATE_SRC);
  u.aux = curta_cmd_get(cmd, CURTA_UPDATE_AUX);
  u.dst = curta_cmd_get(cmd, CURTA_UPDATE_DST);
  u.idx = curta_cmd_get(cmd, CURTA_UPDATE_IDX);
  u.acc = (int)curta_cmd_get(cmd, CURTA_UPDATE_SRC_ACC);
  u.packed = !u.acc && curta_cmd_get(cmd, CURTA_UPDATE_SRC_TYPE) == CURTA_TYPE_INT24;
  u.master = (int)curta_cmd_get(cmd, CURTA_UPDATE_MASTER);
  u.frac = (int32_t)curta_cmd_get(cmd, CURTA_UPDATE_FRAC);
  u.decay = (int)curta_cmd_get(cmd, CURTA_UPDATE_DECAY);
  u.d = curta_s32(g->s[curta_cmd_get(cmd, CURTA_UPDATE_DECAY_REG)]);
  return u;
}

/* `bytes` at addr, with ERROR_INFO set and the traffic counted. */
static void *touch(struct update *u, int64_t addr, uint32_t bytes, uint64_t *traffic, int *err)
{
  u->out->info = (uint32_t)addr;
  *traffic += bytes;
  return curta_golden_at(u->g, addr, bytes, err);
}

/* x := int24 tile at p: a plane of high bytes, then one of low halves */
static void unpack(int32_t *restrict x, const uint8_t *restrict p, uint32_t t2)
{
  for (uint32_t i = 0; i < t2; i++) {
    uint16_t low;
    memcpy(&low, p + t2 + 2 * i, 2);
    x[i] = (int8_t)p[i] * 65536 + low;
  }
}

/* Tile n of the gradient where it is, or in x if it is packed or will be changed; null: *err */
static const int32_t *fetch_gradient(struct update *u, int32_t *x, uint32_t n, int *err)
{
  uint32_t bytes = 4 * u->g->t2, tile = u->src + n;
  const void *p;
  if (u->acc && tile >= (uint32_t)u->g->conf.p_tiles) {
    u->out->info = tile;
    *err = CURTA_ERR_RANGE;
    return 0;
  }
  p = u->acc ? u->g->acc + (size_t)tile * u->g->t2
             : touch(u, curta_golden_tile(u->src, n, bytes), bytes, &u->out->rd, err);
  if (p && u->packed) {
    unpack(x, p, u->g->t2);
    u->out->rd -= u->g->t2; /* its last quarter is not read */
    return x;
  }
  return p && u->decay ? memcpy(x, p, bytes) : p;
}

/* wf := tile n of the master weights (with MASTER), w := of the int8 weights */
static int fetch_weights(struct update *u, int16_t *wf, int8_t *w, uint32_t n)
{
  uint32_t bytes = u->master ? 2 * u->g->t2 : u->g->t2;
  int err = 0;
  const void *p = touch(u, curta_golden_tile(u->aux, n, bytes), bytes, &u->out->rd, &err);
  if (!p)
    return err;
  memcpy(u->master ? (void *)wf : (void *)w, p, bytes);
  if (u->master)
    u->g->k->master_weights(w, wf, u->frac, u->g->t2);
  return 0;
}

static int store(struct update *u, int64_t addr, const void *y, uint32_t bytes)
{
  int err = 0;
  void *p = touch(u, addr, bytes, &u->out->wr, &err);
  if (!p)
    return err;
  memcpy(p, y, bytes);
  if (u->g->retire_fn)
    u->out->check = curta_golden_sum(u->out->check, (uint32_t)addr / 4, y, bytes / 4);
  return 0;
}

static int update_tile(struct update *u, uint32_t n)
{
  const struct curta_kernels *k = u->g->k;
  int32_t x[TILE_MAX];
  int16_t wf[TILE_MAX];
  int8_t w[TILE_MAX], g[TILE_MAX];
  uint32_t t2 = u->g->t2;
  int err = 0;
  const int32_t *from = fetch_gradient(u, x, n, &err);
  if (!err)
    err = fetch_weights(u, wf, w, n);
  if (err)
    return err;
  if (u->decay)
    k->decay(x, w, u->d, t2);
  curta_golden_requant(u->g, g, from, t2, &u->how, u->origin + n * t2);
  if (!u->master) {
    k->update(w, g, t2);
  } else {
    k->update_master(wf, g, u->frac, t2);
    k->master_weights(w, wf, u->frac, t2);
    err = store(u, curta_golden_tile(u->idx, n, 2 * t2), wf, 2 * t2);
  }
  return err ? err : store(u, curta_golden_tile(u->dst, n, t2), w, t2);
}

static int nitro_tile(struct update *u, uint32_t n)
{
  int32_t copy[TILE_MAX], w[TILE_MAX];
  uint32_t bytes = 4 * u->g->t2, width;
  int err = 0;
  const int32_t *x = fetch_gradient(u, copy, n, &err);
  void *p = err ? 0 : touch(u, curta_golden_tile(u->aux, n, bytes), bytes, &u->out->rd, &err);
  if (!p)
    return err;
  if (u->dst == u->aux && u->acc && !u->g->retire_fn) { /* in place: nothing else reads these weights */
    u->out->wr += bytes;
    width = u->g->k->sgd(p, x, u->rate[0], u->rate[1], u->g->t2);
    u->out->flags |= width >> (CURTA_WEIGHT_BITS - 1) ? CURTA_FLAG(WEIGHT) : 0;
    return 0;
  }
  memcpy(w, p, bytes);
  width = u->g->k->sgd(w, x, u->rate[0], u->rate[1], u->g->t2);
  u->out->flags |= width >> (CURTA_WEIGHT_BITS - 1) ? CURTA_FLAG(WEIGHT) : 0;
  return store(u, curta_golden_tile(u->dst, n, bytes), w, bytes);
}

#define AHEAD 4 /* tiles: weights come from far away, and few of them in a row */

/* Asks for the weights of a tile that will be updated soon. */
static void expect(const struct update *u, uint64_t n)
{
  uint32_t bytes = u->g->t2 * (u->nitro ? 4 : u->master ? 2 : 1);
  int err = 0;
  const char *p = curta_golden_at(u->g, curta_golden_tile(u->aux, (uint32_t)n, bytes), bytes, &err);
  for (uint32_t i = 0; p && i < bytes; i += 64)
    __builtin_prefetch(p + i, 1);
}

static void update_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  struct update u = *(const struct update *)arg;
  u.out = out;
  for (uint64_t n = from; n < from + AHEAD; n++)
    expect(&u, n);
  for (; from < to && !out->err; from++) {
    expect(&u, from + AHEAD);
    out->err = (u.nitro ? nitro_tile : update_tile)(&u, (uint32_t)from);
  }
}

static struct curta_hull hull(const struct update *u, uint32_t base, uint32_t count, uint32_t bytes)
{
  static const uint32_t one = 1;
  return curta_hull_of(base, &count, &one, 1, bytes * u->g->t2);
}

/* Two streams share no byte, or are the same tiles. */
static int apart(const struct update *u, uint32_t n, uint32_t a, uint32_t a_bytes, uint32_t b, uint32_t b_bytes)
{
  return !curta_hulls_meet(hull(u, a, n, a_bytes), hull(u, b, n, b_bytes)) || (a == b && a_bytes == b_bytes);
}

static int update_apart(const struct update *u, uint32_t n)
{
  uint32_t read = u->master ? 2 : 1;
  if (u->nitro)
    return apart(u, n, u->dst, 4, u->aux, 4) && (u->acc || apart(u, n, u->dst, 4, u->src, 4));
  int ok = apart(u, n, u->dst, 1, u->aux, read) && (u->acc || apart(u, n, u->dst, 1, u->src, 4));
  return ok && (!u->master || (apart(u, n, u->idx, 2, u->aux, read) && (u->acc || apart(u, n, u->idx, 2, u->src, 4)) &&
                               apart(u, n, u->idx, 2, u->dst, 1)));
}

int curta_golden_update(struct curta_golden *g, const uint32_t *cmd)
{
  struct update u = common(g, cmd);
  uint32_t count = curta_cmd_get(cmd, CURTA_UPDATE_N);
  u.how = curta_golden_rounding(g, cmd);
  u.origin = curta_cmd_get(cmd, CURTA_UPDATE_ORIGIN);
  u.nitro = (int)curta_cmd_get(cmd, CURTA_UPDATE_NITRO);
  for (int i = 0; i < 2; i++) {
    uint32_t reg = curta_cmd_get(cmd, i ? CURTA_UPDATE_ETA_REG : CURTA_UPDATE_LR_REG);
    u.rate[i] = (struct curta_rate){g->s[reg], g->s[(reg + 1) % CURTA_SCALARS]};
  }
  return curta_golden_share(g, count, update_apart(&u, count) ? GRAIN : CURTA_IN_ORDER, update_share, &u, 0);
}

static int reduce_tile(struct update *u, uint32_t n)
{
  int32_t x[TILE_MAX];
  int16_t wf[TILE_MAX];
  int8_t w[TILE_MAX];
  int err = 0;
  const int32_t *from = fetch_gradient(u, x, n, &err);
  if (!err && u->decay)
    err = fetch_weights(u, wf, w, n);
  if (err)
    return err;
  if (u->decay)
    u->g->k->decay(x, w, u->d, u->g->t2);
  u->out->magnitude |= u->g->k->magnitudes(from, u->g->t2);
  return 0;
}

static void reduce_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  struct update u = *(const struct update *)arg;
  u.out = out;
  for (; from < to && !out->err; from++)
    out->err = reduce_tile(&u, (uint32_t)from);
}

int curta_golden_reduce(struct curta_golden *g, const uint32_t *cmd)
{
  struct update u = common(g, cmd);
  uint32_t reg = curta_cmd_get(cmd, CURTA_REDUCE_OR_REG), all = 0;
  uint32_t old = curta_cmd_get(cmd, CURTA_REDUCE_OR_KEEP) ? g->s[reg] : 0;
  int err = curta_golden_share(g, curta_cmd_get(cmd, CURTA_REDUCE_N), GRAIN, reduce_share, &u, &all);
  if (!err)
    curta_golden_set(g, reg, old | all);
  return err;
}
