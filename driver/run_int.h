/* SPDX-License-Identifier: Apache-2.0
 * run_int.h - shared by run.c, program.c, input.c and tensor.c */
#ifndef CURTA_RUN_INT_H
#define CURTA_RUN_INT_H
#include <stdbool.h>
#include "curta.h"

#define MAX_TILE 256u /* elements of a tile: T <= 16 */

uint32_t tile_side(const struct curta_run *run);
int tile_write(const struct curta_run *run, const struct curta_tensor *t, uint32_t tile, const void *data);
int tile_read(const struct curta_run *run, const struct curta_tensor *t, uint32_t tile, void *data);
/* Weight-shaped tensors of any element size, outside order. */
int weights_read(const struct curta_run *run, uint32_t w, int tensor, void *array);
int weights_write(const struct curta_run *run, uint32_t w, int tensor, const void *array);
/* Into the bank of run->bank. */
int input_write(const struct curta_run *run, const int8_t *x);
int memory_clear(const struct curta_dev *dev, uint32_t addr, uint32_t end);
/* Has the second bank registers of its own for its results? Otherwise the next step overwrites them. */
bool own_results(const struct curta_plan *plan);
/* Masks of the step run->step. */
int write_masks(const struct curta_run *run);
void kernel_of(const struct curta_plan *plan, const struct curta_plan_weighted *l, uint32_t *r, uint32_t *s);
/* nitro_run.c */
int nitro_write_masks(const struct curta_run *run);
/* Values of the eight registers from CURTA_S_RATE on. -ERANGE: a rate that the device cannot divide by. */
int nitro_registers(const struct curta_run *run, uint32_t value[8]);
#endif
