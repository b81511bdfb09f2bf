/* SPDX-License-Identifier: Apache-2.0
 * curta_golden.c - the golden device behind curta_bus.h: registers, memory, interrupt
 *
 * Soft reset keeps RING_BASE, RING_LOG2, IRQ_ENABLE, MEM_SIZE and the memories. RING_BASE keeps no bits below 128,
 * RING_LOG2 no value above 16.
 */
#include <errno.h>
#include <stdlib.h>
#include <sys/mman.h>
#include "curta_golden_int.h"
#include "curta_golden_list.h"
#include "curta_golden_wide.h"
#include "curta_golden_winograd.h"
#include "curta_kernels.h"
#include "curta_pool.h"

static uint32_t busy(const struct curta_golden *g)
{
  return !g->error && (g->call_count || g->head != g->tail);
}

static uint32_t irq(const struct curta_golden *g)
{
  return g->irq_status & g->irq_enable;
}

static void soft_reset(struct curta_golden *g)
{
  g->error = g->error_index = g->error_info = g->irq_status = g->cookie = g->retired = 0;
  g->head = g->tail = g->flags = 0;
  g->rd_bytes = g->wr_bytes = 0;
  g->index = g->call_count = 0;
  memset(g->snapshot, 0, sizeof g->snapshot);
  memset(g->issued, 0, sizeof g->issued);
  memset(g->s, 0, sizeof g->s);
}

static void snapshot(struct curta_golden *g)
{
  memset(g->snapshot, 0, sizeof g->snapshot);
  g->snapshot[CURTA_CNT_RD_BYTES] = g->rd_bytes;
  g->snapshot[CURTA_CNT_WR_BYTES] = g->wr_bytes;
}

/* Registers that describe the configuration. */
static uint32_t read_caps(const struct curta_config *c, uint32_t offset)
{
  switch (offset) {
  case CURTA_REG_ID:
    return CURTA_VERSION_MAGIC;
  case CURTA_REG_VERSION:
    return CURTA_VERSION_NUMERICS << 16 | CURTA_VERSION_HARDWARE;
  case CURTA_REG_CONFIG:
    return (uint32_t)(c->t | c->r << 8 | c->c << 16) | (uint32_t)c->v << 24;
  case CURTA_REG_CAPS2:
    return (uint32_t)c->digit;
  case CURTA_REG_CAPS0:
    return (uint32_t)c->a_tiles | (uint32_t)c->b_tiles << 16;
  default: /* CAPS1 */
    return (uint32_t)(c->p_tiles | c->bus << 16) | (uint32_t)c->code << 24;
  }
}

/* Arrays of registers: counters, scale registers; 0 elsewhere. */
static uint32_t read_array(const struct curta_golden *g, uint32_t offset)
{
  if (offset >= CURTA_REG_SCALAR && offset < CURTA_REG_SCALAR + 4 * CURTA_SCALARS)
    return g->s[(offset - CURTA_REG_SCALAR) / 4];
  if (offset >= CURTA_REG_COUNTER && offset < CURTA_REG_COUNTER + 8 * CURTA_CNT_COUNT)
    return (uint32_t)(g->snapshot[(offset - CURTA_REG_COUNTER) / 8] >> (offset % 8 ? 32 : 0));
  return 0;
}

static uint32_t read_one(const struct curta_golden *g, uint32_t offset)
{
  switch (offset) {
  case CURTA_REG_ID:
  case CURTA_REG_VERSION:
  case CURTA_REG_CONFIG:
  case CURTA_REG_CAPS0:
  case CURTA_REG_CAPS1:
  case CURTA_REG_CAPS2:
    return read_caps(&g->conf, offset);
  case CURTA_REG_STATUS:
    return busy(g) | (uint32_t)(g->error != 0) << 1 | (uint32_t)(irq(g) != 0) << 2;
  case CURTA_REG_ERROR:
    return g->error;
  case CURTA_REG_ERROR_INDEX:
    return g->error_index;
  case CURTA_REG_ERROR_INFO:
    return g->error_info;
  case CURTA_REG_IRQ_ENABLE:
    return g->irq_enable;
  case CURTA_REG_IRQ_STATUS:
    return g->irq_status;
  case CURTA_REG_RING_BASE:
    return g->ring_base;
  case CURTA_REG_RING_LOG2:
    return g->ring_log2;
  case CURTA_REG_RING_HEAD:
    return g->head;
  case CURTA_REG_RING_TAIL:
    return g->tail;
  case CURTA_REG_MEM_SIZE:
    return g->mem_size;
  case CURTA_REG_COOKIE:
    return g->cookie;
  case CURTA_REG_RETIRED:
    return g->retired;
  case CURTA_REG_FLAGS:
    return g->flags;
  default:
    return read_array(g, offset);
  }
}

