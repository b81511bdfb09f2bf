// SPDX-License-Identifier: Apache-2.0
// curta_vnitro - between requantiser and post: quotients, NITRO-ReLU, and what goes along with a group
//   requant -> [curta_vquot] -> curta_vact -> post (MAP);   requant -> curta_vquot -> curta_vweight -> write stream (UPDATE NITRO)
//   Along with a group go its tag {last3, last0, hole}, whether it is of a later pass, and where its mask lets values pass.
// Timing   behind the requantiser 1 cycle, with quotients 5 (6 where they take two cycles).
// Resets   valid flags, positions (clr_i).
`default_nettype none
module curta_vnitro #(
  parameter C = 8,               // lanes
  parameter BUS = 8,             // bytes of a beat
  parameter LogG = 3             // log2 of the groups of a tile
) (
  input  wire             clk_i,
  input  wire             clr_i,
  // Command
  input  wire             nitro_i,        // MAP through curta_vact
  input  wire             div_i,          // with quotients
  input  wire             upd_i,          // UPDATE NITRO
  input  wire             act_i,          // NITRO-ReLU
  input  wire             acc_i,          // groups enter from the accumulator memory
  input  wire             two_i,          // cycles of a quotient: two, else one
  input  wire [1:0]       slope_i,
  input  wire [7:0]       mean_i,
  input  wire [4:0]       div_s_i,
  input  wire [4:0]       div_t_i,
  input  wire [23:0]      div_m_i,
  input  wire [9:0]       rate_i, eta_i,   // {T, s} and M of UPDATE
  input  wire [23:0]      rate_m_i, eta_m_i,
  // Groups
  input  wire             fire_i,         // one enters
  input  wire             ld_acc_i,       // one comes out of the accumulator memory
  input  wire [2:0]       tag_i,
  input  wire             later_i,
  input  wire             v1_i, v2_i, v3_i, v4_i, v5_i,   // stages of the requantiser
  output wire [4:0]       shift_o,        // a cycle before v1_i: shift in front of the product
  input  wire [32*C-1:0]  x_i,
  input  wire [24*C-1:0]  u_i,            // with v5_i
  input  wire [C-1:0]     big_i, neg_i,
  input  wire [8*C-1:0]   y_i,
  input  wire [16*C-1:0]  aux_i,
  // Post
  output wire             pre_o,          // valid_o of the next cycle
  output wire             valid_o,
  output wire [8*C-1:0]   y_o,
  output wire [8*C-1:0]   v_o,            // before the activation
  output wire [2*C-1:0]   class_o,
  output wire [C-1:0]     pass_o,         // where the mask lets values pass
  output wire [2:0]       tag_o,
  // Weights: tile memory, beats
  output wire             re_o,
  output wire [LogG-1:0]  raddr_o,
  input  wire [32*C-1:0]  rdata_i,
  output wire             we_o,
  output wire [LogG-1:0]  waddr_o,
  output wire [32*C-1:0]  wdata_o,
  output wire             push_o,
  output wire [8*BUS-1:0] beat_o,
  output wire             flag_weight_o,
  output wire             busy_o
);
  // What the command says, near its many readers: it stands long before the first group.
  reg             nitro_q, div_q, upd_q, act_q, acc_q, two_q;
  always @(posedge clk_i) {nitro_q, div_q, upd_q, act_q, acc_q, two_q} <= {nitro_i, div_i, upd_i, act_i, acc_i, two_i};

  wire            quot_last, quot_sum, quot_done, quot_valid, quot_busy, act_valid, weight_busy, act_in;
  wire [25*C-1:0] quot_q;
  wire [C-1:0]    quot_neg;
  wire [8*C-1:0]  quot_y, act_a;

  // ---- along: register k is valid in stage k; behind stage 5 the quotient takes it, a to d
  reg  [3:0]      along0_q, along1_q, along2_q, along3_q, along4_q, along5_q;
  reg  [C+2:0]    a_q, b_q, c_q, d_q;        // {tag, pass}
  reg  [2:0]      tag_o_q;
  reg  [C-1:0]    pass5, pass_o_q;
  integer         i;

  always @* begin
    pass5 = 0;
    if (nitro_q)
      for (i = 0; i < C; i = i + 1) pass5[i] = !aux_i[16*i + 7] && aux_i[16*i +: 7] != 7'd0;
  end
  assign pass_o = pass_o_q;

  always @(posedge clk_i) begin
    if (fire_i)   along0_q <= {tag_i, later_i};
    if (ld_acc_i) along1_q <= along0_q;
    else if (fire_i && (!acc_q || upd_q)) along1_q <= {tag_i, later_i};   // the passes of UPDATE enter in different ways
    if (v1_i)     along2_q <= along1_q;
    if (v2_i)     along3_q <= along2_q;
    if (v3_i)     along4_q <= along3_q;
    if (v4_i)     along5_q <= along4_q;
    if (quot_last) a_q <= {along5_q[3:1], pass5};
    b_q <= a_q;
    c_q <= b_q;
    if (quot_done) d_q <= c_q;
    if (act_in) {tag_o_q, pass_o_q} <= div_q ? d_q : {along5_q[3:1], pass5};
  end
  assign tag_o = nitro_q ? tag_o_q : along5_q[3:1];

  // ---- quotients
  // of the group that enters the lanes in the next cycle: its pass, unless it comes out of the accumulator memory now
  wire eta1 = ld_acc_i ? along0_q[0] : later_i, eta5 = along5_q[0];
  wire eta  = v4_i ? along4_q[0] : eta5;                                       // of the group that is there in the next cycle
  assign shift_o = !upd_q ? div_s_i : eta1 ? eta_i[4:0] : rate_i[4:0];
  curta_vquot #(.C(C)) u_quot (
    .clk_i(clk_i), .clr_i(clr_i), .wide_i(two_q), .first_i(v4_i), .m_i(!upd_q ? div_m_i : eta ? eta_m_i : rate_m_i),
    .t_i(!upd_q ? div_t_i : eta5 ? eta_i[9:5] : rate_i[9:5]),
    .valid_i(v5_i && (div_q || upd_q)), .u_i(u_i), .big_i(big_i), .neg_i(neg_i), .last_o(quot_last), .sum_o(quot_sum), .done_o(quot_done),
    .q_o(quot_q), .neg_o(quot_neg), .valid_o(quot_valid), .y_o(quot_y), .busy_o(quot_busy));

  curta_vweight #(.C(C), .BUS(BUS), .LogG(LogG)) u_weight (
    .clk_i(clk_i), .clr_i(clr_i), .run_i(upd_q), .v2_i(v2_i), .v4_i(v4_i), .v5_i(v5_i), .second_i(eta5), .x_i(x_i), .sum_i(quot_sum), .done_i(quot_done),
    .q_i(quot_q), .neg_i(quot_neg), .re_o(re_o), .raddr_o(raddr_o), .rdata_i(rdata_i), .we_o(we_o),
    .waddr_o(waddr_o), .wdata_o(wdata_o), .push_o(push_o), .beat_o(beat_o), .flag_o(flag_weight_o), .busy_o(weight_busy));

  // ---- activation
  assign act_in = nitro_q && (div_q ? quot_valid : v5_i);
  curta_vact #(.C(C)) u_act (
    .clk_i(clk_i), .clr_i(clr_i), .act_i(act_q), .slope_i(slope_i), .mean_i(mean_i), .valid_i(act_in),
    .v_i(div_q ? quot_y : y_i), .hole_i(div_q ? d_q[C] : along5_q[1]), .valid_o(act_valid), .v_o(v_o), .a_o(act_a), .class_o(class_o));
  assign pre_o   = nitro_q ? act_in : v4_i && !upd_q;
  assign valid_o = nitro_q ? act_valid : v5_i && !upd_q;
  assign y_o     = nitro_q ? act_a : y_i;
  assign busy_o  = quot_busy || act_valid || weight_busy;
endmodule
`default_nettype wire
