/* SPDX-License-Identifier: Apache-2.0
 * nitro_job.c - NITRO-D: the GEMMs of a layer. Operand 1 is the wide one (weights, deltas), and [i][o] is the inside of
 * a tile of weights and of their gradient */
#include <errno.h>
#include <string.h>
#include "plan_int.h"

/* A linear layer or convolution of stride 1 from (h,w,c) to (oh,ow,o). */
struct shape {
  uint32_t h, w, c, oh, ow, o, r, s;
  int32_t pad_y, pad_x;
};

static uint32_t addr_of(const struct planner *pl, int t)
{
  return t < 0 ? 0 : pl->plan->tensor[t].addr;
}

static struct shape shape_of(const struct curta_plan_weighted *l)
{
  return (struct shape){l->h, l->w, l->c, l->oh, l->ow, l->o, l->r, l->s, (int32_t)l->pad_y, (int32_t)l->pad_x};
}

static struct shape head_of(const struct planner *pl, const struct curta_plan_weighted *l)
{
  const struct curta_plan_nitro *n = &l->nitro;
  return (struct shape){n->head_h, n->head_w, n->head_c, 1, 1, pl->plan->net->classes, n->head_h, n->head_w, 0, 0};
}

/* Elements used of the last of the tiles that hold n. */
static uint32_t last_tile(const struct planner *pl, uint32_t n)
{
  return n - (plan_tiles(pl, n) - 1) * pl->plan->hw.t;
}

static void set_stride(struct operand *o, uint32_t lane, uint32_t y, uint32_t x, uint32_t k)
{
  o->stride[D_LANE] = lane;
  o->stride[D_Y] = y;
  o->stride[D_X] = x;
  o->stride[D_K] = k;
}

static void set_axes(struct operand *o, int32_t av, int32_t bk, const int32_t c[2], const uint32_t u[2])
{
  for (int i = 0; i < 2; i++) {
    o->av[i] = av;
    o->bk[i] = bk;
    o->c[i] = c[i];
    o->u[i] = (int32_t)u[i];
  }
}

static void set_counts(struct gpass *p, const uint32_t ng[2], const uint32_t nv[2], const uint32_t nk[3],
                       uint32_t klast)
{
  memcpy(p->ng, ng, sizeof p->ng);
  memcpy(p->nv, nv, sizeof p->nv);
  memcpy(p->nk, nk, sizeof p->nk);
  p->klast = klast;
}

static void set_out(struct gpass *p, uint32_t g0, uint32_t g1, uint32_t vy, uint32_t vx)
{
  p->out_stride[0] = g0;
  p->out_stride[1] = g1;
  p->out_stride[2] = vy;
  p->out_stride[3] = vx;
}

/* Digits of an operand of so many bits. */
static uint8_t digits(const struct planner *pl, uint32_t bits)
{
  return (uint8_t)((bits + pl->plan->hw.digit - 1) / pl->plan->hw.digit);
}

/* Y(n,oy,ox,o) = sum over r,s,i of X(n, oy + r - py, ox + s - px, i) W(r,s,o,i) */
static void pass_forward(const struct planner *pl, const struct shape *d, uint32_t x, uint32_t w, struct gpass *p)
{
  uint32_t nt = plan_tiles(pl, pl->plan->batch), ct = plan_tiles(pl, d->c), ot = plan_tiles(pl, d->o);
  p->op[0].addr = x;
  set_stride(&p->op[0], d->h * d->w * ct, d->w * ct, ct, 1);
  set_axes(&p->op[0], 1, 1, (int32_t[]){-d->pad_y, -d->pad_x}, (uint32_t[]){d->h, d->w});
  p->op[1].addr = w;
  set_stride(&p->op[1], ct, d->s * ot * ct, ot * ct, 1);
  set_axes(&p->op[1], 0, 1, (int32_t[]){0, 0}, (uint32_t[]){d->r, d->s});
  p->op[1].second = 1;
  p->digits = digits(pl, CURTA_WEIGHT_BITS);
  set_counts(p, (uint32_t[]){nt, ot}, (uint32_t[]){d->oh, d->ow}, (uint32_t[]){d->r, d->s, ct}, last_tile(pl, d->c));
  set_out(p, d->oh * d->ow * ot, 1, d->ow * ot, ot);
}

/* dX(n,r,s,i) = sum over o of dY(n,o) W(r,s,o,i): of a learning layer, whose window is the whole map */
static void pass_delta(const struct planner *pl, const struct shape *d, uint32_t dy, uint32_t w, struct gpass *p)
{
  uint32_t nt = plan_tiles(pl, pl->plan->batch), ct = plan_tiles(pl, d->c), ot = plan_tiles(pl, d->o);
  const int32_t none[2] = {0, 0};
  p->op[0].addr = dy;
  set_stride(&p->op[0], ot, ot, ot, 1);
  set_axes(&p->op[0], 0, 1, none, (uint32_t[]){1, 1});
  p->op[1].addr = w;
  set_stride(&p->op[1], 1, d->s * ot * ct, ot * ct, ct);
  set_axes(&p->op[1], 1, 1, none, (uint32_t[]){d->r, d->s});
  p->digits = digits(pl, CURTA_WEIGHT_BITS);
  p->win = 1;
  set_counts(p, (uint32_t[]){nt, ct}, (uint32_t[]){d->r, d->s}, (uint32_t[]){1, 1, ot}, last_tile(pl, d->o));
  set_out(p, d->r * d->s * ct, 1, d->s * ct, ct);
}

