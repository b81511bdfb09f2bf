/* SPDX-License-Identifier: Apache-2.0
 * checkpoint_nitro.c - what a checkpoint has of NITRO-D: schedule, normalisation, int32 weights
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "checkpoint_int.h"

/* Numbers of the state by name: schedule, early stop, what has left its range. */
struct named {
  const char *key;
  size_t offset;
  int late; /* older checkpoints do not say */
};
static const struct named Schedule[] = {
    {"rate", offsetof(struct curta_state, schedule.lr), 0},
    {"schedule_epoch", offsetof(struct curta_state, schedule.epoch), 0},
    {"plateau", offsetof(struct curta_state, schedule.plateau), 0},
    {"patience", offsetof(struct curta_state, schedule.patience), 0},
    {"plateau_best", offsetof(struct curta_state, schedule.plateau_best), 0},
    {"stop_best", offsetof(struct curta_state, schedule.stop_best), 0},
    {"stopped", offsetof(struct curta_state, stop), 0},
    {"flags", offsetof(struct curta_state, flags), 1},
};
#define SCHEDULE (sizeof Schedule / sizeof *Schedule)

int curta_checkpoint_add_nitro(struct curta_st *st, struct curta_session *s, const struct curta_state *state,
                               struct curta_fail *fail)
{
  int r = 0;
  for (size_t i = 0; i < SCHEDULE && !r; i++) {
    int32_t value;
    memcpy(&value, (const char *)state + Schedule[i].offset, sizeof value);
    r = curta_checkpoint_add_i64(st, Schedule[i].key, value, fail);
  }
  for (uint32_t c = 0; c < s->network->net.c && c < CURTA_DATA_CHANNELS && !r; c++) {
    char key[32];
    (void)snprintf(key, sizeof key, "mean%" PRIu32, c);
    r = curta_checkpoint_add_i64(st, key, s->mean[c], fail);
    (void)snprintf(key, sizeof key, "deviation%" PRIu32, c);
    if (!r)
      r = curta_checkpoint_add_i64(st, key, s->deviation[c], fail);
  }
  return r;
}

int curta_checkpoint_get_schedule(const struct curta_st *st, struct curta_state *state, struct curta_fail *fail)
{
  int r = 0;
  for (size_t i = 0; i < SCHEDULE && !r && curta_st_text(st, Schedule[0].key); i++) {
    int64_t value = 0;
    int32_t small;
    if (Schedule[i].late && !curta_st_text(st, Schedule[i].key))
      continue;
    r = curta_st_text_i64(st, Schedule[i].key, &value, fail);
    if (!r && (value < 0 || value > INT32_MAX))
      r = curta_fail(fail, -EINVAL, "%s: state \"%s\" is out of range", st->path, Schedule[i].key);
    small = (int32_t)value;
    memcpy((char *)state + Schedule[i].offset, &small, sizeof small);
  }
  return r;
}

int curta_checkpoint_get_normalisation(const struct curta_st *st, struct curta_session *s, struct curta_fail *fail)
{
  int r = 0;
  for (uint32_t c = 0; c < s->network->net.c && c < CURTA_DATA_CHANNELS && !r; c++) {
    char key[32];
    int64_t mean = 0, deviation = 1;
    (void)snprintf(key, sizeof key, "mean%" PRIu32, c);
    r = curta_st_text_i64(st, key, &mean, fail);
    (void)snprintf(key, sizeof key, "deviation%" PRIu32, c);
    if (!r)
      r = curta_st_text_i64(st, key, &deviation, fail);
    if (!r && (mean < -128 || mean > 127 || deviation < 1 || deviation > 255))
      r = curta_fail(fail, -EINVAL, "%s: state \"%s\" is out of range", st->path, key);
    s->mean[c] = (int32_t)mean;
    s->deviation[c] = (int32_t)deviation;
  }
  if (!r)
    curta_nitro_table(s);
  return r;
}

/* Name, shape and size of one of the two matrices of a weighted layer; 0: it has no such one. */
static uint64_t nitro_tensor(const struct curta_session *s, uint32_t w, int head, char *name, size_t size,
                             uint64_t shape[4], uint32_t *dims)
{
  const struct curta_net *net = &s->network->net;
  uint64_t n = curta_nitro_weights_count(net, w, head);
  uint32_t layer = curta_weighted_layer(net, w);
  char base[32];
  curta_layer_name(base, sizeof base, net, layer);
  (void)snprintf(name, size, "%s.%s", base, head ? "head" : "weight");
  *dims = curta_weight_shape(&net->layer[layer], shape);
  if (head) {
    *dims = 2;
    shape[0] = net->classes;
    shape[1] = n / net->classes;
  }
  return n;
}

int curta_checkpoint_move_nitro(struct curta_st *out, const struct curta_st *in, struct curta_session *s, uint32_t w,
                                int head, struct curta_fail *fail)
{
  char name[64];
  uint64_t shape[4], n;
  uint32_t dims;
  int32_t *data;
  int r;
  n = nitro_tensor(s, w, head, name, sizeof name, shape, &dims);
  if (!n)
    return 0;
  data = malloc(n * sizeof *data);
  if (!data)
    return curta_fail(fail, -ENOMEM, "no memory for the weights");
  r = out ? curta_nitro_weights_get(&s->planned[0]->run, w, head, data)
          : curta_st_get(in, name, "I32", dims, shape, data, fail);
  if (!r && out) {
    r = curta_st_add(out, name, "I32", dims, shape, data, fail);
  } else if (!r) {
    r = curta_nitro_weights_set(&s->planned[0]->run, w, head, data);
    if (r)
      r = curta_session_error(s, r, "writing the weights", fail);
  } else if (out) {
    r = curta_session_error(s, r, "reading the weights", fail);
  }
  free(data);
  return r;
}
