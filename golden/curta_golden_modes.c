/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_modes.c - a device without the modes of NITRO-D (CAPS2.DIGIT 0, machine.md section 7)
 */
#include "curta_golden_int.h"

/* What its fields must be: 0, or the words from `word` on. Fields in the order of their words. */
struct mode {
  uint32_t opcode, field, from, to;
};

uint32_t curta_golden_mode(const uint32_t *cmd)
{
  static const struct mode modes[] = {
      {CURTA_OP_LOAD, CURTA_LOAD_TYPE, 0, 0},
      {CURTA_OP_LOAD, CURTA_LOAD_DIGIT, 0, 0},
      {CURTA_OP_LOAD, CURTA_LOAD_LIST, 0, 0},
      {CURTA_OP_LOAD, 0, 11, 13},
      {CURTA_OP_GEMM, CURTA_GEMM_GUARD, 0, 0},
      {CURTA_OP_GEMM, CURTA_GEMM_START_SHL, 0, 0},
      {CURTA_OP_GEMM, CURTA_GEMM_GATHER, 0, 0},
      {CURTA_OP_MAP, 0, 21, 26},
      {CURTA_OP_SCATTER, CURTA_SCATTER_DST_TYPE, 0, 0},
      {CURTA_OP_SCATTER, 0, 21, 26},
      {CURTA_OP_UPDATE, 0, 22, 22},
      {CURTA_OP_LOSS, 0, 22, 22},
  };
  uint32_t opcode = curta_cmd_get(cmd, CURTA_CMD_OPCODE);
  for (unsigned i = 0; i < sizeof modes / sizeof *modes; i++) {
    const struct mode *m = &modes[i];
    if (m->opcode != opcode)
      continue;
    if (m->field && curta_cmd_get(cmd, m->field))
      return CURTA_FIELD_WORD(m->field);
    for (uint32_t w = m->from; !m->field && w <= m->to; w++)
      if (cmd[w])
        return w;
  }
  return CURTA_CMD_WORDS;
}
