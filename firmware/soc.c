/* SPDX-License-Identifier: Apache-2.0
 * soc.c - UART as picolibc's stdio, timer, end of a program on the SoC
 */
#include <stdio.h>
#include <stdlib.h>
#include "soc.h"

static int put(char c, FILE *file)
{
  (void)file;
  while (!(SOC_UART->status & UART_ROOM))
    ;
  SOC_UART->data = (uint8_t)c;
  return (unsigned char)c;
}
static int get(FILE *file)
{
  (void)file;
  uint32_t data;
  while ((data = SOC_UART->data) >> 31)
    ;
  return (int)data;
}
static FILE uart = FDEV_SETUP_STREAM(put, get, NULL, _FDEV_SETUP_RW);
FILE *const stdin = &uart;
/* "used": only the C library refers to it, which link-time optimization does not see. */
__attribute__((used)) FILE *const stdout = &uart;
FILE *const stderr = &uart;

uint64_t soc_time(void)
{
  uint32_t low = SOC_TIMER->time;
  return (uint64_t)SOC_TIMER->time_high << 32 | low;
}
void soc_timer_at(uint64_t when)
{
  SOC_TIMER->compare_high = 0xffffffffu; /* never in between */
  SOC_TIMER->compare = (uint32_t)when;
  SOC_TIMER->compare_high = (uint32_t)(when >> 32);
}

static void (*on_byte)(void);
static void (*on_fault)(uint32_t cause, uint32_t pc, uint32_t value);

extern void unexpected(void); /* start.S */

__attribute__((interrupt("machine"), aligned(4))) static void on_trap(void)
{
  uint32_t cause, pc, value;
  __asm__ volatile(".option arch, +zicsr\n csrr %0, mcause" : "=r"(cause));
  if (cause >> 31) {
    on_byte();
    return;
  }
  __asm__ volatile(".option arch, +zicsr\n csrr %0, mepc\n csrr %1, mtval\n csrw mtvec, %2"
                   : "=&r"(pc), "=&r"(value)
                   : "r"(unexpected)); /* a fault of what follows ends the program at once */
  on_fault(cause, pc, value);
}

void soc_serve(void (*serve)(void), void (*fault)(uint32_t cause, uint32_t pc, uint32_t value))
{
  on_byte = serve;
  on_fault = fault;
  SOC_IRQ->enable = IRQ_UART;
  __asm__ volatile(".option arch, +zicsr\n csrw mtvec, %0\n csrw mie, %1\n csrsi mstatus, 8" ::"r"(on_trap),
                   "r"(1u << 11));
}

/* The core leaves WFI when an enabled line rises; with interrupts off it goes on behind it. */
int soc_wait(uint32_t lines, uint64_t cycles)
{
  uint64_t end = soc_time() + cycles;
  int late = 0;
  __asm__ volatile(".option arch, +zicsr\n csrci mstatus, 8");
  SOC_IRQ->enable = lines | (on_byte ? IRQ_UART : 0u);
  soc_timer_at(end);
  __asm__ volatile(".option arch, +zicsr\n csrw mie, %0" ::"r"(1u << 11 | 1u << 7));
  while (!(SOC_IRQ->pending & lines) && !(late = soc_time() >= end)) {
    if (on_byte && SOC_IRQ->pending & IRQ_UART)
      on_byte();
    else
      __asm__ volatile("wfi");
  }
  SOC_IRQ->enable = on_byte ? IRQ_UART : 0u;
  __asm__ volatile(".option arch, +zicsr\n csrw mie, %0" ::"r"(on_byte ? 1u << 11 : 0u));
  if (on_byte)
    __asm__ volatile(".option arch, +zicsr\n csrsi mstatus, 8");
  return late;
}

/* The free part of the stack holds this word until somebody uses it. */
#define PAINT 0x5ca1ab1eu
extern uint32_t __bss_end[], __stack_top[]; /* soc.ld */

/* Not within its caller, whose frame it would paint. */
__attribute__((noinline)) void soc_paint(void)
{
  volatile uint32_t *top = (volatile uint32_t *)__builtin_frame_address(0) - 32;
  for (volatile uint32_t *p = __bss_end; p < top; p++)
    *p = PAINT;
}

uint32_t soc_stack(void)
{
  const volatile uint32_t *p = __bss_end;
  while (p < __stack_top && *p == PAINT)
    p++;
  return (uint32_t)((uintptr_t)__stack_top - (uintptr_t)p);
}

/* There is nowhere to return to: say so and sleep for ever. */
void _exit(int code)
{
  printf("exit %d\n", code);
  while (!(SOC_UART->status & UART_IDLE))
    ;
  __asm__ volatile(".option arch, +zicsr\n csrw mie, zero");
  for (;;)
    __asm__ volatile("wfi");
}
