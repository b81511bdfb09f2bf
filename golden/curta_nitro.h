/* SPDX-License-Identifier: Apache-2.0
 * curta_nitro.h - the numerics law of NITRO-D in code (docs/numerics.md 5): every rule of how a number is made, once
 *
 * Source: Pirillo, Colombo, Roveri, "NITRO-D: native integer-only training of deep convolutional neural networks",
 * arXiv 2407.11698, and the authors' code; where paper and code differ the code is followed. Freestanding C11, no
 * floating point, no right shift of a negative value, no signed overflow. Beside curta_num.h, which the whole machine
 * shares.
 */
#ifndef CURTA_NITRO_H
#define CURTA_NITRO_H
#include "curta_num.h"

/* Constants of every published experiment; a network description may say otherwise where a function takes them. */
#define CURTA_NITRO_LR 512      /* inverse learning rate at the start */
#define CURTA_NITRO_AMPLIFY 640 /* amplification of forward layers: 2^6 classes; 1 for learning and output layers */
#define CURTA_NITRO_SLOPE 4     /* inverse slope of NITRO-ReLU below 0 */
#define CURTA_NITRO_TARGET 32   /* one-hot value of the label; 0 elsewhere */
#define CURTA_NITRO_HEAD 4096   /* largest input of a learning layer */
#define CURTA_NITRO_STATISTICS 25000 /* images that normalisation looks at */

/* What left its range; a run ORs these together and reports them. Results stay those of the reference, but a machine
 * whose operands are narrower than int32 must not be believed after WEIGHT or DELTA. */
enum curta_nitro_flag {
  CURTA_NITRO_SUM = 1,    /* a sum is not an int32: the result is the sum modulo 2^32 */
  CURTA_NITRO_WEIGHT = 2, /* a weight needs more than 18 bits */
  CURTA_NITRO_DELTA = 4,  /* a delta needs more than 24 bits */
  CURTA_NITRO_WRAP = 8,   /* a loss gradient is not an int8 */
};

static inline int32_t curta_nitro_clip(int32_t x, int32_t low, int32_t high)
{
  return x < low ? low : x > high ? high : x;
}

/* Every division of the algorithm: n / d truncated toward zero, d > 0. */
static inline int32_t curta_nitro_div(int32_t n, int32_t d)
{
  return n / d;
}

/* ------------------------------------------------------------------ sums */

#define CURTA_NITRO_GUARD 4 /* bits that an accumulator keeps above 32 */

/* Whether a sum has left int32, from the sum modulo 2^36: bits 31..35 differ. Does not depend on the order of addition;
 * blind for sums within 2^31 of a multiple of 2^36 other than 0. */
static inline uint32_t curta_nitro_sum_flag(int64_t sum)
{
  uint64_t above = (uint64_t)sum >> 31 & ((2u << CURTA_NITRO_GUARD) - 1u);
  return above == 0 || above == (2u << CURTA_NITRO_GUARD) - 1u ? 0 : CURTA_NITRO_SUM;
}

static inline int32_t curta_nitro_sum(int64_t sum)
{
  return curta_s32((uint32_t)(uint64_t)sum);
}

/* `flag` if x is not a signed integer of `bits` bits, else 0. */
static inline uint32_t curta_nitro_width_flag(int32_t x, int bits, uint32_t flag)
{
  return curta_bitlen(x < 0 ? ~(uint32_t)x : (uint32_t)x) < bits ? 0 : flag;
}

/* ------------------------------------------------------------------ scaling layer and NITRO-ReLU */

/* Divisor of a layer with k products in a sum. */
static inline int32_t curta_nitro_scale_factor(int32_t k)
{
  return 256 * k;
}

/* The power of two that is nearest to k in ratio: what `shifts` takes in its place, so that scaling is a shift. */
static inline int32_t curta_nitro_power(int32_t k)
{
  int32_t below = 1 << (curta_bitlen((uint32_t)k) - 1);
  return (int64_t)k * k > 2 * (int64_t)below * below ? 2 * below : below;
}

