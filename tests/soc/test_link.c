/* SPDX-License-Identifier: Apache-2.0
 * test_link - the firmware's end of the serial line against the host's, over a line that drops, repeats and corrupts
 * bytes usage: test_link [requests [seed]]
 *
 * The machine is a thread behind a pseudo-terminal; each byte in either direction meets a fault with some probability,
 * and text goes between the frames. Every request must succeed, memory must be what was written, a register write
 * happen exactly once.
 */
#include <errno.h>
#include <inttypes.h>
#include <poll.h>
#include <pthread.h>
#include <pty.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <termios.h>
#include <time.h>
#include <unistd.h>
#include "curta_serial.h"
#include "curta_standalone.h"
#include "link.h"

#define BYTES 16384u
enum fault { NONE, DROP, REPEAT, CORRUPT, ALL };
static const char *const names[] = {"no faults", "dropped bytes", "repeated bytes", "corrupted bytes",
                                    "all of these, and text"};

static struct link machine;
static uint8_t memory[BYTES];
static int master;
static enum fault fault;
static uint32_t seed, reg_sum, reg_writes;
static atomic_int stop;
static atomic_uint injected;

static uint32_t random32(uint32_t *s)
{
  *s = *s * 1664525u + 1013904223u;
  return *s >> 8;
}

/* What becomes of a byte: 0, 1 or 2 bytes, in out. */
static int pass(uint8_t byte, uint8_t out[2])
{
  enum fault f = fault == ALL ? (enum fault)(1 + random32(&seed) % 3) : fault;
  out[0] = out[1] = byte;
  if (f == NONE || random32(&seed) % 2000)
    return 1;
  injected++;
  if (f == CORRUPT)
    out[0] = (uint8_t)(byte ^ 1u << random32(&seed) % 8);
  return f == DROP ? 0 : f == REPEAT ? 2 : 1;
}

static void put(uint8_t byte)
{
  uint8_t out[2];
  int n = pass(byte, out);
  if (n && write(master, out, (size_t)n) != n)
    stop = 2;
}

static uint32_t cycles(void) /* microseconds */
{
  struct timespec t;
  clock_gettime(CLOCK_MONOTONIC, &t);
  return (uint32_t)((uint64_t)t.tv_sec * 1000000u + (uint64_t)t.tv_nsec / 1000u);
}

static int irq(void)
{
  return 0;
}

static int reg(uint32_t offset, uint32_t *value, int write)
{
  if (write) {
    reg_sum = reg_sum * 31u + *value + offset;
    reg_writes++;
  } else
    *value = offset * 3u;
  return 0;
}

static void *serve(void *arg)
{
  static const char text[] = "step 12 of 50 correct 7\n";
  (void)arg;
  while (!stop) {
    struct pollfd p = {master, POLLIN, 0};
    uint8_t in[256], out[2];
    ssize_t n = poll(&p, 1, 5) > 0 ? read(master, in, sizeof in) : 0;
    for (ssize_t i = 0; i < n; i++)
      for (int k = pass(in[i], out), j = 0; j < k; j++)
        link_byte(&machine, out[j]);
    if (fault == ALL && !machine.have && random32(&seed) % 8 == 0 && write(master, text, sizeof text - 1) < 0)
      stop = 2;
  }
  return NULL;
}

static int fail(const char *what, uint32_t k)
{
  printf("FAIL link %s: request %" PRIu32 ": %s\n", names[fault], k, what);
  return 1;
}

static int requests(struct curta_bus *bus, uint32_t n)
{
  static uint8_t want[BYTES], got[BYTES];
  uint32_t s = seed ^ 77u, sum = 0, writes = 0;
  memcpy(want, memory, BYTES);
  for (uint32_t k = 0; k < n; k++) {
    uint32_t addr = random32(&s) % BYTES, bytes = 1 + random32(&s) % 2500, value;
    bytes = bytes < BYTES - addr ? bytes : BYTES - addr;
    switch (random32(&s) % 4) {
    case 0:
      for (uint32_t i = 0; i < bytes; i++)
        want[addr + i] = (uint8_t)random32(&s);
      if (bus->mem_write(bus->ctx, addr, want + addr, bytes))
        return fail("a write failed", k);
      break;
    case 1:
      if (bus->mem_read(bus->ctx, addr, got, bytes) || memcmp(got, want + addr, bytes))
        return fail("a read gave something else", k);
      break;
    case 2:
      value = random32(&s);
      sum = sum * 31u + value + 8u;
      writes++;
      if (bus->reg_write(bus->ctx, 8, value) || reg_sum != sum || reg_writes != writes)
        return fail("a register write did not happen exactly once", k);
      break;
    default:
      if (bus->reg_read(bus->ctx, addr % 4096u & ~3u, &value) || value != (addr % 4096u & ~3u) * 3u)
        return fail("a register read gave something else", k);
    }
    if (memcmp(memory, want, BYTES))
      return fail("the memory is not what was written", k);
  }
  for (uint32_t k = 0, value; k < 2; k++) { /* 256 requests apart: the same number */
    memset(want + 4 * k, 0x3c + 0x77 * (int)k, 4);
    if (bus->mem_write(bus->ctx, 4 * k, want + 4 * k, 4))
      return fail("a write failed", n);
    for (int i = 0; i < 255; i++)
      if (bus->reg_read(bus->ctx, 8, &value))
        return fail("a register read failed", n);
  }
  if (memcmp(memory, want, BYTES))
    return fail("a write whose number came again was not done", n);
  if (bus->mem_read(bus->ctx, BYTES - 4, got, 8) != -ERANGE)
    return fail("a read beyond the memory was not refused", n);
  machine.closed_from = 8192;
  machine.closed_to = 8200;
  if (bus->mem_write(bus->ctx, 8188, got, 8) != -ERANGE || bus->mem_write(bus->ctx, 8196, got, 8) != -ERANGE ||
      bus->mem_write(bus->ctx, 8184, want + 8184, 8) || bus->mem_write(bus->ctx, 8200, want + 8200, 4))
    return fail("writes around what is never open", n);
  if (bus->mem_read(bus->ctx, 8192, got, 8) || memcmp(got, want + 8192, 8) || memcmp(memory, want, BYTES))
    return fail("what is never open was written", n);
  machine.open_from = 4096;
  machine.open_to = 4104;
  if (bus->mem_write(bus->ctx, 4104, got, 4) != -ERANGE || bus->mem_write(bus->ctx, 4100, want + 4100, 4))
    return fail("writes while locked", n);
  return 0;
}

