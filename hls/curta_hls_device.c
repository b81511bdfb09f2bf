/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_device.c - the golden device with the HLS kernels in the place of its engines (curta_hls_device.h)
 *
 * Around a kernel the host does what is no arithmetic of tensors: scale registers, traffic counters, and the check sums
 * of retirement records, from what the kernel has left in memory. Where a kernel refuses a tile, the golden operator
 * says which one comes first in the order of the law.
 */
#include "curta_hls_device.h"
#include <errno.h>
#include <stdlib.h>
#include "curta_golden_int.h"
#include "curta_golden_list.h"
#include "curta_hls.h"

typedef void load_fn(const uint64_t *mem, uint64_t *a, uint64_t *b, uint64_t *b_up, uint64_t *what, uint32_t *len,
                     const uint32_t *cmd, uint32_t mem_bytes, uint32_t *result);
typedef void gemm_fn(const uint64_t *a, const uint64_t *b, const uint64_t *b_up, const uint64_t *what,
                     const uint32_t *len, const uint64_t *p_in, const uint8_t *g_in, uint64_t *p_out, uint8_t *g_out,
                     const uint32_t *cmd, uint32_t *result);
typedef void requant_fn(const uint64_t *src, const uint64_t *acc, const uint64_t *aux, uint64_t *dst, uint64_t *idx,
                        const uint32_t *cmd, const uint32_t *scale, uint32_t *result);
typedef void update_fn(const uint64_t *src, const uint64_t *acc, const uint64_t *aux, uint64_t *dst, uint64_t *idx,
                       const uint32_t *cmd, const uint32_t *scale, uint32_t *result);

#define DECLARE(config)                                                                                                \
  load_fn curta_hls_load_##config;                                                                                     \
  gemm_fn curta_hls_gemm_##config;                                                                                     \
  requant_fn curta_hls_requant_##config;                                                                               \
  update_fn curta_hls_update_##config
DECLARE(tiny);
DECLARE(base);
DECLARE(large);

struct kernels {
  const char *config;
  load_fn *load;
  gemm_fn *gemm;
  requant_fn *requant;
  update_fn *update;
};
#define KERNELS(config)                                                                                                \
  {                                                                                                                    \
#config, curta_hls_load_##config, curta_hls_gemm_##config, curta_hls_requant_##config, curta_hls_update_##config   \
  }
static const struct kernels Kernels[] = {KERNELS(tiny), KERNELS(base), KERNELS(large)};

/* What the stores of the golden device do not hold, in the layout of curta_hls.h. */
struct hls {
  const struct kernels *k;
  uint64_t *b_up, *what;
  uint32_t *len;
  uint8_t *guard;
  uint64_t kernel_commands, host_commands;
};

/* The stores of the golden device, as words. */
static uint64_t *words(void *store)
{
  return store;
}

static uint32_t smaller(uint64_t x, uint64_t y)
{
  uint64_t least = x < y ? x : y;
  return least > UINT32_MAX ? UINT32_MAX : (uint32_t)least;
}

/* Bytes that a kernel may touch. */
static uint32_t memory(const struct curta_golden *g)
{
  return smaller(g->mem_size, g->mem_bytes);
}

/* ------------------------------------------------------------------ LOAD, GEMM */

/* Elements of buffer B from number `first` on, as 32 bits each: their check sum. */
static void sum_digits(struct curta_golden *g, const struct hls *h, uint32_t first, uint32_t n)
{
  for (uint32_t e = first; e < first + n; e++) {
    uint32_t up = (uint32_t)(h->b_up[e / 4] >> (16 * (e % 4))) & 0xffff;
    uint32_t d = (up << 8 | (up >> 15 ? 0xff000000u : 0)) | (uint8_t)g->buf[1][e];
    g->check = curta_golden_sum(g->check, e, &d, 1);
  }
}

/* The list that was loaded, as the golden device keeps it (for errors and curta_golden_peek), and its check sum. */
static void sum_list(struct curta_golden *g, const struct hls *h, const uint32_t *cmd)
{
  const uint32_t tile = curta_cmd_get(cmd, CURTA_LOAD_DST), first = tile * g->t, len = h->len[tile];
  for (uint32_t r = first; r < first + len * (uint32_t)g->conf.v; r++) {
    const uint64_t is = h->what[r];
    const uint32_t at = (uint32_t)is;
    g->list->row[r] = (struct curta_list_row){(uint16_t)at, (uint8_t)(at >> 16), (uint8_t)(at >> 24),
                                              (uint8_t)(is >> 32), (uint8_t)(is >> 40)};
    if (!is || !g->retire_fn)
      continue;
    sum_digits(g, h, r * g->t, g->t);
    g->check = curta_golden_sum(g->check, r, &at, 1);
  }
  g->list->len[tile] = len;
  if (g->retire_fn)
    g->check = curta_golden_sum(g->check, tile, &len, 1);
}