static int reg_legal(uint32_t offset)
{
  return offset % 4 == 0 && offset < CURTA_REG_SCALAR + 4 * CURTA_SCALARS;
}

static int reg_read(void *ctx, uint32_t offset, uint32_t *value)
{
  if (!reg_legal(offset))
    return -EINVAL;
  *value = read_one(ctx, offset);
  return 0;
}

static int reg_write(void *ctx, uint32_t offset, uint32_t value)
{
  struct curta_golden *g = ctx;
  if (!reg_legal(offset))
    return -EINVAL;
  if (offset == CURTA_REG_CTRL && (value & 1u))
    soft_reset(g);
  else if (offset == CURTA_REG_IRQ_ENABLE)
    g->irq_enable = value & 3u;
  else if (offset == CURTA_REG_IRQ_STATUS)
    g->irq_status &= ~value;
  else if (offset == CURTA_REG_FLAGS)
    g->flags &= ~value;
  else if (offset == CURTA_REG_RING_BASE)
    g->ring_base = value & ~(uint32_t)(CURTA_CMD_BYTES - 1);
  else if (offset == CURTA_REG_RING_LOG2)
    g->ring_log2 = value > 16u ? 16u : value;
  else if (offset == CURTA_REG_RING_TAIL)
    g->tail = value;
  else if (offset == CURTA_REG_MEM_SIZE)
    g->mem_size = value;
  else if (offset == CURTA_REG_SNAPSHOT)
    snapshot(g);
  else if (offset >= CURTA_REG_SCALAR && !busy(g))
    g->s[(offset - CURTA_REG_SCALAR) / 4] = value;
  return 0;
}

static void *mem_map(void *ctx, uint32_t addr, size_t bytes)
{
  struct curta_golden *g = ctx;
  return addr <= g->mem_bytes && bytes <= g->mem_bytes - addr ? g->mem + addr : 0;
}

static int mem_read(void *ctx, uint32_t addr, void *dst, size_t bytes)
{
  const void *p = mem_map(ctx, addr, bytes);
  if (!p)
    return -ERANGE;
  memcpy(dst, p, bytes);
  return 0;
}

static int mem_write(void *ctx, uint32_t addr, const void *src, size_t bytes)
{
  void *p = mem_map(ctx, addr, bytes);
  if (!p)
    return -ERANGE;
  memcpy(p, src, bytes);
  return 0;
}

static int wait_irq(void *ctx, uint64_t limit)
{
  struct curta_golden *g = ctx;
  while (!irq(g) && limit-- && !curta_golden_step(g))
    ;
  return irq(g) ? 0 : -ETIMEDOUT;
}

static int on_retire(void *ctx, void (*fn)(void *user, const struct curta_retire *record), void *user)
{
  struct curta_golden *g = ctx;
  g->retire_fn = fn;
  g->retire_user = user;
  return 0;
}

int curta_golden_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value)
{
  const struct curta_golden *g = bus->ctx;
  uint64_t words = (uint64_t)g->t2 * (uint32_t)g->conf.p_tiles;
  const void *base = g->acc;
  if (space == CURTA_SPACE_MEM) {
    words = g->mem_bytes / 4;
    base = g->mem;
  } else if (space == CURTA_SPACE_A || space == CURTA_SPACE_B) {
    words = (uint64_t)g->t2 * g->tiles[space == CURTA_SPACE_B] / 4;
    base = g->buf[space == CURTA_SPACE_B];
  } else if (space == CURTA_SPACE_LIST) {
    words = g->tiles[1];
    base = g->list->len;
  } else if (space != CURTA_SPACE_ACC) {
    return -ERANGE;
  }
  if (word >= words)
    return -ERANGE;
  memcpy(value, (const char *)base + 4 * (size_t)word, 4);
  return 0;
}

const char *curta_golden_cpu(const struct curta_bus *bus)
{
  const struct curta_golden *g = bus->ctx;
  return g->k->name;
}

const char *curta_golden_cpus(void)
{
  static char names[96];
  size_t n = 0;
  for (const struct curta_kernels *const *k = Curta_kernels; *k; k++) {
    size_t len = strlen((*k)->name);
    if (!(*k)->supported() || n + len + 3 > sizeof names)
      continue;
    memcpy(names + n, n ? ", " : "", n ? 2 : 0);
    n += n ? 2 : 0;
    memcpy(names + n, (*k)->name, len + 1);
    n += len;
  }
  return names;
}

static size_t acc_bytes(const struct curta_golden *g)
{
  return 4 * (size_t)g->t2 * (size_t)g->conf.p_tiles;
}

