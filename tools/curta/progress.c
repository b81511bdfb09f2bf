/* SPDX-License-Identifier: Apache-2.0
 * progress.c - one line that tells how an epoch goes
 */
#include "progress.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#define BAR 20u

static double seconds(clockid_t clock)
{
  struct timespec t;
  (void)clock_gettime(clock, &t);
  return (double)t.tv_sec + (double)t.tv_nsec * 1e-9;
}

double curta_now(void)
{
  return seconds(CLOCK_MONOTONIC);
}
double curta_cpu_seconds(void)
{
  return seconds(CLOCK_PROCESS_CPUTIME_ID);
}

void curta_progress_start(struct curta_progress *p, int quiet, uint32_t images)
{
  memset(p, 0, sizeof *p);
  p->quiet = quiet;
  p->terminal = isatty(STDERR_FILENO);
  p->start = p->last = curta_now();
  p->start_images = images;
}

void curta_progress_clear(struct curta_progress *p)
{
  if (p->drawn && p->terminal)
    (void)fprintf(stderr, "\r\033[K");
  p->drawn = 0;
}

void curta_progress_show(struct curta_progress *p, const struct curta_progress_now *now)
{
  double t = curta_now(), done = now->images - p->start_images, speed, left;
  uint32_t filled = (uint32_t)((uint64_t)now->images * BAR / now->total);
  char bar[BAR + 1], cycles[64] = "", loss[32] = "";
  if (p->quiet || now->images == 0 || t - p->last < (p->terminal ? 0.2 : 30.0))
    return;
  p->last = t;
  speed = done / (t - p->start + 1e-9);
  left = speed > 0 && now->total > now->images ? (now->total - now->images) / speed : 0;
  left = left < 1e7 ? left : 1e7;
  for (uint32_t i = 0; i < BAR; i++)
    bar[i] = i < filled ? '#' : '.';
  bar[BAR] = '\0';
  if (now->loss_micro >= 0)
    (void)snprintf(loss, sizeof loss, "  loss %.4f", (double)now->loss_micro * 1e-6 / now->images);
  if (now->cycles && now->utilization < 0)
    (void)snprintf(cycles, sizeof cycles, "  %" PRIu64 " cycles a step", now->cycles);
  else if (now->cycles)
    (void)snprintf(cycles, sizeof cycles, "  %.1f Mcycles, utilization %.1f %%", (double)now->cycles * 1e-6,
                   now->utilization);
  (void)fprintf(
      stderr, "%sepoch %" PRIu32 "/%" PRIu32 " [%s] %3.0f %%  accuracy %.2f %%%s  %.0f images/s  ETA %d:%02d%s%s",
      p->terminal ? "\r\033[K" : "", now->epoch, now->epochs, bar, 100.0 * now->images / now->total,
      100.0 * now->correct / now->images, loss, speed, (int)left / 60, (int)left % 60, cycles, p->terminal ? "" : "\n");
  (void)fflush(stderr);
  p->drawn = 1;
}
