/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_share.c - the items of one command on all threads, and which commands that may not be done with
 *
 * Sums and ORs do not depend on the order, so that the number of threads never shows. A command whose items touch one
 * another's bytes means them in order: CURTA_IN_ORDER.
 */
#include "curta_golden_int.h"
#include "curta_pool.h"

#define MAX_SHARES 256

struct job {
  uint64_t n;
  unsigned shares;
  void (*fn)(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out);
  void *arg;
  struct curta_outcome out[MAX_SHARES];
};

static void run_share(void *arg, unsigned share)
{
  struct job *j = arg;
  j->fn(j->arg, j->n * share / j->shares, j->n * (share + 1) / j->shares, &j->out[share]);
}

/* Four shares a thread even out what one thread loses to other programs. */
static unsigned shares(const struct curta_golden *g, uint64_t n, uint64_t grain)
{
  uint64_t most = 4u * curta_pool_size(g->pool), want = n / grain;
  if (most == 4 || want < 2)
    return 1;
  want = want < most ? want : most;
  return (unsigned)(want < MAX_SHARES ? want : MAX_SHARES);
}

int curta_golden_share(struct curta_golden *g, uint64_t n, uint64_t grain,
                       void (*fn)(void *arg, uint64_t from, uint64_t to, struct curta_outcome *out), void *arg,
                       uint32_t *magnitude)
{
  struct job j;
  int err = 0;
  j.n = n;
  j.shares = shares(g, n, grain);
  j.fn = fn;
  j.arg = arg;
  memset(j.out, 0, j.shares * sizeof *j.out);
  if (j.shares == 1)
    run_share(&j, 0);
  else
    curta_pool_run(g->pool, run_share, &j, j.shares);
  if (magnitude)
    *magnitude = 0;
  for (unsigned i = 0; i < j.shares; i++) {
    const struct curta_outcome *out = &j.out[i];
    g->check += out->check;
    g->flags |= out->flags;
    g->rd_bytes += out->rd;
    g->wr_bytes += out->wr;
    if (magnitude)
      *magnitude |= out->magnitude;
    if (out->err && !err) {
      err = out->err;
      g->info = out->info;
    }
  }
  return err;
}

struct curta_hull curta_hull_of(uint32_t base, const uint32_t *n, const uint32_t *stride, uint32_t dims, uint32_t bytes)
{
  int64_t lo = 0, hi = 0;
  for (uint32_t i = 0; i < dims; i++) {
    int64_t last = (int64_t)curta_s32(stride[i]) * (int64_t)(n[i] - 1);
    lo += last < 0 ? last : 0;
    hi += last > 0 ? last : 0;
  }
  if (lo < INT32_MIN || hi > INT32_MAX) /* tile numbers wrap */
    return (struct curta_hull){INT64_MIN, INT64_MAX};
  return (struct curta_hull){base + lo * bytes, base + (hi + 1) * bytes};
}

/* From the smallest stride on, each must be larger than everything below it together. */
int curta_tiles_apart(const uint32_t *n, const uint32_t *stride, uint32_t dims)
{
  uint64_t reach = 0; /* largest distance among the loops looked at so far */
  uint32_t done = 0;
  for (uint32_t round = 0; round < dims; round++) {
    uint32_t least = dims;
    for (uint32_t i = 0; i < dims; i++)
      if (!(done >> i & 1u) && (least == dims || curta_abs(curta_s32(stride[i])) < curta_abs(curta_s32(stride[least]))))
        least = i;
    done |= 1u << least;
    if (n[least] == 1)
      continue;
    if (curta_abs(curta_s32(stride[least])) <= reach)
      return 0;
    reach += (uint64_t)curta_abs(curta_s32(stride[least])) * (n[least] - 1);
  }
  return 1;
}
