// SPDX-License-Identifier: Apache-2.0
// rv_program - writes a random program that runs alike on the core, on the ISA model and on qemu's "virt" machine
// usage: rv_program SEED FILE        a flat binary for 0x80000000
//   It ends by sending its data and its registers to the UART (0x10000000) and writing 0x5555 to the finisher (0x100000).
//   Left out because implementations may differ: misaligned data, counters, mip, mtval where it may be 0, and mtval of a
//   misaligned jump, where qemu 7.2 has the address of the jump and the specification its target.
//   x28 data, x29 scratch of the generator, x30 and x31 scratch of the handler, which adds mcause, mepc and mtval to a sum.
#include <cstdio>
#include <cstdlib>
#include <vector>
#include "rv_random.h"

static const uint32_t kBase = 0x80000000, kData = 0x80040000, kDataBytes = 1024, kUart = 0x10000000, kFinisher = 0x100000, kNowhere = 0x18000000;
enum { DATA = 28, SCRATCH = 29, T0 = 30, T1 = 31 };

struct Program {
    Random rng;
    Generator gen{rng};
    std::vector<uint32_t> code;
    explicit Program(uint64_t seed) : rng(seed) { gen.hot = 1 + rng.below(20); }

    void put(uint32_t w) { code.push_back(w); }
    uint32_t here() { return kBase + 4 * (uint32_t)code.size(); }
    uint32_t reg() { uint32_t r = gen.reg(); return r >= DATA ? r - DATA + 1 : r; }
    void i(uint32_t imm, uint32_t rs1, uint32_t f3, uint32_t rd, uint32_t op = 0x13) { put(Generator::i_type(imm, rs1, f3, rd, op)); }
    void li(uint32_t rd, uint32_t v)                                       // always two words
    {
        put(((v + 0x800) & 0xfffff000u) | rd << 7 | 0x37u);
        i(v, rd, 0, rd);
    }
    void lw(uint32_t rd, uint32_t imm, uint32_t base) { i(imm, base, 2, rd, 0x03); }
    void sw(uint32_t rs, uint32_t imm, uint32_t base) { put(Generator::s_type(imm, rs, base, 2)); }
    void csrw(uint32_t csr, uint32_t rs) { i(csr, rs, 1, 0, 0x73); }
    void csrr(uint32_t rd, uint32_t csr) { i(csr, 0, 2, rd, 0x73); }
    static uint32_t branch_word(int32_t off, uint32_t rs2, uint32_t rs1, uint32_t f3)
    {
        uint32_t o = (uint32_t)off;
        return (o >> 12 & 1) << 31 | (o >> 5 & 63) << 25 | rs2 << 20 | rs1 << 15 | f3 << 12 | (o >> 1 & 15) << 8 | (o >> 11 & 1) << 7 | 0x63u;
    }
    static uint32_t jal_word(int32_t off, uint32_t rd)
    {
        uint32_t o = (uint32_t)off;
        return (o >> 20 & 1) << 31 | (o >> 1 & 1023) << 21 | (o >> 11 & 1) << 20 | (o >> 12 & 255) << 12 | rd << 7 | 0x6fu;
    }
    uint32_t value()
    {
        static const uint32_t edge[] = {0, 1, 0xffffffff, 0x80000000, 0x7fffffff, 0x8000, 0xffff, 2, 0xfffffffe, 31};
        return rng.chance(40) ? edge[rng.below(10)] : rng.next();
    }

