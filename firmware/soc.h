/* SPDX-License-Identifier: Apache-2.0
 * soc.h - registers of the SoC's peripherals (rtl/soc/curta_soc_uart.v, curta_soc_timer.v)
 */
#pragma once
#include <stdint.h>

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
#define SOC_UART ((volatile struct soc_uart *)0x20000000)
#define SOC_TIMER ((volatile struct soc_timer *)0x20001000)

uint64_t soc_time(void);
void soc_timer_at(uint64_t when); /* timer interrupt from then on */
