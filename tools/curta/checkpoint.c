/* SPDX-License-Identifier: Apache-2.0
 * checkpoint.c - everything that a training needs to go on to the same bits, in one safetensors file
 */
#include "checkpoint.h"
#include "checkpoint_int.h"

#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define FORMAT "curta-1"

void curta_layer_name(char *dst, size_t size, const struct curta_net *net, uint32_t i)
{
  static const char *const names[] = CURTA_LAYER_NAMES;
  (void)snprintf(dst, size, "%s%" PRIu32, names[net->layer[i].kind], i);
}

/* Dimensions of the weights of a layer, as in the file. */
uint32_t curta_weight_shape(const struct curta_layer *l, uint64_t shape[4])
{
  shape[0] = l->o;
  if (l->kind == CURTA_LAYER_LINEAR) {
    shape[1] = (uint64_t)l->c * l->h * l->w;
    return 2;
  }
  shape[1] = l->c;
  shape[2] = shape[3] = l->kernel;
  return 4;
}

/* Index in net.layer[] of weighted layer w. */
uint32_t curta_weighted_layer(const struct curta_net *net, uint32_t w)
{
  for (uint32_t i = 0; i < net->n_layers; i++)
    if (curta_layer_weights(&net->layer[i]) && w-- == 0)
      return i;
  return 0;
}

/* --- options as strings: one table for writing and reading ----------------------------------------------------- */

struct opt_field {
  const char *key;
  size_t offset;
};
static const struct opt_field Opt_fields[] = {
    {"round_act", offsetof(struct curta_opt, round_act)},
    {"round_err", offsetof(struct curta_opt, round_err)},
    {"round_grad", offsetof(struct curta_opt, round_grad)},
    {"round_loss", offsetof(struct curta_opt, round_loss)},
    {"bump_shift1", offsetof(struct curta_opt, bump_shift1)},
    {"wrap", offsetof(struct curta_opt, wrap)},
    {"decay", offsetof(struct curta_opt, decay)},
    {"frac_bits", offsetof(struct curta_opt, frac_bits)},
    {"init_uniform", offsetof(struct curta_opt, init_uniform)},
    {"input_pow2", offsetof(struct curta_opt, input_pow2)},
};
#define OPT_FIELDS (sizeof Opt_fields / sizeof *Opt_fields)

int curta_opt_same(const struct curta_opt *a, const struct curta_opt *b)
{
  for (size_t i = 0; i < OPT_FIELDS; i++)
    if (*((const uint8_t *)a + Opt_fields[i].offset) != *((const uint8_t *)b + Opt_fields[i].offset))
      return 0;
  for (uint32_t i = 0; i < a->n_mu && i < b->n_mu; i++)
    if (a->mu[i].epoch != b->mu[i].epoch || a->mu[i].mu != b->mu[i].mu)
      return 0;
  return a->n_mu == b->n_mu;
}

int curta_checkpoint_add_i64(struct curta_st *st, const char *key, int64_t value, struct curta_fail *fail)
{
  char text[32];
  (void)snprintf(text, sizeof text, "%" PRId64, value);
  return curta_st_add_text(st, key, text, fail);
}

static int add_options(struct curta_st *st, const struct curta_opt *opt, struct curta_fail *fail)
{
  char mu[CURTA_MAX_MU * 16] = "";
  size_t n = 0;
  int r = 0;
  for (size_t i = 0; i < OPT_FIELDS && !r; i++)
    r = curta_checkpoint_add_i64(st, Opt_fields[i].key, *((const uint8_t *)opt + Opt_fields[i].offset), fail);
  for (uint32_t i = 0; i < opt->n_mu; i++) {
    if (i)
      n += (size_t)snprintf(mu + n, sizeof mu - n, ",%u:", opt->mu[i].epoch);
    n += (size_t)snprintf(mu + n, sizeof mu - n, "%d", opt->mu[i].mu);
  }
  if (!r)
    r = curta_st_add_text(st, "mu", mu, fail);
  return r ? r : curta_checkpoint_add_i64(st, "seed", opt->seed, fail);
}

static int get_options(const struct curta_st *st, struct curta_opt *opt, struct curta_fail *fail)
{
  const char *mu = curta_st_text(st, "mu");
  struct curta_diag diag;
  int64_t value;
  int r;
  memset(&diag, 0, sizeof diag);
  for (size_t i = 0; i < OPT_FIELDS; i++) {
    r = curta_st_text_i64(st, Opt_fields[i].key, &value, fail);
    if (r)
      return r;
    if (value < 0 || value > 255)
      return curta_fail(fail, -EINVAL, "%s: state \"%s\": %" PRId64 " is out of range", st->path, Opt_fields[i].key,
                        value);
    *((uint8_t *)opt + Opt_fields[i].offset) = (uint8_t)value;
  }
  r = curta_st_text_i64(st, "seed", &value, fail);
  if (r)
    return r;
  opt->seed = (uint32_t)value;
  if (!mu || curta_mu_parse(opt, mu, &diag))
    return curta_fail(fail, -EINVAL, "%s: state \"mu\": %s", st->path, mu ? diag.text : "missing");
  return 0;
}

