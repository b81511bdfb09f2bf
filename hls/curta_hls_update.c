/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_update.c - UPDATE and REDUCE (docs/machine.md 5, 7) for high-level synthesis
 *
 * Gradient and weights of a tile are fetched side by side while the tile before is updated, four weights a cycle, or
 * two of int32.
 */
#include "curta_hls_int.h"
#include "curta_nitro.h"

enum { Lanes = 4 };

/* Division by a product: |n| / (2^s m) = (|n| >> s) factor >> t */
struct rate {
  uint32_t s, t, factor;
};

struct update {
  struct curta_hls_rounding how;
  uint32_t acc, src, aux, dst, idx, packed, master, decay, reduce, nitro, g_bytes, w_bytes, dst_bytes, mem_bytes;
  struct rate learning, decaying;
  int32_t frac, exponent;
};

/* Byte addresses of a tile in every stream; -1 where there is none. */
struct places {
  int64_t g, w, dst, idx;
};

/* S[r], S[r + 1] */
static struct rate rate_of(uint32_t shifts, uint32_t factor)
{
  struct rate r;
  r.s = shifts & 31u;
  r.t = 23 + (shifts >> 8 & 31u);
  r.factor = factor & 0xffffffu;
  return r;
}

static void decode(struct update *u, const uint32_t cmd[32], const uint32_t scale[CURTA_HLS_SCALES])
{
  u->how = curta_hls_how(cmd, scale);
  u->reduce = curta_cmd_get(cmd, CURTA_CMD_OPCODE) == CURTA_OP_REDUCE;
  u->acc = curta_cmd_get(cmd, CURTA_UPDATE_SRC_ACC);
  u->packed = !u->acc && curta_cmd_get(cmd, CURTA_UPDATE_SRC_TYPE) == CURTA_TYPE_INT24;
  u->master = curta_cmd_get(cmd, CURTA_UPDATE_MASTER);
  u->decay = curta_cmd_get(cmd, CURTA_UPDATE_DECAY);
  u->frac = (int32_t)curta_cmd_get(cmd, CURTA_UPDATE_FRAC);
  u->exponent = curta_s32(scale[CURTA_HLS_DECAY]);
  u->src = curta_cmd_get(cmd, CURTA_UPDATE_SRC);
  u->aux = curta_cmd_get(cmd, CURTA_UPDATE_AUX);
  u->dst = curta_cmd_get(cmd, CURTA_UPDATE_DST);
  u->idx = curta_cmd_get(cmd, CURTA_UPDATE_IDX);
  u->g_bytes = u->packed ? 3 * T * T : 4 * T * T;
  u->nitro = !u->reduce && curta_cmd_get(cmd, CURTA_UPDATE_NITRO);
  u->learning = rate_of(scale[CURTA_HLS_RATE], scale[CURTA_HLS_RATE_FACTOR]);
  u->decaying = rate_of(scale[CURTA_HLS_ETA], scale[CURTA_HLS_ETA_FACTOR]);
  u->w_bytes = u->reduce && !u->decay ? 0 : u->nitro ? 4 * T * T : u->master ? 2 * T * T : T * T;
  u->dst_bytes = u->nitro ? 4 * T * T : T * T;
  u->mem_bytes = scale[CURTA_HLS_MEM_BYTES];
}

static struct places places_of(const struct update *u, uint32_t n, uint32_t *bad)
{
  const uint32_t result = !u->reduce, master = result && u->master;
  struct places p;
  p.g = curta_hls_source(u->acc, u->src, n, u->mem_bytes);
  p.w = u->w_bytes ? curta_hls_address(u->aux, n, u->w_bytes, u->mem_bytes) : 0;
  p.dst = result ? curta_hls_address(u->dst, n, u->dst_bytes, u->mem_bytes) : 0;
  p.idx = master ? curta_hls_address(u->idx, n, 2 * T * T, u->mem_bytes) : 0;
  *bad |= p.g < 0 || p.w < 0 || p.dst < 0 || p.idx < 0;
  return p;
}

/* bytes[] := n bytes at byte address `at`, a word a cycle */
static void fetch(uint8_t bytes[4 * T * T], const uint64_t *from, const uint64_t acc[CURTA_HLS_P_WORDS],
                  uint32_t from_acc, int64_t at, uint32_t n)
{
  const uint64_t first = (uint64_t)at / 8;
  CURTA_HLS_LOOP("update_fetch")
update_fetch:
  for (uint32_t e = 0; e < n / 8; e++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=128
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    CURTA_HLS_PORT(from_acc ? acc : from)
    uint64_t word = from_acc ? acc[first + e] : from[first + e];
  update_fetch_bytes:
    for (uint32_t k = 0; k < 8; k++) {
#pragma HLS UNROLL
      bytes[8 * e + k] = (uint8_t)(word >> (8 * k));
    }
  }
  CURTA_HLS_DONE()
}

