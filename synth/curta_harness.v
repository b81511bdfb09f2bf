// SPDX-License-Identifier: Apache-2.0
// curta_harness - the accelerator without a board: all ports registered, three pins
//   For place and route: every input of the accelerator is a bit of a shift register, every output ends in a register, so that
//   the clock that the tools report is the accelerator's own. Not a design that does anything.
// Resets   the reset itself comes out of the shift register.
`default_nettype none
/* verilator lint_off PINCONNECTEMPTY */ // retirement port
module curta_harness #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2, parameter BUS = 8,
  parameter A_TILES = 1024, parameter B_TILES = 1024, parameter P_TILES = 256, parameter DIGIT = 18, parameter LANES = 4, parameter OUTST = 8, parameter CODE = 0
) (
  input  wire clk_i,
  input  wire scan_i,
  output wire sign_o
);
  localparam NI = 1 + 1 + 12 + 1 + 32 + 4 + 1 + 1 + 12 + 1 + 1 + 1 + 2 + 8 * BUS + 2 + 1 + 1 + 1 + 1 + 2;
  localparam NO = 1 + 1 + 1 + 1 + 2 + 1 + 1 + 32 + 2 + 1 + 2 + 32 + 8 + 3 + 2 + 1 + 1 + 2 + 32 + 8 + 3 + 2 + 1 + 8 * BUS + BUS + 1 + 1;
  reg  [NI-1:0] in_q;
  reg  [NO-1:0] out_q;
  reg  [(NO+15)/16-1:0] fold_q;
  reg           sign_q;
  wire [NO-1:0] out;
  wire [16*((NO+15)/16)-1:0] padded = {{16*((NO+15)/16)-NO{1'b0}}, out_q};
  integer k;

  assign sign_o = sign_q;
  always @(posedge clk_i) begin
    in_q  <= {in_q[NI-2:0], scan_i};
    out_q <= out;
    for (k = 0; k < (NO + 15) / 16; k = k + 1) fold_q[k] <= ^padded[16*k +: 16];
    sign_q <= ^fold_q;
  end

  wire            rst_n, awvalid, wvalid, bready, arvalid, rready, m_arready, m_rvalid, m_rlast, m_awready, m_wready, m_bvalid;
  wire [11:0]     awaddr, araddr;
  wire [31:0]     wdata;
  wire [3:0]      wstrb;
  wire [1:0]      m_rid, m_rresp, m_bresp;
  wire [8*BUS-1:0] m_rdata;
  assign {rst_n, awvalid, awaddr, wvalid, wdata, wstrb, bready, arvalid, araddr, rready, m_arready, m_rvalid, m_rid, m_rdata, m_rresp,
          m_rlast, m_awready, m_wready, m_bvalid, m_bresp} = in_q;

  wire            irq, awready, wready, bvalid, s_arready, rvalid, m_arvalid, m_rready, m_awvalid, m_wvalid, m_wlast, m_bready;
  wire [1:0]      bresp, rresp, m_arid, m_arburst, m_awid, m_awburst;
  wire [2:0]      m_arsize, m_awsize;
  wire [31:0]     rdata, m_araddr, m_awaddr;
  wire [7:0]      m_arlen, m_awlen;
  wire [8*BUS-1:0] m_wdata;
  wire [BUS-1:0]  m_wstrb;
  assign out = {irq, awready, wready, bvalid, bresp, s_arready, rvalid, rdata, rresp, m_arvalid, m_arid, m_araddr, m_arlen, m_arsize,
                m_arburst, m_rready, m_awvalid, m_awid, m_awaddr, m_awlen, m_awsize, m_awburst, m_wvalid, m_wdata, m_wstrb, m_wlast, m_bready};

  curta #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT), .LANES(LANES), .OUTST(OUTST), .CODE(CODE),
          .Trace(0)) u_curta (
    .clk_i(clk_i), .rst_ni(rst_n), .irq_o(irq),
    .s_awvalid_i(awvalid), .s_awready_o(awready), .s_awaddr_i(awaddr), .s_wvalid_i(wvalid), .s_wready_o(wready), .s_wdata_i(wdata),
    .s_wstrb_i(wstrb), .s_bvalid_o(bvalid), .s_bready_i(bready), .s_bresp_o(bresp), .s_arvalid_i(arvalid), .s_arready_o(s_arready),
    .s_araddr_i(araddr), .s_rvalid_o(rvalid), .s_rready_i(rready), .s_rdata_o(rdata), .s_rresp_o(rresp),
    .m_arvalid_o(m_arvalid), .m_arready_i(m_arready), .m_arid_o(m_arid), .m_araddr_o(m_araddr), .m_arlen_o(m_arlen),
    .m_arsize_o(m_arsize), .m_arburst_o(m_arburst), .m_rvalid_i(m_rvalid), .m_rready_o(m_rready), .m_rid_i(m_rid), .m_rdata_i(m_rdata),
    .m_rresp_i(m_rresp), .m_rlast_i(m_rlast), .m_awvalid_o(m_awvalid), .m_awready_i(m_awready), .m_awid_o(m_awid), .m_awaddr_o(m_awaddr),
    .m_awlen_o(m_awlen), .m_awsize_o(m_awsize), .m_awburst_o(m_awburst), .m_wvalid_o(m_wvalid), .m_wready_i(m_wready), .m_wdata_o(m_wdata),
    .m_wstrb_o(m_wstrb), .m_wlast_o(m_wlast), .m_bvalid_i(m_bvalid), .m_bready_o(m_bready), .m_bresp_i(m_bresp),
    .rt_valid_o(), .rt_index_o(), .rt_op_o(), .rt_start_o(), .rt_end_o(), .rt_busy_o(), .rt_check_o());
endmodule
/* verilator lint_on PINCONNECTEMPTY */
`default_nettype wire
