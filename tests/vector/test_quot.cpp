/* SPDX-License-Identifier: Apache-2.0
 * test_quot.cpp - the lanes of curta_vquot against curta_nitro.h: division by every published scaling factor and update divisor,
 *   at every multiple and beside it, then at random; and against the formula with fields that mean no division
 * usage: test_quot [seed]
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include "Vquot.h"
#include "verilated.h"
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wmissing-field-initializers" /* C11 */
#include "curta_nitro.h"
#pragma GCC diagnostic pop

static const int kLanes = 8;
static Vquot top;
static uint64_t rng_state, seed;
static long groups;
static int failures;
static uint32_t rnd()
{
  rng_state ^= rng_state << 13;
  rng_state ^= rng_state >> 7;
  rng_state ^= rng_state << 17;
  return (uint32_t)(rng_state >> 16);
}

struct Fields {
  uint32_t s, t, m;              // |x| >> s, times m, >> t
  bool wide;
};

static void tick()
{
  top.clk_i = 1;
  top.eval();
  top.clk_i = 0;
  top.eval();
}

// One group: |x| >> s stands at the inputs as long as the lanes take; the answers of UPDATE (modulo 2^32) and of MAP.
static void group(const Fields &f, const int32_t *x, uint32_t *update, int8_t *map)
{
  top.wide_i = f.wide;
  top.m_i = f.m;
  top.t_i = (uint8_t)(f.t - 23);
  top.big_i = top.neg_i = 0;
  for (int k = 0; k < kLanes; k++) {
    uint32_t u = (uint32_t)(x[k] < 0 ? 0u - (uint32_t)x[k] : (uint32_t)x[k]) >> f.s, low = u & 0xffffff;
    for (int b = 0; b < 24; b++) {
      int bit = 24 * k + b;
      top.u_i[bit / 32] = (top.u_i[bit / 32] & ~(1u << bit % 32)) | (low >> b & 1) << bit % 32;
    }
    top.big_i |= (uint8_t)((u >> 24 ? 1u : 0u) << k);
    top.neg_i |= (uint8_t)((x[k] < 0 ? 1u : 0u) << k);
  }
  top.first_i = 1;  // the factor goes ahead of the group
  tick();
  top.first_i = 0;
  top.valid_i = 1;
  for (int c = 0; c < (f.wide ? 2 : 1) + 1; c++) {
    tick();
    top.valid_i = 0;
    if (top.done_o)
      failures++;
  }
  tick();
  for (int k = 0; k < kLanes && top.done_o; k++) {  // what curta_vweight makes of it
    uint32_t mag = 0;
    for (int b = 0; b < 25; b++)
      mag |= (top.q_o[(25 * k + b) / 32] >> (25 * k + b) % 32 & 1) << b;
    update[k] = top.neg_o >> k & 1 ? 0u - mag : mag;
  }
  if (!top.done_o)
    failures++;
  tick();
  for (int k = 0; k < kLanes; k++)
    map[k] = (int8_t)(top.y_o >> 8 * k & 0xff);
  if (!top.valid_o)
    failures++;
  groups++;
}

static void fail(const char *what, const Fields &f, int32_t x, int64_t want, int64_t got)
{
  if (failures++ < 4)
    printf("FAIL quot %s: seed %llu x %d s %u t %u m %u wide %d expected %lld got %lld\n", what, (unsigned long long)seed, x, f.s, f.t,
           f.m, f.wide, (long long)want, (long long)got);
}

// d = 2^s m with the t for which the factor has `bits` bits in front of zeros; checks the condition of machine.md section 7 up to n_max
static Fields fields(uint32_t d, uint32_t bits, uint32_t n_max)
{
  Fields f = {0, 47, 0, true};
  while (d % 2 == 0) {
    d /= 2;
    f.s++;
  }
  while (((1ull << f.t) + d - 1) / d >= 1ull << bits)
    f.t--;
  f.m = (uint32_t)(((1ull << f.t) + d - 1) / d) << (24 - bits);
  f.t += 24 - bits;
  if ((uint64_t)(f.m * (uint64_t)d - (1ull << f.t)) * n_max >= 1ull << f.t) {
    printf("FAIL quot: no exact factor of %u bits for %u\n", bits, d);
    failures++;
  }
  return f;
}

static int32_t beside(uint32_t d)
{
  uint64_t m = (uint64_t)(rnd() % 131) * d + rnd() % 3 - 1;
  m = m > INT32_MAX ? INT32_MAX : m;
  return rnd() % 4 == 0 ? (int32_t)rnd() : rnd() & 1 ? -(int32_t)m : (int32_t)m;
}

