/* SPDX-License-Identifier: Apache-2.0
 * nitro_probe.c - see nitro_probe.h */
#include "nitro_probe.h"
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include "curta_nitro.h"

static uint32_t tile_bytes(const struct probe *p, uint32_t elem)
{
  return p->plan->hw.t * p->plan->hw.t * elem;
}

/* Room for as many elements as tensor t has. */
static uint32_t room(struct probe *p, const struct curta_tensor *t, uint32_t elem)
{
  uint64_t at = p->at;
  p->at = (at + (uint64_t)t->bytes / t->elem * elem + 4095) / 4096 * 4096;
  return (uint32_t)at;
}

/* ------------------------------------------------------------------ added commands */

/* The next command of the program, to be filled; like: of this tag and with these waits for other engines. */
static uint32_t *add(struct probe *p, uint32_t opcode, const uint32_t *like)
{
  uint32_t *c = p->cmd[p->n++];
  memset(c, 0, CURTA_CMD_BYTES);
  memcpy(c, like, 3 * sizeof *c); /* tag, WAIT_L, WAIT_M */
  curta_cmd_set(c, CURTA_CMD_OPCODE, opcode);
  return c;
}

/* n tiles in a row, from a tile of the accumulator memory or an address, as they are */
static uint32_t *copy(struct probe *p, const uint32_t *like, uint32_t n, uint32_t from, bool acc, uint32_t to,
                      uint32_t elem)
{
  uint32_t *c = add(p, CURTA_OP_MAP, like);
  curta_cmd_set(c, CURTA_MAP_N0, n);
  curta_cmd_set(c, CURTA_MAP_N1, 1);
  curta_cmd_set(c, CURTA_MAP_N2, 1);
  curta_cmd_set(c, CURTA_MAP_N3, 1);
  curta_cmd_set(c, CURTA_MAP_SRC, from);
  curta_cmd_set(c, CURTA_MAP_SRC_ACC, acc);
  curta_cmd_set(c, CURTA_MAP_DST, to);
  curta_cmd_set(c, CURTA_MAP_SRC_TYPE, elem == 4 ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  curta_cmd_set(c, CURTA_MAP_DST_TYPE, elem == 4 ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  return c;
}

/* Where the sums of what is written at `addr` go. */
static uint32_t sums_of(struct probe *p, uint32_t addr)
{
  const struct curta_tensor *t = curta_plan_find(p->plan, addr);
  uint32_t visit = t->layer >= 0 && p->visits[t->layer] > 1, *at = &p->sums[t - p->plan->tensor][visit];
  if (!*at)
    *at = room(p, t, 4);
  return *at + (addr - t->addr) / tile_bytes(p, t->elem) * tile_bytes(p, 4);
}

static void copy_sums(struct probe *p, const uint32_t *c)
{
  if (curta_cmd_get(c, CURTA_CMD_OPCODE) == CURTA_OP_UPDATE) {
    copy(p, c, curta_cmd_get(c, CURTA_UPDATE_N), curta_cmd_get(c, CURTA_UPDATE_SRC), true,
         sums_of(p, curta_cmd_get(c, CURTA_UPDATE_DST)), 4);
    return;
  }
  uint32_t *to = copy(p, c, 1, curta_cmd_get(c, CURTA_MAP_SRC), true, sums_of(p, curta_cmd_get(c, CURTA_MAP_DST)), 4);
  for (uint32_t word = 8; word <= 15; word++) /* N0..N3, S1..S3, D1..D3 */
    to[word] = c[word];
}

static void keep_first(struct probe *p, const uint32_t *c, int t)
{
  const struct curta_tensor *x = &p->plan->tensor[t];
  p->first[t] = room(p, x, x->elem);
  copy(p, c, x->bytes / tile_bytes(p, x->elem), x->addr, false, p->first[t], x->elem);
}

/* c begins a visit of a block if it writes the beginning of a prediction. */
static void begin_visit(struct probe *p, const uint32_t *c)
{
  for (uint32_t w = 0; w + 1 < p->plan->n_weighted; w++) {
    const struct curta_plan_weighted *l = &p->plan->weighted[w];
    const struct curta_plan_nitro *n = &l->nitro;
    if (curta_cmd_get(c, CURTA_MAP_DST) != p->plan->tensor[n->t_predict].addr || p->visits[l->layer]++ == 0)
      continue;
    keep_first(p, c, n->t_predict);
    keep_first(p, c, n->t_g);
    keep_first(p, c, n->t_delta);
    keep_first(p, c, n->t_head);
    keep_first(p, c, l->t_weight);
  }
}

/* What comes in front of c. */
static void precede(struct probe *p, const uint32_t *c)
{
  uint32_t opcode = curta_cmd_get(c, CURTA_CMD_OPCODE);
  bool map = opcode == CURTA_OP_MAP && curta_cmd_get(c, CURTA_MAP_SRC_ACC);
  if (map)
    begin_visit(p, c);
  if (map || (opcode == CURTA_OP_UPDATE && curta_cmd_get(c, CURTA_UPDATE_SRC_ACC)))
    copy_sums(p, c);
}

/* ------------------------------------------------------------------ behind the step */

/* The deltas at `from`, shaped like t_delta, to the places of the maxima: as vec_scatter of the driver. */
static uint32_t scatter(struct probe *p, const struct curta_plan_weighted *l, uint32_t from)
{
  static const uint32_t begin[CURTA_CMD_WORDS];
  const struct curta_plan_nitro *n = &l->nitro;
  const struct curta_tensor *t = p->plan->tensor, *zs = &t[n->t_zs];
  uint32_t *c = add(p, CURTA_OP_SCATTER, begin), ct = zs->d[3], to = room(p, zs, 4);
  const uint32_t field[][2] = {
      {CURTA_SCATTER_SRC, from},
      {CURTA_SCATTER_AUX, t[n->t_class].addr},
      {CURTA_SCATTER_DST, to},
      {CURTA_SCATTER_N0, ct},
      {CURTA_SCATTER_N1, n->head_w},
      {CURTA_SCATTER_N2, n->head_h},
      {CURTA_SCATTER_N3, zs->d[0]},
      {CURTA_SCATTER_S1, ct},
      {CURTA_SCATTER_S2, n->head_w * ct},
      {CURTA_SCATTER_S3, n->head_h * n->head_w * ct},
      {CURTA_SCATTER_D1, n->win_w * ct},
      {CURTA_SCATTER_D2, n->win_h * l->ow * ct},
      {CURTA_SCATTER_D3, l->oh * l->ow * ct},
      {CURTA_SCATTER_W_SY, l->ow * ct},
      {CURTA_SCATTER_W_SX, ct},
      {CURTA_SCATTER_SRC_TYPE, CURTA_TYPE_INT32},
      {CURTA_SCATTER_DST_TYPE, CURTA_TYPE_INT32},
      {CURTA_SCATTER_KH, n->win_h},
      {CURTA_SCATTER_KW, n->win_w},
      {CURTA_SCATTER_CLASS, 1},
      {CURTA_SCATTER_PADDED, 1},
      {CURTA_SCATTER_PAD_Y, (uint32_t)n->pad_h},
      {CURTA_SCATTER_PAD_X, (uint32_t)n->pad_w},
      {CURTA_SCATTER_LIM_Y, l->oh},
      {CURTA_SCATTER_LIM_X, l->ow},
  };
  for (size_t i = 0; i < sizeof field / sizeof *field; i++)
    curta_cmd_set(c, field[i][0], field[i][1]);
  return to;
}

static void follow(struct probe *p)
{
  static const uint32_t begin[CURTA_CMD_WORDS];
  for (uint32_t w = 0; w + 1 < p->plan->n_weighted; w++) {
    const struct curta_plan_weighted *l = &p->plan->weighted[w];
    const struct curta_plan_nitro *n = &l->nitro;
    const struct curta_tensor *zs = &p->plan->tensor[n->t_zs];
    if (l->pool) {
      uint32_t slope = p->plan->net->nitro.slope, *c;
      p->act[w] = room(p, zs, 1);
      c = copy(p, begin, zs->bytes / tile_bytes(p, 1), zs->addr, false, p->act[w], 1);
      curta_cmd_set(c, CURTA_MAP_ACT, CURTA_ACT_NITRO);
      curta_cmd_set(c, CURTA_MAP_SLOPE, slope == 4 ? 0 : slope == 8 ? 1 : 2);
      curta_cmd_set(c, CURTA_MAP_MEAN, (uint32_t)curta_nitro_mean((int32_t)slope));
    }
    if (n->conv) {
      p->dh[w] = scatter(p, l, p->sums[n->t_delta][0]);
      p->dz[w] = n->t_dense >= 0 ? p->plan->tensor[n->t_dense].addr : scatter(p, l, p->plan->tensor[n->t_delta].addr);
    }
  }
}

/* ------------------------------------------------------------------ the program */

/* SKIP leaves out what it left out, with what is new in it. at: where each old command, and what precedes it, begins.
 */
static void mend_skips(struct probe *p, const uint32_t *at, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    if (curta_cmd_get(p->cmd[at[i]], CURTA_CMD_OPCODE) == CURTA_OP_SKIP)
      curta_cmd_set(p->cmd[at[i]], CURTA_SKIP_COUNT,
                    at[i + 1 + curta_cmd_get(p->cmd[at[i]], CURTA_SKIP_COUNT)] - at[i] - 1);
}

/* now[v]: commands of VECTOR since the last fence point when there were v before. */
static void rewrite(struct probe *p, uint32_t *at, uint32_t *now)
{
  uint32_t v = 0, added = 0;
  for (uint32_t i = 0; i < p->plan->n_train; i++) {
    const uint32_t *c = p->plan->cmd[i];
    uint32_t opcode = curta_cmd_get(c, CURTA_CMD_OPCODE), before = p->n;
    at[i] = p->n;
    precede(p, c);
    added += p->n - before;
    memcpy(p->cmd[p->n], c, CURTA_CMD_BYTES);
    curta_cmd_set(p->cmd[p->n++], CURTA_CMD_WAIT_V, now[curta_cmd_get(c, CURTA_CMD_WAIT_V)]);
    if (opcode >= CURTA_OP_MAP) { /* an engine's, and neither LOAD's nor MATRIX's */
      v++;
      now[v] = v + added;
    }
    if (opcode == CURTA_OP_SKIP || opcode == CURTA_OP_FENCE)
      v = added = 0;
  }
  at[p->plan->n_train] = p->n;
  mend_skips(p, at, p->plan->n_train);
}

int probe_plan(struct probe *p, struct curta_plan *plan)
{
  uint32_t old = plan->n_train, *at = calloc(2 * (size_t)old + 2, sizeof *at);
  struct curta_tensor *program = &plan->tensor[plan->t_train];
  memset(p, 0, sizeof *p);
  p->plan = plan;
  p->at = (plan->end + (uint64_t)4095) / 4096 * 4096;
  p->capacity = 2 * old + 100 + plan->n_eval;
  p->cmd = calloc(p->capacity, CURTA_CMD_BYTES);
  if (!at || !p->cmd) {
    free(at);
    return -ENOMEM;
  }
  rewrite(p, at, at + old + 1);
  free(at);
  follow(p);
  memcpy(p->cmd[p->n], plan->cmd[old], plan->n_eval * (size_t)CURTA_CMD_BYTES);
  plan->cmd = p->cmd;
  plan->n_train = p->n;
  program->addr = (uint32_t)p->at;
  program->d[0] = p->n;
  program->bytes = p->n * CURTA_CMD_BYTES;
  plan->end = (uint32_t)(p->at + program->bytes);
  return 0;
}

void probe_free(struct probe *p)
{
  free(p->cmd);
}
