/* SPDX-License-Identifier: Apache-2.0
 * test_kernels.c - the inner loops of the golden device, in every instruction set of this processor, against
 * curta_num.h and the definition
 *
 * usage: test_kernels [SEED]
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"
#include "curta_kernels.h"
#include "kernels.h"

int32_t edge(uint32_t i)
{
  static const uint32_t base[] = {0, 1, 127, 128, 0x7fffffff, 0x80000000u};
  uint32_t k = rnd(32), v = i % 4 == 0   ? base[rnd(6)]
                            : i % 4 == 1 ? 1u << k
                            : i % 4 == 2 ? rnd(256) << rnd(24)
                                         : word();
  return curta_s32((rnd(2) ? v : 0u - v) + rnd(3) - 1u);
}

int8_t edge8(void)
{
  static const int8_t base[] = {0, 1, -1, 127, -127, -128};
  return rnd(3) ? (int8_t)word() : base[rnd(6)];
}

int differ(const struct curta_kernels *k, const char *what, uint32_t n, int64_t want, int64_t got)
{
  char text[160];
  if (want == got)
    return 0;
  snprintf(text, sizeof text, "%s, %s, element %u", k->name, what, n);
  return fail("kernel", text, (uint64_t)want, (uint64_t)got);
}

static int requant(const struct curta_kernels *k, uint32_t n)
{
  for (int32_t shift = 1; shift < 32; shift++)
    for (uint32_t mode = 0; mode < 4; mode++) {
      struct curta_kernel_rounding how = {shift, (enum curta_round)mode, word(), word(), word()};
      int32_t x[N];
      int8_t y[N];
      uint32_t all = 0;
      char what[48];
      for (uint32_t i = 0; i < n; i++)
        all |= curta_mag(x[i] = edge(i));
      k->requant(y, x, n, &how);
      snprintf(what, sizeof what, "rounding, shift %d mode %u", (int)shift, mode);
      for (uint32_t i = 0; i < n; i++)
        if (differ(k, what, i, curta_requant(x[i], shift, how.mode, 0, curta_rand(how.seed, how.tensor, how.index + i)),
                   y[i]))
          return 1;
      if (differ(k, "magnitudes", n, all, k->magnitudes(x, n)))
        return 1;
    }
  return 0;
}

static int narrow(const struct curta_kernels *k, uint32_t n)
{
  for (int wrap = 0; wrap < 2; wrap++) {
    int32_t x[N];
    int8_t y[N];
    for (uint32_t i = 0; i < n; i++)
      x[i] = rnd(2) ? edge(i) : (int32_t)rnd(260) - 130;
    k->narrow(y, x, wrap, n);
    for (uint32_t i = 0; i < n; i++)
      if (differ(k, wrap ? "no shift, wrapping" : "no shift, saturating", i, curta_narrow(x[i], wrap), y[i]))
        return 1;
  }
  return 0;
}

/* ReLU, mask, pooling step, index of empty windows, scatter. */
static int bytes(const struct curta_kernels *k, uint32_t n)
{
  int8_t y[N], m[N], relu[N], masked[N], best[N], out[N];
  uint8_t idx[N], none[N], at = (uint8_t)rnd(254);
  for (uint32_t i = 0; i < n; i++) {
    y[i] = relu[i] = masked[i] = edge8();
    m[i] = best[i] = rnd(4) ? edge8() : y[i];
    idx[i] = none[i] = rnd(2) ? at : (uint8_t)rnd(256);
  }
  k->relu(relu, n);
  k->mask(masked, m, n);
  k->no_index(none, m, n);
  k->select(out, y, idx, at, n);
  for (uint32_t i = 0; i < n; i++)
    if (differ(k, "ReLU", i, y[i] > 0 ? y[i] : 0, relu[i]) || differ(k, "mask", i, m[i] > 0 ? y[i] : 0, masked[i]) ||
        differ(k, "index of empty windows", i, m[i] == 0 ? CURTA_IDX_NONE : idx[i], none[i]) ||
        differ(k, "scatter", i, idx[i] == at ? y[i] : 0, out[i]))
      return 1;
  memcpy(none, idx, n);
  k->larger(best, idx, y, 77, n);
  for (uint32_t i = 0; i < n; i++)
    if (differ(k, "pooling, value", i, y[i] > m[i] ? y[i] : m[i], best[i]) ||
        differ(k, "pooling, index", i, y[i] > m[i] ? 77 : none[i], idx[i]))
      return 1;
  return 0;
}

