/* SPDX-License-Identifier: Apache-2.0
 * deploy.c - curta deploy: a training job for a device that trains alone, as a file or over its serial line
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "alone.h"
#include "commands.h"
#include "file.h"
#include "package.h"
#include "room.h"

static int load(struct curta_data *data, const struct curta_network *network, const struct curta_args *args,
                enum curta_split split, struct curta_fail *fail)
{
  const struct curta_net *net = &network->net;
  const struct curta_data_want want = {args->data ? args->data : "fashion-mnist",
                                       args->data_dir,
                                       split,
                                       split == CURTA_TRAIN ? args->limit : args->test_limit,
                                       net->c,
                                       net->h,
                                       net->w,
                                       net->classes,
                                       network->opt.seed};
  return curta_data_load(data, &want, fail);
}

static int write_file(const char *name, const struct curta_package *p, struct curta_fail *fail)
{
  FILE *f = fopen(name, "wb");
  int bad = !f || fwrite(p, 1, p->bytes, f) != p->bytes, why = errno;
  if (f && fclose(f) != 0 && !bad)
    bad = 1, why = errno;
  if (bad)
    return curta_fail(fail, -EIO, "%s: cannot be written: %s", name, strerror(why));
  printf("%s: %" PRIu32 " bytes, %" PRIu32 " training and %" PRIu32 " test images\n", name, p->bytes, p->train_n,
         p->test_n);
  return 0;
}

/* What the machine's flash would say after the transfer. */
static void note_keep(const struct curta_package *p)
{
  if (p->bytes > CURTA_ALONE_KEEP_BYTES)
    (void)fprintf(stderr,
                  "curta: note: the package has %" PRIu32
                  " bytes, a flash keeps %u: after a power cut the machine will not go on with it\n",
                  p->bytes, CURTA_ALONE_KEEP_BYTES);
}

static int send_package(const struct curta_package *p, const struct curta_network *network,
                        const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_device device = {.kind = -1};
  int r = curta_alone_open(&device, args, fail), stopped = r ? 0 : curta_alone_stop(&device, fail);
  if (!r)
    r = stopped < 0 ? stopped : curta_room_here(&device, network, args->batch, fail); /* registers, once it is idle */
  if (r && stopped > 0)
    (void)fprintf(stderr, "curta: note: the training that was under way is stopped: deploy it again, and it goes on\n");
  if (!r)
    r = curta_alone_deploy(&device, p, args->quiet, fail);
  curta_device_close(&device);
  if (!r)
    printf("%s trains: %" PRIu32 " bytes, job %08" PRIx32 "\n", args->device, p->bytes, p->crc);
  return r;
}

int curta_deploy(const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_network network = {0};
  struct curta_data train = {0}, test = {0};
  struct curta_package *p = NULL;
  int send = curta_args_given(args, "--device");
  int r = args->image || send ? 0 : curta_usage(fail, "--device serial:TERMINAL or --image FILE is missing: where to?");
  if (!r && args->image)
    r = curta_file_may_write(args->image, fail);
  if (!r)
    r = curta_network_load(&network, args, NULL, fail);
  if (!r)
    r = load(&train, &network, args, CURTA_TRAIN, fail);
  if (!r && !args->no_eval)
    r = load(&test, &network, args, CURTA_TEST, fail);
  if (!r)
    r = curta_package_make(&network, &train, &test, args, &p, fail);
  if (!r)
    r = curta_room_anywhere(&network, args->batch, !send, fail);
  if (!r)
    note_keep(p);
  if (!r && args->image)
    r = write_file(args->image, p, fail);
  if (!r && send)
    r = send_package(p, &network, args, fail);
  free(p);
  curta_data_free(&train);
  curta_data_free(&test);
  curta_network_free(&network);
  return r ? curta_status(fail) : 0;
}
