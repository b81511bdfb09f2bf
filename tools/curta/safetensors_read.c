/* SPDX-License-Identifier: Apache-2.0
 * safetensors_read.c - reading a safetensors file that may be damaged or hostile
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "file.h"
#include "json.h"
#include "safetensors.h"

#define MAX_HEADER (16u << 20)
#define MAX_ENTRIES 100000u

static int damaged(const struct curta_st *st, struct curta_fail *fail, uint64_t offset, const char *what)
{
  return curta_fail(fail, -EINVAL, "%s: offset %" PRIu64 ": %s; the file is damaged or is not a safetensors file",
                    st->path, offset, what);
}

/* begin, end, type and shape must agree. */
static int check_tensor(const struct curta_st *st, const struct curta_st_tensor *t, uint64_t bytes,
                        struct curta_fail *fail)
{
  uint64_t size = curta_st_dtype_bytes(t->dtype);
  if (size == 0)
    return curta_fail(fail, -EINVAL, "%s: tensor \"%s\": unknown dtype \"%s\"", st->path, t->name, t->dtype);
  for (uint32_t i = 0; i < t->dims; i++)
    if (__builtin_mul_overflow(size, t->shape[i], &size))
      return curta_fail(fail, -EINVAL, "%s: tensor \"%s\": its shape overflows", st->path, t->name);
  if (t->begin > t->end || t->end > bytes)
    return curta_fail(fail, -EINVAL,
                      "%s: tensor \"%s\": expected data_offsets inside [0,%" PRIu64 "], found [%" PRIu64 ",%" PRIu64
                      "]; the file is truncated or damaged",
                      st->path, t->name, bytes, t->begin, t->end);
  if (t->end - t->begin != size)
    return curta_fail(fail, -EINVAL,
                      "%s: tensor \"%s\": expected %" PRIu64 " bytes by its shape, found %" PRIu64 " by its offsets",
                      st->path, t->name, size, t->end - t->begin);
  return 0;
}

/* {"dtype": "I8", "shape": [..], "data_offsets": [b, e]}, keys in any order */
static void parse_tensor(struct curta_json *j, struct curta_st_tensor *t)
{
  unsigned seen = 0;
  curta_json_expect(j, '{', "expected the description of a tensor");
  do {
    char key[32];
    curta_json_string(j, key, sizeof key);
    curta_json_expect(j, ':', "expected ':'");
    if (strcmp(key, "dtype") == 0) {
      curta_json_string(j, t->dtype, sizeof t->dtype);
      seen |= 1;
    } else if (strcmp(key, "shape") == 0) {
      curta_json_expect(j, '[', "expected a shape");
      if (!curta_json_try(j, ']')) {
        do {
          uint64_t side = curta_json_number(j);
          if (t->dims < CURTA_ST_DIMS)
            t->shape[t->dims++] = side;
          else if (!j->error)
            j->error = "a tensor with more than 8 dimensions";
        } while (curta_json_try(j, ','));
        curta_json_expect(j, ']', "expected ']' after a shape");
      }
      seen |= 2;
    } else if (strcmp(key, "data_offsets") == 0) {
      curta_json_expect(j, '[', "expected data_offsets");
      t->begin = curta_json_number(j);
      curta_json_expect(j, ',', "expected two data_offsets");
      t->end = curta_json_number(j);
      curta_json_expect(j, ']', "expected two data_offsets");
      seen |= 4;
    } else if (!j->error) {
      j->error = "a tensor has a key other than dtype, shape, data_offsets";
    }
  } while (curta_json_try(j, ','));
  curta_json_expect(j, '}', "expected '}' after a tensor");
  if (seen != 7 && !j->error)
    j->error = "a tensor lacks dtype, shape or data_offsets";
}

static int parse_metadata(struct curta_st *st, struct curta_json *j, struct curta_fail *fail)
{
  curta_json_expect(j, '{', "expected an object of strings");
  if (curta_json_try(j, '}'))
    return 0;
  do {
    char key[CURTA_ST_NAME], value[CURTA_ST_TEXT];
    int r;
    curta_json_string(j, key, sizeof key);
    curta_json_expect(j, ':', "expected ':'");
    curta_json_string(j, value, sizeof value);
    if (j->error)
      break;
    r = st->n_texts < MAX_ENTRIES ? curta_st_add_text(st, key, value, fail)
                                  : curta_fail(fail, -EINVAL, "%s: too many strings", st->path);
    if (r)
      return r;
  } while (curta_json_try(j, ','));
  curta_json_expect(j, '}', "expected '}' after the strings");
  return 0;
}

