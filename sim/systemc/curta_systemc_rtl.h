/* SPDX-License-Identifier: Apache-2.0
 * curta_systemc_rtl.h - the RTL as a SystemC module, in the platform of curta_systemc.h
 */
#ifndef CURTA_SYSTEMC_RTL_H
#define CURTA_SYSTEMC_RTL_H
#include "curta_systemc.h"

#ifdef __cplusplus
extern "C" {
#endif

/* The configuration of the library (make SYSC_RTL=...). */
const char *curta_systemc_rtl_config(void);
/* As curta_systemc_open, -EINVAL for other configurations. Everything else is curta_systemc.h's. */
int curta_systemc_rtl_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes,
                           const struct curta_timed_memory *memory);

#ifdef __cplusplus
}
#endif
#endif
