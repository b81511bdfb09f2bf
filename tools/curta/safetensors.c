/* SPDX-License-Identifier: Apache-2.0
 * safetensors.c - named tensors and strings: building, looking up, writing
 */
#include "safetensors.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <zlib.h>

#include "file.h"
#include "json.h"

uint32_t curta_st_dtype_bytes(const char *dtype)
{
  static const struct {
    const char *name;
    uint32_t bytes;
  } table[] = {{"BOOL", 1}, {"U8", 1},  {"I8", 1},  {"F8_E5M2", 1}, {"F8_E4M3", 1}, {"I16", 2}, {"U16", 2}, {"F16", 2},
               {"BF16", 2}, {"I32", 4}, {"U32", 4}, {"F32", 4},     {"I64", 8},     {"U64", 8}, {"F64", 8}};
  for (size_t i = 0; i < sizeof table / sizeof *table; i++)
    if (strcmp(table[i].name, dtype) == 0)
      return table[i].bytes;
  return 0;
}

void curta_st_init(struct curta_st *st)
{
  memset(st, 0, sizeof *st);
}

void curta_st_free(struct curta_st *st)
{
  free(st->tensor);
  free(st->text);
  free(st->data);
  curta_st_init(st);
}

static int no_memory(struct curta_fail *fail)
{
  return curta_fail(fail, -ENOMEM, "no memory for a safetensors file");
}

int curta_st_add(struct curta_st *st, const char *name, const char *dtype, uint32_t dims, const uint64_t *shape,
                 const void *data, struct curta_fail *fail)
{
  struct curta_st_tensor *grown = realloc(st->tensor, (st->n_tensors + 1) * sizeof *grown), *t;
  uint64_t bytes = curta_st_dtype_bytes(dtype);
  uint8_t *all;
  if (!grown)
    return no_memory(fail);
  st->tensor = grown;
  for (uint32_t i = 0; i < dims; i++)
    bytes *= shape[i];
  all = realloc(st->data, st->bytes + bytes + 1);
  if (!all)
    return no_memory(fail);
  st->data = all;
  memcpy(all + st->bytes, data, bytes);
  t = &grown[st->n_tensors++];
  memset(t, 0, sizeof *t);
  (void)snprintf(t->name, sizeof t->name, "%s", name);
  (void)snprintf(t->dtype, sizeof t->dtype, "%s", dtype);
  t->dims = dims;
  for (uint32_t i = 0; i < dims; i++)
    t->shape[i] = shape[i];
  t->begin = st->bytes;
  t->end = st->bytes += bytes;
  return 0;
}

int curta_st_add_text(struct curta_st *st, const char *key, const char *value, struct curta_fail *fail)
{
  struct curta_st_text *grown = realloc(st->text, (st->n_texts + 1) * sizeof *grown);
  if (!grown)
    return no_memory(fail);
  st->text = grown;
  if (strlen(key) >= CURTA_ST_NAME || strlen(value) >= CURTA_ST_TEXT)
    return curta_fail(fail, -EINVAL, "state \"%s\" is too long for a checkpoint", key);
  (void)snprintf(grown[st->n_texts].key, CURTA_ST_NAME, "%s", key);
  (void)snprintf(grown[st->n_texts].value, CURTA_ST_TEXT, "%s", value);
  st->n_texts++;
  return 0;
}

/* CRC-32 of a name with its 0 and of what it names. */
static uint32_t sum_of(const char *name, const void *data, size_t bytes)
{
  uLong sum = crc32(0, (const uint8_t *)name, (uInt)strlen(name) + 1);
  return (uint32_t)crc32_z(sum, data, bytes);
}

/* A sum, because another program may write the same things in another order. */
uint32_t curta_st_sum(const struct curta_st *st)
{
  uint32_t sum = 0;
  for (size_t i = 0; i < st->n_texts; i++)
    if (strcmp(st->text[i].key, CURTA_ST_SEAL) != 0)
      sum += sum_of(st->text[i].key, st->text[i].value, strlen(st->text[i].value));
  for (size_t i = 0; i < st->n_tensors; i++)
    sum +=
        sum_of(st->tensor[i].name, st->data + st->tensor[i].begin, (size_t)(st->tensor[i].end - st->tensor[i].begin));
  return sum;
}

int curta_st_seal(struct curta_st *st, struct curta_fail *fail)
{
  char text[16];
  (void)snprintf(text, sizeof text, "%08" PRIx32, curta_st_sum(st));
  return curta_st_add_text(st, CURTA_ST_SEAL, text, fail);
}

const struct curta_st_tensor *curta_st_find(const struct curta_st *st, const char *name)
{
  for (size_t i = 0; i < st->n_tensors; i++)
    if (strcmp(st->tensor[i].name, name) == 0)
      return &st->tensor[i];
  return NULL;
}

