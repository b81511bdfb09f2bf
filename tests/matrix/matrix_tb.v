// SPDX-License-Identifier: Apache-2.0
// matrix_tb - the matrix engine with its accumulator memory, as the test bench sees them
`default_nettype none
module matrix_tb #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2, parameter BUS = 8,
  parameter A_TILES = 1024, parameter B_TILES = 1024, parameter P_TILES = 256, parameter DIGIT = 18, parameter Trace = 1
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             cfg_valid_i,
  input  wire [3:0]       cfg_index_i,
  input  wire [63:0]      cfg_data_i,
  output wire             cfg_ready_o,
  input  wire             go_i,
  output wire             done_o,
  output wire [7:0]       error_o,
  output wire [31:0]      error_info_o,
  output wire [31:0]      check_o,
  output wire [31:0]      busy_o,
  input  wire             stop_i,
  output wire             idle_o,
  input  wire             buf_we_i,
  input  wire             buf_sel_i,
  input  wire [15:0]      buf_tile_i,
  input  wire [7:0]       buf_beat_i,
  input  wire [8*BUS-1:0] buf_data_i,
  input  wire             buf_wide_i,
  input  wire [(DIGIT-8)*BUS-1:0] buf_high_i,
  output wire             flag_o,
  output wire             or_soon_o,
  output wire             or_valid_o,
  output wire [5:0]       or_addr_o,
  output wire             or_keep_o,
  output wire [31:0]      or_value_o,
  input  wire             or_ready_i,
  input  wire [31:0]      or_result_i,
  output wire             st_active_o,
  output wire             st_busy_o,
  output wire             st_drain_o,
  input  wire             vx_re_i,
  input  wire [31:0]      vx_raddr_i,
  output wire             vx_gnt_o,
  output wire [32*C-1:0]  vx_rdata_o
);
  localparam Paw = $clog2(P_TILES*T*T/C);
  wire            mx_re, mx_we;
  wire [Paw-1:0]  mx_raddr, mx_waddr;
  wire [32*C-1:0] mx_rdata, mx_wdata;
  wire [4*C-1:0]  mx_rguard, mx_wguard;

  curta_matrix #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT), .Trace(Trace)) u_matrix (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_valid_i(cfg_valid_i), .cfg_index_i(cfg_index_i), .cfg_data_i(cfg_data_i),
    .cfg_ready_o(cfg_ready_o), .go_i(go_i), .done_o(done_o), .error_o(error_o), .error_info_o(error_info_o),
    .check_o(check_o), .busy_o(busy_o), .stop_i(stop_i), .idle_o(idle_o),
    .buf_we_i(buf_we_i), .buf_sel_i(buf_sel_i), .buf_tile_i(buf_tile_i), .buf_beat_i(buf_beat_i), .buf_data_i(buf_data_i),
    .buf_rows_i({BUS/T{1'b1}}), .buf_wide_i(buf_wide_i), .buf_high_i(buf_high_i), .row_we_i({V{1'b0}}), .row_group_i(32'd0), .row_i(41'd0),
    .len_we_i(1'b0), .len_tile_i(16'd0), .len_i(16'd0), .flag_o(flag_o), .mx_rguard_i(mx_rguard), .mx_wguard_o(mx_wguard),
    .mx_re_o(mx_re), .mx_raddr_o(mx_raddr), .mx_rdata_i(mx_rdata), .mx_we_o(mx_we), .mx_waddr_o(mx_waddr), .mx_wdata_o(mx_wdata),
    .or_soon_o(or_soon_o), .or_valid_o(or_valid_o), .or_addr_o(or_addr_o), .or_keep_o(or_keep_o), .or_value_o(or_value_o),
    .or_ready_i(or_ready_i), .or_result_i(or_result_i),
    .st_active_o(st_active_o), .st_busy_o(st_busy_o), .st_drain_o(st_drain_o)
  );
  curta_accmem #(.T(T), .C(C), .P_TILES(P_TILES)) u_accmem (
    .clk_i(clk_i), .mx_re_i(mx_re), .mx_raddr_i(mx_raddr), .mx_rdata_o(mx_rdata),
    .mx_we_i(mx_we), .mx_waddr_i(mx_waddr), .mx_wdata_i(mx_wdata),
    .mx_rguard_o(mx_rguard), .mx_wguard_i(mx_wguard),
    .vx_re_i(vx_re_i), .vx_raddr_i(vx_raddr_i[Paw-1:0]), .vx_gnt_o(vx_gnt_o), .vx_rdata_o(vx_rdata_o)
  );
  wire unused = &{1'b0, vx_raddr_i};
endmodule
`default_nettype wire
