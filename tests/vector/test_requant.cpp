/* SPDX-License-Identifier: Apache-2.0
 * test_requant.cpp - the lanes of curta_requant against curta_num.h: every shift and mode on the edges, then random values
 * usage: test_requant [seed [groups of each shift and mode]]
 */
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include "Vrequant.h"
#include "curta_spec.h"
#include "curta_num.h"
#include "verilated.h"

static const int kLanes = 8, kDelay = 4;
static Vrequant top;
static uint64_t rng_state;
static uint32_t rnd()
{
  rng_state ^= rng_state << 13;
  rng_state ^= rng_state >> 7;
  rng_state ^= rng_state << 17;
  return (uint32_t)(rng_state >> 16);
}

struct Group {
  int32_t x[kLanes];
  uint32_t r[kLanes];
};
static Group sent[kDelay + 1];  // sent[k]: k cycles ago
static uint64_t seed;
static int failures;

static void tick(const Group &g, bool valid)
{
  memmove(&sent[1], &sent[0], sizeof sent - sizeof sent[0]);
  sent[0] = g;
  top.valid_i = valid;
  memcpy(&top.x_i, g.x, sizeof g.x);
  memcpy(&top.r_i, sent[1].r, sizeof g.r);  // draws are taken in the second stage
  top.clk_i = 1;
  top.eval();
  top.clk_i = 0;
  top.eval();
}

static void fail(const char *what, const Group &g, int lane, int32_t shift, int mode, int wrap, int64_t want, int64_t got)
{
  if (failures++ < 3)
    printf("FAIL requant %s: seed %llu x %d shift %d mode %d wrap %d draw %#x expected %lld got %lld\n", what, (unsigned long long)seed,
           g.x[lane], shift, mode, wrap, g.r[lane], (long long)want, (long long)got);
}

// An interesting operand for this shift.
static int32_t operand(int32_t shift)
{
  static const int32_t edges[] = {0, 1, -1, 2, 126, 127, 128, 129, -126, -127, -128, -129, INT32_MAX, INT32_MIN, INT32_MIN + 1};
  uint32_t pick = rnd() % 8;
  if (pick == 0)
    return edges[rnd() % (sizeof edges / sizeof *edges)];
  if (pick < 4 && shift > 0 && shift < 40) {  // around a multiple of 2^s, or where the two parts of the fraction are equal
    uint64_t q = rnd() % 130, half = rnd() & ((1u << (shift / 2 < 31 ? shift / 2 : 31)) - 1u);
    uint64_t f = pick == 1 ? 0 : pick == 2 ? (uint64_t)1 << (shift - 1) : half << (shift / 2) | (half >> (shift & 1));
    uint64_t m = ((q << shift) + f + rnd() % 3 - 1) & 0xffffffffu;
    return curta_s32(rnd() & 1 ? 0u - (uint32_t)m : (uint32_t)m);
  }
  return curta_s32(rnd()) / (int32_t)(1u << rnd() % 31);
}

static void mode_and_shift(int32_t shift, int mode, int wrap, int groups, bool red)
{
  top.shift_i = (uint32_t)shift;
  top.mode_i = (uint8_t)mode;
  top.wrap_i = (uint8_t)wrap;
  top.red_i = red;
  tick(Group(), false);  // the shift is decoded a cycle ahead
  for (int i = 0; i < groups + kDelay; i++) {
    Group g;
    for (int k = 0; k < kLanes; k++) {
      g.x[k] = operand(shift);
      g.r[k] = rnd() % 4 ? rnd() : (uint32_t)g.x[k] + rnd() % 3 - 1;
    }
    tick(g, i < groups);
    if (red) {
      uint32_t want = 0;
      for (int k = 0; k < kLanes; k++)
        want |= curta_mag(sent[0].x[k]);
      if (i < groups && top.or_o != want)
        fail("OR", sent[0], 0, shift, mode, wrap, want, top.or_o);
      continue;
    }
    if (!top.valid_o)
      continue;
    for (int k = 0; k < kLanes; k++) {
      const Group &old = sent[kDelay - 1];
      int want = curta_requant(old.x[k], shift, (enum curta_round)mode, wrap, old.r[k]);
      int got = (int8_t)(top.y_o >> 8 * k & 0xff);
      if (want != got)
        fail("lane", old, k, shift, mode, wrap, want, got);
    }
  }
}

int main(int argc, char **argv)
{
  int groups = argc > 2 ? atoi(argv[2]) : 700;
  long lanes = 0;
  seed = argc > 1 ? strtoull(argv[1], nullptr, 0) : 1;
  rng_state = seed * 0x9E3779B97F4A7C15u + 1;
  setvbuf(stdout, nullptr, _IOLBF, 0);
  Verilated::randReset(2);
  top.clr_i = 1;
  tick(Group(), false);
  top.clr_i = 0;
  for (int mode = 0; mode < 4; mode++) {
    int before = failures;
    for (int32_t shift = -3; shift <= 68; shift++)
      for (int wrap = 0; wrap < 2; wrap++, lanes += groups * kLanes)
        mode_and_shift(shift, mode, wrap, groups, false);
    for (int i = 0; i < 20; i++, lanes += 50 * kLanes)
      mode_and_shift((int32_t)rnd(), mode, (int)(rnd() & 1), 50, false);
    if (failures == before)
      printf("PASS requant mode %d\n", mode);
  }
  int before = failures;
  mode_and_shift(0, 0, 0, groups * 20, true);
  if (failures == before)
    printf("PASS requant OR of magnitudes\n");
  printf("     %ld operands\n", lanes);
  return failures ? 1 : 0;
}
