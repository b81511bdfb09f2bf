// SPDX-License-Identifier: Apache-2.0
// curta_gather - where the rows of operand A lie: at the step's tile, or (GATHER) where the list says
// Law    rows of B in a group of V: used, y, x, tile, image.  Inside: y_lo <= y < y_lo + y_n, x likewise; then the row of A is
//        image of tile a + tile, image mod V = place in the group.  Others give zeros.
// Golden curta_list_gather
// Timing a group is read a cycle before its step; tile_o, k_o belong to the step, bad_o comes a cycle later, use_o three.
// Resets nothing: a program reads only lists that it loaded.
`default_nettype none
module curta_gather #(
  parameter T = 8,                           // side of a tile
  parameter V = 2,                           // rows of a group
  parameter A_TILES = 1024,
  parameter B_TILES = 1024
) (
  input  wire            clk_i,
  // write
  input  wire [V-1:0]    row_we_i,
  input  wire [31:0]     row_group_i,
  input  wire [40:0]     row_i,              // {used, image / V, x, y, tile}
  input  wire            len_we_i,
  input  wire [15:0]     len_tile_i, len_i,
  // length of the list at a tile of B, a cycle later
  input  wire            list_re_i,
  input  wire [15:0]     list_i,
  output wire [15:0]     list_len_o,
  // group to be read: tile and group of B
  input  wire            re_i,
  input  wire [15:0]     b_i,
  input  wire [7:0]      group_i,
  // step
  input  wire            on_i,               // GATHER, constant during a command
  input  wire            op_i,
  input  wire [15:0]     a_i,
  input  wire [7:0]      k_i,                // group of A without GATHER
  input  wire [63:0]     window_i,           // {x_n, x_lo, y_n, y_lo}
  output reg  [16*V-1:0] tile_o,
  output reg  [8*V-1:0]  k_o,
  output reg  [V-1:0]    use_o,
  output reg             bad_o,              // a tile is outside operand buffer A
  output reg  [15:0]     bad_tile_o          // the first of them
);
  localparam K    = T / V;
  localparam Kw   = K > 1 ? $clog2(K) : 1;
  localparam Gw   = $clog2(B_TILES * K);
  localparam RowW = 33 + Kw;                 // {used, image / V, x, y, tile}
  localparam Bw   = $clog2(B_TILES);

  // ---- lengths: a tile that is none counts as a list of one group, so that its step finds it out of range
  wire [15:0] len;
  curta_ram #(.Width(16), .Depth(B_TILES), .Lane(16)) u_len (
    .clk_i(clk_i), .we_i(len_we_i), .waddr_i(len_tile_i[Bw-1:0]), .wdata_i(len_i),
    .re_i(list_re_i), .raddr_i(list_i[Bw-1:0]), .rdata_o(len));
  assign list_len_o = {16'd0, list_i} >= B_TILES ? 16'd1 : len;

  // ---- rows
  wire [31:0]       group = {16'd0, b_i} * K + {24'd0, group_i};
  wire [RowW*V-1:0] rows;
  genvar g;
  generate
    for (g = 0; g < V; g = g + 1) begin : g_stream
      curta_ram #(.Width(RowW), .Depth(B_TILES * K), .Lane(RowW)) u_row (
        .clk_i(clk_i), .we_i(row_we_i[g]), .waddr_i(row_group_i[Gw-1:0]), .wdata_i({row_i[40], row_i[32 +: Kw], row_i[31:0]}),
        .re_i(re_i), .raddr_i(group[Gw-1:0]), .rdata_o(rows[RowW*g +: RowW]));
    end
  endgenerate

  wire [15:0]  y_lo = window_i[15:0], y_n = window_i[31:16], x_lo = window_i[47:32], x_n = window_i[63:48];
  reg  [V-1:0] hit;
  reg  [15:0]  y, x;
  integer      v;
  always @* begin
    hit = {V{1'b1}};
    tile_o = {V{a_i}};
    k_o    = {V{k_i}};
    y      = 16'd0;
    x      = 16'd0;
    if (on_i)
      for (v = 0; v < V; v = v + 1) begin
        y = {8'd0, rows[RowW*v + 16 +: 8]} - y_lo;
        x = {8'd0, rows[RowW*v + 24 +: 8]} - x_lo;
        hit[v] = rows[RowW*v + RowW-1] && y < y_n && x < x_n;
        tile_o[16*v +: 16] = a_i + rows[RowW*v +: 16];
        k_o[8*v +: 8] = {{8-Kw{1'b0}}, rows[RowW*v + 32 +: Kw]};
      end
  end

  // ---- range, a cycle later
  reg            op_q;
  reg [V-1:0]    use_q, use2_q;
  reg            op2_q;
  reg [16*V-1:0] tile_q;
  integer        i;
  always @(posedge clk_i) begin
    op_q <= op_i;
    op2_q <= op_q;
    if (op_q)  use2_q <= use_q;
    if (op2_q) use_o <= use2_q;
    if (op_i) begin
      use_q  <= hit;
      tile_q <= tile_o;
    end
  end
  always @* begin
    bad_o      = 1'b0;
    bad_tile_o = tile_q[15:0];
    for (i = V - 1; i >= 0; i = i - 1)
      if (op_q && use_q[i] && {16'd0, tile_q[16*i +: 16]} >= A_TILES) begin
        bad_o      = 1'b1;
        bad_tile_o = tile_q[16*i +: 16];
      end
  end
  wire unused = &{1'b0, group, row_group_i, row_i, list_i, len_tile_i};
endmodule
`default_nettype wire
