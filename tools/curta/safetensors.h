/* SPDX-License-Identifier: Apache-2.0
 * safetensors.h - named tensors and strings in one file, in the safetensors format
 *
 * Format: 8 bytes little endian: length of the header; the header, a JSON object
 *   {"__metadata__": {string: string}, name: {"dtype": "I8", "shape": [..], "data_offsets": [begin, end]}, ...}
 * then the data, which the tensors cover without holes or overlaps. Integers are little endian.
 */
#ifndef CURTA_TOOL_SAFETENSORS_H
#define CURTA_TOOL_SAFETENSORS_H
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

#define CURTA_ST_DIMS 8
#define CURTA_ST_NAME 128
#define CURTA_ST_TEXT 8192
#define CURTA_ST_SEAL "crc32"

struct curta_st_tensor {
  char name[CURTA_ST_NAME];
  char dtype[8]; /* "I8", "I16", "I32", ... */
  uint32_t dims;
  uint64_t shape[CURTA_ST_DIMS];
  uint64_t begin, end; /* in data */
};

struct curta_st_text {
  char key[CURTA_ST_NAME], value[CURTA_ST_TEXT];
};

struct curta_st {
  char path[512]; /* for messages */
  struct curta_st_tensor *tensor;
  struct curta_st_text *text;
  size_t n_tensors, n_texts;
  uint8_t *data;
  uint64_t bytes;
};

/* --- building and writing --- */
void curta_st_init(struct curta_st *st);
/* Copies the data. dtype "I8", "I16" or "I32"; add wider elements first, so that every tensor is aligned. */
int curta_st_add(struct curta_st *st, const char *name, const char *dtype, uint32_t dims, const uint64_t *shape,
                 const void *data, struct curta_fail *fail);
int curta_st_add_text(struct curta_st *st, const char *key, const char *value, struct curta_fail *fail);
/* Adds the string "crc32": the sum of the CRC-32 of each other string and tensor (name, 0, content). Call it last. */
int curta_st_seal(struct curta_st *st, struct curta_fail *fail);
/* Atomic: path is either the old file or the whole new one, whatever happens. */
int curta_st_write(const struct curta_st *st, const char *path, struct curta_fail *fail);

/* --- reading --- */
/* Refuses everything that the format forbids, and a file whose "crc32" (if it has one) is wrong, with path, offset or
 * tensor, what was expected and found. */
int curta_st_read(struct curta_st *st, const char *path, struct curta_fail *fail);
const struct curta_st_tensor *curta_st_find(const struct curta_st *st, const char *name);
/* Copies out tensor `name`, which must have this type and shape. */
int curta_st_get(const struct curta_st *st, const char *name, const char *dtype, uint32_t dims, const uint64_t *shape,
                 void *dst, struct curta_fail *fail);
const char *curta_st_text(const struct curta_st *st, const char *key); /* null: none */
int curta_st_text_i64(const struct curta_st *st, const char *key, int64_t *value, struct curta_fail *fail);

void curta_st_free(struct curta_st *st);
uint32_t curta_st_sum(const struct curta_st *st); /* what the string "crc32" should say */
uint32_t curta_st_dtype_bytes(const char *dtype); /* 0: unknown */

#endif
