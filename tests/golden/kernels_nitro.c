/* SPDX-License-Identifier: Apache-2.0
 * kernels_nitro.c - the inner loops of NITRO-D in every instruction set, against docs/machine.md 7 written out */
#include <string.h>
#include "bench.h"
#include "curta_golden_wide.h"
#include "kernels.h"

static uint32_t width(int32_t x)
{
  return x < 0 ? ~(uint32_t)x : (uint32_t)x;
}

static int32_t signed_of(int32_t like, uint64_t magnitude)
{
  return curta_s32((uint32_t)(like < 0 ? 0u - magnitude : magnitude));
}

/* ------------------------------------------------------------------ MAP */

static int quotients(const struct curta_kernels *k, uint32_t n)
{
  for (int i = 0; i < 40; i++) {
    struct curta_quotient q = {rnd(32), rnd(64), word() >> (8 + rnd(24)), word() >> (8 + rnd(24))};
    int32_t x[N];
    int8_t y[N];
    for (uint32_t e = 0; e < n; e++)
      x[e] = rnd(4) ? edge(e) : signed_of(curta_s32(word()), ((uint64_t)q.top + rnd(3) - 1) << q.s);
    k->quotient(y, x, n, &q);
    for (uint32_t e = 0; e < n; e++) {
      uint64_t u = curta_abs(x[e]) >> q.s, v = u >= q.top ? 127 : u * q.m >> q.t;
      if (differ(k, "quotient", e, signed_of(x[e], v > 127 ? 127 : v), y[e]))
        return 1;
    }
  }
  return 0;
}

static int relu_and_pool(const struct curta_kernels *k, uint32_t n)
{
  uint32_t slope = 2 + rnd(3), mean = rnd(46);
  int8_t y[N], relu[N], best[N], most[N], v[N], v_best[N], v_most[N];
  uint8_t idx[N], place[N], class[N];
  for (uint32_t i = 0; i < n; i++) {
    y[i] = relu[i] = edge8();
    best[i] = most[i] = rnd(3) ? edge8() : y[i];
    v[i] = edge8();
    v_best[i] = v_most[i] = edge8();
    idx[i] = place[i] = class[i] = (uint8_t)rnd(64);
  }
  k->nitro_relu(relu, slope, mean, n);
  k->larger_class(most, place, v_most, y, v, 63, n);
  k->classes(class, v, n);
  for (uint32_t i = 0; i < n; i++) {
    int larger = y[i] > best[i];
    if (differ(k, "NITRO-ReLU", i, (int8_t)(uint8_t)((y[i] < 0 ? y[i] / (1 << slope) : y[i]) - (int32_t)mean),
               relu[i]) ||
        differ(k, "pooling with classes, value", i, larger ? y[i] : best[i], most[i]) ||
        differ(k, "pooling with classes, place", i, larger ? 63 : idx[i], place[i]) ||
        differ(k, "pooling with classes, value before ReLU", i, larger ? v[i] : v_best[i], v_most[i]) ||
        differ(k, "class", i,
               (v[i] == 127 ? 128
                : v[i] < 0  ? 64
                            : 0) |
                   idx[i],
               class[i]))
      return 1;
  }
  return 0;
}

static int backward(const struct curta_kernels *k, uint32_t n)
{
  for (int bytes = 0; bytes < 2; bytes++) {
    uint32_t slope = 2 + rnd(3), all = 0, got;
    int32_t x[N], y[N];
    uint8_t aux[N];
    for (uint32_t i = 0; i < n; i++) {
      x[i] = edge(i);
      aux[i] = rnd(4) ? (uint8_t)word() : 127;
    }
    got = (bytes ? k->back_class : k->back_zs)(y, x, aux, slope, n);
    for (uint32_t i = 0; i < n; i++) {
      int32_t zs = (int8_t)aux[i], class = bytes ? aux[i] >> 6 : zs == 127 ? 2 : zs < 0;
      int32_t want = class == 0 ? x[i] : class == 1 ? x[i] / (1 << slope) : 0;
      all |= width(want);
      if (differ(k, bytes ? "backward, class bytes" : "backward, zs", i, want, y[i]))
        return 1;
    }
    if (differ(k, "width of deltas", n, all, got))
      return 1;
  }
  return 0;
}

static int scatter(const struct curta_kernels *k, uint32_t n)
{
  int32_t y[N], out[N];
  uint8_t idx[N], at = (uint8_t)rnd(64);
  for (uint32_t i = 0; i < n; i++) {
    y[i] = edge(i);
    idx[i] = rnd(2) ? at : (uint8_t)rnd(256);
  }
  k->select32(out, y, idx, at, n);
  for (uint32_t i = 0; i < n; i++)
    if (differ(k, "scatter of int32", i, idx[i] == at ? y[i] : 0, out[i]))
      return 1;
  return 0;
}

