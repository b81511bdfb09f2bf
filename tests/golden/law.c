/* SPDX-License-Identifier: Apache-2.0
 * law.c - see law.h
 *
 * Slow on purpose: one element at a time, every address worked out from the formula..
 */
#include <string.h>
#include "curta_num.h"
#include "law.h"

#define GET(field) curta_cmd_get(cmd, field)
#define GETS(field) curta_cmd_gets(cmd, field)

/* A load or store of `bytes` at addr is legal; remembers addr otherwise. */
static int legal(struct law *m, uint32_t addr, uint32_t bytes)
{
  m->info = addr;
  return (uint64_t)addr + bytes <= m->mem_size;
}

static int32_t get(const struct law *m, uint32_t addr, uint32_t bytes)
{
  uint32_t v = 0;
  for (uint32_t i = 0; i < bytes; i++)
    v |= (uint32_t)m->mem[addr + i] << 8 * i;
  return bytes == 1 ? (int8_t)v : bytes == 2 ? (int16_t)v : (int32_t)v;
}

/* Stores one element. Its bits join the check sum at their place in the word. */
static void put(struct law *m, uint32_t addr, uint32_t bytes, int32_t value)
{
  uint32_t mask = bytes == 4 ? 0xffffffffu : (1u << 8 * bytes) - 1u;
  for (uint32_t i = 0; i < bytes; i++)
    m->mem[addr + i] = (uint8_t)((uint32_t)value >> 8 * i);
  m->check += (((uint32_t)value & mask) << 8 * (addr % 4)) * (2u * (addr / 4) + 1u);
}

static void set(struct law *m, uint32_t reg, uint32_t value)
{
  m->s[reg] = value;
  m->check += value * (2u * reg + 1u);
}

/* ------------------------------------------------------------------ LOAD and GEMM */

/* x = sum of 2^(bits k) digit k, each in -2^(bits-1) .. 2^(bits-1)-1 */
static int32_t digit(int64_t x, uint32_t k, int bits)
{
  int64_t base = (int64_t)1 << bits, d = ((x + base / 2) % base + base) % base - base / 2;
  return k ? digit((x - d) / base, k - 1, bits) : (int32_t)d;
}

/* Row j of stream n % V of a list: the digits of row n of a tile that go to place p. */
static int list_row(struct law *m, const uint32_t *cmd, const int32_t *d, const uint8_t *places, uint32_t p, uint32_t n,
                    const uint32_t at[4], uint32_t j)
{
  uint32_t v = (uint32_t)m->conf.v, tile = GET(CURTA_LOAD_DST) + j / (m->t / v), k = j % (m->t / v) * v + n % v;
  uint32_t kh = 1u << GET(CURTA_LOAD_KH_LOG2), kw = 1u << GET(CURTA_LOAD_KW_LOG2);
  uint32_t y = at[2] * kh + p / kw % 8, x = at[1] * kw + p % kw, a;
  m->info = tile;
  if (tile >= (uint32_t)m->conf.b_tiles)
    return CURTA_ERR_RANGE;
  for (uint32_t o = 0; o < m->t; o++) {
    uint32_t e = tile * m->t2 + k * m->t + o;
    m->wide[e] = places[o] % 64 == p ? d[o] : 0;
    m->buf[1][e] = (int8_t)m->wide[e];
    m->check += (uint32_t)m->wide[e] * (2u * e + 1u);
  }
  a = (at[3] * GET(CURTA_LOAD_A_SN) + y * GET(CURTA_LOAD_A_SY) + x * GET(CURTA_LOAD_A_SX)) % 65536;
  m->row[tile * m->t + k] = (struct law_row){1, y % 256, x % 256, a, n};
  m->check += (a + (y % 256 << 16) + (x % 256 << 24)) * (2u * (tile * m->t + k) + 1u);
  return 0;
}

/* The rows of one tile: of each image the places of its digits other than 0, in the order of their first channel. */
static int list_tile(struct law *m, const uint32_t *cmd, const uint32_t at[4], uint32_t src, uint32_t *pos)
{
  uint32_t places = GET(CURTA_LOAD_PLACES) + m->t2 * src, addr = GET(CURTA_LOAD_ADDR) + 4 * m->t2 * src;
  if (!legal(m, places, m->t2) || !legal(m, addr, 4 * m->t2))
    return CURTA_ERR_RANGE;
  for (uint32_t n = 0; n < m->t; n++) {
    const uint8_t *row = m->mem + places + n * m->t;
    int32_t d[16];
    for (uint32_t o = 0; o < m->t; o++)
      d[o] = digit(get(m, addr + 4 * (n * m->t + o), 4), GET(CURTA_LOAD_DIGIT), m->conf.digit);
    for (uint32_t o = 0; o < m->t; o++) {
      int first = d[o] != 0;
      for (uint32_t before = 0; before < o; before++)
        first &= d[before] == 0 || row[before] % 64 != row[o] % 64;
      if (first && list_row(m, cmd, d, row, row[o] % 64, n, at, pos[n % (uint32_t)m->conf.v]++))
        return CURTA_ERR_RANGE;
    }
  }
  return 0;
}

