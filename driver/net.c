/* SPDX-License-Identifier: Apache-2.0
 * net.c - a network as a list of layers with checked shapes (curta.h) */
#include <errno.h>
#include <string.h>
#include "net_int.h"

#define MAX_SIDE 4096u
#define MAX_CHANNELS 65535u

static const char *const kinds[] = CURTA_LAYER_NAMES;

/* Text with %s for strings and %u for numbers, into diag. */
int diag_set(struct curta_diag *diag, int line, const char *format, ...)
{
  va_list ap;
  size_t at = 0;
  if (!diag)
    return -EINVAL;
  va_start(ap, format);
  for (const char *f = format; *f && at + 1 < sizeof diag->text; f++) {
    char digits[12];
    const char *s = digits;
    size_t n = sizeof digits - 1;
    if (*f != '%') {
      diag->text[at++] = *f;
      continue;
    }
    digits[n] = 0;
    if (*++f == 's')
      s = va_arg(ap, const char *);
    else {
      uint32_t v = va_arg(ap, uint32_t);
      do
        digits[--n] = (char)('0' + v % 10);
      while ((v /= 10) != 0);
      s = digits + n;
    }
    while (*s && at + 1 < sizeof diag->text)
      diag->text[at++] = *s++;
  }
  va_end(ap);
  diag->text[at] = 0;
  diag->line = line;
  return -EINVAL;
}

int curta_net_init(struct curta_net *net, uint32_t c, uint32_t h, uint32_t w, struct curta_diag *diag)
{
  if (!c || !h || !w || c > MAX_CHANNELS || h > MAX_SIDE || w > MAX_SIDE)
    return diag_set(diag, 0, "input %u x %u x %u: channels must be 1..%u, sides 1..%u", c, h, w, MAX_CHANNELS,
                    MAX_SIDE);
  memset(net, 0, sizeof *net);
  net->c = c;
  net->h = h;
  net->w = w;
  return 0;
}

static int add_conv(struct curta_layer *l, struct curta_diag *diag)
{
  if (!l->stride)
    l->stride = 1;
  if (!l->o || l->o > MAX_CHANNELS)
    return diag_set(diag, 0, "conv: output channels must be 1..%u, not %u", MAX_CHANNELS, l->o);
  if (l->stride > 2)
    return diag_set(diag, 0, "conv: stride %u is not supported by the machine: use 1 or 2", (uint32_t)l->stride);
  if (!l->kernel || l->kernel > 31)
    return diag_set(diag, 0, "conv: kernel must be 1..31, not %u", (uint32_t)l->kernel);
  if (l->pad >= l->kernel)
    return diag_set(diag, 0, "conv: pad %u must be smaller than the kernel %u", (uint32_t)l->pad, (uint32_t)l->kernel);
  if (l->h + 2u * l->pad < l->kernel || l->w + 2u * l->pad < l->kernel)
    return diag_set(diag, 0, "conv: kernel %u is larger than its padded input %u x %u: add pad or use a smaller kernel",
                    (uint32_t)l->kernel, l->h + 2u * l->pad, l->w + 2u * l->pad);
  l->oh = (l->h + 2u * l->pad - l->kernel) / l->stride + 1;
  l->ow = (l->w + 2u * l->pad - l->kernel) / l->stride + 1;
  return 0;
}

static int add_pool(struct curta_layer *l, struct curta_diag *diag)
{
  if (l->kernel < 2 || l->kernel > CURTA_MAX_WINDOW)
    return diag_set(diag, 0, "maxpool: window must be 2..%u, not %u", (uint32_t)CURTA_MAX_WINDOW, (uint32_t)l->kernel);
  if (l->kernel > l->h || l->kernel > l->w)
    return diag_set(diag, 0,
                    "maxpool: window %u is larger than its input %u x %u: remove this layer or pool less before",
                    (uint32_t)l->kernel, l->h, l->w);
  l->o = l->c;
  l->oh = l->h / l->kernel;
  l->ow = l->w / l->kernel;
  l->stride = l->kernel;
  return 0;
}

