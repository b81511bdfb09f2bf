/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_load.c - LOAD (docs/machine.md 3, 7) for high-level synthesis: tiles from memory into an operand buffer,
 * digits of int32 tiles, and lists of what is not 0
 *
 * The buffers are dual-ported: this kernel writes while GEMM reads; the waits of the program keep them apart. For a
 * list a tile is fetched while the one before is searched: each iteration writes the digits that go to one place.
 */
#include "curta_hls_int.h"

struct load {
  uint32_t base, places, first, digit, tiles, mem_bytes;
};

/* The low D bits of x as a signed number. */
static int32_t low_digit(int64_t x)
{
  const uint32_t half = 1u << (D - 1), low = (uint32_t)((uint64_t)x & (2u * half - 1u));
  return (int32_t)(low ^ half) - (int32_t)half;
}

/* x = sum of 2^(D k) digit(x, k), every digit signed */
static int32_t digit_of(int32_t x, uint32_t digit)
{
  int64_t rest = x;
digit_of:
  for (uint32_t k = 0; k < 3; k++) {
#pragma HLS UNROLL
    if (k < digit)
      rest = (rest - low_digit(rest)) / ((int64_t)1 << D);
  }
  return low_digit(rest);
}

/* Bits 8..23 of four signed bytes, from byte k of a word on: copies of their signs. */
static uint64_t signs(uint64_t word, uint32_t k)
{
  uint64_t all = 0;
signs:
  for (uint32_t e = 0; e < 4; e++) {
#pragma HLS UNROLL
    all |= (uint64_t)(curta_hls_int8(word, k + e) < 0 ? 0xffff : 0) << (16 * e);
  }
  return all;
}

/* Int8 tiles. Returns whether a tile lies outside the memory. */
static uint32_t load_bytes(const uint64_t *mem, uint64_t a[CURTA_HLS_A_WORDS], uint64_t b[CURTA_HLS_B_WORDS],
                           uint64_t b_up[2 * CURTA_HLS_B_WORDS], const struct load *l, struct curta_hls_walk *k,
                           uint32_t buffer, uint64_t words)
{
  uint32_t bad = 0, w = 0, to = l->first;
  CURTA_HLS_LOOP("load")
load:
  for (uint64_t t = 0; t < words; t++) {
#pragma HLS LOOP_TRIPCOUNT min=8 max=8192
#pragma HLS PIPELINE II=1
    int64_t at = curta_hls_address(l->base, k->src, T * T, l->mem_bytes);
    CURTA_HLS_ITERATION()
    bad |= at < 0;
    if (at >= 0) {
      CURTA_HLS_PORT(mem)
      const uint32_t word_at = to * Tile_words + w;
      uint64_t word = mem[(uint64_t)at / 8 + w];
      if (buffer) {
        b[word_at] = word;
        b_up[2 * word_at] = signs(word, 0);
        b_up[2 * word_at + 1] = signs(word, 4);
      } else {
        a[word_at] = word;
      }
    }
    if (w == Tile_words - 1) {
      curta_hls_walk_next(k);
      to++;
    }
    w = w == Tile_words - 1 ? 0 : w + 1;
  }
  CURTA_HLS_DONE()
  return bad;
}

/* A digit of int32 tiles: two elements a cycle. */
static uint32_t load_digits(const uint64_t *mem, uint64_t b[CURTA_HLS_B_WORDS], uint64_t b_up[2 * CURTA_HLS_B_WORDS],
                            const struct load *l, struct curta_hls_walk *k, uint64_t words)
{
  uint32_t bad = 0, w = 0, to = l->first;
  uint64_t low = 0, up = 0;
  CURTA_HLS_LOOP("load_digits")
load_digits:
  for (uint64_t t = 0; t < words; t++) {
#pragma HLS LOOP_TRIPCOUNT min=32 max=32768
#pragma HLS PIPELINE II=1
    int64_t at = curta_hls_address(l->base, k->src, 4 * T * T, l->mem_bytes);
    uint64_t word = 0;
    CURTA_HLS_ITERATION()
    bad |= at < 0;
    if (at >= 0) {
      CURTA_HLS_PORT(mem)
      word = mem[(uint64_t)at / 8 + w];
    }
    const uint32_t d0 = (uint32_t)digit_of(curta_hls_int32(word, 0), l->digit),
                   d1 = (uint32_t)digit_of(curta_hls_int32(word, 1), l->digit);
    low = low >> 16 | (uint64_t)(d0 & 0xff) << 48 | (uint64_t)(d1 & 0xff) << 56;
    up = up >> 32 | (uint64_t)(d0 >> 8 & 0xffff) << 32 | (uint64_t)(d1 >> 8 & 0xffff) << 48;
    if (w % 4 == 3)
      b[to * Tile_words + w / 4] = low;
    if (w % 2 == 1)
      b_up[2 * to * Tile_words + w / 2] = up;
    if (w == Sum_words - 1) {
      curta_hls_walk_next(k);
      to++;
    }
    w = w == Sum_words - 1 ? 0 : w + 1;
  }
  CURTA_HLS_DONE()
  return bad;
}

