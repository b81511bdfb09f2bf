/* SPDX-License-Identifier: Apache-2.0
 * curta_kernels_winograd.h - the transformations of curta_winograd.h, for sets whose packed tiles are of int16
 *
 * Included by the file of a set. Lanes are unsigned: they wrap.
 */
#ifndef CURTA_KERNELS_WINOGRAD_H
#define CURTA_KERNELS_WINOGRAD_H
#include "curta_kernels_loops.h"
#include "curta_winograd.h"

typedef uint16_t lanes16 __attribute__((vector_size(32), may_alias));
typedef uint32_t lanes32 __attribute__((vector_size(32), may_alias));
typedef int32_t signed32 __attribute__((vector_size(32), may_alias));

/* h_k = 2 (d_{k+2} - d_k) - 3 d_{k+1} is common to four rows of B. */
CURTA_INLINE void moving_points(lanes16 v[6], const lanes16 d[6])
{
  lanes16 e = d[3] - d[1], f = d[4] - d[2], e2 = e + e, f2 = f + f, h1 = e2 - 3 * d[2], h2 = f2 - 3 * d[3];
  v[0] = h2 - (2 * (d[2] - d[0]) - 3 * d[1]);
  v[1] = h2 + h1;
  v[2] = h2 - h1;
  v[3] = f2 + e;
  v[4] = f - e2;
  v[5] = 2 * (d[5] - d[3]) - 3 * d[4] - h1;
}

/* Three taps leave room in int16 for the factors 15, -5, 5, 1, -1, 15 that four taps leave to the results. */
CURTA_INLINE void still_points(lanes16 u[6], const lanes16 *g, uint32_t taps)
{
  if (taps == 3) {
    lanes16 outer = g[0] + g[2];
    u[0] = 15 * g[0];
    u[1] = -(5 * (outer + g[1]));
    u[2] = 5 * (outer - g[1]);
    u[3] = g[0] + 2 * g[1] + 4 * g[2];
    u[4] = 2 * g[1] - 4 * g[0] - g[2];
    u[5] = 15 * g[2];
  } else {
    lanes16 even = g[0] + g[2], odd = g[1] + g[3];
    u[0] = g[0];
    u[1] = even + odd;
    u[2] = even - odd;
    u[3] = g[0] + 2 * g[1] + 4 * (g[2] + 2 * g[3]);
    u[4] = 4 * (2 * g[0] - g[1]) + 2 * g[2] - g[3];
    u[5] = g[3];
  }
}

CURTA_INLINE void result_places(lanes32 *y, const lanes32 m[6], uint32_t taps)
{
  if (taps == 3) {
    lanes32 a = m[1] + m[2], b = m[1] - m[2];
    y[0] = m[0] + a + m[3] + 8 * m[4];
    y[1] = b + 2 * (m[3] - 2 * m[4]);
    y[2] = a + 2 * (2 * m[3] + m[4]);
    y[3] = b + 8 * m[3] - m[4] + m[5];
  } else {
    lanes32 a = 5 * (m[2] - m[1]), b = -(5 * (m[1] + m[2]));
    y[0] = 15 * m[0] + a + m[3] - 4 * m[4];
    y[1] = b + 2 * (m[3] + m[4]);
    y[2] = a + 4 * m[3] - m[4] + 15 * m[5];
  }
}

CURTA_INLINE lanes16 load16(const uint8_t *tile, uint32_t at)
{
  return tile ? *(const lanes16 *)(const void *)(tile + at) : (lanes16){0};
}

