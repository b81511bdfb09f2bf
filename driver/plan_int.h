/* SPDX-License-Identifier: Apache-2.0
 * plan_int.h - the planner's own structures (plan.c, shape.c, post.c, job.c, strategy.c, job_run.c, step.c) */
#ifndef CURTA_PLAN_INT_H
#define CURTA_PLAN_INT_H
#include "gemm.h"

/* The second pass of an int32 tensor (N,H,W,C) and what is fused into it. Forward: shift, ReLU, pool, dropout mask.
 * Input error: shift, mask, max-pool backward. */
struct post {
  uint32_t n, h, w, c;          /* int32 tensor; n, c in tiles */
  uint32_t dst, idx, mask, tmp; /* device addresses; tmp: int8 image of the tensor between mask and scatter */
  uint8_t relu, pool, scatter;  /* pool, scatter: window, 0 none */
  uint8_t masked, mask_shared;  /* mask_shared: one mask of T equal images for all images */
  uint8_t round, wrap, shift_reg;
  uint32_t full_h, full_w; /* scatter: rows and columns of dst */
  uint32_t tag;
};

/* Where the int32 tensor is: accumulator memory (base in tiles) or device memory (base in bytes). */
struct source {
  bool acc;
  uint32_t base;
  uint32_t stride[4]; /* tiles: n, y, x, c */
};

/* Part of the int32 tensor: positions lo + i*step. */
struct part {
  struct range n, y, x, c;
  uint32_t ystep, xstep;
};

#define MAX_SUBS 4 /* stride 2: four phases */
struct job {
  struct gpass sub[MAX_SUBS];
  struct tiling tiling[MAX_SUBS];
  uint32_t n_subs;
  uint32_t ystep[MAX_SUBS], xstep[MAX_SUBS], yoff[MAX_SUBS], xoff[MAX_SUBS]; /* visit -> row and column of the result */
  const struct curta_plan_weighted *weighted;
  uint32_t layer, pass;
  uint64_t tiles;   /* of the whole result */
  uint32_t bytes;   /* of an element of the result where it is spilled: 4, or 3 (int24) */
  uint64_t second;  /* bus cycles of a second pass from memory that other passes must hide */
  uint8_t strategy; /* enum curta_strategy */
};

/* What a second pass from memory meets. hide: bus cycles that what follows leaves free for it; stall: cycles that what
 * follows waits for its first part. */
struct after {
  uint64_t hide, stall;
};

/* NITRO-D: the GEMMs of a layer: forward; learning layer forward, its input's delta, its gradient; gradient. */
enum nitro_pass { NITRO_FWD, NITRO_HEAD, NITRO_DELTA, NITRO_DW_HEAD, NITRO_DW, NITRO_PASSES };
struct nitro_job {
  struct gpass p;
  struct tiling tiling;
};

/* Results of a block that a software device has in its caches when the next command uses them: beside operands of int8;
 * beside weights and deltas of int32, their digits and their planes. */
#define CACHED_TILES 1024u
#define CACHED_WIDE 512u

struct planner {
  /* A software device (golden:host): one command after another, each on all threads, so that nothing hides behind
   * anything, a command is as large as it can be, and accumulator memory is memory. */
  bool in_order;
  struct curta_plan *plan;
  const struct curta_plan_request *req;
  struct curta_diag *diag;
  struct emit e;
  struct gemm g;
  struct nitro_job nitro[CURTA_MAX_WEIGHTED][NITRO_PASSES];
  struct job job[CURTA_MAX_WEIGHTED][3]; /* [weighted][enum curta_pass 0..2] */
  uint32_t spill[2], next_spill;         /* scratch for int32 tensors, used in turn */
  int16_t t_tmp[CURTA_MAX_WEIGHTED];
  uint32_t next_or;
  uint64_t brk;
};

/* shape.c */
int plan_shapes(struct planner *pl);
uint32_t plan_tiles(const struct planner *pl, uint32_t n);
/* job.c */
/* waits: its input gets its second pass while this runs. */
void job_forward(struct planner *pl, uint32_t w, struct job *job, bool waits);
void job_dx(struct planner *pl, uint32_t w, struct job *job);
void job_dw(struct planner *pl, uint32_t w, struct job *job);
/* strategy.c */
/* Chooses strategy and tiling. align: pooling window that blocks of a part must respect. */
bool job_choose(struct planner *pl, struct job *job, uint32_t align, struct after after);
/* Cycles that the first GEMMs wait for an input that gets its second pass from memory while they run. */
uint64_t job_wait(const struct job *job);
/* Bus cycles that the chosen GEMMs leave free. */
uint64_t job_slack(const struct job *job);
/* The results lie in the accumulator memory as in their tensor, from tile 0 on. */
bool job_kept_whole(const struct planner *pl, const struct job *job);
/* job_run.c */
/* Runs the GEMMs of a tensor and its second pass. spill: address for int32. */
void job_run(struct planner *pl, const struct job *job, const struct post *post, uint32_t s_shift, uint32_t spill);
/* Runs the GEMMs of a weight gradient and the update. grad: address for int32. */
void job_run_grad(struct planner *pl, const struct job *job, uint32_t grad);
uint32_t plan_or_reg(struct planner *pl);
/* post.c */
void post_part(struct planner *pl, const struct post *po, const struct source *src, const struct part *part,
               enum queue q);
void post_all(struct planner *pl, const struct post *po, uint32_t spill);
/* From the whole tensor in the accumulator memory, from tile 0 on, but for post_scatter_tmp. */
void post_kept(struct planner *pl, const struct post *po);
void post_scatter_tmp(struct planner *pl, const struct post *po);
/* bytes: 4, or 3 for int24 */
void post_drain(struct planner *pl, const struct gpass *p, const struct block *b, uint32_t p_base, uint32_t dst,
                uint32_t bytes);
/* update.c */
/* The gradient's shift from its OR, and the update where the gradient is in memory or was kept. */
void plan_update(struct planner *pl, const struct job *job, uint32_t or_reg);
/* Update from the accumulator memory. q: Q_COUNT is now. */
void update_block(struct planner *pl, const struct job *job, const struct block *b, uint32_t p_base, enum queue q);
/* step.c */
void plan_train(struct planner *pl);
void plan_eval(struct planner *pl);
/* nitro_plan.c */
int nitro_check(struct planner *pl);
int nitro_fuse(struct planner *pl, const struct curta_layer *l, uint32_t draw);
void nitro_geometry(struct planner *pl);
void nitro_map_weights(struct planner *pl);
void nitro_map_work(struct planner *pl);
/* nitro_place.c */
/* Places of the tensors from number `first` on, from `base` on. */
void nitro_place(struct planner *pl, uint32_t first, uint64_t base);
/* nitro_job.c */
int nitro_jobs(struct planner *pl);
/* nitro_step.c */
void nitro_train(struct planner *pl);
void nitro_eval(struct planner *pl);
/* plan.c */
#define PLAN_PAGE 4096u /* tensors begin at multiples of it */
static inline uint64_t plan_page(uint64_t addr)
{
  return (addr + PLAN_PAGE - 1) / PLAN_PAGE * PLAN_PAGE;
}
#define NO_LAYER CURTA_MAX_LAYERS
int16_t plan_add(struct planner *pl, uint32_t layer, const char *suffix, uint8_t kind, uint8_t elem,
                 const uint32_t d[4]);
int plan_fail(struct planner *pl, int err, const char *text, const char *what);
const struct curta_tensor *plan_tensor(const struct planner *pl, int t);
#endif
