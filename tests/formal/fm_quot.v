// SPDX-License-Identifier: Apache-2.0
// fm_quot - a lane of curta_vquot makes the quotient of machine.md section 7 of every u, M, T and sign
//   Any stream of groups at the rate of the mode, which stands; clear at any time.
//   No solver multiplies 24 by 24 bits in another way than the lane does. So u and M are cut here as well, into halves of 12 bits or
//   into the 18 bits that count, and the products of the parts are multipliers of this module, which become one with the lane's if
//   the factors are the same nets. Proved are the parts of M, each in its cycle, and all that comes behind the products.
//   By hand: u M is the sum of the four products in their places, a product of 12 by 12 bits is at most 4095^2, and a u of more than
//   18 bits makes 127 in one cycle, as 2^18 2^23 >> (23 + 11) is 128.
`include "formal.vh"
`default_nettype none
module fm_quot #(
  parameter Wide = 0                       // two cycles, else one
) (
  input wire        clk_i,
  input wire        clr_i,
  input wire        first_i,
  input wire [23:0] m_i,
  input wire [4:0]  t_i,
  input wire        valid_i,
  input wire [23:0] u_i,
  input wire        big_i,
  input wire        neg_i
);
  wire        last, sum, done, neg, valid, busy;
  wire [24:0] q;
  wire [7:0]  y;
  curta_vquot #(.C(1)) u_dut (
    .clk_i(clk_i), .clr_i(clr_i), .wide_i(Wide == 1), .first_i(first_i), .m_i(m_i), .t_i(t_i), .valid_i(valid_i), .u_i(u_i), .big_i(big_i),
    .neg_i(neg_i), .last_o(last), .sum_o(sum), .done_o(done), .q_o(q), .neg_o(neg), .valid_o(valid), .y_o(y), .busy_o(busy));
  (* hierconn *) wire [17:0] \u_dut.m18 ;
  (* hierconn *) wire [35:0] \u_dut.low_q ;
  (* hierconn *) wire [23:0] \u_dut.high_q ;
  (* hierconn *) wire [24:0] \u_dut.acc_q , \u_dut.p_q ;
  (* hierconn *) wire [4:0]  \u_dut.ta_q , \u_dut.tb_q ;
  (* hierconn *) wire        \u_dut.second_q , \u_dut.sum_q , \u_dut.nega_q , \u_dut.negb_q ;
  (* hierconn *) wire        \u_dut.topa_q , \u_dut.topb_q , \u_dut.topc_q ;
  wire [17:0] part = \u_dut.m18 ;
  wire [35:0] dlow = \u_dut.low_q ;

  // where groups are: the second cycle at the inputs, behind the last, a to d as in the lane
  reg         second, a, b, c, d;
  always @(posedge clk_i) {second, a, b, c, d} <= {5{!clr_i}} & {Wide && valid_i, Wide ? second : valid_i, a, b, c};

  // the group at the inputs, and what M was
  reg         p_first, p_big, p_neg;
  reg  [23:0] p_m, p_u;
  reg  [4:0]  p_t;
  always @(posedge clk_i) {p_first, p_m, p_u, p_t, p_big, p_neg} <= {first_i, m_i, u_i, t_i, big_i, neg_i};
  reg  [23:0] m_q;                         // M in the second cycle
  always @(posedge clk_i) m_q <= p_m;
  always @* begin
    if (`START) assume (clr_i);
    if (Wide) begin
      assume (!valid_i || (p_first && !first_i && m_i == p_m && !second));
      assume (!second || {u_i, t_i, big_i, neg_i} == {p_u, p_t, p_big, p_neg});
    end else
      assume (!valid_i || (p_m[23] && p_m[5:0] == 0 && t_i <= 11));
  end

  // products, and behind a clock edge those of the cycle before: the low part of u, the high one; with the low half of M
  reg  [35:0] low, low_q, ll_q;
  reg  [23:0] high, high_q, hl_q;
  always @* begin
    low  = (u_i[17:0] & (Wide ? 18'h00fff : 18'h3ffff)) * part;
    high = u_i[23:12] * part[11:0];
  end
  always @(posedge clk_i) begin
    {low_q, high_q} <= {low, high};
    {ll_q, hl_q}    <= {low_q, high_q};
  end
  localparam [35:0] Top = 4095 * 4095;
  always @* if (Wide && $initstate && a) assume (low_q <= Top && high_q <= Top && ll_q <= Top && hl_q <= Top);

  // u M in digits of 12 bits, quotient, clipped
  reg  [25:0] mid;
  reg  [47:0] p, p_q;
  reg  [24:0] law_q;
  reg  [4:0]  ta, tb;
  reg         nega, negb, negc, negd, biga, bigb, bigc;
  reg  [7:0]  mag_q;
  always @* begin
    mid = {14'd0, ll_q[23:12]} + hl_q + low_q[23:0];
    p   = Wide ? {{10'd0, mid[25:12]} + high_q, mid[11:0], ll_q[11:0]} : {6'd0, low_q, 6'd0};
  end
  always @(posedge clk_i) begin
    {ta, tb} <= {t_i, ta};
    {nega, negb, negc, negd} <= {neg_i, nega, negb, negc};
    {biga, bigb, bigc} <= {big_i || (!Wide && u_i[23:18] != 0), biga, bigb};
    p_q   <= p;
    law_q <= p_q[47:23] >> tb;
    mag_q <= bigc || law_q > 127 ? 8'd127 : law_q[7:0];
  end

  `SEEN({Wide ? d && b : d && c && b && a, c && law_q == (Wide ? 25'h1fffffc : 25'h7fffc), d && negd && mag_q == 126})
  always @* begin
    `MUST(!valid_i || part == (Wide ? {6'd0, p_m[11:0]} : p_m[23:6]))
    `MUST(!second || part == {6'd0, m_q[23:12]})
    `MUST(!c || (done && q == law_q && neg == negc))
    `MUST(valid == d && (!d || y == (negd ? 8'd0 - mag_q : mag_q)))
    // what makes it inductive
    `MUST(last == (Wide ? second : valid_i))
    `MUST({\u_dut.second_q , sum, \u_dut.sum_q , done} == {second, a, b, c})
    `MUST(!(second || a) || (dlow == low_q && (!Wide || \u_dut.high_q == high_q)))
    `MUST(!(a && Wide) || \u_dut.acc_q == {13'd0, ll_q[23:12]} + hl_q)
    `MUST(!a || {\u_dut.ta_q , \u_dut.nega_q , \u_dut.topa_q } == {ta, nega, biga})
    `MUST(!b || (\u_dut.p_q == p_q[47:23] && {\u_dut.tb_q , \u_dut.negb_q , \u_dut.topb_q } == {tb, negb, bigb}))
    `MUST(!c || \u_dut.topc_q == bigc)
    `MUST(!second || (p_first == 0 && m_q == p_m))
  end
endmodule
`default_nettype wire