/* dW(r,s,o,i) = sum over oy,ox,n of X(n, oy + r - py, ox + s - px, i) dY(n,oy,ox,o); bits: of dY, 8: int8 */
static void pass_gradient(const struct planner *pl, const struct shape *d, uint32_t x, uint32_t dy, uint32_t bits,
                          struct gpass *p)
{
  uint32_t nt = plan_tiles(pl, pl->plan->batch), ct = plan_tiles(pl, d->c), ot = plan_tiles(pl, d->o);
  p->op[0].addr = x;
  set_stride(&p->op[0], 1, d->w * ct, ct, d->h * d->w * ct);
  set_axes(&p->op[0], 1, 1, (int32_t[]){-d->pad_y, -d->pad_x}, (uint32_t[]){d->h, d->w});
  p->op[0].second = 1;
  p->op[1].addr = dy;
  set_stride(&p->op[1], 1, d->ow * ot, ot, d->oh * d->ow * ot);
  set_axes(&p->op[1], 0, 1, (int32_t[]){0, 0}, (uint32_t[]){d->oh, d->ow});
  p->op[1].second = 1;
  p->digits = bits > 8 ? digits(pl, bits) : 0;
  set_counts(p, (uint32_t[]){ct, ot}, (uint32_t[]){d->r, d->s}, (uint32_t[]){d->oh, d->ow, nt},
             last_tile(pl, pl->plan->batch));
  set_out(p, 1, ct, d->s * ot * ct, ot * ct);
}

/* The same from what is not 0: dY is a tensor by windows of the head's pooling, with the places of the maxima beside.
 */
static void pass_gather(const struct planner *pl, const struct curta_plan_weighted *l, struct gpass *p)
{
  const struct curta_plan_nitro *n = &l->nitro;
  const uint32_t win[2] = {n->win_h, n->win_w};
  const int32_t pad[2] = {n->pad_h, n->pad_w};
  uint32_t ot = plan_tiles(pl, l->o), head[2] = {n->head_h, n->head_w};
  p->op[1].addr = addr_of(pl, n->t_delta);
  set_stride(&p->op[1], 1, head[1] * ot, ot, head[0] * head[1] * ot);
  set_axes(&p->op[1], 0, 1, (int32_t[]){0, 0}, head);
  p->gather = (struct gather){true, {0, 0}, addr_of(pl, n->t_class), pl->plan->hw.t, n->per_row};
  for (int i = 0; i < 2; i++) {
    p->op[0].bk[i] = (int32_t)win[i];
    p->op[0].c[i] -= pad[i];
    p->op[0].ext[i] = win[i] - 1;
    p->nk[i] = head[i];
    while (1u << p->gather.log2[i] < win[i])
      p->gather.log2[i]++;
  }
  p->klast = pl->plan->hw.t;
}

static bool choose(struct planner *pl, struct nitro_job *j, uint32_t tag, uint32_t bytes, bool runs)
{
  const struct leaving out = {bytes, 1, runs};
  j->p.tag = tag;
  j->p.guard = 1;
  uint32_t most = pl->plan->hw.p_tiles;
  if (pl->in_order && most > CACHED_WIDE)
    most = CACHED_WIDE;
  return tiling_choose(&j->p, &pl->plan->hw, most, &out, &j->tiling);
}

static bool layer_jobs(struct planner *pl, uint32_t w)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  const struct curta_plan_nitro *n = &l->nitro;
  struct nitro_job *j = pl->nitro[w];
  struct shape d = shape_of(l), h = head_of(pl, l);
  uint32_t head = CURTA_TAG(l->layer, CURTA_PASS_HEAD), in = addr_of(pl, l->t_in), head_in = addr_of(pl, n->t_h);
  pass_forward(pl, &d, in, addr_of(pl, l->t_weight), &j[NITRO_FWD].p);
  pass_gradient(pl, &d, in,
                addr_of(pl, !n->head_c ? n->t_g
                            : n->conv  ? n->t_dense
                                       : n->t_delta),
                n->head_c ? CURTA_DELTA_BITS : 8, &j[NITRO_DW].p);
  if (n->per_row)
    pass_gather(pl, l, &j[NITRO_DW].p);
  if (!choose(pl, &j[NITRO_FWD], CURTA_TAG(l->layer, CURTA_PASS_FWD), 2, false) ||
      !choose(pl, &j[NITRO_DW], CURTA_TAG(l->layer, CURTA_PASS_DW), 8, true))
    return false;
  if (!n->head_c)
    return true;
  if (!n->conv)
    head_in = addr_of(pl, n->t_act >= 0 ? n->t_act : l->t_out);
  pass_forward(pl, &h, head_in, addr_of(pl, n->t_head), &j[NITRO_HEAD].p);
  pass_delta(pl, &h, addr_of(pl, n->t_g), addr_of(pl, n->t_head), &j[NITRO_DELTA].p);
  pass_gradient(pl, &h, head_in, addr_of(pl, n->t_g), 8, &j[NITRO_DW_HEAD].p);
  return choose(pl, &j[NITRO_HEAD], head, 1, false) && choose(pl, &j[NITRO_DELTA], head, 5, false) &&
         choose(pl, &j[NITRO_DW_HEAD], head, 8, true);
}

int nitro_jobs(struct planner *pl)
{
  for (uint32_t w = 0; w < pl->plan->n_weighted; w++) {
    if (pl->plan->weighted[w].nitro.win_h > CURTA_MAX_WINDOW || pl->plan->weighted[w].nitro.win_w > CURTA_MAX_WINDOW)
      return plan_fail(pl, -EINVAL, "head: so few inputs of a learning layer need pooling windows above 15: allow more",
                       "");
    if (!layer_jobs(pl, w))
      return plan_fail(pl, -EINVAL, "no tiling fits the buffers of this configuration", "");
  }
  return 0;
}
