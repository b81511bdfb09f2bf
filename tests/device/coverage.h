/* SPDX-License-Identifier: Apache-2.0
 * coverage.h - what random programs really exercised: a count for everything that they promise to cover
 *
 * A bin counts executed commands; where the bin is about data (a shift, saturation, a tensor of zeros) the operands are
 * looked at in the golden device at the moment the command retires.
 */
#ifndef COVERAGE_H
#define COVERAGE_H
#include <stddef.h>
#include <stdint.h>
#include "curta_bus.h"
#include "curta_spec.h"

/* Regular bins are numbered from the first of their row. */
#define COVERAGE_BINS(X) \
  X(FORWARD, "GEMM as forward pass") X(INPUT_GRAD, "GEMM as input gradient") X(WEIGHT_GRAD, "GEMM as weight gradient") \
  X(A_T_ONLY, "GEMM, only operand A transposed") \
  X(K1, "kernel 1") X(K2, "kernel 2") X(K3, "kernel 3") X(K4, "kernel 4") X(K5, "kernel 5") X(K6, "kernel 6") X(K7, "kernel 7") \
  X(IMAGE_1X1, "image 1x1") X(IMAGE_ODD, "odd image side") X(IMAGE_FLAT, "image of unequal sides") \
  X(STRIDE_1, "forward, stride 1") X(STRIDE_2, "forward, stride 2") X(STRIDE_2_DW, "weight gradient, stride 2") \
  X(PAD_0, "forward without padding") X(PAD_1, "forward, padding 1") X(PAD_2, "forward, padding 2") X(PAD_3, "forward, padding 3") \
  X(NO_TAP, "GEMM without any tap") \
  X(K_FULL, "all channels of the last tile") X(K_TAIL, "channels not a multiple of V") X(K_ONE, "one channel in the last tile") \
  X(ACC_0, "sums from zero") X(ACC_1, "sums from the accumulator memory") X(FINAL, "magnitudes kept") X(OR_KEEP, "magnitudes of several GEMMs") \
  X(GEMM_ZERO, "GEMM whose results are all of magnitude 0") \
  X(MAP_R0, "MAP, nearest") X(MAP_R1, "MAP, pseudo-stochastic") X(MAP_R2, "MAP, stochastic") X(MAP_R3, "MAP, truncate") \
  X(SCATTER_R0, "SCATTER, nearest") X(SCATTER_R1, "SCATTER, pseudo-stochastic") X(SCATTER_R2, "SCATTER, stochastic") \
  X(SCATTER_R3, "SCATTER, truncate") \
  X(UPDATE_R0, "UPDATE, nearest") X(UPDATE_R1, "UPDATE, pseudo-stochastic") X(UPDATE_R2, "UPDATE, stochastic") X(UPDATE_R3, "UPDATE, truncate") \
  X(LOSS_R0, "LOSS, nearest") X(LOSS_R1, "LOSS, pseudo-stochastic") X(LOSS_R2, "LOSS, stochastic") \
  X(SHIFT_NEG, "shift negative") X(SHIFT_0, "shift 0") X(SHIFT_1, "shift 1") X(SHIFT_ODD, "odd shift, pseudo-stochastic") \
  X(SHIFT_EVEN, "even shift, pseudo-stochastic") X(SHIFT_31, "shift 31") X(SHIFT_32, "shift 32..62") X(SHIFT_63, "shift 63 or more") \
  X(SATURATES, "a result saturates") X(EXTREME, "a source element is the smallest or largest int32") X(WRAPS, "WRAP at a shift <= 0") \
  X(ZERO_SRC, "a source tile of zeros, requantised") X(ZERO_GRAD, "UPDATE with a gradient tile of zeros") \
  X(MAP_ACC, "MAP from the accumulators") X(MAP_MEM, "MAP from int32 in memory") X(MAP_INT8, "MAP from int8") X(MAP_COPY, "MAP, int32 to int32") \
  X(RELU, "ReLU") X(MASK, "mask") X(RELU_MASK_POOL, "ReLU, mask and pool at once") \
  X(POOL_1, "pool of one column") X(POOL_2, "pool of two columns") X(POOL_3, "pool of three columns") X(POOL_FLAT, "pool of unequal sides") \
  X(POOL_ACC, "pool from the accumulators") X(SCATTER_INT8, "SCATTER of int8") X(SCATTER_FLAT, "SCATTER of unequal sides") \
  X(MASTER_1, "master weights, 1 fraction bit") X(MASTER_2, "2 bits") X(MASTER_3, "3 bits") X(MASTER_4, "4 bits") X(MASTER_5, "5 bits") \
  X(MASTER_6, "6 bits") X(MASTER_7, "7 bits") X(MASTER_8, "8 bits") \
  X(DECAY_UP, "decay exponent >= 0") X(DECAY_DOWN, "decay exponent < 0") X(DECAY_FAR, "decay exponent beyond 31") \
  X(WEIGHT_LIMIT, "a new weight at its limit") X(IN_PLACE, "weights updated in place") X(UPDATE_ACC, "gradient in the accumulators") \
  X(UPDATE_MEM, "gradient in memory") X(REDUCE_ACC, "REDUCE of the accumulators") X(REDUCE_DECAY, "REDUCE with decay") X(REDUCE_KEEP, "REDUCE, OR kept") \
  X(CLASS_1, "one class") X(CLASS_TAIL, "classes not a multiple of the tile") X(CLASS_TILES, "classes in several tiles") \
  X(ROWS_FULL, "whole batch tiles") X(ROWS_TAIL, "batch not a multiple of the tile") X(LOSS_BASE2, "loss, base-2 branch") \
  X(LOSS_TAYLOR, "loss, Taylor branch") X(LABEL_OUT, "a label that is no class") \
  X(SET, "SCALAR SET") X(ADD, "SCALAR ADD") X(ACT_SHIFT, "SCALAR ACT_SHIFT") X(GRAD_SHIFT, "SCALAR GRAD_SHIFT") X(BITLEN, "SCALAR BITLEN") X(OR, "SCALAR OR") \
  X(SHR, "SCALAR SHR") \
  X(DIGIT_0, "LOAD of digit 0") X(DIGIT_1, "LOAD of digit 1") X(DIGIT_2, "LOAD of digit 2") X(DIGIT_3, "LOAD of digit 3") \
  X(GUARD, "GEMM with guard bits") X(START_SHL, "a start value shifted") \
  X(DIV_MEM, "quotients from memory") X(DIV_ACC, "quotients from the accumulators") X(DIV_INT8, "quotients of int8") \
  X(DIV_SHORT, "quotients in one cycle") X(DIV_MASK, "quotients and mask") X(DIV_POOL, "quotients and pool") \
  X(NITRO_RELU, "NITRO-ReLU") X(ZS, "MAP that keeps zs") X(CLASS, "pool with classes") X(PADDED, "pool with padding") \
  X(PADDED_ACC, "pool with padding from the accumulators") X(EDGE, "columns or rows cut off") \
  X(BACK_ZS, "backward NITRO-ReLU by zs") X(BACK_CLASS, "backward NITRO-ReLU by classes") X(BACK_ACC, "the same from the accumulators") \
  X(SCATTER_WIDE, "SCATTER of int32") X(SCATTER_CLASS, "SCATTER with classes") X(SCATTER_PADDED, "SCATTER with padding") \
  X(SGD_MEM, "UPDATE NITRO, gradient in memory") X(SGD_MID, "the same of int24") X(SGD_ACC, "the same in the accumulators") X(RSS, "LOSS RSS") \
  X(LIST, "LOAD of a list") X(LIST_UPPER, "the same of an upper digit") X(LIST_EMPTY, "the same of zeros") X(LIST_LONG, "a list of several tiles") \
  X(GATHER, "GEMM along a list") X(GATHER_ACC, "the same from the accumulators") X(GATHER_EDGE, "the same at the edge of the image") \
  X(FLAG_SUM, "FLAGS.SUM") X(FLAG_WEIGHT, "FLAGS.WEIGHT") X(FLAG_DELTA, "FLAGS.DELTA") X(FLAG_WRAP, "FLAGS.WRAP") \
  X(LOAD_A, "LOAD of A") X(LOAD_B, "LOAD of B") X(FILL, "FILL") X(WAITS_TWO, "waits for two engines") X(WAITS_NONE, "waits for nothing") \
  X(FENCE, "FENCE") X(CALL, "CALL") X(SKIPPED, "a SKIP that skips") X(NOT_SKIPPED, "a SKIP that skips nothing")

enum {
#define COVERAGE_ENUM(name, text) COVERAGE_##name,
  COVERAGE_BINS(COVERAGE_ENUM)
#undef COVERAGE_ENUM
  COVERAGE_COUNT
};

struct coverage {
  uint64_t n[COVERAGE_COUNT];
};

/* Counts a command that the golden device has just retired. */
void coverage_command(struct coverage *c, const struct curta_config *cfg, const struct curta_bus *golden, const uint32_t cmd[32]);

/* Names the bins with a count below `least` in text: their number. Without `modes` those of NITRO-D do not count. */
unsigned coverage_holes(const struct coverage *c, uint64_t least, int modes, char *text, size_t room);
#endif
