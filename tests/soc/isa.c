// SPDX-License-Identifier: Apache-2.0
// isa.c - see isa.h. Sections follow the manual's.
#include "isa.h"
#include <string.h>

enum { FETCH_MISALIGNED = 0, FETCH_FAULT = 1, ILLEGAL = 2, BREAKPOINT = 3, LOAD_MISALIGNED = 4, LOAD_FAULT = 5,
       STORE_MISALIGNED = 6, STORE_FAULT = 7, ECALL_M = 11 };

static uint32_t sext(uint32_t v, unsigned bits)
{
    uint32_t sign = 1u << (bits - 1);
    v &= (sign << 1) - 1u;
    return (v ^ sign) - sign;
}
static uint32_t field(uint32_t insn, unsigned hi, unsigned lo) { return (insn >> lo) & ((2u << (hi - lo)) - 1u); }

static uint32_t imm_i(uint32_t n) { return sext(field(n, 31, 20), 12); }
static uint32_t imm_s(uint32_t n) { return sext(field(n, 31, 25) << 5 | field(n, 11, 7), 12); }
static uint32_t imm_b(uint32_t n)
{
    return sext(field(n, 31, 31) << 12 | field(n, 7, 7) << 11 | field(n, 30, 25) << 5 | field(n, 11, 8) << 1, 13);
}
static uint32_t imm_j(uint32_t n)
{
    return sext(field(n, 31, 31) << 20 | field(n, 19, 12) << 12 | field(n, 20, 20) << 11 | field(n, 30, 21) << 1, 21);
}

// ---- traps (volume II, 3.1.6 to 3.1.16)
static void enter_trap(struct isa_hart *h, uint32_t cause, uint32_t tval)
{
    h->mepc = h->pc;
    h->mcause = cause;
    h->mtval = tval;
    h->mpie = h->mie;
    h->mie = false;
    h->pc = h->mtvec;
}
static void trap(struct isa_hart *h, struct isa_record *r, uint32_t cause, uint32_t tval)
{
    r->trap = true;
    r->cause = cause;
    r->rd = 0;
    r->rd_value = 0;
    r->rmask = r->wmask = 0;
    enter_trap(h, cause, tval);
}
void isa_reset(struct isa_hart *h, uint32_t pc)
{
    h->pc = pc;
    h->x[0] = 0;
    h->mie = h->mpie = false;
    h->mie_csr = 0;
    h->mcycle = h->minstret = 0;
}
bool isa_interrupt_due(const struct isa_hart *h, uint32_t mip, uint32_t *cause)
{
    uint32_t due = h->mie ? mip & h->mie_csr : 0;
    *cause = 0x80000000u | (due & ISA_MEIP ? 11u : 7u);            // external before timer
    return due != 0;
}
void isa_interrupt(struct isa_hart *h, uint32_t cause) { enter_trap(h, cause, 0); }

// ---- CSRs (volume II, 2.2 and 3.1)
static bool csr_read(const struct isa_hart *h, uint32_t a, uint32_t *v)
{
    *v = 0;
    switch (a) {
    case 0x300: *v = 0x1800u | (h->mpie ? 0x80u : 0) | (h->mie ? 8u : 0); return true;
    case 0x301: *v = 0x40000000u | 1u << ('I' - 'A') | 1u << ('M' - 'A'); return true;
    case 0x304: *v = h->mie_csr; return true;
    case 0x305: *v = h->mtvec; return true;
    case 0x310: return true;
    case 0x340: *v = h->mscratch; return true;
    case 0x341: *v = h->mepc; return true;
    case 0x342: *v = h->mcause; return true;
    case 0x343: *v = h->mtval; return true;
    case 0x344: *v = h->mip; return true;
    case 0xb00: *v = (uint32_t)h->mcycle; return true;
    case 0xb80: *v = (uint32_t)(h->mcycle >> 32); return true;
    case 0xb02: *v = (uint32_t)h->minstret; return true;
    case 0xb82: *v = (uint32_t)(h->minstret >> 32); return true;
    default: break;
    }
    return (a >= 0x323 && a <= 0x33f) || (a >= 0xb03 && a <= 0xb1f) || (a >= 0xb83 && a <= 0xb9f) || (a >= 0xf11 && a <= 0xf15);
}
static uint64_t half(uint64_t old, uint32_t v, bool upper)
{
    return upper ? (old & 0xffffffffu) | (uint64_t)v << 32 : (old & ~(uint64_t)0xffffffffu) | v;
}
// Returns true if the write takes the place of a counter's increment: bit 0 mcycle, bit 1 minstret.
static unsigned csr_write(struct isa_hart *h, uint32_t a, uint32_t v)
{
    switch (a) {
    case 0x300: h->mie = v >> 3 & 1; h->mpie = v >> 7 & 1; return 0;
    case 0x304: h->mie_csr = v & (ISA_MEIP | ISA_MTIP); return 0;
    case 0x305: h->mtvec = v & ~3u; return 0;
    case 0x340: h->mscratch = v; return 0;
    case 0x341: h->mepc = v & ~3u; return 0;
    case 0x342: h->mcause = v & 0x8000000fu; return 0;
    case 0x343: h->mtval = v; return 0;
    case 0xb00: case 0xb80: h->mcycle = half(h->mcycle, v, a == 0xb80); return 1;
    case 0xb02: case 0xb82: h->minstret = half(h->minstret, v, a == 0xb82); return 2;
    default: return 0;
    }
}

