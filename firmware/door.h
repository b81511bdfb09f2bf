/* SPDX-License-Identifier: Apache-2.0
 * door.h - the accelerator behind curta_bus.h: registers and shared memory by address
 */
#pragma once
#include "curta_bus.h"

extern const struct curta_bus soc_door;
