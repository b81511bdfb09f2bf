/* SPDX-License-Identifier: Apache-2.0
 * curta_hls.h - the matrix engine, the requantiser and the weight update as C for high-level synthesis
 *
 * Each kernel executes one command of docs/machine.md: its 32 words come through AXI4-Lite, tensors through AXI4 ports of
 * 8 bytes, operand buffers and accumulators are dual-ported RAMs between the kernels. Parameters (-DCURTA_HLS_T ... from spec/curta.toml) are those of a configuration. result[0] is the OR of the
 * magnitudes where the command makes one, result[1] is 0 or CURTA_ERR_RANGE: a tile lies outside its store.
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
  CURTA_HLS_MEM_BYTES,
  CURTA_HLS_SCALES
};

#ifdef CURTA_HLS_T
/* Words of 8 bytes of the stores: operand buffers of int8 tiles, accumulator store of int32 tiles. */
#define CURTA_HLS_BANKS (CURTA_HLS_T * CURTA_HLS_T / 8)
#define CURTA_HLS_A_WORDS (CURTA_HLS_A_TILES * CURTA_HLS_BANKS)
#define CURTA_HLS_B_WORDS (CURTA_HLS_B_TILES * CURTA_HLS_BANKS)
#define CURTA_HLS_P_WORDS (CURTA_HLS_P_TILES * CURTA_HLS_BANKS * 4)

/* LOAD: tiles from memory into buffer a or b. */
void CURTA_HLS_TOP(load)(const uint64_t *mem, uint64_t a[CURTA_HLS_A_WORDS], uint64_t b[CURTA_HLS_B_WORDS],
                         const uint32_t cmd[32], uint32_t mem_bytes, uint32_t result[2]);

/* GEMM. p_in, p_out: two ports of the accumulator store; what p_in reads is never what p_out has written in the same
 * command. */
void CURTA_HLS_TOP(gemm)(const uint64_t a[CURTA_HLS_A_WORDS], const uint64_t b[CURTA_HLS_B_WORDS],
                         const uint64_t p_in[CURTA_HLS_P_WORDS], uint64_t p_out[CURTA_HLS_P_WORDS],
                         const uint32_t cmd[32], uint32_t result[2]);

/* MAP from int32 (src, or acc with SRC_ACC) to int8: REQ, RELU, MASK, all loops; not POOL. */
void CURTA_HLS_TOP(requant)(const uint64_t *src, const uint64_t acc[CURTA_HLS_P_WORDS], const uint64_t *mask,
                            uint64_t *dst, const uint32_t cmd[32], const uint32_t scale[CURTA_HLS_SCALES],
                            uint32_t result[2]);

/* UPDATE and REDUCE, every mode. aux: weights that are read; dst, idx: int8 and int16 weights that are written. */
void CURTA_HLS_TOP(update)(const uint64_t *src, const uint64_t acc[CURTA_HLS_P_WORDS], const uint64_t *aux,
                           uint64_t *dst, uint64_t *idx, const uint32_t cmd[32],
                           const uint32_t scale[CURTA_HLS_SCALES], uint32_t result[2]);
#endif

#ifdef __cplusplus
}
#endif
#endif
