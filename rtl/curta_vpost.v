// SPDX-License-Identifier: Apache-2.0
// curta_vpost - behind the requantiser: weight update, ReLU, pooling, mask, scatter
//   MAP      y = relu(y); the pool RAM keeps the running maximum and its window position of each element of a tile, the
//            first maximum wins; idx = 255 where a ReLU left 0; y = mask > 0 ? y : 0 at the last position
//            zs: idx is the value before the activation; class: idx = class << 6 | position; columns and rows behind the
//            edge of the tensor become 0 at the last position
//   SCATTER  the first pass stores y and idx of a tile, each pass p gives idx == p ? y : 0
//   UPDATE   {idx, y} = clip(w - y, +-(2^(7+FRAC) - 1)), 16 bits (FRAC = 0 without master weights)
// Golden   curta_update, curta_update_master in curta_num.h
// Timing   1 cycle; the RAM is read a cycle before valid_i (pre_i) and written a cycle after it.
// Resets   the group and pass counters (clr_i).
/* verilator lint_off BLKSEQ */ // temporaries of the lane loop
`default_nettype none
module curta_vpost #(
  parameter T = 8,               // side of a tile
  parameter C = 8,               // lanes, divides T
  parameter LogG = 3             // log2 of the groups of a tile
) (
  input  wire            clk_i,
  input  wire            clr_i,
  // Command
  input  wire            relu_i,
  input  wire            pool_i,
  input  wire            mask_i,
  input  wire            scatter_i,
  input  wire            update_i,     // this pass is w - y
  input  wire            fill_i,
  input  wire [7:0]      value_i,
  input  wire [7:0]      passes_i,     // window positions, 1 without a window
  input  wire [3:0]      frac_i,
  input  wire            zs_i,
  input  wire            class_i,      // index with class (MAP), without (SCATTER)
  input  wire [4:0]      clast_i,      // columns that are kept of a tile with edge_i[0]; 0: all
  input  wire [4:0]      nlast_i,      // rows, edge_i[1]
  // In
  input  wire            pre_i,        // valid_i of the next cycle
  input  wire            valid_i,
  input  wire [8*C-1:0]  y_i,
  input  wire [16*C-1:0] aux_i,        // mask, index or weight
  input  wire            passed_i,     // not AUX says what passes the mask, but
  input  wire [C-1:0]    pass_i,
  input  wire [8*C-1:0]  zs_v_i,       // before the activation
  input  wire [2*C-1:0]  zs_class_i,
  input  wire [1:0]      edge_i,
  input  wire            hole_i,
  // Out
  output reg             valid_o,
  output reg             last_o,       // of the last pass
  output reg             hole_o,
  output wire [8*C-1:0]  y_o,          // what goes to DST
  output wire [8*C-1:0]  idx_o,        // what goes to IDX
  output wire [8*C-1:0]  raw_o         // {idx_o, raw_o}: 16-bit results of UPDATE, lane by lane
);
  // What the command says, near its many readers: it stands long before the first group.
  reg  relu_q, pool_q, mask_q, scatter_q, fill_q, zs_q, class_q, passed_q;
  always @(posedge clk_i)
    {relu_q, pool_q, mask_q, scatter_q, fill_q, zs_q, class_q, passed_q} <= {relu_i, pool_i, mask_i, scatter_i, fill_i, zs_i, class_i, passed_i};

  reg  [LogG-1:0] g3_q, g4_q, g5_q;
  reg  [7:0]      pass4_q, pass5_q;
  reg  [8*C-1:0]  y_q, i_q;
  wire [16*C-1:0] best;
  wire            last4  = pass4_q + 8'd1 == passes_i;
  wire            first4 = pass4_q == 8'd0;
  wire            keep   = (pool_q && !last_o) || (scatter_q && pass5_q == 8'd0);

  curta_ram #(.Width(16*C), .Depth(1 << LogG), .Lane(16*C)) u_pool (
    .clk_i(clk_i), .we_i(valid_o && keep), .waddr_i(g5_q), .wdata_i({i_q, y_q}),
    .re_i(pre_i), .raddr_i(g3_q), .rdata_o(best));

  // the update: 17-bit difference, clipped to 8 + FRAC bits; top = 2^(7+FRAC) - 1
  reg         [15:0] top_q;
  reg  signed [16:0] w, g, d;
  reg                hi, lo;
  reg         [7:0]  y, b, p;
  reg                better;
  reg      [8*C-1:0] ys, is;               // next values: whole registers are loaded at once
  integer            i;

  // position of the group in its tile: T / C groups a row
  localparam Across = T / C;
  wire [31:0]        g32    = {{32-LogG{1'b0}}, g4_q};
  wire [31:0]        row32  = g32 / Across;
  wire [4:0]         row    = row32[4:0];
  wire [31:0]        column = g32 % Across * C;
  wire               below  = edge_i[1] && nlast_i != 5'd0 && row >= nlast_i;
  wire               cut    = edge_i[0] && clast_i != 5'd0;

  always @(posedge clk_i) top_q <= ~(16'hff80 << frac_i);

  always @(posedge clk_i)
    if (valid_i) begin
      for (i = 0; i < C; i = i + 1) begin
        y = y_i[8*i +: 8];
        w = {aux_i[16*i+15], aux_i[16*i +: 16]};
        g = {{9{y[7]}}, y};
        d = w - g;
        b = best[8*i +: 8];
        if (relu_q && y[7]) y = 8'd0;
        if (fill_q) y = value_i;
        // larger as signed numbers: compare with the sign bits turned
        better = first4 || (pool_q && {!y[7], y[6:0]} > {!b[7], b[6:0]});
        p = !better ? best[8*C + 8*i +: 8] : scatter_q ? aux_i[16*i +: 8] : pass4_q;
        if (class_q && better) p[7:6] = scatter_q ? 2'd0 : zs_class_i[2*i +: 2];
        if (zs_q) p = zs_v_i[8*i +: 8];
        if (!better) y = b;
        if (pool_q && last4 && relu_q && y == 8'd0) p = 8'd255;
        if (mask_q && last4 && (passed_q ? !pass_i[i] : aux_i[16*i+7] || aux_i[16*i +: 7] == 7'd0)) y = 8'd0;
        if (last4 && (below || (cut && column + i >= {27'd0, clast_i}))) y = 8'd0;
        if (update_i) begin
          hi = !d[16] && (d[15:0] & ~top_q) != 16'd0;
          lo = d[16] && ((~d[15:0] & ~top_q) != 16'd0 || (d[15:0] & top_q) == 16'd0);
          {p, y} = hi ? top_q : lo ? ~top_q + 16'd1 : d[15:0];
        end
        ys[8*i +: 8] = y;
        is[8*i +: 8] = p;
      end
      y_q <= ys;
      i_q <= is;
    end

  always @(posedge clk_i) begin
    if (clr_i) begin
      valid_o <= 1'b0;
      g3_q    <= 0;
      g4_q    <= 0;
      pass4_q <= 8'd0;
    end else begin
      valid_o <= valid_i;
      if (pre_i) g3_q <= g3_q + 1'b1;
      if (valid_i) begin
        g4_q <= g4_q + 1'b1;
        if (&g4_q) pass4_q <= last4 ? 8'd0 : pass4_q + 8'd1;
      end
    end
    if (valid_i) begin
      g5_q    <= g4_q;
      pass5_q <= pass4_q;
      last_o  <= last4;
      hole_o  <= hole_i;
    end
  end

  // scatter: the error goes to the position that the index names
  reg [8*C-1:0] routed;
  integer       k;
  always @* begin
    routed = y_q;
    if (scatter_q && valid_o)
      for (k = 0; k < C; k = k + 1)
        if (i_q[8*k +: 8] != pass5_q) routed[8*k +: 8] = 8'd0;
  end

  assign y_o    = routed;
  assign idx_o  = i_q;
  assign raw_o  = y_q;
  wire unused   = &{1'b0, row32};
endmodule
`default_nettype wire
