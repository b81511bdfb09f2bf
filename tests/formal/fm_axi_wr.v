// SPDX-License-Identifier: Apache-2.0
// fm_axi_wr - curta_axi_wr is a legal AXI4 write master
//   Stimuli: any client that keeps its promises (bursts of 1..128 beats, aligned, inside 4 KiB; data stays while it waits); any memory
//   that acknowledges only complete bursts; reset at any time.
`include "formal.vh"
`default_nettype none
module fm_axi_wr #(
  parameter BUS = 8
) (
  input wire             clk_i,
  input wire             rst_ni,
  input wire             wr_valid_i,
  input wire [31:0]      wr_addr_i,
  input wire [7:0]       wr_beats_i,
  input wire             wd_valid_i,
  input wire [8*BUS-1:0] wd_data_i,
  input wire [BUS-1:0]   wd_strb_i,
  input wire             awready_i,
  input wire             wready_i,
  input wire             bvalid_i,
  input wire [1:0]       bresp_i
);
  wire             wr_ready, wd_ready, wb_valid, wb_err, busy, beat, awvalid, wvalid, wlast, bready;
  wire [1:0]       awid, awburst;
  wire [31:0]      awaddr;
  wire [7:0]       awlen;
  wire [2:0]       awsize;
  wire [8*BUS-1:0] wdata;
  wire [BUS-1:0]   wstrb;
  curta_axi_wr #(.BUS(BUS)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .wr_valid_i(wr_valid_i), .wr_ready_o(wr_ready), .wr_addr_i(wr_addr_i), .wr_beats_i(wr_beats_i),
    .wd_valid_i(wd_valid_i), .wd_ready_o(wd_ready), .wd_data_i(wd_data_i), .wd_strb_i(wd_strb_i), .wb_valid_o(wb_valid), .wb_err_o(wb_err),
    .busy_o(busy), .beat_o(beat),
    .m_awvalid_o(awvalid), .m_awready_i(awready_i), .m_awid_o(awid), .m_awaddr_o(awaddr), .m_awlen_o(awlen), .m_awsize_o(awsize),
    .m_awburst_o(awburst), .m_wvalid_o(wvalid), .m_wready_i(wready_i), .m_wdata_o(wdata), .m_wstrb_o(wstrb), .m_wlast_o(wlast),
    .m_bvalid_i(bvalid_i), .m_bready_o(bready), .m_bresp_i(bresp_i));

  // Lengths of the bursts whose address has been shown for a cycle and whose data has not passed, oldest first, and the beats of the oldest
  // that have passed.
  reg  [7:0] l0, l1, l2, l3, sent;
  reg  [2:0] n;
  reg  [7:0] unanswered;                   // complete bursts without a response
  reg        p_take;                       // a burst was accepted in the cycle before: its address is shown now
  wire       w  = wvalid && wready_i;
  wire       done = w && wlast;
  wire [2:0] at = n - done;                // where a new length goes
  always @(posedge clk_i)
    if (!rst_ni) begin
      n          <= 0;
      sent       <= 0;
      unanswered <= 0;
    end else begin
      n          <= n + p_take - done;
      sent       <= done ? 0 : sent + w;
      unanswered <= unanswered + done - bvalid_i;
      if (done) {l0, l1, l2} <= {l1, l2, l3};
      if (p_take && at == 0) l0 <= awlen;
      if (p_take && at == 1) l1 <= awlen;
      if (p_take && at == 2) l2 <= awlen;
      if (p_take && at == 3) l3 <= awlen;
    end

  reg             p_rst, p_aw, p_w, p_want, p_last, p_wd;
  reg [31:0]      p_addr, p_want_addr;
  reg [7:0]       p_len, p_want_len;
  reg [8*BUS-1:0] p_data;
  reg [BUS-1:0]   p_strb;
  always @(posedge clk_i) begin
    p_rst  <= rst_ni;
    p_aw   <= rst_ni && awvalid && !awready_i;
    p_w    <= rst_ni && wvalid && !wready_i;
    p_take <= rst_ni && wr_valid_i && wr_ready;
    p_wd   <= rst_ni && wd_valid_i && !wd_ready;
    p_last <= wlast;
    {p_addr, p_len, p_want_addr, p_want_len} <= {awaddr, awlen, wr_addr_i, wr_beats_i - 8'd1};
    {p_data, p_strb} <= {wd_data_i, wd_strb_i};
  end

  always @* begin
    if (`START) assume (!rst_ni);
    if (wr_valid_i) begin
      assume (wr_beats_i >= 1 && wr_beats_i <= 128);
      assume (wr_addr_i[$clog2(BUS)-1:0] == 0);
      assume (wr_addr_i[11:0] + wr_beats_i * BUS <= 4096);
    end
    assume (!(p_rst && rst_ni && p_wd) || (wd_valid_i && wd_data_i == p_data && wd_strb_i == p_strb));
    // a response needs the data and the address of its burst; that of the newest may still wait
    assume (!bvalid_i || unanswered > (awvalid && n == 0 && !p_take));
  end

  (* hierconn *) wire [7:0] \u_dut.open_q , \u_dut.beat_q ;
  (* hierconn *) wire [2:0] \u_dut.held_q , \u_dut.u_len.n ;
  (* hierconn *) wire [31:0] \u_dut.u_len.words ;
  (* hierconn *) wire        \u_dut.shown_q ;
  wire [7:0]  dut_open = \u_dut.open_q , dut_beat = \u_dut.beat_q ;
  wire [2:0]  dut_held = \u_dut.held_q , dut_len = \u_dut.u_len.n ;
  wire [31:0] dut_words = \u_dut.u_len.words ;

  `SEEN({n == 4 && !awvalid, n == 3 && p_take && done, w && awvalid && !awready_i && n == 1 && !p_take, wlast && w && l0 == 3, p_w && p_last, unanswered == 3 && bvalid_i})
  always @* begin
    // AXI: reset, stability, shape of a burst
    `MUST(p_rst || (!awvalid && !wvalid))
    `MUST(!p_aw || (awvalid && awaddr == p_addr && awlen == p_len) || !p_rst)
    `MUST(!(p_w && rst_ni) || (wvalid && wdata == p_data && wstrb == p_strb && wlast == p_last))
    `MUST(awid == 0 && awburst == 2'b01 && awsize == $clog2(BUS))
    `MUST(!awvalid || (awaddr[11:0] + (awlen + 13'd1) * BUS <= 4096 && awaddr[$clog2(BUS)-1:0] == 0))
    // the client's burst and nothing else becomes an address
    `MUST(!p_take || (awvalid && awaddr == p_want_addr && awlen == p_want_len))
    `MUST(!awvalid || p_aw || p_take)
    // data is offered behind its address, whether or not that has been taken; the last beat is marked, and only it
    `MUST(!wvalid || n != 0)
    `MUST(!wvalid || wlast == (sent == l0))
    `MUST(n == 0 || sent <= l0)
    `MUST(wvalid == (wd_valid_i && n != 0))
    // responses
    `MUST(bready && wb_valid == bvalid_i && wb_err == bresp_i[1])
    `MUST(busy == (p_take || n != 0 || unanswered != 0))
    `MUST(busy || !awvalid)
    `MUST(beat == w)
    // what makes it inductive
    `MUST(n <= 4 && n + 4'd0 + p_take <= 4)
    `MUST(dut_held == n + p_take && dut_len == n && dut_beat == sent)
    `MUST(dut_open == unanswered + 9'd0 + n + p_take)
    `MUST(\u_dut.shown_q == p_take)
    `MUST(n != 0 || sent == 0)
    `MUST((n < 1 || dut_words[7:0] == l0) && (n < 2 || dut_words[15:8] == l1) && (n < 3 || dut_words[23:16] == l2))
    `MUST(n < 4 || dut_words[31:24] == l3)
  end
endmodule
`default_nettype wire
