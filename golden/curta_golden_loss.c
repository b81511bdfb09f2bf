/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_loss.c - LOSS: the error of the logits, row by row (numerics.md section 4)
 *
 * Logits and error are [ceil(N/T)][ceil(C/T)][n][c]. Rows and classes of the padding become 0. A label that names no
 * class leaves no element with a negative sum and counts as a wrong prediction.
 */
#include "curta_golden_int.h"
#include "curta_nitro.h"

struct loss {
  struct curta_golden *g;
  uint32_t src, labels, dst, rows, classes, across; /* across: tiles of one row of tiles */
  int32_t e, rss, target;                           /* rss: the squared error of NITRO-D */
  struct curta_rounding how;
};

static struct loss decode(struct curta_golden *g, const uint32_t *cmd)
{
  struct loss l = {.g = g, .how = curta_golden_rounding(g, cmd)};
  l.src = curta_cmd_get(cmd, CURTA_LOSS_SRC);
  l.labels = curta_cmd_get(cmd, CURTA_LOSS_AUX);
  l.dst = curta_cmd_get(cmd, CURTA_LOSS_DST);
  l.rows = curta_cmd_get(cmd, CURTA_LOSS_ROWS);
  l.classes = curta_cmd_get(cmd, CURTA_LOSS_CLASSES);
  l.across = (l.classes + g->t - 1) / g->t;
  l.e = curta_loss_exponent(curta_s32(g->s[curta_cmd_get(cmd, CURTA_LOSS_EXP_REG)]));
  l.rss = (int32_t)curta_cmd_get(cmd, CURTA_LOSS_RSS);
  l.target = (int32_t)curta_cmd_get(cmd, CURTA_LOSS_TARGET);
  l.how.shift = CURTA_LOSS_SHIFT;
  l.how.wrap = 0;
  return l;
}

/* Byte offset of element (n, c) of a tensor of logits. */
static uint32_t at(const struct loss *l, uint32_t n, uint32_t c)
{
  uint32_t t = l->g->t;
  return (n / t * l->across + c / t) * l->g->t2 + n % t * t + c % t;
}

/* a := the logits of row n */
static int fetch_row(struct loss *l, int8_t *a, uint32_t n)
{
  uint32_t t = l->g->t;
  int err = 0;
  for (uint32_t c = 0; c < l->across * t; c += t) {
    uint32_t addr = l->src + at(l, n, c);
    const void *p = curta_golden_at(l->g, addr, t, &err);
    l->g->info = addr;
    if (!p)
      return err;
    memcpy(a + c, p, t);
  }
  l->g->rd_bytes += l->across * t;
  return 0;
}

static int fetch_label(struct loss *l, uint32_t n, uint16_t *label)
{
  uint32_t addr = l->labels + 2 * n;
  int err = 0;
  const void *p = curta_golden_at(l->g, addr, 2, &err);
  l->g->info = addr;
  if (p)
    memcpy(label, p, 2);
  l->g->rd_bytes += 2;
  return err;
}

static int store_row(struct loss *l, const int8_t *err_row, uint32_t n)
{
  uint32_t t = l->g->t;
  int err = 0;
  for (uint32_t c = 0; c < l->across * t; c += t) {
    uint32_t addr = l->dst + at(l, n, c);
    void *p = curta_golden_at(l->g, addr, t, &err);
    l->g->info = addr;
    if (!p)
      return err;
    memcpy(p, err_row + c, t);
    if (l->g->retire_fn)
      l->g->check = curta_golden_sum(l->g->check, addr / 4, err_row + c, t / 4);
  }
  l->g->wr_bytes += l->across * t;
  return 0;
}

static uint32_t argmax(const int8_t *a, uint32_t n)
{
  uint32_t best = 0;
  for (uint32_t c = 1; c < n; c++)
    best = a[c] > a[best] ? c : best;
  return best;
}

/* out := error of the row with logits a; the padding stays 0 */
static void error_row(const struct loss *l, int8_t *out, const int8_t *a, uint32_t label, uint32_t n)
{
  int64_t t[CURTA_MAX_CLASSES];
  int32_t g[CURTA_MAX_CLASSES];
  curta_loss_terms(t, a, l->classes, l->e);
  curta_loss_gradient(g, t, l->classes, label);
  for (uint32_t c = 0; c < l->classes; c++)
    out[c] =
        curta_requant(g[c], l->how.shift, l->how.mode, 0, curta_rand(l->how.seed, l->how.tensor, n * l->classes + c));
}

static void rss_row(const struct loss *l, int8_t *out, const int8_t *a, uint32_t label)
{
  for (uint32_t c = 0; c < l->classes; c++) {
    int32_t target = c == label ? l->target : 0;
    out[c] = curta_nitro_loss(a[c], target);
    l->g->flags |= out[c] != a[c] - target ? CURTA_FLAG(WRAP) : 0;
  }
}

static int row(struct loss *l, uint32_t n, uint32_t *right)
{
  int8_t a[CURTA_MAX_CLASSES], out[CURTA_MAX_CLASSES] = {0};
  uint16_t label = 0;
  int err = 0;
  if (n < l->rows) {
    err = fetch_row(l, a, n);
    if (!err)
      err = fetch_label(l, n, &label);
    if (err)
      return err;
    if (l->rss)
      rss_row(l, out, a, label);
    else
      error_row(l, out, a, label, n);
    *right += argmax(a, l->classes) == label;
  }
  return store_row(l, out, n);
}

int curta_golden_loss(struct curta_golden *g, const uint32_t *cmd)
{
  struct loss l = decode(g, cmd);
  uint32_t right = 0, padded = (l.rows + g->t - 1) / g->t * g->t;
  int err = 0;
  for (uint32_t n = 0; n < padded && !err; n++)
    err = row(&l, n, &right);
  if (!err)
    curta_golden_set(g, curta_cmd_get(cmd, CURTA_LOSS_COUNT_REG), right);
  return err;
}
