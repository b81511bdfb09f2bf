/* SPDX-License-Identifier: Apache-2.0
 * log.h - what a training leaves behind beside its weights: log.csv, steps.csv, curve.png
 *
 * log.csv has a row an epoch, steps.csv a row every CURTA_LOG_WINDOW steps. Both are rewritten whole and atomically,
 * just before the checkpoint beside them; a resumed training drops the rows after its checkpoint.
 */
#ifndef CURTA_TOOL_LOG_H
#define CURTA_TOOL_LOG_H
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

#define CURTA_LOG_WINDOW 50u

struct curta_log_epoch {
  uint32_t epoch, step, images;      /* epoch counts from 1 */
  double train_loss, train_accuracy; /* per image; per cent */
  double test_loss, test_accuracy;   /* negative: not measured */
  double seconds, images_per_second;
  uint64_t cycles;    /* 0: device without time */
  double utilization; /* per cent */
  int32_t rate;       /* of its steps. NITRO-D: inverse learning rate; NITI: mu */
  uint32_t flags;     /* NITRO-D: bits CURTA_FLAG_* of all steps up to its end */
  int older;          /* a row of a log that has neither of them */
};

struct curta_log_window {
  uint32_t step, images;        /* step: the last one of the window */
  double epoch, loss, accuracy; /* epoch: how many are done, with fraction */
};

struct curta_log {
  char dir[512];
  struct curta_log_epoch *epochs;
  struct curta_log_window *windows;
  size_t n_epochs, n_windows;
};

/* What has left its range, by name: "SUM+WRAP", "none". */
#define CURTA_LOG_FLAGS 24u
const char *curta_log_flags(char text[CURTA_LOG_FLAGS], uint32_t flags);
void curta_log_init(struct curta_log *log, const char *dir);
void curta_log_free(struct curta_log *log);
/* Reads the rows of an earlier run up to this step and of so many epochs: a checkpoint may stand behind the last step
 * of an epoch that is not done, since its test images are not. Files that are not there are no error. */
int curta_log_resume(struct curta_log *log, uint32_t epochs, uint32_t step, struct curta_fail *fail);
int curta_log_add_epoch(struct curta_log *log, const struct curta_log_epoch *row, struct curta_fail *fail);
int curta_log_add_window(struct curta_log *log, const struct curta_log_window *row, struct curta_fail *fail);
int curta_log_write(const struct curta_log *log, struct curta_fail *fail);
/* Draws curve.png with gnuplot. A missing gnuplot is a note on stderr, not a failure; returns 0 when the picture is
 * there. */
int curta_log_curve(const struct curta_log *log, const char *title);

#endif
