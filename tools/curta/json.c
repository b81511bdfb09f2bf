/* SPDX-License-Identifier: Apache-2.0
 * json.c - just enough JSON for the header of a safetensors file
 */
#include "json.h"

#include <stdio.h>
#include <string.h>

static void set_error(struct curta_json *j, const char *text)
{
  if (!j->error)
    j->error = text;
}

void curta_json_start(struct curta_json *j, const char *text, size_t size)
{
  j->text = text;
  j->size = size;
  j->at = 0;
  j->error = NULL;
}

static void skip_space(struct curta_json *j)
{
  while (j->at < j->size && j->text[j->at] != '\0' && strchr(" \t\r\n", j->text[j->at]))
    j->at++;
}

int curta_json_try(struct curta_json *j, char c)
{
  skip_space(j);
  if (j->error || j->at >= j->size || j->text[j->at] != c)
    return 0;
  j->at++;
  return 1;
}

void curta_json_expect(struct curta_json *j, char c, const char *otherwise)
{
  if (!curta_json_try(j, c))
    set_error(j, otherwise);
}

/* Four hex digits of \u; 0xFFFFFFFF when they are not. */
static uint32_t hex4(struct curta_json *j)
{
  uint32_t value = 0;
  for (int i = 0; i < 4; i++) {
    char c = j->at < j->size ? j->text[j->at++] : '\0';
    const char *digits = "0123456789abcdef0123456789ABCDEF", *p = c ? strchr(digits, c) : NULL;
    if (!p)
      return 0xffffffffu;
    value = value * 16 + (uint32_t)(p - digits) % 16;
  }
  return value;
}

static size_t put_utf8(char *dst, uint32_t code)
{
  if (code < 0x80) {
    dst[0] = (char)code;
    return 1;
  }
  if (code < 0x800) {
    dst[0] = (char)(0xc0 | code >> 6);
    dst[1] = (char)(0x80 | (code & 0x3f));
    return 2;
  }
  dst[0] = (char)(0xe0 | code >> 12);
  dst[1] = (char)(0x80 | (code >> 6 & 0x3f));
  dst[2] = (char)(0x80 | (code & 0x3f));
  return 3;
}

/* One escape behind the backslash; returns bytes written to dst (room for 3). */
static size_t unescape(struct curta_json *j, char *dst)
{
  static const char from[] = "\"\\/bfnrt", to[] = "\"\\/\b\f\n\r\t";
  char c = j->at < j->size ? j->text[j->at++] : '\0';
  const char *p = c ? strchr(from, c) : NULL;
  uint32_t code;
  if (p) {
    dst[0] = to[p - from];
    return 1;
  }
  code = c == 'u' ? hex4(j) : 0xffffffffu;
  /* surrogate pairs do not occur in names that this program writes */
  if (code == 0 || code > 0xffffu || (code >= 0xd800 && code < 0xe000)) {
    set_error(j, "a string with an escape that is not supported");
    return 0;
  }
  return put_utf8(dst, code);
}

void curta_json_string(struct curta_json *j, char *dst, size_t size)
{
  size_t n = 0;
  dst[0] = '\0';
  curta_json_expect(j, '"', "expected a string");
  while (!j->error) {
    char c = j->at < j->size ? j->text[j->at++] : '\0', piece[3] = {c};
    size_t bytes = 1;
    if (c == '"')
      break;
    if ((unsigned char)c < 0x20)
      set_error(j, "a string does not end");
    else if (c == '\\')
      bytes = unescape(j, piece);
    if (n + bytes >= size)
      set_error(j, "a string is too long");
    for (size_t i = 0; i < bytes && !j->error; i++)
      dst[n++] = piece[i];
  }
  dst[n] = '\0';
}

uint64_t curta_json_number(struct curta_json *j)
{
  uint64_t value = 0;
  size_t start;
  skip_space(j);
  start = j->at;
  while (!j->error && j->at < j->size && j->text[j->at] >= '0' && j->text[j->at] <= '9') {
    if (value > UINT64_MAX / 10 - 1)
      set_error(j, "a number is too large");
    value = value * 10 + (uint64_t)(j->text[j->at++] - '0');
  }
  if (j->at == start)
    set_error(j, "expected an unsigned integer");
  return value;
}

void curta_json_end(struct curta_json *j)
{
  skip_space(j);
  if (j->at != j->size)
    set_error(j, "more text after the end of the object");
}

size_t curta_json_utf8(const char *text, size_t size)
{
  const unsigned char *p = (const unsigned char *)text;
  size_t n;
  if (size == 0 || (p[0] >= 0x80 && p[0] < 0xc2) || p[0] > 0xf4)
    return 0;
  n = p[0] < 0x80 ? 1 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;
  /* what a shorter form could say, surrogates, beyond U+10FFFF */
  if (n > size || (p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) || (p[0] == 0xf0 && p[1] < 0x90) ||
      (p[0] == 0xf4 && p[1] > 0x8f))
    return 0;
  for (size_t i = 1; i < n; i++)
    if ((p[i] & 0xc0) != 0x80)
      return 0;
  return n;
}

size_t curta_json_quote(char *dst, size_t size, const char *text)
{
  size_t n = 0;
  if (size < 3)
    return 0;
  dst[n++] = '"';
  for (; *text; text++) {
    unsigned char c = (unsigned char)*text;
    if (n + 8 > size)
      return 0;
    if (c == '"' || c == '\\') {
      dst[n++] = '\\';
      dst[n++] = (char)c;
    } else if (c < 0x20) {
      n += (size_t)snprintf(dst + n, size - n, "\\u%04x", c);
    } else {
      dst[n++] = (char)c;
    }
  }
  if (n + 2 > size)
    return 0;
  dst[n++] = '"';
  dst[n] = '\0';
  return n;
}
