/* SPDX-License-Identifier: Apache-2.0
 * test_safetensors.c - the file format, byte by byte, and files that are damaged
 */
#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>

#include "check.h"
#include "curta_num.h"
#include "file.h"
#include "safetensors.h"

static char Path[64] = "/tmp/curta-test-st-XXXXXX";

static void put(const void *bytes, size_t n)
{
  struct curta_file_part part = {bytes, n};
  (void)curta_file_replace(Path, &part, 1, NULL);
}

/* header is JSON; data_bytes of zeros follow. */
static void put_header(const char *header, size_t data_bytes)
{
  static uint8_t file[4096];
  size_t n = strlen(header);
  memset(file, 0, sizeof file);
  for (int i = 0; i < 8; i++)
    file[i] = (uint8_t)(n >> 8 * i);
  memcpy(file + 8, header, n);
  put(file, 8 + n + data_bytes);
}

static int read_back(struct curta_fail *fail)
{
  struct curta_st st;
  int r;
  memset(fail, 0, sizeof *fail);
  r = curta_st_read(&st, Path, fail);
  if (!r)
    curta_st_free(&st);
  return r;
}

/* What the file must be, written down by hand from the format's definition. */
static const char Expected[] = "\xd8\0\0\0\0\0\0\0"
                               "{\"__metadata__\":{\"name\":\"say \\\"hi\\\"\",\"lines\":\"a\\u000ab\"},"
                               "\"e\":{\"dtype\":\"I32\",\"shape\":[],\"data_offsets\":[0,4]},"
                               "\"m\":{\"dtype\":\"I16\",\"shape\":[2],\"data_offsets\":[4,8]},"
                               "\"w\":{\"dtype\":\"I8\",\"shape\":[2,3],\"data_offsets\":[8,14]}}"
                               "\xfb\xff\xff\xff"
                               "\x34\x12\x00\x80"
                               "\x01\xff\x7f\x81\x00\x80";

static void build(struct curta_st *st, struct curta_fail *fail)
{
  const uint64_t two[] = {2}, matrix[] = {2, 3};
  const int32_t e = -5;
  const int16_t m[] = {0x1234, -32768};
  const int8_t w[] = {1, -1, 127, -127, 0, -128};
  curta_st_init(st);
  CHECK(curta_st_add_text(st, "name", "say \"hi\"", fail) == 0 && curta_st_add_text(st, "lines", "a\nb", fail) == 0,
        "%s", fail->text);
  CHECK(curta_st_add(st, "e", "I32", 0, two, &e, fail) == 0, "%s", fail->text);
  CHECK(curta_st_add(st, "m", "I16", 1, two, m, fail) == 0, "%s", fail->text);
  CHECK(curta_st_add(st, "w", "I8", 2, matrix, w, fail) == 0, "%s", fail->text);
}

static void test_bytes(void)
{
  struct curta_fail fail = {.status = 0};
  struct curta_st st;
  uint8_t *file;
  size_t size, header = 0;
  const uint64_t matrix[] = {2, 3}, wrong[] = {3, 2};
  int8_t w[6];
  int32_t e = 0;
  GROUP("safetensors bytes");
  build(&st, &fail);
  CHECK(curta_st_write(&st, Path, &fail) == 0, "%s", fail.text);
  curta_st_free(&st);
  CHECK(curta_file_read(Path, CURTA_FILE_ANY, &file, &size, &fail) == 0, "%s", fail.text);
  for (int i = 7; i >= 0; i--)
    header = header << 8 | file[i];
  CHECK(header % 8 == 0 && size == 8 + header + 14, "header %zu, file %zu", header, size);
  /* the header may be padded with spaces only; its text and the data are exact */
  size_t json = sizeof Expected - 1 - 8 - 14, pad = header - json;
  CHECK(pad < 8, "%zu bytes of padding", pad);
  if (pad < 8) {
    CHECK(memcmp(file + 8, Expected + 8, json) == 0, "header:\n%.*s\nexpected\n%.*s", (int)header,
          (const char *)file + 8, (int)json, Expected + 8);
    for (size_t i = 0; i < pad; i++)
      CHECK(file[8 + json + i] == ' ', "byte %zu is not a space", 8 + json + i);
    CHECK(memcmp(file + 8 + header, Expected + sizeof Expected - 1 - 14, 14) == 0, "the data differ");
  }
  free(file);
  CHECK(curta_st_read(&st, Path, &fail) == 0, "%s", fail.text);
  CHECK(st.n_tensors == 3 && st.n_texts == 2, "%zu tensors, %zu strings", st.n_tensors, st.n_texts);
  CHECK(curta_st_get(&st, "w", "I8", 2, matrix, w, &fail) == 0 && w[2] == 127 && w[5] == -128, "%s", fail.text);
  CHECK(curta_st_get(&st, "e", "I32", 0, matrix, &e, &fail) == 0 && e == -5, "e %d", e);
  CHECK(curta_st_text(&st, "lines") && strcmp(curta_st_text(&st, "lines"), "a\nb") == 0, "string");
  CHECK_ERROR(curta_st_get(&st, "w", "I8", 2, wrong, w, &fail), fail, "\"w\"|expected I8 [3,2], found I8 [2,3]");
  memset(&fail, 0, sizeof fail);
  CHECK_ERROR(curta_st_get(&st, "w", "I16", 2, matrix, w, &fail), fail, "expected I16");
  memset(&fail, 0, sizeof fail);
  CHECK_ERROR(curta_st_get(&st, "v", "I8", 2, matrix, w, &fail), fail, "no tensor \"v\"");
  curta_st_free(&st);
}

