/* SPDX-License-Identifier: Apache-2.0
 * test_vector_time.c - vector commands alone, RTL against timing model: every kind, each so that its lanes are what limits it
 *
 * usage: test_vector_time [CONFIG]
 * Inside a training step memory limits most vector commands, and a wrong period of the lanes does not show. Here the memory
 * moves a read and a write beat in every cycle and never refreshes. A duration may be off by 1 % and `Slack` cycles.
 */
#include <stdio.h>
#include <string.h>

#include "curta_rtl.h"
#include "curta_timed.h"

enum { Mem = 0x200000, Src = 0x10000, Aux = 0x80000, Dst = 0xc0000, Idx = 0x140000, Slack = 30 };

/* Modes of NITRO-D. */
enum { Div = 1, Long = 2, Act = 4, Zs = 8, Pad = 16, Back = 32, Sgd = 64, Rss = 128 };

/* What a command is besides its opcode: word 18 by fields, items (of LOSS: images), modes. */
struct kind {
  const char *name;
  uint32_t opcode, src_type, dst_type, req, round, pool, mask, acc, master, decay, window, n, modes;
};

static const struct kind kinds[] = {
  { "MAP int8", CURTA_OP_MAP, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0 },
  { "MAP requantise", CURTA_OP_MAP, 2, 0, 1, 1, 0, 0, 0, 0, 0, 0, 64, 0 },
  { "MAP requantise, stochastic", CURTA_OP_MAP, 2, 0, 1, 2, 0, 0, 0, 0, 0, 0, 16, 0 },
  { "MAP from accumulators", CURTA_OP_MAP, 2, 0, 1, 1, 0, 0, 1, 0, 0, 0, 16, 0 },
  { "MAP mask", CURTA_OP_MAP, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 64, 0 },
  { "MAP pool", CURTA_OP_MAP, 2, 0, 1, 1, 1, 0, 1, 0, 0, 2, 8, 0 },
  { "MAP int32", CURTA_OP_MAP, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0 },
  { "MAP int24", CURTA_OP_MAP, 2, 3, 0, 0, 0, 0, 1, 0, 0, 0, 16, 0 },
  { "SCATTER int8", CURTA_OP_SCATTER, 0, 0, 0, 0, 0, 0, 0, 0, 0, 2, 16, 0 },
  { "SCATTER int32", CURTA_OP_SCATTER, 2, 0, 1, 1, 0, 0, 0, 0, 0, 2, 16, 0 },
  { "SCATTER stochastic", CURTA_OP_SCATTER, 2, 0, 1, 2, 0, 0, 0, 0, 0, 2, 8, 0 },
  { "UPDATE", CURTA_OP_UPDATE, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 64, 0 },
  { "UPDATE int24", CURTA_OP_UPDATE, 3, 0, 0, 1, 0, 0, 0, 0, 0, 0, 64, 0 },
  { "UPDATE master", CURTA_OP_UPDATE, 0, 0, 0, 1, 0, 0, 0, 1, 0, 0, 32, 0 },
  { "UPDATE decay", CURTA_OP_UPDATE, 0, 0, 0, 1, 0, 0, 0, 0, 1, 0, 32, 0 },
  { "REDUCE", CURTA_OP_REDUCE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0 },
  { "FILL", CURTA_OP_FILL, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, 0 },
  { "MAP quotients", CURTA_OP_MAP, 2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, Div },
  { "MAP wide quotients", CURTA_OP_MAP, 2, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16, Div | Long | Act | Zs },
  { "MAP quotients of int8", CURTA_OP_MAP, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 32, Div },
  { "MAP wide quotients of int8", CURTA_OP_MAP, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, Div | Long },
  { "MAP NITRO-ReLU", CURTA_OP_MAP, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 64, Act },
  { "MAP zs", CURTA_OP_MAP, 2, 0, 1, 1, 0, 0, 1, 0, 0, 0, 16, Zs },
  { "MAP pool, padded", CURTA_OP_MAP, 0, 0, 0, 0, 1, 0, 0, 0, 0, 2, 16, Act | Pad },
  { "MAP pool from accumulators, padded", CURTA_OP_MAP, 2, 0, 0, 0, 1, 0, 1, 0, 0, 2, 8, Div | Pad },
  { "MAP backward", CURTA_OP_MAP, 2, 2, 0, 0, 0, 0, 0, 0, 0, 0, 16, Back },
  { "MAP backward from accumulators", CURTA_OP_MAP, 2, 2, 0, 0, 0, 0, 1, 0, 0, 0, 16, Back },
  { "SCATTER kept", CURTA_OP_SCATTER, 2, 2, 0, 0, 0, 0, 0, 0, 0, 2, 16, 0 },
  { "SCATTER kept, padded", CURTA_OP_SCATTER, 2, 2, 0, 0, 0, 0, 0, 0, 0, 2, 16, Pad },
  { "SCATTER padded", CURTA_OP_SCATTER, 0, 0, 0, 0, 0, 0, 0, 0, 0, 3, 8, Pad },
  { "UPDATE NITRO", CURTA_OP_UPDATE, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, Sgd },
  { "UPDATE NITRO int24", CURTA_OP_UPDATE, 3, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, Sgd },
  { "UPDATE NITRO from accumulators", CURTA_OP_UPDATE, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 16, Sgd },
  { "LOSS", CURTA_OP_LOSS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, 0 },
  { "LOSS RSS", CURTA_OP_LOSS, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 32, Rss },
};

