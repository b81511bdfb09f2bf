// SPDX-License-Identifier: Apache-2.0
// curta_soc_harness - the standalone machine without its accelerator, for place and route: core, program cache, arbiter, SDRAM controller
//   What the accelerator would drive are bits of a shift register, what it would see ends in registers that are folded into one pin, so that
//   the clock that the tools report is the control side's own. The other pins are those of curta_standalone_sdram.
`default_nettype none
/* verilator lint_off PINCONNECTEMPTY */ // accel_busy_o
module curta_soc_harness #(
  parameter BUS = 8,
  parameter RomFile = ""
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        scan_i,
  output reg         sign_o,
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
  localparam NI = 42 + 86 + 9 * BUS, NO = 65 + 10 + 8 * BUS;
  reg  [NI-1:0] in_q;
  reg  [NO-1:0] out_q;
  reg           rst_nq;
  wire [NO-1:0] out;
  always @(posedge clk_i) begin
    in_q   <= {in_q[NI-2:0], scan_i};
    out_q  <= out;
    sign_o <= ^out_q;
    rst_nq <= rst_ni;
  end

  wire        irq, l_awready, l_wready, l_bvalid, l_arready, l_rvalid, s_arvalid, s_awvalid, s_wvalid, s_wlast;
  wire [1:0]  l_bresp, l_rresp, s_arid;
  wire [31:0] l_rdata, s_araddr, s_awaddr;
  wire [7:0]  s_arlen, s_awlen;
  wire [8*BUS-1:0] s_wdata;
  wire [BUS-1:0]   s_wstrb;
  assign {irq, l_awready, l_wready, l_bvalid, l_arready, l_rvalid, l_bresp, l_rresp, l_rdata, s_arvalid, s_awvalid, s_wvalid, s_wlast, s_arid,
          s_araddr, s_awaddr, s_arlen, s_awlen, s_wdata, s_wstrb} = in_q;

  wire        l_awvalid, l_wvalid, l_bready, l_arvalid, l_rready, s_arready, s_rvalid, s_awready, s_wready, s_bvalid;
  wire [11:0] l_awaddr, l_araddr;
  wire [31:0] l_wdata;
  wire [3:0]  l_wstrb;
  wire        select, drop, ready, error, busy, arvalid, arready, rvalid, rlast, awvalid, awready, awid, wvalid, wready, wlast, bvalid, bid;
  wire [31:0] addr, wdata, rdata, araddr, awaddr;
  wire [3:0]  strb;
  wire [2:0]  arid, rid;
  wire [7:0]  arlen, awlen;
  wire [8*BUS-1:0] m_rdata, m_wdata;
  wire [BUS-1:0]   m_wstrb;
  assign out = {l_awvalid, l_wvalid, l_bready, l_arvalid, l_rready, l_awaddr, l_araddr, l_wdata, l_wstrb, s_arready, s_rvalid, s_awready, s_wready,
                s_bvalid, rlast, rid, 1'b0, m_rdata};

  curta_soc #(.RomFile(RomFile)) u_soc (
    .clk_i(clk_i), .rst_ni(rst_nq), .rx_i(rx_i), .tx_o(tx_o), .sck_o(sck_o), .cs_no(cs_no), .mosi_o(mosi_o), .miso_i(miso_i),
    .irq_accel_i(irq), .accel_busy_o(),
    .m_awvalid_o(l_awvalid), .m_awready_i(l_awready), .m_awaddr_o(l_awaddr), .m_wvalid_o(l_wvalid), .m_wready_i(l_wready),
    .m_wdata_o(l_wdata), .m_wstrb_o(l_wstrb), .m_bvalid_i(l_bvalid), .m_bready_o(l_bready), .m_bresp_i(l_bresp),
    .m_arvalid_o(l_arvalid), .m_arready_i(l_arready), .m_araddr_o(l_araddr), .m_rvalid_i(l_rvalid), .m_rready_o(l_rready),
    .m_rdata_i(l_rdata), .m_rresp_i(l_rresp),
    .mem_select_o(select), .mem_addr_o(addr), .mem_strb_o(strb), .mem_wdata_o(wdata), .mem_drop_o(drop),
    .mem_ready_i(ready), .mem_rdata_i(rdata), .mem_error_i(error), .mem_busy_i(busy));
  curta_soc_mem #(.BUS(BUS)) u_mem (
    .clk_i(clk_i), .rst_ni(rst_nq), .select_i(select), .addr_i(addr), .strb_i(strb), .wdata_i(wdata), .drop_i(drop),
    .ready_o(ready), .rdata_o(rdata), .error_o(error), .busy_o(busy),
    .s_arvalid_i(s_arvalid), .s_arready_o(s_arready), .s_arid_i(s_arid), .s_araddr_i(s_araddr), .s_arlen_i(s_arlen),
    .s_rvalid_o(s_rvalid), .s_awvalid_i(s_awvalid), .s_awready_o(s_awready), .s_awaddr_i(s_awaddr), .s_awlen_i(s_awlen),
    .s_wvalid_i(s_wvalid), .s_wready_o(s_wready), .s_wdata_i(s_wdata), .s_wstrb_i(s_wstrb), .s_wlast_i(s_wlast), .s_bvalid_o(s_bvalid),
    .m_arvalid_o(arvalid), .m_arready_i(arready), .m_arid_o(arid), .m_araddr_o(araddr), .m_arlen_o(arlen),
    .m_rvalid_i(rvalid), .m_rid_i(rid), .m_rdata_i(m_rdata), .m_rresp_i(2'b00), .m_awvalid_o(awvalid),
    .m_awready_i(awready), .m_awid_o(awid), .m_awaddr_o(awaddr), .m_awlen_o(awlen), .m_wvalid_o(wvalid),
    .m_wready_i(wready), .m_wdata_o(m_wdata), .m_wstrb_o(m_wstrb), .m_wlast_o(wlast), .m_bvalid_i(bvalid),
    .m_bid_i(bid), .m_bresp_i(2'b00));
  curta_soc_sdram #(.BUS(BUS)) u_sdram (
    .clk_i(clk_i), .rst_ni(rst_nq), .s_arvalid_i(arvalid), .s_arready_o(arready), .s_arid_i(arid), .s_araddr_i(araddr),
    .s_arlen_i(arlen), .s_rvalid_o(rvalid), .s_rid_o(rid), .s_rdata_o(m_rdata), .s_rlast_o(rlast), .s_awvalid_i(awvalid),
    .s_awready_o(awready), .s_awid_i(awid), .s_awaddr_i(awaddr), .s_awlen_i(awlen), .s_wvalid_i(wvalid), .s_wready_o(wready),
    .s_wdata_i(m_wdata), .s_wstrb_i(m_wstrb), .s_wlast_i(wlast), .s_bvalid_o(bvalid), .s_bid_o(bid),
    .sd_cmd_o(sd_cmd_o), .sd_ba_o(sd_ba_o), .sd_a_o(sd_a_o), .sd_dqm_o(sd_dqm_o), .sd_dq_o(sd_dq_o), .sd_oe_o(sd_oe_o),
    .sd_dq_i(sd_dq_i));
endmodule
/* verilator lint_on PINCONNECTEMPTY */
`default_nettype wire
