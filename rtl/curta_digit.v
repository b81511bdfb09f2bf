// SPDX-License-Identifier: Apache-2.0
// curta_digit - a digit of each int32 element: with r(0) = x, digit k is the low DIGIT bits of r(k) as a signed number
// Law    r(k+1) = (r(k) - digit) / 2^DIGIT.  Closed: r(k) = (x + c(k)) >> (k DIGIT), c(k) = 2^(DIGIT-1) (1 + 2^DIGIT + ...).
// Golden digit_of
// Timing combinational.
`default_nettype none
module curta_digit #(
  parameter N = 2,                           // elements
  parameter DIGIT = 18                       // bits, 9..18
) (
  input  wire [32*N-1:0]        x_i,
  input  wire [1:0]             k_i,         // which digit, 0 the lowest
  output reg  [8*N-1:0]         low_o,       // its low bytes
  output reg  [(DIGIT-8)*N-1:0] high_o       // and the bits above them
);
  localparam [33:0] C1 = 34'd1 << (DIGIT - 1);
  localparam [33:0] C2 = C1 | (2*DIGIT <= 34 ? 34'd1 << (2*DIGIT - 1) : 34'd0);
  localparam [33:0] C3 = C2 | (3*DIGIT <= 34 ? 34'd1 << (3*DIGIT - 1) : 34'd0);
  localparam        S2 = 2*DIGIT > 33 ? 0 : 2*DIGIT;        // 0: that digit of an int32 is 0
  localparam        S3 = 3*DIGIT > 33 ? 0 : 3*DIGIT;
  function [DIGIT-1:0] digit(input [31:0] x, input [1:0] k);
    reg signed [33:0] r, c;
    begin
      c     = k == 2'd0 ? 34'd0 : k == 2'd1 ? C1 : k == 2'd2 ? C2 : C3;
      r     = {{2{x[31]}}, x};
      r     = r + c;
      r     = k == 2'd0 ? r : k == 2'd1 ? r >>> DIGIT : k == 2'd2 ? r >>> S2 : r >>> S3;
      digit = (k == 2'd2 && S2 == 0) || (k == 2'd3 && S3 == 0) ? {DIGIT{1'b0}} : r[DIGIT-1:0];
    end
  endfunction

  integer e;
  always @* begin
    low_o  = 0;
    high_o = 0;
    for (e = 0; e < N; e = e + 1)
      {high_o[(DIGIT-8)*e +: DIGIT-8], low_o[8*e +: 8]} = digit(x_i[32*e +: 32], k_i);
  end
endmodule
`default_nettype wire
