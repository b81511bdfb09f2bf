/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_update.c - UPDATE and REDUCE (machine.md section 5)
 *
 * Both have their fields in the same places.
 */
#include "curta_golden_int.h"
#include "curta_kernels.h"

#define TILE_MAX 256 /* elements of the largest tile */

struct update {
  struct curta_golden *g;
  uint32_t src, aux, dst, idx;
  int acc, packed, master, decay; /* packed: int24 gradient in memory */
  int32_t frac, d;
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
  u->g->info = (uint32_t)addr;
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

/* x := tile n of the gradient */
static int fetch_gradient(struct update *u, int32_t *x, uint32_t n)
{
  uint32_t bytes = 4 * u->g->t2, tile = u->src + n;
  int err = 0;
  const void *p;
  if (u->acc && tile >= (uint32_t)u->g->conf.p_tiles) {
    u->g->info = tile;
    return CURTA_ERR_RANGE;
  }
  p = u->acc ? u->g->acc + (size_t)tile * u->g->t2 : touch(u, curta_golden_tile(u->src, n, bytes), bytes, &u->g->rd_bytes, &err);
  if (p && u->packed) {
    unpack(x, p, u->g->t2);
    u->g->rd_bytes -= u->g->t2; /* its last quarter is not read */
  } else if (p) {
    memcpy(x, p, bytes);
  }
  return err;
}

/* wf := tile n of the master weights (with MASTER), w := of the int8 weights */
static int fetch_weights(struct update *u, int16_t *wf, int8_t *w, uint32_t n)
{
  uint32_t bytes = u->master ? 2 * u->g->t2 : u->g->t2;
  int err = 0;
  const void *p = touch(u, curta_golden_tile(u->aux, n, bytes), bytes, &u->g->rd_bytes, &err);
  if (!p)
    return err;
  memcpy(u->master ? (void *)wf : (void *)w, p, bytes);
  if (u->master)
    for (uint32_t i = 0; i < u->g->t2; i++)
      w[i] = curta_round_psto(wf[i], u->frac);
  return 0;
}

static void add_decay(const struct update *u, int32_t *x, const int8_t *w)
{
  int32_t d = u->d;
  for (uint32_t i = 0, n = u->g->t2; i < n; i++)
    x[i] = curta_decay(x[i], w[i], d);
}

static int store(struct update *u, int64_t addr, const void *y, uint32_t bytes)
{
  int err = 0;
  void *p = touch(u, addr, bytes, &u->g->wr_bytes, &err);
  if (!p)
    return err;
  memcpy(p, y, bytes);
  if (u->g->retire_fn)
    u->g->check = curta_golden_sum(u->g->check, (uint32_t)addr / 4, y, bytes / 4);
  return 0;
}

/* w := the weights after the step g */
static void step(int8_t *restrict w, const int8_t *restrict g, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    w[i] = curta_update(w[i], g[i]);
}

/* The same with master weights */
static void step_master(int16_t *restrict wf, int8_t *restrict w, const int8_t *restrict g, uint32_t n, int32_t frac)
{
  for (uint32_t i = 0; i < n; i++) {
    wf[i] = curta_update_master(wf[i], g[i], frac);
    w[i] = curta_round_psto(wf[i], frac);
  }
}

static int update_tile(struct update *u, uint32_t n, const struct curta_rounding *how, uint32_t index)
{
  int32_t x[TILE_MAX];
  int16_t wf[TILE_MAX];
  int8_t w[TILE_MAX], g[TILE_MAX];
  uint32_t t2 = u->g->t2;
  int err = fetch_gradient(u, x, n);
  if (!err)
    err = fetch_weights(u, wf, w, n);
  if (err)
    return err;
  if (u->decay)
    add_decay(u, x, w);
  curta_golden_requant(g, x, t2, how, index);
  if (u->master)
    step_master(wf, w, g, t2, u->frac);
  else
    step(w, g, t2);
  if (u->master)
    err = store(u, curta_golden_tile(u->idx, n, 2 * t2), wf, 2 * t2);
  return err ? err : store(u, curta_golden_tile(u->dst, n, t2), w, t2);
}

int curta_golden_update(struct curta_golden *g, const uint32_t *cmd)
{
  struct update u = common(g, cmd);
  struct curta_rounding how = curta_golden_rounding(g, cmd);
  uint32_t count = curta_cmd_get(cmd, CURTA_UPDATE_N), index = curta_cmd_get(cmd, CURTA_UPDATE_ORIGIN);
  int err = 0;
  for (uint32_t n = 0; n < count && !err; n++)
    err = update_tile(&u, n, &how, index + n * g->t2);
  return err;
}

int curta_golden_reduce(struct curta_golden *g, const uint32_t *cmd)
{
  struct update u = common(g, cmd);
  uint32_t count = curta_cmd_get(cmd, CURTA_REDUCE_N), reg = curta_cmd_get(cmd, CURTA_REDUCE_OR_REG);
  uint32_t all = curta_cmd_get(cmd, CURTA_REDUCE_OR_KEEP) ? g->s[reg] : 0;
  int32_t x[TILE_MAX];
  int16_t wf[TILE_MAX];
  int8_t w[TILE_MAX];
  int err = 0;
  for (uint32_t n = 0; n < count && !err; n++) {
    err = fetch_gradient(&u, x, n);
    if (!err && u.decay)
      err = fetch_weights(&u, wf, w, n);
    if (!err && u.decay)
      add_decay(&u, x, w);
    if (!err)
      all |= curta_kernel_magnitudes(x, g->t2);
  }
  if (!err)
    curta_golden_set(g, reg, all);
  return err;
}
