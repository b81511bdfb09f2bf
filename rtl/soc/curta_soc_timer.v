// SPDX-License-Identifier: Apache-2.0
// curta_soc_timer - 64-bit time in clock cycles and the timer interrupt of machine mode
//   words 0, 1 mtime low, high (read); 2, 3 mtimecmp low, high. A read of word 0 keeps the high word of that instant for word 1.
// Law    irq_o = mtime >= mtimecmp, one cycle late
// Timing as curta_soc_uart
// Resets time to 0, mtimecmp to the largest value: no interrupt
`default_nettype none
module curta_soc_timer (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        select_i,
  input  wire [1:0]  addr_i,
  input  wire        write_i,
  input  wire [31:0] wdata_i,
  output reg  [31:0] rdata_o,
  output reg         irq_o
);
  reg [63:0] time_q, compare_q;
  reg [31:0] high_q;

  always @(posedge clk_i) begin
    time_q <= time_q + 64'd1;
    irq_o  <= time_q >= compare_q;
    if (select_i && write_i && addr_i == 2'd2) compare_q[31:0]  <= wdata_i;
    if (select_i && write_i && addr_i == 2'd3) compare_q[63:32] <= wdata_i;
    if (select_i && !write_i && addr_i == 2'd0) high_q <= time_q[63:32];
    case (addr_i)
      2'd0:    rdata_o <= time_q[31:0];
      2'd1:    rdata_o <= high_q;
      2'd2:    rdata_o <= compare_q[31:0];
      default: rdata_o <= compare_q[63:32];
    endcase
    if (!rst_ni) begin
      time_q    <= 64'd0;
      compare_q <= {64{1'b1}};
      irq_o     <= 1'b0;
    end
  end
endmodule
`default_nettype wire
