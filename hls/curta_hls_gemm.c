/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_gemm.c - GEMM (docs/machine.md 4) for high-level synthesis: forward, input and weight gradient are three
 * settings of its loops
 *
 * Results are made in blocks of up to Block x Block tiles (ga by gb) that share their operands: a step of the contraction
 * needs at most Block tiles of A and of B for Block^2 products. Two ping-pongs, both as pairs of arrays:
 *
 *   operands:  fetch step s into a0, b0      |  multiply step s-1 from a1, b1
 *   sums:      start and contract block n    |  write block n-1, OR of magnitudes
 *
 * A word of `sum` holds R x C sums. The array returns to the same word after at least Return iterations, so that the
 * read-add-write of a sum may take Return cycles at an interval of one.
 */
#include "curta_hls_int.h"

enum {
  Block = 4,
  Rows = T / R,
  Columns = T / C,
  Words = Block * Block * Rows * Columns,
  Return = 4,
  Most = 65536 /* visits: each has an accumulator tile of its own */
};
enum { Sga, Sgb, Svy, Svx, Sky, Skx, Skc, Strides };
enum { A, B, P };

struct range {
  uint32_t lo, hi;
};

struct gemm {
  uint32_t base[3], stride[3][Strides];
  uint32_t nga, ngb, nvy, nvx, nky, nkx, nkc, klast;
  uint32_t transposed[2], start, final;
};

/* Results [ga, ga + na) x [gb, gb + nb) at the position (vy, vx), and the part of its window that is inside. */
struct block {
  uint32_t ga, gb, vy, vx, na, nb, steps;
  struct range y, x;
};

struct step {
  uint32_t ky, kx, kc;
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
  g->start = curta_cmd_get(cmd, CURTA_GEMM_ACC);
  g->final = curta_cmd_get(cmd, CURTA_GEMM_FINAL);
}

/* Positions k < n with 0 <= a v + b k + c < u: one interval, because b >= 0 */
static struct range inside(uint32_t n, uint32_t v, int32_t a, int32_t b, int32_t c, int32_t u)
{
  struct range r = {0, 0};
  int32_t at = a * (int32_t)v + c;
  uint32_t seen = 0;
  CURTA_HLS_LOOP("window")
window:
  for (uint32_t k = 0; k < n; k++) {
#pragma HLS LOOP_TRIPCOUNT min=1 max=7
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    if (at >= 0 && at < u) {
      r.lo = seen ? r.lo : k;
      r.hi = k + 1;
      seen = 1;
    }
    at += b;
  }
  CURTA_HLS_DONE()
  return r;
}

static void set_window(struct block *k, const struct gemm *g, const uint32_t cmd[32])
{
  k->y = inside(g->nky, k->vy, (int32_t)curta_cmd_get(cmd, CURTA_GEMM_Y_A), (int32_t)curta_cmd_get(cmd, CURTA_GEMM_Y_B),
                curta_cmd_gets(cmd, CURTA_GEMM_Y_C), (int32_t)curta_cmd_get(cmd, CURTA_GEMM_Y_U));
  k->x = inside(g->nkx, k->vx, (int32_t)curta_cmd_get(cmd, CURTA_GEMM_X_A), (int32_t)curta_cmd_get(cmd, CURTA_GEMM_X_B),
                curta_cmd_gets(cmd, CURTA_GEMM_X_C), (int32_t)curta_cmd_get(cmd, CURTA_GEMM_X_U));
  k->na = curta_hls_min(g->nga - k->ga, Block);
  k->nb = curta_hls_min(g->ngb - k->gb, Block);
  k->steps = (k->y.hi - k->y.lo) * (k->x.hi - k->x.lo) * g->nkc;
}

/* vx runs fastest, then vy, then the blocks of gb and ga: weights stay, or images do. */
static void next_block(struct block *k, const struct gemm *g)
{
  if (++k->vx < g->nvx)
    return;
  k->vx = 0;
  if (++k->vy < g->nvy)
    return;
  k->vy = 0;
  k->gb += Block;
  if (k->gb < g->ngb)
    return;
  k->gb = 0;
  k->ga += Block;
}

