/* SPDX-License-Identifier: Apache-2.0
 * trace.c - initiation intervals and cycles of the HLS kernels while they run (curta_hls_trace.h)
 */
#include "trace.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "curta_hls_trace.h"

enum { Loops = 32, Ports = 8, Rams = 4, Words = 4096, Depth = 16 };

/* Cycles of a read-add-write of a RAM word, and of a loop from the entry of its last iteration to its end. */
enum { Recurrence = 4, Drain = 8 };

static struct hls_loop loops[Loops];
static uint32_t n_loops;

/* The loop that runs. */
static struct hls_loop *now;
static uint64_t iteration;
static struct {
  const char *port;
  uint64_t at;
  uint32_t uses;
} ports[Ports];
static struct {
  const void *ram;
  uint64_t at[Words]; /* iteration of the last write plus 1, 0: none in this run */
} rams[Rams];

/* Cycles of the tasks of each fork that is open: of the task under way, of the longest. */
static struct {
  uint64_t task, longest;
} fork_at[Depth];
static uint32_t depth;

static void die(const char *what)
{
  printf("FAIL trace: %s\n", what);
  exit(1);
}

struct hls_loop *hls_trace_loop(const char *name)
{
  for (uint32_t i = 0; i < n_loops; i++)
    if (!strcmp(loops[i].name, name))
      return &loops[i];
  if (n_loops == Loops)
    die("too many loops");
  loops[n_loops].name = name;
  return &loops[n_loops++];
}

static void at_least(uint32_t interval)
{
  if (now->interval < interval)
    now->interval = interval;
}

void hls_trace_begin(struct hls_loop *loop)
{
  if (now)
    die("a pipelined loop inside another");
  now = loop;
  iteration = 0;
  memset(ports, 0, sizeof ports);
  for (int i = 0; i < Rams; i++)
    rams[i].ram = NULL;
}

void hls_trace_iteration(void)
{
  iteration++;
  at_least(1);
}

void hls_trace_port(const char *port)
{
  int i = 0;
  while (i < Ports && ports[i].port && strcmp(ports[i].port, port))
    i++;
  if (i == Ports)
    die("too many ports");
  ports[i].uses = ports[i].port && ports[i].at == iteration ? ports[i].uses + 1 : 1;
  ports[i].port = port;
  ports[i].at = iteration;
  at_least(ports[i].uses);
}

static uint64_t *written(const void *ram, uint32_t address)
{
  int i = 0;
  while (i < Rams && rams[i].ram && rams[i].ram != ram)
    i++;
  if (i == Rams || address >= Words)
    die("too many RAMs or words");
  if (!rams[i].ram)
    memset(rams[i].at, 0, sizeof rams[i].at);
  rams[i].ram = ram;
  return &rams[i].at[address];
}

/* A RAM has a port to read and one to write. */
void hls_trace_read(const void *ram, uint32_t address)
{
  uint64_t at = *written(ram, address);
  if (at && at < iteration)
    at_least((uint32_t)((Recurrence + iteration - at - 1) / (iteration - at)));
}

void hls_trace_write(const void *ram, uint32_t address)
{
  uint64_t *at = written(ram, address);
  if (*at == iteration)
    at_least(2);
  *at = iteration;
}

void hls_trace_done(void)
{
  now->runs++;
  now->iterations += iteration;
  if (iteration)
    fork_at[depth].task += (iteration - 1) * now->interval + Drain;
  now = NULL;
}

void hls_trace_fork(void)
{
  if (++depth == Depth)
    die("forks too deep");
  fork_at[depth].task = fork_at[depth].longest = 0;
}

void hls_trace_beside(void)
{
  if (fork_at[depth].longest < fork_at[depth].task)
    fork_at[depth].longest = fork_at[depth].task;
  fork_at[depth].task = 0;
}

void hls_trace_meet(void)
{
  hls_trace_beside();
  depth--;
  fork_at[depth].task += fork_at[depth + 1].longest;
}

uint64_t trace_cycles(void)
{
  return fork_at[0].task;
}

const struct hls_loop *trace_find(const char *name)
{
  for (uint32_t i = 0; i < n_loops; i++)
    if (!strcmp(loops[i].name, name))
      return &loops[i];
  return NULL;
}

uint32_t trace_loops(void)
{
  return n_loops;
}
