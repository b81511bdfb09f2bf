/* SPDX-License-Identifier: Apache-2.0
 * package.h - makes a training job for a device that trains alone (curta_package.h)
 */
#ifndef CURTA_TOOL_PACKAGE_H
#define CURTA_TOOL_PACKAGE_H
#include "curta_package.h"
#include "session.h"

/* *package: malloc'ed, of (*package)->bytes. test may have no images. */
int curta_package_make(const struct curta_network *network, const struct curta_data *train,
                       const struct curta_data *test, const struct curta_args *args, struct curta_package **package,
                       struct curta_fail *fail);

#endif
