// SPDX-License-Identifier: Apache-2.0
// curta_soc_rom - boot ROM in block RAM, its words from a file of hexadecimal words
// Timing rdata_o one cycle after re_i, held
// Resets nothing
`default_nettype none
module curta_soc_rom #(
  parameter Words = 512,
  parameter File  = ""
) (
  input  wire                     clk_i,
  input  wire                     re_i,
  input  wire [$clog2(Words)-1:0] addr_i,
  output reg  [31:0]              rdata_o
);
  reg [31:0] mem [0:Words-1];
  initial if (File != "") $readmemh(File, mem);
  always @(posedge clk_i) if (re_i) rdata_o <= mem[addr_i];
endmodule
`default_nettype wire
