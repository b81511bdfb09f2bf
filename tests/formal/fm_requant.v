// SPDX-License-Identifier: Apache-2.0
// fm_requant - a lane of curta_requant is the law of numerics.md section 2, for every value, shift, draw
//   One value goes through the pipeline while shift and mode stand still; whatever was inside before has left after 6 cycles.
`default_nettype none
module fm_requant #(
  parameter [1:0] Mode = 0                // 0 nearest, 1 pseudo-stochastic, 2 stochastic, 3 truncate
) (
  input wire clk_i
);
  (* anyconst *) wire signed [31:0] x;
  (* anyconst *) wire signed [31:0] shift;
  (* anyconst *) wire [31:0] r;
  (* anyconst *) wire        wrap;
  wire       v2, v3, v4, valid;
  wire [7:0] y;
  wire [31:0] ored;
  wire [23:0] u;
  wire        big, neg;
  curta_requant #(.C(1)) u_dut (
    .clk_i(clk_i), .clr_i(1'b0), .shift_i(shift), .other_i(1'b0), .short_i(5'd0), .mode_i(Mode), .wrap_i(wrap), .red_i(1'b0), .div_i(1'b1), .valid_i(1'b1), .x_i(x), .r_i(r),
    .v2_o(v2), .or_o(ored), .v3_o(v3), .v4_o(v4), .valid_o(valid), .y_o(y), .u_o(u), .big_o(big), .neg_o(neg));

  reg [2:0] age;
  always @(posedge clk_i) age <= $initstate ? 3'd1 : age == 3'd7 ? 3'd7 : age + 3'd1;

  // the law, in 64 bits
  wire [63:0] m    = x < 0 ? 64'd0 - {{32{1'b1}}, x} : {32'd0, x};
  wire [5:0]  s    = shift[5:0];
  wire [63:0] q    = m >> s;
  wire        quot = Mode != 3 || shift < 0 || shift > 31 || (u == q[23:0] && big == (q[63:24] != 0) && neg == (x < 0));
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

`ifdef COVER
  wire [2:0] seen = {law == 8'h81, law == 8'd1 && shift == 30, shift == 0 && law == 8'h80 && x > 0};
  always @* assert (!(!$initstate && age >= 6 && valid && (seen >> `COVER & 1'b1)));
`else
  always @* assert ($initstate || age < 6 || (valid && y == law && quot));
`endif
endmodule
`default_nettype wire