static void set_modes(uint32_t *cmd, const struct kind *k)
{
  if (k->modes & Div) {
    curta_cmd_set(cmd, CURTA_MAP_DIV, 1);
    curta_cmd_set(cmd, CURTA_MAP_DIV_M, (1u << 23) + (k->modes & Long ? 1 : 0));
  }
  curta_cmd_set(cmd, CURTA_MAP_ACT, k->modes & Act ? CURTA_ACT_NITRO : k->modes & Back ? CURTA_ACT_BACK_ZS : 0);
  curta_cmd_set(cmd, CURTA_MAP_ZS, !!(k->modes & Zs));
  if (k->modes & Pad) {
    curta_cmd_set(cmd, CURTA_MAP_PADDED, 1);
    curta_cmd_set(cmd, CURTA_MAP_PAD_Y, 1);
    curta_cmd_set(cmd, CURTA_MAP_LIM_Y, 8);
    curta_cmd_set(cmd, CURTA_MAP_LIM_X, 8);
  }
}

static void command(uint32_t *cmd, const struct kind *k, const struct curta_config *c)
{
  const uint32_t items = k->acc && k->n > (uint32_t)c->p_tiles / 2 ? (uint32_t)c->p_tiles / 2 : k->n;
  memset(cmd, 0, CURTA_CMD_BYTES);
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, k->opcode);
  cmd[4] = k->opcode == CURTA_OP_FILL ? 0 : k->acc ? 0 : Src;
  cmd[5] = k->mask || (k->modes & Back) || k->opcode == CURTA_OP_LOSS || k->opcode == CURTA_OP_SCATTER || k->opcode == CURTA_OP_UPDATE ? Aux : 0;
  cmd[6] = k->opcode == CURTA_OP_REDUCE ? 0 : Dst;
  cmd[7] = k->pool || k->master || (k->modes & Zs) ? Idx : 0;
  cmd[8] = k->opcode == CURTA_OP_UPDATE || k->opcode == CURTA_OP_REDUCE ? items : items | 1u << 16;
  cmd[9] = k->opcode == CURTA_OP_UPDATE || k->opcode == CURTA_OP_REDUCE ? 0 : 1u | 1u << 16;
  cmd[16] = k->window ? 2 : 0;
  cmd[17] = k->window ? 1 : 0;
  if (k->opcode == CURTA_OP_FILL)
    return;
  if (k->opcode == CURTA_OP_LOSS) {
    cmd[8] = items | 10u << 16;
    cmd[9] = 0;
    curta_cmd_set(cmd, CURTA_LOSS_RSS, !!(k->modes & Rss));
    return;
  }
  if (k->modes & Sgd)
    curta_cmd_set(cmd, CURTA_UPDATE_NITRO, 1);
  else if (k->opcode == CURTA_OP_MAP || k->opcode == CURTA_OP_SCATTER)
    set_modes(cmd, k);
  curta_cmd_set(cmd, CURTA_MAP_SRC_ACC, k->acc);
  curta_cmd_set(cmd, CURTA_MAP_SRC_TYPE, k->src_type);
  curta_cmd_set(cmd, CURTA_MAP_DST_TYPE, k->dst_type);
  curta_cmd_set(cmd, CURTA_MAP_REQ, k->req);
  curta_cmd_set(cmd, CURTA_MAP_ROUND, k->round);
  curta_cmd_set(cmd, CURTA_MAP_POOL, k->pool);
  curta_cmd_set(cmd, CURTA_MAP_MASK, k->mask);
  if (k->window) {
    curta_cmd_set(cmd, CURTA_MAP_KH, k->window);
    curta_cmd_set(cmd, CURTA_MAP_KW, k->window);
  }
  if (k->master) {
    curta_cmd_set(cmd, CURTA_UPDATE_MASTER, 1);
    curta_cmd_set(cmd, CURTA_UPDATE_FRAC, 4);
  }
  curta_cmd_set(cmd, CURTA_UPDATE_DECAY, k->decay);
}

