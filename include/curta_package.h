/* SPDX-License-Identifier: Apache-2.0
 * curta_package.h - a training job in one block of bytes: network, options, data set, schedule
 *
 * What `curta deploy` makes and the firmware trains from, over the serial line, in flash or in memory. All words are 32
 * bits, little endian; offsets count from the start of the package and are multiples of 4. Images are int8 (N,C,H,W),
 * as the network reads them: the host has applied the input table. Labels are one byte each.
 */
#ifndef CURTA_PACKAGE_H
#define CURTA_PACKAGE_H
#include "curta.h"

#define CURTA_PACKAGE_MAGIC 0x4b505543u /* "CUPK" */
#define CURTA_PACKAGE_VERSION 2u
#define CURTA_PACKAGE_OPTIONS 12u

struct curta_package {
  uint32_t magic, version;
  uint32_t bytes;          /* of the whole package, header included */
  uint32_t crc;            /* CRC-32 of the bytes from `net` on */
  uint32_t net, net_bytes; /* text of the network file */
  uint32_t batch, epochs;
  uint32_t steps;      /* stop after so many steps; 0: only after `epochs` */
  uint32_t save_steps; /* checkpoint after so many steps, beside those after each epoch; 0: none between */
  uint32_t in_order;   /* images in the order of the package, not shuffled by epoch */
  uint32_t seed;
  uint32_t option[CURTA_PACKAGE_OPTIONS]; /* struct curta_opt from round_act to n_mu, one a word */
  struct {
    uint32_t epoch, mu;
  } mu[CURTA_MAX_MU];
  uint32_t c, h, w, classes;
  int32_t input_exp; /* of the images: value = integer 2^input_exp */
  uint32_t train_n, train_images, train_labels;
  uint32_t test_n, test_images, test_labels;
};

/* CRC-32 (IEEE 802.3, that of zlib) of bytes, going on from crc (0 at the start). */
uint32_t curta_crc32(uint32_t crc, const void *bytes, size_t n);
/* Is this a whole package of at most `room` bytes? 0; -EINVAL with diag: not one, or one that this version does not
 * know; -EIO with diag: damaged. */
int curta_package_check(const struct curta_package *p, uint64_t room, struct curta_diag *diag);
void curta_package_set_opt(struct curta_package *p, const struct curta_opt *opt);
/* -EINVAL: a number that struct curta_opt has no room for. Whether they can be meant, curta_plan says. */
int curta_package_get_opt(const struct curta_package *p, struct curta_opt *opt);

#endif
