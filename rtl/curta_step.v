// SPDX-License-Identifier: Apache-2.0
// curta_step - step generator and exchange schedule of GEMM: one array step a cycle
// Law    visit -> (T/R)(T/C) subvisits, one for each R x C part of the tile; each runs the loops ky, kx, kc and the V-groups of K.
//        An exchange is R slots, one row each: out goes the subvisit before, in comes the start value of the next; the slot
//        of row 0 is the swap, in the cycle of the first step of the next subvisit.  After the last one follow a swap
//        without operands (flush) and the slots that drain it.  GATHER: the steps are the groups of a list.
//          subvisit j:      steps ......................      swap j+1
//          exchange:   swap j | slots R-1 .. 1 (shift) | wait | slot 0
// Timing the outputs describe cycle 0 of a pipeline (curta_matrix) that is never stopped: array, memory and exchange follow
//        with fixed delays, therefore waiting is decided here alone.
// Resets state.  The chain is zero after a complete command, unknown after reset: then R - 1 shifts precede the first swap.
//        A command without guard bits leaves theirs as they were: with them the shifts always come first.
`include "curta_spec.vh"
`default_nettype none
module curta_step #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // command
  input  wire [21*32-1:0] cfg_i,             // words 0..20, sampled by go
  input  wire             go_i,
  output reg              active_o,          // from go until the last drain slot has been issued
  // visit
  input  wire             visit_valid_i,
  output wire             visit_ready_o,
  input  wire [15:0]      visit_a_i,
  input  wire [15:0]      visit_b_i,
  input  wire [15:0]      visit_p_i,
  input  wire [15:0]      visit_ny_i,
  input  wire [15:0]      visit_nx_i,
  input  wire [31:0]      visit_lo_i,
  input  wire [15:0]      visit_len_i,
  input  wire             visit_empty_i,
  input  wire             visit_last_i,
  // step, cycle 0
  output wire             op_o,              // multiply these operands
  output wire             acc_o,             // accumulate (op, or a swap alone)
  output wire             swap_o,
  output wire             check_p_o,         // first step of a visit: p_o is used
  output wire [15:0]      a_o,
  output wire [15:0]      b_o,
  output wire [15:0]      p_o,
  output wire [7:0]       agroup_o,
  output wire [7:0]       bgroup_o,
  output wire [7:0]       kgroup_o,
  output reg  [63:0]      window_o,          // {x_n, x_lo, y_n, y_lo} of the visit
  // exchange, cycle 0
  output wire             shift_o,
  output wire             in_o,              // read the start values
  output wire [31:0]      in_addr_o,         // word of C sums
  output wire             out_o,             // write results
  output wire [31:0]      out_addr_o,
  output wire             end_o,             // with the last result of the command
  // counters
  output wire             drain_o            // waits for an exchange
);
  localparam integer GaInt = T/R - 1, GbInt = T/C - 1, KkInt = T/V - 1, RowInt = R - 1;
  localparam [7:0] GaEnd = GaInt[7:0], GbEnd = GbInt[7:0], KkEnd = KkInt[7:0], RowEnd = RowInt[7:0];

  // ---- command: what the steps need after the walk has finished
  wire [31:0] w5 = cfg_i[32*5 +: 32], w9 = cfg_i[32*9 +: 32], w11 = cfg_i[32*11 +: 32], w12 = cfg_i[32*12 +: 32];
  wire [31:0] w14 = cfg_i[32*14 +: 32], w15 = cfg_i[32*15 +: 32];
  wire [31:0] w20 = cfg_i[32*20 +: 32];
  wire [15:0] klast = w9[`CURTA_GEMM_KLAST];
  wire [31:0] klast_end = ({16'd0, klast} - 32'd1) / V;
  reg         keep_q;                        // ACC
  reg         gather_q;
  reg  [15:0] nkc_q, a_sky_q, a_skx_q, a_skc_q, b_sky_q, b_skx_q, b_skc_q;
  reg         nkc_one_q;
  reg  [7:0]  klast_q;                       // last V-group of the last contraction tile

  always @(posedge clk_i)
    if (go_i) begin
      keep_q  <= w5[18];
      gather_q <= w20[`CURTA_GEMM_GATHER];
      nkc_q   <= w9[`CURTA_GEMM_NKC];
      nkc_one_q <= w9[`CURTA_GEMM_NKC] == 16'd1;
      a_sky_q <= w11[`CURTA_GEMM_A_SKY];  a_skx_q <= w12[`CURTA_GEMM_A_SKX];  a_skc_q <= w12[`CURTA_GEMM_A_SKC];
      b_sky_q <= w14[`CURTA_GEMM_B_SKY];  b_skx_q <= w15[`CURTA_GEMM_B_SKX];  b_skc_q <= w15[`CURTA_GEMM_B_SKC];
      if (w20[`CURTA_GEMM_GATHER]) {a_skc_q, b_skc_q} <= {16'd0, 16'd1};
    end

  localparam LogK = $clog2(T/V);
  wire [15:0] list_last  = visit_len_i - 16'd1;                // group of a list
  wire [15:0] list_upper = list_last >> LogK;

  // ---- the step in hand
  reg         valid_q, first_q, op_q, flush_q, new_q;          // new: first subvisit of its visit
  reg  [15:0] a_q, a_x_q, a_y_q, b_q, b_x_q, b_y_q, p_q;       // _x, _y: address at the start of this kx, ky
  reg  [15:0] kc_q, kx_q, ky_q, nx_q;                          // iterations left
  reg         kc_one_q, kx_one_q, ky_one_q, nx_one_q;          // one is left: the longest paths begin here
  reg  [7:0]  kk_q, ga_q, gb_q;                                // as all counts of parts of a tile: no bit above its last value
  // ---- the next subvisit (of the visit at the input), and the end
  reg  [7:0]  next_ga_q, next_gb_q;
  reg         taken_q;                       // the last subvisit of the last visit has been taken
  reg         flushed_q;

  wire kc_end   = kc_one_q;
  wire kk_end   = kk_q == (kc_end ? klast_q : KkEnd);
  wire x_end    = kk_end && kc_end && kx_one_q;
  wire sub_end  = !op_q || (x_end && ky_one_q);

  // ---- exchange
  reg  [7:0]  slot_q;                        // row of the next slot; 0: only the swap is missing
  reg         cur_valid_q, out_valid_q;
  reg  [15:0] cur_p_q, out_p_q;
  reg  [7:0]  cur_ga_q, cur_gb_q, out_ga_q, out_gb_q;

  wire issue    = valid_q && (!first_q || slot_q == 8'd0);
  wire swap     = issue && first_q;
  wire waiting  = valid_q && first_q;        // the subvisit that will be swapped in is already in hand
  wire known    = waiting || visit_valid_i || taken_q;
  wire slot     = active_o && slot_q != 8'd0 && (known || !keep_q);
  wire final_   = flushed_q && slot_q == 8'd0;
  wire in_some  = waiting ? !flush_q : visit_valid_i && !taken_q;
  wire [15:0] in_p  = waiting ? p_q  : visit_p_i;
  wire [7:0]  in_ga = waiting ? ga_q : next_ga_q;
  wire [7:0]  in_gb = waiting ? gb_q : next_gb_q;

  // ---- taking the next subvisit
  wire hand_free = !valid_q || (issue && sub_end);
  wire take      = active_o && hand_free && visit_valid_i && !taken_q;
  wire part_end  = next_gb_q == GbEnd && next_ga_q == GaEnd;
  wire take_last = take && part_end && visit_last_i;
  assign visit_ready_o = take && part_end;

  reg [15:0] a_next, b_next;
  always @*
    if (!x_end) begin
      a_next = (kc_end ? a_x_q : a_q) + (kc_end ? a_skx_q : a_skc_q);
      b_next = (kc_end ? b_x_q : b_q) + (kc_end ? b_skx_q : b_skc_q);
    end else begin
      a_next = a_y_q + a_sky_q;
      b_next = b_y_q + b_sky_q;
    end

  always @(posedge clk_i) begin
    if (go_i) klast_q <= klast_end[7:0] & KkEnd;
    else if (take && gather_q) klast_q <= list_last[7:0] & KkEnd;
    if (take) begin
      a_q <= visit_a_i;  a_x_q <= visit_a_i;  a_y_q <= visit_a_i;
      b_q <= visit_b_i;  b_x_q <= visit_b_i;  b_y_q <= visit_b_i;
      p_q <= visit_p_i;
      ga_q <= next_ga_q;
      gb_q <= next_gb_q;
      kk_q <= 8'd0;
      kc_q <= gather_q ? list_upper + 16'd1 : nkc_q;
      kx_q <= gather_q ? 16'd1 : visit_nx_i;
      nx_q <= visit_nx_i;
      ky_q <= gather_q ? 16'd1 : visit_ny_i;
      kc_one_q <= gather_q ? list_upper == 16'd0 : nkc_one_q;
      kx_one_q <= gather_q || visit_nx_i == 16'd1;
      nx_one_q <= visit_nx_i == 16'd1;
      ky_one_q <= gather_q || visit_ny_i == 16'd1;
      window_o <= {visit_nx_i, visit_lo_i[31:16], visit_ny_i, visit_lo_i[15:0]};
      op_q <= !visit_empty_i;
      new_q <= next_ga_q == 8'd0 && next_gb_q == 8'd0;
    end else if (issue && op_q) begin
      kk_q <= kk_end ? 8'd0 : (kk_q + 8'd1) & KkEnd;
      if (kk_end) begin
        a_q  <= a_next;
        b_q  <= b_next;
        kc_q <= kc_end ? nkc_q : kc_q - 16'd1;
        kc_one_q <= kc_end ? nkc_one_q : kc_q == 16'd2;
        if (kc_end) begin
          a_x_q <= a_next;
          b_x_q <= b_next;
          kx_q  <= x_end ? nx_q : kx_q - 16'd1;
          kx_one_q <= x_end ? nx_one_q : kx_q == 16'd2;
        end
        if (x_end) begin
          a_y_q <= a_next;
          b_y_q <= b_next;
          ky_q  <= ky_q - 16'd1;
          ky_one_q <= ky_q == 16'd2;
        end
      end
      if (sub_end) op_q <= 1'b0;             // a flush may follow: it has no operands
    end

    if (!rst_ni) begin
      valid_q <= 1'b0;
      first_q <= 1'b0;
      flush_q <= 1'b0;
    end else if (take) begin
      valid_q <= 1'b1;
      first_q <= 1'b1;
      flush_q <= 1'b0;
    end else if (issue) begin
      valid_q <= !sub_end || (taken_q && !flush_q);
      first_q <= sub_end;
      flush_q <= sub_end && taken_q && !flush_q;
    end

    if (take) begin
      next_gb_q <= next_gb_q == GbEnd ? 8'd0 : (next_gb_q + 8'd1) & GbEnd;
      if (next_gb_q == GbEnd) next_ga_q <= part_end ? 8'd0 : (next_ga_q + 8'd1) & GaEnd;
    end
    if (go_i) begin
      next_ga_q <= 8'd0;
      next_gb_q <= 8'd0;
    end
  end

  // ---- exchange and life of the command
  reg zero_q;                                // the chain is zero
  always @(posedge clk_i) begin
    if (slot) slot_q <= (slot_q - 8'd1) & RowEnd;
    if (swap) begin
      slot_q      <= RowEnd;
      out_p_q     <= cur_p_q;  out_ga_q <= cur_ga_q;  out_gb_q <= cur_gb_q;
      cur_p_q     <= p_q;      cur_ga_q <= ga_q;      cur_gb_q <= gb_q;
      out_valid_q <= cur_valid_q;
      cur_valid_q <= !flush_q;
      if (flush_q) flushed_q <= 1'b1;
    end
    if (take_last) taken_q <= 1'b1;
    if (final_) begin
      active_o  <= 1'b0;
      flushed_q <= 1'b0;
      zero_q    <= 1'b1;
    end
    if (go_i) begin
      active_o    <= 1'b1;
      taken_q     <= 1'b0;
      cur_valid_q <= 1'b0;
      out_valid_q <= 1'b0;
      zero_q      <= 1'b0;
      slot_q      <= zero_q && !w5[18] && !w20[8] ? 8'd0 : RowEnd;
    end
    if (!rst_ni) begin
      active_o  <= 1'b0;
      flushed_q <= 1'b0;
      taken_q   <= 1'b0;
      zero_q    <= 1'b0;
    end
  end

  // word of the row slot_q of a part of tile p: its fields lie beside each other
  function [31:0] word(input [15:0] p, input [7:0] ga, input [7:0] gb);
    word = {16'd0, p} * (T/C*T) | {24'd0, ga & GaEnd} * (T/C*R) | {24'd0, slot_q & RowEnd} * (T/C) | {24'd0, gb & GbEnd};
  endfunction

  assign op_o       = issue && op_q;
  assign acc_o      = issue;
  assign swap_o     = swap;
  assign check_p_o  = swap && !flush_q && new_q;
  assign a_o        = a_q;
  assign b_o        = b_q;
  assign p_o        = p_q;
  assign agroup_o   = ga_q;
  assign bgroup_o   = gb_q;
  assign kgroup_o   = kk_q;
  assign shift_o    = slot;
  assign in_o       = keep_q && in_some && (slot || swap);
  assign in_addr_o  = word(in_p, in_ga, in_gb);
  assign out_o      = out_valid_q && (slot || swap || final_);
  assign out_addr_o = word(out_p_q, out_ga_q, out_gb_q);
  assign end_o      = final_;
  assign drain_o    = active_o && !op_o && (flush_q || flushed_q || (waiting && !swap));
  wire unused = &{1'b0, cfg_i, klast_end, w5, w11[15:0], w14[15:0], w20};
endmodule
`default_nettype wire
