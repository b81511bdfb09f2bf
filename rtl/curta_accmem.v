// SPDX-License-Identifier: Apache-2.0
// curta_accmem - accumulator memory: words of C sums of 32 bits, read by MATRIX and VECTOR, written by MATRIX
// Law    word address = tile * T²/C + row * T/C + column group.  MATRIX is always served; VECTOR reads when MATRIX does not.
//        Above the sums of a word lie their guard bits, four each, for MATRIX alone: 36 bits a sum are a block RAM's whole words.
// Timing rdata one cycle after re; vx_rdata only in the cycle after vx_re && vx_gnt. vx_gnt does not depend on vx_re.
// Resets nothing: a program reads only sums that it wrote.
`default_nettype none
module curta_accmem #(
  parameter T       = 8,                     // side of a tile
  parameter C       = 8,                     // sums in a word
  parameter P_TILES = 256                    // depth in tiles
) (
  input  wire                              clk_i,
  // matrix
  input  wire                              mx_re_i,
  input  wire [$clog2(P_TILES*T*T/C)-1:0]  mx_raddr_i,
  output wire [32*C-1:0]                   mx_rdata_o,
  input  wire                              mx_we_i,
  input  wire [$clog2(P_TILES*T*T/C)-1:0]  mx_waddr_i,
  input  wire [32*C-1:0]                   mx_wdata_i,
  output wire [4*C-1:0]                    mx_rguard_o,
  input  wire [4*C-1:0]                    mx_wguard_i,
  // vector
  input  wire                              vx_re_i,
  input  wire [$clog2(P_TILES*T*T/C)-1:0]  vx_raddr_i,
  output wire                              vx_gnt_o,
  output wire [32*C-1:0]                   vx_rdata_o
);
  wire [36*C-1:0] rdata;

  assign vx_gnt_o   = !mx_re_i;
  assign vx_rdata_o = rdata[0 +: 32*C];
  assign {mx_rguard_o, mx_rdata_o} = rdata;

  curta_ram #(.Width(36*C), .Depth(P_TILES*T*T/C), .Lane(36*C)) u_ram (
    .clk_i(clk_i),
    .we_i(mx_we_i), .waddr_i(mx_waddr_i), .wdata_i({mx_wguard_i, mx_wdata_i}),
    .re_i(mx_re_i || vx_re_i), .raddr_i(mx_re_i ? mx_raddr_i : vx_raddr_i), .rdata_o(rdata)
  );
endmodule
`default_nettype wire
