// SPDX-License-Identifier: Apache-2.0
// curta_loader - the LOAD engine: curta_load, and behind it curta_list for lists
//   One of the two writes operand buffer B.
// Resets   the control.
`include "curta_spec.vh"
`default_nettype none
module curta_loader #(
  parameter T = 8,
  parameter V = 2,
  parameter BUS = 8,              // bytes of a beat
  parameter A_TILES = 1024,
  parameter B_TILES = 1024,
  parameter OUTST = 8,            // 1..64
  parameter DIGIT = 18,           // bits of an element of operand buffer B, 9..18
  parameter Trace = 1
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // engine
  input  wire             cfg_valid_i,
  input  wire [3:0]       cfg_index_i,
  input  wire [63:0]      cfg_data_i,
  output wire             cfg_ready_o,
  input  wire             go_i,
  output wire             done_o,
  output wire [7:0]       error_o,
  output wire [31:0]      error_info_o,
  output wire [31:0]      check_o,
  input  wire             stop_i,
  output wire             idle_o,
  // memory
  input  wire [31:0]      mem_size_i,
  output wire             rd_valid_o,
  input  wire             rd_ready_i,
  output wire [31:0]      rd_addr_o,
  output wire [7:0]       rd_beats_o,
  input  wire             rsp_valid_i,
  input  wire [8*BUS-1:0] rsp_data_i,
  input  wire             rsp_last_i,
  input  wire             rsp_err_i,
  // operand buffers
  output wire             buf_we_o,
  output wire             buf_sel_o,
  output wire [BUS/T-1:0] buf_rows_o,   // rows of the beat that are written
  output wire [15:0]      buf_tile_o,
  output wire [7:0]       buf_beat_o,
  output wire [8*BUS-1:0] buf_data_o,
  output wire             buf_wide_o,   // elements have upper bits: digits
  output wire [(DIGIT-8)*BUS-1:0] buf_high_o,
  // lists
  output reg  [V-1:0]     row_we_o,
  output reg  [31:0]      row_group_o,
  output reg  [40:0]      row_o,
  output reg              len_we_o,
  output reg  [15:0]      len_tile_o,
  output reg  [15:0]      len_o
);
  // what curta_load has no use for
  reg  [15:0] sy_q, sx_q, sn_q;
  reg  [1:0]  khl_q, kwl_q;
  always @(posedge clk_i)
    if (cfg_valid_i && cfg_index_i == 4'd6) {kwl_q, khl_q, sn_q, sx_q, sy_q} <= cfg_data_i[51:0];

  wire [15:0]      dst, n1, n2;
  wire [1:0]       digit;
  wire             list_go, list, list_end, list_tile, list_done, list_range, l_we, p_we, l_wide;
  wire [15:0]      list_info, l_tile, p_tile;
  wire [31:0]      list_check;
  wire [7:0]       l_beat, p_beat;
  wire [8*BUS-1:0] l_data, p_data;
  wire [BUS/T-1:0] p_rows;
  wire [(DIGIT-8)*BUS-1:0] l_high, p_high;
  wire [V-1:0]     row_we;
  wire [31:0]      row_group;
  wire [40:0]      row;
  wire             len_we;
  wire [15:0]      len_tile, len;
  curta_load #(.T(T), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .OUTST(OUTST), .DIGIT(DIGIT), .Trace(Trace)) u_load (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_valid_i(cfg_valid_i), .cfg_index_i(cfg_index_i), .cfg_data_i(cfg_data_i),
    .cfg_ready_o(cfg_ready_o), .go_i(go_i), .done_o(done_o), .error_o(error_o), .error_info_o(error_info_o),
    .check_o(check_o), .stop_i(stop_i), .idle_o(idle_o), .mem_size_i(mem_size_i),
    .rd_valid_o(rd_valid_o), .rd_ready_i(rd_ready_i), .rd_addr_o(rd_addr_o), .rd_beats_o(rd_beats_o),
    .rsp_valid_i(rsp_valid_i), .rsp_data_i(rsp_data_i), .rsp_last_i(rsp_last_i), .rsp_err_i(rsp_err_i),
    .buf_we_o(l_we), .buf_sel_o(buf_sel_o), .buf_tile_o(l_tile), .buf_beat_o(l_beat), .buf_data_o(l_data),
    .buf_wide_o(l_wide), .buf_high_o(l_high), .list_go_o(list_go), .list_o(list), .list_end_o(list_end),
    .list_dst_o(dst), .list_n1_o(n1), .list_n2_o(n2), .list_digit_o(digit),
    .list_tile_i(list_tile), .list_done_i(list_done), .list_range_i(list_range), .list_info_i(list_info), .list_check_i(list_check));

  curta_list #(.T(T), .V(V), .BUS(BUS), .B_TILES(B_TILES), .DIGIT(DIGIT), .Trace(Trace)) u_list (
    .clk_i(clk_i), .clr_i(!rst_ni || stop_i), .go_i(list_go), .dst_i(dst), .n1_i(n1), .n2_i(n2), .digit_i(digit),
    .kh_log2_i(khl_q), .kw_log2_i(kwl_q), .sy_i(sy_q), .sx_i(sx_q), .sn_i(sn_q),
    .push_i(rsp_valid_i && list), .data_i(rsp_data_i), .tile_done_o(list_tile), .end_i(list_end && list), .done_o(list_done),
    .range_o(list_range), .range_tile_o(list_info), .check_o(list_check),
    .buf_we_o(p_we), .buf_rows_o(p_rows), .buf_tile_o(p_tile), .buf_beat_o(p_beat), .buf_data_o(p_data), .buf_high_o(p_high),
    .row_we_o(row_we), .row_group_o(row_group), .row_o(row), .len_we_o(len_we), .len_tile_o(len_tile), .len_o(len));

  // A list is written a cycle later: where a row goes is known late, and a GEMM that reads it begins later still.
  reg              p_we_q;
  reg [BUS/T-1:0]  p_rows_q;
  reg [15:0]       p_tile_q;
  reg [7:0]        p_beat_q;
  reg [8*BUS-1:0]  p_data_q;
  reg [(DIGIT-8)*BUS-1:0] p_high_q;
  always @(posedge clk_i) begin
    {p_we_q, p_rows_q, p_tile_q, p_beat_q, p_data_q, p_high_q} <= {p_we, p_rows, p_tile, p_beat, p_data, p_high};
    {row_we_o, row_group_o, row_o, len_we_o, len_tile_o, len_o} <= {row_we, row_group, row, len_we, len_tile, len};
  end

  // A plain LOAD writes its last beat when it is done, a list long before.
  assign buf_we_o   = l_we || p_we_q;
  assign buf_rows_o = p_we_q ? p_rows_q : {BUS/T{1'b1}};
  assign buf_tile_o = p_we_q ? p_tile_q : l_tile;
  assign buf_beat_o = p_we_q ? p_beat_q : l_beat;
  assign buf_data_o = p_we_q ? p_data_q : l_data;
  assign buf_wide_o = p_we_q || l_wide;
  assign buf_high_o = p_we_q ? p_high_q : l_high;
endmodule
`default_nettype wire
