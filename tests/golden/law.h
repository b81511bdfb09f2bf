/* SPDX-License-Identifier: Apache-2.0
 * law.h - docs/machine.md sections 3 to 5 written down a second time, element by element, to check the golden device
 * against
 *
 * Shares only curta_num.h and the field table with the device.
 */
#ifndef CURTA_TEST_LAW_H
#define CURTA_TEST_LAW_H
#include <stdint.h>
#include "curta_spec.h"

/* A row of a list: where it was, and the tile of A that has its x; used 0: it names nothing. */
struct law_row {
  uint32_t used, y, x, tile, n;
};

struct law {
  struct curta_config conf;
  uint32_t t, t2, mem_size;
  uint8_t *mem;
  int8_t *buf[2]; /* of B the low bytes */
  int32_t *wide;  /* elements of B */
  int32_t *acc;
  int64_t *acc36;      /* the same with their guard bits */
  struct law_row *row; /* of B: what LOAD LIST has written beside it */
  uint32_t *len;       /* [B_TILES]: groups of the list that begins there */
  uint32_t flags;
  uint32_t s[CURTA_SCALARS];
  uint32_t check; /* of the last command */
  uint32_t info;  /* of the last error */
};

/* Executes one engine command that is statically correct where DIGIT is not 0: 0, CURTA_ERR_RANGE, or CURTA_ERR_FIELD
 * for a mode that a device with DIGIT 0 lacks. */
int law_execute(struct law *m, const uint32_t *cmd);
#endif
