/* SPDX-License-Identifier: Apache-2.0
 * job.c - the three passes of a weighted layer as GEMM passes (machine.md section 4) */
#include <string.h>
#include "plan_int.h"

uint32_t plan_tiles(const struct planner *pl, uint32_t n)
{
  return (n + pl->plan->hw.t - 1) / pl->plan->hw.t;
}

/* Elements used of the last of the tiles that hold n. */
static uint32_t last_tile(const struct planner *pl, uint32_t n)
{
  return n - (plan_tiles(pl, n) - 1) * pl->plan->hw.t;
}

struct dims {
  uint32_t n, c, o; /* tiles */
};

static struct dims dims_of(const struct planner *pl, const struct curta_plan_weighted *l)
{
  struct dims d = {plan_tiles(pl, pl->plan->batch), plan_tiles(pl, l->c), plan_tiles(pl, l->o)};
  return d;
}

static void set_stride(uint32_t stride[DIMS], uint32_t lane, uint32_t y, uint32_t x, uint32_t k)
{
  stride[D_LANE] = lane;
  stride[D_Y] = y;
  stride[D_X] = x;
  stride[D_K] = k;
}

static void set_axis(struct operand *o, int axis, int32_t av, int32_t bk, int32_t c, int32_t u)
{
  o->av[axis] = av;
  o->bk[axis] = bk;
  o->c[axis] = c;
  o->u[axis] = u;
}

static void set_out(struct gpass *p, uint32_t base, uint32_t g0, uint32_t g1, uint32_t vy, uint32_t vx)
{
  p->out_base = base;
  p->out_stride[0] = g0;
  p->out_stride[1] = g1;
  p->out_stride[2] = vy;
  p->out_stride[3] = vx;
}

static uint32_t addr_of(const struct planner *pl, int t)
{
  return t < 0 ? 0 : pl->plan->tensor[t].addr;
}

static void job_init(struct job *job, const struct curta_plan_weighted *l, uint32_t pass, uint64_t tiles)
{
  memset(job, 0, sizeof *job);
  job->n_subs = 1;
  job->layer = l->layer;
  job->weighted = l;
  job->pass = pass;
  job->tiles = tiles;
  job->bytes = 4;
  for (int i = 0; i < MAX_SUBS; i++) {
    job->ystep[i] = job->xstep[i] = 1;
    job->sub[i].tag = CURTA_TAG(l->layer, pass);
  }
}

/* Bus cycles of the second pass for one tile of a layer's output: int32 of the whole pooling window, int8 back. */
static uint32_t second_pass_cycles(const struct planner *pl, const struct curta_plan_weighted *l)
{
  uint32_t k = l->pool ? l->pool : 1;
  return (4 * k * k + 1) * pl->plan->hw.t * pl->plan->hw.t / pl->plan->hw.bus;
}

/* Y(n,oy,ox,o) = sum over r,s,i of X(n, sy oy + r - py, sx ox + s - px, i) W(r,s,o,i) */
void job_forward(struct planner *pl, uint32_t w, struct job *job, bool waits)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  struct dims d = dims_of(pl, l);
  struct gpass *p = &job->sub[0];
  job_init(job, l, CURTA_PASS_FWD, (uint64_t)d.n * l->oh * l->ow * d.o);
  p->op[0].addr = addr_of(pl, l->t_in);
  set_stride(p->op[0].stride, l->h * l->w * d.c, l->w * d.c, d.c, 1);
  set_axis(&p->op[0], 0, (int32_t)l->stride_y, 1, -(int32_t)l->pad_y, (int32_t)l->h);
  set_axis(&p->op[0], 1, (int32_t)l->stride_x, 1, -(int32_t)l->pad_x, (int32_t)l->w);
  p->op[1].addr = addr_of(pl, l->t_weight);
  set_stride(p->op[1].stride, d.c, l->s * d.o * d.c, d.o * d.c, 1);
  set_axis(&p->op[1], 0, 0, 1, 0, (int32_t)l->r);
  set_axis(&p->op[1], 1, 0, 1, 0, (int32_t)l->s);
  p->ng[0] = d.n;
  p->ng[1] = d.o;
  p->nv[0] = l->oh;
  p->nv[1] = l->ow;
  p->nk[0] = l->r;
  p->nk[1] = l->s;
  p->nk[2] = d.c;
  p->klast = last_tile(pl, l->c);
  p->wait = waits ? second_pass_cycles(pl, &l[-1]) : 0;
  set_out(p, 0, l->oh * l->ow * d.o, 1, l->ow * d.o, d.o);
}

/* One axis of a phase of the input gradient: rows i = step j + phase. i = step oy + r - pad, so r = phase + pad (mod
 * step): r = step (K-1-k') + rho with k' the tap of the GEMM, and oy = j + k' + base - (K-1). */
