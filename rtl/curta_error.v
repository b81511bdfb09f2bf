// SPDX-License-Identifier: Apache-2.0
// curta_error - the first error in the order of issue stops the device
//   An error at index E becomes the limit: nothing younger starts, what runs and is younger is abandoned, what is older
//   still completes and may fail itself: then it is the limit. When nothing older is left and all engines are
//   idle, the device has stopped, and ERROR, ERROR_INDEX, ERROR_INFO are those of sequential execution.
//   Soft reset: everything is abandoned; when no transfer is under way, core_rst_no falls for one cycle; the reset
//   ends when counters and scale registers are cleared.
// Resets   all; a hard reset is a soft reset without transfers.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
`include "curta_spec.vh"
module curta_error (
  input  wire        clk_i,
  input  wire        rst_ni,
  output reg         core_rst_no,
  // soft reset
  input  wire        soft_i,        // pulse
  input  wire        clear_busy_i,  // counters or scale registers are being cleared
  output wire        soft_busy_o,
  // command processor
  input  wire [31:0] index_i,
  input  wire        cp_error_i,
  input  wire [7:0]  cp_code_i,
  input  wire [31:0] cp_info_i,
  input  wire        fetch_idle_i,
  output wire        cp_halt_o,
  // engines: LOAD, MATRIX, VECTOR
  input  wire [2:0]  ended_i,       // an engine reports; who is younger than the limit is left out here, without waiting for stop_o
  input  wire [2:0]  done_i,        // it counts
  input  wire [23:0] code_i,
  input  wire [95:0] info_i,
  input  wire [2:0]  idle_i,
  input  wire [2:0]  running_i,
  input  wire [23:0] run_index_i,
  input  wire [2:0]  held_i,
  input  wire        bus_busy_i,
  output wire [2:0]  stop_o,
  output wire        queue_stop_o,
  output wire        limit_valid_o,
  output wire [7:0]  limit_o,
  output wire [2:0]  failed_o,      // this engine's done_i is a failure
  // registers
  output reg         stopped_o,
  output wire        stopped_set_o, // pulse
  output wire [7:0]  error_o,
  output wire [31:0] error_index_o,
  output wire [31:0] error_info_o
);
  reg         valid_q, soft_q;
  reg         abandon_q;          // soft_q or stopped_o of the cycle before, for all engines
  reg         reset_done_q;       // the core has been reset, clearing may still go on
  reg  [7:0]  code_q;
  reg  [31:0] index_q, info_q;

  // Index of a command in flight from its low 8 bits: at most 64 behind the next index.
  function [31:0] full(input [31:0] next, input [7:0] low);
    reg [7:0] back;
    begin
      back = next[7:0] - low;
      full = next - {24'd0, back};
    end
  endfunction

  reg  [2:0]  younger, settled;
  reg  [7:0]  ahead;
  integer j;
  always @* begin
    younger = 3'b000;
    settled = 3'b000;
    ahead   = 8'd0;
    if (valid_q)
      for (j = 0; j < 3; j = j + 1) begin
        ahead      = index_q[7:0] - run_index_i[8*j +: 8];
        younger[j] = running_i[j] && ahead[7];
        settled[j] = running_i[j] ? younger[j] && idle_i[j] : held_i[j] && idle_i[j];
      end
  end

  // Low bits of the index are enough to find the oldest. All are compared with all at once, before it is known who fails; the rest
  // of the index is worked out a cycle later. An error of the command processor is younger than any other.
  wire [7:0]  run0 = run_index_i[7:0], run1 = run_index_i[15:8], run2 = run_index_i[23:16], known = index_q[7:0];
  wire [7:0]  d01 = run0 - run1, d02 = run0 - run2, d12 = run1 - run2, d0 = known - run0, d1 = known - run1, d2 = known - run2;
  wire [2:0]  bad   = ended_i & ~{3{abandon_q}} & {code_i[23:16] != 8'd0, code_i[15:8] != 8'd0, code_i[7:0] != 8'd0};
  wire [2:0]  fails = bad & (~{3{valid_q}} | ~{d2[7], d1[7], d0[7]});       // and is older than the error that is known
  wire        wins0 = fails[0] && !(fails[1] && !d01[7]) && !(fails[2] && !d02[7]);
  wire        wins1 = fails[1] && !(fails[0] && d01[7]) && !(fails[2] && !d12[7]);
  wire        fresh = fails != 3'b000 || (cp_error_i && !valid_q);
  reg         fresh_q;
  reg  [7:0]  hit_low, hit_code;
  reg  [31:0] hit_info;
  always @*
    if      (wins0)          {hit_low, hit_code, hit_info} = {run0, code_i[7:0], info_i[31:0]};
    else if (wins1)          {hit_low, hit_code, hit_info} = {run1, code_i[15:8], info_i[63:32]};
    else if (fails != 3'b000) {hit_low, hit_code, hit_info} = {run2, code_i[23:16], info_i[95:64]};
    else                     {hit_low, hit_code, hit_info} = {index_i[7:0], cp_code_i, cp_info_i};

  wire quiet = idle_i == 3'b111 && fetch_idle_i && !bus_busy_i;

  assign failed_o      = bad & done_i;
  // A queue learns of a limit a cycle later: until then a command beyond it may start.
  assign stopped_set_o = valid_q && !fresh_q && !stopped_o && !soft_q && settled == 3'b111 && fetch_idle_i && !bus_busy_i;
  assign cp_halt_o     = valid_q || soft_q;
  assign queue_stop_o  = abandon_q;
  assign stop_o        = younger | {3{abandon_q}};
  assign soft_busy_o   = soft_q;
  assign limit_valid_o = valid_q;
  assign limit_o       = index_q[7:0];
  assign error_o       = stopped_o ? code_q : 8'd0;
  assign error_index_o = stopped_o ? index_q : 32'd0;
  assign error_info_o  = stopped_o ? info_q : 32'd0;

  always @(posedge clk_i)
    if (!rst_ni) begin
      soft_q      <= 1'b1;
      core_rst_no <= 1'b0;
    end else if (soft_q) begin
      // Phases: abandon until quiet, reset for a cycle, wait until all is cleared.
      if (!core_rst_no)                      core_rst_no <= 1'b1;
      else if (quiet && abandon_q && !reset_done_q) core_rst_no <= 1'b0;
      else if (reset_done_q && !clear_busy_i) soft_q <= soft_i;
    end else if (soft_i)
      soft_q <= 1'b1;

  always @(posedge clk_i) abandon_q <= soft_q || stopped_o;

  always @(posedge clk_i)
    if (!rst_ni) reset_done_q <= 1'b1;
    else if (!soft_q || soft_i) reset_done_q <= 1'b0;
    else if (!core_rst_no) reset_done_q <= 1'b1;

  always @(posedge clk_i)
    if (!core_rst_no) begin
      valid_q   <= 1'b0;
      stopped_o <= 1'b0;
      fresh_q   <= 1'b0;
    end else begin
      valid_q   <= valid_q || fresh;
      fresh_q   <= fresh;
      stopped_o <= stopped_o || stopped_set_o;
      if (fresh_q) index_q <= full(index_i, index_q[7:0]);
      if (fresh) begin
        index_q[7:0] <= hit_low;
        info_q       <= hit_info;
        code_q       <= hit_code;
      end
    end
endmodule
`default_nettype wire
