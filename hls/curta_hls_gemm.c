/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_gemm.c - GEMM (docs/machine.md 4, 7) for high-level synthesis: forward, input and weight gradient are three
 * settings of its loops; a gathered weight gradient follows lists
 *
 * Results are made in blocks of up to Words tiles that share their operands: rows of A by rows of B. The positions (vy,
 * vx) of the visits are further rows of the side whose tiles depend on them: of A in the forward pass and the input
 * gradient, of B in the weight gradient; where both sides depend on them they are an outer loop. A row that lies
 * outside its window in some step is left out of it. Two ping-pongs, both as pairs of arrays:
 *
 *   operands:  fetch step s into a0, b0      |  multiply step s-1 from a1, b1
 *   sums:      contract block n              |  write block n-1, OR of magnitudes
 *
 * With GATHER a block has one tile of B: a list. A step is a group of it, V rows, as deep as one product of the array;
 * each row of A brings the V images that they name.
 *
 * A word of `sum` holds R x C sums, its twin in `top` their bits 32..35. The array returns to the same word after at
 * least Return iterations, so that the read-add-write of a sum may take Return cycles at an interval of one.
 */
#include "curta_hls_int.h"
#include "curta_nitro.h"

#if (CURTA_HLS_V << CURTA_HLS_DIGIT) >= 1 << 25
#error "V products of 8 by DIGIT bits do not fit an int32"
#endif

enum {
  Tiles = 16, /* of results in a block, and the most rows of a side */
  Few = 4,    /* rows of the side without positions */
  Down = T / R,
  Across = T / C,
  Words = Tiles * Down * Across,
  Return = 4,
  Top = (1 << CURTA_NITRO_GUARD) - 1, /* bits of a sum above 32 */
  Most = 65536                        /* visits: each has an accumulator tile of its own */
};
enum { Sga, Sgb, Svy, Svx, Sky, Skx, Skc, Strides };
enum { A, B, P };

struct gemm {
  uint32_t base[3], stride[3][Strides];
  uint32_t nga, ngb, nvy, nvx, nky, nkx, nkc, klast;
  uint32_t transposed[2], start, final, guard, shift, gather; /* shift: of the start value */
  int32_t y_a, y_b, y_c, y_u, x_a, x_b, x_c, x_u;
};

/* Where the next block begins on a side; n counts the rows that are left, n0 those of the whole side. */
struct cursor {
  uint32_t g, vy, vx, ng, nvy, nvx, n, n0, most;
};

/* Rows of a block: first operand tile, part of the result's tile number, position in the window law. */
struct rows {
  uint32_t n, tile[Tiles], p[Tiles];
  int32_t y[Tiles], x[Tiles];
};

/* The rows that are inside their window in one step. */
struct present {
  uint32_t n, row[Tiles];
};

struct step {
  uint32_t ky, kx, kc;
};

/* Rows of buffer A that a group of a list names: tile (a distance), position, image. */
struct named {
  uint32_t any[V], y[V], x[V], a[V], n[V];
};

struct block {
  struct rows a, b;
  uint32_t y_lo, y_hi, x_lo, x_hi, steps;
};

