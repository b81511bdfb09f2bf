/* SPDX-License-Identifier: Apache-2.0
 * host.c - a host on the serial line
 */
#include <errno.h>
#include <inttypes.h>
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>
#include "curta_spec.h"
#include "host.h"
#include "link.h"
#include "soc.h"

struct curta_alone_status *const host_status = (struct curta_alone_status *)(void *)(SOC_MEMORY + CURTA_ALONE_STATUS);
static struct link line;
static int loaded;

static void put(uint8_t byte)
{
  while (!(SOC_UART->status & UART_ROOM))
    ;
  SOC_UART->data = byte;
}

static uint32_t cycles(void)
{
  return soc_cycles();
}

static int irq(void)
{
  return SOC_IRQ->pending & IRQ_ACCEL;
}

/* Whatever a host says: the accelerator never touches the firmware's memory. */
static int reg(uint32_t offset, uint32_t *value, int write)
{
  if (line.open_to) /* the registers are the training's */
    return 1;
  if (write && offset == CURTA_REG_MEM_SIZE && *value > CURTA_ALONE_ACCEL_BYTES)
    *value = CURTA_ALONE_ACCEL_BYTES;
  if (write)
    SOC_ACCEL[offset / 4] = *value;
  else
    *value = SOC_ACCEL[offset / 4];
  return 0;
}

/* Every byte that has come. A program in the middle of sending finds room again. */
static void serve(void)
{
  uint32_t data;
  while (!((data = SOC_UART->data) >> 31))
    link_byte(&line, (uint8_t)data);
  while (!(SOC_UART->status & UART_ROOM))
    ;
}

/* An exception of the program: people and the host are told, then only the host is answered, until a reset. */
static void fault(uint32_t cause, uint32_t pc, uint32_t value)
{
  char text[64];
  (void)snprintf(text, sizeof text, "cause %" PRIu32 ", pc %08" PRIx32 ", value %08" PRIx32, cause, pc, value);
  (void)host_fail(-EFAULT, "exception", text);
  host_state(CURTA_ALONE_FAILED);
  if (loaded)
    _exit((int)(64 + cause));
  for (;;)
    serve();
}

int host_open(void)
{
  loaded = host_status->magic == CURTA_ALONE_LOADED;
  memset(host_status, 0, sizeof *host_status);
  host_status->magic = CURTA_ALONE_MAGIC;
  memset(&line, 0, sizeof line);
  line.put = put;
  line.cycles = cycles;
  line.irq = irq;
  line.reg = reg;
  line.memory = SOC_MEMORY;
  line.memory_bytes = CURTA_ALONE_MEMORY;
  line.accel_bytes = CURTA_ALONE_ACCEL_BYTES;
  line.closed_from = CURTA_ALONE_ACCEL_BYTES; /* the firmware's data and program */
  line.closed_to = CURTA_ALONE_PACKAGE;
  line.clock_khz = CLOCK_KHZ;
  soc_serve(serve, fault);
  return loaded;
}

void host_state(enum curta_alone_state state)
{
  int busy = state == CURTA_ALONE_STARTING || state == CURTA_ALONE_TRAINING;
  line.open_from = CURTA_ALONE_STATUS + offsetof(struct curta_alone_status, command);
  line.open_to = busy ? line.open_from + sizeof host_status->command : 0;
  host_status->state = state;
}

void host_job(uint32_t job)
{
  host_state(CURTA_ALONE_STARTING);
  memset(&host_status->step, 0, offsetof(struct curta_alone_status, curve) - offsetof(struct curta_alone_status, step));
  memset(host_status->curve, 255, sizeof host_status->curve);
  host_status->why[0] = 0;
  host_status->job = job;
}

static char *append(char *to, const char *from)
{
  while (*from && to < host_status->why + CURTA_ALONE_WHY - 1)
    *to++ = *from++;
  *to = 0;
  return to;
}

int host_fail(int err, const char *what, const char *why)
{
  (void)append(append(append(host_status->why, what), ": "), why);
  printf("error: %s\n", host_status->why);
  return err;
}

void host_idle(void)
{
  host_state(CURTA_ALONE_IDLE);
  if (*(volatile uint32_t *)&host_status->command == CURTA_ALONE_STOP)
    host_obeyed();
}

void host_wait(void)
{
  while (*(volatile uint32_t *)&host_status->command != CURTA_ALONE_TRAIN)
    (void)soc_wait(0, 1000000);
  host_obeyed();
}

void host_obeyed(void)
{
  host_status->command = CURTA_ALONE_NONE;
}
