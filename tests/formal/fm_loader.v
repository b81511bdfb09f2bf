// SPDX-License-Identifier: Apache-2.0
// fm_loader - the LOAD engine touches nothing outside [0, MEM_SIZE) and nothing outside its operand buffer; a list stays behind its DST
//   Stimuli: any configuration words that curta_check lets through, any memory that answers what was asked, stop and reset at any time
//   (docs/rtl.md: stop stands until the engine is idle, behind an error nothing begins before a stop or a reset; a reset takes the memory
//   along: what is under way is never answered). MEM_SIZE does not change. What RAMs give is anything (fm_ram_any.v): no claim needs it.
//   List: the n-th row of each stream goes to the n-th group behind DST, in the buffer and in what rows are; at the end all streams have
//   the length that is written for DST.
`include "formal.vh"
`default_nettype none
module fm_loader #(
  parameter T = 8, parameter V = 2, parameter BUS = 8, parameter A_TILES = 1024, parameter B_TILES = 64, parameter OUTST = 4
) (
  input wire             clk_i,
  input wire             rst_ni,
  input wire             cfg_valid_i,
  input wire [3:0]       cfg_index_i,
  input wire [63:0]      cfg_data_i,
  input wire             go_i,
  input wire             stop_i,
  input wire             rd_ready_i,
  input wire             rsp_valid_i,
  input wire [8*BUS-1:0] rsp_data_i,
  input wire             rsp_err_i
);
  localparam Beats = T * T / BUS, Tile = T * T, Rows = BUS / T, RowBeats = 4 * T / BUS, K = T / V, LogK = $clog2(K), Gw = 17 + LogK;
  localparam Fw = $clog2(10 * Beats) + 1;
  localparam [Gw-1:0] End = B_TILES * K;    // groups of the buffer

  (* anyconst *) wire [31:0] mem_size;
  wire             cfg_ready, done, idle, rd_valid, buf_we, buf_sel, buf_wide, len_we, rsp_last;
  wire [7:0]       error, rd_beats, buf_beat;
  wire [31:0]      info, check, rd_addr, row_group;
  wire [15:0]      buf_tile, len_tile, len;
  wire [Rows-1:0]  buf_rows;
  wire [8*BUS-1:0] buf_data;
  wire [10*BUS-1:0] buf_high;
  wire [V-1:0]     row_we;
  wire [40:0]      row;
  curta_loader #(.T(T), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .OUTST(OUTST), .Trace(0)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_valid_i(cfg_valid_i), .cfg_index_i(cfg_index_i), .cfg_data_i(cfg_data_i), .cfg_ready_o(cfg_ready),
    .go_i(go_i), .done_o(done), .error_o(error), .error_info_o(info), .check_o(check), .stop_i(stop_i), .idle_o(idle),
    .mem_size_i(mem_size), .rd_valid_o(rd_valid), .rd_ready_i(rd_ready_i), .rd_addr_o(rd_addr), .rd_beats_o(rd_beats),
    .rsp_valid_i(rsp_valid_i), .rsp_data_i(rsp_data_i), .rsp_last_i(rsp_last), .rsp_err_i(rsp_err_i),
    .buf_we_o(buf_we), .buf_sel_o(buf_sel), .buf_rows_o(buf_rows), .buf_tile_o(buf_tile), .buf_beat_o(buf_beat), .buf_data_o(buf_data),
    .buf_wide_o(buf_wide), .buf_high_o(buf_high), .row_we_o(row_we), .row_group_o(row_group), .row_o(row), .len_we_o(len_we),
    .len_tile_o(len_tile), .len_o(len));

  // curta_load
  (* hierconn *) wire [16:0] \u_dut.u_load.tile_q ;
  (* hierconn *) wire [15:0] \u_dut.u_load.wtile_q , \u_dut.u_load.dst_q ;
  (* hierconn *) wire [7:0]  \u_dut.u_load.beat_q ;
  (* hierconn *) wire [6:0]  \u_dut.u_load.outst_q ;
  (* hierconn *) wire [1:0]  \u_dut.u_load.pairs_q ;
  (* hierconn *) wire        \u_dut.u_load.run_q , \u_dut.u_load.walk_q , \u_dut.u_load.req_q , \u_dut.u_load.range_q , \u_dut.u_load.bus_q ,
                             \u_dut.u_load.room_q , \u_dut.u_load.wide_run_q , \u_dut.u_load.list_run_q , \u_dut.u_load.sel_run_q ,
                             \u_dut.u_load.req_wide_q , \u_dut.u_load.half_q , \u_dut.u_load.list_q , \u_dut.u_load.wide_q , \u_dut.u_load.sel_q ;
  wire [16:0] tile = \u_dut.u_load.tile_q ;
  wire [15:0] wtile = \u_dut.u_load.wtile_q ;
  wire [7:0]  dbeat = \u_dut.u_load.beat_q ;
  wire [6:0]  outst = \u_dut.u_load.outst_q ;
  wire [1:0]  pairs = \u_dut.u_load.pairs_q ;
  wire        run = \u_dut.u_load.run_q , walk = \u_dut.u_load.walk_q , req = \u_dut.u_load.req_q , bad = \u_dut.u_load.range_q ;
  wire        list = \u_dut.u_load.list_run_q , ask_wide = \u_dut.u_load.req_wide_q , half = \u_dut.u_load.half_q ;
  // curta_list
  (* hierconn *) wire [Gw*V-1:0] \u_dut.u_list.pos_q ;
  (* hierconn *) wire [Fw-1:0]   \u_dut.u_list.u_fifo.wr_q , \u_dut.u_list.u_fifo.rd_q ;
  (* hierconn *) wire [15:0]     \u_dut.u_list.dst_q ;
  (* hierconn *) wire [7:0]      \u_dut.u_list.at_q , \u_dut.u_list.row_q , \u_dut.u_list.stream_q , \u_dut.u_list.n2row_q , \u_dut.u_list.n1row_q ;
  (* hierconn *) wire [T-1:0]    \u_dut.u_list.left_q ;
  (* hierconn *) wire [1:0]      \u_dut.u_list.state_q ;
  (* hierconn *) wire            \u_dut.u_list.rows_q , \u_dut.u_list.full_q , \u_dut.u_list.tile_end_q , \u_dut.u_list.row2_q ,
                                 \u_dut.u_list.range_o , \u_dut.u_list.u_fifo.valid_q , \u_dut.l_we , \u_dut.p_we_q ;
  wire [Fw-1:0] inside = \u_dut.u_list.u_fifo.wr_q - \u_dut.u_list.u_fifo.rd_q ;
  wire        ahead = \u_dut.u_list.u_fifo.valid_q ;
  wire [7:0]  at = \u_dut.u_list.at_q , trow = \u_dut.u_list.row_q ;
  wire        rows = \u_dut.u_list.rows_q , full = \u_dut.u_list.full_q , taken = \u_dut.u_list.tile_end_q , row2 = \u_dut.u_list.row2_q ;
  wire [Gw*V-1:0] pos = \u_dut.u_list.pos_q ;
  wire [T-1:0] left = \u_dut.u_list.left_q ;
  wire [1:0]  state = \u_dut.u_list.state_q ;
  wire        over = \u_dut.u_list.range_o ;            // behind the end of the buffer
  wire [15:0] dst = \u_dut.u_list.dst_q ;
  wire        l_we = \u_dut.l_we , p_we = \u_dut.p_we_q ;
  localparam [1:0] RUN = 0, PAD = 1, LEN = 2, DONE = 3;

  // ---- memory: of a list tile first the places, then the elements
  reg        second;                       // the oldest burst is of elements
  wire       wide = list ? second : \u_dut.u_load.wide_run_q ;
  wire [7:0] beats = wide ? 4 * Beats : Beats;
  wire [9:0] bytes = ask_wide ? 4 * Tile : Tile;
  reg  [7:0] open, beat;                   // bursts under way; beat of the oldest
  assign rsp_last = beat == beats - 8'd1;
  wire ask = rd_valid && rd_ready_i;
  wire last = rsp_valid_i && rsp_last;

  // ---- what has happened
  reg        known;                        // the words of a command have come
  reg        made;                         // a list has begun and nothing else since
  reg        failed, stopping, warm;
  always @(posedge clk_i) begin
    warm <= !(`START);                     // the registers behind curta_list know nothing of a reset
    if (!rst_ni) begin
      open <= 0;
      beat <= 0;
      second <= 0;
    end else begin
      open <= open + ask - last;
      if (rsp_valid_i) beat <= rsp_last ? 0 : beat + 1;
      second <= go_i ? 1'b0 : last ? !second : second;
    end
    known    <= rst_ni && (known || (cfg_valid_i && cfg_index_i == 4'd2));
    made     <= rst_ni && !stop_i && (go_i ? \u_dut.u_load.list_q : made);
    failed   <= rst_ni && !stop_i && (failed || (done && error != 0));
    stopping <= rst_ni && (stop_i || (stopping && !idle));
  end
  always @* begin
    if (`START) assume (!rst_ni);
    assume (!rsp_valid_i || open != 0);
    assume (!go_i || (idle && !stop_i && rst_ni && known && !failed));
    assume (!cfg_valid_i || cfg_ready);
    assume (!(go_i && cfg_valid_i));
    assume (!stopping || stop_i || idle);
    if (cfg_index_i == 4'd2 && cfg_data_i[5]) assume (cfg_data_i[2] && cfg_data_i[0] && cfg_data_i[31:16] < B_TILES);   // curta_check: FIELD, word 4
    assume (mem_size[7:0] == 0);           // a multiple of BUS is what the law asks; a whole tile keeps the last tile out of question
  end

  // ---- a list: rows so far by stream, what is under way
  reg  [Gw*V-1:0] count;
  reg  [15:0]     dst_d;
  reg             over_d;
  integer         i;
  always @(posedge clk_i) begin
    dst_d  <= dst;
    over_d <= over;
    for (i = 0; i < V; i = i + 1) count[Gw*i +: Gw] <= go_i ? 0 : count[Gw*i +: Gw] + row_we[i];
  end
  wire [Gw-1:0] start = {{Gw-16{1'b0}}, dst} << LogK, start_d = {{Gw-16{1'b0}}, dst_d} << LogK;
  localparam [9:0] PlacesBeats = Beats, ElementBeats = 4 * Beats, PairBeats = 5 * Beats;
  wire [9:0]  here  = (!rows ? at : PlacesBeats + trow * RowBeats + (full ? RowBeats : at)) + (taken ? PairBeats : 0);   // of the tile, so far
  wire [3:0]  bigs  = open[3:0] + second >> 1, smalls = open[3:0] + !second >> 1;                                      // bursts of each kind
  wire [9:0]  way   = (!req ? 0 : ask_wide ? ElementBeats : PlacesBeats) + bigs * ElementBeats + smalls * PlacesBeats - beat;
  wire [9:0]  due   = (pairs[0] ? PairBeats : 0) + (pairs[1] ? PairBeats << 1 : 0) - (half ? ElementBeats : 0);
  wire        quiet = inside == 0 && !ahead && here == 0 && !rows && !full && left == 0 && !row2;
  reg  [7:0]  line;                         // row of the tile that is written
  reg  [Gw-1:0] most;
  integer     j;
  always @* begin
    line = buf_beat * Rows;
    if (Rows == 2 && buf_rows[Rows-1]) line = line + 8'd1;
    most = 0;
    for (j = 0; j < V; j = j + 1) if (pos[Gw*j +: Gw] > most) most = pos[Gw*j +: Gw];
  end

  reg p_stall, p_stop;
  reg [31:0] p_addr;
  always @(posedge clk_i) {p_stall, p_stop, p_addr} <= {rst_ni && rd_valid && !rd_ready_i && !stop_i, stop_i, rd_addr};

  `SEEN({done && error == 0 && wtile == 5 && !list, done && error == 5, done && error == 6 && !list, rd_valid && rd_addr + bytes == mem_size && open == 2,
         stop_i && open == 3, !rst_ni && open == 3, made && run && over, warm && p_we && row_group == End - 1, warm && p_we && stop_i && open != 0,
         warm && p_we && pairs == 2 && row_group >= start + K, state == PAD && row_we != 0 && !p_we, warm && len_we && len == 2 && !over})
  integer k;
  always @* begin
    // memory
    `MUST(!rd_valid || ({1'b0, rd_addr} + bytes <= mem_size && (rd_addr & (bytes - 32'd1)) == 0 && rd_beats == (ask_wide ? 4 * Beats : Beats)))
    `MUST(!p_stall || (rd_valid && rd_addr == p_addr))
    `MUST(!(p_stop && stop_i) || !rd_valid)
    // no answer is lost or invented: it is idle exactly when nothing is under way
    `MUST(!idle || open == 0)
    `MUST(open <= OUTST)
    `MUST(!done || open == 0)
    // operand buffer: the written tile is inside, writes only belong to answers; a list and plain tiles are never written at once
    `MUST(!(l_we || (p_we && warm)) || ({1'b0, buf_tile} < (buf_sel ? B_TILES : A_TILES) && buf_beat < Beats))
    `MUST(!(p_we && warm) || (buf_sel && buf_wide && buf_tile >= dst_d && !l_we))
    // a row in its place, once: the next of its stream
    `MUST(!(p_we && warm) || (row_we != 0 && (row_we & row_we - 1'b1) == 0 && (buf_rows & buf_rows - 1'b1) == 0 && buf_rows != 0))
    for (k = 0; k < V; k = k + 1) begin
      `MUST(!(p_we && row_we[k] && warm) || buf_tile * T + line == row_group * V + k)
      `MUST(!(row_we[k] && warm) || (row_group == start_d + count[Gw*k +: Gw] && row_group < End))
      `MUST(!(len_we && !over_d && warm) || {{Gw-16{1'b0}}, len} == count[Gw*k +: Gw])
    end
    `MUST(!(len_we && warm) || (len_tile == dst_d && len_tile < B_TILES && row_we == 0))
    // a row that has no place is an error
    `MUST(!(done && made && over) || error != 0)
    // curta_list says only of a whole tile that it is taken, its FIFO holds two tiles at most
    `MUST(!(list && taken) || pairs != 0)
    `MUST(inside <= 10 * Beats)
    // what makes it inductive: curta_load
    `MUST(outst == open && (open == 0 || beat < beats))
    `MUST(open != 0 || beat == 0)
    `MUST(!run || dbeat == beat)
    `MUST(!(open != 0 || walk || req) || run)
    `MUST(!run || open + 8'd0 + req <= OUTST)
    `MUST(!(\u_dut.u_load.room_q && run) || open + 8'd0 + req < OUTST)
    `MUST(!walk || (!bad && (list || tile <= 65535)))
    `MUST(!run || list || wtile + 18'd0 + open + req + bad <= tile)
    `MUST(!(open != 0 || req) || list || wtile + 18'd0 + open + req <= (\u_dut.u_load.sel_run_q ? B_TILES : A_TILES))
    // a list: what was asked for is under way, in the FIFO, or in the tile
    `MUST(!known || !\u_dut.u_load.list_q || (\u_dut.u_load.sel_q && \u_dut.u_load.wide_q && \u_dut.u_load.dst_q < B_TILES))
    `MUST(!made || (list && \u_dut.u_load.sel_run_q && \u_dut.u_load.wide_run_q && dst < B_TILES))
    `MUST(made || (quiet && (state == RUN || state == DONE)))
    `MUST(!(run && list) || made || stopping)
    `MUST(!(made && run) || !failed)
    `MUST(!made || run || failed || state == DONE)
    `MUST(!(made && walk) || half == (second ^ open[0] ^ req))
    `MUST(!(made && req) || ask_wide == (second ^ open[0]))
    `MUST(!made || inside + ahead + here + way <= due)
    `MUST(!made || (pairs <= 2 && (!half || pairs != 0)))
    `MUST(at <= (rows ? RowBeats - 1 : Beats - 1) && trow < T && (rows || (trow == 0 && !full)) && (!full || at == 0) && (!taken || (!rows && at == 0)))
    `MUST(trow < T && (left == 0 || \u_dut.u_list.n1row_q < T) && (!row2 || \u_dut.u_list.n2row_q < T))
    `MUST(!(made && state != RUN) || (!walk && !req && open == 0 && pairs == 0 && quiet))
    `MUST(state != PAD || \u_dut.u_list.stream_q < V)
    `MUST(state != RUN || \u_dut.u_list.stream_q == 0 || !made)
    for (k = 0; k < V; k = k + 1) begin
      `MUST(!made || (pos[Gw*k +: Gw] >= start && pos[Gw*k +: Gw] <= End + (!over ? 0 : row2 ? 1 : 2)))
      `MUST(!(made && !over) || pos[Gw*k +: Gw] == start + count[Gw*k +: Gw] + row_we[k])
      `MUST(!(made && !over && (state == LEN || (state == PAD && \u_dut.u_list.stream_q > k))) || pos[Gw*k +: Gw] == most)
    end
  end
endmodule
`default_nettype wire
