// SPDX-License-Identifier: Apache-2.0
// curta_vpack - results into beats: groups of int8 are collected, groups of int16 collected or split
// Timing   a beat leaves in the cycle of its last group; the second half of a split int16 group a cycle later, so that
//          half_i must stay for a cycle.
// Resets   the positions in the beats (clr_i).
`default_nettype none
module curta_vpack #(
  parameter C = 8,               // elements of a group
  parameter BUS = 8              // bytes of a beat
) (
  input  wire             clk_i,
  input  wire             clr_i,
  // DST
  input  wire             y_valid_i,
  input  wire [8*C-1:0]   y_i,
  input  wire             beat_valid_i,   // whole beats: copies, losses
  input  wire [8*BUS-1:0] beat_i,
  output wire             dst_push_o,
  output wire [8*BUS-1:0] dst_o,
  // IDX
  input  wire             idx_valid_i,
  input  wire [8*C-1:0]   idx_i,
  input  wire             half_valid_i,
  input  wire [16*C-1:0]  half_i,
  output wire             idx_push_o,
  output wire [8*BUS-1:0] idx_o
);
  wire             y_push, i_push, h_push;
  wire [8*BUS-1:0] y_beat, i_beat, h_beat;

  curta_vcollect #(.G(C), .BUS(BUS)) u_y (
    .clk_i(clk_i), .clr_i(clr_i), .valid_i(y_valid_i), .data_i(y_i), .push_o(y_push), .beat_o(y_beat));
  curta_vcollect #(.G(C), .BUS(BUS)) u_idx (
    .clk_i(clk_i), .clr_i(clr_i), .valid_i(idx_valid_i), .data_i(idx_i), .push_o(i_push), .beat_o(i_beat));

  generate
    if (2 * C <= BUS) begin : g_collect
      curta_vcollect #(.G(2 * C), .BUS(BUS)) u_half (
        .clk_i(clk_i), .clr_i(clr_i), .valid_i(half_valid_i), .data_i(half_i), .push_o(h_push), .beat_o(h_beat));
    end else begin : g_split       // 2C = 2 BUS
      reg second_q;
      assign h_push = half_valid_i || second_q;
      assign h_beat = second_q ? half_i[16*C-1:8*BUS] : half_i[8*BUS-1:0];
      always @(posedge clk_i) second_q <= half_valid_i && !clr_i;
    end
  endgenerate

  assign dst_push_o = y_push || beat_valid_i;
  assign dst_o      = beat_valid_i ? beat_i : y_beat;
  assign idx_push_o = i_push || h_push;
  assign idx_o      = h_push ? h_beat : i_beat;
endmodule
`default_nettype wire
