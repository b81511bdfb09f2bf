// SPDX-License-Identifier: Apache-2.0
// fm_bridge - curta_bridge executes only requests with a right CRC, and nothing outside the memory, the registers and the request's own bytes
//   Stimuli: any bytes at any time, any memory, any AXI4-Lite slave that answers what was asked, reset at any time (it takes the slave along).
//   What the payload's RAM gives is anything (fm_ram_any.v).
`include "formal.vh"
`default_nettype none
module fm_bridge #(
  parameter LogBytes = 17, parameter TimeoutLog = 3
) (
  input wire        clk_i,
  input wire        rst_ni,
  input wire        rx_valid_i,
  input wire [7:0]  rx_data_i,
  input wire        tx_ready_i,
  input wire        mem_gnt_i,
  input wire [31:0] mem_rdata_i,
  input wire        awready_i, wready_i, bvalid_i, arready_i, rvalid_i,
  input wire [1:0]  bresp_i, rresp_i,
  input wire [31:0] rdata_i,
  input wire        irq_i
);
  wire        rx_ready, tx_valid, re, we, awvalid, wvalid, bready, arvalid, rready;
  wire [7:0]  tx_data;
  wire [LogBytes-1:2] addr;
  wire [31:0] mem_wdata, wdata;
  wire [11:0] awaddr, araddr;
  wire [3:0]  wstrb;
  curta_bridge #(.LogBytes(LogBytes), .TimeoutLog(TimeoutLog)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .rx_ready_o(rx_ready), .rx_valid_i(rx_valid_i), .rx_data_i(rx_data_i), .tx_valid_o(tx_valid),
    .tx_ready_i(tx_ready_i), .tx_data_o(tx_data), .mem_re_o(re), .mem_we_o(we), .mem_addr_o(addr), .mem_wdata_o(mem_wdata),
    .mem_gnt_i(mem_gnt_i), .mem_rdata_i(mem_rdata_i), .m_awvalid_o(awvalid), .m_awready_i(awready_i), .m_awaddr_o(awaddr),
    .m_wvalid_o(wvalid), .m_wready_i(wready_i), .m_wdata_o(wdata), .m_wstrb_o(wstrb), .m_bvalid_i(bvalid_i), .m_bready_o(bready),
    .m_bresp_i(bresp_i), .m_arvalid_o(arvalid), .m_arready_i(arready_i), .m_araddr_o(araddr), .m_rvalid_i(rvalid_i), .m_rready_o(rready),
    .m_rdata_i(rdata_i), .m_rresp_i(rresp_i), .irq_i(irq_i));
  localparam [3:0] CRC = 3, CHECK = 4, FETCH = 5, ACT = 6, WAIT = 7, KEEP = 8, ANSWER = 9;

  (* hierconn *) wire [63:0] \u_dut.head_q ;
  (* hierconn *) wire [31:0] \u_dut.crc_q ;
  (* hierconn *) wire [10:0] \u_dut.at_q ;
  (* hierconn *) wire [3:0]  \u_dut.state_q ;
  (* hierconn *) wire [TimeoutLog:0] \u_dut.idle_q ;
  wire [63:0] head  = \u_dut.head_q ;
  wire [3:0]  state = \u_dut.state_q ;
  wire [10:0] at    = \u_dut.at_q ;

  // the request: its first byte and the one behind its last
  wire [7:0]  op    = head[7:0];
  wire [15:0] n     = head[31:16];
  wire [33:0] first = {2'd0, head[63:32]}, end_ = first + n, here = first + at;
  wire        legal = n != 0 && n <= 1024 && n[1:0] == 0 && first[1:0] == 0 &&
                      (op == 0 ? n == 16 : op == 1 || op == 2 ? end_ <= 34'd1 << LogBytes : (op == 3 || op == 4) && end_ <= 4096);

  // what waits at the slave
  reg         aw, w, ar;
  reg         p_rst, p_aw, p_w, p_ar, p_mem, p_we, p_right;
  reg  [11:0] p_awaddr, p_araddr;
  reg  [31:0] p_wdata, p_mem_wdata;
  reg  [LogBytes-1:2] p_addr;
  reg  [3:0]  p_state;
  reg  [63:0] p_head;
  always @(posedge clk_i) begin
    aw <= rst_ni && !(bvalid_i && bready) && (aw || (awvalid && awready_i));
    w  <= rst_ni && !(bvalid_i && bready) && (w || (wvalid && wready_i));
    ar <= rst_ni && !(rvalid_i && rready) && (ar || (arvalid && arready_i));
    p_rst <= rst_ni;
    {p_aw, p_w, p_ar, p_mem} <= {4{rst_ni}} & {awvalid && !awready_i, wvalid && !wready_i, arvalid && !arready_i, (re || we) && !mem_gnt_i};
    {p_awaddr, p_araddr, p_wdata, p_addr, p_we, p_mem_wdata} <= {awaddr, araddr, wdata, addr, we, mem_wdata};
    {p_state, p_head, p_right} <= {state, head, \u_dut.crc_q == 32'hdebb20e3};
  end
  always @* begin
    if (`START) assume (!rst_ni);
    assume (!rx_valid_i || rx_ready);
    assume (!bvalid_i || (aw && w));
    assume (!rvalid_i || ar);
  end

  wire runs = state == FETCH || state == ACT || state == WAIT || state == KEEP;
  `SEEN({we && here + 4 == 34'd1 << LogBytes, re && first[15:0] == 16'hfffc, awvalid && at == 4, arvalid && awaddr == 12'hffc, state == ANSWER && p_state == CHECK && p_right})
  always @* begin
    // memory: inside, and of the request
    `MUST(!(re || we) || (here + 4 <= end_ && end_ <= 34'd1 << LogBytes && here[1:0] == 0 && {addr, 2'd0} == here[LogBytes-1:0] && !(re && we)))
    `MUST(!re || op == 2)
    `MUST(!we || op == 1)
    // registers
    `MUST(!(awvalid || wvalid) || (op == 3 && here + 4 <= end_ && end_ <= 4096 && awaddr == here && wstrb == 4'hf))
    `MUST(!arvalid || (op == 4 && here + 4 <= end_ && end_ <= 4096 && araddr == here))
    // nothing before the CRC is right, and then this request
    `MUST(!(runs && p_rst) || p_state == CHECK && p_right && state == FETCH || (p_state >= FETCH && p_state <= KEEP))
    `MUST(!(runs && p_rst) || head == p_head)
    // what waits stands
    `MUST(!(p_aw && p_rst) || (awvalid && awaddr == p_awaddr))
    `MUST(!(p_w && p_rst) || (wvalid && wdata == p_wdata))
    `MUST(!(p_ar && p_rst) || (arvalid && araddr == p_araddr))
    `MUST(!(p_mem && p_rst) || ((re || we) && addr == p_addr && we == p_we && mem_wdata == p_mem_wdata))
    // one access of the registers at a time; each is waited for
    `MUST(!(aw && awvalid) && !(w && wvalid) && !(ar && arvalid) && !((aw || w || awvalid || wvalid) && (ar || arvalid)))
    `MUST(!(aw || w || ar) || ((state == ACT || state == WAIT) && op == (ar ? 4 : 3)))
    // what makes it inductive
    `MUST(!runs || (legal && at[1:0] == 0 && {5'd0, at} < n))
    `MUST(!(awvalid || wvalid || arvalid) || state == ACT)
    `MUST(!(state == ACT && op == 3) || ((aw ^ awvalid) && (w ^ wvalid)))
    `MUST(state != ACT || (op == 4 ? ar ^ arvalid : op != 0))
    `MUST(!(state == WAIT) || (op == 3 ? aw && w && !ar : op == 4 && ar && !aw && !w))
    `MUST(state <= CRC || \u_dut.idle_q == 0)
  end
endmodule
`default_nettype wire
