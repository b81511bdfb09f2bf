// SPDX-License-Identifier: Apache-2.0
// curta_loss_term - term of one logit a of the integer cross entropy, exponent e clamped to [-25, 7]
//   e > -7:  x = trunc(a * 47274 / 2^15);  x = e >= 0 ? x 2^e : trunc(x / 2^-e);  t = 2^max(0, x - top + 10) - 1
//   else     t = 2^(1-2e) + a 2^(1-e) + a^2
// Golden   curta_loss_x, curta_loss_taylor, curta_loss_terms in curta_num.h
// Timing   x_o 3 cycles after a_i, t_o 4; one logit a cycle. e_i is constant during a command.
// Resets   none: the user counts cycles.
`default_nettype none
module curta_loss_term (
  input  wire               clk_i,
  input  wire               en_i,      // the pipeline moves
  input  wire        [31:0] e_i,
  input  wire        [7:0]  a_i,
  input  wire signed [15:0] top_i,     // x of the largest logit; in the cycle of x_o
  output wire signed [15:0] x_o,
  output wire        [51:0] t_o
);
  // the exponent, clamped and decoded
  reg  [5:0]  e_q;                     // two's complement
  reg         taylor_q;
  wire [5:0]  minus     = 6'd0 - e_q;
  wire [4:0]  one_minus = minus[4:0] + 5'd1;  // 1 - e: 8..26 in the Taylor branch
  always @(posedge clk_i) if (en_i) begin
    e_q      <= e_i[31] ? (e_i < 32'hffffffe7 ? 6'h27 : e_i[5:0]) : (e_i > 32'd7 ? 6'd7 : e_i[5:0]);
    taylor_q <= e_q[5] && minus >= 6'd7;
  end

  // |a| times |a| or log2 of Euler's number
  reg  [7:0]  mag;
  reg         neg;
  always @(posedge clk_i) if (en_i) begin
    mag <= a_i[7] ? 8'd0 - a_i : a_i;
    neg <= a_i[7];
  end
  wire [15:0] factor = taylor_q ? {8'd0, mag} : 16'd47274;
  reg  [23:0] prod1_q;
  reg  [7:0]  mag1_q;
  reg         neg1_q;
  always @(posedge clk_i) if (en_i) begin
    prod1_q <= {16'd0, mag} * {8'd0, factor};
    mag1_q  <= mag;
    neg1_q  <= neg;
  end

  // exponent of 2, or the linear and the square part
  wire        [15:0] whole  = {7'd0, prod1_q[23:15]};
  wire        [15:0] scaled = e_q[5] ? whole >> minus[2:0] : whole << e_q[2:0];
  wire        [35:0] linear = {28'd0, mag1_q} << one_minus;
  wire        [35:0] square = {12'd0, prod1_q};
  reg  signed [15:0] x2_q;
  reg         [35:0] part2_q;          // signed
  always @(posedge clk_i) if (en_i) begin
    x2_q    <= neg1_q ? 16'd0 - scaled : scaled;
    part2_q <= square + (linear ^ {36{neg1_q}}) + {35'd0, neg1_q};
  end
  assign x_o = x2_q;

  // term; 2^(1-2e) = 2^(2(1-e) - 1)
  wire signed [16:0] x17   = {x2_q[15], x2_q};
  wire signed [16:0] top17 = {top_i[15], top_i};
  wire signed [16:0] far  = x17 - top17 + 17'sd10;
  wire        [51:0] lead = 52'd1 << ({one_minus, 1'b0} - 6'd1);
  wire        [51:0] pow  = far > 17'sd0 ? (52'd1 << far[3:0]) - 52'd1 : 52'd0;
  reg         [51:0] t3_q;
  always @(posedge clk_i) if (en_i)
    t3_q <= taylor_q ? lead + {{16{part2_q[35]}}, part2_q} : pow;
  assign t_o = t3_q;
endmodule
`default_nettype wire
