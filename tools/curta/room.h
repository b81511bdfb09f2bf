/* SPDX-License-Identifier: Apache-2.0
 * room.h - whether a machine that trains alone can train a job: planned here as its firmware will plan it
 */
#ifndef CURTA_TOOL_ROOM_H
#define CURTA_TOOL_ROOM_H
#include "session.h"

/* On any configuration of the Verilog; notes: says which of them cannot. */
int curta_room_anywhere(const struct curta_network *network, uint32_t batch, int notes, struct curta_fail *fail);
/* On the machine behind this device, whose registers are read: it must not train. */
int curta_room_here(const struct curta_device *device, const struct curta_network *network, uint32_t batch,
                    struct curta_fail *fail);

#endif
