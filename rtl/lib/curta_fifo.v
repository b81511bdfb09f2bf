// SPDX-License-Identifier: Apache-2.0
// curta_fifo - a few words in registers, first word visible without a read (fall-through of the head)
//   push_i only while room_o; pop_i only while valid_o; both in one cycle are allowed.
// Timing   a word pushed in cycle n is visible in cycle n+1.
// Resets   the counts; words are not reset: none is visible before it was pushed.
`default_nettype none
module curta_fifo #(
  parameter Width = 8,
  parameter LogDepth = 2          // 1..4: this is made of registers or distributed RAM
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             push_i,
  input  wire [Width-1:0] data_i,
  output wire             room_o,
  output wire             valid_o,
  output wire [Width-1:0] data_o,
  input  wire             pop_i
);
  reg [Width-1:0] mem [0:(1<<LogDepth)-1];
  reg [LogDepth:0] wr_q, rd_q;    // free-running; the top bit tells full from empty

  assign valid_o = wr_q != rd_q;
  assign room_o  = wr_q != (rd_q ^ {1'b1, {LogDepth{1'b0}}});
  assign data_o  = mem[rd_q[LogDepth-1:0]];

  always @(posedge clk_i) begin
    if (push_i) mem[wr_q[LogDepth-1:0]] <= data_i;
    if (!rst_ni) begin
      wr_q <= 0;
      rd_q <= 0;
    end else begin
      if (push_i) wr_q <= wr_q + 1'b1;
      if (pop_i)  rd_q <= rd_q + 1'b1;
    end
  end
endmodule
`default_nettype wire
