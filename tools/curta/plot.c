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

/* The roof of base: 128 MACs a cycle, 8 bytes a cycle. Passes as curta.h numbers them. */
static const char Script[] =
    "set datafile separator ','\n"
    "set terminal pngcairo size 1000,600 font 'sans,11'\nset grid\nset logscale xy\n"
    "set output '%1$s/tradeoff.png'\n"
    "set xlabel 'multiplications a cycle of the array'\nset ylabel 'cycles of a training step'\n"
    "set title 'arrays and memories'\nset key top right\n"
    "plot for [b in '2 4 8 16'] '%1$s/explore.csv' every ::1 using "
    "((strcol(1) eq 'array' && $11==b+0)?$13:NaN):14 with points pt 7 ps 1.4 title b.' bytes a cycle'\n"
    "set output '%1$s/roofline.png'\n"
    "set xlabel 'useful MACs a byte of memory traffic (planned)'\nset ylabel 'useful MACs a cycle'\n"
    "set title 'base, 8 bytes a cycle: layers and passes'\nset key bottom right\nset xrange [0.1:1000]\nset yrange "
    "[1:200]\n"
    "plot (8*x < 128 ? 8*x : 128) with lines lw 2 lc rgb 'black' title 'roof', \\\n"
    "  '%1$s/roofline.csv' every ::1 using ($2==0?$6:NaN):7:1 with labels point pt 7 lc rgb '#08519c' offset 1,0.5 "
    "left title 'forward', \\\n"
    "  '' every ::1 using ($2==1?$6:NaN):7:1 with labels point pt 5 lc rgb '#a63603' offset 1,0.5 left title 'input "
    "gradient', \\\n"
    "  '' every ::1 using ($2==2?$6:NaN):7:1 with labels point pt 9 lc rgb '#006d2c' offset 1,0.5 left title 'weight "
    "gradient', \\\n"
    "  '' every ::1 using ($2==6?$6:NaN):7:1 with labels point pt 13 lc rgb '#6a51a3' offset 1,0.5 left title 'learning "
    "layer'\n";

int curta_explore_draw(const char *dir)
{
  char script[600];
  FILE *f;
  int r;
  if (strchr(dir, '\'')) {
    (void)fprintf(stderr, "curta: note: no picture: gnuplot cannot take a folder name with a quote\n");
    return EINVAL;
  }
  (void)snprintf(script, sizeof script, "%s/explore.gp", dir);
  f = fopen(script, "w");
  if (!f)
    return errno;
  (void)fprintf(f, Script, dir);
  if (fclose(f) != 0)
    return EIO;
  r = curta_gnuplot(script);
  if (r)
    (void)fprintf(stderr, "curta: note: no picture: gnuplot %s; then: gnuplot %s\n",
                  r == ENOENT ? "is not installed (package gnuplot-nox)" : "failed", script);
  return r;
}
