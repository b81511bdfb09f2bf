// SPDX-License-Identifier: Apache-2.0
// curta_fifo as a shift register, for proofs of its users: the law that fm_fifo proves of the real one, with words that have names
`default_nettype none
module curta_fifo #(
  parameter Width = 8, parameter LogDepth = 2
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             push_i,
  input  wire [Width-1:0] data_i,
  output wire             room_o,
  output wire             valid_o,
  output wire [Width-1:0] data_o,
  output wire             more_o,
  output wire [Width-1:0] next_o,
  input  wire             pop_i
);
  localparam Depth = 1 << LogDepth;
  reg  [Width*Depth-1:0] words;            // the oldest lowest
  reg  [LogDepth:0]      n;
  wire [LogDepth:0]      at = n - pop_i;
  assign valid_o = n != 0;
  assign room_o  = n != Depth;
  assign data_o  = words[Width-1:0];
  assign more_o  = n > 1;
  assign next_o  = words[2*Width-1:Width];
  integer k;
  always @(posedge clk_i) begin
    if (pop_i) words <= words >> Width;
    for (k = 0; k < Depth; k = k + 1)
      if (push_i && at == k) words[Width*k +: Width] <= data_i;
    if (!rst_ni) n <= 0;
    else n <= n + push_i - pop_i;
  end
endmodule
`default_nettype wire
