/* SPDX-License-Identifier: Apache-2.0
 * alone.c - the standalone machine's program: trains the package in memory, with checkpoints where there is a flash,
 * and serves a host on the serial line meanwhile
 *
 * A package that lies in memory at power-up is trained and the program ends. Otherwise it waits for a host to bring
 * one, and for the next when that training is over.
 */
#include <stdio.h>
#include <string.h>
#include "door.h"
#include "host.h"
#include "soc.h"
#include "train.h"

/* The two slots of checkpoints: the last 2 MB of a 16 MB flash. */
#define SLOT_BYTES 0x100000u
#define SLOT_0 0xe00000u
#define SLOT_1 0xf00000u

static struct train train;

static int run(struct checkpoint *checkpoint)
{
  const struct curta_package *package = (const struct curta_package *)(const void *)SOC_PACKAGE;
  int err;
  host_state(CURTA_ALONE_STARTING);
  host_status->job = package->crc;
  err = train_open(&train, &soc_door, package, checkpoint);
  host_state(CURTA_ALONE_TRAINING);
  if (!err)
    err = train_run(&train);
  if (!err)
    err = train_weights(&train);
  host_state(err < 0                                    ? CURTA_ALONE_FAILED
             : host_status->command == CURTA_ALONE_STOP ? CURTA_ALONE_IDLE
                                                        : CURTA_ALONE_DONE);
  return err;
}

int main(void)
{
  struct flash flash;
  struct checkpoint checkpoint;
  int err = 0, flash_err = spi_flash_open(&flash), asked = 0;
  uint32_t magic = ((const struct curta_package *)(const void *)SOC_PACKAGE)->magic;
  printf("curta: standalone%s\n", flash_err ? ", no flash: no checkpoints" : "");
  if (!flash_err)
    checkpoint_open(&checkpoint, &flash, SLOT_0, SLOT_1, SLOT_BYTES);
  host_open();
  for (;;) {
    if (magic != CURTA_PACKAGE_MAGIC || asked) {
      printf("waiting for a host\n");
      host_wait();
      asked = 1;
    }
    err = run(flash_err ? NULL : &checkpoint);
    host_obeyed();
    if (!asked)
      return err ? 1 : 0;
    magic = CURTA_PACKAGE_MAGIC;
  }
}
