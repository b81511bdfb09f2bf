// SPDX-License-Identifier: Apache-2.0
// test_rv_random - the core against the ISA model on streams without end: every fetch is answered with a new random word
// usage: test_rv_random [seed [instructions [stalls 0..3]]]
//   Any behaviour is a good one as long as both agree: wild jumps, traps into nowhere, interrupts at any instant, resets.
//   The word that the core executes must be the one that the bus delivered last for that address.
#include <cstdlib>
#include <cstring>
#include "rv_random.h"

static const uint32_t kStart = 0x80000000;     // reset address; there the registers are given values first

// Addresses that answer with an error; one rule for both sides.
static bool hole(uint32_t addr) { return addr >> 28 == 0xe || (addr >> 12 & 7u) == 5u; }

struct Wild : Platform {
    Random rng;
    Generator gen{rng};
    uint32_t memory[1024], model[1024];        // data, mirrored everywhere; the model has its own
    struct { uint32_t addr, word; bool ok; uint64_t time; } served[16] = {};
    unsigned last = 0, used = 0;               // entry that the model executed last
    uint64_t now = 0;                          // clock cycle
    bool unknown = false;                      // the model asked for an instruction that was never delivered

    explicit Wild(uint64_t seed) : rng(seed)
    {
        static const uint32_t edge[] = {0, 1, 0xffffffff, 0x80000000, 0x7fffffff, 0x80000001, 0xffff, 0x10000, 2, 0xfffffffe, 0xffff8000};
        for (uint32_t &m : memory) m = rng.chance(50) ? edge[rng.below(11)] : rng.next();
        forget();
    }
    void forget() { for (int i = 0; i < 1024; i++) model[i] = memory[i]; }   // an access that a reset cut off
    uint32_t start_up(uint32_t index)          // x1..x31 from memory, then the CSRs that reset leaves undefined
    {
        static const uint16_t csr[] = {0x305, 0x340, 0x341, 0x342, 0x343};
        if (index < 31) return Generator::i_type(4 * rng.below(512), 0, 2, index + 1, 0x03);
        if (index < 36) return Generator::i_type(csr[index - 31], index - 30, 1, 0, 0x73);
        return gen.word();
    }
    bool read(uint32_t addr, bool fetch, uint32_t *word) override
    {
        if (!fetch) { *word = memory[addr >> 2 & 1023]; return !hole(addr); }
        last = (last + 1) & 15;
        served[last].addr = addr;
        served[last].ok = !hole(addr);
        served[last].time = now;
        if (served[last].ok) *word = addr - kStart < 160 ? start_up((addr - kStart) / 4) : gen.word();
        served[last].word = *word;
        return served[last].ok;
    }
    static void put(uint32_t *m, uint32_t word, unsigned bytes)
    {
        for (unsigned i = 0; i < 4; i++)
            if (bytes >> i & 1) *m = (*m & ~(255u << 8 * i)) | (word & 255u << 8 * i);
    }
    bool write(uint32_t addr, uint32_t word, unsigned bytes) override
    {
        if (!hole(addr)) put(&memory[addr >> 2 & 1023], word, bytes);
        return !hole(addr);
    }
    // the model's side
    static bool model_fetch(void *c, uint32_t addr, uint32_t *word)
    {
        Wild *w = (Wild *)c;
        for (unsigned i = 0; i < 16; i++) {
            unsigned k = (w->last - i) & 15;
            if (w->served[k].addr != addr) continue;
            w->used = k;
            *word = w->served[k].word;
            return w->served[k].ok;
        }
        w->unknown = true;
        return false;
    }
    static bool model_load(void *c, uint32_t addr, uint32_t *word) { *word = ((Wild *)c)->model[addr >> 2 & 1023]; return !hole(addr); }
    static bool model_store(void *c, uint32_t addr, uint32_t word, unsigned bytes)
    {
        if (!hole(addr)) put(&((Wild *)c)->model[addr >> 2 & 1023], word, bytes);
        return !hole(addr);
    }
};

static const char *const kMustSee[] = {
    "lui", "auipc", "addi", "slti", "sltiu", "xori", "ori", "andi", "slli", "srli", "srai", "add", "sub", "sll", "slt", "sltu", "xor", "srl", "sra", "rol", "ror", "rori", "or",
    "and", "mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu", "jal", "jalr", "beq", "bne", "blt", "bge", "bltu", "bgeu", "lb", "lh", "lw",
    "lbu", "lhu", "sb", "sh", "sw", "fence", "fence.i", "csrrw", "csrrs", "csrrc", "csrrwi", "csrrsi", "csrrci", "mret", "wfi", "trap 0", "trap 1", "trap 2",
    "trap 3", "trap 4", "trap 5", "trap 6", "trap 7", "trap 11", "interrupt timer", "interrupt external"};

