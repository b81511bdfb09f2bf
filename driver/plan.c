/* SPDX-License-Identifier: Apache-2.0
 * plan.c - the planner's front: memory map, jobs, programs, statistics (curta.h) */
#include <errno.h>
#include <string.h>
#include "plan_int.h"

size_t curta_plan_work_bytes(void)
{
  return sizeof(struct planner);
}

static size_t append(char *dst, size_t size, size_t at, const char *s)
{
  while (*s && at + 1 < size)
    dst[at++] = *s++;
  dst[at] = 0;
  return at;
}

static size_t append_num(char *dst, size_t size, size_t at, uint64_t v)
{
  char digits[21];
  size_t n = sizeof digits - 1;
  digits[n] = 0;
  do {
    digits[--n] = (char)('0' + v % 10);
    v /= 10;
  } while (v);
  return append(dst, size, at, digits + n);
}

int plan_fail(struct planner *pl, int err, const char *text, const char *what)
{
  if (pl->diag) {
    pl->diag->line = 0;
    append(pl->diag->text, sizeof pl->diag->text, append(pl->diag->text, sizeof pl->diag->text, 0, text), what);
  }
  return err;
}

static int fail_need(struct planner *pl, const char *text, uint64_t need, uint64_t have)
{
  char *d;
  size_t at, size = sizeof pl->diag->text;
  if (!pl->diag)
    return -ENOSPC;
  d = pl->diag->text;
  pl->diag->line = 0;
  at = append(d, size, 0, text);
  at = append(d, size, at, ": needs ");
  at = append_num(d, size, at, need);
  at = append(d, size, at, ", has ");
  append_num(d, size, at, have);
  return -ENOSPC;
}

/* Adds a tensor at the next page. name: kind and index of its layer, then suffix. */
int16_t plan_add(struct planner *pl, uint32_t layer, const char *suffix, uint8_t kind, uint8_t elem,
                 const uint32_t d[4])
{
  static const char *const kinds[] = CURTA_LAYER_NAMES;
  struct curta_plan *plan = pl->plan;
  uint32_t t2 = kind == CURTA_TENSOR_LABEL || kind == CURTA_TENSOR_PROGRAM ? 1 : plan->hw.t * plan->hw.t;
  uint64_t bytes = (uint64_t)d[0] * d[1] * d[2] * d[3] * t2 * elem;
  struct curta_tensor *t = &plan->tensor[plan->n_tensors];
  size_t at = 0;
  memset(t, 0, sizeof *t);
  if (layer < CURTA_MAX_LAYERS) {
    at = append(t->name, sizeof t->name, at, kinds[plan->net->layer[layer].kind]);
    at = append_num(t->name, sizeof t->name, at, layer);
    at = append(t->name, sizeof t->name, at, ".");
  }
  append(t->name, sizeof t->name, at, suffix);
  t->kind = kind;
  t->elem = elem;
  t->layer = layer < CURTA_MAX_LAYERS ? (int16_t)layer : (int16_t)-1;
  memcpy(t->d, d, sizeof t->d);
  t->addr = (uint32_t)pl->brk;
  t->bytes = (uint32_t)bytes;
  t->to = UINT8_MAX;
  pl->brk = plan_page(pl->brk + bytes);
  return (int16_t)plan->n_tensors++;
}

static void map_weights(struct planner *pl)
{
  struct curta_plan *plan = pl->plan;
  for (uint32_t w = 0; w < plan->n_weighted; w++) {
    struct curta_plan_weighted *l = &plan->weighted[w];
    const uint32_t d[4] = {l->r, l->s, plan_tiles(pl, l->o), plan_tiles(pl, l->c)};
    l->t_weight = plan_add(pl, l->layer, "weight", CURTA_TENSOR_WEIGHT, 1, d);
    if (plan->opt.frac_bits)
      l->t_master = plan_add(pl, l->layer, "master", CURTA_TENSOR_MASTER, 2, d);
  }
}

