/* SPDX-License-Identifier: Apache-2.0
 * explore_draw.c - the pictures of curta explore: trade-off and roofline, of the columns of the CSV files
 *
 * The script is left in the folder, for whoever wants other pictures.
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "explore.h"
#include "plot.h"

static const char Begin[] = "set datafile separator ','\n"
                            "set grid lc rgb '#dddddd'\n"
                            "set terminal pngcairo size 1200,900 font 'sans,10'\n";

/* Four pictures: arrays by area, by utilization; buffers by block RAM; latencies. base is marked in each. */
static const char Tradeoff[] =
    "e = d.'explore.csv'\n"
    "stats e every ::1 using (strcol(1) eq 'buffers' ? $14 : NaN) nooutput\n"
    "array c[5] = ['#08519c', '#4292c6', '#006d2c', '#d94801', '#6a51a3']\n"
    "of(sweep, column, value, y) = strcol(1) eq sweep && column == value ? y : NaN\n"
    "set key top right\n"
    "set ylabel 'cycles of a training step'\n"
    "set output d.'tradeoff.png'\n"
    "set multiplot layout 2,2\n"
    "set logscale xy\n"
    "set format x '%.0s%c'\n"
    "set format y '%.1s %c'\n"
    "set title 'arrays: cycles, by bytes a cycle of the memory'\n"
    "set xlabel 'LUT-equivalents (estimate); hollow: does not fit an ECP5-85F'\n"
    "set xtics (20000, 30000, 50000, 100000)\n"
    "set xrange [20000:130000]\n"
    "plot for [k=1:4] e every ::1 using ($20 == 0 ? $17 : NaN):(of('array', $11, 2**k, $14)) with points pt 6 ps 1.2 "
    "lc rgb c[k] notitle, \\\n"
    "  for [k=1:4] e every ::1 using ($20 == 1 ? $17 : NaN):(of('array', $11, 2**k, $14)) with points pt 7 ps 1.2 lc "
    "rgb c[k] title sprintf('%d', 2**k), \\\n"
    "  e every ::1 using ($5 == 1 || $3 != $4 && $4 == 8 ? NaN : $17):(of('array', $11, 16, $14)):(sprintf('%dx%dx%d', "
    "$3, $4, $5)) with labels left rotate by -45 offset 0.3,-0.7 font ',8' tc rgb '#666666' notitle, \\\n"
    "  e every ::1 using 17:(strcol(1) eq 'base' ? $14 : NaN) with points pt 2 ps 2 lw 2 lc rgb 'black' title 'base'\n"
    "set title 'arrays: useful products, by bytes a cycle of the memory'\n"
    "set xlabel 'multiplications a cycle of the array'\n"
    "set ylabel '% of what the array can make'\n"
    "unset logscale\n"
    "set logscale x 2\n"
    "set xrange [12:1400]\n"
    "set yrange [0:100]\n"
    "set xtics auto\n"
    "set format '%g'\n"
    "plot for [k=1:4] e every ::1 using 13:(of('array', $11, 2**k, 100*$15)) with points pt 7 ps 1.2 lc rgb c[k] title "
    "sprintf('%d', 2**k), \\\n"
    "  e every ::1 using 13:(strcol(1) eq 'base' ? 100*$15 : NaN) with points pt 2 ps 2 lw 2 lc rgb 'black' title "
    "'base'\n"
    "unset logscale\n"
    "set ylabel 'cycles of a training step'\n"
    "set format y '%.2s %c'\n"
    "set autoscale\n"
    "set title 'buffers of base: cycles, by tiles of an operand buffer; small: of the sums'\n"
    "set xlabel 'block RAMs of 18 kbit (estimate); dashed: an ECP5-85F has '.brams\n"
    "set arrow 1 from first brams, graph 0 to first brams, graph 1 nohead lc rgb '#999999' dt 2\n"
    "set offsets graph 0.02, graph 0.02, 0, 0\n" /* of a small network all points are the same */
    "margin = 0.08*(STATS_max - STATS_min) + 0.001*STATS_max\n"
    "set yrange [STATS_min - margin:STATS_max + margin]\n"
    "plot for [k=0:3] e every ::1 using 19:(of('buffers', $7, 256*2**k, $14)):9 with labels offset 0,0.8 font ',8' tc "
    "rgb c[k+1] notitle, \\\n"
    "  for [k=0:3] e every ::1 using (of('buffers', $7, 256*2**k, $19)):14 with linespoints pt 7 lw 1.5 lc rgb c[k+1] "
    "title sprintf('%d', 256*2**k), \\\n"
    "  e every ::1 using 19:(strcol(1) eq 'base' ? $14 : NaN) with points pt 2 ps 2 lw 2 lc rgb 'black' title 'base'\n"
    "unset arrow 1\n"
    "set autoscale y\n"
    "set logscale x\n"
    "set key top left\n"
    "set title 'memory of base: cycles, by reads outstanding'\n"
    "set xlabel 'latency of the memory, cycles'\n"
    "set xtics (10, 30, 100, 300)\n"
    "plot for [k=1:5] e every ::1 using (of('latency', $10, 2**k, $12)):14 with linespoints pt 7 lw 1.5 lc rgb c[k] "
    "title sprintf('%d', 2**k), \\\n"
    "  e every ::1 using 12:(strcol(1) eq 'base' ? $14 : NaN) with points pt 2 ps 2 lw 2 lc rgb 'black' title 'base'\n"
    "unset multiplot\n";

