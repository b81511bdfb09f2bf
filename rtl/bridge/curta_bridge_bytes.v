// SPDX-License-Identifier: Apache-2.0
// curta_bridge_bytes - the serial line (curta_soc_uart) as two streams of bytes, one direction at a time
//   Receives while rx_ready_i; a byte that is sent is handed over with tx_valid_i && tx_ready_o. rx_ready_i and tx_valid_i are never
//   high together. A byte that the line lost or that came without a stop bit is found by the frame's checksum.
// Timing   a byte in two cycles at most once it is there
// Resets   the phase
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // upper bits of what the UART answers
module curta_bridge_bytes #(
  parameter [15:0] Divider = 16'd25           // cycles of a bit, >= 16
) (
  input  wire       clk_i,
  input  wire       rst_ni,
  input  wire       rx_i,
  output wire       tx_o,
  input  wire       rx_ready_i,
  output wire       rx_valid_o,               // pulse
  output wire [7:0] rx_data_o,
  input  wire       tx_valid_i,
  output wire       tx_ready_o,               // pulse
  input  wire [7:0] tx_data_i
);
  localparam [1:0] DATA = 2'd0, STATUS = 2'd1;
  reg         asked_q;                        // the answer to a read is here
  wire        unused_irq;
  wire [31:0] answer;
  wire        write = asked_q && tx_valid_i && answer[0];

  curta_soc_uart #(.Divider(Divider)) u_uart (
    .clk_i(clk_i), .rst_ni(rst_ni), .select_i(write || (!asked_q && (rx_ready_i || tx_valid_i))), .addr_i(write || rx_ready_i ? DATA : STATUS),
    .write_i(write), .wdata_i({24'd0, tx_data_i}), .rdata_o(answer), .irq_o(unused_irq), .rx_i(rx_i), .tx_o(tx_o));

  assign rx_valid_o = asked_q && rx_ready_i && !answer[31];
  assign rx_data_o  = answer[7:0];
  assign tx_ready_o = write;

  always @(posedge clk_i) asked_q <= rst_ni && !asked_q && (rx_ready_i || tx_valid_i);
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