static void map_work(struct planner *pl)
{
  struct curta_plan *plan = pl->plan;
  const struct curta_plan_weighted *f = &plan->weighted[0];
  uint32_t nt = plan_tiles(pl, plan->batch);
  const uint32_t in[4] = {nt, f->h, f->w, plan_tiles(pl, f->c)},
                 labels[4] = {plan->batch + (plan->batch & 1u), 1, 1, 1};
  int16_t below = plan->t_input = plan_add(pl, NO_LAYER, "input", CURTA_TENSOR_ACT, 1, in);
  plan->t_labels = plan_add(pl, NO_LAYER, "labels", CURTA_TENSOR_LABEL, 2, labels);
  for (uint32_t w = 0; w < plan->n_weighted; w++) {
    struct curta_plan_weighted *l = &plan->weighted[w];
    uint32_t k = l->pool ? l->pool : 1, ot = plan_tiles(pl, l->o);
    const uint32_t full[4] = {nt, l->oh, l->ow, ot}, out[4] = {nt, l->oh / k, l->ow / k, ot},
                   mask[4] = {1, l->oh / k, l->ow / k, ot};
    l->t_in = below;
    below = l->t_out = plan_add(pl, l->layer, "act", CURTA_TENSOR_ACT, 1, out);
    l->t_err = plan_add(pl, l->layer, "err", CURTA_TENSOR_ERROR, 1, full);
    pl->t_tmp[w] = -1;
    if (l->pool) {
      l->t_idx = plan_add(pl, l->layer, "idx", CURTA_TENSOR_INDEX, 1, out);
      pl->t_tmp[w] = plan_add(pl, l->layer, "pooled_err", CURTA_TENSOR_ERROR, 1, out);
    }
    if (l->drop_log2)
      l->t_mask = plan_add(pl, l->layer, "mask", CURTA_TENSOR_MASK, 1, mask);
  }
  plan->t_logits = below;
}

/* The second pass of an activation hides behind the next layer's forward pass, but for what that needs at first. */
static bool choose_forward(struct planner *pl)
{
  const struct curta_plan *plan = pl->plan;
  for (uint32_t w = 0; w < plan->n_weighted; w++) {
    const struct curta_plan_weighted *l = &plan->weighted[w];
    struct job *job = &pl->job[w][CURTA_PASS_FWD], *next = &pl->job[w + 1][CURTA_PASS_FWD];
    struct after after = {0, 0};
    if (w + 1 < plan->n_weighted && (l[1].oh > 1 || l[1].ow > 1)) {
      job_forward(pl, w + 1, next, true);
      if (!job_choose(pl, next, 1, after)) /* for its slack and wait only: its turn comes */
        return false;
      after.hide = job_slack(next);
      after.stall = job_wait(next);
    }
    job_forward(pl, w, job, w && pl->job[w - 1][CURTA_PASS_FWD].strategy == CURTA_SPILL);
    if (!job_choose(pl, job, l->pool ? l->pool : 1, after))
      return false;
  }
  return true;
}

/* The second pass of an input error hides behind its own layer's weight gradient; an update behind everything that
 * follows, that is behind the layers below. */
static bool choose_backward(struct planner *pl)
{
  uint64_t below = 0; /* bus cycles that the layers below leave free */
  for (uint32_t w = 0; w < pl->plan->n_weighted; w++) {
    struct job *dx = &pl->job[w][CURTA_PASS_DX], *dw = &pl->job[w][CURTA_PASS_DW];
    job_dw(pl, w, dw);
    if (!job_choose(pl, dw, 1, (struct after){below, 0}))
      return false;
    below = (below > dw->second ? below - dw->second : 0) + job_slack(dw);
    if (w == 0)
      continue;
    job_dx(pl, w, dx);
    if (!job_choose(pl, dx, 1, (struct after){job_slack(dw), 0}))
      return false;
    below = (below > dx->second ? below - dx->second : 0) + job_slack(dx);
  }
  return true;
}

static int make_jobs(struct planner *pl)
{
  struct curta_plan *plan = pl->plan;
  uint64_t spill = 0;
  if (!choose_forward(pl) || !choose_backward(pl))
    return plan_fail(pl, -EINVAL, "no tiling fits the buffers of this configuration", "");
  for (uint32_t w = 0; w < plan->n_weighted; w++) {
    struct curta_plan_weighted *l = &plan->weighted[w];
    const struct job *job = pl->job[w];
    for (int pass = 0; pass < CURTA_PASS_DW; pass++)
      if (job[pass].n_subs && (job[pass].strategy == CURTA_SPILL || job[pass].strategy == CURTA_HEDGE) &&
          job[pass].tiles > spill)
        spill = job[pass].tiles;
    if (job[CURTA_PASS_DW].strategy == CURTA_SPILL)
      l->t_grad =
          plan_add(pl, l->layer, "grad", job[CURTA_PASS_DW].bytes == 3 ? CURTA_TENSOR_GRAD24 : CURTA_TENSOR_GRAD, 4,
                   plan->tensor[l->t_weight].d);
  }
  for (int i = 0; i < 2 && spill; i++) {
    const uint32_t d[4] = {(uint32_t)spill, 1, 1, 1};
    pl->spill[i] = plan->tensor[plan_add(pl, NO_LAYER, i ? "spill1" : "spill0", CURTA_TENSOR_SPILL, 4, d)].addr;
  }
  return 0;
}

