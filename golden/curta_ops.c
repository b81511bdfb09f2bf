/* SPDX-License-Identifier: Apache-2.0
 * curta_ops.c - see curta_ops.h
 */
#include "curta_ops.h"

/* One multiply of a convolution: output (n,k,p,q), tap (c,r,s), input row h and column w inside the image. */
struct tap {
  size_t x, w, y; /* element numbers */
};

/* Visits every tap of a convolution whose input lies inside the image: the one definition of what is multiplied by
 * what. */
static inline __attribute__((always_inline)) void each_tap(const struct curta_conv *d,
                                                           void (*visit)(void *ctx, const struct tap *t), void *ctx)
{
  int p = curta_conv_p(d), q = curta_conv_q(d);
  for (int n = 0; n < d->n; n++)
    for (int k = 0; k < d->k; k++)
      for (int oy = 0; oy < p; oy++)
        for (int ox = 0; ox < q; ox++)
          for (int c = 0; c < d->c; c++)
            for (int r = 0; r < d->r; r++)
              for (int s = 0; s < d->s; s++) {
                int h = oy * d->stride + r - d->pad, w = ox * d->stride + s - d->pad;
                if (h < 0 || h >= d->h || w < 0 || w >= d->w)
                  continue;
                struct tap t = {(size_t)(((n * d->c + c) * d->h + h) * d->w + w),
                                (size_t)(((k * d->c + c) * d->r + r) * d->s + s),
                                (size_t)(((n * d->k + k) * p + oy) * q + ox)};
                visit(ctx, &t);
              }
}

struct product {
  int32_t *to;
  const int8_t *x, *w, *y;
};

static void add(int32_t *to, int product)
{
  *to = curta_s32((uint32_t)*to + (uint32_t)product);
}

static void visit_y(void *ctx, const struct tap *t)
{
  struct product *c = ctx;
  add(&c->to[t->y], c->x[t->x] * c->w[t->w]);
}

static void visit_dx(void *ctx, const struct tap *t)
{
  struct product *c = ctx;
  add(&c->to[t->x], c->y[t->y] * c->w[t->w]);
}

static void visit_dw(void *ctx, const struct tap *t)
{
  struct product *c = ctx;
  add(&c->to[t->w], c->y[t->y] * c->x[t->x]);
}

static void clear(int32_t *x, int a, int b, int c, int d)
{
  for (size_t i = 0; i < (size_t)a * (size_t)b * (size_t)c * (size_t)d; i++)
    x[i] = 0;
}

void curta_ops_conv(int32_t *y, const int8_t *x, const int8_t *w, const struct curta_conv *d)
{
  struct product c = {y, x, w, 0};
  clear(y, d->n, d->k, curta_conv_p(d), curta_conv_q(d));
  each_tap(d, visit_y, &c);
}

void curta_ops_conv_dx(int32_t *dx, const int8_t *dy, const int8_t *w, const struct curta_conv *d)
{
  struct product c = {dx, 0, w, dy};
  clear(dx, d->n, d->c, d->h, d->w);
  each_tap(d, visit_dx, &c);
}

void curta_ops_conv_dw(int32_t *dw, const int8_t *dy, const int8_t *x, const struct curta_conv *d)
{
  struct product c = {dw, x, 0, dy};
  clear(dw, d->k, d->c, d->r, d->s);
  each_tap(d, visit_dw, &c);
}

static uint32_t draw(const struct curta_draws *d, size_t i)
{
  if (d->given)
    return d->given[i];
  return curta_rand(d->seed, d->tensor, d->index ? d->index[i] : (uint32_t)i);
}

void curta_ops_requant(int8_t *y, const int32_t *x, size_t n, int32_t shift, enum curta_round mode, int wrap,
                       const struct curta_draws *draws)
{
  for (size_t i = 0; i < n; i++)
    y[i] = curta_requant(x[i], shift, mode, wrap, mode == CURTA_ROUND_STOCHASTIC ? draw(draws, i) : 0);
}

