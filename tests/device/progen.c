/* SPDX-License-Identifier: Apache-2.0
 * progen.c - see progen.h */
#include <string.h>
#include "progen_int.h"

/* Unique within a program, and every bit of it changes. */
static uint32_t tag(struct pg *g)
{
  return ++g->serial * 40503u & 0xffffu;
}

/* ---- LOAD ---- */
/* A list of few tiles: each may take T tiles of buffer B. */
static void load_list(struct pg *g, uint32_t *cmd)
{
  SET(CMD_OPCODE, CURTA_OP_LOAD);
  SET(LOAD_BUF, 1);
  SET(LOAD_TYPE, CURTA_TYPE_INT32);
  SET(LOAD_LIST, 1);
  SET(LOAD_DIGIT, rnd(g, 2) ? 0 : rnd(g, 3));
  SET(LOAD_DST, g->list_count && rnd(g, 2) ? (int)g->lists[rnd(g, g->list_count)] : (int)rnd(g, 8)); /* often over a longer or shorter one */
  SET(LOAD_ADDR, address(g, tile_bytes(g, 4)));
  SET(LOAD_PLACES, address(g, tile_bytes(g, 1)));
  SET(LOAD_N0, 1);
  SET(LOAD_N1, range(g, 1, 2));
  SET(LOAD_N2, range(g, 1, 2));
  SET(LOAD_N3, range(g, 1, 2));
  SET(LOAD_S1, range(g, 0, 3));
  SET(LOAD_S2, range(g, 0, 4));
  SET(LOAD_S3, range(g, 0, 5));
  SET(LOAD_A_SY, range(g, 0, 6));
  SET(LOAD_A_SX, range(g, -1, 3));
  SET(LOAD_A_SN, range(g, -2, 9));
  SET(LOAD_KH_LOG2, rnd(g, 4));
  SET(LOAD_KW_LOG2, rnd(g, 4));
}

static void load(struct pg *g, uint32_t *cmd)
{
  int depth = rnd(g, 2) ? g->cfg->b_tiles : g->cfg->a_tiles;
  int small = depth < 24 ? depth : 24;
  SET(CMD_OPCODE, CURTA_OP_LOAD);
  SET(LOAD_BUF, depth == g->cfg->b_tiles && rnd(g, 2));
  SET(LOAD_DST, rnd(g, (uint32_t)small));
  int digit = curta_cmd_get(cmd, CURTA_LOAD_BUF) && modes(g) && rnd(g, 2);
  SET(LOAD_TYPE, digit ? CURTA_TYPE_INT32 : CURTA_TYPE_INT8);
  SET(LOAD_DIGIT, digit ? rnd(g, 4) : 0);
  SET(LOAD_ADDR, address(g, tile_bytes(g, digit ? 4 : 1)));
  SET(LOAD_N0, range(g, 1, 6));
  SET(LOAD_N1, range(g, 1, 4));
  SET(LOAD_N2, range(g, 1, 2));
  SET(LOAD_N3, range(g, 1, 2));
  SET(LOAD_S1, range(g, 0, 9));
  SET(LOAD_S2, range(g, 0, 20));
  SET(LOAD_S3, range(g, 0, 40));
}

/* Builds one engine command that fits into memory and buffers, and appends it. */
static void engine_command(struct pg *g, uint32_t *cmd)
{
  static void (*const kind[])(struct pg *, uint32_t *) = {load, load, load, pg_gemm, pg_gemm, pg_gemm, pg_map, pg_map, pg_map, pg_map, pg_scatter, pg_update, pg_update, pg_update, pg_fill, pg_loss, pg_scalar, pg_scalar, pg_scalar};
  int error;
  do {
    memset(cmd, 0, CURTA_CMD_BYTES);
    memset(g->taken, 0, sizeof g->taken);
    if (modes(g) && rnd(g, 20) == 0)
      load_list(g, cmd);
    else
      kind[rnd(g, sizeof kind / sizeof *kind)](g, cmd);
    error = hz_add(g->hz, cmd, 1);
  } while (error);
  if (curta_cmd_get(cmd, CURTA_CMD_OPCODE) == CURTA_OP_LOAD && curta_cmd_get(cmd, CURTA_LOAD_LIST)) {
    g->lists[g->list_count < 4 ? g->list_count : rnd(g, 4)] = curta_cmd_get(cmd, CURTA_LOAD_DST);
    g->list_count += g->list_count < 4;
  }
  SET(CMD_TAG, tag(g));
}

static void fill_image(struct pg *g)
{
  for (uint32_t r = 0; r < PG_REGIONS; r++) {
    uint8_t *p = g->image + PG_PROGRAM_BYTES + r * PG_REGION_BYTES;
    uint32_t kind = rnd(g, 7), bits = rnd(g, 31) + 1;
    for (uint32_t i = 0; i < PG_REGION_BYTES; i += 4) {
      uint32_t v = rnd(g, 1u << 31) * 2u + rnd(g, 2);
      if (kind == 0) /* extremes */
        v = (v & 0x80808080u) ^ 0x7f7f7f7fu;
      else if (kind <= 2) { /* int32 of a random width */
        int32_t s = (int32_t)(v & ((2u << (bits - 1)) - 1u));
        v = (uint32_t)(v >> 31 ? -s : s);
      } else if (kind == 3) /* mostly zero */
        v = rnd(g, 16) ? 0 : v;
      else if (kind == 4) /* pool indices and labels */
        v &= 0x03030303u;
      else if (kind == 5) /* a tensor of zeros */
        v = 0;
      memcpy(p + i, &v, 4);
    }
  }
}

