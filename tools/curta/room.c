/* SPDX-License-Identifier: Apache-2.0
 * room.c - whether a machine that trains alone can train a job
 */
#include "room.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "curta_standalone.h"

#define STANDARD "base" /* what no configuration can train is said of this one */

struct room {
  uint32_t weights; /* bytes of them, as the accelerator has them */
  char lacks[256];  /* why it cannot train; empty: it can */
};

/* Of a batch that cannot be written into the input tensor at once (firmware/feed.c). */
static void batch_lacks(struct room *room, const struct curta_plan *plan)
{
  const struct curta_net *net = plan->net;
  const uint64_t image = (uint64_t)net->c * net->h * net->w, most = CURTA_ALONE_BATCH_BYTES / image;
  char remedy[64] = "use smaller images";
  struct curta_window window;
  if (image * plan->batch <= CURTA_ALONE_BATCH_BYTES || !curta_input_window(plan, &window))
    return;
  if (most)
    (void)snprintf(remedy, sizeof remedy, "use --batch %" PRIu64 " or less", most);
  (void)snprintf(room->lacks, sizeof room->lacks,
                 "a batch of %" PRIu64 " bytes where input rows are no windows of an image, it has room for %u: %s",
                 image * plan->batch, CURTA_ALONE_BATCH_BYTES, remedy);
}

static void plan_lacks(struct room *room, const struct curta_plan *plan)
{
  const uint32_t commands = plan->n_train + plan->n_eval;
  room->weights = plan->work_base - plan->weight_base;
  if (commands > CURTA_ALONE_COMMANDS)
    (void)snprintf(room->lacks, sizeof room->lacks,
                   "too many commands (a smaller batch or network needs less): needs %" PRIu32 ", has room for %u",
                   commands, CURTA_ALONE_COMMANDS);
  else
    batch_lacks(room, plan);
}

/* Plans as the firmware does (firmware/train_open.c). */
static int look(struct room *room, const struct curta_hw *hw, const struct curta_network *network, uint32_t batch,
                struct curta_fail *fail)
{
  struct curta_plan *plan = malloc(sizeof *plan);
  struct curta_plan_request q;
  struct curta_diag diag;
  int r;
  memset(room, 0, sizeof *room);
  memset(&diag, 0, sizeof diag);
  memset(&q, 0, sizeof q);
  q.net = &network->net;
  q.opt = network->opt;
  q.hw = *hw;
  q.batch = batch;
  q.weight_base = CURTA_RING_BYTES;
  q.banks = 2;
  q.mem_bytes = CURTA_ALONE_ACCEL_BYTES;
  q.work = malloc(curta_plan_work_bytes());
  r = plan && q.work ? curta_plan(plan, &q, &diag) : -ENOMEM;
  if (!r)
    plan_lacks(room, plan);
  else
    (void)snprintf(room->lacks, sizeof room->lacks, "%s", diag.text);
  free(q.work);
  free(plan);
  return r == -ENOMEM ? curta_fail(fail, r, "no memory for a plan") : 0;
}

static void note_weights(uint32_t bytes)
{
  if (bytes > CURTA_ALONE_SAVE_BYTES)
    (void)fprintf(stderr,
                  "curta: note: the weights take %" PRIu32
                  " bytes, a checkpoint in flash has room for %u: only a machine without a flash can train this\n",
                  bytes, CURTA_ALONE_SAVE_BYTES);
}

int curta_room_anywhere(const struct curta_network *network, uint32_t batch, int notes, struct curta_fail *fail)
{
  static const struct curta_config table[] = CURTA_CONFIG_TABLE;
  struct room room[sizeof table / sizeof *table];
  uint32_t weights = UINT32_MAX; /* the least, where it can be trained */
  const char *why = "";
  memset(room, 0, sizeof room);
  for (size_t i = 0; table[i].name; i++) {
    struct curta_hw hw;
    int r;
    if (table[i].software)
      continue;
    r = curta_hw_named(&hw, table[i].name);
    if (!r)
      r = look(&room[i], &hw, network, batch, fail);
    if (r)
      return r;
    if (!room[i].lacks[0] && room[i].weights < weights)
      weights = room[i].weights;
    if (strcmp(table[i].name, STANDARD) == 0)
      why = room[i].lacks;
  }
  if (weights == UINT32_MAX)
    return curta_fail(fail, -ENOSPC, "a device alone cannot train this (configuration " STANDARD "): %s", why);
  for (size_t i = 0; notes && table[i].name; i++)
    if (room[i].lacks[0])
      (void)fprintf(stderr, "curta: note: a device of configuration %s cannot train this: %s\n", table[i].name,
                    room[i].lacks);
  if (notes)
    note_weights(weights);
  return 0;
}

int curta_room_here(const struct curta_device *device, const struct curta_network *network, uint32_t batch,
                    struct curta_fail *fail)
{
  struct curta_hw hw;
  struct room room;
  int r = curta_hw_read(&hw, &device->bus);
  if (r == -EPROTO) { /* its firmware knows it, and may plan in another way */
    (void)fprintf(stderr,
                  "curta: note: %s has a hardware version that this program does not know: whether there is room for "
                  "the job, the machine will say\n",
                  device->name);
    return 0;
  }
  if (r) {
    fail->status = 3;
    return curta_fail(fail, r, "%s: reading its configuration: %s", device->name,
                      r == -ENODEV || r == -EINVAL ? curta_strerror(r)
                      : r == -ETIMEDOUT            ? "the machine does not answer"
                                                   : strerror(-r));
  }
  r = look(&room, &hw, network, batch, fail);
  if (r)
    return r;
  if (room.lacks[0])
    return curta_fail(fail, -ENOSPC, "%s cannot train this: %s", device->name, room.lacks);
  note_weights(room.weights);
  return 0;
}
