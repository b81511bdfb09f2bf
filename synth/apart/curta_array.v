// SPDX-License-Identifier: Apache-2.0
// curta_array - rtl/curta_array.v with a module a cell: takes its place where targets.toml says so (`instead`)
//   Yosys synthesizes the cell once, instead of all of them in one piece (the 256 of `large` were not ended in half an hour).
// Law    the twin's, cycle by cycle; tests/synth/test_array.py runs both side by side.
// Timing the twin's.
// Resets nothing.
`default_nettype none
module curta_array #(
  parameter R = 8,                           // rows, lanes of A
  parameter C = 8,                           // columns, lanes of B
  parameter V = 2,                           // products a cell
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
  reg  [8*R*V-1:0] a_q;
  reg  [B*C*V-1:0] b_q;
  wire [36*C-1:0]  chain [0:R];              // chain[r] is what row r takes over, guard bits above; chain[R] is drained
  genvar r, c;

  always @(posedge clk_i) begin
    if (load_i) a_q <= a_i;
    if (load_i) b_q <= b_i;
    if (zero_i) a_q <= {8*R*V{1'b0}};
  end

  generate
    for (c = 0; c < C; c = c + 1) begin : g_edge
      assign chain[0][36*c +: 36]    = {start_guard_i[4*c +: 4], start_i[32*c +: 32]};
      assign drain_o[32*c +: 32]     = chain[R][36*c +: 32];
      assign drain_guard_o[4*c +: 4] = chain[R][36*c + 32 +: 4];
    end
    for (r = 0; r < R; r = r + 1) begin : g_row
      for (c = 0; c < C; c = c + 1) begin : g_column
        curta_cell #(.V(V), .B(B)) u_cell (
          .clk_i(clk_i), .a_i(a_q[8*V*r +: 8*V]), .b_i(b_q[B*V*c +: B*V]), .mul_i(mul_i), .add_i(add_i), .acc_i(acc_i), .move_i(move_i),
          .swap_i(swap_i), .guard_i(guard_i), .chain_i(chain[r][36*c +: 36]), .shadow_o(chain[r+1][36*c +: 36]));
      end
    end
  endgenerate
endmodule
`default_nettype wire
