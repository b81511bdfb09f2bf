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

static void rename_scalar(uint32_t cmd[CURTA_CMD_WORDS], uint32_t field, uint32_t from, uint32_t to)
{
  if (curta_cmd_get(cmd, field) == from)
    curta_cmd_set(cmd, field, to);
}

static void rename_results(uint32_t cmd[CURTA_CMD_WORDS])
{
  if (curta_cmd_get(cmd, CURTA_CMD_OPCODE) == CURTA_OP_SCALAR) {
    rename_scalar(cmd, CURTA_SCALAR_RD, CURTA_S_EXP, CURTA_S_EXP2);
    rename_scalar(cmd, CURTA_SCALAR_RA, CURTA_S_EXP, CURTA_S_EXP2);
  }
  if (curta_cmd_get(cmd, CURTA_CMD_OPCODE) == CURTA_OP_LOSS) {
    rename_scalar(cmd, CURTA_LOSS_EXP_REG, CURTA_S_EXP, CURTA_S_EXP2);
    rename_scalar(cmd, CURTA_LOSS_COUNT_REG, CURTA_S_CORRECT, CURTA_S_CORRECT2);
  }
}

bool own_results(const struct curta_plan *plan)
{
  return plan->t_input2 && plan->n_weighted < CURTA_MAX_WEIGHTED;
}

/* The program in `cmd` for the second bank: only LOAD reads the input, only LOSS the labels and the exponent. */
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
    if (own_results(plan))
      rename_results(moved);
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

/* Masks stay as they are while a step reads them. */
static bool may_follow(const struct curta_run *run)
{
  bool masks = false;
  for (uint32_t w = 0; w < run->plan->n_weighted; w++)
    masks |= run->plan->weighted[w].t_mask >= 0;
  return !run->next && own_results(run->plan) && !(masks && run->staged == CURTA_TRAIN_STEP);
}

int curta_launch(struct curta_run *run)
{
  int err = 0;
  if (!run->staged || (run->running && !may_follow(run)))
    return -EAGAIN;
  if (run->staged == CURTA_TRAIN_STEP)
    err = run->plan->net->algorithm == CURTA_NITRO_D ? nitro_write_masks(run) : write_masks(run);
  if (!err)
    err = curta_dev_ring(run->dev);
  if (err)
    return err;
  run->dev->cookie++;
  if (run->running) {
    run->next = run->staged;
    run->next_bank = (uint8_t)run->bank;
  } else {
    run->running = run->staged;
    run->run_bank = (uint8_t)run->bank;
  }
  run->staged = CURTA_NOTHING;
  return 0;
}

int curta_finish(struct curta_run *run)
{
  uint64_t deadline = run->plan->est_cycles * SLOWEST + 100000000u;
  int err;
  if (!run->running)
    return -EAGAIN;
  err = curta_dev_wait(run->dev, run->dev->cookie - (run->next != CURTA_NOTHING), deadline);
  run->step += !err && run->running == CURTA_TRAIN_STEP;
  run->done = run->run_bank;
  run->running = err ? CURTA_NOTHING : run->next;
  run->run_bank = run->next_bank;
  run->next = CURTA_NOTHING;
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
