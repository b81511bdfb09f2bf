/* SPDX-License-Identifier: Apache-2.0
 * test_winograd.c - convolutions of stride 1 with CURTA_CONV=winograd on every set of kernels that can do it, any
 * number of threads, against the sums of machine.md section 4
 *
 * usage: test_winograd [SEED [COMMANDS]]. A failing command is printed as what makes it.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "bench.h"
#include "curta_kernels.h"

#define TILES 1000u
#define RESULTS 2000u /* of the largest accumulator memory that is used */

/* A map of h x w tiles and k x k taps (a gradient: oh x ow taps, k x k visits), one behind another in their buffers. */
struct conv {
  uint32_t t, gradient, moving; /* moving: operand 0 or 1 */
  uint32_t groups[2];           /* of A, B */
  uint32_t h, w, oh, ow, nkc, klast, second[2], acc, final, keep, reversed;
  int32_t pad;
  uint32_t at[2]; /* first tile of the operands */
  uint32_t same;  /* every row and column is the same tile */
};

static int8_t tile[2][TILES][256];
static int32_t want[RESULTS][256];

/* Elements: extremes that add up (kinds 0, 1), or random ones. */
static void fill(uint32_t t2, uint32_t kind)
{
  uint32_t sign = rnd(2);
  for (int b = 0; b < 2; b++)
    for (uint32_t i = 0; i < TILES; i++)
      for (uint32_t e = 0; e < t2; e++)
        tile[b][i][e] = (int8_t)(kind == 0   ? -128
                                 : kind == 1 ? (b && sign ? -128 : 127)
                                 : kind == 2 ? (rnd(2) ? 127 : -128)
                                             : (int32_t)rnd(256) - 128);
}

/* Tiles [lo, lo + n) of an operand into its buffer. */
static void load(const struct curta_bus *b, uint32_t operand, uint32_t lo, uint32_t n, uint32_t t2)
{
  uint32_t cmd[1][32] = {{CURTA_OP_LOAD}};
  uint8_t *mem = b->mem_map(b->ctx, 0, TILES * t2);
  for (uint32_t j = 0; j < n; j++)
    memcpy(mem + (size_t)j * t2, tile[operand][lo + j], t2);
  curta_cmd_set(cmd[0], CURTA_LOAD_BUF, operand);
  curta_cmd_set(cmd[0], CURTA_LOAD_DST, lo);
  cmd[0][6] = n | 1 << 16;
  cmd[0][7] = 1 | 1 << 16;
  if (submit(b, cmd, 1))
    exit(fail("winograd", "LOAD", 0, reg(b, CURTA_REG_ERROR)));
}

/* About as many products in a sum as are exact; or a few more, where the other way is right. */
static struct conv deep_conv(uint32_t t)
{
  struct conv c = {.t = t, .gradient = 1, .moving = rnd(2), .groups = {1, 1}, .nkc = 1, .klast = t, .same = 1};
  c.oh = c.ow = (t == 16 ? 45 : 63) + rnd(2);
  c.h = c.oh + 2;
  c.w = c.ow + 2;
  return c;
}

static struct conv random_conv(uint32_t t, uint32_t results)
{
  struct conv c = {.t = t, .gradient = rnd(2), .moving = rnd(2)};
  do {
    c.h = 1 + rnd(rnd(4) ? 9 : 20);
    c.w = 1 + rnd(rnd(4) ? 9 : 20);
    c.pad = (int32_t)rnd(3);
    c.oh = c.h + 2 * (uint32_t)c.pad - 2;
    c.ow = c.w + 2 * (uint32_t)c.pad - 2;
    c.groups[0] = 1 + rnd(rnd(3) ? 2 : 6);
    c.groups[1] = 1 + rnd(rnd(3) ? 2 : 6);
    c.nkc = 1 + rnd(rnd(2) ? 2 : 5);
  } while ((int32_t)c.oh < 1 || (int32_t)c.ow < 1 || c.h * c.w * c.nkc * c.groups[c.moving] > TILES / 2 ||
           c.oh * c.ow * c.nkc * c.groups[!c.moving] > TILES / 2 ||
           c.groups[0] * c.groups[1] * (c.gradient ? 9 : c.oh * c.ow) > results);
  c.klast = rnd(2) ? t : 1 + rnd(t);
  for (int i = 0; i < 2; i++) {
    c.second[i] = rnd(2);
    c.at[i] = rnd(2) ? rnd(TILES / 2) : 0;
  }
  c.acc = rnd(2);
  c.final = rnd(4) > 0;
  c.keep = rnd(2);
  c.reversed = rnd(2);
  return c;
}

