/* SPDX-License-Identifier: Apache-2.0
 * dev.c - registers, ring, doorbell, errors of one device (curta.h) */
#include <errno.h>
#include <string.h>
#include <stdbool.h>
#include "curta.h"

#define RESET_TRIES 100000u
#define POLL_SLICE 1000000u /* device cycles between looks at a device that does not raise its interrupt */

static int reg_read(const struct curta_dev *dev, uint32_t reg, uint32_t *value)
{
  return dev->bus->reg_read(dev->bus->ctx, reg, value);
}

static int reg_write(const struct curta_dev *dev, uint32_t reg, uint32_t value)
{
  return dev->bus->reg_write(dev->bus->ctx, reg, value);
}

int curta_hw_named(struct curta_hw *hw, const char *name)
{
  static const struct curta_config table[] = CURTA_CONFIG_TABLE;
  for (const struct curta_config *c = table; c->name; c++)
    if (!strcmp(c->name, name)) {
      const struct curta_hw h = {(uint32_t)c->t,    (uint32_t)c->r,       (uint32_t)c->c,       (uint32_t)c->v,
                                 (uint32_t)c->bus,  (uint32_t)c->a_tiles, (uint32_t)c->b_tiles, (uint32_t)c->p_tiles,
                                 (uint32_t)c->code, (uint32_t)c->digit};
      *hw = h;
      return 0;
    }
  return -ENOENT;
}

static bool power_of_two(uint32_t x)
{
  return x && !(x & (x - 1));
}

static int read_hw(const struct curta_dev *dev, struct curta_hw *hw)
{
  uint32_t config, caps0, caps1, caps2;
  int err = reg_read(dev, CURTA_REG_CONFIG, &config);
  if (!err)
    err = reg_read(dev, CURTA_REG_CAPS0, &caps0);
  if (!err)
    err = reg_read(dev, CURTA_REG_CAPS1, &caps1);
  if (!err)
    err = reg_read(dev, CURTA_REG_CAPS2, &caps2);
  if (err)
    return err;
  hw->t = config & 0xffu;
  hw->r = config >> 8 & 0xffu;
  hw->c = config >> 16 & 0xffu;
  hw->v = config >> 24;
  hw->a_tiles = caps0 & 0xffffu;
  hw->b_tiles = caps0 >> 16;
  hw->p_tiles = caps1 & 0xffffu;
  hw->bus = caps1 >> 16 & 0xffu;
  hw->code = caps1 >> 24;
  hw->digit = caps2 & 0xffu;
  if (!power_of_two(hw->t) || !power_of_two(hw->r) || !power_of_two(hw->c) || !power_of_two(hw->v) ||
      !power_of_two(hw->bus) || hw->t > 16 || hw->r > hw->t || hw->c > hw->t || hw->v > hw->t || hw->a_tiles < 2 ||
      hw->b_tiles < 2 || hw->p_tiles < 2)
    return -EINVAL;
  return 0;
}

static int identify(const struct curta_dev *dev)
{
  uint32_t id, version;
  int err = reg_read(dev, CURTA_REG_ID, &id);
  if (!err)
    err = reg_read(dev, CURTA_REG_VERSION, &version);
  if (err)
    return err;
  if (id != CURTA_VERSION_MAGIC)
    return -ENODEV;
  if (version != (CURTA_VERSION_HARDWARE | CURTA_VERSION_NUMERICS << 16))
    return -EPROTO;
  return 0;
}

static int ring_setup(const struct curta_dev *dev)
{
  uint32_t size = dev->mem_bytes > 0xffffffffu ? 0xffffffffu : (uint32_t)dev->mem_bytes;
  int err = reg_write(dev, CURTA_REG_MEM_SIZE, size);
  if (!err)
    err = reg_write(dev, CURTA_REG_RING_BASE, dev->ring_base);
  if (!err)
    err = reg_write(dev, CURTA_REG_RING_LOG2, dev->ring_log2);
  if (!err)
    err = reg_write(dev, CURTA_REG_IRQ_ENABLE, 3);
  return err;
}

