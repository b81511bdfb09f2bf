// SPDX-License-Identifier: Apache-2.0
// curta_vmode - what the words of a vector command mean, decoded once
// Timing   all outputs change in the cycle after go_i and stay until the next one.
// Resets   none: a command uses only what was decoded for it.
/* verilator lint_off BLKSEQ */ // temporaries
`include "curta_spec.vh"
`default_nettype none
module curta_vmode (
  input  wire        clk_i,
  input  wire        go_i,
  // Words
  input  wire [7:0]  op_i,
  /* verilator lint_off UNUSEDSIGNAL */ // words as they came: other fields are for the others
  input  wire [31:0] flags_i,        // 18
  input  wire [31:0] w21_i, w22_i, w24_i,
  /* verilator lint_on UNUSEDSIGNAL */
  // Command
  output reg         is_scatter_o, is_update_o, is_reduce_o, is_fill_o, is_loss_o,
  output reg         pool_o, mask_o, relu_o,
  output reg         wide_dst_o,     // int32 or int24 results
  output reg         copy_o,         // of MAP
  output reg         planes_o,       // results are int24
  output reg         acc_o,          // the source is the accumulator memory
  output reg         mid_o,          // it is int24
  output reg         narrow_o,       // it is int8
  output reg         decay_o, master_o,
  output reg         upd_o,          // UPDATE NITRO
  output reg         back_o,         // backward pass of NITRO-ReLU
  output reg         keep_o,         // scatters int32
  output reg         act_o, div_o, zs_o, padded_o,
  output reg         nitro_o,        // MAP through curta_vact
  output reg         two_o,          // cycles of a quotient: two, else one
  output reg         has_tag_o,      // passes have tags
  output reg         has_src_o, has_aux_o, has_dst_o, has_idx_o,
  output reg         sto_o,          // needs draws
  output reg  [7:0]  passes_o,       // window positions of a tile
  output reg  [7:0]  sizes_o         // log2 bytes of an element of IDX, DST, AUX, SRC
);
  reg       map, scatter, update, reduce, pool, mask, wide, copy, planes, acc, decay, master, upd, back, act, div, zs, padded, idx, narrow;
  reg [7:0] area;

  always @(posedge clk_i)
    if (go_i) begin
      map     = op_i == `CURTA_OP_MAP;
      scatter = op_i == `CURTA_OP_SCATTER;
      update  = op_i == `CURTA_OP_UPDATE;
      reduce  = op_i == `CURTA_OP_REDUCE;
      pool    = map && flags_i[`CURTA_MAP_POOL];
      mask    = map && flags_i[`CURTA_MAP_MASK];
      acc     = (map || update || reduce) && flags_i[`CURTA_MAP_SRC_ACC];
      wide    = (map || scatter) && flags_i[4];
      copy    = map && wide;
      planes  = copy && flags_i[3];
      decay   = (update || reduce) && w21_i[`CURTA_UPDATE_DECAY];
      master  = flags_i[`CURTA_UPDATE_MASTER] && (update || decay);
      upd     = update && w22_i[`CURTA_UPDATE_NITRO];
      back    = copy && w21_i[1];
      act     = map && !wide && w21_i[`CURTA_MAP_ACT] == 2'd1;
      div     = map && w21_i[`CURTA_MAP_DIV];
      zs      = map && w21_i[`CURTA_MAP_ZS];
      padded  = (pool || scatter) && w21_i[`CURTA_MAP_PADDED];
      idx     = pool || planes || zs || (update && master);
      narrow  = op_i == `CURTA_OP_LOSS || ((map || scatter) && flags_i[`CURTA_MAP_SRC_TYPE] == 2'd0 && !acc);
      area    = {4'd0, flags_i[`CURTA_MAP_KH]} * {4'd0, flags_i[`CURTA_MAP_KW]};

      is_scatter_o <= scatter;
      is_update_o  <= update;
      is_reduce_o  <= reduce;
      is_fill_o    <= op_i == `CURTA_OP_FILL;
      is_loss_o    <= op_i == `CURTA_OP_LOSS;
      pool_o     <= pool;
      mask_o     <= mask;
      relu_o     <= map && flags_i[`CURTA_MAP_RELU];
      wide_dst_o <= wide;
      copy_o     <= copy;
      planes_o   <= planes;
      acc_o      <= acc;
      mid_o      <= (update || reduce) && !acc && flags_i[`CURTA_UPDATE_SRC_TYPE] == 2'd3;
      narrow_o   <= narrow;
      decay_o    <= decay;
      master_o   <= master;
      upd_o      <= upd;
      back_o     <= back;
      keep_o     <= scatter && wide;
      act_o      <= act;
      div_o      <= div;
      zs_o       <= zs;
      padded_o   <= padded;
      nitro_o    <= div || act || zs || (padded && map);
      two_o      <= upd || (div && (w22_i[5:0] != 6'd0 || !w22_i[23] || w21_i[`CURTA_MAP_DIV_T] > 5'd11));
      has_tag_o  <= padded || (map && !wide && (w24_i[`CURTA_MAP_CLAST] != 5'd0 || w24_i[`CURTA_MAP_NLAST] != 5'd0));
      has_src_o  <= map || scatter || update || reduce;
      has_aux_o  <= mask || scatter || update || decay || back;
      has_dst_o  <= map || scatter || update || op_i == `CURTA_OP_FILL;
      has_idx_o  <= idx;
      sto_o      <= flags_i[`CURTA_MAP_ROUND] == 2'd2 && ((update && !upd) || ((map || scatter) && flags_i[`CURTA_MAP_REQ]));
      passes_o   <= pool || scatter ? area : upd ? 8'd2 : 8'd1;
      sizes_o    <= {planes ? 2'd2 : idx && update ? 2'd1 : 2'd0, wide || upd ? 2'd2 : 2'd0, upd ? 2'd2 : master ? 2'd1 : 2'd0,
                     narrow ? 2'd0 : 2'd2};
    end
endmodule
`default_nettype wire
