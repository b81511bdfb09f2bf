// SPDX-License-Identifier: Apache-2.0
// curta_axi_wr - the write client (VECTOR) on the AXI4 write port
//   Bursts keep their order: one ID, at most 2^LogOutst bursts whose data is not yet sent. Data is offered behind its address,
//   whether or not that has been taken: a slave may wait for either.
// Timing   request to AW: 1 cycle; data to W and B to the client: same cycle.
// Resets   AW valid and the counts.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
module curta_axi_wr #(
  parameter BUS = 8,              // bytes of a beat
  parameter LogOutst = 2
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // client
  input  wire             wr_valid_i,
  output wire             wr_ready_o,
  input  wire [31:0]      wr_addr_i,
  input  wire [7:0]       wr_beats_i,
  input  wire             wd_valid_i,
  output wire             wd_ready_o,
  input  wire [8*BUS-1:0] wd_data_i,
  input  wire [BUS-1:0]   wd_strb_i,
  output wire             wb_valid_o,
  output wire             wb_err_o,
  // status
  output wire             busy_o,       // any burst is not yet acknowledged
  output wire             beat_o,       // a beat leaves
  // AXI4
  output reg              m_awvalid_o,
  input  wire             m_awready_i,
  output wire [1:0]       m_awid_o,
  output reg  [31:0]      m_awaddr_o,
  output reg  [7:0]       m_awlen_o,
  output wire [2:0]       m_awsize_o,
  output wire [1:0]       m_awburst_o,
  output wire             m_wvalid_o,
  input  wire             m_wready_i,
  output wire [8*BUS-1:0] m_wdata_o,
  output wire [BUS-1:0]   m_wstrb_o,
  output wire             m_wlast_o,
  input  wire             m_bvalid_i,
  output wire             m_bready_o,
  input  wire [1:0]       m_bresp_i
);
  localparam Size = $clog2(BUS);

  reg  [7:0] open_q;              // bursts accepted and not yet acknowledged
  reg  [7:0] beat_q;              // beats of the current burst already sent
  wire       len_room, len_valid;
  wire [7:0] len;
  wire       free    = (!m_awvalid_o || m_awready_i) && len_room && open_q != 8'hff;
  wire       take    = free && wr_valid_i;
  wire       w_done  = m_wvalid_o && m_wready_i;

  // Lengths of the bursts whose address has been shown for a cycle and whose data is still to come. Room is asked for with the burst.
  reg        shown_q;
  reg  [LogOutst:0] held_q;
  assign len_room = held_q != {1'b1, {LogOutst{1'b0}}};
  wire       unused_room, unused_more;
  wire [7:0] unused_next;
  curta_fifo #(.Width(8), .LogDepth(LogOutst)) u_len (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(shown_q), .data_i(m_awlen_o), .room_o(unused_room),
    .valid_o(len_valid), .data_o(len), .more_o(unused_more), .next_o(unused_next), .pop_i(w_done && m_wlast_o));

  assign wr_ready_o  = free;
  assign m_awid_o    = 2'd0;
  assign m_awsize_o  = Size[2:0];
  assign m_awburst_o = 2'b01;
  assign m_wvalid_o  = wd_valid_i && len_valid;
  assign wd_ready_o  = m_wready_i && len_valid;
  assign m_wdata_o   = wd_data_i;
  assign m_wstrb_o   = wd_strb_i;
  assign m_wlast_o   = beat_q == len;
  assign m_bready_o  = 1'b1;
  assign wb_valid_o  = m_bvalid_i;
  assign wb_err_o    = m_bresp_i[1];
  assign busy_o      = open_q != 8'd0;
  assign beat_o      = w_done;

  always @(posedge clk_i) begin
    shown_q <= rst_ni && take;
    if (take) begin
      m_awaddr_o <= wr_addr_i;
      m_awlen_o  <= wr_beats_i - 8'd1;
    end
    if (!rst_ni) begin
      m_awvalid_o <= 1'b0;
      open_q      <= 8'd0;
      beat_q      <= 8'd0;
      held_q      <= 0;
    end else begin
      if (take)             m_awvalid_o <= 1'b1;
      else if (m_awready_i) m_awvalid_o <= 1'b0;
      if (w_done) beat_q <= m_wlast_o ? 8'd0 : beat_q + 8'd1;
      if (take != m_bvalid_i) open_q <= take ? open_q + 8'd1 : open_q - 8'd1;
      if (take != (w_done && m_wlast_o)) held_q <= take ? held_q + 1'b1 : held_q - 1'b1;
    end
  end
endmodule
`default_nettype wire
