// SPDX-License-Identifier: Apache-2.0
// curta_vpack - results into beats: groups of int8 are collected, groups of int16 collected or split
// Timing   a beat leaves in the cycle of its last group; the second half of a split int16 group a cycle later, so that
//          it must stay for a cycle.
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
  input  wire [8*C-1:0]   low_i,          // low bytes; the high bytes are idx_i
  output wire             idx_push_o,
  output wire [8*BUS-1:0] idx_o
);
  wire             y_push, i_push, h_push;
  wire [8*BUS-1:0] y_beat, i_beat, h_beat;

  curta_vcollect #(.G(C), .BUS(BUS)) u_y (
    .clk_i(clk_i), .clr_i(clr_i), .valid_i(y_valid_i), .data_i(y_i), .push_o(y_push), .beat_o(y_beat));
  curta_vcollect #(.G(C), .BUS(BUS)) u_idx (
    .clk_i(clk_i), .clr_i(clr_i), .valid_i(idx_valid_i), .data_i(idx_i), .push_o(i_push), .beat_o(i_beat));

  localparam HB = 2 * C < BUS ? 2 * C : BUS;    // bytes of a group of int16, or of its half
  reg  [8*HB-1:0] half;
  integer         k;
  wire            second;
  generate
    if (2 * C <= BUS) begin : g_collect
      assign second = 1'b0;
      curta_vcollect #(.G(2 * C), .BUS(BUS)) u_half (
        .clk_i(clk_i), .clr_i(clr_i), .valid_i(half_valid_i), .data_i(half), .push_o(h_push), .beat_o(h_beat));
    end else begin : g_split       // 2C = 2 BUS
      reg second_q;
      assign second = second_q;
      assign h_push = half_valid_i || second_q;
      assign h_beat = half;          // where no half is there: the collected beat
      always @(posedge clk_i) second_q <= half_valid_i && !clr_i;
    end
  endgenerate
  always @* begin
    half = i_beat[8*HB-1:0];
    if (half_valid_i || second)
      for (k = 0; k < HB / 2; k = k + 1)
        half[16*k +: 16] = second ? {idx_i[8*(C-HB/2+k) +: 8], low_i[8*(C-HB/2+k) +: 8]} : {idx_i[8*k +: 8], low_i[8*k +: 8]};
  end
  assign idx_o = 2 * C > BUS || h_push ? h_beat : i_beat;

  assign dst_push_o = y_push || beat_valid_i;
  assign dst_o      = beat_valid_i ? beat_i : y_beat;
  assign idx_push_o = i_push || h_push;
endmodule
`default_nettype wire
