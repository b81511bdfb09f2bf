// SPDX-License-Identifier: Apache-2.0
// fm_axi_rd - curta_axi_rd is a legal AXI4 read master, a fair arbiter and counts its bursts right
//   Stimuli: any clients that keep their promises (1..128 beats, aligned, inside 4 KiB, at most 60 bursts under way each; they may
//   withdraw a request); any memory that answers only what was asked, in any order of IDs, with any delays; reset at any time.
`include "formal.vh"
`default_nettype none
module fm_axi_rd #(
  parameter BUS = 8
) (
  input wire             clk_i,
  input wire             rst_ni,
  input wire [3:0]       rd_valid_i,
  input wire [127:0]     rd_addr_i,
  input wire [31:0]      rd_beats_i,
  input wire             arready_i,
  input wire             rvalid_i,
  input wire [1:0]       rid_i,
  input wire [8*BUS-1:0] rdata_i,
  input wire [1:0]       rresp_i,
  input wire             rlast_i
);
  wire [3:0]       rd_ready, rsp_valid;
  wire [8*BUS-1:0] rsp_data;
  wire             rsp_last, rsp_err, busy, data_busy, beat, arvalid, rready;
  wire [1:0]       arid, arburst;
  wire [31:0]      araddr;
  wire [7:0]       arlen;
  wire [2:0]       arsize;
  curta_axi_rd #(.BUS(BUS)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .rd_valid_i(rd_valid_i), .rd_ready_o(rd_ready), .rd_addr_i(rd_addr_i), .rd_beats_i(rd_beats_i),
    .rsp_valid_o(rsp_valid), .rsp_data_o(rsp_data), .rsp_last_o(rsp_last), .rsp_err_o(rsp_err),
    .busy_o(busy), .data_busy_o(data_busy), .beat_o(beat),
    .m_arvalid_o(arvalid), .m_arready_i(arready_i), .m_arid_o(arid), .m_araddr_o(araddr), .m_arlen_o(arlen), .m_arsize_o(arsize),
    .m_arburst_o(arburst), .m_rvalid_i(rvalid_i), .m_rready_o(rready), .m_rid_i(rid_i), .m_rdata_i(rdata_i), .m_rresp_i(rresp_i),
    .m_rlast_i(rlast_i));

  (* anyconst *) wire [1:0] me;            // one client stands for all

  // bursts that a client has been promised, and those that the memory has been asked
  reg  [5:0] held0, held1, held2, held3;
  reg  [5:0] asked0, asked1, asked2, asked3;
  wire [3:0] take = rd_valid_i & rd_ready;
  wire       ask  = arvalid && arready_i;
  wire       last = rvalid_i && rlast_i;
  always @(posedge clk_i)
    if (!rst_ni) begin
      {held0, held1, held2, held3}     <= 24'd0;
      {asked0, asked1, asked2, asked3} <= 24'd0;
    end else begin
      held0  <= held0 + take[0] - (last && rid_i == 0);
      held1  <= held1 + take[1] - (last && rid_i == 1);
      held2  <= held2 + take[2] - (last && rid_i == 2);
      held3  <= held3 + take[3] - (last && rid_i == 3);
      asked0 <= asked0 + (ask && arid == 0) - (last && rid_i == 0);
      asked1 <= asked1 + (ask && arid == 1) - (last && rid_i == 1);
      asked2 <= asked2 + (ask && arid == 2) - (last && rid_i == 2);
      asked3 <= asked3 + (ask && arid == 3) - (last && rid_i == 3);
    end

  integer k;
  always @* begin
    if (`START) assume (!rst_ni);
    for (k = 0; k < 4; k = k + 1)
      if (rd_valid_i[k]) begin
        assume (rd_beats_i[8*k +: 8] >= 1 && rd_beats_i[8*k +: 8] <= 128);
        assume (rd_addr_i[32*k +: $clog2(BUS)] == 0);
        assume (rd_addr_i[32*k +: 12] + rd_beats_i[8*k +: 8] * BUS <= 4096);
      end
    assume (!(rd_valid_i[0] && held0 > 60) && !(rd_valid_i[1] && held1 > 60) && !(rd_valid_i[2] && held2 > 60) && !(rd_valid_i[3] && held3 > 60));
    assume (!rvalid_i || (rid_i == 0 ? asked0 : rid_i == 1 ? asked1 : rid_i == 2 ? asked2 : asked3) != 0);
  end

  (* hierconn *) wire [1:0]   \u_dut.turn_q ;
  (* hierconn *) wire [3:0]   \u_dut.wait_q ;
  (* hierconn *) wire [127:0] \u_dut.addr_q ;
  (* hierconn *) wire [31:0]  \u_dut.len_q ;
  (* hierconn *) wire         \u_dut.hold_q ;
  (* hierconn *) wire [1:0]   \u_dut.hold_id_q ;
  wire [3:0]   waits = \u_dut.wait_q ;
  wire [127:0] addrs = \u_dut.addr_q ;
  wire [31:0]  lens  = \u_dut.len_q ;
  wire         hold  = \u_dut.hold_q ;
  wire [1:0]   held_id = \u_dut.hold_id_q ;
  wire [1:0]   behind = me - held_id;
  wire [1:0]   ahead  = hold && held_id != me ? behind : me - \u_dut.turn_q - 2'd1;  // clients whose turn comes before its own

  // the cycle before, and what the client asked for last
  reg        p_rst, p_stall;
  reg [1:0]  p_id;
  reg [31:0] p_addr, mine_addr;
  reg [7:0]  p_len, mine_len;
  reg [2:0]  passed;                       // grants to others while this client waited
  always @(posedge clk_i) begin
    p_rst   <= rst_ni;
    p_stall <= rst_ni && arvalid && !arready_i;
    {p_id, p_addr, p_len} <= {arid, araddr, arlen};
    if (take[me]) {mine_addr, mine_len} <= {rd_addr_i[32*me +: 32], rd_beats_i[8*me +: 8] - 8'd1};
    if (!rst_ni || !waits[me] || ask && arid == me) passed <= 0;
    else if (ask) passed <= passed + 1;
  end

  `SEEN({passed == 3, p_stall && rd_valid_i == 4'hb, held1 == 2 && last && take[2], data_busy && !arvalid && take[0] && last})
  always @* begin
    // AXI: reset, stability, shape of a burst, valid does not wait for ready
    `MUST(p_rst || !arvalid)
    `MUST(!p_stall || (arvalid && arid == p_id && araddr == p_addr && arlen == p_len))
    `MUST(arburst == 2'b01 && arsize == $clog2(BUS))
    `MUST(!arvalid || arid != me || (araddr[11:0] + (arlen + 13'd1) * BUS <= 4096 && araddr[$clog2(BUS)-1:0] == 0))
    `MUST(arvalid == (waits != 0))
    // a client is heard unless its last request waits; what it asked for is what appears on the bus; nobody waits for more than three others
    `MUST(rd_ready == ~waits)
    `MUST(!waits[me] || (addrs[32*me +: 32] == mine_addr && lens[8*me +: 8] == mine_len))
    `MUST(!arvalid || arid != me || (waits[me] && araddr == mine_addr && arlen == mine_len))
    `MUST(!waits[me] || (mine_addr[11:0] + (mine_len + 13'd1) * BUS <= 4096 && mine_addr[$clog2(BUS)-1:0] == 0))
    `MUST(hold == p_stall && (!hold || (waits[held_id] && held_id == p_id)))
    `MUST(passed + ahead <= 3)
    // responses go to the client of the ID
    `MUST(rready && rsp_valid == (rvalid_i ? 4'd1 << rid_i : 4'd0) && rsp_data == rdata_i && rsp_last == rlast_i && rsp_err == rresp_i[1])
    `MUST(beat == rvalid_i)
    // counts
    `MUST(busy == (held0 != 0 || held1 != 0 || held2 != 0 || held3 != 0))
    `MUST(data_busy == (held1 != 0 || held2 != 0 || held3 != 0))
    `MUST(u_dut_all == asked0 + asked1 + 9'd0 + asked2 + asked3)
    `MUST(u_dut_data == asked1 + 9'd0 + asked2 + asked3)
    `MUST(held0 == asked0 + 7'd0 + waits[0] && held1 == asked1 + 7'd0 + waits[1])
    `MUST(held2 == asked2 + 7'd0 + waits[2] && held3 == asked3 + 7'd0 + waits[3])
    `MUST(held0 <= 61 && held1 <= 61 && held2 <= 61 && held3 <= 61)
  end
  (* hierconn *) wire [7:0] \u_dut.all_q ;
  (* hierconn *) wire [7:0] \u_dut.data_q ;
  wire [7:0] u_dut_all = \u_dut.all_q , u_dut_data = \u_dut.data_q ;
endmodule
`default_nettype wire