static void bad_header(const char *header, size_t data, const char *words)
{
  struct curta_fail fail;
  put_header(header, data);
  CHECK_ERROR(read_back(&fail), fail, words);
}

static void test_headers(void)
{
  struct curta_fail fail;
  GROUP("safetensors, unusual but right");
  put_header("{ \"b\" : { \"shape\" : [ 2 ] , \"data_offsets\":[1,3], \"dtype\":\"I8\" "
             "},\n\"a\":{\"dtype\":\"U8\",\"shape\":[1],\"data_offsets\":[0,1]} }   ",
             3);
  CHECK(read_back(&fail) == 0, "%s", fail.text);
  put_header("{}", 0);
  CHECK(read_back(&fail) == 0, "%s", fail.text);
  put_header("{\"z\":{\"dtype\":\"F32\",\"shape\":[0,4],\"data_offsets\":[0,0]}}", 0);
  CHECK(read_back(&fail) == 0, "%s", fail.text);

  GROUP("safetensors, bad headers");
  put("\x10\0\0", 3);
  CHECK_ERROR(read_back(&fail), fail, "offset 3|8 bytes of the header");
  put("\xff\xff\xff\xff\xff\xff\xff\x7f{}", 10);
  CHECK_ERROR(read_back(&fail), fail, "offset 0|header of at most 2 bytes");
  bad_header("[]", 0, "offset 8|expected '{'");
  bad_header("{\"a\":3}", 0, "offset 13|description of a tensor");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}x", 4, "more text");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}", 4, "expected '}'");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[4]}}", 4, "lacks");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[-4],\"data_offsets\":[0,4]}}", 4, "unsigned integer");
  bad_header("{\"a\":{\"dtype\":\"I9\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4, "\"a\"|unknown dtype \"I9\"");
  bad_header("{\"a\":{\"dtype\":\"I16\",\"shape\":[4],\"data_offsets\":[0,4]}}", 4,
             "expected 8 bytes by its shape, found 4");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 3,
             "inside [0,3]|found [0,4]|truncated");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[4,0]}}", 4, "found [4,0]");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]}}", 5, "expected 4 bytes of data, found 5");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"I8\",\"shape\":[4],"
             "\"data_offsets\":[2,6]}}",
             6, "\"b\"|overlap");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},\"b\":{\"dtype\":\"I8\",\"shape\":[4],"
             "\"data_offsets\":[5,9]}}",
             9, "\"b\"|hole");
  bad_header("{\"a\":{\"dtype\":\"I8\",\"shape\":[4],\"data_offsets\":[0,4]},\"a\":{\"dtype\":\"I8\",\"shape\":[4],"
             "\"data_offsets\":[4,8]}}",
             8, "\"a\" occurs twice");
  bad_header("{\"a\":{\"dtype\":\"I64\",\"shape\":[4294967296,4294967296],\"data_offsets\":[0,0]}}", 0, "overflows");
  bad_header("{\"__metadata__\":{\"x\":3}}", 0, "expected a string");
  bad_header("{\"a\\ud800\":{}}", 0, "escape");
}

/* A damaged file is refused or read; it never crashes (run under a sanitizer for full effect). */
static void test_mutations(void)
{
  struct curta_fail fail = {.status = 0};
  struct curta_st st;
  uint8_t *file, *copy;
  size_t size;
  int refused = 0;
  GROUP("safetensors, 3000 damaged files, seed 5");
  build(&st, &fail);
  (void)curta_st_write(&st, Path, &fail);
  curta_st_free(&st);
  CHECK(curta_file_read(Path, CURTA_FILE_ANY, &file, &size, &fail) == 0, "%s", fail.text);
  copy = malloc(size);
  for (uint32_t i = 0; i < 3000; i++) {
    size_t n = i % 3 ? size : curta_rand(5, 1, i) % size;
    memcpy(copy, file, size);
    for (uint32_t k = 0; k < 1 + i % 4; k++)
      copy[curta_rand(5, 2 + k, i) % (size - 14)] = (uint8_t)curta_rand(5, 9 + k, i);
    (void)unlink(Path); /* some file systems flush a truncated file at once */
    FILE *f = fopen(Path, "wb");
    (void)fwrite(copy, 1, n, f);
    (void)fclose(f);
    refused += read_back(&fail) != 0;
    CHECK(refused == 0 || fail.text[0] || read_back(&fail) == 0, "refused without a message, number %u", i);
  }
  CHECK(refused > 1500, "only %d refused", refused);
  free(copy);
  free(file);
}

static void test_replace(void)
{
  struct curta_fail fail = {.status = 0};
  struct curta_file_part part = {"new", 3};
  GROUP("atomic replacement");
  CHECK_ERROR(curta_file_replace("/nonexistent/x", &part, 1, &fail), fail,
              "/nonexistent/x.tmp|No such file|nothing was changed");
  memset(&fail, 0, sizeof fail);
  CHECK_ERROR(curta_file_make_dir("/dev/null/x", &fail), fail, "/dev/null/x|cannot be made");
}

int main(void)
{
  int fd = mkstemp(Path);
  if (fd < 0)
    return 1;
  (void)close(fd);
  test_bytes();
  test_headers();
  test_mutations();
  test_replace();
  check_end();
  (void)unlink(Path);
  return Check_failed;
}
