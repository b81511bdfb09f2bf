/* SPDX-License-Identifier: Apache-2.0
 * curta_standalone.h - where a host finds things in the memory of a machine that trains alone, and what they mean
 *
 * A host reads and writes that memory over the serial line with the frames of a board's bridge (curta_bridge,
 * docs/silicon.md). All words are 32 bits, little endian.
 */
#ifndef CURTA_STANDALONE_H
#define CURTA_STANDALONE_H
#include <stdint.h>

/* A frame that stops in the middle is given up after so long (a bridge: 2^20 cycles, 42 ms at 25 MHz): longer than a
 * USB adapter pauses, shorter than a host waits before it sends again. */
#define CURTA_LINE_SILENCE_MS 40u
#define CURTA_ALONE_MEMORY 0x02000000u
#define CURTA_ALONE_ACCEL_BYTES 0x01000000u /* [0, this): the accelerator's */
/* [ACCEL_BYTES, PACKAGE): the firmware's data, then its program; no host writes there. */
#define CURTA_ALONE_PROGRAM 0x013e0000u /* struct curta_alone_program and the program */
#define CURTA_ALONE_PROGRAM_BYTES 0x00020000u
#define CURTA_ALONE_PROGRAM_MAGIC 0x47525043u    /* "CPRG" */
#define CURTA_ALONE_PROGRAM_IN_FLASH 0x002e0000u /* the same in the flash, from where the boot ROM takes it */
#define CURTA_ALONE_PACKAGE 0x01400000u          /* training package (curta_package.h) */
#define CURTA_ALONE_PACKAGE_BYTES 0x00bff000u
#define CURTA_ALONE_STATUS 0x01fff000u /* struct curta_alone_status */
#define CURTA_ALONE_MAGIC 0x4e4f4c41u  /* "ALON" */
#define CURTA_ALONE_LOADED 0x44414f4cu /* "LOAD" in place of it: a simulator has put a package into memory */
#define CURTA_ALONE_EPOCHS 256u
#define CURTA_ALONE_WHY 256u

/* In front of a program, which begins behind it (firmware/image.py). */
struct curta_alone_program {
  uint32_t magic;
  uint32_t bytes, crc; /* of the program, without this head */
  uint32_t zero;
};

enum curta_alone_state {
  CURTA_ALONE_IDLE,
  CURTA_ALONE_STARTING,
  CURTA_ALONE_TRAINING,
  CURTA_ALONE_DONE,
  CURTA_ALONE_FAILED
};
#define CURTA_ALONE_STATES                                                                                             \
  {                                                                                                                    \
    "idle", "starting", "training", "done", "failed"                                                                   \
  }

/* A host writes `command`; the machine puts 0 there when it has obeyed. While it trains, a host may write nothing else.
 */
enum curta_alone_command { CURTA_ALONE_NONE, CURTA_ALONE_TRAIN, CURTA_ALONE_STOP };

struct curta_alone_status {
  uint32_t magic, command;
  uint32_t state;               /* enum curta_alone_state */
  uint32_t job;                 /* CRC of the package */
  uint32_t step, epoch, epochs; /* done, done, of the job */
  uint32_t position, correct;   /* images of the epoch under way, and those classified correctly */
  uint32_t train_n, test_n;
  uint32_t accel_cycles; /* of the last step */
  uint32_t weights_crc;  /* when done: CRC-32 over the printed checksums of all layers */
  struct {
    uint32_t train, test;      /* classified correctly */
  } curve[CURTA_ALONE_EPOCHS]; /* by epoch; all bits set: not known, it was done before a reset or in another run */
  char why[CURTA_ALONE_WHY];   /* when failed: text, ends in 0 */
};
#endif
