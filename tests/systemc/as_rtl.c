/* SPDX-License-Identifier: Apache-2.0
 * as_rtl.c - the timing model, or with AS_SYSTEMC the SystemC model, with AS_SYSTEMC_RTL the RTL in SystemC, under the names of curta_rtl.h, so that the tests of the RTL run on it unchanged
 */
#include <errno.h>
#include <stdio.h>

#include "curta_rtl.h"
#ifdef AS_SYSTEMC_RTL
#include "curta_systemc_rtl.h"
#endif
#if defined AS_SYSTEMC || defined AS_SYSTEMC_RTL
#include "curta_systemc.h"
#define DEVICE(function) curta_systemc_##function
#else
#include "curta_timed.h"
#define DEVICE(function) curta_timed_##function
#endif

const char *curta_rtl_configs(void)
{
#ifdef AS_SYSTEMC_RTL
  static char list[16];
  (void)snprintf(list, sizeof list, "%s ", curta_systemc_rtl_config());
  return list;
#else
  return "tiny base base16 large ";
#endif
}

int curta_rtl_open(struct curta_bus *bus, const struct curta_rtl_options *options)
{
  const struct curta_timed_memory memory = {options->bytes_per_cycle, options->latency, options->refresh_interval,
                                            options->refresh_cycles};
  if (options->trace_file)
    return -ENOTSUP;
#ifdef AS_SYSTEMC_RTL
  return curta_systemc_rtl_open(bus, options->config, options->mem_bytes, &memory);
#endif
  return DEVICE(open)(bus, options->config, options->mem_bytes, &memory);
}

void curta_rtl_close(struct curta_bus *bus)
{
  DEVICE(close)(bus);
}

uint64_t curta_rtl_cycles(const struct curta_bus *bus)
{
  return DEVICE(cycles)(bus);
}

/* Nothing happens while nobody waits. */
void curta_rtl_run(struct curta_bus *bus, uint64_t cycles)
{
  uint64_t end = DEVICE(cycles)(bus) + cycles;
  (void)bus->wait_irq(bus->ctx, end - DEVICE(cycles)(bus));
}

void curta_rtl_inject(struct curta_bus *bus, uint32_t lo, uint32_t hi)
{
  DEVICE(inject)(bus, lo, hi);
}

int curta_rtl_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value)
{
  return DEVICE(peek)(bus, space, word, value);
}
