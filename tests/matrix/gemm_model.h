// SPDX-License-Identifier: Apache-2.0
// gemm_model.h - GEMM of docs/machine.md section 4 in plain loops, independent of the golden model, for the test bench
#ifndef GEMM_MODEL_H
#define GEMM_MODEL_H
#include <cstdint>
#include <cstring>
#include <vector>
#include "curta_spec.h"

// Field positions are written out here once more, on purpose: a wrong generated position would otherwise test itself.
struct Gemm {
    uint32_t w[32] = {};
    void put(int word, int lsb, int bits, int64_t v)
    {
        uint32_t mask = bits == 32 ? ~0u : (1u << bits) - 1u;
        w[word] = (w[word] & ~(mask << lsb)) | (((uint32_t)v & mask) << lsb);
    }
    uint32_t u(int word, int lsb, int bits) const { return (w[word] >> lsb) & (bits == 32 ? ~0u : (1u << bits) - 1u); }
    uint32_t hi(int word) const { return w[word] >> 16; }
    uint32_t lo(int word) const { return w[word] & 0xffffu; }
    int32_t slo(int word) const { return (int16_t)(w[word] & 0xffffu); }
};

enum { F_A_BASE = 4, F_P = 5, F_NG = 6, F_NV = 7, F_NK = 8, F_NKC = 9 };

struct Shape { unsigned T, R, C, V, bus, a_tiles, b_tiles, p_tiles, digit; };

struct Result {
    unsigned error = 0;
    uint32_t info = 0, orv = 0, check = 0;
    uint64_t steps = 0;                       // array steps: cycles in which it multiplies
    bool flag = false;                        // FLAGS.SUM
};

// What a command touches, and (with run) what it computes.  Without run only addresses are walked, without modulo and checks.
struct Span { int64_t min = INT64_MAX, max = INT64_MIN; void add(int64_t x) { if (x < min) min = x; if (x > max) max = x; } };

struct Model {
    Shape s;
    std::vector<int8_t> a;                    // [tile][T][T]
    std::vector<int32_t> b;                   // signed, of `digit` bits
    std::vector<int64_t> p;                   // signed, of 36 bits
    std::vector<uint8_t> used_a, used_b, used_p;
    uint32_t scalar[64] = {};

    explicit Model(const Shape &shape) : s(shape), a((size_t)s.a_tiles * s.T * s.T), b((size_t)s.b_tiles * s.T * s.T),
        p((size_t)s.p_tiles * s.T * s.T), used_a(s.a_tiles), used_b(s.b_tiles), used_p(s.p_tiles) {}

    static uint32_t magnitude(int32_t x) { return x < 0 ? ~(uint32_t)x : x == 0 ? 0u : (uint32_t)x - 1u; }

    Result run(const Gemm &g, bool dry = false, Span *sa = nullptr, Span *sb = nullptr)
    {
        Result r;
        const unsigned T = s.T, n = T * T;
        const bool at = g.u(5, 16, 1), bt = g.u(5, 17, 1), acc = g.u(5, 18, 1), fin = g.u(5, 19, 1), keep = g.u(5, 26, 1);
        const unsigned reg = g.u(5, 20, 6);
        const bool guard = g.u(20, 8, 1);
        const unsigned shl = g.u(20, 9, 1) ? s.digit : 0;
        std::vector<uint64_t> sum(n);         // modulo 2^64
        std::fill(used_a.begin(), used_a.end(), 0);
        std::fill(used_b.begin(), used_b.end(), 0);
        std::fill(used_p.begin(), used_p.end(), 0);
        for (int64_t ga = 0; ga < g.lo(6); ga++)
        for (int64_t gb = 0; gb < g.hi(6); gb++)
        for (int64_t vy = 0; vy < g.lo(7); vy++)
        for (int64_t vx = 0; vx < g.hi(7); vx++) {
            uint32_t pt = (uint16_t)(g.lo(5) + ga * g.lo(16) + gb * g.hi(16) + vy * g.lo(17) + vx * g.hi(17));
            if (!dry) {
                if (pt >= s.p_tiles) { r.error = CURTA_ERR_RANGE; r.info = pt; return r; }
                used_p[pt] = 1;
                for (unsigned e = 0; e < n; e++) sum[e] = acc ? (uint64_t)p[(size_t)pt * n + e] << shl : 0;
            }
            for (int64_t ky = 0; ky < g.lo(8); ky++) {
                int64_t y = (int64_t)g.u(20, 0, 2) * vy + (int64_t)g.u(20, 2, 2) * ky + g.slo(18);
                if (y < 0 || y >= g.hi(18)) continue;
                for (int64_t kx = 0; kx < g.hi(8); kx++) {
                    int64_t x = (int64_t)g.u(20, 4, 2) * vx + (int64_t)g.u(20, 6, 2) * kx + g.slo(19);
                    if (x < 0 || x >= g.hi(19)) continue;
                    for (int64_t kc = 0; kc < g.lo(9); kc++) {
                        int64_t xa = ga * (int16_t)g.lo(10) + vy * (int16_t)g.hi(10) + vx * (int16_t)g.lo(11) + ky * (int16_t)g.hi(11) +
                                     kx * (int16_t)g.lo(12) + kc * (int16_t)g.hi(12) + (int16_t)g.lo(4);
                        int64_t xb = gb * (int16_t)g.lo(13) + vy * (int16_t)g.hi(13) + vx * (int16_t)g.lo(14) + ky * (int16_t)g.hi(14) +
                                     kx * (int16_t)g.lo(15) + kc * (int16_t)g.hi(15) + (int16_t)g.hi(4);
                        unsigned k_end = kc < (int64_t)g.lo(9) - 1 ? T : (g.hi(9) + s.V - 1) / s.V * s.V;
                        r.steps += k_end / s.V * (T / s.R) * (T / s.C);
                        if (dry) { sa->add(xa); sb->add(xb); continue; }
                        uint32_t ta = (uint16_t)xa, tb = (uint16_t)xb;
                        if (ta >= s.a_tiles) { r.error = CURTA_ERR_RANGE; r.info = ta; return r; }
                        if (tb >= s.b_tiles) { r.error = CURTA_ERR_RANGE; r.info = tb; return r; }
                        used_a[ta] = used_b[tb] = 1;
                        const int8_t *A = &a[(size_t)ta * n];
                        const int32_t *B = &b[(size_t)tb * n];
                        for (unsigned i = 0; i < T; i++)
                            for (unsigned j = 0; j < T; j++) {
                                int64_t d = 0;
                                for (unsigned k = 0; k < k_end; k++)
                                    d += (int64_t)(at ? A[k * T + i] : A[i * T + k]) * (bt ? B[k * T + j] : B[j * T + k]);
                                sum[i * T + j] += (uint64_t)d;
                            }
                    }
                }
            }
            if (dry) continue;
            for (unsigned e = 0; e < n; e++) {
                const int32_t low = (int32_t)(uint32_t)sum[e];
                p[(size_t)pt * n + e] = guard ? (int64_t)(sum[e] << 28) >> 28 : low;
                r.orv |= magnitude(low);
                r.check += (uint32_t)low * (2u * (pt * n + e) + 1u);
                r.flag |= fin && guard && p[(size_t)pt * n + e] != low;
            }
        }
        if (fin && !dry) {
            scalar[reg] = (keep ? scalar[reg] : 0u) | r.orv;
            r.check += scalar[reg] * (2u * reg + 1u);
        }
        return r;
    }
};
#endif