static int updates(const struct curta_kernels *k, uint32_t n)
{
  for (int32_t d = -34; d <= 34; d++)
    for (int32_t frac = 1; frac <= 8; frac++) {
      int32_t g[N], decayed[N], top = (1 << (7 + frac)) - 1;
      int8_t w[N], step[N], updated[N], rounded[N];
      int16_t wf[N], master[N];
      for (uint32_t i = 0; i < n; i++) {
        g[i] = decayed[i] = edge(i);
        w[i] = updated[i] = edge8();
        step[i] = edge8();
        wf[i] = master[i] = (int16_t)(rnd(4) ? (int32_t)rnd(2u * (uint32_t)top + 1) - top : rnd(2) ? top : -top);
      }
      k->decay(decayed, w, d, n);
      k->update(updated, step, n);
      k->update_master(master, step, frac, n);
      k->master_weights(rounded, wf, frac, n);
      for (uint32_t i = 0; i < n; i++)
        if (differ(k, "decay", i, curta_decay(g[i], w[i], d), decayed[i]) ||
            differ(k, "update", i, curta_update(w[i], step[i]), updated[i]) ||
            differ(k, "update of master weights", i, curta_update_master(wf[i], step[i], frac), master[i]) ||
            differ(k, "weights from master weights", i, curta_round_psto(wf[i], frac), rounded[i]))
          return 1;
    }
  return 0;
}

#define TILES 8

/* Chains of products, extremes and random values, both modes of both operands, B signed or not, from what is there; some with
 * fewer channels than lanes, the others 0 in all tiles. */
struct products_case {
  uint32_t t, kk, chains, shift;
  int is_unsigned, second[2], fresh;
};

static int8_t tile[2][TILES][256];
static uint8_t packed[2][2 * TILES * 512] __attribute__((aligned(64)));
static int32_t sum[256] __attribute__((aligned(64))), scratch[256] __attribute__((aligned(64)));

static int64_t product(const struct products_case *c, uint32_t x, uint32_t i, uint32_t j)
{
  int64_t s = 0;
  for (uint32_t k = 0; k < c->kk; k++) {
    int8_t a = tile[0][x][c->second[0] ? k * c->t + i : i * c->t + k];
    int8_t b = tile[1][x][c->second[1] ? k * c->t + j : j * c->t + k];
    s += a * (c->is_unsigned ? (uint8_t)b : b);
  }
  return s;
}

static int products(const struct curta_kernels *k, const struct products_case *c)
{
  enum curta_pack use[2] = {CURTA_PACK_A, c->is_unsigned ? CURTA_PACK_B_UNSIGNED : CURTA_PACK_B};
  uint32_t size[2] = {k->packed_bytes(c->t, use[0]), k->packed_bytes(c->t, use[1])}, want[256], per = TILES / c->chains;
  struct curta_products p = {c->t, c->kk, (ptrdiff_t)size[0], -(ptrdiff_t)size[1], 0, 0, c->is_unsigned, c->fresh};
  uint32_t all = 0, got = 0, off[2] = {rnd(TILES), rnd(TILES)};
  struct curta_chain chain[TILES];
  char what[96];
  for (int o = 0; o < 2; o++) {
    uint32_t from = rnd(2) ? 0 : rnd(c->t), channels = rnd(3) ? c->t : rnd(c->t);
    for (uint32_t x = 0; x < TILES; x++) {
      for (uint32_t i = 0; i < c->t * c->t; i++) {
        uint32_t lane = c->second[o] ? i % c->t : i / c->t;
        tile[o][x][i] = (lane + from) % c->t >= channels ? 0 : rnd(16) ? edge8() : -128;
      }
      k->pack(packed[o] + (o ? TILES - 1 - x : x) * size[o], tile[o][x], c->t, c->second[o], use[o]);
    }
  }
  for (uint32_t i = 0; i < c->chains; i++) /* A forwards, B backwards, both said to begin at another tile */
    chain[i] = (struct curta_chain){packed[0] + (i * per + off[0]) * size[0],
                                    packed[1] + (TILES - 1 - i * per + off[1]) * size[1], per};
  p.at_a = -(ptrdiff_t)(off[0] * size[0]);
  p.at_b = -(ptrdiff_t)(off[1] * size[1]);
  for (uint32_t e = 0; e < c->t * c->t; e++) {
    sum[e] = curta_s32(want[e] = rnd(8) ? word() : 0);
    want[e] = c->fresh && !c->shift ? 0 : want[e];
    for (uint32_t x = 0; x < per * c->chains; x++)
      want[e] += (uint32_t)product(c, x, e / c->t, e % c->t) << c->shift;
    all |= curta_mag(curta_s32(want[e]));
  }
  if (c->shift)
    curta_kernel_plane(k, sum, scratch, chain, c->chains, &p, c->shift);
  else
    got = k->products(sum, chain, c->chains, &p);
  snprintf(what, sizeof what, "products of %u, %u deep, %u chains, modes %d %d, %s << %u", c->t, c->kk, c->chains,
           c->second[0], c->second[1], c->is_unsigned ? "unsigned" : "signed", c->shift);
  for (uint32_t e = 0; e < c->t * c->t; e++)
    if (differ(k, what, e, want[e], (uint32_t)sum[e]))
      return 1;
  return !c->shift && differ(k, "magnitudes of products", c->chains, all, got);
}

