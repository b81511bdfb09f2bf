// SPDX-License-Identifier: Apache-2.0
// curta_ram_sp - block RAM with one port: it reads or writes in a cycle, with a write enable for each byte
// Law    en: we != 0 ? mem[addr] byte l := wdata byte l if we[l] : rdata := mem[addr], one cycle later, held until the next read
// Resets nothing: users only use what they wrote.
`default_nettype none
module curta_ram_sp #(
  parameter Bytes = 8,                       // of a word
  parameter Depth = 16384                    // words, >= 2
) (
  input  wire                     clk_i,
  input  wire                     en_i,
  input  wire [Bytes-1:0]         we_i,
  input  wire [$clog2(Depth)-1:0] addr_i,
  input  wire [8*Bytes-1:0]       wdata_i,
  output reg  [8*Bytes-1:0]       rdata_o
);
  reg [8*Bytes-1:0] mem_q [0:Depth-1];
  integer l;
  always @(posedge clk_i)
    if (en_i) begin
      for (l = 0; l < Bytes; l = l + 1)
        if (we_i[l]) mem_q[addr_i][l*8 +: 8] <= wdata_i[l*8 +: 8];
      if (we_i == {Bytes{1'b0}}) rdata_o <= mem_q[addr_i];
    end
endmodule
`default_nettype wire
