/* SPDX-License-Identifier: Apache-2.0
 * host.h - a host on the serial line: its frames are answered in the UART's interrupt, its commands between steps
 */
#pragma once
#include "curta_standalone.h"

extern struct curta_alone_status *const host_status;

/* 1: a simulator has put a package into memory: it is trained, and the program ends. */
int host_open(void);
/* There was nothing to do: a host that said STOP meanwhile has been obeyed. */
void host_idle(void);
/* Sleeps until a host says TRAIN. */
void host_wait(void);
/* Another job begins: nothing is known of it yet. */
void host_job(uint32_t job);
/* Says what failed and why, to people and to a host. Returns err. */
int host_fail(int err, const char *what, const char *why);
/* While the state is STARTING or TRAINING a host may write only its command. */
void host_state(enum curta_alone_state state);
/* The command has been obeyed. */
void host_obeyed(void);
