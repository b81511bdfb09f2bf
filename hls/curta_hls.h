/* SPDX-License-Identifier: Apache-2.0
 * curta_hls.h - the matrix engine, the requantiser and the weight update as C for high-level synthesis
 *
 * Each kernel executes one command of docs/machine.md: its 32 words come through AXI4-Lite, tensors through AXI4 ports
 * of 8 bytes, operand buffers and accumulators are dual-ported RAMs between the kernels. Parameters (-DCURTA_HLS_T ...
 * from spec/curta.toml) are those of a configuration.
 */
#ifndef CURTA_HLS_H
#define CURTA_HLS_H
#include "curta_num.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Several configurations in one program: -DCURTA_HLS_NAME=base makes curta_hls_gemm_base. */
#ifdef CURTA_HLS_NAME
#define CURTA_HLS_JOIN2(kernel, name) curta_hls_##kernel##_##name
#define CURTA_HLS_JOIN(kernel, name) CURTA_HLS_JOIN2(kernel, name)
#define CURTA_HLS_TOP(kernel) CURTA_HLS_JOIN(kernel, CURTA_HLS_NAME)
#else
#define CURTA_HLS_TOP(kernel) curta_hls_##kernel
#endif

/* What a vector kernel is told besides its command: values of scale registers, bytes of the memory. */
enum curta_hls_scale {
  CURTA_HLS_SHIFT, /* S[SHIFT_REG] */
  CURTA_HLS_SEED,  /* S[SEED_REG] */
  CURTA_HLS_STEP,  /* S[SEED_REG + 1] */
  CURTA_HLS_DECAY, /* S[DECAY_REG] */
  CURTA_HLS_RATE,  /* S[LR_REG], S[LR_REG + 1] */
  CURTA_HLS_RATE_FACTOR,
  CURTA_HLS_ETA, /* S[ETA_REG], S[ETA_REG + 1] */
  CURTA_HLS_ETA_FACTOR,
  CURTA_HLS_MEM_BYTES,
  CURTA_HLS_SCALES
};

/* What a kernel leaves in result[]. */
enum curta_hls_result {
  CURTA_HLS_OR,    /* OR of magnitudes, where the command makes one; of widths in a MAP with ACT 2 or 3 */
  CURTA_HLS_ERROR, /* 0, or CURTA_ERR_RANGE: a tile lies outside its store */
  CURTA_HLS_FLAGS, /* bits for the FLAGS register */
  CURTA_HLS_RESULTS
};

#ifdef CURTA_HLS_T
/* Words of 8 bytes of the stores: operand buffers of int8 tiles, accumulator store of int32 tiles. Elements of buffer B
 * have up to 24 bits (D of them count): bits 8..23 lie in a store of their own, four a word. */
#define CURTA_HLS_BANKS (CURTA_HLS_T * CURTA_HLS_T / 8)
#define CURTA_HLS_UP_BANKS (2 * CURTA_HLS_BANKS)
#define CURTA_HLS_A_WORDS (CURTA_HLS_A_TILES * CURTA_HLS_BANKS)
#define CURTA_HLS_B_WORDS (CURTA_HLS_B_TILES * CURTA_HLS_BANKS)
#define CURTA_HLS_P_WORDS (CURTA_HLS_P_TILES * CURTA_HLS_BANKS * 4)

#define CURTA_HLS_B_ROWS (CURTA_HLS_B_TILES * CURTA_HLS_T)

/* LOAD: tiles from memory into buffer a or b (with bits 8..23 b_up); lists: what a row of b is, 0: nothing, else
 * {1, n, x, y, a} from bits 40, 32, 24, 16, 0 on, and LEN by tile. */
void CURTA_HLS_TOP(load)(const uint64_t *mem, uint64_t a[CURTA_HLS_A_WORDS], uint64_t b[CURTA_HLS_B_WORDS],
                         uint64_t b_up[2 * CURTA_HLS_B_WORDS], uint64_t what[CURTA_HLS_B_ROWS],
                         uint32_t len[CURTA_HLS_B_TILES], const uint32_t cmd[32], uint32_t mem_bytes,
                         uint32_t result[CURTA_HLS_RESULTS]);

/* GEMM. p_in, p_out: two ports of the accumulator store; what p_in reads is never what p_out has written in the same
 * command. g_in, g_out: bits 32..35 of the two sums of each of its words, in bits 0..3 and 4..7. */
void CURTA_HLS_TOP(gemm)(const uint64_t a[CURTA_HLS_A_WORDS], const uint64_t b[CURTA_HLS_B_WORDS],
                         const uint64_t b_up[2 * CURTA_HLS_B_WORDS], const uint64_t what[CURTA_HLS_B_ROWS],
                         const uint32_t len[CURTA_HLS_B_TILES], const uint64_t p_in[CURTA_HLS_P_WORDS],
                         const uint8_t g_in[CURTA_HLS_P_WORDS], uint64_t p_out[CURTA_HLS_P_WORDS],
                         uint8_t g_out[CURTA_HLS_P_WORDS], const uint32_t cmd[32], uint32_t result[CURTA_HLS_RESULTS]);

/* MAP from int32 (src, or acc with SRC_ACC), all loops, not POOL: to int8 REQ, DIV, RELU, NITRO-ReLU, MASK, edges; to
 * int32 the backward pass of NITRO-ReLU. aux: mask, zs or class bytes; idx: ZS. */
void CURTA_HLS_TOP(requant)(const uint64_t *src, const uint64_t acc[CURTA_HLS_P_WORDS], const uint64_t *aux,
                            uint64_t *dst, uint64_t *idx, const uint32_t cmd[32],
                            const uint32_t scale[CURTA_HLS_SCALES], uint32_t result[CURTA_HLS_RESULTS]);

/* UPDATE and REDUCE, every mode. aux: weights that are read; dst, idx: int8 (NITRO: int32) and int16 weights that are
 * written. */
void CURTA_HLS_TOP(update)(const uint64_t *src, const uint64_t acc[CURTA_HLS_P_WORDS], const uint64_t *aux,
                           uint64_t *dst, uint64_t *idx, const uint32_t cmd[32], const uint32_t scale[CURTA_HLS_SCALES],
                           uint32_t result[CURTA_HLS_RESULTS]);
#endif

#ifdef __cplusplus
}
#endif
#endif
