/* SPDX-License-Identifier: Apache-2.0
 * device_serial.c - a board behind a serial line as a device of the curta program
 */
#include <errno.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>

#include "curta_serial.h"
#include "device.h"

/* config is TERMINAL[@BAUD]. A simulated board on a busy computer answers slowly: CURTA_SERIAL_MS is the time-out of an
 * answer. */
static int open_serial(struct curta_bus *bus, const char *config, const struct curta_args *args,
                       struct curta_fail *fail)
{
  char path[96];
  struct curta_serial_options options = {.path = path};
  const char *at = strchr(config, '@'), *patience = getenv("CURTA_SERIAL_MS");
  size_t length = at ? (size_t)(at - config) : strlen(config);
  char *end = NULL;
  int r;
  if (args->trace)
    return curta_usage(fail, "--trace: a board has no waves; use --device rtl");
  if (args->mem_stall || args->mem_bw || args->mem_latency)
    return curta_usage(fail,
                       "--mem-stall, --mem-bw, --mem-latency: the memory of a board is what it is; use --device rtl");
  if (!length || length >= sizeof path)
    return curta_usage(fail, "serial: the name of a terminal is missing or too long: serial:/dev/ttyUSB0");
  memcpy(path, config, length);
  path[length] = 0;
  if (at) {
    options.baud = (uint32_t)strtoul(at + 1, &end, 10);
    if (!options.baud || *end)
      return curta_usage(fail, "serial: \"%s\" is not a baud rate", at + 1);
  }
  if (patience) {
    options.timeout_ms = (uint32_t)strtoul(patience, &end, 10);
    if (!options.timeout_ms || *end)
      return curta_usage(fail, "CURTA_SERIAL_MS: \"%s\" is no number of milliseconds; unset it for 2000", patience);
  }
  r = curta_serial_open(bus, &options);
  if (!r && curta_args_given(args, "--mem-mib")) {
    uint64_t asked = (uint64_t)args->mem_mib << 20, has = bus->mem_bytes;
    if (asked > has) {
      curta_serial_close(bus);
      return curta_usage(fail,
                         "--mem-mib %u: the accelerator of %s has %" PRIu64 " KiB; leave the option out for all of it",
                         args->mem_mib, path, has >> 10);
    }
    bus->mem_bytes = asked;
  }
  if (r == -EINVAL)
    return curta_usage(fail, "serial: there is no baud rate %u; 115200, 1000000 and 3000000 are some", options.baud);
  if (r)
    fail->status = 3;
  if (r == -EPROTO)
    return curta_fail(fail, r, "serial: what answers at %s is no Curta bridge of this version", path);
  return r ? curta_fail(fail, r, "serial: %s: %s", path,
                        r == -ETIMEDOUT ? "the board does not answer"
                        : r == -EBUSY   ? "in use by another program (another curta, a terminal): end that first"
                                        : strerror(-r))
           : 0;
}

static int peek_none(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value)
{
  (void)bus;
  (void)space;
  (void)word;
  (void)value;
  return -ENOTSUP;
}

const struct curta_device_kind Curta_device_serial = {
    "serial", "a board, through its serial line", "/dev/ttyUSB0", open_serial, curta_serial_close, peek_none, 0, 1,
    NULL};