static int load_list(struct law *m, const uint32_t *cmd)
{
  uint32_t pos[16] = {0}, v = (uint32_t)m->conf.v, dst = GET(CURTA_LOAD_DST), len = 0;
  for (uint32_t i3 = 0; i3 < GET(CURTA_LOAD_N3); i3++)
    for (uint32_t i2 = 0; i2 < GET(CURTA_LOAD_N2); i2++)
      for (uint32_t i1 = 0; i1 < GET(CURTA_LOAD_N1); i1++) {
        const uint32_t at[4] = {0, i1, i2, i3};
        if (list_tile(m, cmd, at, i3 * GET(CURTA_LOAD_S3) + i2 * GET(CURTA_LOAD_S2) + i1 * GET(CURTA_LOAD_S1), pos))
          return CURTA_ERR_RANGE;
      }
  for (uint32_t s = 0; s < v; s++)
    len = pos[s] > len ? pos[s] : len;
  for (uint32_t s = 0; s < v; s++)
    for (uint32_t j = pos[s]; j < len; j++)
      m->row[(dst + j / (m->t / v)) * m->t + j % (m->t / v) * v + s].used = 0;
  m->len[dst] = len;
  m->check += len * (2u * dst + 1u);
  return 0;
}

static int load(struct law *m, const uint32_t *cmd)
{
  uint32_t n = GET(CURTA_LOAD_DST), b = GET(CURTA_LOAD_BUF);
  for (uint32_t i3 = 0; i3 < GET(CURTA_LOAD_N3); i3++)
    for (uint32_t i2 = 0; i2 < GET(CURTA_LOAD_N2); i2++)
      for (uint32_t i1 = 0; i1 < GET(CURTA_LOAD_N1); i1++)
        for (uint32_t i0 = 0; i0 < GET(CURTA_LOAD_N0); i0++, n++) {
          uint32_t tile = i3 * GET(CURTA_LOAD_S3) + i2 * GET(CURTA_LOAD_S2) + i1 * GET(CURTA_LOAD_S1) + i0;
          uint32_t size = GET(CURTA_LOAD_TYPE) == CURTA_TYPE_INT32 ? 4 : 1;
          uint32_t addr = GET(CURTA_LOAD_ADDR) + size * m->t2 * tile;
          if (!legal(m, addr, size * m->t2))
            return CURTA_ERR_RANGE;
          m->info = n;
          if (n >= (uint32_t)(b ? m->conf.b_tiles : m->conf.a_tiles))
            return CURTA_ERR_RANGE;
          for (uint32_t e = 0; e < m->t2; e++) {
            uint32_t at = n * m->t2 + e;
            if (size == 4) {
              m->wide[at] = digit(get(m, addr + 4 * e, 4), GET(CURTA_LOAD_DIGIT), m->conf.digit);
              m->buf[1][at] = (int8_t)m->wide[at];
              m->check += (uint32_t)m->wide[at] * (2u * at + 1u);
              continue;
            }
            if (b)
              m->wide[at] = (int8_t)m->mem[addr + e];
            m->buf[b][at] = (int8_t)m->mem[addr + e];
            m->check += ((uint32_t)m->mem[addr + e] << 8 * (at % 4)) * (2u * (at / 4) + 1u);
          }
        }
  return 0;
}

static int window(int32_t a, uint32_t v, int32_t b, uint32_t k, int32_t c, uint32_t u)
{
  int64_t at = (int64_t)a * v + (int64_t)b * k + c;
  return at >= 0 && at < u;
}

/* The low bits of x as a signed number. */
static int64_t signed_bits(int64_t x, uint32_t bits)
{
  int64_t range = (int64_t)1 << bits, low = (int64_t)((uint64_t)x & (uint64_t)(range - 1));
  return low < range / 2 ? low : low - range;
}

/* One tile product into sum. */
static void product(const struct law *m, const uint32_t *cmd, int64_t *sum, uint32_t xa, uint32_t xb, uint32_t k_end)
{
  const int8_t *a = m->buf[0] + xa * m->t2;
  const int32_t *b = m->wide + xb * m->t2;
  for (uint32_t i = 0; i < m->t; i++)
    for (uint32_t j = 0; j < m->t; j++)
      for (uint32_t k = 0; k < k_end; k++) {
        int32_t x = GET(CURTA_GEMM_A_T) ? a[k * m->t + i] : a[i * m->t + k];
        int32_t y = GET(CURTA_GEMM_B_T) ? b[k * m->t + j] : b[j * m->t + k];
        sum[i * m->t + j] += (int64_t)x * y;
      }
}