static int32_t int32_at(const uint8_t x[4 * T * T], uint32_t i)
{
  return curta_s32(x[4 * i] | (uint32_t)x[4 * i + 1] << 8 | (uint32_t)x[4 * i + 2] << 16 |
                   (uint32_t)x[4 * i + 3] << 24);
}

static int32_t gradient(const uint8_t g[4 * T * T], uint32_t i, uint32_t packed)
{
  if (packed) /* int24: a plane of high bytes, then one of low halves */
    return (int8_t)g[i] * 65536 + (int32_t)(g[T * T + 2 * i] | (uint32_t)g[T * T + 2 * i + 1] << 8);
  return int32_at(g, i);
}

/* int16 master weight, or the int8 weight itself */
static int16_t weight(const uint8_t w[4 * T * T], uint32_t i, uint32_t master)
{
  return master ? (int16_t)(uint16_t)(w[2 * i] | (uint32_t)w[2 * i + 1] << 8) : (int8_t)w[i];
}

/* One weight: wf := the new master weight, returns the new int8 weight; *or collects v(G') */
static int8_t lane(int16_t *wf, int32_t g, int16_t old, const struct update *u, uint32_t element, uint32_t *magnitude)
{
  int8_t w = u->master ? curta_round_psto(old, u->frac) : (int8_t)old;
  int32_t decayed = u->decay ? curta_decay(g, w, u->exponent) : g;
  int8_t step = curta_hls_round(decayed, &u->how, element);
  *magnitude |= curta_mag(decayed);
  *wf = u->master ? curta_update_master(old, step, u->frac) : 0;
  return u->master ? curta_round_psto(*wf, u->frac) : curta_update(w, step);
}

/* The tile whose streams are at p; n: its number. Returns the OR of magnitudes. */
static uint32_t apply(uint64_t *dst, uint64_t *idx, const uint8_t g[4 * T * T], const uint8_t w[4 * T * T],
                      const struct update *u, const struct places *p, uint32_t n, uint32_t run)
{
  const uint64_t first = (uint64_t)p->dst / 8, first_master = (uint64_t)p->idx / 8;
  uint32_t magnitude = 0;
  uint64_t out = 0;
  CURTA_HLS_LOOP("apply")
apply:
  for (uint32_t e = 0; e < (run ? T * T / Lanes : 0); e++) {
#pragma HLS LOOP_TRIPCOUNT min=16 max=64
#pragma HLS PIPELINE II=1
    uint64_t masters = 0;
    CURTA_HLS_ITERATION()
  apply_lanes:
    for (uint32_t k = 0; k < Lanes; k++) {
#pragma HLS UNROLL
      uint32_t i = Lanes * e + k, byte = i % 8;
      int16_t wf;
      int16_t old = u->w_bytes ? weight(w, i, u->master) : (int16_t)0;
      int8_t y = lane(&wf, gradient(g, i, u->packed), old, u, n * (T * T) + i, &magnitude);
      out = (byte ? out : 0) | (uint64_t)(uint8_t)y << (8 * byte);
      masters |= (uint64_t)(uint16_t)wf << (16 * k);
    }
    if (!u->reduce && u->master) {
      CURTA_HLS_PORT(idx)
      idx[first_master + e] = masters;
    }
    if (!u->reduce && e % 2 == 1) {
      CURTA_HLS_PORT(dst)
      dst[first + e / 2] = out;
    }
  }
  CURTA_HLS_DONE()
  return magnitude;
}

static int32_t quotient(int32_t x, const struct rate *r)
{
  const uint32_t q = (uint32_t)((uint64_t)((curta_abs(x) >> r->s) & 0xffffffu) * r->factor >> r->t);
  return curta_s32(x < 0 ? 0u - q : q);
}

/* The same of int32 weights: W := W - G / rate - W / decay (IntegerSGD). Returns the OR of their widths. */
static uint32_t sgd(uint64_t *dst, const uint8_t g[4 * T * T], const uint8_t w[4 * T * T], const struct update *u,
                    const struct places *p, uint32_t run)
{
  const uint64_t first = (uint64_t)p->dst / 8;
  uint32_t width = 0;
  CURTA_HLS_LOOP("sgd")
sgd:
  for (uint32_t e = 0; e < (run ? Sum_words : 0); e++) {
#pragma HLS LOOP_TRIPCOUNT min=32 max=128
#pragma HLS PIPELINE II=1
    uint64_t out = 0;
    CURTA_HLS_ITERATION()
  sgd_lanes:
    for (uint32_t k = 0; k < 2; k++) {
#pragma HLS UNROLL
      const int32_t old = int32_at(w, 2 * e + k), step = quotient(gradient(g, 2 * e + k, u->packed), &u->learning);
      const int32_t y = curta_nitro_weight(curta_nitro_weight(old, step), quotient(old, &u->decaying));
      width |= y < 0 ? ~(uint32_t)y : (uint32_t)y;
      out |= (uint64_t)(uint32_t)y << (32 * k);
    }
    CURTA_HLS_PORT(dst)
    dst[first + e] = out;
  }
  CURTA_HLS_DONE()
  return width;
}