static void decode(struct gemm *g, const uint32_t cmd[32])
{
  static const uint32_t field[3][Strides] = {
      {CURTA_GEMM_A_SGA, 0, CURTA_GEMM_A_SVY, CURTA_GEMM_A_SVX, CURTA_GEMM_A_SKY, CURTA_GEMM_A_SKX, CURTA_GEMM_A_SKC},
      {0, CURTA_GEMM_B_SGB, CURTA_GEMM_B_SVY, CURTA_GEMM_B_SVX, CURTA_GEMM_B_SKY, CURTA_GEMM_B_SKX, CURTA_GEMM_B_SKC},
      {CURTA_GEMM_P_SGA, CURTA_GEMM_P_SGB, CURTA_GEMM_P_SVY, CURTA_GEMM_P_SVX, 0, 0, 0},
  };
decode_tensors:
  for (uint32_t t = 0; t < 3; t++) {
#pragma HLS UNROLL
  decode_strides:
    for (uint32_t i = 0; i < Strides; i++) {
#pragma HLS UNROLL
      g->stride[t][i] = field[t][i] ? curta_cmd_get(cmd, field[t][i]) : 0;
    }
  }
  g->base[A] = curta_cmd_get(cmd, CURTA_GEMM_A_BASE);
  g->base[B] = curta_cmd_get(cmd, CURTA_GEMM_B_BASE);
  g->base[P] = curta_cmd_get(cmd, CURTA_GEMM_P_BASE);
  g->nga = curta_cmd_get(cmd, CURTA_GEMM_NGA);
  g->ngb = curta_cmd_get(cmd, CURTA_GEMM_NGB);
  g->nvy = curta_cmd_get(cmd, CURTA_GEMM_NVY);
  g->nvx = curta_cmd_get(cmd, CURTA_GEMM_NVX);
  g->nky = curta_cmd_get(cmd, CURTA_GEMM_NKY);
  g->nkx = curta_cmd_get(cmd, CURTA_GEMM_NKX);
  g->nkc = curta_cmd_get(cmd, CURTA_GEMM_NKC);
  g->klast = (curta_cmd_get(cmd, CURTA_GEMM_KLAST) + V - 1) / V * V;
  g->transposed[A] = curta_cmd_get(cmd, CURTA_GEMM_A_T);
  g->transposed[B] = curta_cmd_get(cmd, CURTA_GEMM_B_T);
  g->y_a = (int32_t)curta_cmd_get(cmd, CURTA_GEMM_Y_A);
  g->y_b = (int32_t)curta_cmd_get(cmd, CURTA_GEMM_Y_B);
  g->y_c = curta_cmd_gets(cmd, CURTA_GEMM_Y_C);
  g->y_u = (int32_t)curta_cmd_get(cmd, CURTA_GEMM_Y_U);
  g->x_a = (int32_t)curta_cmd_get(cmd, CURTA_GEMM_X_A);
  g->x_b = (int32_t)curta_cmd_get(cmd, CURTA_GEMM_X_B);
  g->x_c = curta_cmd_gets(cmd, CURTA_GEMM_X_C);
  g->x_u = (int32_t)curta_cmd_get(cmd, CURTA_GEMM_X_U);
  g->start = curta_cmd_get(cmd, CURTA_GEMM_ACC);
  g->final = curta_cmd_get(cmd, CURTA_GEMM_FINAL);
  g->guard = curta_cmd_get(cmd, CURTA_GEMM_GUARD);
  g->shift = curta_cmd_get(cmd, CURTA_GEMM_START_SHL) ? (uint32_t)D : 0;
  g->gather = curta_cmd_get(cmd, CURTA_GEMM_GATHER);
}

/* vx runs fastest, then vy, then the tiles along the lanes. */
static void advance(struct cursor *c)
{
  uint32_t x_end = c->vx + 1 == c->nvx, y_end = x_end && c->vy + 1 == c->nvy;
  c->vx = x_end ? 0 : c->vx + 1;
  c->vy = y_end ? 0 : c->vy + x_end;
  c->g += y_end;
  c->n--;
}

static void rewind_cursor(struct cursor *c)
{
  c->g = c->vy = c->vx = 0;
  c->n = c->n0;
}

/* The next rows of a side. vy, vx: the outer position, 0 where positions are rows. */
static void take_rows(struct rows *r, struct cursor *c, const struct gemm *g, uint32_t side, uint32_t vy, uint32_t vx)
{
  const uint32_t *by = g->stride[side], *to = g->stride[P], lanes = side == A ? Sga : Sgb,
                 n = curta_hls_min(c->n, c->most);
  r->n = n;
  CURTA_HLS_LOOP("rows")
rows:
  for (uint32_t i = 0; i < n; i++) {
#pragma HLS LOOP_TRIPCOUNT min=1 max=16
#pragma HLS PIPELINE II=1
    uint32_t y = vy + c->vy, x = vx + c->vx;
    CURTA_HLS_ITERATION()
    r->tile[i] = g->base[side] + c->g * by[lanes] + y * by[Svy] + x * by[Svx];
    r->p[i] = c->g * to[lanes] + c->vy * to[Svy] + c->vx * to[Svx];
    r->y[i] = g->y_a * (int32_t)y + g->y_c;
    r->x[i] = g->x_a * (int32_t)x + g->x_c;
    advance(c);
  }
  CURTA_HLS_DONE()
}

/* First k with at + step k >= 0 */
static uint32_t first_inside(int32_t at, int32_t step, uint32_t n)
{
  uint32_t lo = n;
  CURTA_HLS_LOOP("first")
first:
  for (uint32_t k = 0; k < n; k++) {
#pragma HLS LOOP_TRIPCOUNT min=1 max=32
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    if (lo == n && at >= 0)
      lo = k;
    at += step;
  }
  CURTA_HLS_DONE()
  return lo;
}

/* 1 + the last k with at + step k < u */
static uint32_t last_inside(int32_t at, int32_t step, int32_t u, uint32_t n)
{
  uint32_t hi = 0;
  CURTA_HLS_LOOP("last")
last:
  for (uint32_t k = 0; k < n; k++) {
#pragma HLS LOOP_TRIPCOUNT min=1 max=32
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    if (at < u)
      hi = k + 1;
    at += step;
  }
  CURTA_HLS_DONE()
  return hi;
}

