// SPDX-License-Identifier: Apache-2.0
// curta_rv_mem - bytes and half words in a word of the bus, little endian
// Timing combinational
`default_nettype none
module curta_rv_mem (
  input  wire [1:0]  addr_i,        // low bits of the byte address
  input  wire [2:0]  funct_i,       // funct3 of LOAD or STORE: size in bits 1:0, bit 2 unsigned
  output wire        misaligned_o,
  output wire [3:0]  lanes_o,       // bytes of the word that are accessed
  input  wire [31:0] store_i,       // x[rs2]
  output wire [31:0] wdata_o,
  input  wire [31:0] rdata_i,
  output wire [31:0] load_o
);
  wire byte_access = funct_i[1:0] == 2'd0, half_access = funct_i[1:0] == 2'd1;
  assign misaligned_o = (addr_i[0] && !byte_access) || (addr_i[1] && funct_i[1]);
  assign lanes_o = byte_access ? 4'd1 << addr_i : half_access ? {{2{addr_i[1]}}, {2{!addr_i[1]}}} : 4'hf;
  assign wdata_o = byte_access ? {4{store_i[7:0]}} : half_access ? {2{store_i[15:0]}} : store_i;

  wire [15:0] half = addr_i[1] ? rdata_i[31:16] : rdata_i[15:0];
  wire [7:0]  low  = byte_access && addr_i[0] ? half[15:8] : half[7:0];
  wire        fill = !funct_i[2] && (byte_access ? low[7] : half[15]);
  assign load_o = {funct_i[1] ? rdata_i[31:16] : {16{fill}}, byte_access ? {8{fill}} : half[15:8], low};
endmodule
`default_nettype wire