static void next_step(struct step *s, const struct gemm *g, const struct block *k)
{
  if (++s->kc < g->nkc)
    return;
  s->kc = 0;
  if (++s->kx < k->x.hi)
    return;
  s->kx = k->x.lo;
  s->ky++;
}

static uint32_t first_tile(const struct gemm *g, uint32_t tensor, const struct block *k, const struct step *s)
{
  const uint32_t *by = g->stride[tensor];
  return g->base[tensor] + k->ga * by[Sga] + k->gb * by[Sgb] + k->vy * by[Svy] + k->vx * by[Svx] + s->ky * by[Sky] +
         s->kx * by[Skx] + s->kc * by[Skc];
}

/* to[i][lane][contraction] := n operand tiles from `tile` on (modulo 2^16), a word a cycle */
static uint32_t fetch(int8_t to[Block][T][T], const uint64_t *from, uint32_t n, uint32_t tile, uint32_t stride,
                      uint32_t transposed, uint32_t tiles)
{
  uint32_t i = 0, w = 0, bad = 0;
  CURTA_HLS_LOOP("fetch")
fetch:
  for (uint32_t t = 0; t < n * Tile_words; t++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=32
#pragma HLS PIPELINE II=1
    uint32_t x = (tile + i * stride) & 0xffffu;
    uint64_t word = 0;
    CURTA_HLS_ITERATION()
    CURTA_HLS_PORT(from)
    bad |= x >= tiles;
    if (x < tiles)
      word = from[x * Tile_words + w];
  fetch_bytes:
    for (uint32_t e = 0; e < 8; e++) {
#pragma HLS UNROLL
      uint32_t row = (w * 8 + e) / T, column = (w * 8 + e) % T;
      if (transposed)
        to[i][column][row] = curta_hls_int8(word, e);
      else
        to[i][row][column] = curta_hls_int8(word, e);
    }
    i += w == Tile_words - 1;
    w = w == Tile_words - 1 ? 0 : w + 1;
  }
  CURTA_HLS_DONE()
  return bad;
}

/* sum += the products of one step. The order: contraction, A tile, B tile, rows, columns; columns run fastest. */
static void multiply(uint32_t sum[Words][R][C], const int8_t a[Block][T][T], const int8_t b[Block][T][T],
                     const struct block *k, uint32_t contraction)
{
  uint32_t words = k->na * k->nb * Rows * Columns, turn = words < Return ? (uint32_t)Return : words;
  uint32_t w = 0, k0 = 0, ai = 0, bi = 0, row = 0, column = 0;
  CURTA_HLS_LOOP("multiply")
multiply:
  for (uint32_t t = 0; t < contraction / V * turn; t++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=64
#pragma HLS PIPELINE II=1
#pragma HLS DEPENDENCE variable=sum type=inter direction=RAW distance=4 dependent=true
    CURTA_HLS_ITERATION()
    if (w < words) {
      CURTA_HLS_READ(sum, w)
      CURTA_HLS_WRITE(sum, w)
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
            s += a[ai][row * R + r][k0 + v] * b[bi][column * C + c][k0 + v];
          }
          sum[w][r][c] += (uint32_t)s;
        }
      }
    }
    uint32_t end = w == turn - 1;
    uint32_t column_end = column == Columns - 1, row_end = column_end && row == Rows - 1, b_end = row_end && bi == k->nb - 1;
    w = end ? 0 : w + 1;
    k0 += end ? (uint32_t)V : 0;
    ai = end ? 0 : w < words ? ai + b_end : 0;
    bi = end || b_end ? 0 : bi + row_end;
    row = end || row_end ? 0 : row + column_end;
    column = end || column_end ? 0 : column + 1;
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
  p.word = (n * Rows + row / R) * Columns + column / C;
  p.r = row % R;
  p.c = column % C;
  return p;
}