/* Zeroed memory that is taken page by page when it is first used. Null without it. */
static void *map(size_t bytes)
{
  void *p = mmap(0, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
  return p == MAP_FAILED ? 0 : p;
}

static void unmap(void *p, size_t bytes)
{
  if (p)
    munmap(p, bytes);
}

static void release(struct curta_golden *g)
{
  curta_pool_stop(g->pool);
  for (int b = 0; b < 2; b++) {
    free(g->buf[b]);
    for (int mode = 0; mode < 2; mode++) {
      free(g->packed[b][mode].data);
      free(g->packed[b][mode].fresh);
    }
  }
  curta_wide_free(g->wide);
  curta_list_free(g->list);
  curta_winograd_free(g->winograd);
  unmap(g->acc, acc_bytes(g));
  unmap(g->mem, g->mem_bytes);
  free(g);
}

/* Zeroed, aligned for the vector kernels. */
static void *zeroed(size_t bytes)
{
  size_t rounded = (bytes + 63) & ~(size_t)63;
  void *p = aligned_alloc(64, rounded);
  return p ? memset(p, 0, rounded) : 0;
}

static int allocate_packed(const struct curta_golden *g, struct curta_packed *p, int buf)
{
  p->bytes = g->k->packed_bytes(g->t, buf ? CURTA_PACK_B : CURTA_PACK_A);
  p->data = zeroed((size_t)g->tiles[buf] * p->bytes);
  p->fresh = zeroed(g->tiles[buf]);
  p->hi = g->tiles[buf];
  return p->data && p->fresh ? 0 : -ENOMEM;
}

/* What CURTA_CONV asks of a set of kernels; CONV_UNKNOWN: what it does not have. */
enum conv { CONV_FASTEST, CONV_DIRECT, CONV_WINOGRAD, CONV_UNKNOWN };

static enum conv conv_asked(const struct curta_kernels *k)
{
  const char *name = getenv("CURTA_CONV");
  if (!name)
    return CONV_FASTEST;
  if (!strcmp(name, "direct"))
    return CONV_DIRECT;
  return !strcmp(name, "winograd") && k->winograd ? CONV_WINOGRAD : CONV_UNKNOWN;
}

static int add_winograd(struct curta_golden *g)
{
  if (!g->k->winograd || conv_asked(g->k) == CONV_DIRECT)
    return 0;
  g->winograd = curta_winograd_new(conv_asked(g->k) == CONV_WINOGRAD);
  return g->winograd ? 0 : -ENOMEM;
}

static int allocate(struct curta_golden *g)
{
  g->mem = map(g->mem_bytes);
  g->acc = map(acc_bytes(g));
  g->pool = curta_pool_start();
  g->wide = curta_wide_new(g);
  g->list = curta_list_new(g);
  if (!g->mem || !g->acc || !g->pool || !g->wide || !g->list || add_winograd(g))
    return -ENOMEM;
  for (int b = 0; b < 2; b++) {
    if (!(g->buf[b] = zeroed((size_t)g->tiles[b] * g->t2)))
      return -ENOMEM;
    for (int mode = 0; mode < 2; mode++)
      if (allocate_packed(g, &g->packed[b][mode], b))
        return -ENOMEM;
  }
  return 0;
}

static const struct curta_config *find_config(const char *name)
{
  static const struct curta_config table[] = CURTA_CONFIG_TABLE;
  for (const struct curta_config *c = table; c->name; c++)
    if (name && !strcmp(c->name, name))
      return c;
  return 0;
}

int curta_golden_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes)
{
  const struct curta_config *conf = find_config(config);
  const struct curta_kernels *k = curta_kernels_choose();
  struct curta_golden *g;
  if (!conf || !mem_bytes || mem_bytes > (uint64_t)1 << 32)
    return -EINVAL;
  if (!k)
    return -ENOTSUP;
  if (conv_asked(k) == CONV_UNKNOWN)
    return -EPROTONOSUPPORT;
  g = calloc(1, sizeof *g);
  if (!g)
    return -ENOMEM;
  g->conf = *conf;
  g->k = k;
  g->t = (uint32_t)conf->t;
  g->t2 = g->t * g->t;
  g->tiles[0] = (uint32_t)conf->a_tiles;
  g->tiles[1] = (uint32_t)conf->b_tiles;
  g->mem_bytes = mem_bytes;
  if (allocate(g)) {
    release(g);
    return -ENOMEM;
  }
  *bus = (struct curta_bus){.ctx = g,
                            .reg_read = reg_read,
                            .reg_write = reg_write,
                            .mem_read = mem_read,
                            .mem_write = mem_write,
                            .mem_map = mem_map,
                            .wait_irq = wait_irq,
                            .on_retire = on_retire,
                            .mem_bytes = mem_bytes,
                            .name = "golden"};
  return 0;
}

void curta_golden_close(struct curta_bus *bus)
{
  release(bus->ctx);
  memset(bus, 0, sizeof *bus);
}
