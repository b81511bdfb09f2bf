/* SPDX-License-Identifier: Apache-2.0
 * post.c - vector commands between an int32 tensor and the int8 tensors made of it (plan_int.h) */
#include "plan_int.h"

static uint32_t tile_elems(const struct planner *pl)
{
  return pl->plan->hw.t * pl->plan->hw.t;
}

static uint32_t min_u(uint32_t a, uint32_t b)
{
  return a < b ? a : b;
}

/* Loops of a vector command; index 3 is i3 (images), 0 is i0 (channel tiles, consecutive). */
struct loops {
  uint32_t n[4], s[4], d[4];
};

static uint64_t extent(const uint32_t n[4], const uint32_t s[4])
{
  uint64_t last = 0;
  for (int i = 0; i < 4; i++)
    last += (uint64_t)(n[i] - 1) * s[i];
  return last + 1;
}

static uint32_t count(const struct loops *l)
{
  return l->n[0] * l->n[1] * l->n[2] * l->n[3];
}

/* MAP, SCATTER and FILL share the words of their loops. */
static void set_loops(struct item *it, const struct loops *l)
{
  item_set(it, CURTA_MAP_N0, l->n[0]);
  item_set(it, CURTA_MAP_N1, l->n[1]);
  item_set(it, CURTA_MAP_N2, l->n[2]);
  item_set(it, CURTA_MAP_N3, l->n[3]);
  item_set(it, CURTA_MAP_D1, l->d[1]);
  item_set(it, CURTA_MAP_D2, l->d[2]);
  item_set(it, CURTA_MAP_D3, l->d[3]);
}

static void set_source(struct planner *pl, struct item *it, const struct source *src, const struct loops *l,
                       uint32_t first, uint32_t window, uint32_t elem)
{
  uint32_t t2 = tile_elems(pl) * elem;
  uint64_t len = extent(l->n, l->s) + window;
  item_set(it, CURTA_MAP_S1, l->s[1]);
  item_set(it, CURTA_MAP_S2, l->s[2]);
  item_set(it, CURTA_MAP_S3, l->s[3]);
  if (src->acc) {
    item_set(it, CURTA_MAP_SRC, src->base + first);
    item_span(it, SP_P, 0, src->base + first, src->base + first + len);
  } else {
    uint64_t lo = src->base + (uint64_t)first * t2;
    item_set(it, CURTA_MAP_SRC, (uint32_t)lo);
    item_span(it, SP_MEM, 0, lo, lo + len * t2);
  }
}

/* rd, wr: bytes a tile element times reads of it */
static void set_cost(struct planner *pl, struct item *it, uint64_t rd_tiles_bytes, uint64_t wr_tiles_bytes,
                     uint64_t lane_tiles)
{
  const struct curta_hw *hw = &pl->plan->hw;
  uint32_t t2 = tile_elems(pl);
  uint64_t bus = (rd_tiles_bytes + wr_tiles_bytes) * t2 / hw->bus, lanes = lane_tiles * t2 / hw->c;
  it->rd_bytes = (uint32_t)(rd_tiles_bytes * t2);
  it->wr_bytes = (uint32_t)(wr_tiles_bytes * t2);
  it->cycles = (uint32_t)(bus > lanes ? bus : lanes) + 20;
}

static void put(struct planner *pl, const struct item *it, enum queue q)
{
  if (q == Q_COUNT || pl->in_order)
    emit_now(&pl->e, it);
  else
    emit_later(&pl->e, it, q);
}

static void set_requant(struct item *it, const struct post *po)
{
  item_set(it, CURTA_MAP_REQ, 1);
  item_set(it, CURTA_MAP_SRC_TYPE, 2);
  item_set(it, CURTA_MAP_ROUND, po->round);
  item_set(it, CURTA_MAP_WRAP, po->wrap);
  item_set(it, CURTA_MAP_SHIFT_REG, po->shift_reg);
  item_span(it, SP_S, 0, po->shift_reg, po->shift_reg + 1u);
}

