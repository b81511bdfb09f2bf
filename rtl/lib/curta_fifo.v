// SPDX-License-Identifier: Apache-2.0
// curta_fifo - a few words in registers, first word visible without a read (fall-through of the head)
//   push_i only while room_o; pop_i only while valid_o; both in one cycle are allowed.
// Timing   a word pushed in cycle n is visible in cycle n+1.
// Resets   positions and flags; words are not reset: none is visible before it was pushed.
`default_nettype none
module curta_fifo #(
  parameter Width = 8,
  parameter LogDepth = 2,         // 1..4: this is made of registers or distributed RAM
  parameter Head = 0              // 1: the first word stands in a register too, for what looks at it late in a cycle
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             push_i,
  input  wire [Width-1:0] data_i,
  output wire             room_o,
  output wire             valid_o,
  output wire [Width-1:0] data_o,
  output wire             more_o,     // another word behind the first
  output wire [Width-1:0] next_o,     // which is this
  input  wire             pop_i
);
  reg [Width-1:0] mem [0:(1<<LogDepth)-1];
  reg [LogDepth-1:0] wr_q, rd_q;
  reg                some_q, full_q;    // in registers, because what looks at them is long
  wire [LogDepth-1:0] wr_d = wr_q + 1'b1, rd_d = rd_q + 1'b1;

  assign valid_o = some_q;
  assign room_o  = !full_q;
  assign more_o  = some_q && rd_d != wr_q;
  assign next_o  = mem[rd_d];

  generate
    if (Head != 0) begin : g_head
      reg  [Width-1:0] head_q;
      wire             one = !some_q || rd_d == wr_q;        // what is pushed now is the next one
      always @(posedge clk_i) if (pop_i || !some_q) head_q <= one ? data_i : mem[rd_d];
      assign data_o = head_q;
    end else begin : g_ram
      assign data_o = mem[rd_q];
    end
  endgenerate

  always @(posedge clk_i) begin
    if (push_i) mem[wr_q] <= data_i;
    if (!rst_ni) begin
      wr_q   <= 0;
      rd_q   <= 0;
      some_q <= 1'b0;
      full_q <= 1'b0;
    end else begin
      if (push_i) wr_q <= wr_d;
      if (pop_i)  rd_q <= rd_d;
      if (push_i != pop_i) begin
        some_q <= push_i || rd_d != wr_q;
        full_q <= push_i && wr_d == rd_q;
      end
    end
  end
endmodule
`default_nettype wire
