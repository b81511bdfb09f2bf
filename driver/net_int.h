/* SPDX-License-Identifier: Apache-2.0
 * net_int.h - shared by net.c, parse.c and opt.c */
#ifndef CURTA_NET_INT_H
#define CURTA_NET_INT_H
#include <stdarg.h>
#include <stdbool.h>
#include "curta.h"

/* Fills diag (may be null) from a format with %s (string) and %u (uint32_t); returns -EINVAL. */
int diag_set(struct curta_diag *diag, int line, const char *format, ...);
#endif