/* Requantise a part into `dst`, a tensor like the int32 one (pooled: divided by the window). */
static void map_part(struct planner *pl, const struct post *po, const struct source *src, const struct part *pt,
                     uint32_t dst, enum queue q)
{
  uint32_t k = po->pool ? po->pool : 1, dh = po->h / k, dw = po->w / k, t2 = tile_elems(pl);
  uint32_t y0 = pt->y.lo / k, x0 = pt->x.lo / k;
  uint32_t ny = po->pool ? min_u(dh, (pt->y.lo + pt->y.n) / k) - y0 : pt->y.n;
  uint32_t nx = po->pool ? min_u(dw, (pt->x.lo + pt->x.n) / k) - x0 : pt->x.n;
  struct loops l = {{pt->c.n, nx, ny, pt->n.n},
                    {1, src->stride[2] * k, src->stride[1] * k, src->stride[0]},
                    {1, pt->xstep * po->c, pt->ystep * dw * po->c, dh * dw * po->c}};
  uint32_t image = (y0 * dw + x0) * po->c + pt->c.lo, first = pt->n.lo * dh * dw * po->c + image;
  uint64_t tiles = (uint64_t)count(&l), dlen;
  struct item it;
  if (!tiles)
    return;
  dlen = extent(l.n, l.d);
  item_init(&it, CURTA_OP_MAP, CURTA_ENGINE_VECTOR, po->tag);
  set_loops(&it, &l);
  set_source(pl, &it, src, &l, 0, (k - 1) * (src->stride[1] + src->stride[2]), 4);
  item_set(&it, CURTA_MAP_SRC_ACC, src->acc);
  set_requant(&it, po);
  item_set(&it, CURTA_MAP_RELU, po->relu);
  item_set(&it, CURTA_MAP_DST, dst + first * t2);
  item_span(&it, SP_MEM, 1, dst + (uint64_t)first * t2, dst + (first + dlen) * t2);
  if (po->masked) {
    uint32_t m = po->mask + (po->mask_shared ? image : first) * t2;
    item_set(&it, CURTA_MAP_MASK, 1);
    item_set(&it, CURTA_MAP_AUX, m);
    item_span(&it, SP_MEM, 0, m, m + dlen * t2);
  }
  if (po->pool) {
    item_set(&it, CURTA_MAP_POOL, 1);
    item_set(&it, CURTA_MAP_KH, k);
    item_set(&it, CURTA_MAP_KW, k);
    item_set(&it, CURTA_MAP_W_SY, src->stride[1]);
    item_set(&it, CURTA_MAP_W_SX, src->stride[2]);
    item_set(&it, CURTA_MAP_IDX, po->idx + first * t2);
    item_span(&it, SP_MEM, 1, po->idx + (uint64_t)first * t2, po->idx + (first + dlen) * t2);
  }
  set_cost(pl, &it, tiles * ((src->acc ? 0 : 4u * k * k) + po->masked), tiles * (po->pool ? 2 : 1), tiles * k * k);
  put(pl, &it, q);
}

/* Max-pool backward of a part: from int32 (requantising) or from the int8 image at tmp. */
static void scatter_part(struct planner *pl, const struct post *po, const struct source *src, bool requant,
                         const struct part *pt, enum queue q)
{
  uint32_t k = po->scatter, t2 = tile_elems(pl), row = po->full_w * po->c;
  struct loops l = {{pt->c.n, pt->x.n, pt->y.n, pt->n.n},
                    {1, src->stride[2], src->stride[1], src->stride[0]},
                    {1, k * po->c, k * row, po->full_h * row}};
  uint32_t first = ((pt->n.lo * po->h + pt->y.lo) * po->w + pt->x.lo) * po->c + pt->c.lo;
  uint32_t dfirst = ((pt->n.lo * po->full_h + pt->y.lo * k) * po->full_w + pt->x.lo * k) * po->c + pt->c.lo;
  uint64_t tiles = count(&l), dlen = extent(l.n, l.d) + (k - 1) * (row + po->c), slen = extent(l.n, l.s);
  struct item it;
  item_init(&it, CURTA_OP_SCATTER, CURTA_ENGINE_VECTOR, po->tag);
  set_loops(&it, &l);
  set_source(pl, &it, src, &l, 0, 0, requant ? 4 : 1);
  if (requant)
    set_requant(&it, po);
  item_set(&it, CURTA_SCATTER_AUX, po->idx + first * t2);
  item_span(&it, SP_MEM, 0, po->idx + (uint64_t)first * t2, po->idx + (first + slen) * t2);
  item_set(&it, CURTA_SCATTER_DST, po->dst + dfirst * t2);
  item_span(&it, SP_MEM, 1, po->dst + (uint64_t)dfirst * t2, po->dst + (dfirst + dlen) * t2);
  item_set(&it, CURTA_MAP_W_SY, row);
  item_set(&it, CURTA_MAP_W_SX, po->c);
  item_set(&it, CURTA_SCATTER_KH, k);
  item_set(&it, CURTA_SCATTER_KW, k);
  set_cost(pl, &it, tiles * (requant ? 5 : 2), tiles * k * k, tiles * k * k);
  put(pl, &it, q);
}

