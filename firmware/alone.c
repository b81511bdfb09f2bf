/* SPDX-License-Identifier: Apache-2.0
 * alone.c - the standalone machine's program: trains from the package in memory
 */
#include <stdio.h>
#include "door.h"
#include "soc.h"
#include "train.h"

static struct train train;

int main(void)
{
  int err;
  printf("curta: standalone\n");
  err = train_open(&train, &soc_door, (const struct curta_package *)(const void *)SOC_PACKAGE);
  if (!err)
    err = train_run(&train);
  if (!err)
    err = train_weights(&train);
  return err ? 1 : 0;
}