/* Visits, and taps, along y and x. */
static uint32_t visits(const struct conv *c, int axis)
{
  return c->gradient ? 3 : axis ? c->ow : c->oh;
}
static uint32_t taps(const struct conv *c, int axis)
{
  return !c->gradient ? 3 : axis ? c->ow : c->oh;
}

static uint32_t operand_tiles(const struct conv *c, uint32_t i)
{
  return c->groups[i] * c->nkc * (i == c->moving ? c->h * c->w : taps(c, 0) * taps(c, 1));
}

/* All tiles, or a few, often the first or the last one of an operand of c: what was made of them before must not be
 * used again. */
static void change(const struct curta_bus *b, int all, const struct conv *c)
{
  uint32_t t2 = c->t * c->t, i = rnd(2), n = 1, lo = rnd(TILES - 8);
  if (all) {
    fill(t2, c->same ? rnd(2) : rnd(4));
    load(b, 0, 0, TILES, t2);
    load(b, 1, 0, TILES, t2);
    return;
  }
  if (rnd(3) == 0)
    n = 1 + rnd(8);
  else
    lo = c->at[i] + (c->same || rnd(2) ? 0 : operand_tiles(c, i) - 1);
  for (uint32_t j = lo; j < lo + n; j++)
    for (uint32_t e = 0; e < t2; e++)
      tile[i][j][e] = (int8_t)word();
  load(b, i, lo, n, t2);
}

/* Tile of the moving operand at row y, column x of the map; of the still one at tap (y, x). */
static uint32_t moving_tile(const struct conv *c, uint32_t group, uint32_t y, uint32_t x, uint32_t kc)
{
  return c->same ? c->at[c->moving] : c->at[c->moving] + ((group * c->h + y) * c->w + x) * c->nkc + kc;
}
static uint32_t still_tile(const struct conv *c, uint32_t group, uint32_t y, uint32_t x, uint32_t kc)
{
  uint32_t ny = taps(c, 0), nx = taps(c, 1);
  y = c->reversed ? ny - 1 - y : y;
  x = c->reversed ? nx - 1 - x : x;
  return c->same ? c->at[!c->moving] : c->at[!c->moving] + ((group * ny + y) * nx + x) * c->nkc + kc;
}

static void set_strides(const struct conv *c, uint32_t *cmd)
{
  static const uint32_t f[2][7] = {{CURTA_GEMM_A_BASE, CURTA_GEMM_A_SGA, CURTA_GEMM_A_SVY, CURTA_GEMM_A_SVX,
                                    CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX, CURTA_GEMM_A_SKC},
                                   {CURTA_GEMM_B_BASE, CURTA_GEMM_B_SGB, CURTA_GEMM_B_SVY, CURTA_GEMM_B_SVX,
                                    CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX, CURTA_GEMM_B_SKC}};
  const uint32_t *m = f[c->moving], *s = f[!c->moving], row = c->w * c->nkc, sign = c->reversed ? ~0u : 1;
  const uint32_t moving[7] = {
      c->at[c->moving] - (uint32_t)c->pad * (row + c->nkc), c->h * row, row, c->nkc, row, c->nkc, 1};
  const uint32_t still[7] = {
      still_tile(c, 0, 0, 0, 0), taps(c, 0) * taps(c, 1) * c->nkc, 0, 0, sign * taps(c, 1) * c->nkc, sign * c->nkc, 1};
  for (int i = 0; i < 7; i++) {
    curta_cmd_set(cmd, m[i], i && c->same ? 0 : moving[i] & 0xffff);
    curta_cmd_set(cmd, s[i], i && c->same ? 0 : still[i] & 0xffff);
  }
}