static bool through_tmp(const struct post *po, const struct source *src)
{
  return po->scatter && (src->acc || po->masked);
}

void post_part(struct planner *pl, const struct post *po, const struct source *src, const struct part *part,
               enum queue q)
{
  if (po->scatter && !through_tmp(po, src)) {
    scatter_part(pl, po, src, true, part, q);
    return;
  }
  if (!po->masked || !po->mask_shared) {
    map_part(pl, po, src, part, po->scatter ? po->tmp : po->dst, q);
    return;
  }
  for (uint32_t i = 0; i < part->n.n; i++) { /* the mask has one tile of images: a command for each */
    struct part one = *part;
    struct source s = *src;
    one.n.lo = part->n.lo + i;
    one.n.n = 1;
    s.base += i * s.stride[0] * (s.acc ? 1 : 4 * tile_elems(pl));
    map_part(pl, po, &s, &one, po->scatter ? po->tmp : po->dst, q);
  }
}

/* Rows of a part so that it takes about a 32nd of the whole, but no less than about 1500 cycles; *c: of so many channel
 * tiles where a row takes longer. */
static uint32_t chunk_rows(struct planner *pl, const struct post *po, uint32_t unit, uint32_t *c)
{
  uint64_t row = (uint64_t)po->w * po->c * tile_elems(pl) * 5 / pl->plan->hw.bus, total = row * po->h * po->n;
  uint64_t want = total / 32 > 1500 ? total / 32 : 1500;
  uint64_t rows = row ? want / row : po->h, parts = (row * unit + want - 1) / want;
  *c = parts > 1 ? (uint32_t)((po->c + parts - 1) / parts) : po->c;
  rows -= rows % unit;
  if (rows < unit)
    rows = unit;
  return rows > po->h ? po->h : (uint32_t)rows;
}

/* The whole int32 tensor in memory order. */
static struct source whole_source(const struct post *po, bool acc, uint32_t base)
{
  return (struct source){acc, base, {po->h * po->w * po->c, po->w * po->c, po->c, 1}};
}

static struct part whole_part(const struct post *po)
{
  return (struct part){{0, po->n}, {0, po->h}, {0, po->w}, {0, po->c}, 1, 1};
}

/* Calls fn for parts that cover the tensor in memory order. elem: bytes of an element at base. */
static void for_parts(struct planner *pl, const struct post *po, uint32_t base, uint32_t elem,
                      void (*fn)(struct planner *, const struct post *, const struct source *, const struct part *))
{
  uint32_t cs, rows = chunk_rows(pl, po, po->pool ? po->pool : 1, &cs), image = po->h * po->w * po->c;
  struct part all = whole_part(po);
  struct source from = whole_source(po, false, base);
  if (pl->in_order) {
    fn(pl, po, &from, &all);
    return;
  }
  for (uint32_t n = 0; n < po->n; n++)
    for (uint32_t y = 0; y < po->h; y += rows)
      for (uint32_t c = 0; c < po->c; c += cs) {
        struct part pt = {{n, 1}, {y, min_u(rows, po->h - y)}, {0, po->w}, {c, min_u(cs, po->c - c)}, 1, 1};
        struct source src = {false,
                             base + (n * image + y * po->w * po->c + c) * elem * tile_elems(pl),
                             {image, po->w * po->c, po->c, 1}};
        fn(pl, po, &src, &pt);
      }
}

