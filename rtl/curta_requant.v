// SPDX-License-Identifier: Apache-2.0
// curta_requant - C lanes that shift, round and saturate int32 to int8
//   y = sign(x) min((|x| >> s) + up, 127); s <= 0: clip(x) (WRAP: +128 gives -128); s >= 63: 0.
//   up = |x| mod 2^s > threshold; the threshold makes the rounding: nearest 2^(s-1) - 1, stochastic r mod 2^s,
//   pseudo-stochastic ((x mod 2^h) << (s-h)) | (2^h - 1) with h = s/2, which is "upper half > lower half".
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
  // In
  input  wire              valid_i,
  input  wire [32*C-1:0]   x_i,
  input  wire [32*C-1:0]   r_i,        // draws; in the cycle of v2_o
  // Out
  output wire              v2_o,       // the group is in the second stage: r_i is taken
  output reg  [31:0]       or_o,       // with v2_o: OR of v(x) over the lanes
  output wire              v3_o,
  output wire              valid_o,
  output wire [8*C-1:0]    y_o
);
  // the shift, decoded: s in 1..62, or plain (s <= 0), or zero (s >= 63)
  wire        neg   = shift_i[31];
  wire        plain = neg || shift_i == 32'd0;
  wire        zero  = !neg && shift_i >= 32'd63;
  wire [5:0]  s     = plain || zero ? 6'd0 : shift_i[5:0];
  wire [4:0]  h     = s[5:1];
  wire [4:0]  up    = s[4:0] - h;  // h or h + 1: below 32
  wire [4:0]  back  = 5'd0 - up;
  wire [6:0]  s8    = {1'b0, s} + 7'd8;
  wire [31:0] ones  = 32'hffffffff;

  reg         plain_q, small_q, past_q, round_q;  // small: s < 32 and not zero; past: s > 32
  reg  [1:0]  mode_q;
  reg         wrap_q;
  reg  [4:0]  s_q, up_q;
  reg  [31:0] mask_q, low_q, over_q, lost_q;    // fraction; its lower half; beyond 8 bits of result; what << up loses

  always @(posedge clk_i) begin
    plain_q <= plain;
    small_q <= !zero && !s[5];
    past_q  <= s > 6'd32;
    round_q <= !plain && !zero && mode_i != 2'd3;
    mode_q  <= mode_i;
    wrap_q  <= wrap_i;
    s_q     <= s[4:0];
    up_q    <= up;
    mask_q  <= s[5] ? ones : ~(ones << s[4:0]);
    low_q   <= ~(ones << h);
    over_q  <= s8[6] || s8[5] || zero ? 32'd0 : ones << s8[4:0];
    lost_q  <= s[5] ? ones << back : 32'd0;
  end

  // lanes
  reg              v2_q, v3_q, v4_q;
  reg  [32*C-1:0]  m2_q, f3_q, thr3_q;
  reg  [C-1:0]     neg2_q, neg3_q, nil2_q, no3_q, over3_q;
  reg  [8*C-1:0]   q3_q, y4_q;

  integer     i;
  reg  [31:0] x, m, lo, thr;
  reg  [32:0] sum;
  reg         sign, big;
  reg  [7:0]  q;
  reg  [8:0]  q9;

  assign v2_o    = v2_q;
  assign v3_o    = v3_q;
  assign valid_o = v4_q;
  assign y_o     = y4_q;

  always @* begin
    or_o = 32'd0;
    for (i = 0; i < C; i = i + 1)
      or_o = or_o | (nil2_q[i] ? 32'd0 : m2_q[32*i +: 32]);
  end

  always @(posedge clk_i) begin
    // |x| = (x ^ sign) + sign;  v(x) = (x ^ sign) - !sign, but 0 for 0
    if (valid_i)
      for (i = 0; i < C; i = i + 1) begin
        x    = x_i[32*i +: 32];
        sign = x[31];
        sum  = {1'b0, x ^ {32{sign}}} + {1'b0, {31{red_i && !sign}}, red_i ^ sign};
        m2_q[32*i +: 32] <= sum[31:0];
        neg2_q[i]        <= sign;
        nil2_q[i]        <= red_i && !sign && !sum[32];
      end
    // quotient, fraction, threshold
    if (v2_q)
      for (i = 0; i < C; i = i + 1) begin
        m   = m2_q[32*i +: 32];
        lo  = m & low_q;
        thr = mode_q[1] ? r_i[32*i +: 32] & mask_q : mode_q[0] ? (lo << up_q) | low_q : {past_q, mask_q[31:1]};
        x   = m >> s_q;
        q3_q[8*i +: 8]     <= small_q ? x[7:0] : 8'd0;
        f3_q[32*i +: 32]   <= m & mask_q;
        thr3_q[32*i +: 32] <= thr;
        no3_q[i]           <= !round_q || (mode_q == 2'd1 && |(lo & lost_q));
        over3_q[i]         <= |(m & over_q);
        neg3_q[i]          <= neg2_q[i];
      end
    // round, saturate, sign
    if (v3_q)
      for (i = 0; i < C; i = i + 1) begin
        sign = neg3_q[i];
        q9   = {1'b0, q3_q[8*i +: 8]} + {8'd0, !no3_q[i] && f3_q[32*i +: 32] > thr3_q[32*i +: 32]};
        big  = over3_q[i] || q9[8] || q9[7];
        q    = big ? 8'd127 : q9[7:0];
        if (plain_q && big && (sign || (wrap_q && !over3_q[i] && q9 == 9'd128))) q = 8'd128;
        else if (sign) q = 8'd0 - q;
        y4_q[8*i +: 8] <= q;
      end
  end

  always @(posedge clk_i)
    if (clr_i) {v4_q, v3_q, v2_q} <= 3'b000;
    else       {v4_q, v3_q, v2_q} <= {v3_q, v2_q, valid_i};
endmodule
`default_nettype wire
