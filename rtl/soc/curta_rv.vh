// SPDX-License-Identifier: Apache-2.0
// curta_rv.vh - kinds of instructions, one bit each: what decode tells execute. Included inside a module.
localparam K_ALU     = 0;   // result of the ALU: register and immediate operations but shifts, LUI; FENCE is one that writes nothing
localparam K_TARGET  = 1;   // result is pc + immediate: AUIPC
localparam K_JAL     = 2;
localparam K_JALR    = 3;
localparam K_BRANCH  = 4;
localparam K_LOAD    = 5;
localparam K_STORE   = 6;
localparam K_MULDIV  = 7;
localparam K_CSR     = 8;
localparam K_ECALL   = 9;
localparam K_EBREAK  = 10;
localparam K_MRET    = 11;
localparam K_WFI     = 12;
localparam K_FENCE_I = 13;
localparam K_ILLEGAL = 14;
localparam K_SHIFT   = 15;
localparam Kinds     = 16;
