/* SPDX-License-Identifier: Apache-2.0
 * progen.c - see progen.h */
#include "progen.h"
#include <string.h>
#include "hazard.h"

#define SET(field, value) curta_cmd_set(cmd, CURTA_##field, (uint32_t)(value))

struct pg {
  const struct curta_config *cfg;
  uint64_t rng;
  struct hz *hz;
  uint8_t *image;
  uint32_t serial; /* of the last command with a tag */
  uint32_t lists[4], list_count; /* where lists have been loaded */
  uint8_t taken[PG_REGIONS]; /* regions that the command being built uses */
};

static uint32_t rnd(struct pg *g, uint32_t n) /* 0 .. n-1 */
{
  g->rng ^= g->rng << 13;
  g->rng ^= g->rng >> 7;
  g->rng ^= g->rng << 17;
  return (uint32_t)((g->rng * 0x9E3779B97F4A7C15ull) >> 33) % n;
}

/* Unique within a program, and every bit of it changes. */
static uint32_t tag(struct pg *g)
{
  return ++g->serial * 40503u & 0xffffu;
}

static int range(struct pg *g, int lo, int hi)
{
  return lo + (int)rnd(g, (uint32_t)(hi - lo + 1));
}

/* A tile-aligned address inside a region that this command does not use yet, near its start. */
static uint32_t address(struct pg *g, uint32_t bytes_per_tile)
{
  uint32_t r;
  do
    r = rnd(g, PG_REGIONS);
  while (g->taken[r]);
  g->taken[r] = 1;
  return PG_PROGRAM_BYTES + r * PG_REGION_BYTES + rnd(g, 8) * bytes_per_tile;
}

static uint32_t tile_bytes(const struct pg *g, uint32_t element)
{
  return (uint32_t)(g->cfg->t * g->cfg->t) * element;
}

/* Whether the device has the modes of NITRO-D. */
static int modes(const struct pg *g)
{
  return g->cfg->digit != 0;
}

/* ---- LOAD ---- */
/* A list of few tiles: each may take T tiles of buffer B. */
static void load_list(struct pg *g, uint32_t *cmd)
{
  SET(CMD_OPCODE, CURTA_OP_LOAD);
  SET(LOAD_BUF, 1);
  SET(LOAD_TYPE, CURTA_TYPE_INT32);
  SET(LOAD_LIST, 1);
  SET(LOAD_DIGIT, rnd(g, 2) ? 0 : rnd(g, 3));
  SET(LOAD_DST, g->list_count && rnd(g, 2) ? (int)g->lists[rnd(g, g->list_count)] : (int)rnd(g, 8)); /* often over a longer or shorter one */
  SET(LOAD_ADDR, address(g, tile_bytes(g, 4)));
  SET(LOAD_PLACES, address(g, tile_bytes(g, 1)));
  SET(LOAD_N0, 1);
  SET(LOAD_N1, range(g, 1, 2));
  SET(LOAD_N2, range(g, 1, 2));
  SET(LOAD_N3, range(g, 1, 2));
  SET(LOAD_S1, range(g, 0, 3));
  SET(LOAD_S2, range(g, 0, 4));
  SET(LOAD_S3, range(g, 0, 5));
  SET(LOAD_A_SY, range(g, 0, 6));
  SET(LOAD_A_SX, range(g, -1, 3));
  SET(LOAD_A_SN, range(g, -2, 9));
  SET(LOAD_KH_LOG2, rnd(g, 4));
  SET(LOAD_KW_LOG2, rnd(g, 4));
}

