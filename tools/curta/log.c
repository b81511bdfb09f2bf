/* SPDX-License-Identifier: Apache-2.0
 * log.c - log.csv and steps.csv
 */
#include "log.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "curta_spec.h"
#include "file.h"

#define EPOCH_HEAD                                                                                                     \
  "epoch,step,images,train_loss,train_accuracy,test_loss,test_accuracy,seconds,images_per_second,cycles,utilization,"  \
  "rate,flags\n"
#define WINDOW_HEAD "step,images,epoch,loss,accuracy\n"
#define ROW 256u

void curta_log_init(struct curta_log *log, const char *dir)
{
  memset(log, 0, sizeof *log);
  (void)snprintf(log->dir, sizeof log->dir, "%s", dir);
}

void curta_log_free(struct curta_log *log)
{
  free(log->epochs);
  free(log->windows);
  memset(log, 0, sizeof *log);
}

int curta_log_add_epoch(struct curta_log *log, const struct curta_log_epoch *row, struct curta_fail *fail)
{
  struct curta_log_epoch *grown = realloc(log->epochs, (log->n_epochs + 1) * sizeof *row);
  if (!grown)
    return curta_fail(fail, -ENOMEM, "no memory for the log");
  log->epochs = grown;
  grown[log->n_epochs++] = *row;
  return 0;
}

int curta_log_add_window(struct curta_log *log, const struct curta_log_window *row, struct curta_fail *fail)
{
  struct curta_log_window *grown = realloc(log->windows, (log->n_windows + 1) * sizeof *row);
  if (!grown)
    return curta_fail(fail, -ENOMEM, "no memory for the log");
  log->windows = grown;
  grown[log->n_windows++] = *row;
  return 0;
}

static const struct {
  uint32_t bit;
  const char *name;
} Flags[] = {{1u << CURTA_FLAG_SUM, "SUM"},
             {1u << CURTA_FLAG_WEIGHT, "WEIGHT"},
             {1u << CURTA_FLAG_DELTA, "DELTA"},
             {1u << CURTA_FLAG_WRAP, "WRAP"}};
#define FLAGS (sizeof Flags / sizeof *Flags)

const char *curta_log_flags(char text[CURTA_LOG_FLAGS], uint32_t flags)
{
  size_t n = 0;
  (void)snprintf(text, CURTA_LOG_FLAGS, "none");
  for (size_t i = 0; i < FLAGS; i++)
    if (flags & Flags[i].bit)
      n += (size_t)snprintf(text + n, CURTA_LOG_FLAGS - n, "%s%s", n ? "+" : "", Flags[i].name);
  return text;
}

static uint32_t flags_of(const char *text)
{
  uint32_t flags = 0;
  for (size_t i = 0; i < FLAGS; i++)
    flags |= strstr(text, Flags[i].name) ? Flags[i].bit : 0;
  return flags;
}

/* Characters of the row: ROW and more when it does not fit. */
static size_t print_epoch(char *dst, const struct curta_log_epoch *e)
{
  char flags[CURTA_LOG_FLAGS];
  size_t n =
      (size_t)snprintf(dst, ROW, "%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%.5f,%.3f,%.5f,%.3f,%.2f,%.1f,%" PRIu64 ",%.2f",
                       e->epoch, e->step, e->images, e->train_loss, e->train_accuracy, e->test_loss, e->test_accuracy,
                       e->seconds, e->images_per_second, e->cycles, e->utilization);
  if (n >= ROW)
    return n;
  return n + (size_t)(e->older
                          ? snprintf(dst + n, ROW - n, ",,\n")
                          : snprintf(dst + n, ROW - n, ",%" PRId32 ",%s\n", e->rate, curta_log_flags(flags, e->flags)));
}

