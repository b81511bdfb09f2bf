/* SPDX-License-Identifier: Apache-2.0
 * file.h - whole files: read one, replace one so that a crash or a full disk leaves the old one
 */
#ifndef CURTA_TOOL_FILE_H
#define CURTA_TOOL_FILE_H
#include <stddef.h>
#include <stdint.h>

#include "fail.h"

struct curta_file_part {
  const void *data;
  size_t bytes;
};

/* *data is for free(); it is zero-terminated behind *size bytes. A file of more than `most` bytes (or one without end)
 * is refused. */
int curta_file_read(const char *path, size_t most, uint8_t **data, size_t *size, struct curta_fail *fail);
#define CURTA_FILE_ANY ((size_t)4 << 30) /* checkpoints, logs */
/* Writes path.tmp, forces it to disk, renames it to path. On failure path.tmp is removed and path is as before. */
int curta_file_replace(const char *path, const struct curta_file_part *parts, size_t n, struct curta_fail *fail);
/* Whether a table or a package can be written to `path` after the work ("-", a pipe: yes). */
int curta_file_may_write(const char *path, struct curta_fail *fail);
/* Makes the folder and those above it; it may exist. */
int curta_file_make_dir(const char *path, struct curta_fail *fail);
/* Whether curta_file_replace will be able to write this path, as far as one can know before there is anything to write.
 */
int curta_file_may_replace(const char *path, struct curta_fail *fail);

#endif
