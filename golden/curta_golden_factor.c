/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_factor.c - see curta_golden_factor.h
 *
 * Factors have 24 bits, many of them zeros at the end: u m >> (23 + t) is the same without them, and products are short
 * enough for lanes of 32 bits. */
#include "curta_golden_factor.h"

/* The whole shift that belongs to the factor without its zeros. */
static uint32_t shorten(uint32_t *m, uint32_t t)
{
  for (t += 23; t && *m && !(*m & 1u); t--)
    *m >>= 1;
  return t;
}

struct curta_quotient curta_golden_division(uint32_t s, uint32_t t, uint32_t m)
{
  struct curta_quotient q = {s, 0, m, 1u << 24};
  uint64_t top;
  q.t = shorten(&q.m, t);
  top = q.m ? (((uint64_t)128 << q.t) + q.m - 1) / q.m : q.top;
  q.top = top < q.top ? (uint32_t)top : q.top;
  return q;
}

struct curta_rate curta_golden_rate(uint32_t shifts, uint32_t factor)
{
  struct curta_rate r = {0, factor & 0xffffffu};
  uint32_t t = shorten(&r.m, shifts >> 8 & 31);
  r.st = (shifts & 31) | t << 8;
  return r;
}