/* The contraction of a visit over the list at tile xb; xa: of A, without what the rows add. */
static int gather(struct law *m, const uint32_t *cmd, int64_t *sum, uint32_t xa, uint32_t xb, uint32_t vy, uint32_t vx)
{
  uint32_t v = (uint32_t)m->conf.v, rows = 0, columns = 0;
  for (uint32_t ky = 0; ky < GET(CURTA_GEMM_NKY); ky++)
    rows += (uint32_t)window((int32_t)GET(CURTA_GEMM_Y_A), vy, (int32_t)GET(CURTA_GEMM_Y_B), ky, GETS(CURTA_GEMM_Y_C),
                             GET(CURTA_GEMM_Y_U));
  for (uint32_t kx = 0; kx < GET(CURTA_GEMM_NKX); kx++)
    columns += (uint32_t)window((int32_t)GET(CURTA_GEMM_X_A), vx, (int32_t)GET(CURTA_GEMM_X_B), kx,
                                GETS(CURTA_GEMM_X_C), GET(CURTA_GEMM_X_U));
  if (!rows || !columns)
    return 0;
  m->info = xb;
  if (xb >= (uint32_t)m->conf.b_tiles)
    return CURTA_ERR_RANGE;
  for (uint32_t r = xb * m->t; r < xb * m->t + m->len[xb] * v; r++) {
    const struct law_row *w = &m->row[r];
    uint32_t tile = (xa + w->tile) % 65536;
    if (!w->used || w->y >= GET(CURTA_GEMM_NKY) || w->x >= GET(CURTA_GEMM_NKX) ||
        !window((int32_t)GET(CURTA_GEMM_Y_A), vy, (int32_t)GET(CURTA_GEMM_Y_B), w->y, GETS(CURTA_GEMM_Y_C),
                GET(CURTA_GEMM_Y_U)) ||
        !window((int32_t)GET(CURTA_GEMM_X_A), vx, (int32_t)GET(CURTA_GEMM_X_B), w->x, GETS(CURTA_GEMM_X_C),
                GET(CURTA_GEMM_X_U)))
      continue;
    m->info = tile;
    if (tile >= (uint32_t)m->conf.a_tiles)
      return CURTA_ERR_RANGE;
    for (uint32_t i = 0; i < m->t; i++)
      for (uint32_t j = 0; j < m->t; j++)
        sum[i * m->t + j] += (int64_t)m->buf[0][tile * m->t2 + w->n * m->t + i] * m->wide[r * m->t + j];
  }
  return 0;
}

static int visit(struct law *m, const uint32_t *cmd, uint32_t ga, uint32_t gb, uint32_t vy, uint32_t vx,
                 uint32_t *or_mag)
{
  uint32_t p = (GET(CURTA_GEMM_P_BASE) + ga * GET(CURTA_GEMM_P_SGA) + gb * GET(CURTA_GEMM_P_SGB) +
                vy * GET(CURTA_GEMM_P_SVY) + vx * GET(CURTA_GEMM_P_SVX)) %
               65536;
  uint32_t v = (uint32_t)m->conf.v, bits = GET(CURTA_GEMM_GUARD) ? 36 : 32;
  int64_t sum[256] = {0};
  m->info = p;
  if (p >= (uint32_t)m->conf.p_tiles)
    return CURTA_ERR_RANGE;
  for (uint32_t e = 0; e < m->t2 && GET(CURTA_GEMM_ACC); e++) {
    int64_t start = bits == 36 ? m->acc36[p * m->t2 + e] : m->acc[p * m->t2 + e];
    sum[e] = signed_bits((int64_t)((uint64_t)start << (GET(CURTA_GEMM_START_SHL) ? m->conf.digit : 0)), bits);
  }
  if (GET(CURTA_GEMM_GATHER) && gather(m, cmd, sum,
                                       GET(CURTA_GEMM_A_BASE) + ga * GET(CURTA_GEMM_A_SGA) +
                                           vy * GET(CURTA_GEMM_A_SVY) + vx * GET(CURTA_GEMM_A_SVX),
                                       (GET(CURTA_GEMM_B_BASE) + gb * GET(CURTA_GEMM_B_SGB) +
                                        vy * GET(CURTA_GEMM_B_SVY) + vx * GET(CURTA_GEMM_B_SVX)) %
                                           65536,
                                       vy, vx))
    return CURTA_ERR_RANGE;
  for (uint32_t ky = 0; ky < GET(CURTA_GEMM_NKY) && !GET(CURTA_GEMM_GATHER); ky++)
    for (uint32_t kx = 0; kx < GET(CURTA_GEMM_NKX); kx++)
      for (uint32_t kc = 0; kc < GET(CURTA_GEMM_NKC); kc++) {
        uint32_t last = (GET(CURTA_GEMM_KLAST) + v - 1) / v * v;
        uint32_t xa = (GET(CURTA_GEMM_A_BASE) + ga * GET(CURTA_GEMM_A_SGA) + vy * GET(CURTA_GEMM_A_SVY) +
                       vx * GET(CURTA_GEMM_A_SVX) + ky * GET(CURTA_GEMM_A_SKY) + kx * GET(CURTA_GEMM_A_SKX) +
                       kc * GET(CURTA_GEMM_A_SKC)) %
                      65536;
        uint32_t xb = (GET(CURTA_GEMM_B_BASE) + gb * GET(CURTA_GEMM_B_SGB) + vy * GET(CURTA_GEMM_B_SVY) +
                       vx * GET(CURTA_GEMM_B_SVX) + ky * GET(CURTA_GEMM_B_SKY) + kx * GET(CURTA_GEMM_B_SKX) +
                       kc * GET(CURTA_GEMM_B_SKC)) %
                      65536;
        if (!window((int32_t)GET(CURTA_GEMM_Y_A), vy, (int32_t)GET(CURTA_GEMM_Y_B), ky, GETS(CURTA_GEMM_Y_C),
                    GET(CURTA_GEMM_Y_U)))
          continue;
        if (!window((int32_t)GET(CURTA_GEMM_X_A), vx, (int32_t)GET(CURTA_GEMM_X_B), kx, GETS(CURTA_GEMM_X_C),
                    GET(CURTA_GEMM_X_U)))
          continue;
        m->info = xa >= (uint32_t)m->conf.a_tiles ? xa : xb;
        if (xa >= (uint32_t)m->conf.a_tiles || xb >= (uint32_t)m->conf.b_tiles)
          return CURTA_ERR_RANGE;
        product(m, cmd, sum, xa, xb, kc + 1 < GET(CURTA_GEMM_NKC) ? m->t : last);
      }
  for (uint32_t e = 0; e < m->t2; e++) {
    int64_t y = signed_bits(sum[e], bits);
    m->acc36[p * m->t2 + e] = y;
    m->acc[p * m->t2 + e] = (int32_t)signed_bits(y, 32);
    m->check += (uint32_t)(uint64_t)y * (2u * (p * m->t2 + e) + 1u);
    *or_mag |= curta_mag(m->acc[p * m->t2 + e]);
    if (bits == 36 && GET(CURTA_GEMM_FINAL) && y != (int32_t)y)
      m->flags |= 1;
  }
  return 0;
}

