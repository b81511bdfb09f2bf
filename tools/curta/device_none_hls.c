/* SPDX-License-Identifier: Apache-2.0
 * device_none_hls.c - stands in for the HLS kernels in a build that needs a C compiler only (their parameters come by
 * Python from spec/)
 */
#include <errno.h>

#include "device.h"

static int open_none(struct curta_bus *bus, const char *config, const struct curta_args *args, struct curta_fail *fail)
{
  (void)bus;
  (void)config;
  (void)args;
  return curta_fail(fail, -ENOTSUP, "this build has no HLS kernels; use build/curta, which `make build/curta` builds");
}

static void close_none(struct curta_bus *bus)
{
  (void)bus;
}

static int peek_none(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value)
{
  (void)bus;
  (void)space;
  (void)word;
  (void)value;
  return -ENOTSUP;
}

const struct curta_device_kind Curta_device_hls = {
    "hls", "C simulation of the HLS kernels, without time", "base", open_none, close_none, peek_none, 0, 0, NULL};
