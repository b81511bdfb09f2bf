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
  parameter BUS = 8,             // bytes of a beat
  parameter LogRot = 2           // log2 of the rotations of a full turn, at least 1
) (
  input  wire              clk_i,
  // Load: one of these a cycle
  input  wire              ld_src_i,     // elements from memory
  input  wire              ld_acc_i,     // accumulator memory
  input  wire              ld_half_i,    // 16-bit elements
  input  wire [32*C-1:0]   src_i,
  input  wire [32*C-1:0]   acc_i,
  input  wire [16*C-1:0]   half_i,
  input  wire              ld_keep_i,    // 32-bit elements from the tile memory
  input  wire [32*C-1:0]   keep_i,
  // Bend
  input  wire              bend_i,
  input  wire              mod_i,
  input  wire [2*C-1:0]    class_i,      // with mod_i: 0 stay, 1 divide, else 0
  input  wire [1:0]        slope_i,
  output wire [8*BUS-1:0]  bent_o,       // what left bent with the rotation before
  // Rotate
  input  wire              rot_i,
  input  wire              decay_i,
  input  wire [LogRot-1:0] next_i,       // which rotation comes next: w_i is taken a cycle ahead
  input  wire [31:0]       d_i,          // exponent of the decay term
  input  wire [8*C-1:0]    w_i,
  // Out
  output wire [32*C-1:0]   x_o
);
  localparam NP = BUS / 4 < C ? BUS / 4 : C;   // lanes of a rotation

  reg  [32*C-1:0]  x_q;
  wire [32*C-1:0]  turned;
  reg  [32*NP-1:0] sum, bent_q, bent;
  wire [2*NP-1:0]  classes;              // of the lowest lanes
  reg  [7:0]       w, mag;
  /* verilator lint_off UNUSEDSIGNAL */ // what falls off to the right
  reg  [38:0]      term;                 // times 2^7
  /* verilator lint_on UNUSEDSIGNAL */
  reg              none_q;
  reg  [5:0]       left_q;
  reg  [32*NP-1:0] term_q, term_d;       // |w| 2^d, its complement for a negative w
  reg  [NP-1:0]    sign_q, sign_d;
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
  end

  always @* begin
    for (k = 0; k < NP; k = k + 1) begin
      w    = w_i[8*(NP*next_i + k) +: 8] & {8{!none_q}};
      mag  = w[7] ? 8'd0 - w : w;
      term = {31'd0, mag} << left_q;
      term_d[32*k +: 32] = term[38:7] ^ {32{w[7]}};
      sign_d[k]         = w[7];
      sum[32*k +: 32]    = x_q[32*k +: 32] + (decay_i ? term_q[32*k +: 32] : 32'd0) + {31'd0, decay_i && sign_q[k]};
    end
  end
  always @(posedge clk_i) {sign_q, term_q} <= {sign_d, term_d};

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

  // An OR of what is selected takes three LUTs a bit; loads exclude each other and overrule a rotation.
  wire              load = ld_src_i || ld_acc_i || ld_keep_i || ld_half_i;
  reg  [32*C-1:0]   wide;
  always @* begin
    wide = 0;
    for (i = 0; i < C; i = i + 1)
      wide[32*i +: 32] = {{16{half_i[16*i+15]}}, half_i[16*i +: 16]};
  end
  always @(posedge clk_i)
    if (load || rot_i)
      x_q <= src_i & {32*C{ld_src_i}} | acc_i & {32*C{ld_acc_i}} | keep_i & {32*C{ld_keep_i}} | wide & {32*C{ld_half_i}}
           | turned & {32*C{!load}};
endmodule
`default_nettype wire
