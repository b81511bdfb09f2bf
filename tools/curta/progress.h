/* SPDX-License-Identifier: Apache-2.0
 * progress.h - one line that tells how an epoch goes
 *
 * On a terminal the line is redrawn in place a few times a second; elsewhere it is printed every half minute.
 */
#ifndef CURTA_TOOL_PROGRESS_H
#define CURTA_TOOL_PROGRESS_H
#include <stdint.h>

struct curta_progress {
  int quiet, terminal, drawn;
  double start, last;    /* seconds */
  uint32_t start_images; /* done before start (resume) */
};

struct curta_progress_now {
  uint32_t epoch, epochs, images, total; /* images: done in this epoch */
  uint32_t correct;
  int64_t loss_micro; /* -1: not known */
  uint64_t cycles;    /* simulated, of this epoch; 0: none */
  double utilization; /* per cent, with cycles; -1: cycles are those of the last step */
};

double curta_now(void);         /* seconds, monotonic */
double curta_cpu_seconds(void); /* of the whole process */
void curta_progress_start(struct curta_progress *p, int quiet, uint32_t images);
void curta_progress_show(struct curta_progress *p, const struct curta_progress_now *now);
/* Removes the line, so that other text can follow. */
void curta_progress_clear(struct curta_progress *p);

#endif
