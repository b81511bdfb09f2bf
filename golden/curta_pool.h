/* SPDX-License-Identifier: Apache-2.0
 * curta_pool.h - a small pool of threads that share the parts of one job
 *
 * curta_pool_run calls fn(arg, part) once for every part in 0..parts-1, in any order and on any thread, and returns
 * when all are done. The caller works too, so that a pool without threads is a loop. Threads start with the first job.
 */
#ifndef CURTA_POOL_H
#define CURTA_POOL_H

struct curta_pool;

/* CURTA_THREADS threads with the caller's, or as many as there are cores that this process may use. Null without
 * memory. */
struct curta_pool *curta_pool_start(void);
void curta_pool_stop(struct curta_pool *pool);
unsigned curta_pool_size(const struct curta_pool *pool);
void curta_pool_run(struct curta_pool *pool, void (*fn)(void *arg, unsigned part), void *arg, unsigned parts);
#endif
