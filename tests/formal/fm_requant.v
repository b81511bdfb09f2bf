// SPDX-License-Identifier: Apache-2.0
// fm_requant - a lane of curta_requant is the law of numerics.md section 2, whatever comes before, behind and beside a group
//   Everything may change in every cycle: shift, mode, wrap, OR or value, valid, operand, draw, clear. What a group gets is looked up
//   where the head of the RTL says: its law one cycle before it, its draw one cycle after. Whatever was inside before has left after 5 cycles.
`default_nettype none
module fm_requant #(
  parameter [1:0] Mode = 0                // of the group that is looked at: 0 nearest, 1 pseudo-stochastic, 2 stochastic, 3 truncate
) (
  input wire        clk_i,
  input wire        clr_i,
  input wire [31:0] shift_i,
  input wire        other_i,
  input wire [4:0]  short_i,
  input wire [1:0]  mode_i,
  input wire        wrap_i,
  input wire        red_i,
  input wire        div_i,
  input wire        valid_i,
  input wire [31:0] x_i,
  input wire [31:0] r_i
);
  wire        v2, v3, v4, valid, big, neg;
  wire [7:0]  y;
  wire [31:0] ored;
  wire [23:0] u;
  curta_requant #(.C(1)) u_dut (
    .clk_i(clk_i), .clr_i(clr_i), .shift_i(shift_i), .other_i(other_i), .short_i(short_i), .mode_i(mode_i), .wrap_i(wrap_i), .red_i(red_i),
    .div_i(div_i), .valid_i(valid_i), .x_i(x_i), .r_i(r_i), .v2_o(v2), .or_o(ored), .v3_o(v3), .v4_o(v4), .valid_o(valid), .y_o(y), .u_o(u),
    .big_o(big), .neg_o(neg));

  // what came n cycles ago: the group that leaves came 4 ago, its law 5, its draw 3
  reg  [2:0]  age;
  reg  [41:0] law1, law2, law3, law4, law5;
  reg  [32:0] x1, x2, x3, x4;
  reg  [31:0] r1, r2, r3;
  reg         div1, c1, c2, c3, c4;
  always @(posedge clk_i) begin
    age <= $initstate ? 3'd1 : age == 3'd7 ? 3'd7 : age + 3'd1;
    {law1, law2, law3, law4, law5} <= {red_i, wrap_i, mode_i, other_i, short_i, shift_i, law1, law2, law3, law4};
    {x1, x2, x3, x4} <= {valid_i, x_i, x1, x2, x3};
    {r1, r2, r3} <= {r_i, r1, r2};
    div1 <= div_i;
    {c1, c2, c3, c4} <= {clr_i, c1, c2, c3};
  end
  wire        there = x4[32] && !c1 && !c2 && !c3 && !c4;
  wire signed [31:0] x = x4[31:0];
  wire [31:0] r = r3;
  wire        red, wrap, other;
  wire [1:0]  mode;
  wire [4:0]  short;
  wire [31:0] register;
  assign {red, wrap, mode, other, short, register} = law5;
  wire signed [31:0] shift = other ? {27'd0, short} : register;

  // the law, in 64 bits
  wire [63:0] m    = x < 0 ? 64'd0 - {{32{1'b1}}, x} : {32'd0, x};
  wire [5:0]  s    = shift < 0 ? 6'd0 : shift[5:0];
  wire [63:0] q    = m >> s;
  wire [63:0] f    = m & ~(~64'd0 << s);
  wire [5:0]  h    = s >> 1;
  wire [63:0] high = f >> h;
  wire [63:0] rest = (f & ~(~64'd0 << h)) << s[0];
  wire [63:0] draw = {32'd0, r} & ~(~64'd0 << s);
  wire        up   = Mode == 0 ? (m >> (s - 6'd1)) & 64'd1 : Mode == 1 ? high > rest : Mode == 2 ? f > draw : 1'b0;
  wire [63:0] sum  = q + up;
  wire [7:0]  mag  = sum > 127 ? 8'd127 : sum[7:0];
  wire [7:0]  clip = wrap && m <= 128 ? x[7:0] : x > 127 ? 8'h7f : x < -128 ? 8'h80 : x[7:0];
  wire [7:0]  law  = shift <= 0 ? clip : shift >= 63 ? 8'd0 : x < 0 ? 8'd0 - mag : mag;
  wire        quot = u == q[23:0] && big == (q[63:24] != 0) && neg == (x < 0);

  // v(x) of the group in the second stage
  wire [31:0] v = !law2[41] || !x1[32] || c1 ? 32'd0 : x1[31] ? ~x1[31:0] : x1[31:0] == 0 ? 32'd0 : x1[31:0] - 32'd1;

  wire        mine = age >= 5 && there && !red && mode == Mode;
`ifdef COVER
  // beside groups of another law in front and behind; behind one that is not shifted; plain, where the two others are not
  wire [2:0] seen = {law == 8'h81 && other && law4[37] == 0 && x3[32] && x3[31:0] == x,
                     law == 8'd1 && shift == 30 && law4[31:0] == 0 && x3[32],
                     shift == 0 && law == 8'h80 && x > 0 && law4[31:0] == 30 && x3[32] && law3[41] && x2[32]};
  always @* assert (!(!$initstate && mine && valid && (seen >> `COVER & 1'b1)));
`else
  always @* assert ($initstate || age < 5 || valid == there);
  always @* assert ($initstate || !mine || (y == law && (Mode != 3 || !div1 || shift > 31 || quot)));
  always @* assert ($initstate || age < 5 || (v2 == (x1[32] && !c1) && (v2 ? ored == v : ored == 32'd0)));
`endif
endmodule
`default_nettype wire
