/* SPDX-License-Identifier: Apache-2.0
 * curta_nitro_ops.h - every operator of NITRO-D in plain loops on logical tensors: the independent oracle
 *
 * Letters: x (N,C,H,W) input, w (K,C,R,S) weights, y (N,K,P,Q) output; struct curta_conv as in curta_ops.h. One operand
 * is int8, the other (weights, deltas) int32. Functions with sums return enum curta_nitro_flag bits.
 */
#ifndef CURTA_NITRO_OPS_H
#define CURTA_NITRO_OPS_H
#include "curta_nitro.h"
#include "curta_ops.h"

/* y (N,K,P,Q) := x * w;  dw (K,C,R,S) from dz (N,K,P,Q), summed over the batch */
uint32_t curta_nitro_ops_conv(int32_t *y, const int8_t *x, const int32_t *w, const struct curta_conv *d);
uint32_t curta_nitro_ops_conv_dw(int32_t *dw, const int32_t *dz, const int8_t *x, const struct curta_conv *d);
/* y (N,K) := x (N,C) * w (K,C), and what a learning layer passes back: dx (N,C) := g (N,K) * w */
uint32_t curta_nitro_ops_linear(int32_t *y, const int8_t *x, const int32_t *w, int n, int k, int c);
uint32_t curta_nitro_ops_linear_dx(int32_t *dx, const int8_t *g, const int32_t *w, int n, int k, int c);
/* dw (K,C) := dz (N,K) * x (N,C), summed over the batch */
uint32_t curta_nitro_ops_linear_dw(int32_t *dw, const int32_t *dz, const int8_t *x, int n, int k, int c);

void curta_nitro_ops_scale(int8_t *y, const int32_t *z, size_t n, int32_t factor);
void curta_nitro_ops_relu(int8_t *y, const int8_t *zs, size_t n, int32_t slope);
void curta_nitro_ops_relu_dx(int32_t *dz, const int32_t *delta, const int8_t *zs, size_t n, int32_t slope);

/* Maximum over the windows of p, padding counts as 0; idx: ky kw + kx of the first maximum, row-major, padding
 * included. dx (planes,H,W) := dy at that place unless it is padding, else 0. */
void curta_nitro_ops_pool(int8_t *y, int32_t *idx, const int8_t *x, int planes, int h, int w,
                          const struct curta_nitro_pool *p);
void curta_nitro_ops_pool_dx(int32_t *dx, const int32_t *dy, const int32_t *idx, int planes, int h, int w,
                             const struct curta_nitro_pool *p);
/* Mean of k x k windows that touch, and its backward pass; no published network uses it. */
void curta_nitro_ops_average(int8_t *y, const int8_t *x, int planes, int h, int w, int k);
void curta_nitro_ops_average_dx(int32_t *dx, const int32_t *dy, int planes, int h, int w, int k);

/* y := x keep factor / 1000. A rate above 250 needs the int16 of y. */
void curta_nitro_ops_dropout(int16_t *y, const int8_t *x, const int8_t *keep, size_t n, int32_t rate);
void curta_nitro_ops_dropout_dx(int32_t *dx, const int32_t *dy, const int8_t *keep, size_t n, int32_t rate);

/* g (N,C) of predictions y; labels outside 0..C-1 have no target. */
uint32_t curta_nitro_ops_loss(int8_t *g, const int8_t *y, const uint16_t *labels, int n, int c);
/* upd and w of IntegerSGD */
uint32_t curta_nitro_ops_update(int32_t *w, int32_t *upd, const int32_t *dw, size_t n, int32_t divisor, int32_t decay);
/* Flags of a tensor of deltas. */
uint32_t curta_nitro_ops_delta_flag(const int32_t *x, size_t n);

/* mean[c] and deviation[c] over all n images (N,C,HW); x from them. A channel of one colour has deviation 0: -EINVAL.
 */
int curta_nitro_ops_statistics(int32_t *mean, int32_t *deviation, const uint8_t *pixels, int n, int c, int hw);
void curta_nitro_ops_normalise(int8_t *x, const uint8_t *pixels, const int32_t *mean, const int32_t *deviation, int n,
                               int c, int hw);
/* Augmentation, one choice for the whole batch: y := x padded by `pad` with its minimum and cut out at (top,left),
 * 0..2 pad each; y := x mirrored left to right. y is not x. */
void curta_nitro_ops_crop(int8_t *y, const int8_t *x, int planes, int h, int w, int pad, int top, int left);
void curta_nitro_ops_flip(int8_t *y, const int8_t *x, int planes, int h, int w);
#endif
