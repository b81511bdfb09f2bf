/* SPDX-License-Identifier: Apache-2.0
 * gemm.h - one pass of one layer as blocks of GEMM commands
 *
 * A pass has visits (g0, g1, vy, vx) and a contraction (ky, kx, kc), all in tiles or pixels. Each operand i is a tiled
 * tensor with four indices: lanes (g_i), y, x, contraction (kc), where y = av[0] vy + bk[0] ky + c[0]   and is inside
 * [0, u[0]);   x likewise with [1]. The operand `win` is the one whose y, x may fall outside (padding): it gives the
 * window law. With `gather` operand 1 is loaded as lists of what is not 0; ky, kx count windows of positions of operand
 * 0.
 */
#ifndef CURTA_GEMM_H
#define CURTA_GEMM_H
#include "emit.h"

enum dim { D_LANE, D_Y, D_X, D_K, DIMS };

struct operand {
  uint32_t addr;         /* device address */
  uint32_t stride[DIMS]; /* tiles */
  int32_t av[2], bk[2], c[2], u[2];
  uint32_t ext[2]; /* further positions of each contraction index: windows (gather) */
  uint8_t second;  /* lanes are the second index inside a tile (T) */
};

struct gather {
  bool on;
  uint8_t log2[2];  /* rows and columns of a window */
  uint32_t places;  /* device address of the index bytes */
  uint32_t room;    /* tiles of a list for every tile of deltas, at most */
  uint32_t per_row; /* expected rows of a list for every row of a tile, in 1/256 */
};

struct gpass {
  struct operand op[2];
  uint32_t ng[2], nv[2], nk[3];
  uint32_t klast; /* elements of the last kc tile */
  uint8_t win;
  uint32_t tag;
  uint32_t out_stride[4]; /* result tensor in tiles: g0, g1, vy, vx */
  uint32_t out_base;      /* tiles */
  uint8_t digits;         /* of operand 1, int32 in memory (NITRO-D); 0: it is int8 */
  uint8_t guard;          /* sums beyond int32 set a flag */
  struct gather gather;
  uint32_t wait; /* cycles that the first block waits for every tile of operand 0 that it reads */
};

struct range {
  uint32_t lo, n;
};

/* A range of n cut into parts of `size`, the last of what is left: how many, and part i. */
static inline uint32_t range_parts(uint32_t n, uint32_t size)
{
  return (n + size - 1) / size;
}

static inline struct range range_part(uint32_t n, uint32_t size, uint32_t i)
{
  uint32_t lo = i * size;
  return (struct range){lo, size < n - lo ? size : n - lo};
}

/* Index i of mixed radix: takes the digit of radix `radix` off. */
static inline uint32_t take_digit(uint32_t *i, uint32_t radix)
{
  uint32_t d = *i % radix;
  *i /= radix;
  return d;
}

struct block {
  struct range g[2], v[2];
};

/* Sizes of a block and of a chunk of its contraction. outer: which operand's blocks are the outer loop. */
struct tiling {
  uint32_t g[2], v[2], k[3];
  uint8_t outer;
  uint64_t cycles; /* estimate: max(array, bus) of the GEMMs and LOADs */
  uint64_t array, bus;
  uint64_t wait; /* for operand 0, see gpass; not in cycles */
};

/* How the results of a block leave. bytes: for memory per result element, read and written; runs: a command for every
 * run of consecutive tiles (block_runs), else one command for the block; align: v sizes are multiples of it (or the
 * whole range). */
struct leaving {
  uint32_t bytes, align;
  bool runs;
};

/* Best tiling. p_max: accumulator tiles of a block. false: nothing fits. */
bool tiling_choose(const struct gpass *p, const struct curta_hw *hw, uint32_t p_max, const struct leaving *out,
                   struct tiling *best);

/* What an operand buffer holds: a ring of loaded pieces. */
#define PIECES 64
struct piece {
  uint32_t addr;
  struct range d[DIMS];
  uint32_t digit;  /* of wide tiles */
  int32_t list[3]; /* of lists: strides of operand 0 (k, y, x), which they name */
  uint32_t off, len;
};
struct buffer {
  struct piece piece[PIECES];
  uint32_t n, pos, size;
};

struct gemm {
  struct emit *e;
  struct buffer buf[2];
  uint32_t p_pos; /* next free tile of the accumulator memory, a ring */
};

void gemm_start(struct gemm *g, struct emit *e);
/* Forgets what the buffers hold (memory changes between passes). */
void gemm_forget(struct gemm *g);
/* Number of blocks, and block i in the tiling's order. */
uint32_t block_count(const struct gpass *p, const struct tiling *t);
void block_get(const struct gpass *p, const struct tiling *t, uint32_t i, struct block *b);
/* Tiles of a block's results. */
uint32_t block_tiles(const struct block *b);
/* P strides of a block: dense in the order of the result tensor. */
void block_strides(const struct gpass *p, const struct block *b, uint32_t stride[4]);
/* Where a block's results lie in the accumulator memory: within `tiles` from `base` on. */
struct place {
  uint32_t base, tiles, stride[4];
};
/* Dense from `base` on; or like the result tensor, which begins at `base`. */
struct place block_place(const struct gpass *p, const struct block *b, uint32_t base);
struct place tensor_place(const struct gpass *p, const struct block *b, uint32_t base);
/* Results that lie one after another in the result tensor as in the accumulator memory: runs of `len` tiles; returns
 * their number. */
uint32_t block_runs(const struct gpass *p, const struct block *b, uint32_t *len);
/* Place of run i: tile in the result tensor. */
uint32_t block_run(const struct gpass *p, const struct block *b, uint32_t i);
/* Room for a block in the accumulator memory. */
uint32_t gemm_alloc(struct gemm *g, uint32_t tiles);
/* LOADs and GEMMs of one block. or_reg < 0: no OR; keep: OR into what is there. */
void gemm_block(struct gemm *g, const struct gpass *p, const struct tiling *t, const struct block *b,
                const struct place *at, int or_reg, bool keep);
/* Sorts indices by falling stride; order[0] is the outermost. */
void order_by_stride(const uint32_t stride[4], const uint32_t count[4], uint32_t order[4]);
#endif