/* ------------------------------------------------------------------ LIST */

/* Where the windows of a tile begin in the map, and the tiles of A that its images are away. */
struct corner {
  uint32_t y, x, a;
};

struct list {
  uint32_t kh_log2, kw_log2, sy, sx, sn;
  uint32_t pos[V]; /* rows so far, by stream */
};

/* A tile of deltas in hand: digits, places, which digits of a row are not 0. */
static void list_fetch(int32_t d[T][T], uint8_t place[T][T], uint32_t some[T], const uint64_t *mem,
                       const struct load *l, int64_t at, int64_t places)
{
  const uint64_t first = (uint64_t)at / 8, first_place = (uint64_t)places / 8;
  uint32_t row_some = 0;
  CURTA_HLS_LOOP("list_fetch")
list_fetch:
  for (uint32_t e = 0; e < (at < 0 ? 0 : Sum_words + Tile_words); e++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=160
#pragma HLS PIPELINE II=1
    const uint32_t is_place = e >= Sum_words, w = is_place ? e - Sum_words : e;
    CURTA_HLS_ITERATION()
    CURTA_HLS_PORT(mem)
    const uint64_t word = mem[is_place ? first_place + w : first + w];
    if (is_place) {
    list_fetch_places:
      for (uint32_t k = 0; k < 8; k++) {
#pragma HLS UNROLL
        place[(8 * w + k) / T][(8 * w + k) % T] = (uint8_t)(word >> (8 * k) & (CURTA_MAX_PLACES - 1));
      }
    } else {
      const uint32_t row = 2 * w / T, column = 2 * w % T;
      const int32_t d0 = digit_of(curta_hls_int32(word, 0), l->digit),
                    d1 = digit_of(curta_hls_int32(word, 1), l->digit);
      d[row][column] = d0;
      d[row][column + 1] = d1;
      row_some = (column ? row_some : 0) | (uint32_t)(d0 != 0) << column | (uint32_t)(d1 != 0) << (column + 1);
      some[row] = row_some;
    }
  }
  CURTA_HLS_DONE()
}

static uint32_t lowest(uint32_t lanes)
{
  uint32_t first = 0;
lowest:
  for (uint32_t o = 0; o < T; o++) {
#pragma HLS UNROLL
    if (lanes >> (T - 1 - o) & 1u)
      first = T - 1 - o;
  }
  return first;
}

/* The lanes among `left` that go to place p. */
static uint32_t alike(const uint8_t place[T], uint32_t left, uint32_t p)
{
  uint32_t same = 0;
alike:
  for (uint32_t o = 0; o < T; o++) {
#pragma HLS UNROLL
    same |= (uint32_t)(place[o] == p) << o;
  }
  return same & left;
}

/* Row `row` of buffer B := the digits of the lanes in `same`, 0 elsewhere */
static void put_row(uint64_t b[CURTA_HLS_B_WORDS], uint64_t b_up[2 * CURTA_HLS_B_WORDS], uint32_t row,
                    const int32_t d[T], uint32_t same)
{
put_row:
  for (uint32_t w = 0; w < T / 8; w++) {
#pragma HLS UNROLL
    uint64_t low = 0, up[2] = {0, 0};
  put_row_bytes:
    for (uint32_t e = 0; e < 8; e++) {
#pragma HLS UNROLL
      const uint32_t x = same >> (8 * w + e) & 1u ? (uint32_t)d[8 * w + e] : 0;
      low |= (uint64_t)(x & 0xff) << (8 * e);
      up[e / 4] |= (uint64_t)(x >> 8 & 0xffff) << (16 * (e % 4));
    }
    b[row * (T / 8) + w] = low;
    b_up[2 * (row * (T / 8) + w)] = up[0];
    b_up[2 * (row * (T / 8) + w) + 1] = up[1];
  }
}

/* The rows of a tile: image by image the places of its digits, in the order of their first channel. Returns whether one
 * lies outside the buffer. */
