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
    "set xlabel 'epoch'\nset xrange [0:%4$.4f]\nset ylabel 'accuracy (%%)'\nset y2label 'training loss'\n"
    "set ytics nomirror\nset y2tics\nset y2range [0:%5$s]\nset grid\nset key center right\n%6$s"
    "plot '%1$s/steps.csv' every ::1 using 3:5 with lines lc rgb '#9ecae1' title 'training accuracy', \\\n"
    "     '' every ::1 using 3:4 axes x1y2 with lines lc rgb '#fdae6b' title 'training loss'%3$s\n";
static const char Test_series[] = ", \\\n     '%s/log.csv' every ::1 using 1:($7<0?NaN:$7) with linespoints lw 2 pt 7 "
                                  "lc rgb '#08519c' title 'test accuracy'";

struct extent {
  double least, most; /* accuracy, %: of training and test */
  double loss, epoch; /* the largest */
};

static void extend(struct extent *e, double accuracy)
{
  e->least = accuracy < e->least ? accuracy : e->least;
  e->most = accuracy > e->most ? accuracy : e->most;
}

static struct extent extent_of(const struct curta_log *log)
{
  struct extent e = {log->windows[0].accuracy, log->windows[0].accuracy, 0, log->windows[log->n_windows - 1].epoch};
  for (size_t i = 0; i < log->n_windows; i++) {
    extend(&e, log->windows[i].accuracy);
    e.loss = log->windows[i].loss > e.loss ? log->windows[i].loss : e.loss;
  }
  for (size_t i = 0; i < log->n_epochs; i++)
    if (log->epochs[i].test_accuracy >= 0)
      extend(&e, log->epochs[i].test_accuracy);
  return e;
}

int curta_log_curve(const struct curta_log *log, const char *title)
{
  char script[600], series[800] = "", range[80] = "";
  struct extent e;
  FILE *f;
  int r;
  if (log->n_windows == 0 || (log->n_windows == 1 && log->n_epochs == 0)) /* no two points for a line, none for a dot */
    return -ENODATA;
  e = extent_of(log);
  if (!curta_gnuplot_takes(log->dir))
    return -EINVAL;
  (void)snprintf(script, sizeof script, "%s/curve.gp", log->dir);
  f = fopen(script, "w");
  if (!f)
    return -errno;
  if (log->n_epochs)
    (void)snprintf(series, sizeof series, Test_series, log->dir);
  if (e.least == e.most) /* gnuplot warns of a range without extent */
    (void)snprintf(range, sizeof range, "set yrange [%.3f:%.3f]\n", e.least - 1, e.most + 1);
  (void)fprintf(f, Script, log->dir, title, series, e.epoch < 1e-4 ? 1e-4 : e.epoch, e.loss > 0 ? "" : "1", range);
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
