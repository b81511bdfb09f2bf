/* SPDX-License-Identifier: Apache-2.0
 * host.c - a host on the serial line
 */
#include <stddef.h>
#include <stdio.h>
#include <string.h>
#include "curta_spec.h"
#include "host.h"
#include "link.h"
#include "soc.h"

struct curta_alone_status *const host_status = (struct curta_alone_status *)(void *)(SOC_MEMORY + CURTA_ALONE_STATUS);
static struct link line;

static void put(uint8_t byte)
{
  while (!(SOC_UART->status & UART_ROOM))
    ;
  SOC_UART->data = byte;
}

static uint32_t cycles(void)
{
  return SOC_TIMER->time;
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

void host_open(void)
{
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
  soc_serve(serve);
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
