// SPDX-License-Identifier: Apache-2.0
// curta_fifo_ram - a deep FIFO in block RAM, head visible without a read
//   There is no full flag: the user reserves room before it asks for the data (a count of free words next to this).
// Timing   a word pushed in cycle n is visible in cycle n+2 (Head: n+3); one push and one pop a cycle.
// Resets   clr_i empties it; words are not reset: none is visible before it was pushed.
`default_nettype none
module curta_fifo_ram #(
  parameter Width = 64,
  parameter LogDepth = 7,
  parameter Lut = 0,             // of curta_ram
  parameter Head = 0             // 1: the head stands in a register, not at the output of the RAM, which is slow
) (
  input  wire             clk_i,
  input  wire             clr_i,
  input  wire             push_i,
  input  wire [Width-1:0] data_i,
  output wire             valid_o,
  output wire [Width-1:0] data_o,
  input  wire             pop_i,
  output wire             next_o,   // if the head goes, the next cycle has another
  output wire             empty_o   // nothing inside, neither in the RAM nor at the head
);
  reg              valid_q;                // a word stands at the output of the RAM
  reg [LogDepth:0] wr_q, rd_q;
  wire [Width-1:0] data;
  wire             pop;

  wire some = wr_q != rd_q;
  wire re   = some && (!valid_q || pop);

  generate
    if (Head != 0) begin : g_head
      reg             head_q;
      reg [Width-1:0] data_q;
      assign pop     = !head_q || pop_i;
      assign valid_o = head_q;
      assign data_o  = data_q;
      assign next_o  = valid_q;
      assign empty_o = !some && !valid_q && !head_q;
      always @(posedge clk_i) begin
        if (pop) data_q <= data;
        if (clr_i)    head_q <= 1'b0;
        else if (pop) head_q <= valid_q;
      end
    end else begin : g_ram
      assign pop     = pop_i;
      assign valid_o = valid_q;
      assign data_o  = data;
      assign next_o  = some;
      assign empty_o = !some && !valid_q;
    end
  endgenerate

  curta_ram #(.Width(Width), .Depth(1 << LogDepth), .Lane(Width), .Lut(Lut)) u_ram (
    .clk_i(clk_i), .we_i(push_i), .waddr_i(wr_q[LogDepth-1:0]), .wdata_i(data_i),
    .re_i(re), .raddr_i(rd_q[LogDepth-1:0]), .rdata_o(data));

  always @(posedge clk_i) begin
    if (clr_i) begin
      wr_q    <= 0;
      rd_q    <= 0;
      valid_q <= 1'b0;
    end else begin
      if (push_i) wr_q <= wr_q + 1'b1;
      if (re)     rd_q <= rd_q + 1'b1;
      if (re)         valid_q <= 1'b1;
      else if (pop)   valid_q <= 1'b0;
    end
  end
endmodule
`default_nettype wire
