/* SPDX-License-Identifier: Apache-2.0
 * soc_nor.h - the cells of a NOR flash, and what a power cut leaves of an operation under way
 *
 * Erasing sets a sector to ones, programming clears bits. An operation that was cut at `part` of 256 of its time has
 * moved that share of the bits, which ones is random. C and C++.
 */
#ifndef SOC_NOR_H
#define SOC_NOR_H
#include <stdint.h>
#include <string.h>

struct soc_nor {
  uint8_t *cell;
  uint32_t bytes, random;
};

static inline uint32_t soc_nor_random(struct soc_nor *n)
{
  n->random = n->random * 1664525u + 1013904223u;
  return n->random >> 8;
}

/* Each bit is 1 with probability part/256. */
static inline uint8_t soc_nor_mask(struct soc_nor *n, uint32_t part)
{
  uint32_t mask = 0;
  for (uint32_t b = 0; b < 8; b++)
    mask |= (uint32_t)((soc_nor_random(n) & 255u) < part) << b;
  return (uint8_t)mask;
}

/* part = 256: all of it. bytes stay within the page: the address wraps there, as in the real ones. */
static inline void soc_nor_program(struct soc_nor *n, uint32_t addr, const uint8_t *from, uint32_t bytes, uint32_t part)
{
  for (uint32_t i = 0; i < bytes; i++) {
    uint32_t at = (addr & ~255u) | ((addr + i) & 255u);
    n->cell[at % n->bytes] &= (uint8_t)(from[i] | ~soc_nor_mask(n, part));
  }
}

static inline void soc_nor_erase(struct soc_nor *n, uint32_t addr, uint32_t part)
{
  for (uint32_t i = 0; i < 4096u; i++)
    n->cell[((addr & ~4095u) + i) % n->bytes] |= soc_nor_mask(n, part);
}
#endif
