/* SPDX-License-Identifier: Apache-2.0
 * bench_peak.h - how fast the vector unit of this processor multiplies out of registers: nothing can be faster */
#ifndef BENCH_PEAK_H
#define BENCH_PEAK_H

/* GMAC/s of a core with the multiplying instruction of a set of kernels (curta_kernels.h), and that instruction's name;
 * 0 and "unknown" for a set without a measurement. */
double bench_peak(const char *set, const char **instruction);

#endif
