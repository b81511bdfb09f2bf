// SPDX-License-Identifier: Apache-2.0
// fm_div - curta_loss_div makes g = trunc(t 2^11 / S) of every t <= S, S > 0, twelve cycles after a start, and rounds as the law
//   (numerics.md sections 4 and 2); mode 3 is no mode of LOSS.
//   Ghosts: the bits that the divider makes, as a number q, and q S by doubling and adding, so that the law needs no product:
//   g is the quotient if g = q and q S <= t 2^11 < q S + S. A start or a clear may come at any time; S stands while it is busy.
`include "formal.vh"
`default_nettype none
module fm_div (
  input wire        clk_i,
  input wire        clr_i,
  input wire        start_i,
  input wire [51:0] t_i,
  input wire [62:0] sum_i,
  input wire [1:0]  mode_i,
  input wire [11:0] mag_i,
  input wire        neg_i,
  input wire [3:0]  r_i
);
  wire        busy;
  wire [11:0] g;
  wire [7:0]  err;
  curta_loss_div u_dut (
    .clk_i(clk_i), .clr_i(clr_i), .start_i(start_i), .t_i(t_i), .sum_i(sum_i), .busy_o(busy), .g_o(g),
    .mode_i(mode_i), .mag_i(mag_i), .neg_i(neg_i), .r_i(r_i), .err_o(err));
  (* hierconn *) wire        \u_dut.fits ;
  (* hierconn *) wire [3:0]  \u_dut.left_q ;
  (* hierconn *) wire [63:0] \u_dut.rem_q ;
  wire        fits = \u_dut.fits ;
  wire [3:0]  left = \u_dut.left_q ;
  wire [77:0] rem  = \u_dut.rem_q ;

  // 78 bits: nothing here wraps, so an equation is one of numbers
  reg         runs;                        // between a start and a clear
  reg  [3:0]  k;                           // bits made
  reg  [77:0] s, tk, qs;                   // S, t 2^k, q S
  reg  [51:0] t;
  reg  [11:0] q;
  wire        over = runs && k == 4'd12;
  always @(posedge clk_i) begin
    if (start_i) begin
      {s, tk, t} <= {15'd0, sum_i, 26'd0, t_i, t_i};
      {k, q, qs} <= 0;
    end else if (runs && !over) begin
      k  <= k + 4'd1;
      tk <= tk << 1;
      q  <= {q[10:0], fits};
      qs <= (qs << 1) + (fits ? s : 78'd0);
    end
    runs <= !clr_i && (start_i || runs);
  end

  always @* begin
    if (`START) assume (clr_i);
    assume (!start_i || (sum_i != 0 && {11'd0, t_i} <= sum_i));
    assume (start_i || !busy || sum_i == s[62:0]);
  end

  // min(127, trunc(m / 16) + up) with the sign
  wire [3:0]  f   = mag_i[3:0];
  wire        up  = mode_i == 0 ? f >= 8 : mode_i == 1 ? f[3:2] > f[1:0] : f > r_i;
  wire [8:0]  n   = mag_i[11:4] + up;
  wire [7:0]  law = (n < 127 ? n[7:0] : 8'd127) ^ {8{neg_i}};

  `SEEN({over && g == 2048 && s[62:51] != 0, over && g == 2047 && t != s, over && g == 0 && t != 0, over && g == 7 && s[62:60] == 1})
  always @* begin
    `MUST(!over || (g == q && qs <= {15'd0, t, 11'd0} && {15'd0, t, 11'd0} < qs + s))
    `MUST(!runs || busy == !over)
    `MUST(mode_i == 3 || err == law + neg_i)
    // what makes it inductive
    `MUST(!runs || (k <= 12 && left == 12 - k))
    `MUST(!runs || ((g ^ q) << left) == 12'd0)
    `MUST(!runs || tk == {26'd0, t} << k)
    `MUST(!runs || (s != 0 && s[77:63] == 0))
    `MUST(!runs || (rem + (qs << 1) == tk && qs[77:64] == 0))
    `MUST(!runs || rem < s << 1)
  end
endmodule
`default_nettype wire