static void make_command(const struct conv *c, uint32_t *cmd)
{
  const uint32_t nv[2] = {visits(c, 0), visits(c, 1)};
  memset(cmd, 0, 128);
  cmd[0] = CURTA_OP_GEMM;
  set_strides(c, cmd);
  curta_cmd_set(cmd, CURTA_GEMM_NGA, c->groups[0]);
  curta_cmd_set(cmd, CURTA_GEMM_NGB, c->groups[1]);
  curta_cmd_set(cmd, CURTA_GEMM_NVY, nv[0]);
  curta_cmd_set(cmd, CURTA_GEMM_NVX, nv[1]);
  curta_cmd_set(cmd, CURTA_GEMM_NKY, taps(c, 0));
  curta_cmd_set(cmd, CURTA_GEMM_NKX, taps(c, 1));
  curta_cmd_set(cmd, CURTA_GEMM_NKC, c->nkc);
  curta_cmd_set(cmd, CURTA_GEMM_KLAST, c->klast);
  curta_cmd_set(cmd, CURTA_GEMM_A_T, c->second[0]);
  curta_cmd_set(cmd, CURTA_GEMM_B_T, c->second[1]);
  curta_cmd_set(cmd, CURTA_GEMM_ACC, c->acc);
  curta_cmd_set(cmd, CURTA_GEMM_FINAL, c->final);
  curta_cmd_set(cmd, CURTA_GEMM_OR_REG, 9);
  curta_cmd_set(cmd, CURTA_GEMM_OR_KEEP, c->keep);
  curta_cmd_set(cmd, CURTA_GEMM_P_SGA, c->groups[1] * nv[0] * nv[1]);
  curta_cmd_set(cmd, CURTA_GEMM_P_SGB, nv[0] * nv[1]);
  curta_cmd_set(cmd, CURTA_GEMM_P_SVY, nv[1]);
  curta_cmd_set(cmd, CURTA_GEMM_P_SVX, 1);
  curta_cmd_set(cmd, CURTA_GEMM_Y_A, 1);
  curta_cmd_set(cmd, CURTA_GEMM_Y_B, 1);
  curta_cmd_set(cmd, CURTA_GEMM_Y_C, (uint32_t)-c->pad);
  curta_cmd_set(cmd, CURTA_GEMM_Y_U, c->h);
  curta_cmd_set(cmd, CURTA_GEMM_X_A, 1);
  curta_cmd_set(cmd, CURTA_GEMM_X_B, 1);
  curta_cmd_set(cmd, CURTA_GEMM_X_C, (uint32_t)-c->pad);
  curta_cmd_set(cmd, CURTA_GEMM_X_U, c->w);
}

/* sum[i][j] += the product of two tiles over k elements */
static void multiply(const struct conv *c, int32_t *sum, const int8_t *a, const int8_t *b, uint32_t k)
{
  for (uint32_t i = 0; i < c->t; i++)
    for (uint32_t j = 0; j < c->t; j++) {
      int32_t s = 0;
      for (uint32_t x = 0; x < k; x++)
        s += a[c->second[0] ? x * c->t + i : i * c->t + x] * b[c->second[1] ? x * c->t + j : j * c->t + x];
      sum[i * c->t + j] = curta_s32((uint32_t)sum[i * c->t + j] + (uint32_t)s);
    }
}

static void visit(const struct conv *c, uint32_t ga, uint32_t gb, uint32_t vy, uint32_t vx, uint32_t v)
{
  uint32_t p = ((ga * c->groups[1] + gb) * visits(c, 0) + vy) * visits(c, 1) + vx, t2 = c->t * c->t;
  if (!c->acc)
    memset(want[p], 0, 4 * (size_t)t2);
  for (uint32_t ky = 0; ky < taps(c, 0); ky++)
    for (uint32_t kx = 0; kx < taps(c, 1); kx++)
      for (uint32_t kc = 0; kc < c->nkc; kc++) {
        uint32_t y = vy + ky - (uint32_t)c->pad, x = vx + kx - (uint32_t)c->pad, at[2];
        if (y >= c->h || x >= c->w)
          continue;
        at[c->moving] = moving_tile(c, c->moving ? gb : ga, y, x, kc);
        at[!c->moving] = still_tile(c, c->moving ? ga : gb, ky, kx, kc);
        multiply(c, want[p], tile[0][at[0]], tile[1][at[1]], kc < c->nkc - 1 ? c->t : (c->klast + v - 1) / v * v);
      }
}

/* The results that the command leaves; the OR of their magnitudes; its check sum. */
static void expect(const struct conv *c, uint32_t v, uint32_t * or, uint32_t *check)
{
  uint32_t p = 0, t2 = c->t * c->t;
  * or = *check = 0;
  for (uint32_t ga = 0; ga < c->groups[0]; ga++)
    for (uint32_t gb = 0; gb < c->groups[1]; gb++)
      for (uint32_t vy = 0; vy < visits(c, 0); vy++)
        for (uint32_t vx = 0; vx < visits(c, 1); vx++, p++) {
          visit(c, ga, gb, vy, vx, v);
          for (uint32_t e = 0; e < t2; e++) {
            * or |= curta_mag(want[p][e]);
            *check += (uint32_t)want[p][e] * (2 * (p * t2 + e) + 1);
          }
        }
}

