/* SPDX-License-Identifier: Apache-2.0
 * curta_ops.h - every operator of integer training in plain loops on logical tensors: the independent oracle
 *
 * Nothing here knows tiles, commands or speed. Letters: x (N,C,H,W) input, w (K,C,R,S) weights, y (N,K,P,Q) output; all
 * arrays row-major and contiguous; int32 sums are modulo 2^32. Rounding rules: curta_num.h.
 */
#ifndef CURTA_OPS_H
#define CURTA_OPS_H
#include <stddef.h>
#include "curta_num.h"

/* A convolution; a linear layer is one with h = w = r = s = 1 and c = number of inputs. */
struct curta_conv {
  int n, c, h, w;
  int k, r, s, stride, pad;
};
static inline int curta_conv_p(const struct curta_conv *d)
{
  return (d->h + 2 * d->pad - d->r) / d->stride + 1;
}
static inline int curta_conv_q(const struct curta_conv *d)
{
  return (d->w + 2 * d->pad - d->s) / d->stride + 1;
}

/* y (N,K,P,Q) := x * w;  dx (N,C,H,W) from dy (N,K,P,Q);  dw (K,C,R,S), summed over the batch */
void curta_ops_conv(int32_t *y, const int8_t *x, const int8_t *w, const struct curta_conv *d);
void curta_ops_conv_dx(int32_t *dx, const int8_t *dy, const int8_t *w, const struct curta_conv *d);
void curta_ops_conv_dw(int32_t *dw, const int8_t *dy, const int8_t *x, const struct curta_conv *d);

/* Where stochastic rounding takes the draw of element i: given[i], or curta_rand(seed, tensor, index ? index[i] : i).
 */
struct curta_draws {
  const uint8_t *given;
  const uint32_t *index;
  uint32_t seed, tensor;
};

/* y[i] := requant(x[i]); draws may be null unless mode is stochastic */
void curta_ops_requant(int8_t *y, const int32_t *x, size_t n, int32_t shift, enum curta_round mode, int wrap,
                       const struct curta_draws *draws);
/* OR of v(x[i]); curta_bitlen of it is the bitwidth of the tensor */
uint32_t curta_ops_magnitude(const int32_t *x, size_t n);

void curta_ops_relu(int8_t *y, const int8_t *x, size_t n);
/* dx := x > 0 ? dy : 0, x the int8 input of the ReLU */
void curta_ops_relu_dx(int8_t *dx, const int8_t *dy, const int8_t *x, size_t n);

/* Maximum over kh x kw windows that touch (stride = window, sizes rounded down) of `planes` planes of h x w; idx: ky kw
 * + kx of the first maximum, row-major. dx is 0 outside every window. */
void curta_ops_maxpool(int8_t *y, uint8_t *idx, const int8_t *x, int planes, int h, int w, int kh, int kw);
void curta_ops_maxpool_dx(int8_t *dx, const int8_t *dy, const uint8_t *idx, int planes, int h, int w, int kh, int kw);

/* y (N,C,HW) := x where mask (C) > 0, else 0: dropout with one mask for the batch, forward and backward */
void curta_ops_mask(int8_t *y, const int8_t *x, const int8_t *mask, int n, int c, int hw);

/* Error of the logits a (N,C) with exponent e: t, g (N,C) as in numerics.md 4, err := requant(g, 4) */
void curta_ops_loss(int8_t *err, int64_t *t, int32_t *g, const int8_t *a, const uint16_t *labels, int n, int c,
                    int32_t e, enum curta_round mode, const struct curta_draws *draws);
/* Rows whose largest logit, lowest index first, is the label. */
int curta_ops_correct(const int8_t *a, const uint16_t *labels, int n, int c);

/* x[i] += w[i] 2^d */
void curta_ops_decay(int32_t *x, const int8_t *w, size_t n, int32_t d);
/* w := clip(w - g); with wf (frac bits): wf := clip(wf - g), w := round_psto(wf) */
void curta_ops_update(int8_t *w, int16_t *wf, const int8_t *g, size_t n, int32_t frac);
#endif
