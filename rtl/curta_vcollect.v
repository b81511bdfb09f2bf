// SPDX-License-Identifier: Apache-2.0
// curta_vcollect - collects groups of G bytes into a beat of BUS bytes, the first group lowest
// Timing   the beat leaves in the cycle of its last group.
// Resets   the position (clr_i).
`default_nettype none
module curta_vcollect #(
  parameter G = 8,               // bytes of a group, divides BUS
  parameter BUS = 8
) (
  input  wire             clk_i,
  input  wire             clr_i,
  input  wire             valid_i,
  input  wire [8*G-1:0]   data_i,
  output wire             push_o,
  output wire [8*BUS-1:0] beat_o
);
  generate
    if (G == BUS) begin : g_direct
      wire unused = clk_i ^ clr_i;
      assign push_o = valid_i;
      assign beat_o = data_i;
    end else begin : g_collect
      localparam LogN = $clog2(BUS / G);
      reg [8*(BUS-G)-1:0] held_q;
      reg [LogN-1:0]      n_q;
      assign push_o = valid_i && (&n_q);
      assign beat_o = {data_i, held_q};
      always @(posedge clk_i) begin
        if (valid_i) held_q <= beat_o[8*BUS-1:8*G];
        if (clr_i)        n_q <= 0;
        else if (valid_i) n_q <= n_q + 1'b1;
      end
    end
  endgenerate
endmodule
`default_nettype wire
