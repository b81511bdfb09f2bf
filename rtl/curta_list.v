// SPDX-License-Identifier: Apache-2.0
// curta_list - tiles of int32 and of places become a list of rows for GEMM GATHER (machine.md section 7)
//   A tile comes as its places, then its elements. A row of it is served place by place: the first channel that still has a
//   digit other than 0 names the place, all channels with this place leave together as a row of operand buffer B. Images n
//   with the same n mod V are a stream with rows of its own; at the end the shorter streams get rows that name nothing.
// Golden   curta_golden_load_list
// Timing   a row of a tile takes a cycle for each of its places and one more, and not less than its beats and one; the next
//          one is collected meanwhile. Two tiles fit: tile_done_o tells when one has left the FIFO.
// Resets   the control, by clr_i or go_i.
`include "curta_spec.vh"
`default_nettype none
module curta_list #(
  parameter T = 8,
  parameter V = 2,                // streams, divides T
  parameter BUS = 8,              // bytes of a beat, T or 2T
  parameter B_TILES = 1024,
  parameter DIGIT = 18,
  parameter Trace = 1
) (
  input  wire                   clk_i,
  input  wire                   clr_i,
  // command
  input  wire                   go_i,
  input  wire [15:0]            dst_i, n1_i, n2_i,
  input  wire [1:0]             digit_i, kh_log2_i, kw_log2_i,
  input  wire [15:0]            sy_i, sx_i, sn_i,   // strides of A between rows, columns, tiles of images
  // memory
  input  wire                   push_i,
  input  wire [8*BUS-1:0]       data_i,
  output wire                   tile_done_o,
  input  wire                   end_i,              // level: all tiles have been pushed
  output wire                   done_o,             // level, until the next go
  output reg                    range_o,            // level: a row is behind the end of the buffer
  output reg  [15:0]            range_tile_o,
  output wire [31:0]            check_o,
  // operand buffer B: a row of digits
  output wire                   buf_we_o,
  output wire [BUS/T-1:0]       buf_rows_o,         // which of the rows of a beat
  output wire [15:0]            buf_tile_o,
  output wire [7:0]             buf_beat_o,
  output wire [8*BUS-1:0]       buf_data_o,
  output wire [(DIGIT-8)*BUS-1:0] buf_high_o,
  // what the row is
  output wire [V-1:0]           row_we_o,           // by stream
  output wire [31:0]            row_group_o,        // group of V rows, counted from tile 0
  output wire [40:0]            row_o,              // {used, image / V, x, y, tile of A}
  // length of the list
  output wire                   len_we_o,
  output wire [15:0]            len_tile_o, len_o
);
  localparam Beats    = T * T / BUS;         // of a tile of places
  localparam N        = BUS / 4;             // elements of a beat
  localparam RowBeats = T / N;               // of a row of int32
  localparam Rows     = BUS / T;             // rows of a beat of places or of the buffer
  localparam K        = T / V;               // groups of a tile
  localparam LogK     = $clog2(K);
  localparam LogV     = $clog2(V);
  localparam Pw       = $clog2(Beats);
  localparam integer RowInt = RowBeats - 1, PlacesInt = Beats - 1, TileInt = T - 1, StreamInt = V - 1;
  localparam [7:0] RowEnd = RowInt[7:0], PlacesEnd = PlacesInt[7:0], TileEnd = TileInt[7:0], StreamEnd = StreamInt[7:0];

  // ---- command
  reg  [15:0] dst_q, n1_q, n2_q, sy_q, sx_q, sn_q;
  reg  [1:0]  digit_q, khl_q, kwl_q;
  always @(posedge clk_i)
    if (go_i) {dst_q, n1_q, n2_q, sy_q, sx_q, sn_q, digit_q, khl_q, kwl_q} <=
              {dst_i, n1_i, n2_i, sy_i, sx_i, sn_i, digit_i, kh_log2_i, kw_log2_i};

  // ---- beats: places, then rows of elements
  wire             valid, pop, unused_empty, unused_next;
  wire [8*BUS-1:0] beat;
  wire             clear = clr_i || go_i;
  curta_fifo_ram #(.Width(8*BUS), .LogDepth($clog2(10*Beats))) u_fifo (
    .clk_i(clk_i), .clr_i(clear), .push_i(push_i), .data_i(data_i), .valid_o(valid), .data_o(beat), .pop_i(pop), .next_o(unused_next), .empty_o(unused_empty));

  reg         rows_q;                        // the beat belongs to a row, else to the places
  reg  [7:0]  at_q;                          // beat of the places, or of the row
  reg  [7:0]  row_q;                         // row of the tile
  reg         full_q;                        // a row is complete
  wire        serve;                         // it moves on
  assign pop = valid && !full_q;
  wire        row_end  = pop && rows_q && at_q == RowEnd;
  wire        tile_end = serve && row_q == TileEnd;
  reg         tile_end_q;                    // the next tile has places to come first
  always @(posedge clk_i) tile_end_q <= tile_end && !clear;
  assign tile_done_o = tile_end_q;

  wire [8*N-1:0]         low;
  wire [(DIGIT-8)*N-1:0] high;
  reg  [8*T-1:0]         low_q;
  reg  [(DIGIT-8)*T-1:0] high_q;
  curta_digit #(.N(N), .DIGIT(DIGIT)) u_digit (.x_i(beat), .k_i(digit_q), .low_o(low), .high_o(high));

  wire [8*BUS-1:0] places;                   // of Rows rows
  wire [7:0]       places_beat = row_q / Rows[7:0];
  curta_ram #(.Width(8*BUS), .Depth(Beats), .Lane(8*BUS)) u_places (
    .clk_i(clk_i), .we_i(pop && !rows_q), .waddr_i(at_q[Pw-1:0]), .wdata_i(beat),
    .re_i(pop && rows_q && at_q == 8'd0), .raddr_i(places_beat[Pw-1:0]), .rdata_o(places));

  always @(posedge clk_i) begin
    if (pop && rows_q) begin                   // the first moves down
      low_q  <= {low, low_q[8*T-1:8*N]};
      high_q <= {high, high_q[(DIGIT-8)*T-1:(DIGIT-8)*N]};
    end
    if (clear) begin
      rows_q <= 1'b0;
      at_q   <= 8'd0;
      row_q  <= 8'd0;
      full_q <= 1'b0;
    end else begin
      if (pop) at_q <= at_q == (rows_q ? RowEnd : PlacesEnd) ? 8'd0 : at_q + 8'd1;
      if (pop && !rows_q && at_q == PlacesEnd) rows_q <= 1'b1;
      if (row_end)    full_q <= 1'b1;
      else if (serve) full_q <= 1'b0;
      if (serve) row_q <= row_q == TileEnd ? 8'd0 : row_q + 8'd1;
      if (tile_end) rows_q <= 1'b0;
    end
  end

  // ---- where the tile is: y, x of its window, distance in A
  reg  [15:0] i1_q, i2_q;
  reg  [15:0] y_q, x_q, ax_q, ay_q, an_q;
  wire        l1 = i1_q == n1_q - 16'd1, l2 = i2_q == n2_q - 16'd1;
  always @(posedge clk_i)
    if (clear) begin
      {i1_q, i2_q, y_q, x_q, ax_q, ay_q, an_q} <= 112'd0;
    end else if (tile_end_q) begin
      i1_q <= l1 ? 16'd0 : i1_q + 16'd1;
      x_q  <= l1 ? 16'd0 : x_q + (16'd1 << kwl_q);
      ax_q <= l1 ? 16'd0 : ax_q + (sx_q << kwl_q);
      if (l1) begin
        i2_q <= l2 ? 16'd0 : i2_q + 16'd1;
        y_q  <= l2 ? 16'd0 : y_q + (16'd1 << khl_q);
        ay_q <= l2 ? 16'd0 : ay_q + (sy_q << khl_q);
        if (l2) an_q <= an_q + sn_q;
      end
    end

  // ---- serve a row: stage 1 finds the place and its channels
  reg  [8*T-1:0]         low1_q;
  reg  [(DIGIT-8)*T-1:0] high1_q;
  reg  [6*T-1:0]         places1_q;
  reg  [T-1:0]           left_q, match;
  reg  [7:0]             n1row_q;            // image
  reg  [15:0]            y1_q, x1_q, a1_q;
  reg  [5:0]             place;
  reg                    found;
  integer                i, j;
  wire [8*BUS-1:0]       line_places = places >> (row_q % Rows[7:0] * 8'd8 * T[7:0]);   // of this row
  wire                   some = left_q != 0;
  assign serve = full_q && !some;        // not beside the last place of the row before: what is last comes late in the cycle
  always @* begin
    place = 6'd0;
    found = 1'b0;
    for (i = 0; i < T; i = i + 1)
      if (left_q[i] && !found) begin
        place = places1_q[6*i +: 6];
        found = 1'b1;
      end
    for (i = 0; i < T; i = i + 1) match[i] = left_q[i] && places1_q[6*i +: 6] == place;
  end
  always @(posedge clk_i) begin
    if (serve) begin
      low1_q  <= low_q;
      high1_q <= high_q;
      for (j = 0; j < T; j = j + 1) places1_q[6*j +: 6] <= line_places[8*j +: 6];
      n1row_q <= row_q;
      y1_q    <= y_q;
      x1_q    <= x_q;
      a1_q    <= ax_q + ay_q + an_q;
    end
    if (clear) left_q <= 0;
    else if (serve)
      for (j = 0; j < T; j = j + 1) left_q[j] <= low_q[8*j +: 8] != 8'd0 || high_q[(DIGIT-8)*j +: DIGIT-8] != 0;
    else left_q <= left_q & ~match;
  end

  // ---- stage 2: the row leaves
  reg                    row2_q;             // a row of digits
  reg  [8*T-1:0]         low2_q;
  reg  [(DIGIT-8)*T-1:0] high2_q;
  reg  [5:0]             place2_q;
  reg  [15:0]            y2_q, x2_q, a2_q;
  reg  [7:0]             n2row_q;
  localparam Gw = 17 + LogK;
  reg  [Gw*V-1:0]        pos_q;              // group of the next row, by stream
  integer                m, s, q;
  always @(posedge clk_i) begin
    row2_q <= some && !clear && !range_o;
    if (some) begin
      for (m = 0; m < T; m = m + 1) begin
        low2_q[8*m +: 8]                   <= low1_q[8*m +: 8] & {8{match[m]}};
        high2_q[(DIGIT-8)*m +: (DIGIT-8)] <= high1_q[(DIGIT-8)*m +: (DIGIT-8)] & {DIGIT-8{match[m]}};
      end
      place2_q <= place;
      n2row_q  <= n1row_q;
      {y2_q, x2_q, a2_q} <= {y1_q, x1_q, a1_q};
    end
  end
  wire [5:0]  py6 = place2_q >> kwl_q;
  wire [2:0]  py  = py6[2:0];
  wire [2:0]  px  = place2_q[2:0] & ~(3'd7 << kwl_q);
  wire [15:0] y   = y2_q + {13'd0, py};
  wire [15:0] x   = x2_q + {13'd0, px};
  wire [15:0] a   = a2_q + (sy_q & {16{py[0]}}) + ({sy_q[14:0], 1'b0} & {16{py[1]}}) + ({sy_q[13:0], 2'b0} & {16{py[2]}}) +
                    (sx_q & {16{px[0]}}) + ({sx_q[14:0], 1'b0} & {16{px[1]}}) + ({sx_q[13:0], 2'b0} & {16{px[2]}});

  // ---- the end: streams of one length
  localparam [1:0] RUN = 0, PAD = 1, LEN = 2, DONE = 3;
  reg  [1:0]  state_q;
  reg  [7:0]  stream_q;                      // that is padded
  reg  [Gw-1:0] most, pos;
  wire [Gw-1:0] new_start = {{Gw-16{1'b0}}, dst_i} << LogK, start = {{Gw-16{1'b0}}, dst_q} << LogK, length = most - start;
  always @* begin
    most = pos_q[Gw-1:0];
    for (s = 1; s < V; s = s + 1) if (pos_q[Gw*s +: Gw] > most) most = pos_q[Gw*s +: Gw];
  end
  wire        pads   = state_q == PAD;
  wire [7:0]  stream = pads ? stream_q : n2row_q % V[7:0];
  wire [7:0]  image  = n2row_q >> LogV;
  always @* begin                            // a choice, not a place that is multiplied out
    pos = pos_q[Gw-1:0];
    for (q = 1; q < V; q = q + 1) if ({24'd0, stream} == q) pos = pos_q[Gw*q +: Gw];
  end
  wire        short  = pads && !range_o && pos != most;    // behind an error no stream is longer than the buffer
  wire        writes = row2_q || short;
  wire [31:0] group  = {{32-Gw{1'b0}}, pos};
  wire [31:0] lane   = 32'd1 << stream, line = 32'd1 << row % Rows[7:0];
  wire [31:0] tile   = group >> LogK;
  wire [7:0]  row    = group[7:0] % K[7:0] * V[7:0] + stream;       // of the tile of B
  wire        bad    = row2_q && tile >= B_TILES;
  integer     v;
  always @(posedge clk_i)
    if (clear) begin
      pos_q    <= {V{new_start}};
      state_q  <= RUN;
      stream_q <= 8'd0;
      range_o  <= 1'b0;
    end else begin
      if (writes)
        for (v = 0; v < V; v = v + 1) if ({24'd0, stream} == v) pos_q[Gw*v +: Gw] <= pos + 1'b1;
      if (bad && !range_o) begin
        range_o      <= 1'b1;
        range_tile_o <= tile[15:0];
      end
      case (state_q)
        RUN: if (end_i && !valid && !full_q && !some && !row2_q) state_q <= PAD;
        PAD:
          if (!short) begin
            stream_q <= stream_q + 8'd1;
            if (stream_q == StreamEnd) state_q <= LEN;
          end
        default: state_q <= DONE;
      endcase
    end

  assign done_o      = state_q == DONE;
  assign buf_we_o    = row2_q && !bad && !range_o;
  assign buf_rows_o  = line[BUS/T-1:0];
  assign buf_tile_o  = tile[15:0];
  assign buf_beat_o  = row / Rows[7:0];
  assign buf_data_o  = {Rows{low2_q}};
  assign buf_high_o  = {Rows{high2_q}};
  assign row_we_o    = lane[V-1:0] & {V{buf_we_o || short}};
  assign row_group_o = group;
  assign row_o       = {!pads, image, x[7:0], y[7:0], a};
  assign len_we_o    = state_q == LEN;
  assign len_tile_o  = dst_q;
  assign len_o       = length[15:0];

  // ---- checksum: digits at their elements, what a row is at its number, the length at its tile
  generate
    if (Trace != 0) begin : g_check
      reg [31:0] sum_q, add, at;
      integer    c;
      always @* begin
        add = 32'd0;
        at  = 32'd0;
        if (buf_we_o) begin
          at  = tile * T + {24'd0, row};
          add = {x[7:0], y[7:0], a} * {at[30:0], 1'b1};
          at  = at * T;
          for (c = 0; c < T; c = c + 1) begin
            add = add + {{32-DIGIT{high2_q[(DIGIT-8)*c + DIGIT-9]}}, high2_q[(DIGIT-8)*c +: DIGIT-8], low2_q[8*c +: 8]} * {at[30:0], 1'b1};
            at  = at + 32'd1;
          end
        end else if (len_we_o)
          add = {16'd0, len_o} * {15'd0, dst_q, 1'b1};
      end
      always @(posedge clk_i)
        if (go_i) sum_q <= 32'd0;
        else sum_q <= sum_q + add;
      assign check_o = sum_q;
    end else begin : g_no_check
      assign check_o = 32'd0;
    end
  endgenerate
  wire unused = &{1'b0, places_beat, py6, places, y[15:8], x[15:8], tile[31:16], lane, line, length[Gw-1:16]};
endmodule
`default_nettype wire