static int gemm(struct law *m, const uint32_t *cmd)
{
  uint32_t reg = GET(CURTA_GEMM_OR_REG), or_mag = GET(CURTA_GEMM_OR_KEEP) ? m->s[reg] : 0;
  for (uint32_t ga = 0; ga < GET(CURTA_GEMM_NGA); ga++)
    for (uint32_t gb = 0; gb < GET(CURTA_GEMM_NGB); gb++)
      for (uint32_t vy = 0; vy < GET(CURTA_GEMM_NVY); vy++)
        for (uint32_t vx = 0; vx < GET(CURTA_GEMM_NVX); vx++)
          if (visit(m, cmd, ga, gb, vy, vx, &or_mag))
            return CURTA_ERR_RANGE;
  if (GET(CURTA_GEMM_FINAL))
    set(m, reg, or_mag);
  return 0;
}

/* ------------------------------------------------------------------ VECTOR */

/* Requantised element: draw number `index`. */
static int32_t requant(const struct law *m, const uint32_t *cmd, int32_t x, uint32_t index)
{
  uint32_t seed = GET(CURTA_MAP_SEED_REG), tensor = GET(CURTA_MAP_TENSOR) + m->s[(seed + 1) % 64];
  return curta_requant(x, curta_s32(m->s[GET(CURTA_MAP_SHIFT_REG)]), (enum curta_round)GET(CURTA_MAP_ROUND),
                       (int)GET(CURTA_MAP_WRAP), curta_rand(m->s[seed], tensor, GET(CURTA_MAP_ORIGIN) + index));
}

static int32_t quotient(const uint32_t *cmd, int32_t x)
{
  uint64_t u = (uint64_t)(x < 0 ? -(int64_t)x : x) >> GET(CURTA_MAP_DIV_S), q = u * GET(CURTA_MAP_DIV_M);
  q = u >= 1u << 24 ? 127 : q >> (23 + GET(CURTA_MAP_DIV_T));
  q = q > 127 ? 127 : q;
  return x < 0 ? -(int32_t)q : (int32_t)q;
}

/* Source of MAP or SCATTER: element e of tile number `tile`, the `index`-th that is read. *ok := 0 outside. */
static int32_t source(struct law *m, const uint32_t *cmd, uint32_t tile, uint32_t e, uint32_t index, int acc, int *ok)
{
  uint32_t size = GET(CURTA_MAP_SRC_TYPE) == 2 ? 4 : 1, addr = GET(CURTA_MAP_SRC) + size * m->t2 * tile;
  int32_t x = 0;
  if (acc) {
    m->info = GET(CURTA_MAP_SRC) + tile;
    *ok = m->info < (uint32_t)m->conf.p_tiles;
    x = *ok ? m->acc[m->info * m->t2 + e] : 0;
  } else {
    *ok = legal(m, addr, size * m->t2);
    x = *ok ? get(m, addr + size * e, size) : 0;
  }
  if (GET(CURTA_CMD_OPCODE) == CURTA_OP_MAP && GET(CURTA_MAP_DIV))
    return quotient(cmd, x);
  return GET(CURTA_MAP_REQ) ? requant(m, cmd, x, index) : x;
}

/* NITRO-ReLU of a value before it */
static int32_t nitro_relu(const uint32_t *cmd, int32_t v)
{
  int32_t y = v < 0 ? v / (4 << GET(CURTA_MAP_SLOPE)) : v;
  return (int8_t)(y - (int32_t)GET(CURTA_MAP_MEAN));
}

/* Position k of the window of item (..,i2,i1,..): its row and column of the map, and the tiles it lies away. */
struct position {
  int64_t y, x;
  uint32_t tiles;
  int inside;
};
static struct position position(const uint32_t *cmd, const uint32_t at[4], uint32_t k, int padded)
{
  uint32_t kh = GET(CURTA_MAP_KH), kw = GET(CURTA_MAP_KW), ky = k / kw, kx = k % kw;
  int32_t py = padded ? GETS(CURTA_MAP_PAD_Y) : 0, px = padded ? GETS(CURTA_MAP_PAD_X) : 0;
  struct position p = {(int64_t)kh * at[2] + ky - py, (int64_t)kw * at[1] + kx - px, 0, 1};
  p.tiles = (ky - (uint32_t)py) * GET(CURTA_MAP_W_SY) + (kx - (uint32_t)px) * GET(CURTA_MAP_W_SX);
  p.inside = !padded || (p.y >= 0 && p.x >= 0 && p.y < GET(CURTA_MAP_LIM_Y) && p.x < GET(CURTA_MAP_LIM_X));
  return p;
}

