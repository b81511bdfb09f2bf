// SPDX-License-Identifier: Apache-2.0
// rv_bench.h - the Verilated core under random bus stalls, in lock-step with the ISA model
#pragma once
#include <cstdint>
#include <cstdio>
#include <map>
#include <string>
#include "Vcurta_rv.h"
#include "isa.h"
#include "verilated.h"

struct Random {
    uint64_t s;
    explicit Random(uint64_t seed) : s(seed * 0x9e3779b97f4a7c15u + 1) { for (int i = 0; i < 4; i++) next(); }
    uint32_t next() { s ^= s << 13; s ^= s >> 7; s ^= s << 17; return (uint32_t)(s >> 16); }
    uint32_t below(uint32_t n) { return next() % n; }
    bool chance(uint32_t percent) { return below(100) < percent; }
};

// What the core is connected to: the RTL's side of memory. Returns false for a bus error.
struct Platform {
    virtual ~Platform() {}
    virtual bool read(uint32_t addr, bool fetch, uint32_t *word) = 0;
    virtual bool write(uint32_t addr, uint32_t word, unsigned bytes) = 0;
};

enum Stalls { AT_ONCE, BLOCK_RAM, SHORT, LONG, STALL_MODES };      // ready in the same cycle, in the next, 0..3 and 0..40 cycles later

struct Bench {
    Vcurta_rv *t = new Vcurta_rv;
    Platform &platform;
    isa_bus model_bus;
    isa_hart h{};
    isa_record rec{};
    Random rng;
    int stalls = BLOCK_RAM;
    uint32_t lines = 0;                        // wanted in the next cycle: ISA_MTIP, ISA_MEIP
    uint64_t cycle = 0, commit = 0, retired = 0, order = 0, interrupts = 0;
    bool retired_now = false;
    std::string failure;
    std::map<std::string, uint64_t> seen;

    Bench(Platform &p, const isa_bus &b, uint64_t seed) : platform(p), model_bus(b), rng(seed) { t->clk_i = 0; }
    ~Bench() { delete t; }

    void reset(uint32_t pc, int cycles)
    {
        for (int i = 0; i < cycles; i++) {
            t->rst_ni = 0;
            t->bus_ready_i = rng.next() & 1;
            t->bus_rdata_i = rng.next();
            t->bus_error_i = rng.next() & 1;
            t->irq_timer_i = rng.next() & 1;
            t->irq_external_i = rng.next() & 1;
            edge();
        }
        t->rst_ni = 1;
        isa_reset(&h, pc);
        commit = cycle - 1;
        order = 0;
        known = 1;
        started = was_stalled = last_trap = false;
        before = lines = all = any = 0;
    }

    // One clock cycle; false after a failure.
    bool clock()
    {
        retired_now = false;
        uint32_t now = lines;
        t->irq_timer_i = now & ISA_MTIP ? 1 : 0;
        t->irq_external_i = now & ISA_MEIP ? 1 : 0;
        serve();
        if (!failure.empty()) return false;
        all &= now;
        any |= now;
        edge();
        if (t->rvfi_valid) {
            retire();
            all = any = now;
        }
        before = now;
        return failure.empty();
    }

private:
    bool started = false, was_stalled = false, last_trap = false;
    uint32_t wait = 0, before = 0, all = 0, any = 0;              // lines: in the cycle before; in every / any cycle since the last record
    uint32_t held[4] = {};
    uint32_t known = 1;                        // registers whose value is known since the reset

    void edge()
    {
        t->eval();
        t->clk_i = 1;
        t->eval();
        t->clk_i = 0;
        t->eval();
        cycle++;
    }
    uint32_t delay()
    {
        switch (stalls) {
        case AT_ONCE: return 0;
        case BLOCK_RAM: return 1;
        case SHORT: return rng.below(4);
        default: return rng.chance(80) ? rng.below(3) : rng.below(40);
        }
    }
    void fail(const std::string &what, uint32_t want, uint32_t got)
    {
        char text[400];
        snprintf(text, sizeof text, "%s: model %08x, core %08x; record %llu cycle %llu pc %08x insn %08x %s rs1 x%u=%08x rs2 x%u=%08x",
                 what.c_str(), want, got, (unsigned long long)order, (unsigned long long)cycle, t->rvfi_pc_rdata, t->rvfi_insn, rec.name ? rec.name : "",
                 t->rvfi_rs1_addr, t->rvfi_rs1_rdata, t->rvfi_rs2_addr, t->rvfi_rs2_rdata);
        if (failure.empty()) failure = text;
    }
    void same(const char *what, uint32_t want, uint32_t got) { if (want != got) fail(what, want, got); }

