// SPDX-License-Identifier: Apache-2.0
// curta_matrix_sum - what the matrix engine sums up over the results of a command
// Law    or    = OR over all results x of v(x),  v(x) = x < 0 ? ~x : x == 0 ? 0 : x - 1                     (final_i)
//        check = sum of d (2a + 1) mod 2^32 over result elements d at element address a, and the scale register written (Trace)
//        busy  = cycles with busy_i (Trace)
// Golden curta_golden_gemm
// Timing registered: check and busy one cycle after the results, the OR two.
// Resets nothing: clear_i starts a command.
`default_nettype none
module curta_matrix_sum #(
  parameter C     = 8,                       // results a word
  parameter Trace = 1
) (
  input  wire            clk_i,
  input  wire            clear_i,
  input  wire            final_i,
  // results
  input  wire            result_valid_i,
  input  wire [31:0]     result_addr_i,      // word of C sums
  input  wire [32*C-1:0] result_i,
  // scale register
  input  wire            scalar_valid_i,
  input  wire [5:0]      scalar_addr_i,
  input  wire [31:0]     scalar_i,
  input  wire            busy_i,
  // sums
  output wire [31:0]     or_o,
  output wire [31:0]     check_o,
  output wire [31:0]     busy_o
);
  // Of either sign by one adder; x = 0 is the one case in which the sum has bit 31.
  function [31:0] magnitude(input [31:0] x);
    magnitude = (x ^ {32{x[31]}}) + {32{!x[31]}};
  endfunction

  reg [32*C-1:0] mags_q, mags;
  reg            mags_valid_q;
  reg [31:0]     or_q, all, some;
  integer        j, k;
  /* verilator lint_off BLKSEQ */ // temporaries of the lane loops
  always @(posedge clk_i) begin
    mags_valid_q <= result_valid_i && final_i && !clear_i;
    if (result_valid_i) begin
      for (j = 0; j < C; j = j + 1) mags[32*j +: 32] = magnitude(result_i[32*j +: 32]);
      mags_q <= mags;
    end
    if (clear_i) or_q <= 32'd0;
    else if (mags_valid_q) begin
      all = 32'd0;
      for (k = 0; k < C; k = k + 1) begin
        some = mags_q[32*k +: 32];
        all  = all | (some & {32{!some[31]}});
      end
      or_q <= or_q | all;
    end
  end
  assign or_o = or_q;

  generate
    if (Trace != 0) begin : g_trace
      reg [31:0] check_q, busy_q, sum;
      integer    i;
      always @(posedge clk_i)
        if (clear_i) begin
          check_q <= 32'd0;
          busy_q  <= 32'd0;
        end else begin
          if (result_valid_i) begin
            sum = 32'd0;
            for (i = 0; i < C; i = i + 1)
              sum = sum + result_i[32*i +: 32] * (2*(result_addr_i*C + i) + 32'd1);
            check_q <= check_q + sum;
          end
          if (scalar_valid_i) check_q <= check_q + scalar_i * {25'd0, scalar_addr_i, 1'b1};
          if (busy_i) busy_q <= busy_q + 32'd1;
        end
      assign check_o = check_q;
      assign busy_o  = busy_q;
    end else begin : g_no_trace
      assign check_o = 32'd0;
      assign busy_o  = 32'd0;
      wire unused = &{1'b0, result_addr_i, scalar_valid_i, scalar_addr_i, scalar_i, busy_i};
    end
  endgenerate
  /* verilator lint_on BLKSEQ */
endmodule
`default_nettype wire
