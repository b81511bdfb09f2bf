/* SPDX-License-Identifier: Apache-2.0
 * curta_pool.c - see curta_pool.h
 *
 * Workers enter a job while it is open and the caller waits only for those that entered: a thread that the system
 * does not schedule delays nobody. Whoever waits looks at a flag for a while before it sleeps, and nobody takes the
 * lock or calls the system unless somebody sleeps. Both sides of a hand-over first write their own flag, then read the
 * other's, in one total order (the default of C11 atomics): one of them sees the other.
 *
 * The parts are cut into one run for each thread, which it takes first and from the last part on; then it helps with
 * the others. So jobs that follow one another find their bytes in the caches of the same core, and whoever relies on
 * the order of parts is found out even where one thread happens to do them all.
 */
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include "curta_pool.h"

#define CURTA_MAX_THREADS 64
#define CURTA_SPINS 2000 /* looks at a flag before sleeping: about 40 microseconds */

struct run {
  _Alignas(64) atomic_uint left; /* parts that nobody has taken; wraps below 0 */
  unsigned first;                /* part */
};

struct worker {
  struct curta_pool *pool;
  unsigned index;
  pthread_t thread;
};

struct curta_pool {
  unsigned size, started; /* threads with and without the caller's */
  struct worker worker[CURTA_MAX_THREADS];
  struct run run[CURTA_MAX_THREADS];
  pthread_mutex_t lock;
  pthread_cond_t wake, done;
  _Alignas(64) atomic_uint job; /* number of the job */
  atomic_uint open, stop;
  void (*fn)(void *arg, unsigned part);
  void *arg;
  _Alignas(64) atomic_uint active; /* workers inside the job */
  atomic_uint sleeping, waiting;   /* workers that sleep; the caller does */
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

static void work(struct curta_pool *p, unsigned me)
{
  for (unsigned i = 0; i < p->size; i++) {
    struct run *r = &p->run[(me + i) % p->size];
    for (;;) {
      unsigned left = atomic_load_explicit(&r->left, memory_order_relaxed);
      while (left && !atomic_compare_exchange_weak(&r->left, &left, left - 1))
        ;
      if (!left)
        break;
      p->fn(p->arg, r->first + left - 1);
    }
  }
}

/* Waits for a job other than `seen`. */
static void wait_for_job(struct curta_pool *p, unsigned seen)
{
  for (int i = 0; i < CURTA_SPINS && atomic_load(&p->job) == seen && !atomic_load(&p->stop); i++)
    relax();
  if (atomic_load(&p->job) != seen || atomic_load(&p->stop))
    return;
  pthread_mutex_lock(&p->lock);
  atomic_fetch_add(&p->sleeping, 1);
  while (atomic_load(&p->job) == seen && !atomic_load(&p->stop))
    pthread_cond_wait(&p->wake, &p->lock);
  atomic_fetch_sub(&p->sleeping, 1);
  pthread_mutex_unlock(&p->lock);
}

static void leave(struct curta_pool *p)
{
  if (atomic_fetch_sub(&p->active, 1) != 1 || !atomic_load(&p->waiting))
    return;
  pthread_mutex_lock(&p->lock);
  pthread_cond_signal(&p->done);
  pthread_mutex_unlock(&p->lock);
}

static void *worker(void *arg)
{
  struct worker *w = arg;
  struct curta_pool *p = w->pool;
  for (unsigned seen = 0; !atomic_load(&p->stop);) {
    wait_for_job(p, seen);
    seen = atomic_load(&p->job);
    atomic_fetch_add(&p->active, 1);
    if (atomic_load(&p->open))
      work(p, w->index);
    leave(p);
  }
  return 0;
}

/* Threads that look at flags must not share a core: those that this process may use (taskset, a cpuset), not all. */
static long cores(void)
{
  cpu_set_t mine;
  return sched_getaffinity(0, sizeof mine, &mine) ? sysconf(_SC_NPROCESSORS_ONLN) : CPU_COUNT(&mine);
}

struct curta_pool *curta_pool_start(void)
{
  struct curta_pool *p = aligned_alloc(64, sizeof *p);
  const char *limit = getenv("CURTA_THREADS");
  long n = limit ? atol(limit) : cores();
  if (!p)
    return 0;
  *p = (struct curta_pool){.size = n < 1 ? 1 : n > CURTA_MAX_THREADS ? CURTA_MAX_THREADS : (unsigned)n};
  pthread_mutex_init(&p->lock, 0);
  pthread_cond_init(&p->wake, 0);
  pthread_cond_init(&p->done, 0);
  return p;
}

static void wake_sleepers(struct curta_pool *p)
{
  if (!atomic_load(&p->sleeping))
    return;
  pthread_mutex_lock(&p->lock);
  pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->lock);
}

void curta_pool_stop(struct curta_pool *p)
{
  if (!p)
    return;
  atomic_store(&p->stop, 1);
  wake_sleepers(p);
  while (p->started)
    pthread_join(p->worker[--p->started].thread, 0);
  pthread_mutex_destroy(&p->lock);
  pthread_cond_destroy(&p->wake);
  pthread_cond_destroy(&p->done);
  free(p);
}

unsigned curta_pool_size(const struct curta_pool *p)
{
  return p->size;
}

static void start_threads(struct curta_pool *p)
{
  unsigned want = p->size - 1;
  for (unsigned i = 0; i < want; i++) {
    struct worker *w = &p->worker[i];
    *w = (struct worker){.pool = p, .index = i + 1};
    if (pthread_create(&w->thread, 0, worker, w))
      break;
    p->started++;
  }
}

/* Nobody is inside: the job before is closed and left. */
static void open_job(struct curta_pool *p, void (*fn)(void *arg, unsigned part), void *arg, unsigned parts)
{
  p->fn = fn;
  p->arg = arg;
  for (unsigned i = 0; i < p->size; i++) {
    p->run[i].first = (unsigned)((unsigned long)parts * i / p->size);
    atomic_store(&p->run[i].left, (unsigned)((unsigned long)parts * (i + 1) / p->size) - p->run[i].first);
  }
  atomic_store(&p->open, 1);
  atomic_fetch_add(&p->job, 1);
  wake_sleepers(p);
}

static void close_job(struct curta_pool *p)
{
  atomic_store(&p->open, 0);
  for (int i = 0; i < CURTA_SPINS && atomic_load(&p->active); i++)
    relax();
  if (!atomic_load(&p->active))
    return;
  pthread_mutex_lock(&p->lock);
  atomic_store(&p->waiting, 1);
  while (atomic_load(&p->active))
    pthread_cond_wait(&p->done, &p->lock);
  atomic_store(&p->waiting, 0);
  pthread_mutex_unlock(&p->lock);
}

void curta_pool_run(struct curta_pool *p, void (*fn)(void *arg, unsigned part), void *arg, unsigned parts)
{
  if (p->size > 1 && p->started == 0)
    start_threads(p);
  open_job(p, fn, arg, parts);
  work(p, 0);
  close_job(p);
}