// ---- integer operations (volume I, 2.4 and 7)
static uint32_t operate(unsigned funct3, bool alt, uint32_t a, uint32_t b)
{
    unsigned n = b & 31u;
    switch (funct3) {
    case 0: return alt ? a - b : a + b;
    case 1: return a << n;
    case 2: return (a ^ 0x80000000u) < (b ^ 0x80000000u);
    case 3: return a < b;
    case 4: return a ^ b;
    case 5: return alt && a >> 31 ? ~(~a >> n) : a >> n;
    case 6: return a | b;
    default: return a & b;
    }
}
// Zbb: rol, ror
static uint32_t rotate(bool right, uint32_t a, uint32_t n)
{
    uint32_t left = (right ? 32u - (n & 31u) : n) & 31u;
    return left ? a << left | a >> (32u - left) : a;
}
static uint32_t multiply_divide(unsigned funct3, uint32_t a, uint32_t b)
{
    int64_t sa = (int64_t)(int32_t)a, sb = (int64_t)(int32_t)b;
    switch (funct3) {
    case 0: return a * b;
    case 1: return (uint32_t)((uint64_t)(sa * sb) >> 32);
    case 2: return (uint32_t)((uint64_t)(sa * (int64_t)b) >> 32);
    case 3: return (uint32_t)((uint64_t)a * b >> 32);
    case 4: return b == 0 ? 0xffffffffu : (uint32_t)(sa / sb);     // in 64 bits the overflow case is exact
    case 5: return b == 0 ? 0xffffffffu : a / b;
    case 6: return b == 0 ? a : (uint32_t)(sa % sb);
    default: return b == 0 ? a : a % b;
    }
}
static bool branch_taken(unsigned funct3, uint32_t a, uint32_t b)
{
    switch (funct3) {
    case 0: return a == b;
    case 1: return a != b;
    case 4: return (int32_t)a < (int32_t)b;
    case 5: return (int32_t)a >= (int32_t)b;
    case 6: return a < b;
    default: return a >= b;
    }
}

// ---- memory (volume I, 2.6); a misaligned access traps
static bool load(struct isa_hart *h, const struct isa_bus *bus, struct isa_record *r, unsigned funct3, uint32_t addr)
{
    unsigned bytes = 1u << (funct3 & 3), low = addr & 3u;
    if (addr & (bytes - 1)) { trap(h, r, LOAD_MISALIGNED, addr); return false; }
    uint32_t word = 0;
    r->mem_addr = addr & ~3u;
    if (!bus->load(bus->context, r->mem_addr, &word)) { trap(h, r, LOAD_FAULT, addr); return false; }
    r->mem_rdata = word;
    r->rmask = ((1u << bytes) - 1u) << low;
    word >>= 8 * low;
    r->rd_value = bytes == 4 ? word : funct3 & 4 ? word & ((1u << 8 * bytes) - 1u) : sext(word, 8 * bytes);
    return true;
}
static bool store(struct isa_hart *h, const struct isa_bus *bus, struct isa_record *r, unsigned funct3, uint32_t addr, uint32_t v)
{
    unsigned bytes = 1u << funct3, low = addr & 3u;
    if (addr & (bytes - 1)) { trap(h, r, STORE_MISALIGNED, addr); return false; }
    r->mem_addr = addr & ~3u;
    r->wmask = ((1u << bytes) - 1u) << low;
    r->mem_wdata = v << 8 * low;
    if (!bus->store(bus->context, r->mem_addr, r->mem_wdata, r->wmask)) { trap(h, r, STORE_FAULT, addr); return false; }
    return true;
}

static const char *const OP_NAME[2][8] = {{"add", "sll", "slt", "sltu", "xor", "srl", "or", "and"},
                                          {"sub", 0, 0, 0, 0, "sra", 0, 0}};
static const char *const IMM_NAME[2][8] = {{"addi", "slli", "slti", "sltiu", "xori", "srli", "ori", "andi"},
                                           {0, 0, 0, 0, 0, "srai", 0, 0}};
static const char *const MUL_NAME[8] = {"mul", "mulh", "mulhsu", "mulhu", "div", "divu", "rem", "remu"};
static const char *const LOAD_NAME[8] = {"lb", "lh", "lw", 0, "lbu", "lhu", 0, 0};
static const char *const STORE_NAME[8] = {"sb", "sh", "sw", 0, 0, 0, 0, 0};
static const char *const BRANCH_NAME[8] = {"beq", "bne", 0, 0, "blt", "bge", "bltu", "bgeu"};
static const char *const CSR_NAME[8] = {0, "csrrw", "csrrs", "csrrc", 0, "csrrwi", "csrrsi", "csrrci"};