/* Steps in which some row may be inside: from where the furthest row enters to where the nearest one leaves. */
static void set_steps(struct block *k, const struct gemm *g, const struct rows *r)
{
  int32_t y_min = r->y[0], y_max = r->y[0], x_min = r->x[0], x_max = r->x[0];
  CURTA_HLS_LOOP("extremes")
extremes:
  for (uint32_t i = 0; i < r->n; i++) {
#pragma HLS LOOP_TRIPCOUNT min=1 max=16
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    y_min = r->y[i] < y_min ? r->y[i] : y_min;
    y_max = r->y[i] > y_max ? r->y[i] : y_max;
    x_min = r->x[i] < x_min ? r->x[i] : x_min;
    x_max = r->x[i] > x_max ? r->x[i] : x_max;
  }
  CURTA_HLS_DONE()
  CURTA_HLS_FORK()
  k->y_lo = first_inside(y_max, g->y_b, g->nky);
  CURTA_HLS_BESIDE()
  k->y_hi = last_inside(y_min, g->y_b, g->y_u, g->nky);
  CURTA_HLS_BESIDE()
  k->x_lo = first_inside(x_max, g->x_b, g->nkx);
  CURTA_HLS_BESIDE()
  k->x_hi = last_inside(x_min, g->x_b, g->x_u, g->nkx);
  CURTA_HLS_MEET()
  k->steps = k->y_lo < k->y_hi && k->x_lo < k->x_hi ? (k->y_hi - k->y_lo) * (k->x_hi - k->x_lo) * g->nkc : 0;
}

/* Some k < n has 0 <= at + step k < u; step 0..2 */
static uint32_t enters(int32_t at, int32_t step, int32_t u, uint32_t n)
{
  const uint32_t below = at < 0 ? (uint32_t)-at : 0, k = step == 1   ? below
                                                         : step == 2 ? (below + 1) / 2
                                                         : below     ? n
                                                                     : 0;
  return k < n && at + step * (int32_t)k < u;
}

/* Steps of a block with GATHER: the groups of its list, if the window of some row is not empty. Returns whether such a
 * row has no list. */
static uint32_t set_groups(struct block *k, const struct gemm *g, const uint32_t len[CURTA_HLS_B_TILES])
{
  const uint32_t list = k->b.tile[0] & 0xffffu;
  uint32_t used = 0;
  CURTA_HLS_LOOP("windows")
windows:
  for (uint32_t i = 0; i < k->a.n; i++) {
#pragma HLS LOOP_TRIPCOUNT min=1 max=16
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    used |= enters(k->a.y[i], g->y_b, g->y_u, g->nky) && enters(k->a.x[i], g->x_b, g->x_u, g->nkx);
  }
  CURTA_HLS_DONE()
  k->y_lo = k->x_lo = 0;
  k->steps = used && list < CURTA_HLS_B_TILES ? len[list] : 0;
  return used && list >= CURTA_HLS_B_TILES;
}

static void next_step(struct step *s, const struct gemm *g, const struct block *k)
{
  uint32_t c_end = s->kc + 1 == g->nkc, x_end = c_end && s->kx + 1 == k->x_hi;
  s->kc = c_end ? 0 : s->kc + 1;
  s->kx = x_end ? k->x_lo : s->kx + c_end;
  s->ky += x_end;
}

/* Which rows are inside in a step; their tiles, or `tiles` outside. Returns whether a tile that is inside is in no
 * store. */
static uint32_t reads(uint32_t *x, const struct rows *r, uint32_t i, const struct gemm *g, uint32_t side,
                      uint32_t windows, const struct step *s, uint32_t tiles)
{
  const uint32_t *by = g->stride[side], offset = s->ky * by[Sky] + s->kx * by[Skx] + s->kc * by[Skc];
  const int32_t at_y = r->y[i] + g->y_b * (int32_t)s->ky, at_x = r->x[i] + g->x_b * (int32_t)s->kx;
  const uint32_t inside = !windows || (at_y >= 0 && at_y < g->y_u && at_x >= 0 && at_x < g->x_u),
                 tile = (r->tile[i] + offset) & 0xffffu;
  *x = inside && tile < tiles ? tile : tiles;
  return inside && tile >= tiles;
}

/* to[m][lane][contraction] := the tile of A of the m-th row that is inside, a row a cycle */
static uint32_t fetch_a(int8_t to[Tiles][T][T], struct present *in, const uint64_t *from, const struct rows *r,
                        uint32_t n, const struct gemm *g, uint32_t windows, const struct step *s)
{
  uint32_t bad = 0, m = 0;
  CURTA_HLS_LOOP("fetch_a")
fetch_a:
  for (uint32_t i = 0; i < n; i++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=16
#pragma HLS PIPELINE II=1
    uint32_t x;
    CURTA_HLS_ITERATION()
    bad |= reads(&x, r, i, g, A, windows, s, CURTA_HLS_A_TILES);
    const uint32_t read = x < CURTA_HLS_A_TILES;
    if (read) {
      CURTA_HLS_PORT(from)
    }
  fetch_a_words:
    for (uint32_t w = 0; w < Tile_words; w++) {
#pragma HLS UNROLL
      uint64_t word = read ? from[x * Tile_words + w] : 0;
    fetch_a_bytes:
      for (uint32_t e = 0; e < 8; e++) {
#pragma HLS UNROLL
        uint32_t row = (w * 8 + e) / T, column = (w * 8 + e) % T;
        if (g->transposed[A])
          to[m][column][row] = curta_hls_int8(word, e);
        else
          to[m][row][column] = curta_hls_int8(word, e);
      }
    }
    in->row[m] = i;
    m += read;
  }
  CURTA_HLS_DONE()
  in->n = m;
  return bad;
}

