/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_device.h - the C simulation of the HLS kernels as a device behind curta_bus.h
 *
 * HLS: LOAD; GEMM; MAP without POOL from int32 with REQ, DIV or ACT 2, 3; UPDATE; REDUCE. Host (the golden device):
 * registers, command processor, checks, other MAPs, SCATTER, FILL, LOSS, SCALAR. No time.
 */
#ifndef CURTA_HLS_DEVICE_H
#define CURTA_HLS_DEVICE_H
#include "curta_bus.h"

/* Configurations "tiny", "base", "large". 0 or -errno as curta_golden_open. */
int curta_hls_open(struct curta_bus *bus, const char *config, uint64_t mem_bytes);
void curta_hls_close(struct curta_bus *bus);
int curta_hls_peek(const struct curta_bus *bus, int space, uint32_t word, uint32_t *value);
/* Commands since open that the kernels executed, and those that the host executed (engine commands only). */
void curta_hls_counts(const struct curta_bus *bus, uint64_t *kernels, uint64_t *host);

#endif
