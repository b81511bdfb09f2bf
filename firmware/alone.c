/* SPDX-License-Identifier: Apache-2.0
 * alone.c - the standalone machine's program: trains from the package in memory, with checkpoints where there is a flash
 */
#include <stdio.h>
#include "door.h"
#include "soc.h"
#include "train.h"

/* The two slots of checkpoints: the last 2 MB of a 16 MB flash. */
#define SLOT_BYTES 0x100000u
#define SLOT_0 0xe00000u
#define SLOT_1 0xf00000u

static struct train train;

int main(void)
{
  struct flash flash;
  struct checkpoint checkpoint;
  int err, flash_err = spi_flash_open(&flash);
  printf("curta: standalone%s\n", flash_err ? ", no flash: no checkpoints" : "");
  if (!flash_err)
    checkpoint_open(&checkpoint, &flash, SLOT_0, SLOT_1, SLOT_BYTES);
  err = train_open(&train, &soc_door, (const struct curta_package *)(const void *)SOC_PACKAGE, flash_err ? NULL : &checkpoint);
  if (!err)
    err = train_run(&train);
  if (!err)
    err = train_weights(&train);
  return err ? 1 : 0;
}