/* The same of B, whose elements have D bits */
static uint32_t fetch_b(int32_t to[Tiles][T][T], struct present *in, const uint64_t *from, const uint64_t *from_up,
                        const struct rows *r, uint32_t n, const struct gemm *g, uint32_t windows, const struct step *s)
{
  uint32_t bad = 0, m = 0;
  CURTA_HLS_LOOP("fetch_b")
fetch_b:
  for (uint32_t i = 0; i < n; i++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=16
#pragma HLS PIPELINE II=1
    uint32_t x;
    CURTA_HLS_ITERATION()
    bad |= reads(&x, r, i, g, B, windows, s, CURTA_HLS_B_TILES);
    const uint32_t read = x < CURTA_HLS_B_TILES;
    if (read) {
      CURTA_HLS_PORT(from)
      CURTA_HLS_PORT(from_up)
    }
  fetch_b_words:
    for (uint32_t w = 0; w < Tile_words; w++) {
#pragma HLS UNROLL
      const uint32_t at = x * Tile_words + w;
      const uint64_t low = read ? from[at] : 0, up[2] = {read ? from_up[2 * at] : 0, read ? from_up[2 * at + 1] : 0};
    fetch_b_digits:
      for (uint32_t e = 0; e < 8; e++) {
#pragma HLS UNROLL
        uint32_t row = (w * 8 + e) / T, column = (w * 8 + e) % T;
        if (g->transposed[B])
          to[m][column][row] = curta_hls_digit(low, up, e);
        else
          to[m][row][column] = curta_hls_digit(low, up, e);
      }
    }
    in->row[m] = i;
    m += read;
  }
  CURTA_HLS_DONE()
  in->n = m;
  return bad;
}

/* to[0][lane][v] := row v of a group, and what it names. Every bank is read at one place. */
static void fetch_group(int32_t to[Tiles][T][T], struct present *in, struct named *name, const uint64_t *from,
                        const uint64_t *from_up, const uint64_t *what, uint32_t list, uint32_t group)
{
  const uint32_t first = list * T + group * V, tile = first / T, part = first % T / V;
  CURTA_HLS_LOOP("group")
  CURTA_HLS_ITERATION()
  CURTA_HLS_PORT(what)
  CURTA_HLS_PORT(from)
  CURTA_HLS_PORT(from_up)
group_names:
  for (uint32_t v = 0; v < V; v++) {
#pragma HLS UNROLL
    const uint64_t is = what[first + v];
    name->any[v] = (uint32_t)(is >> 40) & 1u;
    name->n[v] = (uint32_t)(is >> 32) & 0xffu;
    name->x[v] = (uint32_t)(is >> 24) & 0xffu;
    name->y[v] = (uint32_t)(is >> 16) & 0xffu;
    name->a[v] = (uint32_t)is & 0xffffu;
  }
group_words:
  for (uint32_t w = 0; w < Tile_words; w++) {
#pragma HLS UNROLL
    const uint32_t row = w * 8 / T, at = tile * Tile_words + w;
    const uint64_t low = from[at], up[2] = {from_up[2 * at], from_up[2 * at + 1]};
    if (row / V == part) {
    group_digits:
      for (uint32_t e = 0; e < 8; e++) {
#pragma HLS UNROLL
        to[0][(w * 8 + e) % T][row % V] = curta_hls_digit(low, up, e);
      }
    }
  }
  in->row[0] = 0;
  in->n = 1;
  CURTA_HLS_DONE()
}

/* to[m][lane][v] := the image of A that row v of a group names, of the m-th row that has one inside; 0 where it is
 * outside. Image n belongs to stream n mod V, so that each bank is read at one place. */