static int load(struct curta_golden *g, const struct hls *h, const uint32_t *cmd)
{
  const uint32_t buf = curta_cmd_get(cmd, CURTA_LOAD_BUF), dst = curta_cmd_get(cmd, CURTA_LOAD_DST);
  const int list = (int)curta_cmd_get(cmd, CURTA_LOAD_LIST),
            wide = curta_cmd_get(cmd, CURTA_LOAD_TYPE) == CURTA_TYPE_INT32;
  uint32_t result[CURTA_HLS_RESULTS], n = 1;
  h->k->load(words(g->mem), words(g->buf[0]), words(g->buf[1]), h->b_up, h->what, h->len, cmd, memory(g), result);
  if (result[CURTA_HLS_ERROR]) {
    int err = curta_golden_load(g, cmd);
    return err ? err : (int)result[CURTA_HLS_ERROR];
  }
  n *= curta_cmd_get(cmd, CURTA_LOAD_N0) * curta_cmd_get(cmd, CURTA_LOAD_N1);
  n *= curta_cmd_get(cmd, CURTA_LOAD_N2) * curta_cmd_get(cmd, CURTA_LOAD_N3);
  g->rd_bytes += (uint64_t)n * g->t2 * (list ? 5 : wide ? 4 : 1);
  if (list)
    sum_list(g, h, cmd);
  else if (wide && g->retire_fn)
    sum_digits(g, h, dst * g->t2, n * g->t2);
  else if (g->retire_fn)
    g->check = curta_golden_sum(g->check, dst * g->t2 / 4, g->buf[buf] + (size_t)dst * g->t2, n * (g->t2 / 4));
  return 0;
}

/* Check sum of the tiles that a GEMM has written. */
static void sum_visits(struct curta_golden *g, const uint32_t *cmd)
{
  const uint32_t n[4] = {curta_cmd_get(cmd, CURTA_GEMM_NVX), curta_cmd_get(cmd, CURTA_GEMM_NVY),
                         curta_cmd_get(cmd, CURTA_GEMM_NGB), curta_cmd_get(cmd, CURTA_GEMM_NGA)};
  const uint32_t s[4] = {curta_cmd_get(cmd, CURTA_GEMM_P_SVX), curta_cmd_get(cmd, CURTA_GEMM_P_SVY),
                         curta_cmd_get(cmd, CURTA_GEMM_P_SGB), curta_cmd_get(cmd, CURTA_GEMM_P_SGA)};
  struct curta_walk w = {.n = {n[0], n[1], n[2], n[3]}, .s = {s[0], s[1], s[2], s[3]}};
  for (uint64_t k = curta_walk_items(&w); k && g->retire_fn; k--, curta_walk_next(&w)) {
    uint32_t p = (curta_cmd_get(cmd, CURTA_GEMM_P_BASE) + w.src) & 0xffff;
    g->check = curta_golden_sum(g->check, p * g->t2, g->acc + (size_t)p * g->t2, g->t2);
  }
}

static int gemm(struct curta_golden *g, const struct hls *h, const uint32_t *cmd)
{
  uint32_t result[CURTA_HLS_RESULTS], reg = curta_cmd_get(cmd, CURTA_GEMM_OR_REG);
  uint32_t old = curta_cmd_get(cmd, CURTA_GEMM_OR_KEEP) ? g->s[reg] : 0;
  h->k->gemm(words(g->buf[0]), words(g->buf[1]), h->b_up, h->what, h->len, words(g->acc), h->guard, words(g->acc),
             h->guard, cmd, result);
  if (result[CURTA_HLS_ERROR]) {
    int err = curta_golden_gemm(g, cmd);
    return err ? err : (int)result[CURTA_HLS_ERROR];
  }
  sum_visits(g, cmd);
  g->flags |= result[CURTA_HLS_FLAGS];
  if (curta_cmd_get(cmd, CURTA_GEMM_FINAL))
    curta_golden_set(g, reg, old | result[CURTA_HLS_OR]);
  return 0;
}

/* ------------------------------------------------------------------ MAP, UPDATE, REDUCE */

