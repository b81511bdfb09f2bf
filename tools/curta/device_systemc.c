/* SPDX-License-Identifier: Apache-2.0
 * device_systemc.c - the SystemC TLM-2.0 model as a device of the curta program
 */
#include <errno.h>
#include <string.h>

#include "curta_systemc.h"
#include "device.h"

static int open_systemc(struct curta_bus *bus, const char *config, const struct curta_args *args,
                        struct curta_fail *fail)
{
  const struct curta_timed_memory memory = {.bytes_per_cycle = args->mem_bw, .latency = args->mem_latency};
  int r;
  if (args->trace)
    return curta_usage(fail, "--trace: the SystemC model has no waves; use --device rtl, or curta profile");
  if (args->mem_stall)
    return curta_usage(fail, "--mem-stall: the SystemC model has no random stalls; use --device rtl");
  r = curta_systemc_open(bus, config, (uint64_t)args->mem_mib << 20, &memory);
  if (r == -EINVAL)
    return curta_usage(fail, "the SystemC model has no configuration \"%s\": tiny, base, base16, large", config);
  if (r == -EBUSY)
    return curta_usage(fail, "SystemC has one simulation a process: only one of the devices can be systemc");
  return r ? curta_fail(fail, r, "SystemC model: %s", strerror(-r)) : 0;
}

const struct curta_device_kind Curta_device_systemc = {"systemc",
                                                       "golden results in a SystemC TLM-2.0 model",
                                                       "base",
                                                       open_systemc,
                                                       curta_systemc_close,
                                                       curta_systemc_peek,
                                                       1,
                                                       1,
                                                       curta_systemc_counters};