static inline int8_t curta_nitro_scale(int32_t z, int32_t factor)
{
  return (int8_t)curta_nitro_clip(curta_nitro_div(z, factor), -127, 127);
}

/* Mean of the activation that NITRO-ReLU takes away, by inverse slope; 0: no such slope. No single rounding rule
 * gives this table. */
static inline int32_t curta_nitro_mean(int32_t slope)
{
  switch (slope) {
  case 3:
    return 31;
  case 4:
    return 36;
  case 5:
    return 38;
  case 7:
    return 40;
  case 8:
    return 42;
  case 10:
    return 43;
  case 15:
  case 16:
    return 44;
  case 20:
    return 45;
  default:
    return 0;
  }
}

static inline int8_t curta_nitro_relu(int8_t zs, int32_t slope)
{
  int32_t z = curta_nitro_clip(zs, -127, 127);
  return (int8_t)((z < 0 ? curta_nitro_div(z, slope) : z) - curta_nitro_mean(slope));
}

/* dz from the delta of the activation and the saved zs. The saturated negative side keeps its slope. (For zs = 127 the
 * reference divides by 2^31 - 1; no delta that a weight of 20 bits can make is that large.) */
static inline int32_t curta_nitro_relu_dx(int32_t delta, int8_t zs, int32_t slope)
{
  return zs >= 127 ? 0 : zs < 0 ? curta_nitro_div(delta, slope) : delta;
}

/* ------------------------------------------------------------------ loss and update */

/* Gradient of the squared error, factor 2 dropped, as the reference's int8 holds it: modulo 2^8. */
static inline int8_t curta_nitro_loss(int8_t y, int32_t target)
{
  uint32_t low = (uint32_t)(y - target) & 0xffu;
  return (int8_t)(low < 128 ? (int32_t)low : (int32_t)low - 256);
}

/* IntegerSGD: what is subtracted from w. divisor = inverse learning rate x amplification; decay 0: none. */
static inline int32_t curta_nitro_update(int32_t w, int32_t gradient, int32_t divisor, int32_t decay)
{
  uint32_t u = (uint32_t)curta_nitro_div(gradient, divisor);
  return curta_s32(u + (decay > 0 ? (uint32_t)curta_nitro_div(w, decay) : 0u));
}

/* w - update modulo 2^32 */
static inline int32_t curta_nitro_weight(int32_t w, int32_t update)
{
  return curta_s32((uint32_t)w - (uint32_t)update);
}

/* ------------------------------------------------------------------ pooling in front of a learning layer */

/* Windows kh x kw that touch, oh x ow of them, over a map with pad_h zero rows above and below, pad_w zero columns
 * left and right. Rows and columns beyond the last whole window are dropped. kh = kw = 1: no pooling. */
struct curta_nitro_pool {
  int32_t kh, kw, pad_h, pad_w, oh, ow;
};

/* Padding of one dimension that is to give `windows` windows. */
static inline int32_t curta_nitro_pool_pad(int32_t size, int32_t kernel, int32_t windows)
{
  return kernel * (windows - size / kernel) / 2;
}

/* Geometry for c maps of size x size in front of at most `limit` inputs: the rows are halved first, then the columns.
 */
static inline struct curta_nitro_pool curta_nitro_head_pool(int32_t c, int32_t size, int32_t limit)
{
  struct curta_nitro_pool p = {1, 1, 0, 0, size, size};
  while (c * p.oh * p.ow > limit && p.kh < size) {
    p.kh *= 2;
    p.oh = (size + p.kh - 1) / p.kh;
    if (c * p.oh * p.ow > limit) {
      p.kw *= 2;
      p.ow = (size + p.kw - 1) / p.kw;
    }
  }
  p.pad_h = curta_nitro_pool_pad(size, p.kh, p.oh);
  p.pad_w = curta_nitro_pool_pad(size, p.kw, p.ow);
  p.oh = (size + 2 * p.pad_h) / p.kh;
  p.ow = (size + 2 * p.pad_w) / p.kw;
  return p;
}

