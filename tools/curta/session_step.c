/* SPDX-License-Identifier: Apache-2.0
 * session_step.c - batches: pixels to inputs, one step, its loss; evaluation of a data set
 */
#include <errno.h>
#include <inttypes.h>
#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "draw.h"
#include "session.h"

static void fill(struct curta_session *s, const struct curta_batch *batch, uint16_t *labels)
{
  const struct curta_data *data = batch->data;
  uint32_t area = data->h * data->w;
  size_t size = (size_t)data->c * area;
  for (uint32_t i = 0; i < batch->n; i++) {
    uint32_t image = batch->index[i];
    const uint8_t *src = data->images + image * size;
    uint8_t *dst = s->pixels + i * size;
    labels[i] = data->labels[image];
    if (batch->augment)
      curta_draw_augment(dst, src, data->c, data->h, data->w, batch->augment, batch->seed, batch->epoch, image);
    else
      memcpy(dst, src, size);
  }
  curta_input_apply((const int8_t(*)[256])s->table, batch->n, data->c, area, s->pixels, s->x);
}

/* Cross entropy of a softmax over logits * 2^exponent, summed over the batch. Floating point: nothing is trained by it.
 */
static int64_t cross_entropy(const int8_t *logits, uint32_t n, uint32_t classes, int32_t exponent,
                             const uint16_t *labels)
{
  double total = 0, scale = ldexp(1.0, exponent);
  for (uint32_t i = 0; i < n; i++) {
    const int8_t *a = logits + (size_t)i * classes;
    double sum = 0;
    int most = a[0];
    for (uint32_t c = 1; c < classes; c++)
      most = a[c] > most ? a[c] : most;
    for (uint32_t c = 0; c < classes; c++)
      sum += exp((a[c] - most) * scale);
    total += log(sum) - (a[labels[i]] - most) * scale;
  }
  return (int64_t)llround(total * 1e6);
}

static int run_batch(struct curta_session *s, struct curta_planned *p, const uint16_t *labels, int train, int32_t mu,
                     struct curta_outcome *outcome)
{
  uint32_t n = p->plan.batch, classes = s->network->net.classes;
  struct curta_result result;
  int8_t *logits;
  int r;
  p->run.step = s->step;
  p->run.mu = mu;
  p->run.rate = s->rate;
  p->run.input_exp = s->input_exp;
  memcpy(p->run.weight_exp, s->weight_exp, sizeof s->weight_exp);
  r = curta_batch_write(&p->run, s->x, labels, n);
  if (!r)
    r = train ? curta_step(&p->run) : curta_eval(&p->run);
  if (!r)
    r = curta_result(&p->run, &result);
  if (r)
    return r;
  logits = malloc((size_t)n * classes);
  r = logits ? curta_logits_get(&p->run, logits) : -ENOMEM;
  if (!r) {
    outcome->correct = result.correct;
    outcome->loss_micro = curta_session_is_nitro(s) ? curta_nitro_squared_error(logits, n, classes, labels)
                                                    : cross_entropy(logits, n, classes, result.exponent, labels);
    s->flags = result.flags;
    s->step = p->run.step;
  }
  free(logits);
  return r;
}

int curta_session_step(struct curta_session *s, const struct curta_batch *batch, int train, int32_t mu,
                       struct curta_outcome *outcome, struct curta_fail *fail)
{
  struct curta_planned *p = NULL;
  uint16_t *labels;
  int r = curta_session_plan(s, batch->n, &p, fail);
  if (r)
    return r;
  labels = calloc(batch->n, sizeof *labels);
  if (!labels)
    return curta_fail(fail, -ENOMEM, "no memory");
  fill(s, batch, labels);
  r = train && curta_session_is_nitro(s) ? curta_nitro_augment(s, batch->n, fail) : 0;
  if (r) {
    free(labels);
    return r;
  }
  r = run_batch(s, p, labels, train, mu, outcome);
  free(labels);
  if (r == -ERANGE && train && curta_session_is_nitro(s))
    return curta_fail(fail, r,
                      "step %" PRIu32 ": the device cannot divide by the inverse learning rate %" PRIu32
                      " (times amplify %" PRIu32 "), to which the schedule has come: the last checkpoint is the end of "
                      "this training",
                      s->step, s->rate, s->network->net.nitro.amplify);
  if (r)
    return curta_session_error(s, r, train ? "training step" : "forward pass", fail);
  return curta_session_is_nitro(s) ? curta_nitro_flags(s, s->flags, fail) : 0;
}

int curta_session_evaluate(struct curta_session *s, const struct curta_data *data, uint32_t batch,
                           const volatile int *stop, struct curta_outcome *outcome, struct curta_fail *fail)
{
  struct curta_outcome sum = {0, 0, curta_epoch_images(&s->network->net, data->n, batch)}, one = {0, 0, 0};
  uint32_t *index = malloc((size_t)batch * sizeof *index);
  int r = index ? 0 : curta_fail(fail, -ENOMEM, "no memory");
  for (uint32_t first = 0; !r && first < sum.images; first += batch) {
    struct curta_batch b = {data, index, sum.images - first < batch ? sum.images - first : batch, 0, 0, 0};
    for (uint32_t i = 0; i < b.n; i++)
      index[i] = first + i;
    r = stop && *stop ? -EINTR : curta_session_step(s, &b, 0, 0, &one, fail);
    sum.correct += one.correct;
    sum.loss_micro += one.loss_micro;
  }
  free(index);
  if (!r)
    *outcome = sum;
  return r;
}
