// SPDX-License-Identifier: Apache-2.0
// curta_vstream_rd - one read stream of the vector engine: bursts in, groups of C elements out
//   Room for a whole burst is reserved before it is asked for, so responses need no back-pressure. Beats of BUS bytes
//   are joined or split into groups of C elements of Wide bytes (narrow_i: of 1 byte).
// Timing   request: same cycle to the port; data: 2 cycles to the head of the FIFO (Head: 3); one beat, at most one group a cycle.
// Resets   clr_i: FIFO, counts. Outstanding bursts are counted on until they have ended (idle_o).
`default_nettype none
module curta_vstream_rd #(
  parameter C = 8,               // elements of a group
  parameter BUS = 8,             // bytes of a beat
  parameter Wide = 4,            // bytes of a wide element: 2 or 4
  parameter LogDepth = 7,        // FIFO, beats
  parameter Lut = 0,             // of its curta_ram
  parameter Head = 0             // of its curta_fifo_ram
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  input  wire                clr_i,      // start of a command: forget what is inside
  input  wire                abort_i,    // level: ask for nothing, swallow what comes
  // Request
  input  wire                req_valid_i,
  output wire                req_ready_o,
  input  wire [31:0]         req_addr_i,
  input  wire [7:0]          req_beats_i,
  // Memory
  output wire                rd_valid_o,
  input  wire                rd_ready_i,
  output wire [31:0]         rd_addr_o,
  output wire [7:0]          rd_beats_o,
  input  wire                rsp_valid_i,
  input  wire [8*BUS-1:0]    rsp_data_i,
  input  wire                rsp_last_i,
  // Groups; with beat_pop_i the raw beats instead. A pop comes late in the cycle: what it does is known before.
  input  wire                narrow_i,
  input  wire                apart_i,    // the beats are groups of another module's making (curta_vplanes)
  input  wire                last_i,     // with apart_i: a pop takes the beat
  output wire                after_o,    // the next cycle has a group if none is popped,
  output wire                next_o,     // if one is popped
  output wire                beat_next_o,// the next cycle has a beat if one leaves
  output wire [8*C-1:0]      narrow_o,   // one of the two holds it, unless apart_i
  output wire [8*Wide*C-1:0] wide_o,
  input  wire                pop_i,
  output wire                beat_valid_o,
  output wire [8*BUS-1:0]    beat_o,
  input  wire                beat_pop_i,
  // Status
  output wire                wait_o,     // bursts outstanding
  output wire                idle_o      // no burst outstanding, nothing inside: a cycle late, but never while there is
);
  localparam GB = Wide * C;                         // bytes of a wide group
  localparam Join  = GB > BUS ? GB / BUS : 1;       // beats of a wide group
  localparam SplitW = GB < BUS ? BUS / GB : 1;      // wide groups of a beat
  localparam SplitN = C < BUS ? BUS / C : 1;        // narrow groups of a beat

  localparam LogN = $clog2(SplitN);
  localparam LogW = $clog2(SplitW);
  localparam [31:0] Join1 = Join - 1, SplitN1 = SplitN - 1, SplitW1 = SplitW - 1;
  localparam Parts = SplitN > Join ? SplitN : Join;            // of a beat or a group, at most: SplitW is less than SplitN
  localparam LogPart = $clog2(Parts);
  localparam [LogPart-1:0] LastJ = Join1[LogPart-1:0], LastN = SplitN1[LogPart-1:0], LastW = SplitW1[LogPart-1:0];

  reg  [LogDepth:0] room_q;
  reg               left_q;                         // a beat has left the FIFO
  reg               idle_q;
  reg  [3:0]        open_q;
  reg  [LogPart-1:0] part_q;                        // beats joined so far, or groups split off so far
  wire [8*BUS-1:0]  beat;
  wire              have, empty, next;
  wire [LogDepth:0] want = req_beats_i[LogDepth:0];
  wire              ask  = rd_valid_o && rd_ready_i;
  wire              last_part;
  wire              leave = apart_i ? last_i : last_part;
  wire              pop_beat;

  // a beat that left in the cycle before is room, but not yet counted
  wire enough = !abort_i && {1'b0, room_q} + {{LogDepth+1{1'b0}}, left_q} >= {1'b0, want} && open_q != 4'd15;
  assign rd_valid_o  = req_valid_i && enough;
  assign rd_addr_o   = req_addr_i;
  assign rd_beats_o  = req_beats_i;
  assign req_ready_o = rd_ready_i && enough;
  assign wait_o      = open_q != 4'd0;
  assign idle_o      = idle_q;
  assign beat_valid_o = have;
  assign beat_next_o  = next;
  assign beat_o      = beat;

  curta_fifo_ram #(.Width(8*BUS), .LogDepth(LogDepth), .Lut(Lut), .Head(Head)) u_fifo (
    .clk_i(clk_i), .clr_i(clr_i || abort_i), .push_i(rsp_valid_i && !abort_i), .data_i(rsp_data_i),
    .valid_o(have), .data_o(beat), .pop_i(pop_beat), .next_o(next), .empty_o(empty));

  generate
    if (SplitN > 1) begin : g_narrow
      assign narrow_o = beat[8*C*part_q[LogN-1:0] +: 8*C];
    end else begin : g_narrow
      assign narrow_o = beat[8*C-1:0];
    end
    if (Join > 1) begin : g_join
      // narrow groups are a part of a beat, wide ones Join beats, the last of them taken from the FIFO directly
      reg  [8*(GB-BUS)-1:0] held_q;
      assign wide_o    = {beat, held_q};
      wire   step      = have && !narrow_i && !last_part;
      assign last_part = narrow_i ? part_q == LastN : part_q == LastJ;
      // a wide group is there with its last beat; a beat before leaves by itself
      wire   soon      = next && part_q + 1'b1 == LastJ;
      assign after_o   = narrow_i || last_part ? have || next : have && soon;
      assign next_o    = narrow_i && (!last_part || next);
      assign pop_beat  = beat_pop_i || step || (pop_i && leave);
      always @(posedge clk_i) begin
        if (step) held_q <= wide_o[8*GB-1:8*BUS];
        if (clr_i) part_q <= 0;
        else if (step || (pop_i && !apart_i)) part_q <= last_part ? {LogPart{1'b0}} : part_q + 1'b1;
      end
    end else begin : g_split
      if (SplitW > 1) begin : g_wide
        assign wide_o = beat[8*GB*part_q[LogW-1:0] +: 8*GB];
      end else begin : g_wide
        assign wide_o = beat;
      end
      assign last_part = narrow_i ? part_q == LastN : part_q == LastW;
      assign after_o   = have || next;
      assign next_o    = !last_part || next;
      assign pop_beat  = beat_pop_i || (pop_i && leave);
      always @(posedge clk_i) begin
        if (clr_i) part_q <= 0;
        else if (pop_i && !apart_i) part_q <= last_part ? {LogPart{1'b0}} : part_q + 1'b1;
      end
    end
  endgenerate

  always @(posedge clk_i) begin
    if (!rst_ni) open_q <= 4'd0;
    else if (ask != (rsp_valid_i && rsp_last_i)) open_q <= ask ? open_q + 4'd1 : open_q - 4'd1;
    if (clr_i) room_q <= {1'b1, {LogDepth{1'b0}}};
    else       room_q <= room_q - (ask ? want : {LogDepth+1{1'b0}}) + {{LogDepth{1'b0}}, left_q};
    left_q <= pop_beat && !clr_i;
    idle_q <= rst_ni && open_q == 4'd0 && empty && !ask;
  end
endmodule
`default_nettype wire