/* Start values: 0, or what the accumulator tiles hold. */
static uint32_t start(uint32_t sum[Words][R][C], const uint64_t *p_in, const struct gemm *g, const struct block *k,
                      uint32_t tile)
{
  uint32_t i = 0, j = 0, e = 0, bad = 0;
  CURTA_HLS_LOOP("start")
start:
  for (uint32_t t = 0; t < k->na * k->nb * Sum_words; t++) {
#pragma HLS LOOP_TRIPCOUNT min=32 max=512
#pragma HLS PIPELINE II=1
    uint32_t x = (tile + i * g->stride[P][Sga] + j * g->stride[P][Sgb]) & 0xffffu;
    uint64_t word = 0;
    struct place at = place_of(i * k->nb + j, e);
    CURTA_HLS_ITERATION()
    bad |= x >= CURTA_HLS_P_TILES;
    if (g->start && x < CURTA_HLS_P_TILES) {
      CURTA_HLS_PORT(p_in)
      word = p_in[x * Sum_words + e];
    }
    CURTA_HLS_WRITE(sum, at.word)
    sum[at.word][at.r][at.c] = (uint32_t)word;
    sum[at.word][at.r][at.c + 1] = (uint32_t)(word >> 32);
    uint32_t tile_end = e == Sum_words - 1, row_end = tile_end && j == k->nb - 1;
    e = tile_end ? 0 : e + 1;
    j = row_end ? 0 : j + tile_end;
    i += row_end;
  }
  CURTA_HLS_DONE()
  return bad;
}

/* Accumulator tiles := sums; returns the OR of their magnitudes */
static uint32_t drain(uint64_t *p_out, const uint32_t sum[Words][R][C], const struct gemm *g, const struct block *k,
                      uint32_t tile)
{
  uint32_t i = 0, j = 0, e = 0, magnitude = 0;
  CURTA_HLS_LOOP("drain")
drain:
  for (uint32_t t = 0; t < k->na * k->nb * Sum_words; t++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=512
#pragma HLS PIPELINE II=1
    uint32_t x = (tile + i * g->stride[P][Sga] + j * g->stride[P][Sgb]) & 0xffffu;
    struct place at = place_of(i * k->nb + j, e);
    CURTA_HLS_ITERATION()
    CURTA_HLS_READ(sum, at.word)
    CURTA_HLS_PORT(p_out)
    uint32_t low = sum[at.word][at.r][at.c], high = sum[at.word][at.r][at.c + 1];
    magnitude |= curta_mag(curta_s32(low)) | curta_mag(curta_s32(high));
    if (x < CURTA_HLS_P_TILES)
      p_out[x * Sum_words + e] = (uint64_t)high << 32 | low;
    uint32_t tile_end = e == Sum_words - 1, row_end = tile_end && j == k->nb - 1;
    e = tile_end ? 0 : e + 1;
    j = row_end ? 0 : j + tile_end;
    i += row_end;
  }
  CURTA_HLS_DONE()
  return magnitude;
}

/* All steps of a block: one is fetched while the one before is multiplied. */
static uint32_t contract(uint32_t sum[Words][R][C], const uint64_t *a, const uint64_t *b, const uint64_t *p_in,
                         const struct gemm *g, const struct block *k)
{
  int8_t a0[Block][T][T], a1[Block][T][T], b0[Block][T][T], b1[Block][T][T];
#pragma HLS ARRAY_PARTITION variable=a0 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=a0 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=a1 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=a1 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=b0 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=b0 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=b1 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=b1 dim=3 type=complete
  struct step next = {k->y.lo, k->x.lo, 0};
  uint32_t contraction = 0, bad = start(sum, p_in, g, k, first_tile(g, P, k, &next)), sga = g->stride[A][Sga];
steps:
  for (uint32_t s = 0; s <= k->steps; s++) {
#pragma HLS LOOP_TRIPCOUNT min=2 max=401
    uint32_t na = s < k->steps ? k->na : 0, nb = s < k->steps ? k->nb : 0;
    uint32_t ta = first_tile(g, A, k, &next), tb = first_tile(g, B, k, &next);
    CURTA_HLS_FORK()
    if (s % 2 == 0) {
      bad |= fetch(a0, a, na, ta, sga, g->transposed[A], CURTA_HLS_A_TILES);
      CURTA_HLS_BESIDE()
      bad |= fetch(b0, b, nb, tb, g->stride[B][Sgb], g->transposed[B], CURTA_HLS_B_TILES);
      CURTA_HLS_BESIDE()
      multiply(sum, a1, b1, k, contraction);
    } else {
      bad |= fetch(a1, a, na, ta, sga, g->transposed[A], CURTA_HLS_A_TILES);
      CURTA_HLS_BESIDE()
      bad |= fetch(b1, b, nb, tb, g->stride[B][Sgb], g->transposed[B], CURTA_HLS_B_TILES);
      CURTA_HLS_BESIDE()
      multiply(sum, a0, b0, k, contraction);
    }
    CURTA_HLS_MEET()
    contraction = next.kc == g->nkc - 1 ? g->klast : (uint32_t)T;
    next_step(&next, g, k);
  }
  return bad;
}

