/* SPDX-License-Identifier: Apache-2.0
 * parse.c - the text form of a network (grammar in curta.h) */
#include <string.h>
#include "net_int.h"

/* Next word of the line into w, cut to fit and fit for a message; false at the end or a comment. */
bool line_word(struct line *l, char w[WORD])
{
  size_t n = 0;
  while (l->at < l->end && (*l->at == ' ' || *l->at == '\t' || *l->at == '\r'))
    l->at++;
  if (l->at == l->end || *l->at == '#')
    return false;
  while (l->at < l->end && *l->at != ' ' && *l->at != '\t' && *l->at != '\r' && *l->at != '#') {
    if (n + 1 < WORD)
      w[n++] = *l->at > ' ' && *l->at < 127 ? *l->at : '?';
    l->at++;
  }
  w[n] = 0;
  return true;
}

static bool number(const char *w, uint32_t *value)
{
  uint32_t v = 0;
  if (!*w)
    return false;
  for (; *w; w++) {
    if (*w < '0' || *w > '9' || v > 100000000u)
      return false;
    v = v * 10 + (uint32_t)(*w - '0');
  }
  *value = v;
  return true;
}

int line_number(struct line *l, const char *what, uint32_t max, uint32_t *value, struct curta_diag *diag)
{
  char w[WORD];
  if (!line_word(l, w))
    return diag_set(diag, l->number, "%s: a number is missing", what);
  if (!number(w, value) || *value > max)
    return diag_set(diag, l->number, "%s: expected a number 0..%u, found \"%s\"", what, max, w);
  return 0;
}

int line_end(struct line *l, const char *what, struct curta_diag *diag)
{
  char w[WORD];
  return line_word(l, w) ? diag_set(diag, l->number, "%s: nothing may follow, found \"%s\"", what, w) : 0;
}

static int parse_conv(struct line *l, struct curta_layer *layer, struct curta_diag *diag)
{
  static const char *const keys[] = {"kernel", "stride", "pad"};
  uint32_t v[3] = {0, 1, 0};
  char w[WORD];
  int err = line_number(l, "conv", 65535, &layer->o, diag);
  while (!err && line_word(l, w)) {
    int k = 0;
    while (k < 3 && strcmp(w, keys[k]))
      k++;
    if (k == 3)
      return diag_set(diag, l->number, "conv: unknown word \"%s\": use kernel R, stride S, pad P", w);
    err = line_number(l, keys[k], 255, &v[k], diag);
  }
  if (!err && !v[0])
    return diag_set(diag, l->number, "conv: \"kernel R\" is missing");
  layer->kernel = (uint8_t)v[0];
  layer->stride = (uint8_t)v[1];
  layer->pad = (uint8_t)v[2];
  return err ? err : v[1] ? 0 : diag_set(diag, l->number, "conv: stride must be 1 or 2");
}

static int parse_dropout(struct line *l, struct curta_layer *layer, struct curta_diag *diag)
{
  static const char *const p[] = {"0.5", "0.75", "0.875"};
  char w[WORD];
  if (!line_word(l, w))
    return diag_set(diag, l->number, "dropout: the probability is missing: 0.5, 0.75 or 0.875");
  for (uint16_t i = 0; i < 3; i++)
    if (!strcmp(w, p[i])) {
      layer->drop_log2 = (uint16_t)(i + 1);
      return line_end(l, "dropout", diag);
    }
  return diag_set(diag, l->number, "dropout: probability \"%s\": only 0.5, 0.75 and 0.875 keep the arithmetic integer",
                  w);
}

