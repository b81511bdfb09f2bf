/* SPDX-License-Identifier: Apache-2.0
 * hello.c - first program of the SoC: greets, counts ten timer interrupts asleep, sends lines back in capitals until "end"
 */
#include <stdio.h>
#include <string.h>
#include "soc.h"

enum { TICK = 2000 };
static volatile unsigned ticks;

__attribute__((interrupt("machine"), aligned(4))) static void on_interrupt(void)
{
  ticks++;
  soc_timer_at(soc_time() + TICK);
}

int main(void)
{
  printf("curta: control core is up\n");
  __asm__ volatile(".option arch, +zicsr\n csrw mtvec, %0" ::"r"(on_interrupt));
  soc_timer_at(soc_time() + TICK);
  __asm__ volatile(".option arch, +zicsr\n csrw mie, %0\n csrsi mstatus, 8" ::"r"(1 << 7));
  while (ticks < 10)
    __asm__ volatile("wfi");
  __asm__ volatile(".option arch, +zicsr\n csrci mstatus, 8");
  printf("ticks %u\n", ticks);

  char line[80];
  while (fgets(line, sizeof line, stdin) && strcmp(line, "end\n")) {
    for (char *c = line; *c; c++)
      if (*c >= 'a' && *c <= 'z')
        *c = (char)(*c - 32);
    fputs(line, stdout);
  }
  return SOC_UART->status & UART_LOST ? 1 : 0;
}
