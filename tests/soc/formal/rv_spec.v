// SPDX-License-Identifier: Apache-2.0
// rv_spec - the effect of one instruction of RV32IM and the rotates (CSR instructions and traps of the bus apart), for proofs
//   From the manual's tables, word by word and not shared with the core. What multiply, divide, shift and rotate give, the caller says.
`default_nettype none
module rv_spec (
  input  wire [31:0] insn_i,
  input  wire [31:0] pc_i,
  input  wire [31:0] rs1_i,
  input  wire [31:0] rs2_i,
  input  wire [31:0] mem_i,         // word read
  output reg         unit_o,        // the value is that of multiply, divide, shift or rotate
  output reg  [69:0] asked_o,       // and this what the unit is asked: operation, both operands
  input  wire [31:0] unit_i,        // and this its answer
  output reg         csr_o,         // a CSR instruction or MRET: not judged here
  output reg         wfi_o,
  output reg         trap_o,
  output reg  [3:0]  cause_o,
  output reg  [4:0]  rd_o,          // 0: none
  output reg  [31:0] value_o,
  output reg  [31:0] next_o,
  output reg         load_o,
  output reg         store_o,
  output reg  [31:0] addr_o,
  output reg  [3:0]  bytes_o,
  output reg  [31:0] word_o         // stored, in place
);
  wire [4:0] rd = insn_i[11:7];
  wire [2:0] f3 = insn_i[14:12];
  wire [6:0] f7 = insn_i[31:25];
  wire signed [31:0] i_imm = $signed(insn_i) >>> 20;
  wire signed [31:0] u_imm = {insn_i[31:12], 12'b0};
  wire signed [11:0] s_low = {insn_i[31:25], insn_i[11:7]};
  wire signed [31:0] s_imm = s_low;
  wire signed [12:0] b_low = {insn_i[31], insn_i[7], insn_i[30:25], insn_i[11:8], 1'b0};
  wire signed [31:0] b_imm = b_low;
  wire signed [20:0] j_low = {insn_i[31], insn_i[19:12], insn_i[20], insn_i[30:21], 1'b0};
  wire signed [31:0] j_imm = j_low;
  wire signed [31:0] a = rs1_i, b = rs2_i;

  wire [31:0] shifted = mem_i >> {addr_o[1:0], 3'b000};
  wire signed [7:0]  byte_s = shifted[7:0];
  wire signed [15:0] half_s = shifted[15:0];
  wire signed [31:0] byte_x = byte_s, half_x = half_s;
  reg taken, legal, writes;

  always @* begin
    {csr_o, wfi_o, trap_o, cause_o, load_o, store_o, bytes_o, taken, writes, unit_o} = 0;
    legal = 1;
    asked_o = {insn_i[5] && f7 == 7'h01, f7[5:4], f3, rs1_i, insn_i[5] ? rs2_i : i_imm};
    value_o = 0;
    word_o = 0;
    addr_o = insn_i[5] ? a + s_imm : a + i_imm;
    next_o = pc_i + 4;
    case (insn_i[6:0])
      7'b0110111: begin writes = 1; value_o = u_imm; end
      7'b0010111: begin writes = 1; value_o = pc_i + u_imm; end
      7'b1101111: begin writes = 1; value_o = pc_i + 4; next_o = pc_i + j_imm; end
      7'b1100111: begin legal = f3 == 0; writes = 1; value_o = pc_i + 4; next_o = (a + i_imm) & ~32'd1; end
      7'b1100011: begin
        case (f3)
          0: taken = a == b;
          1: taken = a != b;
          4: taken = a < b;
          5: taken = a >= b;
          6: taken = rs1_i < rs2_i;
          7: taken = rs1_i >= rs2_i;
          default: legal = 0;
        endcase
        if (taken) next_o = pc_i + b_imm;
      end
      7'b0000011: begin
        load_o = 1;
        writes = 1;
        case (f3)
          0: begin value_o = byte_x; bytes_o = 4'b0001 << addr_o[1:0]; end
          1: begin value_o = half_x; bytes_o = 4'b0011 << addr_o[1:0]; end
          2: begin value_o = mem_i; bytes_o = 4'b1111; end
          4: begin value_o = shifted[7:0]; bytes_o = 4'b0001 << addr_o[1:0]; end
          5: begin value_o = shifted[15:0]; bytes_o = 4'b0011 << addr_o[1:0]; end
          default: legal = 0;
        endcase
      end
      7'b0100011: begin
        store_o = 1;
        word_o = rs2_i << {addr_o[1:0], 3'b000};
        case (f3)
          0: bytes_o = 4'b0001 << addr_o[1:0];
          1: bytes_o = 4'b0011 << addr_o[1:0];
          2: bytes_o = 4'b1111;
          default: legal = 0;
        endcase
      end
      7'b0010011: begin
        writes = 1;
        case (f3)
          0: value_o = a + i_imm;
          1: begin unit_o = 1; legal = f7 == 0; end
          2: value_o = a < i_imm;
          3: value_o = rs1_i < $unsigned(i_imm);
          4: value_o = a ^ i_imm;
          5: begin unit_o = 1; legal = f7 == 0 || f7 == 7'h20 || f7 == 7'h30; end
          6: value_o = a | i_imm;
          7: value_o = a & i_imm;
        endcase
      end
      7'b0110011: begin
        writes = 1;
        case ({f7, f3})
          {7'h00, 3'd0}: value_o = a + b;
          {7'h20, 3'd0}: value_o = a - b;
          {7'h00, 3'd2}: value_o = a < b;
          {7'h00, 3'd3}: value_o = rs1_i < rs2_i;
          {7'h00, 3'd4}: value_o = a ^ b;
          {7'h00, 3'd6}: value_o = a | b;
          {7'h00, 3'd7}: value_o = a & b;
          {7'h00, 3'd1}, {7'h00, 3'd5}, {7'h20, 3'd5}, {7'h30, 3'd1}, {7'h30, 3'd5}: unit_o = 1;
          default: begin unit_o = 1; legal = f7 == 7'h01; end
        endcase
      end
      7'b0001111: legal = f3 < 2;
      7'b1110011:
        if (f3 == 0)
          case (insn_i)
            32'h00000073: begin trap_o = 1; cause_o = 11; end
            32'h00100073: begin trap_o = 1; cause_o = 3; end
            32'h10500073: wfi_o = 1;
            32'h30200073: csr_o = 1;
            default: legal = 0;
          endcase
        else if (f3 == 4) legal = 0;
        else csr_o = 1;
      default: legal = 0;
    endcase
    if (unit_o) value_o = unit_i;
    if (!legal) begin trap_o = 1; cause_o = 2; load_o = 0; store_o = 0; end
    else if (next_o[1]) begin trap_o = 1; cause_o = 0; end
    else if ((load_o || store_o) && ((f3[1:0] == 1 && addr_o[0]) || (f3[1:0] == 2 && addr_o[1:0] != 0))) begin
      trap_o = 1;
      cause_o = load_o ? 4 : 6;
    end
    rd_o = writes && !trap_o ? rd : 0;
    if (rd_o == 0) value_o = 0;
  end
endmodule
`default_nettype wire
