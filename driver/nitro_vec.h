/* SPDX-License-Identifier: Apache-2.0
 * nitro_vec.h - the vector commands of NITRO-D: an item is begun, gets its steps, is emitted */
#ifndef CURTA_NITRO_VEC_H
#define CURTA_NITRO_VEC_H
#include "plan_int.h"

/* Loops of a command; index 3 is i3 (images), 0 is i0 (channel tiles, consecutive). */
struct vec {
  uint32_t n[4], s[4], d[4];
  bool acc;
  uint32_t src;                         /* byte address, or tile in the accumulator memory */
  const struct curta_tensor *from, *to; /* from: null with acc */
  uint32_t first;                       /* tile of `to` */
  uint32_t reads, writes; /* bytes an element of `to` beside from and to; of a window: times its positions */
  uint32_t window;        /* positions that are read for one that is written */
  bool c_end, n_end;      /* the loops reach the last channel tile, the last images */
  bool padded;            /* windows may begin outside; src is that of row 0 of them, whatever the first row is */
  uint32_t row;           /* that one */
};

static inline uint32_t vec_tile(const struct planner *pl)
{
  return pl->plan->hw.t * pl->plan->hw.t;
}

static inline void vec_span(struct item *it, int write, const struct curta_tensor *t)
{
  item_span(it, SP_MEM, write, t->addr, (uint64_t)t->addr + t->bytes);
}

/* The results of a block of a GEMM, into the tensor (N,h,w,C) `to`. */
struct vec vec_block(struct planner *pl, const struct nitro_job *j, const struct block *b, uint32_t p_base,
                     const struct curta_tensor *to, uint32_t h, uint32_t w);
/* All of a tensor, tile by tile; windows of kh x kw of `from` that touch, one for each position of `to`. */
struct vec vec_whole(struct planner *pl, const struct curta_tensor *from, const struct curta_tensor *to);
struct vec vec_windows(struct planner *pl, const struct curta_tensor *from, const struct curta_tensor *to, uint32_t kh,
                       uint32_t kw);

/* Part i of v, short enough for a command that runs beside GEMMs: images, rows and channels in this order. false: there
 * are no more. On a software device the only part is v. */
bool vec_piece(const struct planner *pl, const struct vec *v, uint32_t i, struct vec *piece);

struct item vec_item(struct planner *pl, uint32_t opcode, uint32_t tag, struct vec *v);
/* q: Q_COUNT is now, as always on a software device. */
void vec_emit(struct planner *pl, struct item *it, struct vec *v, enum queue q);

/* Steps of MAP. */
void vec_divide(struct planner *pl, struct item *it, uint32_t k); /* scaling layer of k products */
void vec_relu(struct planner *pl, struct item *it, struct vec *v, uint32_t channels);
void vec_zs(struct planner *pl, struct item *it, struct vec *v, const struct curta_tensor *zs);
void vec_pool(struct planner *pl, struct item *it, struct vec *v, const struct curta_tensor *idx, uint32_t kh,
              uint32_t kw);
void vec_pad(struct item *it, int32_t pad_h, int32_t pad_w, uint32_t h, uint32_t w);
void vec_dropout(struct planner *pl, struct item *it, struct vec *v, const struct curta_tensor *mask, uint32_t rate);
/* Backward pass of NITRO-ReLU; aux: zs, or class bytes; keep: S[CURTA_S_WIDTH] goes on. */
void vec_back(struct planner *pl, struct item *it, struct vec *v, const struct curta_tensor *aux, bool classes,
              bool keep);

/* Whole commands: nitro_cmd.c */
void vec_scatter(struct planner *pl, const struct curta_plan_weighted *l, const struct curta_tensor *delta,
                 const struct curta_tensor *classes, const struct curta_tensor *dense);
void vec_loss(struct planner *pl, uint32_t tag, const struct curta_tensor *predict, const struct curta_tensor *g,
              uint32_t count_reg);
void vec_update(struct planner *pl, uint32_t tag, const struct curta_tensor *w, uint32_t acc, uint32_t first,
                uint32_t tiles, bool head);
#endif
