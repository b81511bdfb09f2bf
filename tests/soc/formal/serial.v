// SPDX-License-Identifier: Apache-2.0
// serial - the unit of multiply, divide, shift and rotate alone, for every operand: SHIFT, MUL or DIV at the width of the parameter
`default_nettype none
module serial #(
  parameter Width = 8
) (
  input wire clk_i
);
  localparam Bits = $clog2(Width);
  (* anyconst *) reg [Width-1:0] a, b;
  (* anyconst *) reg [2:0] funct;
  (* anyconst *) reg       arith, rotate;
  reg reset_q = 1'b1, over_q = 1'b0;
  reg [6:0] count_q = 7'd0;
  always @(posedge clk_i) reset_q <= 1'b0;
`ifdef SHIFT
  wire shift = 1'b1;
  always @* assume (funct[1:0] == 2'd1);         // a rotate comes with arith, as the words have it
  always @* assume (arith || !rotate);
`else
  wire shift = 1'b0;
`ifdef MUL
  always @* assume (!funct[2]);
`else
  always @* assume (funct[2]);
`endif
`endif
  wire             done;
  wire [Width-1:0] result;
  wire             go = !reset_q && !over_q;
  curta_rv_muldiv #(.Width(Width)) u_unit (
    .clk_i(clk_i), .rst_ni(!reset_q), .go_i(go), .shift_i(shift), .arith_i(arith), .rotate_i(rotate), .funct_i(funct), .a_i(a), .b_i(b), .done_o(done),
    .result_o(result));

  wire signed [Width-1:0]   sa = a, sb = b;
  wire signed [2*Width-1:0] wa = funct[1:0] == 2'd3 ? {{Width{1'b0}}, a} : {{Width{a[Width-1]}}, a};
  wire signed [2*Width-1:0] wb = funct[1] ? {{Width{1'b0}}, b} : {{Width{b[Width-1]}}, b};
  wire signed [2*Width-1:0] product = wa * wb;
  wire [Width-1:0]        n = b[Bits-1:0];
  wire signed [Width-1:0] sra = sa >>> n;
  wire [2*Width-1:0] rol = {a, a} << n, ror = {a, a} >> n;
  wire overflow = !funct[0] && a == {1'b1, {(Width-1){1'b0}}} && &b;
  // signed division is that of the magnitudes with the signs put back
  reg [Width-1:0] want;
  always @* begin
    if (shift && rotate) want = funct[2] ? ror[Width-1:0] : rol[2*Width-1:Width];
    else if (shift) want = !funct[2] ? a << n : arith ? sra : a >> n;
    else if (!funct[2]) want = funct[1:0] == 2'd0 ? product[Width-1:0] : product[2*Width-1:Width];
    else if (b == 0) want = funct[1] ? a : {Width{1'b1}};
    else if (overflow) want = funct[1] ? {Width{1'b0}} : a;
    else if (funct[0]) want = funct[1] ? a % b : a / b;
    else want = divide(sa, sb, funct[1]);
  end
  function [Width-1:0] divide(input signed [Width-1:0] x, input signed [Width-1:0] y, input remainder);
    reg [Width-1:0] m, d, q, r;
    begin
      m = x < 0 ? -x : x;
      d = y < 0 ? -y : y;
      q = m / d;
      r = m % d;
      divide = remainder ? (x < 0 ? -r : r) : ((x < 0) != (y < 0) ? -q : q);
    end
  endfunction
  always @(posedge clk_i)
    if (!reset_q) begin
      count_q <= count_q + 7'd1;
      if (done) over_q <= 1'b1;
      if (done && !over_q) begin
        assert (result == want);
        assert (count_q == (funct[2] && !shift ? Width + 2 : 2));
      end
      if (!go) assert (result == 0);
      if (count_q == Width + 3) assert (over_q);
    end
endmodule
`default_nettype wire
