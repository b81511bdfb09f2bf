// SPDX-License-Identifier: Apache-2.0
// curta_vfront - the entry register of the lanes: loads a group, rotates it for weight decay and for plain copies
//   bend_i: with this rotation the lowest lanes leave bent: each stays, is divided by 2^(2 + slope) or becomes 0
//   (backward NITRO-ReLU, scattered int32); mod_i: they are the first of their group.
//   rot_i: x rotates by BUS/4 lanes; with decay those lanes get x + trunc(w 2^d) on the way, C / (BUS/4) rotations bring
//   every lane back to its place. Copies leave as the low BUS bytes of x, one beat a rotation.
// Golden   curta_decay, curta_scale2 in curta_num.h
// Timing   loads and rotations take effect in the next cycle.
// Resets   none: the valid flags of curta_vissue tell when x means something.
/* verilator lint_off BLKSEQ */ // temporaries of the lane loop
`default_nettype none
module curta_vfront #(
  parameter C = 8,               // lanes
  parameter BUS = 8              // bytes of a beat
) (
  input  wire              clk_i,
  // Load: what is selected, one of these
  input  wire              load_i,
  input  wire              sel_int8_i, sel_int24_i, sel_int32_i,   // elements from memory
  input  wire              sel_acc_i,                              // accumulator memory
  input  wire              sel_keep_i,                             // tile memory
  input  wire              sel_aux_i, sel_half_i,                  // 16-bit elements: weights, the result of the pass before
  input  wire              sel_turn_i,                             // x, rotated
  input  wire [8*C-1:0]    int8_i,
  input  wire [24*C-1:0]   int24_i,
  input  wire [32*C-1:0]   int32_i,
  input  wire [32*C-1:0]   acc_i,
  input  wire [32*C-1:0]   keep_i,
  input  wire [16*C-1:0]   aux_i,
  input  wire [16*C-1:0]   half_i,
  // Bend
  input  wire              bend_i,
  input  wire              mod_i,
  input  wire [2*C-1:0]    class_i,      // with mod_i: 0 stay, 1 divide, else 0
  input  wire [1:0]        slope_i,
  output wire [8*BUS-1:0]  bent_o,       // what left bent with the rotation before
  // Rotate
  input  wire              rot_i,
  input  wire              decay_i,
  input  wire [31:0]       d_i,          // exponent of the decay term
  input  wire [8*(BUS/4 < C ? BUS/4 : C)-1:0] w_i,   // weights of the lanes of the next rotation
  // Out
  output wire [32*C-1:0]   x_o
);
  localparam NP = BUS / 4 < C ? BUS / 4 : C;   // lanes of a rotation

  reg  [32*C-1:0]  x_q;
  wire [32*C-1:0]  turned;
  reg  [32*NP-1:0] sum, bent_q, bent;
  wire [2*NP-1:0]  classes;              // of the lowest lanes
  reg  [7:0]       w;
  /* verilator lint_off UNUSEDSIGNAL */ // what falls off to the right
  reg  [38:0]      term;                 // times 2^7
  /* verilator lint_on UNUSEDSIGNAL */
  reg  [6:0]       lost_q;               // bits of w that fall off
  reg              none_q;
  reg  [5:0]       left_q;
  reg  [32*NP-1:0] term_q, term_d;       // floor(w 2^d)
  reg  [NP-1:0]    more_q, more_d;       // toward zero it is one more
  reg  [36:0]      biased;
  wire [2:0]       shift = {1'b0, slope_i} + 3'd2;
  wire [5:0]       bias  = (6'd1 << shift) - 6'd1;
  integer          i, k, n;
  wire [31:0]      minus = 32'd0 - d_i;

  generate
    if (NP < C) begin : g_part
      reg [2*(C-NP)-1:0] class_q;
      assign turned  = {sum, x_q[32*C-1:32*NP]};
      assign classes = mod_i ? class_i[2*NP-1:0] : class_q[2*NP-1:0];
      always @(posedge clk_i) if (bend_i) class_q <= mod_i ? class_i[2*C-1:2*NP] : class_q >> 2*NP;
    end else begin : g_all
      assign turned  = sum;
      assign classes = class_i & {2*C{mod_i}};     // a group is no more than a beat
    end
  endgenerate

  assign x_o = x_q;

  assign bent_o = bent_q;

  // d, decoded: it does not change during a command
  always @(posedge clk_i) begin
    none_q <= d_i[31] ? minus > 32'd7 : d_i > 32'd31;
    left_q <= d_i[5:0] + 6'd7;
    lost_q <= d_i[31] ? 7'h7f >> (3'd7 + d_i[2:0]) : 7'd0;
  end

  always @* begin
    for (k = 0; k < NP; k = k + 1) begin
      w    = w_i[8*k +: 8] & {8{!none_q}};
      term = {{31{w[7]}}, w} << left_q;
      term_d[32*k +: 32] = term[38:7];
      more_d[k]         = w[7] && (w[6:0] & lost_q) != 7'd0;
      sum[32*k +: 32]    = x_q[32*k +: 32] + (decay_i ? term_q[32*k +: 32] : 32'd0) + {31'd0, decay_i && more_q[k]};
    end
  end
  always @(posedge clk_i) {more_q, term_q} <= {more_d, term_d};

  // toward zero: a negative x first gets 2^n - 1
  always @(posedge clk_i)
    if (bend_i) begin
      for (n = 0; n < NP; n = n + 1) begin
        biased[31:0]  = x_q[32*n +: 32] + {26'd0, x_q[32*n + 31] ? bias : 6'd0};
        biased[36:32] = {5{biased[31]}};
        biased = biased >> shift;
        bent[32*n +: 32] = classes[2*n + 1] ? 32'd0 : classes[2*n] ? biased[31:0] : x_q[32*n +: 32];
      end
      bent_q <= bent;
    end

  // An OR of what is selected takes fewer LUTs than multiplexers do, the fewest where signs are selected before they are spread.
  reg  [32*C-1:0]  short;                // what has fewer bits than a lane
  reg              sign8, sign16;
  always @*
    for (i = 0; i < C; i = i + 1) begin
      sign8  = sel_int8_i && int8_i[8*i + 7];
      sign16 = sign8 || (sel_aux_i && aux_i[16*i + 15]) || (sel_half_i && half_i[16*i + 15]);
      short[32*i +: 32] = {{8{sign16 || (sel_int24_i && int24_i[24*i + 23])}}, {8{sign16}}, {8{sign8}}, 8'd0}
                        | {8'd0, int24_i[24*i +: 24] & {24{sel_int24_i}}}
                        | {16'd0, aux_i[16*i +: 16] & {16{sel_aux_i}} | half_i[16*i +: 16] & {16{sel_half_i}}}
                        | {24'd0, int8_i[8*i +: 8] & {8{sel_int8_i}}};
    end
  always @(posedge clk_i)
    if (load_i || rot_i)
      x_q <= short | int32_i & {32*C{sel_int32_i}} | acc_i & {32*C{sel_acc_i}} | keep_i & {32*C{sel_keep_i}} | turned & {32*C{sel_turn_i}};
endmodule
`default_nettype wire
