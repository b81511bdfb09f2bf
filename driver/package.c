/* SPDX-License-Identifier: Apache-2.0
 * package.c - training jobs as bytes (curta_package.h) */
#include <errno.h>
#include <stdbool.h>
#include <string.h>
#include "curta_package.h"

uint32_t curta_crc32(uint32_t crc, const void *bytes, size_t n)
{
  static const uint32_t table[16] = {0x00000000, 0x1db71064, 0x3b6e20c8, 0x26d930ac, 0x76dc4190, 0x6b6b51f4,
                                     0x4db26158, 0x5005713c, 0xedb88320, 0xf00f9344, 0xd6d6a3e8, 0xcb61b38c,
                                     0x9b64c2b0, 0x86d3d2d4, 0xa00ae278, 0xbdbdf21c};
  const uint8_t *b = bytes;
  crc = ~crc;
  for (size_t i = 0; i < n; i++) {
    crc ^= b[i];
    crc = crc >> 4 ^ table[crc & 15u];
    crc = crc >> 4 ^ table[crc & 15u];
  }
  return ~crc;
}

static int wrong(struct curta_diag *diag, int err, const char *text)
{
  memset(diag, 0, sizeof *diag);
  for (size_t i = 0; text[i] && i + 1 < sizeof diag->text; i++)
    diag->text[i] = text[i];
  return err;
}

static bool inside(const struct curta_package *p, uint32_t offset, uint64_t n)
{
  return offset % 4 == 0 && offset >= sizeof *p && offset + n <= p->bytes;
}

int curta_package_check(const struct curta_package *p, uint64_t room, struct curta_diag *diag)
{
  const size_t from = offsetof(struct curta_package, net);
  uint64_t image;
  if (room < sizeof *p || p->magic != CURTA_PACKAGE_MAGIC)
    return wrong(diag, -EINVAL, "there is no training package");
  if (p->version != CURTA_PACKAGE_VERSION)
    return wrong(diag, -EINVAL, "the package has a version that this program does not know");
  if (p->bytes < sizeof *p || p->bytes > room)
    return wrong(diag, -EIO, "the package is longer than its place");
  if (curta_crc32(0, (const uint8_t *)p + from, p->bytes - from) != p->crc)
    return wrong(diag, -EIO, "the package is damaged: its checksum does not match");
  image = (uint64_t)p->c * p->h * p->w;
  if (!p->batch || !p->c || !p->train_n || image > 1u << 24 || !inside(p, p->net, p->net_bytes) ||
      !inside(p, p->train_images, image * p->train_n) || !inside(p, p->train_labels, p->train_n) ||
      (p->test_n && (!inside(p, p->test_images, image * p->test_n) || !inside(p, p->test_labels, p->test_n))))
    return wrong(diag, -EINVAL, "the package says things that cannot be");
  return 0;
}

void curta_package_set_opt(struct curta_package *p, const struct curta_opt *opt)
{
  const uint32_t words[CURTA_PACKAGE_OPTIONS] = {opt->round_act,    opt->round_err,  opt->round_grad, opt->round_loss,
                                                 opt->bump_shift1,  opt->wrap,       opt->decay,      opt->frac_bits,
                                                 opt->init_uniform, opt->input_pow2, opt->force,      opt->n_mu};
  memcpy(p->option, words, sizeof words);
  p->seed = opt->seed;
  for (uint32_t i = 0; i < opt->n_mu; i++) {
    p->mu[i].epoch = opt->mu[i].epoch;
    p->mu[i].mu = (uint32_t)(int32_t)opt->mu[i].mu;
  }
}

int curta_package_get_opt(const struct curta_package *p, struct curta_opt *opt)
{
  const uint32_t *o = p->option;
  struct curta_opt to;
  for (uint32_t i = 0; i < CURTA_PACKAGE_OPTIONS; i++)
    if (o[i] > UINT8_MAX)
      return -EINVAL;
  if (o[11] > CURTA_MAX_MU)
    return -EINVAL;
  for (uint32_t i = 0; i < o[11]; i++)
    if (p->mu[i].epoch > UINT16_MAX || p->mu[i].mu + 0x8000u > UINT16_MAX)
      return -EINVAL;
  memset(&to, 0, sizeof to);
  to.round_act = (uint8_t)o[0];
  to.round_err = (uint8_t)o[1];
  to.round_grad = (uint8_t)o[2];
  to.round_loss = (uint8_t)o[3];
  to.bump_shift1 = (uint8_t)o[4];
  to.wrap = (uint8_t)o[5];
  to.decay = (uint8_t)o[6];
  to.frac_bits = (uint8_t)o[7];
  to.init_uniform = (uint8_t)o[8];
  to.input_pow2 = (uint8_t)o[9];
  to.force = (uint8_t)o[10];
  to.n_mu = (uint8_t)o[11];
  to.seed = p->seed;
  for (uint32_t i = 0; i < to.n_mu; i++) {
    to.mu[i].epoch = (uint16_t)p->mu[i].epoch;
    to.mu[i].mu = (int16_t)p->mu[i].mu;
  }
  *opt = to;
  return 0;
}
