// SPDX-License-Identifier: Apache-2.0
// curta_regs - AXI4-Lite slave: registers, interrupt, windows of scale registers and counters (registers.md)
//   One write and one read at a time; address and data of a write may come in any order. A write without all four
//   strobes changes nothing, nor does a write to a scale register while the device is busy. Windows and SNAPSHOT answer
//   when the other side has: the response waits.
// Timing   write: response 2 cycles after address and data; read: data 2 cycles after the address; windows later.
// Resets   hard reset: all registers 0. Soft reset (core_rst_ni): what a program has made; ring, memory size and
//          interrupt enable stay.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
`include "curta_spec.vh"
module curta_regs #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2, parameter BUS = 8,
  parameter A_TILES = 1024, parameter B_TILES = 1024, parameter P_TILES = 256,
  parameter DIGIT = 18,
  parameter CODE = 0
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        core_rst_ni,
  // AXI4-Lite
  input  wire        s_awvalid_i,
  output wire        s_awready_o,
  input  wire [11:0] s_awaddr_i,
  input  wire        s_wvalid_i,
  output wire        s_wready_o,
  input  wire [31:0] s_wdata_i,
  input  wire [3:0]  s_wstrb_i,
  output reg         s_bvalid_o,
  input  wire        s_bready_i,
  output wire [1:0]  s_bresp_o,
  input  wire        s_arvalid_i,
  output wire        s_arready_o,
  input  wire [11:0] s_araddr_i,
  output reg         s_rvalid_o,
  input  wire        s_rready_i,
  output reg  [31:0] s_rdata_o,
  output wire [1:0]  s_rresp_o,
  // settings
  output reg  [31:0] ring_base_o,
  output reg  [4:0]  ring_log2_o,
  output reg  [31:0] ring_tail_o,
  output reg  [31:0] mem_size_o,
  output wire        soft_o,        // pulse: soft reset
  output wire        irq_o,
  // state
  input  wire        busy_i,
  input  wire        stopped_i,
  input  wire        stopped_set_i,
  input  wire [7:0]  error_i,
  input  wire [31:0] error_index_i,
  input  wire [31:0] error_info_i,
  input  wire [31:0] ring_head_i,
  input  wire        end_i,
  input  wire [31:0] cookie_i,
  input  wire [2:0]  retired_i,     // commands that retire in this cycle
  input  wire [3:0]  flags_i,       // set bits of FLAGS
  // windows
  output wire        s_req_o,
  output wire        s_we_o,
  output wire [5:0]  s_addr_o,
  output wire [31:0] s_wdata_o,
  input  wire        s_ack_i,
  input  wire [31:0] s_rdata_i,
  output wire        snap_o,
  input  wire        snap_ack_i,
  output wire        cnt_re_o,
  output wire [3:0]  cnt_addr_o,
  input  wire        cnt_ack_i,
  input  wire [63:0] cnt_data_i
);
  reg         aw_q, w_q, ar_q;      // taken, not yet answered
  reg  [11:0] awaddr_q, araddr_q;
  reg  [31:0] wdata_q;
  reg         full_q;               // all strobes of the write
  reg  [1:0]  irq_enable_q, irq_status_q;
  reg  [3:0]  flags_q;
  reg  [31:0] cookie_q, retired_q;

  assign s_awready_o = !aw_q;
  assign s_wready_o  = !w_q;
  assign s_arready_o = !ar_q;
  assign s_bresp_o   = 2'b00;
  assign s_rresp_o   = 2'b00;

  // ---- writes
  wire        wr        = aw_q && w_q && !s_bvalid_o;    // a write is here
  wire        wr_do     = wr && full_q;
  wire [11:0] waddr     = {awaddr_q[11:2], 2'b00};
  reg         busy_q;               // busy ends and begins with a long comparison; no write follows a doorbell in the next cycle
  wire        wr_scalar = wr_do && waddr[11:8] == 4'h1 && !busy_q;
  assign      snap_o    = wr_do && waddr == `CURTA_REG_SNAPSHOT;
  wire        wr_done   = wr && (wr_scalar ? s_ack_i : snap_o ? snap_ack_i : 1'b1);
  assign      soft_o    = wr_do && waddr == `CURTA_REG_CTRL && wdata_q[0];

  // ---- reads
  reg         rd_scalar, rd_counter;
  reg  [31:0] rd_data;
  wire        rd        = ar_q && !s_rvalid_o;
  wire [11:0] raddr     = {araddr_q[11:2], 2'b00};
  wire [11:0] cnt_off   = raddr - `CURTA_REG_COUNTER;
  wire        rd_done   = rd && (rd_scalar ? s_ack_i && !wr_scalar : rd_counter ? cnt_ack_i : 1'b1);

  always @* begin
    rd_data    = 32'd0;
    rd_scalar  = 1'b0;
    rd_counter = 1'b0;
    if (rd) begin
      rd_scalar  = raddr[11:8] == 4'h1;
      rd_counter = raddr >= `CURTA_REG_COUNTER && cnt_off < 8 * `CURTA_CNT_COUNT;
      case (raddr)
        `CURTA_REG_ID:          rd_data = `CURTA_MAGIC;
        `CURTA_REG_VERSION:     rd_data = {`CURTA_NUMERICS, `CURTA_HARDWARE};
        `CURTA_REG_CONFIG:      rd_data = {V[7:0], C[7:0], R[7:0], T[7:0]};
        `CURTA_REG_CAPS0:       rd_data = {B_TILES[15:0], A_TILES[15:0]};
        `CURTA_REG_CAPS1:       rd_data = {CODE[7:0], BUS[7:0], P_TILES[15:0]};
        `CURTA_REG_CAPS2:       rd_data = {24'd0, DIGIT[7:0]};
        `CURTA_REG_FLAGS:       rd_data = {28'd0, flags_q};
        `CURTA_REG_STATUS:      rd_data = {29'd0, irq_o, stopped_i, busy_i};
        `CURTA_REG_ERROR:       rd_data = {24'd0, error_i};
        `CURTA_REG_ERROR_INDEX: rd_data = error_index_i;
        `CURTA_REG_ERROR_INFO:  rd_data = error_info_i;
        `CURTA_REG_IRQ_ENABLE:  rd_data = {30'd0, irq_enable_q};
        `CURTA_REG_IRQ_STATUS:  rd_data = {30'd0, irq_status_q};
        `CURTA_REG_RING_BASE:   rd_data = ring_base_o;
        `CURTA_REG_RING_LOG2:   rd_data = {27'd0, ring_log2_o};
        `CURTA_REG_RING_HEAD:   rd_data = ring_head_i;
        `CURTA_REG_RING_TAIL:   rd_data = ring_tail_o;
        `CURTA_REG_MEM_SIZE:    rd_data = mem_size_o;
        `CURTA_REG_COOKIE:      rd_data = cookie_q;
        `CURTA_REG_RETIRED:     rd_data = retired_q;
        default:                rd_data = rd_scalar ? s_rdata_i : !rd_counter ? 32'd0 :
                                          raddr[2] ? cnt_data_i[63:32] : cnt_data_i[31:0];
      endcase
    end
  end

  assign s_req_o    = wr_scalar || rd_scalar;
  assign s_we_o     = wr_scalar;
  assign s_addr_o   = wr_scalar ? waddr[7:2] : raddr[7:2];
  assign s_wdata_o  = wdata_q;
  assign cnt_re_o   = rd_counter;
  assign cnt_addr_o = cnt_off[6:3];
  assign irq_o      = (irq_status_q & irq_enable_q) != 2'b00;

  always @(posedge clk_i) begin
    busy_q <= busy_i;
    if (s_awvalid_i && !aw_q) awaddr_q <= s_awaddr_i;
    if (s_wvalid_i && !w_q) begin
      wdata_q <= s_wdata_i;
      full_q  <= s_wstrb_i == 4'b1111;
    end
    if (s_arvalid_i && !ar_q) araddr_q <= s_araddr_i;
    if (rd_done) s_rdata_o <= rd_data;
    if (!rst_ni) begin
      aw_q       <= 1'b0;
      w_q        <= 1'b0;
      ar_q       <= 1'b0;
      s_bvalid_o <= 1'b0;
      s_rvalid_o <= 1'b0;
    end else begin
      aw_q <= aw_q ? !(s_bvalid_o && s_bready_i) : s_awvalid_i;
      w_q  <= w_q  ? !(s_bvalid_o && s_bready_i) : s_wvalid_i;
      ar_q <= ar_q ? !(s_rvalid_o && s_rready_i) : s_arvalid_i;
      s_bvalid_o <= s_bvalid_o ? !s_bready_i : wr_done;
      s_rvalid_o <= s_rvalid_o ? !s_rready_i : rd_done;
    end
  end

  // ---- settings: only a hard reset clears them
  always @(posedge clk_i)
    if (!rst_ni) begin
      ring_base_o  <= 32'd0;
      ring_log2_o  <= 5'd0;
      mem_size_o   <= 32'd0;
      irq_enable_q <= 2'b00;
    end else if (wr_do)
      case (waddr)
        `CURTA_REG_RING_BASE:  ring_base_o  <= {wdata_q[31:7], 7'd0};
        `CURTA_REG_RING_LOG2:  ring_log2_o  <= wdata_q > 32'd16 ? 5'd16 : wdata_q[4:0];
        `CURTA_REG_MEM_SIZE:   mem_size_o   <= wdata_q;
        `CURTA_REG_IRQ_ENABLE: irq_enable_q <= wdata_q[1:0];
        default: ;
      endcase

  // ---- what a program makes
  wire [3:0] flags_clear = wr_do && waddr == `CURTA_REG_FLAGS ? wdata_q[3:0] : 4'd0;
  wire [1:0] irq_clear = wr_do && waddr == `CURTA_REG_IRQ_STATUS ? wdata_q[1:0] : 2'b00;
  always @(posedge clk_i)
    if (!core_rst_ni) begin
      ring_tail_o  <= 32'd0;
      irq_status_q <= 2'b00;
      flags_q      <= 4'd0;
      cookie_q     <= 32'd0;
      retired_q    <= 32'd0;
    end else begin
      if (wr_do && waddr == `CURTA_REG_RING_TAIL) ring_tail_o <= wdata_q;
      irq_status_q <= (irq_status_q & ~irq_clear) | {stopped_set_i, end_i};
      flags_q      <= (flags_q & ~flags_clear) | flags_i;
      if (end_i) cookie_q <= cookie_i;
      if (retired_i != 3'd0) retired_q <= retired_q + {29'd0, retired_i};
    end
endmodule
`default_nettype wire