static int parse_header(struct curta_st *st, const char *text, size_t size, struct curta_fail *fail)
{
  struct curta_json j;
  int r = 0;
  curta_json_start(&j, text, size);
  curta_json_expect(&j, '{', "expected '{'");
  if (!curta_json_try(&j, '}')) {
    do {
      struct curta_st_tensor t = {0}, *grown;
      curta_json_string(&j, t.name, sizeof t.name);
      curta_json_expect(&j, ':', "expected ':'");
      if (strcmp(t.name, "__metadata__") == 0) {
        r = parse_metadata(st, &j, fail);
        continue;
      }
      parse_tensor(&j, &t);
      if (j.error)
        break;
      if (curta_st_find(st, t.name))
        return curta_fail(fail, -EINVAL, "%s: tensor \"%s\" occurs twice", st->path, t.name);
      grown = st->n_tensors < MAX_ENTRIES ? realloc(st->tensor, (st->n_tensors + 1) * sizeof t) : NULL;
      if (!grown)
        return curta_fail(fail, -ENOMEM, "%s: too many tensors", st->path);
      st->tensor = grown;
      st->tensor[st->n_tensors++] = t;
    } while (!r && !j.error && curta_json_try(&j, ','));
    curta_json_expect(&j, '}', "expected '}' or ','");
  }
  curta_json_end(&j);
  if (r)
    return r;
  return j.error ? damaged(st, fail, 8 + j.at, j.error) : 0;
}

static int by_begin(const void *a, const void *b)
{
  const struct curta_st_tensor *x = a, *y = b;
  if (x->begin != y->begin)
    return x->begin < y->begin ? -1 : 1;
  return x->end < y->end ? -1 : x->end > y->end;
}

/* In order of offset the tensors must touch, from 0 to the end of the file. */
static int check_cover(struct curta_st *st, struct curta_fail *fail)
{
  uint64_t at = 0;
  if (st->n_tensors)
    qsort(st->tensor, st->n_tensors, sizeof *st->tensor, by_begin);
  for (size_t i = 0; i < st->n_tensors; i++) {
    const struct curta_st_tensor *t = &st->tensor[i];
    int r = check_tensor(st, t, st->bytes, fail);
    if (r)
      return r;
    if (t->begin != at)
      return curta_fail(fail, -EINVAL,
                        "%s: tensor \"%s\": expected its data at offset %" PRIu64 ", found %" PRIu64 ": tensors %s",
                        st->path, t->name, at, t->begin, t->begin < at ? "overlap" : "leave a hole");
    at = t->end;
  }
  if (at != st->bytes)
    return curta_fail(fail, -EINVAL, "%s: expected %" PRIu64 " bytes of data, found %" PRIu64, st->path, at, st->bytes);
  return 0;
}

/* The format itself has no checksum. */
static int check_seal(const struct curta_st *st, struct curta_fail *fail)
{
  const char *sealed = curta_st_text(st, CURTA_ST_SEAL);
  char sum[16];
  (void)snprintf(sum, sizeof sum, "%08" PRIx32, curta_st_sum(st));
  if (!sealed || strcmp(sealed, sum) == 0)
    return 0;
  return curta_fail(fail, -EINVAL,
                    "%s: its contents have the checksum %s, expected %s: the file is damaged (who edits one on purpose "
                    "takes the string \"" CURTA_ST_SEAL "\" out)",
                    st->path, sum, sealed);
}

static int read_whole(struct curta_st *st, const uint8_t *file, size_t size, struct curta_fail *fail)
{
  uint64_t header = 0;
  int r;
  if (size < 8)
    return damaged(st, fail, size, "expected the 8 bytes of the header's length, found the end of the file");
  for (int i = 7; i >= 0; i--)
    header = header << 8 | file[i];
  if (header > MAX_HEADER || header > size - 8) {
    char text[160];
    (void)snprintf(text, sizeof text, "expected a header of at most %zu bytes, found the length %" PRIu64, size - 8,
                   header);
    return damaged(st, fail, 0, text);
  }
  st->bytes = size - 8 - header;
  r = parse_header(st, (const char *)file + 8, (size_t)header, fail);
  if (!r)
    r = check_cover(st, fail);
  if (r)
    return r;
  st->data = malloc((size_t)st->bytes + 1);
  if (!st->data)
    return curta_fail(fail, -ENOMEM, "%s: no memory for %" PRIu64 " bytes", st->path, st->bytes);
  memcpy(st->data, file + 8 + header, (size_t)st->bytes);
  return check_seal(st, fail);
}

int curta_st_read(struct curta_st *st, const char *path, struct curta_fail *fail)
{
  uint8_t *file;
  size_t size;
  int r = curta_file_read(path, CURTA_FILE_ANY, &file, &size, fail);
  curta_st_init(st);
  if (r)
    return r;
  (void)snprintf(st->path, sizeof st->path, "%s", path);
  r = read_whole(st, file, size, fail);
  free(file);
  if (r)
    curta_st_free(st);
  return r;
}
