// SPDX-License-Identifier: Apache-2.0
// curta_soc - control core, boot ROM, on-chip RAM, UART, timer: the part of the standalone machine that exists so far
//   One clock. docs/standalone.md has the address map.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // upper address bits
/* verilator lint_off PINCONNECTEMPTY */ // retirement port of the core
module curta_soc #(
  parameter RomBytes = 65536,
  parameter RamBytes = 65536,
  parameter RomFile  = "",
  parameter [15:0] Divider = 16'd651
) (
  input  wire clk_i,
  input  wire rst_ni,
  input  wire rx_i,
  output wire tx_o
);
  wire        valid, ready, error, irq_timer, irq_uart;
  wire [31:0] addr, wdata, rdata, rom_rdata, ram_rdata, uart_rdata, timer_rdata;
  wire [3:0]  strb, select;

  curta_rv #(.ResetPc(32'h0), .Retire(0)) u_core (
    .clk_i(clk_i), .rst_ni(rst_ni), .bus_valid_o(valid), .bus_ready_i(ready), .bus_addr_o(addr), .bus_strb_o(strb),
    .bus_wdata_o(wdata), .bus_fetch_o(), .bus_rdata_i(rdata), .bus_error_i(error), .irq_timer_i(irq_timer),
    .irq_external_i(irq_uart), .rvfi_valid(), .rvfi_order(), .rvfi_insn(), .rvfi_trap(), .rvfi_halt(), .rvfi_intr(), .rvfi_mode(),
    .rvfi_ixl(), .rvfi_rs1_addr(), .rvfi_rs2_addr(), .rvfi_rs1_rdata(), .rvfi_rs2_rdata(), .rvfi_rd_addr(), .rvfi_rd_wdata(),
    .rvfi_pc_rdata(), .rvfi_pc_wdata(), .rvfi_mem_addr(), .rvfi_mem_rmask(), .rvfi_mem_wmask(), .rvfi_mem_rdata(),
    .rvfi_mem_wdata(), .rvfi_mip(), .rvfi_cause());
  curta_soc_bus #(.RomBytes(RomBytes), .RamBytes(RamBytes)) u_bus (
    .clk_i(clk_i), .rst_ni(rst_ni), .bus_valid_i(valid), .bus_ready_o(ready), .bus_addr_i(addr), .bus_strb_i(strb),
    .bus_rdata_o(rdata), .bus_error_o(error), .select_o(select), .rom_rdata_i(rom_rdata), .ram_rdata_i(ram_rdata),
    .uart_rdata_i(uart_rdata), .timer_rdata_i(timer_rdata));
  curta_soc_rom #(.Words(RomBytes / 4), .File(RomFile)) u_rom (
    .clk_i(clk_i), .re_i(select[0]), .addr_i(addr[$clog2(RomBytes)-1:2]), .rdata_o(rom_rdata));
  curta_ram #(.Width(32), .Depth(RamBytes / 4), .Lane(8)) u_ram (
    .clk_i(clk_i), .we_i(strb & {4{select[1]}}), .waddr_i(addr[$clog2(RamBytes)-1:2]), .wdata_i(wdata),
    .re_i(select[1] && strb == 4'd0), .raddr_i(addr[$clog2(RamBytes)-1:2]), .rdata_o(ram_rdata));
  curta_soc_uart #(.Divider(Divider)) u_uart (
    .clk_i(clk_i), .rst_ni(rst_ni), .select_i(select[2]), .addr_i(addr[3:2]), .write_i(strb != 4'd0), .wdata_i(wdata),
    .rdata_o(uart_rdata), .irq_o(irq_uart), .rx_i(rx_i), .tx_o(tx_o));
  curta_soc_timer u_timer (
    .clk_i(clk_i), .rst_ni(rst_ni), .select_i(select[3]), .addr_i(addr[3:2]), .write_i(strb != 4'd0), .wdata_i(wdata),
    .rdata_o(timer_rdata), .irq_o(irq_timer));
endmodule
/* verilator lint_on PINCONNECTEMPTY */
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
