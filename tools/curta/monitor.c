/* SPDX-License-Identifier: Apache-2.0
 * monitor.c - curta monitor: the learning curve of a machine that trains alone, as it grows
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <time.h>

#include "alone.h"
#include "commands.h"
#include "progress.h"

static void print_epochs(const struct curta_alone_status *s, uint32_t *printed)
{
  uint32_t n = s->epoch < CURTA_ALONE_EPOCHS ? s->epoch : CURTA_ALONE_EPOCHS;
  for (; *printed < n; ++*printed) {
    printf("epoch %" PRIu32 "/%" PRIu32 "  train %.2f %%", *printed + 1, s->epochs,
           100.0 * s->curve[*printed].train / s->train_n);
    if (s->test_n)
      printf("  test %.2f %%", 100.0 * s->curve[*printed].test / s->test_n);
    printf("\n");
  }
  (void)fflush(stdout);
}

static int follow(const struct curta_device *device, const struct curta_args *args, struct curta_alone_status *s,
                  struct curta_fail *fail)
{
  const struct timespec pause = {0, 200000000};
  struct curta_progress progress;
  uint32_t printed = 0, epoch = UINT32_MAX;
  int r;
  curta_progress_start(&progress, args->quiet, 0);
  for (;;) {
    r = curta_alone_status(device, s, fail);
    if (r)
      return r;
    if (s->epoch != epoch) {
      curta_progress_clear(&progress);
      print_epochs(s, &printed);
      curta_progress_start(&progress, args->quiet, s->position);
      epoch = s->epoch;
    }
    if (s->state != CURTA_ALONE_STARTING && s->state != CURTA_ALONE_TRAINING)
      return 0;
    if (s->state == CURTA_ALONE_TRAINING && s->train_n) {
      struct curta_progress_now now = {s->epoch + 1, s->epochs, s->position,     s->train_n,
                                       s->correct,   -1,        s->accel_cycles, -1};
      curta_progress_show(&progress, &now);
    }
    nanosleep(&pause, NULL);
  }
}

int curta_monitor(const struct curta_args *args, struct curta_fail *fail)
{
  static const char *const states[] = CURTA_ALONE_STATES;
  struct curta_device device = {.kind = -1};
  struct curta_alone_status s;
  int r;
  if (!curta_args_given(args, "--device")) {
    (void)curta_usage(fail, "--device serial:TERMINAL is missing: which machine?");
    return curta_status(fail);
  }
  r = curta_alone_open(&device, args, fail);
  if (!r)
    r = follow(&device, args, &s, fail);
  curta_device_close(&device);
  if (r)
    return curta_status(fail);
  printf("%s, step %" PRIu32, s.state < sizeof states / sizeof *states ? states[s.state] : "unknown state", s.step);
  if (s.state == CURTA_ALONE_DONE)
    printf(", checksum of the weights %08" PRIx32, s.weights_crc);
  printf("\n");
  return s.state == CURTA_ALONE_FAILED;
}
