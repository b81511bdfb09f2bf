/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_load.c - LOAD (docs/machine.md 3) for high-level synthesis: tiles from memory into an operand buffer
 *
 * The buffers are dual-ported: this kernel writes while GEMM reads; the waits of the program keep them apart.
 */
#include "curta_hls_int.h"

#ifdef CURTA_HLS_BAMBU
#pragma HLS interface port=mem mode=m_axi offset=direct bundle=gmem
#pragma HLS interface port=cmd mode=m_axi offset=direct bundle=gmem_cmd
#pragma HLS interface port=result mode=m_axi offset=direct bundle=gmem_result
#endif
void CURTA_HLS_TOP(load)(const uint64_t *mem, uint64_t a[CURTA_HLS_A_WORDS], uint64_t b[CURTA_HLS_B_WORDS],
                         const uint32_t cmd[32], uint32_t mem_bytes, uint32_t result[2])
{
#ifndef CURTA_HLS_BAMBU
#pragma HLS INTERFACE mode=m_axi port=mem bundle=gmem offset=slave depth=8192
#pragma HLS INTERFACE mode=ap_memory port=a
#pragma HLS INTERFACE mode=ap_memory port=b
#pragma HLS INTERFACE mode=s_axilite port=cmd
#pragma HLS INTERFACE mode=s_axilite port=mem_bytes
#pragma HLS INTERFACE mode=s_axilite port=result
#pragma HLS INTERFACE mode=s_axilite port=return
#endif
#pragma HLS ARRAY_PARTITION variable=a type=cyclic factor=CURTA_HLS_BANKS
#pragma HLS ARRAY_PARTITION variable=b type=cyclic factor=CURTA_HLS_BANKS
  const uint32_t buffer = curta_cmd_get(cmd, CURTA_LOAD_BUF), tiles = buffer ? CURTA_HLS_B_TILES : CURTA_HLS_A_TILES;
  const uint32_t base = curta_cmd_get(cmd, CURTA_LOAD_ADDR), first = curta_cmd_get(cmd, CURTA_LOAD_DST);
  struct curta_hls_walk k;
  uint32_t bad = 0, w = 0;
  k.n[0] = curta_cmd_get(cmd, CURTA_LOAD_N0);
  k.n[1] = curta_cmd_get(cmd, CURTA_LOAD_N1);
  k.n[2] = curta_cmd_get(cmd, CURTA_LOAD_N2);
  k.n[3] = curta_cmd_get(cmd, CURTA_LOAD_N3);
  curta_hls_walk_start(&k, &cmd[8], &cmd[8]);
  const uint64_t items = (uint64_t)k.n[0] * k.n[1] * k.n[2] * k.n[3], room = tiles - first;
  uint64_t words = (items < room ? items : room) * Tile_words;
  uint32_t to = first;
  CURTA_HLS_LOOP("load")
load:
  for (uint64_t t = 0; t < words; t++) {
#pragma HLS LOOP_TRIPCOUNT min=8 max=8192
#pragma HLS PIPELINE II=1
    int64_t at = curta_hls_address(base, k.src, T * T, mem_bytes);
    CURTA_HLS_ITERATION()
    bad |= at < 0;
    if (at >= 0) {
      CURTA_HLS_PORT(mem)
      uint64_t word = mem[(uint64_t)at / 8 + w];
      if (buffer)
        b[to * Tile_words + w] = word;
      else
        a[to * Tile_words + w] = word;
    }
    if (w == Tile_words - 1) {
      curta_hls_walk_next(&k);
      to++;
    }
    w = w == Tile_words - 1 ? 0 : w + 1;
  }
  CURTA_HLS_DONE()
  result[0] = 0;
  result[1] = bad || items > room ? CURTA_ERR_RANGE : 0;
}
