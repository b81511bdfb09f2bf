/* SPDX-License-Identifier: Apache-2.0
 * gemm.c - LOADs and GEMMs of a pass (gemm.h) */
#include <string.h>
#include "gemm.h"

void gemm_start(struct gemm *g, struct emit *e)
{
  memset(g, 0, sizeof *g);
  g->e = e;
  g->buf[0].size = e->hw->a_tiles;
  g->buf[1].size = e->hw->b_tiles;
}

void gemm_forget(struct gemm *g)
{
  g->buf[0].n = g->buf[1].n = 0;
}

uint32_t gemm_alloc(struct gemm *g, uint32_t tiles)
{
  uint32_t base = g->p_pos;
  if (base + tiles > g->e->hw->p_tiles)
    base = 0;
  g->p_pos = base + tiles;
  return base;
}

/* Positions of an operand along an axis for visits v and taps k, clipped to the tensor; n = 0 when all are outside. */
static struct range positions(const struct operand *o, int axis, struct range v, struct range k)
{
  int32_t v0 = o->av[axis] * (int32_t)v.lo, v1 = o->av[axis] * (int32_t)(v.lo + v.n - 1);
  int32_t k0 = o->bk[axis] * (int32_t)k.lo, k1 = o->bk[axis] * (int32_t)(k.lo + k.n - 1);
  int32_t lo = (v0 < v1 ? v0 : v1) + (k0 < k1 ? k0 : k1) + o->c[axis];
  int32_t hi = (v0 > v1 ? v0 : v1) + (k0 > k1 ? k0 : k1) + o->c[axis] + (int32_t)o->ext[axis];
  struct range r = {0, 0};
  if (lo < 0)
    lo = 0;
  if (hi > o->u[axis] - 1)
    hi = o->u[axis] - 1;
  if (lo <= hi) {
    r.lo = (uint32_t)lo;
    r.n = (uint32_t)(hi - lo) + 1;
  }
  return r;
}

static bool same_piece(const struct piece *a, const struct piece *b)
{
  return a->addr == b->addr && a->digit == b->digit && !memcmp(a->d, b->d, sizeof a->d) &&
         !memcmp(a->list, b->list, sizeof a->list);
}

/* Room for a piece, a ring. Pieces of which three do not fit go into the two halves in turn: in a ring, one that is a
 * little shorter than the others would let a later one begin in the piece that is just being read, and wait for it. */
static uint32_t place(struct buffer *buf, uint32_t len)
{
  bool halves = 3 * len > buf->size && 2 * len <= buf->size;
  uint32_t end = halves ? buf->size / 2 : buf->size - len; /* last place to begin */
  uint32_t off = buf->pos > end ? 0 : halves && buf->pos ? end : buf->pos, kept = 0;
  for (uint32_t i = 0; i < buf->n; i++)
    if (buf->piece[i].off >= off + len || off >= buf->piece[i].off + buf->piece[i].len)
      buf->piece[kept++] = buf->piece[i];
  buf->n = kept;
  buf->pos = off + len;
  return off;
}

