/* SPDX-License-Identifier: Apache-2.0
 * test_package.c - options through a package: they come back as they were; a number too large for its field is refused
 */
#include <errno.h>
#include <stdio.h>
#include <string.h>
#include "curta_package.h"

static int failed;

static void refuse(struct curta_package *p, uint32_t *word, uint32_t value, const char *what)
{
  const uint32_t old = *word;
  struct curta_opt opt, before;
  memset(&opt, 0x5a, sizeof opt);
  before = opt;
  *word = value;
  if (curta_package_get_opt(p, &opt) != -EINVAL || memcmp(&opt, &before, sizeof opt)) {
    printf("FAIL package: %s %08x is taken\n", what, (unsigned)value);
    failed = 1;
  }
  *word = old;
}

int main(void)
{
  static const uint32_t large[] = {256, 257, 0x10001, 0x80000000u, UINT32_MAX};
  static struct curta_package p;
  struct curta_opt opt, got;
  memset(&opt, 0, sizeof opt);
  curta_opt_preset(&opt, "niti-2021");
  opt.mu[2].mu = -8;
  curta_package_set_opt(&p, &opt);
  if (curta_package_get_opt(&p, &got) || memcmp(&got, &opt, sizeof opt)) {
    printf("FAIL package: options come back changed\n");
    return 1;
  }
  for (size_t i = 0; i < sizeof large / sizeof *large; i++)
    for (size_t k = 0; k < CURTA_PACKAGE_OPTIONS; k++)
      refuse(&p, &p.option[k], large[i], "an option of");
  for (size_t i = 2; i < 4; i++)
    refuse(&p, &p.mu[1].epoch, large[i], "an epoch of");
  refuse(&p, &p.mu[1].mu, 32768, "a mu of");
  refuse(&p, &p.mu[1].mu, 0xffff7fffu, "a mu of");
  refuse(&p, &p.option[11], CURTA_MAX_MU + 1, "a number of mu of");
  if (!failed)
    printf("PASS package: options come back, %u numbers that do not fit are refused\n",
           (unsigned)(5 * CURTA_PACKAGE_OPTIONS + 5));
  return failed;
}
