/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_int.h - inside the golden device: its state and the functions that its files share
 */
#ifndef CURTA_GOLDEN_INT_H
#define CURTA_GOLDEN_INT_H
#include <string.h>
#include "curta_golden.h"
#include "curta_num.h"
#include "curta_spec.h"

#if __BYTE_ORDER__ != __ORDER_LITTLE_ENDIAN__
#error "the golden device uses its little-endian memory image in place"
#endif

/* Field numbers of FLAGS as a mask. */
#define CURTA_FLAG(name) (1u << CURTA_FLAG_##name)

struct curta_pool;
struct curta_kernels;
struct curta_wide;
struct curta_list;
struct curta_winograd;

/* Packed tiles of one operand buffer in one mode, as the kernels read them (curta_golden_gemm.c). */
struct curta_packed {
  uint8_t *data;   /* [tiles] */
  uint8_t *fresh;  /* [tiles]: data holds what the buffer holds */
  uint32_t bytes;  /* of a tile */
  uint32_t lo, hi; /* tiles outside [lo, hi) are fresh */
};

struct curta_golden {
  struct curta_config conf;
  uint32_t t, t2; /* side and elements of a tile */
  uint8_t *mem;   /* mem_bytes */
  uint64_t mem_bytes;
  uint32_t tiles[2];                /* of the operand buffers A, B */
  int8_t *buf[2];                   /* [tiles][T][T] */
  struct curta_packed packed[2][2]; /* [buffer][mode] */
  int mode[2];                      /* in which the last GEMM read a buffer */
  int32_t *acc;                     /* [P_TILES][T][T] */
  struct curta_wide *wide;          /* digits and guard bits (curta_golden_wide.c) */
  struct curta_list *list;          /* of what is not 0 (curta_golden_list.c) */
  struct curta_winograd *winograd;  /* transformed tiles (curta_golden_winograd.c); null: not in use */
  uint32_t s[CURTA_SCALARS];        /* scale registers */
  struct curta_pool *pool;
  const struct curta_kernels *k;

  /* registers */
  uint32_t error, error_index, error_info, irq_enable, irq_status, mem_size, cookie, retired;
  uint32_t ring_base, ring_log2, head, tail, flags;
  uint64_t rd_bytes, wr_bytes, snapshot[CURTA_CNT_COUNT];

  /* command processor */
  uint32_t index;                           /* of the next command */
  uint32_t issued[4];                       /* per engine since the last fence point */
  uint32_t call_addr, call_pos, call_count; /* call_count 0: fetching from the ring */

  /* the command that executes */
  uint32_t info;  /* ERROR_INFO, if it fails */
  uint32_t check; /* sum over what it wrote, only while somebody listens */
  void (*retire_fn)(void *user, const struct curta_retire *record);
  void *retire_user;

  /* Another implementation of some engine commands (hls/): CURTA_ERR_* as below, or -1: not one of its own. Null: none.
   */
  int (*engine)(struct curta_golden *g, const uint32_t *cmd);
  void *engine_user;
};

/* Executes one command: 0 or CURTA_ERR_* with g->info set. The command has passed curta_golden_check. */
int curta_golden_load(struct curta_golden *g, const uint32_t *cmd);
int curta_golden_gemm(struct curta_golden *g, const uint32_t *cmd);
int curta_golden_map(struct curta_golden *g, const uint32_t *cmd);
int curta_golden_scatter(struct curta_golden *g, const uint32_t *cmd);
int curta_golden_fill(struct curta_golden *g, const uint32_t *cmd);
int curta_golden_update(struct curta_golden *g, const uint32_t *cmd);
int curta_golden_reduce(struct curta_golden *g, const uint32_t *cmd);
int curta_golden_loss(struct curta_golden *g, const uint32_t *cmd);
int curta_golden_scalar(struct curta_golden *g, const uint32_t *cmd);

/* LOAD is about to replace tiles [lo, hi) of a buffer; and replaces one. */
void curta_golden_loading(struct curta_golden *g, uint32_t buf, uint32_t lo, uint64_t hi);
void curta_golden_put(struct curta_golden *g, uint32_t buf, uint32_t tile, const int8_t *from);
/* Nothing that was made of tiles [lo, hi) of a buffer counts any more. */
void curta_winograd_forget(struct curta_golden *g, uint32_t buf, uint32_t lo, uint32_t hi);
/* The packed tiles of a buffer, all up to date. */
const struct curta_packed *curta_golden_packed(struct curta_golden *g, int buf, int mode);

/* The static checks OPCODE, RESERVED, FIELD, ALIGN, DEPEND, in this order. */
int curta_golden_check(struct curta_golden *g, const uint32_t *cmd);
/* The lowest word that asks for a mode of NITRO-D, or CURTA_CMD_WORDS. */
uint32_t curta_golden_mode(const uint32_t *cmd);
/* Table entry of an opcode, or null. */
const struct curta_op_info *curta_golden_op(uint32_t opcode);

