/* SPDX-License-Identifier: Apache-2.0
 * alone.c - the standalone machine's program: trains the package in memory, with checkpoints where there is a flash,
 * and serves a host on the serial line meanwhile
 *
 * The package in the flash is trained or, without a good one there, the one that memory has kept over a reset; then it
 * waits for a host to bring the next, which goes into the flash. Where a simulator has put a package into memory, that
 * one is trained and the program ends.
 */
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>
#include "door.h"
#include "host.h"
#include "keep.h"
#include "soc.h"
#include "train.h"

/* The two slots of checkpoints: the last 2 MB of a 16 MB flash. */
#define SLOT_BYTES 0x100000u
#define SLOT_0 0xe00000u
#define SLOT_1 0xf00000u
#define FLASH_LOG2 24
#define FLASH_LOG2_LAST 0x22 /* what a larger byte means depends on the maker */

static struct train train;

static struct curta_package *const package = (struct curta_package *)(void *)SOC_PACKAGE;

/* The package of a host goes into the flash, so that the machine goes on with it after a power cut. */
static void keep(const struct flash *flash)
{
  int err = keep_store(flash, package);
  if (err)
    printf("the package is not kept, after a power cut deploy it again: %s\n",
           err == -ENOSPC ? "it is larger than its place in the flash" : "the flash fails");
}

/* The package to go on with is in memory then. 1: it comes from there, 2: from the flash; 0: there is none. (Its stack
 * is not to be main's.) */
static __attribute__((noinline)) int find(const struct flash *flash)
{
  struct curta_diag diag;
  int here = curta_package_check(package, SOC_PACKAGE_BYTES, &diag) == 0;
  /* a damaged one in the flash is fetched only where it costs nothing: the training says what is wrong with it */
  if (flash && (!here || keep_whole(flash, SOC_PACKAGE_BYTES)) && keep_fetch(flash, package, SOC_PACKAGE_BYTES) == 0)
    return 2;
  return here;
}

/* Is the flash as large as what is to lie there? */
static int open_flash(struct flash *flash)
{
  int log2 = spi_flash_open(flash), usable = log2 >= FLASH_LOG2 && log2 <= FLASH_LOG2_LAST;
  printf("curta: standalone%s\n", usable     ? ""
                                  : log2 < 0 ? ", no flash: no checkpoints"
                                             : ", flash of another size: no checkpoints");
  if (log2 >= 0 && !usable)
    printf("flash: 2^%d bytes as its ID says, 2^%d are needed\n", log2, FLASH_LOG2);
  return usable;
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
  struct checkpoint *saves = NULL;
  struct flash *keeps = NULL;
  int found;
  soc_paint();
  if (open_flash(&flash)) {
    keeps = &flash;
    saves = &checkpoint;
    checkpoint_open(saves, &flash, SLOT_0, SLOT_1, SLOT_BYTES);
  }
  if (host_open())
    return run(saves, NULL) ? 1 : 0;
  host_state(CURTA_ALONE_STARTING); /* a host that comes early is to wait for what there is */
  found = find(keeps);
  if (found)
    (void)run(saves, found == 1 ? keeps : NULL);
  else
    host_idle();
  for (;;) {
    printf("waiting for a host\n");
    host_wait();
    (void)run(saves, keeps);
  }
}
