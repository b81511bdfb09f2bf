/* SPDX-License-Identifier: Apache-2.0
 * replay.h - replays the training runs of the official vectors through golden/curta_ref.h
 */
#ifndef CURTA_TEST_REPLAY_H
#define CURTA_TEST_REPLAY_H
void replay_mlp(void);
void replay_cnn(void);
#endif