static void set_scale(const struct curta_golden *g, const uint32_t *cmd, uint32_t scale[CURTA_HLS_SCALES])
{
  const uint32_t seed = curta_cmd_get(cmd, CURTA_MAP_SEED_REG);
  const uint32_t rate = curta_cmd_get(cmd, CURTA_UPDATE_LR_REG), eta = curta_cmd_get(cmd, CURTA_UPDATE_ETA_REG);
  scale[CURTA_HLS_SHIFT] = g->s[curta_cmd_get(cmd, CURTA_MAP_SHIFT_REG)];
  scale[CURTA_HLS_SEED] = g->s[seed];
  scale[CURTA_HLS_STEP] = g->s[(seed + 1) % CURTA_SCALARS];
  scale[CURTA_HLS_DECAY] = g->s[curta_cmd_get(cmd, CURTA_UPDATE_DECAY_REG)];
  scale[CURTA_HLS_RATE] = g->s[rate];
  scale[CURTA_HLS_RATE_FACTOR] = g->s[(rate + 1) % CURTA_SCALARS];
  scale[CURTA_HLS_ETA] = g->s[eta];
  scale[CURTA_HLS_ETA_FACTOR] = g->s[(eta + 1) % CURTA_SCALARS];
  scale[CURTA_HLS_MEM_BYTES] = memory(g);
}

/* `bytes` that a kernel has written at addr: traffic and check sum. */
static void written(struct curta_golden *g, int64_t addr, uint32_t bytes)
{
  g->wr_bytes += bytes;
  if (g->retire_fn)
    g->check = curta_golden_sum(g->check, (uint32_t)addr / 4, g->mem + addr, bytes / 4);
}

static int map(struct curta_golden *g, const struct hls *h, const uint32_t *cmd)
{
  const int acc = (int)curta_cmd_get(cmd, CURTA_MAP_SRC_ACC),
            back = curta_cmd_get(cmd, CURTA_MAP_ACT) >= CURTA_ACT_BACK_ZS;
  const uint32_t bytes = back ? 4 * g->t2 : g->t2, reg = curta_cmd_get(cmd, CURTA_MAP_OR_REG);
  struct curta_walk w = {.n = {cmd[8] & 0xffff, cmd[8] >> 16, cmd[9] & 0xffff, cmd[9] >> 16},
                         .d = {1, cmd[13], cmd[14], cmd[15]}};
  uint64_t items = curta_walk_items(&w);
  uint32_t scale[CURTA_HLS_SCALES], result[CURTA_HLS_RESULTS];
  set_scale(g, cmd, scale);
  h->k->requant(words(g->mem), words(g->acc), words(g->mem), words(g->mem), words(g->mem), cmd, scale, result);
  if (result[CURTA_HLS_ERROR]) {
    int err = curta_golden_map(g, cmd);
    return err ? err : (int)result[CURTA_HLS_ERROR];
  }
  g->rd_bytes += items * ((acc ? 0 : 4 * g->t2) + (back || curta_cmd_get(cmd, CURTA_MAP_MASK) ? g->t2 : 0));
  for (; items; items--, curta_walk_next(&w)) {
    written(g, curta_golden_tile(curta_cmd_get(cmd, CURTA_MAP_DST), w.dst, bytes), bytes);
    if (curta_cmd_get(cmd, CURTA_MAP_ZS))
      written(g, curta_golden_tile(curta_cmd_get(cmd, CURTA_MAP_IDX), w.dst, g->t2), g->t2);
  }
  if (back)
    curta_golden_set(g, reg, (curta_cmd_get(cmd, CURTA_MAP_OR_KEEP) ? g->s[reg] : 0) | result[CURTA_HLS_OR]);
  if (back)
    g->flags |= result[CURTA_HLS_FLAGS];
  return 0;
}

static uint32_t update_reads(const struct curta_golden *g, const uint32_t *cmd, int reduce)
{
  uint32_t gradient = curta_cmd_get(cmd, CURTA_UPDATE_SRC_ACC)                        ? 0
                      : curta_cmd_get(cmd, CURTA_UPDATE_SRC_TYPE) == CURTA_TYPE_INT24 ? 3
                                                                                      : 4;
  uint32_t weight = reduce && !curta_cmd_get(cmd, CURTA_UPDATE_DECAY)   ? 0
                    : curta_cmd_get(cmd, CURTA_UPDATE_MASTER)           ? 2
                    : !reduce && curta_cmd_get(cmd, CURTA_UPDATE_NITRO) ? 4
                                                                        : 1;
  return (gradient + weight) * g->t2;
}

