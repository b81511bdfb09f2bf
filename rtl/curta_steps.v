// SPDX-License-Identifier: Apache-2.0
// curta_steps - visits, steps and exchange of a GEMM: curta_walk and curta_step, with GATHER a cycle later
//   What the rows of a step are is read in the cycle in which curta_step names it; therefore a step, and with it the whole
//   exchange, then happens one cycle later.
// Timing   the outputs describe cycle 0 of a pipeline that is never stopped (curta_matrix).
// Resets   the control.
`include "curta_spec.vh"
`default_nettype none
module curta_steps #(
  parameter T = 8, parameter R = 8, parameter C = 8, parameter V = 2,
  parameter Paw = 11                         // bits of an address of the accumulator memory
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // command
  input  wire [21*32-1:0] cfg_i,             // words 0..20, stable from go until walk_done_o
  input  wire             go_i,
  output wire             walk_done_o,       // level: the configuration is no longer needed
  output wire             active_o,          // from go until the last drain slot has been issued
  // length of the list at a tile of B, a cycle later
  output wire             list_re_o,
  output wire [15:0]      list_o,
  input  wire [15:0]      list_len_i,
  // what a group of rows is: a cycle before its step
  output wire             index_re_o,
  output wire [15:0]      index_b_o,
  output wire [7:0]       index_k_o,
  // step: as curta_step says
  output wire             op_o,
  output wire             acc_o,
  output wire             swap_o,
  output wire             check_p_o,
  output wire [15:0]      a_o,
  output wire [15:0]      b_o,
  output wire [15:0]      p_o,
  output wire [7:0]       agroup_o,
  output wire [7:0]       bgroup_o,
  output wire [7:0]       kgroup_o,
  output wire [63:0]      window_o,
  // exchange
  output wire             shift_o,
  output wire             in_o,
  output wire [Paw-1:0]   in_addr_o,
  output wire             out_o,
  output wire [Paw-1:0]   out_addr_o,
  output wire             end_o,
  output wire             drain_o
);
  wire        valid, ready, empty, last;
  wire [15:0] a, b, p, ny, nx, len;
  wire [31:0] lo;
  curta_walk u_walk (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .go_i(go_i), .done_o(walk_done_o),
    .visit_valid_o(valid), .visit_ready_i(ready), .visit_a_o(a), .visit_b_o(b), .visit_p_o(p),
    .visit_ny_o(ny), .visit_nx_o(nx), .visit_lo_o(lo), .visit_len_o(len), .visit_empty_o(empty), .visit_last_o(last),
    .list_re_o(list_re_o), .list_o(list_o), .list_len_i(list_len_i)
  );

  wire        op, acc, swap, check_p, shift, in, out, final_;
  wire [15:0] step_a, step_b, step_p;
  wire [7:0]  agroup, bgroup, kgroup;
  wire [31:0] in_addr, out_addr;
  wire [63:0] window;
  curta_step #(.T(T), .R(R), .C(C), .V(V)) u_step (
    .clk_i(clk_i), .rst_ni(rst_ni), .cfg_i(cfg_i), .go_i(go_i), .active_o(active_o),
    .visit_valid_i(valid), .visit_ready_o(ready), .visit_a_i(a), .visit_b_i(b), .visit_p_i(p),
    .visit_ny_i(ny), .visit_nx_i(nx), .visit_lo_i(lo), .visit_len_i(len), .visit_empty_i(empty), .visit_last_i(last),
    .op_o(op), .acc_o(acc), .swap_o(swap), .check_p_o(check_p), .a_o(step_a), .b_o(step_b), .p_o(step_p),
    .agroup_o(agroup), .bgroup_o(bgroup), .kgroup_o(kgroup), .window_o(window),
    .shift_o(shift), .in_o(in), .in_addr_o(in_addr), .out_o(out), .out_addr_o(out_addr), .end_o(final_), .drain_o(drain_o)
  );

  wire [31:0] w20 = cfg_i[32*20 +: 32];
  localparam Sw = 8 + 3*16 + 3*8 + 64 + 2*Paw;
  wire [Sw-1:0] now = {op, acc, swap, check_p, shift, in, out, final_, step_a, step_b, step_p, agroup, bgroup, kgroup, window,
                       in_addr[Paw-1:0], out_addr[Paw-1:0]};
  reg  [Sw-1:0] late_q;
  reg           gather_q;
  always @(posedge clk_i) begin
    if (go_i) gather_q <= w20[`CURTA_GEMM_GATHER];
    if (gather_q) late_q <= now & {Sw{rst_ni}};
    else          late_q[Sw-1 -: 8] <= 8'd0;
  end
  assign {op_o, acc_o, swap_o, check_p_o, shift_o, in_o, out_o, end_o, a_o, b_o, p_o, agroup_o, bgroup_o, kgroup_o, window_o, in_addr_o,
          out_addr_o} = gather_q ? late_q : now;
  assign index_re_o = op && gather_q;
  assign index_b_o  = step_b;
  assign index_k_o  = kgroup;
  wire unused = &{1'b0, in_addr, out_addr, w20};
endmodule
`default_nettype wire
