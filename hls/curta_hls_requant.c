/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_requant.c - MAP from int32 (docs/machine.md 5, 7) for high-level synthesis: to int8 by shift and round or
 * by division, ReLU or NITRO-ReLU, mask, edges; to int32 the backward pass of NITRO-ReLU
 *
 * A tile is fetched into x0 while the one before leaves from x1: two elements a cycle in, two rounded, eight bytes
 * every fourth cycle out (of int32 every cycle).
 */
#include "curta_hls_int.h"
#include "curta_nitro.h"

struct map {
  struct curta_hls_rounding how;
  uint32_t acc, src, aux, dst, idx, relu, masked, zs, back, mem_bytes; /* back: 0, or ACT 2, 3 */
  uint32_t div, div_s, div_t, div_m, act, mean, clast, nlast;
  int32_t slope; /* NITRO-ReLU: 2^slope, a negative number */
};

/* Where a tile goes: its byte addresses, the first stochastic draw, columns and rows that are kept. `run` 0: there is
 * none. */
struct leave {
  int64_t dst, aux, idx;
  uint32_t element, columns, rows, run;
};

static void decode(struct map *m, struct curta_hls_walk *k, const uint32_t cmd[32],
                   const uint32_t scale[CURTA_HLS_SCALES])
{
  k->n[0] = curta_cmd_get(cmd, CURTA_MAP_N0);
  k->n[1] = curta_cmd_get(cmd, CURTA_MAP_N1);
  k->n[2] = curta_cmd_get(cmd, CURTA_MAP_N2);
  k->n[3] = curta_cmd_get(cmd, CURTA_MAP_N3);
  curta_hls_walk_start(k, &cmd[10], &cmd[13]);
  m->how = curta_hls_how(cmd, scale);
  m->acc = curta_cmd_get(cmd, CURTA_MAP_SRC_ACC);
  m->src = curta_cmd_get(cmd, CURTA_MAP_SRC);
  m->aux = curta_cmd_get(cmd, CURTA_MAP_AUX);
  m->dst = curta_cmd_get(cmd, CURTA_MAP_DST);
  m->idx = curta_cmd_get(cmd, CURTA_MAP_IDX);
  m->relu = curta_cmd_get(cmd, CURTA_MAP_RELU);
  m->masked = curta_cmd_get(cmd, CURTA_MAP_MASK);
  m->zs = curta_cmd_get(cmd, CURTA_MAP_ZS);
  m->div = curta_cmd_get(cmd, CURTA_MAP_DIV);
  m->div_s = curta_cmd_get(cmd, CURTA_MAP_DIV_S);
  m->div_t = 23 + curta_cmd_get(cmd, CURTA_MAP_DIV_T);
  m->div_m = curta_cmd_get(cmd, CURTA_MAP_DIV_M);
  m->act = curta_cmd_get(cmd, CURTA_MAP_ACT);
  m->back = m->act >= CURTA_ACT_BACK_ZS ? m->act : 0;
  m->slope = -2 - (int32_t)curta_cmd_get(cmd, CURTA_MAP_SLOPE);
  m->mean = curta_cmd_get(cmd, CURTA_MAP_MEAN);
  m->clast = curta_cmd_get(cmd, CURTA_MAP_CLAST);
  m->nlast = curta_cmd_get(cmd, CURTA_MAP_NLAST);
  m->mem_bytes = scale[CURTA_HLS_MEM_BYTES];
}

/* x := the source tile at byte address `at` of the memory or of the accumulator store; nothing where at < 0 */
static void fetch(int32_t x[T * T], const uint64_t *src, const uint64_t acc[CURTA_HLS_P_WORDS], uint32_t from_acc,
                  int64_t at)
{
  const uint64_t first = (uint64_t)at / 8;
  CURTA_HLS_LOOP("requant_fetch")
requant_fetch:
  for (uint32_t e = 0; e < (at < 0 ? 0 : Sum_words); e++) {
#pragma HLS LOOP_TRIPCOUNT min=32 max=128
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    CURTA_HLS_PORT(from_acc ? acc : src)
    uint64_t word = from_acc ? acc[first + e] : src[first + e];
    x[2 * e] = curta_hls_int32(word, 0);
    x[2 * e + 1] = curta_hls_int32(word, 1);
  }
  CURTA_HLS_DONE()
}

