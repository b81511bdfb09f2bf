/* SPDX-License-Identifier: Apache-2.0
 * source.c - a file, plain or gzip, read once from front to back with errors that say where
 */
#include "source.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include <zlib.h>

#define REMEDY "the file is damaged: copy or download it again (tools/fetch_data.sh checks the sums)"

int curta_source_open(struct curta_source *s, const char *dir, const char *name, const char *remedy,
                      struct curta_fail *fail)
{
  static const char *const suffix[] = {"", ".gz"};
  s->gz = NULL;
  s->offset = 0;
  for (size_t i = 0; i < 2; i++) {
    int length = snprintf(s->path, sizeof s->path, "%s/%s%s", dir, name, suffix[i]);
    if (length < 0 || (size_t)length >= sizeof s->path)
      return curta_fail(fail, -ENAMETOOLONG, "%s/%s: the path is too long", dir, name);
    if (access(s->path, F_OK) != 0)
      continue;
    errno = 0;
    s->gz = gzopen(s->path, "rb");
    if (!s->gz)
      return curta_fail(fail, errno ? -errno : -ENOMEM, "%s: %s", s->path, strerror(errno ? errno : ENOMEM));
    return 0;
  }
  return curta_fail(fail, -ENOENT, "%s/%s[.gz]: no such file; %s", dir, name, remedy);
}

int curta_source_read_some(struct curta_source *s, void *dst, size_t bytes, size_t *got, struct curta_fail *fail)
{
  size_t done = 0;
  while (done < bytes) {
    size_t left = bytes - done;
    int n = gzread(s->gz, (uint8_t *)dst + done, left > (1u << 30) ? 1u << 30 : (unsigned)left);
    if (n < 0) {
      int code = 0;
      const char *text = gzerror(s->gz, &code);
      return curta_fail(fail, -EIO, "%s: offset %" PRIu64 ": %s; " REMEDY, s->path, s->offset,
                        code == Z_ERRNO ? strerror(errno) : text);
    }
    if (n == 0)
      break;
    done += (size_t)n;
    s->offset += (uint64_t)n;
  }
  *got = done;
  return 0;
}

int curta_source_read(struct curta_source *s, void *dst, size_t bytes, const char *what, struct curta_fail *fail)
{
  uint64_t start = s->offset;
  size_t got = 0;
  int r = curta_source_read_some(s, dst, bytes, &got, fail);
  if (r)
    return r;
  if (got < bytes)
    return curta_fail(fail, -EIO,
                      "%s: offset %" PRIu64 ": expected %zu bytes of %s, found the end of the file after %zu; " REMEDY,
                      s->path, start, bytes, what, got);
  return 0;
}

int curta_source_expect_end(struct curta_source *s, struct curta_fail *fail)
{
  uint8_t byte;
  size_t got = 0;
  uint64_t start = s->offset;
  int r = curta_source_read_some(s, &byte, 1, &got, fail);
  if (r)
    return r;
  if (got)
    return curta_fail(fail, -EIO, "%s: offset %" PRIu64 ": expected the end of the file, found more bytes; " REMEDY,
                      s->path, start);
  /* A gzip file that ends before its checksum is seen only now. */
  r = gzclose(s->gz);
  s->gz = NULL;
  if (r != Z_OK)
    return curta_fail(fail, -EIO, "%s: offset %" PRIu64 ": the gzip stream ends early; " REMEDY, s->path, start);
  return 0;
}

void curta_source_close(struct curta_source *s)
{
  if (s->gz)
    (void)gzclose(s->gz);
  s->gz = NULL;
}
