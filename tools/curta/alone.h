/* SPDX-License-Identifier: Apache-2.0
 * alone.h - a machine that trains alone, seen by a host through its serial line (curta_standalone.h)
 */
#ifndef CURTA_TOOL_ALONE_H
#define CURTA_TOOL_ALONE_H
#include "curta_package.h"
#include "curta_standalone.h"
#include "device.h"

/* Opens args->device, which must be a machine that trains alone. -ENODEV: it is something else. */
int curta_alone_open(struct curta_device *device, const struct curta_args *args, struct curta_fail *fail);
/* The state without curve and why: the machine answers in an interrupt, and each byte takes its time from the training.
 */
int curta_alone_status(const struct curta_device *device, struct curta_alone_status *status, struct curta_fail *fail);
/* The epochs of the curve from `from` on, as many as the status says are done. */
int curta_alone_curve(const struct curta_device *device, struct curta_alone_status *status, uint32_t from,
                      struct curta_fail *fail);
/* A piece of its memory, which may be long: with a progress bar. */
int curta_alone_read(const struct curta_device *device, uint32_t addr, void *to, uint32_t bytes, int quiet,
                     struct curta_fail *fail);
/* Stops a training that is under way, sends the package, starts it. */
int curta_alone_deploy(const struct curta_device *device, const struct curta_package *package, int quiet,
                       struct curta_fail *fail);

#endif