/* Compiles both programs; training first. */
static int compile(struct planner *pl)
{
  const struct curta_plan_request *rq = pl->req;
  struct curta_plan *plan = pl->plan;
  bool nitro = plan->net->algorithm == CURTA_NITRO_D;
  emit_start(&pl->e, &plan->hw, rq->cmd, rq->cmd_capacity);
  gemm_start(&pl->g, &pl->e);
  pl->e.stat = plan->stat;
  nitro ? nitro_train(pl) : plan_train(pl);
  plan->n_train = pl->e.n;
  emit_start(&pl->e, &plan->hw, rq->cmd && plan->n_train < rq->cmd_capacity ? rq->cmd + plan->n_train : 0,
             rq->cmd_capacity > plan->n_train ? rq->cmd_capacity - plan->n_train : 0);
  gemm_start(&pl->g, &pl->e);
  nitro ? nitro_eval(pl) : plan_eval(pl);
  plan->n_eval = pl->e.n;
  if (rq->cmd && plan->n_train + plan->n_eval > rq->cmd_capacity)
    return fail_need(pl, "command buffer too small", plan->n_train + plan->n_eval, rq->cmd_capacity);
  return 0;
}

/* Products of one axis that do not meet padding. */
static uint64_t axis_pairs(uint32_t out, uint32_t kernel, uint32_t stride, uint32_t pad, uint32_t size)
{
  uint64_t n = 0;
  for (uint32_t o = 0; o < out; o++)
    for (uint32_t k = 0; k < kernel; k++)
      n += stride * o + k >= pad && stride * o + k - pad < size;
  return n;
}

uint64_t curta_layer_macs(const struct curta_layer *l)
{
  if (l->kind == CURTA_LAYER_LINEAR)
    return (uint64_t)l->o * l->c * l->h * l->w;
  if (l->kind != CURTA_LAYER_CONV)
    return 0;
  return axis_pairs(l->oh, l->kernel, l->stride, l->pad, l->h) * axis_pairs(l->ow, l->kernel, l->stride, l->pad, l->w) *
         l->o * l->c;
}

/* Useful products of a pass; one visit counts, and none where a weight gradient gathers: its deltas decide. */
static uint64_t useful_macs(const struct planner *pl, const struct curta_plan_weighted *l, int pass)
{
  const struct curta_net *net = pl->plan->net;
  const struct curta_plan_nitro *n = &l->nitro;
  if (pass == CURTA_PASS_HEAD) /* prediction, delta of its input, gradient of its weights */
    return (uint64_t)(net->classes * n->head_c * n->head_h * n->head_w) * (3 * pl->plan->batch);
  if (pass > CURTA_PASS_DW || (pass == CURTA_PASS_DW && n->per_row))
    return 0;
  return curta_layer_macs(&net->layer[l->layer]) * pl->plan->batch;
}

static void finish_stat(struct planner *pl)
{
  struct curta_plan *plan = pl->plan;
  uint64_t array = 0, bytes = 0;
  for (uint32_t w = 0; w < plan->n_weighted; w++) {
    uint32_t layer = plan->weighted[w].layer;
    for (int pass = 0; pass < CURTA_PASSES; pass++) {
      struct curta_pass_stat *st = &plan->stat[layer][pass];
      uint64_t bus = (st->rd_bytes + st->wr_bytes) / plan->hw.bus;
      if (st->commands)
        st->macs = useful_macs(pl, &plan->weighted[w], pass);
      st->cycles = (st->array_cycles > bus ? st->array_cycles : bus) + 30u * (st->commands != 0);
      array += st->array_cycles;
      bytes += st->rd_bytes + st->wr_bytes;
    }
  }
  bytes += (uint64_t)plan->n_train * CURTA_CMD_BYTES;
  plan->est_cycles = array > bytes / plan->hw.bus ? array : bytes / plan->hw.bus;
}

