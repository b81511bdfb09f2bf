/* SPDX-License-Identifier: Apache-2.0
 * keep.h - the training package in the flash, so that the machine starts without a host
 */
#pragma once
#include "curta_package.h"
#include "flash.h"

/* Its place in a 16 MB flash: behind a bitstream, in front of the checkpoints. */
#define KEEP_AT 0x300000u
#define KEEP_BYTES 0xb00000u

/* Reads the package into memory at `to`, of `room` bytes. -ENOENT: there is none; whether it is whole,
 * curta_package_check says. */
int keep_fetch(const struct flash *flash, struct curta_package *to, uint32_t room);
/* Is there one of at most `room` bytes, and its checksum right? */
int keep_whole(const struct flash *flash, uint32_t room);
/* Writes it, unless it is there already, its first page last, and reads it back. -ENOSPC: it is too large, and
 * the one before is gone; -EIO. */
int keep_store(const struct flash *flash, const struct curta_package *package);
