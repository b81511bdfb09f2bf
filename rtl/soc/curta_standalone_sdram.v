// SPDX-License-Identifier: Apache-2.0
// curta_standalone_sdram - the machine without a host with its memory: curta_standalone and the controller of a 16-bit SDRAM
//   Pins of an ULX3S but for clocks, the three-state buffers of the SDRAM's data and what a board ties to a level.
`default_nettype none
module curta_standalone_sdram #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2, parameter BUS = 8,
  parameter A_TILES = 1024, parameter B_TILES = 1024, parameter P_TILES = 256, parameter DIGIT = 18, parameter LANES = 4, parameter OUTST = 16, parameter CODE = 2,
  parameter Cache = 8192,
  parameter RomFile = "",
  parameter [15:0] Divider = 16'd651,
  parameter Init = 15000,         // cycles of silence of the SDRAM after power-up: 200 us
  parameter Refresh = 570         // cycles from one row's refresh to the next: 7.6 us, so less where the clock is slower than 75 MHz
) (
  input  wire        clk_i,
  input  wire        accel_clk_i,   // see curta_standalone
  input  wire        rst_ni,
  output wire        accel_busy_o,
  // pins
  input  wire        rx_i,
  output wire        tx_o,
  output wire        sck_o,
  output wire        cs_no,
  output wire        mosi_o,
  input  wire        miso_i,
  // SDRAM
  output wire [3:0]  sd_cmd_o,
  output wire [1:0]  sd_ba_o,
  output wire [12:0] sd_a_o,
  output wire [1:0]  sd_dqm_o,
  output wire [15:0] sd_dq_o,
  output wire        sd_oe_o,
  input  wire [15:0] sd_dq_i
);
  wire             arvalid, arready, rvalid, rlast, awvalid, awready, awid, wvalid, wready, wlast, bvalid, bid;
  wire [2:0]       arid, rid;
  wire [31:0]      araddr, awaddr;
  wire [7:0]       arlen, awlen;
  wire [8*BUS-1:0] rdata, wdata;
  wire [BUS-1:0]   wstrb;
  curta_standalone #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT), .LANES(LANES), .OUTST(OUTST),
                     .CODE(CODE), .Cache(Cache), .RomFile(RomFile), .Divider(Divider)) u_alone (
    .clk_i(clk_i), .accel_clk_i(accel_clk_i), .rst_ni(rst_ni), .accel_busy_o(accel_busy_o), .rx_i(rx_i), .tx_o(tx_o), .sck_o(sck_o),
    .cs_no(cs_no), .mosi_o(mosi_o), .miso_i(miso_i),
    .m_arvalid_o(arvalid), .m_arready_i(arready), .m_arid_o(arid), .m_araddr_o(araddr), .m_arlen_o(arlen), .m_rvalid_i(rvalid),
    .m_rid_i(rid), .m_rdata_i(rdata), .m_rresp_i(2'b00), .m_rlast_i(rlast), .m_awvalid_o(awvalid), .m_awready_i(awready),
    .m_awid_o(awid), .m_awaddr_o(awaddr), .m_awlen_o(awlen), .m_wvalid_o(wvalid), .m_wready_i(wready), .m_wdata_o(wdata),
    .m_wstrb_o(wstrb), .m_wlast_o(wlast), .m_bvalid_i(bvalid), .m_bid_i(bid), .m_bresp_i(2'b00));
  curta_soc_sdram #(.BUS(BUS), .Init(Init), .Refresh(Refresh)) u_sdram (
    .clk_i(clk_i), .rst_ni(rst_ni), .s_arvalid_i(arvalid), .s_arready_o(arready), .s_arid_i(arid), .s_araddr_i(araddr),
    .s_arlen_i(arlen), .s_rvalid_o(rvalid), .s_rid_o(rid), .s_rdata_o(rdata), .s_rlast_o(rlast), .s_awvalid_i(awvalid),
    .s_awready_o(awready), .s_awid_i(awid), .s_awaddr_i(awaddr), .s_awlen_i(awlen), .s_wvalid_i(wvalid), .s_wready_o(wready),
    .s_wdata_i(wdata), .s_wstrb_i(wstrb), .s_wlast_i(wlast), .s_bvalid_o(bvalid), .s_bid_o(bid),
    .sd_cmd_o(sd_cmd_o), .sd_ba_o(sd_ba_o), .sd_a_o(sd_a_o), .sd_dqm_o(sd_dqm_o), .sd_dq_o(sd_dq_o), .sd_oe_o(sd_oe_o),
    .sd_dq_i(sd_dq_i));
endmodule
`default_nettype wire