static int differs(const struct conv *c, const char *group, const struct curta_bus *b, uint32_t or, uint32_t check)
{
  uint32_t t2 = c->t * c->t, n = c->groups[0] * c->groups[1] * visits(c, 0) * visits(c, 1) * t2, got;
  for (uint32_t i = 0; i < n; i++) {
    char text[64];
    curta_golden_peek(b, CURTA_SPACE_ACC, i, &got);
    snprintf(text, sizeof text, "element %u of result %u", i % t2, i / t2);
    if (got != (uint32_t)want[i / t2][i % t2])
      return fail(group, text, (uint32_t)want[i / t2][i % t2], got);
  }
  got = reg(b, CURTA_REG_SCALAR + 4 * 9);
  if (got != or)
    return fail(group, "OR of the magnitudes", or, got);
  return last.check == check ? 0 : fail(group, "check sum", check, last.check);
}

static void print(const struct conv *c, uint32_t n)
{
  printf("     command %u: T %u %s, operand %u moves, groups %u %u, map %ux%u, padding %d, contraction tiles %u of %u, "
         "modes %u %u, reversed %u, ACC %u, first tiles %u %u\n",
         n, c->t, c->gradient ? "gradient" : "forward", c->moving, c->groups[0], c->groups[1], c->h, c->w, (int)c->pad,
         c->nkc, c->klast, c->second[0], c->second[1], c->reversed, c->acc, c->at[0], c->at[1]);
}

static void test_random(const char *set, const char *config, const char *threads, uint32_t n)
{
  const int base = !strcmp(config, "base");
  const uint32_t t = base ? 8 : 16, v = base ? 2 : 4;
  struct curta_bus b;
  struct conv c;
  char group[96];
  int bad = 0;
  snprintf(group, sizeof group, "convolutions of stride 1, %s, %s, threads %s", set, config, threads);
  setenv("CURTA_THREADS", threads, 1);
  open_device(&b, config);
  memset(want, 0, sizeof want);
  for (uint32_t i = 0; i < n && !bad; i++) {
    uint32_t cmd[1][32], or, check, old;
    if (i % 8 == 0 || i % 25 == 7 || rnd(3) == 0)
      c = i % 25 == 7 ? deep_conv(t) : random_conv(t, base ? 256 : RESULTS);
    else if (rnd(2)) /* the same tiles, read otherwise */
      c.second[rnd(2)] ^= 1;
    change(&b, i % 8 == 0 || c.same, &c);
    make_command(&c, cmd[0]);
    expect(&c, v, & or, &check);
    old = word();
    set_reg(&b, CURTA_REG_SCALAR + 4 * 9, old);
    or = c.final ? or | (c.keep ? old : 0) : old;
    check += c.final ? or *19 : 0;
    if (submit(&b, cmd, 1))
      bad = fail(group, "error", 0, reg(&b, CURTA_REG_ERROR));
    bad = bad || differs(&c, group, &b, or, check);
    if (bad)
      print(&c, i);
  }
  if (!bad)
    printf("PASS %s (%u commands)\n", group, n);
  curta_golden_close(&b);
}

int main(int argc, char **argv)
{
  uint32_t seed = argc > 1 ? (uint32_t)strtoul(argv[1], 0, 0) : 1, sets = 0;
  uint32_t commands = argc > 2 ? (uint32_t)strtoul(argv[2], 0, 0) : 50;
  setenv("CURTA_CONV", "winograd", 1);
  for (const struct curta_kernels *const *k = Curta_kernels; *k; k++)
    if ((*k)->winograd && (*k)->supported()) {
      sets++;
      setenv("CURTA_CPU", (*k)->name, 1);
      set_seed(seed);
      test_random((*k)->name, "base", "1", 3 * commands);
      test_random((*k)->name, "host", "1", commands);
      test_random((*k)->name, "host", "2", commands);
      test_random((*k)->name, "host", "7", commands);
    }
  if (!sets)
    printf("PASS convolutions of stride 1: no set of kernels here has them\n");
  return failures != 0;
}
