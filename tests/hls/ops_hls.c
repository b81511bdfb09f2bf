/* SPDX-License-Identifier: Apache-2.0
 * ops_hls.c - the operators of curta_ops.h by way of the HLS kernels, so that the vectors of the official implementation
 * can be run through them: tests/golden/test_vectors.c and the reference network are compiled to call these instead
 *
 * Tensors become tiles (docs/machine.md 1) and one command does the operator. Stores are as large as tile numbers allow.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_hls.h"
#include "curta_ops.h"

#define T 8
#define TILES 65535u

void curta_hls_load_wide(const uint64_t *mem, uint64_t *a, uint64_t *b, uint64_t *b_up, uint64_t *what, uint32_t *len, const uint32_t *cmd,
                         uint32_t mem_bytes, uint32_t *result);
void curta_hls_gemm_wide(const uint64_t *a, const uint64_t *b, const uint64_t *b_up, const uint64_t *what, const uint32_t *len, const uint64_t *p_in,
                         const uint8_t *g_in, uint64_t *p_out, uint8_t *g_out, const uint32_t *cmd, uint32_t *result);
void curta_hls_requant_wide(const uint64_t *src, const uint64_t *acc, const uint64_t *aux, uint64_t *dst, uint64_t *idx, const uint32_t *cmd,
                            const uint32_t *scale, uint32_t *result);
void curta_hls_update_wide(const uint64_t *src, const uint64_t *acc, const uint64_t *aux, uint64_t *dst, uint64_t *idx, const uint32_t *cmd,
                           const uint32_t *scale, uint32_t *result);

void hls_ops_conv(int32_t *y, const int8_t *x, const int8_t *w, const struct curta_conv *d);
void hls_ops_conv_dx(int32_t *dx, const int8_t *dy, const int8_t *w, const struct curta_conv *d);
void hls_ops_conv_dw(int32_t *dw, const int8_t *dy, const int8_t *x, const struct curta_conv *d);
void hls_ops_requant(int8_t *y, const int32_t *x, size_t n, int32_t shift, enum curta_round mode, int wrap, const struct curta_draws *draws);
uint32_t hls_ops_magnitude(const int32_t *x, size_t n);
void hls_ops_update(int8_t *w, int16_t *wf, const int8_t *g, size_t n, int32_t frac);

static int8_t store[2][TILES * T * T]; /* operands, or memory of a vector command */
static int32_t sums[TILES * T * T];
static uint8_t tops[TILES * T * T / 2];
static int8_t buffer_b[TILES * T * T];
static int16_t buffer_up[TILES * T * T];
static uint64_t rows[TILES * T];
static uint32_t lists[TILES];

static void *words(void *p)
{
  return p;
}

static void check(int ok, const char *what)
{
  if (ok)
    return;
  printf("FAIL hls operators: %s\n", what);
  exit(1);
}

static uint32_t tiles(int n)
{
  return (uint32_t)(n + T - 1) / T;
}

/* A tensor of tiles [d0][d1][d2][d3] whose tiles hold (d0, d3), and element (i0, i1, i2, i3) in it. */
struct shape {
  int n, h, w, c;
};
static size_t place(const struct shape *s, int n, int h, int w, int c)
{
  size_t tile = (((size_t)(n / T) * (size_t)s->h + (size_t)h) * (size_t)s->w + (size_t)w) * tiles(s->c) + (size_t)(c / T);
  return tile * T * T + (size_t)(n % T * T + c % T);
}
/* Weights: [r][s][o][i], tiles hold (o, i). */
static size_t weight(const struct curta_conv *d, int k, int c, int r, int s)
{
  size_t tile = ((size_t)(r * d->s + s) * tiles(d->k) + (size_t)(k / T)) * tiles(d->c) + (size_t)(c / T);
  return tile * T * T + (size_t)(k % T * T + c % T);
}

static uint32_t put_images(int8_t *to, const int8_t *x, const struct shape *s)
{
  size_t count = (size_t)tiles(s->n) * (size_t)(s->h * s->w) * tiles(s->c);
  check(count <= TILES, "the tensor has more tiles than a tile number can say");
  memset(to, 0, count * T * T);
  for (int n = 0; n < s->n; n++)
    for (int c = 0; c < s->c; c++)
      for (int h = 0; h < s->h; h++)
        for (int w = 0; w < s->w; w++)
          to[place(s, n, h, w, c)] = *x++;
  return (uint32_t)count;
}

