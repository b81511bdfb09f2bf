/* SPDX-License-Identifier: Apache-2.0
 * test_vector.cpp - curta_vector against the golden device: random commands of all kinds, errors, stops, speed
 * usage: test_vector_<config> [seed [commands of each kind]]
 */
#include <set>
#include <string>
#include "vector_bench.h"
#include "curta_spec.h"
#include "vector_model.h"

static const uint32_t T2 = P_T * P_T;
static const uint32_t kMem = 1u << 18, kRegion = kMem / 4;  // regions: SRC, AUX, DST, IDX

static Random rng;
static vector_model model;
static Bench *bench;
static uint32_t cmd[32];
static int failures;
static uint64_t seed = 1;
static bool want_range;  // one address of this command may lie outside

static void set(uint32_t field, uint32_t value) { curta_cmd_set(cmd, field, value); }
static uint32_t get(uint32_t field) { return curta_cmd_get(cmd, field); }

static int32_t wide_value()
{
  static const int32_t edges[] = {0, 1, -1, 127, 128, -127, -128, -129, 129, INT32_MAX, INT32_MIN, INT32_MIN + 1, 1 << 30};
  if (rng.chance(60))
    return edges[rng.below(sizeof edges / sizeof *edges)];
  return (int32_t)rng.next() >> (rng.chance(300) ? 0 : rng.below(32));
}

// New contents of memory, accumulator memory and scale registers, the same in RTL and model.
static void refresh()
{
  for (uint32_t i = 0; i < kMem; i += 4) {
    int32_t v = i < kRegion ? wide_value() : (int32_t)rng.next();
    if (i >= kRegion && i < 2 * kRegion && rng.chance(500))
      v &= 0x03030303;  // indices of windows
    memcpy(&bench->mem[i], &v, 4);
  }
  for (size_t i = 0; i < bench->acc.size(); i++)
    bench->acc[i] = wide_value();
  memcpy(model.mem, bench->mem.data(), kMem);
  memcpy(model.acc, bench->acc.data(), bench->acc.size() * 4);
  for (int i = 0; i < 64; i++)
    model.s[i] = bench->s[i] = rng.next();
}

static void set_scalar(uint32_t reg, int32_t value) { model.s[reg] = bench->s[reg] = (uint32_t)value; }

static int32_t shift_value()
{
  switch (rng.below(12)) {
  case 0: return (int32_t)rng.next();
  case 1: return -rng.between(0, 3);
  case 2: return rng.between(60, 66);
  case 3:
  case 4: return rng.between(30, 40);
  default: return rng.between(1, 31);
  }
}

// Loop counts, and strides that stay inside `tiles` tiles; first gets the tile number to start from.
struct Span {
  int32_t low, high;
};
static void widen(Span &s, int64_t n, int32_t stride)
{
  int32_t reach = (int32_t)(n - 1) * stride;
  if (reach < 0) s.low += reach;
  else s.high += reach;
}

// A base for a stream that touches tiles [span.low, span.high] of `bytes`, inside (or rarely outside) its region.
static uint32_t place(const Span &span, uint32_t bytes, int region)
{
  uint32_t tiles = kRegion / bytes, length = (uint32_t)(span.high - span.low + 1);
  uint32_t first = region * tiles + rng.below(tiles - length + 1);
  if (want_range && rng.chance(300)) {
    want_range = false;
    return rng.chance(500) ? (uint32_t)-span.low * bytes - bytes : kMem - (uint32_t)span.high * bytes;
  }
  return (first + (uint32_t)-span.low) * bytes;
}
static uint32_t place_acc(const Span &span)
{
  uint32_t length = (uint32_t)(span.high - span.low + 1);
  if (want_range && rng.chance(300)) {
    want_range = false;
    return rng.chance(500) ? (uint32_t)-span.low - 1 : P_P - (uint32_t)span.high;
  }
  return rng.below(P_P - length + 1) + (uint32_t)-span.low;
}

static void loops(uint32_t *n, int32_t *src, int32_t *dst, unsigned most)
{
  for (int k = 0; k < 4; k++) {
    n[k] = rng.chance(400) ? 1 : (uint32_t)rng.between(1, k == 0 ? (int)most : 3);
    src[k] = k == 0 ? 1 : rng.between(-2, 3);
    dst[k] = k == 0 ? 1 : rng.between(-2, 3);
  }
  set(CURTA_MAP_N0, n[0]);
  set(CURTA_MAP_N1, n[1]);
  set(CURTA_MAP_N2, n[2]);
  set(CURTA_MAP_N3, n[3]);
}

