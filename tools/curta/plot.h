/* SPDX-License-Identifier: Apache-2.0
 * plot.h - pictures by gnuplot
 */
#ifndef CURTA_TOOL_PLOT_H
#define CURTA_TOOL_PLOT_H

/* Runs gnuplot on a script: 0, ENOENT when it is not installed, another errno. */
int curta_gnuplot(const char *script);

#endif
