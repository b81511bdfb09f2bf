/* SPDX-License-Identifier: Apache-2.0
 * alone.c - a machine that trains alone, seen by a host through its serial line
 */
#include "alone.h"

#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "progress.h"

#define BLOCK 16384u   /* bytes between looks at the progress bar */
#define PATIENCE 600.0 /* seconds; a machine stops between two steps, a simulated one is slow */

static int lost(const struct curta_device *device, int r, const char *doing, struct curta_fail *fail)
{
  fail->status = 3;
  return curta_fail(fail, r, "%s: %s: %s", device->name, doing,
                    r == -ETIMEDOUT ? "the machine does not answer"
                    : r == -ERANGE  ? "the machine refuses: it is training"
                                    : strerror(-r));
}

int curta_alone_status(const struct curta_device *device, struct curta_alone_status *status, struct curta_fail *fail)
{
  int r = device->bus.mem_read(device->bus.ctx, CURTA_ALONE_STATUS, status, offsetof(struct curta_alone_status, curve));
  return r ? lost(device, r, "reading its state", fail) : 0;
}

int curta_alone_curve(const struct curta_device *device, struct curta_alone_status *status, uint32_t from,
                      struct curta_fail *fail)
{
  const uint32_t bytes = sizeof status->curve[0];
  uint32_t to = status->epoch < CURTA_ALONE_EPOCHS ? status->epoch : CURTA_ALONE_EPOCHS;
  uint32_t curve = CURTA_ALONE_STATUS + (uint32_t)offsetof(struct curta_alone_status, curve);
  int r = 0;
  if (from < to)
    r = device->bus.mem_read(device->bus.ctx, curve + from * bytes, &status->curve[from], (to - from) * bytes);
  return r ? lost(device, r, "reading its curve", fail) : 0;
}

int curta_alone_open(struct curta_device *device, const struct curta_args *args, struct curta_fail *fail)
{
  uint32_t magic = 0;
  int r = curta_device_open(device, args->device, args, fail);
  if (r)
    return r;
  r = device->bus.mem_read(device->bus.ctx, CURTA_ALONE_STATUS, &magic, sizeof magic);
  if (r == -ERANGE || (!r && magic != CURTA_ALONE_MAGIC))
    r = curta_fail(fail, -ENODEV, "%s is no machine that trains alone: its memory does not say so", device->name);
  else if (r)
    r = lost(device, r, "reading its state", fail);
  if (r)
    curta_device_close(device);
  return r;
}

static int command(const struct curta_device *device, uint32_t word, struct curta_fail *fail)
{
  int r = device->bus.mem_write(device->bus.ctx, CURTA_ALONE_STATUS + offsetof(struct curta_alone_status, command),
                                &word, sizeof word);
  return r ? lost(device, r, "writing a command", fail) : 0;
}

/* Until it trains no more, or until it has obeyed. */
static int await(const struct curta_device *device, int obeyed, struct curta_fail *fail)
{
  const struct timespec pause = {0, 50000000};
  struct curta_alone_status s;
  double end = curta_now() + PATIENCE;
  for (;;) {
    int r = curta_alone_status(device, &s, fail);
    if (r)
      return r;
    if (obeyed ? s.command == CURTA_ALONE_NONE : s.state != CURTA_ALONE_STARTING && s.state != CURTA_ALONE_TRAINING)
      return 0;
    if (curta_now() > end)
      return curta_fail(fail, -ETIMEDOUT, "%s: the machine does not obey", device->name);
    nanosleep(&pause, NULL);
  }
}

static void bar(const char *what, uint32_t done, uint32_t all, int quiet)
{
  if (quiet || !isatty(STDERR_FILENO))
    return;
  (void)fprintf(stderr, "\r\033[K");
  if (done < all)
    (void)fprintf(stderr, "%s %3.0f %% of %" PRIu32 " kB", what, 100.0 * done / all, all / 1000);
  (void)fflush(stderr);
}

int curta_alone_read(const struct curta_device *device, uint32_t addr, void *to, uint32_t bytes, int quiet,
                     struct curta_fail *fail)
{
  int r = 0;
  for (uint32_t done = 0; !r && done < bytes; done += BLOCK) {
    bar("reading", done, bytes, quiet);
    r = device->bus.mem_read(device->bus.ctx, addr + done, (uint8_t *)to + done,
                             bytes - done < BLOCK ? bytes - done : BLOCK);
  }
  bar("reading", bytes, bytes, quiet);
  return r ? lost(device, r, "reading its memory", fail) : 0;
}

int curta_alone_deploy(const struct curta_device *device, const struct curta_package *package, int quiet,
                       struct curta_fail *fail)
{
  struct curta_alone_status status;
  int r = 0;
  if (package->bytes > CURTA_ALONE_PACKAGE_BYTES)
    return curta_fail(fail, -ENOSPC,
                      "the package has %" PRIu32 " bytes, the machine has room for %u: use --limit and --test-limit",
                      package->bytes, CURTA_ALONE_PACKAGE_BYTES);
  r = curta_alone_status(device, &status, fail);
  if (!r && (status.state == CURTA_ALONE_STARTING || status.state == CURTA_ALONE_TRAINING)) {
    r = command(device, CURTA_ALONE_STOP, fail);
    if (!r)
      r = await(device, 0, fail);
    if (!r)
      r = await(device, 1, fail);
  }
  for (uint32_t done = 0; !r && done < package->bytes; done += BLOCK) {
    uint32_t n = package->bytes - done < BLOCK ? package->bytes - done : BLOCK;
    bar("sending", done, package->bytes, quiet);
    r = device->bus.mem_write(device->bus.ctx, CURTA_ALONE_PACKAGE + done, (const uint8_t *)package + done, n);
    if (r)
      lost(device, r, "sending the package", fail);
  }
  bar("sending", package->bytes, package->bytes, quiet);
  if (!r)
    r = command(device, CURTA_ALONE_TRAIN, fail);
  return r ? r : await(device, 1, fail);
}