#ifdef CURTA_HLS_BAMBU
#pragma HLS interface port=src mode=m_axi offset=direct bundle=gmem_src
#pragma HLS interface port=aux mode=m_axi offset=direct bundle=gmem_aux
#pragma HLS interface port=dst mode=m_axi offset=direct bundle=gmem_dst
#pragma HLS interface port=idx mode=m_axi offset=direct bundle=gmem_idx
#pragma HLS interface port=cmd mode=m_axi offset=direct bundle=gmem_cmd
#pragma HLS interface port=scale mode=m_axi offset=direct bundle=gmem_scale
#pragma HLS interface port=result mode=m_axi offset=direct bundle=gmem_result
#endif
void CURTA_HLS_TOP(update)(const uint64_t *src, const uint64_t acc[CURTA_HLS_P_WORDS], const uint64_t *aux,
                           uint64_t *dst, uint64_t *idx, const uint32_t cmd[32], const uint32_t scale[CURTA_HLS_SCALES],
                           uint32_t result[CURTA_HLS_RESULTS])
{
#ifndef CURTA_HLS_BAMBU
#pragma HLS INTERFACE mode=m_axi port=src bundle=gmem_src offset=slave depth=8192
#pragma HLS INTERFACE mode=ap_memory port=acc
#pragma HLS INTERFACE mode=m_axi port=aux bundle=gmem_aux offset=slave depth=8192
#pragma HLS INTERFACE mode=m_axi port=dst bundle=gmem_dst offset=slave depth=8192
#pragma HLS INTERFACE mode=m_axi port=idx bundle=gmem_idx offset=slave depth=8192
#pragma HLS INTERFACE mode=s_axilite port=cmd
#pragma HLS INTERFACE mode=s_axilite port=scale
#pragma HLS INTERFACE mode=s_axilite port=result
#pragma HLS INTERFACE mode=s_axilite port=return
#endif
  uint8_t g0[4 * T * T], g1[4 * T * T], w0[4 * T * T], w1[4 * T * T];
#pragma HLS ARRAY_PARTITION variable=g0 type=cyclic factor=16
#pragma HLS ARRAY_PARTITION variable=g1 type=cyclic factor=16
#pragma HLS ARRAY_PARTITION variable=w0 type=cyclic factor=8
#pragma HLS ARRAY_PARTITION variable=w1 type=cyclic factor=8
  struct update u;
  struct places p = {0, 0, 0, 0}, last = p;
  uint32_t magnitude = 0, width = 0, bad = 0, n = curta_cmd_get(cmd, CURTA_UPDATE_N);
  decode(&u, cmd, scale);
tiles:
  for (uint64_t k = 0; k <= n && !bad; k++) {
#pragma HLS LOOP_TRIPCOUNT min=2 max=4097
    uint32_t g_bytes = k < n ? u.g_bytes : 0, w_bytes = k < n ? u.w_bytes : 0;
    if (k < n)
      p = places_of(&u, (uint32_t)k, &bad);
    if (bad)
      g_bytes = w_bytes = 0;
    CURTA_HLS_FORK()
    if (k % 2 == 0) {
      fetch(g0, src, acc, u.acc, p.g, g_bytes);
      CURTA_HLS_BESIDE()
      fetch(w0, aux, acc, 0, p.w, w_bytes);
      CURTA_HLS_BESIDE()
      if (u.nitro)
        width |= sgd(dst, g1, w1, &u, &last, k > 0);
      else
        magnitude |= apply(dst, idx, g1, w1, &u, &last, (uint32_t)k - 1, k > 0);
    } else {
      fetch(g1, src, acc, u.acc, p.g, g_bytes);
      CURTA_HLS_BESIDE()
      fetch(w1, aux, acc, 0, p.w, w_bytes);
      CURTA_HLS_BESIDE()
      if (u.nitro)
        width |= sgd(dst, g0, w0, &u, &last, k > 0);
      else
        magnitude |= apply(dst, idx, g0, w0, &u, &last, (uint32_t)k - 1, k > 0);
    }
    CURTA_HLS_MEET()
    last = p;
  }
  result[CURTA_HLS_OR] = magnitude;
  result[CURTA_HLS_ERROR] = bad ? CURTA_ERR_RANGE : 0;
  result[CURTA_HLS_FLAGS] = width >> (CURTA_WEIGHT_BITS - 1) ? CURTA_NITRO_WEIGHT : 0;
}