static int check(struct planner *pl)
{
  const struct curta_plan_request *rq = pl->req;
  const struct curta_opt *o = &rq->opt;
  if (!rq->net || !rq->net->n_weighted || !rq->batch || rq->batch > 32768)
    return plan_fail(pl, -EINVAL, "the plan needs a finished network and a batch of 1..32768 images", "");
  if (rq->banks > 2)
    return plan_fail(pl, -EINVAL, "a plan has one or two banks", "");
  if (rq->weight_base % PLAN_PAGE || rq->work_base % PLAN_PAGE)
    return plan_fail(pl, -EINVAL, "weight_base and work_base must be multiples of 4096", "");
  if (o->round_act == CURTA_ROUND_STOCHASTIC || o->round_err == CURTA_ROUND_STOCHASTIC)
    return plan_fail(pl, -EINVAL,
                     "stochastic rounding of activations and errors would depend on the tiling: use nearest or psto",
                     "");
  if (o->round_act > 3 || o->round_err > 3 || o->round_grad > 3 || o->round_loss > 2 || o->frac_bits > 8 ||
      o->force > CURTA_HEDGE || o->bump_shift1 > 1 || o->wrap > 1 || o->decay > 1 || o->init_uniform > 1 ||
      o->input_pow2 > 1 || o->n_mu > CURTA_MAX_MU)
    return plan_fail(pl, -EINVAL, "a training option is out of range", "");
  for (uint32_t i = 0; i < o->n_mu; i++)
    if (o->mu[i].mu < -8 || o->mu[i].mu > 8 || (i ? o->mu[i].epoch <= o->mu[i - 1].epoch : o->mu[i].epoch))
      return plan_fail(pl, -EINVAL, "mu must be -8..8, its epochs must grow from 0", "");
  if (rq->net->classes > CURTA_MAX_CLASSES)
    return plan_fail(pl, -EINVAL, "more classes than the loss unit takes (1024)", "");
  return rq->net->algorithm == CURTA_NITRO_D ? nitro_check(pl) : 0;
}

static bool software(const struct curta_hw *hw)
{
  static const struct curta_config table[] = CURTA_CONFIG_TABLE;
  const struct curta_config *c = table;
  while (c->name && (uint32_t)c->code != hw->code)
    c++;
  return c->software;
}

static int16_t again(struct planner *pl, int16_t tensor, const char *name)
{
  struct curta_tensor t = pl->plan->tensor[tensor];
  return plan_add(pl, NO_LAYER, name, t.kind, t.elem, t.d);
}

static void second_bank(struct planner *pl)
{
  struct curta_plan *plan = pl->plan;
  plan->t_input2 = again(pl, plan->t_input, "input2");
  plan->t_labels2 = again(pl, plan->t_labels, "labels2");
  plan->t_train2 = again(pl, plan->t_train, "program2.train");
  plan->t_eval2 = again(pl, plan->t_eval, "program2.eval");
}

int curta_plan(struct curta_plan *plan, const struct curta_plan_request *rq, struct curta_diag *diag)
{
  struct planner *pl = rq->work;
  bool nitro;
  int err;
  memset(pl, 0, sizeof *pl);
  memset(plan, 0, sizeof *plan);
  pl->plan = plan;
  pl->in_order = software(&rq->hw);
  pl->req = rq;
  pl->diag = diag;
  err = check(pl);
  if (err)
    return err;
  plan->net = rq->net;
  plan->opt = rq->opt;
  plan->hw = rq->hw;
  plan->batch = rq->batch;
  plan->cmd = rq->cmd;
  plan->weight_base = rq->weight_base;
  err = plan_shapes(pl);
  if (err)
    return err;
  nitro = plan->net->algorithm == CURTA_NITRO_D;
  if (nitro)
    nitro_geometry(pl);
  pl->brk = rq->weight_base;
  nitro ? nitro_map_weights(pl) : map_weights(pl);
  if (rq->work_base && rq->work_base < pl->brk && rq->work_base >= rq->weight_base)
    return plan_fail(pl, -EINVAL, "work_base lies inside the weights", "");
  if (rq->work_base)
    pl->brk = rq->work_base;
  plan->work_base = (uint32_t)pl->brk;
  nitro ? nitro_map_work(pl) : map_work(pl);
  err = nitro ? nitro_jobs(pl) : make_jobs(pl);
  if (err)
    return err;
  if (pl->brk > rq->mem_bytes)
    return fail_need(pl, "device memory too small (a smaller batch needs less)", pl->brk, rq->mem_bytes);
  err = compile(pl);
  if (err)
    return err;
  const uint32_t train[4] = {plan->n_train, 1, 1, 1}, eval[4] = {plan->n_eval, 1, 1, 1};
  plan->t_train = plan_add(pl, NO_LAYER, "program.train", CURTA_TENSOR_PROGRAM, CURTA_CMD_BYTES, train);
  plan->t_eval = plan_add(pl, NO_LAYER, "program.eval", CURTA_TENSOR_PROGRAM, CURTA_CMD_BYTES, eval);
  if (rq->banks == 2)
    second_bank(pl);
  if (pl->brk > rq->mem_bytes)
    return fail_need(pl, "device memory too small (a smaller batch needs less)", pl->brk, rq->mem_bytes);
  plan->end = (uint32_t)pl->brk;
  finish_stat(pl);
  return 0;
}

const struct curta_tensor *curta_plan_find(const struct curta_plan *plan, uint32_t addr)
{
  for (uint32_t i = 0; i < plan->n_tensors; i++)
    if (addr >= plan->tensor[i].addr && addr - plan->tensor[i].addr < plan->tensor[i].bytes)
      return &plan->tensor[i];
  return 0;
}
