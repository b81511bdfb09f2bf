// SPDX-License-Identifier: Apache-2.0
// curta_mul - product of two unsigned factors that stand in registers, those of a DSP block where the family has them
// Law      p_o = a b of the last cycle with en_i
// Timing   1 cycle.
// Resets   nothing.
`default_nettype none
module curta_mul (
  input  wire        clk_i,
  input  wire        en_i,
  input  wire [15:0] a_i, b_i,
  output wire [31:0] p_o
);
  reg [15:0] a_q, b_q;
  always @(posedge clk_i)
    if (en_i) begin
      a_q <= a_i;
      b_q <= b_i;
    end
  assign p_o = a_q * b_q;
endmodule
`default_nettype wire