static void scaling(uint32_t k)
{
  uint32_t d = 256 * k, odd = d >> __builtin_ctz(d);
  for (int narrow = 0; narrow < 2; narrow++) {
    if (narrow && 128 * odd >= 1u << 18)
      continue;
    Fields f = fields(d, narrow ? 18 : 24, narrow ? 1 : 128 * odd - 1);
    f.wide = !narrow;
    if (narrow && (uint64_t)(f.m * (uint64_t)odd - (1ull << f.t)) * (128 * odd - 1) >= 1ull << f.t)
      continue;  // 18 bits are not enough for this one: the planner takes 24
    for (int i = 0; i < 300; i++) {
      int32_t x[kLanes];
      uint32_t update[kLanes];
      int8_t map[kLanes];
      for (int j = 0; j < kLanes; j++)
        x[j] = i == 0 ? (j & 1 ? INT32_MIN : INT32_MAX) : beside(d);
      group(f, x, update, map);
      for (int j = 0; j < kLanes; j++)
        if (map[j] != curta_nitro_scale(x[j], (int32_t)d))
          fail("scaling", f, x[j], curta_nitro_scale(x[j], (int32_t)d), map[j]);
    }
  }
}

static void update(uint32_t d, uint32_t limit)
{
  Fields f = fields(d, 24, limit >> __builtin_ctz(d));
  for (int i = 0; i < 400; i++) {
    int32_t x[kLanes];
    uint32_t got[kLanes];
    int8_t map[kLanes];
    for (int j = 0; j < kLanes; j++) {
      int64_t n = rnd() & 1 ? (int64_t)(rnd() % (limit / d + 1)) * d + rnd() % 3 - 1 : (int64_t)(rnd() % ((uint64_t)limit + 1));
      n = n < 0 ? 0 : n > limit ? limit : n;
      x[j] = (int32_t)(rnd() & 1 ? -n : n);
    }
    group(f, x, got, map);
    for (int j = 0; j < kLanes; j++)
      if ((int32_t)got[j] != curta_nitro_div(x[j], (int32_t)d))
        fail("update", f, x[j], curta_nitro_div(x[j], (int32_t)d), (int32_t)got[j]);
  }
}

// Any fields: the formula of the law, whatever it means.
static void formula()
{
  for (int i = 0; i < 20000; i++) {
    Fields f = {rnd() % 32, 23 + rnd() % (rnd() & 1 ? 12 : 32), rnd() >> (8 + rnd() % 24), true};
    if (rnd() & 1)
      f.m = (f.m | 1u << 23) & ~63u;
    f.wide = f.m % 64 || !(f.m >> 23) || f.t > 34 || rnd() & 1;
    int32_t x[kLanes];
    uint32_t update[kLanes];
    int8_t map[kLanes];
    for (int j = 0; j < kLanes; j++)
      x[j] = (int32_t)rnd() >> rnd() % 32;
    group(f, x, update, map);
    for (int j = 0; j < kLanes; j++) {
      uint64_t all = (uint64_t)(x[j] < 0 ? -(int64_t)x[j] : x[j]) >> f.s, q = all * f.m >> f.t;
      int clipped = all >> 24 || q > 127 ? 127 : (int)q;
      uint32_t low = (uint32_t)((all & 0xffffff) * f.m >> f.t);
      if (map[j] != (x[j] < 0 ? -clipped : clipped))
        fail("MAP", f, x[j], x[j] < 0 ? -clipped : clipped, map[j]);
      if (f.wide && update[j] != (x[j] < 0 ? 0u - low : low))
        fail("UPDATE", f, x[j], x[j] < 0 ? 0u - low : low, update[j]);
    }
  }
}

int main(int argc, char **argv)
{
  static const uint32_t terms[] = {9, 10, 27, 50, 54, 100, 144, 512, 576, 784, 1000, 1024, 1152, 2048, 2304, 3000, 3072, 4096, 4608, 65535};
  seed = argc > 1 ? strtoull(argv[1], nullptr, 0) : 1;
  rng_state = seed * 0x9E3779B97F4A7C15u + 1;
  setvbuf(stdout, nullptr, _IOLBF, 0);
  Verilated::randReset(2);
  top.clr_i = 1;
  tick();
  top.clr_i = 0;
  for (uint32_t k : terms)
    scaling(k);
  for (uint32_t k = 1; k <= 5000; k += 1 + rnd() % 60)
    scaling(k);
  if (!failures)
    printf("PASS quot scaling by every published number of products\n");
  int before = failures;
  uint32_t power = 1;
  for (int n = 0; n <= 5; n++, power *= 3) {
    update(512 * power, INT32_MAX);
    update(327680 * power, INT32_MAX);
  }
  for (uint32_t eta : {1000u, 3000u, 4000u, 4500u, 5000u, 8000u, 10000u, 12000u, 19000u, 20000u, 25000u, 28000u, 29000u, 30000u})
    update(eta, 131071);
  if (failures == before)
    printf("PASS quot update and decay\n");
  before = failures;
  formula();
  if (failures == before)
    printf("PASS quot any fields\n");
  printf("     %ld groups\n", groups);
  return failures ? 1 : 0;
}
