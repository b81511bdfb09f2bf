/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_points.c - transformed tiles (curta_golden_winograd.h)
 *
 * They are kept until a LOAD replaces what they were made of: the commands of a pass use them many times.
 */
#include <stdlib.h>
#include <sys/mman.h>
#include "curta_golden_winograd.h"

#define SPACE ((size_t)4 << 20) /* bytes for an operand */
#define MADE 16                 /* pieces of an operand */
#define GRAIN 4                 /* transformations of the smallest share of a thread */

struct made {
  struct curta_origin of;
  uint32_t lo, hi; /* tiles; lo = hi: nothing */
  size_t at, bytes;
};

struct store {
  uint8_t *data; /* SPACE, a ring */
  size_t pos;
  uint32_t next;
  struct made made[MADE];
};

struct curta_winograd {
  int always; /* wherever it can be done */
  struct store store[2];
};

void curta_winograd_free(struct curta_winograd *w)
{
  for (int i = 0; w && i < 2; i++)
    if (w->store[i].data)
      munmap(w->store[i].data, SPACE);
  free(w);
}

struct curta_winograd *curta_winograd_new(int always)
{
  struct curta_winograd *w = calloc(1, sizeof *w);
  for (int i = 0; w && i < 2; i++) {
    void *p = mmap(0, SPACE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_NORESERVE, -1, 0);
    if (p == MAP_FAILED) {
      curta_winograd_free(w);
      return 0;
    }
    w->store[i].data = p;
    w->always = always;
  }
  return w;
}

int curta_winograd_always(const struct curta_winograd *w)
{
  return w->always;
}

void curta_winograd_forget(struct curta_golden *g, uint32_t buf, uint32_t lo, uint32_t hi)
{
  for (int i = 0; g->winograd && i < MADE; i++) {
    struct made *m = &g->winograd->store[buf].made[i];
    if (m->lo < hi && lo < m->hi)
      m->lo = m->hi = 0;
  }
}

static const struct made *find(const struct store *s, const struct curta_origin *of)
{
  for (int i = 0; i < MADE; i++)
    if (s->made[i].lo < s->made[i].hi && !memcmp(&s->made[i].of, of, sizeof *of))
      return &s->made[i];
  return 0;
}

static uint8_t *room(struct store *s, const struct curta_points *o, size_t bytes)
{
  if (s->pos + bytes > SPACE)
    s->pos = 0;
  for (int i = 0; i < MADE; i++)
    if (s->made[i].at < s->pos + bytes && s->pos < s->made[i].at + s->made[i].bytes)
      s->made[i].lo = s->made[i].hi = 0;
  s->made[s->next] = (struct made){o->of, o->lo, o->hi, s->pos, bytes};
  s->next = (s->next + 1) % MADE;
  s->pos += bytes;
  return s->data + s->pos - bytes;
}

/* The tile of a place; null: a zero. */
static const uint8_t *place(const struct curta_points *o, uint32_t group, uint32_t y, uint32_t x, uint32_t kc)
{
  const struct curta_origin *f = &o->of;
  int32_t row = (int32_t)y + f->cy, column = (int32_t)x + f->cx;
  uint32_t tile = f->base + group * f->stride[0] + y * f->stride[1] + x * f->stride[2] + kc * f->stride[3];
  if (y >= f->y || x >= f->x || row < 0 || row >= f->uy || column < 0 || column >= f->ux)
    return 0;
  return o->packed->data + (size_t)(tile & 0xffff) * o->packed->bytes;
}

static void transform(const struct curta_golden *g, const struct curta_points *o, uint32_t set, uint32_t link)
{
  const struct curta_winograd_kernels *k = g->k->winograd;
  const struct curta_origin *f = &o->of;
  const uint8_t *in[CURTA_WINOGRAD_POINTS];
  uint32_t bytes = o->packed->bytes, side = f->moving ? 6 : f->taps, kc = link % f->nkc, patches = f->ny * f->nx;
  uint32_t patch = curta_points_gradient(f) ? link / f->nkc : f->moving ? set % patches : 0;
  uint32_t group = !curta_points_gradient(f) && f->moving ? set / patches : set;
  uint8_t *out = o->data + CURTA_WINOGRAD_POINTS * o->pitch * set + (size_t)bytes * link;
  for (uint32_t i = 0; i < side * side; i++)
    in[i] = place(o, group, CURTA_WINOGRAD_STEP * (patch / f->nx) + i / side,
                  CURTA_WINOGRAD_STEP * (patch % f->nx) + i % side, kc);
  if (f->moving) {
    k->moving(out, o->pitch, in, bytes);
    return;
  }
  k->still(out, o->pitch, in, bytes, f->taps);
  if (kc == f->nkc - 1 && f->klast < g->t) /* what the last contraction tile has beyond does not count */
    for (uint32_t i = 0; i < CURTA_WINOGRAD_POINTS; i++)
      memset(out + i * o->pitch + bytes / g->t * f->klast, 0, bytes / g->t * (g->t - f->klast));
}

struct making {
  const struct curta_golden *g;
  const struct curta_points *o;
};

static void make_share(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out)
{
  const struct making *w = arg;
  (void)out;
  for (; from < to; from++)
    transform(w->g, w->o, (uint32_t)(from / w->o->links), (uint32_t)(from % w->o->links));
}

int curta_points_make(struct curta_golden *g, int buf, struct curta_points *o)
{
  struct store *s = &g->winograd->store[buf];
  size_t bytes = o->sets * CURTA_WINOGRAD_POINTS * o->pitch;
  const struct made *m = find(s, &o->of);
  struct making w = {g, o};
  if (m) {
    o->data = s->data + m->at;
    return 1;
  }
  if (bytes > SPACE)
    return 0;
  o->data = room(s, o, bytes);
  (void)curta_golden_share(g, (uint64_t)o->sets * o->links, GRAIN, make_share, &w, 0);
  return 1;
}
