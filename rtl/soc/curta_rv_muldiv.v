// SPDX-License-Identifier: Apache-2.0
// curta_rv_muldiv - multiply, divide, shift and rotate
// Law    a b = aL bL + (aL bH + aH bL) 2^H + aH bH 2^2H, halves of which the low ones are unsigned: four 18x18 blocks.
//        a << n is the low word of a 2^n; a >> n is the high word of a 2^(Width-n): the blocks are the barrel shifter.
//        A rotation is both words: the bits that leave one come into the other.
//        Division restores: |a| enters bit by bit, |b| is subtracted where it fits; then quotient and remainder get their signs.
//        b = 0 gives quotient -1 and remainder a; the most negative a / -1 gives a and 0: both fall out of the recurrence.
// Timing done_o in the 3rd cycle of go_i (multiply, shift) or in the (Width+3)rd (divide); the other inputs are held until then
// Resets the step; the other registers are loaded before use
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // guard bits of the sums
module curta_rv_muldiv #(
  parameter Width = 32              // a power of two <= 32; 32 in the core, less for exhaustive checks
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             go_i,     // level, until done_o
  input  wire             shift_i,  // funct 1 sll, 5 srl and sra (arith_i); rotate_i 1 rol, 5 ror; else mul mulh mulhsu mulhu div divu rem remu
  input  wire             arith_i,
  input  wire             rotate_i,
  input  wire [2:0]       funct_i,
  input  wire [Width-1:0] a_i,
  input  wire [Width-1:0] b_i,
  output wire             done_o,
  output wire [Width-1:0] result_o  // with done_o; 0 while go_i = 0
);
  localparam H = Width / 2, Bits = $clog2(Width);
  localparam [5:0] Last = Width + 1;
  localparam signed [Width+1:0] Zero = 0;

  reg [5:0] step_q;                 // 0 first cycle of an operation
  wire      div = funct_i[2] && !shift_i;
  assign done_o = step_q == (div ? Last + 6'd1 : 6'd2);

  // ---- multiply and shift: operand register, products, sum
  wire                    right    = funct_i[2];
  wire                    a_signed = shift_i ? arith_i && !rotate_i : funct_i[1:0] != 2'd3;
  wire                    b_signed = !funct_i[1];
  wire                    high     = shift_i ? right || rotate_i : funct_i[1:0] != 2'd0;
  wire                    low      = shift_i ? !right || rotate_i : funct_i[1:0] == 2'd0;
  wire [Bits:0]           places   = right ? Width[Bits:0] - {1'b0, b_i[Bits-1:0]} : {1'b0, b_i[Bits-1:0]};
  reg  [Width+1:0]        b_q;      // Width bits with sign, or a power of two up to 2^Width
  wire signed [H:0]       a_low    = {1'b0, a_i[H-1:0]};
  wire signed [H:0]       a_high   = {a_signed && a_i[Width-1], a_i[Width-1:H]};
  wire signed [H:0]       b_low    = {1'b0, b_q[H-1:0]};
  wire signed [H+1:0]     b_high   = b_q[Width+1:H];
  reg  signed [2*H+1:0]   ll_q, hl_q;
  reg  signed [2*H+2:0]   lh_q, hh_q;
  wire signed [Width+H+2:0] ll_top = {{(Width+3){1'b0}}, ll_q[2*H-1:H]};
  wire signed [Width+H+2:0] hh_up  = {hh_q, {H{1'b0}}};
  wire signed [Width+2:0] sides    = hl_q + lh_q;
  wire signed [Width+H+2:0] middle = {{H{sides[Width+2]}}, sides};
  wire signed [Width+H+2:0] upper  = hh_up + middle + ll_top;             // a b / 2^H
  wire        [Width-1:0] product  = (upper[Width+H-1:H] & {Width{high}}) | ({upper[H-1:0], ll_q[H-1:0]} & {Width{low}});

  // ---- divide
  reg  signed [Width+1:0] rest_q;   // remainder
  reg         [Width-1:0] lo_q;     // dividend going out, quotient coming in
  wire                    neg_a = !funct_i[0] && a_i[Width-1];
  wire                    neg_b = !funct_i[0] && b_i[Width-1];
  wire signed [Width+1:0] in    = {rest_q[Width:0], lo_q[Width-1]};
  wire signed [Width+1:0] minus = {2'b11, b_i ^ {Width{!neg_b}}};         // -|b|, less 1 if b is not negative
  wire signed [Width+1:0] one   = {{(Width+1){1'b0}}, !neg_b};
  wire signed [Width+1:0] diff  = in + minus + one;
  wire                    fits  = !diff[Width+1];
  // one negation serves |a|, the quotient and the remainder
  wire                    first = step_q == 6'd0;
  wire                    neg   = first || funct_i[1] ? neg_a : neg_a != neg_b && b_i != {Width{1'b0}};
  wire [Width-1:0]        value = first ? a_i : funct_i[1] ? rest_q[Width-1:0] : lo_q;
  wire [Width-1:0]        fixed = (value ^ {Width{neg}}) + {{(Width-1){1'b0}}, neg};

  assign result_o = (div ? lo_q : product) & {Width{go_i}};

  always @(posedge clk_i) begin
    b_q  <= shift_i ? {{(Width+1){1'b0}}, 1'b1} << places : {{2{b_signed && b_i[Width-1]}}, b_i};
    ll_q <= a_low * b_low;
    hl_q <= a_high * b_low;
    lh_q <= a_low * b_high;
    hh_q <= a_high * b_high;
    lo_q <= first || step_q == Last ? fixed : {lo_q[Width-2:0], fits};
    if (first)               rest_q <= Zero;
    else if (step_q != Last) rest_q <= fits ? diff : in;
    if (!rst_ni || done_o || !go_i) step_q <= 6'd0;
    else                            step_q <= step_q + 6'd1;
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
