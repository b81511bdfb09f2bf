/* SPDX-License-Identifier: Apache-2.0
 * hazard.c - see hazard.h */
#include "hazard.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define G(field) curta_cmd_get(cmd, CURTA_##field)
#define GS(field) curta_cmd_gets(cmd, CURTA_##field)

struct walk {
  const struct curta_config *cfg;
  uint64_t mem_bytes;
  const struct hz_lists *lists;
  hz_fn *fn;
  void *user;
  int bad;
};

static void touch_mem(struct walk *w, int64_t addr, int64_t bytes, int write)
{
  int64_t unit = (int64_t)w->cfg->t * w->cfg->t;
  if (addr < 0 || addr + bytes > (int64_t)w->mem_bytes) {
    w->bad = 1;
    return;
  }
  for (int64_t g = addr / unit; g * unit < addr + bytes; g++)
    w->fn(w->user, HZ_MEM, (uint32_t)g, write);
}

static void touch_tile(struct walk *w, int space, int64_t tile, int write)
{
  const int depth[HZ_SPACES] = {0, w->cfg->a_tiles, w->cfg->b_tiles, w->cfg->p_tiles, CURTA_SCALARS};
  if (tile < 0 || tile >= depth[space])
    w->bad = 1;
  else
    w->fn(w->user, space, (uint32_t)tile, write);
}

/* A tile of deltas makes a row of at most T tiles of the list. */
static void walk_list(struct walk *w, const uint32_t *cmd)
{
  int64_t t2 = (int64_t)w->cfg->t * w->cfg->t, n = G(LOAD_DST);
  for (int64_t i3 = 0; i3 < (int64_t)G(LOAD_N3); i3++)
    for (int64_t i2 = 0; i2 < (int64_t)G(LOAD_N2); i2++)
      for (int64_t i1 = 0; i1 < (int64_t)G(LOAD_N1); i1++) {
        int64_t tile = i3 * GS(LOAD_S3) + i2 * GS(LOAD_S2) + i1 * GS(LOAD_S1);
        touch_mem(w, (int64_t)G(LOAD_PLACES) + tile * t2, t2, 0);
        touch_mem(w, (int64_t)G(LOAD_ADDR) + tile * 4 * t2, 4 * t2, 0);
        for (int k = 0; k < w->cfg->t && !w->bad; k++)
          touch_tile(w, HZ_B, n++, 1);
        if (w->bad)
          return;
      }
}

static void walk_load(struct walk *w, const uint32_t *cmd)
{
  if (G(LOAD_LIST)) {
    walk_list(w, cmd);
    return;
  }
  int64_t t2 = (int64_t)w->cfg->t * w->cfg->t, n = G(LOAD_DST);
  int space = G(LOAD_BUF) ? HZ_B : HZ_A;
  int64_t bytes = G(LOAD_TYPE) == CURTA_TYPE_INT32 ? 4 * t2 : t2;
  for (int64_t i3 = 0; i3 < (int64_t)G(LOAD_N3); i3++)
    for (int64_t i2 = 0; i2 < (int64_t)G(LOAD_N2); i2++)
      for (int64_t i1 = 0; i1 < (int64_t)G(LOAD_N1); i1++)
        for (int64_t i0 = 0; i0 < (int64_t)G(LOAD_N0); i0++) {
          int64_t tile = i3 * GS(LOAD_S3) + i2 * GS(LOAD_S2) + i1 * GS(LOAD_S1) + i0;
          touch_mem(w, (int64_t)G(LOAD_ADDR) + tile * bytes, bytes, 0);
          touch_tile(w, space, n++, 1);
          if (w->bad)
            return;
        }
}

static int inside(int a, int v, int b, int k, int c, int u)
{
  int x = a * v + b * k + c;
  return x >= 0 && x < u;
}

