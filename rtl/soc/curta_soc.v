// SPDX-License-Identifier: Apache-2.0
// curta_soc - the control side of the standalone machine: core, boot ROM, on-chip RAM, UART, timer, flash; doors to the
//   accelerator's registers (AXI4-Lite) and to the shared memory, where its program lies too (curta_soc_mem)
//   One clock. docs/standalone.md has the address map.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // upper address bits
/* verilator lint_off PINCONNECTEMPTY */ // retirement port of the core
module curta_soc #(
  parameter RomBytes = 2048,
  parameter RamBytes = 16384,
  parameter MemBytes = 33554432,
  parameter RomFile  = "",
  parameter [15:0] Divider = 16'd651
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  // pins
  input  wire        rx_i,
  output wire        tx_o,
  output wire        sck_o,
  output wire        cs_no,
  output wire        mosi_o,
  input  wire        miso_i,
  // accelerator
  input  wire        irq_accel_i,
  output wire        accel_busy_o,  // a transfer is under way
  output wire        m_awvalid_o,
  input  wire        m_awready_i,
  output wire [11:0] m_awaddr_o,
  output wire        m_wvalid_o,
  input  wire        m_wready_i,
  output wire [31:0] m_wdata_o,
  output wire [3:0]  m_wstrb_o,
  input  wire        m_bvalid_i,
  output wire        m_bready_o,
  input  wire [1:0]  m_bresp_i,
  output wire        m_arvalid_o,
  input  wire        m_arready_i,
  output wire [11:0] m_araddr_o,
  input  wire        m_rvalid_i,
  output wire        m_rready_o,
  input  wire [31:0] m_rdata_i,
  input  wire [1:0]  m_rresp_i,
  // memory
  output wire        mem_select_o,
  output wire [31:0] mem_addr_o,
  output wire [3:0]  mem_strb_o,
  output wire [31:0] mem_wdata_o,
  output wire        mem_drop_o,    // the core looks at the accelerator's registers or its interrupt
  input  wire        mem_ready_i,
  input  wire [31:0] mem_rdata_i,
  input  wire        mem_error_i,
  input  wire        mem_busy_i
);
  wire         valid, ready, error, irq_timer, irq_uart, irq, accel_ready, accel_error;
  wire [31:0]  addr, wdata, rdata, accel_rdata;
  wire [191:0] slave_rdata;
  wire [3:0]   strb;
  wire [7:0]   select;
  wire         write = strb != 4'd0;

  curta_rv #(.ResetPc(32'h0), .Retire(0)) u_core (
    .clk_i(clk_i), .rst_ni(rst_ni), .bus_valid_o(valid), .bus_ready_i(ready), .bus_addr_o(addr), .bus_strb_o(strb),
    .bus_wdata_o(wdata), .bus_fetch_o(), .bus_rdata_i(rdata), .bus_error_i(error), .irq_timer_i(irq_timer),
    .irq_external_i(irq), .rvfi_valid(), .rvfi_order(), .rvfi_insn(), .rvfi_trap(), .rvfi_halt(), .rvfi_intr(), .rvfi_mode(),
    .rvfi_ixl(), .rvfi_rs1_addr(), .rvfi_rs2_addr(), .rvfi_rs1_rdata(), .rvfi_rs2_rdata(), .rvfi_rd_addr(), .rvfi_rd_wdata(),
    .rvfi_pc_rdata(), .rvfi_pc_wdata(), .rvfi_mem_addr(), .rvfi_mem_rmask(), .rvfi_mem_wmask(), .rvfi_mem_rdata(),
    .rvfi_mem_wdata(), .rvfi_mip(), .rvfi_cause());
  curta_soc_bus #(.RomBytes(RomBytes), .RamBytes(RamBytes), .MemBytes(MemBytes)) u_bus (
    .clk_i(clk_i), .rst_ni(rst_ni), .bus_valid_i(valid), .bus_ready_o(ready), .bus_addr_i(addr), .bus_strb_i(strb),
    .bus_rdata_o(rdata), .bus_error_o(error), .select_o(select), .rdata_i(slave_rdata), .accel_ready_i(accel_ready),
    .accel_rdata_i(accel_rdata), .accel_error_i(accel_error), .mem_ready_i(mem_ready_i), .mem_rdata_i(mem_rdata_i), .mem_error_i(mem_error_i));
  curta_soc_rom #(.Words(RomBytes / 4), .File(RomFile)) u_rom (
    .clk_i(clk_i), .re_i(select[0]), .addr_i(addr[$clog2(RomBytes)-1:2]), .rdata_o(slave_rdata[31:0]));
  curta_ram #(.Width(32), .Depth(RamBytes / 4), .Lane(8)) u_ram (
    .clk_i(clk_i), .we_i(strb & {4{select[1]}}), .waddr_i(addr[$clog2(RamBytes)-1:2]), .wdata_i(wdata),
    .re_i(select[1] && !write), .raddr_i(addr[$clog2(RamBytes)-1:2]), .rdata_o(slave_rdata[63:32]));
  curta_soc_uart #(.Divider(Divider)) u_uart (
    .clk_i(clk_i), .rst_ni(rst_ni), .select_i(select[2]), .addr_i(addr[3:2]), .write_i(write), .wdata_i(wdata),
    .rdata_o(slave_rdata[95:64]), .irq_o(irq_uart), .rx_i(rx_i), .tx_o(tx_o));
  curta_soc_timer u_timer (
    .clk_i(clk_i), .rst_ni(rst_ni), .select_i(select[3]), .addr_i(addr[3:2]), .write_i(write), .wdata_i(wdata),
    .rdata_o(slave_rdata[127:96]), .irq_o(irq_timer));
  curta_soc_irq u_irq (
    .clk_i(clk_i), .rst_ni(rst_ni), .select_i(select[4]), .addr_i(addr[3:2]), .write_i(write), .wdata_i(wdata),
    .rdata_o(slave_rdata[159:128]), .lines_i({irq_uart, irq_accel_i}), .irq_o(irq));
  curta_soc_flash u_flash (
    .clk_i(clk_i), .rst_ni(rst_ni), .select_i(select[5]), .addr_i(addr[3:2]), .write_i(write), .wdata_i(wdata),
    .rdata_o(slave_rdata[191:160]), .sck_o(sck_o), .cs_no(cs_no), .mosi_o(mosi_o), .miso_i(miso_i));
  curta_soc_lite u_lite (
    .clk_i(clk_i), .rst_ni(rst_ni), .select_i(select[6]), .hold_i(mem_busy_i), .addr_i(addr[11:0]), .strb_i(strb), .wdata_i(wdata),
    .ready_o(accel_ready), .rdata_o(accel_rdata), .error_o(accel_error), .busy_o(accel_busy_o),
    .m_awvalid_o(m_awvalid_o), .m_awready_i(m_awready_i), .m_awaddr_o(m_awaddr_o), .m_wvalid_o(m_wvalid_o), .m_wready_i(m_wready_i),
    .m_wdata_o(m_wdata_o), .m_wstrb_o(m_wstrb_o), .m_bvalid_i(m_bvalid_i), .m_bready_o(m_bready_o), .m_bresp_i(m_bresp_i),
    .m_arvalid_o(m_arvalid_o), .m_arready_i(m_arready_i), .m_araddr_o(m_araddr_o), .m_rvalid_i(m_rvalid_i), .m_rready_o(m_rready_o),
    .m_rdata_i(m_rdata_i), .m_rresp_i(m_rresp_i));

  assign mem_select_o = select[7];
  assign mem_addr_o   = addr;
  assign mem_strb_o   = strb;
  assign mem_wdata_o  = wdata;
  assign mem_drop_o   = select[6] || select[4];
endmodule
/* verilator lint_on PINCONNECTEMPTY */
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
