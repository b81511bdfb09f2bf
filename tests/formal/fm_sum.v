// SPDX-License-Identifier: Apache-2.0
// fm_sum - the OR that curta_matrix_sum keeps is the OR of v(x), and its bit length is ceil(log2 max|x|) (numerics.md section 1)
`include "formal.vh"
`default_nettype none
module fm_sum #(
  parameter C = 2
) (
  input wire            clk_i,
  input wire            clear_i,
  input wire            final_i,
  input wire            valid_i,
  input wire [32*C-1:0] result_i
);
  wire [31:0] ored, check, busy;
  curta_matrix_sum #(.C(C), .Trace(0)) u_dut (
    .clk_i(clk_i), .clear_i(clear_i), .final_i(final_i), .result_valid_i(valid_i), .result_addr_i(32'd0), .result_i(result_i),
    .scalar_valid_i(1'b0), .scalar_addr_i(6'd0), .scalar_i(32'd0), .busy_i(1'b0), .or_o(ored), .check_o(check), .busy_o(busy));

  // the results of the cycle before, whose magnitudes are in the registers of the module
  reg             there_q;
  reg  [32*C-1:0] result_q;
  always @(posedge clk_i) begin
    there_q <= valid_i && final_i && !clear_i;
    if (valid_i) result_q <= result_i;
  end

  reg  [31:0] law;                         // OR of v(x)
  reg  [31:0] top;                         // max |x|, up to 2^31
  reg  [31:0] or_next, top_next, mag;
  reg  signed [31:0] x;
  integer k;
  always @* begin
    or_next  = 0;
    top_next = 0;
    for (k = 0; k < C; k = k + 1) begin
      x   = result_q[32*k +: 32];
      mag = x < 0 ? 0 - x : x;
      or_next = or_next | (x < 0 ? ~x : x == 0 ? 0 : x - 1);
      if (mag > top_next) top_next = mag;
    end
  end
  always @(posedge clk_i)
    if (clear_i) begin
      law <= 0;
      top <= 0;
    end else if (there_q) begin
      law <= law | or_next;
      if (top_next > top) top <= top_next;
    end

  // b is at least the bit length of the OR exactly if 2^b is at least the maximum
  reg  fits;
  always @* begin
    fits = 1'b1;
    for (k = 0; k < 32; k = k + 1)
      if (((ored >> k) == 0) != ({1'b0, top} <= 33'd1 << k)) fits = 1'b0;
  end
  always @* if (`START) assume (clear_i);
  `SEEN({ored == 32'h7fffffff && top == 32'h80000000, ored == 0 && top == 1, ored == 127 && top == 128})
  always @* begin
    `MUST(ored == law)
    `MUST(fits)
  end
endmodule
`default_nettype wire