static int update(struct curta_golden *g, const struct hls *h, const uint32_t *cmd, int reduce)
{
  const int master = (int)curta_cmd_get(cmd, CURTA_UPDATE_MASTER),
            nitro = !reduce && curta_cmd_get(cmd, CURTA_UPDATE_NITRO);
  const uint32_t bytes = nitro ? 4 * g->t2 : g->t2;
  const uint32_t n = curta_cmd_get(cmd, CURTA_UPDATE_N), reg = curta_cmd_get(cmd, CURTA_REDUCE_OR_REG);
  uint32_t scale[CURTA_HLS_SCALES], result[CURTA_HLS_RESULTS];
  set_scale(g, cmd, scale);
  h->k->update(words(g->mem), words(g->acc), words(g->mem), words(g->mem), words(g->mem), cmd, scale, result);
  if (result[CURTA_HLS_ERROR]) {
    int err = reduce ? curta_golden_reduce(g, cmd) : curta_golden_update(g, cmd);
    return err ? err : (int)result[CURTA_HLS_ERROR];
  }
  g->rd_bytes += (uint64_t)n * update_reads(g, cmd, reduce);
  if (reduce) {
    curta_golden_set(g, reg, (curta_cmd_get(cmd, CURTA_REDUCE_OR_KEEP) ? g->s[reg] : 0) | result[CURTA_HLS_OR]);
    return 0;
  }
  g->flags |= result[CURTA_HLS_FLAGS];
  for (uint32_t k = 0; k < n; k++) {
    written(g, curta_golden_tile(curta_cmd_get(cmd, CURTA_UPDATE_DST), k, bytes), bytes);
    if (master)
      written(g, curta_golden_tile(curta_cmd_get(cmd, CURTA_UPDATE_IDX), k, 2 * g->t2), 2 * g->t2);
  }
  return 0;
}

/* ------------------------------------------------------------------ device */

static int engine(struct curta_golden *g, const uint32_t *cmd)
{
  struct hls *h = g->engine_user;
  const uint32_t op = curta_cmd_get(cmd, CURTA_CMD_OPCODE);
  const int wide = curta_cmd_get(cmd, CURTA_MAP_SRC_TYPE) == CURTA_TYPE_INT32 && !curta_cmd_get(cmd, CURTA_MAP_POOL);
  const int rounds = curta_cmd_get(cmd, CURTA_MAP_REQ) || curta_cmd_get(cmd, CURTA_MAP_DIV) ||
                     curta_cmd_get(cmd, CURTA_MAP_ACT) >= CURTA_ACT_BACK_ZS;
  const int own = op == CURTA_OP_LOAD || op == CURTA_OP_GEMM || op == CURTA_OP_UPDATE || op == CURTA_OP_REDUCE ||
                  (op == CURTA_OP_MAP && wide && rounds);
  h->kernel_commands += (uint64_t)own;
  h->host_commands += (uint64_t)(!own && op >= CURTA_OP_LOAD);
  if (!own)
    return -1;
  if (op == CURTA_OP_LOAD || op == CURTA_OP_GEMM)
    return op == CURTA_OP_LOAD ? load(g, h, cmd) : gemm(g, h, cmd);
  return op == CURTA_OP_MAP ? map(g, h, cmd) : update(g, h, cmd, op == CURTA_OP_REDUCE);
}

static void release(struct hls *h)
{
  free(h->b_up);
  free(h->what);
  free(h->len);
  free(h->guard);
  free(h);
}

static int allocate(struct hls *h, const struct curta_golden *g)
{
  const size_t b_tiles = g->tiles[1], sums = (size_t)g->conf.p_tiles * g->t2;
  h->b_up = calloc(b_tiles * g->t2, 2);
  h->what = calloc(b_tiles * g->t, sizeof *h->what);
  h->len = calloc(b_tiles, sizeof *h->len);
  h->guard = calloc(sums / 2, 1);
  return h->b_up && h->what && h->len && h->guard ? 0 : -ENOMEM;
}

int curta_hls_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes)
{
  const struct kernels *k = 0;
  struct curta_golden *g;
  struct curta_bus own;
  struct hls *h;
  int r;
  for (unsigned i = 0; config && i < sizeof Kernels / sizeof *Kernels; i++)
    if (!strcmp(Kernels[i].config, config))
      k = &Kernels[i];
  if (!k)
    return -EINVAL;
  h = calloc(1, sizeof *h);
  r = h ? curta_golden_open(&own, config, mem_bytes) : -ENOMEM;
  if (r) {
    free(h);
    return r;
  }
  h->k = k;
  g = own.ctx;
  if (allocate(h, g)) {
    release(h);
    curta_golden_close(&own);
    return -ENOMEM;
  }
  g->engine = engine;
  g->engine_user = h;
  *bus = own;
  bus->name = "hls";
  return 0;
}

void curta_hls_close(struct curta_bus *bus)
{
  struct curta_golden *g = bus->ctx;
  release(g->engine_user);
  curta_golden_close(bus);
}

int curta_hls_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value)
{
  return curta_golden_peek(bus, space, word, value);
}

void curta_hls_counts(const struct curta_bus *bus, uint64_t *kernels, uint64_t *host)
{
  const struct curta_golden *g = bus->ctx;
  const struct hls *h = g->engine_user;
  *kernels = h->kernel_commands;
  *host = h->host_commands;
}
