// SPDX-License-Identifier: Apache-2.0
// curta_requant - C lanes that shift, round and saturate int32 to int8
//   y = sign(x) min((|x| >> s) + up, 127); s <= 0: clip(x) (WRAP: +128 gives -128); s >= 63: 0.
//   up = |x| mod 2^s > threshold, done as (|x| + (2^s - 1 - threshold)) >> s; the threshold makes the rounding:
//   nearest 2^(s-1) - 1, stochastic r mod 2^s, truncate 2^s - 1, pseudo-stochastic ((x mod 2^h) << (s-h)) | (2^h - 1)
//   with h = s/2, which says "upper part of the fraction > lower part". For s > 31 the carry out of 32 bits decides.
//   other_i: s is short_i.  div_i: the last stage also keeps |x| >> s (u_o, big_o, neg_o) for the quotients of curta_vquot.
//   red_i: the first stage gives v(x) instead of |x| for an OR over the tensor (or_o, taken by the user).
// Golden   curta_requant, curta_round_up, curta_mag in curta_num.h
// Timing   4 cycles, one group a cycle. What makes the law of a group comes in the cycle before its valid_i; div_i stands.
// Resets   valid flags (clr_i).
/* verilator lint_off BLKSEQ */ // temporaries of the lane loops
`default_nettype none
module curta_requant #(
  parameter C = 8                // lanes
) (
  input  wire              clk_i,
  input  wire              clr_i,
  // Law, a cycle ahead
  input  wire       [31:0] shift_i,    // as in the scale register
  input  wire              other_i,
  input  wire       [4:0]  short_i,
  input  wire       [1:0]  mode_i,     // 0 nearest, 1 pseudo-stochastic, 2 stochastic, 3 truncate
  input  wire              wrap_i,
  input  wire              red_i,
  input  wire              div_i,
  // In
  input  wire              valid_i,
  input  wire [32*C-1:0]   x_i,
  input  wire [32*C-1:0]   r_i,        // draws; in the cycle of v2_o
  // Out
  output wire              v2_o,       // the group is in the second stage: r_i is taken
  output reg  [31:0]       or_o,       // with v2_o: OR of v(x) over the lanes
  output wire              v3_o,
  output wire              v4_o,
  output wire              valid_o,
  output wire [8*C-1:0]    y_o,
  output reg  [24*C-1:0]   u_o,
  output reg  [C-1:0]      big_o,      // beyond 24 bits
  output reg  [C-1:0]      neg_o
);
  // the shift, decoded: s in 1..62, or plain (s <= 0), or zero (s >= 63)
  wire        nil   = shift_i[31] || shift_i == 32'd0;
  wire        far   = !shift_i[31] && shift_i >= 32'd63;
  reg         plain, zero, wrap, red;
  reg  [1:0]  mode;
  reg  [5:0]  s;
  always @(posedge clk_i) begin
    plain <= other_i ? short_i == 5'd0 : nil;
    zero  <= !other_i && far;
    s     <= other_i ? {1'b0, short_i} : nil || far ? 6'd0 : shift_i[5:0];
    mode  <= mode_i;
    wrap  <= wrap_i;
    red   <= red_i;
  end
  wire [4:0]  h     = s[5:1];
  wire [4:0]  up    = s[4:0] - h;               // h or h + 1
  wire [4:0]  back  = 5'd0 - up;
  wire [31:0] ones  = 32'hffffffff;
  wire [31:0] mask  = s[5] ? ones : ~(ones << s[4:0]);
  wire [31:0] low   = ~(ones << h);
  wire [31:0] half  = s > 6'd32 ? 32'd0 : mask & ~(mask >> 1);

  // what the third and the fourth stage need follows the group from the second on
  reg         plain_q, zero_q, plain3_q, small3_q, carry3_q, plain4_q, small4_q;   // small: 0 <= s < 32; carry: s > 31
  reg         sto_q, red2_q, wrap_q, wrap3_q, wrap4_q;
  reg  [5:0]  s2_q;
  wire [15:0] left = mode == 2'd1 ? 16'd1 << up[3:0] : 16'd0;   // 2^(up mod 16), 0 without a threshold of this kind
  reg         left16_q;                         // up > 15
  reg  [16:0] right_q;                          // 2^(16 - s mod 16)
  reg         right16_q;                        // s mod 32 > 15
  wire [6:0]  s7    = {1'b0, s2_q} + 7'd7;
  reg  [31:0] add_q, over_q, lost_q;            // addend without draw and threshold; bits beyond 7 of the result;
                                                // bits that << up loses
  always @(posedge clk_i) begin
    if (valid_i) begin
      plain_q  <= plain;
      zero_q   <= zero;
      s2_q     <= s;
      sto_q    <= mode == 2'd2;
      wrap_q   <= wrap;
      red2_q   <= red;
      left16_q <= up[4];
      add_q    <= plain || zero || mode == 2'd3 ? 32'd0 : mode == 2'd0 ? half : mode == 2'd1 ? mask & ~low : mask;
      lost_q   <= mode == 2'd1 && s[5] ? low & (ones << back) : 32'd0;
    end
    if (v2_q) begin
      plain3_q  <= plain_q;
      small3_q  <= !zero_q && !s2_q[5];
      carry3_q  <= s2_q[5];
      wrap3_q   <= wrap_q;
      right_q   <= 17'h10000 >> s2_q[3:0];
      right16_q <= s2_q[4];
      over_q    <= s7[6] || s7[5] || zero_q ? 32'd0 : ones << s7[4:0];
    end
    if (v3_q) {plain4_q, small4_q, wrap4_q} <= {plain3_q, small3_q, wrap3_q};
  end

  // lanes
  reg              v2_q, v3_q, v4_q, v5_q;
  reg  [32*C-1:0]  m2_q;
  reg  [33*C-1:0]  m3_q;
  reg  [32*C-1:0]  x4_q;                        // shifted
  reg  [C-1:0]     neg2_q, neg3_q, neg4_q, nil2_q, lost3_q;
  reg  [C-1:0]     big4_q, edge4_q, more4_q;    // beyond 127; 128 exactly, unshifted; the carry out of 32 bits rounds up
  reg  [8*C-1:0]   y5_q;
  wire [32*C-1:0]  thr_p;                       // the lower part of the fraction, as a threshold

  integer     i, k, n, j;
  reg  [31:0] x, m, thr, upper;
  /* verilator lint_off UNUSEDSIGNAL */ // the low half falls off
  reg  [31:0] lower;
  /* verilator lint_on UNUSEDSIGNAL */
  reg  [32:0] sum;
  reg         big;
  reg  [7:0]  q;
  reg  [32*C-1:0] m2, x4;        // next values: whole registers are loaded at once, which simulates faster
  reg  [33*C-1:0] m3;
  reg  [8*C-1:0]  y5;
  reg  [24*C-1:0] u5;
  reg  [C-1:0]    beyond, sign2, nil2;

  assign v2_o    = v2_q;
  assign v3_o    = v3_q;
  assign v4_o    = v4_q;
  assign valid_o = v5_q;
  assign y_o     = y5_q;

  always @* begin
    or_o = 32'd0;
    if (v2_q && red2_q)
      for (k = 0; k < C; k = k + 1)
        or_o = or_o | (nil2_q[k] ? 32'd0 : m2_q[32*k +: 32]);
  end

  // |x| = (x ^ sign) + sign;  v(x) = (x ^ sign) - !sign, but 0 for 0
  reg  [32:0] mag;
  always @*
    for (n = 0; n < C; n = n + 1) begin
      sign2[n] = x_i[32*n + 31];
      mag      = {1'b0, x_i[32*n +: 32] ^ {32{sign2[n]}}} + {1'b0, {31{red && !sign2[n]}}, red ^ sign2[n]};
      m2[32*n +: 32] = mag[31:0];
      nil2[n]        = red && !sign2[n] && !mag[32];
    end
  genvar lane;
  generate
    for (lane = 0; lane < C; lane = lane + 1) begin : g_lane
      curta_mul u_thr (.clk_i(clk_i), .en_i(valid_i), .a_i(m2[32*lane +: 16]), .b_i(left), .p_o(thr_p[32*lane +: 32]));
    end
  endgenerate

  always @(posedge clk_i) begin
    if (valid_i) begin
      m2_q   <= m2;
      neg2_q <= sign2;
      nil2_q <= nil2;
    end
    // add; of the lower part 16 bits can stay inside 32 bits after << up where up > 15, and it has no more elsewhere. What
    // lies above it in m comes to lie above the fraction, where add_q is 0.
    if (v2_q) begin
      for (i = 0; i < C; i = i + 1) begin
        m   = m2_q[32*i +: 32];
        thr = thr_p[32*i +: 32];
        if (left16_q) thr = {thr[15:0], 16'd0};
        m3[33*i +: 33] = {1'b0, m} + {1'b0, add_q & ~thr & ~(r_i[32*i +: 32] & {32{sto_q}})};
        lost3_q[i]     <= |(m & lost_q);
      end
      m3_q   <= m3;
      neg3_q <= neg2_q;
    end
    // a shift is a product of each half and a rest of 16, which costs a third of the logic
    if (v3_q) begin
      for (i = 0; i < C; i = i + 1) begin
        sum   = m3_q[33*i +: 33];
        upper = sum[31:16] * right_q;
        lower = sum[15:0] * right_q;
        x4[32*i +: 32] = right16_q ? {16'd0, upper[31:16]} : {upper[31:16], upper[15:0] | lower[31:16]};
        big4_q[i]  <= |(sum[31:0] & over_q);         // sum[32] needs s > 31: |x| <= 2^31
        edge4_q[i] <= sum == 33'd128;
        more4_q[i] <= sum[32] && carry3_q && !lost3_q[i];
      end
      x4_q   <= x4;
      neg4_q <= neg3_q;
    end
    // saturate, sign
    if (v4_q) begin
      for (j = 0; j < C; j = j + 1) begin
        x   = x4_q[32*j +: 32];
        big = big4_q[j];
        q   = big ? 8'd127 : {1'b0, x[6:0] & {7{small4_q}}} | {7'd0, more4_q[j]};
        if (plain4_q && big && (neg4_q[j] || (wrap4_q && edge4_q[j]))) q = 8'd128;
        else if (neg4_q[j]) q = 8'd0 - q;
        y5[8*j +: 8]   = q;
        u5[24*j +: 24] = x[23:0];
        beyond[j]      = |x[31:24];
      end
      y5_q <= y5;
      if (div_i) begin
        u_o   <= u5;
        big_o <= beyond;
        neg_o <= neg4_q;
      end
    end
  end

  always @(posedge clk_i)
    if (clr_i) {v5_q, v4_q, v3_q, v2_q} <= 4'b0000;
    else       {v5_q, v4_q, v3_q, v2_q} <= {v4_q, v3_q, v2_q, valid_i};
endmodule
`default_nettype wire
