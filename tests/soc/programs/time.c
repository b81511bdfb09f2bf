/* SPDX-License-Identifier: Apache-2.0
 * time.c - reads the time over and over while a host's bytes come in interrupts: it must never go back
 */
#include <stdio.h>
#include "host.h"
#include "soc.h"

int main(void)
{
  uint64_t last = 0;
  uint32_t carries = 0;
  (void)host_open();
  while (carries < 2000) {
    uint64_t now = soc_time();
    if (now < last) {
      printf("time went back after %u carries\n", (unsigned)carries);
      return 1;
    }
    carries += (uint32_t)(now >> 32) != (uint32_t)(last >> 32);
    last = now;
    for (volatile uint32_t n = (uint32_t)now % 7; n; n--) /* the interrupts are to come anywhere */
      ;
  }
  printf("%u carries\n", (unsigned)carries);
  return 0;
}
