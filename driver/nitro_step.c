/* SPDX-License-Identifier: Apache-2.0
 * nitro_step.c - NITRO-D: the order of a training step (decisions/0004, program of a block)
 *
 * Blocks are independent of one another behind their forward pass. The prediction of a block and its gradient follow
 * one and two forward passes later: what they wait for is vector work that runs beside the GEMMs in between.
 */
#include <string.h>
#include "curta_nitro.h"
#include "nitro_vec.h"

static const struct curta_tensor *tensor(const struct planner *pl, int t)
{
  return &pl->plan->tensor[t];
}

/* Calls fn for each block of results in the accumulator memory. */
struct context {
  const struct curta_plan_weighted *l;
  struct nitro_job *job;
  bool train;
};

static void run(struct planner *pl, const struct context *c,
                void (*fn)(struct planner *, const struct context *, const struct block *, uint32_t p_base))
{
  struct nitro_job *j = c->job;
  gemm_forget(&pl->g);
  for (uint32_t i = 0; i < block_count(&j->p, &j->tiling); i++) {
    struct block b;
    struct place at;
    uint32_t base;
    block_get(&j->p, &j->tiling, i, &b);
    base = pl->in_order ? 0 : gemm_alloc(&pl->g, block_tiles(&b)); /* in order: where the caches have it */
    at = block_place(&j->p, &b, base);
    gemm_block(&pl->g, &j->p, &j->tiling, &b, &at, CURTA_S_TMP, false);
    fn(pl, c, &b, base);
  }
}

/* ------------------------------------------------------------------ forward */

/* Where the activation goes straight from the sums; -1: zs alone leaves, a pool follows. */
static int direct(const struct context *c)
{
  const struct curta_plan_nitro *n = &c->l->nitro;
  bool drop_first = c->train && n->drop_rate && !n->drop_last;
  if (drop_first)
    return n->t_act;
  return c->l->pool ? -1 : c->train && n->t_act >= 0 ? n->t_act : c->l->t_out;
}

static void forward_block(struct planner *pl, const struct context *c, const struct block *b, uint32_t p_base)
{
  const struct curta_plan_weighted *l = c->l;
  const struct curta_plan_nitro *n = &l->nitro;
  int to = n->head_c ? direct(c) : l->t_out;
  struct vec v = vec_block(pl, c->job, b, p_base, tensor(pl, to < 0 ? n->t_zs : to), l->oh, l->ow);
  struct item it = vec_item(pl, CURTA_OP_MAP, CURTA_TAG(l->layer, CURTA_PASS_FWD), &v);
  vec_divide(pl, &it, l->c * l->r * l->s);
  if (n->head_c && to >= 0) {
    vec_relu(pl, &it, &v, l->o);
    if (c->train)
      vec_zs(pl, &it, &v, tensor(pl, n->t_zs));
  }
  vec_emit(pl, &it, &v, Q_COUNT);
}

/* to := max pooling of `from`, which is zs (relu) or an activation; delayed, as what reads `to` needs it */
static void pool(struct planner *pl, const struct curta_plan_weighted *l, int from, int to, bool relu)
{
  struct vec all = vec_windows(pl, tensor(pl, from), tensor(pl, to), l->pool, l->pool), v;
  for (uint32_t i = 0; vec_piece(pl, &all, i, &v); i++) {
    struct item it = vec_item(pl, CURTA_OP_MAP, CURTA_TAG(l->layer, CURTA_PASS_FWD), &v);
    vec_pool(pl, &it, &v, tensor(pl, l->nitro.t_pool_idx), l->pool, l->pool);
    if (relu)
      vec_relu(pl, &it, &v, l->o);
    vec_emit(pl, &it, &v, Q_URGENT);
  }
}

static void drop(struct planner *pl, const struct curta_plan_weighted *l, int from, int to)
{
  struct vec v = vec_whole(pl, tensor(pl, from), tensor(pl, to));
  struct item it = vec_item(pl, CURTA_OP_MAP, CURTA_TAG(l->layer, CURTA_PASS_FWD), &v);
  vec_dropout(pl, &it, &v, tensor(pl, l->t_mask), l->nitro.drop_rate);
  vec_emit(pl, &it, &v, Q_COUNT);
}

static void forward(struct planner *pl, uint32_t w, bool train)
{
  struct context c = {&pl->plan->weighted[w], &pl->nitro[w][NITRO_FWD], train};
  run(pl, &c, forward_block);
}

