/* SPDX-License-Identifier: Apache-2.0
 * soc.h - address map and peripherals of the SoC (rtl/soc/curta_soc_bus.v and the files of the peripherals)
 */
#pragma once
#include <stdint.h>
#include "curta_standalone.h"

struct soc_uart {
  uint32_t data;    /* write: send; read: bit 31 set if nothing has come */
  uint32_t status;  /* enum soc_uart_status; any write clears LOST */
  uint32_t divider; /* cycles of a bit */
};
enum soc_uart_status { UART_ROOM = 1, UART_SOME = 2, UART_IDLE = 4, UART_LOST = 8 };
struct soc_timer {
  uint32_t time, time_high; /* read time first: it keeps the high word of the same instant */
  uint32_t compare, compare_high;
};
struct soc_irq {
  uint32_t pending, enable; /* enum soc_irq_line */
};
enum soc_irq_line { IRQ_ACCEL = 1, IRQ_UART = 2 };
struct soc_flash {
  uint32_t control; /* 1: selected */
  uint32_t data, word;
  uint32_t busy;
};
#define SOC_UART ((volatile struct soc_uart *)0x20000000)
#define SOC_TIMER ((volatile struct soc_timer *)0x20001000)
#define SOC_IRQ ((volatile struct soc_irq *)0x20002000)
#define SOC_FLASH ((volatile struct soc_flash *)0x20003000)
#define SOC_ACCEL ((volatile uint32_t *)0x30000000)
#define SOC_MEMORY ((uint8_t *)0x40000000)
#define SOC_PROGRAM 0x50000000u /* where the core reads CURTA_ALONE_PROGRAM through its cache */

/* The shared memory: the accelerator's part, then the firmware's (soc.ld: .shared), package and status
 * (curta_standalone.h). */
#define SOC_ACCEL_BYTES CURTA_ALONE_ACCEL_BYTES
#define SOC_PACKAGE (SOC_MEMORY + CURTA_ALONE_PACKAGE)
#define SOC_PACKAGE_BYTES CURTA_ALONE_PACKAGE_BYTES
#define SOC_SHARED __attribute__((section(".shared"))) /* large data: not zeroed, slower than the on-chip RAM */

uint64_t soc_time(void); /* not in an interrupt: its two reads belong together */
/* The low word of the cycles since reset, anywhere. */
static inline uint32_t soc_cycles(void)
{
  uint32_t cycles;
  __asm__ volatile(".option arch, +zicsr\n csrr %0, mcycle" : "=r"(cycles));
  return cycles;
}
/* The deepest use of the stack since soc_paint, in bytes. */
void soc_paint(void);
uint32_t soc_stack(void);
void soc_timer_at(uint64_t when); /* timer interrupt from then on */
/* From now on `serve` runs, in an interrupt, when bytes have come: it must take them all; and `fault` after an
 * exception of the program (mcause, mepc, mtval), from which there is no way back. */
void soc_serve(void (*serve)(void), void (*fault)(uint32_t cause, uint32_t pc, uint32_t value));
/* Sleeps until one of `lines` is high (0) or `cycles` have passed (1). */
int soc_wait(uint32_t lines, uint64_t cycles);
