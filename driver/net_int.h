/* SPDX-License-Identifier: Apache-2.0
 * net_int.h - shared by net.c, parse.c and opt.c */
#ifndef CURTA_NET_INT_H
#define CURTA_NET_INT_H
#include <stdarg.h>
#include <stdbool.h>
#include "curta.h"

/* Fills diag (may be null) from a format with %s (string) and %u (uint32_t); returns -EINVAL. */
int diag_set(struct curta_diag *diag, int line, const char *format, ...);

/* A line of network text under way; see parse.c. */
#define WORD 24
struct line {
  const char *at, *end;
  int number;
};
bool line_word(struct line *l, char w[WORD]);
int line_number(struct line *l, const char *what, uint32_t max, uint32_t *value, struct curta_diag *diag);
int line_end(struct line *l, const char *what, struct curta_diag *diag);

/* NITRO-D (nitro.c): what differs in a layer, in a finished network, in the text. */
int nitro_layer(const struct curta_layer *l, struct curta_diag *diag);
int nitro_finish(const struct curta_net *net, struct curta_diag *diag);
/* Whether `name` is an option of NITRO-D; reads the rest of its line if so. */
bool nitro_option(struct line *l, const char *name, struct curta_nitro *nitro, int *err, struct curta_diag *diag);
int nitro_dropout(struct line *l, struct curta_layer *layer, struct curta_diag *diag);
#endif