/* ------------------------------------------------------------------ UPDATE */

static uint32_t quot(int32_t n, struct curta_rate r)
{
  uint64_t u = (curta_abs(n) >> r.st % 32) % (1u << 24);
  return (uint32_t)signed_of(n, u * (r.m % (1u << 24)) >> r.st / 256 % 64);
}

static struct curta_rate rate(void)
{
  return (struct curta_rate){rnd(32) + 256 * rnd(64), rnd(2) ? word() >> (8 + rnd(24)) : rnd(4)};
}

/* Small and large values: products of 32 bits and of 48. */
static int updates(const struct curta_kernels *k, uint32_t n)
{
  for (int i = 0; i < 60; i++) {
    struct curta_rate lr = rate(), eta = rate();
    uint32_t small = rnd(24), all = 0, got;
    int32_t g[N], w[N], new[N];
    for (uint32_t e = 0; e < n; e++) {
      g[e] = edge(e) / (1 << small);
      w[e] = new[e] = edge(e) / (1 << small);
    }
    got = k->sgd(new, g, lr, eta, n);
    for (uint32_t e = 0; e < n; e++) {
      int32_t want = curta_s32((uint32_t)w[e] - quot(g[e], lr) - quot(w[e], eta));
      all |= width(want);
      if (differ(k, "IntegerSGD", e, want, new[e]))
        return 1;
    }
    if (differ(k, "width of weights", n, all, got))
      return 1;
  }
  return 0;
}

int nitro_elements(const struct curta_kernels *k, uint32_t n)
{
  return quotients(k, n) || relu_and_pool(k, n) || backward(k, n) || scatter(k, n) || updates(k, n);
}

/* ------------------------------------------------------------------ wide operands */

static int digits(const struct curta_kernels *k, int bits)
{
  int32_t x[N], d[N], half = 1 << (bits - 1);
  int8_t low[N];
  uint32_t all = 0, got;
  for (uint32_t i = 0; i < N; i++)
    x[i] = rnd(2) ? edge(i) : edge(i) / 512;
  got = k->digits(d, low, x, bits, N);
  for (uint32_t i = 0; i < N; i++) {
    int64_t want = (((int64_t)x[i] + half) & ((1ll << bits) - 1)) - half;
    all |= width((int32_t)want);
    if (differ(k, "digit", i, want, d[i]) || differ(k, "low byte of a digit", i, (int8_t)(uint8_t)want, low[i]))
      return 1;
  }
  return differ(k, "width of digits", (uint32_t)bits, all, got);
}

/* Tiles with a few elements other than 0: where they are, and their products. */
static int sparse(const struct curta_kernels *k, uint32_t t)
{
  struct curta_nonzero e[N];
  struct curta_sparse found;
  uint64_t column[16] = {0}, most = 0;
  uint32_t rows[16], n = 0;
  int32_t d[N] = {0}, want[N], sum[N];
  int8_t x[N];
  for (uint32_t i = rnd(30); i; i--)
    d[rnd(t * t)] = edge(i) / 65536;
  for (uint32_t i = 0; i < t * t; i++) {
    x[i] = edge8();
    want[i] = sum[i] = edge(i) / 16;
    if (d[i])
      e[n++] = (struct curta_nonzero){(uint8_t)(i / t), (uint8_t)(i % t), d[i]};
  }
  for (uint32_t i = 0; i < n; i++) {
    column[e[i].j] += 128ull * curta_abs(e[i].v);
    most = column[e[i].j] > most ? column[e[i].j] : most;
  }
  if (curta_sparse_find(&found, k, d, t) != (n <= CURTA_SPARSE && most <= INT32_MAX))
    return differ(k, "sparse or not", t, n, found.n);
  if (n <= CURTA_SPARSE && (differ(k, "elements of a sparse tile", t, n, found.n) ||
                            (most <= INT32_MAX && differ(k, "bound of a sparse tile", n, (int64_t)most, found.bound))))
    return 1;
  for (uint32_t i = 0; i < n; i++)
    for (uint32_t lane = 0; lane < t; lane++)
      want[e[i].j * t + lane] += e[i].v * x[e[i].k * t + lane];
  if (differ(k, "number of elements other than 0", t, n, k->occupied(rows, d, t)))
    return 1;
  for (uint32_t i = 0; i < t * t; i++)
    if (differ(k, "places other than 0", i, d[i] != 0, rows[i / t] >> i % t & 1))
      return 1;
  k->sparse_add(sum, x, e, n, t);
  for (uint32_t i = 0; i < t * t; i++)
    if (differ(k, "products of a sparse tile", i, want[i], sum[i]))
      return 1;
  return 0;
}