static uint32_t put_weights(int8_t *to, const int8_t *x, const struct curta_conv *d)
{
  size_t count = (size_t)(d->r * d->s) * tiles(d->k) * tiles(d->c);
  check(count <= TILES, "the weights have more tiles than a tile number can say");
  memset(to, 0, count * T * T);
  for (int k = 0; k < d->k; k++)
    for (int c = 0; c < d->c; c++)
      for (int r = 0; r < d->r; r++)
        for (int s = 0; s < d->s; s++)
          to[weight(d, k, c, r, s)] = *x++;
  return (uint32_t)count;
}

static void get_images(int32_t *x, const struct shape *s)
{
  for (int n = 0; n < s->n; n++)
    for (int c = 0; c < s->c; c++)
      for (int h = 0; h < s->h; h++)
        for (int w = 0; w < s->w; w++)
          *x++ = sums[place(s, n, h, w, c)];
}

/* Fields of a GEMM: counts, last contraction tile, windows, and strides by tensor. */
struct job {
  uint32_t nga, ngb, nvy, nvx, nky, nkx, nkc, klast, a_t, b_t;
  int y[4], x[4]; /* A, B, C, U */
  int a_base, b_base, p_base, a_ga, a_vy, a_vx, a_ky, a_kx, a_kc, b_gb, b_vy, b_vx, b_ky, b_kx, b_kc, p_ga, p_gb, p_vy, p_vx;
};

/* Buffer B := the first tiles of store 1, by LOAD. */
static void load_b(uint32_t count)
{
  uint32_t cmd[32] = { 0 }, result[CURTA_HLS_RESULTS];
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, CURTA_OP_LOAD);
  curta_cmd_set(cmd, CURTA_LOAD_BUF, 1);
  curta_cmd_set(cmd, CURTA_LOAD_N0, count);
  curta_cmd_set(cmd, CURTA_LOAD_N1, 1);
  curta_cmd_set(cmd, CURTA_LOAD_N2, 1);
  curta_cmd_set(cmd, CURTA_LOAD_N3, 1);
  curta_hls_load_wide(words(store[1]), NULL, words(buffer_b), words(buffer_up), rows, lists, cmd, sizeof store[1], result);
  check(!result[CURTA_HLS_ERROR], "LOAD refuses a tile");
}

static void run(const struct job *j)
{
  const struct { uint32_t field; int value; } f[] = {
    { CURTA_CMD_OPCODE, CURTA_OP_GEMM }, { CURTA_GEMM_NGA, (int)j->nga }, { CURTA_GEMM_NGB, (int)j->ngb }, { CURTA_GEMM_NVY, (int)j->nvy },
    { CURTA_GEMM_NVX, (int)j->nvx }, { CURTA_GEMM_NKY, (int)j->nky }, { CURTA_GEMM_NKX, (int)j->nkx }, { CURTA_GEMM_NKC, (int)j->nkc },
    { CURTA_GEMM_KLAST, (int)j->klast }, { CURTA_GEMM_A_T, (int)j->a_t }, { CURTA_GEMM_B_T, (int)j->b_t }, { CURTA_GEMM_Y_A, j->y[0] },
    { CURTA_GEMM_Y_B, j->y[1] }, { CURTA_GEMM_Y_C, j->y[2] }, { CURTA_GEMM_Y_U, j->y[3] }, { CURTA_GEMM_X_A, j->x[0] }, { CURTA_GEMM_X_B, j->x[1] },
    { CURTA_GEMM_X_C, j->x[2] }, { CURTA_GEMM_X_U, j->x[3] }, { CURTA_GEMM_A_BASE, j->a_base }, { CURTA_GEMM_B_BASE, j->b_base }, { CURTA_GEMM_P_BASE, j->p_base },
    { CURTA_GEMM_A_SGA, j->a_ga }, { CURTA_GEMM_A_SVY, j->a_vy }, { CURTA_GEMM_A_SVX, j->a_vx }, { CURTA_GEMM_A_SKY, j->a_ky },
    { CURTA_GEMM_A_SKX, j->a_kx }, { CURTA_GEMM_A_SKC, j->a_kc }, { CURTA_GEMM_B_SGB, j->b_gb }, { CURTA_GEMM_B_SVY, j->b_vy },
    { CURTA_GEMM_B_SVX, j->b_vx }, { CURTA_GEMM_B_SKY, j->b_ky }, { CURTA_GEMM_B_SKX, j->b_kx }, { CURTA_GEMM_B_SKC, j->b_kc },
    { CURTA_GEMM_P_SGA, j->p_ga }, { CURTA_GEMM_P_SGB, j->p_gb }, { CURTA_GEMM_P_SVY, j->p_vy }, { CURTA_GEMM_P_SVX, j->p_vx } };
  uint32_t cmd[32] = { 0 }, result[CURTA_HLS_RESULTS];
  for (unsigned k = 0; k < sizeof f / sizeof *f; k++) {
    uint32_t mask = (f[k].field & 0xff) >= 32 ? ~0u : (1u << (f[k].field & 0xff)) - 1;
    curta_cmd_set(cmd, f[k].field, (uint32_t)f[k].value & mask);
    if (f[k].value >= 0)
      check(curta_cmd_get(cmd, f[k].field) == (uint32_t)f[k].value, "the shape does not fit into one command");
  }
  curta_hls_gemm_wide(words(store[0]), words(buffer_b), words(buffer_up), rows, lists, words(sums), tops, words(sums), tops, cmd, result);
  check(!result[CURTA_HLS_ERROR], "GEMM refuses a tile");
}