static void emit_load(struct gemm *g, const struct gpass *p, int side, const struct piece *pc)
{
  const struct operand *o = &p->op[side];
  bool wide = side && p->digits;
  uint32_t t2 = g->e->hw->t * g->e->hw->t * (wide ? 4 : 1), order[4], count[4];
  uint64_t first = 0, last = 0;
  struct item it;
  for (int i = 0; i < 4; i++) {
    count[i] = pc->d[i].n;
    first += (uint64_t)pc->d[i].lo * o->stride[i];
    last += (uint64_t)(pc->d[i].lo + pc->d[i].n - 1) * o->stride[i];
  }
  order_by_stride(o->stride, count, order);
  item_init(&it, CURTA_OP_LOAD, CURTA_ENGINE_LOAD, p->tag);
  item_set(&it, CURTA_LOAD_BUF, (uint32_t)side);
  item_set(&it, CURTA_LOAD_DST, pc->off);
  item_set(&it, CURTA_LOAD_TYPE, wide ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  item_set(&it, CURTA_LOAD_DIGIT, pc->digit);
  item_set(&it, CURTA_LOAD_ADDR, (uint32_t)(o->addr + first * t2));
  item_set(&it, CURTA_LOAD_N0, count[order[3]]);
  item_set(&it, CURTA_LOAD_N1, count[order[2]]);
  item_set(&it, CURTA_LOAD_N2, count[order[1]]);
  item_set(&it, CURTA_LOAD_N3, count[order[0]]);
  item_set(&it, CURTA_LOAD_S1, o->stride[order[2]]);
  item_set(&it, CURTA_LOAD_S2, o->stride[order[1]]);
  item_set(&it, CURTA_LOAD_S3, o->stride[order[0]]);
  item_span(&it, SP_MEM, 0, o->addr + first * t2, o->addr + (last + 1) * t2);
  item_span(&it, side ? SP_B : SP_A, 1, pc->off, pc->off + pc->len);
  it.rd_bytes = pc->len * t2;
  it.cycles = it.rd_bytes / g->e->hw->bus;
  emit_now(g->e, &it);
}

/* Tiles of the list of one lane tile. */
static uint32_t list_tiles(const struct gpass *p, const struct piece *pc)
{
  return pc->d[D_Y].n * pc->d[D_X].n * pc->d[D_K].n * p->gather.room;
}

/* A list for every lane tile. */
static void emit_lists(struct gemm *g, const struct gpass *p, const struct piece *pc)
{
  const struct operand *o = &p->op[1];
  uint32_t t2 = g->e->hw->t * g->e->hw->t, n = list_tiles(p, pc), tiles = n / p->gather.room;
  for (uint32_t i = 0; i < pc->d[D_LANE].n; i++) {
    uint32_t first = pc->d[D_Y].lo * o->stride[D_Y] + pc->d[D_X].lo * o->stride[D_X] + pc->d[D_K].lo * o->stride[D_K] +
                     (pc->d[D_LANE].lo + i) * o->stride[D_LANE];
    uint32_t last = first + (pc->d[D_Y].n - 1) * o->stride[D_Y] + (pc->d[D_X].n - 1) * o->stride[D_X] +
                    (pc->d[D_K].n - 1) * o->stride[D_K];
    struct item it;
    item_init(&it, CURTA_OP_LOAD, CURTA_ENGINE_LOAD, p->tag);
    item_set(&it, CURTA_LOAD_BUF, 1);
    item_set(&it, CURTA_LOAD_TYPE, CURTA_TYPE_INT32);
    item_set(&it, CURTA_LOAD_LIST, 1);
    item_set(&it, CURTA_LOAD_DIGIT, pc->digit);
    item_set(&it, CURTA_LOAD_DST, pc->off + i * n);
    item_set(&it, CURTA_LOAD_ADDR, o->addr + first * 4 * t2);
    item_set(&it, CURTA_LOAD_PLACES, p->gather.places + first * t2);
    item_set(&it, CURTA_LOAD_N0, 1);
    item_set(&it, CURTA_LOAD_N1, pc->d[D_X].n);
    item_set(&it, CURTA_LOAD_N2, pc->d[D_Y].n);
    item_set(&it, CURTA_LOAD_N3, pc->d[D_K].n);
    item_set(&it, CURTA_LOAD_S1, o->stride[D_X]);
    item_set(&it, CURTA_LOAD_S2, o->stride[D_Y]);
    item_set(&it, CURTA_LOAD_S3, o->stride[D_K]);
    item_set(&it, CURTA_LOAD_A_SN, (uint32_t)pc->list[0]);
    item_set(&it, CURTA_LOAD_A_SY, (uint32_t)pc->list[1]);
    item_set(&it, CURTA_LOAD_A_SX, (uint32_t)pc->list[2]);
    item_set(&it, CURTA_LOAD_KH_LOG2, p->gather.log2[0]);
    item_set(&it, CURTA_LOAD_KW_LOG2, p->gather.log2[1]);
    item_span(&it, SP_MEM, 0, o->addr + first * 4 * t2, o->addr + (last + 1) * 4 * t2);
    item_span(&it, SP_MEM, 0, p->gather.places + first * t2, p->gather.places + (last + 1) * t2);
    item_span(&it, SP_B, 1, pc->off + i * n, pc->off + (i + 1) * n);
    it.rd_bytes = 5 * tiles * t2;
    it.cycles = it.rd_bytes / g->e->hw->bus;
    emit_now(g->e, &it);
  }
}

/* Makes the piece present; loads what is not. false: the piece is empty. */
static bool fetch(struct gemm *g, const struct gpass *p, int side, struct piece *pc)
{
  struct buffer *buf = &g->buf[side];
  pc->addr = p->op[side].addr;
  pc->len = pc->d[0].n * pc->d[1].n * pc->d[2].n * pc->d[3].n * (side && p->gather.on ? p->gather.room : 1);
  if (!pc->len)
    return false;
  for (uint32_t i = 0; i < buf->n; i++)
    if (same_piece(&buf->piece[i], pc)) {
      *pc = buf->piece[i];
      return true;
    }
  pc->off = place(buf, pc->len);
  if (buf->n == PIECES) /* forget the oldest */
    memmove(buf->piece, buf->piece + 1, --buf->n * sizeof *buf->piece);
  buf->piece[buf->n++] = *pc;
  if (side && p->gather.on)
    emit_lists(g, p, pc);
  else
    emit_load(g, p, side, pc);
  return true;
}

struct operand_fields {
  uint32_t base, sg, svy, svx, sky, skx, skc;
};
static const struct operand_fields fields[2] = {
    {CURTA_GEMM_A_BASE, CURTA_GEMM_A_SGA, CURTA_GEMM_A_SVY, CURTA_GEMM_A_SVX, CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX,
     CURTA_GEMM_A_SKC},
    {CURTA_GEMM_B_BASE, CURTA_GEMM_B_SGB, CURTA_GEMM_B_SVY, CURTA_GEMM_B_SVX, CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX,
     CURTA_GEMM_B_SKC}};

/* Strides of a piece's tiles in its buffer. */
static void piece_strides(const struct operand *o, const struct piece *pc, int32_t st[4])
{
  uint32_t count[4], order[4], n = 1;
  for (int i = 0; i < 4; i++)
    count[i] = pc->d[i].n;
  order_by_stride(o->stride, count, order);
  for (int i = 3; i >= 0; i--) {
    st[order[i]] = (int32_t)n;
    n *= count[order[i]];
  }
}

/* Index of a tile of the piece for visit (g, vy, vx) and tap (ky, kx, kc) counted from the block's and chunk's start.
 */
static void set_operand(struct item *it, int side, const struct operand *o, const struct piece *pc,
                        const struct block *b, const struct range k[3])
{
  const struct operand_fields *f = &fields[side];
  int32_t st[4], y, x;
  piece_strides(o, pc, st);
  y = o->av[0] * (int32_t)b->v[0].lo + o->bk[0] * (int32_t)k[0].lo + o->c[0] - (int32_t)pc->d[D_Y].lo;
  x = o->av[1] * (int32_t)b->v[1].lo + o->bk[1] * (int32_t)k[1].lo + o->c[1] - (int32_t)pc->d[D_X].lo;
  item_set(it, f->base, (uint32_t)((int32_t)pc->off + y * st[D_Y] + x * st[D_X]));
  item_set(it, f->sg, (uint32_t)st[D_LANE]);
  item_set(it, f->svy, (uint32_t)(o->av[0] * st[D_Y]));
  item_set(it, f->svx, (uint32_t)(o->av[1] * st[D_X]));
  item_set(it, f->sky, (uint32_t)(o->bk[0] * st[D_Y]));
  item_set(it, f->skx, (uint32_t)(o->bk[1] * st[D_X]));
  item_set(it, f->skc, (uint32_t)st[D_K]);
}

/* Pairs (visit, tap) along an axis that are inside the window. */
static uint32_t inside(const struct operand *o, int axis, struct range v, struct range k)
{
  uint32_t n = 0;
  for (uint32_t i = v.lo; i < v.lo + v.n; i++)
    for (uint32_t j = k.lo; j < k.lo + k.n; j++) {
      int32_t pos = o->av[axis] * (int32_t)i + o->bk[axis] * (int32_t)j + o->c[axis];
      n += pos >= 0 && pos < o->u[axis];
    }
  return n;
}

static uint64_t gemm_cycles(const struct curta_hw *hw, const struct gpass *p, const struct block *b,
                            const struct range k[3], uint32_t klast)
{
  const struct operand *w = &p->op[p->win];
  if (p->gather.on)
    return (uint64_t)b->v[0].n * b->v[1].n * b->g[0].n * b->g[1].n * k[0].n * k[1].n * k[2].n * p->gather.per_row /
           256 * hw->t * hw->t * hw->t / (hw->r * hw->c * hw->v);
  uint64_t pairs = (uint64_t)inside(w, 0, b->v[0], k[0]) * inside(w, 1, b->v[1], k[1]) * b->g[0].n * b->g[1].n;
  uint64_t depth = (uint64_t)(k[2].n - 1) * hw->t + (klast + hw->v - 1) / hw->v * hw->v;
  return pairs * depth * hw->t * hw->t / (hw->r * hw->c * hw->v);
}

/* gather: rows of lists count single positions. */
static void set_window(struct item *it, const struct operand *w, const struct block *b, const struct range k[3],
                       bool gather)
{
  item_set(it, CURTA_GEMM_Y_A, (uint32_t)w->av[0]);
  item_set(it, CURTA_GEMM_Y_B, gather ? 1 : (uint32_t)w->bk[0]);
  item_set(it, CURTA_GEMM_Y_C, (uint32_t)(w->av[0] * (int32_t)b->v[0].lo + w->bk[0] * (int32_t)k[0].lo + w->c[0]));
  item_set(it, CURTA_GEMM_Y_U, (uint32_t)w->u[0]);
  item_set(it, CURTA_GEMM_X_A, (uint32_t)w->av[1]);
  item_set(it, CURTA_GEMM_X_B, gather ? 1 : (uint32_t)w->bk[1]);
  item_set(it, CURTA_GEMM_X_C, (uint32_t)(w->av[1] * (int32_t)b->v[1].lo + w->bk[1] * (int32_t)k[1].lo + w->c[1]));
  item_set(it, CURTA_GEMM_X_U, (uint32_t)w->u[1]);
}

struct chunk {
  struct range k[3];
  uint32_t digit;
  bool first, last; /* of all; of a digit below the top one, first has its sum shifted */
};

static struct piece piece_of(const struct gpass *p, int side, const struct block *b, const struct chunk *c)
{
  struct piece pc = {.digit = side ? c->digit : 0};
  pc.d[D_LANE] = b->g[side];
  pc.d[D_Y] = positions(&p->op[side], 0, b->v[0], c->k[0]);
  pc.d[D_X] = positions(&p->op[side], 1, b->v[1], c->k[1]);
  pc.d[D_K] = c->k[2];
  return pc;
}

/* What a list says of operand 0: strides of its piece. */
static void name_strides(const struct operand *o, const struct piece *pc, int32_t list[3])
{
  int32_t st[4];
  piece_strides(o, pc, st);
  list[0] = st[D_K];
  list[1] = st[D_Y];
  list[2] = st[D_X];
}

/* Operand 1 by lists of n tiles. */
static void set_lists(struct item *it, const struct piece *pc, uint32_t n)
{
  const struct operand_fields *f = &fields[1];
  item_set(it, f->base, pc->off);
  item_set(it, f->sg, n);
  item_set(it, f->sky, 0);
  item_set(it, f->skx, 0);
  item_set(it, f->skc, 0);
}

static void emit_chunk(struct gemm *g, const struct gpass *p, const struct block *b, const struct chunk *c,
                       const struct place *at, int or_reg, bool keep)
{
  const struct curta_hw *hw = g->e->hw;
  uint32_t klast = c->k[2].lo + c->k[2].n == p->nk[2] ? p->klast : hw->t;
  bool final = c->last && !c->digit && or_reg >= 0, present[2];
  bool shifted = c->first && p->digits && c->digit + 1 < p->digits;
  struct piece pc[2];
  struct item it;
  item_init(&it, CURTA_OP_GEMM, CURTA_ENGINE_MATRIX, p->tag);
  for (int i = 0; i < 2; i++)
    pc[i] = piece_of(p, i, b, c);
  if (p->gather.on)
    name_strides(&p->op[0], &pc[0], pc[1].list);
  for (int i = 1; i >= 0; i--) { /* B first: weights and inputs are there before errors and activations */
    const struct operand *o = &p->op[i];
    present[i] = fetch(g, p, i, &pc[i]);
    if (present[i]) {
      set_operand(&it, i, o, &pc[i], b, c->k);
      item_span(&it, i ? SP_B : SP_A, 0, pc[i].off, pc[i].off + pc[i].len);
    }
  }
  if (p->gather.on) {
    set_lists(&it, &pc[1], list_tiles(p, &pc[1]));
    item_set(&it, CURTA_GEMM_GATHER, 1);
  }
  item_set(&it, CURTA_GEMM_P_BASE, at->base);
  item_set(&it, CURTA_GEMM_A_T, p->op[0].second);
  item_set(&it, CURTA_GEMM_B_T, p->op[1].second);
  item_set(&it, CURTA_GEMM_ACC, !c->first || shifted);
  item_set(&it, CURTA_GEMM_START_SHL, shifted);
  item_set(&it, CURTA_GEMM_GUARD, p->guard);
  item_set(&it, CURTA_GEMM_FINAL, final);
  item_set(&it, CURTA_GEMM_OR_REG, final ? (uint32_t)or_reg : 0);
  item_set(&it, CURTA_GEMM_OR_KEEP, final && keep);
  item_set(&it, CURTA_GEMM_NGA, b->g[0].n);
  item_set(&it, CURTA_GEMM_NGB, b->g[1].n);
  item_set(&it, CURTA_GEMM_NVY, b->v[0].n);
  item_set(&it, CURTA_GEMM_NVX, b->v[1].n);
  item_set(&it, CURTA_GEMM_NKY, c->k[0].n << p->gather.log2[0]);
  item_set(&it, CURTA_GEMM_NKX, c->k[1].n << p->gather.log2[1]);
  item_set(&it, CURTA_GEMM_NKC, c->k[2].n);
  item_set(&it, CURTA_GEMM_KLAST, klast);
  item_set(&it, CURTA_GEMM_P_SGA, at->stride[0]);
  item_set(&it, CURTA_GEMM_P_SGB, at->stride[1]);
  item_set(&it, CURTA_GEMM_P_SVY, at->stride[2]);
  item_set(&it, CURTA_GEMM_P_SVX, at->stride[3]);
  set_window(&it, &p->op[p->win], b, c->k, p->gather.on);
  item_span(&it, SP_P, 1, at->base, (uint64_t)at->base + at->tiles);
  if (final)
    item_span(&it, SP_S, 1, (uint64_t)or_reg, (uint64_t)or_reg + 1);
  it.cycles = (uint32_t)gemm_cycles(hw, p, b, c->k, klast);
  emit_now(g->e, &it);
  emit_pace(g->e, it.cycles);
}

void gemm_block(struct gemm *g, const struct gpass *p, const struct tiling *t, const struct block *b,
                const struct place *at, int or_reg, bool keep)
{
  uint32_t n[3], total = 1, digits = p->digits ? p->digits : 1;
  for (int i = 0; i < 3; i++) {
    n[i] = range_parts(p->nk[i], t->k[i]);
    total *= n[i];
  }
  for (uint32_t j = 0; j < total * digits; j++) { /* the top digit first */
    struct chunk c = {.digit = digits - 1 - j / total, .first = j % total == 0, .last = j % total == total - 1};
    uint32_t i = j % total;
    c.k[1] = range_part(p->nk[1], t->k[1], take_digit(&i, n[1]));
    c.k[0] = range_part(p->nk[0], t->k[0], take_digit(&i, n[0]));
    c.k[2] = range_part(p->nk[2], t->k[2], take_digit(&i, n[2]));
    emit_chunk(g, p, b, &c, at, or_reg, keep);
  }
}
