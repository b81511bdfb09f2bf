// SPDX-License-Identifier: Apache-2.0
// ulx3s - top of the ULX3S-85F: 25 MHz oscillator, PLL, button BTN_PWR as reset, serial line of the FTDI chip at 1 Mbaud
//   LEDs: 0 PLL locked, 1 interrupt, 2 the board receives, 3 it sends, 7 clock / 2^24.
//   The clock is 25 MHz * FbDiv / InDiv; OpDiv keeps the PLL's oscillator (the clock * OpDiv) at 400 to 800 MHz.
// Resets   while the PLL has not locked or the button is pressed, and 16 cycles longer
`default_nettype none
module ulx3s #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2, parameter BUS = 8,
  parameter A_TILES = 1024, parameter B_TILES = 1024, parameter P_TILES = 256, parameter DIGIT = 18, parameter LANES = 4, parameter OUTST = 16, parameter CODE = 2,
  parameter InDiv = 1, parameter FbDiv = 1, parameter OpDiv = 24, parameter Divider = 25 * FbDiv / InDiv, parameter TimeoutLog = 20
) (
  input  wire       clk_25mhz,
  input  wire [0:0] btn,                      // pressed: 0
  input  wire       ftdi_txd,
  output wire       ftdi_rxd,
  output wire [7:0] led,
  output wire       wifi_gpio0                // 1: the ESP32 leaves the board alone
);
  wire clk, locked, irq;
  EHXPLLL #(
    .CLKI_DIV(InDiv), .CLKFB_DIV(FbDiv), .CLKOP_DIV(OpDiv), .CLKOP_CPHASE(OpDiv / 2 - 1), .CLKOP_FPHASE(0), .CLKOP_ENABLE("ENABLED"),
    .FEEDBK_PATH("CLKOP"), .OUTDIVIDER_MUXA("DIVA"), .PLLRST_ENA("DISABLED"), .INTFB_WAKE("DISABLED"), .STDBY_ENABLE("DISABLED"),
    .DPHASE_SOURCE("DISABLED")
  ) u_pll (
    .CLKI(clk_25mhz), .CLKFB(clk), .CLKOP(clk), .LOCK(locked), .RST(1'b0), .STDBY(1'b0), .PHASESEL0(1'b0), .PHASESEL1(1'b0),
    .PHASEDIR(1'b1), .PHASESTEP(1'b1), .PHASELOADREG(1'b1), .PLLWAKESYNC(1'b0), .ENCLKOP(1'b0));

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
  assign led        = {beat_q[23], 3'd0, !ftdi_rxd, !ftdi_txd, irq, locked};
  assign wifi_gpio0 = 1'b1;

  curta_board #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT), .LANES(LANES), .OUTST(OUTST), .CODE(CODE),
                .LogBytes(17), .Divider(Divider[15:0]), .ClockKhz(25000 * FbDiv / InDiv), .TimeoutLog(TimeoutLog)) u_board (
    .clk_i(clk), .rst_ni(rst_nq), .rx_i(ftdi_txd), .tx_o(ftdi_rxd), .irq_o(irq));
endmodule
`default_nettype wire