/* One visit along a list: all rows that it may have. */
static void walk_gather(struct walk *w, const uint32_t *cmd, int vy, int vx, int va, int vb)
{
  const struct hz_lists *l = w->lists;
  if (vb < 0 || vb >= w->cfg->b_tiles || !l->at[vb].tiles) {
    w->bad = 1;
    return;
  }
  for (uint32_t t = 0; t < l->at[vb].tiles; t++) {
    touch_tile(w, HZ_B, vb + (int)t, 0);
    w->bad |= l->owner[(uint32_t)vb + t] != l->at[vb].serial;
  }
  const uint32_t *gemm = cmd;
  cmd = l->at[vb].cmd;
  int rows = l->exact ? (int)G(LOAD_N2) << G(LOAD_KH_LOG2) : ((int)(G(LOAD_N2) - 1) << G(LOAD_KH_LOG2)) + 8;
  int columns = (int)G(LOAD_N1) << G(LOAD_KW_LOG2), images = (int)G(LOAD_N3);
  int sy = GS(LOAD_A_SY), sx = GS(LOAD_A_SX), sn = GS(LOAD_A_SN);
  cmd = gemm;
  for (int y = 0; y < rows && y < (int)G(GEMM_NKY); y++)
    for (int x = 0; x < columns && x < (int)G(GEMM_NKX); x++)
      for (int n = 0; n < images && !w->bad; n++)
        if (inside((int)G(GEMM_Y_A), vy, (int)G(GEMM_Y_B), y, GS(GEMM_Y_C), (int)G(GEMM_Y_U)) &&
            inside((int)G(GEMM_X_A), vx, (int)G(GEMM_X_B), x, GS(GEMM_X_C), (int)G(GEMM_X_U)))
          touch_tile(w, HZ_A, (va + n * sn + y * sy + x * sx) & 0xffff, 0);
}

/* The A and B tiles that one visit reads; va, vb: addresses so far, modulo 2^16. */
static void walk_visit(struct walk *w, const uint32_t *cmd, int vy, int vx, int va, int vb)
{
  for (int ky = 0; ky < (int)G(GEMM_NKY); ky++) {
    if (!inside((int)G(GEMM_Y_A), vy, (int)G(GEMM_Y_B), ky, GS(GEMM_Y_C), (int)G(GEMM_Y_U)))
      continue;
    for (int kx = 0; kx < (int)G(GEMM_NKX); kx++) {
      if (!inside((int)G(GEMM_X_A), vx, (int)G(GEMM_X_B), kx, GS(GEMM_X_C), (int)G(GEMM_X_U)))
        continue;
      for (int kc = 0; kc < (int)G(GEMM_NKC) && !w->bad; kc++) {
        touch_tile(w, HZ_A, (va + ky * GS(GEMM_A_SKY) + kx * GS(GEMM_A_SKX) + kc * GS(GEMM_A_SKC)) & 0xffff, 0);
        int b = (vb + ky * GS(GEMM_B_SKY) + kx * GS(GEMM_B_SKX) + kc * GS(GEMM_B_SKC)) & 0xffff;
        touch_tile(w, HZ_B, b, 0);
        w->bad |= !w->bad && w->lists->owner[b];
      }
    }
  }
}

static void walk_gemm(struct walk *w, const uint32_t *cmd)
{
  for (int ga = 0; ga < (int)G(GEMM_NGA); ga++)
    for (int gb = 0; gb < (int)G(GEMM_NGB); gb++)
      for (int vy = 0; vy < (int)G(GEMM_NVY); vy++)
        for (int vx = 0; vx < (int)G(GEMM_NVX); vx++) {
          int p = (int)G(GEMM_P_BASE) + ga * GS(GEMM_P_SGA) + gb * GS(GEMM_P_SGB) + vy * GS(GEMM_P_SVY) + vx * GS(GEMM_P_SVX);
          touch_tile(w, HZ_ACC, p & 0xffff, 1);
          (G(GEMM_GATHER) ? walk_gather : walk_visit)(w, cmd, vy, vx, GS(GEMM_A_BASE) + ga * GS(GEMM_A_SGA) + vy * GS(GEMM_A_SVY) + vx * GS(GEMM_A_SVX),
                     GS(GEMM_B_BASE) + gb * GS(GEMM_B_SGB) + vy * GS(GEMM_B_SVY) + vx * GS(GEMM_B_SVX));
          if (w->bad)
            return;
        }
  if (G(GEMM_FINAL))
    touch_tile(w, HZ_SCALAR, G(GEMM_OR_REG), 1);
}