static void rounding()
{
  uint32_t reg = rng.below(64);
  set(CURTA_MAP_ROUND, rng.below(4));
  set(CURTA_MAP_WRAP, rng.below(2));
  set(CURTA_MAP_SHIFT_REG, reg);
  set(CURTA_MAP_SEED_REG, rng.below(64));
  set(CURTA_MAP_TENSOR, rng.next());
  set(CURTA_MAP_ORIGIN, rng.next());
  set_scalar(reg, shift_value());
}

// A quotient as the planner makes it: by 2^s m; or fields without a meaning.
static void division()
{
  uint32_t m = 1 + 2 * rng.below(rng.chance(700) ? 200 : 40000), t = 47;
  uint64_t factor;
  do
    factor = ((1ull << t) + m - 1) / m;
  while (factor >= 1u << 24 && t--);
  set(CURTA_MAP_DIV, 1);
  set(CURTA_MAP_DIV_S, rng.below(rng.chance(700) ? 20 : 32));
  if (rng.chance(300) && m < 400)
    factor = ((1ull << (t = 24)) + m - 1) / m;
  bool noise = rng.chance(200);
  uint32_t up = noise ? 0 : (uint32_t)__builtin_clz((uint32_t)factor) - 8;   // all 24 bits
  set(CURTA_MAP_DIV_T, noise ? rng.below(32) : t + up - 23);
  set(CURTA_MAP_DIV_M, noise ? rng.next() >> rng.below(24) : (uint32_t)factor << up);
}

// The modes of NITRO-D of a MAP with int8 results.
static void nitro_steps(bool wide, bool pool)
{
  bool div = rng.chance(500);
  if (div)
    division();
  if (wide) {
    set(CURTA_MAP_REQ, !div);
    if (div && rng.chance(500))
      set(CURTA_MAP_ROUND, rng.below(4));
  }
  if (rng.chance(600)) {
    set(CURTA_MAP_RELU, 0);
    set(CURTA_MAP_ACT, 1);
    set(CURTA_MAP_SLOPE, rng.below(4));
    set(CURTA_MAP_MEAN, rng.chance(700) ? 36 : rng.below(256));
    set(CURTA_MAP_CLASS, rng.below(2));
  }
  set(CURTA_MAP_ZS, !pool && rng.chance(500));
  set(CURTA_MAP_CLAST, rng.chance(500) ? 0 : rng.below(P_T + 1));
  set(CURTA_MAP_NLAST, rng.chance(500) ? 0 : rng.below(P_T + 1));
}

// A window that begins in the padding; the span of its tiles moves.
static void padding(Span &s, int32_t wy, int32_t wx)
{
  int32_t pad_y = rng.between(-1, 3), pad_x = rng.between(-1, 3), by = -pad_y * wy - pad_x * wx;
  set(CURTA_MAP_PADDED, 1);
  set(CURTA_MAP_PAD_Y, (uint32_t)pad_y & 0xffff);
  set(CURTA_MAP_PAD_X, (uint32_t)pad_x & 0xffff);
  set(CURTA_MAP_LIM_Y, rng.below(9));
  set(CURTA_MAP_LIM_X, rng.below(9));
  s.low = s.low + by < 0 ? s.low + by : 0;
  s.high = s.high + by > 0 ? s.high + by : 0;
}

