/* SPDX-License-Identifier: Apache-2.0
 * alone.c - the standalone machine's program: trains the package in memory, with checkpoints where there is a flash,
 * and serves a host on the serial line meanwhile
 *
 * A package that lies in memory at power-up (a simulator put it there) is trained and the program ends. Otherwise, and
 * after a reset, the package in the flash is trained, if there is one; then it waits for a host to bring the next,
 * which goes into the flash.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include "door.h"
#include "host.h"
#include "keep.h"
#include "soc.h"
#include "train.h"

/* The two slots of checkpoints: the last 2 MB of a 16 MB flash. The weights lie behind a sector with the header. */
#define SLOT_BYTES (FLASH_SECTOR + CURTA_ALONE_SAVE_BYTES)
#define SLOT_0 0xe00000u
#define SLOT_1 0xf00000u

static struct train train;

static struct curta_package *const package = (struct curta_package *)(void *)SOC_PACKAGE;

/* The package of a host goes into the flash, so that the machine goes on with it after a power cut. */
static void keep(const struct flash *flash)
{
  int err = keep_store(flash, package);
  if (err)
    printf("the package is not kept: %s\n",
           err == -ENOSPC ? "it is larger than its place in the flash" : "the flash fails");
}

/* flash: where to keep the package, or null. */
static int run(struct checkpoint *checkpoint, const struct flash *flash)
{
  int err;
  host_job(package->crc);
  err = train_open(&train, &soc_door, package, checkpoint);
  if (!err && flash)
    keep(flash);
  host_state(CURTA_ALONE_TRAINING);
  if (!err)
    err = train_run(&train);
  if (!err)
    err = train_weights(&train);
  printf("stack: %" PRIu32 " bytes at most\n", soc_stack());
  host_state(err < 0                                    ? CURTA_ALONE_FAILED
             : host_status->command == CURTA_ALONE_STOP ? CURTA_ALONE_IDLE
                                                        : CURTA_ALONE_DONE);
  host_obeyed();
  return err;
}

int main(void)
{
  struct flash flash;
  struct checkpoint checkpoint;
  int flash_err = spi_flash_open(&flash);
  struct checkpoint *saves = flash_err ? NULL : &checkpoint;
  int again = host_status->magic == CURTA_ALONE_MAGIC; /* memory as it was before a reset, or a very short power cut */
  soc_paint();
  printf("curta: standalone%s\n", flash_err ? ", no flash: no checkpoints" : "");
  if (saves)
    checkpoint_open(saves, &flash, SLOT_0, SLOT_1, SLOT_BYTES);
  host_open();
  if (!again && package->magic == CURTA_PACKAGE_MAGIC)
    return run(saves, NULL) ? 1 : 0;
  host_state(CURTA_ALONE_STARTING); /* a host that comes early is to wait for what is in the flash */
  if (saves && keep_fetch(&flash, package, SOC_PACKAGE_BYTES) == 0)
    (void)run(saves, NULL);
  else
    host_idle();
  for (;;) {
    printf("waiting for a host\n");
    host_wait();
    (void)run(saves, flash_err ? NULL : &flash);
  }
}