static void winograd_moving(uint8_t *out, size_t pitch, const uint8_t *const *in, uint32_t bytes)
{
  for (uint32_t at = 0; at < bytes; at += 32) {
    lanes16 half[6][6];
    for (uint32_t x = 0; x < 6; x++) {
      lanes16 d[6], v[6];
      for (uint32_t y = 0; y < 6; y++)
        d[y] = load16(in[6 * y + x], at);
      moving_points(v, d);
      for (uint32_t y = 0; y < 6; y++)
        half[y][x] = v[y];
    }
    for (uint32_t y = 0; y < 6; y++) {
      lanes16 v[6];
      moving_points(v, half[y]);
      for (uint32_t x = 0; x < 6; x++)
        *(lanes16 *)(void *)(out + (6 * y + x) * pitch + at) = v[x];
    }
  }
}

CURTA_INLINE void still_taps(uint8_t *out, size_t pitch, const uint8_t *const *in, uint32_t bytes, uint32_t taps)
{
  for (uint32_t at = 0; at < bytes; at += 32) {
    lanes16 half[6][4];
    for (uint32_t x = 0; x < taps; x++) {
      lanes16 g[4], u[6];
      for (uint32_t y = 0; y < taps; y++)
        g[y] = load16(in[taps * y + x], at);
      still_points(u, g, taps);
      for (uint32_t y = 0; y < 6; y++)
        half[y][x] = u[y];
    }
    for (uint32_t y = 0; y < 6; y++) {
      lanes16 u[6];
      still_points(u, half[y], taps);
      for (uint32_t x = 0; x < 6; x++)
        *(lanes16 *)(void *)(out + (6 * y + x) * pitch + at) = u[x];
    }
  }
}

static void winograd_still(uint8_t *out, size_t pitch, const uint8_t *const *in, uint32_t bytes, uint32_t taps)
{
  if (taps == 3)
    still_taps(out, pitch, in, bytes, 3);
  else
    still_taps(out, pitch, in, bytes, 4);
}

/* 900 y modulo 2^32 to y, |y| < 2^29: 225 * 0x87654321 = 1; the shift is one of a signed number. */
CURTA_INLINE lanes32 exact_quotient(lanes32 y900)
{
  return (y900 * 0x87654321u + 0x80000000u) / 4 - 0x20000000u;
}

CURTA_INLINE uint32_t result_taps(int32_t *const *y, const int32_t *sum, size_t pitch, uint32_t elements, uint32_t taps,
                                  int acc)
{
  const uint32_t side = 7 - taps;
  lanes32 all = {0};
  for (uint32_t at = 0; at < elements; at += 8) {
    lanes32 half[4][6];
    for (uint32_t i = 0; i < 6; i++) {
      lanes32 m[6], r[4];
      for (uint32_t x = 0; x < 6; x++)
        m[x] = *(const lanes32 *)(const void *)(sum + (6 * i + x) * pitch + at);
      result_places(r, m, taps);
      for (uint32_t x = 0; x < side; x++)
        half[x][i] = r[x];
    }
    for (uint32_t x = 0; x < side; x++) {
      lanes32 r[4];
      result_places(r, half[x], taps);
      for (uint32_t i = 0; i < side; i++) {
        int32_t *to = y[side * i + x];
        if (!to)
          continue;
        lanes32 *place = (lanes32 *)(void *)(to + at), q = exact_quotient(r[i]);
        q += acc ? *place : (lanes32){0};
        *place = q;
        all |= (q + (lanes32)((signed32)q > 0)) ^ (lanes32)((signed32)q < 0);
      }
    }
  }
  for (uint32_t i = 1; i < 8; i++)
    all[0] |= all[i];
  return all[0];
}

static uint32_t winograd_results(int32_t *const *y, const int32_t *sum, size_t pitch, uint32_t elements, uint32_t taps,
                                 int acc)
{
  if (taps == 3)
    return acc ? result_taps(y, sum, pitch, elements, 3, 1) : result_taps(y, sum, pitch, elements, 3, 0);
  return acc ? result_taps(y, sum, pitch, elements, 4, 1) : result_taps(y, sum, pitch, elements, 4, 0);
}

#define CURTA_WINOGRAD_LOOPS .moving = winograd_moving, .still = winograd_still, .results = winograd_results
#endif
