/* SPDX-License-Identifier: Apache-2.0
 * nitro_pooling.c - pooling of the official NITRO-D vectors and its way back (nitro_ops.h): a tile for each position of
 * the maps, in which a plane is an element */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "nitro_ops.h"

enum { MAP_SIDE = 28, MAX_T2 = 256, ROOM = 0x40000 }; /* ROOM: of SRC and DST, in bytes */

/* Rows lo..hi-1 of an array (planes, h, w). Returns the number of values. */
static uint32_t positions(struct npy a, uint32_t lo, uint32_t hi, int32_t *to)
{
  uint32_t planes = (uint32_t)(a.shape[0] * a.shape[1]), w = (uint32_t)a.shape[3], map = (uint32_t)a.shape[2] * w;
  uint32_t n = (hi - lo) * w;
  memset(to, 0, (size_t)n * ops_t2 * 4);
  for (uint32_t c = 0; c < planes; c++)
    for (uint32_t i = 0; i < n; i++)
      to[i * ops_t2 + c] = (int32_t)npy_at(&a, c * map + lo * w + i);
  return n * ops_t2;
}

/* ------------------------------------------------------------------ maximum */

/* Rows of windows of a geometry, and the rows of the map that they reach: a pooling of its own. */
struct part {
  struct curta_nitro_pool g;
  uint32_t lo, hi, first; /* rows of the map; first row of windows */
};

static struct part part_of(const struct curta_nitro_pool *g, int32_t h, int32_t first, int32_t rows)
{
  struct part s = {*g, 0, (uint32_t)h, (uint32_t)first};
  int32_t top = first * g->kh - g->pad_h, end = top + rows * g->kh;
  s.g.oh = rows;
  s.g.pad_h = top < 0 ? -top : 0;
  s.lo = (uint32_t)(top < 0 ? 0 : top);
  if (rows < g->oh) /* else what no window reaches belongs to it, too */
    s.hi = (uint32_t)(end < h ? end : h);
  return s;
}

static void windows(uint32_t cmd[32], const struct part *s, uint32_t w)
{
  curta_cmd_set(cmd, CURTA_MAP_N0, 1);
  curta_cmd_set(cmd, CURTA_MAP_N1, (uint32_t)s->g.ow);
  curta_cmd_set(cmd, CURTA_MAP_N2, (uint32_t)s->g.oh);
  curta_cmd_set(cmd, CURTA_MAP_N3, 1);
  curta_cmd_set(cmd, CURTA_MAP_W_SY, w);
  curta_cmd_set(cmd, CURTA_MAP_W_SX, 1);
  curta_cmd_set(cmd, CURTA_MAP_KH, (uint32_t)s->g.kh);
  curta_cmd_set(cmd, CURTA_MAP_KW, (uint32_t)s->g.kw);
  curta_cmd_set(cmd, CURTA_MAP_PADDED, 1);
  curta_cmd_set(cmd, CURTA_MAP_PAD_Y, (uint32_t)s->g.pad_h & 0xffff);
  curta_cmd_set(cmd, CURTA_MAP_PAD_X, (uint32_t)s->g.pad_w & 0xffff);
  curta_cmd_set(cmd, CURTA_MAP_LIM_Y, s->hi - s->lo);
  curta_cmd_set(cmd, CURTA_MAP_LIM_X, w);
}

static void forward(int k, const struct part *s, int32_t *x)
{
  struct npy a = npy_read("ops/maxpool/%d_x.npy", k);
  uint32_t cmd[2][32], w = (uint32_t)a.shape[3];
  char file[40];
  (void)snprintf(file, sizeof file, "ops/maxpool/%d_y.npy", k);
  ops_put(SRC, x, positions(a, s->lo, s->hi, x), 1);
  ops_map(cmd[0], 1, CURTA_TYPE_INT8);
  windows(cmd[0], s, w);
  curta_cmd_set(cmd[0], CURTA_MAP_POOL, 1);
  curta_cmd_set(cmd[0], CURTA_MAP_IDX, IDX);
  curta_cmd_set(cmd[0], CURTA_MAP_S1, (uint32_t)s->g.kw);
  curta_cmd_set(cmd[0], CURTA_MAP_S2, (uint32_t)s->g.kh * w);
  curta_cmd_set(cmd[0], CURTA_MAP_D1, 1);
  curta_cmd_set(cmd[0], CURTA_MAP_D2, (uint32_t)s->g.ow);
  ops_run(file, cmd, 1);
  ops_expect(file, DST, x, positions(npy_read("%s", file), s->first, s->first + (uint32_t)s->g.oh, x), 1);
}

