/* SPDX-License-Identifier: Apache-2.0
 * plot.h - pictures by gnuplot
 */
#ifndef CURTA_TOOL_PLOT_H
#define CURTA_TOOL_PLOT_H

/* Runs gnuplot on a script: 0, ENOENT when it is not installed, another errno. */
int curta_gnuplot(const char *script);
/* Trade-off and roofline of `dir`/explore.csv and roofline.csv. 0, or an errno with a note on standard error. */
int curta_explore_draw(const char *dir);

#endif