/* --- saving ---------------------------------------------------------------------------------------------------- */

static int add_strings(struct curta_st *st, struct curta_session *s, const struct curta_state *state,
                       const struct curta_recipe *recipe, struct curta_fail *fail)
{
  const struct {
    const char *key;
    int64_t value;
  } numbers[] = {{"epoch", state->epoch},
                 {"position", state->position},
                 {"step", state->step},
                 {"correct", state->correct},
                 {"loss_micro", state->loss_micro},
                 {"milliseconds", state->milliseconds},
                 {"cycles", (int64_t)state->cycles},
                 {"batch", recipe->batch},
                 {"limit", recipe->limit},
                 {"test_limit", recipe->test_limit},
                 {"augment", recipe->augment}};
  int r = curta_st_add_text(st, "format", FORMAT, fail);
  if (!r && strlen(s->network->text) >= CURTA_ST_TEXT)
    return curta_fail(fail, -EINVAL, "the network file is longer than a checkpoint can hold (%d characters)",
                      CURTA_ST_TEXT - 1);
  if (!r)
    r = curta_st_add_text(st, "network", s->network->text, fail);
  if (!r)
    r = curta_st_add_text(st, "data", recipe->data, fail);
  if (!r && curta_session_is_nitro(s))
    r = curta_checkpoint_add_nitro(st, s, state, fail);
  if (!r)
    r = add_options(st, &s->network->opt, fail);
  for (size_t i = 0; i < sizeof numbers / sizeof *numbers && !r; i++)
    r = curta_checkpoint_add_i64(st, numbers[i].key, numbers[i].value, fail);
  return r;
}

enum what { EXPONENTS, MASTERS, WEIGHTS }; /* widest elements first, so that all are aligned */

static int add_tensor(struct curta_st *st, struct curta_session *s, uint32_t w, enum what what, struct curta_fail *fail)
{
  const struct curta_net *net = &s->network->net;
  uint32_t layer = curta_weighted_layer(net, w), dims;
  uint64_t shape[4] = {0};
  char name[64];
  void *data;
  int r;
  curta_layer_name(name, sizeof name - 16, net, layer);
  dims = curta_weight_shape(&net->layer[layer], shape);
  if (what == EXPONENTS)
    return curta_st_add(st, strcat(name, ".weight_exp"), "I32", 0, shape, &s->weight_exp[w], fail);
  data = malloc(curta_layer_weights(&net->layer[layer]) * 2);
  if (!data)
    return curta_fail(fail, -ENOMEM, "no memory for the weights");
  r = what == MASTERS ? curta_master_get(&s->planned[0]->run, w, data)
                      : curta_weights_get(&s->planned[0]->run, w, data);
  if (r)
    r = curta_session_error(s, r, "reading the weights", fail);
  else if (what == MASTERS)
    r = curta_st_add(st, strcat(name, ".weight_master"), "I16", dims, shape, data, fail);
  else
    r = curta_st_add(st, strcat(name, ".weight"), "I8", dims, shape, data, fail);
  free(data);
  return r;
}

int curta_checkpoint_save(struct curta_session *s, const struct curta_state *state, const struct curta_recipe *recipe,
                          const char *path, struct curta_fail *fail)
{
  struct curta_st st;
  int r;
  curta_st_init(&st);
  r = add_strings(&st, s, state, recipe, fail);
  for (uint32_t w = 0; w < s->network->net.n_weighted && curta_session_is_nitro(s); w++)
    for (int head = 0; head < 2 && !r; head++)
      r = curta_checkpoint_move_nitro(&st, NULL, s, w, head, fail);
  for (int what = EXPONENTS; what <= WEIGHTS && !curta_session_is_nitro(s); what++)
    for (uint32_t w = 0; w < s->network->net.n_weighted && !r; w++)
      if (what != MASTERS || s->network->opt.frac_bits)
        r = add_tensor(&st, s, w, (enum what)what, fail);
  if (!r)
    r = curta_st_seal(&st, fail);
  if (!r)
    r = curta_st_write(&st, path, fail);
  curta_st_free(&st);
  return r;
}

/* --- loading --------------------------------------------------------------------------------------------------- */

