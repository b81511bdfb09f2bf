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
  // two banks of 16 as distributed RAM has them, so that bank and x0 are chosen in one LUT4 a bit
  (* ram_style = "distributed" *)
  reg [31:0] low_q [0:15];
  (* ram_style = "distributed" *)
  reg [31:0] high_q [0:15];

  always @(posedge clk_i) begin
    if (we_i && !waddr_i[4]) low_q[waddr_i[3:0]]  <= wdata_i;
    if (we_i && waddr_i[4])  high_q[waddr_i[3:0]] <= wdata_i;
  end

  wire low1 = !raddr1_i[4] && raddr1_i != 5'd0, low2 = !raddr2_i[4] && raddr2_i != 5'd0;
  assign rdata1_o = (low_q[raddr1_i[3:0]] & {32{low1}}) | (high_q[raddr1_i[3:0]] & {32{raddr1_i[4]}});
  assign rdata2_o = (low_q[raddr2_i[3:0]] & {32{low2}}) | (high_q[raddr2_i[3:0]] & {32{raddr2_i[4]}});
endmodule
`default_nettype wire