/* ------------------------------------------------------------------ random choices: curta_rand of the caller */

/* Uniform in 0..n-1 from 32 random bits. */
static inline int32_t curta_nitro_uniform(uint32_t draw, uint32_t n)
{
  return (int32_t)((uint64_t)draw * n >> 32);
}

/* Whether dropout with a rate in thousandths keeps an element. */
static inline int32_t curta_nitro_keep(uint32_t draw, int32_t rate)
{
  return curta_nitro_uniform(draw, 1000) >= rate;
}

/* What is multiplied to a kept element, in thousandths. */
static inline int32_t curta_nitro_dropout_factor(int32_t rate)
{
  return 1000000 / (1000 - rate);
}

static inline int32_t curta_nitro_dropout(int32_t x, int32_t keep, int32_t rate)
{
  return keep ? curta_nitro_div(x * curta_nitro_dropout_factor(rate), 1000) : 0;
}

/* Largest r with r r <= x */
static inline int32_t curta_nitro_sqrt(int32_t x)
{
  int32_t r = 0;
  while ((int64_t)(r + 1) * (r + 1) <= x)
    r++;
  return r;
}

/* Initial weights are uniform in -b..b, k products in a sum: Kaiming's bound in thousandths, gain 1.372, root of 3
 * 1.732, scaled by 128. */
static inline int32_t curta_nitro_init_bound(int32_t k)
{
  int64_t b = (int64_t)1372 * 128 * 1732 / ((int64_t)curta_nitro_sqrt(k) * 1000000);
  return b > 64 ? 64 : (int32_t)b;
}

static inline int32_t curta_nitro_init(uint32_t draw, int32_t bound)
{
  return curta_nitro_uniform(draw, 2u * (uint32_t)bound + 1u) - bound;
}

/* ------------------------------------------------------------------ images */

/* Pixel of a channel with the mean and mean absolute deviation of (pixel - 128). */
static inline int8_t curta_nitro_pixel(uint8_t pixel, int32_t mean, int32_t deviation)
{
  return (int8_t)curta_nitro_clip(curta_nitro_div((pixel - 128 - mean) * 51, deviation), -128, 127);
}

/* ------------------------------------------------------------------ plateau schedule and early stopping */

struct curta_nitro_schedule {
  int32_t lr;                       /* inverse learning rate of the next epoch */
  int32_t epoch;                    /* epochs done */
  int32_t plateau, patience;        /* epochs without a gain */
  uint32_t plateau_best, stop_best; /* in correct images */
};

static inline struct curta_nitro_schedule curta_nitro_schedule_start(void)
{
  return (struct curta_nitro_schedule){.lr = CURTA_NITRO_LR};
}

/* A gain is at least one hundredth of all images. */
static inline int curta_nitro_gain(uint32_t correct, uint32_t best, uint32_t images)
{
  return (uint64_t)correct * 100 >= (uint64_t)best * 100 + images;
}

/* After an epoch with `correct` of `images` test images; 1: stop. The first 10 epochs do not count for the plateau, the
 * first 30 not for the stop. */
static inline int curta_nitro_schedule_epoch(struct curta_nitro_schedule *s, uint32_t correct, uint32_t images)
{
  int32_t epoch = ++s->epoch;
  if (epoch >= 10) {
    if (curta_nitro_gain(correct, s->plateau_best, images)) {
      s->plateau_best = correct;
      s->plateau = 0;
    } else if (++s->plateau == 15) {
      s->plateau = 0;
      s->lr *= 3;
    }
  }
  if (epoch < 30)
    return 0;
  if (curta_nitro_gain(correct, s->stop_best, images)) {
    s->stop_best = correct;
    s->patience = 0;
  } else {
    s->patience++;
  }
  return s->patience >= 35;
}
#endif
