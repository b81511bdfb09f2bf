/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_requant.c - rounding of whole tiles: the kernel for the usual shifts, the law of curta_num.h for the
 * rest
 */
#include "curta_golden_int.h"
#include "curta_kernels.h"

struct curta_rounding curta_golden_rounding(const struct curta_golden *g, const uint32_t *cmd)
{
  uint32_t seed = curta_cmd_get(cmd, CURTA_MAP_SEED_REG);
  return (struct curta_rounding){
      .shift = curta_s32(g->s[curta_cmd_get(cmd, CURTA_MAP_SHIFT_REG)]),
      .mode = (enum curta_round)curta_cmd_get(cmd, CURTA_MAP_ROUND),
      .wrap = (int)curta_cmd_get(cmd, CURTA_MAP_WRAP),
      .seed = g->s[seed],
      .tensor = curta_cmd_get(cmd, CURTA_MAP_TENSOR) + g->s[(seed + 1) % CURTA_SCALARS],
  };
}

void curta_golden_requant(const struct curta_golden *g, int8_t *y, const int32_t *x, uint32_t n,
                          const struct curta_rounding *how, uint32_t index)
{
  struct curta_kernel_rounding k = {how->shift, how->mode, how->seed, how->tensor, index};
  if (how->shift >= 1 && how->shift <= 31) {
    g->k->requant(y, x, n, &k);
    return;
  }
  if (how->shift <= 0) {
    g->k->narrow(y, x, how->wrap, n);
    return;
  }
  if (how->shift >= CURTA_SHIFT_ZERO) {
    memset(y, 0, n);
    return;
  }
  for (uint32_t i = 0; i < n; i++) {
    uint32_t r = how->mode == CURTA_ROUND_STOCHASTIC ? curta_rand(how->seed, how->tensor, index + i) : 0;
    y[i] = curta_requant(x[i], how->shift, how->mode, how->wrap, r);
  }
}
