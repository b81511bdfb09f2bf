/* SPDX-License-Identifier: Apache-2.0
 * source.h - a file, plain or gzip, read once from front to back with errors that say where
 *
 * Offsets are those of the uncompressed content.
 */
#ifndef CURTA_TOOL_SOURCE_H
#define CURTA_TOOL_SOURCE_H
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

struct curta_source {
  void *gz;
  char path[512];
  uint64_t offset;
};

/* Opens dir/name, or dir/name.gz when that does not exist. remedy ends the message when neither is there. */
int curta_source_open(struct curta_source *s, const char *dir, const char *name, const char *remedy,
                      struct curta_fail *fail);
/* Reads exactly `bytes`; a short or damaged file is an error that names what was expected. */
int curta_source_read(struct curta_source *s, void *dst, size_t bytes, const char *what, struct curta_fail *fail);
/* Reads up to `bytes`; *got is less only at the end of the file. */
int curta_source_read_some(struct curta_source *s, void *dst, size_t bytes, size_t *got, struct curta_fail *fail);
/* Fails when anything follows (this also makes zlib verify its checksum). */
int curta_source_expect_end(struct curta_source *s, struct curta_fail *fail);
void curta_source_close(struct curta_source *s);

#endif