void hls_ops_conv(int32_t *y, const int8_t *x, const int8_t *w, const struct curta_conv *d)
{
  const int p = curta_conv_p(d), q = curta_conv_q(d), ct = (int)tiles(d->c), kt = (int)tiles(d->k), u = d->stride;
  const struct shape in = { d->n, d->h, d->w, d->c }, out = { d->n, p, q, d->k };
  if (u > 2) { /* no window law says it */
    curta_ops_conv(y, x, w, d);
    return;
  }
  (void)put_images(store[0], x, &in);
  load_b(put_weights(store[1], w, d));
  run(&(struct job){ .nga = tiles(d->n), .ngb = tiles(d->k), .nvy = (uint32_t)p, .nvx = (uint32_t)q, .nky = (uint32_t)d->r, .nkx = (uint32_t)d->s,
                     .nkc = tiles(d->c), .klast = (uint32_t)(d->c - (ct - 1) * T), .y = { u, 1, -d->pad, d->h }, .x = { u, 1, -d->pad, d->w },
                     .a_base = (-(d->pad * d->w + d->pad) * ct) & 0xffff, .a_ga = d->h * d->w * ct, .a_vy = u * d->w * ct, .a_vx = u * ct,
                     .a_ky = d->w * ct, .a_kx = ct, .a_kc = 1, .b_gb = ct, .b_ky = d->s * kt * ct, .b_kx = kt * ct, .b_kc = 1,
                     .p_ga = p * q * kt, .p_gb = 1, .p_vy = q * kt, .p_vx = kt });
  get_images(y, &out);
}

/* Taps of one dimension that reach inputs u v + phase: first, first + u, ... */
struct phase {
  int first, taps, y_c; /* window law: outputs v + y_c + number of the tap, the last tap being number 0 */
};
static struct phase phase_of(int phase, int u, int pad, int r)
{
  struct phase f = { (phase + pad) % u, 0, 0 };
  f.taps = r > f.first ? (r - f.first + u - 1) / u : 0;
  f.y_c = (phase + pad - f.first) / u - (f.taps - 1);
  return f;
}