static void make_map(bool scatter)
{
  uint32_t n[4], kh = 1, kw = 1;
  int32_t s[4], d[4], wy = 0, wx = 0;
  bool acc = !scatter && rng.chance(300);
  bool wide = acc || rng.chance(500);
  bool copy = !scatter && wide && rng.chance(250);
  bool pool = !scatter && !copy && rng.chance(400);
  bool mask = !scatter && !copy && rng.chance(400), nitro = rng.chance(500);
  bool back = copy && nitro, keep = scatter && wide && nitro;
  memset(cmd, 0, sizeof cmd);
  cmd[0] = scatter ? CURTA_OP_SCATTER : CURTA_OP_MAP;
  loops(n, s, d, 3);
  if (pool || scatter) {
    bool big = rng.chance(50);  // up to KH * KW = 15 * 15
    kh = 1 + rng.below(big ? 15 : 3);
    kw = 1 + rng.below(big ? 15 : 3);
    wy = big ? 1 : rng.between(-2, 3);
    wx = big ? -1 : rng.between(-2, 3);
    set(CURTA_MAP_KH, kh);
    set(CURTA_MAP_KW, kw);
    set(CURTA_MAP_W_SY, (uint32_t)wy);
    set(CURTA_MAP_W_SX, (uint32_t)wx);
  }
  Span src = {0, 0}, dst = {0, 0};
  for (int k = 0; k < 4; k++) {
    widen(src, n[k], s[k]);
    widen(dst, n[k], d[k]);
    if (k) {
      set(CURTA_FIELD(9 + k, 0, 32), (uint32_t)s[k]);
      set(CURTA_FIELD(12 + k, 0, 32), (uint32_t)d[k]);
    }
  }
  Span aux = scatter ? src : dst;
  widen(scatter ? dst : src, kh, wy);
  widen(scatter ? dst : src, kw, wx);
  if ((nitro || scatter) && (pool || scatter) && rng.chance(500)) {
    nitro = nitro || !scatter;
    padding(scatter ? dst : src, wy, wx);
  }
  if (acc && src.high - src.low >= P_P) {
    acc = false;
  }
  if (!scatter) {
    set(CURTA_MAP_SRC_ACC, acc);
    set(CURTA_MAP_DST_TYPE, copy ? rng.between(2, 3) : 0);
    set(CURTA_MAP_RELU, !copy && rng.chance(500));
    set(CURTA_MAP_MASK, mask);
    set(CURTA_MAP_POOL, pool);
  }
  set(CURTA_MAP_SRC_TYPE, wide ? 2 : 0);
  if (wide && !copy) {
    rounding();
    set(CURTA_MAP_REQ, !keep);
  }
  if (keep)
    set(CURTA_SCATTER_DST_TYPE, 2);
  if (scatter)
    set(CURTA_SCATTER_CLASS, rng.below(2));
  if (back) {
    set(CURTA_MAP_DST_TYPE, 2);
    set(CURTA_MAP_ACT, rng.between(2, 3));
    set(CURTA_MAP_SLOPE, rng.below(4));
    set(CURTA_MAP_OR_REG, rng.below(64));
    set(CURTA_MAP_OR_KEEP, rng.below(2));
    for (uint32_t i = 0, by = rng.between(5, 9); i < kRegion && rng.chance(500 + (i > 0) * 500); i += 4) {  // deltas of about 24 bits
      int32_t v;
      memcpy(&v, &bench->mem[i], 4);
      v >>= by;
      memcpy(&bench->mem[i], &v, 4);
      memcpy(&model.mem[i], &v, 4);
    }
  } else if (nitro && !scatter && !copy) {
    nitro_steps(wide, pool);
    if (get(CURTA_MAP_REQ))
      set(CURTA_MAP_PADDED, 0);
    if (get(CURTA_MAP_ACT) && kh * kw > CURTA_MAX_PLACES)
      set(CURTA_MAP_CLASS, 0);
  }
  set(CURTA_MAP_SRC, acc ? place_acc(src) : place(src, wide ? 4 * T2 : T2, 0));
  if (mask || scatter || back)
    set(CURTA_MAP_AUX, place(aux, T2, 1));
  if (pool || get(CURTA_MAP_ZS))
    set(CURTA_MAP_IDX, place(dst, T2, 3));
  set(CURTA_MAP_DST, place(dst, copy || keep ? 4 * T2 : T2, 2));
}

// Weights of int32 at addr, most of them of the size that weights have.
static void weights(uint32_t addr, uint32_t tiles)
{
  for (uint32_t i = 0; i < tiles * T2 && addr + 4 * i + 4 <= kMem; i++) {
    int32_t w = rng.chance(30) ? wide_value() : (int32_t)rng.next() >> rng.between(rng.chance(900) ? 15 : 13, 28);
    memcpy(&bench->mem[addr + 4 * i], &w, 4);
    memcpy(&model.mem[addr + 4 * i], &w, 4);
  }
}
static void rate(uint32_t reg)
{
  uint32_t m = 1 + 2 * rng.below(2000), t = 47;
  while (((1ull << t) + m - 1) / m >= 1u << 24)
    t--;
  set_scalar(reg, rng.chance(200) ? (int32_t)rng.next() : (int32_t)((t - 23) << 8 | rng.below(20)));
  set_scalar((reg + 1) % 64, rng.chance(200) ? (int32_t)rng.next() : rng.chance(200) ? 0 : (int32_t)(((1ull << t) + m - 1) / m));
}

