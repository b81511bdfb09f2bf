// SPDX-License-Identifier: Apache-2.0
// curta_check - static legality of a command, two words a cycle (machine.md section 2)
//   Offences of each kind are remembered with their first word; code_o names the first kind in the order OPCODE,
//   RESERVED, FIELD, ALIGN, DEPEND. Cross-word rules are judged when their last word passes.
// Golden   static checks of the golden device.
// Timing   code_o, info_o stand in the cycle after word pair 15.
// Resets   nothing: start_i, with word pair 0, begins a command.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
`include "curta_spec.vh"
module curta_check #(
  parameter T = 8,
  parameter A_TILES = 1024,
  parameter B_TILES = 1024,
  parameter P_TILES = 256
) (
  input  wire        clk_i,
  input  wire        valid_i,
  input  wire [3:0]  idx_i,
  input  wire [63:0] data_i,
  input  wire [1:0]  depend_i,     // from curta_depend: odd, even word
  output reg  [7:0]  code_o,
  output reg  [31:0] info_o
);
`include "curta_mask.vh"
  localparam LT2 = $clog2(T * T);

  wire [31:0] lo = data_i[31:0];
  wire [31:0] hi = data_i[63:32];
  wire [4:0]  lo_word = {idx_i, 1'b0};
  wire [4:0]  hi_word = {idx_i, 1'b1};

  reg  [7:0]  op_q;
  reg         func_bad_q;          // SCALAR with an unknown function: OPCODE
  reg         res_q, fld_q, aln_q, dep_q;
  reg  [4:0]  res_word_q, fld_word_q, aln_word_q, dep_word_q;
  reg  [15:0] low_q;               // of words 4..7: is not a multiple of 4, T², 2T², 4T²
  reg  [19:0] flags_q;             // word 18
  reg         many_q;              // of its window
  reg         load_wide_q, load_list_q;   // word 4: LOAD of int32 tiles, of a list
  reg         gather_bad_q;        // word 5: GEMM whose lanes are not both second indices
  reg         places_q;            // word 11: not a multiple of T²
  reg  [31:0] w21_q;
  wire        decay_q = w21_q[`CURTA_UPDATE_DECAY];

  // {4T², 2T², T², 4}
  function [3:0] misaligned(input [31:0] addr);
    misaligned = {addr[LT2+1:0] != 0, addr[LT2:0] != 0, addr[LT2-1:0] != 0, addr[1:0] != 2'd0};
  endfunction

  function zero_half(input [31:0] word);
    zero_half = word[15:0] == 16'd0 || word[31:16] == 16'd0;
  endfunction

  // Word 18 of MAP and SCATTER: types, requantisation, window.  (An int32 source without REQ needs DIV: word 21.)
  function bad_mode(input map, input [31:0] w);
    reg wide, bad_window, bad_type;
    begin
      wide       = w[`CURTA_MAP_SRC_TYPE] == 2'd2;
      bad_type   = w[1] || (w[`CURTA_MAP_REQ] && !wide);
      bad_window = w[`CURTA_MAP_KH] == 4'd0 || w[`CURTA_MAP_KW] == 4'd0;  // 15 * 15 is below the limit
      if (map) begin
        bad_type = bad_type || w[4:3] == 2'd1 || (w[`CURTA_MAP_SRC_ACC] && !wide);
        if (w[4]) bad_type = bad_type || !wide || w[`CURTA_MAP_REQ] || w[`CURTA_MAP_RELU] || w[`CURTA_MAP_MASK] || w[`CURTA_MAP_POOL];
        bad_mode = bad_type || (w[`CURTA_MAP_POOL] && bad_window);
      end else
        bad_mode = bad_type || w[3] || (w[4] ? !wide || w[`CURTA_SCATTER_REQ] : wide && !w[`CURTA_SCATTER_REQ]) || bad_window;
    end
  endfunction

  // Word 21 of MAP, f: word 18, many: its window has more places than an index byte with its class holds.
  function bad_step(input [31:0] w, input [19:0] f, input many);
    reg nitro, back, pool;
    begin
      nitro = w[`CURTA_MAP_ACT] == 2'd1;
      back  = w[1];
      pool  = f[`CURTA_MAP_POOL];
      bad_step = (nitro && f[`CURTA_MAP_RELU]) || (w[`CURTA_MAP_ZS] && pool) || (back && f[4:3] != 2'd2) ||
                 (pool && w[`CURTA_MAP_PADDED] && f[`CURTA_MAP_REQ]) || (pool && nitro && w[`CURTA_MAP_CLASS] && many);
      if (f[4]) bad_step = bad_step || w[`CURTA_MAP_DIV] || w[`CURTA_MAP_ZS] || nitro;
      else      bad_step = bad_step || (f[2] && f[`CURTA_MAP_REQ] == w[`CURTA_MAP_DIV]);
    end
  endfunction

  function bad_frac(input [31:0] w);
    bad_frac = w[`CURTA_UPDATE_MASTER] && (w[`CURTA_UPDATE_FRAC] == 4'd0 || w[`CURTA_UPDATE_FRAC] > 4'd8);
  endfunction

  // {odd word, even word} breaks a FIELD rule; f: word 18, many: of its window, decay: of word 21.
  // list: LOAD LIST, of word 4; bad_gather: what word 5 says.
  function [1:0] field(input [7:0] op, input [3:0] idx, input [31:0] l, input [31:0] h, input [19:0] f, input many, input decay, input list,
                       input bad_gather);
    begin
      field = 2'b00;
      case (op)
        `CURTA_OP_CALL: if (idx == 4'd2) field[1] = h == 32'd0;
        `CURTA_OP_SKIP: if (idx == 4'd2) field[0] = l == 32'd0;
        `CURTA_OP_LOAD:
          case (idx)
            4'd2: field[0] = {16'd0, l[`CURTA_LOAD_DST]} >= (l[`CURTA_LOAD_BUF] ? B_TILES : A_TILES) || l[1] ||
                             (l[2] && !l[`CURTA_LOAD_BUF]) || (l[`CURTA_LOAD_LIST] && !l[2]);
            4'd3: field = {zero_half(h), zero_half(l) || (list && l[`CURTA_LOAD_N0] != 16'd1)};
            default: field = 2'b00;
          endcase
        `CURTA_OP_GEMM:
          case (idx)
            4'd2:  field[1] = {16'd0, h[`CURTA_GEMM_P_BASE]} >= P_TILES;
            4'd3:  field = {zero_half(h), zero_half(l)};
            4'd4:  field = {zero_half(h) || {16'd0, h[`CURTA_GEMM_KLAST]} > T, zero_half(l)};
            4'd10: field[0] = l[1:0] == 2'd3 || l[3:2] == 2'd3 || l[5:4] == 2'd3 || l[7:6] == 2'd3 || (l[`CURTA_GEMM_GATHER] && bad_gather);
            default: field = 2'b00;
          endcase
        `CURTA_OP_MAP, `CURTA_OP_SCATTER:
          case (idx)
            4'd4: field = {zero_half(h), zero_half(l)};
            4'd9: field[0] = bad_mode(op == `CURTA_OP_MAP, l);
            4'd10: field[1] = op == `CURTA_OP_MAP && bad_step(h, f, many);
            4'd12: field[0] = op == `CURTA_OP_MAP && ({27'd0, l[`CURTA_MAP_CLAST]} > T || {27'd0, l[`CURTA_MAP_NLAST]} > T);
            default: field = 2'b00;
          endcase
        `CURTA_OP_FILL: if (idx == 4'd4) field = {zero_half(h), zero_half(l)};
        `CURTA_OP_UPDATE, `CURTA_OP_REDUCE:
          case (idx)
            4'd4: field[0] = l == 32'd0;
            4'd9: field[0] = bad_frac(l) || l[2] != l[1];          // int32 or int24
            4'd11: field[0] = op == `CURTA_OP_UPDATE && l[`CURTA_UPDATE_NITRO] && (f[`CURTA_UPDATE_MASTER] || decay);
            default: field = 2'b00;
          endcase
        `CURTA_OP_LOSS:
          case (idx)
            4'd4: field[0] = zero_half(l) || l[`CURTA_LOSS_CLASSES] > 16'd`CURTA_MAX_CLASSES;
            4'd9: field[0] = l[`CURTA_LOSS_ROUND] == 2'd3;
            default: field = 2'b00;
          endcase
        default: field = 2'b00;
      endcase
    end
  endfunction

  // Words 4..7 (bit 0 is word 4) whose address is used and not aligned; wide: source and aux tiles by type.
  function [3:0] align(input [7:0] op, input [15:0] low, input [19:0] w, input wide, input [31:0] w21, input nitro);
    reg src1, src4, aux1, aux2, aux4, dst1, dst4, idx1, idx2;
    begin
      {src4, src1} = {low[3], low[1]};
      {aux4, aux2, aux1} = {low[7], low[6], low[5]};
      {dst4, dst1} = {low[11], low[9]};
      {idx2, idx1} = {low[14], low[13]};
      case (op)
        `CURTA_OP_LOAD:    align = {2'b00, wide ? aux4 : aux1, 1'b0};
        `CURTA_OP_MAP:     align = {(w[10] || w21[`CURTA_MAP_ZS]) && idx1, w[4] ? dst4 : dst1, (w[9] || w21[1]) && aux1,
                                    !w[0] && (w[2] ? src4 : src1)};
        `CURTA_OP_SCATTER: align = {1'b0, w[4] ? dst4 : dst1, aux1, w[2] ? src4 : src1};
        `CURTA_OP_UPDATE:  align = {w[12] && idx2, nitro ? dst4 : dst1, nitro ? aux4 : w[12] ? aux2 : aux1, !w[0] && src4};
        `CURTA_OP_REDUCE:  align = {2'b00, w21[`CURTA_REDUCE_DECAY] && (w[12] ? aux2 : aux1), !w[0] && src4};
        `CURTA_OP_FILL:    align = {1'b0, dst1, 2'b00};
        `CURTA_OP_LOSS:    align = {1'b0, dst1, low[4], src1};
        default:           align = 4'b0000;
      endcase
    end
  endfunction

  reg  [7:0]  op;
  reg  [1:0]  res, fld;
  reg  [4:0]  aln;
  always @* begin
    op  = idx_i == 4'd0 ? lo[7:0] : op_q;
    res = 2'b00;
    fld = 2'b00;
    aln = 5'b00000;
    if (valid_i) begin
      res = {|(hi & ~curta_mask(op, hi_word)), |(lo & ~curta_mask(op, lo_word))};
      fld = field(op, idx_i, lo, hi, flags_q, many_q, decay_q, load_list_q, gather_bad_q);
      // UPDATE knows only at word 22 how wide AUX and DST are; everybody is judged there. CALL has an alignment of its own.
      if (idx_i == 4'd11) aln = {op == `CURTA_OP_LOAD && load_list_q && places_q, align(op, low_q, flags_q, load_wide_q, w21_q, lo[`CURTA_UPDATE_NITRO])};
      if (idx_i == 4'd2 && op == `CURTA_OP_CALL) aln[0] = lo[6:0] != 7'd0;
    end
  end

  always @* begin
    code_o = `CURTA_ERR_NONE;
    info_o = 32'd0;
    if (!curta_known(op_q) || func_bad_q) begin code_o = `CURTA_ERR_OPCODE;   info_o = {24'd0, op_q};        end
    else if (res_q)                       begin code_o = `CURTA_ERR_RESERVED; info_o = {27'd0, res_word_q}; end
    else if (fld_q)                       begin code_o = `CURTA_ERR_FIELD;    info_o = {27'd0, fld_word_q}; end
    else if (aln_q)                       begin code_o = `CURTA_ERR_ALIGN;    info_o = {27'd0, aln_word_q}; end
    else if (dep_q)                       begin code_o = `CURTA_ERR_DEPEND;   info_o = {27'd0, dep_word_q}; end
  end

  always @(posedge clk_i)
    if (valid_i) begin
      if (idx_i == 4'd0) begin
        op_q       <= lo[7:0];
        func_bad_q <= 1'b0;
      end
      if (idx_i == 4'd2) begin
        low_q[7:0] <= {misaligned(hi), misaligned(lo)};
        func_bad_q <= op_q == `CURTA_OP_SCALAR && lo[`CURTA_SCALAR_FUNC] > 4'd6;
        load_wide_q <= lo[2];
        load_list_q <= lo[`CURTA_LOAD_LIST];
        gather_bad_q <= !hi[`CURTA_GEMM_A_T] || !hi[`CURTA_GEMM_B_T];
      end
      if (idx_i == 4'd3) low_q[15:8] <= {misaligned(hi), misaligned(lo)};
      if (idx_i == 4'd5) places_q <= hi[LT2-1:0] != 0;
      if (idx_i == 4'd9) begin
        flags_q <= lo[19:0];
        many_q  <= {4'd0, lo[`CURTA_MAP_KH]} * {4'd0, lo[`CURTA_MAP_KW]} > 8'd`CURTA_MAX_PLACES;
      end
      if (idx_i == 4'd10) w21_q <= hi;
      // The first offence of each kind wins; pair 0 starts afresh.
      if (idx_i == 4'd0 || !res_q) begin res_q <= |res; res_word_q <= res[0] ? lo_word : hi_word; end
      if (idx_i == 4'd0 || !fld_q) begin fld_q <= |fld; fld_word_q <= fld[0] ? lo_word : hi_word; end
      if (idx_i == 4'd0 || !dep_q) begin dep_q <= |depend_i; dep_word_q <= depend_i[0] ? lo_word : hi_word; end
      if (idx_i == 4'd0 || !aln_q) begin
        aln_q      <= |aln;
        aln_word_q <= aln[0] ? 5'd4 : aln[1] ? 5'd5 : aln[2] ? 5'd6 : aln[3] ? 5'd7 : 5'd11;
      end
    end
endmodule
`default_nettype wire
