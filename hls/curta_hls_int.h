/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_int.h - inside the kernels: sizes, bytes of a word, and marks for the cycle-annotated model
 */
#ifndef CURTA_HLS_INT_H
#define CURTA_HLS_INT_H
#include "curta_hls.h"

enum {
  T = CURTA_HLS_T,
  R = CURTA_HLS_R,
  C = CURTA_HLS_C,
  V = CURTA_HLS_V,
  D = CURTA_HLS_DIGIT,    /* bits of an element of buffer B */
  Tile_words = T * T / 8, /* of an int8 tile */
  Sum_words = T * T / 2   /* of an int32 tile */
};

/* The marks say what an iteration of a pipelined loop uses; only tests/hls/cycles.c compiles them in. */
#ifdef CURTA_HLS_TRACE
#include CURTA_HLS_TRACE
#else
#define CURTA_HLS_LOOP(name)
#define CURTA_HLS_ITERATION()
#define CURTA_HLS_PORT(port)
#define CURTA_HLS_READ(ram, address)
#define CURTA_HLS_WRITE(ram, address)
#define CURTA_HLS_DONE()
#define CURTA_HLS_FORK()
#define CURTA_HLS_BESIDE()
#define CURTA_HLS_MEET()
#endif

static inline uint32_t curta_hls_min(uint32_t x, uint32_t y)
{
  return x < y ? x : y;
}
static inline int8_t curta_hls_int8(uint64_t word, uint32_t k)
{
  return (int8_t)(uint8_t)(word >> (8 * k));
}
/* Element k of the words at one place of buffer B: 8 low bytes, and bits 8..23 of each half of these */
static inline int32_t curta_hls_digit(uint64_t low, const uint64_t up[2], uint32_t k)
{
  return (int32_t)(int16_t)(uint16_t)(up[k / 4] >> (16 * (k % 4))) * 256 + (int32_t)(low >> (8 * k) & 0xff);
}
static inline int32_t curta_hls_int32(uint64_t word, uint32_t k)
{
  return curta_s32((uint32_t)(word >> (32 * k)));
}

/* Byte address of a tile (number modulo 2^32), exact; -1 outside [0, limit). */
static inline int64_t curta_hls_address(uint32_t base, uint32_t tile, uint32_t bytes, uint32_t limit)
{
  int64_t at = (int64_t)base + (int64_t)curta_s32(tile) * (int64_t)bytes;
  return at < 0 || at + (int64_t)bytes > (int64_t)limit ? -1 : at;
}

/* The same of an int32 tile of the memory, or of the accumulator store, whose tiles are numbered. */
static inline int64_t curta_hls_source(uint32_t acc, uint32_t base, uint32_t tile, uint32_t mem_bytes)
{
  const uint32_t number = base + tile;
  if (acc)
    return number < CURTA_HLS_P_TILES ? (int64_t)number * (4 * T * T) : -1;
  return curta_hls_address(base, tile, 4 * T * T, mem_bytes);
}

/* The loops of LOAD and MAP: i0 runs fastest; tile numbers modulo 2^32. */
struct curta_hls_walk {
  uint32_t n[4], s[4], d[4], i[4], src, dst;
};

/* s1, d1: strides of loops 1..3 */
static inline void curta_hls_walk_start(struct curta_hls_walk *k, const uint32_t s1[3], const uint32_t d1[3])
{
walk_start:
  for (uint32_t j = 0; j < 4; j++) {
#pragma HLS UNROLL
    k->s[j] = j ? s1[j - 1] : 1;
    k->d[j] = j ? d1[j - 1] : 1;
    k->i[j] = 0;
  }
  k->src = k->dst = 0;
}

static inline void curta_hls_walk_next(struct curta_hls_walk *k)
{
  uint32_t carry = 1;
walk_next:
  for (uint32_t j = 0; j < 4; j++) {
#pragma HLS UNROLL
    uint32_t wraps = k->i[j] + 1 == k->n[j];
    if (carry && wraps) {
      k->src -= k->s[j] * k->i[j];
      k->dst -= k->d[j] * k->i[j];
      k->i[j] = 0;
    } else if (carry) {
      k->src += k->s[j];
      k->dst += k->d[j];
      k->i[j]++;
    }
    carry = carry && wraps;
  }
}

/* Rounding of a command: fields ROUND, WRAP, TENSOR, ORIGIN are in the same places of every vector command. */
struct curta_hls_rounding {
  int32_t shift;
  enum curta_round mode;
  int32_t wrap;
  uint32_t seed, tensor, origin;
};

static inline struct curta_hls_rounding curta_hls_how(const uint32_t cmd[32], const uint32_t scale[CURTA_HLS_SCALES])
{
  struct curta_hls_rounding h;
  h.shift = curta_s32(scale[CURTA_HLS_SHIFT]);
  h.mode = (enum curta_round)curta_cmd_get(cmd, CURTA_MAP_ROUND);
  h.wrap = (int32_t)curta_cmd_get(cmd, CURTA_MAP_WRAP);
  h.seed = scale[CURTA_HLS_SEED];
  h.tensor = curta_cmd_get(cmd, CURTA_MAP_TENSOR) + scale[CURTA_HLS_STEP];
  h.origin = curta_cmd_get(cmd, CURTA_MAP_ORIGIN);
  return h;
}

static inline int8_t curta_hls_round(int32_t x, const struct curta_hls_rounding *h, uint32_t element)
{
  uint32_t draw = h->mode == CURTA_ROUND_STOCHASTIC ? curta_rand(h->seed, h->tensor, h->origin + element) : 0;
  return curta_requant(x, h->shift, h->mode, (int)h->wrap, draw);
}
#endif
