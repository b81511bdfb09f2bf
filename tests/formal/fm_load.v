// SPDX-License-Identifier: Apache-2.0
// fm_load - curta_load touches nothing outside [0, MEM_SIZE) and nothing outside its operand buffer
//   Stimuli: any configuration words, any memory that answers what was asked, stop and reset at any time (a reset takes the memory along:
//   what is under way is never answered). MEM_SIZE does not change.
//   Of a list the unit behind is any that takes a tile only if it got one; what it writes is its own.
`include "formal.vh"
`default_nettype none
module fm_load #(
  parameter T = 8, parameter BUS = 8, parameter A_TILES = 1024, parameter B_TILES = 64, parameter OUTST = 4
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
  input wire             rsp_err_i,
  input wire             list_tile_i, list_done_i, list_range_i
);
  (* anyconst *) wire [31:0] mem_size;
  wire             cfg_ready, done, idle, rd_valid, buf_we, buf_sel;
  wire [7:0]       error, rd_beats, buf_beat;
  wire [31:0]      info, check, rd_addr;
  wire [15:0]      buf_tile;
  wire [8*BUS-1:0] buf_data;
  wire             rsp_last;
  curta_load #(.T(T), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .OUTST(OUTST), .Trace(0)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_valid_i(cfg_valid_i), .cfg_index_i(cfg_index_i), .cfg_data_i(cfg_data_i), .cfg_ready_o(cfg_ready),
    .go_i(go_i), .done_o(done), .error_o(error), .error_info_o(info), .check_o(check), .stop_i(stop_i), .idle_o(idle),
    .mem_size_i(mem_size), .rd_valid_o(rd_valid), .rd_ready_i(rd_ready_i), .rd_addr_o(rd_addr), .rd_beats_o(rd_beats),
    .rsp_valid_i(rsp_valid_i), .rsp_data_i(rsp_data_i), .rsp_last_i(rsp_last), .rsp_err_i(rsp_err_i),
    .buf_we_o(buf_we), .buf_sel_o(buf_sel), .buf_tile_o(buf_tile), .buf_beat_o(buf_beat), .buf_data_o(buf_data), .list_tile_i(list_tile_i),
    .list_done_i(list_done_i), .list_range_i(list_range_i), .list_info_i(16'd0), .list_check_i(32'd0));

  localparam Beats = T * T / BUS;
  localparam Tile  = T * T;
  (* hierconn *) wire \u_dut.wide_run_q ;  // digits of int32 tiles
  (* hierconn *) wire \u_dut.list_run_q , \u_dut.req_wide_q ;
  (* hierconn *) wire [1:0] \u_dut.pairs_q ;
  wire       list = \u_dut.list_run_q ;   // of each tile first the places, then the elements
  wire       ask_wide = \u_dut.req_wide_q ;
  reg        second;                       // the oldest burst is of elements
  wire       wide = list ? second : \u_dut.wide_run_q ;
  wire [7:0] beats = wide ? 4 * Beats : Beats;
  wire [9:0] bytes = ask_wide ? 4 * Tile : Tile;
  reg  [7:0] open, beat;                   // bursts under way; beat of the oldest
  reg        runs;                         // between go and done
  assign rsp_last = beat == beats - 8'd1;
  wire ask = rd_valid && rd_ready_i;
  wire last = rsp_valid_i && rsp_last;
  always @(posedge clk_i)
    if (!rst_ni) begin
      open <= 0;
      beat <= 0;
      runs <= 0;
      second <= 0;
    end else begin
      open <= open + ask - last;
      if (rsp_valid_i) beat <= rsp_last ? 0 : beat + 1;
      second <= go_i ? 1'b0 : last ? !second : second;
      runs <= go_i ? 1'b1 : done || (stop_i && idle) ? 1'b0 : runs;
    end

  always @* begin
    if (`START) assume (!rst_ni);
    assume (!rsp_valid_i || open != 0);
    assume (!go_i || (idle && !stop_i && rst_ni));
    assume (!cfg_valid_i || cfg_ready);
    assume (!(go_i && cfg_valid_i));
    assume (!list_tile_i || \u_dut.pairs_q != 0);
    assume (mem_size[7:0] == 0);           // a multiple of BUS is what the law asks; a whole tile keeps the last tile out of question
  end

  (* hierconn *) wire signed [33:0] \u_dut.p0_q ;
  (* hierconn *) wire [16:0] \u_dut.tile_q ;
  (* hierconn *) wire [15:0] \u_dut.wtile_q ;
  (* hierconn *) wire [7:0]  \u_dut.beat_q ;
  (* hierconn *) wire [6:0]  \u_dut.outst_q ;
  (* hierconn *) wire        \u_dut.run_q , \u_dut.walk_q , \u_dut.req_q , \u_dut.range_q , \u_dut.bus_q , \u_dut.room_q ;
  wire [16:0] tile = \u_dut.tile_q ;
  wire [15:0] wtile = \u_dut.wtile_q ;
  wire [7:0]  dbeat = \u_dut.beat_q ;
  wire [6:0]  outst = \u_dut.outst_q ;
  wire        req = \u_dut.req_q , run = \u_dut.run_q , walk = \u_dut.walk_q , bad = \u_dut.range_q ;
  wire [16:0] tiles = buf_sel ? B_TILES : A_TILES;

  reg p_stall, p_stop;
  reg [31:0] p_addr;
  always @(posedge clk_i) {p_stall, p_stop, p_addr} <= {rst_ni && rd_valid && !rd_ready_i && !stop_i, stop_i, rd_addr};

  `SEEN({done && error == 0 && wtile == 5, done && error == 5, done && error == 6, rd_valid && rd_addr + bytes == mem_size && open == 2, stop_i && open == 3, !rst_ni && open == 3})
  always @* begin
    // memory
    `MUST(!rd_valid || ({1'b0, rd_addr} + bytes <= mem_size && (rd_addr & (bytes - 32'd1)) == 0 && rd_beats == (ask_wide ? 4 * Beats : Beats)))
    `MUST(!p_stall || (rd_valid && rd_addr == p_addr))
    `MUST(!(p_stop && stop_i) || !rd_valid)
    // operand buffer: the written tile is inside, writes only belong to answers
    `MUST(!buf_we || ({1'b0, buf_tile} < tiles && buf_beat < Beats))
    // no answer is lost or invented: it is idle exactly when nothing is under way
    `MUST(!idle || open == 0)
    `MUST(open <= OUTST)
    `MUST(!done || open == 0)
    // what makes it inductive
    `MUST(outst == open && (open == 0 || beat < beats))
    `MUST(open != 0 || beat == 0)
    `MUST(!run || dbeat == beat)
    `MUST(!(open != 0 || walk || req) || run)
    `MUST(!run || open + 8'd0 + req <= OUTST)
    `MUST(!(\u_dut.room_q && run) || open + 8'd0 + req < OUTST)
    `MUST(!walk || (!bad && (list || tile <= 65535)))
    `MUST(!run || list || wtile + 18'd0 + open + req + bad <= tile)
    `MUST(!(open != 0 || req) || list || wtile + 18'd0 + open + req <= tiles)
  end
endmodule
`default_nettype wire
