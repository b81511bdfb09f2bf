// SPDX-License-Identifier: Apache-2.0
// curta_time_host.cpp - the functional side of a device with time (curta_time_host.h)
#include "curta_time_host.h"
#include <cerrno>
#include <cstring>

namespace curta_time {

bool find_shape(const char *name, curta_config *shape)
{
  static const curta_config table[] = CURTA_CONFIG_TABLE;
  const bool wide = name && !strcmp(name, "base16");
  for (const curta_config *c = table; c->name; c++)
    if (name && !c->software && !strcmp(c->name, wide ? "base" : name)) {
      *shape = *c;
      if (wide)
        shape->bus = 16;
      return true;
    }
  return false;
}

int golden_host::open(const char *config, uint64_t mem_bytes)
{
  curta_config shape;
  if (!find_shape(config, &shape))
    return -EINVAL;
  int r = curta_golden_open(&golden, shape.name, mem_bytes);
  if (r)
    return r;
  g = static_cast<curta_golden *>(golden.ctx);
  g->conf = shape;
  own = g->mem;
  return 0;
}

golden_host::~golden_host()
{
  if (!g)
    return;
  g->mem = own;
  curta_golden_close(&golden);
}

// What the registers of the golden device show.
void golden_host::mirror(const core &c) const
{
  g->head = c.head;
  g->call_count = c.is_busy();
  g->call_pos = 0;
  g->error = c.stopped ? c.error : 0;
  g->error_index = c.stopped ? c.error_index : 0;
  g->error_info = c.stopped ? c.error_info : 0;
  g->retired = c.retired_count;
}

uint32_t golden_host::read(const core &c, uint32_t offset) const
{
  uint32_t value = 0;
  mirror(c);
  golden.reg_read(golden.ctx, offset, &value);
  return value;
}

void golden_host::write(core &c, uint32_t offset, uint32_t value, uint64_t t)
{
  mirror(c);
  golden.reg_write(golden.ctx, offset, value);
  if (offset == CURTA_REG_SNAPSHOT) {
    c.account(t);
    memcpy(g->snapshot, c.cause.value, sizeof g->snapshot);
    g->snapshot[CURTA_CNT_CYCLES] = 0;
    for (int k = CURTA_CNT_BUSY; k <= CURTA_CNT_OTHER; k++)
      g->snapshot[CURTA_CNT_CYCLES] += g->snapshot[k];
  } else if (offset == CURTA_REG_CTRL && (value & 1)) {
    c.reset(t);
  }
  if (offset == CURTA_REG_RING_TAIL || offset == CURTA_REG_RING_BASE || offset == CURTA_REG_RING_LOG2 ||
      (offset == CURTA_REG_CTRL && (value & 1)))
    c.doorbell(g->ring_base, g->ring_log2, g->tail, t);
}

int golden_host::fetch(uint64_t addr, uint32_t *cmd)
{
  int err = CURTA_ERR_RANGE;
  const void *p = addr > UINT32_MAX ? nullptr : curta_golden_at(g, (int64_t)addr, CURTA_CMD_BYTES, &err);
  if (!p)
    return err;
  if (cmd)
    memcpy(cmd, p, CURTA_CMD_BYTES);
  return 0;
}

int golden_host::check(const uint32_t *cmd, const uint32_t *issued)
{
  memcpy(g->issued, issued, sizeof g->issued);
  return curta_golden_check(g, cmd);
}

int golden_host::execute(const uint32_t *cmd, uint32_t *checksum)
{
  g->retire_fn = retire_fn;      // sums are made only while somebody listens
  g->check = 0;
  int err = curta_golden_execute(g, cmd);
  *checksum = g->check;
  return err;
}

bool golden_host::skips(const uint32_t *cmd)
{
  bool differ = g->s[curta_cmd_get(cmd, CURTA_SKIP_RA)] != g->s[curta_cmd_get(cmd, CURTA_SKIP_RB)];
  return differ == (bool)curta_cmd_get(cmd, CURTA_SKIP_COND);
}

uint32_t golden_host::list(uint32_t tile)
{
  uint32_t n = 0;
  (void)curta_golden_peek(&golden, CURTA_SPACE_LIST, tile, &n);
  return n;
}

void golden_host::retired(const curta_retire &r)
{
  if (retire_fn)
    retire_fn(retire_user, &r);
}

void golden_host::ended(uint32_t cookie)
{
  g->cookie = cookie;
  g->irq_status |= 1u;
}

}  // namespace curta_time

curta_time::memory_options curta_timed_options(const curta_config &shape, const curta_timed_memory *m)
{
  curta_time::memory_options o;
  o.width = (uint32_t)shape.bus;
  o.rate = m && m->bytes_per_cycle ? m->bytes_per_cycle : o.width;
  o.latency = m && m->latency ? m->latency : 30;
  o.interval = !m || !m->refresh_interval ? 780 : m->refresh_interval == CURTA_TIMED_NONE ? 0 : m->refresh_interval;
  o.refresh = m && m->refresh_cycles ? m->refresh_cycles : 26;
  return o;
}
