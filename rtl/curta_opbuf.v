// SPDX-License-Identifier: Apache-2.0
// curta_opbuf - operand buffer: tiles of T x T elements, read as L lanes x V contraction elements along either index
// Law    operand[lane][k] = turn ? tile[V kgroup + k][L lgroup + lane] : tile[L lgroup + lane][V kgroup + k]
//        A tile is cut into blocks of Bk x Bk elements, Bk = min(L,V); block (rb, cb) lives in bank (rb + cb) mod NB, NB = T/Bk,
//        at word tile*NB + rb.  Any row or column of blocks meets every bank once: both readings and the writing of a whole
//        tile row take one cycle.      bank of block, NB = 4:   rb\cb 0 1 2 3
//                                                                0    0 1 2 3
//                                                                1    1 2 3 0
// Timing read: re at cycle 0, operand at cycle 1 and on until the next read.  Write: one bus beat a cycle, readable two
//        cycles later.
// Resets nothing: a program reads only tiles that it loaded.
`default_nettype none
module curta_opbuf #(
  parameter T     = 8,                       // side of a tile, a power of two
  parameter L     = 8,                       // lanes, divides T
  parameter V     = 2,                       // contraction elements a read, divides T
  parameter BUS   = 8,                       // elements a write: T, or 2T if min(L,V) >= 2
  parameter E     = 8,                       // bits of an element
  parameter TILES = 1024                     // depth
) (
  input  wire             clk_i,
  // write
  input  wire             we_i,
  input  wire [15:0]      tile_i,
  input  wire [7:0]       beat_i,            // beat of BUS elements within the tile
  input  wire [E*BUS-1:0] data_i,
  // read
  input  wire             re_i,
  input  wire [15:0]      rtile_i,
  input  wire             turn_i,
  input  wire [7:0]       lgroup_i,          // 0 .. T/L-1
  input  wire [7:0]       kgroup_i,          // 0 .. T/V-1
  input  wire             use_i,             // with the operand: 0 gives zeros
  output wire [E*L*V-1:0] operand_o          // lane-major: (lane*V + k)*E
);
  localparam Wide   = L >= V;                // a read is a row of blocks along the lanes, else along the contraction
  localparam Bk     = Wide ? V : L;
  localparam NB     = T / Bk;
  localparam N      = (Wide ? L : V) / Bk;   // blocks a read
  localparam W      = E * Bk * Bk;
  localparam Depth  = TILES * NB;
  localparam Aw     = $clog2(Depth);
  localparam Nw     = NB > 1 ? $clog2(NB) : 1;
  localparam Rows   = BUS / T;               // tile rows in a beat
  localparam [31:0] NbMask = NB - 1;
  localparam Power  = W == 1 << $clog2(W);   // else a synthesizer would multiply to index: choices instead

  // ---- write: bank b takes column block (b - rb) mod NB of the row(s), registered in that order
  wire [31:0]          row   = {24'd0, beat_i} * Rows;   // first tile row of the beat
  wire [31:0]          wrb   = row / Bk;
  wire [31:0]          wword = {16'd0, tile_i} * NB + wrb;
  reg                  we_q;
  reg  [Aw-1:0]        wword_q;
  reg  [7:0]           wsub_q;               // first row inside the block
  reg  [E*BUS-1:0]     wdata_q;              // bank b: elements b*Rows*Bk and on
  integer              wb, wr, wk;

  always @(posedge clk_i) begin
    we_q <= we_i;
    if (we_i) begin
      wword_q <= wword[Aw-1:0];
      wsub_q  <= row[7:0] % Bk[7:0];
      for (wb = 0; wb < NB; wb = wb + 1)
        for (wr = 0; wr < Rows; wr = wr + 1)
          if (Power)
            wdata_q[(wb*Rows + wr)*Bk*E +: Bk*E] <= data_i[(wr*T + ((wb + NB - (wrb & NbMask)) & NbMask)*Bk)*E +: Bk*E];
          else
            for (wk = 0; wk < NB; wk = wk + 1)
              if (((wb + NB - (wrb & NbMask)) & NbMask) == wk)
                wdata_q[(wb*Rows + wr)*Bk*E +: Bk*E] <= data_i[(wr*T + wk*Bk)*E +: Bk*E];
    end
  end

  // ---- read address: p is the block coordinate that does not vary over the read
  wire [31:0]   p      = {24'd0, Wide ? kgroup_i : lgroup_i};
  wire [31:0]   base   = {24'd0, Wide ? lgroup_i : kgroup_i} * N;
  wire          same   = Wide ? turn_i : !turn_i;      // all banks read row block p; else column block p
  wire [31:0]   rword0 = {16'd0, rtile_i} * NB;

  reg           turn_q;
  reg  [Nw-1:0] rot_q;                       // bank of the first block
  wire [31:0]   rot    = (base + p) & NbMask;

  always @(posedge clk_i)
    if (re_i) begin
      turn_q <= turn_i;
      rot_q  <= rot[Nw-1:0];
    end

  wire [NB*W-1:0] bank_data;
  genvar b;
  generate
    for (b = 0; b < NB; b = b + 1) begin : g_bank
      wire [31:0]      rrb   = same ? p & NbMask : (b + NB - (p & NbMask)) & NbMask;
      wire [31:0]      rword = rword0 + rrb;
      reg  [Bk*Bk-1:0] we;                   // rows of the beat that fall into the block
      integer          i;
      always @* begin
        we = 0;
        if (we_q)
          for (i = 0; i < Bk; i = i + 1) we[i*Bk +: Bk] = {Bk{{24'd0, wsub_q} / Rows == i / Rows}};
      end
      curta_ram #(.Width(W), .Depth(Depth), .Lane(E)) u_ram (
        .clk_i(clk_i),
        .we_i(we), .waddr_i(wword_q), .wdata_i({Bk/Rows{wdata_q[b*Rows*Bk*E +: Rows*Bk*E]}}),
        .re_i(re_i), .raddr_i(rword[Aw-1:0]), .rdata_o(bank_data[b*W +: W])
      );
      wire unused = &{1'b0, rword};
    end
  endgenerate

  // ---- rotate the banks into place, turn the blocks
  function [W-1:0] turned(input [W-1:0] block);
    integer ti, tj;
    for (ti = 0; ti < Bk; ti = ti + 1)
      for (tj = 0; tj < Bk; tj = tj + 1)
        turned[(ti*Bk + tj)*E +: E] = block[(tj*Bk + ti)*E +: E];
  endfunction

  reg [E*L*V-1:0] operand;
  reg [W-1:0]     block;
  integer         n, j, k;
  reg [31:0]      from;
  always @* begin
    operand = 0;
    block   = 0;
    from    = 32'd0;
    if (use_i) for (n = 0; n < N; n = n + 1) begin
      from = (n + {{32-Nw{1'b0}}, rot_q}) & NbMask;
      if (Power) block = bank_data[from*W +: W];
      else begin
        block = 0;
        for (k = 0; k < NB; k = k + 1) block = block | ({W{from == k}} & bank_data[k*W +: W]);
      end
      if (turn_q) block = turned(block);
      for (j = 0; j < Bk; j = j + 1)
        operand[((Wide ? n*Bk + j : j)*V + (Wide ? 0 : n*Bk))*E +: Bk*E] = block[j*Bk*E +: Bk*E];
    end
  end

  assign operand_o = operand;
  wire unused = &{1'b0, rot, row, wword};
endmodule
`default_nettype wire