static int parse_layer(struct line *l, const char *name, struct curta_net *net, struct curta_diag *diag)
{
  static const char *const kinds[] = CURTA_LAYER_NAMES;
  struct curta_layer layer = {0};
  uint32_t kind = 0, v = 0;
  int err = 0;
  while (kind <= CURTA_LAYER_DROPOUT && strcmp(name, kinds[kind]))
    kind++;
  layer.kind = (uint8_t)kind;
  switch (kind) {
  case CURTA_LAYER_CONV:
    err = parse_conv(l, &layer, diag);
    break;
  case CURTA_LAYER_DROPOUT:
    err = net->algorithm == CURTA_NITRO_D ? nitro_dropout(l, &layer, diag) : parse_dropout(l, &layer, diag);
    break;
  case CURTA_LAYER_LINEAR:
    err = line_number(l, name, 65535, &layer.o, diag);
    break;
  case CURTA_LAYER_MAXPOOL:
    err = line_number(l, name, 255, &v, diag);
    layer.kernel = (uint8_t)v;
    break;
  case CURTA_LAYER_RELU:
  case CURTA_LAYER_FLATTEN:
    break;
  default:
    return diag_set(diag, l->number, "unknown layer \"%s\": use conv, linear, relu, maxpool, flatten or dropout", name);
  }
  if (!err)
    err = line_end(l, name, diag);
  if (!err && (err = curta_net_add(net, &layer, diag)) != 0 && diag)
    diag->line = l->number;
  return err;
}

/* The line "algorithm ...", before any other; *nitro: it says so. */
static int parse_algorithm(struct line *l, bool *nitro, struct curta_diag *diag)
{
  static const char *const names[] = CURTA_ALGORITHM_NAMES;
  char w[WORD] = "";
  line_word(l, w);
  *nitro = !strcmp(w, names[CURTA_NITRO_D]);
  if (!*nitro && strcmp(w, names[CURTA_NITI]))
    return diag_set(diag, l->number, "algorithm: expected niti or nitro-d, found \"%s\"", w);
  return line_end(l, "algorithm", diag);
}

/* A line behind "input". */
static int parse_line(struct line *l, const char *name, struct curta_net *net, struct curta_diag *diag)
{
  int err = 0;
  if (net->algorithm == CURTA_NITRO_D && nitro_option(l, name, &net->nitro, &err, diag))
    return err;
  return parse_layer(l, name, net, diag);
}

static int parse_input(struct line *l, struct curta_net *net, struct curta_diag *diag)
{
  uint32_t v[3];
  int err = 0;
  for (int i = 0; i < 3 && !err; i++)
    err = line_number(l, "input (C H W)", 65535, &v[i], diag);
  if (!err)
    err = line_end(l, "input", diag);
  if (!err && (err = curta_net_init(net, v[0], v[1], v[2], diag)) != 0 && diag)
    diag->line = l->number;
  return err;
}

int curta_net_parse(const char *text, size_t len, struct curta_net *out, struct curta_diag *diag)
{
  struct curta_net parsed, *net = &parsed;
  const char *end = text + len;
  if (len >= 3 && !memcmp(text, "\xef\xbb\xbf", 3)) /* the mark that some editors put before UTF-8 */
    text += 3;
  struct line l = {text, text, 0};
  bool started = false, nitro = false, named = false;
  int err = 0;
  while (!err && l.end < end) {
    char w[WORD];
    l.at = l.number ? l.end + 1 : text;
    l.number++;
    for (l.end = l.at; l.end < end && *l.end != '\n';)
      l.end++;
    if (!line_word(&l, w))
      continue;
    if (!started && !named && !strcmp(w, "algorithm")) {
      err = parse_algorithm(&l, &nitro, diag);
      named = true;
      continue;
    }
    if (!started && strcmp(w, "input"))
      return diag_set(diag, l.number, "the first line must be \"input C H W\", found \"%s\"", w);
    if (started && !strcmp(w, "input"))
      return diag_set(diag, l.number, "a second \"input\" line");
    err = started ? parse_line(&l, w, net, diag) : parse_input(&l, net, diag);
    if (!started && !err && nitro)
      curta_net_nitro(net);
    started = true;
  }
  if (err)
    return err;
  if (!started)
    return diag_set(diag, l.number, "empty network: start with \"input C H W\"");
  err = curta_net_finish(net, diag);
  if (err && diag)
    diag->line = l.number;
  if (!err)
    *out = parsed;
  return err;
}
