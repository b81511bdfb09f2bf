/* SPDX-License-Identifier: Apache-2.0
 * data_idx.c - the IDX files of MNIST and Fashion-MNIST
 *
 * Format: big-endian words: magic 0x00000801 (labels) or 0x00000803 (images), a count for each dimension, then bytes.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "data.h"
#include "source.h"

#define MAGIC_LABELS 0x00000801u
#define MAGIC_IMAGES 0x00000803u
#define MAX_SIDE 1024u
#define MAX_IMAGES 10000000u

static const char Remedy[] =
    "install the package dataset-fashion-mnist, or run tools/fetch_data.sh, or name the folder with --data-dir";

static uint32_t big_endian(const uint8_t *p)
{
  return (uint32_t)p[0] << 24 | (uint32_t)p[1] << 16 | (uint32_t)p[2] << 8 | p[3];
}

/* Reads magic and dims; every word that is wrong is named with its offset. */
static int read_header(struct curta_source *s, uint32_t magic, uint32_t *dim, uint32_t dims, struct curta_fail *fail)
{
  uint8_t raw[4];
  int r = curta_source_read(s, raw, 4, "IDX magic number", fail);
  if (r)
    return r;
  if (big_endian(raw) != magic)
    return curta_fail(fail, -EINVAL,
                      "%s: offset 0: expected the IDX magic number 0x%08" PRIx32 ", found 0x%08" PRIx32
                      "; this is not the file that its name promises",
                      s->path, magic, big_endian(raw));
  for (uint32_t i = 0; i < dims; i++) {
    uint32_t most = i == 0 ? MAX_IMAGES : MAX_SIDE;
    r = curta_source_read(s, raw, 4, "IDX dimension", fail);
    if (r)
      return r;
    dim[i] = big_endian(raw);
    if (dim[i] == 0 || dim[i] > most)
      return curta_fail(fail, -EINVAL, "%s: offset %" PRIu32 ": expected a dimension of 1..%" PRIu32 ", found %" PRIu32,
                        s->path, 4 + 4 * i, most, dim[i]);
  }
  return 0;
}

static int read_images(struct curta_data *data, struct curta_source *s, uint32_t limit, struct curta_fail *fail)
{
  uint32_t dim[3] = {0};
  int r = read_header(s, MAGIC_IMAGES, dim, 3, fail);
  if (r)
    return r;
  data->n = limit && limit < dim[0] ? limit : dim[0];
  data->c = 1;
  data->h = dim[1];
  data->w = dim[2];
  r = curta_data_alloc(data, fail);
  if (!r)
    r = curta_source_read(s, data->images, (size_t)data->n * data->h * data->w, "pixels", fail);
  if (!r && data->n == dim[0])
    r = curta_source_expect_end(s, fail);
  return r;
}

static int read_labels(struct curta_data *data, struct curta_source *s, struct curta_fail *fail)
{
  uint32_t count = 0;
  int r = read_header(s, MAGIC_LABELS, &count, 1, fail);
  if (r)
    return r;
  if (count < data->n)
    return curta_fail(fail, -EINVAL,
                      "%s: offset 4: expected at least %" PRIu32 " labels (as many as images), found %" PRIu32, s->path,
                      data->n, count);
  for (uint32_t i = 0; i < data->n; i++) {
    uint8_t label;
    r = curta_source_read(s, &label, 1, "labels", fail);
    if (r)
      return r;
    if (label >= data->classes)
      return curta_fail(fail, -EINVAL, "%s: offset %" PRIu64 ": expected a label of 0..%" PRIu32 ", found %u", s->path,
                        s->offset - 1, data->classes - 1, label);
    data->labels[i] = label;
  }
  return data->n == count ? curta_source_expect_end(s, fail) : 0;
}

int curta_data_read_idx(struct curta_data *data, const char *dir, enum curta_split split, uint32_t limit,
                        struct curta_fail *fail)
{
  const char *stem = split == CURTA_TRAIN ? "train" : "t10k";
  struct curta_source s;
  char name[64];
  int r;
  (void)snprintf(name, sizeof name, "%s-images-idx3-ubyte", stem);
  r = curta_source_open(&s, dir, name, Remedy, fail);
  if (r)
    return r;
  r = read_images(data, &s, limit, fail);
  curta_source_close(&s);
  if (r)
    return r;
  (void)snprintf(name, sizeof name, "%s-labels-idx1-ubyte", stem);
  r = curta_source_open(&s, dir, name, Remedy, fail);
  if (r)
    return r;
  r = read_labels(data, &s, fail);
  curta_source_close(&s);
  return r;
}
