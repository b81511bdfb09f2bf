// SPDX-License-Identifier: Apache-2.0
// curta_ram - block RAM with one read and one write port and write enables for lanes of bits
// Law    mem[waddr] lane l := wdata lane l if we[l];  rdata := mem[raddr] one cycle after re, held while re = 0.
//        Reading a word in the cycle in which it is written gives an unspecified value: users avoid it.
// Resets nothing: users only use what they wrote.
`default_nettype none
module curta_ram #(
  parameter Width = 32,                      // bits of a word, a multiple of Lane
  parameter Depth = 512,                     // words, >= 2
  parameter Lane  = 8,                       // bits under one write enable
  /* verilator lint_off UNUSEDPARAM */ // for families that have memories in LUTs
  parameter Lut   = 0                        // 1: in LUTs where the family can (CURTA_LUT_RAM): a few wide words waste block RAM
  /* verilator lint_on UNUSEDPARAM */
) (
  input  wire                     clk_i,
  // write
  input  wire [Width/Lane-1:0]    we_i,
  input  wire [$clog2(Depth)-1:0] waddr_i,
  input  wire [Width-1:0]         wdata_i,
  // read
  input  wire                     re_i,
  input  wire [$clog2(Depth)-1:0] raddr_i,
  output wire [Width-1:0]         rdata_o
);
`ifdef CURTA_LUT_RAM
  (* no_rw_check, ram_style = Lut ? "distributed" : "auto" *)
`else
  (* no_rw_check *)
`endif
  reg [Width-1:0] mem_q [0:Depth-1] /* verilator public_flat_rd */;
  reg [Width-1:0] rdata_q;
  integer l;

  // The array is written in one place and read by nonblocking assignment: a blocking write differs only in the unspecified
  // case, and spares the simulator a delayed copy of every lane of every memory in every cycle.
  /* verilator lint_off BLKSEQ */ // see above
  always @(posedge clk_i)
    if (|we_i)
      for (l = 0; l < Width / Lane; l = l + 1)
        if (we_i[l]) mem_q[waddr_i][l*Lane +: Lane] = wdata_i[l*Lane +: Lane];
  /* verilator lint_on BLKSEQ */

  always @(posedge clk_i)
    if (re_i) rdata_q <= mem_q[raddr_i];

  assign rdata_o = rdata_q;
endmodule
`default_nettype wire