static void make_update(bool reduce)
{
  bool nitro = !reduce && rng.chance(500), master = !nitro && rng.chance(500), decay = !nitro && rng.chance(400), acc = rng.chance(400);
  uint32_t n = 1 + rng.below(6);
  Span span = {0, (int32_t)n - 1};
  memset(cmd, 0, sizeof cmd);
  cmd[0] = reduce ? CURTA_OP_REDUCE : CURTA_OP_UPDATE;
  if (!reduce)
    rounding();
  set(CURTA_UPDATE_N, n);
  set(CURTA_UPDATE_MASTER, master);
  set(CURTA_UPDATE_FRAC, master ? 1 + rng.below(8) : 0);
  set(CURTA_UPDATE_DECAY, decay);
  if (decay) {
    uint32_t reg = rng.below(64);
    while (!reduce && reg == get(CURTA_UPDATE_SHIFT_REG))
      reg = rng.below(64);
    set(CURTA_UPDATE_DECAY_REG, reg);
    set_scalar(reg, rng.chance(200) ? (int32_t)rng.next() : rng.between(-10, 34));
  }
  set(CURTA_UPDATE_SRC_ACC, acc);
  set(CURTA_UPDATE_SRC_TYPE, rng.chance(500) ? 3 : 0);  // int24, or int32; without a meaning for the accumulator memory
  if (reduce) {
    set(CURTA_REDUCE_OR_REG, rng.below(64));
    set(CURTA_REDUCE_OR_KEEP, rng.below(2));
    if (decay && get(CURTA_REDUCE_OR_REG) == get(CURTA_REDUCE_DECAY_REG))
      set(CURTA_REDUCE_OR_KEEP, 0);
  }
  set(CURTA_UPDATE_SRC, acc ? place_acc(span) : place(span, 4 * T2, 0));
  uint32_t size = nitro ? 4 * T2 : T2, aux = place(span, master ? 2 * T2 : size, 1);
  if (nitro) {
    set(CURTA_UPDATE_NITRO, 1);
    set(CURTA_UPDATE_FRAC, rng.below(16));
    set(CURTA_UPDATE_LR_REG, rng.below(64));
    set(CURTA_UPDATE_ETA_REG, rng.below(64));
    rate(get(CURTA_UPDATE_LR_REG));
    rate(get(CURTA_UPDATE_ETA_REG));
    weights(aux, n);
  }
  if (!reduce || decay)
    set(CURTA_UPDATE_AUX, aux);
  if (reduce)
    return;
  // sometimes in place, as training does
  bool in_place = rng.chance(500);
  uint32_t out = place(span, master ? 2 * T2 : T2, 3);
  if (master)
    set(CURTA_UPDATE_IDX, in_place ? aux : out);
  set(CURTA_UPDATE_DST, in_place && !master ? aux : place(span, size, 2));
}

static void make_fill()
{
  uint32_t n[4];
  int32_t s[4], d[4];
  Span dst = {0, 0};
  memset(cmd, 0, sizeof cmd);
  cmd[0] = CURTA_OP_FILL;
  loops(n, s, d, 8);
  for (int k = 0; k < 4; k++) {
    widen(dst, n[k], d[k]);
    if (k)
      set(CURTA_FIELD(12 + k, 0, 32), (uint32_t)d[k]);
  }
  set(CURTA_FILL_VALUE, rng.next());
  set(CURTA_FILL_DST, place(dst, T2, 2));
}

