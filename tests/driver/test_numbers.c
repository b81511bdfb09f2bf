/* SPDX-License-Identifier: Apache-2.0
 * test_numbers.c - input tables against those of the authors' code, initial weights and their exponents, dropout masks
 *
 * The vectors (tests/vectors/niti) are read from the repository root.
 */
#include <math.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"

/* int8 data of a .npy file: the last n bytes. */
static int read_codes(const char *path, int8_t *codes, long n)
{
  FILE *f = fopen(path, "rb");
  int ok = f && !fseek(f, -n, SEEK_END) && fread(codes, 1, (size_t)n, f) == (size_t)n;
  if (f)
    fclose(f);
  return ok;
}

static int check_table(const char *preset, const char *path)
{
  const uint32_t mean = 1307, std = 3081;
  int8_t table[1][256], codes[256];
  struct curta_opt o;
  int32_t e = 0;
  curta_opt_preset(&o, preset);
  if (curta_input_table(&o, 1, &mean, &std, table, &e) || !read_codes(path, codes, 256)) {
    printf("FAIL input table %s: cannot make the table or read %s\n", preset, path);
    return 1;
  }
  for (int p = 0; p < 256; p++)
    if (table[0][p] != codes[p] || e != -5) {
      printf("FAIL input table %s: pixel %d: expected %d, exponent -5, got %d, %d\n", preset, p, codes[p], table[0][p],
             e);
      return 1;
    }
  printf("PASS input table %s\n", preset);
  return 0;
}

static int check_colour(void)
{
  const uint32_t mean[3] = {4914, 4822, 4465}, std[3] = {2470, 2435, 2616}, zero[3] = {0, 0, 0};
  int8_t table[3][256];
  struct curta_opt o;
  int32_t e;
  int failed = 0;
  for (int preset = 0; preset < 2; preset++) {
    curta_opt_preset(&o, preset ? "niti-2021" : "niti-2020");
    failed |= curta_input_table(&o, 3, mean, std, table, &e) || !curta_input_table(&o, 3, mean, zero, table, &e);
    double r = 0;
    for (int c = 0; c < 3; c++)
      r = fmax(r, fmax(fabs((1 - mean[c] * 1e-4) / (std[c] * 1e-4)), fabs(mean[c] * 1. / std[c])));
    int b = (int)ceil(log2(r));
    for (int c = 0; c < 3; c++)
      for (int p = 0; p < 256; p++) {
        double x = (p / 255. - mean[c] * 1e-4) / (std[c] * 1e-4), q = rint(preset ? ldexp(x, 7 - b) : x / r * 127);
        if (e != b - 7 || table[c][p] != (int)fmin(127, fmax(-128, q))) {
          printf("FAIL input table of colours: preset %d channel %d pixel %d: expected %g, got %d\n", preset, c, p, q,
                 table[c][p]);
          return 1;
        }
      }
  }
  printf("%s input tables of colours\n", failed ? "FAIL" : "PASS");
  return failed;
}

/* Exponent against its definition, spread against the distribution. */
static int check_init(int uniform)
{
  static const char text[] = "input 8 16 16\nconv 32 kernel 3 pad 1\nrelu\nlinear 10\n";
  struct curta_net net;
  struct curta_opt o;
  int failed = 0;
  curta_opt_preset(&o, uniform ? "niti-2021" : "niti-2020");
  if (curta_net_parse(text, sizeof text - 1, &net, 0))
    return 1;
  for (uint32_t layer = 0; layer < 3; layer += 2) {
    size_t n = curta_layer_weights(&net.layer[layer]);
    int8_t *w = malloc(n), *w2 = malloc(n);
    double fans = layer ? 8192 + 10 : 9 * (8 + 32), sum = 0, sq = 0;
    int32_t e, e2;
    int largest = 0;
    failed |= curta_init_weights(&net, layer, &o, w, &e) || curta_init_weights(&net, layer, &o, w2, &e2) || e != e2 ||
              memcmp(w, w2, n);
    for (size_t i = 0; i < n; i++) {
      sum += w[i];
      sq += (double)w[i] * w[i];
      largest = abs(w[i]) > largest ? abs(w[i]) : largest;
    }
    double sigma = sqrt(sq / (double)n), bound = uniform ? sqrt(6 / fans) : sqrt(2 / fans) * 127 / sigma;
    int expect = (int)ceil(log2(bound)) - 7;
    /* the largest draw decides: where the bound is close to a power of two both neighbours are right */
    int near = fabs(log2(bound) - rint(log2(bound))) < 0.05;
    if (largest != 127 || fabs(sum / (double)n) > 3 * sigma / sqrt((double)n) + 0.5 ||
        (e != expect && !(near && abs(e - expect) == 1)) ||
        (uniform ? fabs(sigma - 127 / sqrt(3)) > 1.5 : sigma < 22 || sigma > 45)) {
      printf("FAIL initial weights: %s layer %u: mean %.2f sigma %.2f largest %d exponent %d, expected %d\n",
             uniform ? "uniform" : "normal", layer, sum / (double)n, sigma, largest, e, expect);
      failed = 1;
    }
    free(w);
    free(w2);
  }
  failed |= !curta_init_weights(&net, 1, &o, 0, 0);
  printf("%s initial weights, %s\n", failed ? "FAIL" : "PASS", uniform ? "uniform" : "normal");
  return failed;
}

static int check_dropout(void)
{
  static const char text[] = "input 8 16 16\nflatten\nlinear 4096\nrelu\ndropout 0.75\nlinear 10\n";
  static uint8_t mask[2][4096];
  struct curta_net net;
  uint32_t kept = 0, same = 0;
  if (curta_net_parse(text, sizeof text - 1, &net, 0))
    return 1;
  for (uint32_t step = 0; step < 2; step++)
    curta_dropout_mask(&net, 3, 5, step, mask[step]);
  for (int i = 0; i < 4096; i++) {
    kept += mask[0][i];
    same += mask[0][i] == mask[1][i];
  }
  int ok = kept > 900 && kept < 1150 && same < 3000;
  printf("%s dropout mask keeps %u of 4096 at 0.75, %u the same a step later\n", ok ? "PASS" : "FAIL", kept, same);
  return !ok;
}

int main(void)
{
  return check_table("niti-2020", "tests/vectors/niti/unit/input_lut_range.npy") |
         check_table("niti-2021", "tests/vectors/niti/unit/input_lut_pow2.npy") | check_colour() | check_init(0) |
         check_init(1) | check_dropout();
}