static uint32_t fetch_named(int8_t to[Tiles][T][T], struct present *in, const uint64_t *from, const struct rows *r,
                            uint32_t n, const struct gemm *g, const struct named *name)
{
  uint32_t bad = 0, m = 0;
  CURTA_HLS_LOOP("gather")
gather:
  for (uint32_t i = 0; i < n; i++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=16
#pragma HLS PIPELINE II=1
    uint32_t tile[V], read[V], any = 0;
    int8_t x[V][T];
    CURTA_HLS_ITERATION()
  gather_rows:
    for (uint32_t v = 0; v < V; v++) {
#pragma HLS UNROLL
      const int32_t at_y = r->y[i] + g->y_b * (int32_t)name->y[v], at_x = r->x[i] + g->x_b * (int32_t)name->x[v];
      const uint32_t inside = name->any[v] && name->y[v] < g->nky && name->x[v] < g->nkx && at_y >= 0 &&
                              at_y < g->y_u && at_x >= 0 && at_x < g->x_u;
      tile[v] = (r->tile[i] + name->a[v]) & 0xffffu;
      read[v] = inside && tile[v] < CURTA_HLS_A_TILES;
      bad |= inside && !read[v];
      any |= read[v];
    gather_lanes:
      for (uint32_t e = 0; e < T; e++) {
#pragma HLS UNROLL
        x[v][e] = 0;
      }
    }
    if (any) {
      CURTA_HLS_PORT(from)
    }
  gather_words:
    for (uint32_t w = 0; w < Tile_words; w++) {
#pragma HLS UNROLL
      const uint32_t image = w * 8 / T, v = image % V, here = read[v] && name->n[v] == image;
      const uint64_t word = here ? from[tile[v] * Tile_words + w] : 0;
    gather_bytes:
      for (uint32_t e = 0; e < 8; e++) {
#pragma HLS UNROLL
        if (here)
          x[v][(w * 8 + e) % T] = curta_hls_int8(word, e);
      }
    }
  gather_put:
    for (uint32_t v = 0; v < V; v++) {
#pragma HLS UNROLL
    gather_put_lanes:
      for (uint32_t e = 0; e < T; e++) {
#pragma HLS UNROLL
        to[m][e][v] = x[v][e];
      }
    }
    in->row[m] = i;
    m += any;
  }
  CURTA_HLS_DONE()
  in->n = m;
  return bad;
}

/* sum += the products of one step. The order: contraction, row of A, row of B, down, across; across runs fastest. nb:
 * rows of B in the block. */
static void multiply(uint32_t sum[Words][R][C], uint8_t top[Words][R][C], const int8_t a[Tiles][T][T],
                     const int32_t b[Tiles][T][T], const struct present *in_a, const struct present *in_b, uint32_t nb,
                     uint32_t contraction)
{
  uint32_t words = in_a->n * in_b->n * Down * Across, turn = words < Return ? (uint32_t)Return : words;
  uint32_t w = 0, k0 = 0, ai = 0, bi = 0, down = 0, across = 0;
  CURTA_HLS_LOOP("multiply")
multiply:
  for (uint32_t t = 0; t < (words ? contraction / V * turn : 0); t++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=64
#pragma HLS PIPELINE II=1
#pragma HLS DEPENDENCE variable=sum type=inter direction=RAW distance=4 dependent=true
#pragma HLS DEPENDENCE variable=top type=inter direction=RAW distance=4 dependent=true
    CURTA_HLS_ITERATION()
    if (w < words) {
      const uint32_t to = ((in_a->row[ai] * nb + in_b->row[bi]) * Down + down) * Across + across;
      CURTA_HLS_READ(sum, to)
      CURTA_HLS_WRITE(sum, to)
    multiply_rows:
      for (uint32_t r = 0; r < R; r++) {
#pragma HLS UNROLL
      multiply_columns:
        for (uint32_t c = 0; c < C; c++) {
#pragma HLS UNROLL
          int32_t s = 0;
        multiply_depth:
          for (uint32_t v = 0; v < V; v++) {
#pragma HLS UNROLL
            s += a[ai][down * R + r][k0 + v] * b[bi][across * C + c][k0 + v];
          }
          const uint64_t x = ((uint64_t)top[to][r][c] << 32 | sum[to][r][c]) + (uint64_t)(int64_t)s;
          sum[to][r][c] = (uint32_t)x;
          top[to][r][c] = (uint8_t)(x >> 32 & Top);
        }
      }
    }
    const uint32_t end = w == turn - 1, idle = w + 1 >= words;
    const uint32_t a_end = across == Across - 1, d_end = a_end && down == Down - 1, b_end = d_end && bi == in_b->n - 1;
    w = end ? 0 : w + 1;
    k0 += end ? (uint32_t)V : 0;
    ai = idle ? 0 : ai + b_end;
    bi = idle || b_end ? 0 : bi + d_end;
    down = idle || d_end ? 0 : down + a_end;
    across = idle || a_end ? 0 : across + 1;
  }
  CURTA_HLS_DONE()
}

/* Sums of tile n of a block, element pair e: where they are. */
struct place {
  uint32_t word, r, c;
};
static struct place place_of(uint32_t n, uint32_t e)
{
  uint32_t row = 2 * e / T, column = 2 * e % T;
  struct place p;
  p.word = (n * Down + row / R) * Across + column / C;
  p.r = row % R;
  p.c = column % C;
  return p;
}

/* The results of a block in their order: element pair e of the tile of rows i and j. */
struct result {
  uint32_t i, j, e;
};
static void next_result(struct result *at, const struct block *k)
{
  uint32_t tile_end = at->e == Sum_words - 1, row_end = tile_end && at->j == k->b.n - 1;
  at->e = tile_end ? 0 : at->e + 1;
  at->j = row_end ? 0 : at->j + tile_end;
  at->i += row_end;
}