static void make_loss()
{
  uint32_t rows = 1 + rng.below(2 * P_T + 3), most = rng.chance(100) ? 1024u : 30u, classes = 1 + rng.below(most);
  if (classes > 100)
    rows = 1 + rng.below(P_T + 1);
  if (rng.chance(30))
    classes = 1024;
  uint32_t across = (classes + P_T - 1) / P_T, down = (rows + P_T - 1) / P_T;
  Span span = {0, (int32_t)(across * down) - 1};
  memset(cmd, 0, sizeof cmd);
  cmd[0] = CURTA_OP_LOSS;
  set(CURTA_LOSS_ROWS, rows);
  set(CURTA_LOSS_CLASSES, classes);
  set(CURTA_LOSS_ROUND, rng.below(3));
  if (rng.chance(400)) {
    set(CURTA_LOSS_RSS, 1);
    set(CURTA_LOSS_TARGET, rng.chance(700) ? 32 : rng.below(256));
  }
  set(CURTA_LOSS_SEED_REG, rng.below(64));
  set(CURTA_LOSS_TENSOR, rng.next());
  set(CURTA_LOSS_EXP_REG, rng.below(64));
  set(CURTA_LOSS_COUNT_REG, rng.below(64));
  set_scalar(get(CURTA_LOSS_EXP_REG), rng.chance(100) ? (int32_t)rng.next() : rng.between(-28, 9));
  uint32_t src = place(span, T2, 0), dst = place(span, T2, 2), aux = kRegion + 4 * rng.below(1000);
  if (want_range && rng.chance(300)) {
    want_range = false;
    aux = kMem - 2 * rows + 2;
    aux &= ~3u;
  }
  set(CURTA_LOSS_SRC, src);
  set(CURTA_LOSS_DST, dst);
  set(CURTA_LOSS_AUX, aux);
  // logits as networks have them, and labels that are sometimes right
  if (src < kRegion)
    for (uint32_t i = 0; i < across * down * T2; i++) {
      int8_t a = (int8_t)rng.next();
      bench->mem[src + i] = (uint8_t)(rng.chance(500) ? a : rng.chance(500) ? (int8_t)(a / 16) : (int8_t)127);
    }
  for (uint32_t i = 0; i < rows && aux + 2 * i + 2 <= kMem; i++) {
    uint16_t label = (uint16_t)(rng.chance(20) ? rng.next() : rng.below(classes));
    memcpy(&bench->mem[aux + 2 * i], &label, 2);
  }
  memcpy(model.mem, bench->mem.data(), kMem);
}

static void make_scalar()
{
  memset(cmd, 0, sizeof cmd);
  cmd[0] = CURTA_OP_SCALAR;
  set(CURTA_SCALAR_FUNC, rng.below(7));
  set(CURTA_SCALAR_RD, rng.below(64));
  set(CURTA_SCALAR_RA, rng.below(64));
  set(CURTA_SCALAR_RB, rng.below(64));
  set(CURTA_SCALAR_RC, rng.below(64));
  set(CURTA_SCALAR_IMM, rng.chance(500) ? rng.next() : rng.below(4));
  set_scalar(get(CURTA_SCALAR_RA), (int32_t)(rng.next() >> rng.below(32)));
  set_scalar(get(CURTA_SCALAR_RB), rng.chance(700) ? rng.between(-2, 9) : (int32_t)rng.next());
}

static const char *kNames[] = {"map", "scatter", "update", "reduce", "fill", "loss", "scalar"};
static void make(int kind)
{
  switch (kind) {
  case 0: make_map(false); break;
  case 1: make_map(true); break;
  case 2: make_update(false); break;
  case 3: make_update(true); break;
  case 4: make_fill(); break;
  case 5: make_loss(); break;
  default: make_scalar(); break;
  }
}

static void report(const char *what, int kind, int number, const char *why)
{
  if (failures++ > 3)
    return;
  printf("FAIL vector %s %s: seed %llu command %d: %s\n     words", STRING(CONFIG), what, (unsigned long long)seed, number, why);
  for (int i = 0; i < 27; i++)
    printf(" %x", cmd[i]);
  printf(" (%s) stall %d latency %u\n", kNames[kind], bench->stall, bench->latency);
}

static void random_memory()
{
  bench->stall = rng.chance(300) ? 0 : rng.between(0, 600);
  bench->latency = 1 + rng.below(rng.chance(300) ? 60 : 8);
  bench->bad_read = bench->bad_write = -1;
}

