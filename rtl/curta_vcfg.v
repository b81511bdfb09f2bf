// SPDX-License-Identifier: Apache-2.0
// curta_vcfg - the configuration words of the vector engine: written in pairs, read one at a time; two commands:
//   bank_i is read, the other one written
// Timing   word raddr_i in the cycle after re_i, kept until the next re_i.
// Resets   none: a command reads only words that were written for it.
`default_nettype none
module curta_vcfg (
  input  wire        clk_i,
  input  wire        bank_i,
  input  wire        we_i,
  input  wire [3:0]  waddr_i,
  input  wire [63:0] wdata_i,
  input  wire        re_i,
  input  wire [4:0]  raddr_i,
  output wire [31:0] rdata_o
);
  wire [63:0] pair;
  reg         odd_q;

  assign rdata_o = odd_q ? pair[63:32] : pair[31:0];

  curta_ram #(.Width(64), .Depth(32), .Lane(64)) u_ram (
    .clk_i(clk_i), .we_i(we_i), .waddr_i({!bank_i, waddr_i}), .wdata_i(wdata_i),
    .re_i(re_i), .raddr_i({bank_i, raddr_i[4:1]}), .rdata_o(pair));

  always @(posedge clk_i)
    if (re_i) odd_q <= raddr_i[0];
endmodule
`default_nettype wire