static void load(struct pg *g, uint32_t *cmd)
{
  int depth = rnd(g, 2) ? g->cfg->b_tiles : g->cfg->a_tiles;
  int small = depth < 24 ? depth : 24;
  SET(CMD_OPCODE, CURTA_OP_LOAD);
  SET(LOAD_BUF, depth == g->cfg->b_tiles && rnd(g, 2));
  SET(LOAD_DST, rnd(g, (uint32_t)small));
  int digit = curta_cmd_get(cmd, CURTA_LOAD_BUF) && modes(g) && rnd(g, 2);
  SET(LOAD_TYPE, digit ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  SET(LOAD_DIGIT, digit ? rnd(g, 4) : 0);
  SET(LOAD_ADDR, address(g, tile_bytes(g, digit ? 4 : 1)));
  SET(LOAD_N0, range(g, 1, 6));
  SET(LOAD_N1, range(g, 1, 4));
  SET(LOAD_N2, range(g, 1, 2));
  SET(LOAD_N3, range(g, 1, 2));
  SET(LOAD_S1, range(g, 0, 9));
  SET(LOAD_S2, range(g, 0, 20));
  SET(LOAD_S3, range(g, 0, 40));
}

/* ---- GEMM ---- */
struct geometry {
  int n, h, w, c, o, k, s, p, oh, ow; /* tiles, pixels, kernel, stride, padding */
};

static struct geometry geometry(struct pg *g)
{
  struct geometry x;
  do {
    x = (struct geometry){range(g, 1, 2), range(g, 1, 6), range(g, 1, 6), range(g, 1, 2), range(g, 1, 2), range(g, 1, 7), range(g, 1, 2), 0, 0, 0};
    x.p = range(g, 0, x.k / 2);
    x.oh = (x.h + 2 * x.p - x.k) / x.s + 1;
    x.ow = (x.w + 2 * x.p - x.k) / x.s + 1;
  } while (x.h + 2 * x.p < x.k || x.w + 2 * x.p < x.k);
  return x;
}

static void window(uint32_t *cmd, int ya, int yb, int yc, int yu, int xa, int xb, int xc, int xu)
{
  SET(GEMM_Y_A, ya);
  SET(GEMM_Y_B, yb);
  SET(GEMM_Y_C, yc);
  SET(GEMM_Y_U, yu);
  SET(GEMM_X_A, xa);
  SET(GEMM_X_B, xb);
  SET(GEMM_X_C, xc);
  SET(GEMM_X_U, xu);
}

static void counts(uint32_t *cmd, int nga, int ngb, int nvy, int nvx, int nky, int nkx, int nkc)
{
  SET(GEMM_NGA, nga);
  SET(GEMM_NGB, ngb);
  SET(GEMM_NVY, nvy);
  SET(GEMM_NVX, nvx);
  SET(GEMM_NKY, nky);
  SET(GEMM_NKX, nkx);
  SET(GEMM_NKC, nkc);
}

static void gemm_forward(struct pg *g, uint32_t *cmd)
{
  struct geometry x = geometry(g);
  counts(cmd, x.n, x.o, x.oh, x.ow, x.k, x.k, x.c);
  window(cmd, x.s, 1, -x.p, x.h, x.s, 1, -x.p, x.w);
  SET(GEMM_A_BASE, -x.p * x.w * x.c - x.p * x.c);
  SET(GEMM_A_SGA, x.h * x.w * x.c);
  SET(GEMM_A_SVY, x.s * x.w * x.c);
  SET(GEMM_A_SVX, x.s * x.c);
  SET(GEMM_A_SKY, x.w * x.c);
  SET(GEMM_A_SKX, x.c);
  SET(GEMM_A_SKC, 1);
  SET(GEMM_B_SGB, x.c);
  SET(GEMM_B_SKY, x.k * x.o * x.c);
  SET(GEMM_B_SKX, x.o * x.c);
  SET(GEMM_B_SKC, 1);
  SET(GEMM_P_SGA, x.oh * x.ow * x.o);
  SET(GEMM_P_SGB, 1);
  SET(GEMM_P_SVY, x.ow * x.o);
  SET(GEMM_P_SVX, x.o);
}

/* One dimension of the input gradient: inputs i = step*j + phase, taps r = r0 + step*q, output = j + q' + c. */
struct phase {
  int step, phase, r0, taps, c, count;
};

static struct phase phase(struct pg *g, int k, int s, int p, int size)
{
  struct phase f = {.step = s, .phase = s == 2 && size > 1 ? range(g, 0, 1) : 0};
  f.r0 = (f.phase + p) % s;
  f.taps = k > f.r0 ? (k - f.r0 + s - 1) / s : 0;
  f.c = (f.phase + p - f.r0) / s - (f.taps - 1);
  f.count = (size - f.phase + s - 1) / s;
  return f;
}

static void gemm_input_gradient(struct pg *g, uint32_t *cmd)
{
  struct geometry x = geometry(g);
  struct phase fy = phase(g, x.k, x.s, x.p, x.h), fx = phase(g, x.k, x.s, x.p, x.w);
  int tap = x.o * x.c, none = fy.taps == 0 || fx.taps == 0;
  counts(cmd, x.n, x.c, fy.count, fx.count, none ? 1 : fy.taps, none ? 1 : fx.taps, x.o);
  if (none)
    window(cmd, 0, 0, -1, 1, 0, 0, -1, 1);
  else
    window(cmd, 1, 1, fy.c, x.oh, 1, 1, fx.c, x.ow);
  SET(GEMM_A_BASE, (fy.c * x.ow + fx.c) * x.o);
  SET(GEMM_A_SGA, x.oh * x.ow * x.o);
  SET(GEMM_A_SVY, x.ow * x.o);
  SET(GEMM_A_SVX, x.o);
  SET(GEMM_A_SKY, x.ow * x.o);
  SET(GEMM_A_SKX, x.o);
  SET(GEMM_A_SKC, 1);
  SET(GEMM_B_BASE, ((fy.r0 + (fy.taps - 1) * x.s) * x.k + fx.r0 + (fx.taps - 1) * x.s) * tap);
  SET(GEMM_B_SGB, 1);
  SET(GEMM_B_SKY, -x.s * x.k * tap);
  SET(GEMM_B_SKX, -x.s * tap);
  SET(GEMM_B_SKC, x.c);
  SET(GEMM_B_T, 1);
  SET(GEMM_P_SGA, fy.count * fx.count * x.c);
  SET(GEMM_P_SGB, 1);
  SET(GEMM_P_SVY, fx.count * x.c);
  SET(GEMM_P_SVX, x.c);
}

static void gemm_weight_gradient(struct pg *g, uint32_t *cmd)
{
  struct geometry x = geometry(g);
  counts(cmd, x.o, x.c, x.k, x.k, x.oh, x.ow, x.n);
  window(cmd, 1, x.s, -x.p, x.h, 1, x.s, -x.p, x.w);
  SET(GEMM_A_SGA, 1);
  SET(GEMM_A_SKY, x.ow * x.o);
  SET(GEMM_A_SKX, x.o);
  SET(GEMM_A_SKC, x.oh * x.ow * x.o);
  SET(GEMM_A_T, 1);
  SET(GEMM_B_BASE, -x.p * x.w * x.c - x.p * x.c);
  SET(GEMM_B_SGB, 1);
  SET(GEMM_B_SVY, x.w * x.c);
  SET(GEMM_B_SVX, x.c);
  SET(GEMM_B_SKY, x.s * x.w * x.c);
  SET(GEMM_B_SKX, x.s * x.c);
  SET(GEMM_B_SKC, x.h * x.w * x.c);
  SET(GEMM_B_T, 1);
  SET(GEMM_P_SGA, x.c);
  SET(GEMM_P_SGB, 1);
  SET(GEMM_P_SVY, x.k * x.o * x.c);
  SET(GEMM_P_SVX, x.o * x.c);
}

/* Along a list; the hazard checker lets those through that exist. */
static void gemm_gather(struct pg *g, uint32_t *cmd)
{
  int n[4];
  for (int i = 0; i < 4; i++)
    n[i] = range(g, 1, 2);
  counts(cmd, n[0], n[1], n[2], n[3], range(g, 1, 16), range(g, 1, 16), range(g, 1, 3));
  window(cmd, range(g, 0, 1), rnd(g, 8) ? 1 : range(g, 0, 2), range(g, -3, 1), range(g, 1, 18), range(g, 0, 1), rnd(g, 8) ? 1 : range(g, 0, 2), range(g, -3, 1),
         range(g, 1, 18));
  SET(GEMM_GATHER, 1);
  SET(GEMM_A_T, 1);
  SET(GEMM_B_T, 1);
  SET(GEMM_A_BASE, range(g, 10, 60));
  SET(GEMM_A_SGA, range(g, 0, 2));
  SET(GEMM_A_SVY, range(g, -2, 3));
  SET(GEMM_A_SVX, range(g, -2, 3));
  static const uint32_t ignored[] = {CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX, CURTA_GEMM_A_SKC, CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX, CURTA_GEMM_B_SKC};
  for (unsigned i = 0; i < sizeof ignored / sizeof *ignored; i++)
    curta_cmd_set(cmd, ignored[i], (uint32_t)range(g, -9, 9));
  SET(GEMM_B_BASE, g->lists[rnd(g, g->list_count)]);
  SET(GEMM_B_SGB, rnd(g, 2) ? 0 : rnd(g, 8));
  SET(GEMM_P_SVX, 1);
  SET(GEMM_P_SGA, n[3]);
  SET(GEMM_P_SVY, n[3] * n[0]);
  SET(GEMM_P_SGB, n[3] * n[0] * n[2]);
}

static void gemm_any(struct pg *g, uint32_t *cmd)
{
  static const uint32_t strides[] = {CURTA_GEMM_A_SGA, CURTA_GEMM_A_SVY, CURTA_GEMM_A_SVX, CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX, CURTA_GEMM_A_SKC,
                                     CURTA_GEMM_B_SGB, CURTA_GEMM_B_SVY, CURTA_GEMM_B_SVX, CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX, CURTA_GEMM_B_SKC};
  int n[4];
  for (int i = 0; i < 4; i++)
    n[i] = range(g, 1, 3);
  counts(cmd, n[0], n[1], n[2], n[3], range(g, 1, 3), range(g, 1, 3), range(g, 1, 3));
  for (unsigned i = 0; i < sizeof strides / sizeof *strides; i++)
    curta_cmd_set(cmd, strides[i], (uint32_t)range(g, -2, 3));
  SET(GEMM_A_BASE, range(g, 4, 20));
  SET(GEMM_B_BASE, range(g, 4, 20));
  window(cmd, range(g, 0, 2), range(g, 0, 2), range(g, -3, 2), range(g, 1, 5), range(g, 0, 2), range(g, 0, 2), range(g, -3, 2), range(g, 1, 5));
  SET(GEMM_A_T, rnd(g, 2));
  SET(GEMM_B_T, rnd(g, 2));
  SET(GEMM_P_SVX, 1);
  SET(GEMM_P_SGA, n[3]);
  SET(GEMM_P_SVY, n[3] * n[0]);
  SET(GEMM_P_SGB, n[3] * n[0] * n[2]);
}

static void gemm(struct pg *g, uint32_t *cmd)
{
  static void (*const kind[])(struct pg *, uint32_t *) = {gemm_forward, gemm_input_gradient, gemm_weight_gradient, gemm_any};
  SET(CMD_OPCODE, CURTA_OP_GEMM);
  if (g->list_count && rnd(g, 3) == 0)
    gemm_gather(g, cmd);
  else
    kind[rnd(g, 4)](g, cmd);
  SET(GEMM_P_BASE, rnd(g, (uint32_t)g->cfg->p_tiles / 4));
  SET(GEMM_KLAST, rnd(g, 3) ? g->cfg->t : range(g, 1, g->cfg->t));
  SET(GEMM_ACC, rnd(g, 2));
  SET(GEMM_FINAL, rnd(g, 2));
  if (modes(g)) {
    SET(GEMM_GUARD, rnd(g, 2));
    SET(GEMM_START_SHL, rnd(g, 3) == 0);
  }
  SET(GEMM_OR_REG, rnd(g, 8));
  SET(GEMM_OR_KEEP, rnd(g, 2));
}

/* ---- VECTOR ---- */
static void loops(struct pg *g, uint32_t *cmd, int most)
{
  SET(MAP_N0, range(g, 1, most));
  SET(MAP_N1, range(g, 1, 2));
  SET(MAP_N2, range(g, 1, 2));
  SET(MAP_N3, range(g, 1, 2));
  SET(MAP_S1, range(g, 0, 6));
  SET(MAP_S2, range(g, 0, 12));
  SET(MAP_S3, range(g, 0, 20));
  SET(MAP_D1, most);
  SET(MAP_D2, 2 * most);
  SET(MAP_D3, 4 * most);
}

static void rounding(struct pg *g, uint32_t *cmd, uint32_t modes)
{
  uint32_t round = rnd(g, modes);
  SET(MAP_ROUND, round);
  SET(MAP_SHIFT_REG, rnd(g, 4) ? (uint32_t)range(g, 32, 55) : rnd(g, CURTA_SCALARS)); /* where scalar() puts shifts */
  if (round == 2) {
    SET(MAP_SEED_REG, rnd(g, CURTA_SCALARS));
    SET(MAP_TENSOR, rnd(g, 1000));
    SET(MAP_ORIGIN, rnd(g, 100000));
  }
  SET(MAP_WRAP, rnd(g, 2));
}

/* The quotient by 2^s m as a planner makes it, or any numbers. */
static void division(struct pg *g, uint32_t *cmd)
{
  uint32_t m = 1 + 2 * rnd(g, rnd(g, 3) ? 100 : 30000), t = 47, zeros = rnd(g, 2) ? 0 : 6;
  while ((((uint64_t)1 << t) + m - 1) / m >> (24 - zeros))
    t--;
  SET(MAP_DIV, 1);
  SET(MAP_DIV_S, rnd(g, 24));
  SET(MAP_DIV_T, rnd(g, 8) ? t + zeros - 23 : rnd(g, 32));
  SET(MAP_DIV_M, rnd(g, 8) ? (uint32_t)((((uint64_t)1 << t) + m - 1) / m) << zeros : rnd(g, 1u << 24));
}

/* A window that begins in the padding; `first` field: the address that moves with it. */
static void padding(struct pg *g, uint32_t *cmd, uint32_t first, uint32_t bytes)
{
  SET(MAP_PADDED, 1);
  SET(MAP_PAD_Y, range(g, -1, 2));
  SET(MAP_PAD_X, range(g, -1, 2));
  SET(MAP_LIM_Y, range(g, 0, 6));
  SET(MAP_LIM_X, range(g, 0, 6));
  if (bytes)
    curta_cmd_set(cmd, first, curta_cmd_get(cmd, first) + 32 * bytes);
}

/* Steps of NITRO-D in a MAP with int8 results. */
static void nitro_steps(struct pg *g, uint32_t *cmd, int wide, int pool)
{
  int div = (int)rnd(g, 2);
  if (div)
    division(g, cmd);
  if (div && wide) {
    SET(MAP_REQ, 0);
    SET(MAP_SHIFT_REG, 0);
  }
  if (rnd(g, 4)) {
    SET(MAP_RELU, 0);
    SET(MAP_ACT, CURTA_ACT_NITRO);
    SET(MAP_SLOPE, rnd(g, 4));
    SET(MAP_MEAN, rnd(g, 3) ? 36 : rnd(g, 256));
    SET(MAP_CLASS, pool && rnd(g, 2));
  }
  if (!pool && rnd(g, 2)) {
    SET(MAP_ZS, 1);
    SET(MAP_IDX, address(g, tile_bytes(g, 1)));
  }
  if (pool && !curta_cmd_get(cmd, CURTA_MAP_REQ) && rnd(g, 2))
    padding(g, cmd, CURTA_MAP_SRC, curta_cmd_get(cmd, CURTA_MAP_SRC_ACC) ? 0 : tile_bytes(g, wide ? 4 : 1));
  SET(MAP_CLAST, rnd(g, 2) ? range(g, 1, g->cfg->t) : 0);
  SET(MAP_NLAST, rnd(g, 2) ? range(g, 1, g->cfg->t) : 0);
}

static void back(struct pg *g, uint32_t *cmd)
{
  SET(MAP_DST_TYPE, CURTA_TYPE_INT32);
  SET(MAP_ACT, range(g, CURTA_ACT_BACK_ZS, CURTA_ACT_BACK_CLASS));
  SET(MAP_SLOPE, rnd(g, 4));
  SET(MAP_AUX, address(g, tile_bytes(g, 1)));
  SET(MAP_OR_REG, rnd(g, 8));
  SET(MAP_OR_KEEP, rnd(g, 2));
}

static void map(struct pg *g, uint32_t *cmd)
{
  int pool = rnd(g, 3) == 0, wide = rnd(g, 4) != 0, acc = wide && rnd(g, 2), copy = wide && !pool && rnd(g, 4) == 0;
  SET(CMD_OPCODE, CURTA_OP_MAP);
  loops(g, cmd, 3);
  SET(MAP_SRC_TYPE, wide ? 2 : 0);
  SET(MAP_SRC_ACC, acc);
  SET(MAP_SRC, acc ? rnd(g, (uint32_t)g->cfg->p_tiles / 2) : address(g, tile_bytes(g, wide ? 4 : 1)));
  SET(MAP_DST, address(g, tile_bytes(g, copy ? 4 : 1)));
  if (copy) {
    SET(MAP_DST_TYPE, 2 + rnd(g, 2));
    if (modes(g) && rnd(g, 2))
      back(g, cmd);
    return;
  }
  if (wide) {
    SET(MAP_REQ, 1);
    rounding(g, cmd, 4);
  }
  SET(MAP_RELU, rnd(g, 2));
  if (rnd(g, 3) == 0) {
    SET(MAP_MASK, 1);
    SET(MAP_AUX, address(g, tile_bytes(g, 1)));
  }
  if (pool) {
    SET(MAP_POOL, 1);
    SET(MAP_KH, range(g, 1, 3));
    SET(MAP_KW, range(g, 1, 3));
    SET(MAP_W_SY, range(g, 0, 8));
    SET(MAP_W_SX, range(g, 0, 4));
    SET(MAP_IDX, address(g, tile_bytes(g, 1)));
  }
  if (modes(g) && rnd(g, 2))
    nitro_steps(g, cmd, wide, pool);
}

static void scatter(struct pg *g, uint32_t *cmd)
{
  int wide = (int)rnd(g, 2), keep = wide && modes(g) && rnd(g, 2), kh = range(g, 1, 3), kw = range(g, 1, 3);
  SET(CMD_OPCODE, CURTA_OP_SCATTER);
  loops(g, cmd, 2);
  SET(SCATTER_KH, kh);
  SET(SCATTER_KW, kw);
  SET(SCATTER_W_SX, 2);
  SET(SCATTER_W_SY, 2 * kw);
  SET(SCATTER_D1, 2 * kw * kh);
  SET(SCATTER_D2, 4 * kw * kh);
  SET(SCATTER_D3, 8 * kw * kh);
  SET(SCATTER_SRC_TYPE, wide ? 2 : 0);
  SET(SCATTER_SRC, address(g, tile_bytes(g, wide ? 4 : 1)));
  SET(SCATTER_AUX, address(g, tile_bytes(g, 1)));
  SET(SCATTER_DST, address(g, tile_bytes(g, keep ? 4 : 1)));
  SET(SCATTER_CLASS, modes(g) && rnd(g, 2));
  if (modes(g) && rnd(g, 2))
    padding(g, cmd, CURTA_SCATTER_DST, tile_bytes(g, keep ? 4 : 1));
  if (keep) {
    SET(SCATTER_DST_TYPE, CURTA_TYPE_INT32);
    SET(SCATTER_N3, 1); /* inside its region */
  } else if (wide) {
    SET(SCATTER_REQ, 1);
    rounding(g, cmd, 4);
  }
}

static void update_nitro(struct pg *g, uint32_t *cmd)
{
  int acc = (int)rnd(g, 2);
  SET(CMD_OPCODE, CURTA_OP_UPDATE);
  SET(UPDATE_NITRO, 1);
  SET(UPDATE_SRC, acc ? rnd(g, (uint32_t)g->cfg->p_tiles / 2) : address(g, tile_bytes(g, 4)));
  SET(UPDATE_AUX, address(g, tile_bytes(g, 4)));
  SET(UPDATE_DST, rnd(g, 2) ? curta_cmd_get(cmd, CURTA_UPDATE_AUX) : address(g, tile_bytes(g, 4)));
  SET(UPDATE_SRC_ACC, acc);
  SET(UPDATE_SRC_TYPE, rnd(g, 2) * 3);
  SET(UPDATE_N, range(g, 1, 7));
  SET(UPDATE_LR_REG, 2 * range(g, 28, 31));
  SET(UPDATE_ETA_REG, rnd(g, 4) ? 2 * range(g, 28, 31) : (int)rnd(g, CURTA_SCALARS));
}

static void update(struct pg *g, uint32_t *cmd)
{
  if (modes(g) && rnd(g, 4) == 0) {
    update_nitro(g, cmd);
    return;
  }
  int master = (int)rnd(g, 2), reduce = rnd(g, 3) == 0, acc = (int)rnd(g, 2);
  SET(CMD_OPCODE, reduce ? CURTA_OP_REDUCE : CURTA_OP_UPDATE);
  SET(UPDATE_SRC, acc ? rnd(g, (uint32_t)g->cfg->p_tiles / 2) : address(g, tile_bytes(g, 4)));
  SET(UPDATE_AUX, address(g, tile_bytes(g, master ? 2 : 1)));
  SET(UPDATE_SRC_ACC, acc);
  SET(UPDATE_SRC_TYPE, rnd(g, 2) * 3);
  SET(UPDATE_N, range(g, 1, 7));
  SET(UPDATE_MASTER, master);
  SET(UPDATE_FRAC, master ? range(g, 1, 8) : 0);
  SET(UPDATE_DECAY, rnd(g, 2));
  SET(UPDATE_DECAY_REG, range(g, 8, 15));
  if (reduce) {
    SET(REDUCE_OR_REG, rnd(g, 8));
    SET(REDUCE_OR_KEEP, rnd(g, 2));
    return;
  }
  rounding(g, cmd, 4);
  int in_place = !master && rnd(g, 2);
  SET(UPDATE_DST, in_place ? curta_cmd_get(cmd, CURTA_UPDATE_AUX) : address(g, tile_bytes(g, 1)));
  if (master)
    SET(UPDATE_IDX, rnd(g, 2) ? curta_cmd_get(cmd, CURTA_UPDATE_AUX) : address(g, tile_bytes(g, 2)));
}

static void fill(struct pg *g, uint32_t *cmd)
{
  SET(CMD_OPCODE, CURTA_OP_FILL);
  SET(FILL_DST, address(g, tile_bytes(g, 1)));
  SET(FILL_N0, range(g, 1, 3));
  SET(FILL_N1, range(g, 1, 2));
  SET(FILL_N2, range(g, 1, 2));
  SET(FILL_N3, range(g, 1, 2));
  SET(FILL_D1, range(g, 0, 5));
  SET(FILL_D2, range(g, 0, 5));
  SET(FILL_D3, range(g, 0, 5));
  SET(FILL_VALUE, rnd(g, 256));
}

static void loss(struct pg *g, uint32_t *cmd)
{
  SET(CMD_OPCODE, CURTA_OP_LOSS);
  SET(LOSS_SRC, address(g, tile_bytes(g, 1)));
  SET(LOSS_AUX, address(g, tile_bytes(g, 1)));
  SET(LOSS_DST, address(g, tile_bytes(g, 1)));
  SET(LOSS_ROWS, range(g, 1, 2 * g->cfg->t));
  SET(LOSS_CLASSES, rnd(g, 8) ? range(g, 1, 30) : range(g, 1, 200));
  rounding(g, cmd, 3);
  if (modes(g) && rnd(g, 2)) {
    SET(LOSS_RSS, 1);
    SET(LOSS_TARGET, rnd(g, 3) ? 32 : rnd(g, 256));
  }
  SET(MAP_SHIFT_REG, 0);
  SET(MAP_WRAP, 0);
  curta_cmd_set(cmd, CURTA_MAP_ORIGIN, 0);
  SET(LOSS_EXP_REG, range(g, 16, 23));
  SET(LOSS_COUNT_REG, range(g, 24, 31));
}

/* Registers: 0..7 magnitudes, 8..15 decay exponents, 16..23 exponents, 24..31 counts, 32.. shifts and the rest; from 56 on
 * pairs for UPDATE NITRO. */
static void scalar(struct pg *g, uint32_t *cmd)
{
  static const int edges[] = {-40, -33, -32, -31, -30, -1, 0, 1, 2, 3, 30, 31, 32, 33};
  static const int shifts[] = {-1, 0, 1, 1, 2, 3, 5, 8, 17, 30, 31, 31, 31, 32, 61, 62, 63, 64, 0x7fffffff};
  uint32_t func = rnd(g, rnd(g, 3) ? 7 : 1), rd = rnd(g, CURTA_SCALARS), where = rnd(g, 6); /* often SET */
  int imm = range(g, -8, 40);
  if (where < 3) /* most of all what commands read */
    rd = (uint32_t)(where ? range(g, 32, 55) : range(g, 8, 15));
  if (rd >= 8 && rd < 24) { /* keep these small */
    func = 0;
    imm = rd < 16 ? rnd(g, 3) == 0 ? range(g, -20, 20) : edges[rnd(g, 14)] : range(g, -30, 10);
  } else if (func == 0 && rd < 8) {
    imm = (int)(rnd(g, 1u << 31) >> rnd(g, 31));
  } else if (func == 0 && rnd(g, 2)) {
    imm = shifts[rnd(g, sizeof shifts / sizeof *shifts)];
  }
  if (rd >= 56) {
    func = 0;
    imm = rd % 2 ? (int)rnd(g, 1u << 24) : range(g, 0, 24) * 256 + range(g, 0, 20);
  }
  SET(CMD_OPCODE, CURTA_OP_SCALAR);
  SET(SCALAR_FUNC, func);
  SET(SCALAR_RD, rd);
  SET(SCALAR_RA, func ? (int)rnd(g, rnd(g, 2) ? 8 : CURTA_SCALARS) : 0);
  SET(SCALAR_RB, func == 1 || func == 3 || func == 5 ? (int)rnd(g, CURTA_SCALARS) : 0);
  SET(SCALAR_RC, func == 1 ? (int)rnd(g, CURTA_SCALARS) : 0);
  SET(SCALAR_IMM, func == 2 ? imm & 1 : func == 0 || func == 1 || func == 4 || func == 6 ? imm : 0);
}

/* Builds one engine command that fits into memory and buffers, and appends it. */
static void engine_command(struct pg *g, uint32_t *cmd)
{
  static void (*const kind[])(struct pg *, uint32_t *) = {load, load, load, gemm, gemm, gemm, map, map, map, map, scatter, update, update, update, fill, loss, scalar, scalar, scalar};
  int error;
  do {
    memset(cmd, 0, CURTA_CMD_BYTES);
    memset(g->taken, 0, sizeof g->taken);
    if (modes(g) && rnd(g, 20) == 0)
      load_list(g, cmd);
    else
      kind[rnd(g, sizeof kind / sizeof *kind)](g, cmd);
    error = hz_add(g->hz, cmd, 1);
  } while (error);
  if (curta_cmd_get(cmd, CURTA_CMD_OPCODE) == CURTA_OP_LOAD && curta_cmd_get(cmd, CURTA_LOAD_LIST)) {
    g->lists[g->list_count < 4 ? g->list_count : rnd(g, 4)] = curta_cmd_get(cmd, CURTA_LOAD_DST);
    g->list_count += g->list_count < 4;
  }
  SET(CMD_TAG, tag(g));
}

static void fill_image(struct pg *g)
{
  for (uint32_t r = 0; r < PG_REGIONS; r++) {
    uint8_t *p = g->image + PG_PROGRAM_BYTES + r * PG_REGION_BYTES;
    uint32_t kind = rnd(g, 7), bits = rnd(g, 31) + 1;
    for (uint32_t i = 0; i < PG_REGION_BYTES; i += 4) {
      uint32_t v = rnd(g, 1u << 31) * 2u + rnd(g, 2);
      if (kind == 0) /* extremes */
        v = (v & 0x80808080u) ^ 0x7f7f7f7fu;
      else if (kind <= 2) { /* int32 of a random width */
        int32_t s = (int32_t)(v & ((2u << (bits - 1)) - 1u));
        v = (uint32_t)(v >> 31 ? -s : s);
      } else if (kind == 3) /* mostly zero */
        v = rnd(g, 16) ? 0 : v;
      else if (kind == 4) /* pool indices and labels */
        v &= 0x03030303u;
      else if (kind == 5) /* a tensor of zeros */
        v = 0;
      memcpy(p + i, &v, 4);
    }
  }
}

/* Zero to a few commands that a SKIP may leave out; a FENCE after them makes the counts certain again. */
static uint32_t skip_block(struct pg *g, uint32_t *prog, uint32_t at)
{
  uint32_t count = rnd(g, 4) + 1, *cmd = prog + 32 * at;
  memset(cmd, 0, CURTA_CMD_BYTES);
  SET(CMD_OPCODE, CURTA_OP_SKIP);
  SET(CMD_TAG, tag(g));
  SET(SKIP_COUNT, count);
  SET(SKIP_RA, rnd(g, 8));
  SET(SKIP_RB, rnd(g, 8));
  SET(SKIP_COND, rnd(g, 2));
  hz_fence(g->hz);
  hz_maybe(g->hz, 1);
  for (uint32_t i = 1; i <= count; i++)
    engine_command(g, prog + 32 * (at + i));
  hz_maybe(g->hz, 0);
  cmd = prog + 32 * (at + count + 1);
  memset(cmd, 0, CURTA_CMD_BYTES);
  SET(CMD_OPCODE, CURTA_OP_FENCE);
  hz_fence(g->hz);
  return at + count + 2;
}

static uint32_t stretch(struct pg *g, uint32_t *prog, uint32_t at, uint32_t count)
{
  for (uint32_t end = at + count; at < end;) {
    uint32_t *cmd = prog + 32 * at;
    uint32_t dice = rnd(g, 40);
    if (dice == 0) {
      at = skip_block(g, prog, at);
    } else if (dice <= 2) {
      memset(cmd, 0, CURTA_CMD_BYTES);
      SET(CMD_OPCODE, dice == 1 ? CURTA_OP_FENCE : CURTA_OP_NOP);
      SET(CMD_TAG, tag(g));
      if (dice == 1)
        hz_fence(g->hz);
      at++;
    } else {
      engine_command(g, prog + 32 * at++);
    }
  }
  return at;
}

/* Gives both operand buffers and the accumulator memory defined contents: no device clears them. */
static uint32_t prelude(struct pg *g, uint32_t *prog)
{
  uint32_t t2 = tile_bytes(g, 1);
  for (uint32_t b = 0; b < 2; b++) {
    uint32_t *cmd = prog + 32 * b, tiles = (uint32_t)(b ? g->cfg->b_tiles : g->cfg->a_tiles);
    memset(cmd, 0, CURTA_CMD_BYTES);
    SET(CMD_OPCODE, CURTA_OP_LOAD);
    SET(LOAD_BUF, b);
    SET(LOAD_ADDR, PG_PROGRAM_BYTES + rnd(g, PG_REGIONS) * PG_REGION_BYTES);
    SET(LOAD_N0, tiles < PG_REGION_BYTES / t2 ? tiles : PG_REGION_BYTES / t2);
    SET(LOAD_N1, 1);
    SET(LOAD_N2, 1);
    SET(LOAD_N3, 1);
    hz_add(g->hz, cmd, 1);
  }
  uint32_t *cmd = prog + 64;
  memset(cmd, 0, CURTA_CMD_BYTES);
  SET(CMD_OPCODE, CURTA_OP_GEMM);
  counts(cmd, g->cfg->p_tiles, 1, 1, 1, 1, 1, 1);
  window(cmd, 0, 0, -1, 1, 0, 0, -1, 1);
  SET(GEMM_KLAST, 1);
  SET(GEMM_P_SGA, 1);
  hz_add(g->hz, cmd, 1);
  return 3;
}

uint32_t pg_program(const struct curta_config *cfg, uint64_t seed, uint32_t length, uint8_t *image)
{
  struct pg g = {.cfg = cfg, .rng = seed * 0x9E3779B97F4A7C15ull + 0x1234567u, .image = image};
  uint32_t *ring = (uint32_t *)(void *)image, *called = (uint32_t *)(void *)(image + PG_CALL_ADDR), *cmd;
  for (int i = 0; i < 8; i++)
    rnd(&g, 2);
  memset(image, 0, PG_PROGRAM_BYTES);
  fill_image(&g);
  g.hz = hz_new(cfg, PG_MEM_BYTES);
  uint32_t at = stretch(&g, ring, prelude(&g, ring), length / 2 + 1);
  if (rnd(&g, 2)) {
    cmd = ring + 32 * at++;
    hz_fence(g.hz);
    SET(CMD_OPCODE, CURTA_OP_CALL);
    SET(CMD_TAG, tag(&g));
    SET(CALL_ADDR, PG_CALL_ADDR);
    SET(CALL_COUNT, stretch(&g, called, 0, length / 2 + 1));
    hz_fence(g.hz);
  }
  at = stretch(&g, ring, at, length / 4 + 1);
  cmd = ring + 32 * at++;
  memset(cmd, 0, CURTA_CMD_BYTES);
  SET(CMD_OPCODE, CURTA_OP_END);
  SET(END_COOKIE, seed);
  hz_free(g.hz);
  return at;
}
