/* SPDX-License-Identifier: Apache-2.0
 * device_rtl.c - the Verilog, simulated by Verilator, as a device of the curta program
 */
#include <errno.h>
#include <string.h>

#include "curta_rtl.h"
#include "device.h"

static int open_rtl(struct curta_bus *bus, const char *config, const struct curta_args *args, struct curta_fail *fail)
{
  struct curta_rtl_options options = {
      .config = config,
      .mem_bytes = (uint64_t)args->mem_mib << 20,
      .bytes_per_cycle = args->mem_bw,
      .latency = args->mem_latency,
      .stall_permille = args->mem_stall,
      .seed = args->seed,
      .trace_file = args->trace,
  };
  int r = curta_rtl_open(bus, &options);
  fail->status = 0;
  if (r == -EINVAL)
    return curta_usage(fail, "the RTL device has no configuration \"%s\": tiny, base, base16, large", config);
  if (r == -ENOTSUP)
    return curta_usage(fail, "--trace: this build simulates fast, without waves; use build/curta-trace, which `make "
                             "build/curta-trace` builds");
  return r ? curta_fail(fail, r, "RTL device: %s", strerror(-r)) : 0;
}

const struct curta_device_kind Curta_device_rtl = {
    "rtl", "the Verilog, simulated cycle by cycle", "base", open_rtl, curta_rtl_close, curta_rtl_peek, 1, 1, curta_rtl_counters};
