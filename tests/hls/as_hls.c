/* SPDX-License-Identifier: Apache-2.0
 * as_hls.c - the device made of the HLS kernels under the names of curta_rtl.h, so that tests of the RTL run on it
 * unchanged. It has no time and a memory that never fails.
 */
#include <errno.h>

#include "curta_hls_device.h"
#include "curta_rtl.h"

const char *curta_rtl_configs(void)
{
  return "tiny base large ";
}

int curta_rtl_open(struct curta_bus *bus, const struct curta_rtl_options *options)
{
  if (options->trace_file)
    return -ENOTSUP;
  return options->mem_bytes % 4096 ? -EINVAL : curta_hls_open(bus, options->config, options->mem_bytes);
}

void curta_rtl_close(struct curta_bus *bus)
{
  curta_hls_close(bus);
}

uint64_t curta_rtl_cycles(const struct curta_bus *bus)
{
  (void)bus;
  return 0;
}

/* Its time is commands. */
void curta_rtl_run(struct curta_bus *bus, uint64_t cycles)
{
  (void)bus->wait_irq(bus->ctx, cycles);
}

void curta_rtl_inject(struct curta_bus *bus, uint32_t lo, uint32_t hi)
{
  (void)bus;
  (void)lo;
  (void)hi;
}

int curta_rtl_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value)
{
  return curta_hls_peek(bus, space, word, value);
}
