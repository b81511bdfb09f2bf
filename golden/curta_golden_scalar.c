/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_scalar.c - SCALAR: arithmetic on scale registers, modulo 2^32 (machine.md section 5)
 */
#include "curta_golden_int.h"

int curta_golden_scalar(struct curta_golden *g, const uint32_t *cmd)
{
  uint32_t a = g->s[curta_cmd_get(cmd, CURTA_SCALAR_RA)], b = g->s[curta_cmd_get(cmd, CURTA_SCALAR_RB)];
  uint32_t c = g->s[curta_cmd_get(cmd, CURTA_SCALAR_RC)], imm = curta_cmd_get(cmd, CURTA_SCALAR_IMM), d = 0;
  switch (curta_cmd_get(cmd, CURTA_SCALAR_FUNC)) {
  case CURTA_SCALAR_SET:
    d = imm;
    break;
  case CURTA_SCALAR_ADD:
    d = a + b + c + imm;
    break;
  case CURTA_SCALAR_ACT_SHIFT:
    d = (uint32_t)curta_act_shift(a, imm & 1);
    break;
  case CURTA_SCALAR_GRAD_SHIFT:
    d = (uint32_t)curta_grad_shift(a, curta_s32(b));
    break;
  case CURTA_SCALAR_BITLEN:
    d = (uint32_t)curta_bitlen(a) + imm;
    break;
  case CURTA_SCALAR_SHR:
    d = a >> (imm & 31);
    break;
  default: /* OR: the check has refused everything else */
    d = a | b;
  }
  curta_golden_set(g, curta_cmd_get(cmd, CURTA_SCALAR_RD), d);
  return 0;
}