/* What is behind a block on the main path: dropout and pool in the order of the network. */
static void path(struct planner *pl, uint32_t w, bool train)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  const struct curta_plan_nitro *n = &l->nitro;
  bool drops = train && n->drop_rate;
  if (!n->head_c)
    return;
  if (drops && !n->drop_last)
    drop(pl, l, n->t_act, l->pool ? n->t_drop : l->t_out);
  if (l->pool)
    pool(pl, l, drops && !n->drop_last ? n->t_drop : n->t_zs, drops && n->drop_last ? n->t_drop : l->t_out,
         !drops || n->drop_last);
  if (drops && n->drop_last)
    drop(pl, l, l->pool ? n->t_drop : n->t_act, l->t_out);
}

/* ------------------------------------------------------------------ head */

static void predict_block(struct planner *pl, const struct context *c, const struct block *b, uint32_t p_base)
{
  const struct curta_plan_nitro *n = &c->l->nitro;
  struct vec v = vec_block(pl, c->job, b, p_base, tensor(pl, n->t_predict), 1, 1);
  struct item it = vec_item(pl, CURTA_OP_MAP, CURTA_TAG(c->l->layer, CURTA_PASS_HEAD), &v);
  vec_divide(pl, &it, n->head_c * n->head_h * n->head_w);
  vec_emit(pl, &it, &v, Q_COUNT);
}

static void delta_block(struct planner *pl, const struct context *c, const struct block *b, uint32_t p_base)
{
  const struct curta_plan_nitro *n = &c->l->nitro;
  struct vec v = vec_block(pl, c->job, b, p_base, tensor(pl, n->t_delta), n->head_h, n->head_w);
  struct item it = vec_item(pl, CURTA_OP_MAP, CURTA_TAG(c->l->layer, CURTA_PASS_HEAD), &v);
  vec_back(pl, &it, &v, tensor(pl, n->conv ? n->t_class : n->t_zs), n->conv, v.first > 0);
  vec_emit(pl, &it, &v, Q_COUNT);
}

static void sgd_block(struct planner *pl, const struct context *c, const struct block *b, uint32_t p_base)
{
  bool head = c->job != &pl->nitro[c->l - pl->plan->weighted][NITRO_DW];
  uint32_t tag = CURTA_TAG(c->l->layer, head ? CURTA_PASS_HEAD : CURTA_PASS_UPDATE), len;
  uint32_t runs = block_runs(&c->job->p, b, &len);
  for (uint32_t i = 0; i < runs; i++)
    vec_update(pl, tag, tensor(pl, head ? c->l->nitro.t_head : c->l->t_weight), p_base + i * len,
               block_run(&c->job->p, b, i), len, head || !c->l->nitro.head_c);
}

/* h and class bytes of a conv block, delayed. */
static void head_pool(struct planner *pl, uint32_t w)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  const struct curta_plan_nitro *n = &l->nitro;
  struct vec all, v;
  if (!n->conv)
    return;
  all = vec_windows(pl, tensor(pl, n->t_zs), tensor(pl, n->t_h), n->win_h, n->win_w);
  all.padded = true;
  for (uint32_t i = 0; vec_piece(pl, &all, i, &v); i++) {
    struct item it = vec_item(pl, CURTA_OP_MAP, CURTA_TAG(l->layer, CURTA_PASS_HEAD), &v);
    vec_pool(pl, &it, &v, tensor(pl, n->t_class), n->win_h, n->win_w);
    vec_pad(&it, n->pad_h - (int32_t)(v.row * n->win_h), n->pad_w, l->oh, l->ow);
    vec_relu(pl, &it, &v, l->o);
    vec_emit(pl, &it, &v, Q_IDLE);
  }
}

/* Prediction of a block's learning layer and its loss gradient. */
static void head_forward(struct planner *pl, uint32_t w)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  struct context c = {l, &pl->nitro[w][NITRO_HEAD], true};
  run(pl, &c, predict_block);
  vec_loss(pl, CURTA_TAG(l->layer, CURTA_PASS_HEAD), tensor(pl, l->nitro.t_predict), tensor(pl, l->nitro.t_g),
           CURTA_S_HEADS);
}

/* The delta of the learning layer's input, with weights that are updated only then. */
static void head_backward(struct planner *pl, uint32_t w)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  const struct curta_plan_nitro *n = &l->nitro;
  struct context delta = {l, &pl->nitro[w][NITRO_DELTA], true}, update = {l, &pl->nitro[w][NITRO_DW_HEAD], true};
  run(pl, &delta, delta_block);
  run(pl, &update, sgd_block);
  if (n->conv && !n->per_row)
    vec_scatter(pl, l, tensor(pl, n->t_delta), tensor(pl, n->t_class), tensor(pl, n->t_dense));
}

