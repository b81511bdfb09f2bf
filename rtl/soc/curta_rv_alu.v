// SPDX-License-Identifier: Apache-2.0
// curta_rv_alu - add, subtract, compare, xor, or, and; the comparison of a branch. Shifts are in curta_rv_muldiv
//   Words are 32 bits modulo 2^32 and carry no sign; the signed comparison is spelt out here.
// Timing combinational
`default_nettype none
module curta_rv_alu (
  input  wire [31:0] a_i,
  input  wire [31:0] b_i,
  input  wire [2:0]  funct_i,       // funct3 of OP, but 1 and 5
  input  wire        sub_i,         // sum = a - b; required for slt, sltu and the comparison
  input  wire [2:0]  branch_i,      // funct3 of BRANCH
  output wire [31:0] sum_o,
  output wire [31:0] result_o,
  output wire        taken_o
);
  wire [32:0] sum  = {1'b0, a_i} + {1'b0, b_i ^ {32{sub_i}}} + {32'd0, sub_i};
  wire        ltu  = !sum[32];                                   // a - b borrows
  wire        lt   = a_i[31] != b_i[31] ? a_i[31] : ltu;
  wire        eq   = a_i == b_i;

  assign sum_o   = sum[31:0];
  assign taken_o = branch_i[0] ^ (branch_i[2] ? (branch_i[1] ? ltu : lt) : eq);

  // xor, or, and in one function of two bits of funct
  wire [31:0] bitwise = funct_i[1:0] == 2'd0 ? a_i ^ b_i : funct_i[1:0] == 2'd2 ? a_i | b_i : a_i & b_i;
  assign result_o = funct_i[2] ? bitwise : funct_i[1] ? {31'd0, funct_i[0] ? ltu : lt} : sum[31:0];
endmodule
`default_nettype wire
