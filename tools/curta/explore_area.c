/* SPDX-License-Identifier: Apache-2.0
 * explore_area.c - what a machine would cost on an ECP5, and which one is the best (explore.h)
 *
 * SYNTH_*: cells of base, read by make from the table that `make synth` writes.
 */
#include <inttypes.h>
#include <stdio.h>

#include "explore.h"

/* ECP5-85F: what a design may take. */
#define ECP5_LUT 83640u
#define ECP5_DSP 156u

static const struct curta_config Configs[] = CURTA_CONFIG_TABLE;
#define Base Configs[1] /* what the table is of */

/* Cells of base for `of`, how many for `n`. */
static uint32_t scaled(uint32_t cells, int n, int of)
{
  return (cells * (uint32_t)n + (uint32_t)of - 1) / (uint32_t)of;
}

void curta_point_estimate(struct curta_point *p)
{
  const struct curta_config *s = &p->shape;
  const int macs = s->r * s->c * s->v, base_macs = Base.r * Base.c * Base.v, tile = s->t * s->t,
            base_tile = Base.t * Base.t;
  p->lut = SYNTH_LUT - SYNTH_ARRAY - SYNTH_LANES + scaled(SYNTH_ARRAY, macs, base_macs) +
           scaled(SYNTH_LANES, s->lanes, Base.lanes);
  p->dsp = SYNTH_DSP - (uint32_t)base_macs - SYNTH_LANES_DSP + (uint32_t)macs +
           scaled(SYNTH_LANES_DSP, s->lanes, Base.lanes);
  p->bram = SYNTH_BRAM - SYNTH_BUFFERS - SYNTH_SUMS +
            scaled(SYNTH_BUFFERS, (s->a_tiles + s->b_tiles) * tile, (Base.a_tiles + Base.b_tiles) * base_tile) +
            scaled(SYNTH_SUMS, s->p_tiles * tile, Base.p_tiles * base_tile);
}

int curta_point_fits(const struct curta_point *p)
{
  return p->lut <= ECP5_LUT && p->dsp <= ECP5_DSP && p->bram <= CURTA_ECP5_BRAM;
}

void curta_point_name(char *dst, size_t size, const struct curta_point *p)
{
  const struct curta_config *s = &p->shape;
  char tile[16] = "";
  if (s->t != Base.t)
    (void)snprintf(tile, sizeof tile, " (T = %d)", s->t);
  (void)snprintf(dst, size, "%dx%dx%d%s, buffers %d and %d, sums %d tiles, %d reads outstanding", s->r, s->c, s->v,
                 tile, s->a_tiles, s->b_tiles, s->p_tiles, s->outst);
}

static void say_point(const char *what, const struct curta_point *p)
{
  const struct curta_config *s = &p->shape;
  char name[128];
  curta_point_name(name, sizeof name, p);
  printf("%s: %s: %" PRIu64 " cycles, utilization %.1f %%, %" PRIu32 " LUT, %" PRIu32 " DSP, %" PRIu32 " block RAMs\n",
         what, name, p->cycles, 100.0 * (double)p->macs / ((double)p->cycles * s->r * s->c * s->v), p->lut, p->dsp,
         p->bram);
}

void curta_point_verdict(const struct curta_points *points)
{
  const struct curta_point *all = points->all, *base = &all[0], *best = base, *least = NULL;
  double gain;
  for (uint32_t i = 1; i < points->n; i++)
    if (all[i].cycles < best->cycles)
      best = &all[i];
  for (uint32_t i = 0; i < points->n; i++)
    if (all[i].cycles <= best->cycles + best->cycles / 100 && (!least || all[i].bram < least->bram))
      least = &all[i];
  printf("those that fit an ECP5-85F (estimates), at 8 bytes a cycle and a latency of 30:\n");
  say_point("base", base);
  say_point("fastest", best);
  say_point("least block RAM within 1 % of the fastest", least);
  gain = 100.0 * ((double)base->cycles / (double)best->cycles - 1);
  if (gain > 1)
    printf("verdict: base is not the best for this network, it takes %.1f %% more cycles than the fastest\n", gain);
  else if (least->bram < base->bram)
    printf("verdict: base is as fast as any (%.2f %% from the fastest), and could do with %" PRIu32
           " block RAMs less\n",
           gain, base->bram - least->bram);
  else
    printf("verdict: base is the best, %.2f %% from the fastest\n", gain);
}
