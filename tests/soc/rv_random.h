// SPDX-License-Identifier: Apache-2.0
// rv_random.h - random instruction words, weighted toward what breaks cores
#pragma once
#include "rv_bench.h"

struct Generator {
    Random &rng;
    uint32_t hot = 1;                          // the first of four registers that are used more than the others: hazards
    explicit Generator(Random &r) : rng(r) {}

    uint32_t reg() { return rng.chance(60) ? (hot + rng.below(4)) & 31u : rng.below(32); }
    uint32_t imm12()
    {
        static const uint32_t edge[] = {0, 1, 0xfff, 0x7ff, 0x800, 4, 0xffc, 31, 32, 2};
        return rng.chance(50) ? edge[rng.below(10)] : rng.next() & 0xfffu;
    }
    static uint32_t i_type(uint32_t imm, uint32_t rs1, uint32_t f3, uint32_t rd, uint32_t op) { return (imm & 0xfffu) << 20 | rs1 << 15 | f3 << 12 | rd << 7 | op; }
    static uint32_t s_type(uint32_t imm, uint32_t rs2, uint32_t rs1, uint32_t f3)
    {
        return (imm >> 5 & 0x7fu) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (imm & 31u) << 7 | 0x23u;
    }
    uint32_t csr_address()
    {
        static const uint16_t known[] = {0x300, 0x301, 0x304, 0x305, 0x310, 0x340, 0x341, 0x342, 0x343, 0x344, 0xb00, 0xb02, 0xb80, 0xb82,
                                         0xf11, 0xf14, 0xf15, 0x323, 0x33f, 0xb03, 0xb1f, 0xb83, 0xb9f};
        static const uint16_t edge[] = {0xb01, 0xb81, 0xba0, 0xf10, 0xf16, 0x302, 0x306, 0x322, 0x345, 0xc00, 0x311, 0x3a0};
        if (rng.chance(6)) return rng.chance(50) ? edge[rng.below(12)] : rng.next() & 0xfffu;
        return rng.chance(60) ? known[rng.below(10)] : known[rng.below(23)];
    }
    uint32_t memory()                          // half of the addresses near 0 and mostly aligned, the others anywhere
    {
        bool near = rng.chance(60), is_store = rng.chance(45);
        uint32_t f3 = is_store ? rng.below(3) : (uint32_t)"\0\1\2\4\5"[rng.below(5)];
        uint32_t imm = imm12();
        if (near && !rng.chance(10)) imm &= ~((1u << (f3 & 3)) - 1u);
        uint32_t rs1 = near ? 0 : reg();
        return is_store ? s_type(imm, reg(), rs1, f3) : i_type(imm, rs1, f3, reg(), 0x03);
    }
    uint32_t system()
    {
        static const uint32_t bare[] = {0x00000073, 0x00100073, 0x30200073, 0x10500073};
        return rng.chance(93) ? bare[rng.below(4)] : bare[rng.below(4)] ^ 1u << rng.below(32);
    }
    uint32_t operation(uint32_t f7) { return f7 << 25 | reg() << 20 | reg() << 15 | rng.below(8) << 12 | reg() << 7 | 0x33u; }
    uint32_t word()
    {
        static const uint8_t opcodes[] = {0x37, 0x17, 0x13, 0x33, 0x6f, 0x67, 0x63, 0x03, 0x23, 0x0f, 0x73};
        uint32_t p = rng.below(100);
        if (p < 2) return rng.next();
        if (p < 5) return (rng.next() & ~0x7fu) | opcodes[rng.below(11)];
        if (p < 20) return operation(rng.chance(30) ? 0x20 : rng.chance(20) ? 0x30 : 0);
        if (p < 30) return operation(1);
        if (p < 42) return i_type(imm12(), reg(), rng.below(8), reg(), 0x13);
        if (p < 46) return i_type((rng.chance(40) ? 0x400 : rng.chance(40) ? 0x600 : 0) | rng.below(32), reg(), rng.chance(50) ? 1 : 5, reg(), 0x13);
        if (p < 50) return rng.next() << 12 | reg() << 7 | (rng.chance(50) ? 0x37u : 0x17u);
        if (p < 70) return memory();
        if (p < 80) return s_type(rng.chance(80) ? imm12() & ~2u : imm12(), reg(), reg(), (uint32_t)"\0\1\4\5\6\7"[rng.below(6)]) ^ (0x23u ^ 0x63u);
        if (p < 83) return (rng.chance(80) ? rng.next() & ~(1u << 21) : rng.next()) >> 12 << 12 | reg() << 7 | 0x6fu;
        if (p < 86) return i_type(imm12(), reg(), 0, reg(), 0x67);
        if (p < 89) return rng.chance(50) ? 0x30046073u : i_type(0x304, reg(), 1 + rng.below(2), 0, 0x73);   // interrupts on
        if (p < 96) return i_type(csr_address(), reg(), 1 + rng.below(3) + (rng.chance(40) ? 4 : 0), reg(), 0x73);
        if (p < 99) return system();
        return rng.chance(50) ? 0x0000100fu : (rng.next() & 0xffff8f80u) | 0x0fu;
    }
};
