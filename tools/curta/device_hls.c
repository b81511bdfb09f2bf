/* SPDX-License-Identifier: Apache-2.0
 * device_hls.c - the C simulation of the HLS kernels as a device of the curta program
 */
#include <errno.h>
#include <string.h>

#include "curta_hls_device.h"
#include "device.h"

static int open_hls(struct curta_bus *bus, const char *config, const struct curta_args *args, struct curta_fail *fail)
{
  int r;
  if (args->trace)
    return curta_usage(fail, "--trace: the C simulation of the HLS kernels has no waves; use --device rtl");
  if (args->mem_stall)
    return curta_usage(fail, "--mem-stall: the C simulation of the HLS kernels has no stalls; use --device rtl");
  r = curta_hls_open(bus, config, (uint64_t)args->mem_mib << 20);
  if (r == -EINVAL)
    return curta_usage(fail, "the HLS kernels have no configuration \"%s\": tiny, base, large", config);
  return r ? curta_fail(fail, r, "HLS kernels: %s (%u MiB of memory)", strerror(-r), args->mem_mib) : 0;
}

const struct curta_device_kind Curta_device_hls = {
    "hls", "C simulation of the HLS kernels, without time", "base", open_hls, curta_hls_close, curta_hls_peek, 0, 1,
    NULL};