/* All planes at once are what `pack` makes of each. */
static int planes(const struct curta_kernels *k, uint32_t t, int second, uint32_t count)
{
  static uint8_t packed[3 * 512 + 64], want[512];
  uint32_t bytes = k->packed_bytes(t, CURTA_PACK_B);
  int32_t d[N];
  int8_t plane[N];
  for (uint32_t i = 0; i < t * t; i++)
    d[i] = curta_s32(word()) / (1 << (32 - 8 * count));
  memset(packed, 0x5a, sizeof packed);
  curta_kernel_pack_digits(k, packed, d, t, second, count);
  for (uint32_t p = 0; p < count; p++) {
    for (uint32_t i = 0; i < t * t; i++)
      plane[i] = (int8_t)(uint8_t)((uint32_t)d[i] >> 8 * p);
    k->pack(want, plane, t, second, p + 1 < count ? CURTA_PACK_B_UNSIGNED : CURTA_PACK_B);
    for (uint32_t i = 0; i < bytes; i++)
      if (differ(k, "packed planes of digits", p * bytes + i, want[i], packed[p * bytes + i]))
        return 1;
  }
  return differ(k, "bytes behind the packed planes", count, 0x5a, packed[count * bytes]);
}

/* A part; of up to 27 bits without extremes, so that all sums fit but the one that to_border() moves. */
static const int32_t *part(int32_t *x, uint32_t n, uint32_t shift, uint32_t bits)
{
  if (!rnd(3))
    return 0;
  for (uint32_t i = 0; i < n; i++)
    x[i] = bits < 28 || rnd(8) ? curta_s32(word()) / (1 << (32 - bits + shift)) : edge(i) / (1 << shift);
  return x;
}

static int64_t sum_of(const struct curta_parts *p, uint32_t i)
{
  int64_t sum = (p->start ? p->start[i] : 0) + (int64_t)(p->more ? p->more[i] : 0);
  for (int plane = 0; plane < 3; plane++)
    sum += p->plane[plane] ? (int64_t)p->plane[plane][i] * (1 << 8 * plane) : 0;
  return sum;
}

/* Puts one sum within four units of 2^16 (what settle rounds to) of an end of int32, inside or outside. */
static void to_border(const struct curta_parts *p, int32_t *start, uint32_t n)
{
  uint32_t i = rnd(n);
  int64_t v = (rnd(2) ? INT32_MAX : INT32_MIN) + (int64_t)rnd(1u << 19) - (1 << 18) - (sum_of(p, i) - start[i]);
  if (v >= INT32_MIN && v <= INT32_MAX)
    start[i] = (int32_t)v;
}

static int settles(const struct curta_kernels *k, uint32_t n, uint32_t bits, int in_place)
{
  static int32_t x[5][N];
  struct curta_parts p = {part(x[0], n, 0, bits),
                          {part(x[1], n, 0, bits), part(x[2], n, 8, bits), part(x[3], n, 16, bits)},
                          part(x[4], n, 0, bits)};
  int64_t want[N], most = 0;
  int32_t sum[N], before[N], *to = in_place ? x[0] : sum;
  uint32_t all = 0, got = 0;
  if (p.start && rnd(2))
    to_border(&p, x[0], n);
  for (uint32_t i = 0; i < n; i++) {
    sum[i] = 77;
    before[i] = to[i];
    want[i] = sum_of(&p, i);
    most = want[i] > most ? want[i] : -want[i] > most ? -want[i] : most;
    all |= curta_mag((int32_t)(uint32_t)(uint64_t)want[i]);
  }
  if (!k->settle(to, &p, &got, n)) { /* it may give up a little early, and then has written nothing */
    for (uint32_t i = 0; i < n; i++)
      if (differ(k, "sums given up", i, before[i], to[i]))
        return 1;
    return differ(k, "sums given up far too early", n, 1, most > 2147000000);
  }
  for (uint32_t i = 0; i < n; i++)
    if (differ(k, "sum of parts", i, want[i], to[i]))
      return 1;
  return differ(k, "magnitudes of sums of parts", n, all, got);
}

int nitro_tiles(const struct curta_kernels *k)
{
  int bad = 0;
  for (int i = 0; i < 300 && !bad; i++) {
    uint32_t t = i % 2 ? 8 : 16;
    bad = digits(k, i % 3 ? 18 : 24) || sparse(k, t) || planes(k, t, i / 2 % 2, 1 + (uint32_t)i % 3) ||
          settles(k, t * t, 20 + rnd(13), i / 2 % 2);
  }
  return bad;
}