// Difference between RTL and model after a command without errors.
static bool differs(const Bench::Result &r, uint32_t check, char *why, size_t size)
{
  for (uint32_t i = 0; i < kMem; i++)
    if (bench->mem[i] != model.mem[i]) {
      snprintf(why, size, "memory %#x expected %02x got %02x", i, model.mem[i], bench->mem[i]);
      return true;
    }
  for (int i = 0; i < 64; i++)
    if (bench->s[i] != model.s[i]) {
      snprintf(why, size, "S[%d] expected %#x got %#x", i, model.s[i], bench->s[i]);
      return true;
    }
  if (bench->flags != *model.flags) {
    snprintf(why, size, "FLAGS expected %#x got %#x", *model.flags, bench->flags);
    return true;
  }
  if (r.check != check) {
    snprintf(why, size, "check expected %#x got %#x", check, r.check);
    return true;
  }
  return false;
}
static void follow()
{
  memcpy(model.mem, bench->mem.data(), kMem);
  memcpy(model.s, bench->s, sizeof bench->s);
  bench->flags = *model.flags = 0;
}

static const uint64_t kLimit = 3000000;

// One random command, compared. range: with an address outside.
static bool one(const char *what, int kind, int number, bool range)
{
  uint32_t info, check;
  char why[200] = "";
  want_range = range;
  random_memory();
  make(kind);
  if (range && want_range)
    return true;  // no address left the memory this time
  Bench::Result r = bench->run(cmd, kLimit);
  unsigned error = (unsigned)vector_model_run(&model, cmd, kMem, &info, &check);
  bool bad = false;
  if (bench->wrong[0] || !r.done)
    snprintf(why, sizeof why, "%s", bench->wrong), bad = true;
  else if (r.error != error || (error && r.info != info))
    snprintf(why, sizeof why, "error expected %u info %#x got %u info %#x", error, info, r.error, r.info), bad = true;
  else if (!error)
    bad = differs(r, check, why, sizeof why);
  if (bad)
    report(what, kind, number, why);
  if (error || bad)
    follow();
  bench->wrong[0] = 0;
  return !bad;
}

static void group(const char *what, int kind, int count, bool range)
{
  int before = failures, i = 0;
  for (; i < count && failures == before; i++) {
    if (i % 40 == 0)
      refresh();
    bench->flags = *model.flags = 0;
    one(what, kind, i, range);
  }
  if (failures == before)
    printf("PASS vector %s %s (%d commands)\n", STRING(CONFIG), what, i);
}

// Whether no destination tile is written twice: the strides of make_map may fold.
static bool written_once()
{
  unsigned op = cmd[0] & 0xff;
  if (op != CURTA_OP_MAP && op != CURTA_OP_SCATTER && op != CURTA_OP_FILL)
    return true;
  uint32_t kh = op == CURTA_OP_SCATTER ? cmd[18] >> 12 & 15 : 1, kw = op == CURTA_OP_SCATTER ? cmd[18] >> 16 & 15 : 1;
  std::set<int64_t> tiles;
  int64_t n[6] = {cmd[8] & 0xffff, cmd[8] >> 16, cmd[9] & 0xffff, cmd[9] >> 16, kh, kw}, total = 1;
  int64_t step[6] = {1, (int32_t)cmd[13], (int32_t)cmd[14], (int32_t)cmd[15], (int32_t)cmd[16], (int32_t)cmd[17]};
  for (int64_t count : n)
    total *= count;
  for (int64_t i = 0; i < total; i++) {
    int64_t rest = i, tile = 0;
    for (int k = 0; k < 6; rest /= n[k++])
      tile += rest % n[k] * step[k];
    tiles.insert(tile);
  }
  return (int64_t)tiles.size() == total;
}

// After a stop each byte is the old one or the command's result: what an engine still owes the bus is void and not written.
static bool torn(const std::vector<uint8_t> &old, char *why, size_t size)
{
  uint32_t info, check;
  if (vector_model_run(&model, cmd, kMem, &info, &check) || !written_once())
    return false;  // how far a command with an error gets is not laid down; a tile written twice has a third value
  for (uint32_t i = 0; i < kMem; i++)
    if (bench->mem[i] != old[i] && bench->mem[i] != model.mem[i]) {
      snprintf(why, size, "memory %#x was %02x, result %02x, got %02x", i, old[i], model.mem[i], bench->mem[i]);
      return true;
    }
  return false;
}

