/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_factor.h - the factors of MAP DIV and UPDATE NITRO (machine.md section 7) as the kernels take them */
#ifndef CURTA_GOLDEN_FACTOR_H
#define CURTA_GOLDEN_FACTOR_H
#include "curta_kernels.h"

/* of the fields DIV_S, DIV_T, DIV_M: from `top` on the quotient is 127 */
struct curta_quotient curta_golden_division(uint32_t s, uint32_t t, uint32_t m);
/* of the two scale registers of UPDATE NITRO */
struct curta_rate curta_golden_rate(uint32_t shifts, uint32_t factor);
#endif