/* Executes one checked command of any kind: 0 or CURTA_ERR_*. */
int curta_golden_execute(struct curta_golden *g, const uint32_t *cmd);

/* Executes the next command. 0, or -EAGAIN when there is none (ring empty or stopped). */
int curta_golden_step(struct curta_golden *g);

/* What a share of a command's items did: it is added to the device when all shares have ended. */
struct curta_outcome {
  int err;
  uint32_t info, check, magnitude; /* info: ERROR_INFO; magnitude: OR */
  uint32_t flags;                  /* of the FLAGS register */
  uint64_t rd, wr;                 /* bytes of memory */
};
#define CURTA_IN_ORDER UINT64_MAX

/* Runs fn over items [0, n) in shares of at least `grain` (CURTA_IN_ORDER: one share) on the threads of the pool. The
 * error that counts is that of the first share, so that the first in program order is reported if fn stops at its own
 * first. Returns it, after adding check and traffic to the device and storing the OR in *magnitude if that is not null.
 */
int curta_golden_share(struct curta_golden *g, uint64_t n, uint64_t grain,
                       void (*fn)(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out), void *arg,
                       uint32_t *magnitude);

/* Adds n 32-bit words at word address `a` to the check sum of a command. */
uint32_t curta_golden_sum(uint32_t check, uint32_t a, const void *words, uint32_t n);

/* S[reg] := value, with its part of the check sum. */
static inline void curta_golden_set(struct curta_golden *g, uint32_t reg, uint32_t value)
{
  g->s[reg] = value;
  g->check += value * (2u * reg + 1u);
}

/* Address of tile number `tile` (signed, modulo 2^32) of `bytes` each, counted from base: exact, it may leave 32 bits.
 */
static inline int64_t curta_golden_tile(uint32_t base, uint32_t tile, uint32_t bytes)
{
  return (int64_t)base + (int64_t)curta_s32(tile) * (int64_t)bytes;
}

/* Memory [addr, addr + bytes), or null: RANGE outside MEM_SIZE, BUS where MEM_SIZE promises more than there is. */
static inline void *curta_golden_at(const struct curta_golden *g, int64_t addr, uint32_t bytes, int *err)
{
  uint64_t end = (uint64_t)addr + bytes;
  if (addr < 0) {
    *err = CURTA_ERR_RANGE;
    return 0;
  }
  if (end <= g->mem_size && end <= g->mem_bytes)
    return g->mem + addr;
  *err = end <= g->mem_size ? CURTA_ERR_BUS : CURTA_ERR_RANGE;
  return 0;
}

/* Rounding of one command: fields ROUND, WRAP, SHIFT_REG, SEED_REG, TENSOR, ORIGIN (same places in every command). */
struct curta_rounding {
  int32_t shift;
  enum curta_round mode;
  int wrap;
  uint32_t seed, tensor;
};
struct curta_rounding curta_golden_rounding(const struct curta_golden *g, const uint32_t *cmd);

/* y[i] = requant(x[i]), stochastic draws from index + i. n is a multiple of 8. */
void curta_golden_requant(const struct curta_golden *g, int8_t *y, const int32_t *x, uint32_t n,
                          const struct curta_rounding *how, uint32_t index);

/* The loops of LOAD, MAP, SCATTER and FILL: items in order, tile numbers modulo 2^32. */
struct curta_walk {
  uint32_t n[4], s[4], d[4], i[4];
  uint32_t src, dst;
};
static inline void curta_walk_next(struct curta_walk *w)
{
  for (int k = 0; k < 4; k++) {
    if (++w->i[k] < w->n[k]) {
      w->src += w->s[k];
      w->dst += w->d[k];
      return;
    }
    w->i[k] = 0;
    w->src -= w->s[k] * (w->n[k] - 1);
    w->dst -= w->d[k] * (w->n[k] - 1);
  }
}
static inline uint64_t curta_walk_items(const struct curta_walk *w)
{
  return (uint64_t)w->n[0] * w->n[1] * w->n[2] * w->n[3];
}
/* Moves a walk from its start to item number `item`. */
void curta_walk_seek(struct curta_walk *w, uint64_t item);

/* Bytes [lo, hi) that a stream of a command touches; may leave 32 bits. */
struct curta_hull {
  int64_t lo, hi;
};
static inline int curta_hulls_meet(struct curta_hull a, struct curta_hull b)
{
  return a.lo < b.hi && b.lo < a.hi;
}
/* The tiles base + sum i_k stride_k of `bytes` each, i_k < n_k, over `dims` loops. */
struct curta_hull curta_hull_of(uint32_t base, const uint32_t *n, const uint32_t *stride, uint32_t dims,
                                uint32_t bytes);
/* No two index tuples name the same tile (sufficient, not necessary). */
int curta_tiles_apart(const uint32_t *n, const uint32_t *stride, uint32_t dims);
#endif