static void walk_random(struct walk *w, const uint32_t *cmd, int uses)
{
  if (uses && G(MAP_ROUND) == 2) {
    touch_tile(w, HZ_SCALAR, G(MAP_SEED_REG), 0);
    touch_tile(w, HZ_SCALAR, (G(MAP_SEED_REG) + 1) % CURTA_SCALARS, 0);
  }
  if (uses && (G(CMD_OPCODE) != CURTA_OP_LOSS))
    touch_tile(w, HZ_SCALAR, G(MAP_SHIFT_REG), 0);
}

/* Whether position (ky,kx) of the window of item (..,i2,i1,..) is on the map; *win: the tiles it lies away. */
static int on_map(const uint32_t *cmd, int padded, int64_t i2, int64_t i1, int ky, int kx, int64_t *win)
{
  int64_t py = padded ? GS(MAP_PAD_Y) : 0, px = padded ? GS(MAP_PAD_X) : 0;
  int64_t y = (int64_t)G(MAP_KH) * i2 + ky - py, x = (int64_t)G(MAP_KW) * i1 + kx - px;
  *win = (ky - py) * GS(MAP_W_SY) + (kx - px) * GS(MAP_W_SX);
  return !padded || (y >= 0 && y < (int64_t)G(MAP_LIM_Y) && x >= 0 && x < (int64_t)G(MAP_LIM_X));
}

/* MAP, SCATTER and FILL share their loop fields. */
static void walk_map(struct walk *w, const uint32_t *cmd)
{
  int op = (int)G(CMD_OPCODE), scatter = op == CURTA_OP_SCATTER, fill = op == CURTA_OP_FILL;
  int pool = op == CURTA_OP_MAP && G(MAP_POOL), mask = op == CURTA_OP_MAP && G(MAP_MASK);
  int acc = op == CURTA_OP_MAP && G(MAP_SRC_ACC);
  int kh = pool || scatter ? (int)G(MAP_KH) : 1, kw = pool || scatter ? (int)G(MAP_KW) : 1;
  int64_t t2 = (int64_t)w->cfg->t * w->cfg->t, sb = fill ? 0 : G(MAP_SRC_TYPE) == 2 ? 4 * t2 : t2;
  int padded = (pool || scatter) && G(MAP_PADDED), back = op == CURTA_OP_MAP && G(MAP_ACT) >= CURTA_ACT_BACK_ZS;
  int64_t type = fill ? 0 : G(MAP_DST_TYPE), db = type >= 2 ? 4 * t2 : t2;
  if (!fill)
    walk_random(w, cmd, (int)G(MAP_REQ));
  for (int64_t i3 = 0; i3 < (int64_t)G(MAP_N3); i3++)
    for (int64_t i2 = 0; i2 < (int64_t)G(MAP_N2); i2++)
      for (int64_t i1 = 0; i1 < (int64_t)G(MAP_N1); i1++)
        for (int64_t i0 = 0; i0 < (int64_t)G(MAP_N0) && !w->bad; i0++) {
          int64_t s = i3 * GS(MAP_S3) + i2 * GS(MAP_S2) + i1 * GS(MAP_S1) + i0;
          int64_t d = i3 * GS(MAP_D3) + i2 * GS(MAP_D2) + i1 * GS(MAP_D1) + i0;
          for (int ky = 0; ky < kh; ky++)
            for (int kx = 0; kx < kw && !w->bad; kx++) {
              int64_t win;
              int inside = on_map(cmd, padded, i2, i1, ky, kx, &win);
              if (!inside && !scatter)
                ;
              else if (acc)
                touch_tile(w, HZ_ACC, (int64_t)G(MAP_SRC) + s + win, 0);
              else if (!fill && (!scatter || (ky == 0 && kx == 0)))
                touch_mem(w, (int64_t)G(MAP_SRC) + (s + (scatter ? 0 : win)) * sb, sb, 0);
              if (scatter ? inside : ky == 0 && kx == 0)
                touch_mem(w, (int64_t)G(MAP_DST) + (d + (scatter ? win : 0)) * db, type == 3 ? 3 * t2 : db, 1);
            }
          if (scatter || mask || back)
            touch_mem(w, (int64_t)G(MAP_AUX) + (scatter ? s : d) * t2, t2, 0);
          if (pool || (op == CURTA_OP_MAP && G(MAP_ZS)))
            touch_mem(w, (int64_t)G(MAP_IDX) + d * t2, t2, 1);
        }
  if (back)
    touch_tile(w, HZ_SCALAR, G(MAP_OR_REG), 1);
}

