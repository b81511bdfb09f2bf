// SPDX-License-Identifier: Apache-2.0
// curta_vector - the vector engine: MAP, SCATTER, UPDATE, REDUCE, FILL, LOSS, SCALAR (machine.md section 5)
//
//   walk -> addresses -> read streams -> front -> requant --------------> post -> pack -> write stream
//             |  accumulator memory -----^   ^-- draws `-> quot -> act ---^  (Lanes elements a cycle)
//             `-> addresses of the results ----------------------------------^
//   UPDATE NITRO: G and the weights come through SRC's stream, a tile each; quot -> weight -> write stream.
//
// Golden   curta_golden_map, _scatter, _update, _reduce, _fill, _loss, _scalar
// Timing   about 15 cycles and a memory latency a command, then one group of Lanes elements a cycle where the memory allows
// Resets   control; after rst_ni nothing may be outstanding on the bus (stop_i first)
`include "curta_spec.vh"
`default_nettype none
module curta_vector #(
  parameter T       = 8,         // side of a tile, 8 or 16
  parameter C       = 8,         // elements of a word of the accumulator memory, divides T
  parameter BUS     = 8,         // bytes of a memory beat: T or 2T
  parameter P_TILES = 256,       // accumulator memory, tiles
  parameter Trace   = 1,         // 1: check_o is computed
  parameter Lanes   = C          // elements a cycle: divides C, 4 Lanes >= BUS
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  // Engine
  input  wire                cfg_valid_i,
  input  wire [3:0]          cfg_index_i,
  input  wire [63:0]         cfg_data_i,
  output wire                cfg_ready_o,
  input  wire                go_i,
  output wire                done_o,
  output wire [7:0]          error_o,
  output wire [31:0]         error_info_o,
  output wire [31:0]         check_o,
  input  wire                stop_i,
  output wire                idle_o,
  output wire                flag_weight_o,   // pulses
  output wire                flag_delta_o,
  output wire                flag_wrap_o,
  // Status
  input  wire [31:0]         mem_size_i,
  output wire                rd_wait_o,
  output wire                wr_wait_o,
  // Read0 (SRC)
  output wire                rd0_valid_o,
  input  wire                rd0_ready_i,
  output wire [31:0]         rd0_addr_o,
  output wire [7:0]          rd0_beats_o,
  input  wire                rsp0_valid_i,
  input  wire [8*BUS-1:0]    rsp0_data_i,
  input  wire                rsp0_last_i,
  input  wire                rsp0_err_i,
  // Read1 (AUX)
  output wire                rd1_valid_o,
  input  wire                rd1_ready_i,
  output wire [31:0]         rd1_addr_o,
  output wire [7:0]          rd1_beats_o,
  input  wire                rsp1_valid_i,
  input  wire [8*BUS-1:0]    rsp1_data_i,
  input  wire                rsp1_last_i,
  input  wire                rsp1_err_i,
  // Write
  output wire                wr_valid_o,
  input  wire                wr_ready_i,
  output wire [31:0]         wr_addr_o,
  output wire [7:0]          wr_beats_o,
  output wire                wd_valid_o,
  input  wire                wd_ready_i,
  output wire [8*BUS-1:0]    wd_data_o,
  output wire [BUS-1:0]      wd_strb_o,
  output wire                wd_last_o,
  input  wire                wb_valid_i,
  input  wire                wb_err_i,
  // Accumulator
  output wire                vx_re_o,
  output wire [$clog2(P_TILES*T*T/C)-1:0] vx_raddr_o,
  input  wire                vx_gnt_i,
  input  wire [32*C-1:0]     vx_rdata_i,
  // Scales
  output wire                s_soon_o,        // the next cycle reads
  output wire [5:0]          s_raddr_o,       // this register
  input  wire [31:0]         s_rdata_i,
  output wire                s_we_o,
  output wire [5:0]          s_waddr_o,
  output wire [31:0]         s_wdata_o
);
  localparam LogG   = $clog2(T * T / Lanes);
  localparam LogP   = $clog2(P_TILES);
  localparam Turn   = BUS / 4 < Lanes ? Lanes / (BUS / 4) : 1;
  localparam LogRot = Turn > 2 ? $clog2(Turn) : 1;
  localparam [31:0] TileBeats = T * T / BUS;
  localparam [7:0] Beats1 = TileBeats[7:0], Beats2 = {TileBeats[6:0], 1'b0}, Beats3 = Beats2 + Beats1,
                   Beats4 = {TileBeats[5:0], 2'b00};

  // ---------------------------------------------------------------- command words
  // Those of the next command come in while one runs; go_i makes them the present ones, a cycle later the command begins.
  reg  [263:0] next_q, words_q;
  reg          go, bank_q;
  always @(posedge clk_i) begin
    if (cfg_valid_i)
      case (cfg_index_i)
        4'd0:    next_q[7:0]     <= cfg_data_i[7:0];
        4'd9:    next_q[71:8]    <= cfg_data_i;
        4'd10:   next_q[135:72]  <= cfg_data_i;
        4'd11:   next_q[167:136] <= cfg_data_i[31:0];
        4'd12:   next_q[231:168] <= cfg_data_i;
        4'd13:   next_q[263:232] <= cfg_data_i[31:0];
        default: ;
      endcase
    if (go_i) words_q <= next_q;
    if (!rst_ni) bank_q <= 1'b0;
    else if (go_i) bank_q <= !bank_q;
    go <= go_i && rst_ni && !stop_i;
  end
  wire [7:0]  op_q = words_q[7:0];
  wire [31:0] flags_q, w19_q, origin_q, w21_q, w22_q, w24_q, pad_q, lim_q;
  assign {lim_q, pad_q, w24_q, w22_q, w21_q, origin_q, w19_q, flags_q} = words_q[263:8];

  wire [1:0] mode    = flags_q[`CURTA_MAP_ROUND];
  wire [3:0] frac    = flags_q[`CURTA_UPDATE_FRAC];
  wire        to_loss = op_q == `CURTA_OP_LOSS;                              // at the start, when is_loss is still that of the last command
  wire [3:0] kh      = flags_q[`CURTA_MAP_KH];
  wire [3:0] kw      = flags_q[`CURTA_MAP_KW];
  wire       is_scatter, is_update, is_reduce, is_fill, is_loss, pool, mask, relu, wide_dst, copy, planes, acc, mid, narrow, decay, master;
  wire       upd, back, keep, act, div, zs, padded, nitro, two, has_tag, has_src, has_aux, has_dst, has_idx, sto;
  wire [7:0] passes, sizes;
  curta_vmode u_mode (
    .clk_i(clk_i), .go_i(go), .op_i(op_q), .flags_i(flags_q), .w21_i(w21_q), .w22_i(w22_q), .w24_i(w24_q),
    .is_scatter_o(is_scatter), .is_update_o(is_update), .is_reduce_o(is_reduce), .is_fill_o(is_fill), .is_loss_o(is_loss), .pool_o(pool),
    .mask_o(mask), .relu_o(relu), .wide_dst_o(wide_dst), .copy_o(copy), .planes_o(planes), .acc_o(acc), .mid_o(mid), .narrow_o(narrow),
    .decay_o(decay), .master_o(master), .upd_o(upd), .back_o(back), .keep_o(keep), .act_o(act), .div_o(div), .zs_o(zs), .padded_o(padded),
    .nitro_o(nitro), .two_o(two), .has_tag_o(has_tag), .has_src_o(has_src), .has_aux_o(has_aux), .has_dst_o(has_dst), .has_idx_o(has_idx),
    .sto_o(sto), .passes_o(passes), .sizes_o(sizes));

  // ---------------------------------------------------------------- control
  wire        start, abort, run, scalar_start, scalar_busy, scalar_valid;
  wire        rd0_wait, rd1_wait, wr_wait, rd0_idle, rd1_idle, wr_idle, walk_busy, issue_busy, loss_busy;
  wire        walk_err, loss_err, v2, v3, v4, v5, v6, valid1;
  wire [31:0] walk_info, loss_info, shift, seed, tensor, d_exp, loss_exp, beat_sum, scalar_wdata;
  wire [5:0]  scalar_raddr, scalar_waddr;
  wire [15:0] hits;
  reg  [31:0] or_q;
  wire        acc_want, nitro_busy, ctl_idle;
  wire [9:0]  rate, eta;
  wire [23:0] rate_m, eta_m;
  wire        clr = !rst_ni || abort || go;

  curta_vctl #(.Trace(Trace)) u_ctl (
    .clk_i(clk_i), .rst_ni(rst_ni),
    .go_i(go), .stop_i(stop_i), .done_o(done_o), .error_o(error_o), .error_info_o(error_info_o), .check_o(check_o),
    .idle_o(ctl_idle), .op_i(op_q), .flags_i(flags_q), .tensor_i(w19_q), .regs_i(w21_q),
    .rates_i(w22_q), .nitro_i(upd), .back_i(back), .or_regs_i(w24_q), .rate_o(rate), .rate_m_o(rate_m), .eta_o(eta), .eta_m_o(eta_m),
    .s_soon_o(s_soon_o), .s_raddr_o(s_raddr_o), .s_rdata_i(s_rdata_i), .s_we_o(s_we_o), .s_waddr_o(s_waddr_o), .s_wdata_o(s_wdata_o),
    .run_o(run), .shift_o(shift), .seed_o(seed), .tensor_o(tensor), .decay_o(d_exp), .exp_o(loss_exp),
    .scalar_start_o(scalar_start), .scalar_raddr_i(scalar_raddr), .scalar_busy_i(scalar_busy),
    .scalar_valid_i(scalar_valid), .scalar_waddr_i(scalar_waddr), .scalar_wdata_i(scalar_wdata),
    .start_o(start), .abort_o(abort),
    .work_i(walk_busy || q_valid || loss_busy || issue_busy || v2 || v3 || v4 || v5 || v6 || nitro_busy || acc_want || !rd0_idle || !rd1_idle || !wr_idle),
    .open_i(rd0_wait || rd1_wait || wr_wait), .or_i(or_q), .hits_i(hits),
    .range_i(walk_err || loss_err), .range_info_i(walk_err ? walk_info : loss_info),
    .bus_i((rsp0_valid_i && rsp0_err_i) || (rsp1_valid_i && rsp1_err_i) || (wb_valid_i && wb_err_i)),
    .check_i(beat_sum));
  assign cfg_ready_o = 1'b1;
  assign idle_o      = ctl_idle && !go;
  assign rd_wait_o   = rd0_wait || rd1_wait;
  assign wr_wait_o   = wr_wait && !rd_wait_o;

  // ---------------------------------------------------------------- configuration words, scalars
  wire        walk_re;
  wire [4:0]  walk_raddr, scalar_cfg, loss_cfg;
  wire [31:0] cfg;
  curta_vcfg u_cfg (
    .clk_i(clk_i), .bank_i(bank_q), .we_i(cfg_valid_i), .waddr_i(cfg_index_i), .wdata_i(cfg_data_i),
    .re_i(walk_re), .raddr_i(scalar_busy || scalar_start ? scalar_cfg : loss_busy ? loss_cfg : walk_raddr), .rdata_o(cfg));
  curta_vscalar u_scalar (
    .clk_i(clk_i), .clr_i(!rst_ni || abort), .start_i(scalar_start), .cfg_raddr_o(scalar_cfg), .cfg_rdata_i(cfg),
    .raddr_o(scalar_raddr), .rdata_i(s_rdata_i), .busy_o(scalar_busy), .valid_o(scalar_valid), .waddr_o(scalar_waddr),
    .wdata_o(scalar_wdata));

  // ---------------------------------------------------------------- addresses, and where they go
  wire        walk_valid, walk_ready, loss_valid, loss_ready;
  wire [1:0]  walk_kind, loss_kind;
  wire [31:0] walk_addr, loss_addr;
  wire        walk_hole, walk_last0, walk_last3;
  curta_vwalk #(.T(T), .P_TILES(P_TILES)) u_walk (
    .clk_i(clk_i), .clr_i(!rst_ni || abort), .start_i(start && !to_loss),
    .use_i({has_idx, has_dst, has_aux, has_src}), .win_src_i(pool), .win_dst_i(is_scatter), .aux_dst_i(mask || back),
    .padded_i(padded), .pad_i(pad_q), .lim_i(lim_q), .hole_o(walk_hole), .last0_o(walk_last0), .last3_o(walk_last3),
    .acc_i(acc), .n32_i(is_update || is_reduce), .planes_i(planes), .size_i(sizes), .kh_i(kh), .kw_i(kw), .mem_size_i(mem_size_i),
    .cfg_re_o(walk_re), .cfg_raddr_o(walk_raddr), .cfg_rdata_i(cfg),
    .valid_o(walk_valid), .ready_i(walk_ready), .kind_o(walk_kind), .addr_o(walk_addr), .busy_o(walk_busy),
    .err_o(walk_err), .err_info_o(walk_info));

  // An address waits in a register until it is taken, so that whoever made it does not see who takes it: one every second cycle.
  reg         q_valid;
  reg  [1:0]  q_kind;
  reg  [31:0] q_addr;
  reg         q_hole, q_last0, q_last3;
  wire        q_ready;
  always @(posedge clk_i) begin
    if (!q_valid) begin
      q_kind <= is_loss ? loss_kind : walk_kind;
      q_addr <= is_loss ? loss_addr : walk_addr;
      {q_hole, q_last0, q_last3} <= {walk_hole, walk_last0, walk_last3};
    end
    if (clr)           q_valid <= 1'b0;
    else if (!q_valid) q_valid <= is_loss ? loss_valid : walk_valid;
    else if (q_ready)  q_valid <= 1'b0;
  end
  assign walk_ready = !q_valid;
  assign loss_ready = !q_valid;
  wire        src_ready, aux_ready, out_ready, acc_ready;
  // Every pass of a tile has a tag: whether it is a hole, whether its tile is at the edge of the tensor.
  wire        tag_room, tag_valid, tag_more;
  wire [2:0]  tag, tag_next;
  wire        is_tag  = has_tag && q_kind == (is_scatter ? 2'd2 : 2'd0);
  wire        hole    = is_tag && q_hole;
  wire        q_go    = q_valid && !hole && (!is_tag || tag_room);
  wire        weights = upd && q_kind == 2'd1;                                 // through SRC's stream
  wire        to_src  = q_go && ((q_kind == 2'd0 && !acc) || weights);
  wire        to_acc  = q_go && q_kind == 2'd0 && acc;
  wire        to_aux  = q_go && q_kind == 2'd1 && !upd;
  wire        to_out  = q_go && q_kind[1];
  assign      q_ready = hole ? tag_room : (!is_tag || tag_room) &&
                        (q_kind[1] ? out_ready : weights ? src_ready : q_kind[0] ? aux_ready : acc ? acc_ready : src_ready);
  wire [31:0] q_beat  = is_loss ? {q_addr[31:$clog2(BUS)], {$clog2(BUS){1'b0}}} : q_addr;
  wire        pass_end, later;
  wire [1:0]  unused_next = tag_next[2:1];
  curta_fifo #(.Width(3), .LogDepth(4), .Head(1)) u_tags (
    .clk_i(clk_i), .rst_ni(!clr), .push_i(is_tag && q_valid && q_ready), .data_i({q_last3, q_last0, q_hole}), .room_o(tag_room),
    .valid_o(tag_valid), .data_o(tag), .more_o(tag_more), .next_o(tag_next), .pop_i(has_tag && pass_end));

  // ---------------------------------------------------------------- operands
  wire              src_pop, aux_pop, src_beat_valid, aux_beat_valid, src_beat_pop, aux_beat_pop;
  wire              unused_beat, wide_after, wide_next, src_beat_next, mid_after, mid_next, mid_last, aux_after, aux_next, mid_beat_pop;
  // Weights of UPDATE NITRO, the second pass of a tile, come as whole words through SRC's stream whatever the gradients are.
  reg               mid_now, acc_now;
  wire              weights_next = upd && (later ^ pass_end);
  wire              mid_soon     = mid && !weights_next;
  always @(posedge clk_i) begin
    mid_now <= mid_soon;
    acc_now <= acc && !weights_next;
  end
  wire [8*Lanes-1:0]    src8, aux8;
  wire [24*Lanes-1:0]   src24;
  wire [32*Lanes-1:0]   src32;
  wire [16*Lanes-1:0]   aux16;
  reg  [16*Lanes-1:0]   aux;
  integer               e;
  wire [8*BUS-1:0]  src_beat, aux_beat;
  reg  [7:0]        src_beats_q, aux_beats_q;
  always @(posedge clk_i) begin
    src_beats_q <= is_loss ? 8'd1 : narrow ? Beats1 : mid ? Beats3 : Beats4;
    aux_beats_q <= is_loss ? 8'd1 : master ? Beats2 : Beats1;
  end
  curta_vstream_rd #(.C(Lanes), .BUS(BUS), .Wide(4), .LogDepth(7), .Head(1)) u_src (
    .clk_i(clk_i), .rst_ni(rst_ni), .clr_i(clr), .abort_i(abort),
    .req_valid_i(to_src), .req_ready_o(src_ready), .req_addr_i(q_beat),
    .req_beats_i(weights ? Beats4 : src_beats_q),
    .rd_valid_o(rd0_valid_o), .rd_ready_i(rd0_ready_i), .rd_addr_o(rd0_addr_o), .rd_beats_o(rd0_beats_o),
    .rsp_valid_i(rsp0_valid_i), .rsp_data_i(rsp0_data_i), .rsp_last_i(rsp0_last_i),
    .narrow_i(narrow || mid_now), .apart_i(mid_now), .last_i(mid_last), .after_o(wide_after), .next_o(wide_next), .beat_next_o(src_beat_next), .narrow_o(src8), .wide_o(src32), .pop_i(src_pop),
    .beat_valid_o(src_beat_valid), .beat_o(src_beat), .beat_pop_i(src_beat_pop || mid_beat_pop), .wait_o(rd0_wait),
    .idle_o(rd0_idle));
  curta_vplanes #(.T(T), .C(Lanes), .BUS(BUS)) u_planes (
    .clk_i(clk_i), .clr_i(clr), .beat_valid_i(src_beat_valid && mid_now), .beat_i(src_beat), .beat_next_i(src_beat_next), .beat_pop_o(mid_beat_pop),
    .after_o(mid_after), .next_o(mid_next), .last_o(mid_last), .data_o(src24), .pop_i(src_pop && mid_now));
  wire              src_after = mid_now ? mid_after : wide_after, src_next = mid_now ? mid_next : wide_next;
  curta_vstream_rd #(.C(Lanes), .BUS(BUS), .Wide(2), .LogDepth(6), .Lut(1)) u_aux (
    .clk_i(clk_i), .rst_ni(rst_ni), .clr_i(clr), .abort_i(abort),
    .req_valid_i(to_aux), .req_ready_o(aux_ready), .req_addr_i(q_beat),
    .req_beats_i(aux_beats_q),
    .rd_valid_o(rd1_valid_o), .rd_ready_i(rd1_ready_i), .rd_addr_o(rd1_addr_o), .rd_beats_o(rd1_beats_o),
    .rsp_valid_i(rsp1_valid_i), .rsp_data_i(rsp1_data_i), .rsp_last_i(rsp1_last_i),
    .narrow_i(!master), .apart_i(1'b0), .last_i(1'b0), .after_o(aux_after), .next_o(aux_next), .beat_next_o(unused_beat), .narrow_o(aux8), .wide_o(aux16), .pop_i(aux_pop),
    .beat_valid_o(aux_beat_valid), .beat_o(aux_beat), .beat_pop_i(aux_beat_pop), .wait_o(rd1_wait), .idle_o(rd1_idle));

  always @* begin
    aux = aux16;
    if (!master)
      for (e = 0; e < Lanes; e = e + 1) aux[16*e +: 16] = {{8{aux8[8*e + 7]}}, aux8[8*e +: 8]};
  end

  wire        acc_pop, acc_more;
  wire [LogP-1:0] unused_tile;
  wire [LogP-1:0] acc_tile;
  wire [LogG-1:0] group;
  curta_fifo #(.Width(LogP), .LogDepth(3)) u_acc (
    .clk_i(clk_i), .rst_ni(!clr), .push_i(to_acc && acc_ready), .data_i(q_addr[LogP-1:0]), .room_o(acc_ready),
    .valid_o(acc_want), .data_o(acc_tile), .more_o(acc_more), .next_o(unused_tile), .pop_i(acc_pop));
  // a word of the accumulator memory is C / Lanes groups
  wire [32*Lanes-1:0] acc_data;
  generate
    if (C > Lanes) begin : g_parts
      localparam LogS = $clog2(C / Lanes);
      reg [LogS-1:0] part_q;
      always @(posedge clk_i) part_q <= group[LogS-1:0];
      assign acc_data   = vx_rdata_i[32*Lanes*part_q +: 32*Lanes];
      assign vx_raddr_o = {acc_tile, group[LogG-1:LogS]};
    end else begin : g_whole
      assign acc_data   = vx_rdata_i;
      assign vx_raddr_o = {acc_tile, group};
    end
  endgenerate

  // ---------------------------------------------------------------- lanes
  wire              room, room_soon, issue_take, loss_take, load, sel_int8, sel_int24, sel_int32, sel_keep, sel_acc, sel_aux, sel_half, sel_turn, rot, add, copy_push, planes_push;
  wire              rand_ready, rand_soon, rand_next, loss_rand;
  wire [31:0]       loss_index;
  wire [LogRot-1:0] next_turn;
  wire [1:0]        pass, law;
  wire              fire, ld_keep, mod, bending, at_head;
  reg  [4:0]        fills_q;
  wire [LogG-1:0]   mod_group;
  curta_vissue #(.C(Lanes), .BUS(BUS), .LogG(LogG), .LogRot(LogRot)) u_issue (
    .clk_i(clk_i), .clr_i(clr), .run_i(run && !is_loss), .fill_i(is_fill), .begin_i(fills_q != 5'd0),
    .has_src_i(has_src), .has_aux_i(has_aux && !upd), .has_dst_i(has_dst), .acc_i(acc_now), .int8_i(narrow), .int24_i(mid_soon),
    .copy_i(copy && !back), .planes_i(planes), .bent_i(back || keep), .keep_i(keep), .pace_i(two),
    .tag_after_i(!has_tag || tag_valid), .tag_next_i(!has_tag || tag_more), .hole_i(padded && tag[0]), .hole_next_i(padded && tag_next[0]), .fire_o(fire), .end_o(pass_end), .later_o(later),
    .ld_keep_o(ld_keep), .mod_o(mod), .bend_o(bending), .mod_group_o(mod_group),
    .sto_i(sto), .scatter_i(is_scatter), .aux_last_i(mask), .decay_i(decay), .master_i(master), .reduce_i(is_reduce),
    .passes_i(passes),
    .src_after_i(src_after), .src_next_i(src_next), .src_pop_o(src_pop), .aux_after_i(aux_after), .aux_next_i(aux_next), .aux_pop_o(aux_pop),
    .acc_after_i(acc_want), .acc_next_i(acc_more), .acc_re_o(vx_re_o), .acc_gnt_i(vx_gnt_i), .group_o(group), .acc_pop_o(acc_pop),
    .rand_soon_i(rand_soon), .rand_next_o(rand_next), .room_i(room_soon), .take_o(issue_take),
    .load_o(load), .sel_int8_o(sel_int8), .sel_int24_o(sel_int24), .sel_int32_o(sel_int32), .sel_keep_o(sel_keep), .sel_acc_o(sel_acc), .sel_aux_o(sel_aux), .sel_half_o(sel_half), .sel_turn_o(sel_turn),
    .rot_o(rot), .next_o(next_turn), .idle_o(at_head), .add_o(add), .copy_push_o(copy_push), .planes_push_o(planes_push), .valid_o(valid1), .v6_i(v6),
    .pass_o(pass), .law_o(law), .busy_o(issue_busy));

  // FILL has no operands: its tiles start when their addresses are there.
  wire       fill_in = is_fill && to_out && out_ready;
  always @(posedge clk_i)
    if (clr) fills_q <= 5'd0;
    else if (fill_in != (is_fill && issue_take)) fills_q <= fill_in ? fills_q + 5'd1 : fills_q - 5'd1;

  // AUX goes along with its group: register k is valid in stage k
  reg  [8*Lanes-1:0]  aux0_q;              // waits for the accumulator memory (masks, weights of a plain update)
  wire            aux_late = acc && !master && !decay;
  reg  [16*Lanes-1:0] aux1_q, aux2_q, aux3_q, aux4_q, aux5_q;
  integer         k;
  always @(posedge clk_i) begin
    if (aux_pop)
      for (k = 0; k < Lanes; k = k + 1)
        aux0_q[8*k +: 8] <= aux[16*k +: 8];
    if (aux_late) begin
      if (sel_acc)
        for (k = 0; k < Lanes; k = k + 1)
          aux1_q[16*k +: 16] <= {{8{aux0_q[8*k + 7]}}, aux0_q[8*k +: 8]};
    end else if (aux_pop) begin
      aux1_q <= aux;
    end
    if (valid1) aux2_q <= aux1_q;
    if (v2)     aux3_q <= aux2_q;
    if (v3)     aux4_q <= aux3_q;
    if (v4)     aux5_q <= aux4_q;
  end

  // the tile memory: quotients of a tile of gradients, int32 elements of a scattered tile; classes of a bent copy
  wire                nitro_re, nitro_we;
  wire [LogG-1:0]     nitro_raddr, nitro_waddr;
  wire [32*Lanes-1:0] nitro_wdata, kept;
  wire [2*Lanes-1:0]  bend;
  curta_vtile #(.C(Lanes), .LogG(LogG)) u_tile (
    .clk_i(clk_i), .clr_i(clr), .scatter_i(keep), .weights_i(upd), .class_i(w21_q[`CURTA_MAP_CLASS]), .bytes_i(w21_q[0]), .passes_i(passes),
    .fire_i(fire), .group_i(group), .later_i(later), .ld_i(ld_keep), .mod_i(mod), .mod_group_i(mod_group), .x_i(x), .aux_i(aux1_q),
    .class_o(bend), .re_i(nitro_re), .raddr_i(nitro_raddr), .we_i(nitro_we), .waddr_i(nitro_waddr), .wdata_i(nitro_wdata), .rdata_o(kept));

  wire [32*Lanes-1:0] x, r;
  wire [8*Lanes-1:0]  y5, y6, idx6;
  wire [8*Lanes-1:0]  raw6;
  wire [8*BUS-1:0]    bent;
  reg  [16*Lanes-1:0] half;            // the result of a pass of UPDATE, for the next
  integer             m, n;
  always @*
    for (m = 0; m < Lanes; m = m + 1)
      half[16*m +: 16] = {idx6[8*m +: 8], raw6[8*m +: 8]};
  // Weights of the next rotation's lanes, an OR of what is selected: of the lanes' results, of AUX, where the first ones may still stand at
  // their stream.
  localparam RotLanes = BUS / 4 < Lanes ? BUS / 4 : Lanes;
  reg  [8*RotLanes-1:0] w;
  reg                   master_q, plain_q;      // what the command says, near the lanes
  always @(posedge clk_i) {master_q, plain_q} <= {master, !master};
  integer               t;
  always @* begin
    w = 0;
    for (n = 0; n < RotLanes; n = n + 1) begin
      if (plain_q && at_head) w[8*n +: 8] = aux8[8*n +: 8];
      for (t = 0; t < Turn; t = t + 1)
        w[8*n +: 8] = w[8*n +: 8] | raw6[8*(RotLanes*t + n) +: 8] & {8{master_q && next_turn == t[LogRot-1:0]}}
                    | aux1_q[16*(RotLanes*t + n) +: 8] & {8{plain_q && !at_head && next_turn == t[LogRot-1:0]}};
    end
  end

  curta_vfront #(.C(Lanes), .BUS(BUS)) u_front (
    .clk_i(clk_i), .load_i(load),
    .sel_int8_i(sel_int8), .sel_int24_i(sel_int24), .sel_int32_i(sel_int32), .sel_acc_i(sel_acc),
    .sel_keep_i(sel_keep), .sel_aux_i(sel_aux), .sel_half_i(sel_half), .sel_turn_i(sel_turn),
    .int8_i(src8), .int24_i(src24), .int32_i(src32), .acc_i(acc_data), .keep_i(kept), .aux_i(aux16), .half_i(half),
    .bend_i(bending), .mod_i(mod), .class_i(bend),
    .slope_i(w21_q[`CURTA_MAP_SLOPE]), .bent_o(bent),
    .rot_i(rot), .decay_i(add),
    .d_i(d_exp), .w_i(w), .x_o(x));

  wire [31:0] or_group;
  wire                 quot = div || upd;
  wire [4:0]           quot_s;
  wire [24*Lanes-1:0]  u5;
  wire [Lanes-1:0]     big5, neg5;
  curta_requant #(.C(Lanes)) u_requant (
    .clk_i(clk_i), .clr_i(clr), .shift_i(shift), .other_i(quot || law != 2'd0), .short_i(quot ? quot_s : {1'b0, frac}),
    .mode_i(quot ? 2'd3 : law != 2'd0 ? 2'd1 : mode), .div_i(quot),
    .wrap_i(law == 2'd0 && flags_q[`CURTA_MAP_WRAP]), .red_i(is_reduce && law == 2'd0), .valid_i(valid1), .x_i(x),
    .r_i(r), .v2_o(v2), .or_o(or_group), .v3_o(v3), .v4_o(v4), .valid_o(v5), .y_o(y5), .u_o(u5), .big_o(big5), .neg_o(neg5));

  // widths of the deltas, as they leave bent
  reg  [31:0] widths;
  integer     d;
  always @* begin
    widths = 32'd0;
    if (back && copy_push)
      for (d = 0; d < BUS / 4; d = d + 1) widths = widths | (bent[32*d +: 32] ^ {32{bent[32*d + 31]}});
  end
  assign flag_delta_o = |widths[31:23];
  always @(posedge clk_i) begin
    if (go) or_q <= 32'd0;
    else if (v2 && is_reduce && pass == 2'd0) or_q <= or_q | or_group;
    else if (back && copy_push) or_q <= or_q | widths;
  end

  // quotients, activation, weights
  wire                 post_pre, post_in, weight_push;
  wire [8*Lanes-1:0]   post_y, post_v;
  wire [2*Lanes-1:0]   post_class;
  wire [Lanes-1:0]     post_pass;
  wire [2:0]           post_tag;
  wire [8*BUS-1:0]     weight_beat;
  curta_vnitro #(.C(Lanes), .BUS(BUS), .LogG(LogG)) u_nitro (
    .clk_i(clk_i), .clr_i(clr), .nitro_i(nitro), .div_i(div), .upd_i(upd), .act_i(act), .acc_i(acc), .two_i(two),
    .slope_i(w21_q[`CURTA_MAP_SLOPE]), .mean_i(w21_q[`CURTA_MAP_MEAN]), .div_s_i(w21_q[`CURTA_MAP_DIV_S]), .div_t_i(w21_q[`CURTA_MAP_DIV_T]),
    .div_m_i(w22_q[`CURTA_MAP_DIV_M]), .rate_i(rate), .eta_i(eta), .rate_m_i(rate_m), .eta_m_i(eta_m),
    .fire_i(fire), .ld_acc_i(sel_acc), .tag_i(has_tag ? tag : 3'd0), .later_i(later), .v1_i(valid1), .v2_i(v2), .v3_i(v3), .v4_i(v4), .v5_i(v5),
    .shift_o(quot_s), .x_i(x), .u_i(u5), .big_i(big5), .neg_i(neg5), .y_i(y5), .aux_i(aux5_q),
    .pre_o(post_pre), .valid_o(post_in), .y_o(post_y), .v_o(post_v), .class_o(post_class), .pass_o(post_pass), .tag_o(post_tag),
    .re_o(nitro_re), .raddr_o(nitro_raddr), .rdata_i(kept), .we_o(nitro_we), .waddr_o(nitro_waddr), .wdata_o(nitro_wdata),
    .push_o(weight_push), .beat_o(weight_beat), .flag_weight_o(flag_weight_o), .busy_o(nitro_busy));

  // draws: of the next group ahead of time
  reg  [31:0] index_q;
  reg         seeded_q;
  wire        draw = run && sto && (!seeded_q || rand_next);
  always @(posedge clk_i) begin
    seeded_q <= run && sto;
    if (go)      index_q <= origin_q;
    else if (draw) index_q <= index_q + Lanes;
  end
  curta_rand #(.C(Lanes)) u_rand (
    .clk_i(clk_i), .clr_i(clr), .start_i(draw || loss_rand), .seed_i(seed), .tensor_i(tensor),
    .index_i(is_loss ? loss_index : index_q), .ready_o(rand_ready), .soon_o(rand_soon), .r_o(r));

  wire last6, hole6;
  curta_vpost #(.T(T), .C(Lanes), .LogG(LogG)) u_post (
    .clk_i(clk_i), .clr_i(clr), .relu_i(relu), .pool_i(pool), .mask_i(mask), .scatter_i(is_scatter),
    .update_i(is_update && pass == 2'd0), .fill_i(is_fill), .value_i(w19_q[7:0]), .passes_i(passes),
    .frac_i(master ? frac : 4'd0), .zs_i(zs), .class_i((act || is_scatter) && w21_q[`CURTA_MAP_CLASS]),
    .clast_i(w24_q[`CURTA_MAP_CLAST]), .nlast_i(w24_q[`CURTA_MAP_NLAST]),
    .pre_i(post_pre), .valid_i(post_in), .y_i(post_y), .aux_i(aux5_q), .passed_i(nitro), .pass_i(post_pass),
    .zs_v_i(post_v), .zs_class_i(post_class), .edge_i(post_tag[2:1]), .hole_i(post_tag[0]),
    .valid_o(v6), .last_o(last6), .hole_o(hole6), .y_o(y6), .idx_o(idx6), .raw_o(raw6));

  // ---------------------------------------------------------------- results
  wire             loss_push, dst_push, idx_push;
  wire [8*BUS-1:0] loss_beat, dst_beat, idx_beat;
  wire             y_out = v6 && has_dst && (is_scatter ? !hole6 : last6) && pass == (master ? 2'd2 : 2'd0);
  // a copy to int24 leaves as {high, idx, low} of each lane of x; the half that DST and IDX take is y6 and {idx6, raw6}
  reg  [8*Lanes-1:0] out_y, out_idx, out_low;
  integer            q;
  always @* begin
    {out_y, out_idx, out_low} = {y6, idx6, raw6};
    if (planes)
      for (q = 0; q < Lanes; q = q + 1)
        {out_y[8*q +: 8], out_idx[8*q +: 8], out_low[8*q +: 8]} = x[32*q +: 24];
  end
  curta_vpack #(.C(Lanes), .BUS(BUS)) u_pack (
    .clk_i(clk_i), .clr_i(clr),
    .y_valid_i(y_out || planes_push), .y_i(out_y), .beat_valid_i(copy_push || loss_push || weight_push),
    .beat_i(is_loss ? loss_beat : upd ? weight_beat : back || keep ? bent : x[8*BUS-1:0]),
    .dst_push_o(dst_push), .dst_o(dst_beat),
    .idx_valid_i(v6 && ((pool && last6) || zs)), .idx_i(out_idx),
    .half_valid_i(planes_push || (v6 && is_update && master && pass == 2'd0)), .low_i(out_low), .idx_push_o(idx_push), .idx_o(idx_beat));

  curta_vstream_wr #(.T(T), .BUS(BUS), .LogDst(6), .LogIdx(5), .Trace(Trace)) u_out (
    .clk_i(clk_i), .rst_ni(rst_ni), .clr_i(!rst_ni || go), .abort_i(abort),
    .dst_beats_i(is_loss ? 8'd1 : (wide_dst && !planes) || upd ? Beats4 : Beats1), .idx_beats_i(is_update || planes ? Beats2 : Beats1),
    .idx_used_i(has_idx), .rows_i(is_loss),
    .addr_valid_i(to_out), .addr_ready_o(out_ready), .addr_idx_i(q_kind[0]), .addr_i(q_addr),
    .room_o(room), .soon_o(room_soon), .take_i(issue_take || loss_take), .dst_push_i(dst_push), .dst_i(dst_beat), .idx_push_i(idx_push),
    .idx_i(idx_beat),
    .wr_valid_o(wr_valid_o), .wr_ready_i(wr_ready_i), .wr_addr_o(wr_addr_o), .wr_beats_o(wr_beats_o),
    .wd_valid_o(wd_valid_o), .wd_ready_i(wd_ready_i), .wd_data_o(wd_data_o), .wd_strb_o(wd_strb_o),
    .wd_last_o(wd_last_o), .wb_valid_i(wb_valid_i), .wait_o(wr_wait), .idle_o(wr_idle), .check_o(beat_sum));

  // ---------------------------------------------------------------- LOSS
  curta_loss #(.T(T), .BUS(BUS)) u_loss (
    .clk_i(clk_i), .clr_i(!rst_ni || abort), .start_i(start && to_loss), .busy_o(loss_busy),
    .run_i(run), .mode_i(mode), .rss_i(w22_q[`CURTA_LOSS_RSS]), .target_i(w22_q[`CURTA_LOSS_TARGET]), .wrap_o(flag_wrap_o), .e_i(loss_exp), .mem_size_i(mem_size_i), .cfg_raddr_o(loss_cfg), .cfg_rdata_i(cfg),
    .req_valid_o(loss_valid), .req_ready_i(loss_ready), .req_kind_o(loss_kind), .req_addr_o(loss_addr),
    .err_o(loss_err), .err_info_o(loss_info),
    .src_valid_i(src_beat_valid), .src_i(src_beat), .src_pop_o(src_beat_pop),
    .aux_valid_i(aux_beat_valid), .aux_i(aux_beat), .aux_pop_o(aux_beat_pop),
    .room_i(room), .take_o(loss_take), .push_o(loss_push), .beat_o(loss_beat),
    .rand_start_o(loss_rand), .rand_index_o(loss_index), .rand_ready_i(rand_ready), .rand_i(r[3:0]), .hits_o(hits));
endmodule
`default_nettype wire
