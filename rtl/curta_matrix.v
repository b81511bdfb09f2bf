// SPDX-License-Identifier: Apache-2.0
// curta_matrix - the GEMM engine: operand buffers, walker, array, exchange with the accumulator memory
// Law    docs/machine.md section 4.  RANGE is reported for the first tile that is used out of range, in the order: p of the
//        visit, then for each step x_A before x_B.
// Golden curta_golden_gemm
// Timing a pipeline that never stops (curta_step decides all waiting):
//        0 step | 1 buffer address; range check | 2 bank words | 3 the same, rotated | 4 operands; read of start values
//        5 products; start values | 6 pair sums -> accumulate / swap / shift; drained row | 7 write of results, OR, check
//        GATHER: everything a cycle later, since the index of a step's rows is read first.
//        One command after the other: configuration of the next may be written while cfg_ready_o.
// Resets all control; data paths are loaded before they are used.
`include "curta_spec.vh"
`default_nettype none
module curta_matrix #(
  parameter T = 8,                           // side of a tile, 4..64, a power of two as all that follow
  parameter R = 8,                           // array rows, divides T
  parameter C = 8,                           // array columns, divides T
  parameter V = 2,                           // products a cell, divides T
  parameter BUS = 8,                         // bytes a write beat: T, or 2T if min(R,C,V) >= 2
  parameter A_TILES = 1024,                  // operand buffer A, tiles
  parameter B_TILES = 1024,                  // operand buffer B, tiles
  parameter P_TILES = 256,                   // accumulator memory, tiles
  parameter DIGIT = 18,                      // bits of an element of operand buffer B, 9..18
  parameter Trace = 1                        // 1: compute check_o and busy_o
) (
  input  wire                             clk_i,
  input  wire                             rst_ni,
  // engine interface
  input  wire                             cfg_valid_i,
  input  wire [3:0]                       cfg_index_i,
  input  wire [63:0]                      cfg_data_i,
  output wire                             cfg_ready_o,
  input  wire                             go_i,
  output wire                             done_o,
  output wire [7:0]                       error_o,
  output wire [31:0]                      error_info_o,
  output wire [31:0]                      check_o,
  output wire [31:0]                      busy_o,
  input  wire                             stop_i,
  output wire                             idle_o,
  output wire                             flag_o,       // pulse: a final sum is no int32
  // operand buffer write
  input  wire                             buf_we_i,
  input  wire                             buf_sel_i,
  input  wire [BUS/T-1:0]                 buf_rows_i,   // rows of the beat
  input  wire [15:0]                      buf_tile_i,
  input  wire [7:0]                       buf_beat_i,
  input  wire [8*BUS-1:0]                 buf_data_i,
  input  wire                             buf_wide_i,   // the tile has elements of DIGIT bits (buffer B)
  input  wire [(DIGIT-8)*BUS-1:0]         buf_high_i,   // their upper bits
  // lists
  input  wire [V-1:0]                     row_we_i,
  input  wire [31:0]                      row_group_i,
  input  wire [40:0]                      row_i,
  input  wire                             len_we_i,
  input  wire [15:0]                      len_tile_i,
  input  wire [15:0]                      len_i,
  // accumulator memory
  output wire                             mx_re_o,
  output wire [$clog2(P_TILES*T*T/C)-1:0] mx_raddr_o,
  input  wire [32*C-1:0]                  mx_rdata_i,
  output wire                             mx_we_o,
  output wire [$clog2(P_TILES*T*T/C)-1:0] mx_waddr_o,
  output wire [32*C-1:0]                  mx_wdata_o,
  input  wire [4*C-1:0]                   mx_rguard_i,
  output wire [4*C-1:0]                   mx_wguard_o,
  // scale register
  output wire                             or_soon_o,    // or_valid_o in the next cycle
  output reg                              or_valid_o,
  output wire [5:0]                       or_addr_o,
  output wire                             or_keep_o,
  output wire [31:0]                      or_value_o,
  input  wire                             or_ready_i,
  input  wire [31:0]                      or_result_i,  // value written, one cycle after valid && ready
  // counters
  output wire                             st_active_o,
  output wire                             st_busy_o,
  output wire                             st_drain_o
);
  localparam Paw = $clog2(P_TILES*T*T/C);

  reg  failed_q, halt_q;
  always @(posedge clk_i) halt_q <= !rst_ni || stop_i;
  wire rst_n = !halt_q && !failed_q;             // of walker and step generator

  // ---- configuration
  reg [21*32-1:0] cfg_q;
  reg             a_turn_q, b_turn_q, final_q, or_keep_q, guard_q, gather_q;
  reg             start_shl_q;
  reg [5:0]       or_reg_q;
  wire            walk_done;
  integer         w;
  assign cfg_ready_o = walk_done && !go_i;

  wire [31:0] w5 = cfg_q[32*5 +: 32], w20 = cfg_q[32*20 +: 32];
  always @(posedge clk_i) begin
    for (w = 4; w < 21; w = w + 1)
      if (cfg_valid_i && {28'd0, cfg_index_i} == w / 2) cfg_q[32*w +: 32] <= cfg_data_i[32*(w % 2) +: 32];
    cfg_q[127:0] <= 128'd0;                  // words 0..3 are the queue's
    if (go_i) begin
      a_turn_q  <= w5[`CURTA_GEMM_A_T];
      b_turn_q  <= w5[`CURTA_GEMM_B_T];
      final_q   <= w5[`CURTA_GEMM_FINAL];
      or_reg_q  <= w5[`CURTA_GEMM_OR_REG];
      or_keep_q <= w5[`CURTA_GEMM_OR_KEEP];
      gather_q    <= w20[`CURTA_GEMM_GATHER];
      guard_q     <= w20[`CURTA_GEMM_GUARD];
      start_shl_q <= w20[`CURTA_GEMM_START_SHL];
    end
  end

  // ---- visits and steps
  wire           step_active, step_drain, op, acc, swap, check_p, shift, in, out, last, index_re, list_re;
  wire [15:0]    tile_a, tile_b, tile_p, list, list_len, index_b;
  wire [7:0]     agroup, bgroup, kgroup, index_k;
  wire [63:0]    window;
  wire [Paw-1:0] in_addr, out_addr;
  curta_steps #(.T(T), .R(R), .C(C), .V(V), .Paw(Paw)) u_steps (
    .clk_i(clk_i), .rst_ni(rst_n), .cfg_i(cfg_q), .go_i(go_i), .walk_done_o(walk_done), .active_o(step_active),
    .list_re_o(list_re), .list_o(list), .list_len_i(list_len), .index_re_o(index_re), .index_b_o(index_b), .index_k_o(index_k),
    .op_o(op), .acc_o(acc), .swap_o(swap), .check_p_o(check_p), .a_o(tile_a), .b_o(tile_b), .p_o(tile_p),
    .agroup_o(agroup), .bgroup_o(bgroup), .kgroup_o(kgroup), .window_o(window),
    .shift_o(shift), .in_o(in), .in_addr_o(in_addr), .out_o(out), .out_addr_o(out_addr), .end_o(last), .drain_o(step_drain)
  );

  // ---- control pipeline: bit n of each is the value of cycle n
  reg [3:1]     op_q;
  reg [6:1]     acc_q, swap_q;
  reg [4:1]     shift_q;
  reg           take_q, zero_q;              // of cycle 5: swap or shift, with a start value or 0
  reg           move_q;                      // of cycle 6: swap or shift, one register for all of the array
  reg [7:1]     out_q;
  reg [4:1]     in_q;
  reg [8:1]     last_q;
  reg [Paw-1:0] in_addr1_q, in_addr2_q, in_addr3_q, in_addr4_q;
  reg [Paw-1:0] out_addr1_q, out_addr2_q, out_addr3_q, out_addr4_q, out_addr5_q, out_addr6_q, out_addr7_q;
  reg           check_p1_q;
  reg [15:0]    tile_b1_q, tile_p1_q;
  wire          run_n = !halt_q;

  always @(posedge clk_i) begin
    op_q    <= {3{run_n}} & {op_q[2:1], op};
    acc_q   <= {6{run_n}} & {acc_q[5:1], acc};
    swap_q  <= {6{run_n}} & {swap_q[5:1], swap};
    shift_q <= {4{run_n}} & {shift_q[3:1], shift};
    take_q  <= run_n && (swap_q[4] || shift_q[4]);
    zero_q  <= run_n && (swap_q[4] || shift_q[4]) && !in_q[4];
    move_q  <= run_n && take_q;
    in_q    <= {4{run_n}} & {in_q[3:1], in};
    out_q   <= {7{run_n}} & {out_q[6:1], out};
    last_q  <= {8{run_n}} & {last_q[7:1], last};
    in_addr1_q  <= in_addr;
    in_addr2_q  <= in_addr1_q;
    in_addr3_q  <= in_addr2_q;
    in_addr4_q  <= in_addr3_q;
    out_addr1_q <= out_addr;
    out_addr2_q <= out_addr1_q;
    out_addr3_q <= out_addr2_q;
    out_addr4_q <= out_addr3_q;
    out_addr5_q <= out_addr4_q;
    out_addr6_q <= out_addr5_q;
    out_addr7_q <= out_addr6_q;
    check_p1_q  <= run_n && check_p;
    if (acc) begin
      tile_b1_q <= tile_b;
      tile_p1_q <= tile_p;
    end
  end

  // ---- range: cycle 1
  wire bad_p = check_p1_q && {16'd0, tile_p1_q} >= P_TILES;
  wire bad_a;
  wire [15:0] bad_tile_a;
  wire bad_b = op_q[1] && {16'd0, tile_b1_q} >= B_TILES;
  reg [15:0] info_q;
  always @(posedge clk_i)
    if (!failed_q && (bad_p || bad_a || bad_b)) info_q <= bad_p ? tile_p1_q : bad_a && !(gather_q && bad_b) ? bad_tile_a : tile_b1_q;

  // ---- tiles and groups of A, by contraction element
  wire [16*V-1:0] a_tiles;
  wire [8*V-1:0]  a_groups;
  wire [V-1:0]    a_use;
  curta_gather #(.T(T), .V(V), .A_TILES(A_TILES), .B_TILES(B_TILES)) u_gather (
    .clk_i(clk_i), .row_we_i(row_we_i), .row_group_i(row_group_i), .row_i(row_i), .len_we_i(len_we_i), .len_tile_i(len_tile_i), .len_i(len_i),
    .list_re_i(list_re), .list_i(list), .list_len_o(list_len), .re_i(index_re), .b_i(index_b), .group_i(index_k),
    .on_i(gather_q), .op_i(op), .a_i(tile_a), .k_i(kgroup), .window_i(window), .tile_o(a_tiles), .k_o(a_groups),
    .use_o(a_use), .bad_o(bad_a), .bad_tile_o(bad_tile_a)
  );

  // ---- operands: read at cycle 0, here at cycle 3.  Elements of B have DIGIT bits, those of int8 tiles their sign above.
  wire [8*R*V-1:0]     a_operand;
  wire [DIGIT*C*V-1:0] b_operand;
  reg  [DIGIT*BUS-1:0] b_data;
  integer              e;
  always @*
    for (e = 0; e < BUS; e = e + 1)
      b_data[DIGIT*e +: DIGIT] = {buf_wide_i ? buf_high_i[(DIGIT-8)*e +: DIGIT-8] : {DIGIT-8{buf_data_i[8*e + 7]}}, buf_data_i[8*e +: 8]};
  curta_opbuf #(.T(T), .L(R), .V(V), .BUS(BUS), .TILES(A_TILES), .Apart(1)) u_buf_a (
    .clk_i(clk_i), .we_i(buf_we_i && !buf_sel_i), .tile_i(buf_tile_i), .beat_i(buf_beat_i), .rows_i({BUS/T{1'b1}}), .data_i(buf_data_i),
    .re_i(op), .rtile_i(a_tiles), .turn_i(a_turn_q), .lgroup_i(agroup), .kgroup_i(a_groups), .use_i(a_use), .operand_o(a_operand)
  );
  curta_opbuf #(.T(T), .L(C), .V(V), .BUS(BUS), .TILES(B_TILES), .E(DIGIT)) u_buf_b (
    .clk_i(clk_i), .we_i(buf_we_i && buf_sel_i), .tile_i(buf_tile_i), .beat_i(buf_beat_i), .rows_i(buf_rows_i), .data_i(b_data),
    .re_i(op), .rtile_i({V{tile_b}}), .turn_i(b_turn_q), .lgroup_i(bgroup), .kgroup_i({V{kgroup}}), .use_i({V{1'b1}}), .operand_o(b_operand)
  );

  // ---- array and exchange
  reg  [32*C-1:0] start_q, result_q, start;
  reg  [4*C-1:0]  start_guard_q, result_guard_q, start_guard, sign;
  reg             beyond_q;                  // a result is no int32
  wire [32*C-1:0] drain;
  wire [4*C-1:0]  drain_guard;
  integer         n, m;
  /* verilator lint_off BLKSEQ */ // temporaries of the lane loops
  always @(posedge clk_i) begin
    start       = mx_rdata_i;
    start_guard = mx_rguard_i;
    if (start_shl_q)                         // between digits
      for (n = 0; n < C; n = n + 1)
        {start_guard[4*n +: 4], start[32*n +: 32]} = {start_guard[4*n +: 4], start[32*n +: 32]} << DIGIT;
    if (zero_q) begin
      start_q       <= {32*C{1'b0}};
      start_guard_q <= {4*C{1'b0}};
    end else if (take_q) begin
      start_q       <= start;
      start_guard_q <= start_guard;
    end
    if (out_q[6]) begin
      for (m = 0; m < C; m = m + 1) sign[4*m +: 4] = {4{drain[32*m + 31]}};
      result_q       <= drain;
      result_guard_q <= guard_q ? drain_guard : sign;
      beyond_q       <= guard_q && drain_guard != sign;
    end
  end
  /* verilator lint_on BLKSEQ */
  curta_array #(.R(R), .C(C), .V(V), .B(DIGIT)) u_array (
    .clk_i(clk_i), .a_i(a_operand), .b_i(b_operand), .guard_i(guard_q),
    .load_i(op_q[3]), .zero_i(acc_q[3] && !op_q[3]), .mul_i(acc_q[4]), .add_i(acc_q[5]), .acc_i(acc_q[6]), .move_i(move_q), .swap_i(swap_q[6]),
    .start_i(start_q), .start_guard_i(start_guard_q), .drain_o(drain), .drain_guard_o(drain_guard)
  );
  assign mx_re_o    = in_q[4];
  assign mx_raddr_o = in_addr4_q;
  assign mx_we_o    = out_q[7];
  assign mx_waddr_o = out_addr7_q;
  assign mx_wdata_o = result_q;
  assign mx_wguard_o = result_guard_q;
  assign flag_o      = out_q[7] && final_q && beyond_q;

  // ---- life of a command: run, [OR into the scale register], done; or failed, eight cycles to empty the pipeline, done
  localparam [2:0] IDLE = 0, RUN = 1, OR = 2, SUM = 3, DONE = 4, FAIL = 5;
  reg [2:0] state_q, wait_q;
  always @(posedge clk_i) begin
    wait_q <= state_q == FAIL ? wait_q - 3'd1 : 3'd7;
    if (!run_n) begin
      state_q  <= IDLE;
      failed_q <= 1'b0;
    end else case (state_q)
      IDLE:
        if (go_i) state_q <= RUN;
      RUN:
        if (bad_p || bad_a || bad_b) begin
          state_q  <= FAIL;
          failed_q <= 1'b1;
        end else if (last_q[8]) state_q <= final_q ? OR : DONE;
      OR:
        if (or_ready_i) state_q <= SUM;
      SUM:                                   // or_result_i is here
        state_q <= DONE;
      FAIL:
        if (wait_q == 3'd0) state_q <= DONE;
      default: begin
        state_q  <= IDLE;
        failed_q <= 1'b0;
      end
    endcase
  end

  // the state OR, as a register: the port of the scale registers is far
  assign or_soon_o = run_n && (state_q == OR ? !or_ready_i : state_q == RUN && last_q[8] && final_q && !bad_p && !bad_a && !bad_b);
  always @(posedge clk_i) or_valid_o <= or_soon_o;

  assign done_o       = state_q == DONE;
  assign error_o      = failed_q ? `CURTA_ERR_RANGE : `CURTA_ERR_NONE;
  assign error_info_o = failed_q ? {16'd0, info_q} : 32'd0;
  assign idle_o       = state_q == IDLE;
  assign st_active_o  = state_q != IDLE;
  assign st_busy_o    = op;
  assign st_drain_o   = !op && (step_drain || (st_active_o && !step_active));

  // ---- OR of the magnitudes, check, busy: cycle 7
  assign or_addr_o  = or_reg_q;
  assign or_keep_o  = or_keep_q;
  curta_matrix_sum #(.C(C), .Trace(Trace)) u_sum (
    .clk_i(clk_i), .clear_i(go_i), .final_i(final_q),
    .result_valid_i(out_q[7]), .result_addr_i({{32-Paw{1'b0}}, out_addr7_q}), .result_i(result_q),
    .scalar_valid_i(state_q == SUM), .scalar_addr_i(or_reg_q), .scalar_i(or_result_i), .busy_i(op),
    .or_o(or_value_o), .check_o(check_o), .busy_o(busy_o)
  );
  wire unused = &{1'b0, w5, w20};
endmodule
`default_nettype wire