static uint32_t fake_now, answers;
static uint32_t fake_cycles(void)
{
  return fake_now;
}
static void count(uint8_t byte)
{
  answers += byte == 0x5c;
}

/* A frame that stops in the middle must not swallow the one behind it; one that pauses, as a USB adapter does, is
 * whole.
 */
static int pauses(void)
{
  static const uint8_t start[] = {0xc5, 1, 5, 0, 4, 0, 0, 0, 0, 1, 2, 3};                /* 1,024 bytes announced */
  static const uint8_t info[] = {0xc5, 0, 1, 16, 0, 0, 0, 0, 0, 0x46, 0xd6, 0x83, 0xc0}; /* CRC as zlib has it */
  const uint32_t khz = 25000, pause[] = {(CURTA_LINE_SILENCE_MS + 1) * khz, 30 * khz};
  for (int k = 0; k < 2; k++) {
    struct link l = {
        .put = count, .cycles = fake_cycles, .irq = irq, .memory = memory, .memory_bytes = BYTES, .clock_khz = khz};
    answers = 0;
    for (size_t i = 0; k == 0 && i < sizeof start; i++)
      link_byte(&l, start[i]);
    fake_now += pause[0];
    for (size_t i = 0; i < sizeof info; i++) {
      fake_now += k == 1 && i == 6 ? pause[1] : 0;
      link_byte(&l, info[i]);
    }
    if (answers != 1) {
      printf("FAIL link: a request %s got %" PRIu32 " answers\n", k ? "with a pause in it" : "behind a truncated one",
             answers);
      return 1;
    }
  }
  return 0;
}

static int run(uint32_t n)
{
  struct curta_bus bus;
  struct curta_serial_info info;
  struct curta_serial_options options = {.timeout_ms = 100, .tries = 60};
  struct termios raw;
  pthread_t thread;
  char name[100];
  int slave, r;
  memset(&machine, 0, sizeof machine);
  machine.put = put;
  machine.cycles = cycles;
  machine.irq = irq;
  machine.reg = reg;
  machine.memory = memory;
  machine.memory_bytes = BYTES;
  machine.clock_khz = 1000; /* cycles() are microseconds */
  reg_sum = reg_writes = 0;
  stop = 0;
  injected = 0;
  if (openpty(&master, &slave, name, NULL, NULL))
    return fail("no pseudo-terminal", 0);
  tcgetattr(slave, &raw);
  cfmakeraw(&raw);
  tcsetattr(slave, TCSANOW, &raw);
  options.path = name;
  pthread_create(&thread, NULL, serve, NULL);
  r = curta_serial_open(&bus, &options);
  if (r)
    fail("the machine does not answer", 0);
  if (!r) {
    r = requests(&bus, n);
    curta_serial_stats(&bus, &info);
    curta_serial_close(&bus);
  }
  if (stop == 2)
    r = fail("the line broke", 0);
  stop = 1;
  pthread_join(thread, NULL);
  close(slave);
  close(master);
  if (!r && fault != NONE && (!injected || !info.repeats))
    r = fail("no fault was met", n);
  if (!r)
    printf("PASS link %s: %" PRIu64 " frames, %u faults, %" PRIu64 " sent again\n", names[fault], info.frames,
           (unsigned)injected, info.repeats);
  return r;
}

int main(int argc, char **argv)
{
  uint32_t n = argc > 1 ? (uint32_t)strtoul(argv[1], NULL, 0) : 60;
  int failed = pauses();
  for (int f = NONE; f <= ALL; f++) {
    seed = (argc > 2 ? (uint32_t)strtoul(argv[2], NULL, 0) : 1) + (uint32_t)f;
    fault = (enum fault)f;
    failed |= run(n) != 0;
  }
  return failed;
}
