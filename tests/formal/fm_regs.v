// SPDX-License-Identifier: Apache-2.0
// fm_regs - curta_regs is a legal AXI4-Lite slave and its settings read as they were written
//   Stimuli: any host (address and data in any order, response taken any time); windows that answer within 3 cycles; reset, soft reset and
//   state of the device at any time.
`include "formal.vh"
`include "curta_spec.vh"
`default_nettype none
module fm_regs (
  input wire        clk_i,
  input wire        rst_ni, core_rst_ni,
  input wire        awvalid_i, wvalid_i, bready_i, arvalid_i, rready_i,
  input wire [11:0] awaddr_i, araddr_i,
  input wire [31:0] wdata_i,
  input wire [3:0]  wstrb_i,
  input wire        busy_i, stopped_i, stopped_set_i, end_i,
  input wire [7:0]  error_i,
  input wire [31:0] error_index_i, error_info_i, ring_head_i, cookie_i,
  input wire [2:0]  retired_i,
  input wire [3:0]  flags_i,
  input wire        s_ack_i, snap_ack_i, cnt_ack_i,
  input wire [31:0] s_rdata_i,
  input wire [63:0] cnt_data_i
);
  wire        awready, wready, bvalid, arready, rvalid, soft, irq, s_req, s_we, snap, cnt_re;
  wire [1:0]  bresp, rresp;
  wire [31:0] rdata, ring_base, ring_tail, mem_size, s_wdata;
  wire [4:0]  ring_log2;
  wire [5:0]  s_addr;
  wire [3:0]  cnt_addr;
  curta_regs u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .core_rst_ni(core_rst_ni),
    .s_awvalid_i(awvalid_i), .s_awready_o(awready), .s_awaddr_i(awaddr_i), .s_wvalid_i(wvalid_i), .s_wready_o(wready), .s_wdata_i(wdata_i),
    .s_wstrb_i(wstrb_i), .s_bvalid_o(bvalid), .s_bready_i(bready_i), .s_bresp_o(bresp), .s_arvalid_i(arvalid_i), .s_arready_o(arready),
    .s_araddr_i(araddr_i), .s_rvalid_o(rvalid), .s_rready_i(rready_i), .s_rdata_o(rdata), .s_rresp_o(rresp),
    .ring_base_o(ring_base), .ring_log2_o(ring_log2), .ring_tail_o(ring_tail), .mem_size_o(mem_size), .soft_o(soft), .irq_o(irq),
    .busy_i(busy_i), .stopped_i(stopped_i), .stopped_set_i(stopped_set_i), .error_i(error_i), .error_index_i(error_index_i),
    .error_info_i(error_info_i), .ring_head_i(ring_head_i), .end_i(end_i), .cookie_i(cookie_i), .retired_i(retired_i), .flags_i(flags_i),
    .s_req_o(s_req), .s_we_o(s_we), .s_addr_o(s_addr), .s_wdata_o(s_wdata), .s_ack_i(s_ack_i), .s_rdata_i(s_rdata_i),
    .snap_o(snap), .snap_ack_i(snap_ack_i), .cnt_re_o(cnt_re), .cnt_addr_o(cnt_addr), .cnt_ack_i(cnt_ack_i), .cnt_data_i(cnt_data_i));

  // what the host has sent and not yet got an answer to
  reg         aw, w, ar, full;
  reg  [11:0] waddr, raddr;
  reg  [31:0] value;
  reg  [3:0]  wage, rage;                  // cycles that a complete write, a read waits for its response
  reg  [1:0]  lazy_s, lazy_n, lazy_c;      // cycles that a window has not answered
  // settings as written
  reg  [31:0] base, size, tail;
  reg  [4:0]  log2;
  reg  [1:0]  enable;
  reg  [3:0]  flags;
  wire        acts  = aw && w && full && !bvalid;            // a write of all four bytes takes effect once
  wire [11:0] where = waddr & 12'hffc;
  always @(posedge clk_i) begin
    if (awvalid_i && awready) waddr <= awaddr_i;
    if (wvalid_i && wready) {value, full} <= {wdata_i, wstrb_i == 4'hf};
    if (arvalid_i && arready) raddr <= araddr_i;
    lazy_s <= rst_ni && s_req && !s_ack_i ? lazy_s + 1 : 0;
    lazy_n <= rst_ni && snap && !snap_ack_i ? lazy_n + 1 : 0;
    lazy_c <= rst_ni && cnt_re && !cnt_ack_i ? lazy_c + 1 : 0;
    if (!rst_ni) begin
      {aw, w, ar} <= 3'b000;
      {wage, rage} <= 8'd0;
    end else begin
      aw   <= aw ? !(bvalid && bready_i) : awvalid_i;
      w    <= w ? !(bvalid && bready_i) : wvalid_i;
      ar   <= ar ? !(rvalid && rready_i) : arvalid_i;
      wage <= aw && w && !bvalid ? wage + 1 : 0;
      rage <= ar && !rvalid && !s_we ? rage + 1 : 0;     // a read of a scale register waits for writes of them
    end
    if (!rst_ni) {base, size, log2, enable} <= 0;
    else if (acts) begin
      if (where == 12'h030) base <= value & ~32'd127;
      if (where == 12'h034) log2 <= value > 16 ? 16 : value;
      if (where == 12'h040) size <= value;
      if (where == 12'h028) enable <= value;
    end
    if (!core_rst_ni) tail <= 0;
    else if (acts && where == 12'h03c) tail <= value;
    flags <= !core_rst_ni ? 4'd0 : flags & ~(acts && where == 12'h054 ? value[3:0] : 4'd0) | flags_i;
  end

  reg         p_rst, p_b, p_r, p_sample, was_busy;
  reg  [31:0] p_data, expect_q;
  reg         known_q;                     // the value of the register read is known here
  wire [11:0] rwhere = raddr & 12'hffc;
  always @(posedge clk_i) begin
    p_rst    <= rst_ni;
    was_busy <= busy_i;
    p_b      <= rst_ni && bvalid && !bready_i;
    p_r      <= rst_ni && rvalid && !rready_i;
    p_data   <= rdata;
    p_sample <= rst_ni && ar && !rvalid;
    known_q  <= 1'b1;
    case (rwhere)
      12'h000: expect_q <= 32'h41545243;
      12'h008: expect_q <= 32'h02080808;
      12'h01c: expect_q <= error_i;
      12'h020: expect_q <= error_index_i;
      12'h024: expect_q <= error_info_i;
      12'h028: expect_q <= enable;
      12'h030: expect_q <= base;
      12'h034: expect_q <= log2;
      12'h038: expect_q <= ring_head_i;
      12'h03c: expect_q <= tail;
      12'h040: expect_q <= size;
      12'h050: expect_q <= 18;
      12'h054: expect_q <= flags;
      default: begin
        expect_q <= rwhere[11:8] == 1 ? s_rdata_i : rwhere >= 12'h080 && rwhere < 12'h0d0 ? (rwhere[2] ? cnt_data_i[63:32] : cnt_data_i[31:0]) : 0;
        known_q  <= rwhere >= 12'h058;
      end
    endcase
  end

  always @* begin
    if (`START) assume (!rst_ni && !core_rst_ni);
    if (!rst_ni) assume (!core_rst_ni);
    assume (!(lazy_s == 2 && s_req) || s_ack_i);
    assume (!(lazy_n == 2 && snap) || snap_ack_i);
    assume (!(lazy_c == 2 && cnt_re) || cnt_ack_i);
  end

  (* hierconn *) wire [31:0] \u_dut.wdata_q ;
  (* hierconn *) wire [11:0] \u_dut.awaddr_q , \u_dut.araddr_q ;
  (* hierconn *) wire        \u_dut.aw_q , \u_dut.w_q , \u_dut.ar_q , \u_dut.full_q , \u_dut.busy_q ;
  (* hierconn *) wire [1:0]  \u_dut.irq_enable_q ;
  (* hierconn *) wire [3:0]  \u_dut.flags_q ;
  wire match = \u_dut.aw_q == aw && \u_dut.w_q == w && \u_dut.ar_q == ar && (!w || (\u_dut.full_q == full && \u_dut.wdata_q == value)) &&
               (!aw || \u_dut.awaddr_q == waddr) && (!ar || \u_dut.araddr_q == raddr) && \u_dut.irq_enable_q == enable && \u_dut.flags_q == flags && \u_dut.busy_q == was_busy;

  `SEEN({p_r && rdata == 32'h12345600, wage == 2, rage == 2, snap && snap_ack_i, soft, irq && rvalid && bvalid})
  always @* begin
    // AXI4-Lite: reset, stability, no response without a request, both always OKAY
    `MUST(p_rst || (!bvalid && !rvalid))
    `MUST(!p_b || bvalid)
    `MUST(!p_r || (rvalid && rdata == p_data))
    `MUST(!bvalid || (aw && w))
    `MUST(!rvalid || ar)
    `MUST(awready == !aw && wready == !w && arready == !ar)
    `MUST(bresp == 0 && rresp == 0)
    // every request is answered
    `MUST(wage <= 3 && rage <= 3)
    // settings
    `MUST(ring_base == base && ring_log2 == log2 && ring_tail == tail && mem_size == size)
    `MUST(log2 <= 16 && base[6:0] == 0)
    `MUST(soft == (acts && where == 12'h014 && value[0]))
    `MUST(snap == (acts && where == 12'h04c))
    `MUST(!s_we || (acts && where[11:8] == 1 && !was_busy && s_addr == where[7:2] && s_wdata == value))
    // reads
    `MUST(!(p_sample && rvalid && known_q) || rdata == expect_q)
    // what makes it inductive
    `MUST(match)
    `MUST(wage == 0 || bvalid || (aw && w && full && (where == 12'h04c ? wage <= lazy_n : where[11:8] == 1 && wage <= lazy_s)))
    `MUST(rage == 0 || rvalid || (ar && (rwhere[11:8] == 1 ? rage <= lazy_s : rage <= lazy_c)))
    `MUST(lazy_s <= 2 && lazy_n <= 2 && lazy_c <= 2)
  end
endmodule
`default_nettype wire
