// SPDX-License-Identifier: Apache-2.0
// curta_prod - product of two unsigned factors in a register, that of a DSP block where the family has it
// Law      p_o = a_i b_i of the last cycle
// Timing   1 cycle.
// Resets   nothing.
`default_nettype none
module curta_prod #(
  parameter A = 18, B = 18                   // bits of the factors, at most 18
) (
  input  wire           clk_i,
  input  wire [A-1:0]   a_i,
  input  wire [B-1:0]   b_i,
  output reg  [A+B-1:0] p_o
);
  always @(posedge clk_i) p_o <= a_i * b_i;
endmodule
`default_nettype wire
