/* SPDX-License-Identifier: Apache-2.0
 * file.c - whole files: read one, replace one so that a crash or a full disk leaves the old one
 */
#include "file.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

int curta_file_read(const char *path, size_t most, uint8_t **data, size_t *size, struct curta_fail *fail)
{
  FILE *f = fopen(path, "rb");
  uint8_t *buffer = NULL;
  size_t used = 0, room = 0;
  if (!f)
    return curta_fail(fail, -errno, "%s: %s", path, strerror(errno));
  for (;;) {
    size_t n;
    if (room - used < 65536) {
      uint8_t *grown = realloc(buffer, room = room * 2 + 131072);
      if (!grown) {
        free(buffer);
        (void)fclose(f);
        return curta_fail(fail, -ENOMEM, "%s: no memory", path);
      }
      buffer = grown;
    }
    errno = 0;
    n = fread(buffer + used, 1, room - used - 1, f);
    used += n;
    if (n == 0)
      break;
    if (used > most) {
      free(buffer);
      (void)fclose(f);
      return curta_fail(fail, -EFBIG, "%s: more than %zu bytes: this is not the kind of file that is wanted here", path,
                        most);
    }
  }
  if (ferror(f)) {
    int e = errno ? errno : EIO;
    free(buffer);
    (void)fclose(f);
    return curta_fail(fail, -e, "%s: %s", path, strerror(e));
  }
  (void)fclose(f);
  buffer[used] = 0;
  *data = buffer;
  *size = used;
  return 0;
}

static int write_parts(int fd, const struct curta_file_part *parts, size_t n)
{
  for (size_t i = 0; i < n; i++) {
    const uint8_t *p = parts[i].data;
    size_t left = parts[i].bytes;
    while (left) {
      ssize_t done = write(fd, p, left);
      if (done < 0 && errno == EINTR)
        continue;
      if (done < 0)
        return -errno;
      p += done;
      left -= (size_t)done;
    }
  }
  return fsync(fd) != 0 ? -errno : 0;
}

/* Makes the rename itself durable; some file systems cannot, which is no reason to fail. */
static void sync_folder(const char *path)
{
  char dir[1024];
  const char *slash = strrchr(path, '/');
  int fd;
  (void)snprintf(dir, sizeof dir, "%.*s", slash ? (int)(slash - path) + 1 : 1, slash ? path : ".");
  fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (fd < 0)
    return;
  (void)fsync(fd);
  (void)close(fd);
}

int curta_file_replace(const char *path, const struct curta_file_part *parts, size_t n, struct curta_fail *fail)
{
  char temporary[1024];
  int length = snprintf(temporary, sizeof temporary, "%s.tmp", path), fd, r;
  if (length < 0 || (size_t)length >= sizeof temporary)
    return curta_fail(fail, -ENAMETOOLONG, "%s: the path is too long", path);
  fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0)
    return curta_fail(fail, -errno, "%s: cannot be written: %s; nothing was changed", temporary, strerror(errno));
  r = write_parts(fd, parts, n);
  if (close(fd) != 0 && !r)
    r = -errno;
  if (!r && rename(temporary, path) != 0)
    r = -errno;
  if (r) {
    (void)unlink(temporary);
    return curta_fail(fail, r, "%s: cannot be written: %s; %s", path, strerror(-r),
                      access(path, F_OK) == 0 ? "the old file is still there, unchanged" : "there is no old file");
  }
  sync_folder(path);
  return 0;
}

int curta_file_may_replace(const char *path, struct curta_fail *fail)
{
  char temporary[1024];
  struct stat about;
  int length = snprintf(temporary, sizeof temporary, "%s.tmp", path), fd;
  if (length < 0 || (size_t)length >= sizeof temporary)
    return curta_fail(fail, -ENAMETOOLONG, "%s: the path is too long", path);
  if (stat(path, &about) == 0 && S_ISDIR(about.st_mode))
    return curta_fail(fail, -EISDIR, "%s: cannot be written: it is a folder", path);
  fd = open(temporary, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0666);
  if (fd < 0)
    return curta_fail(fail, -errno, "%s: cannot be written: %s; choose another --out", temporary, strerror(errno));
  (void)close(fd);
  (void)unlink(temporary);
  return 0;
}

int curta_file_may_write(const char *path, struct curta_fail *fail)
{
  struct stat about;
  int there = stat(path, &about) == 0, fd;
  if (strcmp(path, "-") == 0 || (there && !S_ISREG(about.st_mode) && !S_ISDIR(about.st_mode)))
    return 0;
  fd = open(path, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0666);
  if (fd < 0)
    return curta_fail(fail, -errno, "%s: cannot be written: %s", path, strerror(errno));
  (void)close(fd);
  if (!there)
    (void)unlink(path);
  return 0;
}

int curta_file_make_dir(const char *path, struct curta_fail *fail)
{
  char part[1024];
  int length = snprintf(part, sizeof part, "%s", path);
  if (length <= 0 || (size_t)length >= sizeof part)
    return curta_fail(fail, -EINVAL, "\"%s\" is no name for a folder", path);
  for (char *p = part + 1;; p++) {
    char c = *p;
    if (c != '/' && c != '\0')
      continue;
    *p = '\0';
    if (mkdir(part, 0777) != 0 && errno != EEXIST)
      return curta_fail(fail, -errno, "%s: cannot be made: %s", part, strerror(errno));
    *p = c;
    if (c == '\0')
      break;
  }
  return 0;
}
