// SPDX-License-Identifier: Apache-2.0
// curta_board - everything of a board but its clock and pins: the accelerator, memory on the chip, the bridge to a serial line
// Resets   rst_ni from the board's top, synchronous
`default_nettype none
/* verilator lint_off PINCONNECTEMPTY */ // signals of AXI that the on-chip memory does not have
module curta_board #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2, parameter BUS = 8,
  parameter A_TILES = 1024, parameter B_TILES = 1024, parameter P_TILES = 256, parameter DIGIT = 18, parameter LANES = 4, parameter OUTST = 16, parameter CODE = 2,
  parameter LogBytes = 17,                    // of the memory
  parameter [15:0] Divider = 16'd25,          // cycles of a bit of the serial line
  parameter [31:0] ClockKhz = 25000,
  parameter TimeoutLog = 20
) (
  input  wire clk_i,
  input  wire rst_ni,
  input  wire rx_i,
  output wire tx_o,
  output wire irq_o
);
  wire        rx_ready, rx_valid, tx_valid, tx_ready;
  wire [7:0]  rx_data, tx_data;
  curta_bridge_bytes #(.Divider(Divider)) u_bytes (
    .clk_i(clk_i), .rst_ni(rst_ni), .rx_i(rx_i), .tx_o(tx_o), .rx_ready_i(rx_ready), .rx_valid_o(rx_valid), .rx_data_o(rx_data),
    .tx_valid_i(tx_valid), .tx_ready_o(tx_ready), .tx_data_i(tx_data));

  wire                br_re, br_we, br_gnt, awvalid, awready, wvalid, wready, bvalid, bready, arvalid, arready, rvalid, rready;
  wire [LogBytes-1:2] br_addr;
  wire [31:0]         br_wdata, br_rdata, wdata, rdata;
  wire [11:0]         awaddr, araddr;
  wire [3:0]          wstrb;
  wire [1:0]          bresp, rresp;
  curta_bridge #(.LogBytes(LogBytes), .TimeoutLog(TimeoutLog), .ClockKhz(ClockKhz)) u_bridge (
    .clk_i(clk_i), .rst_ni(rst_ni), .rx_ready_o(rx_ready), .rx_valid_i(rx_valid), .rx_data_i(rx_data),
    .tx_valid_o(tx_valid), .tx_ready_i(tx_ready), .tx_data_o(tx_data),
    .mem_re_o(br_re), .mem_we_o(br_we), .mem_addr_o(br_addr), .mem_wdata_o(br_wdata), .mem_gnt_i(br_gnt), .mem_rdata_i(br_rdata),
    .m_awvalid_o(awvalid), .m_awready_i(awready), .m_awaddr_o(awaddr), .m_wvalid_o(wvalid), .m_wready_i(wready), .m_wdata_o(wdata),
    .m_wstrb_o(wstrb), .m_bvalid_i(bvalid), .m_bready_o(bready), .m_bresp_i(bresp), .m_arvalid_o(arvalid), .m_arready_i(arready),
    .m_araddr_o(araddr), .m_rvalid_i(rvalid), .m_rready_o(rready), .m_rdata_i(rdata), .m_rresp_i(rresp), .irq_i(irq_o));

  wire             x_arvalid, x_arready, x_rvalid, x_rready, x_rlast, x_awvalid, x_awready, x_wvalid, x_wready, x_wlast, x_bvalid, x_bready;
  wire [1:0]       x_arid, x_rid, x_rresp, x_bresp;
  wire [31:0]      x_araddr, x_awaddr;
  wire [7:0]       x_arlen;
  wire [8*BUS-1:0] x_rdata, x_wdata;
  wire [BUS-1:0]   x_wstrb;
  curta #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT), .LANES(LANES), .OUTST(OUTST), .CODE(CODE),
          .Trace(0)) u_curta (
    .clk_i(clk_i), .rst_ni(rst_ni), .irq_o(irq_o),
    .s_awvalid_i(awvalid), .s_awready_o(awready), .s_awaddr_i(awaddr), .s_wvalid_i(wvalid), .s_wready_o(wready), .s_wdata_i(wdata),
    .s_wstrb_i(wstrb), .s_bvalid_o(bvalid), .s_bready_i(bready), .s_bresp_o(bresp), .s_arvalid_i(arvalid), .s_arready_o(arready),
    .s_araddr_i(araddr), .s_rvalid_o(rvalid), .s_rready_i(rready), .s_rdata_o(rdata), .s_rresp_o(rresp),
    .m_arvalid_o(x_arvalid), .m_arready_i(x_arready), .m_arid_o(x_arid), .m_araddr_o(x_araddr), .m_arlen_o(x_arlen), .m_arsize_o(),
    .m_arburst_o(), .m_rvalid_i(x_rvalid), .m_rready_o(x_rready), .m_rid_i(x_rid), .m_rdata_i(x_rdata), .m_rresp_i(x_rresp),
    .m_rlast_i(x_rlast), .m_awvalid_o(x_awvalid), .m_awready_i(x_awready), .m_awid_o(), .m_awaddr_o(x_awaddr), .m_awlen_o(),
    .m_awsize_o(), .m_awburst_o(), .m_wvalid_o(x_wvalid), .m_wready_i(x_wready), .m_wdata_o(x_wdata), .m_wstrb_o(x_wstrb),
    .m_wlast_o(x_wlast), .m_bvalid_i(x_bvalid), .m_bready_o(x_bready), .m_bresp_i(x_bresp),
    .rt_valid_o(), .rt_index_o(), .rt_op_o(), .rt_start_o(), .rt_end_o(), .rt_busy_o(), .rt_check_o());

  curta_onchip #(.BUS(BUS), .LogBytes(LogBytes)) u_memory (
    .clk_i(clk_i), .rst_ni(rst_ni), .br_re_i(br_re), .br_we_i(br_we), .br_addr_i(br_addr), .br_wdata_i(br_wdata), .br_gnt_o(br_gnt),
    .br_rdata_o(br_rdata), .s_arvalid_i(x_arvalid), .s_arready_o(x_arready), .s_arid_i(x_arid), .s_araddr_i(x_araddr), .s_arlen_i(x_arlen),
    .s_rvalid_o(x_rvalid), .s_rready_i(x_rready), .s_rid_o(x_rid), .s_rdata_o(x_rdata), .s_rresp_o(x_rresp), .s_rlast_o(x_rlast),
    .s_awvalid_i(x_awvalid), .s_awready_o(x_awready), .s_awaddr_i(x_awaddr), .s_wvalid_i(x_wvalid), .s_wready_o(x_wready),
    .s_wdata_i(x_wdata), .s_wstrb_i(x_wstrb), .s_wlast_i(x_wlast), .s_bvalid_o(x_bvalid), .s_bready_i(x_bready), .s_bresp_o(x_bresp));
endmodule
/* verilator lint_on PINCONNECTEMPTY */
`default_nettype wire
