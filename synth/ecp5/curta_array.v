// SPDX-License-Identifier: Apache-2.0
// curta_array - rtl/curta_array.v in DSP slices of the ECP5: takes its place where targets.toml says so
// Law    the twin's, cycle by cycle; tests/synth/test_array.py runs both side by side.  Only the shadows, which are the chain, and
//        the operands are in slices of logic.  The guard bits are always there; nobody looks at them without guard_i.
// Timing the twin's.
// Resets nothing.
`default_nettype none
module curta_array #(
  parameter R = 8,                           // rows, lanes of A
  parameter C = 8,                           // columns, lanes of B
  parameter V = 2,                           // products a cell, even
  parameter B = 18                           // bits of an element of operand B, 9..18
) (
  input  wire             clk_i,
  // operands
  input  wire [8*R*V-1:0] a_i,
  input  wire [B*C*V-1:0] b_i,
  // control
  input  wire             load_i,
  input  wire             zero_i,
  input  wire             mul_i,
  input  wire             add_i,
  input  wire             acc_i,
  input  wire             move_i,            // the shadows: from above, or
  input  wire             swap_i,            // (with move_i) in exchange with the accumulators
  input  wire             guard_i,
  // exchange
  input  wire [32*C-1:0]  start_i,
  input  wire [4*C-1:0]   start_guard_i,
  output wire [32*C-1:0]  drain_o,
  output wire [4*C-1:0]   drain_guard_o
);
  localparam Slices = V / 2;                 // of a cell

  reg  [8*R*V-1:0]  a_q;
  reg  [B*C*V-1:0]  b_q;
  wire [36*C-1:0]   chain [0:R];             // chain[r] is what row r takes over; chain[R] is drained
  wire unused = guard_i;
  // A + B + C: products or nothing, the accumulator or (swap) what the chain brings.
  wire        take = acc_i && swap_i;
  wire [10:0] op   = {4'b0100, take ? 3'b011 : 3'b101, {2{!acc_i, 1'b1}}};
  genvar r, c, k;

  always @(posedge clk_i) begin
    if (load_i) a_q <= a_i;
    if (load_i) b_q <= b_i;
    if (zero_i) a_q <= {8*R*V{1'b0}};
  end

  generate
    for (c = 0; c < C; c = c + 1) begin : g_edge
      assign chain[0][36*c +: 36]      = {start_guard_i[4*c +: 4], start_i[32*c +: 32]};
      assign drain_o[32*c +: 32]       = chain[R][36*c +: 32];
      assign drain_guard_o[4*c +: 4]   = chain[R][36*c + 32 +: 4];
    end
    for (r = 0; r < R; r = r + 1) begin : g_row
      for (c = 0; c < C; c = c + 1) begin : g_cell
        wire [35:0] sum [0:Slices-1];
        wire [35:0] total;
        reg  [35:0] shadow_q;
        for (k = 0; k < Slices; k = k + 1) begin : g_slice
          wire [7:0]   a0 = a_q[8*(r*V + 2*k) +: 8], a1 = a_q[8*(r*V + 2*k + 1) +: 8];
          wire [B-1:0] b0 = b_q[B*(c*V + 2*k) +: B], b1 = b_q[B*(c*V + 2*k + 1) +: B];
          curta_macs u_macs (
            .clk_i(clk_i), .mul_i(mul_i), .add_i(add_i), .op_i(op),
            .a0_i({a0, 10'd0}), .a1_i({a1, 10'd0}), .b0_i({{19-B{b0[B-1]}}, b0[B-2:0]}), .b1_i({{19-B{b1[B-1]}}, b1[B-2:0]}),
            .start_i(k == 0 ? chain[r][36*c +: 36] : 36'd0), .sum_o(sum[k]));
        end
        if (Slices == 1) begin : g_one
          assign total = sum[0];
        end else begin : g_two               // a third would need an adder more
          assign total = sum[0] + sum[1];
        end
        always @(posedge clk_i)
          if (move_i) shadow_q <= swap_i ? total : chain[r][36*c +: 36];
        assign chain[r+1][36*c +: 36] = shadow_q;
      end
    end
    if (V != 2 && V != 4) begin : g_check
      curta_array_of_ecp5_needs_V_2_or_4 u_wrong ();
    end
  endgenerate
endmodule
`default_nettype wire
