/* SPDX-License-Identifier: Apache-2.0
 * explore.h - a point of the design space: a machine, its memory, what a training step takes on it
 */
#ifndef CURTA_TOOL_EXPLORE_H
#define CURTA_TOOL_EXPLORE_H
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>

#include "curta_spec.h"

#define CURTA_ECP5_BRAM 208u /* of an ECP5-85F, 18 kbit each */

struct curta_point {
  const char *sweep;
  struct curta_config shape;
  uint32_t rate, latency;
  uint64_t cycles, busy, macs;
  uint32_t lut, dsp, bram;
};

/* The points of a network that fit an ECP5-85F, timed at 8 bytes a cycle and a latency of 30; the first is base. */
struct curta_points {
  char net[64]; /* "lenet-32" */
  uint32_t n;
  struct curta_point all[512];
};

/* LUT, DSP and block RAM: what synth/results/base-ecp5.md says of base, scaled. */
void curta_point_estimate(struct curta_point *p);
/* Does it fit an ECP5-85F? */
int curta_point_fits(const struct curta_point *p);
/* "8x8x2, buffers 1024 and 1024, ..." */
void curta_point_name(char *dst, size_t size, const struct curta_point *p);
/* Prints which of the points is the fastest, and whether base is as good. */
void curta_point_verdict(const struct curta_points *points);
/* The same for several networks: points that all of them have, by the geometric mean of their cycles. Writes them to
 * csv. -ENOMEM. */
int curta_points_verdict(struct curta_points *const *nets, uint32_t n_nets, FILE *csv);
/* Draws `dir`/explore.csv and roofline.csv, the roof of `macs` a cycle. 0, or an errno with a note on standard error.
 */
int curta_explore_draw(const char *dir, int macs);

#endif