/* Stride 2 is four convolutions of stride 1, one for the inputs of each phase (machine.md 4). */
static void conv_dx_phase(const struct curta_conv *d, int fy, int fx)
{
  const int p = curta_conv_p(d), q = curta_conv_q(d), ct = (int)tiles(d->c), kt = (int)tiles(d->k), u = d->stride;
  const struct phase y = phase_of(fy, u, d->pad, d->r), x = phase_of(fx, u, d->pad, d->s);
  const int h = (d->h - fy + u - 1) / u, w = (d->w - fx + u - 1) / u;
  if (!y.taps || !x.taps || h < 1 || w < 1) /* nothing reaches them */
    return;
  run(&(struct job){ .nga = tiles(d->n), .ngb = tiles(d->c), .nvy = (uint32_t)h, .nvx = (uint32_t)w, .nky = (uint32_t)y.taps, .nkx = (uint32_t)x.taps,
                     .nkc = tiles(d->k), .klast = (uint32_t)(d->k - (kt - 1) * T), .b_t = 1, .y = { 1, 1, y.y_c, p }, .x = { 1, 1, x.y_c, q },
                     .a_base = ((y.y_c * q + x.y_c) * kt) & 0xffff, .a_ga = p * q * kt, .a_vy = q * kt, .a_vx = kt, .a_ky = q * kt, .a_kx = kt, .a_kc = 1,
                     .b_base = ((y.first + u * (y.taps - 1)) * d->s + x.first + u * (x.taps - 1)) * kt * ct, .b_gb = 1, .b_ky = -u * d->s * kt * ct,
                     .b_kx = -u * kt * ct, .b_kc = ct,
                     .p_base = (fy * d->w + fx) * ct, .p_ga = d->h * d->w * ct, .p_gb = 1, .p_vy = u * d->w * ct, .p_vx = u * ct });
}

void hls_ops_conv_dx(int32_t *dx, const int8_t *dy, const int8_t *w, const struct curta_conv *d)
{
  const struct shape in = { d->n, curta_conv_p(d), curta_conv_q(d), d->k }, out = { d->n, d->h, d->w, d->c };
  if (d->stride > 2) {
    curta_ops_conv_dx(dx, dy, w, d);
    return;
  }
  (void)put_images(store[0], dy, &in);
  load_b(put_weights(store[1], w, d));
  memset(sums, 0, (size_t)(tiles(d->n) * tiles(d->c)) * (size_t)(d->h * d->w) * T * T * sizeof *sums);
  for (int phase = 0; phase < d->stride * d->stride; phase++)
    conv_dx_phase(d, phase / d->stride, phase % d->stride);
  get_images(dx, &out);
}

void hls_ops_conv_dw(int32_t *dw, const int8_t *dy, const int8_t *x, const struct curta_conv *d)
{
  const int p = curta_conv_p(d), q = curta_conv_q(d), ct = (int)tiles(d->c), kt = (int)tiles(d->k), nt = (int)tiles(d->n), u = d->stride;
  const struct shape out = { d->n, p, q, d->k }, in = { d->n, d->h, d->w, d->c };
  if (u > 2) {
    curta_ops_conv_dw(dw, dy, x, d);
    return;
  }
  (void)put_images(store[0], dy, &out);
  load_b(put_images(store[1], x, &in));
  run(&(struct job){ .nga = tiles(d->k), .ngb = tiles(d->c), .nvy = (uint32_t)d->r, .nvx = (uint32_t)d->s, .nky = (uint32_t)p, .nkx = (uint32_t)q,
                     .nkc = (uint32_t)nt, .klast = (uint32_t)(d->n - (nt - 1) * T), .a_t = 1, .b_t = 1, .y = { 1, u, -d->pad, d->h },
                     .x = { 1, u, -d->pad, d->w }, .a_ga = 1, .a_ky = q * kt, .a_kx = kt, .a_kc = p * q * kt,
                     .b_base = (-(d->pad * d->w + d->pad) * ct) & 0xffff, .b_gb = 1, .b_vy = d->w * ct, .b_vx = ct, .b_ky = u * d->w * ct,
                     .b_kx = u * ct, .b_kc = d->h * d->w * ct, .p_ga = ct, .p_gb = 1, .p_vy = d->s * kt * ct, .p_vx = kt * ct });
  for (int k = 0; k < d->k; k++)
    for (int c = 0; c < d->c; c++)
      for (int r = 0; r < d->r; r++)
        for (int s = 0; s < d->s; s++)
          *dw++ = sums[weight(d, k, c, r, s)];
}

/* n int32 as tiles of the accumulator store. */
static uint32_t put_sums(const int32_t *x, size_t n)
{
  size_t count = (n + T * T - 1) / (T * T);
  check(count <= TILES, "more elements than one command takes");
  memset(sums, 0, count * T * T * sizeof *sums);
  memcpy(sums, x, n * sizeof *x);
  return (uint32_t)count;
}

