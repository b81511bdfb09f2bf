/* SPDX-License-Identifier: Apache-2.0
 * curta_serial.h - a board behind a serial line (rtl/bridge/curta_bridge.v) as a bus of the driver
 *
 * One request waits for its answer; what is lost or damaged on the line is asked again. A request is executed at most once for each
 * sequence number, so that a repeated write of a register does nothing twice. One thread at a time.
 */
#ifndef CURTA_SERIAL_H
#define CURTA_SERIAL_H
#include "curta_bus.h"

#ifdef __cplusplus
extern "C" {
#endif

/* Zero means the default. */
struct curta_serial_options {
  const char *path;      /* of the terminal, e.g. /dev/ttyUSB0 */
  uint32_t baud;         /* 1000000; one that the system has a name for */
  uint32_t timeout_ms;   /* 2000: an answer that is not complete after that is asked again */
  uint32_t tries;        /* 6 */
};

struct curta_serial_info {
  uint64_t frames, repeats;  /* requests; of them sent again */
  uint32_t clock_khz;        /* of the board */
};

/* Opens the terminal and asks the board for its memory: mem_bytes is what its accelerator may touch; a host may reach more. 0 or -errno of the terminal; -EBUSY: another program has the terminal; -EINVAL: a baud rate without name; -ETIMEDOUT: no
 * answer; -EPROTO: what answers is not a bridge of this protocol. A message says what and what to look at. */
int curta_serial_open(struct curta_bus *bus, const struct curta_serial_options *options);
void curta_serial_close(struct curta_bus *bus);
void curta_serial_stats(const struct curta_bus *bus, struct curta_serial_info *info);

#ifdef __cplusplus
}
#endif
#endif
