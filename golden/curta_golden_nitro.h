/* SPDX-License-Identifier: Apache-2.0
 * curta_golden_nitro.h - what commands do to the elements of a tile in the modes of NITRO-D (machine.md section 7) */
#ifndef CURTA_GOLDEN_NITRO_H
#define CURTA_GOLDEN_NITRO_H
#include <stdint.h>

/* Field numbers of FLAGS as a mask. */
#define CURTA_FLAG(name) (1u << CURTA_FLAG_##name)

/* MAP DIV: from `top` on the quotient is 127; the product of `top` and m is as short as it can be. */
struct curta_quotient {
  uint32_t s, t, m, top;
};
/* of the fields DIV_S, DIV_T, DIV_M */
struct curta_quotient curta_golden_division(uint32_t s, uint32_t t, uint32_t m);
/* y[i] := quotient(x[i]); x is int32, or int8 where not wide */
void curta_golden_quotient(int8_t *y, const void *x, int wide, uint32_t n, const struct curta_quotient *q);

/* y := int8((y < 0 ? trunc(y / 2^slope) : y) - mean) */
void curta_golden_nitro_relu(int8_t *y, uint32_t n, uint32_t slope, uint32_t mean);

/* best, idx, v_best := y, k, v where y > best */
void curta_golden_larger(int8_t *best, uint8_t *idx, int8_t *v_best, const int8_t *y, const int8_t *v, uint8_t k,
                         uint32_t n);
/* idx := class of v << 6 | idx */
void curta_golden_classes(uint8_t *idx, const int8_t *v, uint32_t n);

/* y := x, x / 2^slope or 0 by the class of aux: zs, or class bytes where `bytes`. Returns OR of widths. */
uint32_t curta_golden_back(int32_t *y, const int32_t *x, const uint8_t *aux, int bytes, uint32_t slope, uint32_t n);

/* UPDATE NITRO: shifts and factor; of the scale registers that give them. */
struct curta_rate {
  uint32_t s, t, m;
};
struct curta_rate curta_golden_rate(uint32_t shifts, uint32_t factor);
/* w := w - quot(g, rate) - quot(w, decay). Returns OR of the widths of w. */
uint32_t curta_golden_sgd(int32_t *w, const int32_t *g, struct curta_rate rate, struct curta_rate decay, uint32_t n);
#endif
