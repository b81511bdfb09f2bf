/* SPDX-License-Identifier: Apache-2.0
 * curta_nitro_image.c - see curta_nitro_ops.h: what moves elements: pooling, dropout, normalisation, augmentation
 */
#include <errno.h>
#include "curta_nitro_ops.h"

/* Element of a padded plane; -1: padding. */
static int place(int h, int w, const struct curta_nitro_pool *p, int oy, int ox, int k)
{
  int y = oy * p->kh + k / p->kw - p->pad_h, x = ox * p->kw + k % p->kw - p->pad_w;
  return y >= 0 && y < h && x >= 0 && x < w ? y * w + x : -1;
}

static int8_t padded(const int8_t *x, int at)
{
  return at < 0 ? 0 : x[at];
}

static int first_maximum(const int8_t *x, int h, int w, const struct curta_nitro_pool *p, int oy, int ox)
{
  int best = 0;
  for (int k = 1; k < p->kh * p->kw; k++)
    if (padded(x, place(h, w, p, oy, ox, k)) > padded(x, place(h, w, p, oy, ox, best)))
      best = k;
  return best;
}

void curta_nitro_ops_pool(int8_t *y, int32_t *idx, const int8_t *x, int planes, int h, int w,
                          const struct curta_nitro_pool *p)
{
  for (int i = 0; i < planes; i++, x += h * w)
    for (int oy = 0; oy < p->oh; oy++)
      for (int ox = 0; ox < p->ow; ox++) {
        *idx = first_maximum(x, h, w, p, oy, ox);
        *y++ = padded(x, place(h, w, p, oy, ox, *idx++));
      }
}

void curta_nitro_ops_pool_dx(int32_t *dx, const int32_t *dy, const int32_t *idx, int planes, int h, int w,
                             const struct curta_nitro_pool *p)
{
  for (int i = 0; i < planes * h * w; i++)
    dx[i] = 0;
  for (int i = 0; i < planes; i++, dx += h * w)
    for (int oy = 0; oy < p->oh; oy++)
      for (int ox = 0; ox < p->ow; ox++, dy++) {
        int at = place(h, w, p, oy, ox, *idx++);
        if (at >= 0)
          dx[at] = *dy;
      }
}

void curta_nitro_ops_average(int8_t *y, const int8_t *x, int planes, int h, int w, int k)
{
  for (int i = 0; i < planes; i++, x += h * w)
    for (int oy = 0; oy < h / k; oy++)
      for (int ox = 0; ox < w / k; ox++) {
        int32_t sum = 0;
        for (int j = 0; j < k * k; j++)
          sum += x[(oy * k + j / k) * w + ox * k + j % k];
        *y++ = (int8_t)curta_nitro_div(sum, k * k);
      }
}

void curta_nitro_ops_average_dx(int32_t *dx, const int32_t *dy, int planes, int h, int w, int k)
{
  for (int i = 0; i < planes; i++)
    for (int y = 0; y < h; y++)
      for (int x = 0; x < w; x++)
        *dx++ =
            y / k < h / k && x / k < w / k ? curta_nitro_div(dy[(i * (h / k) + y / k) * (w / k) + x / k], k * k) : 0;
}

void curta_nitro_ops_dropout(int16_t *y, const int8_t *x, const int8_t *keep, size_t n, int32_t rate)
{
  for (size_t i = 0; i < n; i++)
    y[i] = (int16_t)curta_nitro_dropout(x[i], keep[i], rate);
}

void curta_nitro_ops_dropout_dx(int32_t *dx, const int32_t *dy, const int8_t *keep, size_t n, int32_t rate)
{
  for (size_t i = 0; i < n; i++) {
    int64_t product = keep[i] ? (int64_t)dy[i] * curta_nitro_dropout_factor(rate) : 0;
    dx[i] = (int32_t)(product / 1000);
  }
}

int curta_nitro_ops_statistics(int32_t *mean, int32_t *deviation, const uint8_t *pixels, int n, int c, int hw)
{
  for (int k = 0; k < c; k++) {
    int64_t sum = 0, away = 0, count = (int64_t)n * hw;
    for (int i = 0; i < n; i++)
      for (int j = 0; j < hw; j++)
        sum += pixels[(i * c + k) * hw + j] - 128;
    mean[k] = (int32_t)(sum / count);
    for (int i = 0; i < n; i++)
      for (int j = 0; j < hw; j++)
        away += curta_abs(pixels[(i * c + k) * hw + j] - 128 - mean[k]);
    deviation[k] = (int32_t)(away / count);
    if (!deviation[k])
      return -EINVAL;
  }
  return 0;
}

void curta_nitro_ops_normalise(int8_t *x, const uint8_t *pixels, const int32_t *mean, const int32_t *deviation, int n,
                               int c, int hw)
{
  for (int i = 0; i < n * c; i++)
    for (int j = 0; j < hw; j++)
      *x++ = curta_nitro_pixel(*pixels++, mean[i % c], deviation[i % c]);
}

void curta_nitro_ops_crop(int8_t *y, const int8_t *x, int planes, int h, int w, int pad, int top, int left)
{
  int8_t low = 127;
  for (int i = 0; i < planes * h * w; i++)
    low = x[i] < low ? x[i] : low;
  for (int i = 0; i < planes; i++, x += h * w)
    for (int r = 0; r < h; r++)
      for (int c = 0; c < w; c++) {
        int v = r + top - pad, u = c + left - pad;
        *y++ = v >= 0 && v < h && u >= 0 && u < w ? x[v * w + u] : low;
      }
}

void curta_nitro_ops_flip(int8_t *y, const int8_t *x, int planes, int h, int w)
{
  for (int i = 0; i < planes * h; i++)
    for (int c = 0; c < w; c++)
      *y++ = x[i * w + w - 1 - c];
}