void isa_step(struct isa_hart *h, const struct isa_bus *bus, struct isa_record *r)
{
    memset(r, 0, sizeof *r);
    r->pc = h->pc;
    r->name = "";
    uint64_t cycle = h->mcycle, instret = h->minstret;
    unsigned replaced = 0;
    uint32_t n = 0;
    if (!bus->fetch(bus->context, h->pc, &n)) {
        trap(h, r, FETCH_FAULT, h->pc);
        goto done;
    }
    r->insn = n;
    unsigned funct3 = field(n, 14, 12), funct7 = field(n, 31, 25), rs1 = field(n, 19, 15), rs2 = field(n, 24, 20), rd = field(n, 11, 7);
    uint32_t a = h->x[rs1], b = h->x[rs2], next = h->pc + 4;
    r->rs1 = rs1, r->rs2 = rs2, r->rs1_value = a, r->rs2_value = b;
    bool writes = true;
    const char *name = 0;
    switch (field(n, 6, 0)) {
    case 0x37: name = "lui"; r->rd_value = n & ~0xfffu; break;
    case 0x17: name = "auipc"; r->rd_value = h->pc + (n & ~0xfffu); break;
    case 0x13: {
        bool alt = funct3 == 5 && funct7 == 0x20;
        if (funct3 == 5 && funct7 == 0x30) {
            name = "rori";
            r->rd_value = rotate(true, a, imm_i(n));
            break;
        }
        if ((funct3 == 1 || funct3 == 5) && funct7 != 0 && !alt) break;
        name = IMM_NAME[alt][funct3];
        r->rd_value = operate(funct3, alt, a, imm_i(n));
        break;
    }
    case 0x33:
        if (funct7 == 1) {
            name = MUL_NAME[funct3];
            r->rd_value = multiply_divide(funct3, a, b);
        } else if (funct7 == 0x30 && (funct3 == 1 || funct3 == 5)) {
            name = funct3 == 1 ? "rol" : "ror";
            r->rd_value = rotate(funct3 == 5, a, b);
        } else if (funct7 == 0 || funct7 == 0x20) {
            name = OP_NAME[funct7 != 0][funct3];
            r->rd_value = operate(funct3, funct7 != 0, a, b);
        }
        break;
    case 0x6f:
        name = "jal";
        r->rd_value = next;
        next = h->pc + imm_j(n);
        break;
    case 0x67:
        if (funct3 != 0) break;
        name = "jalr";
        r->rd_value = next;
        next = (a + imm_i(n)) & ~1u;
        break;
    case 0x63:
        name = BRANCH_NAME[funct3];
        writes = false;
        if (name && branch_taken(funct3, a, b)) next = h->pc + imm_b(n);
        break;
    case 0x03:
        name = LOAD_NAME[funct3];
        if (name && !load(h, bus, r, funct3, a + imm_i(n))) { r->name = name; goto done; }
        break;
    case 0x23:
        name = STORE_NAME[funct3];
        writes = false;
        if (name && !store(h, bus, r, funct3, a + imm_s(n), b)) { r->name = name; goto done; }
        break;
    case 0x0f:
        name = funct3 == 0 ? "fence" : funct3 == 1 ? "fence.i" : 0;
        writes = false;
        break;
    case 0x73: {
        uint32_t addr = field(n, 31, 20), source = funct3 & 4 ? rs1 : a, old;
        if (funct3 == 0) {
            writes = false;
            if (n == 0x00000073) { r->name = "ecall"; trap(h, r, ECALL_M, 0); goto done; }
            if (n == 0x00100073) { r->name = "ebreak"; trap(h, r, BREAKPOINT, 0); goto done; }
            if (n == 0x30200073) {
                name = "mret";
                next = h->mepc;
                h->mie = h->mpie;
                h->mpie = true;
            }
            if (n == 0x10500073) name = "wfi";
            break;
        }
        bool write = (funct3 & 3) == 1 || rs1 != 0;
        if (funct3 == 4 || !csr_read(h, addr, &old) || (write && addr >> 10 == 3)) break;
        name = CSR_NAME[funct3];
        r->rd_value = old;
        if (write) replaced = csr_write(h, addr, (funct3 & 3) == 1 ? source : (funct3 & 3) == 2 ? old | source : old & ~source);
        break;
    }
    default: break;
    }
    if (!name) {
        trap(h, r, ILLEGAL, 0);
        goto done;
    }
    r->name = name;
    if (next & 3u) {
        trap(h, r, FETCH_MISALIGNED, next);
        goto done;
    }
    r->rd = writes ? rd : 0;
    if (r->rd) h->x[rd] = r->rd_value;
    else r->rd_value = 0;
    h->pc = next;
    if (!(replaced & 2)) h->minstret = instret + 1;
done:
    if (!(replaced & 1)) h->mcycle = cycle + 1;
    r->next_pc = h->pc;
}
