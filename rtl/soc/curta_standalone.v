// SPDX-License-Identifier: Apache-2.0
// curta_standalone - the machine without a host: control side, accelerator, one AXI4 memory outside
//   One clock: accel_clk_i is clk_i. A simulator may leave out its edges while the accelerator is idle and none of its registers is
//   accessed (accel_busy_o): the core works alone much faster then.
`default_nettype none
/* verilator lint_off PINCONNECTEMPTY */ // retirement records, constants of AXI
module curta_standalone #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2, parameter BUS = 8,
  parameter A_TILES = 1024, parameter B_TILES = 1024, parameter P_TILES = 256, parameter DIGIT = 18, parameter LANES = 4, parameter OUTST = 16, parameter CODE = 2,
  parameter RomBytes = 2048,
  parameter RamBytes = 16384,
  parameter Cache = 8192,         // bytes of the program cache
  parameter MemBytes = 33554432,
  parameter RomFile  = "",
  parameter [15:0] Divider = 16'd651
) (
  input  wire             clk_i,
  input  wire             accel_clk_i,
  input  wire             rst_ni,
  output wire             accel_busy_o, // an access to the accelerator's registers is under way
  // pins
  input  wire             rx_i,
  output wire             tx_o,
  output wire             sck_o,
  output wire             cs_no,
  output wire             mosi_o,
  input  wire             miso_i,
  // AXI4 memory: INCR bursts of whole beats
  output wire             m_arvalid_o,
  input  wire             m_arready_i,
  output wire [2:0]       m_arid_o,
  output wire [31:0]      m_araddr_o,
  output wire [7:0]       m_arlen_o,
  input  wire             m_rvalid_i,
  input  wire [2:0]       m_rid_i,
  input  wire [8*BUS-1:0] m_rdata_i,
  input  wire [1:0]       m_rresp_i,
  input  wire             m_rlast_i,
  output wire             m_awvalid_o,
  input  wire             m_awready_i,
  output wire             m_awid_o,
  output wire [31:0]      m_awaddr_o,
  output wire [7:0]       m_awlen_o,
  output wire             m_wvalid_o,
  input  wire             m_wready_i,
  output wire [8*BUS-1:0] m_wdata_o,
  output wire [BUS-1:0]   m_wstrb_o,
  output wire             m_wlast_o,
  input  wire             m_bvalid_i,
  input  wire             m_bid_i,
  input  wire [1:0]       m_bresp_i
);
  wire        irq;
  wire        l_awvalid, l_awready, l_wvalid, l_wready, l_bvalid, l_bready, l_arvalid, l_arready, l_rvalid, l_rready;
  wire [11:0] l_awaddr, l_araddr;
  wire [31:0] l_wdata, l_rdata;
  wire [3:0]  l_wstrb;
  wire [1:0]  l_bresp, l_rresp;
  wire        mem_select, mem_drop, mem_ready, mem_error, mem_busy;
  wire [31:0] mem_addr, mem_wdata, mem_rdata;
  wire [3:0]  mem_strb;
  curta_soc #(.RomBytes(RomBytes), .RamBytes(RamBytes), .MemBytes(MemBytes), .RomFile(RomFile), .Divider(Divider)) u_soc (
    .clk_i(clk_i), .rst_ni(rst_ni), .rx_i(rx_i), .tx_o(tx_o), .sck_o(sck_o), .cs_no(cs_no), .mosi_o(mosi_o), .miso_i(miso_i),
    .irq_accel_i(irq), .accel_busy_o(accel_busy_o),
    .m_awvalid_o(l_awvalid), .m_awready_i(l_awready), .m_awaddr_o(l_awaddr), .m_wvalid_o(l_wvalid), .m_wready_i(l_wready),
    .m_wdata_o(l_wdata), .m_wstrb_o(l_wstrb), .m_bvalid_i(l_bvalid), .m_bready_o(l_bready), .m_bresp_i(l_bresp),
    .m_arvalid_o(l_arvalid), .m_arready_i(l_arready), .m_araddr_o(l_araddr), .m_rvalid_i(l_rvalid), .m_rready_o(l_rready),
    .m_rdata_i(l_rdata), .m_rresp_i(l_rresp),
    .mem_select_o(mem_select), .mem_addr_o(mem_addr), .mem_strb_o(mem_strb), .mem_wdata_o(mem_wdata), .mem_drop_o(mem_drop),
    .mem_ready_i(mem_ready),
    .mem_rdata_i(mem_rdata), .mem_error_i(mem_error), .mem_busy_i(mem_busy));

  wire             a_arvalid, a_arready, a_rvalid, a_awvalid, a_awready, a_wvalid, a_wready, a_wlast, a_bvalid;
  wire [1:0]       a_arid;
  wire [31:0]      a_araddr, a_awaddr;
  wire [7:0]       a_arlen, a_awlen;
  wire [8*BUS-1:0] a_wdata;
  wire [BUS-1:0]   a_wstrb;
  curta #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT),
          .LANES(LANES), .OUTST(OUTST), .CODE(CODE), .Trace(0)) u_curta (
    .clk_i(accel_clk_i), .rst_ni(rst_ni), .irq_o(irq),
    .s_awvalid_i(l_awvalid), .s_awready_o(l_awready), .s_awaddr_i(l_awaddr), .s_wvalid_i(l_wvalid), .s_wready_o(l_wready),
    .s_wdata_i(l_wdata), .s_wstrb_i(l_wstrb), .s_bvalid_o(l_bvalid), .s_bready_i(l_bready), .s_bresp_o(l_bresp),
    .s_arvalid_i(l_arvalid), .s_arready_o(l_arready), .s_araddr_i(l_araddr), .s_rvalid_o(l_rvalid), .s_rready_i(l_rready),
    .s_rdata_o(l_rdata), .s_rresp_o(l_rresp),
    .m_arvalid_o(a_arvalid), .m_arready_i(a_arready), .m_arid_o(a_arid), .m_araddr_o(a_araddr), .m_arlen_o(a_arlen), .m_arsize_o(),
    .m_arburst_o(), .m_rvalid_i(a_rvalid), .m_rready_o(), .m_rid_i(m_rid_i[1:0]), .m_rdata_i(m_rdata_i), .m_rresp_i(m_rresp_i),
    .m_rlast_i(m_rlast_i), .m_awvalid_o(a_awvalid), .m_awready_i(a_awready), .m_awid_o(), .m_awaddr_o(a_awaddr),
    .m_awlen_o(a_awlen), .m_awsize_o(), .m_awburst_o(), .m_wvalid_o(a_wvalid), .m_wready_i(a_wready), .m_wdata_o(a_wdata),
    .m_wstrb_o(a_wstrb), .m_wlast_o(a_wlast), .m_bvalid_i(a_bvalid), .m_bready_o(), .m_bresp_i(m_bresp_i),
    .rt_valid_o(), .rt_index_o(), .rt_op_o(), .rt_start_o(), .rt_end_o(), .rt_busy_o(), .rt_check_o());

  curta_soc_mem #(.BUS(BUS), .Cache(Cache)) u_mem (
    .clk_i(clk_i), .rst_ni(rst_ni), .select_i(mem_select), .addr_i(mem_addr), .strb_i(mem_strb), .wdata_i(mem_wdata), .drop_i(mem_drop),
    .ready_o(mem_ready), .rdata_o(mem_rdata), .error_o(mem_error), .busy_o(mem_busy),
    .s_arvalid_i(a_arvalid), .s_arready_o(a_arready), .s_arid_i(a_arid), .s_araddr_i(a_araddr), .s_arlen_i(a_arlen),
    .s_rvalid_o(a_rvalid), .s_awvalid_i(a_awvalid), .s_awready_o(a_awready), .s_awaddr_i(a_awaddr), .s_awlen_i(a_awlen),
    .s_wvalid_i(a_wvalid), .s_wready_o(a_wready), .s_wdata_i(a_wdata), .s_wstrb_i(a_wstrb), .s_wlast_i(a_wlast), .s_bvalid_o(a_bvalid),
    .m_arvalid_o(m_arvalid_o), .m_arready_i(m_arready_i), .m_arid_o(m_arid_o), .m_araddr_o(m_araddr_o), .m_arlen_o(m_arlen_o),
    .m_rvalid_i(m_rvalid_i), .m_rid_i(m_rid_i), .m_rdata_i(m_rdata_i), .m_rresp_i(m_rresp_i), .m_awvalid_o(m_awvalid_o),
    .m_awready_i(m_awready_i), .m_awid_o(m_awid_o), .m_awaddr_o(m_awaddr_o), .m_awlen_o(m_awlen_o), .m_wvalid_o(m_wvalid_o),
    .m_wready_i(m_wready_i), .m_wdata_o(m_wdata_o), .m_wstrb_o(m_wstrb_o), .m_wlast_o(m_wlast_o), .m_bvalid_i(m_bvalid_i),
    .m_bid_i(m_bid_i), .m_bresp_i(m_bresp_i));
endmodule
/* verilator lint_on PINCONNECTEMPTY */
`default_nettype wire
