// SPDX-License-Identifier: Apache-2.0
// icebreaker - top of the iCEBreaker (iCE40 UP5K): 12 MHz oscillator, PLL to 24 MHz, button as reset, serial line of the FTDI chip
//   at 1 Mbaud. `tiny` does not fit the UP5K (docs/silicon.md): this top is for a smaller configuration.
// Resets   while the PLL has not locked or the button is pressed, and 16 cycles longer
`default_nettype none
module icebreaker #(
  parameter T = 8, parameter R = 2, parameter C = 2, parameter V = 4, parameter BUS = 8,
  parameter A_TILES = 512, parameter B_TILES = 64, parameter P_TILES = 16, parameter DIGIT = 10, parameter LANES = 2, parameter OUTST = 4, parameter CODE = 1,
  parameter Divider = 24, parameter TimeoutLog = 20
) (
  input  wire CLK,
  input  wire BTN_N,
  input  wire RX,
  output wire TX,
  output wire LEDR_N,                         // interrupt
  output wire LEDG_N                          // PLL locked
);
  wire clk, locked, irq;
  SB_PLL40_PAD #(
    .FEEDBACK_PATH("SIMPLE"), .DIVR(4'd0), .DIVF(7'd63), .DIVQ(3'd5), .FILTER_RANGE(3'd1)
  ) u_pll (.PACKAGEPIN(CLK), .PLLOUTGLOBAL(clk), .LOCK(locked), .RESETB(1'b1), .BYPASS(1'b0));

  reg [3:0] wait_q = 4'd0;
  reg [1:0] ok_q = 2'd0;
  reg       rst_nq = 1'b0;
  always @(posedge clk) begin
    ok_q   <= {ok_q[0], locked && BTN_N};
    wait_q <= !ok_q[1] ? 4'd0 : wait_q == 4'd15 ? 4'd15 : wait_q + 4'd1;
    rst_nq <= wait_q == 4'd15;
  end
  assign LEDR_N = !irq;
  assign LEDG_N = !locked;

  curta_board #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT), .LANES(LANES), .OUTST(OUTST), .CODE(CODE),
                .LogBytes(17), .Divider(Divider), .ClockKhz(24000), .TimeoutLog(TimeoutLog)) u_board (
    .clk_i(clk), .rst_ni(rst_nq), .rx_i(RX), .tx_o(TX), .irq_o(irq));
endmodule
`default_nettype wire