static uint32_t class_of(int32_t v)
{
  return v == 127 ? 2 : v < 0;
}

/* MAP with ACT 2 or 3: one tile. */
static int back_item(struct law *m, const uint32_t *cmd, uint32_t src, uint32_t dst, uint32_t *width)
{
  uint32_t to = GET(CURTA_MAP_DST) + 4 * m->t2 * dst, aux = GET(CURTA_MAP_AUX) + m->t2 * dst;
  int32_t y[256];
  int ok = 1;
  for (uint32_t e = 0; e < m->t2; e++)
    y[e] = source(m, cmd, src, e, 0, (int)GET(CURTA_MAP_SRC_ACC), &ok);
  if (!ok || !legal(m, aux, m->t2))
    return CURTA_ERR_RANGE;
  for (uint32_t e = 0; e < m->t2; e++) {
    uint32_t class = GET(CURTA_MAP_ACT) == 3 ? m->mem[aux + e] >> 6 : class_of((int8_t)m->mem[aux + e]);
    y[e] = class == 0 ? y[e] : class == 1 ? y[e] / (4 << GET(CURTA_MAP_SLOPE)) : 0;
  }
  if (!legal(m, to, 4 * m->t2))
    return CURTA_ERR_RANGE;
  for (uint32_t e = 0; e < m->t2; e++) {
    put(m, to + 4 * e, 4, y[e]);
    *width |= (uint32_t)(y[e] < 0 ? -(y[e] + 1) : y[e]);
    if (y[e] < -(1 << 23) || y[e] >= 1 << 23)
      m->flags |= 4;
  }
  return 0;
}

/* One destination tile of MAP; *index counts the elements read. */
static int map_item(struct law *m, const uint32_t *cmd, uint32_t src, uint32_t dst, const uint32_t at[4],
                    uint32_t *index)
{
  int padded = GET(CURTA_MAP_POOL) && GET(CURTA_MAP_PADDED), nitro = GET(CURTA_MAP_ACT) == 1;
  uint32_t columns = at[0] + 1 == GET(CURTA_MAP_N0) && GET(CURTA_MAP_CLAST) ? GET(CURTA_MAP_CLAST) : m->t;
  uint32_t rows = at[3] + 1 == GET(CURTA_MAP_N3) && GET(CURTA_MAP_NLAST) ? GET(CURTA_MAP_NLAST) : m->t;
  int8_t zs[256];
  uint32_t pool = GET(CURTA_MAP_POOL), kh = pool ? GET(CURTA_MAP_KH) : 1, kw = pool ? GET(CURTA_MAP_KW) : 1;
  uint32_t type = GET(CURTA_MAP_DST_TYPE), size = type >= 2 ? 4 : 1, to = GET(CURTA_MAP_DST) + size * m->t2 * dst;
  uint32_t idx_to = GET(CURTA_MAP_IDX) + m->t2 * dst, aux = GET(CURTA_MAP_AUX) + m->t2 * dst;
  int32_t out[256];
  uint32_t idx[256];
  int ok = 1;
  for (uint32_t k = 0; k < kh * kw; k++)
    for (uint32_t e = 0; e < m->t2; e++) {
      struct position p = {0, 0, 0, 1};
      int32_t y = 0, v = 127;
      if (pool)
        p = position(cmd, at, k, padded);
      if (p.inside) {
        v = y = source(m, cmd, src + p.tiles, e, *index + k * m->t2 + e, (int)GET(CURTA_MAP_SRC_ACC), &ok);
        if (!ok)
          return CURTA_ERR_RANGE;
        if (GET(CURTA_MAP_RELU) && y < 0)
          y = 0;
        if (nitro)
          y = nitro_relu(cmd, y);
      }
      if (k == 0 || y > out[e]) {
        out[e] = y;
        idx[e] = nitro && GET(CURTA_MAP_CLASS) ? class_of(v) << 6 | k : k;
        zs[e] = (int8_t)v;
      }
    }
  *index += kh * kw * m->t2;
  if (pool && !legal(m, idx_to, m->t2))
    return CURTA_ERR_RANGE;
  for (uint32_t e = 0; e < m->t2 && pool; e++)
    put(m, idx_to + e, 1, GET(CURTA_MAP_RELU) && out[e] == 0 ? 255 : (int32_t)idx[e]);
  if (GET(CURTA_MAP_ZS) && !legal(m, idx_to, m->t2))
    return CURTA_ERR_RANGE;
  for (uint32_t e = 0; e < m->t2 && GET(CURTA_MAP_ZS); e++)
    put(m, idx_to + e, 1, zs[e]);
  if (GET(CURTA_MAP_MASK) && !legal(m, aux, m->t2))
    return CURTA_ERR_RANGE;
  for (uint32_t e = 0; e < m->t2 && GET(CURTA_MAP_MASK); e++)
    out[e] = (int8_t)m->mem[aux + e] > 0 ? out[e] : 0;
  for (uint32_t e = 0; e < m->t2 && type == 0; e++)
    out[e] = e % m->t < columns && e / m->t < rows ? out[e] : 0;
  if (!legal(m, to, size * m->t2))
    return CURTA_ERR_RANGE;
  for (uint32_t e = 0; e < m->t2 && type != 3; e++)
    put(m, to + size * e, size, out[e]);
  for (uint32_t e = 0; e < m->t2 && type == 3; e++) {
    put(m, to + e, 1, out[e] >> 16);
    put(m, to + m->t2 + 2 * e, 2, out[e]);
  }
  return 0;
}