static void set_scale(uint32_t *scale, int32_t shift)
{
  memset(scale, 0, CURTA_HLS_SCALES * sizeof *scale);
  scale[CURTA_HLS_SHIFT] = (uint32_t)shift;
  scale[CURTA_HLS_MEM_BYTES] = sizeof store;
}

/* Draws that are given, or numbered by a table, are no draws of a command: those are the law's. */
void hls_ops_requant(int8_t *y, const int32_t *x, size_t n, int32_t shift, enum curta_round mode, int wrap, const struct curta_draws *draws)
{
  uint32_t cmd[32] = { 0 }, scale[CURTA_HLS_SCALES], result[CURTA_HLS_RESULTS];
  const int draw = mode == CURTA_ROUND_STOCHASTIC;
  if (draw && (draws->given || draws->index)) {
    curta_ops_requant(y, x, n, shift, mode, wrap, draws);
    return;
  }
  cmd[8] = put_sums(x, n) | 1u << 16;
  cmd[9] = 1u | 1u << 16;
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, CURTA_OP_MAP);
  curta_cmd_set(cmd, CURTA_MAP_SRC_ACC, 1);
  curta_cmd_set(cmd, CURTA_MAP_SRC_TYPE, CURTA_TYPE_INT32);
  curta_cmd_set(cmd, CURTA_MAP_REQ, 1);
  curta_cmd_set(cmd, CURTA_MAP_ROUND, mode);
  curta_cmd_set(cmd, CURTA_MAP_WRAP, wrap != 0);
  curta_cmd_set(cmd, CURTA_MAP_TENSOR, draw ? draws->tensor : 0);
  set_scale(scale, shift);
  scale[CURTA_HLS_SEED] = draw ? draws->seed : 0;
  curta_hls_requant_wide(NULL, words(sums), words(store[1]), words(store[0]), NULL, cmd, scale, result);
  check(!result[CURTA_HLS_ERROR], "MAP refuses a tile");
  memcpy(y, store[0], n);
}

static uint32_t vector_command(uint32_t *cmd, uint32_t opcode, uint32_t count, int32_t frac, const void *weights)
{
  uint32_t scale[CURTA_HLS_SCALES], result[CURTA_HLS_RESULTS];
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, opcode);
  curta_cmd_set(cmd, CURTA_UPDATE_N, count);
  curta_cmd_set(cmd, CURTA_UPDATE_SRC_ACC, 1);
  curta_cmd_set(cmd, CURTA_UPDATE_MASTER, frac > 0);
  curta_cmd_set(cmd, CURTA_UPDATE_FRAC, (uint32_t)frac);
  set_scale(scale, 0);
  curta_hls_update_wide(NULL, words(sums), weights, words(store[1]), words(store[0]), cmd, scale, result);
  check(!result[CURTA_HLS_ERROR], "UPDATE or REDUCE refuses a tile");
  return result[CURTA_HLS_OR];
}

uint32_t hls_ops_magnitude(const int32_t *x, size_t n)
{
  uint32_t cmd[32] = { 0 };
  return vector_command(cmd, CURTA_OP_REDUCE, put_sums(x, n), 0, store[0]);
}

/* g is rounded already: a shift of 0 leaves it. */
void hls_ops_update(int8_t *w, int16_t *wf, const int8_t *g, size_t n, int32_t frac)
{
  uint32_t cmd[32] = { 0 }, count = (uint32_t)((n + T * T - 1) / (T * T));
  check(2 * (size_t)count * T * T <= sizeof store[0], "more weights than one command takes");
  memset(sums, 0, (size_t)count * T * T * sizeof *sums);
  for (size_t i = 0; i < n; i++)
    sums[i] = g[i];
  memset(store[0], 0, 2 * (size_t)count * T * T);
  memcpy(store[0], wf ? (const void *)wf : w, n * (wf ? 2 : 1));
  (void)vector_command(cmd, CURTA_OP_UPDATE, count, wf ? frac : 0, store[0]);
  memcpy(w, store[1], n);
  if (wf)
    memcpy(wf, store[0], 2 * n);
}