/* A fence costs about as much as so many cycles of the array: below that upper digits are multiplied unseen. */
#define WORTH_A_SKIP 4000u

/* The gradient of a layer. Upper digits of its deltas that are all 0 are left out: a part of the program for either
 * case, of which SKIP leaves out one. Right behind head_backward: CURTA_S_WIDTH is of this layer. */
static void gradient(struct planner *pl, uint32_t w)
{
  struct nitro_job *j = &pl->nitro[w][NITRO_DW];
  struct context c = {&pl->plan->weighted[w], j, true};
  struct curta_pass_stat(*stat)[CURTA_PASSES] = pl->e.stat;
  uint8_t digits = j->p.digits;
  uint32_t tag = j->p.tag, skip;
  if (digits < 2 || j->tiling.array / digits < WORTH_A_SKIP) {
    run(pl, &c, sgd_block);
    return;
  }
  emit_scalar(&pl->e, Q_URGENT, tag, CURTA_SCALAR_SHR, CURTA_S_UPPER, CURTA_S_WIDTH, CURTA_S_ZERO, CURTA_S_ZERO,
              (int32_t)pl->plan->hw.digit - 1);
  pl->e.stat = 0; /* the estimate is of one digit, as most steps are */
  skip = emit_skip(&pl->e, tag, CURTA_S_UPPER, CURTA_S_ZERO, false);
  run(pl, &c, sgd_block);
  emit_skip_end(&pl->e, tag, skip);
  pl->e.stat = stat;
  skip = emit_skip(&pl->e, tag, CURTA_S_UPPER, CURTA_S_ZERO, true);
  j->p.digits = 1;
  run(pl, &c, sgd_block);
  j->p.digits = digits;
  emit_skip_end(&pl->e, tag, skip);
}

static void output_loss(struct planner *pl)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[pl->plan->n_weighted - 1];
  vec_loss(pl, CURTA_TAG(l->layer, CURTA_PASS_LOSS), tensor(pl, l->t_out), tensor(pl, l->nitro.t_g), CURTA_S_CORRECT);
}

/* ------------------------------------------------------------------ steps */

/* What is left of a block when `ahead` more forward passes have been issued behind its own. */
static void follow(struct planner *pl, uint32_t w, uint32_t ahead)
{
  bool output = w + 1 == pl->plan->n_weighted;
  if (ahead == 1)
    output ? output_loss(pl) : head_forward(pl, w);
  if (ahead == 2 && !output)
    head_backward(pl, w);
  if (ahead == 2)
    gradient(pl, w);
}

/* The second visit of linear blocks, with the updated learning layer and everything else as it was. */
static void again(struct planner *pl)
{
  for (uint32_t w = 0; w + 1 < pl->plan->n_weighted; w++)
    if (!pl->plan->weighted[w].nitro.conv) {
      head_forward(pl, w);
      head_backward(pl, w);
      gradient(pl, w);
    }
}

/* Three blocks in turn: GEMMs forward of one, gradient of the second last and prediction of the last; what the vector
 * engine does behind the first then runs beside the next forward pass. A gradient has fences, so that nothing is
 * delayed across it. */
static void overlapping(struct planner *pl)
{
  uint32_t n = pl->plan->n_weighted;
  for (uint32_t i = 0; i < n + 2; i++) {
    if (i < n)
      forward(pl, i, true);
    if (i >= 2)
      follow(pl, i - 2, 2);
    if (i >= 1 && i - 1 < n)
      follow(pl, i - 1, 1);
    if (i < n) {
      path(pl, i, true);
      head_pool(pl, i);
    }
  }
}

/* The order of the reference: everything forward, then block by block from the last to the first. */
static void sequential(struct planner *pl)
{
  uint32_t n = pl->plan->n_weighted;
  for (uint32_t w = 0; w < n; w++) {
    forward(pl, w, true);
    path(pl, w, true);
  }
  for (uint32_t w = n; w-- > 0;) {
    head_pool(pl, w);
    follow(pl, w, 1);
    follow(pl, w, 2);
  }
}

void nitro_train(struct planner *pl)
{
  pl->req->sequential ? sequential(pl) : overlapping(pl);
  if (pl->plan->net->nitro.twice)
    again(pl);
  emit_flush(&pl->e);
}

void nitro_eval(struct planner *pl)
{
  for (uint32_t w = 0; w < pl->plan->n_weighted; w++) {
    forward(pl, w, false);
    path(pl, w, false);
  }
  output_loss(pl);
  emit_flush(&pl->e);
}