/* trunc(x / (2^S m)), clipped to +-127, by a product: exact where machine.md 7 says so */
static int8_t quotient(int32_t x, const struct map *m)
{
  const uint32_t u = curta_abs(x) >> m->div_s;
  const uint64_t q = (uint64_t)u * m->div_m >> m->div_t;
  const int32_t clipped = u >= 1u << 24 || q > 127 ? 127 : (int32_t)q;
  return (int8_t)(x < 0 ? -clipped : clipped);
}

/* The int8 with the low bits of x. */
static int8_t low_byte(int32_t x)
{
  return (int8_t)(uint8_t)((uint32_t)x & 0xff);
}

/* *v: the value before the activation */
static int8_t lane(int8_t *v, int32_t x, const struct map *m, uint32_t element)
{
  const int8_t y = m->div ? quotient(x, m) : curta_hls_round(x, &m->how, element);
  *v = y;
  if (m->act == CURTA_ACT_NITRO)
    return low_byte((y < 0 ? curta_scale2(y, m->slope) : y) - (int32_t)m->mean);
  return m->relu && y < 0 ? 0 : y;
}

/* The destination tile := the tile x */
static void convert(uint64_t *dst, uint64_t *idx, const uint64_t *mask, const int32_t x[T * T], const struct map *m,
                    const struct leave *to)
{
  const uint64_t first = (uint64_t)to->dst / 8, first_mask = (uint64_t)to->aux / 8, first_idx = (uint64_t)to->idx / 8;
  uint64_t out = 0, keep = 0, before = 0;
  CURTA_HLS_LOOP("convert")
convert:
  for (uint32_t e = 0; e < (to->run ? Sum_words : 0); e++) {
#pragma HLS LOOP_TRIPCOUNT min=32 max=128
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    if (m->masked && e % 4 == 0) {
      CURTA_HLS_PORT(mask)
      keep = mask[first_mask + e / 4];
    }
  convert_lanes:
    for (uint32_t k = 0; k < 2; k++) {
#pragma HLS UNROLL
      uint32_t byte = 2 * (e % 4) + k;
      int8_t v, y = lane(&v, x[2 * e + k], m, to->element + 2 * e + k);
      if (m->masked && curta_hls_int8(keep, byte) <= 0)
        y = 0;
      if ((2 * e + k) % T >= to->columns || (2 * e + k) / T >= to->rows)
        y = 0;
      out = (byte ? out : 0) | (uint64_t)(uint8_t)y << (8 * byte);
      before = (byte ? before : 0) | (uint64_t)(uint8_t)v << (8 * byte);
    }
    if (e % 4 == 3) {
      CURTA_HLS_PORT(dst)
      dst[first + e / 4] = out;
    }
    if (e % 4 == 3 && m->zs) {
      CURTA_HLS_PORT(idx)
      idx[first_idx + e / 4] = before;
    }
  }
  CURTA_HLS_DONE()
}

/* Class of a value before NITRO-ReLU: of zs, or as the index byte has it. */
static uint32_t class_of(int8_t byte, uint32_t back)
{
  return back == CURTA_ACT_BACK_CLASS ? (uint32_t)(uint8_t)byte >> 6 : byte == 127 ? 2 : byte < 0;
}

/* dz from the delta of the activation */
static int32_t lane_back(int32_t x, uint32_t kind, int32_t slope)
{
  return kind == 0 ? x : kind == 1 ? curta_scale2(x, slope) : 0;
}

