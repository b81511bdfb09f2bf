/* SPDX-License-Identifier: Apache-2.0
 * nitro_vec.c - see nitro_vec.h */
#include <string.h>
#include "curta_nitro.h"
#include "nitro_vec.h"

static uint64_t extent(const uint32_t n[4], const uint32_t s[4])
{
  uint64_t last = 0;
  for (int i = 0; i < 4; i++)
    last += (uint64_t)(n[i] - 1) * s[i];
  return last + 1;
}

/* Address of the tile of t where v->to begins, and the span of what is shaped like v->to. */
static uint32_t like_dst(struct planner *pl, struct item *it, const struct vec *v, const struct curta_tensor *t,
                         int write)
{
  uint32_t bytes = vec_tile(pl) * t->elem, at = t->addr + v->first * bytes;
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

/* Cycles of a command that is delayed: it must not keep the results of GEMMs waiting in the accumulator memory. */
#define PIECE 16384u

/* The vector engine has half as many lanes as the array has columns, or more. */
static uint32_t lanes(const struct planner *pl)
{
  return pl->plan->hw.c / 2;
}

bool vec_piece(const struct planner *pl, const struct vec *v, uint32_t i, struct vec *piece)
{
  static const uint8_t inner[4] = {1, 0, 2, 3}; /* columns stay together, then channels, rows, images */
  uint64_t room = (uint64_t)PIECE * lanes(pl) / vec_tile(pl) / v->window, tiles = 1;
  bool whole = true;
  *piece = *v;
  for (int k = 0; k < 4; k++) {
    uint32_t d = inner[k], size = 1, n = v->n[d];
    if (pl->in_order || d == 1 || (whole && n * tiles <= room))
      size = n;
    else if (whole && tiles <= room)
      size = (uint32_t)(room / tiles);
    struct range r = range_part(n, size, take_digit(&i, range_parts(n, size)));
    whole = whole && size == n;
    tiles *= size;
    piece->n[d] = r.n;
    piece->first += r.lo * v->d[d];
    if (d == 2 && v->padded)
      piece->row = r.lo;
    else
      piece->src += r.lo * v->s[d] * v->from->elem * vec_tile(pl);
    piece->c_end = piece->c_end && (d != 0 || r.lo + r.n == n);
    piece->n_end = piece->n_end && (d != 3 || r.lo + r.n == n);
  }
  return i == 0;
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
    vec_span(&it, 0, v->from);
  item_set(&it, CURTA_MAP_DST, like_dst(pl, &it, v, v->to, 1));
  item_set(&it, CURTA_MAP_DST_TYPE, v->to->elem == 4 ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  return it;
}

void vec_emit(struct planner *pl, struct item *it, struct vec *v, enum queue q)
{
  const struct curta_hw *hw = &pl->plan->hw;
  uint64_t elems = (uint64_t)v->n[0] * v->n[1] * v->n[2] * v->n[3] * vec_tile(pl);
  uint64_t rd = elems * ((v->acc ? 0 : v->from->elem * v->window) + v->reads), wr = elems * (v->to->elem + v->writes);
  uint64_t bus = (rd + wr) / hw->bus, vector = elems * v->window / lanes(pl);
  it->rd_bytes = (uint32_t)rd;
  it->wr_bytes = (uint32_t)wr;
  it->cycles = (uint32_t)(bus > vector ? bus : vector) + 20;
  if (q == Q_COUNT || pl->in_order)
    emit_now(&pl->e, it);
  else
    emit_later(&pl->e, it, q);
}

/* |x| 2^-s factor 2^-t, the factor brought to its 24 bits */
static void set_division(struct item *it, uint32_t s, uint32_t t, uint32_t factor)
{
  t += curta_nitro_factor(&factor);
  item_set(it, CURTA_MAP_DIV, 1);
  item_set(it, CURTA_MAP_DIV_S, s);
  item_set(it, CURTA_MAP_DIV_T, t - 23);
  item_set(it, CURTA_MAP_DIV_M, factor);
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
  set_division(it, s, t, (uint32_t)factor);
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
  set_division(it, 0, t, m);
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