static uint64_t total_instructions, total_cycles, resets, sleeps;

// One run of one stall mode; returns the failure, empty if none.
static std::string run(uint64_t seed, int stalls, uint64_t instructions, std::map<std::string, uint64_t> &seen)
{
    Verilated::randReset(2);
    Verilated::randSeed((int)(seed & 0xffff) + 1);
    Wild w(seed);
    isa_bus bus = {&w, Wild::model_fetch, Wild::model_load, Wild::model_store};
    Bench b(w, bus, seed + 1);
    Random rng(seed + 2);
    b.stalls = stalls;
    b.reset(kStart, 3);
    uint32_t silent = 0, lost = 0, busy = rng.below(3);  // busy: how often lines change
    while (b.retired < instructions) {
        if (b.order < 40) b.lines = 0;
        else if (rng.chance(busy == 0 ? 1 : busy == 1 ? 5 : 30)) b.lines = rng.chance(60) ? 0 : (rng.chance(50) ? ISA_MTIP : 0) | (rng.chance(50) ? ISA_MEIP : 0);
        if (silent > 150) b.lines = ISA_MTIP | ISA_MEIP;              // WFI: wake it
        w.now = b.cycle;
        uint64_t fence = b.order && !strcmp(b.rec.name, "fence.i") ? b.commit : 0;
        if (!b.clock()) return b.failure;
        if (b.retired_now && fence && w.served[w.used].time < fence) return "fence.i kept a word fetched before it: pc " + std::to_string(b.rec.pc);
        if (w.unknown) return "executed a word that the bus never delivered: pc " + std::to_string(b.rec.pc);
        silent = b.retired_now ? 0 : silent + 1;
        lost = b.retired_now ? b.rec.trap && b.rec.cause == 1 ? lost + 1 : 0 : lost;
        bool stuck = silent > 400;
        if (stuck) {
            uint32_t insn = 0;
            bool ok = Wild::model_fetch(&w, b.h.pc, &insn);
            if (!ok || insn != 0x10500073 || b.h.mie_csr != 0) return "no instruction retires: pc " + std::to_string(b.h.pc) + " insn " + std::to_string(insn);
            sleeps++;
        }
        if (lost > 5) stuck = true;            // the handler lies where nothing can be fetched
        if (stuck || (b.order > 60 && rng.below(20000) == 0)) {       // reset at any instant
            b.reset(kStart, 1 + (int)rng.below(3));
            w.forget();
            w.gen.hot = rng.below(32);
            busy = rng.below(3);
            silent = lost = 0;
            resets++;
        }
    }
    for (auto &s : b.seen) seen[s.first] += s.second;
    total_instructions += b.retired;
    total_cycles += b.cycle;
    for (int i = 0; i < 1024; i++)
        if (w.memory[i] != w.model[i]) return "memory differs at word " + std::to_string(i);
    return "";
}

int main(int argc, char **argv)
{
    uint64_t seed = argc > 1 ? strtoull(argv[1], 0, 0) : 1, instructions = argc > 2 ? strtoull(argv[2], 0, 0) : 100000;
    int only = argc > 3 ? atoi(argv[3]) : -1, failed = 0;
    std::map<std::string, uint64_t> seen;
    static const char *const name[] = {"at once", "block RAM", "short", "long"};
    for (int mode = 0; mode < STALL_MODES; mode++) {
        if (only >= 0 && mode != only) continue;
        std::string f = run(seed + (uint64_t)mode * 1000, mode, instructions, seen);
        if (f.empty()) printf("PASS rv_random, stalls %s: %llu instructions\n", name[mode], (unsigned long long)instructions);
        else {
            printf("FAIL rv_random, stalls %s: %s; repeat: test_rv_random %llu %llu %d\n", name[mode], f.c_str(), (unsigned long long)seed, (unsigned long long)instructions, mode);
            failed++;
        }
    }
    if (!failed && instructions >= 20000) {
        std::string missing;
        for (const char *n : kMustSee) if (seen[n] < 5) missing += std::string(" ") + n;
        if (missing.empty()) printf("PASS rv_random coverage: every instruction, trap and interrupt at least 5 times\n");
        else { printf("FAIL rv_random coverage: too rare:%s\n", missing.c_str()); failed++; }
    }
    printf("     %llu instructions, %llu cycles, %llu resets, %llu endless WFI\n", (unsigned long long)total_instructions, (unsigned long long)total_cycles,
           (unsigned long long)resets, (unsigned long long)sleeps);
    if (getenv("VERBOSE")) for (auto &s : seen) printf("     %-20s %llu\n", s.first.c_str(), (unsigned long long)s.second);
    return failed > 0;
}