/* Behind forward, whose places are at IDX. */
static void back(int k, const struct part *s, int32_t *x)
{
  struct npy a = npy_read("ops/maxpool/%d_dx.npy", k), d = npy_read("ops/maxpool/%d_d.npy", k);
  uint32_t cmd[2][32], w = (uint32_t)a.shape[3], n = (s->hi - s->lo) * w * ops_t2;
  char file[40];
  (void)snprintf(file, sizeof file, "ops/maxpool/%d_dx.npy", k);
  ops_put(SRC, x, positions(d, s->first, s->first + (uint32_t)s->g.oh, x), 4);
  memset(x, 0, n * 4);
  ops_put(DST, x, n, 4);
  pair_command(&ops_pair, cmd[0], CURTA_OP_SCATTER);
  curta_cmd_set(cmd[0], CURTA_MAP_SRC, SRC);
  curta_cmd_set(cmd[0], CURTA_MAP_AUX, IDX);
  curta_cmd_set(cmd[0], CURTA_MAP_DST, DST);
  curta_cmd_set(cmd[0], CURTA_MAP_SRC_TYPE, CURTA_TYPE_INT32);
  curta_cmd_set(cmd[0], CURTA_MAP_DST_TYPE, CURTA_TYPE_INT32);
  windows(cmd[0], s, w);
  curta_cmd_set(cmd[0], CURTA_MAP_S1, 1);
  curta_cmd_set(cmd[0], CURTA_MAP_S2, (uint32_t)s->g.ow);
  curta_cmd_set(cmd[0], CURTA_MAP_D1, (uint32_t)s->g.kw);
  curta_cmd_set(cmd[0], CURTA_MAP_D2, (uint32_t)s->g.kh * w);
  ops_run(file, cmd, 1);
  ops_expect(file, DST, x, positions(a, s->lo, s->hi, x), 4);
}

/* Whole maps, or a row of windows at a time where a map of int32 has no room in the memory of the test. */
void ops_pooling(void)
{
  static const struct curta_nitro_pool geometry[] = {{2, 2, 0, 0, 4, 4}, {2, 2, 0, 0, 3, 3}, {4, 4, 2, 2, 4, 4},
                                                     {8, 4, 4, 2, 2, 4}, {4, 2, 2, 1, 2, 4}, {2, 1, 1, 0, 2, 3},
                                                     {8, 4, 4, 0, 4, 7}};
  int32_t *x = malloc(MAP_SIDE * MAP_SIDE * MAX_T2 * 4);
  for (int k = 0; k < COUNT(geometry); k++) {
    const struct curta_nitro_pool *g = &geometry[k];
    struct npy a = npy_read("ops/maxpool/%d_x.npy", k);
    int32_t h = a.shape[2], rows = (uint32_t)(h * a.shape[3]) * 4 * ops_t2 > ROOM ? 1 : g->oh;
    uint32_t reached = 0;
    for (int32_t first = 0; first < g->oh; first += rows) {
      struct part s = part_of(g, h, first, rows);
      forward(k, &s, x);
      if (k != 1) /* it has no backward pass */
        back(k, &s, x);
      reached += s.hi - s.lo;
    }
    npy_value(ops_group, "rows of the maps", reached, h);
  }
  free(x);
}

/* ------------------------------------------------------------------ average: no mode of its own */

static void load(uint32_t cmd[32], uint32_t buf, uint32_t at, uint32_t tiles)
{
  pair_command(&ops_pair, cmd, CURTA_OP_LOAD);
  curta_cmd_set(cmd, CURTA_LOAD_BUF, buf);
  curta_cmd_set(cmd, CURTA_LOAD_ADDR, at);
  curta_cmd_set(cmd, CURTA_LOAD_N0, tiles);
  curta_cmd_set(cmd, CURTA_LOAD_N1, 1);
  curta_cmd_set(cmd, CURTA_LOAD_N2, 1);
  curta_cmd_set(cmd, CURTA_LOAD_N3, 1);
}

/* P[vy ow + vx] := sum over ky, kx < k of A[(k vy + ky) w + k vx + kx] B[0] */
static void sums(uint32_t cmd[32], uint32_t oh, uint32_t ow, uint32_t w, uint32_t k)
{
  const uint32_t field[][2] = {{CURTA_GEMM_NGA, 1},       {CURTA_GEMM_NGB, 1},
                               {CURTA_GEMM_NVY, oh},      {CURTA_GEMM_NVX, ow},
                               {CURTA_GEMM_NKY, k},       {CURTA_GEMM_NKX, k},
                               {CURTA_GEMM_NKC, 1},       {CURTA_GEMM_KLAST, (uint32_t)ops_pair.conf.t},
                               {CURTA_GEMM_A_SVY, k * w}, {CURTA_GEMM_A_SVX, k},
                               {CURTA_GEMM_A_SKY, w},     {CURTA_GEMM_A_SKX, 1},
                               {CURTA_GEMM_P_SVY, ow},    {CURTA_GEMM_P_SVX, 1},
                               {CURTA_GEMM_Y_U, 1},       {CURTA_GEMM_X_U, 1}};
  pair_command(&ops_pair, cmd, CURTA_OP_GEMM);
  for (int i = 0; i < COUNT(field); i++)
    curta_cmd_set(cmd, field[i][0], field[i][1]);
}

