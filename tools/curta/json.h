/* SPDX-License-Identifier: Apache-2.0
 * json.h - just enough JSON for the header of a safetensors file: a pull reader without a tree
 *
 * The caller asks for what it expects next; the first thing that is not there sets `error` (a text) and everything
 * after that fails too.
 */
#ifndef CURTA_TOOL_JSON_H
#define CURTA_TOOL_JSON_H
#include <stddef.h>
#include <stdint.h>

struct curta_json {
  const char *text;
  size_t size, at;
  const char *error; /* null while all is well */
};

void curta_json_start(struct curta_json *j, const char *text, size_t size);
/* Eats the character c (after white space); 0 when it was not there, which is no error. */
int curta_json_try(struct curta_json *j, char c);
void curta_json_expect(struct curta_json *j, char c, const char *otherwise);
/* A string, unescaped to UTF-8, zero-terminated; longer than size-1 is an error. */
void curta_json_string(struct curta_json *j, char *dst, size_t size);
uint64_t curta_json_number(struct curta_json *j); /* unsigned integers only */
/* Only white space may follow. */
void curta_json_end(struct curta_json *j);
/* Bytes of the UTF-8 character at text, of which `size` bytes are there; 0: it is none. */
size_t curta_json_utf8(const char *text, size_t size);
/* Writes text as a JSON string with quotes; returns the length, or 0 when it does not fit. */
size_t curta_json_quote(char *dst, size_t size, const char *text);

#endif
