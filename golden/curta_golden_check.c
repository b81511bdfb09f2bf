/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_check.c - the checks at issue (machine.md section 2): OPCODE, RESERVED, FIELD, ALIGN, DEPEND
 *
 * FIELD and ALIGN report the lowest word that offends. The two helpers below keep `*word` at that minimum.
 */
#include "curta_golden_int.h"

const struct curta_op_info *curta_golden_op(uint32_t opcode)
{
  static const struct curta_op_info table[] = CURTA_OP_TABLE;
  for (const struct curta_op_info *op = table; op->name; op++)
    if (op->opcode == opcode)
      return op;
  return 0;
}

/* The field must lie in lo..hi. */
static void legal(uint32_t *word, const uint32_t *cmd, uint32_t field, uint32_t lo, uint32_t hi)
{
  uint32_t v = curta_cmd_get(cmd, field);
  if ((v < lo || v > hi) && CURTA_FIELD_WORD(field) < *word)
    *word = CURTA_FIELD_WORD(field);
}

/* A count: at least 1. */
static void counted(uint32_t *word, const uint32_t *cmd, uint32_t field)
{
  legal(word, cmd, field, 1, UINT32_MAX);
}

/* The address must be a multiple of `bytes`. */
static void aligned(uint32_t *word, const uint32_t *cmd, uint32_t field, uint32_t bytes)
{
  if (curta_cmd_get(cmd, field) % bytes && CURTA_FIELD_WORD(field) < *word)
    *word = CURTA_FIELD_WORD(field);
}

static void loops(uint32_t *word, const uint32_t *cmd)
{
  counted(word, cmd, CURTA_MAP_N0);
  counted(word, cmd, CURTA_MAP_N1);
  counted(word, cmd, CURTA_MAP_N2);
  counted(word, cmd, CURTA_MAP_N3);
}

static void master(uint32_t *word, const uint32_t *cmd)
{
  if (curta_cmd_get(cmd, CURTA_UPDATE_MASTER))
    legal(word, cmd, CURTA_UPDATE_FRAC, 1, 8);
}

static int nitro_update(const uint32_t *cmd)
{
  return curta_cmd_get(cmd, CURTA_CMD_OPCODE) == CURTA_OP_UPDATE && curta_cmd_get(cmd, CURTA_UPDATE_NITRO);
}

/* Gradients in memory are int32 (here 0) or int24. */
static void gradient_type(uint32_t *word, const uint32_t *cmd)
{
  uint32_t type = curta_cmd_get(cmd, CURTA_UPDATE_SRC_TYPE);
  if (type != CURTA_TYPE_INT24)
    legal(word, cmd, CURTA_UPDATE_SRC_TYPE, 0, 0);
}

/* Word 18 of MAP: which sources, results and steps go together. */
static int map_mode_legal(const uint32_t *cmd)
{
  uint32_t src = curta_cmd_get(cmd, CURTA_MAP_SRC_TYPE), dst = curta_cmd_get(cmd, CURTA_MAP_DST_TYPE);
  int req = (int)curta_cmd_get(cmd, CURTA_MAP_REQ), pool = (int)curta_cmd_get(cmd, CURTA_MAP_POOL);
  int steps = req || pool || curta_cmd_get(cmd, CURTA_MAP_RELU) || curta_cmd_get(cmd, CURTA_MAP_MASK);
  int wide = src == CURTA_TYPE_INT32, wide_dst = dst == CURTA_TYPE_INT32 || dst == CURTA_TYPE_INT24;
  if ((!wide && src != CURTA_TYPE_INT8) || (!wide_dst && dst != CURTA_TYPE_INT8))
    return 0;
  if (curta_cmd_get(cmd, CURTA_MAP_SRC_ACC) && !wide)
    return 0;
  return wide_dst ? wide && !steps : wide || !req;
}