uint32_t curta_ops_magnitude(const int32_t *x, size_t n)
{
  uint32_t all = 0;
  for (size_t i = 0; i < n; i++)
    all |= curta_mag(x[i]);
  return all;
}

void curta_ops_relu(int8_t *y, const int8_t *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    y[i] = x[i] > 0 ? x[i] : 0;
}

void curta_ops_relu_dx(int8_t *dx, const int8_t *dy, const int8_t *x, size_t n)
{
  for (size_t i = 0; i < n; i++)
    dx[i] = x[i] > 0 ? dy[i] : 0;
}

/* Element of plane-major data: window (py,px), position k inside it. */
static size_t window_at(int plane, int h, int w, int py, int px, int kh, int kw, int k)
{
  return (size_t)((plane * h + py * kh + k / kw) * w + px * kw + k % kw);
}

void curta_ops_maxpool(int8_t *y, uint8_t *idx, const int8_t *x, int planes, int h, int w, int kh, int kw)
{
  size_t o = 0;
  for (int c = 0; c < planes; c++)
    for (int py = 0; py < h / kh; py++)
      for (int px = 0; px < w / kw; px++, o++) {
        int best = 0;
        for (int k = 1; k < kh * kw; k++)
          if (x[window_at(c, h, w, py, px, kh, kw, k)] > x[window_at(c, h, w, py, px, kh, kw, best)])
            best = k;
        idx[o] = (uint8_t)best;
        y[o] = x[window_at(c, h, w, py, px, kh, kw, best)];
      }
}

void curta_ops_maxpool_dx(int8_t *dx, const int8_t *dy, const uint8_t *idx, int planes, int h, int w, int kh, int kw)
{
  size_t o = 0;
  for (size_t i = 0; i < (size_t)planes * (size_t)h * (size_t)w; i++)
    dx[i] = 0;
  for (int c = 0; c < planes; c++)
    for (int py = 0; py < h / kh; py++)
      for (int px = 0; px < w / kw; px++, o++)
        dx[window_at(c, h, w, py, px, kh, kw, idx[o])] = dy[o];
}

void curta_ops_mask(int8_t *y, const int8_t *x, const int8_t *mask, int n, int c, int hw)
{
  size_t i = 0;
  for (int image = 0; image < n; image++)
    for (int channel = 0; channel < c; channel++)
      for (int k = 0; k < hw; k++, i++)
        y[i] = mask[channel] > 0 ? x[i] : 0;
}

void curta_ops_loss(int8_t *err, int64_t *t, int32_t *g, const int8_t *a, const uint16_t *labels, int n, int c,
                    int32_t e, enum curta_round mode, const struct curta_draws *draws)
{
  uint32_t classes = (uint32_t)c;
  for (int row = 0; row < n; row++) {
    size_t at = (size_t)row * classes;
    curta_loss_terms(t + at, a + at, classes, curta_loss_exponent(e));
    curta_loss_gradient(g + at, t + at, classes, labels[row]);
  }
  curta_ops_requant(err, g, (size_t)n * classes, CURTA_LOSS_SHIFT, mode, 0, draws);
}

int curta_ops_correct(const int8_t *a, const uint16_t *labels, int n, int c)
{
  int right = 0;
  for (int row = 0; row < n; row++, a += c) {
    int best = 0;
    for (int i = 1; i < c; i++)
      best = a[i] > a[best] ? i : best;
    right += best == labels[row];
  }
  return right;
}

void curta_ops_decay(int32_t *x, const int8_t *w, size_t n, int32_t d)
{
  for (size_t i = 0; i < n; i++)
    x[i] = curta_decay(x[i], w[i], d);
}

void curta_ops_update(int8_t *w, int16_t *wf, const int8_t *g, size_t n, int32_t frac)
{
  for (size_t i = 0; i < n; i++) {
    if (wf)
      wf[i] = curta_update_master(wf[i], g[i], frac);
    w[i] = wf ? curta_round_psto(wf[i], frac) : curta_update(w[i], g[i]);
  }
}
