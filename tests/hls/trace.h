/* SPDX-License-Identifier: Apache-2.0
 * trace.h - what trace.c has found
 */
#ifndef TRACE_H
#define TRACE_H
#include "curta_hls_trace.h"

uint64_t trace_cycles(void);          /* of all kernels so far */
uint32_t trace_loops(void);           /* loops that ran */
const struct hls_loop *trace_find(const char *name); /* null: it did not run */
#endif