static int scatter_item(struct law *m, const uint32_t *cmd, uint32_t src, uint32_t dst, const uint32_t at[4],
                        uint32_t *index)
{
  uint32_t size = GET(CURTA_SCATTER_DST_TYPE) == 2 ? 4 : 1, places = GET(CURTA_SCATTER_CLASS) ? 64 : 256;
  uint32_t kh = GET(CURTA_SCATTER_KH), kw = GET(CURTA_SCATTER_KW), aux = GET(CURTA_SCATTER_AUX) + m->t2 * src;
  int32_t y[256];
  int ok = 1;
  for (uint32_t e = 0; e < m->t2; e++) {
    y[e] = source(m, cmd, src, e, *index + e, 0, &ok);
    if (!ok)
      return CURTA_ERR_RANGE;
  }
  *index += m->t2;
  if (!legal(m, aux, m->t2))
    return CURTA_ERR_RANGE;
  for (uint32_t k = 0; k < kh * kw; k++) {
    struct position p = position(cmd, at, k, (int)GET(CURTA_SCATTER_PADDED));
    uint32_t to = GET(CURTA_SCATTER_DST) + size * m->t2 * (dst + p.tiles);
    if (!p.inside)
      continue;
    if (!legal(m, to, size * m->t2))
      return CURTA_ERR_RANGE;
    for (uint32_t e = 0; e < m->t2; e++)
      put(m, to + size * e, size, m->mem[aux + e] % places == k ? y[e] : 0);
  }
  return 0;
}

static int fill_item(struct law *m, const uint32_t *cmd, uint32_t dst)
{
  uint32_t to = GET(CURTA_FILL_DST) + m->t2 * dst;
  if (!legal(m, to, m->t2))
    return CURTA_ERR_RANGE;
  for (uint32_t e = 0; e < m->t2; e++)
    put(m, to + e, 1, (int32_t)GET(CURTA_FILL_VALUE));
  return 0;
}

static int items(struct law *m, const uint32_t *cmd)
{
  uint32_t index = 0, op = GET(CURTA_CMD_OPCODE), width = 0;
  int err = 0, back = op == CURTA_OP_MAP && GET(CURTA_MAP_ACT) >= 2;
  for (uint32_t i3 = 0; i3 < GET(CURTA_MAP_N3); i3++)
    for (uint32_t i2 = 0; i2 < GET(CURTA_MAP_N2); i2++)
      for (uint32_t i1 = 0; i1 < GET(CURTA_MAP_N1); i1++)
        for (uint32_t i0 = 0; i0 < GET(CURTA_MAP_N0) && !err; i0++) {
          uint32_t src = i3 * GET(CURTA_MAP_S3) + i2 * GET(CURTA_MAP_S2) + i1 * GET(CURTA_MAP_S1) + i0;
          uint32_t dst = i3 * GET(CURTA_MAP_D3) + i2 * GET(CURTA_MAP_D2) + i1 * GET(CURTA_MAP_D1) + i0;
          const uint32_t at[4] = {i0, i1, i2, i3};
          err = back                     ? back_item(m, cmd, src, dst, &width)
                : op == CURTA_OP_MAP     ? map_item(m, cmd, src, dst, at, &index)
                : op == CURTA_OP_SCATTER ? scatter_item(m, cmd, src, dst, at, &index)
                                         : fill_item(m, cmd, dst);
        }
  if (back && !err)
    set(m, GET(CURTA_MAP_OR_REG), width | (GET(CURTA_MAP_OR_KEEP) ? m->s[GET(CURTA_MAP_OR_REG)] : 0));
  return err;
}

/* G' of element e of tile n: the gradient plus the decay term; *w: the weight, *wf: its master. */
static int32_t gradient(const struct law *m, const uint32_t *cmd, uint32_t n, uint32_t e, int acc, int32_t *w,
                        int32_t *wf)
{
  uint32_t at = n * m->t2 + e, aux = GET(CURTA_UPDATE_AUX);
  uint32_t src = GET(CURTA_UPDATE_SRC) + 4 * m->t2 * n;
  int32_t g;
  if (acc)
    g = m->acc[GET(CURTA_REDUCE_SRC) * m->t2 + at];
  else if (GET(CURTA_UPDATE_SRC_TYPE) == 3)
    g = get(m, src + e, 1) * 65536 + (uint16_t)get(m, src + m->t2 + 2 * e, 2);
  else
    g = get(m, src + 4 * e, 4);
  if (!GET(CURTA_UPDATE_DECAY) && GET(CURTA_CMD_OPCODE) == CURTA_OP_REDUCE)
    return g;
  *wf = GET(CURTA_UPDATE_MASTER) ? get(m, aux + 2 * at, 2) : 0;
  *w = GET(CURTA_UPDATE_MASTER) ? curta_round_psto(*wf, (int32_t)GET(CURTA_UPDATE_FRAC)) : get(m, aux + at, 1);
  return GET(CURTA_UPDATE_DECAY) ? curta_decay(g, (int8_t)*w, curta_s32(m->s[GET(CURTA_UPDATE_DECAY_REG)])) : g;
}