/* Passes as curta.h numbers them. */
static const char Roofline[] =
    "reset\nset datafile separator ','\nset grid lc rgb '#dddddd'\n"
    "set terminal pngcairo size 1200,700 font 'sans,10'\n"
    "f = d.'roofline.csv'\n"
    "set output d.'roofline.png'\n"
    "stats f every ::1 using 6 name 'X' nooutput\n"
    "stats f every ::1 using 7 name 'Y' nooutput\n"
    "set logscale xy\n"
    "set samples 2000\n"
    "set xlabel 'useful MACs a byte of memory traffic'\n"
    "set ylabel 'useful MACs a cycle'\n"
    "set title 'base, 8 bytes a cycle: layers and passes (named: below 90 % of the roof)'\n"
    "set key bottom right\n"
    "set xrange [X_min < 0.6 ? X_min / 1.2 : 0.5:X_max > 800 ? X_max * 1.5 : 1000]\n"
    "set yrange [Y_min < 1.2 ? Y_min / 1.2 : 1:200]\n"
    "pass = 'forward input-gradient weight-gradient learning-layer'\n"
    "array number[4] = [0, 1, 2, 6]\n"
    "array colour[4] = ['#08519c', '#d94801', '#006d2c', '#6a51a3']\n"
    "array mark[4] = [7, 5, 9, 13]\n"
    "roof(x) = 8*x < macs ? 8*x : macs\n"
    "plot roof(x) with lines lw 2 lc rgb 'black' title 'roof', \\\n"
    "  for [k=1:4] f every ::1 using ($2 == number[k] ? $6 : NaN):7 with points pt mark[k] ps 1.2 lc rgb colour[k] "
    "title word(pass, k), \\\n"
    "  for [k=1:4] f every ::1 using ($2 == number[k] && $7 < 0.9*roof($6) ? $6 : NaN):7:1 with labels left "
    "offset 0.9,0.1 font ',9' tc rgb colour[k] notitle\n";

int curta_explore_draw(const char *dir, int macs)
{
  char script[600];
  FILE *f;
  int r;
  if (!curta_gnuplot_takes(dir))
    return EINVAL;
  (void)snprintf(script, sizeof script, "%s/explore.gp", dir);
  f = fopen(script, "w");
  if (!f)
    return errno;
  (void)fprintf(f, "%sd = '%s/'\nmacs = %d\nbrams = %u\n%s%s", Begin, dir, macs, CURTA_ECP5_BRAM, Tradeoff, Roofline);
  if (fclose(f) != 0)
    return EIO;
  r = curta_gnuplot(script);
  if (r)
    (void)fprintf(stderr, "curta: note: no picture: gnuplot %s; then: gnuplot %s\n",
                  r == ENOENT ? "is not installed (package gnuplot-nox)" : "failed", script);
  return r;
}
