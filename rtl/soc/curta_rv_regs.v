// SPDX-License-Identifier: Apache-2.0
// curta_rv_regs - x0..x31 in distributed RAM, two reads, one write
// Law    x0 reads 0 whatever was written
// Timing reads are combinational and do not see the write of the same cycle
// Resets nothing
`default_nettype none
module curta_rv_regs (
  input  wire        clk_i,
  input  wire        we_i,
  input  wire [4:0]  waddr_i,
  input  wire [31:0] wdata_i,
  input  wire [4:0]  raddr1_i,
  input  wire [4:0]  raddr2_i,
  output wire [31:0] rdata1_o,
  output wire [31:0] rdata2_o
);
  (* ram_style = "distributed" *)
  reg [31:0] x_q [0:31];

  always @(posedge clk_i)
    if (we_i) x_q[waddr_i] <= wdata_i;

  assign rdata1_o = raddr1_i == 5'd0 ? 32'd0 : x_q[raddr1_i];
  assign rdata2_o = raddr2_i == 5'd0 ? 32'd0 : x_q[raddr2_i];
endmodule
`default_nettype wire