static void clear(uint32_t sum[Words][R][C], uint8_t top[Words][R][C], const struct block *k)
{
  CURTA_HLS_LOOP("clear")
clear:
  for (uint32_t w = 0; w < k->a.n * k->b.n * Down * Across; w++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=16
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    CURTA_HLS_WRITE(sum, w)
  clear_rows:
    for (uint32_t r = 0; r < R; r++) {
#pragma HLS UNROLL
    clear_columns:
      for (uint32_t c = 0; c < C; c++) {
#pragma HLS UNROLL
        sum[w][r][c] = 0;
        top[w][r][c] = 0;
      }
    }
  }
  CURTA_HLS_DONE()
}

/* A sum of 36 bits (guard), or the signed 32 bits of it, shifted, in 36 bits. */
static uint64_t start_value(uint32_t low, uint32_t high, const struct gemm *g)
{
  const uint32_t sign = low >> 31 ? (uint32_t)Top : 0;
  return ((uint64_t)(g->guard ? high & Top : sign) << 32 | low) << g->shift;
}

/* Start values: what the accumulator tiles hold. */
static void start(uint32_t sum[Words][R][C], uint8_t top[Words][R][C], const uint64_t *p_in, const uint8_t *g_in,
                  const struct gemm *g, const struct block *k, uint32_t p)
{
  struct result at = {0, 0, 0};
  CURTA_HLS_LOOP("start")
start:
  for (uint32_t t = 0; t < k->a.n * k->b.n * Sum_words; t++) {
#pragma HLS LOOP_TRIPCOUNT min=32 max=512
#pragma HLS PIPELINE II=1
    uint32_t x = (p + k->a.p[at.i] + k->b.p[at.j]) & 0xffffu;
    uint64_t word = 0;
    uint32_t high = 0;
    struct place to = place_of(at.i * k->b.n + at.j, at.e);
    CURTA_HLS_ITERATION()
    if (x < CURTA_HLS_P_TILES) {
      CURTA_HLS_PORT(p_in)
      CURTA_HLS_PORT(g_in)
      word = p_in[x * Sum_words + at.e];
      high = g_in[x * Sum_words + at.e];
    }
    CURTA_HLS_WRITE(sum, to.word)
    const uint64_t first = start_value((uint32_t)word, high, g),
                   second = start_value((uint32_t)(word >> 32), high >> 4, g);
    sum[to.word][to.r][to.c] = (uint32_t)first;
    top[to.word][to.r][to.c] = (uint8_t)(first >> 32 & Top);
    sum[to.word][to.r][to.c + 1] = (uint32_t)second;
    top[to.word][to.r][to.c + 1] = (uint8_t)(second >> 32 & Top);
    next_result(&at, k);
  }
  CURTA_HLS_DONE()
}

/* What a drain has seen: OR of magnitudes, flags. */
struct seen {
  uint32_t magnitude, flags;
};

/* Bits 32..35 of a sum that is written; without guard bits they are its sign. */
static uint32_t high_of(uint32_t low, uint8_t high, uint32_t guard)
{
  return guard ? high : low >> 31 ? (uint32_t)Top : 0;
}

/* Accumulator tiles := sums */
static uint32_t drain(uint64_t *p_out, uint8_t *g_out, const uint32_t sum[Words][R][C], const uint8_t top[Words][R][C],
                      const struct gemm *g, const struct block *k, uint32_t p, struct seen *seen)
{
  struct result at = {0, 0, 0};
  uint32_t bad = 0, all = 0, flags = 0;
  CURTA_HLS_LOOP("drain")
drain:
  for (uint32_t t = 0; t < k->a.n * k->b.n * Sum_words; t++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=512
#pragma HLS PIPELINE II=1
    uint32_t x = (p + k->a.p[at.i] + k->b.p[at.j]) & 0xffffu;
    struct place from = place_of(at.i * k->b.n + at.j, at.e);
    CURTA_HLS_ITERATION()
    CURTA_HLS_READ(sum, from.word)
    CURTA_HLS_PORT(p_out)
    CURTA_HLS_PORT(g_out)
    uint32_t low = sum[from.word][from.r][from.c], high = sum[from.word][from.r][from.c + 1];
    const uint32_t low_top = high_of(low, top[from.word][from.r][from.c], g->guard);
    const uint32_t high_top = high_of(high, top[from.word][from.r][from.c + 1], g->guard);
    all |= curta_mag(curta_s32(low)) | curta_mag(curta_s32(high));
    flags |= curta_nitro_sum_flag((int64_t)((uint64_t)low_top << 32 | low)) |
             curta_nitro_sum_flag((int64_t)((uint64_t)high_top << 32 | high));
    bad |= x >= CURTA_HLS_P_TILES;
    if (x < CURTA_HLS_P_TILES) {
      p_out[x * Sum_words + at.e] = (uint64_t)high << 32 | low;
      g_out[x * Sum_words + at.e] = (uint8_t)(high_top << 4 | low_top);
    }
    next_result(&at, k);
  }
  CURTA_HLS_DONE()
  seen->magnitude |= all;
  seen->flags |= flags;
  return bad;
}

