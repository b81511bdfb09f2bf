/* SPDX-License-Identifier: Apache-2.0
 * nitro_vec.c - see nitro_vec.h */
#include <string.h>
#include "curta_nitro.h"
#include "nitro_vec.h"

static uint32_t tile_elems(const struct planner *pl)
{
  return pl->plan->hw.t * pl->plan->hw.t;
}

static uint64_t extent(const uint32_t n[4], const uint32_t s[4])
{
  uint64_t last = 0;
  for (int i = 0; i < 4; i++)
    last += (uint64_t)(n[i] - 1) * s[i];
  return last + 1;
}

static void whole_span(struct item *it, int write, const struct curta_tensor *t)
{
  item_span(it, SP_MEM, write, t->addr, (uint64_t)t->addr + t->bytes);
}

/* Address of the tile of t where v->to begins, and the span of what is shaped like v->to. */
static uint32_t like_dst(struct planner *pl, struct item *it, const struct vec *v, const struct curta_tensor *t,
                         int write)
{
  uint32_t bytes = tile_elems(pl) * t->elem, at = t->addr + v->first * bytes;
  item_span(it, SP_MEM, write, at, at + extent(v->n, v->d) * bytes);
  return at;
}

struct vec vec_block(struct planner *pl, const struct nitro_job *j, const struct block *b, uint32_t p_base,
                     const struct curta_tensor *to, uint32_t h, uint32_t w)
{
  uint32_t stride[4], ct = to->d[3];
  struct vec v = {.acc = true, .src = p_base, .to = to, .window = 1};
  const uint32_t n[4] = {b->g[1].n, b->v[1].n, b->v[0].n, b->g[0].n}, d[4] = {1, ct, w * ct, h * w * ct};
  block_strides(&j->p, b, stride);
  const uint32_t s[4] = {stride[1], stride[3], stride[2], stride[0]};
  memcpy(v.n, n, sizeof n);
  memcpy(v.d, d, sizeof d);
  memcpy(v.s, s, sizeof s);
  v.first = ((b->g[0].lo * h + b->v[0].lo) * w + b->v[1].lo) * ct + b->g[1].lo;
  v.c_end = b->g[1].lo + b->g[1].n == ct;
  v.n_end = b->g[0].lo + b->g[0].n == to->d[0];
  (void)pl;
  return v;
}

struct vec vec_windows(struct planner *pl, const struct curta_tensor *from, const struct curta_tensor *to, uint32_t kh,
                       uint32_t kw)
{
  uint32_t ct = to->d[3], row = from->d[2] * ct;
  struct vec v = {.n = {ct, to->d[2], to->d[1], to->d[0]},
                  .s = {1, kw * ct, kh * row, from->d[1] * row},
                  .d = {1, ct, to->d[2] * ct, to->d[1] * to->d[2] * ct},
                  .src = from->addr,
                  .from = from,
                  .to = to,
                  .window = kh * kw,
                  .c_end = true,
                  .n_end = true};
  (void)pl;
  return v;
}

struct vec vec_whole(struct planner *pl, const struct curta_tensor *from, const struct curta_tensor *to)
{
  return vec_windows(pl, from, to, 1, 1);
}