/* Word 21 of MAP: what needs word 18 and itself. */
static int map_step_legal(const uint32_t *cmd)
{
  uint32_t dst = curta_cmd_get(cmd, CURTA_MAP_DST_TYPE), act = curta_cmd_get(cmd, CURTA_MAP_ACT);
  int wide = curta_cmd_get(cmd, CURTA_MAP_SRC_TYPE) == CURTA_TYPE_INT32, req = (int)curta_cmd_get(cmd, CURTA_MAP_REQ);
  int div = (int)curta_cmd_get(cmd, CURTA_MAP_DIV), zs = (int)curta_cmd_get(cmd, CURTA_MAP_ZS);
  int pool = (int)curta_cmd_get(cmd, CURTA_MAP_POOL);
  uint32_t places = curta_cmd_get(cmd, CURTA_MAP_KH) * curta_cmd_get(cmd, CURTA_MAP_KW);
  if (dst == CURTA_TYPE_INT8 ? wide && req == div : div || zs || act == CURTA_ACT_NITRO)
    return 0;
  if (act >= CURTA_ACT_BACK_ZS && dst != CURTA_TYPE_INT32)
    return 0;
  if ((act == CURTA_ACT_NITRO && curta_cmd_get(cmd, CURTA_MAP_RELU)) || (zs && pool))
    return 0;
  if (pool && curta_cmd_get(cmd, CURTA_MAP_PADDED) && req)
    return 0;
  return !(pool && act == CURTA_ACT_NITRO && curta_cmd_get(cmd, CURTA_MAP_CLASS) && places > CURTA_MAX_PLACES);
}

/* Word 18 of SCATTER. */
static int scatter_mode_legal(const uint32_t *cmd)
{
  uint32_t src = curta_cmd_get(cmd, CURTA_SCATTER_SRC_TYPE), dst = curta_cmd_get(cmd, CURTA_SCATTER_DST_TYPE);
  int req = (int)curta_cmd_get(cmd, CURTA_SCATTER_REQ), wide = src == CURTA_TYPE_INT32;
  if ((!wide && src != CURTA_TYPE_INT8) || (dst != CURTA_TYPE_INT8 && dst != CURTA_TYPE_INT32))
    return 0;
  return dst == CURTA_TYPE_INT32 ? wide && !req : wide == req;
}

static void window(uint32_t *word, const uint32_t *cmd)
{
  legal(word, cmd, CURTA_MAP_KH, 1, CURTA_MAX_WINDOW);
  legal(word, cmd, CURTA_MAP_KW, 1, CURTA_MAX_WINDOW);
}

static void fields_map(const struct curta_golden *g, uint32_t *word, const uint32_t *cmd)
{
  loops(word, cmd);
  if (*word > 18 && !map_mode_legal(cmd))
    *word = 18;
  if (curta_cmd_get(cmd, CURTA_MAP_POOL))
    window(word, cmd);
  if (*word > 21 && !map_step_legal(cmd))
    *word = 21;
  legal(word, cmd, CURTA_MAP_CLAST, 0, g->t);
  legal(word, cmd, CURTA_MAP_NLAST, 0, g->t);
}

static void fields_vector(const struct curta_golden *g, uint32_t *word, const uint32_t *cmd)
{
  switch (curta_cmd_get(cmd, CURTA_CMD_OPCODE)) {
  case CURTA_OP_MAP:
    fields_map(g, word, cmd);
    break;
  case CURTA_OP_SCATTER:
    loops(word, cmd);
    if (*word > 18 && !scatter_mode_legal(cmd))
      *word = 18;
    window(word, cmd);
    break;
  case CURTA_OP_UPDATE:
  case CURTA_OP_REDUCE:
    counted(word, cmd, CURTA_UPDATE_N);
    master(word, cmd);
    gradient_type(word, cmd);
    if (nitro_update(cmd) && (curta_cmd_get(cmd, CURTA_UPDATE_MASTER) || curta_cmd_get(cmd, CURTA_UPDATE_DECAY)))
      legal(word, cmd, CURTA_UPDATE_NITRO, 0, 0);
    break;
  case CURTA_OP_FILL:
    loops(word, cmd);
    break;
  case CURTA_OP_LOSS:
    counted(word, cmd, CURTA_LOSS_ROWS);
    legal(word, cmd, CURTA_LOSS_CLASSES, 1, CURTA_MAX_CLASSES);
    legal(word, cmd, CURTA_LOSS_ROUND, 0, CURTA_ROUND_STOCHASTIC);
    break;
  default:
    break;
  }
}

static void fields_gemm(const struct curta_golden *g, uint32_t *word, const uint32_t *cmd)
{
  static const uint32_t counts[] = {CURTA_GEMM_NGA, CURTA_GEMM_NGB, CURTA_GEMM_NVY, CURTA_GEMM_NVX,
                                    CURTA_GEMM_NKY, CURTA_GEMM_NKX, CURTA_GEMM_NKC};
  static const uint32_t slopes[] = {CURTA_GEMM_Y_A, CURTA_GEMM_Y_B, CURTA_GEMM_X_A, CURTA_GEMM_X_B};
  legal(word, cmd, CURTA_GEMM_P_BASE, 0, (uint32_t)g->conf.p_tiles - 1);
  for (unsigned i = 0; i < sizeof counts / sizeof *counts; i++)
    counted(word, cmd, counts[i]);
  legal(word, cmd, CURTA_GEMM_KLAST, 1, g->t);
  for (unsigned i = 0; i < sizeof slopes / sizeof *slopes; i++)
    legal(word, cmd, slopes[i], 0, 2);
  if (curta_cmd_get(cmd, CURTA_GEMM_GATHER) &&
      !(curta_cmd_get(cmd, CURTA_GEMM_A_T) && curta_cmd_get(cmd, CURTA_GEMM_B_T)))
    legal(word, cmd, CURTA_GEMM_GATHER, 0, 0);
}

