/* SPDX-License-Identifier: Apache-2.0
 * nitro.c - networks of NITRO-D: what differs from NITI in layers and text (grammar in curta.h) */
#include <errno.h>
#include <string.h>
#include "curta_nitro.h"
#include "net_int.h"

#define MOST 1000000u /* of a rate, an amplification, a decay rate */

void curta_net_nitro(struct curta_net *net)
{
  net->algorithm = CURTA_NITRO_D;
  net->nitro = (struct curta_nitro){.rate = CURTA_NITRO_LR,
                                    .amplify = CURTA_NITRO_AMPLIFY,
                                    .head = CURTA_NITRO_HEAD,
                                    .slope = CURTA_NITRO_SLOPE,
                                    .batch = 64,
                                    .epochs = 150};
}

int nitro_layer(const struct curta_layer *l, struct curta_diag *diag)
{
  uint32_t taps = l->kind == CURTA_LAYER_CONV ? (uint32_t)l->kernel * l->kernel : l->h * l->w;
  if (l->kind == CURTA_LAYER_RELU)
    return diag_set(diag, 0, "relu: a block of nitro-d has an activation of its own: remove this line");
  if (l->kind == CURTA_LAYER_CONV && l->stride > 1)
    return diag_set(diag, 0, "conv: stride %u: nitro-d knows 1 only", (uint32_t)l->stride);
  if (l->kind == CURTA_LAYER_CONV && l->h != l->w)
    return diag_set(diag, 0, "conv: input %u x %u: nitro-d knows square maps only", l->h, l->w);
  if ((l->kind == CURTA_LAYER_CONV || l->kind == CURTA_LAYER_LINEAR) && (uint64_t)l->c * taps > 65535)
    return diag_set(diag, 0, "more than 65535 inputs for one output: nitro-d divides by 256 times their number");
  if (l->kind == CURTA_LAYER_DROPOUT && (l->drop_rate < 1 || l->drop_rate > 250))
    return diag_set(diag, 0, "dropout: nitro-d drops 0.001 to 0.25: more does not fit into 8 bits");
  return 0;
}

int nitro_finish(const struct curta_net *net, struct curta_diag *diag)
{
  const struct curta_nitro *n = &net->nitro;
  if (net->layer[net->n_layers - 1].kind != CURTA_LAYER_LINEAR)
    return diag_set(diag, 0, "the last layer of nitro-d must be linear: it is the output layer");
  if (!n->rate || n->rate > MOST || !n->amplify || n->amplify > MOST ||
      (uint64_t)n->rate * n->amplify > (uint64_t)INT32_MAX)
    return diag_set(diag, 0, "rate %u and amplify %u: 1..%u each, and their product below 2147483648", n->rate,
                    n->amplify, MOST);
  if (n->decay > MOST || n->decay_head > MOST)
    return diag_set(diag, 0, "decay %u %u: inverse rates of 0..%u", n->decay, n->decay_head, MOST);
  if (!curta_nitro_mean((int32_t)n->slope))
    return diag_set(diag, 0, "slope %u: the table of means has 3, 4, 5, 7, 8, 10, 15, 16, 20", n->slope);
  if (!n->head || n->head > 65535)
    return diag_set(diag, 0, "head %u: a learning layer has 1..65535 inputs", n->head);
  if (!n->batch || n->batch > 32768 || !n->epochs || n->epochs > 65535)
    return diag_set(diag, 0, "batch %u, epochs %u: 1..32768 images, 1..65535 epochs", n->batch, n->epochs);
  return 0;
}

/* Options with one number; decay has a second. */
static uint32_t *number_of(struct curta_nitro *n, const char *name)
{
  const struct {
    const char *name;
    uint32_t *value;
  } option[] = {{"rate", &n->rate},   {"amplify", &n->amplify}, {"decay", &n->decay},  {"head", &n->head},
                {"slope", &n->slope}, {"batch", &n->batch},     {"epochs", &n->epochs}};
  for (size_t i = 0; i < sizeof option / sizeof *option; i++)
    if (!strcmp(option[i].name, name))
      return option[i].value;
  return 0;
}

static uint8_t *flag_of(struct curta_nitro *n, const char *name)
{
  return !strcmp(name, "twice")    ? &n->twice
         : !strcmp(name, "flip")   ? &n->flip
         : !strcmp(name, "shifts") ? &n->shifts
                                   : 0;
}

bool nitro_option(struct line *l, const char *name, struct curta_nitro *nitro, int *err, struct curta_diag *diag)
{
  uint32_t *value = number_of(nitro, name), crop = 0;
  uint8_t *flag = flag_of(nitro, name);
  if (!value && !flag && strcmp(name, "crop"))
    return false;
  *err = 0;
  if (flag)
    *flag = 1;
  else
    *err = line_number(l, name, value ? MOST : 31, value ? value : &crop, diag);
  if (!*err && !strcmp(name, "decay"))
    *err = line_number(l, "decay of learning layers", MOST, &nitro->decay_head, diag);
  if (!value && !flag)
    nitro->crop = (uint8_t)crop;
  if (!*err)
    *err = line_end(l, name, diag);
  return true;
}

/* "0.15" in thousandths: one to three digits behind the point; 0: not such a number. */
static uint32_t thousandths(const char *w)
{
  uint32_t rate = 0, unit = 1000;
  if (w[0] != '0' || w[1] != '.')
    return 0;
  for (w += 2; *w >= '0' && *w <= '9' && unit > 1; w++)
    rate += (uint32_t)(*w - '0') * (unit /= 10);
  return *w ? 0 : rate;
}

int nitro_dropout(struct line *l, struct curta_layer *layer, struct curta_diag *diag)
{
  char w[WORD] = "";
  line_word(l, w);
  layer->drop_rate = (uint16_t)thousandths(w);
  if (!layer->drop_rate)
    return diag_set(diag, l->number, "dropout: the probability must be 0.001 to 0.25, found \"%s\"", w);
  return line_end(l, "dropout", diag);
}
