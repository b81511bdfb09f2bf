// SPDX-License-Identifier: Apache-2.0
// fm_check - curta_check refuses exactly the illegal commands, with the right code and word (machine.md section 2)
//   Any 32 words, any verdict on dependencies, after any history: 16 word pairs go in, one a cycle or with pauses.
`include "curta_spec.vh"
`default_nettype none
module fm_check #(
  parameter T = 8, parameter A_TILES = 512, parameter B_TILES = 64, parameter P_TILES = 16
) (
  input wire clk_i
);
  `include "fm_law.vh"
  (* anyconst *) wire [1023:0] w;
  (* anyconst *) wire [31:0]   dep;        // word i waits for too much
  reg  [4:0]  at;                          // pair to come; 16: all are in
  wire [4:0]  now = $initstate ? 5'd0 : at;
  wire        go  = !now[4];
  wire [7:0]  code;
  reg  [63:0] pair;
  reg  [1:0]  late;
  integer     j;
  always @* begin                          // a multiplexer: indexing 1024 bits takes Yosys minutes
    pair = 0;
    late = 0;
    for (j = 0; j < 16; j = j + 1) begin
      pair = pair | ({64{now[3:0] == j}} & w[64*j +: 64]);
      late = late | ({2{now[3:0] == j}} & dep[2*j +: 2]);
    end
  end
  wire [31:0] info;
  always @(posedge clk_i) at <= go ? now + 5'd1 : now;
  curta_check #(.T(T), .A_TILES(A_TILES), .B_TILES(B_TILES), .P_TILES(P_TILES)) u_dut (
    .clk_i(clk_i), .valid_i(go), .idx_i(now[3:0]), .data_i(pair), .depend_i(late),
    .code_o(code), .info_o(info));

  // lowest word of those marked
  function [31:0] lowest(input [31:0] words);
    integer i;
    begin
      lowest = 32'd0;
      for (i = 31; i >= 0; i = i - 1) if (words[i]) lowest = i;
    end
  endfunction

  wire [7:0]    op = w[7:0];
  wire [1023:0] extra = w & ~law_fields(op);
  reg  [31:0]   res, fld, aln;
  reg           func, wide, dst4;
  localparam T1 = T * T, T2 = 2 * T * T, T4 = 4 * T * T;
  integer k;
  always @* begin
    for (k = 0; k < 32; k = k + 1) res[k] = extra[32*k +: 32] != 0;
    fld  = 0;
    aln  = 0;
    wide = 0;
    dst4 = 0;
    func = op == `LAW_SCALAR && `LAW_SCALAR_FUNC > 6;
    case (op)
      `LAW_CALL: begin
        fld[5] = `LAW_CALL_COUNT == 0;
        aln[4] = (`LAW_CALL_ADDR & 128 - 1) != 0;
      end
      `LAW_SKIP: fld[4] = `LAW_SKIP_COUNT == 0;
      `LAW_LOAD: begin
        wide = `LAW_LOAD_TYPE == 2;
        fld[4] = `LAW_LOAD_DST >= (`LAW_LOAD_BUF ? B_TILES : A_TILES) || !(`LAW_LOAD_TYPE == 0 || (wide && `LAW_LOAD_BUF)) ||
                 (`LAW_LOAD_LIST && !wide);
        fld[6] = `LAW_LOAD_N0 == 0 || `LAW_LOAD_N1 == 0 || (`LAW_LOAD_LIST && `LAW_LOAD_N0 != 1);
        fld[7] = `LAW_LOAD_N2 == 0 || `LAW_LOAD_N3 == 0;
        aln[5] = (`LAW_LOAD_ADDR & (wide ? T4 : T1) - 1) != 0;
        aln[11] = `LAW_LOAD_LIST && (`LAW_LOAD_PLACES & T1 - 1) != 0;
      end
      `LAW_GEMM: begin
        fld[5]  = `LAW_GEMM_P_BASE >= P_TILES;
        fld[6]  = `LAW_GEMM_NGA == 0 || `LAW_GEMM_NGB == 0;
        fld[7]  = `LAW_GEMM_NVY == 0 || `LAW_GEMM_NVX == 0;
        fld[8]  = `LAW_GEMM_NKY == 0 || `LAW_GEMM_NKX == 0;
        fld[9]  = `LAW_GEMM_NKC == 0 || `LAW_GEMM_KLAST == 0 || `LAW_GEMM_KLAST > T;
        fld[20] = `LAW_GEMM_Y_A > 2 || `LAW_GEMM_Y_B > 2 || `LAW_GEMM_X_A > 2 || `LAW_GEMM_X_B > 2 ||
                  (`LAW_GEMM_GATHER && !(`LAW_GEMM_A_T && `LAW_GEMM_B_T));
      end
      `LAW_MAP: begin
        wide = `LAW_MAP_SRC_TYPE == 2;
        dst4 = `LAW_MAP_DST_TYPE == 2 || `LAW_MAP_DST_TYPE == 3;
        fld[8]  = `LAW_MAP_N0 == 0 || `LAW_MAP_N1 == 0;
        fld[9]  = `LAW_MAP_N2 == 0 || `LAW_MAP_N3 == 0;
        fld[18] = !(`LAW_MAP_SRC_TYPE == 0 || wide) || !(`LAW_MAP_DST_TYPE == 0 || dst4) || (`LAW_MAP_SRC_ACC && !wide) || (`LAW_MAP_REQ && !wide) ||
                  (dst4 && (!wide || `LAW_MAP_REQ || `LAW_MAP_RELU || `LAW_MAP_MASK || `LAW_MAP_POOL)) ||
                  (`LAW_MAP_POOL && (`LAW_MAP_KH == 0 || `LAW_MAP_KW == 0 || `LAW_MAP_KH * 9'd1 * `LAW_MAP_KW > 254));
        aln[4]  = !`LAW_MAP_SRC_ACC && (`LAW_MAP_SRC & (wide ? T4 : T1) - 1) != 0;
        fld[21] = (wide && !dst4 && `LAW_MAP_REQ == `LAW_MAP_DIV) || (dst4 && (`LAW_MAP_DIV || `LAW_MAP_ZS || `LAW_MAP_ACT == 1)) ||
                  (`LAW_MAP_ACT >= 2 && `LAW_MAP_DST_TYPE != 2) || (`LAW_MAP_ACT == 1 && `LAW_MAP_RELU) || (`LAW_MAP_ZS && `LAW_MAP_POOL) ||
                  (`LAW_MAP_POOL && `LAW_MAP_PADDED && `LAW_MAP_REQ) ||
                  (`LAW_MAP_POOL && `LAW_MAP_ACT == 1 && `LAW_MAP_CLASS && `LAW_MAP_KH * 9'd1 * `LAW_MAP_KW > 64);
        fld[24] = `LAW_MAP_CLAST > T || `LAW_MAP_NLAST > T;
        aln[5]  = (`LAW_MAP_MASK || `LAW_MAP_ACT >= 2) && (`LAW_MAP_AUX & T1 - 1) != 0;
        aln[6]  = (`LAW_MAP_DST & (dst4 ? T4 : T1) - 1) != 0;
        aln[7]  = (`LAW_MAP_POOL || `LAW_MAP_ZS) && (`LAW_MAP_IDX & T1 - 1) != 0;
      end
      `LAW_SCATTER: begin
        wide = `LAW_SCATTER_SRC_TYPE == 2;
        fld[8]  = `LAW_SCATTER_N0 == 0 || `LAW_SCATTER_N1 == 0;
        fld[9]  = `LAW_SCATTER_N2 == 0 || `LAW_SCATTER_N3 == 0;
        dst4 = `LAW_SCATTER_DST_TYPE == 2;
        fld[18] = !(`LAW_SCATTER_SRC_TYPE == 0 || wide) || !(`LAW_SCATTER_DST_TYPE == 0 || dst4) ||
                  (dst4 ? !wide || `LAW_SCATTER_REQ : `LAW_SCATTER_REQ != wide) || `LAW_SCATTER_KH == 0 || `LAW_SCATTER_KW == 0 ||
                  `LAW_SCATTER_KH * 9'd1 * `LAW_SCATTER_KW > 254;
        aln[4]  = (`LAW_SCATTER_SRC & (wide ? T4 : T1) - 1) != 0;
        aln[5]  = (`LAW_SCATTER_AUX & T1 - 1) != 0;
        aln[6]  = (`LAW_SCATTER_DST & (dst4 ? T4 : T1) - 1) != 0;
      end
      `LAW_UPDATE: begin
        fld[8]  = `LAW_UPDATE_N == 0;
        fld[18] = (`LAW_UPDATE_MASTER && (`LAW_UPDATE_FRAC == 0 || `LAW_UPDATE_FRAC > 8)) || !(`LAW_UPDATE_SRC_TYPE == 0 || `LAW_UPDATE_SRC_TYPE == 3);
        aln[4]  = !`LAW_UPDATE_SRC_ACC && (`LAW_UPDATE_SRC & T4 - 1) != 0;
        fld[22] = `LAW_UPDATE_NITRO && (`LAW_UPDATE_MASTER || `LAW_UPDATE_DECAY);
        aln[5]  = (`LAW_UPDATE_AUX & (`LAW_UPDATE_NITRO ? T4 : `LAW_UPDATE_MASTER ? T2 : T1) - 1) != 0;
        aln[6]  = (`LAW_UPDATE_DST & (`LAW_UPDATE_NITRO ? T4 : T1) - 1) != 0;
        aln[7]  = `LAW_UPDATE_MASTER && (`LAW_UPDATE_IDX & T2 - 1) != 0;
      end
      `LAW_REDUCE: begin
        fld[8]  = `LAW_REDUCE_N == 0;
        fld[18] = (`LAW_REDUCE_MASTER && (`LAW_REDUCE_FRAC == 0 || `LAW_REDUCE_FRAC > 8)) || !(`LAW_REDUCE_SRC_TYPE == 0 || `LAW_REDUCE_SRC_TYPE == 3);
        aln[4]  = !`LAW_REDUCE_SRC_ACC && (`LAW_REDUCE_SRC & T4 - 1) != 0;
        aln[5]  = `LAW_REDUCE_DECAY && (`LAW_REDUCE_AUX & (`LAW_REDUCE_MASTER ? T2 : T1) - 1) != 0;
      end
      `LAW_FILL: begin
        fld[8] = `LAW_FILL_N0 == 0 || `LAW_FILL_N1 == 0;
        fld[9] = `LAW_FILL_N2 == 0 || `LAW_FILL_N3 == 0;
        aln[6] = (`LAW_FILL_DST & T1 - 1) != 0;
      end
      `LAW_LOSS: begin
        fld[8]  = `LAW_LOSS_ROWS == 0 || `LAW_LOSS_CLASSES == 0 || `LAW_LOSS_CLASSES > 1024;
        fld[18] = `LAW_LOSS_ROUND == 3;
        aln[4]  = (`LAW_LOSS_SRC & T1 - 1) != 0;
        aln[5]  = (`LAW_LOSS_AUX & 4 - 1) != 0;
        aln[6]  = (`LAW_LOSS_DST & T1 - 1) != 0;
      end
      default: ;
    endcase
  end
  wire        bad_op = !law_known(op) || func;
  wire [7:0]  law  = bad_op ? `CURTA_ERR_OPCODE : res != 0 ? `CURTA_ERR_RESERVED : fld != 0 ? `CURTA_ERR_FIELD : aln != 0 ? `CURTA_ERR_ALIGN :
                     dep != 0 ? `CURTA_ERR_DEPEND : `CURTA_ERR_NONE;
  wire [31:0] what = bad_op ? op : res != 0 ? lowest(res) : fld != 0 ? lowest(fld) : aln != 0 ? lowest(aln) : dep != 0 ? lowest(dep) : 0;
  wire        end_ = !$initstate && at[4];
`ifdef COVER
  wire [6:0] seen = {code == 0 && op == `LAW_GEMM, code == 0 && op == `LAW_MAP && `LAW_MAP_POOL, code == 1 && func, code == 2 && info == 31,
                     code == 3 && info == 20, code == 4 && info == 7, code == 7 && info == 3};
  always @* assert (!(end_ && (seen >> `COVER & 1'b1)));
`else
  always @* assert (!end_ || (code == law && info == what));
`endif
endmodule
`default_nettype wire
