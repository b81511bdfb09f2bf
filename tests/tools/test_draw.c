/* SPDX-License-Identifier: Apache-2.0
 * test_draw.c - shuffles and augmentations are pure functions, and what they claim to be
 */
#include <stdint.h>
#include <stdlib.h>

#include "check.h"
#include "draw.h"

#define N 10007u

static void test_order(void)
{
  static uint32_t a[N], b[N];
  static uint8_t seen[N];
  uint32_t same = 0, fixed = 0;
  GROUP("shuffle");
  for (uint32_t epoch = 0; epoch < 3; epoch++) {
    memset(seen, 0, sizeof seen);
    curta_draw_order(a, N, 7, epoch);
    for (uint32_t i = 0; i < N; i++)
      CHECK(a[i] < N && !seen[a[i]]++, "epoch %u: image %u twice or not at all", epoch, a[i]);
  }
  curta_draw_order(b, N, 7, 2);
  CHECK(memcmp(a, b, sizeof a) == 0, "not a pure function");
  curta_draw_order(b, N, 7, 1);
  CHECK(memcmp(a, b, sizeof a) != 0, "two epochs in the same order");
  curta_draw_order(b, N, 8, 2);
  for (uint32_t i = 0; i < N; i++) {
    same += a[i] == b[i];
    fixed += a[i] == i;
  }
  CHECK(same < 10 && fixed < 10, "%u equal between seeds, %u in place", same, fixed);
}

static void test_augment(void)
{
  enum { C = 3, H = 9, W = 7 };
  uint8_t src[C * H * W], dst[C * H * W];
  uint32_t shifts[9][9] = {{0}}, flips = 0, trials = 2000;
  GROUP("crop and flip");
  for (uint32_t i = 0; i < sizeof src; i++)
    src[i] = (uint8_t)(i + 1);
  curta_draw_augment(dst, src, C, H, W, 0, 1, 0, 5);
  CHECK(memcmp(src, dst, sizeof src) == 0, "no flags, but changed");
  for (uint32_t image = 0; image < trials; image++) {
    int found = 0;
    memset(dst, 0xee, sizeof dst);
    curta_draw_augment(dst, src, C, H, W, CURTA_AUGMENT_CROP | CURTA_AUGMENT_FLIP, 1, 2, image);
    /* exactly one of the 9*9*2 candidates, for all channels alike */
    for (int dy = -4; dy <= 4 && !found; dy++)
      for (int dx = -4; dx <= 4 && !found; dx++)
        for (int flip = 0; flip < 2 && !found; flip++) {
          int good = 1;
          for (int c = 0; c < C && good; c++)
            for (int y = 0; y < H && good; y++)
              for (int x = 0; x < W && good; x++) {
                int sy = y + dy, sx = (flip ? W - 1 - x : x) + dx;
                uint8_t want = sy >= 0 && sy < H && sx >= 0 && sx < W ? src[(c * H + sy) * W + sx] : 0;
                good = dst[(c * H + y) * W + x] == want;
              }
          if (!good)
            continue;
          found = 1;
          shifts[dy + 4][dx + 4]++;
          flips += (uint32_t)flip;
        }
    CHECK(found, "image %u: neither crop nor flip", image);
  }
  CHECK(flips > trials * 4 / 10 && flips < trials * 6 / 10, "%u of %u flipped", flips, trials);
  for (int y = 0; y < 9; y++)
    for (int x = 0; x < 9; x++)
      CHECK(shifts[y][x] > 5 && shifts[y][x] < 60, "shift %d,%d drawn %u times of %u", y - 4, x - 4, shifts[y][x],
            trials);
}

int main(void)
{
  test_order();
  test_augment();
  check_end();
  return Check_failed;
}
