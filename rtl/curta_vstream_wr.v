// SPDX-License-Identifier: Apache-2.0
// curta_vstream_wr - the two output streams of the vector engine on one memory write port
//   Addresses come in the order of the walk; a burst goes out as soon as its stream has a beat. Room for a tile of
//   results is reserved before the lanes begin it (take_i), so beats need no back-pressure.
//   abort_i: no new burst, no new beat; what was started ends with its strobes 0.
// Timing   data: 2 cycles through the FIFO; address and data at one a cycle.
// Resets   clr_i (start of a command): FIFOs, room. rst_ni: also bursts outstanding.
`default_nettype none
module curta_vstream_wr #(
  parameter T = 8,               // side of a tile: LOSS writes rows of T bytes
  parameter BUS = 8,             // bytes of a beat
  parameter LogDst = 6,          // beats of the FIFOs
  parameter LogIdx = 5,
  parameter Trace = 1
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             clr_i,
  input  wire             abort_i,
  // Command
  input  wire [7:0]       dst_beats_i,   // beats of a burst
  input  wire [7:0]       idx_beats_i,
  input  wire             idx_used_i,
  input  wire             rows_i,        // bursts are rows of T bytes
  // Addresses
  input  wire             addr_valid_i,
  output wire             addr_ready_o,
  input  wire             addr_idx_i,    // 0 DST, 1 IDX
  input  wire [31:0]      addr_i,
  // Results
  output reg              room_o,        // a tile of results has room
  output wire             soon_o,        // in the next cycle, unless one begins
  input  wire             take_i,        // and is reserved
  input  wire             dst_push_i,
  input  wire [8*BUS-1:0] dst_i,
  input  wire             idx_push_i,
  input  wire [8*BUS-1:0] idx_i,
  // Memory
  output wire             wr_valid_o,
  input  wire             wr_ready_i,
  output wire [31:0]      wr_addr_o,
  output wire [7:0]       wr_beats_o,
  output wire             wd_valid_o,
  input  wire             wd_ready_i,
  output wire [8*BUS-1:0] wd_data_o,
  output wire [BUS-1:0]   wd_strb_o,
  output wire             wd_last_o,
  input  wire             wb_valid_i,
  // Status
  output wire             wait_o,        // bursts outstanding
  output wire             idle_o,        // nothing outstanding, no address waits
  output wire [31:0]      check_o        // sum of the beat that leaves, 0 if none does
);
  localparam LogBus = $clog2(BUS);
  localparam LogT   = $clog2(T);

  wire [3:0]  unused_more;         // of the FIFOs
  wire [65:0] unused_next;

  // Addresses that wait
  wire        head_valid, head_idx;
  wire [31:0] head_addr;
  curta_fifo #(.Width(33), .LogDepth(4)) u_addr (
    .clk_i(clk_i), .rst_ni(!clr_i && !abort_i), .push_i(addr_valid_i && addr_ready_o), .data_i({addr_idx_i, addr_i}),
    .room_o(addr_ready_o), .valid_o(head_valid), .data_o({head_idx, head_addr}), .more_o(unused_more[0]), .next_o(unused_next[32:0]), .pop_i(wr_valid_o && wr_ready_i));

  // Data
  wire             dst_valid, idx_valid, dst_pop, idx_pop, dst_empty, idx_empty;
  wire [8*BUS-1:0] dst_data, idx_data;
  curta_fifo_ram #(.Width(8*BUS), .LogDepth(LogDst)) u_dst (
    .clk_i(clk_i), .clr_i(clr_i), .push_i(dst_push_i && !abort_i), .data_i(dst_i), .valid_o(dst_valid), .data_o(dst_data),
    .pop_i(dst_pop), .next_o(unused_more[1]), .empty_o(dst_empty));
  curta_fifo_ram #(.Width(8*BUS), .LogDepth(LogIdx)) u_idx (
    .clk_i(clk_i), .clr_i(clr_i), .push_i(idx_push_i && !abort_i), .data_i(idx_i), .valid_o(idx_valid), .data_o(idx_data),
    .pop_i(idx_pop), .next_o(unused_more[2]), .empty_o(idx_empty));

  // Bursts whose data is still to come, oldest first
  wire        now_valid, now_idx, now_room;
  /* verilator lint_off UNUSEDSIGNAL */ // low bits: rows and sums only
  wire [31:0] now_addr;
  /* verilator lint_on UNUSEDSIGNAL */
  reg  [7:0]  beat_q;
  reg  [3:0]  open_q;
  reg         offered_q;         // an address has been offered: it stays
  reg         kill_q;            // the data that still leaves is void
  wire        beat = wd_valid_o && wd_ready_i;
  curta_fifo #(.Width(33), .LogDepth(2)) u_order (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(wr_valid_o && wr_ready_i), .data_i({head_idx, head_addr}),
    .room_o(now_room), .valid_o(now_valid), .data_o({now_idx, now_addr}), .more_o(unused_more[3]), .next_o(unused_next[65:33]), .pop_i(beat && wd_last_o));

  wire [7:0]     now_beats = now_idx ? idx_beats_i : dst_beats_i;
  wire [BUS-1:0] all       = {BUS{1'b1}};
  wire [BUS-1:0] row;
  generate
    if (BUS > T) begin : g_half
      assign row = now_addr[LogT] ? all << T : all >> T;
    end else begin : g_whole
      assign row = all;
    end
  endgenerate

  wire          begun      = (head_idx ? idx_valid : dst_valid) && now_room && open_q != 4'd15;
  assign wr_valid_o = head_valid && !abort_i && (begun || offered_q);
  assign wr_addr_o  = {head_addr[31:LogBus], {LogBus{1'b0}}};
  assign wr_beats_o = head_idx ? idx_beats_i : dst_beats_i;
  assign wd_valid_o = now_valid && (kill_q || (now_idx ? idx_valid : dst_valid));
  assign wd_data_o  = now_idx ? idx_data : dst_data;
  assign wd_strb_o  = kill_q ? {BUS{1'b0}} : rows_i ? row : all;
  assign wd_last_o  = beat_q + 8'd1 == now_beats;
  wire       pop        = now_valid && wd_ready_i && !kill_q;    // of whichever, without a look at the other
  assign dst_pop    = pop && !now_idx && dst_valid;
  assign idx_pop    = pop && now_idx && idx_valid;
  assign wait_o     = open_q != 4'd0;
  assign idle_o     = open_q == 4'd0 && !head_valid;

  always @(posedge clk_i) begin
    if (!rst_ni) begin
      beat_q <= 8'd0;
      open_q <= 4'd0;
    end else begin
      if (beat) beat_q <= wd_last_o ? 8'd0 : beat_q + 8'd1;
      if ((wr_valid_o && wr_ready_i) != wb_valid_i) open_q <= wb_valid_i ? open_q - 4'd1 : open_q + 4'd1;
    end
    offered_q <= rst_ni && wr_valid_o && !wr_ready_i;
    // a beat that has been offered stays as it is
    if (clr_i || !rst_ni) kill_q <= 1'b0;
    else if (abort_i && !(wd_valid_o && !wd_ready_i)) kill_q <= 1'b1;
  end

  // Room, in beats
  reg [LogDst:0] dst_room_q;
  reg [LogIdx:0] idx_room_q;
  wire [LogDst:0] dst_want = dst_beats_i[LogDst:0];
  wire [LogIdx:0] idx_want = idx_beats_i[LogIdx:0];
  assign soon_o = dst_room_q >= dst_want && (!idx_used_i || idx_room_q >= idx_want);
  always @(posedge clk_i) begin
    room_o <= soon_o && !take_i && !clr_i;
    if (clr_i) begin
      dst_room_q <= {1'b1, {LogDst{1'b0}}};
      idx_room_q <= {1'b1, {LogIdx{1'b0}}};
    end else begin
      dst_room_q <= dst_room_q - (take_i ? dst_want : {LogDst+1{1'b0}}) + {{LogDst{1'b0}}, dst_pop};
      idx_room_q <= idx_room_q - (take_i && idx_used_i ? idx_want : {LogIdx+1{1'b0}}) + {{LogIdx{1'b0}}, idx_pop};
    end
  end

  // Sum for the retirement record: d (2a + 1) over the words of the beat
  generate
    if (Trace != 0) begin : g_trace
      reg  [31:0] sum, a;
      integer     i;
      always @* begin
        sum = 32'd0;
        a   = {2'd0, now_addr[31:LogBus], {LogBus-2{1'b0}}} + {24'd0, beat_q} * (BUS / 4);
        if (beat)
          for (i = 0; i < BUS / 4; i = i + 1)
            if (wd_strb_o[4*i]) sum = sum + wd_data_o[32*i +: 32] * (((a + i) << 1) + 32'd1);
      end
      assign check_o = sum;
    end else begin : g_none
      assign check_o = 32'd0;
    end
  endgenerate
  wire unused = dst_empty ^ idx_empty;
endmodule
`default_nettype wire
