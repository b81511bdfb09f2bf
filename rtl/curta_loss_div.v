// SPDX-License-Identifier: Apache-2.0
// curta_loss_div - g = trunc(t 2^11 / S) for t <= S, by restoring division, and the rounding of g by 4 bits
// Golden   curta_loss_gradient, curta_requant (shift 4) in curta_num.h
// Timing   g_o is valid from 12 cycles after start_i until the next start (busy_o low); err_o is combinational.
// Resets   the step (clr_i).
`default_nettype none
module curta_loss_div (
  input  wire        clk_i,
  input  wire        clr_i,
  input  wire        start_i,
  input  wire [51:0] t_i,
  input  wire [62:0] sum_i,
  output wire        busy_o,
  output wire [11:0] g_o,
  // rounding of any magnitude below 2^12
  input  wire [1:0]  mode_i,
  input  wire [11:0] mag_i,
  input  wire        neg_i,
  input  wire [3:0]  r_i,
  output wire [7:0]  err_o
);
  reg  [3:0]  left_q;
  reg  [63:0] rem_q;                  // below 2 S
  reg  [11:0] g_q;
  wire [63:0] diff = rem_q - {1'b0, sum_i};
  wire        fits = !diff[63];

  assign busy_o = left_q != 4'd0;
  assign g_o    = g_q;

  always @(posedge clk_i) begin
    if (start_i) begin
      rem_q <= {12'd0, t_i};
    end else if (busy_o) begin
      rem_q <= fits ? {diff[62:0], 1'b0} : {rem_q[62:0], 1'b0};
      g_q   <= {g_q[10:0], fits};
    end
    if (clr_i)        left_q <= 4'd0;
    else if (start_i) left_q <= 4'd12;
    else if (busy_o)  left_q <= left_q - 4'd1;
  end

  wire       up  = mode_i == 2'd0 ? mag_i[3] : mode_i == 2'd1 ? mag_i[3:2] > mag_i[1:0] : mag_i[3:0] > r_i;
  wire [8:0] q   = {1'b0, mag_i[11:4]} + {8'd0, up};
  wire [7:0] sat = q > 9'd127 ? 8'd127 : q[7:0];
  assign err_o = neg_i ? 8'd0 - sat : sat;
endmodule
`default_nettype wire
