// SPDX-License-Identifier: Apache-2.0
// curta_vctl - life of a vector command: parameters from scale registers, run, completion, errors
//   Idle -> (Scalar | Par -> Run -> Read -> Write) -> Done -> Idle;  an error or stop_i: Abort until nothing is outstanding, then
//   Done (error) or Idle (stop).
// Timing   parameters are valid 6 cycles after go_i (UPDATE NITRO: 10), done_o 1 cycle after the last acknowledgement (3 with a scale write).
// Resets   the state; the error and the sum start with go_i.
`include "curta_spec.vh"
`default_nettype none
module curta_vctl #(
  parameter Trace = 1
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  // Engine
  input  wire        go_i,
  input  wire        stop_i,
  output wire        done_o,
  output wire [7:0]  error_o,
  output wire [31:0] error_info_o,
  output wire [31:0] check_o,
  output wire        idle_o,
  // Command
  input  wire [7:0]  op_i,
  /* verilator lint_off UNUSEDSIGNAL */ // words as they came: other fields are for the others
  input  wire [31:0] flags_i,        // word 18
  input  wire [31:0] tensor_i,       // word 19
  input  wire [31:0] regs_i,         // word 21
  input  wire [31:0] rates_i,        // word 22, for UPDATE NITRO
  input  wire        nitro_i,        // it is one
  input  wire        back_i,         // MAP that ORs: register and KEEP in word 24
  input  wire [31:0] or_regs_i,      // word 24
  /* verilator lint_on UNUSEDSIGNAL */
  // Scale registers
  output wire        s_soon_o,       // the next cycle reads
  output wire [5:0]  s_raddr_o,      // this register
  input  wire [31:0] s_rdata_i,
  output wire        s_we_o,
  output wire [5:0]  s_waddr_o,
  output wire [31:0] s_wdata_o,
  // Parameters
  output reg         run_o,          // all are valid
  output reg  [31:0] shift_o,
  output reg  [31:0] seed_o,
  output reg  [31:0] tensor_o,
  output reg  [31:0] decay_o,
  output reg  [31:0] exp_o,
  output reg  [9:0]  rate_o,         // S[LR_REG]: shifts behind the product, less 23, and in front of it
  output reg  [23:0] rate_m_o,       // S[LR_REG+1]: factor
  output reg  [9:0]  eta_o,          // likewise ETA_REG
  output reg  [23:0] eta_m_o,
  // SCALAR
  output wire        scalar_start_o,
  input  wire [5:0]  scalar_raddr_i,  // that the next cycle reads
  input  wire        scalar_busy_i,
  input  wire        scalar_valid_i,
  input  wire [5:0]  scalar_waddr_i,
  input  wire [31:0] scalar_wdata_i,
  // The rest of the engine
  output wire        start_o,        // a streaming command or LOSS begins
  output wire        abort_o,
  input  wire        work_i,         // something is still to do
  input  wire        open_i,         // a bus transfer is outstanding
  input  wire [31:0] or_i,
  input  wire [15:0] hits_i,
  input  wire        range_i,        // error while walking
  input  wire [31:0] range_info_i,
  input  wire        bus_i,          // error answer
  input  wire [31:0] check_i
);
  localparam [2:0] SIdle = 3'd0, SScalar = 3'd1, SPar = 3'd2, SRun = 3'd3, SWrite = 3'd4, SDone = 3'd5, SAbort = 3'd6, SRead = 3'd7;

  reg  [2:0]  state_q;
  reg  [3:0]  par_q;
  reg         stop_q;
  reg  [7:0]  error_q;
  reg  [31:0] info_q, check_q, kept_q;

  wire reduce = op_i == `CURTA_OP_REDUCE;
  wire loss   = op_i == `CURTA_OP_LOSS;
  wire requant = op_i == `CURTA_OP_UPDATE || flags_i[`CURTA_MAP_REQ];
  wire [5:0] seed_reg = flags_i[`CURTA_MAP_SEED_REG];

  wire [5:0] lr_reg  = rates_i[`CURTA_UPDATE_LR_REG];
  wire [5:0] eta_reg = rates_i[`CURTA_UPDATE_ETA_REG];
  wire [5:0] or_reg  = back_i ? or_regs_i[`CURTA_MAP_OR_REG] : regs_i[`CURTA_REDUCE_OR_REG];
  wire       or_keep = back_i ? or_regs_i[`CURTA_MAP_OR_KEEP] : regs_i[`CURTA_REDUCE_OR_KEEP];
  wire [3:0] par_next = state_q == SPar ? par_q + 4'd1 : 4'd0;
  wire       par_end  = par_q == (nitro_i ? 4'd8 : 4'd4);
  reg  [5:0] par_reg;                // of the next cycle
  always @*
    case (par_next)
      4'd0:    par_reg = flags_i[`CURTA_MAP_SHIFT_REG];
      4'd1:    par_reg = seed_reg;
      4'd2:    par_reg = seed_reg + 6'd1;
      4'd3:    par_reg = regs_i[`CURTA_UPDATE_DECAY_REG];
      4'd4:    par_reg = regs_i[`CURTA_LOSS_EXP_REG];
      4'd5:    par_reg = lr_reg;
      4'd6:    par_reg = lr_reg + 6'd1;
      4'd7:    par_reg = eta_reg;
      default: par_reg = eta_reg + 6'd1;
    endcase

  // what the next cycle reads; with an error in between nothing does, and MATRIX, SKIP and host wait a cycle for nothing
  assign s_soon_o  = state_q == SIdle ? go_i : state_q == SScalar ? scalar_busy_i : state_q == SPar ? !par_end :
                     state_q == SRun && !work_i && (reduce || loss || back_i);
  assign s_raddr_o = state_q == SRun ? or_reg : state_q == SScalar ? scalar_raddr_i : par_reg;
  assign s_we_o    = (scalar_valid_i && state_q == SScalar) || state_q == SWrite;
  assign s_waddr_o = state_q == SScalar ? scalar_waddr_i :
                     loss ? regs_i[`CURTA_LOSS_COUNT_REG] : or_reg;
  assign s_wdata_o = state_q == SScalar ? scalar_wdata_i :
                     loss ? {16'd0, hits_i} : or_i | (or_keep ? kept_q : 32'd0);

  assign scalar_start_o = go_i && op_i == `CURTA_OP_SCALAR;
  assign start_o        = go_i && op_i != `CURTA_OP_SCALAR;
  assign abort_o        = state_q == SAbort;
  assign done_o         = state_q == SDone;
  assign error_o        = error_q;
  assign error_info_o   = info_q;
  assign check_o        = Trace != 0 ? check_q : 32'd0;
  assign idle_o         = state_q == SIdle && !open_i;

  always @(posedge clk_i) begin
    kept_q  <= s_rdata_i;
    if (state_q == SPar)
      case (par_q)
        4'd0:    shift_o  <= requant ? s_rdata_i : 32'd0;
        4'd1:    seed_o   <= s_rdata_i;
        4'd2:    tensor_o <= tensor_i + s_rdata_i;
        4'd3:    decay_o  <= s_rdata_i;
        4'd4:    exp_o    <= s_rdata_i;
        4'd5:    rate_o   <= {s_rdata_i[12:8], s_rdata_i[4:0]};
        4'd6:    rate_m_o <= s_rdata_i[23:0];
        4'd7:    eta_o    <= {s_rdata_i[12:8], s_rdata_i[4:0]};
        default: eta_m_o  <= s_rdata_i[23:0];
      endcase
    if (go_i) begin
      error_q <= `CURTA_ERR_NONE;
      info_q  <= 32'd0;
      check_q <= 32'd0;
    end else begin
      check_q <= check_q + check_i + (s_we_o ? s_wdata_o * {25'd0, s_waddr_o, 1'b1} : 32'd0);
      if (state_q != SAbort && (range_i || bus_i)) begin
        error_q <= bus_i ? `CURTA_ERR_BUS : `CURTA_ERR_RANGE;
        info_q  <= bus_i ? 32'd0 : range_info_i;
      end
    end
  end

  always @(posedge clk_i)
    if (!rst_ni) begin
      state_q <= SIdle;
      run_o   <= 1'b0;
      stop_q  <= 1'b0;
      par_q   <= 4'd0;
    end else begin
      case (state_q)
        SIdle:
          if (go_i) state_q <= op_i == `CURTA_OP_SCALAR ? SScalar : SPar;
        SScalar:
          if (!scalar_busy_i) state_q <= SDone;
        SPar: begin
          par_q <= par_q + 4'd1;
          if (par_end) begin
            state_q <= SRun;
            run_o   <= 1'b1;
          end
        end
        SRun:
          if (!work_i) state_q <= reduce || loss || back_i ? SRead : SDone;
        SRead: state_q <= SWrite;
        SWrite: state_q <= SDone;
        SDone: state_q <= SIdle;
        default:
          if (!open_i) state_q <= stop_q || stop_i ? SIdle : SDone;
      endcase
      if (state_q == SRun && !work_i) run_o <= 1'b0;
      if (state_q == SIdle) begin
        par_q  <= 4'd0;
        stop_q <= 1'b0;
      end
      if (state_q != SIdle && state_q != SAbort && state_q != SDone && (range_i || bus_i || stop_i)) begin
        state_q <= SAbort;
        run_o   <= 1'b0;
      end
      if (state_q != SIdle && stop_i) stop_q <= 1'b1;
    end
endmodule
`default_nettype wire