/* The same of int32 tiles, backwards; returns the OR of the widths of what it writes. */
static uint32_t back(uint64_t *dst, const uint64_t *aux, const int32_t x[T * T], const struct map *m,
                     const struct leave *to)
{
  const uint64_t first = (uint64_t)to->dst / 8, first_aux = (uint64_t)to->aux / 8;
  uint64_t classes = 0;
  uint32_t width = 0;
  CURTA_HLS_LOOP("back")
back:
  for (uint32_t e = 0; e < (to->run ? Sum_words : 0); e++) {
#pragma HLS LOOP_TRIPCOUNT min=32 max=128
#pragma HLS PIPELINE II=1
    uint64_t out = 0;
    CURTA_HLS_ITERATION()
    if (e % 4 == 0) {
      CURTA_HLS_PORT(aux)
      classes = aux[first_aux + e / 4];
    }
  back_lanes:
    for (uint32_t k = 0; k < 2; k++) {
#pragma HLS UNROLL
      const int32_t y = lane_back(x[2 * e + k], class_of(curta_hls_int8(classes, 2 * (e % 4) + k), m->back), m->slope);
      width |= y < 0 ? ~(uint32_t)y : (uint32_t)y;
      out |= (uint64_t)(uint32_t)y << (32 * k);
    }
    CURTA_HLS_PORT(dst)
    dst[first + e] = out;
  }
  CURTA_HLS_DONE()
  return width;
}

/* Where the item under way goes; *bad: some tile of it lies outside the memory. */
static struct leave leave_of(const struct map *m, const struct curta_hls_walk *k, uint32_t n, uint32_t *bad)
{
  struct leave to;
  to.run = 1;
  to.dst = curta_hls_address(m->dst, k->dst, m->back ? 4 * T * T : T * T, m->mem_bytes);
  to.aux = m->masked || m->back ? curta_hls_address(m->aux, k->dst, T * T, m->mem_bytes) : 0;
  to.idx = m->zs ? curta_hls_address(m->idx, k->dst, T * T, m->mem_bytes) : 0;
  to.element = n * (T * T);
  to.columns = m->clast && k->i[0] == k->n[0] - 1 ? m->clast : (uint32_t)T;
  to.rows = m->nlast && k->i[3] == k->n[3] - 1 ? m->nlast : (uint32_t)T;
  *bad |= to.dst < 0 || to.aux < 0 || to.idx < 0;
  return to;
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
void CURTA_HLS_TOP(requant)(const uint64_t *src, const uint64_t acc[CURTA_HLS_P_WORDS], const uint64_t *aux,
                            uint64_t *dst, uint64_t *idx, const uint32_t cmd[32],
                            const uint32_t scale[CURTA_HLS_SCALES], uint32_t result[CURTA_HLS_RESULTS])
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
  int32_t x0[T * T], x1[T * T];
#pragma HLS ARRAY_PARTITION variable=x0 type=cyclic factor=2
#pragma HLS ARRAY_PARTITION variable=x1 type=cyclic factor=2
  struct map m;
  struct curta_hls_walk k;
  struct leave to = {0, 0, 0, 0, T, T, 0}, next = to;
  uint32_t width = 0;
  uint32_t bad = 0;
  decode(&m, &k, cmd, scale);
  uint64_t items = (uint64_t)k.n[0] * k.n[1] * k.n[2] * k.n[3];
items:
  for (uint64_t n = 0; n <= items && !bad; n++) {
#pragma HLS LOOP_TRIPCOUNT min=2 max=4097
    uint32_t more = n < items;
    int64_t at = more ? curta_hls_source(m.acc, m.src, k.src, m.mem_bytes) : -1;
    if (more)
      next = leave_of(&m, &k, (uint32_t)n, &bad);
    bad |= more && at < 0;
    CURTA_HLS_FORK()
    if (n % 2 == 0) {
      fetch(x0, src, acc, m.acc, at);
      CURTA_HLS_BESIDE()
      if (m.back)
        width |= back(dst, aux, x1, &m, &to);
      else
        convert(dst, idx, aux, x1, &m, &to);
    } else {
      fetch(x1, src, acc, m.acc, at);
      CURTA_HLS_BESIDE()
      if (m.back)
        width |= back(dst, aux, x0, &m, &to);
      else
        convert(dst, idx, aux, x0, &m, &to);
    }
    CURTA_HLS_MEET()
    to = next;
    curta_hls_walk_next(&k);
  }
  result[CURTA_HLS_OR] = width;
  result[CURTA_HLS_ERROR] = bad ? CURTA_ERR_RANGE : 0;
  result[CURTA_HLS_FLAGS] = width >> (CURTA_DELTA_BITS - 1) ? CURTA_NITRO_DELTA : 0;
}
