// SPDX-License-Identifier: Apache-2.0
// curta_vquot - C lanes that divide by multiplying: |quotient| = u M >> (23 + T), 24 by 24 bits, two multipliers a lane
//   clipped: y = sign min(127, quotient), 127 for |x| >> S of more than 24 bits (big_i; u are the low ones).
//   wide_i: four partial products of 12 x 12 bits in two cycles, M's low half first. Bits 22:0 of a product are not in any
//   quotient: once the lower three partial products are added, 12 bits of their sum can go.
//   Else one product of 18 x 18 bits, M's low six bits being 0; a longer u makes 127 of any such M with bit 23 and T <= 11.
// Golden   curta_golden_quotient, curta_golden_rate
// Timing   first_i: a group is there in the next cycle; m_i is that of the next cycle.
//          valid_i: the group is at the inputs and stays for two cycles (wide), one (else); last_o in the last of them, sum_o a cycle
//          later, the quotients with done_o three cycles after last_o, y_o with valid_o after four.
// Resets   valid flags (clr_i).
/* verilator lint_off BLKSEQ */ // temporaries of the lane loops
`default_nettype none
module curta_vquot #(
  parameter C = 8                // lanes
) (
  input  wire            clk_i,
  input  wire            clr_i,
  // Law
  input  wire            wide_i,
  input  wire            first_i,
  input  wire [23:0]     m_i,
  input  wire [4:0]      t_i,
  // In
  input  wire            valid_i,
  input  wire [24*C-1:0] u_i,
  input  wire [C-1:0]    big_i,
  input  wire [C-1:0]    neg_i,
  // Out
  output wire            last_o,
  output wire            sum_o,
  output wire            done_o,
  output wire [25*C-1:0] q_o,
  output wire [C-1:0]    neg_o,
  output wire            valid_o,
  output wire [8*C-1:0]  y_o,
  output wire            busy_o
);
  // stage a: products, b: product >> 23, c: quotients, d: clipped
  reg             second_q, last_q, sum_q, done_q, valid_q;
  reg  [4:0]      ta_q, tb_q;
  reg  [C-1:0]    nega_q, negb_q, negc_q, topa_q, topb_q, topc_q, top;
  wire [36*C-1:0] low_q;                 // the lower half of u, or 18 bits of it, times a part of M: a cycle after its factors
  wire [24*C-1:0] high_q;                // the upper half of u
  reg  [25*C-1:0] acc_q, acc, p_q, p, q_q, q;
  reg  [8*C-1:0]  y_q, y;
  integer         i, k, n, j;

  assign last_o  = valid_i ? !wide_i : second_q;
  assign sum_o   = last_q;
  assign done_o  = done_q;
  assign q_o     = q_q;
  assign neg_o   = negc_q;
  assign valid_o = valid_q;
  assign y_o     = y_q;
  assign busy_o  = valid_i || second_q || last_q || sum_q || done_q || valid_q;

  // the factor: the same for all lanes, a cycle ahead
  reg  [17:0] m18;
  wire [11:0] m12 = m18[11:0];
  always @(posedge clk_i) m18 <= !wide_i ? m_i[23:6] : {6'd0, first_i ? m_i[11:0] : m_i[23:12]};
  wire [17:0] ones = wide_i ? 18'h00fff : 18'h3ffff;
  genvar      lane;
  generate
    for (lane = 0; lane < C; lane = lane + 1) begin : g_lane
      curta_prod #(.A(18), .B(18)) u_low  (.clk_i(clk_i), .a_i(u_i[24*lane +: 18] & ones), .b_i(m18), .p_o(low_q[36*lane +: 36]));
      curta_prod #(.A(12), .B(12)) u_high (.clk_i(clk_i), .a_i(u_i[24*lane + 12 +: 12]), .b_i(m12), .p_o(high_q[24*lane +: 24]));
    end
  endgenerate
  always @(posedge clk_i)
    if (valid_i || second_q) begin
      for (i = 0; i < C; i = i + 1)
        top[i] = big_i[i] || (!wide_i && u_i[24*i + 18 +: 6] != 6'd0);
      topa_q <= top;
      nega_q <= neg_i;
      ta_q   <= t_i;
    end

  /* verilator lint_off UNUSEDSIGNAL */ // the low bits of a sum are in no quotient
  reg [24:0] part, lower;
  /* verilator lint_on UNUSEDSIGNAL */
  always @(posedge clk_i) begin
    if (second_q) begin
      for (k = 0; k < C; k = k + 1)
        acc[25*k +: 25] = {13'd0, low_q[36*k + 12 +: 12]} + {1'b0, high_q[24*k +: 24]};
      acc_q <= acc;
    end
    if (last_q) begin
      for (n = 0; n < C; n = n + 1) begin
        lower = acc_q[25*n +: 25] + {1'b0, low_q[36*n +: 24]};
        part  = {11'd0, lower[24:11]} + {high_q[24*n +: 24], 1'b0};
        p[25*n +: 25] = wide_i ? part : {6'd0, low_q[36*n + 17 +: 19]};
      end
      p_q    <= p;
      topb_q <= topa_q;
      negb_q <= nega_q;
      tb_q   <= ta_q;
    end
    if (sum_q) begin
      for (j = 0; j < C; j = j + 1) q[25*j +: 25] = p_q[25*j +: 25] >> tb_q;
      q_q    <= q;
      topc_q <= topb_q;
      negc_q <= negb_q;
    end
  end

  reg [7:0] c;
  integer   l;
  always @(posedge clk_i)
    if (done_q) begin
      for (l = 0; l < C; l = l + 1) begin
        c = topc_q[l] || q_q[25*l + 7 +: 18] != 18'd0 ? 8'd127 : q_q[25*l +: 8];
        y[8*l +: 8] = negc_q[l] ? 8'd0 - c : c;
      end
      y_q <= y;
    end

  always @(posedge clk_i) begin
    second_q <= valid_i && wide_i && !clr_i;
    last_q   <= last_o && !clr_i;
    sum_q    <= last_q && !clr_i;
    done_q   <= sum_q && !clr_i;
    valid_q  <= done_q && !clr_i;
  end
endmodule
`default_nettype wire