/* A convolution with the unit matrix at each place of the window, divided by their number. */
static void average(uint32_t k, int32_t *x)
{
  struct npy a = npy_read("ops/avgpool/%u_x.npy", k), y = npy_read("ops/avgpool/%u_y.npy", k);
  uint32_t cmd[5][32], n, h = (uint32_t)a.shape[2], w = (uint32_t)a.shape[3], oh = (uint32_t)y.shape[2],
                          ow = (uint32_t)y.shape[3], t = (uint32_t)ops_pair.conf.t;
  char file[40];
  (void)snprintf(file, sizeof file, "ops/avgpool/%u_y.npy", k);
  ops_put(SRC, x, positions(a, 0, h, x), 1);
  memset(x, 0, ops_t2 * 4);
  for (uint32_t i = 0; i < t; i++)
    x[i * t + i] = 1;
  ops_put(AUX, x, ops_t2, 1);
  load(cmd[0], 0, SRC, h * w);
  load(cmd[1], 1, AUX, 1);
  sums(cmd[2], oh, ow, w, k);
  curta_cmd_set(cmd[2], CURTA_CMD_WAIT_L, 2);
  n = positions(y, 0, oh, x);
  ops_map(cmd[3], n, CURTA_TYPE_INT32);
  curta_cmd_set(cmd[3], CURTA_CMD_WAIT_M, 1);
  curta_cmd_set(cmd[3], CURTA_MAP_SRC_ACC, 1);
  curta_cmd_set(cmd[3], CURTA_MAP_SRC, 0);
  ops_divide(cmd[3], k == 2 ? 2 : 4, 0, 1);
  ops_run(file, cmd, 4);
  ops_expect(file, DST, x, n, 1);
}

/* Every position of a window gets a part of the delta: division by a slope, as below 0, a command a row of windows. */
static void average_back(uint32_t k, int32_t *x)
{
  struct npy a = npy_read("ops/avgpool/%u_dx.npy", k), d = npy_read("ops/avgpool/%u_d.npy", k);
  uint32_t cmd[5][32], h = (uint32_t)a.shape[2], w = (uint32_t)a.shape[3], oh = (uint32_t)d.shape[2],
                       ow = (uint32_t)d.shape[3];
  char file[40];
  (void)snprintf(file, sizeof file, "ops/avgpool/%u_dx.npy", k);
  for (uint32_t i = 0; i < h * w * ops_t2; i++)
    x[i] = -1;
  ops_put(AUX, x, h * w * ops_t2, 1);
  ops_put(SRC, x, positions(d, 0, oh, x), 4);
  for (uint32_t ky = 0; ky < k; ky++) {
    ops_map(cmd[ky], 1, CURTA_TYPE_INT32);
    curta_cmd_set(cmd[ky], CURTA_MAP_N1, k);
    curta_cmd_set(cmd[ky], CURTA_MAP_N2, ow);
    curta_cmd_set(cmd[ky], CURTA_MAP_N3, oh);
    curta_cmd_set(cmd[ky], CURTA_MAP_S2, 1);
    curta_cmd_set(cmd[ky], CURTA_MAP_S3, ow);
    curta_cmd_set(cmd[ky], CURTA_MAP_D1, 1);
    curta_cmd_set(cmd[ky], CURTA_MAP_D2, k);
    curta_cmd_set(cmd[ky], CURTA_MAP_D3, k * w);
    curta_cmd_set(cmd[ky], CURTA_MAP_AUX, AUX + ky * w * ops_t2);
    curta_cmd_set(cmd[ky], CURTA_MAP_DST, DST + ky * w * ops_t2 * 4);
    curta_cmd_set(cmd[ky], CURTA_MAP_DST_TYPE, CURTA_TYPE_INT32);
    curta_cmd_set(cmd[ky], CURTA_MAP_ACT, CURTA_ACT_BACK_ZS);
    curta_cmd_set(cmd[ky], CURTA_MAP_SLOPE, k == 2 ? 0 : 2);
  }
  ops_run(file, cmd, k);
  ops_expect(file, DST, x, positions(a, 0, h, x), 4);
}

void ops_average(void)
{
  int32_t *x = malloc(MAP_SIDE * MAP_SIDE * MAX_T2 * 4);
  for (uint32_t k = 2; k <= 4; k += 2) {
    average(k, x);
    average_back(k, x);
  }
  free(x);
}
