/* SPDX-License-Identifier: Apache-2.0
 * vector_model.c - see vector_model.h
 */
#include "vector_model.h"
#include "curta_golden_int.h"

static void listen(void *user, const struct curta_retire *record)
{
  (void)user;
  (void)record;
}

int vector_model_open(struct vector_model *m, const char *config, uint64_t mem_bytes)
{
  struct curta_bus bus;
  int err = curta_golden_open(&bus, config, mem_bytes);
  struct curta_golden *g;
  if (err)
    return err;
  g = bus.ctx;
  g->retire_fn = listen; /* check sums are formed only while somebody listens */
  *m = (struct vector_model){ g, g->mem, g->acc, g->s, &g->flags, (uint32_t)g->conf.p_tiles };
  return 0;
}

int vector_model_run(struct vector_model *m, const uint32_t *cmd, uint32_t mem_size, uint32_t *info, uint32_t *check)
{
  struct curta_golden *g = m->golden;
  int err;
  g->mem_size = mem_size;
  g->check = 0;
  g->info = 0;
  switch (cmd[0] & 0xff) {
  case CURTA_OP_MAP: err = curta_golden_map(g, cmd); break;
  case CURTA_OP_SCATTER: err = curta_golden_scatter(g, cmd); break;
  case CURTA_OP_UPDATE: err = curta_golden_update(g, cmd); break;
  case CURTA_OP_REDUCE: err = curta_golden_reduce(g, cmd); break;
  case CURTA_OP_FILL: err = curta_golden_fill(g, cmd); break;
  case CURTA_OP_LOSS: err = curta_golden_loss(g, cmd); break;
  default: err = curta_golden_scalar(g, cmd); break;
  }
  *info = g->info;
  *check = g->check;
  return err;
}
