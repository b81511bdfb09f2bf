// SPDX-License-Identifier: Apache-2.0
// fm_ram - curta_ram: a lane reads as it was written last; the answer is held while re = 0
//   Reading and writing one word in the same cycle is left out: its value is not specified.
`include "formal.vh"
`default_nettype none
module fm_ram #(
  parameter Width = 4, parameter Lane = 2, parameter Depth = 4
) (
  input wire                     clk_i,
  input wire [Width/Lane-1:0]    we_i,
  input wire [$clog2(Depth)-1:0] waddr_i,
  input wire [Width-1:0]         wdata_i,
  input wire                     re_i,
  input wire [$clog2(Depth)-1:0] raddr_i
);
  wire [Width-1:0] rdata;
  curta_ram #(.Width(Width), .Depth(Depth), .Lane(Lane)) u_dut (
    .clk_i(clk_i), .we_i(we_i), .waddr_i(waddr_i), .wdata_i(wdata_i), .re_i(re_i), .raddr_i(raddr_i), .rdata_o(rdata));

  (* anyconst *) wire [$clog2(Depth)-1:0]      addr;   // one word, one lane of it
  (* anyconst *) wire [$clog2(Width/Lane)-1:0] lane;
  reg            known, shown;
  reg [Lane-1:0] value, answer;
  always @* assume (!(re_i && we_i != 0 && raddr_i == waddr_i));
  always @(posedge clk_i) begin
    if ($initstate) {known, shown} <= 2'b00;
    else begin
      if (we_i[lane] && waddr_i == addr) begin
        known <= 1'b1;
        value <= wdata_i[lane*Lane +: Lane];
      end
      if (re_i) begin
        shown  <= known && raddr_i == addr;
        answer <= value;
      end
    end
  end

  `SEEN({shown && !re_i && we_i != 0 && waddr_i == addr, shown && re_i && raddr_i == addr && value != answer})
  always @* begin `MUST(!shown || rdata[lane*Lane +: Lane] == answer) end
endmodule
`default_nettype wire