static int shape(struct curta_layer *l, struct curta_diag *diag)
{
  switch (l->kind) {
  case CURTA_LAYER_CONV:
    return add_conv(l, diag);
  case CURTA_LAYER_MAXPOOL:
    return add_pool(l, diag);
  case CURTA_LAYER_LINEAR:
    if (!l->o || l->o > MAX_CHANNELS)
      return diag_set(diag, 0, "linear: outputs must be 1..%u, not %u", MAX_CHANNELS, l->o);
    l->oh = l->ow = 1;
    return 0;
  case CURTA_LAYER_FLATTEN:
    l->o = l->c * l->h * l->w;
    l->oh = l->ow = 1;
    return 0;
  case CURTA_LAYER_DROPOUT:
    if (!l->drop_rate && (l->drop_log2 < 1 || l->drop_log2 > 3))
      return diag_set(diag, 0, "dropout: only 0.5, 0.75 and 0.875 keep the arithmetic integer (1 - 2^-k)");
    break;
  case CURTA_LAYER_RELU:
    break;
  default:
    return diag_set(diag, 0, "unknown kind of layer %u", (uint32_t)l->kind);
  }
  l->o = l->c;
  l->oh = l->h;
  l->ow = l->w;
  return 0;
}

int curta_net_add(struct curta_net *net, const struct curta_layer *layer, struct curta_diag *diag)
{
  struct curta_layer l = *layer;
  const struct curta_layer *prev = net->n_layers ? &net->layer[net->n_layers - 1] : 0;
  bool weighted = l.kind == CURTA_LAYER_CONV || l.kind == CURTA_LAYER_LINEAR;
  int err;
  if (net->n_layers == CURTA_MAX_LAYERS)
    return diag_set(diag, 0, "more than %u layers", (uint32_t)CURTA_MAX_LAYERS);
  if (weighted && net->n_weighted == CURTA_MAX_WEIGHTED)
    return diag_set(diag, 0, "more than %u conv and linear layers: the device has scale registers for no more",
                    (uint32_t)CURTA_MAX_WEIGHTED);
  l.c = prev ? prev->o : net->c;
  l.h = prev ? prev->oh : net->h;
  l.w = prev ? prev->ow : net->w;
  if (net->algorithm != CURTA_NITRO_D)
    l.drop_rate = 0;
  else if ((err = nitro_layer(&l, diag)) != 0)
    return err;
  err = shape(&l, diag);
  if (err)
    return err;
  if (weighted && (uint64_t)l.c * (l.kind == CURTA_LAYER_CONV ? (uint32_t)l.kernel * l.kernel : l.h * l.w) > 132104u)
    return diag_set(diag, 0, "%s: more than 132104 inputs for one output: the 32-bit sum could overflow",
                    kinds[l.kind]);
  net->layer[net->n_layers++] = l;
  net->n_weighted += weighted;
  return 0;
}

int curta_net_finish(struct curta_net *net, struct curta_diag *diag)
{
  const struct curta_layer *last = net->n_layers ? &net->layer[net->n_layers - 1] : 0;
  if (!last || !net->n_weighted)
    return diag_set(diag, 0, "a network needs at least one conv or linear layer");
  if (last->oh != 1 || last->ow != 1)
    return diag_set(diag, 0, "the last layer gives %u x %u x %u values: end with linear <classes>", last->o, last->oh,
                    last->ow);
  if (last->o > CURTA_MAX_CLASSES)
    return diag_set(diag, 0, "%u classes: the loss unit takes at most %u", last->o, (uint32_t)CURTA_MAX_CLASSES);
  if (net->algorithm == CURTA_NITRO_D && nitro_finish(net, diag))
    return -EINVAL;
  net->classes = last->o;
  return 0;
}

uint64_t curta_layer_weights(const struct curta_layer *l)
{
  if (l->kind == CURTA_LAYER_CONV)
    return (uint64_t)l->o * l->c * l->kernel * l->kernel;
  return l->kind == CURTA_LAYER_LINEAR ? (uint64_t)l->o * l->c * l->h * l->w : 0;
}
