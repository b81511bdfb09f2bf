// SPDX-License-Identifier: Apache-2.0
// run_flat - runs a flat binary on the core in lock-step with the ISA model; memory, UART and finisher lie where qemu's "virt" has them
// usage: run_flat BINARY OUTPUT [stalls 0..3 [seed]]     OUTPUT: bytes that went to the UART; exit status 0 if the program wrote 0x5555
#include <cstdlib>
#include <vector>
#include "rv_bench.h"

static const uint32_t kBase = 0x80000000, kUart = 0x10000000, kFinisher = 0x100000;
static const size_t kWords = 1 << 20;                                      // 4 MB

struct Memory {
    std::vector<uint32_t> words = std::vector<uint32_t>(kWords);
    std::vector<uint8_t> uart;
    uint32_t finished = 0;
    bool read(uint32_t addr, uint32_t *word)
    {
        if (addr - kBase < 4 * kWords) { *word = words[(addr - kBase) / 4]; return true; }
        *word = addr == kUart + 4 ? 0x6000u : 0;                           // line status: ready to send
        return addr - kUart < 8;
    }
    bool write(uint32_t addr, uint32_t word, unsigned bytes)
    {
        if (addr - kBase < 4 * kWords) {
            for (unsigned i = 0; i < 4; i++)
                if (bytes >> i & 1) words[(addr - kBase) / 4] = (words[(addr - kBase) / 4] & ~(255u << 8 * i)) | (word & 255u << 8 * i);
            return true;
        }
        if (addr == kUart && bytes & 1) uart.push_back((uint8_t)word);
        if (addr == kFinisher) finished = word;
        return addr - kUart < 8 || addr == kFinisher;
    }
    static bool load(void *c, uint32_t addr, uint32_t *word) { return ((Memory *)c)->read(addr, word); }
    static bool fetch(void *c, uint32_t addr, uint32_t *word) { return addr - kBase < 4 * kWords && ((Memory *)c)->read(addr, word); }
    static bool store(void *c, uint32_t addr, uint32_t word, unsigned bytes) { return ((Memory *)c)->write(addr, word, bytes); }
};
struct Flat : Platform {
    Memory m;
    bool read(uint32_t addr, bool fetch, uint32_t *word) override { return fetch ? Memory::fetch(&m, addr, word) : m.read(addr, word); }
    bool write(uint32_t addr, uint32_t word, unsigned bytes) override { return m.write(addr, word, bytes); }
};

int main(int argc, char **argv)
{
    if (argc < 3) { fprintf(stderr, "usage: run_flat BINARY OUTPUT [stalls [seed]]\n"); return 2; }
    Flat flat;
    Memory model;
    FILE *f = fopen(argv[1], "rb");
    size_t n = f ? fread(flat.m.words.data(), 1, 4 * kWords, f) : 0;
    if (!n) { perror(argv[1]); return 1; }
    fclose(f);
    model.words = flat.m.words;
    uint64_t seed = argc > 4 ? strtoull(argv[4], 0, 0) : 1;
    Verilated::randReset(2);
    Verilated::randSeed((int)seed);
    isa_bus bus = {&model, Memory::fetch, Memory::load, Memory::store};
    Bench b(flat, bus, seed);
    b.stalls = argc > 3 ? atoi(argv[3]) : BLOCK_RAM;
    b.reset(kBase, 2);
    uint64_t silent = 0;
    while (!model.finished) {
        if (!b.clock()) { printf("FAIL run_flat %s: %s\n", argv[1], b.failure.c_str()); return 1; }
        silent = b.retired_now ? 0 : silent + 1;
        if (silent > 1000 || b.retired > 200000000) { printf("FAIL run_flat %s: no end, pc %08x\n", argv[1], b.h.pc); return 1; }
    }
    f = fopen(argv[2], "wb");
    if (!f || fwrite(flat.m.uart.data(), 1, flat.m.uart.size(), f) != flat.m.uart.size() || fclose(f)) { perror(argv[2]); return 1; }
    if (flat.m.words != model.words || flat.m.uart != model.uart) { printf("FAIL run_flat %s: memory or output of core and model differ\n", argv[1]); return 1; }
    printf("%s: %llu instructions, %llu cycles, CPI %.2f, exit %04x\n", argv[1], (unsigned long long)b.retired, (unsigned long long)b.cycle,
           (double)b.cycle / (double)b.retired, model.finished);
    return model.finished == 0x5555 ? 0 : 1;
}