/* All steps of a block: one is fetched while the one before is multiplied. windows: the side whose rows have positions.
 */
static uint32_t contract(uint32_t sum[Words][R][C], uint8_t top[Words][R][C], const uint64_t *a, const uint64_t *b,
                         const uint64_t *b_up, const uint64_t *what, const uint64_t *p_in, const uint8_t *g_in,
                         const struct gemm *g, const struct block *k, uint32_t windows, uint32_t p)
{
  int8_t a0[Tiles][T][T], a1[Tiles][T][T];
  int32_t b0[Tiles][T][T], b1[Tiles][T][T];
#pragma HLS ARRAY_PARTITION variable=a0 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=a0 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=a1 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=a1 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=b0 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=b0 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=b1 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=b1 dim=3 type=complete
  struct present in_a0, in_a1, in_b0, in_b1;
  struct named name;
  struct step next = {k->y_lo, k->x_lo, 0};
  const uint32_t list = k->b.tile[0] & 0xffffu;
  uint32_t contraction = 0, bad = 0;
  in_a1.n = in_b1.n = 0;
  if (g->start)
    start(sum, top, p_in, g_in, g, k, p);
  else
    clear(sum, top, k);
steps:
  for (uint32_t s = 0; s <= k->steps; s++) {
#pragma HLS LOOP_TRIPCOUNT min=2 max=401
    const uint32_t more = s < k->steps, na = more ? k->a.n : 0, nb = more ? k->b.n : 0;
    CURTA_HLS_FORK()
    if (s % 2 == 0) {
      if (g->gather && more) {
        fetch_group(b0, &in_b0, &name, b, b_up, what, list, s);
        bad |= fetch_named(a0, &in_a0, a, &k->a, na, g, &name);
      } else {
        bad |= fetch_a(a0, &in_a0, a, &k->a, na, g, windows == A, &next);
        CURTA_HLS_BESIDE()
        bad |= fetch_b(b0, &in_b0, b, b_up, &k->b, nb, g, windows == B, &next);
      }
      CURTA_HLS_BESIDE()
      multiply(sum, top, a1, b1, &in_a1, &in_b1, k->b.n, contraction);
    } else {
      if (g->gather && more) {
        fetch_group(b1, &in_b1, &name, b, b_up, what, list, s);
        bad |= fetch_named(a1, &in_a1, a, &k->a, na, g, &name);
      } else {
        bad |= fetch_a(a1, &in_a1, a, &k->a, na, g, windows == A, &next);
        CURTA_HLS_BESIDE()
        bad |= fetch_b(b1, &in_b1, b, b_up, &k->b, nb, g, windows == B, &next);
      }
      CURTA_HLS_BESIDE()
      multiply(sum, top, a0, b0, &in_a0, &in_b0, k->b.n, contraction);
    }
    CURTA_HLS_MEET()
    contraction = g->gather ? (uint32_t)V : next.kc == g->nkc - 1 ? g->klast : (uint32_t)T;
    next_step(&next, g, k);
  }
  return bad;
}

/* Which rows there are. Returns the number of blocks at one outer position. */
static uint32_t set_cursors(struct cursor *a, struct cursor *b, const struct gemm *g, uint32_t rows_a, uint32_t rows_b)
{
  a->ng = g->nga;
  b->ng = g->ngb;
  a->nvy = rows_a ? g->nvy : 1;
  a->nvx = rows_a ? g->nvx : 1;
  b->nvy = rows_b ? g->nvy : 1;
  b->nvx = rows_b ? g->nvx : 1;
  a->n0 = a->ng * a->nvy * a->nvx;
  b->n0 = b->ng * b->nvy * b->nvx;
  if (rows_b) {
    a->most = curta_hls_min(a->n0, Few);
    b->most = Tiles / a->most;
  } else {
    b->most = g->gather ? 1 : curta_hls_min(b->n0, Few);
    a->most = Tiles / b->most;
  }
  rewind_cursor(a);
  rewind_cursor(b);
  return ((a->n0 + a->most - 1) / a->most) * ((b->n0 + b->most - 1) / b->most);
}

