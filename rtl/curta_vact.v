// SPDX-License-Identifier: Apache-2.0
// curta_vact - NITRO-ReLU on C lanes, and what pooling and backward pass must know of it
//   act_i:  a = int8((v < 0 ? -(-v >> (2 + slope)) : v) - mean), else a = v;  class = v = 127: 2; v < 0: 1; else 0.
//   A position outside the map (hole_i) is a = 0 of class 2.
// Golden   curta_golden_act
// Timing   1 cycle.
// Resets   the valid flag (clr_i).
/* verilator lint_off BLKSEQ */ // temporaries of the lane loop
`default_nettype none
module curta_vact #(
  parameter C = 8                // lanes
) (
  input  wire           clk_i,
  input  wire           clr_i,
  // Law
  input  wire           act_i,
  input  wire [1:0]     slope_i,
  input  wire [7:0]     mean_i,
  // In
  input  wire           valid_i,
  input  wire [8*C-1:0] v_i,
  input  wire           hole_i,
  // Out
  output wire           valid_o,
  output wire [8*C-1:0] v_o,
  output wire [8*C-1:0] a_o,
  output wire [2*C-1:0] class_o
);
  reg            valid_q;
  reg  [8*C-1:0] v_q, a_q, as;
  reg  [2*C-1:0] class_q, classes;
  reg  [7:0]     v, mag, low;
  wire [2:0]     shift = {1'b0, slope_i} + 3'd2;
  integer        i;

  assign valid_o = valid_q;
  assign v_o     = v_q;
  assign a_o     = a_q;
  assign class_o = class_q;

  always @(posedge clk_i) begin
    if (valid_i) begin
      for (i = 0; i < C; i = i + 1) begin
        v   = v_i[8*i +: 8];
        mag = 8'd0 - v;
        low = 8'd0 - (mag >> shift);
        as[8*i +: 8]      = hole_i ? 8'd0 : !act_i ? v : (v[7] ? low : v) - mean_i;
        classes[2*i +: 2] = hole_i || v == 8'd127 ? 2'd2 : {1'b0, v[7]};
      end
      v_q     <= v_i;
      a_q     <= as;
      class_q <= classes;
    end
    valid_q <= valid_i && !clr_i;
  end
endmodule
`default_nettype wire
