/* SPDX-License-Identifier: Apache-2.0
 * plot.c - pictures by gnuplot (plot.h)
 */
#include "plot.h"

#include <errno.h>
#include <spawn.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

extern char **environ;

int curta_gnuplot_takes(const char *dir)
{
  if (!strpbrk(dir, "'\n") && dir[0] != '<' && dir[0] != '|')
    return 1;
  (void)fprintf(stderr,
                "curta: note: no picture: gnuplot cannot take a folder name with a quote or a line feed, or one "
                "that begins with < or |\n");
  return 0;
}

int curta_gnuplot(const char *script)
{
  char name[] = "gnuplot", *argv[] = {name, NULL, NULL}, path[600];
  pid_t pid;
  int status, r;
  (void)snprintf(path, sizeof path, "%s", script);
  argv[1] = path;
  r = posix_spawnp(&pid, name, NULL, NULL, argv, environ);
  if (r)
    return r;
  while (waitpid(pid, &status, 0) < 0)
    if (errno != EINTR)
      return errno;
  if (WIFEXITED(status) && WEXITSTATUS(status) == 127)
    return ENOENT;
  return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : EIO;
}