static void fields_load(const struct curta_golden *g, uint32_t *word, const uint32_t *cmd)
{
  int wide = curta_cmd_get(cmd, CURTA_LOAD_TYPE) == CURTA_TYPE_INT32 && curta_cmd_get(cmd, CURTA_LOAD_BUF);
  legal(word, cmd, CURTA_LOAD_DST, 0, g->tiles[curta_cmd_get(cmd, CURTA_LOAD_BUF)] - 1);
  if (!wide)
    legal(word, cmd, CURTA_LOAD_TYPE, CURTA_TYPE_INT8, CURTA_TYPE_INT8);
  if (!wide)
    legal(word, cmd, CURTA_LOAD_LIST, 0, 0);
  counted(word, cmd, CURTA_LOAD_N0);
  if (curta_cmd_get(cmd, CURTA_LOAD_LIST))
    legal(word, cmd, CURTA_LOAD_N0, 1, 1);
  counted(word, cmd, CURTA_LOAD_N1);
  counted(word, cmd, CURTA_LOAD_N2);
  counted(word, cmd, CURTA_LOAD_N3);
}

/* The lowest word with an illegal field, or 32. */
static uint32_t first_field(const struct curta_golden *g, const uint32_t *cmd)
{
  uint32_t word = g->conf.digit ? CURTA_CMD_WORDS : curta_golden_mode(cmd);
  switch (curta_cmd_get(cmd, CURTA_CMD_OPCODE)) {
  case CURTA_OP_CALL:
    counted(&word, cmd, CURTA_CALL_COUNT);
    break;
  case CURTA_OP_SKIP:
    counted(&word, cmd, CURTA_SKIP_COUNT);
    break;
  case CURTA_OP_LOAD:
    fields_load(g, &word, cmd);
    break;
  case CURTA_OP_GEMM:
    fields_gemm(g, &word, cmd);
    break;
  default:
    fields_vector(g, &word, cmd);
  }
  return word;
}

static void align_map(const struct curta_golden *g, uint32_t *word, const uint32_t *cmd)
{
  uint32_t t2 = g->t2;
  if (!curta_cmd_get(cmd, CURTA_MAP_SRC_ACC))
    aligned(word, cmd, CURTA_MAP_SRC, curta_cmd_get(cmd, CURTA_MAP_SRC_TYPE) == CURTA_TYPE_INT32 ? 4 * t2 : t2);
  if (curta_cmd_get(cmd, CURTA_MAP_MASK) || curta_cmd_get(cmd, CURTA_MAP_ACT) >= CURTA_ACT_BACK_ZS)
    aligned(word, cmd, CURTA_MAP_AUX, t2);
  aligned(word, cmd, CURTA_MAP_DST, curta_cmd_get(cmd, CURTA_MAP_DST_TYPE) != CURTA_TYPE_INT8 ? 4 * t2 : t2);
  if (curta_cmd_get(cmd, CURTA_MAP_POOL) || curta_cmd_get(cmd, CURTA_MAP_ZS))
    aligned(word, cmd, CURTA_MAP_IDX, t2);
}

static void align_update(const struct curta_golden *g, uint32_t *word, const uint32_t *cmd)
{
  int with_master = (int)curta_cmd_get(cmd, CURTA_UPDATE_MASTER);
  if (!curta_cmd_get(cmd, CURTA_UPDATE_SRC_ACC))
    aligned(word, cmd, CURTA_UPDATE_SRC, 4 * g->t2);
  aligned(word, cmd, CURTA_UPDATE_AUX, nitro_update(cmd) ? 4 * g->t2 : with_master ? 2 * g->t2 : g->t2);
  aligned(word, cmd, CURTA_UPDATE_DST, nitro_update(cmd) ? 4 * g->t2 : g->t2);
  if (with_master)
    aligned(word, cmd, CURTA_UPDATE_IDX, 2 * g->t2);
}

