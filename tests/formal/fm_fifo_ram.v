// SPDX-License-Identifier: Apache-2.0
// fm_fifo_ram - curta_fifo_ram keeps order and content; a word is visible two cycles after its push at the latest (Head: three)
`include "formal.vh"
`default_nettype none
module fm_fifo_ram #(
  parameter Width = 2, parameter LogDepth = 2, parameter Head = 0
) (
  input wire             clk_i,
  input wire             clr_i,
  input wire             push_i,
  input wire [Width-1:0] data_i,
  input wire             pop_i,
  input wire             choose_i
);
  wire             valid, empty, next;
  wire [Width-1:0] data;
  curta_fifo_ram #(.Width(Width), .LogDepth(LogDepth), .Head(Head)) u_dut (
    .clk_i(clk_i), .clr_i(clr_i), .push_i(push_i), .data_i(data_i), .valid_o(valid), .data_o(data), .pop_i(pop_i), .next_o(next), .empty_o(empty));

  reg [LogDepth:0] level, ahead;
  reg              follow;
  reg [1:0]        age;                    // cycles since the push of the word that is followed
  reg [Width-1:0]  word;
  always @* begin
    if (`START) assume (clr_i);
    assume (!push_i || level < 1 << LogDepth);     // the user reserves room
    assume (!pop_i || valid);
  end
  always @(posedge clk_i)
    if (clr_i) begin
      level  <= 0;
      follow <= 1'b0;
    end else begin
      level <= level + push_i - pop_i;
      age   <= age == 2'd3 ? age : age + 2'd1;
      if (!follow && choose_i && push_i) begin
        follow <= 1'b1;
        word   <= data_i;
        age    <= 2'd1;
        ahead  <= level - pop_i;
      end else if (follow && pop_i) begin
        follow <= ahead != 0;
        ahead  <= ahead - 1'b1;
      end
    end

  reg  told, tell;                         // what the cycle before said of this one, and whether it did
  always @(posedge clk_i) begin
    tell <= !clr_i;
    told <= pop_i ? next : valid || next;
  end

  `SEEN({follow && ahead == 0 && valid && pop_i && push_i, level == 1 << LogDepth && follow, level == 1 && pop_i && push_i})
  always @* begin
    `MUST(empty == (level == 0))
    `MUST(!valid || level != 0)
    `MUST(!(follow && ahead == 0 && age >= (Head ? 3 : 2)) || valid)
    `MUST(!follow || ahead < level)
    `MUST(!(follow && ahead == 0 && valid) || data == word)
    `MUST(!tell || valid == told)
  end
endmodule
`default_nettype wire