/* The four scale registers of UPDATE NITRO. */
static void walk_rates(struct walk *w, const uint32_t *cmd)
{
  for (uint32_t i = 0; i < 2; i++) {
    touch_tile(w, HZ_SCALAR, (G(UPDATE_LR_REG) + i) % CURTA_SCALARS, 0);
    touch_tile(w, HZ_SCALAR, (G(UPDATE_ETA_REG) + i) % CURTA_SCALARS, 0);
  }
}

static void walk_update(struct walk *w, const uint32_t *cmd)
{
  int64_t t2 = (int64_t)w->cfg->t * w->cfg->t, n = G(UPDATE_N);
  int update = G(CMD_OPCODE) == CURTA_OP_UPDATE, nitro = update && G(UPDATE_NITRO);
  if (nitro)
    walk_rates(w, cmd);
  if (update) {
    walk_random(w, cmd, !nitro);
    touch_mem(w, G(UPDATE_DST), (nitro ? 4 : 1) * t2 * n, 1);
    if (G(UPDATE_MASTER))
      touch_mem(w, G(UPDATE_IDX), 2 * t2 * n, 1);
  }
  for (int64_t i = 0; i < n && !w->bad && G(UPDATE_SRC_ACC); i++)
    touch_tile(w, HZ_ACC, (int64_t)G(UPDATE_SRC) + i, 0);
  for (int64_t i = 0; i < n && !w->bad && !G(UPDATE_SRC_ACC); i++)
    touch_mem(w, (int64_t)G(UPDATE_SRC) + i * 4 * t2, (G(UPDATE_SRC_TYPE) == 3 ? 3 : 4) * t2, 0);
  if (update || G(UPDATE_DECAY))
    touch_mem(w, G(UPDATE_AUX), (nitro ? 4 : G(UPDATE_MASTER) ? 2 : 1) * t2 * n, 0);
  if (G(UPDATE_DECAY))
    touch_tile(w, HZ_SCALAR, G(UPDATE_DECAY_REG), 0);
  if (!update)
    touch_tile(w, HZ_SCALAR, G(REDUCE_OR_REG), 1);
}

static void walk_loss(struct walk *w, const uint32_t *cmd)
{
  int64_t t = w->cfg->t, rows = G(LOSS_ROWS), classes = G(LOSS_CLASSES);
  int64_t bytes = (rows + t - 1) / t * ((classes + t - 1) / t) * t * t;
  walk_random(w, cmd, 1);
  touch_tile(w, HZ_SCALAR, G(LOSS_EXP_REG), 0);
  touch_mem(w, G(LOSS_SRC), bytes, 0);
  touch_mem(w, G(LOSS_AUX), rows * 2, 0);
  touch_mem(w, G(LOSS_DST), bytes, 1);
  touch_tile(w, HZ_SCALAR, G(LOSS_COUNT_REG), 1);
}

static void walk_scalar(struct walk *w, const uint32_t *cmd)
{
  touch_tile(w, HZ_SCALAR, G(SCALAR_RA), 0);
  touch_tile(w, HZ_SCALAR, G(SCALAR_RB), 0);
  touch_tile(w, HZ_SCALAR, G(SCALAR_RC), 0);
  touch_tile(w, HZ_SCALAR, G(SCALAR_RD), 1);
}

int hz_accesses(const struct curta_config *cfg, uint64_t mem_bytes, const struct hz_lists *lists, const uint32_t cmd[32],
                hz_fn *fn, void *user)
{
  struct walk w = {cfg, mem_bytes, lists, fn, user, 0};
  switch (G(CMD_OPCODE)) {
  case CURTA_OP_LOAD: walk_load(&w, cmd); break;
  case CURTA_OP_GEMM: walk_gemm(&w, cmd); break;
  case CURTA_OP_MAP:
  case CURTA_OP_SCATTER:
  case CURTA_OP_FILL: walk_map(&w, cmd); break;
  case CURTA_OP_UPDATE:
  case CURTA_OP_REDUCE: walk_update(&w, cmd); break;
  case CURTA_OP_LOSS: walk_loss(&w, cmd); break;
  case CURTA_OP_SCALAR: walk_scalar(&w, cmd); break;
  default: break;
  }
  return w.bad ? -1 : 0;
}

