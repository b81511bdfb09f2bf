/* SPDX-License-Identifier: Apache-2.0
 * check.c - C on the control core: what the compiler makes of every kind of expression, printed. The host prints the same.
 */
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static uint32_t state = 12345;
static uint32_t next(void) { return state = state * 1664525u + 1013904223u; }
static int compare(const void *a, const void *b)
{
  int32_t x = *(const int32_t *)a, y = *(const int32_t *)b;
  return x < y ? -1 : x > y;
}
static uint32_t crc(const void *p, size_t n)
{
  uint32_t c = ~0u;
  for (const uint8_t *b = p; n--; b++) {
    c ^= *b;
    for (int k = 0; k < 8; k++)
      c = c & 1 ? c >> 1 ^ 0xedb88320u : c >> 1;
  }
  return ~c;
}
static uint32_t fibonacci(uint32_t n) { return n < 2 ? n : fibonacci(n - 1) + fibonacci(n - 2); }

/* memcpy, memset, memcmp (firmware/memory.c) at every distance from a word, around every length */
static uint32_t memory(void)
{
  static uint8_t to[64], from[64];
  uint32_t sum = 0;
  for (int i = 0; i < 64; i++)
    from[i] = (uint8_t)(next() >> 24);
  for (int t = 0; t < 5; t++)
    for (int f = 0; f < 5; f++)
      for (size_t n = 0; n < 41; n++) {
        memset(to, (int)(next() >> 20), sizeof to);
        memset(to + f, t, n);
        memcpy(to + t, from + f, n);
        sum = sum * 31 + crc(to, sizeof to);
        for (size_t k = 0; k < n; k++) { /* differs in byte k only */
          to[(size_t)t + k] ^= (uint8_t)(1u << (k & 7));
          int d = memcmp(to + t, from + f, n);
          sum = sum * 31 + (d > 0) + 2u * (d < 0);
          to[(size_t)t + k] ^= (uint8_t)(1u << (k & 7));
        }
        sum = sum * 31 + (memcmp(to + t, from + f, n) != 0);
      }
  return sum;
}

int main(void)
{
  static const int32_t edge[] = {0, 1, -1, 2, -2, 7, -7, 31, 32, 255, 32767, -32768, INT32_MAX, INT32_MIN + 1, 65536, 1000003};
  enum { N = sizeof edge / sizeof edge[0] };
  uint32_t sum = 0;
  for (int i = 0; i < N; i++)
    for (int j = 0; j < N; j++) {
      int64_t a = edge[i], b = edge[j], p = a * b;
      sum = sum * 31 + (uint32_t)p + (uint32_t)((uint64_t)p >> 32);
      if (b)
        sum = sum * 31 + (uint32_t)(edge[i] / edge[j]) * 3 + (uint32_t)(edge[i] % edge[j]) + (uint32_t)edge[i] / (uint32_t)edge[j];
      sum += ((uint32_t)edge[i] << (j & 31)) ^ (uint32_t)(edge[i] >> (j & 31)) ^ (uint32_t)edge[i] >> (j & 31);
      sum ^= (uint32_t)(a < b) | (uint32_t)((uint32_t)a < (uint32_t)b) << 1;
    }
  printf("arithmetic %08" PRIx32 "\n", sum);

  static int32_t v[500];
  for (int i = 0; i < 500; i++)
    v[i] = (int32_t)next();
  qsort(v, 500, sizeof v[0], compare);
  for (int i = 1; i < 500; i++)
    if (v[i - 1] > v[i])
      return 1;
  printf("sorted %" PRId32 " .. %" PRId32 " crc %08" PRIx32 "\n", v[0], v[499], crc(v, sizeof v));

  char text[80];
  snprintf(text, sizeof text, "%d %u %x %s %5d|%-5d| %c", -42, 42u, 0xbeefu, "text", 7, 7, 'z');
  printf("%s %u\n", text, (unsigned)strlen(text));
  static uint8_t bytes[257];
  for (int i = 0; i < 257; i++)
    bytes[i] = (uint8_t)(next() >> 24);
  for (int n = 0; n < 40; n++) {
    memmove(bytes + n, bytes + 100 - n, 60);
    memcpy(bytes + 200, bytes + n, (size_t)n);
  }
  printf("bytes %08" PRIx32 "\n", crc(bytes, sizeof bytes));
  printf("memory %08" PRIx32 "\n", memory());
  uint64_t big = 1;
  for (int i = 1; i < 30; i++)
    big = big * (uint64_t)(i + 1000000007) ^ big >> 7;
  printf("long %08" PRIx32 "%08" PRIx32 " %" PRIu32 "\n", (uint32_t)(big >> 32), (uint32_t)big, (uint32_t)(big / 1000003u % 977u));
  printf("fibonacci %" PRIu32 "\n", fibonacci(15));
  return 0;
}
