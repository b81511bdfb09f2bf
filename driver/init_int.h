/* SPDX-License-Identifier: Apache-2.0
 * init_int.h - shared by init.c and run.c */
#ifndef CURTA_INIT_INT_H
#define CURTA_INIT_INT_H
#include <stdbool.h>
#include "curta.h"

/* Does dropout layer `layer` keep this feature in this step? */
bool curta_kept(uint32_t layer, uint32_t drop_log2, uint32_t seed, uint32_t step, uint32_t feature);
#endif
