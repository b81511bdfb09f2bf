/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_requant.c - MAP from int32 to int8 (docs/machine.md 5) for high-level synthesis: shift and round, ReLU, mask
 *
 * A tile is fetched into x0 while the one before leaves from x1: two elements a cycle in, two rounded, eight bytes every
 * fourth cycle out.
 */
#include "curta_hls_int.h"

struct map {
  struct curta_hls_rounding how;
  uint32_t acc, src, mask, dst, relu, masked, mem_bytes;
};

static void decode(struct map *m, struct curta_hls_walk *k, const uint32_t cmd[32], const uint32_t scale[CURTA_HLS_SCALES])
{
  k->n[0] = curta_cmd_get(cmd, CURTA_MAP_N0);
  k->n[1] = curta_cmd_get(cmd, CURTA_MAP_N1);
  k->n[2] = curta_cmd_get(cmd, CURTA_MAP_N2);
  k->n[3] = curta_cmd_get(cmd, CURTA_MAP_N3);
  curta_hls_walk_start(k, &cmd[10], &cmd[13]);
  m->how = curta_hls_how(cmd, scale);
  m->acc = curta_cmd_get(cmd, CURTA_MAP_SRC_ACC);
  m->src = curta_cmd_get(cmd, CURTA_MAP_SRC);
  m->mask = curta_cmd_get(cmd, CURTA_MAP_AUX);
  m->dst = curta_cmd_get(cmd, CURTA_MAP_DST);
  m->relu = curta_cmd_get(cmd, CURTA_MAP_RELU);
  m->masked = curta_cmd_get(cmd, CURTA_MAP_MASK);
  m->mem_bytes = scale[CURTA_HLS_MEM_BYTES];
}

/* x := the source tile at byte address `at` of the memory or of the accumulator store; nothing where at < 0 */
static void fetch(int32_t x[T * T], const uint64_t *src, const uint64_t acc[CURTA_HLS_P_WORDS], uint32_t from_acc, int64_t at)
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

static int8_t lane(int32_t x, const struct map *m, uint32_t element)
{
  int8_t y = curta_hls_round(x, &m->how, element);
  return m->relu && y < 0 ? 0 : y;
}

/* The destination tile at byte address `to` := the tile x; element: number of its first draw. Nothing where to < 0. */
static void convert(uint64_t *dst, const uint64_t *mask, const int32_t x[T * T], const struct map *m, int64_t to,
                    int64_t from, uint32_t element)
{
  const uint64_t first = (uint64_t)to / 8, first_mask = (uint64_t)from / 8;
  uint64_t out = 0, keep = 0;
  CURTA_HLS_LOOP("convert")
convert:
  for (uint32_t e = 0; e < (to < 0 ? 0 : Sum_words); e++) {
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
      int8_t y = lane(x[2 * e + k], m, element + 2 * e + k);
      if (m->masked && curta_hls_int8(keep, byte) <= 0)
        y = 0;
      out = (byte ? out : 0) | (uint64_t)(uint8_t)y << (8 * byte);
    }
    if (e % 4 == 3) {
      CURTA_HLS_PORT(dst)
      dst[first + e / 4] = out;
    }
  }
  CURTA_HLS_DONE()
}

#ifdef CURTA_HLS_BAMBU
#pragma HLS interface port=src mode=m_axi offset=direct bundle=gmem_src
#pragma HLS interface port=mask mode=m_axi offset=direct bundle=gmem_mask
#pragma HLS interface port=dst mode=m_axi offset=direct bundle=gmem_dst
#pragma HLS interface port=cmd mode=m_axi offset=direct bundle=gmem_cmd
#pragma HLS interface port=scale mode=m_axi offset=direct bundle=gmem_scale
#pragma HLS interface port=result mode=m_axi offset=direct bundle=gmem_result
#endif
void CURTA_HLS_TOP(requant)(const uint64_t *src, const uint64_t acc[CURTA_HLS_P_WORDS], const uint64_t *mask, uint64_t *dst, const uint32_t cmd[32],
                            const uint32_t scale[CURTA_HLS_SCALES], uint32_t result[CURTA_HLS_RESULTS])
{
#ifndef CURTA_HLS_BAMBU
#pragma HLS INTERFACE mode=m_axi port=src bundle=gmem_src offset=slave depth=8192
#pragma HLS INTERFACE mode=ap_memory port=acc
#pragma HLS INTERFACE mode=m_axi port=mask bundle=gmem_mask offset=slave depth=8192
#pragma HLS INTERFACE mode=m_axi port=dst bundle=gmem_dst offset=slave depth=8192
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
  int64_t to = -1, from = -1;
  uint32_t bad = 0;
  decode(&m, &k, cmd, scale);
  uint64_t items = (uint64_t)k.n[0] * k.n[1] * k.n[2] * k.n[3];
items:
  for (uint64_t n = 0; n <= items && !bad; n++) {
#pragma HLS LOOP_TRIPCOUNT min=2 max=4097
    uint32_t more = n < items;
    int64_t at = more ? curta_hls_source(m.acc, m.src, k.src, m.mem_bytes) : -1;
    int64_t next_to = more ? curta_hls_address(m.dst, k.dst, T * T, m.mem_bytes) : -1;
    int64_t next_from = more && m.masked ? curta_hls_address(m.mask, k.dst, T * T, m.mem_bytes) : 0;
    bad |= more && (at < 0 || next_to < 0 || next_from < 0);
    CURTA_HLS_FORK()
    if (n % 2 == 0) {
      fetch(x0, src, acc, m.acc, at);
      CURTA_HLS_BESIDE()
      convert(dst, mask, x1, &m, to, from, (uint32_t)(n - 1) * (T * T));
    } else {
      fetch(x1, src, acc, m.acc, at);
      CURTA_HLS_BESIDE()
      convert(dst, mask, x0, &m, to, from, (uint32_t)(n - 1) * (T * T));
    }
    CURTA_HLS_MEET()
    to = next_to;
    from = next_from;
    curta_hls_walk_next(&k);
  }
  result[CURTA_HLS_OR] = 0;
  result[CURTA_HLS_ERROR] = bad ? CURTA_ERR_RANGE : 0;
  result[CURTA_HLS_FLAGS] = 0;
}
