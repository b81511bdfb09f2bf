// SPDX-License-Identifier: Apache-2.0
// fm_vwr - curta_vstream_wr makes one burst of each address that it is handed, in order, with its beats, and always has room for a tile
//   Stimuli: any addresses of both streams, results as reserved (take_i only while room_o), any memory that acknowledges only complete
//   bursts; reset at any time (it takes the memory along); abort at any time: it stands until nothing is outstanding, a command (clr_i)
//   begins when nothing is (docs/rtl.md: stop). One address, freely chosen, is followed until its last beat has left.
//   What RAMs give is anything (fm_ram_any.v): order and content of results are those of their FIFOs; curta_fifo is fm_fifo_twin.v.
`include "formal.vh"
`default_nettype none
module fm_vwr #(
  parameter T = 8, parameter BUS = 8, parameter LogDst = 6, parameter LogIdx = 5
) (
  input wire             clk_i,
  input wire             rst_ni,
  input wire             clr_i,
  input wire             abort_i,
  input wire [7:0]       dst_beats_i, idx_beats_i,
  input wire             idx_used_i, rows_i,
  input wire             addr_valid_i, addr_idx_i,
  input wire [31:0]      addr_i,
  input wire             take_i, dst_push_i, idx_push_i,
  input wire [8*BUS-1:0] dst_i, idx_i,
  input wire             wr_ready_i, wd_ready_i, wb_valid_i,
  input wire             choose_i           // follow the address that is handed in now
);
  localparam Dst = 1 << LogDst, Idx = 1 << LogIdx;
  wire             addr_ready, room, wr_valid, wd_valid, wd_last, waits, idle;
  wire [31:0]      wr_addr, check;
  wire [7:0]       wr_beats;
  wire [8*BUS-1:0] wd_data;
  wire [BUS-1:0]   wd_strb;
  curta_vstream_wr #(.T(T), .BUS(BUS), .LogDst(LogDst), .LogIdx(LogIdx), .Trace(0)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .clr_i(clr_i), .abort_i(abort_i), .dst_beats_i(dst_beats_i), .idx_beats_i(idx_beats_i),
    .idx_used_i(idx_used_i), .rows_i(rows_i), .addr_valid_i(addr_valid_i), .addr_ready_o(addr_ready), .addr_idx_i(addr_idx_i), .addr_i(addr_i),
    .room_o(room), .take_i(take_i), .dst_push_i(dst_push_i), .dst_i(dst_i), .idx_push_i(idx_push_i), .idx_i(idx_i), .wr_valid_o(wr_valid),
    .wr_ready_i(wr_ready_i), .wr_addr_o(wr_addr), .wr_beats_o(wr_beats), .wd_valid_o(wd_valid), .wd_ready_i(wd_ready_i), .wd_data_o(wd_data),
    .wd_strb_o(wd_strb), .wd_last_o(wd_last), .wb_valid_i(wb_valid_i), .wait_o(waits), .idle_o(idle), .check_o(check));

  (* hierconn *) wire [33*16-1:0] \u_dut.u_addr.words ;
  (* hierconn *) wire [33*4-1:0]  \u_dut.u_order.words ;
  (* hierconn *) wire [4:0]       \u_dut.u_addr.n ;
  (* hierconn *) wire [2:0]       \u_dut.u_order.n ;
  (* hierconn *) wire [LogDst:0]  \u_dut.dst_room_q , \u_dut.u_dst.wr_q , \u_dut.u_dst.rd_q ;
  (* hierconn *) wire [LogIdx:0]  \u_dut.idx_room_q , \u_dut.u_idx.wr_q , \u_dut.u_idx.rd_q ;
  (* hierconn *) wire             \u_dut.u_dst.valid_q , \u_dut.u_idx.valid_q , \u_dut.dst_pop , \u_dut.idx_pop , \u_dut.kill_q , \u_dut.offered_q ;
  (* hierconn *) wire [7:0]       \u_dut.beat_q ;
  (* hierconn *) wire [3:0]       \u_dut.open_q ;
  wire [33*16-1:0] waiting = \u_dut.u_addr.words ;
  wire [33*4-1:0]  order   = \u_dut.u_order.words ;
  wire [LogDst:0]  dst_ram = \u_dut.u_dst.wr_q - \u_dut.u_dst.rd_q ;
  wire [LogIdx:0]  idx_ram = \u_dut.u_idx.wr_q - \u_dut.u_idx.rd_q ;
  wire             dst_pop = \u_dut.dst_pop , idx_pop = \u_dut.idx_pop , kill = \u_dut.kill_q ;

  wire       hand = addr_valid_i && addr_ready, ask = wr_valid && wr_ready_i, beat = wd_valid && wd_ready_i, end_ = beat && wd_last;
  reg  [7:0] handed;                        // addresses that wait
  reg  [7:0] owed, unanswered;              // bursts asked for: with beats to come, complete without an answer
  reg  [15:0] dst_due, idx_due, dst_level, idx_level;     // results reserved and not there yet; there
  reg        aborting, void;
  // the address that is followed: it waits (1), its data is to come (2); addresses or bursts before it
  reg  [1:0] follow;
  reg  [4:0] ahead;
  reg [32:0] word;
  reg  [7:0] length, sent;
  wire [7:0] owed_d = owed - end_;
  always @(posedge clk_i) begin
    handed     <= clr_i || abort_i ? 0 : handed + hand - ask;
    owed       <= !rst_ni ? 0 : owed_d + ask;
    unanswered <= !rst_ni ? 0 : unanswered + end_ - wb_valid_i;
    aborting   <= rst_ni && (abort_i || (aborting && (owed != 0 || unanswered != 0)));
    void       <= rst_ni && !clr_i && (void || (abort_i && !(wd_valid && !wd_ready_i)));
    dst_due    <= clr_i ? 0 : dst_due + (take_i ? dst_beats_i : 0) - dst_push_i;
    idx_due    <= clr_i ? 0 : idx_due + (take_i && idx_used_i ? idx_beats_i : 0) - idx_push_i;
    dst_level  <= clr_i ? 0 : dst_level + (dst_push_i && !abort_i) - dst_pop;
    idx_level  <= clr_i ? 0 : idx_level + (idx_push_i && !abort_i) - idx_pop;
    if (!rst_ni || (follow != 2 && (clr_i || abort_i))) follow <= 0;
    else if (follow == 0 && choose_i && hand) begin
      follow <= 1;
      ahead  <= handed - ask;
      word   <= {addr_idx_i, addr_i};
    end else if (follow == 1 && ask) begin
      if (ahead != 0) ahead <= ahead - 1;
      else begin
        follow <= 2;
        ahead  <= owed_d;
        length <= wr_beats;
        sent   <= 0;
      end
    end else if (follow == 2) begin
      if (ahead == 0) sent <= sent + beat;
      if (end_) ahead <= ahead - 1;
      if (end_ && ahead == 0) follow <= 0;
    end
  end

  reg             p_rst, p_clr, p_wr, p_wd, p_last, p_used;
  reg [31:0]      p_addr;
  reg [7:0]       p_beats, p_dst, p_idx;
  reg [8*BUS-1:0] p_data;
  reg [BUS-1:0]   p_strb;
  always @(posedge clk_i) begin
    {p_rst, p_clr, p_dst, p_idx, p_used} <= {rst_ni, clr_i, dst_beats_i, idx_beats_i, idx_used_i};
    {p_wr, p_addr, p_beats} <= {rst_ni && !clr_i && !abort_i && wr_valid && !wr_ready_i, wr_addr, wr_beats};
    {p_wd, p_data, p_strb, p_last} <= {rst_ni && wd_valid && !wd_ready_i, wd_data, wd_strb, wd_last};
  end
  wire busy = owed != 0 || unanswered != 0;
  always @* begin
    if (`START) assume (!rst_ni);
    assume (rst_ni || clr_i);
    assume (!(clr_i && rst_ni) || !(!idle || take_i || addr_valid_i || dst_push_i || idx_push_i || abort_i));
    assume (dst_beats_i != 0 && dst_beats_i <= Dst && idx_beats_i != 0 && idx_beats_i <= Idx);
    assume (p_clr || {dst_beats_i, idx_beats_i, idx_used_i} == {p_dst, p_idx, p_used});      // of a command
    assume (!(aborting && busy) || abort_i);
    assume (!(aborting || void) || abort_i || !(take_i || addr_valid_i || dst_push_i || idx_push_i));     // the command is over
    assume (!take_i || room);
    assume (!dst_push_i || dst_due != 0);
    assume (!idx_push_i || idx_due != 0);
    assume (!wb_valid_i || unanswered != 0);
  end

  `SEEN({owed + unanswered == 15, follow == 2 && ahead == 0 && sent == 3 && length == 4 && end_ && word[32], p_wd && void && wd_strb == 0,
         follow == 1 && ahead == 2 && abort_i, room && dst_due + dst_level + dst_beats_i == Dst && dst_level == 2})
  integer k;
  always @* begin
    // an address becomes a burst: none is lost, none made up, in order; it stands while it waits
    `MUST(follow != 1 || ahead < handed)
    `MUST(!(follow == 1 && ahead == 0 && wr_valid) || (wr_addr == {word[31:$clog2(BUS)], {$clog2(BUS){1'b0}}} && wr_beats == (word[32] ? idx_beats_i : dst_beats_i)))
    `MUST(!wr_valid || (handed != 0 && !abort_i))
    `MUST(!(p_wr && rst_ni && !abort_i) || (wr_valid && wr_addr == p_addr && wr_beats == p_beats))
    // its beats follow, exactly as many, the last is marked; they stand while they wait
    `MUST(!wd_valid || owed != 0)
    `MUST(!(follow == 2 && ahead == 0 && wd_valid) || wd_last == (sent + 8'd1 == length))
    `MUST(!(p_wd && rst_ni) || (wd_valid && wd_data == p_data && wd_strb == p_strb && wd_last == p_last))
    `MUST(!(dst_pop || idx_pop) || (beat && dst_pop != idx_pop))
    `MUST(!(follow == 2 && ahead == 0 && beat && !kill) || (word[32] ? idx_pop : dst_pop))
    `MUST(!(void && wd_valid) || wd_strb == 0)
    // counts
    `MUST(owed + unanswered <= 15 && \u_dut.open_q == owed + unanswered && waits == busy && idle == (!busy && handed == 0))
    `MUST(handed <= 16 && owed <= 4)
    // room for all that is reserved; what leaves was there
    `MUST(dst_level + dst_due <= Dst && idx_level + idx_due <= Idx)
    `MUST((!dst_pop || dst_level != 0) && (!idx_pop || idx_level != 0))
    // what makes it inductive
    `MUST(\u_dut.u_addr.n == handed && \u_dut.u_order.n == owed)
    `MUST(follow != 3 && (follow != 2 || (ahead < owed && (ahead != 0 ? sent == 0 : sent < length && sent == \u_dut.beat_q ))))
    `MUST(owed != 0 || \u_dut.beat_q == 0)
    `MUST(!p_clr || (handed == 0 && owed == 0))
    `MUST(!\u_dut.offered_q || p_clr || (handed != 0 && owed < 4 && owed + unanswered < 15))
    `MUST(follow != 2 || length == (word[32] ? idx_beats_i : dst_beats_i))
    `MUST(dst_level + dst_due + \u_dut.dst_room_q <= Dst && idx_level + idx_due + \u_dut.idx_room_q <= Idx)
    `MUST(!room || (\u_dut.dst_room_q >= dst_beats_i && (!idx_used_i || \u_dut.idx_room_q >= idx_beats_i)))
    `MUST(dst_ram + \u_dut.u_dst.valid_q == dst_level && idx_ram + \u_dut.u_idx.valid_q == idx_level)
    `MUST(void == kill)
    `MUST(!void || ((dst_ram == 0 || \u_dut.u_dst.valid_q ) && (\u_dut.u_idx.valid_q || idx_ram == 0)))
    for (k = 0; k < 16; k = k + 1) begin
      `MUST(!(follow == 1 && ahead == k) || waiting[33*k +: 33] == word)
      `MUST(!(follow == 2 && ahead == k) || order[33*(k % 4) +: 33] == word)
    end
  end
endmodule
`default_nettype wire
