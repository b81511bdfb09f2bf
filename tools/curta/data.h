/* SPDX-License-Identifier: Apache-2.0
 * data.h - labelled images in memory, whatever file format they came from
 *
 * images is (N,C,H,W) bytes as in the files, labels are 0..classes-1. Everything about a data set that a network
 * needs (shape, classes, normalisation constants) is in the struct, so a new format is one new reader.
 */
#ifndef CURTA_TOOL_DATA_H
#define CURTA_TOOL_DATA_H
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

#define CURTA_DATA_CHANNELS 4u

enum curta_split { CURTA_TRAIN, CURTA_TEST };

struct curta_data {
  char name[32];
  uint32_t n, c, h, w, classes;
  uint8_t *images;                    /* (N,C,H,W) */
  uint16_t *labels;                   /* (N) */
  uint32_t mean[CURTA_DATA_CHANNELS]; /* of pixel/255, in 1e-4 */
  uint32_t std[CURTA_DATA_CHANNELS];  /* likewise */
};

/* What the caller wants. dir may be null (the data set's usual folder); limit 0 means all images. */
struct curta_data_want {
  const char *name; /* see curta_data_names() */
  const char *dir;
  enum curta_split split;
  uint32_t limit;
  uint32_t c, h, w, classes; /* shape of the network's input; used by "synthetic" only */
  uint32_t seed;             /* "synthetic" only */
};

int curta_data_load(struct curta_data *data, const struct curta_data_want *want, struct curta_fail *fail);
void curta_data_free(struct curta_data *data);
/* Is there such a data set? */
int curta_data_check(const char *name, struct curta_fail *fail);
const char *curta_data_names(void); /* "fashion-mnist, mnist, ..." for messages */

/* --- readers, one a format ------------------------------------------------------------------------------------ */

/* The four files of a MNIST-like folder, plain or gzip. */
int curta_data_read_idx(struct curta_data *data, const char *dir, enum curta_split split, uint32_t limit,
                        struct curta_fail *fail);
/* data_batch_1.bin .. data_batch_5.bin, or test_batch.bin. */
int curta_data_read_cifar(struct curta_data *data, const char *dir, enum curta_split split, uint32_t limit,
                          struct curta_fail *fail);
/* Room occupancy from five sensors, in the order of time: datatraining.txt, or datatest.txt. An image is 1x1x5. */
int curta_data_read_occupancy(struct curta_data *data, const char *dir, enum curta_split split, uint32_t limit,
                              struct curta_fail *fail);
/* Learnable noise of any shape, without any file. */
int curta_data_make_synthetic(struct curta_data *data, const struct curta_data_want *want, struct curta_fail *fail);

/* Allocates images and labels for data->n images of the shape in data. */
int curta_data_alloc(struct curta_data *data, struct curta_fail *fail);

#endif
