/* SPDX-License-Identifier: Apache-2.0
 * monitor.c - curta monitor: the learning curve of a machine that trains alone, as it grows
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <time.h>

#include "alone.h"
#include "commands.h"
#include "progress.h"

static void print_epochs(const struct curta_alone_status *s, uint32_t *printed)
{
  uint32_t n = s->epoch < CURTA_ALONE_EPOCHS ? s->epoch : CURTA_ALONE_EPOCHS;
  for (; *printed < n; ++*printed) {
    int known = s->curve[*printed].train != UINT32_MAX;
    printf("epoch %" PRIu32 "/%" PRIu32 "  ", *printed + 1, s->epochs);
    if (known)
      printf("train %.2f %%", 100.0 * s->curve[*printed].train / s->train_n);
    else
      printf("done before the machine was last started");
    if (known && s->test_n)
      printf("  test %.2f %%", 100.0 * s->curve[*printed].test / s->test_n);
    printf("\n");
  }
  if (s->epoch > CURTA_ALONE_EPOCHS && *printed == CURTA_ALONE_EPOCHS) {
    printf("the machine keeps no figures of later epochs than %u\n", CURTA_ALONE_EPOCHS);
    ++*printed; /* once */
  }
  (void)fflush(stdout);
}

static int follow(const struct curta_device *device, const struct curta_args *args, struct curta_alone_status *s,
                  struct curta_fail *fail)
{
  const struct timespec pause = {1, 0};
  struct curta_progress progress;
  uint32_t printed = 0, epoch = UINT32_MAX;
  int r;
  curta_progress_start(&progress, args->quiet, 0);
  for (;;) {
    r = curta_alone_status(device, s, fail);
    if (!r)
      r = curta_alone_curve(device, s, printed, fail);
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

/* What the machine says of its failure, in letters that a terminal may have. */
static int read_why(const struct curta_device *device, char why[CURTA_ALONE_WHY], struct curta_fail *fail)
{
  int r = curta_alone_read(device, CURTA_ALONE_STATUS + offsetof(struct curta_alone_status, why), why, CURTA_ALONE_WHY,
                           1, fail);
  why[CURTA_ALONE_WHY - 1] = 0;
  for (char *c = why; *c; c++)
    if (*c < ' ' || *c > '~')
      *c = '?';
  return r;
}

int curta_monitor(const struct curta_args *args, struct curta_fail *fail)
{
  static const char *const states[] = CURTA_ALONE_STATES;
  struct curta_device device = {.kind = -1};
  struct curta_alone_status s;
  char why[CURTA_ALONE_WHY];
  int r;
  if (!curta_args_given(args, "--device")) {
    (void)curta_usage(fail, "--device serial:TERMINAL is missing: which machine?");
    return curta_status(fail);
  }
  r = curta_alone_open(&device, args, fail);
  if (!r)
    r = follow(&device, args, &s, fail);
  if (!r && s.state == CURTA_ALONE_FAILED)
    r = read_why(&device, why, fail);
  curta_device_close(&device);
  if (r)
    return curta_status(fail);
  printf("%s, step %" PRIu32, s.state < sizeof states / sizeof *states ? states[s.state] : "unknown state", s.step);
  if (s.state == CURTA_ALONE_DONE)
    printf(", checksum of the weights %08" PRIx32, s.weights_crc);
  if (s.state == CURTA_ALONE_FAILED && why[0])
    printf(": %s", why);
  printf("\n");
  return s.state == CURTA_ALONE_FAILED;
}
