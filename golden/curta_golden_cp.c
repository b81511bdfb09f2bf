/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_cp.c - the command processor of the golden device: fetch, check, execute, retire
 *
 * Sequential execution in program order is the meaning of a correct program (machine.md section 2), so that an engine
 * command is complete when its function returns and a fence only clears the completion counts.
 */
#include <errno.h>
#include "curta_golden_int.h"

static void fence(struct curta_golden *g)
{
  memset(g->issued, 0, sizeof g->issued);
}

static void stop(struct curta_golden *g, int error)
{
  g->error = (uint32_t)error;
  g->error_index = g->index;
  g->error_info = g->info;
  g->irq_status |= 2u;
  g->call_count = 0;
}

/* CALL, NEST inside a called program. The commands follow from the next step on. */
static int call(struct curta_golden *g, const uint32_t *cmd)
{
  if (g->call_count) {
    g->info = 0;
    return CURTA_ERR_NEST;
  }
  fence(g);
  g->call_addr = curta_cmd_get(cmd, CURTA_CALL_ADDR);
  g->call_count = curta_cmd_get(cmd, CURTA_CALL_COUNT);
  g->call_pos = 0;
  return 0;
}

/* SKIP, NEST past the end of what is there, whether the condition holds or not. */
static int skip(struct curta_golden *g, const uint32_t *cmd)
{
  uint32_t n = curta_cmd_get(cmd, CURTA_SKIP_COUNT);
  uint32_t left = g->call_count ? g->call_count - g->call_pos : g->tail - g->head;
  int differ = g->s[curta_cmd_get(cmd, CURTA_SKIP_RA)] != g->s[curta_cmd_get(cmd, CURTA_SKIP_RB)];
  fence(g);
  if (n > left) {
    g->info = CURTA_FIELD_WORD(CURTA_SKIP_COUNT);
    return CURTA_ERR_NEST;
  }
  if (differ == (int)curta_cmd_get(cmd, CURTA_SKIP_COND))
    *(g->call_count ? &g->call_pos : &g->head) += n;
  return 0;
}

static void end(struct curta_golden *g, const uint32_t *cmd)
{
  fence(g);
  g->cookie = curta_cmd_get(cmd, CURTA_END_COOKIE);
  g->irq_status |= 1u;
}

int curta_golden_execute(struct curta_golden *g, const uint32_t *cmd)
{
  int err = g->engine ? g->engine(g, cmd) : -1;
  if (err >= 0)
    return err;
  switch (curta_cmd_get(cmd, CURTA_CMD_OPCODE)) {
  case CURTA_OP_CALL:
    return call(g, cmd);
  case CURTA_OP_FENCE:
    fence(g);
    return 0;
  case CURTA_OP_SKIP:
    return skip(g, cmd);
  case CURTA_OP_END:
    end(g, cmd);
    return 0;
  case CURTA_OP_LOAD:
    return curta_golden_load(g, cmd);
  case CURTA_OP_GEMM:
    return curta_golden_gemm(g, cmd);
  case CURTA_OP_MAP:
    return curta_golden_map(g, cmd);
  case CURTA_OP_SCATTER:
    return curta_golden_scatter(g, cmd);
  case CURTA_OP_UPDATE:
    return curta_golden_update(g, cmd);
  case CURTA_OP_REDUCE:
    return curta_golden_reduce(g, cmd);
  case CURTA_OP_FILL:
    return curta_golden_fill(g, cmd);
  case CURTA_OP_LOSS:
    return curta_golden_loss(g, cmd);
  case CURTA_OP_SCALAR:
    return curta_golden_scalar(g, cmd);
  default: /* NOP: the check has refused everything else */
    return 0;
  }
}

static void retire(struct curta_golden *g, const uint32_t *cmd)
{
  struct curta_retire r = {.index = g->index, .check = g->check};
  r.opcode = (uint8_t)curta_cmd_get(cmd, CURTA_CMD_OPCODE);
  r.engine = curta_golden_op(r.opcode)->engine;
  r.tag = (uint16_t)curta_cmd_get(cmd, CURTA_CMD_TAG);
  if (r.engine == CURTA_ENGINE_CP)
    r.check = 0;
  g->index++;
  g->retired++;
  if (g->retire_fn)
    g->retire_fn(g->retire_user, &r);
}

/* The next command, or null at the end of the memory with *err set. The copy protects it from its own stores. */
static int fetch(struct curta_golden *g, uint32_t *cmd)
{
  uint32_t slot = g->head & ((1u << g->ring_log2) - 1u);
  uint64_t addr = g->call_count ? g->call_addr + (uint64_t)CURTA_CMD_BYTES * g->call_pos
                                : g->ring_base + (uint64_t)CURTA_CMD_BYTES * slot;
  int err = CURTA_ERR_RANGE;
  const void *p = addr > UINT32_MAX ? 0 : curta_golden_at(g, (uint32_t)addr, CURTA_CMD_BYTES, &err);
  if (!p) {
    g->info = (uint32_t)addr;
    return err;
  }
  memcpy(cmd, p, CURTA_CMD_BYTES);
  g->rd_bytes += CURTA_CMD_BYTES;
  return 0;
}

int curta_golden_step(struct curta_golden *g)
{
  uint32_t cmd[CURTA_CMD_WORDS];
  int err;
  if (g->error || (!g->call_count && g->head == g->tail))
    return -EAGAIN;
  err = fetch(g, cmd);
  if (!err) {
    *(g->call_count ? &g->call_pos : &g->head) += 1;
    err = curta_golden_check(g, cmd);
  }
  if (!err) {
    g->check = 0;
    err = curta_golden_execute(g, cmd);
  }
  if (err) {
    stop(g, err);
    return 0;
  }
  g->issued[curta_golden_op(curta_cmd_get(cmd, CURTA_CMD_OPCODE))->engine]++;
  retire(g, cmd);
  if (g->call_count && g->call_pos == g->call_count) {
    g->call_count = 0;
    fence(g);
  }
  return 0;
}
