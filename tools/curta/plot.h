/* SPDX-License-Identifier: Apache-2.0
 * plot.h - pictures by gnuplot
 */
#ifndef CURTA_TOOL_PLOT_H
#define CURTA_TOOL_PLOT_H

/* Can gnuplot name files in this folder? If not, a note on standard error. */
int curta_gnuplot_takes(const char *dir);
/* Runs gnuplot on a script: 0, ENOENT when it is not installed, another errno. */
int curta_gnuplot(const char *script);

#endif