#ifdef CURTA_HLS_BAMBU
#pragma HLS interface port=a mode=m_axi offset=direct bundle=gmem_a
#pragma HLS interface port=b mode=m_axi offset=direct bundle=gmem_b
#pragma HLS interface port=p_in mode=m_axi offset=direct bundle=gmem_p_in
#pragma HLS interface port=p_out mode=m_axi offset=direct bundle=gmem_p_out
#pragma HLS interface port=cmd mode=m_axi offset=direct bundle=gmem_cmd
#pragma HLS interface port=result mode=m_axi offset=direct bundle=gmem_result
#endif
void CURTA_HLS_TOP(gemm)(const uint64_t *a, const uint64_t *b, const uint64_t *p_in, uint64_t *p_out,
                         const uint32_t cmd[32], uint32_t result[2])
{
#ifndef CURTA_HLS_BAMBU
#pragma HLS INTERFACE mode=m_axi port=a bundle=gmem_a offset=slave depth=8192
#pragma HLS INTERFACE mode=m_axi port=b bundle=gmem_b offset=slave depth=8192
#pragma HLS INTERFACE mode=m_axi port=p_in bundle=gmem_p_in offset=slave depth=8192
#pragma HLS INTERFACE mode=m_axi port=p_out bundle=gmem_p_out offset=slave depth=8192
#pragma HLS INTERFACE mode=s_axilite port=cmd
#pragma HLS INTERFACE mode=s_axilite port=result
#pragma HLS INTERFACE mode=s_axilite port=return
#endif
  uint32_t sum0[Words][R][C], sum1[Words][R][C];
#pragma HLS ARRAY_PARTITION variable=sum0 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=sum0 dim=3 type=complete
#pragma HLS ARRAY_PARTITION variable=sum1 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=sum1 dim=3 type=complete
  const struct step none = {0, 0, 0};
  struct gemm g;
  struct block now = {0, 0, 0, 0, 0, 0, 0, {0, 0}, {0, 0}}, last = now;
  uint32_t magnitude = 0, bad = 0;
  decode(&g, cmd);
  uint64_t visits = (uint64_t)g.nga * g.ngb * g.nvy * g.nvx;
  uint32_t blocks = ((g.nga + Block - 1) / Block) * ((g.ngb + Block - 1) / Block) * g.nvy * g.nvx;
  if (visits > Most) {
    bad = 1;
    blocks = 0;
  }
blocks:
  for (uint32_t n = 0; n <= blocks && !bad; n++) {
#pragma HLS LOOP_TRIPCOUNT min=2 max=257
    if (n < blocks)
      set_window(&now, &g, cmd);
    else
      now.na = now.nb = now.steps = 0;
    CURTA_HLS_FORK()
    if (n % 2 == 0) {
      bad |= contract(sum0, a, b, p_in, &g, &now);
      CURTA_HLS_BESIDE()
      magnitude |= drain(p_out, sum1, &g, &last, first_tile(&g, P, &last, &none));
    } else {
      bad |= contract(sum1, a, b, p_in, &g, &now);
      CURTA_HLS_BESIDE()
      magnitude |= drain(p_out, sum0, &g, &last, first_tile(&g, P, &last, &none));
    }
    CURTA_HLS_MEET()
    last = now;
    next_block(&now, &g);
  }
  result[0] = g.final ? magnitude : 0;
  result[1] = bad ? CURTA_ERR_RANGE : 0;
}