static uint32_t list_rows(uint64_t b[CURTA_HLS_B_WORDS], uint64_t b_up[2 * CURTA_HLS_B_WORDS],
                          uint64_t what[CURTA_HLS_B_ROWS], struct list *list, const int32_t d[T][T],
                          const uint8_t place[T][T], const uint32_t some[T], const struct corner *c,
                          const struct load *l, uint32_t run)
{
  uint32_t bad = 0, n = 0, left = some[0];
  CURTA_HLS_LOOP("list")
list:
  for (uint32_t t = 0; t < (run ? T * T : 0) && n < T; t++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=256
#pragma HLS PIPELINE II=1
    const uint32_t p = place[n][lowest(left)], same = alike(place[n], left, p), s = n % V;
    const uint32_t row = l->first * T + list->pos[s] * V + s, y = c->y + (p >> list->kw_log2 & 7u),
                   x = c->x + (p & ((1u << list->kw_log2) - 1u));
    const uint32_t a = (c->a + y * list->sy + x * list->sx) & 0xffffu, inside = row < CURTA_HLS_B_ROWS;
    CURTA_HLS_ITERATION()
    bad |= left && !inside;
    if (left && inside) {
      CURTA_HLS_PORT(b)
      CURTA_HLS_PORT(what)
      put_row(b, b_up, row, d[n], same);
      what[row] = (uint64_t)1 << 40 | (uint64_t)n << 32 | (uint64_t)(x & 0xffu) << 24 | (y & 0xffu) << 16 | a;
    }
    list->pos[s] += left != 0;
    left &= ~same;
    if (!left) {
      n++;
      left = n < T ? some[n] : 0;
    }
  }
  CURTA_HLS_DONE()
  return bad;
}

/* The longest stream is the list; the others have rows that name nothing behind their own. */
static void list_end(uint64_t what[CURTA_HLS_B_ROWS], uint32_t len[CURTA_HLS_B_TILES], const struct list *list,
                     uint32_t first)
{
  uint32_t least = list->pos[0], most = list->pos[0];
list_ends:
  for (uint32_t v = 1; v < V; v++) {
#pragma HLS UNROLL
    least = list->pos[v] < least ? list->pos[v] : least;
    most = list->pos[v] > most ? list->pos[v] : most;
  }
  CURTA_HLS_LOOP("list_end")
list_end:
  for (uint32_t j = least; j < most; j++) {
#pragma HLS LOOP_TRIPCOUNT min=0 max=512
#pragma HLS PIPELINE II=1
    CURTA_HLS_ITERATION()
    CURTA_HLS_PORT(what)
  list_end_streams:
    for (uint32_t v = 0; v < V; v++) {
#pragma HLS UNROLL
      if (list->pos[v] <= j)
        what[first * T + j * V + v] = 0;
    }
  }
  CURTA_HLS_DONE()
  len[first] = most;
}

static uint32_t load_list(const uint64_t *mem, uint64_t b[CURTA_HLS_B_WORDS], uint64_t b_up[2 * CURTA_HLS_B_WORDS],
                          uint64_t what[CURTA_HLS_B_ROWS], uint32_t len[CURTA_HLS_B_TILES], const struct load *l,
                          struct curta_hls_walk *k, const uint32_t cmd[32])
{
  int32_t d0[T][T], d1[T][T];
#pragma HLS ARRAY_PARTITION variable=d0 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=d1 dim=2 type=complete
  uint8_t place0[T][T], place1[T][T];
#pragma HLS ARRAY_PARTITION variable=place0 dim=2 type=complete
#pragma HLS ARRAY_PARTITION variable=place1 dim=2 type=complete
  uint32_t some0[T], some1[T];
#pragma HLS ARRAY_PARTITION variable=some0 type=complete
#pragma HLS ARRAY_PARTITION variable=some1 type=complete
  struct list list;
  struct corner next = {0, 0, 0}, last = next;
  uint32_t bad = 0;
  const uint64_t items = (uint64_t)k->n[1] * k->n[2] * k->n[3];
  list.kh_log2 = curta_cmd_get(cmd, CURTA_LOAD_KH_LOG2);
  list.kw_log2 = curta_cmd_get(cmd, CURTA_LOAD_KW_LOG2);
  list.sy = curta_cmd_get(cmd, CURTA_LOAD_A_SY);
  list.sx = curta_cmd_get(cmd, CURTA_LOAD_A_SX);
  list.sn = curta_cmd_get(cmd, CURTA_LOAD_A_SN);
list_streams:
  for (uint32_t v = 0; v < V; v++) {
#pragma HLS UNROLL
    list.pos[v] = 0;
  }
  some0[0] = some1[0] = 0;
deltas:
  for (uint64_t n = 0; n <= items && !bad; n++) {
#pragma HLS LOOP_TRIPCOUNT min=2 max=4097
    const uint32_t more = n<items, run = n> 0;
    int64_t at = more ? curta_hls_address(l->base, k->src, 4 * T * T, l->mem_bytes) : -1;
    const int64_t places = more ? curta_hls_address(l->places, k->src, T * T, l->mem_bytes) : -1;
    const uint32_t outside = more && (at < 0 || places < 0);
    if (outside)
      at = -1;
    next.y = k->i[2] << list.kh_log2;
    next.x = k->i[1] << list.kw_log2;
    next.a = k->i[3] * list.sn;
    CURTA_HLS_FORK()
    if (n % 2 == 0) {
      list_fetch(d0, place0, some0, mem, l, at, places);
      CURTA_HLS_BESIDE()
      bad |= list_rows(b, b_up, what, &list, d1, place1, some1, &last, l, run);
    } else {
      list_fetch(d1, place1, some1, mem, l, at, places);
      CURTA_HLS_BESIDE()
      bad |= list_rows(b, b_up, what, &list, d0, place0, some0, &last, l, run);
    }
    CURTA_HLS_MEET()
    bad |= outside;
    last = next;
    curta_hls_walk_next(k);
  }
  if (!bad)
    list_end(what, len, &list, l->first);
  return bad;
}