// Stop at a random time; the engine must end its transfers and work as before afterwards.
static void stops(int count)
{
  char why[200];
  int before = failures;
  for (int i = 0; i < count && failures == before; i++) {
    int kind = (int)rng.below(7);
    refresh();
    random_memory();
    want_range = rng.chance(100);
    make(kind);
    const std::vector<uint8_t> old = bench->mem;
    bench->run(cmd, kLimit, rng.between(0, rng.chance(500) ? 60 : 2000));
    if (bench->wrong[0])
      report("stop", kind, i, bench->wrong);
    else if (torn(old, why, sizeof why))
      report("stop", kind, i, why);
    follow();
    one("after a stop", (int)rng.below(7), i, false);
  }
  if (failures == before)
    printf("PASS vector %s stop (%d)\n", STRING(CONFIG), count);
}

static void bus_errors(int count)
{
  int before = failures, hit = 0;
  for (int i = 0; i < count && failures == before; i++) {
    int kind = (int)rng.below(6);
    refresh();
    random_memory();
    want_range = false;
    make(kind);
    (rng.chance(500) ? bench->bad_read : bench->bad_write) = rng.below(5);
    Bench::Result r = bench->run(cmd, kLimit);
    bool answered = bench->failing;
    if (bench->wrong[0])
      report("bus error", kind, i, bench->wrong);
    else if (answered != (r.error == CURTA_ERR_BUS))
      report("bus error", kind, i, answered ? "an error answer was not reported" : "BUS without an error answer");
    hit += answered;
    follow();
    one("after a bus error", (int)rng.below(7), i, false);
  }
  if (failures == before)
    printf("PASS vector %s bus errors (%d)\n", STRING(CONFIG), hit);
}