#ifdef CURTA_HLS_BAMBU
#pragma HLS interface port=cmd mode=m_axi offset=direct bundle=gmem_cmd
#pragma HLS interface port=result mode=m_axi offset=direct bundle=gmem_result
#endif
void CURTA_HLS_TOP(gemm)(const uint64_t a[CURTA_HLS_A_WORDS], const uint64_t b[CURTA_HLS_B_WORDS],
                         const uint64_t b_up[2 * CURTA_HLS_B_WORDS], const uint64_t what[CURTA_HLS_B_ROWS],
                         const uint32_t len[CURTA_HLS_B_TILES], const uint64_t p_in[CURTA_HLS_P_WORDS],
                         const uint8_t g_in[CURTA_HLS_P_WORDS], uint64_t p_out[CURTA_HLS_P_WORDS],
                         uint8_t g_out[CURTA_HLS_P_WORDS], const uint32_t cmd[32], uint32_t result[CURTA_HLS_RESULTS])
{
#ifndef CURTA_HLS_BAMBU
#pragma HLS INTERFACE mode=ap_memory port=a
#pragma HLS INTERFACE mode=ap_memory port=b
#pragma HLS INTERFACE mode=ap_memory port=b_up
#pragma HLS INTERFACE mode=ap_memory port=what
#pragma HLS INTERFACE mode=ap_memory port=len
#pragma HLS INTERFACE mode=ap_memory port=p_in
#pragma HLS INTERFACE mode=ap_memory port=g_in
#pragma HLS INTERFACE mode=ap_memory port=p_out
#pragma HLS INTERFACE mode=ap_memory port=g_out
#pragma HLS INTERFACE mode=s_axilite port=cmd
#pragma HLS INTERFACE mode=s_axilite port=result
#pragma HLS INTERFACE mode=s_axilite port=return
#endif
#pragma HLS ARRAY_PARTITION variable=a type=cyclic factor=CURTA_HLS_BANKS
#pragma HLS ARRAY_PARTITION variable=b type=cyclic factor=CURTA_HLS_BANKS
#pragma HLS ARRAY_PARTITION variable=b_up type=cyclic factor=CURTA_HLS_UP_BANKS
#pragma HLS ARRAY_PARTITION variable=what type=cyclic factor=CURTA_HLS_V
  uint32_t sum0[Words][R][C], sum1[Words][R][C];
  uint8_t top0[Words][R][C], top1[Words][R][C];
#pragma HLS ARRAY_PARTITION variable=top0 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=top0 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=top1 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=top1 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=sum0 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=sum0 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=sum1 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=sum1 dim=3 type=complete
  struct gemm g;
  struct block now, last;
  struct cursor ca, cb;
  struct seen seen = {0, 0};
  uint32_t bad = 0, vy = 0, vx = 0, p = 0, last_p = 0;
  decode(&g, cmd);
  const uint32_t b_moves = g.stride[B][Svy] || g.stride[B][Svx], a_moves = g.stride[A][Svy] || g.stride[A][Svx];
  const uint32_t rows_a = !b_moves, rows_b = b_moves && !a_moves && !g.gather, outer = b_moves && !rows_b;
  const uint64_t visits = (uint64_t)g.nga * g.ngb * g.nvy * g.nvx;
  const uint32_t refused = visits > Most;
  uint32_t blocks = refused ? 0 : set_cursors(&ca, &cb, &g, rows_a, rows_b) * (outer ? g.nvy * g.nvx : 1);
  last.a.n = last.b.n = 0;
  now.a.n = 0;
blocks:
  for (uint32_t n = 0; n <= blocks && !bad && !refused; n++) {
#pragma HLS LOOP_TRIPCOUNT min=2 max=257
    p = g.base[P] + vy * g.stride[P][Svy] + vx * g.stride[P][Svx];
    if (n < blocks) {
      if (cb.n == cb.n0)
        take_rows(&now.a, &ca, &g, A, vy, vx);
      take_rows(&now.b, &cb, &g, B, vy, vx);
      if (g.gather)
        bad |= set_groups(&now, &g, len);
      else
        set_steps(&now, &g, rows_b ? &now.b : &now.a);
    } else {
      now.a.n = now.b.n = now.steps = 0;
    }
    CURTA_HLS_FORK()
    if (n % 2 == 0) {
      bad |= contract(sum0, top0, a, b, b_up, what, p_in, g_in, &g, &now, rows_b ? B : A, p);
      CURTA_HLS_BESIDE()
      bad |= drain(p_out, g_out, sum1, top1, &g, &last, last_p, &seen);
    } else {
      bad |= contract(sum1, top1, a, b, b_up, what, p_in, g_in, &g, &now, rows_b ? B : A, p);
      CURTA_HLS_BESIDE()
      bad |= drain(p_out, g_out, sum0, top0, &g, &last, last_p, &seen);
    }
    CURTA_HLS_MEET()
    last = now;
    last_p = p;
    if (!cb.n) {
      rewind_cursor(&cb);
      if (!ca.n) {
        rewind_cursor(&ca);
        vy += vx + 1 == g.nvx;
        vx = vx + 1 == g.nvx ? 0 : vx + 1;
      }
    }
  }
  result[CURTA_HLS_OR] = g.final ? seen.magnitude : 0;
  result[CURTA_HLS_ERROR] = bad || refused ? CURTA_ERR_RANGE : 0;
  result[CURTA_HLS_FLAGS] = g.final && g.guard ? seen.flags : 0;
}