    void single()                                                          // one word, no control flow
    {
        uint32_t p = rng.below(100), f3 = rng.below(8);
        if (p < 25) put((rng.chance(30) && (f3 == 0 || f3 == 5) ? 0x20u : rng.chance(50) && (f3 & 3) == 1 ? 0x30u : 0u) << 25 | reg() << 20 | reg() << 15 | f3 << 12 | reg() << 7 | 0x33u);
        else if (p < 40) put(1u << 25 | reg() << 20 | reg() << 15 | f3 << 12 | reg() << 7 | 0x33u);
        else if (p < 55) i((f3 & 3) == 1 ? rng.below(32) | (f3 == 5 && rng.chance(70) ? rng.chance(50) ? 0x400u : 0x600u : 0) : gen.imm12(), reg(), f3, reg());
        else if (p < 62) put(rng.next() << 12 | reg() << 7 | (rng.chance(50) ? 0x37u : 0x17u));
        else if (p < 77) {
            uint32_t size = rng.below(3);
            i((rng.below(kDataBytes - 128) & ~((1u << size) - 1)) - 512 + 128, DATA, size | (size < 2 && rng.chance(50) ? 4 : 0), reg(), 0x03);
        } else if (p < 90) {
            uint32_t size = rng.below(3);
            put(Generator::s_type((rng.below(kDataBytes - 128) & ~((1u << size) - 1)) - 512 + 128, reg(), DATA, size));
        } else if (p < 96) i(rng.chance(70) ? 0x340 : 0x343, reg(), 1 + rng.below(3) + (rng.chance(40) ? 4 : 0), reg(), 0x73);
        else if (p < 98) put(0x0ff0000f);
        else put(0x0000100f);
    }
    void element()
    {
        uint32_t p = rng.below(100), n = 1 + rng.below(4);
        if (p < 50) return single();
        if (p < 62) {                                                      // forward branch or jump over n
            if (rng.chance(70)) put(branch_word((int32_t)(4 + 4 * n), reg(), reg(), (uint32_t)"\0\1\4\5\6\7"[rng.below(6)]));
            else put(jal_word((int32_t)(4 + 4 * n), reg()));
            while (n--) single();
        } else if (p < 67) {                                               // jalr over n, with and without bit 0
            uint32_t target = here() + 12 + 4 * n, odd = rng.below(2);
            li(SCRATCH, target + odd - 8);
            i(8, SCRATCH, 0, reg(), 0x67);
            while (n--) single();
        } else if (p < 72) {                                               // loop
            i(1 + rng.below(6), 0, 0, SCRATCH);
            uint32_t k = n + 2;
            while (n--) single();
            i(0xfff, SCRATCH, 0, SCRATCH);
            put(branch_word(-(int32_t)(4 * (k - 1)), 0, SCRATCH, 1));
        } else if (p < 76) put(rng.chance(50) ? 0x00000073 : 0x00100073);  // ecall, ebreak
        else if (p < 80) {                                                 // illegal: opcodes and functions that mean nothing
            static const uint32_t bad[] = {0x0000000b, 0xffffffff, 0x00002063, 0x00003003, 0x00003023, 0x40001033, 0x02001013, 0x00001067, 0x0000207f, 0x30200173, 0xf1101073};
            put(bad[rng.below(11)]);
        } else if (p < 84) {                                               // bus error of a load, a store
            li(SCRATCH, kNowhere + 4 * rng.below(1000));
            if (rng.chance(50)) lw(reg(), 4 * rng.below(100), SCRATCH);
            else sw(reg(), 4 * rng.below(100), SCRATCH);
        } else if (p < 87) {                                               // bus error of a fetch: the handler goes to x29
            li(T0, kNowhere + 4 * rng.below(1000));
            li(SCRATCH, here() + 12);
            i(0, T0, 0, reg(), 0x67);
        } else if (p < 90) {                                               // misaligned jumps
            if (rng.chance(50)) put(jal_word(6, reg()));
            else put(branch_word(6, 0, 0, (uint32_t)"\0\5\7"[rng.below(3)]));
        } else if (p < 94) {                                               // mret as a jump over n
            li(SCRATCH, 0x1800);                                           // MPP: machine; qemu's mret leaves another mode there
            i(0x300, SCRATCH, 2, 0, 0x73);
            li(SCRATCH, here() + 16 + 4 * n);
            csrw(0x341, SCRATCH);
            put(0x30200073);
            while (n--) single();
        } else if (p < 97) {                                               // code that writes the next instruction
            uint32_t word = Generator::i_type(gen.imm12(), reg(), 0, 1 + rng.below(27), 0x13);
            li(SCRATCH, word);
            li(T0, here() + 16);
            sw(SCRATCH, 0, T0);
            put(0x0000100f);
            put(0x00000013);
        } else {
            li(1 + rng.below(27), value());
        }
    }
    void handler()
    {
        csrr(T0, 0x342);
        lw(T1, (uint32_t)-512, DATA);
        put(1u << 25 | T0 << 20 | T1 << 15 | T1 << 7 | 0x33u);              // sum = sum * cause
        put(T0 << 20 | T1 << 15 | T1 << 7 | 0x33u);                        // + cause
        csrr(T0, 0x341);
        put(T0 << 20 | T1 << 15 | T1 << 7 | 0x33u);                        // + mepc
        i(5, T1, 1, T1);                                                   // << 5
        csrr(T0, 0x342);
        i(4, T0, 3, T0);                                                   // causes 0 to 3: mtval does not count
        put(branch_word(12, 0, T0, 1));
        csrr(T0, 0x343);
        put(T0 << 20 | T1 << 15 | T1 << 7 | 0x33u);
        csrw(0x343, 0);
        sw(T1, (uint32_t)-512, DATA);
        csrr(T0, 0x342);
        i((uint32_t)-1, T0, 0, T0);
        put(branch_word(16, 0, T0, 0));                                    // fetch error
        csrr(T0, 0x341);
        i(4, T0, 0, T0);
        put(jal_word(8, 0));
        i(0, SCRATCH, 0, T0);
        csrw(0x341, T0);
        put(0x30200073);
    }
    void build(unsigned elements)
    {
        put(jal_word(4 * 40, 0));
        handler();
        while (code.size() < 40) put(0x00000013);
        li(SCRATCH, kBase + 4);
        csrw(0x305, SCRATCH);
        csrw(0x340, 0);
        csrw(0x343, 0);
        li(DATA, kData + 512);
        for (uint32_t r = 1; r < DATA; r++) li(r, value());
        li(T0, kData);                                                     // data: a recurrence
        li(T1, rng.next());
        li(SCRATCH, kData + kDataBytes);
        sw(T1, 0, T0);
        put(T1 << 20 | T1 << 15 | T1 << 7 | 0x33u);
        i(gen.imm12(), T1, 4, T1);
        i(0x123, T1, 0, T1);
        i(4, T0, 0, T0);
        put(branch_word(-20, SCRATCH, T0, 1));
        while (elements--) element();
        for (uint32_t r = 1; r < DATA; r++) sw(r, (uint32_t)-512 + 4 * r, DATA);
        li(1, kData);
        li(2, kData + kDataBytes);
        li(3, kUart);
        i(0, 1, 4, 4, 0x03);                                               // send: lbu, sb
        put(Generator::s_type(0, 4, 3, 0));
        i(1, 1, 0, 1);
        put(branch_word(-12, 2, 1, 1));
        li(5, kFinisher);
        li(6, 0x5555);
        sw(6, 0, 5);
        put(jal_word(0, 0));
    }
};

int main(int argc, char **argv)
{
    if (argc < 3) { fprintf(stderr, "usage: rv_program SEED FILE [elements]\n"); return 2; }
    Program p(strtoull(argv[1], 0, 0));
    p.build(argc > 3 ? (unsigned)atoi(argv[3]) : 1500);
    FILE *f = fopen(argv[2], "wb");
    if (!f || fwrite(p.code.data(), 4, p.code.size(), f) != p.code.size() || fclose(f)) { perror(argv[2]); return 1; }
    return 0;
}
