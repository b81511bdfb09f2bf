// SPDX-License-Identifier: Apache-2.0
// rv_any - any value in every cycle
`default_nettype none
module rv_any #(parameter Width = 1) (output wire [Width-1:0] y_o);
  (* anyseq *) reg [Width-1:0] y;
  assign y_o = y;
endmodule
`default_nettype wire
