/* SPDX-License-Identifier: Apache-2.0
 * bench_peak.c - see bench_peak.h */
#include "bench_peak.h"
#include <stdint.h>
#include <string.h>
#include <time.h>

#define ROUNDS 1000 /* short ones, of which the best counts: other programs only ever make it less */
#define LOOPS 10000u
/* Independent sums: two products a cycle with a latency of 4 at least. With more of AVX2 gcc spills. */
#define SUMS_VNNI 16
#define SUMS_AVX2 8

static double now(void)
{
  struct timespec t;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &t);
  return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

#if defined(__x86_64__)
#include <immintrin.h>
__attribute__((target("avx512f,avx512vnni"))) static double multiply_vnni(void)
{
  __m512i acc[SUMS_VNNI], a = _mm512_set1_epi8(3), b = _mm512_set1_epi8(5);
  volatile int32_t sink;
  for (int i = 0; i < SUMS_VNNI; i++)
    acc[i] = _mm512_set1_epi32(i);
  for (uint32_t n = 0; n < LOOPS; n++) {
    for (int i = 0; i < SUMS_VNNI; i++)
      acc[i] = _mm512_dpbusd_epi32(acc[i], a, b);
    __asm__ volatile("" : "+v"(a), "+v"(b));
  }
  for (int i = 1; i < SUMS_VNNI; i++)
    acc[0] = _mm512_add_epi32(acc[0], acc[i]);
  sink = _mm512_cvtsi512_si32(acc[0]);
  (void)sink;
  return 64.0 * SUMS_VNNI * LOOPS;
}

__attribute__((target("avx2"))) static double multiply_avx2(void)
{
  __m256i acc[SUMS_AVX2], a = _mm256_set1_epi16(3);
  volatile int32_t sink;
  for (int i = 0; i < SUMS_AVX2; i++)
    acc[i] = _mm256_set1_epi32(i);
  for (uint32_t n = 0; n < LOOPS; n++)
    for (int i = 0; i < SUMS_AVX2; i++) /* of the sum itself, so that every product is made anew */
      acc[i] = _mm256_add_epi32(acc[i], _mm256_madd_epi16(acc[i], a));
  for (int i = 1; i < SUMS_AVX2; i++)
    acc[0] = _mm256_add_epi32(acc[0], acc[i]);
  sink = _mm256_cvtsi256_si32(acc[0]);
  (void)sink;
  return 16.0 * SUMS_AVX2 * LOOPS;
}

static double multiply(const char *set, const char **instruction)
{
  if (strcmp(set, "avx512vnni") == 0) {
    *instruction = "vpdpbusd";
    return multiply_vnni();
  }
  if (strcmp(set, "avx2") == 0) {
    *instruction = "vpmaddwd";
    return multiply_avx2();
  }
  return 0;
}
#else
static double multiply(const char *set, const char **instruction)
{
  (void)set;
  (void)instruction;
  return 0;
}
#endif

double bench_peak(const char *set, const char **instruction)
{
  double best = 0;
  *instruction = "unknown";
  for (int round = 0; round < ROUNDS; round++) {
    double start = now(), macs = multiply(set, instruction), rate = macs / (now() - start) * 1e-9;
    best = rate > best ? rate : best;
  }
  return best;
}