int curta_hw_read(struct curta_hw *hw, const struct curta_bus *bus)
{
  const struct curta_dev d = {.bus = bus};
  struct curta_hw read;
  int err = identify(&d);
  if (!err)
    err = read_hw(&d, &read);
  if (!err)
    *hw = read;
  return err;
}

int curta_dev_open(struct curta_dev *dev, const struct curta_bus *bus)
{
  struct curta_dev d = {.bus = bus, .mem_bytes = bus->mem_bytes, .ring_log2 = CURTA_RING_LOG2};
  int err = identify(&d);
  if (!err)
    err = read_hw(&d, &d.hw);
  if (err)
    return err;
  d.brk = CURTA_RING_BYTES;
  if (d.mem_bytes < d.brk)
    return -ENOSPC;
  err = curta_dev_reset(&d);
  if (err)
    return err;
  *dev = d;
  return 0;
}

const char *curta_strerror(int err)
{
  switch (err < 0 ? -err : err) {
  case 0:
    return "no error";
  case ENODEV:
    return "no Curta answers at this bus (wrong ID register)";
  case EPROTO:
    return "hardware version or numerics revision that this driver does not know: use the driver of that device";
  case EINVAL:
    return "invalid argument or impossible configuration";
  case ENOSPC:
    return "not enough room (device memory, ring or command buffer)";
  case EAGAIN:
    return "the command ring is full at the moment";
  case EIO:
    return "the device stopped with an error (see its error registers)";
  case ETIMEDOUT:
    return "the device did not finish within the deadline";
  case ERANGE:
    return "address outside the device memory";
  case ENOENT:
    return "no such name";
  case ENOTSUP:
    return "not available in this plan or on this device";
  default:
    return "bus error";
  }
}

int curta_dev_alloc(struct curta_dev *dev, uint64_t bytes, uint32_t align, uint32_t *addr)
{
  uint64_t at = ((uint64_t)dev->brk + align - 1) & ~((uint64_t)align - 1);
  if (at + bytes > dev->mem_bytes || at + bytes > 0xffffffffu)
    return -ENOSPC;
  *addr = (uint32_t)at;
  dev->brk = (uint32_t)(at + bytes);
  return 0;
}

uint32_t curta_dev_mark(const struct curta_dev *dev)
{
  return dev->brk;
}

void curta_dev_release(struct curta_dev *dev, uint32_t mark)
{
  dev->brk = mark;
}

int curta_dev_stage(struct curta_dev *dev, const uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t n)
{
  uint32_t head, status, size = 1u << dev->ring_log2;
  int err;
  if (n > size)
    return -ENOSPC;
  err = reg_read(dev, CURTA_REG_STATUS, &status);
  if (!err)
    err = reg_read(dev, CURTA_REG_RING_HEAD, &head);
  if (err)
    return err;
  if (status & 2u)
    return -EIO;
  if (dev->tail - head + n > size)
    return -EAGAIN;
  for (uint32_t i = 0; i < n && !err; i++)
    err = dev->bus->mem_write(dev->bus->ctx, dev->ring_base + (dev->tail + i) % size * CURTA_CMD_BYTES, cmd[i],
                              CURTA_CMD_BYTES);
  if (!err)
    dev->staged = n;
  return err;
}

int curta_dev_ring(struct curta_dev *dev)
{
  int err = reg_write(dev, CURTA_REG_RING_TAIL, dev->tail + dev->staged);
  if (!err) {
    dev->tail += dev->staged;
    dev->staged = 0;
  }
  return err;
}

int curta_dev_submit(struct curta_dev *dev, const uint32_t (*cmd)[CURTA_CMD_WORDS], uint32_t n)
{
  int err = curta_dev_stage(dev, cmd, n);
  return err ? err : curta_dev_ring(dev);
}

