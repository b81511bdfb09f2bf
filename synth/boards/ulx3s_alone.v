// SPDX-License-Identifier: Apache-2.0
// ulx3s_alone - top of the ULX3S-85F as a machine without a host: oscillator, PLL, SDRAM, SPI flash, serial line of the FTDI chip
//   LEDs: 0 PLL locked, 1 an access to the accelerator's registers, 2 the board receives, 3 it sends, 4 the flash is selected, 7 clock / 2^24.
//   The clock is 25 MHz * FbDiv / InDiv; OpDiv keeps the PLL's oscillator (the clock * OpDiv) at 400 to 800 MHz. The SDRAM's clock is the
//   clock itself through an output register: the controller samples three cycles behind a command (curta_soc_sdram).
// Resets   while the PLL has not locked or the button BTN_PWR is pressed, and 16 cycles longer
`default_nettype none
module ulx3s_alone #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2, parameter BUS = 8,
  parameter A_TILES = 1024, parameter B_TILES = 1024, parameter P_TILES = 256, parameter DIGIT = 18, parameter LANES = 4, parameter OUTST = 16, parameter CODE = 2,
  parameter InDiv = 1, parameter FbDiv = 1, parameter OpDiv = 24,
  parameter [15:0] Divider = 16'd217,         // after reset: cycles of a bit, 115,200 at 25 MHz
  parameter RomFile = ""
) (
  input  wire        clk_25mhz,
  input  wire [0:0]  btn,                     // pressed: 0
  input  wire        ftdi_txd,
  output wire        ftdi_rxd,
  output wire [7:0]  led,
  output wire        wifi_gpio0,              // 1: the ESP32 leaves the board alone
  // SPI flash
  output wire        flash_csn,
  output wire        flash_mosi,
  input  wire        flash_miso,
  output wire        flash_wpn,
  output wire        flash_holdn,
  // SDRAM
  output wire        sdram_clk,
  output wire        sdram_cke,
  output wire        sdram_csn,
  output wire        sdram_rasn,
  output wire        sdram_casn,
  output wire        sdram_wen,
  output wire [1:0]  sdram_ba,
  output wire [12:0] sdram_a,
  output wire [1:0]  sdram_dqm,
  inout  wire [15:0] sdram_d
);
  wire        clk, locked, sck, busy, oe;
  wire [15:0] dq_out, dq_in;
  EHXPLLL #(
    .CLKI_DIV(InDiv), .CLKFB_DIV(FbDiv), .CLKOP_DIV(OpDiv), .CLKOP_CPHASE(OpDiv / 2 - 1), .CLKOP_FPHASE(0), .CLKOP_ENABLE("ENABLED"),
    .FEEDBK_PATH("CLKOP"), .OUTDIVIDER_MUXA("DIVA"), .PLLRST_ENA("DISABLED"), .INTFB_WAKE("DISABLED"), .STDBY_ENABLE("DISABLED"),
    .DPHASE_SOURCE("DISABLED")
  ) u_pll (
    .CLKI(clk_25mhz), .CLKFB(clk), .CLKOP(clk), .LOCK(locked), .RST(1'b0), .STDBY(1'b0), .PHASESEL0(1'b0), .PHASESEL1(1'b0),
    .PHASEDIR(1'b1), .PHASESTEP(1'b1), .PHASELOADREG(1'b1), .PLLWAKESYNC(1'b0), .ENCLKOP(1'b0));
  ODDRX1F u_sdram_clk (.SCLK(clk), .RST(1'b0), .D0(1'b1), .D1(1'b0), .Q(sdram_clk));
  USRMCLK u_flash_clk (.USRMCLKI(sck), .USRMCLKTS(1'b0));
  genvar b;
  generate
    for (b = 0; b < 16; b = b + 1) begin : g_data
      BB u_pad (.I(dq_out[b]), .T(!oe), .O(dq_in[b]), .B(sdram_d[b]));
    end
  endgenerate

  reg [3:0]  wait_q = 4'd0;
  reg [1:0]  ok_q = 2'd0;
  reg        rst_nq = 1'b0;
  reg [23:0] beat_q = 24'd0;
  always @(posedge clk) begin
    ok_q   <= {ok_q[0], locked && btn[0]};
    wait_q <= !ok_q[1] ? 4'd0 : wait_q == 4'd15 ? 4'd15 : wait_q + 4'd1;
    rst_nq <= wait_q == 4'd15;
    beat_q <= beat_q + 24'd1;
  end
  assign led         = {beat_q[23], 2'd0, !flash_csn, !ftdi_rxd, !ftdi_txd, busy, locked};
  assign wifi_gpio0  = 1'b1;
  assign flash_wpn   = 1'b1;
  assign flash_holdn = 1'b1;
  assign sdram_cke   = 1'b1;

  curta_standalone_sdram #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT), .LANES(LANES),
                           .OUTST(OUTST), .CODE(CODE), .RomFile(RomFile), .Divider(Divider), .Refresh(190 * FbDiv / InDiv)) u_alone (
    .clk_i(clk), .accel_clk_i(clk), .rst_ni(rst_nq), .accel_busy_o(busy), .rx_i(ftdi_txd), .tx_o(ftdi_rxd),
    .sck_o(sck), .cs_no(flash_csn), .mosi_o(flash_mosi), .miso_i(flash_miso),
    .sd_cmd_o({sdram_csn, sdram_rasn, sdram_casn, sdram_wen}), .sd_ba_o(sdram_ba), .sd_a_o(sdram_a), .sd_dqm_o(sdram_dqm),
    .sd_dq_o(dq_out), .sd_oe_o(oe), .sd_dq_i(dq_in));
endmodule
`default_nettype wire