static void take(void *user, const struct curta_retire *r)
{
  struct curta_retire *first = user;
  if (!r->index)
    *first = *r;
}

/* Cycles of the command, alone in the ring with its END; 0: it failed. */
static uint64_t measure(const struct curta_bus *bus, const uint32_t *cmd)
{
  uint32_t end[CURTA_CMD_WORDS] = { CURTA_OP_END }, error = 0;
  struct curta_retire r = { .end = 0 };
  bus->on_retire(bus->ctx, take, &r);
  bus->reg_write(bus->ctx, CURTA_REG_CTRL, 1);
  bus->reg_write(bus->ctx, CURTA_REG_RING_LOG2, 1);
  bus->reg_write(bus->ctx, CURTA_REG_MEM_SIZE, Mem);
  bus->reg_write(bus->ctx, CURTA_REG_IRQ_ENABLE, 3);
  bus->mem_write(bus->ctx, 0, cmd, CURTA_CMD_BYTES);
  bus->mem_write(bus->ctx, CURTA_CMD_BYTES, end, CURTA_CMD_BYTES);
  bus->reg_write(bus->ctx, CURTA_REG_RING_TAIL, 2);
  bus->wait_irq(bus->ctx, 1000000);
  bus->reg_read(bus->ctx, CURTA_REG_ERROR, &error);
  return error ? 0 : r.end - r.start;
}

static int compare(const char *config, const struct curta_config *c, const struct curta_bus *rtl, const struct curta_bus *timed)
{
  int bad = 0;
  for (unsigned k = 0; k < sizeof kinds / sizeof *kinds; k++) {
    uint32_t cmd[CURTA_CMD_WORDS];
    uint64_t a, b, limit;
    command(cmd, &kinds[k], c);
    a = measure(rtl, cmd);
    b = measure(timed, cmd);
    limit = a / 100 + Slack;
    if (a && b && b <= a + limit && a <= b + limit)
      continue;
    printf("FAIL vector time %s: %s: RTL %llu cycles, model %llu\n", config, kinds[k].name, (unsigned long long)a, (unsigned long long)b);
    bad = 1;
  }
  return bad;
}

static int run_config(const char *config)
{
  static const struct curta_config table[] = CURTA_CONFIG_TABLE;
  const struct curta_config *c = table;
  struct curta_bus rtl, timed;
  int bad;
  while (strncmp(c->name, config, strlen(c->name)))
    c++;
  const uint32_t rate = 2 * (strcmp(config, "base16") ? (uint32_t)c->bus : 16);
  const struct curta_rtl_options o = { .config = config, .mem_bytes = Mem, .bytes_per_cycle = rate, .latency = 10, .refresh_interval = CURTA_RTL_NONE };
  const struct curta_timed_memory m = { rate, 10, CURTA_TIMED_NONE, 0 };
  if (curta_rtl_open(&rtl, &o) || curta_timed_open(&timed, config, Mem, &m)) {
    printf("FAIL vector time %s: cannot open the devices\n", config);
    return 1;
  }
  bad = compare(config, c, &rtl, &timed);
  if (!bad)
    printf("PASS vector time %s: %zu kinds of command, alone, at %u bytes a cycle\n", config, sizeof kinds / sizeof *kinds, rate);
  curta_rtl_close(&rtl);
  curta_timed_close(&timed);
  return bad;
}

int main(int argc, char **argv)
{
  static const char *const all[] = { "tiny", "base", "base16", "large" };
  int bad = 0, done = 0;
  for (unsigned k = 0; k < sizeof all / sizeof *all; k++) {
    char word[16];
    (void)snprintf(word, sizeof word, "%s ", all[k]);
    if ((argc > 1 && strcmp(argv[1], all[k])) || !strstr(curta_rtl_configs(), word))
      continue;
    bad |= run_config(all[k]);
    done++;
  }
  if (!done)
    printf("FAIL vector time: this library has none of the configurations\n");
  return bad || !done;
}
