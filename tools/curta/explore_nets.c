/* SPDX-License-Identifier: Apache-2.0
 * explore_nets.c - which machine is the best for several networks together (explore.h)
 *
 * A machine's mean is the geometric one of its cycles divided by those of base, over the networks: every network counts
 * as much as any other.
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "explore.h"

struct mean {
  const struct curta_point *of[16]; /* by network */
  double ratio;
};

static int same(const struct curta_point *p, const struct curta_point *q)
{
  const struct curta_config *a = &p->shape, *b = &q->shape;
  return a->t == b->t && a->r == b->r && a->c == b->c && a->v == b->v && a->bus == b->bus && a->a_tiles == b->a_tiles &&
         a->b_tiles == b->b_tiles && a->p_tiles == b->p_tiles && a->lanes == b->lanes && a->outst == b->outst;
}

static const struct curta_point *find(const struct curta_point *p, const struct curta_points *in, uint32_t n)
{
  for (uint32_t i = 0; i < n; i++)
    if (same(p, &in->all[i]))
      return &in->all[i];
  return NULL;
}

static double more(const struct curta_point *p, const struct curta_point *than)
{
  return 100.0 * ((double)p->cycles / (double)than->cycles - 1);
}

/* False: a network has no such point. */
static int make_mean(struct mean *m, const struct curta_point *p, struct curta_points *const *nets, uint32_t n)
{
  double sum = 0;
  for (uint32_t k = 0; k < n; k++) {
    m->of[k] = find(p, nets[k], nets[k]->n);
    if (!m->of[k])
      return 0;
    sum += log((double)m->of[k]->cycles / (double)nets[k]->all[0].cycles);
  }
  m->ratio = exp(sum / n);
  return 1;
}

static void say(const char *what, const struct mean *m, struct curta_points *const *nets, uint32_t n)
{
  char name[128];
  curta_point_name(name, sizeof name, m->of[0]);
  printf("%s: %s, %" PRIu32 " block RAMs: %+.2f %%;", what, name, m->of[0]->bram, 100 * (m->ratio - 1));
  for (uint32_t k = 0; k < n; k++)
    printf(" %s %+.2f %%", nets[k]->net, more(m->of[k], &nets[k]->all[0]));
  printf("\n");
}

static void write(const struct mean *m, uint32_t n, FILE *csv)
{
  const struct curta_config *s = &m->of[0]->shape;
  (void)fprintf(csv, "%d,%d,%d,%d,%d,%d,%d,%d,%d,%" PRIu32 ",%" PRIu32 ",%" PRIu32 ",%.5f", s->t, s->r, s->c, s->v,
                s->bus, s->a_tiles, s->b_tiles, s->p_tiles, s->outst, m->of[0]->lut, m->of[0]->dsp, m->of[0]->bram,
                m->ratio);
  for (uint32_t k = 0; k < n; k++)
    (void)fprintf(csv, ",%" PRIu64, m->of[k]->cycles);
  (void)fprintf(csv, "\n");
}

static void verdict(const struct mean *best, struct curta_points *const *nets, uint32_t n)
{
  const double gain = 100 * (1 / best->ratio - 1);
  if (gain > 0)
    printf(
        "verdict: base is not the fastest, it takes %.2f %% more cycles in the mean; than the fastest of each network:",
        gain);
  else
    printf("verdict: base is the fastest in the mean; it takes more cycles than the fastest of each network:");
  for (uint32_t k = 0; k < n; k++) {
    const struct curta_point *fastest = &nets[k]->all[0];
    for (uint32_t i = 1; i < nets[k]->n; i++)
      if (nets[k]->all[i].cycles < fastest->cycles)
        fastest = &nets[k]->all[i];
    printf(" %s %.2f %%", nets[k]->net, more(&nets[k]->all[0], fastest));
  }
  printf("\n");
}

int curta_points_verdict(struct curta_points *const *nets, uint32_t n_nets, FILE *csv)
{
  const struct curta_points *first = nets[0];
  struct mean *all = calloc(first->n, sizeof *all), *best = all, *least = NULL;
  uint32_t n = 0;
  if (!all)
    return -ENOMEM;
  (void)fprintf(csv, "t,r,c,v,bus,a_tiles,b_tiles,p_tiles,outst,lut,dsp,bram18,mean");
  for (uint32_t k = 0; k < n_nets; k++)
    (void)fprintf(csv, ",%s", nets[k]->net);
  (void)fprintf(csv, "\n");
  for (uint32_t i = 0; i < first->n; i++)
    if (!find(&first->all[i], first, i) && make_mean(&all[n], &first->all[i], nets, n_nets)) {
      write(&all[n], n_nets, csv);
      best = all[n].ratio < best->ratio ? &all[n] : best;
      n++;
    }
  for (uint32_t i = 0; i < n; i++)
    if (all[i].ratio <= 1.01 * best->ratio && (!least || all[i].of[0]->bram < least->of[0]->bram))
      least = &all[i];
  printf("%" PRIu32 " machines that fit (estimates) run all %" PRIu32
         " networks; cycles beside those of base, geometric mean and each:\n",
         n, n_nets);
  say("fastest", best, nets, n_nets);
  if (least)
    say("least block RAM within 1 % of the fastest", least, nets, n_nets);
  verdict(best, nets, n_nets);
  free(all);
  return 0;
}
