// SPDX-License-Identifier: Apache-2.0
// curta_cell - a cell of curta_array: V products, their sum, an accumulator and a shadow
// Law    that of rtl/curta_array.v for one r and c; chain_i is what the shadow above holds (in row 0: start).
// Timing mul, add and acc belong to the cycle in which operands, products and pairs are in their registers.
// Resets nothing.
`default_nettype none
module curta_cell #(
  parameter V = 2,
  parameter B = 18
) (
  input  wire           clk_i,
  input  wire [8*V-1:0] a_i,
  input  wire [B*V-1:0] b_i,
  input  wire           mul_i,
  input  wire           add_i,
  input  wire           acc_i,
  input  wire           move_i,
  input  wire           swap_i,
  input  wire           guard_i,
  input  wire [35:0]    chain_i,             // four guard bits above the sum
  output wire [35:0]    shadow_o
);
  localparam Pw = 8 + B + $clog2(V);         // bits of a sum of V products

  wire [Pw*V-1:0] prod;                      // sign-extended
  reg  [Pw-1:0]   dot, pair_q;
  reg  [31:0]     sum_q, shadow_q;
  reg  [3:0]      high_q, dark_q;            // the guard bits of both
  wire [35:0]     from  = swap_i ? chain_i : {high_q, sum_q};
  // pair + from, as a difference: Yosys then leaves the pair at the carries, and the choice of `from` goes into the same tables (Xilinx: 32 of 109
  // less). Apart from the guard bits, of which nothing is known where they are not used.
  wire [32:0]     low   = {1'b0, {32-Pw{pair_q[Pw-1]}}, pair_q} - {1'b1, ~from[31:0]} - 33'd1;
  wire [3:0]      high  = from[35:32] + {4{pair_q[Pw-1]}} + {3'd0, low[32]};
  genvar          g;
  integer         k;

  generate
    for (g = 0; g < V; g = g + 1) begin : g_product
      reg signed [B+7:0] prod_q;
      always @(posedge clk_i) if (mul_i) prod_q <= $signed(a_i[8*g +: 8]) * $signed(b_i[B*g +: B]);
      assign prod[Pw*g +: Pw] = {{Pw-B-8{prod_q[B+7]}}, prod_q};
    end
  endgenerate

  always @* begin
    dot = {Pw{1'b0}};
    for (k = 0; k < V; k = k + 1) dot = dot + prod[Pw*k +: Pw];
  end
  always @(posedge clk_i) begin
    if (add_i) pair_q <= dot;
    if (acc_i) sum_q <= low[31:0];
    if (move_i) shadow_q <= swap_i ? sum_q : chain_i[31:0];
    if (acc_i && guard_i) high_q <= high;
    if (move_i && guard_i) dark_q <= swap_i ? high_q : chain_i[35:32];
  end
  assign shadow_o = {dark_q, shadow_q};
endmodule
`default_nettype wire