static int scan_epoch(const char *line, struct curta_log_epoch *e)
{
  char flags[CURTA_LOG_FLAGS] = "";
  int n =
      sscanf(line, "%" SCNu32 ",%" SCNu32 ",%" SCNu32 ",%lf,%lf,%lf,%lf,%lf,%lf,%" SCNu64 ",%lf,%" SCNd32 ",%23[A-Z+]",
             &e->epoch, &e->step, &e->images, &e->train_loss, &e->train_accuracy, &e->test_loss, &e->test_accuracy,
             &e->seconds, &e->images_per_second, &e->cycles, &e->utilization, &e->rate, flags);
  e->older = n == 11;
  e->flags = flags_of(flags);
  return n >= 11;
}

static size_t print_window(char *dst, const struct curta_log_window *w)
{
  return (size_t)snprintf(dst, ROW, "%" PRIu32 ",%" PRIu32 ",%.4f,%.5f,%.3f\n", w->step, w->images, w->epoch, w->loss,
                          w->accuracy);
}

static int scan_window(const char *line, struct curta_log_window *w)
{
  return sscanf(line, "%" SCNu32 ",%" SCNu32 ",%lf,%lf,%lf", &w->step, &w->images, &w->epoch, &w->loss, &w->accuracy) ==
         5;
}

static int log_path(const struct curta_log *log, char *dst, size_t size, const char *name, struct curta_fail *fail)
{
  int n = snprintf(dst, size, "%s/%s", log->dir, name);
  return n < 0 || (size_t)n >= size ? curta_fail(fail, -ENAMETOOLONG, "%s: the path is too long", log->dir) : 0;
}

int curta_log_resume(struct curta_log *log, uint32_t epochs, uint32_t step, struct curta_fail *fail)
{
  static const char *const names[] = {"log.csv", "steps.csv"};
  for (int i = 0; i < 2; i++) {
    char path[600], *line, *rest = NULL;
    uint8_t *text;
    size_t size;
    int r = log_path(log, path, sizeof path, names[i], fail);
    if (r)
      return r;
    if (access(path, F_OK) != 0)
      continue;
    r = curta_file_read(path, CURTA_FILE_ANY, &text, &size, fail);
    if (r)
      return r;
    line = strtok_r((char *)text, "\n", &rest); /* the heading */
    while (line && !r && (line = strtok_r(NULL, "\n", &rest))) {
      struct curta_log_epoch e;
      struct curta_log_window w;
      char row[ROW]; /* what does not fit there was not written by this program */
      if (i == 0 && scan_epoch(line, &e) && e.epoch <= epochs && e.step <= step && print_epoch(row, &e) < ROW)
        r = curta_log_add_epoch(log, &e, fail);
      if (i == 1 && scan_window(line, &w) && w.step <= step && print_window(row, &w) < ROW)
        r = curta_log_add_window(log, &w, fail);
    }
    free(text);
    if (r)
      return r;
  }
  return 0;
}

int curta_log_write(const struct curta_log *log, struct curta_fail *fail)
{
  size_t rows = (log->n_epochs > log->n_windows ? log->n_epochs : log->n_windows) + 2, n;
  char *text = malloc(rows * ROW), path[600];
  int r = text ? log_path(log, path, sizeof path, "log.csv", fail) : curta_fail(fail, -ENOMEM, "no memory for the log");
  if (!r) {
    struct curta_file_part part = {text, 0};
    n = (size_t)sprintf(text, EPOCH_HEAD);
    for (size_t i = 0; i < log->n_epochs; i++)
      n += print_epoch(text + n, &log->epochs[i]);
    part.bytes = n;
    r = curta_file_replace(path, &part, 1, fail);
  }
  if (!r)
    r = log_path(log, path, sizeof path, "steps.csv", fail);
  if (!r) {
    struct curta_file_part part = {text, 0};
    n = (size_t)sprintf(text, WINDOW_HEAD);
    for (size_t i = 0; i < log->n_windows; i++)
      n += print_window(text + n, &log->windows[i]);
    part.bytes = n;
    r = curta_file_replace(path, &part, 1, fail);
  }
  free(text);
  return r;
}
