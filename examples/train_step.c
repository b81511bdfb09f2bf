/* SPDX-License-Identifier: Apache-2.0
 * train_step.c - training through the C API: describe a network, plan it, run steps, read the weights back
 *
 * A toy task: 32 images of 4x4 pixels whose bright half names the class.
 */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta.h"
#include "curta_golden.h"

static const char text[] = "input 1 4 4\n"
                           "linear 16\n"
                           "relu\n"
                           "linear 2\n";
enum { BATCH = 32, PIXELS = 16, MAX_COMMANDS = 4096 };

static int fail(const char *what, int error, const char *why)
{
  fprintf(stderr, "train_step: %s: %s\n", what, why && *why ? why : curta_strerror(error));
  return 1;
}

static void toy_batch(int8_t *x, uint16_t *labels, uint32_t step)
{
  for (uint32_t n = 0; n < BATCH; n++) {
    labels[n] = (uint16_t)((n ^ step) & 1);
    for (uint32_t i = 0; i < PIXELS; i++)
      x[n * PIXELS + i] = (int8_t)((i / 8 == labels[n] ? 60 : -60) + (int)((n * 7 + i * 13 + step * 5) % 41) - 20);
  }
}

int main(void)
{
  static struct curta_net net;
  static struct curta_plan plan;
  static struct curta_dev dev;
  static struct curta_run run;
  static uint32_t commands[MAX_COMMANDS][CURTA_CMD_WORDS];
  struct curta_diag diag = {0};
  struct curta_bus bus;
  struct curta_result result = {0};
  int error = curta_net_parse(text, strlen(text), &net, &diag);
  if (error)
    return fail("network", error, diag.text);
  error = curta_golden_open(&bus, "base", 1 << 22);
  if (error || (error = curta_dev_open(&dev, &bus)) != 0)
    return fail("device", error, NULL);

  struct curta_plan_request request = {.net = &net, .hw = dev.hw, .batch = BATCH, .mem_bytes = bus.mem_bytes, .cmd = commands, .cmd_capacity = MAX_COMMANDS};
  request.weight_base = (curta_dev_mark(&dev) + 4095u) & ~4095u;
  curta_opt_preset(&request.opt, "niti-2020");
  request.work = malloc(curta_plan_work_bytes());
  error = curta_plan(&plan, &request, &diag);
  free(request.work);
  if (error)
    return fail("plan", error, diag.text);
  printf("one step: %u commands, %u bytes of device memory, about %llu cycles\n", plan.n_train, plan.end, (unsigned long long)plan.est_cycles);

  error = curta_run_open(&run, &dev, &plan);
  for (uint32_t w = 0; !error && w < plan.n_weighted; w++) {
    int8_t weights[16 * PIXELS];
    int32_t exponent;
    error = curta_init_weights(&net, plan.weighted[w].layer, &request.opt, weights, &exponent);
    if (!error)
      error = curta_weights_set(&run, w, weights, exponent);
  }
  run.mu = 0;
  run.input_exp = -6;
  for (uint32_t step = 0; !error && step < 30; step++) {
    int8_t x[BATCH * PIXELS];
    uint16_t labels[BATCH];
    toy_batch(x, labels, step);
    error = curta_batch_write(&run, x, labels, BATCH);
    if (!error)
      error = curta_step(&run);
    if (!error)
      error = curta_result(&run, &result);
    if (!error && (step < 3 || step == 29))
      printf("step %2u: %2u of %u correct\n", step, result.correct, result.images);
  }
  curta_golden_close(&bus);
  if (error)
    return fail("training", error, NULL);
  return result.correct >= 30 ? 0 : fail("training", 0, "the toy task was not learned");
}
