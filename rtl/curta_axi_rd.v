// SPDX-License-Identifier: Apache-2.0
// curta_axi_rd - four read clients on one AXI4 read port
//   Client k (0 CP, 1 LOAD, 2 VECTOR source, 3 VECTOR aux) is AXI ID k. Each has a register for one request; the bus takes them
//   round robin. What is on the bus stays until it is taken.
//   A client asks only for what it can store, so R is always ready and responses have no back-pressure.
//   Ready depends on the client's own register alone: valid and ready of a client come late and go far.
// Timing   request to AR: 1 cycle; R to client: same cycle; one request a cycle, one every second of a client.
// Resets   the requests, the turn and the outstanding count; an address means nothing without its request.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
module curta_axi_rd #(
  parameter BUS = 8               // bytes of a beat
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // clients
  input  wire [3:0]       rd_valid_i,
  output wire [3:0]       rd_ready_o,
  input  wire [127:0]     rd_addr_i,
  input  wire [31:0]      rd_beats_i,
  output wire [3:0]       rsp_valid_o,
  output wire [8*BUS-1:0] rsp_data_o,
  output wire             rsp_last_o,
  output wire             rsp_err_o,
  // status
  output wire             busy_o,       // any burst is under way
  output wire             data_busy_o,  // a burst of LOAD or VECTOR is under way
  output wire             beat_o,       // a beat arrives
  // AXI4
  output wire             m_arvalid_o,
  input  wire             m_arready_i,
  output wire [1:0]       m_arid_o,
  output wire [31:0]      m_araddr_o,
  output wire [7:0]       m_arlen_o,
  output wire [2:0]       m_arsize_o,
  output wire [1:0]       m_arburst_o,
  input  wire             m_rvalid_i,
  output wire             m_rready_o,
  input  wire [1:0]       m_rid_i,
  input  wire [8*BUS-1:0] m_rdata_i,
  input  wire [1:0]       m_rresp_i,
  input  wire             m_rlast_i
);
  localparam Size = $clog2(BUS);

  reg  [3:0]   wait_q;            // requests that the bus has not taken
  reg  [127:0] addr_q;
  reg  [31:0]  len_q;
  reg  [1:0]   turn_q;            // the client that was served last: the lowest priority now
  reg          hold_q;            // the request of hold_id_q was on the bus and was not taken
  reg  [1:0]   hold_id_q;
  reg  [7:0]   all_q, data_q;     // bursts that the bus has taken: of everybody, of clients 1..3
  reg  [1:0]   pick;
  wire         take  = m_arvalid_o && m_arready_i;
  wire         last  = m_rvalid_i && m_rlast_i;

  integer k;
  always @* begin
    pick = turn_q;
    for (k = 4; k > 0; k = k - 1)
      if (wait_q[turn_q + k[1:0]]) pick = turn_q + k[1:0];
    if (hold_q) pick = hold_id_q;
  end

  assign rd_ready_o  = ~wait_q;
  assign m_arvalid_o = wait_q != 4'd0;
  assign m_arid_o    = pick;
  assign m_araddr_o  = addr_q[32*pick +: 32];
  assign m_arlen_o   = len_q[8*pick +: 8];
  assign rsp_valid_o = m_rvalid_i ? 4'd1 << m_rid_i : 4'd0;
  assign rsp_data_o  = m_rdata_i;
  assign rsp_last_o  = m_rlast_i;
  assign rsp_err_o   = m_rresp_i[1];
  assign m_rready_o  = 1'b1;
  assign m_arsize_o  = Size[2:0];
  assign m_arburst_o = 2'b01;
  assign busy_o      = all_q != 8'd0 || wait_q != 4'd0;
  assign data_busy_o = data_q != 8'd0 || wait_q[3:1] != 3'd0;
  assign beat_o      = m_rvalid_i;

  integer c;
  always @(posedge clk_i) begin
    for (c = 0; c < 4; c = c + 1)
      if (rd_valid_i[c] && !wait_q[c]) begin
        addr_q[32*c +: 32] <= rd_addr_i[32*c +: 32];
        len_q[8*c +: 8]    <= rd_beats_i[8*c +: 8] - 8'd1;
      end
    hold_id_q <= pick;
    if (!rst_ni) begin
      wait_q <= 4'd0;
      turn_q <= 2'd0;
      hold_q <= 1'b0;
      all_q  <= 8'd0;
      data_q <= 8'd0;
    end else begin
      wait_q <= (wait_q & ~(take ? 4'd1 << pick : 4'd0)) | (rd_valid_i & ~wait_q);
      hold_q <= m_arvalid_o && !m_arready_i;
      if (take) turn_q <= pick;
      if (take != last) all_q <= take ? all_q + 8'd1 : all_q - 8'd1;
      if ((take && pick != 2'd0) != (last && m_rid_i != 2'd0))
        data_q <= (take && pick != 2'd0) ? data_q + 8'd1 : data_q - 8'd1;
    end
  end
endmodule
`default_nettype wire