static void align_reduce(const struct curta_golden *g, uint32_t *word, const uint32_t *cmd)
{
  if (!curta_cmd_get(cmd, CURTA_REDUCE_SRC_ACC))
    aligned(word, cmd, CURTA_REDUCE_SRC, 4 * g->t2);
  if (curta_cmd_get(cmd, CURTA_REDUCE_DECAY))
    aligned(word, cmd, CURTA_REDUCE_AUX, curta_cmd_get(cmd, CURTA_REDUCE_MASTER) ? 2 * g->t2 : g->t2);
}

/* The lowest word with a misaligned address that is used, or 32. */
static uint32_t first_misaligned(const struct curta_golden *g, const uint32_t *cmd)
{
  uint32_t word = CURTA_CMD_WORDS, t2 = g->t2;
  switch (curta_cmd_get(cmd, CURTA_CMD_OPCODE)) {
  case CURTA_OP_CALL:
    aligned(&word, cmd, CURTA_CALL_ADDR, CURTA_CMD_BYTES);
    break;
  case CURTA_OP_LOAD:
    aligned(&word, cmd, CURTA_LOAD_ADDR, curta_cmd_get(cmd, CURTA_LOAD_TYPE) == CURTA_TYPE_INT32 ? 4 * t2 : t2);
    if (curta_cmd_get(cmd, CURTA_LOAD_LIST))
      aligned(&word, cmd, CURTA_LOAD_PLACES, t2);
    break;
  case CURTA_OP_MAP:
    align_map(g, &word, cmd);
    break;
  case CURTA_OP_SCATTER:
    aligned(&word, cmd, CURTA_SCATTER_SRC,
            curta_cmd_get(cmd, CURTA_SCATTER_SRC_TYPE) == CURTA_TYPE_INT32 ? 4 * t2 : t2);
    aligned(&word, cmd, CURTA_SCATTER_AUX, t2);
    aligned(&word, cmd, CURTA_SCATTER_DST,
            curta_cmd_get(cmd, CURTA_SCATTER_DST_TYPE) == CURTA_TYPE_INT32 ? 4 * t2 : t2);
    break;
  case CURTA_OP_UPDATE:
    align_update(g, &word, cmd);
    break;
  case CURTA_OP_REDUCE:
    align_reduce(g, &word, cmd);
    break;
  case CURTA_OP_FILL:
    aligned(&word, cmd, CURTA_FILL_DST, t2);
    break;
  case CURTA_OP_LOSS:
    aligned(&word, cmd, CURTA_LOSS_SRC, t2);
    aligned(&word, cmd, CURTA_LOSS_AUX, 4);
    aligned(&word, cmd, CURTA_LOSS_DST, t2);
    break;
  default:
    break;
  }
  return word;
}

/* The first word with a bit outside the named fields, or 32. */
static uint32_t first_reserved(const struct curta_op_info *op, const uint32_t *cmd)
{
  uint32_t word = 0;
  while (word < CURTA_CMD_WORDS && !(cmd[word] & ~op->mask[word]))
    word++;
  return word;
}

/* The first threshold (word 1..3) above what was issued to its engine, or 32. */
static uint32_t first_dependency(const struct curta_golden *g, const uint32_t *cmd)
{
  for (uint32_t engine = CURTA_ENGINE_LOAD; engine <= CURTA_ENGINE_VECTOR; engine++)
    if (cmd[engine] > g->issued[engine])
      return engine;
  return CURTA_CMD_WORDS;
}

static int fails(struct curta_golden *g, uint32_t word)
{
  g->info = word;
  return word < CURTA_CMD_WORDS;
}

int curta_golden_check(struct curta_golden *g, const uint32_t *cmd)
{
  uint32_t opcode = curta_cmd_get(cmd, CURTA_CMD_OPCODE);
  const struct curta_op_info *op = curta_golden_op(opcode);
  if (!op || (opcode == CURTA_OP_SCALAR && curta_cmd_get(cmd, CURTA_SCALAR_FUNC) > CURTA_SCALAR_SHR)) {
    g->info = opcode;
    return CURTA_ERR_OPCODE;
  }
  if (fails(g, first_reserved(op, cmd)))
    return CURTA_ERR_RESERVED;
  if (fails(g, first_field(g, cmd)))
    return CURTA_ERR_FIELD;
  if (fails(g, first_misaligned(g, cmd)))
    return CURTA_ERR_ALIGN;
  return fails(g, first_dependency(g, cmd)) ? CURTA_ERR_DEPEND : CURTA_ERR_NONE;
}
