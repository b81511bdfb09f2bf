/* SPDX-License-Identifier: Apache-2.0
 * device_none.c - stands in for the simulated devices in a build without them
 */
#include <errno.h>

#include "curta_timed.h"
#include "device.h"

static int open_none(struct curta_bus *bus, const char *config, const struct curta_args *args, struct curta_fail *fail)
{
  (void)bus;
  (void)config;
  (void)args;
  return curta_fail(
      fail, -ENOTSUP,
      "this build has no simulated device; use build/curta, which `make build/curta` builds with a C++ compiler and "
      "Verilator");
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

const struct curta_device_kind Curta_device_rtl = {
    "rtl", "the Verilog, simulated cycle by cycle", "base", open_none, close_none, peek_none, 1, 0, NULL};
const struct curta_device_kind Curta_device_timed = {
    "timed", "golden results, cycles of the timing model", "base", open_none, close_none, peek_none, 1, 0, NULL};
const struct curta_device_kind Curta_device_systemc = {
    "systemc", "golden results in a SystemC TLM-2.0 model", "base", open_none, close_none, peek_none, 1, 0, NULL};

int curta_timed_program(const struct curta_config *shape, const struct curta_timed_memory *memory,
                        const uint32_t (*cmd)[32], uint32_t n,
                        void (*fn)(void *user, const struct curta_retire *record, const uint64_t *then), void *user,
                        uint64_t counters[CURTA_CNT_COUNT])
{
  (void)shape;
  (void)memory;
  (void)cmd;
  (void)n;
  (void)fn;
  (void)user;
  (void)counters;
  return -ENOTSUP;
}
