// SPDX-License-Identifier: Apache-2.0
// curta_vfront - the entry register of the lanes: loads a group, rotates it for weight decay and for plain copies
//   mod_i: each lane stays, is divided by 2^(2 + slope) or becomes 0 (backward NITRO-ReLU, scattered int32).
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
  input  wire              ld_wide_i,    // 32-bit elements from memory
  input  wire              ld_narrow_i,  // 8-bit elements from memory
  input  wire              ld_acc_i,     // accumulator memory
  input  wire              ld_half_i,    // 16-bit elements
  input  wire [32*C-1:0]   src_i,
  input  wire [32*C-1:0]   acc_i,
  input  wire [16*C-1:0]   half_i,
  input  wire              ld_keep_i,    // 32-bit elements from the tile memory
  input  wire [32*C-1:0]   keep_i,
  // Modify
  input  wire              mod_i,
  input  wire [2*C-1:0]    class_i,      // 0 stay, 1 divide, else 0
  input  wire [1:0]        slope_i,
  // Rotate
  input  wire              rot_i,
  input  wire [LogRot-1:0] turn_i,       // which rotation of the turn
  input  wire              decay_i,
  input  wire [31:0]       d_i,          // exponent of the decay term
  input  wire [8*C-1:0]    w_i,
  // Out
  output wire [32*C-1:0]   x_o
);
  localparam NP = BUS / 4 < C ? BUS / 4 : C;   // lanes of a rotation

  reg  [32*C-1:0]  x_q, next, bent;
  wire [32*C-1:0]  turned;
  reg  [32*NP-1:0] sum;
  reg  [7:0]       w, mag;
  reg  [31:0]      term;
  reg              up_q, none_q;
  reg  [4:0]       left_q;
  reg  [2:0]       right_q;
  reg  [36:0]      biased;
  wire [2:0]       shift = {1'b0, slope_i} + 3'd2;
  wire [5:0]       bias  = (6'd1 << shift) - 6'd1;
  integer          i, k, n;
  wire [31:0]      minus = 32'd0 - d_i;

  generate
    if (NP < C) begin : g_part
      assign turned = {sum, x_q[32*C-1:32*NP]};
    end else begin : g_all
      assign turned = sum;
    end
  endgenerate

  assign x_o = x_q;

  // d, decoded: it does not change during a command
  always @(posedge clk_i) begin
    up_q    <= !d_i[31];
    none_q  <= d_i[31] ? minus > 32'd7 : d_i > 32'd31;
    left_q  <= d_i[4:0];
    right_q <= minus[2:0];
  end

  always @* begin
    sum = x_q[32*NP-1:0];
    for (k = 0; k < NP; k = k + 1) begin
      w    = w_i[8*(NP*turn_i + k) +: 8] & {8{decay_i}};
      mag  = w[7] ? 8'd0 - w : w;
      term = none_q ? 32'd0 : up_q ? {24'd0, mag} << left_q : {24'd0, mag >> right_q};
      sum[32*k +: 32] = x_q[32*k +: 32] + (term ^ {32{w[7]}}) + {31'd0, w[7]};
    end
  end

  // toward zero: a negative x first gets 2^n - 1
  always @* begin
    bent   = 0;
    biased = 37'd0;
    if (mod_i)
      for (n = 0; n < C; n = n + 1) begin
        biased[31:0]  = x_q[32*n +: 32] + {26'd0, x_q[32*n + 31] ? bias : 6'd0};
        biased[36:32] = {5{biased[31]}};
        biased = biased >> shift;
        bent[32*n +: 32] = class_i[2*n + 1] ? 32'd0 : class_i[2*n] ? biased[31:0] : x_q[32*n +: 32];
      end
  end

  always @(posedge clk_i)
    if (ld_wide_i) begin
      x_q <= src_i;
    end else if (ld_acc_i) begin
      x_q <= acc_i;
    end else if (ld_keep_i) begin
      x_q <= keep_i;
    end else if (mod_i) begin
      x_q <= bent;
    end else if (ld_narrow_i) begin
      for (i = 0; i < C; i = i + 1)
        next[32*i +: 32] = {{24{src_i[8*i+7]}}, src_i[8*i +: 8]};
      x_q <= next;
    end else if (ld_half_i) begin
      for (i = 0; i < C; i = i + 1)
        next[32*i +: 32] = {{16{half_i[16*i+15]}}, half_i[16*i +: 16]};
      x_q <= next;
    end else if (rot_i) begin
      x_q <= turned;
    end
endmodule
`default_nettype wire
