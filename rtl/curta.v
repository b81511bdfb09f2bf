// SPDX-License-Identifier: Apache-2.0
// curta - the accelerator: AXI4-Lite slave for registers, AXI4 master for memory, one interrupt (docs/rtl.md)
//   commands: fetch -> cp (check, depend) -> queues -> LOAD, MATRIX, VECTOR; error stops and resets them all
// Golden   the golden device.
// Resets   rst_ni is a hard reset; a soft reset (CTRL) resets everything but regs and error through core_rst_n.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // MATRIX alone of the queues is counted as waiting
module curta #(
  parameter T = 8,                // side of a tile: 8, 16
  parameter R = 8,                // lanes of operand A, divides T
  parameter C = 8,                // lanes of operand B, divides T
  parameter V = 2,                // products per cell and cycle, divides T
  parameter BUS = 8,              // bytes of the memory port: T or 2T
  parameter A_TILES = 1024,       // operand buffers and accumulator memory, tiles
  parameter B_TILES = 1024,
  parameter P_TILES = 256,
  parameter DIGIT = 18,           // bits of an element of operand buffer B, 9..18
  parameter LANES = C,            // elements a cycle of the vector engine, divides C, 4 LANES >= BUS
  parameter OUTST = 8,            // outstanding tile reads of LOAD
  parameter CODE = 0,             // configuration code, for software only
  parameter Trace = 0             // 1: retirement records
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  output wire             irq_o,
  // AXI4-Lite slave
  input  wire             s_awvalid_i,
  output wire             s_awready_o,
  input  wire [11:0]      s_awaddr_i,
  input  wire             s_wvalid_i,
  output wire             s_wready_o,
  input  wire [31:0]      s_wdata_i,
  input  wire [3:0]       s_wstrb_i,
  output wire             s_bvalid_o,
  input  wire             s_bready_i,
  output wire [1:0]       s_bresp_o,
  input  wire             s_arvalid_i,
  output wire             s_arready_o,
  input  wire [11:0]      s_araddr_i,
  output wire             s_rvalid_o,
  input  wire             s_rready_i,
  output wire [31:0]      s_rdata_o,
  output wire [1:0]       s_rresp_o,
  // AXI4 master
  output wire             m_arvalid_o,
  input  wire             m_arready_i,
  output wire [1:0]       m_arid_o,
  output wire [31:0]      m_araddr_o,
  output wire [7:0]       m_arlen_o,
  output wire [2:0]       m_arsize_o,
  output wire [1:0]       m_arburst_o,
  input  wire             m_rvalid_i,
  output wire             m_rready_o,
  input  wire [1:0]       m_rid_i,
  input  wire [8*BUS-1:0] m_rdata_i,
  input  wire [1:0]       m_rresp_i,
  input  wire             m_rlast_i,
  output wire             m_awvalid_o,
  input  wire             m_awready_i,
  output wire [1:0]       m_awid_o,
  output wire [31:0]      m_awaddr_o,
  output wire [7:0]       m_awlen_o,
  output wire [2:0]       m_awsize_o,
  output wire [1:0]       m_awburst_o,
  output wire             m_wvalid_o,
  input  wire             m_wready_i,
  output wire [8*BUS-1:0] m_wdata_o,
  output wire [BUS-1:0]   m_wstrb_o,
  output wire             m_wlast_o,
  input  wire             m_bvalid_i,
  output wire             m_bready_o,
  input  wire [1:0]       m_bresp_i,
  // retirement records, see curta_retire
  output wire [3:0]       rt_valid_o,
  output wire [127:0]     rt_index_o,
  output wire [95:0]      rt_op_o,
  output wire [255:0]     rt_start_o,
  output wire [63:0]      rt_end_o,
  output wire [31:0]      rt_busy_o,
  output wire [127:0]     rt_check_o
);
  localparam AccW = $clog2(P_TILES * T * T / C);

  // ---- registers
  wire        core_rst_n;
  wire [31:0] ring_base, ring_tail, ring_head, mem_size;
  wire [4:0]  ring_log2;
  wire        soft_reset, soft_busy, busy, stopped, stopped_set, end_pulse, clearing, scalars_busy;
  wire [7:0]  error;
  wire [31:0] error_index, error_info, cookie;
  wire [2:0]  retired;
  wire        flag_sum, flag_weight, flag_delta, flag_wrap;
  wire        h_req, h_we, h_ack, snap, snap_ack, cnt_re, cnt_ack;
  wire [5:0]  h_addr;
  wire [31:0] h_wdata, x_rdata;
  wire [3:0]  cnt_addr;
  wire [63:0] cnt_data;

  curta_regs #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT), .CODE(CODE)) u_regs (
    .clk_i(clk_i), .rst_ni(rst_ni), .core_rst_ni(core_rst_n),
    .s_awvalid_i(s_awvalid_i), .s_awready_o(s_awready_o), .s_awaddr_i(s_awaddr_i),
    .s_wvalid_i(s_wvalid_i), .s_wready_o(s_wready_o), .s_wdata_i(s_wdata_i), .s_wstrb_i(s_wstrb_i),
    .s_bvalid_o(s_bvalid_o), .s_bready_i(s_bready_i), .s_bresp_o(s_bresp_o),
    .s_arvalid_i(s_arvalid_i), .s_arready_o(s_arready_o), .s_araddr_i(s_araddr_i),
    .s_rvalid_o(s_rvalid_o), .s_rready_i(s_rready_i), .s_rdata_o(s_rdata_o), .s_rresp_o(s_rresp_o),
    .ring_base_o(ring_base), .ring_log2_o(ring_log2), .ring_tail_o(ring_tail), .mem_size_o(mem_size), .soft_o(soft_reset), .irq_o(irq_o),
    .busy_i(busy), .stopped_i(stopped), .stopped_set_i(stopped_set), .error_i(error), .error_index_i(error_index),
    .error_info_i(error_info), .ring_head_i(ring_head), .end_i(end_pulse), .cookie_i(cookie), .retired_i(retired), .flags_i({flag_wrap, flag_delta, flag_weight, flag_sum}),
    .s_req_o(h_req), .s_we_o(h_we), .s_addr_o(h_addr), .s_wdata_o(h_wdata), .s_ack_i(h_ack), .s_rdata_i(x_rdata),
    .snap_o(snap), .snap_ack_i(snap_ack), .cnt_re_o(cnt_re), .cnt_addr_o(cnt_addr), .cnt_ack_i(cnt_ack), .cnt_data_i(cnt_data));

  // ---- memory ports: lane 0 command fetch, 1 LOAD, 2 VECTOR source, 3 VECTOR aux
  wire [3:0]       rd_valid, rd_ready, rsp_valid;
  wire [127:0]     rd_addr;
  wire [31:0]      rd_beats;
  wire [8*BUS-1:0] rsp_data, wd_data;
  wire [BUS-1:0]   wd_strb;
  wire [31:0]      wr_addr;
  wire [7:0]       wr_beats;
  wire             rsp_last, rsp_err, rd_busy, rd_data_busy, rd_beat, wr_busy, wr_beat;
  wire             wr_valid, wr_ready, wd_valid, wd_ready, wb_valid, wb_err;

  curta_axi_rd #(.BUS(BUS)) u_axi_rd (
    .clk_i(clk_i), .rst_ni(core_rst_n), .rd_valid_i(rd_valid), .rd_ready_o(rd_ready), .rd_addr_i(rd_addr), .rd_beats_i(rd_beats),
    .rsp_valid_o(rsp_valid), .rsp_data_o(rsp_data), .rsp_last_o(rsp_last), .rsp_err_o(rsp_err),
    .busy_o(rd_busy), .data_busy_o(rd_data_busy), .beat_o(rd_beat),
    .m_arvalid_o(m_arvalid_o), .m_arready_i(m_arready_i), .m_arid_o(m_arid_o), .m_araddr_o(m_araddr_o), .m_arlen_o(m_arlen_o),
    .m_arsize_o(m_arsize_o), .m_arburst_o(m_arburst_o), .m_rvalid_i(m_rvalid_i), .m_rready_o(m_rready_o), .m_rid_i(m_rid_i),
    .m_rdata_i(m_rdata_i), .m_rresp_i(m_rresp_i), .m_rlast_i(m_rlast_i));

  curta_axi_wr #(.BUS(BUS)) u_axi_wr (
    .clk_i(clk_i), .rst_ni(core_rst_n), .wr_valid_i(wr_valid), .wr_ready_o(wr_ready), .wr_addr_i(wr_addr), .wr_beats_i(wr_beats),
    .wd_valid_i(wd_valid), .wd_ready_o(wd_ready), .wd_data_i(wd_data), .wd_strb_i(wd_strb), .wb_valid_o(wb_valid), .wb_err_o(wb_err),
    .busy_o(wr_busy), .beat_o(wr_beat),
    .m_awvalid_o(m_awvalid_o), .m_awready_i(m_awready_i), .m_awid_o(m_awid_o), .m_awaddr_o(m_awaddr_o), .m_awlen_o(m_awlen_o),
    .m_awsize_o(m_awsize_o), .m_awburst_o(m_awburst_o), .m_wvalid_o(m_wvalid_o), .m_wready_i(m_wready_i), .m_wdata_o(m_wdata_o),
    .m_wstrb_o(m_wstrb_o), .m_wlast_o(m_wlast_o), .m_bvalid_i(m_bvalid_i), .m_bready_o(m_bready_o), .m_bresp_i(m_bresp_i));

  // ---- commands
  wire        redirect, slot_valid, slot_range, slot_bus, slot_pop, word_re, fetch_idle, cp_halt, cp_busy, fence;
  wire [31:0] ring_pos, prog_left, cp_index, cp_info, check_info;
  wire [25:0] prog_block;
  wire [3:0]  word, check_idx;
  wire [63:0] word_data, queue_data;
  wire        check_valid, cp_error, cp_begin, cp_retire, cp_s_req, cp_s_ack;
  wire [5:0]  cp_s_addr;
  wire [7:0]  cp_code, check_code;
  wire [23:0] cp_op;
  wire [1:0]  depend_bad;
  wire [2:0]  queue_we, commit, room, empty, waiting, running, held, ended, done, completes, failed, go;
  wire [23:0] completed, run_index, error_codes;
  wire [71:0] run_op;
  wire [95:0] error_infos;
  wire [2:0]  idle, stop;
  wire        queue_stop, limit_valid;
  wire [7:0]  limit;

  curta_fetch #(.BUS(BUS)) u_fetch (
    .clk_i(clk_i), .rst_ni(core_rst_n), .halt_i(cp_halt), .idle_o(fetch_idle),
    .ring_base_i(ring_base), .ring_log2_i(ring_log2), .ring_tail_i(ring_tail), .mem_size_i(mem_size),
    .redirect_i(redirect), .ring_pos_i(ring_pos), .prog_block_i(prog_block), .prog_left_i(prog_left),
    .valid_o(slot_valid), .range_o(slot_range), .bus_o(slot_bus), .pop_i(slot_pop), .word_re_i(word_re), .word_i(word), .data_o(word_data),
    .rd_valid_o(rd_valid[0]), .rd_ready_i(rd_ready[0]), .rd_addr_o(rd_addr[31:0]), .rd_beats_o(rd_beats[7:0]),
    .rsp_valid_i(rsp_valid[0]), .rsp_data_i(rsp_data), .rsp_last_i(rsp_last), .rsp_err_i(rsp_err));

  curta_cp u_cp (
    .clk_i(clk_i), .rst_ni(core_rst_n), .halt_i(cp_halt), .busy_o(cp_busy),
    .ring_base_i(ring_base), .ring_log2_i(ring_log2), .ring_tail_i(ring_tail), .ring_head_o(ring_head),
    .redirect_o(redirect), .ring_pos_o(ring_pos), .prog_block_o(prog_block), .prog_left_o(prog_left),
    .slot_valid_i(slot_valid), .slot_range_i(slot_range), .slot_bus_i(slot_bus), .slot_pop_o(slot_pop),
    .word_re_o(word_re), .word_o(word), .data_i(word_data),
    .check_valid_o(check_valid), .check_idx_o(check_idx), .check_code_i(check_code), .check_info_i(check_info),
    .room_i(room), .we_o(queue_we), .commit_o(commit), .empty_i(empty), .done_i(done),
    .done_parity_i({run_index[21], run_index[13], run_index[5]}), .fence_o(fence),
    .s_req_o(cp_s_req), .s_addr_o(cp_s_addr), .s_ack_i(cp_s_ack), .s_data_i(x_rdata),
    .index_o(cp_index), .error_o(cp_error), .error_code_o(cp_code), .error_info_o(cp_info),
    .begin_o(cp_begin), .retire_o(cp_retire), .retire_op_o(cp_op), .end_o(end_pulse), .cookie_o(cookie));

  curta_depend u_depend (
    .clk_i(clk_i), .rst_ni(core_rst_n), .clear_i(fence), .issue_i(commit), .done_i(completes), .completed_o(completed),
    .idx_i(check_idx), .index_i(cp_index[7:0]), .data_i(word_data), .data_o(queue_data), .bad_o(depend_bad));

  // Of the command processor's own commands the waits are reserved words: refused before this could matter.
  curta_check #(.T(T), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES)) u_check (
    .clk_i(clk_i), .valid_i(check_valid), .idx_i(check_idx), .data_i(word_data), .depend_i(depend_bad),
    .code_o(check_code), .info_o(check_info));

  curta_error u_error (
    .clk_i(clk_i), .rst_ni(rst_ni), .core_rst_no(core_rst_n), .soft_i(soft_reset), .clear_busy_i(clearing || scalars_busy), .soft_busy_o(soft_busy),
    .index_i(cp_index), .cp_error_i(cp_error), .cp_code_i(cp_code), .cp_info_i(cp_info), .fetch_idle_i(fetch_idle), .cp_halt_o(cp_halt),
    .ended_i(ended), .done_i(done), .code_i(error_codes), .info_i(error_infos), .idle_i(idle), .running_i(running), .run_index_i(run_index),
    .held_i(held), .bus_busy_i(rd_busy || wr_busy), .stop_o(stop), .queue_stop_o(queue_stop), .limit_valid_o(limit_valid), .limit_o(limit),
    .failed_o(failed), .stopped_o(stopped), .stopped_set_o(stopped_set), .error_o(error), .error_index_o(error_index), .error_info_o(error_info));

  assign done      = ended & ~stop;   // an engine that is being stopped reports nothing
  assign completes = done & ~failed;
  assign busy      = soft_busy || !stopped && (cp_busy || empty != 3'b111);
  assign retired   = {2'd0, cp_retire} + {2'd0, completes[0]} + {2'd0, completes[1]} + {2'd0, completes[2]};

  // ---- queues: 0 LOAD, 1 MATRIX, 2 VECTOR
  wire [2:0]   cfg_valid, cfg_ready;
  wire [11:0]  cfg_index;
  wire [191:0] cfg_data;
  genvar q;
  generate
    for (q = 0; q < 3; q = q + 1) begin : g_queue
      curta_queue u_queue (
        .clk_i(clk_i), .rst_ni(core_rst_n), .room_o(room[q]), .we_i(queue_we[q]), .widx_i(check_idx), .wdata_i(queue_data), .commit_i(commit[q]),
        .cfg_valid_o(cfg_valid[q]), .cfg_index_o(cfg_index[4*q +: 4]), .cfg_data_o(cfg_data[64*q +: 64]), .cfg_ready_i(cfg_ready[q]),
        .go_o(go[q]), .done_i(done[q]), .stop_i(queue_stop), .limit_valid_i(limit_valid), .limit_i(limit), .completed_i(completed),
        .empty_o(empty[q]), .waiting_o(waiting[q]), .running_o(running[q]), .run_index_o(run_index[8*q +: 8]),
        .run_op_o(run_op[24*q +: 24]), .held_o(held[q]));
    end
  endgenerate

  // ---- engines
  wire [95:0]      checks;
  wire             buf_we, buf_sel;
  wire [15:0]      buf_tile;
  wire [7:0]       buf_beat;
  wire [BUS/T-1:0] buf_rows;
  wire [V-1:0]     row_we;
  wire [31:0]      row_group;
  wire [40:0]      row;
  wire             len_we;
  wire [15:0]      len_tile, len;
  wire [8*BUS-1:0] buf_data;
  wire             buf_wide;
  wire [(DIGIT-8)*BUS-1:0] buf_high;
  wire [4*C-1:0]   mx_rguard, mx_wguard;
  wire             mx_re, mx_we, vx_re, vx_gnt, mx_active, mx_busy, mx_drain;
  wire [AccW-1:0]  mx_raddr, mx_waddr, vx_raddr;
  wire [32*C-1:0]  mx_rdata, mx_wdata, vx_rdata;
  wire             or_soon, or_valid, or_keep, or_ready, v_soon, v_we, unused_rd_wait, unused_wr_wait, unused_wd_last;
  wire [5:0]       or_addr, v_raddr, v_waddr;
  wire [31:0]      or_value, or_result, v_rdata, v_wdata, busy_cycles;

  curta_loader #(.T(T), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .OUTST(OUTST), .DIGIT(DIGIT), .Trace(Trace)) u_loader (
    .clk_i(clk_i), .rst_ni(core_rst_n), .cfg_valid_i(cfg_valid[0]), .cfg_index_i(cfg_index[3:0]), .cfg_data_i(cfg_data[63:0]),
    .cfg_ready_o(cfg_ready[0]), .go_i(go[0]), .done_o(ended[0]), .error_o(error_codes[7:0]), .error_info_o(error_infos[31:0]),
    .check_o(checks[31:0]), .stop_i(stop[0]), .idle_o(idle[0]), .mem_size_i(mem_size),
    .rd_valid_o(rd_valid[1]), .rd_ready_i(rd_ready[1]), .rd_addr_o(rd_addr[63:32]), .rd_beats_o(rd_beats[15:8]),
    .rsp_valid_i(rsp_valid[1]), .rsp_data_i(rsp_data), .rsp_last_i(rsp_last), .rsp_err_i(rsp_err),
    .buf_we_o(buf_we), .buf_sel_o(buf_sel), .buf_tile_o(buf_tile), .buf_beat_o(buf_beat), .buf_data_o(buf_data),
    .buf_rows_o(buf_rows), .buf_wide_o(buf_wide), .buf_high_o(buf_high),
    .row_we_o(row_we), .row_group_o(row_group), .row_o(row), .len_we_o(len_we), .len_tile_o(len_tile), .len_o(len));

  curta_matrix #(.T(T), .R(R), .C(C), .V(V), .BUS(BUS), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES), .DIGIT(DIGIT), .Trace(Trace)) u_matrix (
    .clk_i(clk_i), .rst_ni(core_rst_n), .cfg_valid_i(cfg_valid[1]), .cfg_index_i(cfg_index[7:4]), .cfg_data_i(cfg_data[127:64]),
    .cfg_ready_o(cfg_ready[1]), .go_i(go[1]), .done_o(ended[1]), .error_o(error_codes[15:8]), .error_info_o(error_infos[63:32]),
    .check_o(checks[63:32]), .busy_o(busy_cycles), .stop_i(stop[1]), .idle_o(idle[1]), .flag_o(flag_sum),
    .buf_we_i(buf_we), .buf_sel_i(buf_sel), .buf_tile_i(buf_tile), .buf_beat_i(buf_beat), .buf_data_i(buf_data),
    .buf_rows_i(buf_rows), .buf_wide_i(buf_wide), .buf_high_i(buf_high),
    .row_we_i(row_we), .row_group_i(row_group), .row_i(row), .len_we_i(len_we), .len_tile_i(len_tile), .len_i(len), .mx_rguard_i(mx_rguard), .mx_wguard_o(mx_wguard),
    .mx_re_o(mx_re), .mx_raddr_o(mx_raddr), .mx_rdata_i(mx_rdata), .mx_we_o(mx_we), .mx_waddr_o(mx_waddr), .mx_wdata_o(mx_wdata),
    .or_soon_o(or_soon), .or_valid_o(or_valid), .or_addr_o(or_addr), .or_keep_o(or_keep), .or_value_o(or_value), .or_ready_i(or_ready), .or_result_i(or_result),
    .st_active_o(mx_active), .st_busy_o(mx_busy), .st_drain_o(mx_drain));

  curta_accmem #(.T(T), .C(C), .P_TILES(P_TILES)) u_accmem (
    .clk_i(clk_i), .mx_re_i(mx_re), .mx_raddr_i(mx_raddr), .mx_rdata_o(mx_rdata), .mx_we_i(mx_we), .mx_waddr_i(mx_waddr), .mx_wdata_i(mx_wdata),
    .mx_rguard_o(mx_rguard), .mx_wguard_i(mx_wguard),
    .vx_re_i(vx_re), .vx_raddr_i(vx_raddr), .vx_gnt_o(vx_gnt), .vx_rdata_o(vx_rdata));

  curta_vector #(.T(T), .C(C), .BUS(BUS), .P_TILES(P_TILES), .Lanes(LANES), .Trace(Trace)) u_vector (
    .clk_i(clk_i), .rst_ni(core_rst_n), .cfg_valid_i(cfg_valid[2]), .cfg_index_i(cfg_index[11:8]), .cfg_data_i(cfg_data[191:128]),
    .cfg_ready_o(cfg_ready[2]), .go_i(go[2]), .done_o(ended[2]), .error_o(error_codes[23:16]), .error_info_o(error_infos[95:64]),
    .check_o(checks[95:64]), .stop_i(stop[2]), .idle_o(idle[2]), .flag_weight_o(flag_weight), .flag_delta_o(flag_delta), .flag_wrap_o(flag_wrap), .mem_size_i(mem_size), .rd_wait_o(unused_rd_wait), .wr_wait_o(unused_wr_wait),
    .rd0_valid_o(rd_valid[2]), .rd0_ready_i(rd_ready[2]), .rd0_addr_o(rd_addr[95:64]), .rd0_beats_o(rd_beats[23:16]),
    .rsp0_valid_i(rsp_valid[2]), .rsp0_data_i(rsp_data), .rsp0_last_i(rsp_last), .rsp0_err_i(rsp_err),
    .rd1_valid_o(rd_valid[3]), .rd1_ready_i(rd_ready[3]), .rd1_addr_o(rd_addr[127:96]), .rd1_beats_o(rd_beats[31:24]),
    .rsp1_valid_i(rsp_valid[3]), .rsp1_data_i(rsp_data), .rsp1_last_i(rsp_last), .rsp1_err_i(rsp_err),
    .wr_valid_o(wr_valid), .wr_ready_i(wr_ready), .wr_addr_o(wr_addr), .wr_beats_o(wr_beats),
    .wd_valid_o(wd_valid), .wd_ready_i(wd_ready), .wd_data_o(wd_data), .wd_strb_o(wd_strb), .wd_last_o(unused_wd_last),
    .wb_valid_i(wb_valid), .wb_err_i(wb_err), .vx_re_o(vx_re), .vx_raddr_o(vx_raddr), .vx_gnt_i(vx_gnt), .vx_rdata_i(vx_rdata),
    .s_soon_o(v_soon), .s_raddr_o(v_raddr), .s_rdata_i(v_rdata), .s_we_o(v_we), .s_waddr_o(v_waddr), .s_wdata_o(v_wdata));

  // ---- shared state
  curta_scalars u_scalars (
    .clk_i(clk_i), .rst_ni(core_rst_n), .busy_o(scalars_busy),
    .v_soon_i(v_soon), .v_raddr_i(v_raddr), .v_rdata_o(v_rdata), .v_we_i(v_we), .v_waddr_i(v_waddr), .v_wdata_i(v_wdata),
    .or_soon_i(or_soon), .or_valid_i(or_valid), .or_addr_i(or_addr), .or_keep_i(or_keep), .or_value_i(or_value), .or_ready_o(or_ready), .or_result_o(or_result),
    .cp_req_i(cp_s_req), .cp_addr_i(cp_s_addr), .cp_ack_o(cp_s_ack),
    .h_req_i(h_req), .h_we_i(h_we), .h_addr_i(h_addr), .h_wdata_i(h_wdata), .h_ack_o(h_ack), .x_rdata_o(x_rdata));

  curta_counters #(.BUS(BUS)) u_counters (
    .clk_i(clk_i), .rst_ni(core_rst_n), .clearing_o(clearing), .busy_i(busy),
    .mx_active_i(running[1] || mx_active), .mx_busy_i(mx_busy), .mx_drain_i(mx_drain), .mx_waiting_i(waiting[1]),
    .rd_busy_i(rd_data_busy), .wr_busy_i(wr_busy), .rd_beat_i(rd_beat), .wr_beat_i(wr_beat),
    .snap_i(snap), .snap_ack_o(snap_ack), .re_i(cnt_re), .raddr_i(cnt_addr), .re_ack_o(cnt_ack), .rdata_o(cnt_data));

  curta_retire #(.Trace(Trace)) u_retire (
    .clk_i(clk_i), .rst_ni(rst_ni), .begin_i({go, cp_begin}), .retire_i({completes, cp_retire}), .index_i(cp_index), .run_index_i(run_index),
    .op_i({run_op, cp_op}), .check_i(checks), .busy_i(busy_cycles), .rt_valid_o(rt_valid_o), .rt_index_o(rt_index_o), .rt_op_o(rt_op_o),
    .rt_start_o(rt_start_o), .rt_end_o(rt_end_o), .rt_busy_o(rt_busy_o), .rt_check_o(rt_check_o));
endmodule
`default_nettype wire