/* Zero to a few commands that a SKIP may leave out; a FENCE after them makes the counts certain again. */
static uint32_t skip_block(struct pg *g, uint32_t *prog, uint32_t at)
{
  uint32_t count = rnd(g, 4) + 1, *cmd = prog + 32 * at;
  memset(cmd, 0, CURTA_CMD_BYTES);
  SET(CMD_OPCODE, CURTA_OP_SKIP);
  SET(CMD_TAG, tag(g));
  SET(SKIP_COUNT, count);
  SET(SKIP_RA, rnd(g, 8));
  SET(SKIP_RB, rnd(g, 8));
  SET(SKIP_COND, rnd(g, 2));
  hz_fence(g->hz);
  hz_maybe(g->hz, 1);
  for (uint32_t i = 1; i <= count; i++)
    engine_command(g, prog + 32 * (at + i));
  hz_maybe(g->hz, 0);
  cmd = prog + 32 * (at + count + 1);
  memset(cmd, 0, CURTA_CMD_BYTES);
  SET(CMD_OPCODE, CURTA_OP_FENCE);
  hz_fence(g->hz);
  return at + count + 2;
}

static uint32_t stretch(struct pg *g, uint32_t *prog, uint32_t at, uint32_t count)
{
  for (uint32_t end = at + count; at < end;) {
    uint32_t *cmd = prog + 32 * at;
    uint32_t dice = rnd(g, 40);
    if (dice == 0) {
      at = skip_block(g, prog, at);
    } else if (dice <= 2) {
      memset(cmd, 0, CURTA_CMD_BYTES);
      SET(CMD_OPCODE, dice == 1 ? CURTA_OP_FENCE : CURTA_OP_NOP);
      SET(CMD_TAG, tag(g));
      if (dice == 1)
        hz_fence(g->hz);
      at++;
    } else {
      engine_command(g, prog + 32 * at++);
    }
  }
  return at;
}

/* Gives both operand buffers and the accumulator memory defined contents: no device clears them. */
static uint32_t prelude(struct pg *g, uint32_t *prog)
{
  uint32_t t2 = tile_bytes(g, 1);
  for (uint32_t b = 0; b < 2; b++) {
    uint32_t *cmd = prog + 32 * b, tiles = (uint32_t)(b ? g->cfg->b_tiles : g->cfg->a_tiles);
    memset(cmd, 0, CURTA_CMD_BYTES);
    SET(CMD_OPCODE, CURTA_OP_LOAD);
    SET(LOAD_BUF, b);
    SET(LOAD_ADDR, PG_PROGRAM_BYTES + rnd(g, PG_REGIONS) * PG_REGION_BYTES);
    SET(LOAD_N0, tiles < PG_REGION_BYTES / t2 ? tiles : PG_REGION_BYTES / t2);
    SET(LOAD_N1, 1);
    SET(LOAD_N2, 1);
    SET(LOAD_N3, 1);
    hz_add(g->hz, cmd, 1);
  }
  uint32_t *cmd = prog + 64;
  memset(cmd, 0, CURTA_CMD_BYTES);
  SET(CMD_OPCODE, CURTA_OP_GEMM);
  pg_counts(cmd, g->cfg->p_tiles, 1, 1, 1, 1, 1, 1);
  pg_window(cmd, 0, 0, -1, 1, 0, 0, -1, 1);
  SET(GEMM_KLAST, 1);
  SET(GEMM_P_SGA, 1);
  hz_add(g->hz, cmd, 1);
  return 3;
}

uint32_t pg_program(const struct curta_config *cfg, uint64_t seed, uint32_t length, uint8_t *image)
{
  struct pg g = {.cfg = cfg, .rng = seed * 0x9E3779B97F4A7C15ull + 0x1234567u, .image = image};
  uint32_t *ring = (uint32_t *)(void *)image, *called = (uint32_t *)(void *)(image + PG_CALL_ADDR), *cmd;
  for (int i = 0; i < 8; i++)
    rnd(&g, 2);
  memset(image, 0, PG_PROGRAM_BYTES);
  fill_image(&g);
  g.hz = hz_new(cfg, PG_MEM_BYTES);
  uint32_t at = stretch(&g, ring, prelude(&g, ring), length / 2 + 1);
  if (rnd(&g, 2)) {
    cmd = ring + 32 * at++;
    hz_fence(g.hz);
    SET(CMD_OPCODE, CURTA_OP_CALL);
    SET(CMD_TAG, tag(&g));
    SET(CALL_ADDR, PG_CALL_ADDR);
    SET(CALL_COUNT, stretch(&g, called, 0, length / 2 + 1));
    hz_fence(g.hz);
  }
  at = stretch(&g, ring, at, length / 4 + 1);
  cmd = ring + 32 * at++;
  memset(cmd, 0, CURTA_CMD_BYTES);
  SET(CMD_OPCODE, CURTA_OP_END);
  SET(END_COOKIE, seed);
  hz_free(g.hz);
  return at;
}