/* 0 when done or later, 1 when not yet, -EIO when stopped. */
static int poll(const struct curta_dev *dev, uint32_t cookie)
{
  uint32_t irq, status, seen;
  int err = reg_read(dev, CURTA_REG_IRQ_STATUS, &irq);
  if (!err && irq)
    err = reg_write(dev, CURTA_REG_IRQ_STATUS, irq);
  if (!err)
    err = reg_read(dev, CURTA_REG_STATUS, &status);
  if (!err)
    err = reg_read(dev, CURTA_REG_COOKIE, &seen);
  if (err)
    return err;
  if (status & 2u)
    return -EIO;
  return (int)((seen - cookie) >> 31);
}

int curta_dev_wait(struct curta_dev *dev, uint32_t cookie, uint64_t deadline)
{
  uint64_t slice, left = deadline;
  for (;;) {
    int err = poll(dev, cookie);
    if (err <= 0)
      return err;
    if (!left)
      return -ETIMEDOUT;
    slice = left < POLL_SLICE ? left : POLL_SLICE;
    err = dev->bus->wait_irq(dev->bus->ctx, slice);
    if (err && err != -ETIMEDOUT)
      return err;
    left -= err ? slice : 1;
  }
}

int curta_dev_error(const struct curta_dev *dev, struct curta_error *error)
{
  static const char *const names[] = CURTA_ERR_NAMES;
  struct curta_error e;
  int err = reg_read(dev, CURTA_REG_ERROR, &e.code);
  if (!err)
    err = reg_read(dev, CURTA_REG_ERROR_INDEX, &e.index);
  if (!err)
    err = reg_read(dev, CURTA_REG_ERROR_INFO, &e.info);
  if (err)
    return err;
  e.name = e.code < sizeof names / sizeof *names ? names[e.code] : "unknown";
  *error = e;
  return 0;
}

int curta_dev_reset(struct curta_dev *dev)
{
  uint32_t status = 1;
  int err = reg_write(dev, CURTA_REG_CTRL, 1);
  for (uint32_t i = 0; !err && (status & 1u); i++) {
    if (i == RESET_TRIES)
      return -ETIMEDOUT;
    err = reg_read(dev, CURTA_REG_STATUS, &status);
  }
  if (!err)
    err = ring_setup(dev);
  if (!err) {
    dev->tail = 0;
    dev->staged = 0;
    dev->cookie = 0;
  }
  return err;
}

int curta_dev_counters(const struct curta_dev *dev, struct curta_counters *counters)
{
  struct curta_counters c;
  int err = reg_write(dev, CURTA_REG_SNAPSHOT, 1);
  for (uint32_t i = 0; i < CURTA_CNT_COUNT; i++) {
    uint32_t lo = 0, hi = 0;
    if (!err)
      err = reg_read(dev, CURTA_REG_COUNTER + 8 * i, &lo);
    if (!err)
      err = reg_read(dev, CURTA_REG_COUNTER + 8 * i + 4, &hi);
    c.value[i] = (uint64_t)hi << 32 | lo;
  }
  if (!err)
    *counters = c;
  return err;
}

int curta_dev_flags(const struct curta_dev *dev, uint32_t clear, uint32_t *flags)
{
  int err = reg_read(dev, CURTA_REG_FLAGS, flags);
  return err || !clear ? err : reg_write(dev, CURTA_REG_FLAGS, clear);
}

int curta_dev_scalar_read(const struct curta_dev *dev, uint32_t reg, int32_t *value)
{
  uint32_t v;
  int err;
  if (reg >= CURTA_SCALARS)
    return -EINVAL;
  err = reg_read(dev, CURTA_REG_SCALAR + 4 * reg, &v);
  if (!err)
    *value = (int32_t)v;
  return err;
}

int curta_dev_scalar_write(const struct curta_dev *dev, uint32_t reg, int32_t value)
{
  if (reg >= CURTA_SCALARS)
    return -EINVAL;
  return reg_write(dev, CURTA_REG_SCALAR + 4 * reg, (uint32_t)value);
}
