/* SPDX-License-Identifier: Apache-2.0
 * curve.c - the learning curve as a picture, drawn by gnuplot from the two CSV files
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "log.h"
#include "plot.h"

static const char Script[] =
    "set datafile separator ','\n"
    "set terminal pngcairo size 1000,600 font 'sans,11'\n"
    "set output '%1$s/curve.png'\n"
    "set title '%2$s' noenhanced\n"
    "set xlabel 'epoch'\nset xrange [0:%4$g]\nset ylabel 'accuracy (%%)'\nset y2label 'training loss'\n"
    "set ytics nomirror\nset y2tics\nset y2range [0:]\nset grid\nset key center right\n"
    "plot '%1$s/steps.csv' every ::1 using 3:5 with lines lc rgb '#9ecae1' title 'training accuracy', \\\n"
    "     '' every ::1 using 3:4 axes x1y2 with lines lc rgb '#fdae6b' title 'training loss'%3$s\n";
static const char Test_series[] = ", \\\n     '%s/log.csv' every ::1 using 1:($7<0?NaN:$7) with linespoints lw 2 pt 7 "
                                  "lc rgb '#08519c' title 'test accuracy'";

int curta_log_curve(const struct curta_log *log, const char *title)
{
  char script[600], series[800] = "";
  FILE *f;
  int r;
  if (log->n_windows == 0)
    return -ENODATA;
  if (!curta_gnuplot_takes(log->dir))
    return -EINVAL;
  (void)snprintf(script, sizeof script, "%s/curve.gp", log->dir);
  f = fopen(script, "w");
  if (!f)
    return -errno;
  if (log->n_epochs)
    (void)snprintf(series, sizeof series, Test_series, log->dir);
  (void)fprintf(f, Script, log->dir, title, series, log->windows[log->n_windows - 1].epoch);
  if (fclose(f) != 0)
    return -errno;
  r = curta_gnuplot(script);
  if (r == ENOENT)
    (void)fprintf(stderr, "curta: note: no picture: gnuplot is not installed (package gnuplot-nox); then: gnuplot %s\n",
                  script);
  else if (r)
    (void)fprintf(stderr, "curta: note: no picture: gnuplot failed on %s\n", script);
  return -r;
}
