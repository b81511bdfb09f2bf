// SPDX-License-Identifier: Apache-2.0
// curta_soc_lite - one access of the core as one AXI4-Lite transfer
//   A read or write starts with select_i, unless hold_i: then when hold_i falls. The core's address, strobes and data stay until
//   ready_o. A write to fewer than four bytes is passed on as it is: the accelerator ignores it.
// Timing   select to valid 1 cycle; response to ready_o same cycle
// Resets   the transfer in progress
`default_nettype none
module curta_soc_lite (
  input  wire        clk_i,
  input  wire        rst_ni,
  // core
  input  wire        select_i,
  input  wire        hold_i,        // earlier writes are not yet in memory
  input  wire [11:0] addr_i,
  input  wire [3:0]  strb_i,
  input  wire [31:0] wdata_i,
  output wire        ready_o,
  output wire [31:0] rdata_o,
  output wire        error_o,
  output wire        busy_o,
  // AXI4-Lite
  output reg         m_awvalid_o,
  input  wire        m_awready_i,
  output wire [11:0] m_awaddr_o,
  output reg         m_wvalid_o,
  input  wire        m_wready_i,
  output wire [31:0] m_wdata_o,
  output wire [3:0]  m_wstrb_o,
  input  wire        m_bvalid_i,
  output wire        m_bready_o,
  input  wire [1:0]  m_bresp_i,
  output reg         m_arvalid_o,
  input  wire        m_arready_i,
  output wire [11:0] m_araddr_o,
  input  wire        m_rvalid_i,
  output wire        m_rready_o,
  input  wire [31:0] m_rdata_i,
  input  wire [1:0]  m_rresp_i
);
  reg  wait_q;                      // chosen, held
  wire start = (select_i || wait_q) && !hold_i;
  wire write = strb_i != 4'd0;

  assign m_awaddr_o = addr_i;
  assign m_araddr_o = addr_i;
  assign m_wdata_o  = wdata_i;
  assign m_wstrb_o  = strb_i;
  assign m_bready_o = 1'b1;
  assign m_rready_o = 1'b1;
  assign ready_o    = m_bvalid_i || m_rvalid_i;
  assign rdata_o    = m_rdata_i;
  assign error_o    = m_bvalid_i ? m_bresp_i != 2'd0 : m_rresp_i != 2'd0;

  reg open_q;
  assign busy_o = wait_q || open_q;
  always @(posedge clk_i) begin
    wait_q <= (select_i || wait_q) && hold_i;
    if (start)        open_q <= 1'b1;
    else if (ready_o) open_q <= 1'b0;
    if (start && write)   m_awvalid_o <= 1'b1;
    else if (m_awready_i) m_awvalid_o <= 1'b0;
    if (start && write)   m_wvalid_o <= 1'b1;
    else if (m_wready_i)  m_wvalid_o <= 1'b0;
    if (start && !write)  m_arvalid_o <= 1'b1;
    else if (m_arready_i) m_arvalid_o <= 1'b0;
    if (!rst_ni) begin
      wait_q      <= 1'b0;
      open_q      <= 1'b0;
      m_awvalid_o <= 1'b0;
      m_wvalid_o  <= 1'b0;
      m_arvalid_o <= 1'b0;
    end
  end
endmodule
`default_nettype wire
