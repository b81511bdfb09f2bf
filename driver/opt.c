/* SPDX-License-Identifier: Apache-2.0
 * opt.c - training options: presets and the schedule of mu (curta.h) */
#include <errno.h>
#include <string.h>
#include "net_int.h"

int curta_opt_preset(struct curta_opt *opt, const char *name)
{
  static const struct curta_opt niti_2020 = {.round_act = CURTA_ROUND_PSTO,
                                             .round_err = CURTA_ROUND_PSTO,
                                             .round_grad = CURTA_ROUND_PSTO,
                                             .round_loss = CURTA_ROUND_STOCHASTIC,
                                             .bump_shift1 = 1,
                                             .n_mu = 1,
                                             .seed = 1};
  static const struct curta_opt niti_2021 = {.round_act = CURTA_ROUND_NEAREST,
                                             .round_err = CURTA_ROUND_NEAREST,
                                             .round_grad = CURTA_ROUND_PSTO,
                                             .round_loss = CURTA_ROUND_STOCHASTIC,
                                             .init_uniform = 1,
                                             .input_pow2 = 1,
                                             .n_mu = 3,
                                             .mu = {{0, 5}, {100, 4}, {150, 3}},
                                             .seed = 1};
  if (!name || !strcmp(name, "niti-2020"))
    *opt = niti_2020;
  else if (!strcmp(name, "niti-2021"))
    *opt = niti_2021;
  else
    return -ENOENT;
  return 0;
}

/* Decimal number at *s with an optional minus; false if there is none or it is absurd. */
static bool number(const char **s, int32_t *value)
{
  bool minus = **s == '-';
  int32_t v = 0;
  *s += minus;
  if (**s < '0' || **s > '9')
    return false;
  for (; **s >= '0' && **s <= '9'; ++*s)
    if ((v = v * 10 + (**s - '0')) > 65535)
      return false;
  *value = minus ? -v : v;
  return true;
}

int curta_mu_parse(struct curta_opt *opt, const char *text, struct curta_diag *diag)
{
  struct curta_mu list[CURTA_MAX_MU];
  const char *s = text;
  uint8_t n = 0;
  do {
    int32_t epoch = 0, mu;
    if (n == CURTA_MAX_MU)
      return diag_set(diag, 0, "mu schedule \"%s\": more than %u entries", text, (uint32_t)CURTA_MAX_MU);
    if (!number(&s, &mu))
      return diag_set(diag, 0, "mu schedule \"%s\": expected MU or MU,EPOCH:MU,... as in 2,100:-1", text);
    if (n) {
      epoch = mu;
      if (*s++ != ':' || !number(&s, &mu) || epoch <= list[n - 1].epoch)
        return diag_set(diag, 0, "mu schedule \"%s\": later entries are EPOCH:MU with growing epochs, as in 2,100:-1",
                        text);
    }
    if (mu < -8 || mu > 8)
      return diag_set(diag, 0, "mu schedule \"%s\": mu must be -8..8", text);
    list[n].epoch = (uint16_t)epoch;
    list[n++].mu = (int16_t)mu;
  } while (*s == ',' && s++);
  if (*s)
    return diag_set(diag, 0, "mu schedule \"%s\": unexpected \"%s\"", text, s);
  memcpy(opt->mu, list, n * sizeof *list);
  opt->n_mu = n;
  return 0;
}

int32_t curta_mu_at(const struct curta_opt *opt, uint32_t epoch)
{
  int32_t mu = 0;
  for (uint8_t i = 0; i < opt->n_mu && opt->mu[i].epoch <= epoch; i++)
    mu = opt->mu[i].mu;
  return mu;
}
