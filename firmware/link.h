/* SPDX-License-Identifier: Apache-2.0
 * link.h - the serial line's frames (rtl/bridge/curta_bridge.v) answered by a program: memory and registers for a host
 *
 * Bytes that belong to no frame are ignored; text that the program prints between frames is ignored by the host. A
 * frame is executed when its CRC is right, a write not again when its number comes twice with no other request between.
 */
#pragma once
#include <stdint.h>

#define LINK_PAYLOAD 1024u
#define LINK_HEAD 9u
#define LINK_CRC 4u

struct link {
  /* the machine */
  void (*put)(uint8_t byte);
  uint32_t (*cycles)(void);
  int (*irq)(void);
  int (*reg)(uint32_t offset, uint32_t *value, int write); /* 0, or not: refused */
  uint8_t *memory;
  uint32_t memory_bytes, accel_bytes; /* the accelerator's is its beginning */
  /* writes are allowed to [open_from, open_to) only; 0, 0: everywhere */
  uint32_t open_from, open_to;
  uint32_t closed_from, closed_to; /* but never here */
  uint32_t clock_khz;              /* of cycles() */
  /* the frame under way */
  uint32_t have, last_cycles;
  uint8_t seen, last_seq, last_answer;
  uint8_t frame[LINK_HEAD + LINK_PAYLOAD + LINK_CRC];
};

void link_byte(struct link *l, uint8_t byte);