#ifdef CURTA_HLS_BAMBU
#pragma HLS interface port=mem mode=m_axi offset=direct bundle=gmem
#pragma HLS interface port=cmd mode=m_axi offset=direct bundle=gmem_cmd
#pragma HLS interface port=result mode=m_axi offset=direct bundle=gmem_result
#endif
void CURTA_HLS_TOP(load)(const uint64_t *mem, uint64_t a[CURTA_HLS_A_WORDS], uint64_t b[CURTA_HLS_B_WORDS],
                         uint64_t b_up[2 * CURTA_HLS_B_WORDS], uint64_t what[CURTA_HLS_B_ROWS],
                         uint32_t len[CURTA_HLS_B_TILES], const uint32_t cmd[32], uint32_t mem_bytes,
                         uint32_t result[CURTA_HLS_RESULTS])
{
#ifndef CURTA_HLS_BAMBU
#pragma HLS INTERFACE mode=m_axi port=mem bundle=gmem offset=slave depth=8192
#pragma HLS INTERFACE mode=ap_memory port=a
#pragma HLS INTERFACE mode=ap_memory port=b
#pragma HLS INTERFACE mode=ap_memory port=b_up
#pragma HLS INTERFACE mode=ap_memory port=what
#pragma HLS INTERFACE mode=ap_memory port=len
#pragma HLS INTERFACE mode=s_axilite port=cmd
#pragma HLS INTERFACE mode=s_axilite port=mem_bytes
#pragma HLS INTERFACE mode=s_axilite port=result
#pragma HLS INTERFACE mode=s_axilite port=return
#endif
#pragma HLS ARRAY_PARTITION variable=a type=cyclic factor=CURTA_HLS_BANKS
#pragma HLS ARRAY_PARTITION variable=b type=cyclic factor=CURTA_HLS_BANKS
#pragma HLS ARRAY_PARTITION variable=b_up type=cyclic factor=CURTA_HLS_UP_BANKS
#pragma HLS ARRAY_PARTITION variable=what type=cyclic factor=CURTA_HLS_V
  const uint32_t buffer = curta_cmd_get(cmd, CURTA_LOAD_BUF), list = curta_cmd_get(cmd, CURTA_LOAD_LIST);
  const uint32_t digits = curta_cmd_get(cmd, CURTA_LOAD_TYPE) == CURTA_TYPE_INT32;
  struct load l;
  struct curta_hls_walk k;
  uint32_t bad = 0;
  l.base = curta_cmd_get(cmd, CURTA_LOAD_ADDR);
  l.places = curta_cmd_get(cmd, CURTA_LOAD_PLACES);
  l.first = curta_cmd_get(cmd, CURTA_LOAD_DST);
  l.digit = curta_cmd_get(cmd, CURTA_LOAD_DIGIT);
  l.tiles = buffer ? CURTA_HLS_B_TILES : CURTA_HLS_A_TILES;
  l.mem_bytes = mem_bytes;
  k.n[0] = curta_cmd_get(cmd, CURTA_LOAD_N0);
  k.n[1] = curta_cmd_get(cmd, CURTA_LOAD_N1);
  k.n[2] = curta_cmd_get(cmd, CURTA_LOAD_N2);
  k.n[3] = curta_cmd_get(cmd, CURTA_LOAD_N3);
  curta_hls_walk_start(&k, &cmd[8], &cmd[8]);
  const uint64_t items = (uint64_t)k.n[0] * k.n[1] * k.n[2] * k.n[3], room = l.tiles - l.first,
                 count = items < room ? items : room;
  if (list)
    bad = load_list(mem, b, b_up, what, len, &l, &k, cmd);
  else if (digits)
    bad = load_digits(mem, b, b_up, &l, &k, count * Sum_words);
  else
    bad = load_bytes(mem, a, b, b_up, &l, &k, buffer, count * Tile_words);
  result[CURTA_HLS_OR] = 0;
  result[CURTA_HLS_ERROR] = bad || (!list && items > room) ? CURTA_ERR_RANGE : 0;
  result[CURTA_HLS_FLAGS] = 0;
}
