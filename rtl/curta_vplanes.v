// SPDX-License-Identifier: Apache-2.0
// curta_vplanes - int24 tiles from memory into groups of C elements
//   A tile comes as T*T high bytes, then T*T low halves: the high bytes wait in a FIFO until their halves are there.
// Golden   curta_golden_update (int24)
// Timing   a beat or a group a cycle, the high bytes of a tile before its first group.
// Resets   clr_i: everything.
`default_nettype none
module curta_vplanes #(
  parameter T = 8,               // side of a tile
  parameter C = 8,               // elements of a group: BUS/2 <= 2C <= 2 BUS
  parameter BUS = 8              // bytes of a beat
) (
  input  wire             clk_i,
  input  wire             clr_i,
  // Beats
  input  wire             beat_valid_i,
  input  wire [8*BUS-1:0] beat_i,
  input  wire             beat_next_i,     // the next cycle has one if this leaves
  output wire             beat_pop_o,      // it leaves without a pop
  // Groups. A pop comes late in the cycle: what it does is known before.
  output wire             after_o,         // the next cycle has a group if none is popped,
  output wire             next_o,          // if one is popped
  output wire             last_o,          // whose pop takes the beat
  output reg  [24*C-1:0]  data_o,
  input  wire             pop_i
);
  localparam HighBeats = T * T / BUS;                // a power of two
  localparam LogH      = $clog2(HighBeats);
  localparam Groups    = BUS / C;                    // groups of a beat of high bytes
  localparam LogG      = Groups > 1 ? $clog2(Groups) : 1;
  localparam [31:0] Last32 = 3 * HighBeats - 1, LastG32 = Groups - 1;
  localparam [LogH+1:0] Last = Last32[LogH+1:0];
  localparam [LogG-1:0] LastG = LastG32[LogG-1:0];

  reg  [LogH+1:0]  at_q;                             // beat of the tile
  reg  [LogG-1:0]  group_q;                          // group of the beat of high bytes
  reg              low_q;                            // of the low halves
  wire             in_high = !low_q;
  wire             low_after, low_next, low_last, high_valid, high_next, high_empty;
  wire [8*BUS-1:0] high_beat;
  wire [8*C-1:0]   high;
  wire [16*C-1:0]  low;

  curta_fifo_ram #(.Width(8*BUS), .LogDepth(LogH)) u_high (
    .clk_i(clk_i), .clr_i(clr_i), .push_i(beat_valid_i && in_high), .data_i(beat_i), .valid_o(high_valid),
    .data_o(high_beat), .pop_i(pop_i && group_q == LastG), .next_o(high_next), .empty_o(high_empty));
  wire soon = beat_valid_i || beat_next_i;           // the next cycle has a beat if this stays

  generate
    if (Groups > 1) begin : g_part
      assign high = high_beat[8*C*group_q +: 8*C];
    end else begin : g_all
      assign high = high_beat;
    end
    // low_after, low_next: the halves of a group are complete in the next cycle, as above; low_last: with it the beat ends
    if (2 * C > BUS) begin : g_join                  // a group in two beats
      reg             second_q;
      reg [8*BUS-1:0] held_q;
      assign low      = {beat_i, held_q};
      assign low_after = !in_high && (second_q ? soon : beat_valid_i && beat_next_i);
      assign low_next = 1'b0;
      assign low_last = 1'b1;
      assign beat_pop_o = beat_valid_i && (in_high || !second_q);
      always @(posedge clk_i) begin
        if (!second_q) held_q <= beat_i;
        if (clr_i) second_q <= 1'b0;
        else if (!in_high && (beat_pop_o || pop_i)) second_q <= !second_q;
      end
    end else begin : g_split                         // one group or two in a beat
      assign low_after = in_high ? beat_valid_i && beat_next_i && (&at_q[LogH-1:0]) : soon;
      assign low_next = !low_last || beat_next_i;     // behind the last half of a tile there is no high byte left
      assign beat_pop_o = beat_valid_i && in_high;
      if (2 * C < BUS) begin : g_two
        assign low      = group_q[0] ? beat_i[8*BUS-1:16*C] : beat_i[16*C-1:0];
        assign low_last = group_q[0];
      end else begin : g_one
        assign low      = beat_i;
        assign low_last = 1'b1;
      end
    end
  endgenerate

  assign after_o = low_after && (high_valid || high_next);
  assign next_o  = low_next && (group_q != LastG || high_next);
  assign last_o  = low_last;

  integer k;
  always @*
    for (k = 0; k < C; k = k + 1)
      data_o[24*k +: 24] = {high[8*k +: 8], low[16*k +: 16]};

  always @(posedge clk_i)
    if (clr_i) begin
      at_q    <= 0;
      low_q   <= 1'b0;
      group_q <= 0;
    end else begin
      if (beat_pop_o || (pop_i && low_last)) begin
        at_q  <= at_q == Last ? 0 : at_q + 1'b1;
        low_q <= low_q ? at_q != Last : at_q[LogH-1:0] == {LogH{1'b1}};
      end
      if (pop_i) group_q <= group_q == LastG ? 0 : group_q + 1'b1;
    end
  wire unused = high_empty;
endmodule
`default_nettype wire
