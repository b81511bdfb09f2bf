/* SPDX-License-Identifier: Apache-2.0
 * curta_nitro_ops.c - see curta_nitro_ops.h: products, scaling, loss, update
 */
#include "curta_nitro_ops.h"

/* Sum of the products of one output element: x (C,H,W), w (C,R,S). */
static int64_t conv_sum(const int8_t *x, const int32_t *w, const struct curta_conv *d, int p, int q)
{
  int64_t sum = 0;
  for (int c = 0; c < d->c; c++)
    for (int r = 0; r < d->r; r++)
      for (int s = 0; s < d->s; s++) {
        int y = p * d->stride + r - d->pad, u = q * d->stride + s - d->pad;
        if (y >= 0 && y < d->h && u >= 0 && u < d->w)
          sum += (int64_t)x[(c * d->h + y) * d->w + u] * w[(c * d->r + r) * d->s + s];
      }
  return sum;
}

uint32_t curta_nitro_ops_conv(int32_t *y, const int8_t *x, const int32_t *w, const struct curta_conv *d)
{
  uint32_t flags = 0;
  for (int n = 0; n < d->n; n++)
    for (int k = 0; k < d->k; k++)
      for (int p = 0; p < curta_conv_p(d); p++)
        for (int q = 0; q < curta_conv_q(d); q++) {
          int64_t sum = conv_sum(x + n * d->c * d->h * d->w, w + k * d->c * d->r * d->s, d, p, q);
          flags |= curta_nitro_sum_flag(sum);
          *y++ = curta_nitro_sum(sum);
        }
  return flags;
}

/* Sum of one weight's gradient: dz (N,K,P,Q) of output channel k, x (N,C,H,W) of input channel c. */
static int64_t conv_dw_sum(const int32_t *dz, const int8_t *x, const struct curta_conv *d, int k, int c, int r, int s)
{
  int64_t sum = 0;
  int rows = curta_conv_p(d), columns = curta_conv_q(d);
  for (int n = 0; n < d->n; n++)
    for (int p = 0; p < rows; p++)
      for (int q = 0; q < columns; q++) {
        int y = p * d->stride + r - d->pad, u = q * d->stride + s - d->pad;
        if (y >= 0 && y < d->h && u >= 0 && u < d->w)
          sum += (int64_t)dz[((n * d->k + k) * rows + p) * columns + q] * x[((n * d->c + c) * d->h + y) * d->w + u];
      }
  return sum;
}

uint32_t curta_nitro_ops_conv_dw(int32_t *dw, const int32_t *dz, const int8_t *x, const struct curta_conv *d)
{
  uint32_t flags = 0;
  for (int k = 0; k < d->k; k++)
    for (int c = 0; c < d->c; c++)
      for (int r = 0; r < d->r; r++)
        for (int s = 0; s < d->s; s++) {
          int64_t sum = conv_dw_sum(dz, x, d, k, c, r, s);
          flags |= curta_nitro_sum_flag(sum);
          *dw++ = curta_nitro_sum(sum);
        }
  return flags;
}

uint32_t curta_nitro_ops_linear(int32_t *y, const int8_t *x, const int32_t *w, int n, int k, int c)
{
  uint32_t flags = 0;
  for (int i = 0; i < n; i++)
    for (int o = 0; o < k; o++) {
      int64_t sum = 0;
      for (int j = 0; j < c; j++)
        sum += (int64_t)x[i * c + j] * w[o * c + j];
      flags |= curta_nitro_sum_flag(sum);
      *y++ = curta_nitro_sum(sum);
    }
  return flags;
}

uint32_t curta_nitro_ops_linear_dx(int32_t *dx, const int8_t *g, const int32_t *w, int n, int k, int c)
{
  uint32_t flags = 0;
  for (int i = 0; i < n; i++)
    for (int j = 0; j < c; j++) {
      int64_t sum = 0;
      for (int o = 0; o < k; o++)
        sum += (int64_t)g[i * k + o] * w[o * c + j];
      flags |= curta_nitro_sum_flag(sum);
      *dx++ = curta_nitro_sum(sum);
    }
  return flags;
}

uint32_t curta_nitro_ops_linear_dw(int32_t *dw, const int32_t *dz, const int8_t *x, int n, int k, int c)
{
  uint32_t flags = 0;
  for (int o = 0; o < k; o++)
    for (int j = 0; j < c; j++) {
      int64_t sum = 0;
      for (int i = 0; i < n; i++)
        sum += (int64_t)dz[i * k + o] * x[i * c + j];
      flags |= curta_nitro_sum_flag(sum);
      *dw++ = curta_nitro_sum(sum);
    }
  return flags;
}

void curta_nitro_ops_scale(int8_t *y, const int32_t *z, size_t n, int32_t factor)
{
  for (size_t i = 0; i < n; i++)
    y[i] = curta_nitro_scale(z[i], factor);
}

void curta_nitro_ops_relu(int8_t *y, const int8_t *zs, size_t n, int32_t slope)
{
  for (size_t i = 0; i < n; i++)
    y[i] = curta_nitro_relu(zs[i], slope);
}

void curta_nitro_ops_relu_dx(int32_t *dz, const int32_t *delta, const int8_t *zs, size_t n, int32_t slope)
{
  for (size_t i = 0; i < n; i++)
    dz[i] = curta_nitro_relu_dx(delta[i], zs[i], slope);
}

uint32_t curta_nitro_ops_loss(int8_t *g, const int8_t *y, const uint16_t *labels, int n, int c)
{
  uint32_t flags = 0;
  for (int i = 0; i < n; i++)
    for (int k = 0; k < c; k++) {
      int32_t target = k == labels[i] ? CURTA_NITRO_TARGET : 0;
      flags |= curta_nitro_width_flag(*y - target, 8, CURTA_NITRO_WRAP);
      *g++ = curta_nitro_loss(*y++, target);
    }
  return flags;
}

uint32_t curta_nitro_ops_update(int32_t *w, int32_t *upd, const int32_t *dw, size_t n, int32_t divisor, int32_t decay)
{
  uint32_t flags = 0;
  for (size_t i = 0; i < n; i++) {
    upd[i] = curta_nitro_update(w[i], dw[i], divisor, decay);
    w[i] = curta_nitro_weight(w[i], upd[i]);
    flags |= curta_nitro_width_flag(w[i], 18, CURTA_NITRO_WEIGHT);
  }
  return flags;
}

uint32_t curta_nitro_ops_delta_flag(const int32_t *x, size_t n)
{
  uint32_t flags = 0;
  for (size_t i = 0; i < n; i++)
    flags |= curta_nitro_width_flag(x[i], 24, CURTA_NITRO_DELTA);
  return flags;
}
