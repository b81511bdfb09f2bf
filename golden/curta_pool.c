/* SPDX-License-Identifier: Apache-2.0
 * curta_pool.c - see curta_pool.h
 *
 * Workers enter a job while it is open and the caller waits only for those that entered: a thread that the system
 * does not schedule delays nobody. Parts are taken from the last on: whoever relies on their order is found out even
 * where one thread happens to do them all.
 */
#include <pthread.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <unistd.h>
#include "curta_pool.h"

#define CURTA_MAX_THREADS 64
#define CURTA_SPINS 1000 /* looks at a flag before sleeping: about 20 microseconds */

struct curta_pool {
  unsigned size, started; /* threads with and without the caller's */
  pthread_t threads[CURTA_MAX_THREADS];
  pthread_mutex_t lock;
  pthread_cond_t wake, done;
  atomic_uint job, active, next; /* number of the job, workers inside it, its next part */
  int open, stop;
  unsigned parts;
  void (*fn)(void *arg, unsigned part);
  void *arg;
};

static void relax(void)
{
#if defined(__x86_64__) || defined(__i386__)
  __builtin_ia32_pause();
#endif
}

static void work(struct curta_pool *p)
{
  unsigned part;
  while ((part = atomic_fetch_add(&p->next, 1)) < p->parts)
    p->fn(p->arg, p->parts - 1 - part);
}

/* Waits for a job other than `seen`, and enters it. Null: stop. Called and left with the lock held. */
static int enter(struct curta_pool *p, unsigned *seen)
{
  while (!p->stop && (!p->open || atomic_load(&p->job) == *seen))
    pthread_cond_wait(&p->wake, &p->lock);
  *seen = atomic_load(&p->job);
  atomic_fetch_add(&p->active, 1);
  return !p->stop;
}

static void *worker(void *arg)
{
  struct curta_pool *p = arg;
  unsigned seen = 0;
  for (;;) {
    for (int i = 0; i < CURTA_SPINS && atomic_load(&p->job) == seen; i++)
      relax();
    pthread_mutex_lock(&p->lock);
    int on = enter(p, &seen);
    pthread_mutex_unlock(&p->lock);
    if (!on)
      return 0;
    work(p);
    pthread_mutex_lock(&p->lock);
    if (atomic_fetch_sub(&p->active, 1) == 1)
      pthread_cond_signal(&p->done);
    pthread_mutex_unlock(&p->lock);
  }
}

struct curta_pool *curta_pool_start(void)
{
  struct curta_pool *p = calloc(1, sizeof *p);
  const char *limit = getenv("CURTA_THREADS");
  long n = limit ? atol(limit) : sysconf(_SC_NPROCESSORS_ONLN);
  if (!p)
    return 0;
  p->size = n < 1 ? 1 : n > CURTA_MAX_THREADS ? CURTA_MAX_THREADS : (unsigned)n;
  pthread_mutex_init(&p->lock, 0);
  pthread_cond_init(&p->wake, 0);
  pthread_cond_init(&p->done, 0);
  return p;
}

void curta_pool_stop(struct curta_pool *p)
{
  if (!p)
    return;
  pthread_mutex_lock(&p->lock);
  p->stop = 1;
  pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->lock);
  while (p->started)
    pthread_join(p->threads[--p->started], 0);
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
  while (p->started + 1 < p->size && !pthread_create(&p->threads[p->started], 0, worker, p))
    p->started++;
  p->size = p->started + 1;
}

void curta_pool_run(struct curta_pool *p, void (*fn)(void *arg, unsigned part), void *arg, unsigned parts)
{
  if (p->size > 1 && p->started == 0)
    start_threads(p);
  pthread_mutex_lock(&p->lock);
  p->fn = fn;
  p->arg = arg;
  p->parts = parts;
  atomic_store(&p->next, 0);
  atomic_fetch_add(&p->job, 1);
  p->open = 1;
  pthread_cond_broadcast(&p->wake);
  pthread_mutex_unlock(&p->lock);
  work(p);
  for (int i = 0; i < CURTA_SPINS && atomic_load(&p->active); i++)
    relax();
  pthread_mutex_lock(&p->lock);
  p->open = 0;
  while (atomic_load(&p->active))
    pthread_cond_wait(&p->done, &p->lock);
  pthread_mutex_unlock(&p->lock);
}
