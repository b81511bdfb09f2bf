// SPDX-License-Identifier: Apache-2.0
// curta_axi_rd - four read clients on one AXI4 read port
//   Client k (0 CP, 1 LOAD, 2 VECTOR source, 3 VECTOR aux) is AXI ID k. Round robin; one request register in front of AR.
//   A client asks only for what it can store, so R is always ready and responses have no back-pressure.
//   VECTOR asks for one of its two streams at a time. A client's ready does not depend on its own valid, nor that of one stream
//   on the other's: VECTOR's next address waits for a ready, and its valid comes late.
// Timing   request to AR: 1 cycle; R to client: same cycle; one request a cycle.
// Resets   AR valid, the turn and the outstanding count; the address register holds nothing before AR valid.
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
  output reg              m_arvalid_o,
  input  wire             m_arready_i,
  output reg  [1:0]       m_arid_o,
  output reg  [31:0]      m_araddr_o,
  output reg  [7:0]       m_arlen_o,
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

  reg  [1:0] turn_q;              // the client that was served last: the lowest priority now
  reg  [7:0] all_q, data_q;       // bursts under way: of everybody, of clients 1..3
  reg  [1:0] pick;
  reg        any;
  reg  [3:0] behind;              // another client that asks has its turn before this one
  wire       free  = !m_arvalid_o || m_arready_i;
  wire       take  = free && any;
  wire       last  = m_rvalid_i && m_rlast_i;

  integer   k, j;
  reg [1:0] theirs, mine;
  always @* begin
    behind = 4'd0;
    theirs = 2'd0;
    mine   = 2'd0;
    for (k = 0; k < 4; k = k + 1)
      for (j = 0; j < 4; j = j + 1) begin
        theirs = j[1:0] - turn_q - 2'd1;
        mine   = k[1:0] - turn_q - 2'd1;
        if (rd_valid_i[j] && theirs < mine && !(k >= 2 && j >= 2)) behind[k] = 1'b1;
      end
    pick = turn_q;
    any  = |rd_valid_i;
    for (k = 4; k > 0; k = k - 1)
      if (rd_valid_i[turn_q + k[1:0]]) pick = turn_q + k[1:0];
  end

  assign rd_ready_o  = free ? ~behind : 4'd0;
  assign rsp_valid_o = m_rvalid_i ? 4'd1 << m_rid_i : 4'd0;
  assign rsp_data_o  = m_rdata_i;
  assign rsp_last_o  = m_rlast_i;
  assign rsp_err_o   = m_rresp_i[1];
  assign m_rready_o  = 1'b1;
  assign m_arsize_o  = Size[2:0];
  assign m_arburst_o = 2'b01;
  assign busy_o      = all_q != 8'd0;
  assign data_busy_o = data_q != 8'd0;
  assign beat_o      = m_rvalid_i;

  always @(posedge clk_i) begin
    if (take) begin
      m_arid_o   <= pick;
      m_araddr_o <= rd_addr_i[32*pick +: 32];
      m_arlen_o  <= rd_beats_i[8*pick +: 8] - 8'd1;
    end
    if (!rst_ni) begin
      m_arvalid_o <= 1'b0;
      turn_q      <= 2'd0;
      all_q       <= 8'd0;
      data_q      <= 8'd0;
    end else begin
      if (free) m_arvalid_o <= any;
      if (take) turn_q <= pick;
      if (take != last) all_q <= take ? all_q + 8'd1 : all_q - 8'd1;
      if ((take && pick != 2'd0) != (last && m_rid_i != 2'd0))
        data_q <= (take && pick != 2'd0) ? data_q + 8'd1 : data_q - 8'd1;
    end
  end
endmodule
`default_nettype wire
