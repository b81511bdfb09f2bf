// SPDX-License-Identifier: Apache-2.0
// isa.h - an executable reading of the RISC-V specification: RV32IM, Zicsr, Zifencei, machine mode
//   Written from "The RISC-V Instruction Set Manual" (volume I 20191213, volume II 20211203), not from the RTL. What the
//   specification leaves to the implementation is as docs/decisions/0010-control-core.md says.
#pragma once
#include <stdbool.h>
#include <stdint.h>
#ifdef __cplusplus
extern "C" {
#endif

enum { ISA_MTIP = 1 << 7, ISA_MEIP = 1 << 11 };

// What the hart is connected to. Addresses are of words; a function returns false for a bus error.
struct isa_bus {
    void *context;
    bool (*fetch)(void *context, uint32_t addr, uint32_t *word);
    bool (*load)(void *context, uint32_t addr, uint32_t *word);
    bool (*store)(void *context, uint32_t addr, uint32_t word, unsigned bytes);
};

struct isa_hart {
    uint32_t pc, x[32];
    bool mie, mpie;                                    // mstatus
    uint32_t mie_csr, mip, mtvec, mscratch, mepc, mcause, mtval;
    uint64_t mcycle, minstret;                         // mcycle: its value while the next instruction ends
};

// One instruction, as a retirement record shows it.
struct isa_record {
    uint32_t insn, pc, next_pc;
    bool trap;
    uint32_t cause;                                    // with trap
    uint32_t rs1, rs2, rs1_value, rs2_value, rd, rd_value;
    uint32_t mem_addr, mem_rdata, mem_wdata;           // word address, whole words
    unsigned rmask, wmask;                             // bytes of them
    const char *name;                                  // mnemonic; "" if the fetch failed or the word is illegal
};

void isa_reset(struct isa_hart *h, uint32_t pc);       // leaves x and the CSRs that reset does not define
bool isa_interrupt_due(const struct isa_hart *h, uint32_t mip, uint32_t *cause);
void isa_interrupt(struct isa_hart *h, uint32_t cause);
void isa_step(struct isa_hart *h, const struct isa_bus *bus, struct isa_record *r);

#ifdef __cplusplus
}
#endif
