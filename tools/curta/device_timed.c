/* SPDX-License-Identifier: Apache-2.0
 * device_timed.c - the golden device with the timing model as a device of the curta program
 */
#include <errno.h>
#include <string.h>

#include "curta_timed.h"
#include "device.h"

static int open_timed(struct curta_bus *bus, const char *config, const struct curta_args *args, struct curta_fail *fail)
{
  const struct curta_timed_memory memory = {.bytes_per_cycle = args->mem_bw, .latency = args->mem_latency};
  int r;
  if (args->trace)
    return curta_usage(fail, "--trace: the timing model has no waves; use --device rtl, or curta profile");
  if (args->mem_stall)
    return curta_usage(fail, "--mem-stall: the timing model has no random stalls; use --device rtl");
  r = curta_timed_open(bus, config, (uint64_t)args->mem_mib << 20, &memory);
  if (r == -EINVAL)
    return curta_usage(fail, "the timing model has no configuration \"%s\": tiny, base, base16, large", config);
  return r ? curta_fail(fail, r, "timing model: %s", strerror(-r)) : 0;
}

const struct curta_device_kind Curta_device_timed = {"timed",
                                                     "golden results, cycles of the timing model",
                                                     "base",
                                                     open_timed,
                                                     curta_timed_close,
                                                     curta_timed_peek,
                                                     1,
                                                     1,
                                                     curta_timed_counters};
