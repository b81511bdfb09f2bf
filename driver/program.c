/* SPDX-License-Identifier: Apache-2.0
 * program.c - planned programs on the device: upload, a step's commands, doorbell, end (curta.h) */
#include <errno.h>
#include <string.h>
#include "run_int.h"

#define MAX_SETUP 15u /* commands of the ring for one program */
#define SLOWEST 64u   /* a device may be so many times slower than the estimate before a step counts as hung */

/* The value of an address field if the tensor `from` lay where `to` lies. */
static void move(uint32_t cmd[CURTA_CMD_WORDS], uint32_t field, const struct curta_tensor *from,
                 const struct curta_tensor *to)
{
  uint32_t addr = curta_cmd_get(cmd, field);
  if (addr >= from->addr && addr - from->addr < from->bytes)
    curta_cmd_set(cmd, field, addr - from->addr + to->addr);
}

/* The program in `cmd` for the second bank: only LOAD reads the input, only LOSS the labels. */
static int upload_moved(const struct curta_run *run, const uint32_t (*cmd)[CURTA_CMD_WORDS],
                        const struct curta_tensor *to)
{
  const struct curta_plan *plan = run->plan;
  const struct curta_tensor *t = plan->tensor;
  const struct curta_bus *bus = run->dev->bus;
  uint32_t moved[CURTA_CMD_WORDS];
  int err = 0;
  for (uint32_t i = 0; i < to->d[0] && !err; i++) {
    memcpy(moved, cmd[i], sizeof moved);
    if (curta_cmd_get(moved, CURTA_CMD_OPCODE) == CURTA_OP_LOAD)
      move(moved, CURTA_LOAD_ADDR, &t[plan->t_input], &t[plan->t_input2]);
    if (curta_cmd_get(moved, CURTA_CMD_OPCODE) == CURTA_OP_LOSS)
      move(moved, CURTA_LOSS_AUX, &t[plan->t_labels], &t[plan->t_labels2]);
    err = bus->mem_write(bus->ctx, to->addr + i * CURTA_CMD_BYTES, moved, sizeof moved);
  }
  return err;
}

static int upload(const struct curta_run *run)
{
  const struct curta_plan *plan = run->plan;
  const struct curta_tensor *t = plan->tensor;
  const struct curta_bus *bus = run->dev->bus;
  const uint32_t(*cmd)[CURTA_CMD_WORDS] = (const uint32_t(*)[CURTA_CMD_WORDS])plan->cmd;
  int err = bus->mem_write(bus->ctx, t[plan->t_train].addr, cmd[0], plan->n_train * (size_t)CURTA_CMD_BYTES);
  if (!err)
    err = bus->mem_write(bus->ctx, t[plan->t_eval].addr, cmd[plan->n_train], plan->n_eval * (size_t)CURTA_CMD_BYTES);
  if (!err && plan->t_input2)
    err = upload_moved(run, cmd, &t[plan->t_train2]);
  if (!err && plan->t_input2)
    err = upload_moved(run, cmd + plan->n_train, &t[plan->t_eval2]);
  return err;
}

int curta_run_open(struct curta_run *run, struct curta_dev *dev, const struct curta_plan *plan)
{
  struct curta_hw hw = plan->hw;
  int err;
  hw.bus = dev->hw.bus; /* a plan may count on less */
  if (!plan->cmd || plan->hw.bus > dev->hw.bus || memcmp(&hw, &dev->hw, sizeof hw))
    return -EINVAL;
  if (plan->end > dev->mem_bytes)
    return -ERANGE;
  memset(run, 0, sizeof *run);
  run->dev = dev;
  run->plan = plan;
  run->rate = plan->net->nitro.rate;
  err = memory_clear(dev, plan->work_base, plan->end);
  return err ? err : upload(run);
}