/* ---- the checker ---- */
#define ENGINES 3 /* LOAD, MATRIX, VECTOR */

struct granule {
  uint32_t read[ENGINES]; /* sequence number + 1 of the last reader of each engine, 0 none */
  uint32_t write;         /* of the last writer */
  uint32_t writer;        /* its engine */
};

struct clock {
  uint32_t n[ENGINES];
};

struct hz {
  const struct curta_config *cfg;
  uint64_t mem_bytes;
  struct granule *tile[HZ_SPACES];
  struct clock *done[ENGINES]; /* clock at the completion of each command since the fence */
  uint32_t count[ENGINES], room;
  uint32_t epoch_mem;          /* granules of memory */
  struct hz_lists lists;
  int maybe;
  char error[256];
};

static const char *const space_name[HZ_SPACES] = {"memory", "buffer A", "buffer B", "accumulators", "scale registers"};

struct hz *hz_new(const struct curta_config *cfg, uint64_t mem_bytes)
{
  struct hz *hz = calloc(1, sizeof *hz);
  const int depth[HZ_SPACES] = {0, cfg->a_tiles, cfg->b_tiles, cfg->p_tiles, CURTA_SCALARS};
  hz->cfg = cfg;
  hz->mem_bytes = mem_bytes;
  hz->epoch_mem = (uint32_t)(mem_bytes / (uint64_t)(cfg->t * cfg->t) + 1);
  hz->tile[HZ_MEM] = calloc(hz->epoch_mem, sizeof(struct granule));
  for (int s = HZ_A; s < HZ_SPACES; s++)
    hz->tile[s] = calloc((size_t)depth[s], sizeof(struct granule));
  hz->lists.at = calloc((size_t)cfg->b_tiles, sizeof *hz->lists.at);
  hz->lists.owner = calloc((size_t)cfg->b_tiles, sizeof *hz->lists.owner);
  return hz;
}

void hz_exact(struct hz *hz)
{
  hz->lists.exact = 1;
}

void hz_maybe(struct hz *hz, int maybe)
{
  hz->maybe = maybe;
}

/* A LOAD has written n tiles of buffer B from dst on; list: as a list. */
static void own(struct hz *hz, const uint32_t *cmd, uint32_t dst, uint32_t n, int list)
{
  struct hz_lists *l = &hz->lists;
  uint32_t serial = list ? ++l->serial : 0;
  for (uint32_t t = dst; t < dst + n; t++)
    l->owner[t] = hz->maybe && (list || l->owner[t]) ? HZ_MIXED : serial;
  l->at[dst].tiles = 0;
  if (list) {
    l->at[dst].serial = serial;
    l->at[dst].tiles = n;
    memcpy(l->at[dst].cmd, cmd, sizeof l->at[dst].cmd);
  }
}

void hz_free(struct hz *hz)
{
  for (int s = 0; s < HZ_SPACES; s++)
    free(hz->tile[s]);
  for (int e = 0; e < ENGINES; e++)
    free(hz->done[e]);
  free(hz->lists.at);
  free(hz->lists.owner);
  free(hz);
}

void hz_fence(struct hz *hz)
{
  const int depth[HZ_SPACES] = {(int)hz->epoch_mem, hz->cfg->a_tiles, hz->cfg->b_tiles, hz->cfg->p_tiles, CURTA_SCALARS};
  for (int s = 0; s < HZ_SPACES; s++)
    memset(hz->tile[s], 0, (size_t)depth[s] * sizeof(struct granule));
  memset(hz->count, 0, sizeof hz->count);
}

struct visitor {
  struct hz *hz;
  uint32_t engine, need[ENGINES];
  int space[ENGINES];          /* where the conflict that asks most of each engine is */
  uint32_t granule[ENGINES];
  int mark;
};