// Cycles of long commands on a perfect memory (latency 30), with the bound that memory port or lanes set.
static void speed(const char *name, uint32_t groups, double least)
{
  refresh();
  bench->stall = 0;
  bench->latency = 30;
  Bench::Result r = bench->run(cmd, kLimit);
  double per = (double)r.cycles / groups;
  bool ok = r.done && !r.error && per <= least * 1.15 + 120.0 / groups;
  printf("%s vector %s speed %s: %.2f cycles a group of %d (bound %.2f)\n", ok ? "PASS" : "FAIL", STRING(CONFIG), name, per, P_L,
         least);
  failures += !ok;
}
static double most(double a, double b) { return a > b ? a : b; }
static void speeds()
{
  const uint32_t groups = 60 * (T2 / P_L);
  const double beat = (double)P_L / P_BUS;  // beats of a group of bytes
  memset(cmd, 0, sizeof cmd);
  cmd[0] = CURTA_OP_MAP;
  cmd[8] = 0x10000 | 60;
  cmd[9] = 0x10001;
  set(CURTA_MAP_DST, 2 * kRegion);
  set(CURTA_MAP_IDX, 3 * kRegion);
  set(CURTA_MAP_AUX, kRegion);
  set(CURTA_MAP_MASK, 1);
  speed("map int8 mask", groups, most(1, beat));
  set(CURTA_MAP_MASK, 0);
  set(CURTA_MAP_SRC_TYPE, 2);
  set(CURTA_MAP_REQ, 1);
  set(CURTA_MAP_ROUND, 1);
  speed("map int32", groups, most(1, 4 * beat));
  set(CURTA_MAP_SRC_ACC, 1);
  set(CURTA_MAP_MASK, 1);
  set(CURTA_MAP_N0, P_P < 60 ? P_P : 60);
  speed("map accumulators mask", (P_P < 60 ? P_P : 60) * (T2 / P_L), 1);
  set(CURTA_MAP_ROUND, 2);
  speed("map accumulators stochastic", (P_P < 60 ? P_P : 60) * (T2 / P_L), 12);
  set(CURTA_MAP_MASK, 0);
  set(CURTA_MAP_ROUND, 0);
  set(CURTA_MAP_REQ, 0);
  const uint32_t tiles = P_P < 60 ? P_P : 60;
  set(CURTA_MAP_DIV, 1);
  set(CURTA_MAP_ACT, 1);
  set(CURTA_MAP_DIV_M, 1 << 23);
  speed("map accumulators, short quotient, NITRO-ReLU", tiles * (T2 / P_L), 1);
  set(CURTA_MAP_DIV_M, 1 << 23 | 1);
  speed("map accumulators, long quotient, NITRO-ReLU", tiles * (T2 / P_L), most(2, 4 * beat));
  set(CURTA_MAP_DIV, 0);
  set(CURTA_MAP_ACT, 3);
  set(CURTA_MAP_DST_TYPE, 2);
  speed("backward NITRO-ReLU from accumulators", tiles * (T2 / P_L), 3 + most(1, 4 * beat));
  set(CURTA_MAP_ACT, 0);
  speed("copy accumulators", (P_P < 60 ? P_P : 60) * (T2 / P_L), most(1, 4 * beat));
  set(CURTA_MAP_DST_TYPE, 3);
  speed("copy accumulators to int24", (P_P < 60 ? P_P : 60) * (T2 / P_L), most(1, 3 * beat));
  memset(cmd, 0, sizeof cmd);
  cmd[0] = CURTA_OP_UPDATE;
  cmd[8] = 60;
  set(CURTA_UPDATE_AUX, kRegion);
  set(CURTA_UPDATE_DST, 2 * kRegion);
  set(CURTA_UPDATE_IDX, 3 * kRegion);
  set(CURTA_UPDATE_NITRO, 1);
  speed("update NITRO", groups, most(4, 12 * beat));
  set(CURTA_UPDATE_NITRO, 0);
  set(CURTA_UPDATE_ROUND, 1);
  speed("update", groups, most(1, 4 * beat));
  set(CURTA_UPDATE_SRC_TYPE, 3);
  speed("update int24", groups, beat + most(1, 2 * beat));  // the high bytes come before the first group
  set(CURTA_UPDATE_MASTER, 1);
  set(CURTA_UPDATE_FRAC, 8);
  speed("update master", groups, 13);
  memset(cmd, 0, sizeof cmd);
  cmd[0] = CURTA_OP_SCATTER;
  cmd[8] = 0x10000 | 10;
  cmd[9] = 0x10001;
  set(CURTA_SCATTER_SRC_TYPE, 2);
  set(CURTA_SCATTER_DST_TYPE, 2);
  set(CURTA_SCATTER_KH, 2);
  set(CURTA_SCATTER_KW, 2);
  set(CURTA_SCATTER_AUX, kRegion);
  set(CURTA_SCATTER_DST, 2 * kRegion);
  speed("scatter int32, 2 x 2", 40 * (T2 / P_L), 3 + most(1, 4 * beat));
  memset(cmd, 0, sizeof cmd);
  cmd[0] = CURTA_OP_FILL;
  cmd[8] = 0x10000 | 60;
  cmd[9] = 0x10001;
  set(CURTA_FILL_DST, 2 * kRegion);
  speed("fill", groups, most(1, beat));
  memset(cmd, 0, sizeof cmd);
  cmd[0] = CURTA_OP_LOSS;
  cmd[8] = 10u << 16 | 64;
  set(CURTA_LOSS_AUX, kRegion);
  set(CURTA_LOSS_DST, 2 * kRegion);
  speed("loss 64 x 10", 640, 32);
}

int main(int argc, char **argv)
{
  setvbuf(stdout, nullptr, _IOLBF, 0);
  int count = argc > 2 ? atoi(argv[2]) : 120;
  seed = argc > 1 ? strtoull(argv[1], nullptr, 0) : 20261;
  rng.state = seed * 0x9E3779B97F4A7C15u + 1;
  Verilated::randReset(2);
  Verilated::randSeed((int)(seed & 0x7fffffff));
  static Bench b(kMem);
  bench = &b;
  bench->rng.state = seed + 77;
  if (vector_model_open(&model, P_GOLDEN, kMem))
    return 2;
  bench->reset();
  for (int kind = 0; kind < 7; kind++)
    group(kNames[kind], kind, kind == 5 ? count / 6 + 1 : count, false);
  for (int kind = 0; kind < 6; kind++)
    group(("range " + std::string(kNames[kind])).c_str(), kind, count / 2, true);
  stops(count / 2);
  bus_errors(count / 2);
  if (!failures)
    speeds();
  printf("     %llu cycles\n", (unsigned long long)bench->cycles);
  return failures ? 1 : 0;
}
