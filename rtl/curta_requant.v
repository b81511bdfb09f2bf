// SPDX-License-Identifier: Apache-2.0
// curta_requant - C lanes that shift, round and saturate int32 to int8
//   y = sign(x) min((|x| >> s) + up, 127); s <= 0: clip(x) (WRAP: +128 gives -128); s >= 63: 0.
//   up = |x| mod 2^s > threshold, done as (|x| + (2^s - 1 - threshold)) >> s; the threshold makes the rounding:
//   nearest 2^(s-1) - 1, stochastic r mod 2^s, truncate 2^s - 1, pseudo-stochastic ((x mod 2^h) << (s-h)) | (2^h - 1)
//   with h = s/2, which says "upper part of the fraction > lower part". For s > 31 the carry out of 32 bits decides.
//   div_i: the last stage also keeps |x| >> s (u_o, big_o, neg_o) for the quotients of curta_vquot.
//   red_i: the first stage gives v(x) instead of |x| for an OR over the tensor (or_o, taken by the user).
// Golden   curta_requant, curta_round_up, curta_mag in curta_num.h
// Timing   3 cycles, one group a cycle. The masks follow shift_i, mode_i one cycle later and must be right in the
//          cycle after valid_i.
// Resets   valid flags (clr_i).
/* verilator lint_off BLKSEQ */ // temporaries of the lane loops
`default_nettype none
module curta_requant #(
  parameter C = 8                // lanes
) (
  input  wire              clk_i,
  input  wire              clr_i,
  // Law
  input  wire       [31:0] shift_i,    // as in the scale register
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
  output wire              valid_o,
  output wire [8*C-1:0]    y_o,
  output reg  [24*C-1:0]   u_o,
  output reg  [C-1:0]      big_o,      // beyond 24 bits
  output reg  [C-1:0]      neg_o
);
  // the shift, decoded: s in 1..62, or plain (s <= 0), or zero (s >= 63)
  wire        neg   = shift_i[31];
  wire        plain = neg || shift_i == 32'd0;
  wire        zero  = !neg && shift_i >= 32'd63;
  wire [5:0]  s     = plain || zero ? 6'd0 : shift_i[5:0];
  wire [4:0]  h     = s[5:1];
  wire [4:0]  up    = s[4:0] - h;               // h or h + 1
  wire [4:0]  back  = 5'd0 - up;
  wire [6:0]  s7    = {1'b0, s} + 7'd7;
  wire [31:0] ones  = 32'hffffffff;
  wire [31:0] mask  = s[5] ? ones : ~(ones << s[4:0]);
  wire [31:0] low   = ~(ones << h);
  wire [31:0] half  = s > 6'd32 ? 32'd0 : mask & ~(mask >> 1);

  reg         plain_q, small_q, carry_q;        // small: 0 <= s < 32; carry: s > 31
  reg         sto_q, wrap_q;
  reg  [15:0] left_q;                           // 2^(up mod 16), 0 without a threshold of this kind
  reg         left16_q;                         // up > 15
  reg  [16:0] right_q;                          // 2^(16 - s mod 16)
  reg         right16_q;                        // s mod 32 > 15
  reg  [31:0] add_q, over_q, lost_q;            // addend without draw and threshold; bits beyond 7 of the result;
                                                // bits that << up loses
  always @(posedge clk_i) if (valid_i) begin
    plain_q <= plain;
    small_q <= !zero && !s[5];
    carry_q <= s[5];
    sto_q   <= mode_i == 2'd2;
    wrap_q  <= wrap_i;
    left_q    <= mode_i == 2'd1 ? 16'd1 << up[3:0] : 16'd0;
    left16_q  <= up[4];
    right_q   <= 17'h10000 >> s[3:0];
    right16_q <= s[4];
    add_q   <= plain || zero || mode_i == 2'd3 ? 32'd0 : mode_i == 2'd0 ? half : mode_i == 2'd1 ? mask & ~low : mask;
    over_q  <= s7[6] || s7[5] || zero ? 32'd0 : ones << s7[4:0];
    lost_q  <= mode_i == 2'd1 && s[5] ? low & (ones << back) : 32'd0;
  end

  // lanes
  reg              v2_q, v3_q, v4_q;
  reg  [32*C-1:0]  m2_q;
  reg  [33*C-1:0]  m3_q;
  reg  [C-1:0]     neg2_q, neg3_q, nil2_q, lost3_q;
  reg  [8*C-1:0]   y4_q;

  integer     i, k;
  reg  [31:0] x, m, thr, upper;
  /* verilator lint_off UNUSEDSIGNAL */ // the low half falls off
  reg  [31:0] lower;
  /* verilator lint_on UNUSEDSIGNAL */
  reg  [32:0] sum;
  reg         sign, big;
  reg  [7:0]  q;
  reg  [32*C-1:0] m2;            // next values: whole registers are loaded at once, which simulates faster
  reg  [33*C-1:0] m3;
  reg  [8*C-1:0]  y4;
  reg  [24*C-1:0] u4;
  reg  [C-1:0]     big4;

  assign v2_o    = v2_q;
  assign v3_o    = v3_q;
  assign valid_o = v4_q;
  assign y_o     = y4_q;

  always @* begin
    or_o = 32'd0;
    if (v2_q && red_i)
      for (k = 0; k < C; k = k + 1)
        or_o = or_o | (nil2_q[k] ? 32'd0 : m2_q[32*k +: 32]);
  end

  always @(posedge clk_i) begin
    // |x| = (x ^ sign) + sign;  v(x) = (x ^ sign) - !sign, but 0 for 0
    if (valid_i) begin
      for (i = 0; i < C; i = i + 1) begin
        x    = x_i[32*i +: 32];
        sign = x[31];
        sum  = {1'b0, x ^ {32{sign}}} + {1'b0, {31{red_i && !sign}}, red_i ^ sign};
        m2[32*i +: 32] = sum[31:0];
        neg2_q[i]      <= sign;
        nil2_q[i]      <= red_i && !sign && !sum[32];
      end
      m2_q <= m2;
    end
    // add; of the lower part 16 bits can stay inside 32 bits after << up where up > 15, and it has no more elsewhere. What
    // lies above it in m comes to lie above the fraction, where add_q is 0.
    if (v2_q) begin
      for (i = 0; i < C; i = i + 1) begin
        m   = m2_q[32*i +: 32];
        thr = m[15:0] * left_q;
        if (left16_q) thr = {thr[15:0], 16'd0};
        m3[33*i +: 33] = {1'b0, m} + {1'b0, add_q & ~thr & ~(r_i[32*i +: 32] & {32{sto_q}})};
        lost3_q[i]     <= |(m & lost_q);
      end
      m3_q   <= m3;
      neg3_q <= neg2_q;
    end
    // shift, saturate, sign; a shift is a product of each half and a rest of 16, which costs a third of the logic
    if (v3_q) begin
      for (i = 0; i < C; i = i + 1) begin
        sign = neg3_q[i];
        sum  = m3_q[33*i +: 33];
        upper = sum[31:16] * right_q;
        lower = sum[15:0] * right_q;
        x    = right16_q ? {16'd0, upper[31:16]} : {upper[31:16], upper[15:0] | lower[31:16]};
        big  = |(sum[31:0] & over_q);                // sum[32] needs s > 31: |x| <= 2^31
        q    = big ? 8'd127 : {1'b0, x[6:0] & {7{small_q}}} | {7'd0, sum[32] && carry_q && !lost3_q[i]};
        if (plain_q && big && (sign || (wrap_q && sum == 33'd128))) q = 8'd128;
        else if (sign) q = 8'd0 - q;
        y4[8*i +: 8]   = q;
        u4[24*i +: 24] = x[23:0];
        big4[i]        = |x[31:24];
      end
      y4_q <= y4;
      if (div_i) begin
        u_o   <= u4;
        big_o <= big4;
        neg_o <= neg3_q;
      end
    end
  end

  always @(posedge clk_i)
    if (clr_i) {v4_q, v3_q, v2_q} <= 3'b000;
    else       {v4_q, v3_q, v2_q} <= {v3_q, v2_q, valid_i};
endmodule
`default_nettype wire
