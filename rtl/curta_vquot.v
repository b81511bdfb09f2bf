// SPDX-License-Identifier: Apache-2.0
// curta_vquot - C lanes that divide by multiplying: |quotient| = u M >> T, 24 by 24 bits, one 18 x 18 multiplier a lane
//   clipped: y = sign min(127, quotient), 127 where |x| >> S >= TOP (u are its low 24 bits, big says whether more is there).
//   wide_i: four partial products of 12 x 12 bits in four cycles; else one of 18 x 18.
// Golden   curta_golden_quotient, curta_golden_rate
// Timing   valid_i: the group is at the inputs and stays for four cycles (wide), one (else); last_o in the last of them,
//          the product p_o and its shift t_o with done_o a cycle later, y_o with valid_o two cycles later.
// Resets   the step and the valid flags (clr_i).
/* verilator lint_off BLKSEQ */ // temporaries of the lane loops
`default_nettype none
module curta_vquot #(
  parameter C = 8                // lanes
) (
  input  wire            clk_i,
  input  wire            clr_i,
  // Law
  input  wire            wide_i,
  input  wire [23:0]     m_i,
  input  wire [5:0]      t_i,
  input  wire [23:0]     top_i,
  // In
  input  wire            valid_i,
  input  wire [24*C-1:0] u_i,
  input  wire [C-1:0]    big_i,
  input  wire [C-1:0]    neg_i,
  // Out
  output wire            last_o,
  output wire            done_o,
  output wire [48*C-1:0] p_o,
  output wire [5:0]      t_o,
  output wire [C-1:0]    neg_o,
  output wire            valid_o,
  output wire [8*C-1:0]  y_o,
  output wire            busy_o
);
  reg  [1:0]      step_q;
  reg             done_q, valid_q;
  reg  [5:0]      t_q;
  reg  [48*C-1:0] p_q, next;
  reg  [C-1:0]    neg_q, top_q, tops;
  reg  [8*C-1:0]  y_q, y;
  wire            step = valid_i || step_q != 2'd0;
  integer         i, k, n;

  assign last_o  = step && (!wide_i || step_q == 2'd3);
  assign done_o  = done_q;
  assign neg_o   = neg_q;
  assign p_o     = p_q;
  assign t_o     = t_q;
  assign valid_o = valid_q;
  assign y_o     = y_q;
  assign busy_o  = step || done_q || valid_q;

  // the factor: the same for all lanes
  wire [17:0] m = !wide_i ? m_i[17:0] : {6'd0, step_q[1] ? m_i[23:12] : m_i[11:0]};
  wire [17:0] ones = 18'h3ffff;
  wire [17:0] part = wide_i ? 18'h00fff : ones;
  reg  [23:0] u;
  reg  [17:0] a;
  reg  [35:0] product;
  reg  [47:0] term;

  always @* begin
    next    = 0;
    u       = 24'd0;
    a       = 18'd0;
    product = 36'd0;
    term    = 48'd0;
    if (step)
      for (i = 0; i < C; i = i + 1) begin
        u       = u_i[24*i +: 24];
        a       = wide_i && step_q[0] ? {6'd0, u[23:12]} : u[17:0] & part;
        product = a * m;
        term    = step_q == 2'd0 ? {12'd0, product} : step_q == 2'd3 ? {product[23:0], 24'd0} : {product, 12'd0};
        next[48*i +: 48] = (step_q == 2'd0 ? 48'd0 : p_q[48*i +: 48]) + term;
      end
  end
  always @(posedge clk_i)
    if (step) begin
      for (k = 0; k < C; k = k + 1) tops[k] = big_i[k] || u_i[24*k +: 24] >= top_i;
      p_q   <= next;
      top_q <= tops;
      neg_q <= neg_i;
      t_q   <= t_i;
    end

  reg [47:0] r;
  reg [7:0]  c;
  always @(posedge clk_i)
    if (done_q) begin
      for (n = 0; n < C; n = n + 1) begin
        r = p_q[48*n +: 48] >> t_q;
        c = top_q[n] || r[47:7] != 41'd0 ? 8'd127 : r[7:0];
        y[8*n +: 8] = neg_q[n] ? 8'd0 - c : c;
      end
      y_q <= y;
    end

  always @(posedge clk_i) begin
    done_q  <= last_o && !clr_i;
    valid_q <= done_q && !clr_i;
    if (clr_i) step_q <= 2'd0;
    else if (wide_i && step) step_q <= step_q + 2'd1;
  end
endmodule
`default_nettype wire
