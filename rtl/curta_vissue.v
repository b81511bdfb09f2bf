// SPDX-License-Identifier: Apache-2.0
// curta_vissue - lets groups into the lanes
//   The lanes never stall: a group enters when its operands are there, the room for its tile of results is reserved
//   and, for stochastic rounding, its draws are ready. A tile passes once for each window position (pooling: read
//   each time, written at the last; scatter: read the first time, written each time).
//   That a group may enter reaches all of VECTOR and stands in a register: it is worked out in the cycle before, for both cases,
//   whether a group enters in that cycle (_f) or none (_s).
//   A copy to int24 stands still instead of rotating, as long as its low halves take to leave.
//   Stepped commands (MASTER, DECAY) send one group at a time through the requantiser up to three times:
//     A  w = psto(wf, FRAC)          only for the decay term of master weights
//     B  g = requant(G')             after the rotations that add the decay term; REDUCE ends here
//     C  psto(wf', FRAC)             master weights
//   Bent copies (bent_i: backward NITRO-ReLU, scattered int32) bend x once it is loaded, a beat a cycle, and rotate it out. Of a scattered
//   tile the later passes load x from the tile memory (keep_i).
//   Quotients (pace_i) of two cycles let a group enter every other cycle. A hole of a padded window reads nothing, or writes nothing.
// Timing   1 group a cycle; copies to int32: one in C*4/BUS, to int24: one in C*2/BUS; stochastic 11; stepped 7 a pass.
// Resets   clr_i: everything.
`default_nettype none
module curta_vissue #(
  parameter C = 8,               // lanes
  parameter BUS = 8,             // bytes of a beat
  parameter LogG = 3,            // log2 of the groups of a tile
  parameter LogRot = 2           // log2 of the rotations of a full turn, at least 1
) (
  input  wire              clk_i,
  input  wire              clr_i,
  input  wire              run_i,          // parameters are valid
  input  wire              fill_i,         // FILL: a tile enters only when
  input  wire              begin_i,        // its address is there
  // Command
  input  wire              has_src_i, has_aux_i, has_dst_i,
  input  wire              acc_i,          // source: accumulator memory
  input  wire              int8_i, int24_i,   // elements of SRC in the next cycle, else int32
  input  wire              copy_i,         // int32 to int32 or int24
  input  wire              planes_i,       // int32 to int24
  input  wire              sto_i,          // stochastic rounding
  input  wire              scatter_i,
  input  wire              aux_last_i,     // AUX belongs to the last pass (mask), else to the first
  input  wire              decay_i, master_i, reduce_i,
  input  wire              bent_i, keep_i, pace_i,
  input  wire [7:0]        passes_i,
  // Operands: there in the next cycle (after: if none is taken in this one, next: if one is)
  input  wire              src_after_i, src_next_i,
  output wire              src_pop_o,
  input  wire              aux_after_i, aux_next_i,
  output wire              aux_pop_o,
  input  wire              acc_after_i, acc_next_i,   // a tile of the accumulator memory is wanted
  output wire              acc_re_o,
  input  wire              acc_gnt_i,
  output wire [LogG-1:0]   group_o,        // its group
  output wire              acc_pop_o,      // its last group has been read
  input  wire              rand_soon_i,    // the draws are ready in the next cycle
  output wire              rand_next_o,    // the draws have been taken
  input  wire              tag_after_i, tag_next_i,   // it is known whether the pass is a hole
  input  wire              hole_i, hole_next_i,       // this pass, the next one
  // Room for results
  input  wire              room_i,         // a tile of results can begin in the next cycle
  output wire              take_o,         // it begins
  output wire              fire_o,         // a group enters
  output wire              end_o,          // the last one of its pass
  output wire              later_o,        // not of the first pass of its tile
  output wire              ld_keep_o, mod_o, bend_o,
  output reg  [LogG-1:0]   mod_group_o,    // the group that is bent
  // Front and lanes
  output wire              load_o,         // late in the cycle: x takes what is selected
  output reg               sel_int8_o, sel_int24_o, sel_int32_o, sel_acc_o, sel_keep_o, sel_aux_o, sel_half_o, sel_turn_o,   // registers, whether or not x takes it
  output wire              rot_o,
  output wire [LogRot-1:0] next_o,         // the rotation of the next cycle
  output wire              idle_o,         // a group may enter: AUX stands at its stream
  output wire              add_o,          // rotations add the decay term
  output wire              copy_push_o,    // a beat of a copy to int32 leaves
  output wire              planes_push_o,  // a group of a copy to int24 leaves
  output reg               valid_o,        // x of the front goes into the lanes
  input  wire              v6_i,           // results of the pass are there
  output reg  [1:0]        pass_o,         // of the group in the lanes: 0 plain or B, 1 A, 2 C
  output wire [1:0]        law_o,          // pass of a group that goes into the lanes in the next cycle
  output wire              busy_o
);
  localparam Turn = BUS / 4 < C ? C / (BUS / 4) : 1;        // rotations of a turn
  localparam [31:0] Turn1 = Turn - 1;
  localparam [31:0] Pace = Turn > 2 ? Turn : 2, Pace1 = Pace - 1;   // cycles of a quotient, or of the weights that it changes
  localparam [LogRot-1:0] LastTurn = Turn1[LogRot-1:0];
  localparam [LogRot-1:0] LastHalf = 2 * C > BUS ? 1 : 0;   // cycles of a group of int16, less one
  localparam [3:0] PIdle = 4'd0, PWaitA = 4'd1, PLoad = 4'd2, PRot = 4'd3, PWaitB = 4'd4, PWaitC = 4'd5, PAcc = 4'd6,
                   PLate = 4'd7, PMod = 4'd8, PTurn = 4'd9;

  // What the command says, near what decides with it: it stands long before the first group.
  reg               has_src_q, has_aux_q, has_dst_q, copy_q, planes_q, sto_q, scatter_q, aux_last_q, decay_q, master_q, reduce_q, bent_q, keep_q;
  always @(posedge clk_i)
    {has_src_q, has_aux_q, has_dst_q, copy_q, planes_q, sto_q, scatter_q, aux_last_q, decay_q, master_q, reduce_q, bent_q, keep_q} <=
      {has_src_i, has_aux_i, has_dst_i, copy_i, planes_i, sto_i, scatter_i, aux_last_i, decay_i, master_i, reduce_i, bent_i, keep_i};

  reg  [LogG-1:0]   g_q;
  reg  [7:0]        pass_q;
  reg               later_q, last_q;       // pass_q is not 0, is the last: much begins here
  reg  [3:0]        step_q, step_d;
  reg               idle_q;                // step_q is PIdle
  reg  [LogRot-1:0] turn_q;
  reg               turning_q;             // a copy leaves
  reg               acc_q;                 // a group of the accumulator memory arrives
  reg               claimed_q;             // the draws belong to a group that has entered
  reg               drawn_q;               // that group is in the second stage of the lanes

  reg               kept_q;                // a group of the tile memory arrives
  reg               hole_q;                // of the group being bent
  reg  [2:0]        pace_q;                // cycles until a group may enter

  wire last_pass = last_q;
  wire want_src  = has_src_q && (!scatter_q || !later_q);
  wire no_src    = hole_i && !scatter_q;
  wire need_src  = want_src && !no_src;
  wire need_aux  = has_aux_q && (aux_last_q ? last_pass : !later_q);
  wire out_pass  = has_dst_q && (scatter_q ? !hole_i : last_pass);
  wire last_g    = &g_q;
  wire stepped   = decay_q || master_q;
  wire draw      = sto_q && need_src;
  // a copy needs x for a whole turn; data of the accumulator memory comes a cycle later than it is asked for
  wire [LogRot-1:0] last_turn = planes_q ? LastHalf : LastTurn;
  reg  ready_q;                            // a group may enter
  wire start_a = ready_q && decay_q && master_q;
  wire enter   = stepped ? (ready_q && !start_a) || step_q == PLoad : ready_q; // operands are taken
  wire fetch   = enter && want_src && acc_i;
  wire fire    = enter && (!fetch || no_src || acc_gnt_i);
  wire keep    = fire && keep_q && later_q;
  wire loaded  = (fire && !fetch && !keep) || acc_q || kept_q;                                    // x is there in the next cycle
  wire again   = step_q == PWaitB && v6_i && master_q && !reduce_q;            // pass C

  // ---------------------------------------------------------------- what may enter in the next cycle
  wire [LogRot-1:0] turn_d = step_q != PRot && step_q != PTurn && !turning_q ? turn_q : turn_q == last_turn ? 0 : turn_q + 1'b1;
  wire no_gap    = turn_d == last_turn || (acc_i && turn_d + 1'b1 == last_turn);   // of a copy that leaves
  wire turning   = turning_q && turn_q != last_turn;                               // it goes on leaving
  wire gap_s     = copy_q && !no_gap && (acc_q || kept_q || turning);
  wire gap_f     = copy_q && ((acc_i && want_src && last_turn != 0) ||
                              (!no_gap && (!(acc_i && want_src) || acc_q || kept_q || turning)));
  wire later_f   = last_g ? !last_q : later_q;
  wire last_f    = !last_g ? last_q : last_q ? passes_i == 8'd1 : pass_q + 8'd2 == passes_i;
  wire hole_f    = last_g ? hole_next_i : hole_i;
  wire free_f    = !has_src_q || (scatter_q ? later_f : hole_f);        // it needs no source
  wire src_f     = free_f || (acc_i ? (no_src || !last_g ? acc_after_i : acc_next_i) : need_src ? src_next_i : src_after_i);
  wire src_s     = !need_src || (acc_i ? acc_after_i : src_after_i);
  wire aux_f     = !has_aux_q || (aux_last_q ? !last_f : later_f) || (need_aux ? aux_next_i : aux_after_i);
  wire room_f    = !last_g || !(has_dst_q && (scatter_q ? !hole_f : last_f)) || room_i;
  wire room_s    = g_q != 0 || !out_pass || room_i;
  wire idle_s    = idle_q ? !start_a : (step_q == PMod && hole_q) || (step_q == PTurn && turn_q == last_turn) ||
                   (v6_i && ((step_q == PWaitB && !again) || step_q == PWaitC));
  wire ready_f   = idle_q && !stepped && !bent_q && !gap_f && !pace_i && (last_g ? tag_next_i : tag_after_i) && src_f && aux_f && room_f &&
                   (free_f || !sto_q || (!need_src && !claimed_q && rand_soon_i)) && (!fill_i || begin_i || !last_g);
  wire ready_s   = idle_s && !gap_s && pace_q <= 3'd1 && tag_after_i && src_s && (!need_aux || aux_after_i) && room_s &&
                   (!draw || (rand_soon_i && !claimed_q)) && (!fill_i || begin_i || g_q != 0);
  always @(posedge clk_i) ready_q <= run_i && !clr_i && (fire ? ready_f : ready_s);

  assign acc_re_o    = fetch && !no_src;
  assign fire_o      = fire;
  assign end_o       = fire && last_g;
  assign later_o     = later_q;
  assign ld_keep_o   = kept_q;
  assign mod_o       = step_q == PMod;
  assign group_o     = g_q;
  assign src_pop_o   = fire && need_src && !acc_i;
  assign aux_pop_o   = fire && need_aux;
  assign acc_pop_o   = fire && fetch && !no_src && last_g;
  assign take_o      = fire && out_pass && g_q == 0;
  assign load_o      = src_pop_o || acc_q || kept_q || start_a || again;
  assign rot_o       = step_q == PRot || bend_o || (turning_q && !planes_q);
  assign bend_o      = step_q == PMod || step_q == PTurn;
  assign next_o      = step_q == PRot ? turn_q + 1'b1 : turn_q;
  assign idle_o      = idle_q;
  assign add_o       = step_q == PRot;
  assign copy_push_o = (turning_q && !planes_q) || step_q == PTurn;
  assign planes_push_o = turning_q && planes_q && turn_q == 0;
  assign rand_next_o = drawn_q;
  assign busy_o      = !idle_q || turning_q || acc_q || valid_o;

  // what enters the lanes from PIdle is known before it is known whether it does
  assign law_o = idle_q ? {1'b0, decay_q && master_q} : again ? 2'd2 : pass_o;
  always @(posedge clk_i)
    if (clr_i) pass_o <= 2'd0;
    else if (start_a) pass_o <= 2'd1;
    else if (v6_i && (step_q == PWaitA || step_q == PWaitB || step_q == PWaitC)) pass_o <= again ? 2'd2 : 2'd0;

  // step_d = PIdle is a register of its own: most of what enters waits for it
  always @* begin
    step_d = step_q;
    case (step_q)
      PIdle:
        if (start_a)
          step_d = PWaitA;
        else if (fire && stepped)
          step_d = fetch ? PAcc : decay_q ? PRot : PWaitB;
        else if (fire && bent_q)
          step_d = fetch || keep ? PLate : PMod;
      PLate: step_d = PMod;
      PMod:  step_d = hole_q ? PIdle : PTurn;
      PTurn: if (turn_q == last_turn) step_d = PIdle;
      PWaitA:
        if (v6_i) step_d = PLoad;
      PLoad: if (fire) step_d = fetch ? PAcc : PRot;
      PAcc:  step_d = decay_q ? PRot : PWaitB;
      PRot:  if (turn_q == LastTurn) step_d = PWaitB;
      PWaitB:
        if (v6_i) step_d = again ? PWaitC : PIdle;
      PWaitC:
        if (v6_i) step_d = PIdle;
      default: step_d = PIdle;
    endcase
    if (clr_i) step_d = PIdle;
  end
  // What is selected reaches all lanes of the front. After the last rotation of a copy x is of no use: the next group is selected already.
  wire rotating_d = step_d == PRot || step_d == PMod || step_d == PTurn || (((loaded && copy_q) || turning) && !planes_q && turn_d != last_turn);
  wire arrives_d  = (fire && fetch) || keep;
  wire src_d      = !rotating_d && !arrives_d && !(step_d == PIdle && decay_q && master_q) && step_d != PWaitB;
  always @(posedge clk_i) begin
    step_q <= step_d;
    idle_q <= step_d == PIdle;
    sel_acc_o   <= fire && fetch;
    sel_keep_o  <= keep;
    sel_aux_o   <= step_d == PIdle && decay_q && master_q;
    sel_half_o  <= step_d == PWaitB;
    sel_turn_o  <= rotating_d && !arrives_d;
    sel_int8_o  <= src_d && int8_i;
    sel_int24_o <= src_d && int24_i;
    sel_int32_o <= src_d && !int8_i && !int24_i;
  end

  // passes_i stands for many cycles before the first group
  always @(posedge clk_i)
    last_q <= !(fire && last_g) ? pass_q + 8'd1 == passes_i : last_q ? passes_i == 8'd1 : pass_q + 8'd2 == passes_i;

  always @(posedge clk_i) begin
    if (clr_i) begin
      g_q       <= 0;
      pass_q    <= 8'd0;
      later_q   <= 1'b0;
      turn_q    <= 0;
      turning_q <= 1'b0;
      acc_q     <= 1'b0;
      claimed_q <= 1'b0;
      drawn_q   <= 1'b0;
      valid_o   <= 1'b0;
      kept_q    <= 1'b0;
      pace_q    <= 3'd0;
    end else begin
      acc_q   <= fire && fetch;
      kept_q  <= keep;
      if (fire && pace_i) pace_q <= acc_i && last_g ? Pace[2:0] : Pace1[2:0];   // what follows may come a cycle earlier
      else if (pace_q != 3'd0) pace_q <= pace_q - 3'd1;
      if (fire) begin
        mod_group_o <= g_q;
        hole_q      <= hole_i;
      end
      drawn_q <= claimed_q && !drawn_q && valid_o && pass_o == 2'd0;
      if (fire) begin
        g_q <= g_q + 1'b1;
        if (last_g) begin
          pass_q  <= last_pass ? 8'd0 : pass_q + 8'd1;
          later_q <= !last_pass;
        end
      end
      if (fire && draw) claimed_q <= 1'b1;
      else if (rand_next_o) claimed_q <= 1'b0;

      // rotations: of a copy after each load, of the decay term in its step
      if (loaded && copy_q) turning_q <= 1'b1;
      else if (turn_q == last_turn) turning_q <= 1'b0;
      if (step_q == PRot || step_q == PTurn || turning_q) turn_q <= turn_q == last_turn ? 0 : turn_q + 1'b1;

      valid_o <= (loaded && !copy_q && !decay_q && !bent_q) || start_a || again || (step_q == PRot && turn_q == LastTurn);
    end
  end
endmodule
`default_nettype wire
