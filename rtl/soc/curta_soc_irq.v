// SPDX-License-Identifier: Apache-2.0
// curta_soc_irq - external interrupt of the core from the lines of the SoC
//   words 0 PENDING the lines now: 0 accelerator, 1 a byte came on the UART; 1 ENABLE
// Law    irq_o = any line that is pending and enabled
// Timing as curta_soc_uart
// Resets ENABLE to 0
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // upper bits of written words
module curta_soc_irq (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        select_i,
  input  wire [1:0]  addr_i,        // word
  input  wire        write_i,
  input  wire [31:0] wdata_i,
  output reg  [31:0] rdata_o,
  input  wire [1:0]  lines_i,
  output reg         irq_o
);
  reg [1:0] enable_q;
  always @(posedge clk_i) begin
    irq_o <= (lines_i & enable_q) != 2'd0;
    if (select_i && write_i && addr_i == 2'd1) enable_q <= wdata_i[1:0];
    rdata_o <= {30'd0, addr_i == 2'd0 ? lines_i : enable_q};
    if (!rst_ni) begin
      enable_q <= 2'd0;
      irq_o    <= 1'b0;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