static int all_products(const struct curta_kernels *k)
{
  for (uint32_t t = 8; t <= 16; t += 8)
    for (uint32_t kk = 2; kk <= t; kk += 2)
      for (uint32_t bits = 0; bits < 256; bits++) {
        struct products_case c = {t,
                                  kk,
                                  1u + (bits >> 6 & 1) * 3u,
                                  (bits >> 3 & 1) * (8u + (bits >> 4 & 1) * 8u),
                                  (int)(bits >> 2 & 1),
                                  {(int)(bits & 1), (int)(bits >> 1 & 1)},
                                  (int)(bits >> 7)};
        if (products(k, &c))
          return 1;
      }
  return 0;
}

/* An operand wider than 8 bits as its digit planes: 18 and 24 bits, sums modulo 2^32. */
static int wide(const struct curta_kernels *k, uint32_t bits)
{
  static int32_t b[256];
  uint32_t t = rnd(2) ? 8 : 16, want[256], kk = 2 * (1 + rnd(t / 2)), planes = (bits + 7) / 8;
  for (uint32_t i = 0; i < t * t; i++) {
    tile[0][0][i] = edge8();
    b[i] = (int32_t)(rnd(4) ? word() : 0x80000000u) >> (32 - bits);
  }
  for (uint32_t e = 0; e < t * t; e++) {
    sum[e] = curta_s32(want[e] = word());
    for (uint32_t i = 0; i < kk; i++)
      want[e] += (uint32_t)tile[0][0][e / t * t + i] * (uint32_t)b[e % t * t + i];
  }
  k->pack(packed[0], tile[0][0], t, 0, CURTA_PACK_A);
  for (uint32_t plane = 0; plane < planes; plane++) {
    int top = plane == planes - 1;
    struct curta_products p = {.t = t, .k = kk, .b_unsigned = !top};
    struct curta_chain chain = {packed[0], packed[1], 1};
    for (uint32_t i = 0; i < t * t; i++)
      tile[1][0][i] = (int8_t)((uint32_t)b[i] >> 8 * plane);
    k->pack(packed[1], tile[1][0], t, 0, top ? CURTA_PACK_B : CURTA_PACK_B_UNSIGNED);
    curta_kernel_plane(k, sum, scratch, &chain, 1, &p, 8 * plane);
  }
  for (uint32_t e = 0; e < t * t; e++)
    if (differ(k, bits == 18 ? "int8 times 18 bits" : "int8 times 24 bits", e, want[e], (uint32_t)sum[e]))
      return 1;
  return 0;
}

static int all_wide(const struct curta_kernels *k)
{
  int bad = 0;
  for (int i = 0; i < 200 && !bad; i++)
    bad = wide(k, i % 2 ? 18 : 24);
  return bad;
}

int main(int argc, char **argv)
{
  set_seed(argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 1);
  for (const struct curta_kernels *const *k = Curta_kernels; *k; k++) {
    int bad = 0;
    if (!(*k)->supported()) {
      printf("SKIP kernels %s: this processor does not have them\n", (*k)->name);
      continue;
    }
    for (uint32_t n = 8; n <= N && !bad; n += 8)
      bad = requant(*k, n) || narrow(*k, n) || bytes(*k, n) || nitro_elements(*k, n);
    bad = bad || updates(*k, N) || all_products(*k) || all_wide(*k) || nitro_tiles(*k);
    if (!bad)
      printf("PASS kernels %s: rounding, bytes, updates, products, wide operands, NITRO-D\n", (*k)->name);
  }
  return failures != 0;
}
