// SPDX-License-Identifier: Apache-2.0
// curta_rand - draws for C lanes: a pure function of seed, tensor and element index
//   x = index + lane, y = tensor, k = seed;  8 times: x = (ror(x, 8) + y) ^ k; y = rol(y, 3) ^ x; k += 0x9E3779B9;  r = x
// Golden   curta_rand in curta_num.h
// Timing   r_o is valid 9 cycles after start_i (ready_o), until the next start_i.
// Resets   the round counter and ready.
/* verilator lint_off BLKSEQ */ // temporaries of the lane loop
`default_nettype none
module curta_rand #(
  parameter C = 8                // lanes
) (
  input  wire            clk_i,
  input  wire            clr_i,
  input  wire            start_i,
  input  wire     [31:0] seed_i,
  input  wire     [31:0] tensor_i,
  input  wire     [31:0] index_i,  // of lane 0
  output reg             ready_o,
  output wire            soon_o,   // ready_o of the next cycle
  output wire [32*C-1:0] r_o
);
  reg  [3:0]      left_q;          // rounds to do
  reg  [31:0]     k_q;
  reg  [32*C-1:0] x_q, y_q;
  integer         i;
  reg  [31:0]     x, y;
  reg  [32*C-1:0] xs, ys;           // next values: whole registers are loaded at once, which simulates faster

  assign r_o    = x_q;
  assign soon_o = !start_i && (left_q == 4'd1 || (ready_o && left_q == 4'd0));

  always @(posedge clk_i) begin
    if (start_i) begin
      k_q <= seed_i;
      for (i = 0; i < C; i = i + 1) begin
        xs[32*i +: 32] = index_i + i;
        ys[32*i +: 32] = tensor_i;
      end
      x_q <= xs;
      y_q <= ys;
    end else if (left_q != 4'd0) begin
      k_q <= k_q + 32'h9E3779B9;
      for (i = 0; i < C; i = i + 1) begin
        x = x_q[32*i +: 32];
        y = y_q[32*i +: 32];
        x = ({x[7:0], x[31:8]} + y) ^ k_q;
        xs[32*i +: 32] = x;
        ys[32*i +: 32] = {y[28:0], y[31:29]} ^ x;
      end
      x_q <= xs;
      y_q <= ys;
    end
    if (clr_i) begin
      left_q  <= 4'd0;
      ready_o <= 1'b0;
    end else begin
      left_q  <= start_i ? 4'd8 : left_q == 4'd0 ? 4'd0 : left_q - 4'd1;
      ready_o <= soon_o;
    end
  end
endmodule
`default_nettype wire
