/* SPDX-License-Identifier: Apache-2.0
 * device.h - devices by name: golden[:CONFIG], rtl[:CONFIG], timed[:CONFIG], systemc[:CONFIG], hls[:CONFIG],
 * serial:TERMINAL[@BAUD]
 */
#ifndef CURTA_TOOL_DEVICE_H
#define CURTA_TOOL_DEVICE_H
#include <stdint.h>

#include "args.h"
#include "curta_bus.h"
#include "curta_spec.h"
#include "fail.h"

/* Spaces of curta_device_peek, as golden and RTL number them. */
enum curta_peek { CURTA_PEEK_MEMORY, CURTA_PEEK_A, CURTA_PEEK_B, CURTA_PEEK_ACC };

struct curta_device {
  struct curta_bus bus;
  char name[112], config[96]; /* name as given, with the configuration: "rtl:base" (serial: the terminal) */
  int kind;                  /* index in the table of device.c; -1 closed */
};

/* Splits "rtl:base"; -EINVAL for a name that does not exist. The device is not opened. */
int curta_device_name(struct curta_device *device, const char *name, struct curta_fail *fail);
/* Opens the device. -ENOTSUP: this build has none of the kind. */
int curta_device_open(struct curta_device *device, const char *name, const struct curta_args *args,
                      struct curta_fail *fail);
void curta_device_close(struct curta_device *device);
/* A 32-bit word inside the device, for difference reports. */
int curta_device_peek(const struct curta_device *device, enum curta_peek space, uint32_t word, uint32_t *value);
/* Inside the function of on_retire, called for a GEMM: what the counters said when it ended. -ENOTSUP: the device
 * does not know. */
int curta_device_counters(const struct curta_device *device, uint64_t value[CURTA_CNT_COUNT]);
int curta_device_has_cycles(const struct curta_device *device);
/* Usage error where the command line says how fast the memory is, and the device has no time. */
int curta_device_memory(const struct curta_device *device, const struct curta_args *args, struct curta_fail *fail);
/* Prints the kinds, and whether this build has them. */
void curta_device_list(void);

/* One kind of device: what device_rtl.c (or device_none.c) and device.c put into the table. */
struct curta_device_kind {
  const char *name, *text, *config; /* config: of the name alone */
  int (*open)(struct curta_bus *bus, const char *config, const struct curta_args *args, struct curta_fail *fail);
  void (*close)(struct curta_bus *bus);
  int (*peek)(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value);
  int has_cycles, available;
  /* Null, or inside on_retire: what the counters said when this GEMM ended. 0, -ENOTSUP. */
  int (*counters)(const struct curta_bus *bus, uint64_t value[CURTA_CNT_COUNT]);
};
extern const struct curta_device_kind Curta_device_rtl, Curta_device_timed, Curta_device_systemc,
    Curta_device_hls, Curta_device_serial;

#endif
