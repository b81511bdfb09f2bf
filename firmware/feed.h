/* SPDX-License-Identifier: Apache-2.0
 * feed.h - images out of the package into the accelerator's input tensor
 */
#pragma once
#include "train.h"

/* The images index[0..batch) of a part of the package, or those from `first` on where index is null, and their labels,
 * into the bank that is free. */
int feed_batch(struct train *t, uint32_t images, uint32_t labels, const uint32_t *index, uint32_t first);
/* -ENOSPC: a batch that this firmware has no room for. */
int feed_check(const struct train *t);
