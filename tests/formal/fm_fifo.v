// SPDX-License-Identifier: Apache-2.0
// fm_fifo - curta_fifo keeps order, content and counts for all stimuli
`include "formal.vh"
`default_nettype none
module fm_fifo #(
  parameter Width = 3, parameter LogDepth = 2, parameter Head = 0
) (
  input wire             clk_i,
  input wire             rst_ni,
  input wire             push_i,
  input wire [Width-1:0] data_i,
  input wire             pop_i,
  input wire             choose_i       // follow the word that is pushed now
);
  wire             room, valid, more;
  wire [Width-1:0] data, next;
  curta_fifo #(.Width(Width), .LogDepth(LogDepth), .Head(Head)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(push_i), .data_i(data_i), .room_o(room), .valid_o(valid), .data_o(data), .more_o(more), .next_o(next), .pop_i(pop_i));

  always @* begin
    if (`START) assume (!rst_ni);
    assume (!push_i || room);
    assume (!pop_i || valid);
  end

  // Law: a count, and one freely chosen word with the number of words before it.
  reg [LogDepth:0] level, ahead;
  reg              follow;
  reg [Width-1:0]  word;
  always @(posedge clk_i)
    if (!rst_ni) begin
      level  <= 0;
      follow <= 1'b0;
    end else begin
      level <= level + push_i - pop_i;
      if (!follow && choose_i && push_i) begin
        follow <= 1'b1;
        word   <= data_i;
        ahead  <= level - pop_i;
      end else if (follow && pop_i) begin
        follow <= ahead != 0;
        ahead  <= ahead - 1'b1;
      end
    end

  `SEEN({follow && ahead == 0 && pop_i && push_i, !room && follow, level == (1 << LogDepth) - 1 && pop_i && push_i})
  always @* begin
    `MUST(valid == (level != 0))
    `MUST(room == (level != 1 << LogDepth))
    `MUST(level <= 1 << LogDepth)
    `MUST(!follow || ahead < level)
    `MUST(!(follow && ahead == 0) || data == word)
    `MUST(more == (level > 1))
    `MUST(!(follow && ahead == 1) || next == word)
  end
endmodule
`default_nettype wire