/* |n| / (2^s m) of UPDATE NITRO */
static uint32_t rate(const struct law *m, int32_t n, uint32_t reg)
{
  uint64_t u = ((uint64_t)(n < 0 ? -(int64_t)n : n) >> m->s[reg] % 32) % (1u << 24);
  uint32_t q = (uint32_t)(u * (m->s[(reg + 1) % 64] % (1u << 24)) >> (23 + m->s[reg] / 256 % 32));
  return n < 0 ? 0u - q : q;
}

static int update_nitro(struct law *m, const uint32_t *cmd)
{
  for (uint32_t at = 0; at < GET(CURTA_UPDATE_N) * m->t2; at++) {
    int32_t none, g = gradient(m, cmd, at / m->t2, at % m->t2, (int)GET(CURTA_UPDATE_SRC_ACC), &none, &none);
    int32_t w = get(m, GET(CURTA_UPDATE_AUX) + 4 * at, 4);
    w = curta_s32((uint32_t)w - rate(m, g, GET(CURTA_UPDATE_LR_REG)) - rate(m, w, GET(CURTA_UPDATE_ETA_REG)));
    put(m, GET(CURTA_UPDATE_DST) + 4 * at, 4, w);
    if (w < -(1 << 17) || w >= 1 << 17)
      m->flags |= 2;
  }
  return 0;
}

/* Programs of the test keep UPDATE and REDUCE inside the memory. */
static int update(struct law *m, const uint32_t *cmd)
{
  uint32_t frac = GET(CURTA_UPDATE_FRAC);
  int32_t top = (1 << (7 + frac)) - 1;
  for (uint32_t n = 0; n < GET(CURTA_UPDATE_N); n++)
    for (uint32_t e = 0; e < m->t2; e++) {
      uint32_t at = n * m->t2 + e;
      int32_t w = 0, wf = 0, total = gradient(m, cmd, n, e, (int)GET(CURTA_UPDATE_SRC_ACC), &w, &wf),
              g = requant(m, cmd, total, at);
      if (GET(CURTA_UPDATE_MASTER)) {
        wf = wf - g > top ? top : wf - g < -top ? -top : wf - g;
        put(m, GET(CURTA_UPDATE_IDX) + 2 * at, 2, wf);
        w = curta_round_psto(wf, (int32_t)frac);
      } else {
        w = w - g > 127 ? 127 : w - g < -127 ? -127 : w - g;
      }
      put(m, GET(CURTA_UPDATE_DST) + at, 1, w);
    }
  return 0;
}

static int reduce(struct law *m, const uint32_t *cmd)
{
  uint32_t reg = GET(CURTA_REDUCE_OR_REG), all = GET(CURTA_REDUCE_OR_KEEP) ? m->s[reg] : 0;
  int32_t w = 0, wf = 0;
  for (uint32_t n = 0; n < GET(CURTA_REDUCE_N); n++)
    for (uint32_t e = 0; e < m->t2; e++)
      all |= curta_mag(gradient(m, cmd, n, e, (int)GET(CURTA_REDUCE_SRC_ACC), &w, &wf));
  set(m, reg, all);
  return 0;
}

static int loss(struct law *m, const uint32_t *cmd)
{
  uint32_t rows = GET(CURTA_LOSS_ROWS), c_all = GET(CURTA_LOSS_CLASSES), t = m->t, across = (c_all + t - 1) / t,
           right = 0;
  uint32_t seed = GET(CURTA_LOSS_SEED_REG), tensor = GET(CURTA_LOSS_TENSOR) + m->s[(seed + 1) % 64];
  for (uint32_t n = 0; n < (rows + t - 1) / t * t; n++) {
    int8_t a[1024] = {0};
    int64_t terms[1024];
    int32_t g[1024] = {0};
    uint32_t best = 0, label = n < rows ? (uint16_t)get(m, GET(CURTA_LOSS_AUX) + 2 * n, 2) : 0;
    for (uint32_t c = 0; c < c_all; c++) {
      a[c] = (int8_t)get(m, GET(CURTA_LOSS_SRC) + (n / t * across + c / t) * m->t2 + n % t * t + c % t, 1);
      best = a[c] > a[best] ? c : best;
    }
    curta_loss_terms(terms, a, c_all, curta_loss_exponent(curta_s32(m->s[GET(CURTA_LOSS_EXP_REG)])));
    curta_loss_gradient(g, terms, c_all, label);
    right += n < rows && best == label;
    for (uint32_t c = 0; c < across * t; c++) {
      int32_t diff = c < c_all ? a[c] - (c == label ? (int32_t)GET(CURTA_LOSS_TARGET) : 0) : 0;
      int32_t y = curta_requant(c < c_all ? g[c] : 0, 4, (enum curta_round)GET(CURTA_LOSS_ROUND), 0,
                                curta_rand(m->s[seed], tensor, n * c_all + c));
      if (GET(CURTA_LOSS_RSS)) {
        y = (int8_t)diff;
        m->flags |= n < rows && y != diff ? 8 : 0;
      }
      put(m, GET(CURTA_LOSS_DST) + (n / t * across + c / t) * m->t2 + n % t * t + c % t, 1,
          n < rows && c < c_all ? y : 0);
    }
  }
  set(m, GET(CURTA_LOSS_COUNT_REG), right);
  return 0;
}