static void dx_axis(struct gpass *p, int axis, uint32_t step, uint32_t phase, uint32_t pad, uint32_t kernel,
                    uint32_t size, uint32_t out)
{
  uint32_t rho = (phase + pad) % step, base = (phase + pad - rho) / step;
  uint32_t taps = rho < kernel ? (kernel - rho + step - 1) / step : 0;
  p->nv[axis] = (size - phase + step - 1) / step;
  p->nk[axis] = taps ? taps : 1;
  if (!taps) { /* no tap reaches these positions: empty windows give zeros */
    set_axis(&p->op[0], axis, 1, 1, 0, 0);
    set_axis(&p->op[1], axis, 0, 1, 0, 0);
    return;
  }
  set_axis(&p->op[0], axis, 1, 1, (int32_t)base - (int32_t)(taps - 1), (int32_t)out);
  set_axis(&p->op[1], axis, 0, -(int32_t)step, (int32_t)(step * (taps - 1) + rho), (int32_t)kernel);
}

/* dX(n,iy,ix,i) = sum over r,s,o of dY(n,oy,ox,o) W(r,s,o,i), iy = sy oy + r - py */
void job_dx(struct planner *pl, uint32_t w, struct job *job)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  struct dims d = dims_of(pl, l);
  uint32_t subs = 0;
  job_init(job, l, CURTA_PASS_DX, (uint64_t)d.n * l->h * l->w * d.c);
  for (uint32_t py = 0; py < l->stride_y && py < l->h; py++)
    for (uint32_t px = 0; px < l->stride_x && px < l->w; px++) {
      struct gpass *p = &job->sub[subs];
      job->ystep[subs] = l->stride_y;
      job->xstep[subs] = l->stride_x;
      job->yoff[subs] = py;
      job->xoff[subs++] = px;
      p->op[0].addr = addr_of(pl, l->t_err);
      set_stride(p->op[0].stride, l->oh * l->ow * d.o, l->ow * d.o, d.o, 1);
      p->op[1].addr = addr_of(pl, l->t_weight);
      set_stride(p->op[1].stride, 1, l->s * d.o * d.c, d.o * d.c, d.c);
      p->op[1].second = 1;
      dx_axis(p, 0, l->stride_y, py, l->pad_y, l->r, l->h, l->oh);
      dx_axis(p, 1, l->stride_x, px, l->pad_x, l->s, l->w, l->ow);
      p->ng[0] = d.n;
      p->ng[1] = d.c;
      p->nk[2] = d.o;
      p->klast = last_tile(pl, l->o);
      set_out(p, (py * l->w + px) * d.c, l->h * l->w * d.c, 1, l->stride_y * l->w * d.c, l->stride_x * d.c);
    }
  job->n_subs = subs;
}

/* Every product of a weight gradient is at most 2^14 in size and it has N OH OW of them: below 2^23 in sum it fits
 * int24. */
static uint32_t gradient_bytes(const struct planner *pl, const struct curta_plan_weighted *l)
{
  return (uint64_t)pl->plan->batch * l->oh * l->ow < 512 ? 3 : 4;
}

/* dW(r,s,o,i) = sum over oy,ox,n of dY(n,oy,ox,o) X(n, sy oy + r - py, sx ox + s - px, i) */
void job_dw(struct planner *pl, uint32_t w, struct job *job)
{
  const struct curta_plan_weighted *l = &pl->plan->weighted[w];
  struct dims d = dims_of(pl, l);
  struct gpass *p = &job->sub[0];
  job_init(job, l, CURTA_PASS_DW, (uint64_t)l->r * l->s * d.o * d.c);
  job->bytes = gradient_bytes(pl, l);
  p->op[0].addr = addr_of(pl, l->t_err);
  set_stride(p->op[0].stride, 1, l->ow * d.o, d.o, l->oh * l->ow * d.o);
  set_axis(&p->op[0], 0, 0, 1, 0, (int32_t)l->oh);
  set_axis(&p->op[0], 1, 0, 1, 0, (int32_t)l->ow);
  p->op[0].second = 1;
  p->op[1].addr = addr_of(pl, l->t_in);
  set_stride(p->op[1].stride, 1, l->w * d.c, d.c, l->h * l->w * d.c);
  set_axis(&p->op[1], 0, 1, (int32_t)l->stride_y, -(int32_t)l->pad_y, (int32_t)l->h);
  set_axis(&p->op[1], 1, 1, (int32_t)l->stride_x, -(int32_t)l->pad_x, (int32_t)l->w);
  p->op[1].second = 1;
  p->win = 1;
  p->ng[0] = d.o;
  p->ng[1] = d.c;
  p->nv[0] = l->r;
  p->nv[1] = l->s;
  p->nk[0] = l->oh;
  p->nk[1] = l->ow;
  p->nk[2] = d.n;
  p->klast = last_tile(pl, pl->plan->batch);
  set_out(p, 0, d.c, 1, l->s * d.o * d.c, d.o * d.c);
}
