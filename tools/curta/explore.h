/* SPDX-License-Identifier: Apache-2.0
 * explore.h - a point of the design space: a machine, its memory, what a training step takes on it
 */
#ifndef CURTA_TOOL_EXPLORE_H
#define CURTA_TOOL_EXPLORE_H
#include <stdint.h>

#include "curta_spec.h"

#define CURTA_ECP5_BRAM 208u /* of an ECP5-85F, 18 kbit each */

struct curta_point {
  const char *sweep;
  struct curta_config shape;
  uint32_t rate, latency;
  uint64_t cycles, busy, macs;
  uint32_t lut, dsp, bram;
};

/* LUT, DSP and block RAM: what synth/results/base-ecp5.md says of base, scaled. */
void curta_point_estimate(struct curta_point *p);
/* Does it fit an ECP5-85F? */
int curta_point_fits(const struct curta_point *p);
/* Prints which of the n points that fit is the fastest, and whether base, the first, is as good. */
void curta_point_verdict(const struct curta_point *all, uint32_t n);
/* Draws `dir`/explore.csv and roofline.csv, the roof of `macs` a cycle. 0, or an errno with a note on standard error. */
int curta_explore_draw(const char *dir, int macs);

#endif