static void need(struct visitor *v, uint32_t engine, uint32_t seq, int space, uint32_t granule)
{
  if (engine != v->engine && seq > v->need[engine]) {
    v->need[engine] = seq;
    v->space[engine] = space;
    v->granule[engine] = granule;
  }
}

static void visit(void *user, int space, uint32_t granule, int write)
{
  struct visitor *v = user;
  struct granule *g = &v->hz->tile[space][granule];
  uint32_t seq = v->hz->count[v->engine] + 1;
  if (v->mark) {
    if (write) {
      g->write = seq;
      g->writer = v->engine;
    } else {
      g->read[v->engine] = seq;
    }
    return;
  }
  if (g->write)
    need(v, g->writer, g->write, space, granule);
  for (uint32_t e = 0; write && e < ENGINES; e++)
    if (g->read[e])
      need(v, e, g->read[e], space, granule);
}

static void join(struct clock *a, const struct clock *b)
{
  for (int e = 0; e < ENGINES; e++)
    if (b->n[e] > a->n[e])
      a->n[e] = b->n[e];
}

static int engine_of(const uint32_t *cmd)
{
  static const struct curta_op_info table[] = CURTA_OP_TABLE;
  for (int i = 0; table[i].name; i++)
    if (table[i].opcode == (cmd[0] & 0xff))
      return table[i].engine - CURTA_ENGINE_LOAD;
  return -1;
}

static int check_waits(struct hz *hz, const struct visitor *v, const struct clock *start, const uint32_t *cmd)
{
  static const char *const name[ENGINES] = {"LOAD", "MATRIX", "VECTOR"};
  for (int e = 0; e < ENGINES; e++)
    if (v->need[e] > start->n[e]) {
      snprintf(hz->error, sizeof hz->error, "command %u of %s (opcode %#x, tag %u) must wait for %s %u (knows %u): conflict in %s at granule %u",
               hz->count[v->engine], name[v->engine], cmd[0] & 0xff, cmd[0] >> 16, name[e], v->need[e], start->n[e],
               space_name[v->space[e]], v->granule[e]);
      return -2;
    }
  return 0;
}

int hz_add(struct hz *hz, uint32_t cmd[32], int fix)
{
  int engine = engine_of(cmd);
  if (engine < 0)
    return -1;
  struct visitor v = {.hz = hz, .engine = (uint32_t)engine};
  if (hz_accesses(hz->cfg, hz->mem_bytes, &hz->lists, cmd, visit, &v) < 0)
    return -1;
  struct clock start = {{0}};
  if (hz->count[engine])
    start = hz->done[engine][hz->count[engine] - 1];
  for (int e = 0; fix && e < ENGINES; e++)
    cmd[1 + e] = v.need[e] > start.n[e] ? v.need[e] : 0;
  for (int e = 0; e < ENGINES; e++) {
    if (cmd[1 + e] > hz->count[e]) {
      snprintf(hz->error, sizeof hz->error, "waits for %u completions of engine %d, only %u issued", cmd[1 + e], e, hz->count[e]);
      return -2;
    }
    if (cmd[1 + e])
      join(&start, &hz->done[e][cmd[1 + e] - 1]);
  }
  int bad = check_waits(hz, &v, &start, cmd);
  v.mark = 1;
  hz_accesses(hz->cfg, hz->mem_bytes, &hz->lists, cmd, visit, &v);
  if (G(CMD_OPCODE) == CURTA_OP_LOAD && G(LOAD_BUF))
    own(hz, cmd, G(LOAD_DST), G(LOAD_N0) * G(LOAD_N1) * G(LOAD_N2) * G(LOAD_N3) * (G(LOAD_LIST) ? (uint32_t)hz->cfg->t : 1), (int)G(LOAD_LIST));
  if (hz->count[engine] >= hz->room) {
    hz->room = hz->room ? hz->room * 2 : 1024;
    for (int e = 0; e < ENGINES; e++)
      hz->done[e] = realloc(hz->done[e], hz->room * sizeof *hz->done[e]);
  }
  start.n[engine] = hz->count[engine] + 1;
  hz->done[engine][hz->count[engine]++] = start;
  return bad;
}

const char *hz_error(const struct hz *hz)
{
  return hz->error;
}