    void serve()
    {
        uint32_t now[4] = {t->bus_addr_o, t->bus_strb_o, t->bus_wdata_o, t->bus_fetch_o};
        bool valid = t->bus_valid_o;
        if (was_stalled) {
            if (!valid) fail("bus: valid dropped before ready", 1, 0);
            for (int i = 0; i < 4; i++) if (i != 2 || now[1]) same("bus: payload changed before ready", held[i], now[i]);
        }
        t->bus_rdata_i = rng.next();
        t->bus_error_i = rng.next() & 1;
        t->bus_ready_i = rng.next() & 1;
        if (valid) {
            if (!started) wait = delay();
            started = true;
            t->bus_ready_i = wait == 0;
            if (wait == 0) {
                uint32_t word = rng.next();
                bool ok = t->bus_strb_o ? platform.write(t->bus_addr_o, t->bus_wdata_o, t->bus_strb_o)
                                        : platform.read(t->bus_addr_o, t->bus_fetch_o, &word);
                t->bus_rdata_i = word;
                t->bus_error_i = !ok;
                started = false;
                if (t->bus_addr_o & 3u) fail("bus: address of no word", 0, t->bus_addr_o);
            } else wait--;
        }
        was_stalled = valid && !t->bus_ready_i;
        for (int i = 0; i < 4; i++) held[i] = now[i];
    }

    // An interrupt lies between two records if the second begins a handler that no trap entered.
    void interrupt()
    {
        uint32_t forced, possible;
        bool must = isa_interrupt_due(&h, all, &forced), may = isa_interrupt_due(&h, any, &possible);
        if (!t->rvfi_intr || last_trap) {
            if (must) fail("interrupt not taken", forced, 0);
            return;
        }
        if (!may) fail("interrupt taken that was not due", 0, 0x80000000u | t->rvfi_cause);
        uint32_t cause = 0x80000000u | (t->rvfi_cause & 15u);
        if (t->rvfi_trap) cause = possible;                        // the handler's first instruction trapped: mcause is gone already
        else if (!(h.mie_csr & any & 1u << (cause & 15u))) fail("interrupt of a line that was not due", possible, cause);
        if (!t->rvfi_trap && must && (forced & 15u) == 11u) same("priority of interrupts", forced, cause);
        isa_interrupt(&h, cause);
        interrupts++;
        seen[(cause & 15u) == 11u ? "interrupt external" : "interrupt timer"]++;
    }

    // Reset does not define x1..x31: what a register that was never written holds, the core decides once.
    void learn(uint32_t r, uint32_t value)
    {
        if (known >> r & 1) return;
        h.x[r] = value;
        known |= 1u << r;
    }
    void retire()
    {
        uint64_t c = cycle - 1;                                    // the cycle in which the instruction ended
        h.mcycle += c - (commit + 1);
        commit = c;
        interrupt();
        h.mip = before;
        learn(t->rvfi_rs1_addr, t->rvfi_rs1_rdata);
        learn(t->rvfi_rs2_addr, t->rvfi_rs2_rdata);
        isa_step(&h, &model_bus, &rec);
        if (t->rvfi_trap == 0) same("mip", before, (t->rvfi_mip & 2 ? ISA_MEIP : 0) | (t->rvfi_mip & 1 ? ISA_MTIP : 0));
        same("order", (uint32_t)order, (uint32_t)t->rvfi_order);
        same("pc", rec.pc, t->rvfi_pc_rdata);
        same("instruction", rec.insn, t->rvfi_insn);
        same("rs1", rec.rs1_value, t->rvfi_rs1_rdata);
        same("rs2", rec.rs2_value, t->rvfi_rs2_rdata);
        known |= 1u << rec.rd;
        same("trap", rec.trap, t->rvfi_trap);
        if (rec.trap) same("cause", rec.cause, t->rvfi_cause);
        same("rd", rec.rd, t->rvfi_rd_addr);
        same("rd value", rec.rd_value, t->rvfi_rd_wdata);
        same("next pc", rec.next_pc, t->rvfi_pc_wdata);
        same("bytes read", rec.rmask, t->rvfi_mem_rmask);
        same("bytes written", rec.wmask, t->rvfi_mem_wmask);
        if (rec.rmask | rec.wmask) same("memory address", rec.mem_addr, t->rvfi_mem_addr);
        for (unsigned i = 0; i < 4; i++)
            if (rec.wmask >> i & 1) same("byte written", rec.mem_wdata >> 8 * i & 255, t->rvfi_mem_wdata >> 8 * i & 255);
        if ((t->rvfi_intr != 0) != (last_trap || interrupts != interrupts_seen)) fail("intr", last_trap, t->rvfi_intr);
        interrupts_seen = interrupts;
        if (rec.trap) seen["trap " + std::to_string(rec.cause)]++;
        else seen[rec.name]++;
        last_trap = rec.trap;
        order++;
        retired++;
        retired_now = true;
    }
    uint64_t interrupts_seen = 0;
};
