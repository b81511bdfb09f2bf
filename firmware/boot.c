/* SPDX-License-Identifier: Apache-2.0
 * boot.c - the boot ROM: the program from the flash into the shared memory, then into it
 *
 * Without one in the flash it starts what lies in memory already, if that is whole: a debugger or a simulator put it
 * there.
 */
#include <stdlib.h>
#include "curta_package.h"
#include "flash.h"
#include "soc.h"

static const struct curta_alone_program *const program =
    (const struct curta_alone_program *)(const void *)(SOC_MEMORY + CURTA_ALONE_PROGRAM);

static int is_program(const struct curta_alone_program *p)
{
  return p->magic == CURTA_ALONE_PROGRAM_MAGIC && p->bytes <= CURTA_ALONE_PROGRAM_BYTES - sizeof *p;
}

static void fetch(void)
{
  struct flash flash;
  struct curta_alone_program head;
  if (spi_flash_open(&flash) < 0 || flash.read(flash.ctx, CURTA_ALONE_PROGRAM_IN_FLASH, &head, sizeof head) ||
      !is_program(&head))
    return;
  (void)flash.read(flash.ctx, CURTA_ALONE_PROGRAM_IN_FLASH, SOC_MEMORY + CURTA_ALONE_PROGRAM,
                   (uint32_t)sizeof head + head.bytes);
}

static void say(const char *text)
{
  for (; *text; text++) {
    while (!(SOC_UART->status & UART_ROOM))
      ;
    SOC_UART->data = (uint8_t)*text;
  }
}

/* start.S comes here when main returns and from a trap, with 64 and its cause. */
void _exit(int code)
{
  const char text[] = {'e', 'x', 'i', 't', ' ', (char)('0' + code / 10), (char)('0' + code % 10), '\n', 0};
  say(text);
  for (;;)
    __asm__ volatile("wfi");
}

uint64_t soc_time(void)
{
  uint32_t low = SOC_TIMER->time;
  return (uint64_t)SOC_TIMER->time_high << 32 | low;
}

int main(void)
{
  fetch();
  if (is_program(program) && curta_crc32(0, program + 1, program->bytes) == program->crc)
    ((void (*)(void))(SOC_PROGRAM + sizeof *program))();
  say("curta: no program in flash or memory\n");
  return 1;
}
