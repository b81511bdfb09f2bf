// SPDX-License-Identifier: Apache-2.0
// curta_retire - retirement records for simulation (machine.md section 6); constant 0 with Trace = 0
//   Lane 0 CP, 1 LOAD, 2 MATRIX, 3 VECTOR. op is {tag, opcode}. rt_end_o is common to all that are valid.
// Timing   one cycle after the command retires.
// Resets   the cycle count and valid.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // without Trace nothing is used
module curta_retire #(
  parameter Trace = 1
) (
  input  wire         clk_i,
  input  wire         rst_ni,        // hard reset: the cycle count goes on through a soft reset
  input  wire [3:0]   begin_i,
  input  wire [3:0]   retire_i,
  input  wire [31:0]  index_i,       // of the command processor
  input  wire [23:0]  run_index_i,   // of the engines, modulo 2^8
  input  wire [95:0]  op_i,
  input  wire [95:0]  check_i,
  input  wire [31:0]  busy_i,
  output wire [3:0]   rt_valid_o,
  output wire [127:0] rt_index_o,
  output wire [95:0]  rt_op_o,
  output wire [255:0] rt_start_o,
  output wire [63:0]  rt_end_o,
  output wire [31:0]  rt_busy_o,
  output wire [127:0] rt_check_o
);
  generate
    if (Trace != 0) begin : g_trace
      reg [63:0]  cycle_q, end_q;
      reg [63:0]  start_q [0:3];
      reg [255:0] start_out_q;
      reg [127:0] index_q, check_q;
      reg [95:0]  op_q;
      reg [31:0]  busy_q, cp_index_q;
      reg [3:0]   valid_q;
      // 8 bits name an index at most 64 behind the next one.
      wire [7:0]  back0 = index_i[7:0] - run_index_i[7:0];
      wire [7:0]  back1 = index_i[7:0] - run_index_i[15:8];
      wire [7:0]  back2 = index_i[7:0] - run_index_i[23:16];
      integer k;
      always @(posedge clk_i) begin
        cycle_q <= rst_ni ? cycle_q + 64'd1 : 64'd0;
        valid_q <= rst_ni ? retire_i : 4'd0;
        for (k = 0; k < 4; k = k + 1)
          if (begin_i[k]) start_q[k] <= cycle_q;
        if (begin_i[0]) cp_index_q <= index_i;
        if (retire_i != 4'd0) begin
          start_out_q <= {start_q[3], start_q[2], start_q[1], start_q[0]};
          end_q   <= cycle_q;
          op_q    <= op_i;
          busy_q  <= busy_i;
          check_q <= {check_i, 32'd0};
          index_q <= {index_i - {24'd0, back2}, index_i - {24'd0, back1}, index_i - {24'd0, back0}, cp_index_q};
        end
      end
      assign rt_valid_o = valid_q;
      assign rt_index_o = index_q;
      assign rt_op_o    = op_q;
      assign rt_start_o = start_out_q;
      assign rt_end_o   = end_q;
      assign rt_busy_o  = busy_q;
      assign rt_check_o = check_q;
    end else begin : g_none
      assign rt_valid_o = 4'd0;
      assign rt_index_o = 128'd0;
      assign rt_op_o    = 96'd0;
      assign rt_start_o = 256'd0;
      assign rt_end_o   = 64'd0;
      assign rt_busy_o  = 32'd0;
      assign rt_check_o = 128'd0;
    end
  endgenerate
endmodule
`default_nettype wire
