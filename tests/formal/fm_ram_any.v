// SPDX-License-Identifier: Apache-2.0
// curta_ram of which a read gives anything, held as long as none follows: what is proved with it holds whatever the words are
`default_nettype none
module curta_ram #(
  parameter Width = 32, parameter Depth = 512, parameter Lane = 8, parameter Lut = 0
) (
  input  wire                     clk_i,
  input  wire [Width/Lane-1:0]    we_i,
  input  wire [$clog2(Depth)-1:0] waddr_i,
  input  wire [Width-1:0]         wdata_i,
  input  wire                     re_i,
  input  wire [$clog2(Depth)-1:0] raddr_i,
  output wire [Width-1:0]         rdata_o
);
  (* anyseq *) wire [Width-1:0] any;
  reg [Width-1:0] rdata_q;
  always @(posedge clk_i) if (re_i) rdata_q <= any;
  assign rdata_o = rdata_q;
endmodule
`default_nettype wire
