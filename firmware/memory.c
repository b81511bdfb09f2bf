/* SPDX-License-Identifier: Apache-2.0
 * memory.c - memcpy, memset and memcmp in words: the library's work byte by byte, and a byte costs what a word does
 */
#include <stdint.h>
#include <string.h>

static uint32_t low(const void *p)
{
  return (uintptr_t)p & 3u;
}

void *memset(void *to, int value, size_t n)
{
  uint8_t *t = to, byte = (uint8_t)value;
  uint32_t word = byte * 0x01010101u, *w;
  for (; n && low(t); n--)
    *t++ = byte;
  w = (uint32_t *)(void *)t;
  for (; n >= 16; n -= 16, w += 4)
    w[0] = w[1] = w[2] = w[3] = word;
  for (; n >= 4; n -= 4)
    *w++ = word;
  for (t = (uint8_t *)w; n; n--)
    *t++ = byte;
  return to;
}

void *memcpy(void *restrict to, const void *restrict from, size_t n)
{
  uint8_t *t = to;
  const uint8_t *f = from;
  if (low(t) == low(f)) {
    uint32_t *w;
    const uint32_t *v;
    for (; n && low(t); n--)
      *t++ = *f++;
    w = (uint32_t *)(void *)t;
    v = (const uint32_t *)(const void *)f;
    for (; n >= 16; n -= 16, w += 4, v += 4) {
      uint32_t a = v[0], b = v[1], c = v[2], d = v[3];
      w[0] = a;
      w[1] = b;
      w[2] = c;
      w[3] = d;
    }
    for (; n >= 4; n -= 4)
      *w++ = *v++;
    t = (uint8_t *)w;
    f = (const uint8_t *)v;
  }
  while (n--)
    *t++ = *f++;
  return to;
}

int memcmp(const void *left, const void *right, size_t n)
{
  const uint8_t *l = left, *r = right;
  if (!low(l) && !low(r))
    for (; n >= 4 && *(const uint32_t *)(const void *)l == *(const uint32_t *)(const void *)r; n -= 4) {
      l += 4;
      r += 4;
    }
  for (; n; n--, l++, r++)
    if (*l != *r)
      return *l - *r;
  return 0;
}
