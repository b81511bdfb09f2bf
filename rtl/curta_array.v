// SPDX-License-Identifier: Apache-2.0
// curta_array - output-stationary array of R x C cells: a V-wide dot product (int8 by B bits), an accumulator and a shadow each
// Law    mul:   prod[r][c][k] := a[r][k] * b[c][k]           add: pair[r][c] := sum over k of prod
//        acc:   sum[r][c] += pair[r][c]                      (32 bits, wrapping)
//        swap:  (with move) sum[r][c] := chain[r][c] + pair[r][c], shadow[r][c] := sum[r][c]      (with acc)
//        move without swap, a shift: shadow[r][c] := chain[r][c]
//        where chain[0] = start and chain[r] = shadow[r-1]: the swap is itself the last of the R shifts of an exchange, so
//        that an exchange costs exactly R cycles.  drain is the last row of the shadow.
//        guard: four bits above each sum, modulo 2^36, are kept too; without it they are not there.
// Timing mul, add and acc belong to the cycle in which operands, products and pairs are in their registers (2, 3, 4).
// Resets nothing: accumulators start by swap, the chain by R shifts.
`default_nettype none
module curta_array #(
  parameter R = 8,                           // rows, lanes of A
  parameter C = 8,                           // columns, lanes of B
  parameter V = 2,                           // products a cell
  parameter B = 18                           // bits of an element of operand B, 9..18
) (
  input  wire             clk_i,
  // operands
  input  wire [8*R*V-1:0] a_i,
  input  wire [B*C*V-1:0] b_i,
  // control
  input  wire             load_i,
  input  wire             zero_i,            // load zeros
  input  wire             mul_i,
  input  wire             add_i,
  input  wire             acc_i,
  input  wire             move_i,            // the shadows: from above, or
  input  wire             swap_i,            // (with move_i) in exchange with the accumulators
  input  wire             guard_i,           // constant during a command
  // exchange
  input  wire [32*C-1:0]  start_i,
  input  wire [4*C-1:0]   start_guard_i,
  output wire [32*C-1:0]  drain_o,
  output wire [4*C-1:0]   drain_guard_o
);
  localparam Pw = 8 + B + $clog2(V);         // bits of a sum of V products

  // All registers but drain_q are private to the one clocked block, which reads each before it writes it (consumers first):
  // blocking assignments then are registers, free of races, and simulate much faster.  Copying the inputs to small arrays
  // keeps every operand of the arithmetic signed; all widening is by sign.
  reg signed [31:0]   prod   [0:R*C*V-1];
  reg signed [Pw-1:0] pair   [0:R*C-1];
  reg signed [31:0]   sum    [0:R*C-1];
  reg signed [31:0]   next   [0:R*C-1];
  reg signed [31:0]   shadow [0:R*C-1];
  reg [32*C-1:0]      drain_q;               // copy of the last row of the shadow
  // The guard bits beside sum, next, shadow.  The carry out of a sum is 1 if both operands have the sign bit, or one has it
  // and the result lost it.
  reg [3:0]           high   [0:R*C-1];
  reg [3:0]           above  [0:R*C-1];
  reg [3:0]           dark   [0:R*C-1];
  reg [4*C-1:0]       drain_guard_q;
  reg signed [31:0]   total;
  reg signed [31:0]   dot;
  reg signed [31:0]   a      [0:R*V-1];
  reg signed [31:0]   b      [0:C*V-1];
  integer r, c, k;

  /* verilator lint_off BLKSEQ */ // registers private to this block, read before written
  /* verilator lint_off WIDTH */ // loop variables index arrays and bit ranges
  always @(posedge clk_i) begin
    if (swap_i) begin
      for (c = 0; c < C; c = c + 1) next[c] = start_i[32*c +: 32];
      for (r = C; r < R*C; r = r + 1) next[r] = shadow[r - C];
    end else
      for (r = 0; r < R*C; r = r + 1) next[r] = sum[r];
    if (guard_i) begin
      for (r = 0; r < R*C; r = r + 1) begin
        above[r] = !swap_i ? high[r] : r < C ? start_guard_i[4*(r % C) +: 4] : dark[r < C ? 0 : r - C];
        total    = next[r] + pair[r];
        above[r] = above[r] + {4{pair[r][Pw-1]}} +
                   {3'd0, (next[r][31] && pair[r][Pw-1]) || ((next[r][31] || pair[r][Pw-1]) && !total[31])};
      end
      if (swap_i)
        for (r = 0; r < R*C; r = r + 1) dark[r] = high[r];
      else if (move_i) begin
        for (r = R*C - 1; r >= C; r = r - 1) dark[r] = dark[r - C];
        for (c = 0; c < C; c = c + 1) dark[c] = start_guard_i[4*c +: 4];
      end
      if (move_i)
        for (c = 0; c < C; c = c + 1) drain_guard_q[4*c +: 4] <= dark[(R - 1)*C + c];
      if (acc_i)
        for (r = 0; r < R*C; r = r + 1) high[r] = above[r];
    end
    for (r = 0; r < R*C; r = r + 1) next[r] = next[r] + pair[r];
    if (move_i) begin
      if (swap_i)
        for (r = 0; r < R*C; r = r + 1) shadow[r] = sum[r];
      else begin
        for (r = R*C - 1; r >= C; r = r - 1) shadow[r] = shadow[r - C];
        for (c = 0; c < C; c = c + 1) shadow[c] = start_i[32*c +: 32];
      end
      for (c = 0; c < C; c = c + 1) drain_q[32*c +: 32] <= shadow[(R - 1)*C + c];
    end
    if (acc_i)
      for (r = 0; r < R*C; r = r + 1) sum[r] = next[r];
    if (add_i)
      for (r = 0; r < R*C; r = r + 1) begin
        dot = 32'sd0;
        for (k = 0; k < V; k = k + 1) dot = dot + prod[k*R*C + r];
        pair[r] = dot[Pw-1:0];
      end
    if (mul_i)
      for (k = 0; k < V; k = k + 1)
        for (r = 0; r < R; r = r + 1)
          for (c = 0; c < C; c = c + 1)
            prod[(k*R + r)*C + c] = a[k*R + r] * b[k*C + c];
    if (load_i) begin
      for (k = 0; k < V; k = k + 1) begin
        for (r = 0; r < R; r = r + 1) a[k*R + r] = {{24{a_i[8*(r*V + k) + 7]}}, a_i[8*(r*V + k) +: 8]};
        for (c = 0; c < C; c = c + 1) b[k*C + c] = {{32-B{b_i[B*(c*V + k) + B-1]}}, b_i[B*(c*V + k) +: B]};
      end
    end
    if (zero_i) for (k = 0; k < R*V; k = k + 1) a[k] = 32'sd0;
  end
  /* verilator lint_on WIDTH */
  /* verilator lint_on BLKSEQ */

  wire unused = &{1'b0, total};
  assign drain_o       = drain_q;
  assign drain_guard_o = drain_guard_q;
endmodule
`default_nettype wire