static int scalar(struct law *m, const uint32_t *cmd)
{
  uint32_t a = m->s[GET(CURTA_SCALAR_RA)], b = m->s[GET(CURTA_SCALAR_RB)], bits = 0, imm = GET(CURTA_SCALAR_IMM), d;
  while (bits < 32 && a >> bits)
    bits++;
  int64_t act = (int64_t)bits - 7, grad = (int32_t)(bits - b);
  switch (GET(CURTA_SCALAR_FUNC)) {
  case 0:
    d = imm;
    break;
  case 1:
    d = a + b + m->s[GET(CURTA_SCALAR_RC)] + imm;
    break;
  case 2:
    d = act <= 0 ? 0 : act == 1 && imm % 2 ? 2 : (uint32_t)act;
    break;
  case 3:
    d = bits == 0 ? 63 : grad < 1 ? 0 : grad > 62 ? 62 : (uint32_t)grad;
    break;
  case 4:
    d = bits + imm;
    break;
  case 6:
    d = a >> imm % 32;
    break;
  default:
    d = a | b;
  }
  set(m, GET(CURTA_SCALAR_RD), d);
  return 0;
}

/* The lowest word with a field of NITRO-D that is not 0, or 32. */
static uint32_t nitro_word(const uint32_t *cmd)
{
  static const uint32_t map[] = {CURTA_MAP_ACT,   CURTA_MAP_SLOPE, CURTA_MAP_MEAN,   CURTA_MAP_DIV,     CURTA_MAP_DIV_S,
                                 CURTA_MAP_DIV_T, CURTA_MAP_ZS,    CURTA_MAP_CLASS,  CURTA_MAP_PADDED,  CURTA_MAP_DIV_M,
                                 CURTA_MAP_CLAST, CURTA_MAP_NLAST, CURTA_MAP_OR_REG, CURTA_MAP_OR_KEEP, CURTA_MAP_PAD_Y,
                                 CURTA_MAP_PAD_X, CURTA_MAP_LIM_Y, CURTA_MAP_LIM_X};
  static const uint32_t load_fields[] = {CURTA_LOAD_TYPE,   CURTA_LOAD_DIGIT,   CURTA_LOAD_LIST,
                                         CURTA_LOAD_PLACES, CURTA_LOAD_A_SY,    CURTA_LOAD_A_SX,
                                         CURTA_LOAD_A_SN,   CURTA_LOAD_KH_LOG2, CURTA_LOAD_KW_LOG2};
  switch (GET(CURTA_CMD_OPCODE)) {
  case CURTA_OP_LOAD:
    for (unsigned i = 0; i < sizeof load_fields / sizeof *load_fields; i++)
      if (GET(load_fields[i]))
        return CURTA_FIELD_WORD(load_fields[i]);
    return 32;
  case CURTA_OP_GEMM:
    return GET(CURTA_GEMM_GUARD) || GET(CURTA_GEMM_START_SHL) || GET(CURTA_GEMM_GATHER) ? 20 : 32;
  case CURTA_OP_MAP:
    for (unsigned i = 0; i < sizeof map / sizeof *map; i++)
      if (GET(map[i]))
        return CURTA_FIELD_WORD(map[i]);
    return 32;
  case CURTA_OP_SCATTER:
    if (GET(CURTA_SCATTER_DST_TYPE))
      return 18;
    if (GET(CURTA_SCATTER_CLASS) || GET(CURTA_SCATTER_PADDED))
      return 21;
    return GET(CURTA_SCATTER_PAD_Y) || GET(CURTA_SCATTER_PAD_X)   ? 25
           : GET(CURTA_SCATTER_LIM_Y) || GET(CURTA_SCATTER_LIM_X) ? 26
                                                                  : 32;
  case CURTA_OP_UPDATE:
    return GET(CURTA_UPDATE_NITRO) || GET(CURTA_UPDATE_LR_REG) || GET(CURTA_UPDATE_ETA_REG) ? 22 : 32;
  case CURTA_OP_LOSS:
    return GET(CURTA_LOSS_RSS) || GET(CURTA_LOSS_TARGET) ? 22 : 32;
  default:
    return 32;
  }
}

int law_execute(struct law *m, const uint32_t *cmd)
{
  m->check = 0;
  if (!m->conf.digit && nitro_word(cmd) < 32) {
    m->info = nitro_word(cmd);
    return CURTA_ERR_FIELD;
  }
  switch (GET(CURTA_CMD_OPCODE)) {
  case CURTA_OP_LOAD:
    return GET(CURTA_LOAD_LIST) ? load_list(m, cmd) : load(m, cmd);
  case CURTA_OP_GEMM:
    return gemm(m, cmd);
  case CURTA_OP_UPDATE:
    return GET(CURTA_UPDATE_NITRO) ? update_nitro(m, cmd) : update(m, cmd);
  case CURTA_OP_REDUCE:
    return reduce(m, cmd);
  case CURTA_OP_LOSS:
    return loss(m, cmd);
  case CURTA_OP_SCALAR:
    return scalar(m, cmd);
  default:
    return items(m, cmd);
  }
}
