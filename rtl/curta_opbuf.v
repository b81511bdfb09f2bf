// SPDX-License-Identifier: Apache-2.0
// curta_opbuf - operand buffer: tiles of T x T elements, read as L lanes x V contraction elements along either index
// Law    operand[lane][k] = turn ? tile[V kgroup + k][L lgroup + lane] : tile[L lgroup + lane][V kgroup + k]
//        A tile is cut into blocks of Bk x Bk elements, Bk = min(L,V); block (rb, cb) lives in bank (rb + cb) mod NB, NB = T/Bk,
//        at word tile*NB + rb.  Any row or column of blocks meets every bank once: both readings and the writing of a whole
//        tile row take one cycle.  Rows of a block have memories of their own, each with one write enable.  With Apart element k
//        of a turned read is row V kgroup[k] + k of tile[k]: no two elements meet in a memory.
//                                                                           bank of block, NB = 4:   rb\cb 0 1 2 3
//                                                                                                    0    0 1 2 3
//                                                                                                    1    1 2 3 0
// Timing read: re at cycle 0, addresses at the memories at cycle 1, their words in registers at cycle 3: the operand, until the
//        next one.  Write: one bus beat a cycle, readable two cycles later.
// Resets nothing: a program reads only tiles that it loaded.
`default_nettype none
module curta_opbuf #(
  parameter T     = 8,                       // side of a tile, a power of two
  parameter L     = 8,                       // lanes, divides T
  parameter V     = 2,                       // contraction elements a read, divides T
  parameter BUS   = 8,                       // elements a write: T, or 2T if min(L,V) >= 2
  parameter E     = 8,                       // bits of an element
  parameter Apart = 0,                       // 1: rows of a turned read may come from tiles and groups of their own (E = 8)
  parameter TILES = 1024                     // depth
) (
  input  wire             clk_i,
  // write
  input  wire             we_i,
  input  wire [15:0]      tile_i,
  input  wire [7:0]       beat_i,            // beat of BUS elements within the tile
  input  wire [BUS/T-1:0] rows_i,            // tile rows of the beat that are written
  input  wire [E*BUS-1:0] data_i,
  // read
  input  wire             re_i,
  input  wire [16*V-1:0]  rtile_i,           // by contraction element k; all the same without Apart or without turn
  input  wire             turn_i,
  input  wire [7:0]       lgroup_i,          // 0 .. T/L-1
  input  wire [8*V-1:0]   kgroup_i,          // 0 .. T/V-1, likewise
  input  wire [V-1:0]     use_i,             // with the operand: 0 gives zeros (without Apart bit 0 is for all)
  output wire [E*L*V-1:0] operand_o          // lane-major: (lane*V + k)*E
);
  localparam Wide   = L >= V;                // a read is a row of blocks along the lanes, else along the contraction
  localparam Bk     = Wide ? V : L;
  localparam NB     = T / Bk;
  localparam N      = (Wide ? L : V) / Bk;   // blocks a read
  localparam W      = E * Bk * Bk;
  localparam Depth  = TILES * NB;
  localparam Aw     = $clog2(Depth);
  localparam Rows   = BUS / T;               // tile rows in a beat
  localparam [31:0] NbMask = NB - 1;
  localparam Slice  = E * Bk;                // bits of a row of a block

  // Rows of the blocks of all banks, moved down by `n` banks. Stage by stage for the bits of a distance: two choices of two are less
  // than one of four.
  function [E*T-1:0] rotated(input [E*T-1:0] line, input integer n);
    integer i;
    for (i = 0; i < NB; i = i + 1) rotated[i*Slice +: Slice] = line[((i + n) % NB)*Slice +: Slice];
  endfunction

  // ---- write: bank b takes column block (b - rb) mod NB of the row(s), registered in that order
  wire [31:0]          row   = {24'd0, beat_i} * Rows;   // first tile row of the beat
  wire [31:0]          wrb   = row / Bk;
  wire [31:0]          wword = {16'd0, tile_i} * NB + wrb;
  reg                  we_q;
  reg  [Aw-1:0]        wword_q;
  reg  [7:0]           wsub_q;               // first row inside the block
  reg  [BUS/T-1:0]     rows_q;
  reg  [E*BUS-1:0]     wdata_q;              // bank b: elements b*Rows*Bk and on
  reg  [E*T-1:0]       wline;
  integer              wb, wr, ws;

  /* verilator lint_off BLKSEQ */ // a temporary of the loop
  always @(posedge clk_i) begin
    we_q <= we_i;
    if (we_i) begin
      wword_q <= wword[Aw-1:0];
      wsub_q  <= row[7:0] % Bk[7:0];
      rows_q  <= rows_i;
      for (wr = 0; wr < Rows; wr = wr + 1) begin
        wline = data_i[wr*T*E +: T*E];
        for (ws = 1; ws < NB; ws = 2 * ws)
          if ((wrb & ws) != 0) wline = rotated(wline, NB - ws);
        for (wb = 0; wb < NB; wb = wb + 1) wdata_q[(wb*Rows + wr)*Slice +: Slice] <= wline[wb*Slice +: Slice];
      end
    end
  end
  /* verilator lint_on BLKSEQ */

  // ---- read address of stream k: p is the block coordinate that does not vary over the read, base the first that does
  localparam Streams = Apart ? V : 1;
  reg  [32*Streams-1:0] p, base, rot;
  integer               s;
  always @* begin
    for (s = 0; s < Streams; s = s + 1) begin
      p[32*s +: 32]    = {24'd0, Wide ? kgroup_i[8*s +: 8] : lgroup_i};
      base[32*s +: 32] = {24'd0, Wide ? lgroup_i : kgroup_i[8*s +: 8]} * N + (Wide ? 0 : s / Bk);
      rot[32*s +: 32]  = (base[32*s +: 32] + p[32*s +: 32]) & NbMask;
    end
  end
  wire                  same = Wide ? turn_i : !turn_i;      // all banks read row block p; else column block p
  reg                   re_q, re2_q, turn1_q, turn2_q, turn_q;
  reg  [32*Streams-1:0] rot1_q, rot2_q, rot_q;   // bank of the first block
  always @(posedge clk_i) begin
    re_q    <= re_i;
    turn1_q <= turn_i;
    rot1_q  <= rot;
    re2_q   <= re_q;
    turn2_q <= turn1_q;
    rot2_q  <= rot1_q;
    if (re2_q) begin
      turn_q <= turn2_q;
      rot_q  <= rot2_q;
    end
  end

  // Row i of a block belongs to the stream of contraction element k = i (Wide), or block m of the read and row i: k = m Bk + i.
  // Bank b serves the m with the remainder of b - p.
  wire [NB*W-1:0] word;
  reg  [NB*W-1:0] bank_data;                 // the memories are slow, and lie far apart
  always @(posedge clk_i) if (re2_q) bank_data <= word;
  genvar b, sub;
  generate
    for (b = 0; b < NB; b = b + 1) begin : g_bank
      reg [Bk-1:0] we;                       // rows of the beat that fall into the block
      integer      i;
      always @*
        for (i = 0; i < Bk; i = i + 1) we[i] = we_q && {24'd0, wsub_q} / Rows == i / Rows && rows_q[i % Rows];
      wire [31:0] m = (b + NB - (p[31:0] & NbMask)) & (N - 1);
      for (sub = 0; sub < Bk; sub = sub + 1) begin : g_sub
        wire [31:0] k     = !Apart ? 32'd0 : Wide ? sub : m*Bk + sub;
        wire [31:0] pk    = p[32*k +: 32];
        wire [31:0] skew  = (b + NB - (pk & NbMask)) & NbMask;
        wire [31:0] along = Apart && !Wide ? {24'd0, kgroup_i[8*k +: 8]} * N + m : skew;
        wire [31:0] rword = {16'd0, rtile_i[16*k +: 16]} * NB + (same ? pk & NbMask : along);
        reg  [Aw-1:0] rword_q;               // memories lie far apart: each has its address in a register
        always @(posedge clk_i) rword_q <= rword[Aw-1:0];
        wire [W-1:0] wdata = {Bk/Rows{wdata_q[b*Rows*Bk*E +: Rows*Bk*E]}};
        curta_ram #(.Width(W/Bk), .Depth(Depth), .Lane(W/Bk)) u_ram (
          .clk_i(clk_i),
          .we_i(we[sub]), .waddr_i(wword_q), .wdata_i(wdata[sub*(W/Bk) +: W/Bk]),
          .re_i(re_q), .raddr_i(rword_q), .rdata_o(word[b*W + sub*(W/Bk) +: W/Bk])
        );
        wire unused = &{1'b0, rword, skew, along, wdata};
      end
    end
  endgenerate

  // ---- rotate the banks into place, turn the blocks
  function [W-1:0] turned(input [W-1:0] block);
    integer ti, tj;
    for (ti = 0; ti < Bk; ti = ti + 1)
      for (tj = 0; tj < Bk; tj = tj + 1)
        turned[(ti*Bk + tj)*E +: E] = block[(tj*Bk + ti)*E +: E];
  endfunction

  // Row k of each block of the read, in order: from the bank of the first block on, or (Apart, not Wide) each from its stream's bank.
  reg [NB*W-1:0]  blocks;
  reg [E*T-1:0]   line;
  reg [31:0]      first;
  integer         bk, bn, bs;
  always @* begin
    blocks = 0;
    for (bk = 0; bk < Bk; bk = bk + 1) begin
      first = rot_q[32*(Apart && Wide ? bk : 0) +: 32];
      for (bn = 0; bn < NB; bn = bn + 1) line[bn*Slice +: Slice] = bank_data[bn*W + bk*Slice +: Slice];
      for (bs = 1; bs < NB; bs = 2 * bs)
        if ((first & bs) != 0) line = rotated(line, bs);
      for (bn = 0; bn < N; bn = bn + 1) blocks[bn*W + bk*Slice +: Slice] = line[bn*Slice +: Slice];
      if (Apart && !Wide)
        for (bn = 0; bn < N; bn = bn + 1)
          blocks[bn*W + bk*Slice +: Slice] = bank_data[(rot_q[32*((bn*Bk + bk) % Streams) +: 32] & NbMask)*W + bk*Slice +: Slice];
    end
  end

  reg [E*L*V-1:0] operand;
  reg [W-1:0]     block;
  integer         n, j;
  always @* begin
    operand = 0;
    block   = 0;
    for (n = 0; n < N; n = n + 1) begin
      for (j = 0; j < Bk; j = j + 1)
        block[j*Slice +: Slice] = use_i[!Apart ? 0 : Wide ? j : n*Bk + j] ? blocks[n*W + j*Slice +: Slice] : {Slice{1'b0}};
      if (turn_q) block = turned(block);
      for (j = 0; j < Bk; j = j + 1)
        operand[((Wide ? n*Bk + j : j)*V + (Wide ? 0 : n*Bk))*E +: Slice] = block[j*Slice +: Slice];
    end
  end

  assign operand_o = operand;
  wire unused = &{1'b0, row, wword, kgroup_i, rtile_i, use_i};
endmodule
`default_nettype wire