static void set_scalar(uint32_t cmd[CURTA_CMD_WORDS], uint32_t reg, uint32_t value)
{
  curta_cmd_set(cmd, CURTA_CMD_OPCODE, CURTA_OP_SCALAR);
  curta_cmd_set(cmd, CURTA_SCALAR_FUNC, CURTA_SCALAR_SET);
  curta_cmd_set(cmd, CURTA_SCALAR_RD, reg);
  curta_cmd_set(cmd, CURTA_SCALAR_IMM, value);
}

/* The program of the bank that the batch is in. */
static const struct curta_tensor *program_of(const struct curta_run *run, enum curta_program program)
{
  const struct curta_plan *plan = run->plan;
  int first = program == CURTA_TRAIN_STEP ? plan->t_train : plan->t_eval,
      second = program == CURTA_TRAIN_STEP ? plan->t_train2 : plan->t_eval2;
  return &plan->tensor[run->bank ? second : first];
}

int curta_stage(struct curta_run *run, enum curta_program program)
{
  const struct curta_tensor *at;
  uint32_t cmd[MAX_SETUP][CURTA_CMD_WORDS] = {{0}}, rates[8], n = 5;
  int32_t exponent = run->input_exp;
  int err;
  if (program != CURTA_TRAIN_STEP && program != CURTA_EVAL_STEP)
    return -EINVAL;
  at = program_of(run, program);
  for (uint32_t w = 0; w < run->plan->n_weighted; w++)
    exponent += run->weight_exp[w];
  set_scalar(cmd[0], CURTA_S_ZERO, 0);
  set_scalar(cmd[1], CURTA_S_SEED, run->plan->opt.seed);
  set_scalar(cmd[2], CURTA_S_STEP, run->step + (run->running == CURTA_TRAIN_STEP));
  set_scalar(cmd[3], CURTA_S_MU, (uint32_t)run->mu);
  set_scalar(cmd[4], CURTA_S_EXP0, (uint32_t)exponent);
  if (run->plan->net->algorithm == CURTA_NITRO_D) {
    err = nitro_registers(run, rates);
    if (err)
      return err;
    for (uint32_t i = 0; i < 8; i++)
      set_scalar(cmd[n++], CURTA_S_RATE + i, rates[i]);
  }
  curta_cmd_set(cmd[n], CURTA_CMD_OPCODE, CURTA_OP_CALL);
  curta_cmd_set(cmd[n], CURTA_CALL_ADDR, at->addr);
  curta_cmd_set(cmd[n++], CURTA_CALL_COUNT, at->d[0]);
  curta_cmd_set(cmd[n], CURTA_CMD_OPCODE, CURTA_OP_END);
  curta_cmd_set(cmd[n++], CURTA_END_COOKIE, run->dev->cookie + 1);
  err = curta_dev_stage(run->dev, (const uint32_t(*)[CURTA_CMD_WORDS])cmd, n);
  if (!err)
    run->staged = (uint8_t)program;
  return err;
}

int curta_launch(struct curta_run *run)
{
  int err = 0;
  if (!run->staged || run->running)
    return -EAGAIN;
  if (run->staged == CURTA_TRAIN_STEP)
    err = run->plan->net->algorithm == CURTA_NITRO_D ? nitro_write_masks(run) : write_masks(run);
  if (!err)
    err = curta_dev_ring(run->dev);
  if (err)
    return err;
  run->dev->cookie++;
  run->running = run->staged;
  run->staged = CURTA_NOTHING;
  return 0;
}

int curta_finish(struct curta_run *run)
{
  int err;
  if (!run->running)
    return -EAGAIN;
  err = curta_dev_wait(run->dev, run->dev->cookie, run->plan->est_cycles * SLOWEST + 100000000u);
  run->step += !err && run->running == CURTA_TRAIN_STEP;
  run->running = CURTA_NOTHING;
  return err;
}

static int whole(struct curta_run *run, enum curta_program program)
{
  int err = curta_stage(run, program);
  if (!err)
    err = curta_launch(run);
  return err ? err : curta_finish(run);
}

int curta_step(struct curta_run *run)
{
  return whole(run, CURTA_TRAIN_STEP);
}

int curta_eval(struct curta_run *run)
{
  return whole(run, CURTA_EVAL_STEP);
}