int curta_checkpoint_network(const struct curta_st *st, const struct curta_args *args, struct curta_network *network,
                             struct curta_fail *fail)
{
  const char *format = curta_st_text(st, "format"), *text = curta_st_text(st, "network");
  int r;
  if (!format || strcmp(format, FORMAT) != 0 || !text)
    return curta_fail(fail, -EINVAL, "%s: expected a checkpoint of format %s, found %s", st->path, FORMAT,
                      format ? format : "another kind of file");
  r = curta_network_load(network, args, text, fail);
  if (r)
    return r;
  r = get_options(st, &network->opt, fail);
  if (r)
    curta_network_free(network);
  return r;
}

int curta_checkpoint_state(const struct curta_st *st, struct curta_state *state, struct curta_recipe *recipe,
                           struct curta_fail *fail)
{
  static const char *const keys[] = {"epoch", "position", "step", "correct", "batch", "limit", "augment"};
  uint32_t *const target[] = {&state->epoch,  &state->position, &state->step,    &state->correct,
                              &recipe->batch, &recipe->limit,   &recipe->augment};
  const char *data = curta_st_text(st, "data");
  int64_t cycles, test_limit = 0;
  int r = 0;
  for (size_t i = 0; i < sizeof keys / sizeof *keys && !r; i++) {
    int64_t value = 0;
    r = curta_st_text_i64(st, keys[i], &value, fail);
    if (!r && (value < 0 || value > 0xffffffff))
      r = curta_fail(fail, -EINVAL, "%s: state \"%s\" is out of range", st->path, keys[i]);
    *target[i] = (uint32_t)value;
  }
  if (!r)
    r = curta_st_text_i64(st, "loss_micro", &state->loss_micro, fail);
  if (!r)
    r = curta_st_text_i64(st, "milliseconds", &state->milliseconds, fail);
  if (!r)
    r = curta_st_text_i64(st, "cycles", &cycles, fail);
  if (!r && curta_st_text(st, "test_limit")) /* older checkpoints do not say */
    r = curta_st_text_i64(st, "test_limit", &test_limit, fail);
  if (!r && (test_limit < 0 || test_limit > 0xffffffff))
    r = curta_fail(fail, -EINVAL, "%s: state \"test_limit\" is out of range", st->path);
  if (!r)
    r = curta_checkpoint_get_schedule(st, state, fail);
  if (r)
    return r;
  state->cycles = (uint64_t)cycles;
  recipe->test_limit = (uint32_t)test_limit;
  if (!data || strlen(data) >= sizeof recipe->data || recipe->batch == 0)
    return curta_fail(fail, -EINVAL, "%s: state \"data\" or \"batch\" is damaged", st->path);
  (void)snprintf(recipe->data, sizeof recipe->data, "%s", data);
  return 0;
}

static int load_layer(const struct curta_st *st, struct curta_session *s, uint32_t w, struct curta_fail *fail)
{
  const struct curta_net *net = &s->network->net;
  uint32_t layer = curta_weighted_layer(net, w), dims;
  uint64_t count = curta_layer_weights(&net->layer[layer]), shape[4];
  char base[32], name[64];
  void *data = malloc(count * 2);
  int r;
  if (!data)
    return curta_fail(fail, -ENOMEM, "no memory for the weights");
  curta_layer_name(base, sizeof base, net, layer);
  dims = curta_weight_shape(&net->layer[layer], shape);
  (void)snprintf(name, sizeof name, "%s.weight_exp", base);
  r = curta_st_get(st, name, "I32", 0, shape, &s->weight_exp[w], fail);
  (void)snprintf(name, sizeof name, "%s.weight", base);
  if (!r)
    r = curta_st_get(st, name, "I8", dims, shape, data, fail);
  if (!r) {
    r = curta_weights_set(&s->planned[0]->run, w, data, s->weight_exp[w]);
    if (r)
      r = curta_session_error(s, r, "writing the weights", fail);
  }
  (void)snprintf(name, sizeof name, "%s.weight_master", base);
  if (!r && s->network->opt.frac_bits) {
    r = curta_st_get(st, name, "I16", dims, shape, data, fail);
    if (!r) {
      r = curta_master_set(&s->planned[0]->run, w, data);
      if (r)
        r = curta_session_error(s, r, "writing the master weights", fail);
    }
  }
  free(data);
  return r;
}

int curta_checkpoint_weights(const struct curta_st *st, struct curta_session *s, struct curta_fail *fail)
{
  int nitro = curta_session_is_nitro(s), r = nitro ? curta_checkpoint_get_normalisation(st, s, fail) : 0;
  for (uint32_t w = 0; w < s->network->net.n_weighted && !r; w++)
    if (!nitro)
      r = load_layer(st, s, w, fail);
    else
      for (int head = 0; head < 2 && !r; head++)
        r = curta_checkpoint_move_nitro(NULL, st, s, w, head, fail);
  return r;
}