static void print_shape(char *dst, size_t size, uint32_t dims, const uint64_t *shape)
{
  size_t n = (size_t)snprintf(dst, size, "[");
  for (uint32_t i = 0; i < dims && n < size; i++)
    n += (size_t)snprintf(dst + n, size - n, "%s%" PRIu64, i ? "," : "", shape[i]);
  if (n < size)
    (void)snprintf(dst + n, size - n, "]");
}

int curta_st_get(const struct curta_st *st, const char *name, const char *dtype, uint32_t dims, const uint64_t *shape,
                 void *dst, struct curta_fail *fail)
{
  const struct curta_st_tensor *t = curta_st_find(st, name);
  char want[128], have[128];
  if (!t)
    return curta_fail(fail, -ENOENT, "%s: there is no tensor \"%s\"; is this a checkpoint of another network?",
                      st->path, name);
  print_shape(want, sizeof want, dims, shape);
  print_shape(have, sizeof have, t->dims, t->shape);
  if (strcmp(t->dtype, dtype) != 0 || strcmp(want, have) != 0)
    return curta_fail(fail, -EINVAL,
                      "%s: tensor \"%s\": expected %s %s, found %s %s; is this a checkpoint of another network?",
                      st->path, name, dtype, want, t->dtype, have);
  memcpy(dst, st->data + t->begin, t->end - t->begin);
  return 0;
}

const char *curta_st_text(const struct curta_st *st, const char *key)
{
  for (size_t i = 0; i < st->n_texts; i++)
    if (strcmp(st->text[i].key, key) == 0)
      return st->text[i].value;
  return NULL;
}

int curta_st_text_i64(const struct curta_st *st, const char *key, int64_t *value, struct curta_fail *fail)
{
  const char *text = curta_st_text(st, key);
  char *end;
  long long v;
  if (!text)
    return curta_fail(fail, -ENOENT,
                      "%s: the state \"%s\" is missing; the file holds weights only, or is from another program",
                      st->path, key);
  errno = 0;
  v = strtoll(text, &end, 10);
  if (errno || end == text || *end)
    return curta_fail(fail, -EINVAL, "%s: state \"%s\": expected an integer, found \"%s\"", st->path, key, text);
  *value = v;
  return 0;
}

/* --- writing -------------------------------------------------------------------------------------------------- */

struct buffer {
  char *text;
  size_t size, used;
  int failed;
};

static void put(struct buffer *b, const char *text)
{
  size_t n = strlen(text);
  if (b->failed || b->used + n + 1 > b->size) {
    b->failed = 1;
    return;
  }
  memcpy(b->text + b->used, text, n + 1);
  b->used += n;
}

static void put_quoted(struct buffer *b, const char *text)
{
  size_t n = b->failed ? 0 : curta_json_quote(b->text + b->used, b->size - b->used, text);
  if (n == 0)
    b->failed = 1;
  b->used += n;
}

static void put_tensor(struct buffer *b, const struct curta_st_tensor *t)
{
  char text[128];
  put_quoted(b, t->name);
  put(b, ":{\"dtype\":");
  put_quoted(b, t->dtype);
  put(b, ",\"shape\":");
  print_shape(text, sizeof text, t->dims, t->shape);
  put(b, text);
  (void)snprintf(text, sizeof text, ",\"data_offsets\":[%" PRIu64 ",%" PRIu64 "]}", t->begin, t->end);
  put(b, text);
}

static void put_header(struct buffer *b, const struct curta_st *st)
{
  put(b, "{");
  if (st->n_texts)
    put(b, "\"__metadata__\":{");
  for (size_t i = 0; i < st->n_texts; i++) {
    if (i)
      put(b, ",");
    put_quoted(b, st->text[i].key);
    put(b, ":");
    put_quoted(b, st->text[i].value);
  }
  if (st->n_texts)
    put(b, st->n_tensors ? "}," : "}");
  for (size_t i = 0; i < st->n_tensors; i++) {
    if (i)
      put(b, ",");
    put_tensor(b, &st->tensor[i]);
  }
  put(b, "}");
  while (b->used % 8 && !b->failed)
    put(b, " "); /* the data starts at a multiple of 8 */
}

int curta_st_write(const struct curta_st *st, const char *path, struct curta_fail *fail)
{
  struct buffer b = {NULL, 64 + st->n_tensors * 512 + st->n_texts * 8 * (CURTA_ST_NAME + CURTA_ST_TEXT), 0, 0};
  struct curta_file_part parts[3];
  uint8_t length[8];
  int r;
  b.text = malloc(b.size);
  if (!b.text)
    return no_memory(fail);
  put_header(&b, st);
  if (b.failed) {
    free(b.text);
    return curta_fail(fail, -EINVAL, "%s: a name is too long for the header", path);
  }
  for (int i = 0; i < 8; i++)
    length[i] = (uint8_t)((uint64_t)b.used >> 8 * i);
  parts[0] = (struct curta_file_part){length, sizeof length};
  parts[1] = (struct curta_file_part){b.text, b.used};
  parts[2] = (struct curta_file_part){st->data, st->bytes};
  r = curta_file_replace(path, parts, 3, fail);
  free(b.text);
  return r;
}
