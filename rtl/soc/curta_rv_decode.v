// SPDX-License-Identifier: Apache-2.0
// curta_rv_decode - what an instruction word is: kind, immediate, operands of the ALU
// Law    RV32IM, Zicsr, Zifencei, of Zbb the rotates, and the machine-mode instructions; every other word is illegal, and so is a CSR that does not
//        exist or a write to one that is read-only.
// Timing combinational
`default_nettype none
module curta_rv_decode (
  input  wire [31:0] insn_i,
  output reg  [15:0] kind_o,        // one bit (curta_rv.vh)
  output wire        write_rd_o,    // writes x[rd] if it does not trap
  output reg  [31:0] imm_o,
  output wire        imm_b_o,       // second operand of the ALU is the immediate, else x[rs2]
  output wire        zero_a_o,      // first operand of the ALU is 0, else x[rs1]
  output wire [2:0]  funct_o,       // of the ALU: funct3 of an operation, 0 (add) elsewhere
  output wire        sub_o          // subtract instead of add
);
`include "curta_rv.vh"
  wire [6:0]  opcode = insn_i[6:0];
  wire [2:0]  funct3 = insn_i[14:12];
  wire [6:0]  funct7 = insn_i[31:25];
  wire [11:0] csr    = insn_i[31:20];

  wire op_imm = opcode == 7'h13, op = opcode == 7'h33, lui = opcode == 7'h37, system = opcode == 7'h73, fence = opcode == 7'h0f;
  wire load = opcode == 7'h03, store = opcode == 7'h23, branch = opcode == 7'h63, jal = opcode == 7'h6f, jalr = opcode == 7'h67;

  // Operations: funct7 tells sub and sra, rotates, and multiply and divide.
  wire plain   = funct7 == 7'h00, alt = funct7 == 7'h20, rotate = funct7 == 7'h30;
  wire shift   = funct3[1:0] == 2'd1;
  wire ok_op   = plain || (alt && (funct3 == 3'd0 || funct3 == 3'd5));
  wire ok_imm  = plain || ((alt || rotate) && funct3[2]);
  wire muldiv  = op && funct7 == 7'h01;
  // Machine-mode instructions without operands: the whole word counts.
  wire bare    = system && funct3 == 3'd0 && insn_i[19:7] == 13'd0;
  // CSRs: bits 11:10 = 3 are read-only; a set or clear with x0 (or 0) does not write.
  wire is_csr  = system && funct3[1:0] != 2'd0;
  wire writes  = !funct3[1] || insn_i[19:15] != 5'd0;
  wire exists;
  curta_rv_csr_exists u_exists (.addr_i(csr), .exists_o(exists));

  always @* begin
    kind_o = {Kinds{1'b0}};
    kind_o[K_ALU]     = lui || (op_imm && !shift) || (op && !shift && ok_op) || (fence && funct3 == 3'd0);
    kind_o[K_TARGET]  = opcode == 7'h17;
    kind_o[K_JAL]     = jal;
    kind_o[K_JALR]    = jalr && funct3 == 3'd0;
    kind_o[K_BRANCH]  = branch && funct3[2:1] != 2'd1;
    kind_o[K_LOAD]    = load && funct3[1:0] != 2'd3 && funct3 != 3'd6;
    kind_o[K_STORE]   = store && !funct3[2] && funct3[1:0] != 2'd3;
    kind_o[K_MULDIV]  = muldiv;
    kind_o[K_CSR]     = is_csr && exists && !(writes && csr[11:10] == 2'd3);
    kind_o[K_ECALL]   = bare && csr == 12'h000;
    kind_o[K_EBREAK]  = bare && csr == 12'h001;
    kind_o[K_MRET]    = bare && csr == 12'h302;
    kind_o[K_WFI]     = bare && csr == 12'h105;
    kind_o[K_FENCE_I] = fence && funct3 == 3'd1;
    kind_o[K_SHIFT]   = shift && ((op_imm && ok_imm) || (op && (ok_op || rotate)));
    kind_o[K_ILLEGAL] = kind_o == {Kinds{1'b0}};
  end

  assign write_rd_o = op_imm || op || lui || opcode == 7'h17 || jal || jalr || load || is_csr;

  always @* begin
    imm_o = {{20{insn_i[31]}}, insn_i[31:20]};
    if (store)  imm_o[4:0] = insn_i[11:7];
    if (branch) imm_o = {{20{insn_i[31]}}, insn_i[7], insn_i[30:25], insn_i[11:8], 1'b0};
    if (jal)    imm_o = {{12{insn_i[31]}}, insn_i[19:12], insn_i[20], insn_i[30:21], 1'b0};
    if (lui || opcode == 7'h17) imm_o = {insn_i[31:12], 12'd0};
    if (fence)  imm_o = 32'd4;                  // FENCE.I jumps to the next instruction
  end
  assign imm_b_o  = !op && !branch;
  assign zero_a_o = lui;
  assign funct_o  = op || op_imm ? funct3 : 3'd0;
  assign sub_o    = branch || (op && alt) || ((op || op_imm) && funct3[2:1] == 2'd1);
endmodule
`default_nettype wire
