/* SPDX-License-Identifier: Apache-2.0
 * data_cifar.c - the binary version of CIFAR-10
 *
 * A file is a row of records: one label byte, then 1024 red, 1024 green and 1024 blue bytes (row-major 32x32). The
 * official files hold 10,000 records; any other whole number is taken too, with a note.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "data.h"
#include "source.h"

#define PIXELS 3072u
#define RECORD (PIXELS + 1u)
#define OFFICIAL_RECORDS 10000u
#define TRAIN_FILES 5u

static const char Remedy[] = "run tools/fetch_data.sh cifar10, or name the folder with the .bin files by --data-dir";

/* Appends the records of one file, up to `most` images in all. */
static int read_file(struct curta_data *data, struct curta_source *s, uint32_t most, struct curta_fail *fail)
{
  uint8_t record[RECORD];
  uint32_t first = data->n;
  while (data->n < most) {
    uint64_t start = s->offset;
    size_t got = 0;
    int r = curta_source_read_some(s, record, RECORD, &got, fail);
    if (r)
      return r;
    if (got == 0)
      break;
    if (got < RECORD)
      return curta_fail(fail, -EIO,
                        "%s: offset %" PRIu64 ": expected a record of %u bytes, found %zu before the end of the file; "
                        "the file is truncated: copy or download it again",
                        s->path, start, RECORD, got);
    if (record[0] >= data->classes)
      return curta_fail(fail, -EINVAL,
                        "%s: offset %" PRIu64 ": expected a label of 0..%" PRIu32 ", found %u; this is not a CIFAR-10 "
                        "binary file (the python version has other files)",
                        s->path, start, data->classes - 1, record[0]);
    data->labels[data->n] = record[0];
    memcpy(data->images + (size_t)data->n * PIXELS, record + 1, PIXELS);
    data->n++;
  }
  if (data->n == first)
    return curta_fail(fail, -EIO, "%s: offset 0: expected records of %u bytes, found an empty file", s->path, RECORD);
  if (data->n < most && data->n - first != OFFICIAL_RECORDS)
    (void)fprintf(stderr, "curta: note: %s holds %" PRIu32 " images; the official file holds %u\n", s->path,
                  data->n - first, OFFICIAL_RECORDS);
  return 0;
}

int curta_data_read_cifar(struct curta_data *data, const char *dir, enum curta_split split, uint32_t limit,
                          struct curta_fail *fail)
{
  uint32_t files = split == CURTA_TRAIN ? TRAIN_FILES : 1, most = files * OFFICIAL_RECORDS;
  char name[32], below[480];
  int r;
  if (limit && limit < most)
    most = limit;
  /* The official archive unpacks into this folder. */
  if (snprintf(below, sizeof below, "%s/cifar-10-batches-bin", dir) < (int)sizeof below && access(below, F_OK) == 0)
    dir = below;
  data->n = most;
  data->c = 3;
  data->h = data->w = 32;
  r = curta_data_alloc(data, fail);
  data->n = 0;
  for (uint32_t i = 1; i <= files && !r && data->n < most; i++) {
    struct curta_source s;
    if (split == CURTA_TRAIN)
      (void)snprintf(name, sizeof name, "data_batch_%" PRIu32 ".bin", i);
    else
      (void)snprintf(name, sizeof name, "test_batch.bin");
    r = curta_source_open(&s, dir, name, Remedy, fail);
    if (r)
      break;
    r = read_file(data, &s, most < i * OFFICIAL_RECORDS ? most : i * OFFICIAL_RECORDS, fail);
    curta_source_close(&s);
  }
  return r;
}
