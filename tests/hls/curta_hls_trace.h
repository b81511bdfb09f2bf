/* SPDX-License-Identifier: Apache-2.0
 * curta_hls_trace.h - the marks of the HLS kernels made into a model of their pipelines (cycles.c)
 *
 * Of every pipelined loop: iterations, uses of each memory port in an iteration, and the distance between a write of a RAM
 * word and its next read. From these follows the smallest initiation interval; from it and the loops that run beside one
 * another the cycles of a kernel.
 */
#ifndef CURTA_HLS_TRACE_H
#define CURTA_HLS_TRACE_H
#include <stdint.h>

struct hls_loop {
  const char *name;
  uint64_t runs, iterations;
  uint32_t interval; /* smallest possible, over everything that ran */
};

struct hls_loop *hls_trace_loop(const char *name);
void hls_trace_begin(struct hls_loop *loop);
void hls_trace_iteration(void);
void hls_trace_port(const char *port); /* by name: in C simulation all streams are one memory */
void hls_trace_read(const void *ram, uint32_t address);
void hls_trace_write(const void *ram, uint32_t address);
void hls_trace_done(void);
void hls_trace_fork(void);
void hls_trace_beside(void);
void hls_trace_meet(void);

#define CURTA_HLS_LOOP(name)                                                                                           \
  {                                                                                                                    \
    static struct hls_loop *loop;                                                                                      \
    loop = loop ? loop : hls_trace_loop(name);                                                                         \
    hls_trace_begin(loop);                                                                                             \
  }
#define CURTA_HLS_ITERATION() hls_trace_iteration();
#define CURTA_HLS_PORT(port) hls_trace_port(#port);
#define CURTA_HLS_READ(ram, address) hls_trace_read(ram, address);
#define CURTA_HLS_WRITE(ram, address) hls_trace_write(ram, address);
#define CURTA_HLS_DONE() hls_trace_done();
#define CURTA_HLS_FORK() hls_trace_fork();
#define CURTA_HLS_BESIDE() hls_trace_beside();
#define CURTA_HLS_MEET() hls_trace_meet();
#endif
