/* SPDX-License-Identifier: Apache-2.0
 * test_kernels.c - the inner loops of the golden device, plain and AVX2, against curta_num.h and the definition
 *
 * usage: test_kernels [SEED]
 */
#include <stdio.h>
#include <stdlib.h>
#include "bench.h"
#include "curta_kernels.h"

/* Values near the edges of rounding: 0, powers of two and multiples of the step, one off either way. */
static int32_t edge(uint32_t i)
{
  static const uint32_t base[] = {0, 1, 127, 128, 0x7fffffff, 0x80000000u};
  uint32_t k = rnd(32), v = i % 4 == 0   ? base[rnd(6)]
                            : i % 4 == 1 ? 1u << k
                            : i % 4 == 2 ? rnd(256) << rnd(24)
                                         : word();
  return curta_s32((rnd(2) ? v : 0u - v) + rnd(3) - 1u);
}

static void test_requant(void)
{
  int bad = 0;
  for (int fast = 0; fast < 2; fast++)
    for (int32_t shift = 1; shift < 32; shift++)
      for (uint32_t mode = 0; mode < 4 && !bad; mode++) {
        struct curta_kernel_rounding how = {shift, (enum curta_round)mode, word(), word(), word()};
        int32_t x[256];
        int8_t y[256];
        for (uint32_t i = 0; i < 256; i++)
          x[i] = edge(i);
        curta_kernel_select(fast);
        curta_kernel_requant(y, x, 256, &how);
        for (uint32_t i = 0; i < 256 && !bad; i += 8) {
          uint32_t all = 0;
          for (uint32_t k = i; k < i + 8; k++)
            all |= curta_mag(x[k]);
          if (curta_kernel_magnitudes(x + i, 8) != all)
            bad = fail("kernel of rounding", "magnitudes", all, curta_kernel_magnitudes(x + i, 8));
        }
        for (uint32_t i = 0; i < 256 && !bad; i++) {
          int8_t want = curta_requant(x[i], shift, how.mode, 0, curta_rand(how.seed, how.tensor, how.index + i));
          char what[96];
          snprintf(what, sizeof what, "fast %d shift %d mode %u of %d", fast, (int)shift, mode, (int)x[i]);
          if (y[i] != want)
            bad = fail("kernel of rounding", what, (uint8_t)want, (uint8_t)y[i]);
        }
      }
  if (!bad)
    printf("PASS kernel of rounding\n");
}

/* Tiles of extremes and random values, both modes of both operands, against the definition. */
static int products_case(int fast, uint32_t t, uint32_t kp, uint32_t n)
{
  static int8_t tile[2][8][256];
  static int16_t pairs[2][8][256];
  static int32_t sum[256] __attribute__((aligned(64)));
  uint32_t want[256], mode[2] = {rnd(2), rnd(2)};
  struct curta_product p[8];
  curta_kernel_select(fast);
  for (uint32_t o = 0; o < 2; o++)
    for (uint32_t x = 0; x < n; x++) {
      for (uint32_t i = 0; i < t * t; i++)
        tile[o][x][i] = rnd(3) ? (int8_t)word() : -128;
      curta_kernel_pairs(pairs[o][x], tile[o][x], t, (int)mode[o]);
      p[x] = (struct curta_product){pairs[0][x], pairs[1][x]};
    }
  for (uint32_t i = 0; i < t; i++)
    for (uint32_t j = 0; j < t; j++) {
      uint32_t e = i * t + j;
      sum[e] = curta_s32(want[e] = word());
      for (uint32_t x = 0; x < n; x++)
        for (uint32_t k = 0; k < 2 * kp; k++)
          want[e] +=
              (uint32_t)(tile[0][x][mode[0] ? k * t + i : i * t + k] * tile[1][x][mode[1] ? k * t + j : j * t + k]);
    }
  curta_kernel_products(sum, p, n, t, kp);
  for (uint32_t e = 0; e < t * t; e++)
    if ((uint32_t)sum[e] != want[e])
      return fail("kernel of products", fast ? "AVX2" : "plain C", want[e], (uint32_t)sum[e]);
  return 0;
}

static void test_products(void)
{
  int bad = 0;
  for (int fast = 0; fast < 2; fast++)
    for (uint32_t t = 8; t <= 16; t += 8)
      for (uint32_t kp = 1; kp <= t / 2; kp++)
        for (uint32_t n = 1; n <= 8 && !bad; n++)
          bad = products_case(fast, t, kp, n);
  if (!bad)
    printf("PASS kernel of products\n");
}

int main(int argc, char **argv)
{
  set_seed(argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 1);
  test_requant();
  test_products();
  return failures != 0;
}