struct item vec_item(struct planner *pl, uint32_t opcode, uint32_t tag, struct vec *v)
{
  struct item it;
  item_init(&it, opcode, CURTA_ENGINE_VECTOR, tag);
  item_set(&it, CURTA_MAP_N0, v->n[0]);
  item_set(&it, CURTA_MAP_N1, v->n[1]);
  item_set(&it, CURTA_MAP_N2, v->n[2]);
  item_set(&it, CURTA_MAP_N3, v->n[3]);
  item_set(&it, CURTA_MAP_S1, v->s[1]);
  item_set(&it, CURTA_MAP_S2, v->s[2]);
  item_set(&it, CURTA_MAP_S3, v->s[3]);
  item_set(&it, CURTA_MAP_D1, v->d[1]);
  item_set(&it, CURTA_MAP_D2, v->d[2]);
  item_set(&it, CURTA_MAP_D3, v->d[3]);
  item_set(&it, CURTA_MAP_SRC, v->src);
  item_set(&it, CURTA_MAP_SRC_TYPE, v->acc || v->from->elem == 4 ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  item_set(&it, CURTA_MAP_SRC_ACC, v->acc);
  if (v->acc)
    item_span(&it, SP_P, 0, v->src, v->src + extent(v->n, v->s));
  else
    whole_span(&it, 0, v->from);
  item_set(&it, CURTA_MAP_DST, like_dst(pl, &it, v, v->to, 1));
  item_set(&it, CURTA_MAP_DST_TYPE, v->to->elem == 4 ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  return it;
}

void vec_emit(struct planner *pl, struct item *it, struct vec *v)
{
  const struct curta_hw *hw = &pl->plan->hw;
  uint64_t elems = (uint64_t)v->n[0] * v->n[1] * v->n[2] * v->n[3] * tile_elems(pl);
  uint64_t rd = elems * ((v->acc ? 0 : v->from->elem * v->window) + v->reads), wr = elems * (v->to->elem + v->writes);
  uint64_t bus = (rd + wr) / hw->bus, lanes = elems * v->window / hw->c;
  it->rd_bytes = (uint32_t)rd;
  it->wr_bytes = (uint32_t)wr;
  it->cycles = (uint32_t)(bus > lanes ? bus : lanes) + 20;
  emit_now(&pl->e, it);
}

/* trunc(x / (2^s m)) for x in front of 2^s m 128 */
void vec_divide(struct planner *pl, struct item *it, uint32_t k)
{
  uint32_t m = pl->plan->net->nitro.shifts ? (uint32_t)curta_nitro_power((int32_t)k) : k, s = 8, t = 0;
  uint64_t factor = 1;
  for (; !(m & 1u); m >>= 1)
    s++;
  while ((factor * m - ((uint64_t)1 << t)) * (128u * m - 1u) >= (uint64_t)1 << t) {
    t++;
    factor = (((uint64_t)1 << t) + m - 1) / m;
  }
  item_set(it, CURTA_MAP_DIV, 1);
  item_set(it, CURTA_MAP_DIV_S, s);
  item_set(it, CURTA_MAP_DIV_T, t);
  item_set(it, CURTA_MAP_DIV_M, (uint32_t)factor);
  item_set(it, CURTA_MAP_DIV_TOP, 128u * m);
}

void vec_relu(struct planner *pl, struct item *it, struct vec *v, uint32_t channels)
{
  uint32_t slope = pl->plan->net->nitro.slope, t = pl->plan->hw.t;
  item_set(it, CURTA_MAP_ACT, CURTA_ACT_NITRO);
  item_set(it, CURTA_MAP_SLOPE, slope == 4 ? 0 : slope == 8 ? 1 : 2);
  item_set(it, CURTA_MAP_MEAN, (uint32_t)curta_nitro_mean((int32_t)slope));
  item_set(it, CURTA_MAP_CLAST, v->c_end ? channels % t : 0);
  item_set(it, CURTA_MAP_NLAST, v->n_end ? pl->plan->batch % t : 0);
}

void vec_zs(struct planner *pl, struct item *it, struct vec *v, const struct curta_tensor *zs)
{
  item_set(it, CURTA_MAP_ZS, 1);
  item_set(it, CURTA_MAP_IDX, like_dst(pl, it, v, zs, 1));
  v->writes++;
}

void vec_pool(struct planner *pl, struct item *it, struct vec *v, const struct curta_tensor *idx, uint32_t kh,
              uint32_t kw)
{
  item_set(it, CURTA_MAP_POOL, 1);
  item_set(it, CURTA_MAP_CLASS, 1);
  item_set(it, CURTA_MAP_KH, kh);
  item_set(it, CURTA_MAP_KW, kw);
  item_set(it, CURTA_MAP_W_SY, v->from->d[2] * v->from->d[3]);
  item_set(it, CURTA_MAP_W_SX, v->from->d[3]);
  item_set(it, CURTA_MAP_IDX, like_dst(pl, it, v, idx, 1));
  v->writes++;
}

void vec_pad(struct item *it, int32_t pad_h, int32_t pad_w, uint32_t h, uint32_t w)
{
  item_set(it, CURTA_MAP_PADDED, 1);
  item_set(it, CURTA_MAP_PAD_Y, (uint32_t)pad_h);
  item_set(it, CURTA_MAP_PAD_X, (uint32_t)pad_w);
  item_set(it, CURTA_MAP_LIM_Y, h);
  item_set(it, CURTA_MAP_LIM_X, w);
}

/* trunc(x factor / 1000) = |x| M >> t for all |x| <= 127 */
void vec_dropout(struct planner *pl, struct item *it, struct vec *v, const struct curta_tensor *mask, uint32_t rate)
{
  uint32_t factor = (uint32_t)curta_nitro_dropout_factor((int32_t)rate), t = 0, m = 0, x = 0;
  while (x < 128) {
    t++;
    m = (uint32_t)((((uint64_t)factor << t) + 999) / 1000);
    for (x = 0; x < 128 && (uint64_t)x * m >> t == (uint64_t)x * factor / 1000;)
      x++;
  }
  item_set(it, CURTA_MAP_DIV, 1);
  item_set(it, CURTA_MAP_DIV_T, t);
  item_set(it, CURTA_MAP_DIV_M, m);
  item_set(it, CURTA_MAP_DIV_TOP, 128);
  item_set(it, CURTA_MAP_MASK, 1);
  item_set(it, CURTA_MAP_AUX, like_dst(pl, it, v, mask, 0));
  v->reads++;
}

void vec_back(struct planner *pl, struct item *it, struct vec *v, const struct curta_tensor *aux, bool classes,
              bool keep)
{
  uint32_t slope = pl->plan->net->nitro.slope;
  item_set(it, CURTA_MAP_ACT, classes ? CURTA_ACT_BACK_CLASS : CURTA_ACT_BACK_ZS);
  item_set(it, CURTA_MAP_SLOPE, slope == 4 ? 0 : slope == 8 ? 1 : 2);
  item_set(it, CURTA_MAP_AUX, like_dst(pl, it, v, aux, 0));
  item_set(it, CURTA_MAP_OR_REG, CURTA_S_WIDTH);
  item_set(it, CURTA_MAP_OR_KEEP, keep);
  item_span(it, SP_S, 1, CURTA_S_WIDTH, CURTA_S_WIDTH + 1);
  v->reads++;
}

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
  whole_span(&it, 1, t);
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
  whole_span(&it, 1, dense); /* a window reaches beyond its own tile */
  item_set(&it, CURTA_SCATTER_AUX, classes->addr);
  whole_span(&it, 0, classes);
  item_set(&it, CURTA_SCATTER_CLASS, 1);
  item_set(&it, CURTA_SCATTER_KH, n->win_h);
  item_set(&it, CURTA_SCATTER_KW, n->win_w);
  item_set(&it, CURTA_SCATTER_W_SY, dense->d[2] * dense->d[3]);
  item_set(&it, CURTA_SCATTER_W_SX, dense->d[3]);
  vec_pad(&it, n->pad_h, n->pad_w, l->oh, l->ow);
  back.reads = 1;
  back.writes = 4 * (n->win_h * n->win_w - 1);
  vec_emit(pl, &it, &back);
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
  whole_span(&it, 0, predict);
  whole_span(&it, 0, &plan->tensor[plan->t_labels]);
  whole_span(&it, 1, g);
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
  uint32_t bytes = 4 * tile_elems(pl), addr = w->addr + first * bytes;
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