static void part_urgent(struct planner *pl, const struct post *po, const struct source *src, const struct part *pt)
{
  post_part(pl, po, src, pt, Q_URGENT);
}

static void part_scatter_tmp(struct planner *pl, const struct post *po, const struct source *src, const struct part *pt)
{
  scatter_part(pl, po, src, false, pt, Q_URGENT);
}

/* Rows and columns that no pooling window covers take no error. */
static void fill_rest(struct planner *pl, const struct post *po)
{
  uint32_t k = po->scatter, t2 = tile_elems(pl), row = po->full_w * po->c;
  uint32_t used_h = po->h * k, used_w = po->w * k;
  const struct {
    uint32_t y, x, ny, nx;
  } rest[2] = {{used_h, 0, po->full_h - used_h, po->full_w}, {0, used_w, used_h, po->full_w - used_w}};
  for (int i = 0; i < 2; i++) {
    struct loops l = {{po->c, rest[i].nx, rest[i].ny, po->n}, {0, 0, 0, 0}, {1, po->c, row, po->full_h * row}};
    uint32_t addr = po->dst + (rest[i].y * row + rest[i].x * po->c) * t2;
    struct item it;
    if (!count(&l))
      continue;
    item_init(&it, CURTA_OP_FILL, CURTA_ENGINE_VECTOR, po->tag);
    set_loops(&it, &l);
    item_set(&it, CURTA_FILL_DST, addr);
    item_span(&it, SP_MEM, 1, addr, addr + extent(l.n, l.d) * t2);
    set_cost(pl, &it, 0, count(&l), count(&l));
    put(pl, &it, Q_URGENT);
  }
}

void post_scatter_tmp(struct planner *pl, const struct post *po)
{
  fill_rest(pl, po);
  for_parts(pl, po, po->tmp, 1, part_scatter_tmp);
}

void post_all(struct planner *pl, const struct post *po, uint32_t spill)
{
  if (po->scatter && !po->masked)
    fill_rest(pl, po);
  for_parts(pl, po, spill, 4, part_urgent);
  if (po->scatter && po->masked)
    post_scatter_tmp(pl, po);
}

void post_kept(struct planner *pl, const struct post *po)
{
  struct part all = whole_part(po);
  struct source from = whole_source(po, true, 0);
  post_part(pl, po, &from, &all, Q_COUNT);
}

/* int32 or int24 results of a block to memory, in the layout of the result tensor. */
void post_drain(struct planner *pl, const struct gpass *p, const struct block *b, uint32_t p_base, uint32_t dst,
                uint32_t bytes)
{
  const uint32_t cnt[4] = {b->g[0].n, b->g[1].n, b->v[0].n, b->v[1].n};
  const uint32_t lo[4] = {b->g[0].lo, b->g[1].lo, b->v[0].lo, b->v[1].lo};
  uint32_t order[4], stride[4], t2 = tile_elems(pl) * 4, first = p->out_base;
  struct source src = {true, p_base, {0, 0, 0, 0}};
  struct loops l;
  struct item it;
  order_by_stride(p->out_stride, cnt, order);
  block_strides(p, b, stride);
  for (int i = 0; i < 4; i++) {
    l.n[3 - i] = cnt[order[i]];
    l.s[3 - i] = stride[order[i]];
    l.d[3 - i] = p->out_stride[order[i]];
    first += lo[i] * p->out_stride[i];
  }
  item_init(&it, CURTA_OP_MAP, CURTA_ENGINE_VECTOR, p->tag);
  set_loops(&it, &l);
  set_source(pl, &it, &src, &l, 0, 0, 4);
  item_set(&it, CURTA_MAP_SRC_ACC, 1);
  item_set(&it, CURTA_MAP_SRC_TYPE, 2);
  item_set(&it, CURTA_MAP_DST_TYPE, bytes == 3 ? CURTA_TYPE_INT24 : CURTA_TYPE_INT32);
  item_set(&it, CURTA_MAP_DST, dst + first * t2);
  item_span(&it, SP_MEM, 1, dst + (uint64_t)first * t2, dst + (first + extent(l.n, l.d)) * t2);
  set_cost(pl, &it, 0, bytes * (uint64_t)count(&l), count(&l));
  emit_now(&pl->e, &it);
}
