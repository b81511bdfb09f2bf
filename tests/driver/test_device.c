/* SPDX-License-Identifier: Apache-2.0
 * test_device.c - the driver on the golden device: open and its refusals, ring, wait, errors, reset, allocator,
 * counters
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "curta.h"
#include "curta_golden.h"

static int failed;

static void expect(const char *what, long got, long expected)
{
  if (got != expected) {
    printf("FAIL device %s: expected %ld, got %ld\n", what, expected, got);
    failed = 1;
  }
}

/* A bus that answers reads of one register with a wrong value. */
static struct curta_bus real;
static uint32_t wrong_reg, wrong_value;
static int wrong_read(void *ctx, uint32_t reg, uint32_t *value)
{
  int err = real.reg_read(ctx, reg, value);
  if (reg == wrong_reg)
    *value = wrong_value;
  return err;
}

static void check_open(void)
{
  const struct {
    uint32_t reg, value;
    int err;
  } bad[] = {{CURTA_REG_ID, 0xffffffff, -ENODEV},
             {CURTA_REG_VERSION, 2u << 16 | 1, -EPROTO},
             {CURTA_REG_VERSION, 1u << 16 | 9, -EPROTO},
             {CURTA_REG_CONFIG, 0x02080807, -EINVAL},
             {CURTA_REG_CAPS0, 0, -EINVAL}};
  struct curta_dev dev, before;
  struct curta_hw hw;
  struct curta_bus bus = real;
  bus.reg_read = wrong_read;
  memset(&dev, 0x77, sizeof dev);
  before = dev;
  hw = before.hw;
  for (size_t i = 0; i < sizeof bad / sizeof *bad; i++) {
    wrong_reg = bad[i].reg;
    wrong_value = bad[i].value;
    expect("open with a wrong register", curta_dev_open(&dev, &bus), bad[i].err);
    expect("device untouched", memcmp(&dev, &before, sizeof dev), 0);
    expect("configuration with a wrong register", curta_hw_read(&hw, &bus), bad[i].err);
    expect("configuration untouched", memcmp(&hw, &before.hw, sizeof hw), 0);
  }
  bus = real;
  bus.mem_bytes = 100;
  expect("open with a tiny memory", curta_dev_open(&dev, &bus), -ENOSPC);
}

static void command(uint32_t cmd[CURTA_CMD_WORDS], uint32_t opcode)
{
  memset(cmd, 0, CURTA_CMD_BYTES);
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, opcode);
}

static void check_ring(struct curta_dev *dev)
{
  static uint32_t cmd[80][CURTA_CMD_WORDS];
  int32_t value = 0;
  expect("more commands than the ring has", curta_dev_submit(dev, (const uint32_t(*)[CURTA_CMD_WORDS])cmd, 80),
         -ENOSPC);
  for (uint32_t round = 1; round <= 9; round++) { /* 9 x 50 commands wrap the ring of 64 */
    for (int i = 0; i < 49; i++) {
      command(cmd[i], CURTA_OP_SCALAR);
      curta_cmd_set(cmd[i], CURTA_SCALAR_RD, 60);
      curta_cmd_set(cmd[i], CURTA_SCALAR_IMM, round * 100 + (uint32_t)i);
    }
    command(cmd[49], CURTA_OP_END);
    curta_cmd_set(cmd[49], CURTA_END_COOKIE, round);
    expect("submit", curta_dev_submit(dev, (const uint32_t(*)[CURTA_CMD_WORDS])cmd, 50), 0);
    expect("a second submit without room", curta_dev_submit(dev, (const uint32_t(*)[CURTA_CMD_WORDS])cmd, 50), -EAGAIN);
    expect("wait", curta_dev_wait(dev, round, 1000), 0);
    expect("scale register", curta_dev_scalar_read(dev, 60, &value), 0);
    expect("its value", value, (long)(round * 100 + 48));
  }
  expect("wait for what never comes", curta_dev_wait(dev, 77, 1000), -ETIMEDOUT);
  expect("register 64", curta_dev_scalar_read(dev, 64, &value), -EINVAL);
}

static void check_error(struct curta_dev *dev)
{
  uint32_t cmd[2][CURTA_CMD_WORDS];
  struct curta_error e;
  struct curta_counters c;
  expect("reset", curta_dev_reset(dev), 0);
  command(cmd[0], CURTA_OP_NOP);
  command(cmd[1], 0xee);
  expect("submit of an unknown command", curta_dev_submit(dev, (const uint32_t(*)[CURTA_CMD_WORDS])cmd, 2), 0);
  expect("wait after an error", curta_dev_wait(dev, 1, 1000), -EIO);
  expect("error report", curta_dev_error(dev, &e), 0);
  expect("error code", (long)e.code, CURTA_ERR_OPCODE);
  expect("error name", strcmp(e.name, "OPCODE"), 0);
  expect("error index", (long)e.index, 1);
  expect("error info", (long)e.info, 0xee);
  expect("submit to a stopped device", curta_dev_submit(dev, (const uint32_t(*)[CURTA_CMD_WORDS])cmd, 1), -EIO);
  expect("reset", curta_dev_reset(dev), 0);
  expect("no error", curta_dev_error(dev, &e), 0);
  expect("code after reset", (long)e.code, 0);
  command(cmd[0], CURTA_OP_END);
  curta_cmd_set(cmd[0], CURTA_END_COOKIE, 5);
  expect("submit after reset", curta_dev_submit(dev, (const uint32_t(*)[CURTA_CMD_WORDS])cmd, 1), 0);
  expect("wait after reset", curta_dev_wait(dev, 5, 1000), 0);
  expect("counters", curta_dev_counters(dev, &c), 0);
  expect("bytes read", (long)c.value[CURTA_CNT_RD_BYTES], CURTA_CMD_BYTES);
}

static void check_alloc(struct curta_dev *dev)
{
  uint32_t a = 0, b = 0, mark = curta_dev_mark(dev);
  expect("alloc", curta_dev_alloc(dev, 100, 4096, &a), 0);
  expect("alignment", a % 4096, 0);
  expect("alloc", curta_dev_alloc(dev, 1, 64, &b), 0);
  expect("apart", b >= a + 100, 1);
  expect("too much", curta_dev_alloc(dev, dev->mem_bytes, 1, &b), -ENOSPC);
  curta_dev_release(dev, mark);
  expect("released", (long)curta_dev_mark(dev), (long)mark);
}

int main(void)
{
  static const char *const configs[] = {"tiny", "base", "large", "host"};
  for (int i = 0; i < 4; i++) {
    struct curta_dev dev;
    struct curta_hw hw;
    expect("golden", curta_golden_open(&real, configs[i], 1 << 20), 0);
    check_open();
    expect("open", curta_dev_open(&dev, &real), 0);
    expect("configuration", curta_hw_named(&hw, configs[i]) || memcmp(&hw, &dev.hw, sizeof hw), 0);
    expect("configuration read", curta_hw_read(&hw, &real) || memcmp(&hw, &dev.hw, sizeof hw), 0);
    expect("ring", (long)curta_dev_mark(&dev), CURTA_RING_BYTES);
    check_ring(&dev);
    check_error(&dev);
    check_alloc(&dev);
    curta_golden_close(&real);
  }
  if (!failed)
    printf("PASS device: open, ring, errors, reset, allocator, counters\n");
  return failed;
}
