/* SPDX-License-Identifier: Apache-2.0
 * nitro_set.h - the NITRO-D vectors: files by npy.h, and large results by the CRC-32 that crc.txt has of them
 */
#ifndef CURTA_TEST_NITRO_SET_H
#define CURTA_TEST_NITRO_SET_H
#include "npy.h"

/* The folder of all files; reads crc.txt if there is one. */
void nitro_set_open(const char *folder);
/* Compares `count` elements of `type` with a file, or with its CRC-32. */
void nitro_same(const char *group, const void *got, const char *type, size_t count, const char *name, ...)
    __attribute__((format(printf, 5, 6)));
/* Totals; fails for every file and every line of crc.txt that was not compared. Exit status. */
int nitro_set_finish(void);
/* The next device: nothing is compared. */
void nitro_set_again(void);
/* Every file of the training steps and every line of crc.txt has been compared since then, but for inputs. 1: no. */
int nitro_set_account(const char *group);

/* Replays training steps through golden/curta_nitro_ref.h. */
void nitro_replay_mlp(void);
void nitro_replay_cnn(void);
#endif
