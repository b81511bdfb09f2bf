/* SPDX-License-Identifier: Apache-2.0
 * init.c - initial weights, input tables, dropout masks, in integers (NITI, arXiv 2009.13108, and its code) */
#include <errno.h>
#include "curta_num.h"
#include "init_int.h"

#define RAND_WEIGHTS 0x57000000u /* tensor numbers of curta_rand that no training step uses */
#define RAND_DROPOUT 0x44000000u

/* A draw for weight i. Uniform: 16 bits, in units of 2^-15. Normal: sum of 16 bytes, standard deviation sqrt(349525)/2.
 */
static int32_t draw(const struct curta_opt *opt, uint32_t layer, uint32_t i)
{
  int32_t sum = -16 * 255 / 2;
  if (opt->init_uniform)
    return (int32_t)(curta_rand(opt->seed, RAND_WEIGHTS + layer, i) & 0xffffu) - 32768;
  uint32_t halves = 0; /* sums of the even and of the odd bytes */
  for (uint32_t j = 0; j < 4; j++) {
    uint32_t r = curta_rand(opt->seed, RAND_WEIGHTS + layer, 4 * i + j);
    halves += (r & 0x00ff00ffu) + (r >> 8 & 0x00ff00ffu);
  }
  return sum + (int32_t)((halves & 0xffffu) + (halves >> 16));
}

/* e = ceil(log2 r) - 7 with r the largest weight: r^2 = largest^2 num / (den (fan_in + fan_out)) */
static int32_t weight_exponent(uint32_t largest, uint32_t num, uint64_t den, uint64_t fans)
{
  uint64_t left = (uint64_t)largest * largest * num, right = den * fans;
  int32_t b = 0;
  while (left * 4 <= right) {
    left *= 4;
    b--;
  }
  while (left > right) {
    right *= 4;
    b++;
  }
  return b - 7;
}

int curta_init_weights(const struct curta_net *net, uint32_t layer, const struct curta_opt *opt, int8_t *weights,
                       int32_t *exponent)
{
  return curta_init_weights_in(net, layer, opt, 0, weights, exponent);
}

int curta_init_weights_in(const struct curta_net *net, uint32_t layer, const struct curta_opt *opt, int16_t *draws,
                          int8_t *weights, int32_t *exponent)
{
  const struct curta_layer *l = &net->layer[layer < net->n_layers ? layer : 0];
  uint64_t n = layer < net->n_layers ? curta_layer_weights(l) : 0, fans;
  uint32_t largest = 1, taps = (uint32_t)l->kernel * l->kernel;
  if (!n || n > 0x3fffffffu) /* a draw takes up to four numbers of a 32-bit count */
    return -EINVAL;
  for (uint32_t i = 0; i < n; i++) {
    int32_t z = draw(opt, layer, i);
    uint32_t a = curta_abs(z);
    largest = a > largest ? a : largest;
    if (draws)
      draws[i] = (int16_t)z;
  }
  for (uint32_t i = 0; i < n; i++) {
    int32_t z = draws ? draws[i] : draw(opt, layer, i);
    int32_t q = (int32_t)((curta_abs(z) * 254u + largest) / (2u * largest));
    weights[i] = (int8_t)(z < 0 ? -q : q);
  }
  fans = l->kind == CURTA_LAYER_CONV ? (uint64_t)taps * (l->c + l->o) : n / l->o + l->o;
  *exponent =
      opt->init_uniform ? weight_exponent(largest, 6, 1ull << 30, fans) : weight_exponent(largest, 8, 349525, fans);
  return 0;
}

/* Nearest integer of num/den (num >= 0), ties to even. */
static int64_t round_even(int64_t num, int64_t den)
{
  int64_t q = num / den, rest = 2 * (num % den);
  return q + (rest > den || (rest == den && (q & 1)));
}

int curta_input_table(const struct curta_opt *opt, uint32_t channels, const uint32_t *mean, const uint32_t *std,
                      int8_t (*table)[256], int32_t *exponent)
{
  int64_t rn = 0, rd = 1; /* largest |value| = rn / rd; value = (10000 p - 255 mean) / (255 std) */
  int32_t b = 0;
  if (!channels)
    return -EINVAL;
  for (uint32_t c = 0; c < channels; c++) {
    if (!std[c] || std[c] > 100000 || mean[c] > 100000)
      return -EINVAL;
    for (int32_t p = 0; p < 256; p += 255) {
      int64_t v = 10000 * (int64_t)p - 255 * (int64_t)mean[c], d = 255 * (int64_t)std[c];
      v = v < 0 ? -v : v;
      if (v * rd > rn * d) {
        rn = v;
        rd = d;
      }
    }
  }
  while (b < 20 && rn > rd << b) /* b = ceil(log2 r) */
    b++;
  if (rn)
    while (b <= 0 && b > -20 && rn << (1 - b) <= rd)
      b--;
  for (uint32_t c = 0; c < channels; c++)
    for (int32_t p = 0; p < 256; p++) {
      int64_t v = 10000 * (int64_t)p - 255 * (int64_t)mean[c], d = 255 * (int64_t)std[c], m = v < 0 ? -v : v, q;
      if (opt->input_pow2)
        q = b <= 7 ? round_even(m << (7 - b), d) : round_even(m, d << (b - 7));
      else
        q = rn ? round_even(m * 127 * rd, d * rn) : 0;
      q = v < 0 ? (q > 128 ? -128 : -q) : (q > 127 ? 127 : q);
      table[c][p] = (int8_t)q;
    }
  *exponent = b - 7;
  return 0;
}

void curta_input_apply(const int8_t (*table)[256], uint32_t n, uint32_t channels, uint32_t pixels_per_channel,
                       const uint8_t *pixels, int8_t *x)
{
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t c = 0; c < channels; c++)
      for (uint32_t p = 0; p < pixels_per_channel; p++)
        *x++ = table[c][*pixels++];
}

bool curta_kept(uint32_t layer, uint32_t drop_log2, uint32_t seed, uint32_t step, uint32_t feature)
{
  return !(curta_rand(seed, RAND_DROPOUT + (layer << 16) + step, feature) & ((1u << drop_log2) - 1));
}

void curta_dropout_mask(const struct curta_net *net, uint32_t layer, uint32_t seed, uint32_t step, uint8_t *mask)
{
  const struct curta_layer *l = &net->layer[layer];
  uint32_t n = l->c * l->h * l->w;
  for (uint32_t f = 0; f < n; f++)
    mask[f] = curta_kept(layer, l->drop_log2, seed, step, f);
}
