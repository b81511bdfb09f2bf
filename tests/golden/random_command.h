/* SPDX-License-Identifier: Apache-2.0
 * random_command.h - random engine commands that pass the static checks and read and write places that do not overlap
 */
#ifndef CURTA_TEST_RANDOM_COMMAND_H
#define CURTA_TEST_RANDOM_COMMAND_H
#include "law.h"

/* cmd := a command for the configuration of m. A few leave the memory or a buffer: RANGE. */
void random_command(const struct law *m, uint32_t *cmd);
#endif
