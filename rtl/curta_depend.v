// SPDX-License-Identifier: Apache-2.0
// curta_depend - counts of issued and completed commands since the last fence point, and the thresholds of a command
//   The waits of a command (words 1..3) stream through and become short thresholds:
//     issued < wait           refused (bad_o)
//     issued - wait >= 64     met now: at most 64 commands are in flight (curta_cp)
//     else                    met when completed has reached wait, compared modulo 2^8
//   word 1 := {met_l, 15'd0, index[7:0], wait_l[7:0]}; word 2 := {met_m, 23'd0, wait_m[7:0]}; word 3 likewise.
// Resets   all counts.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
module curta_depend (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        clear_i,      // fence point
  input  wire [2:0]  issue_i,      // to LOAD, MATRIX, VECTOR
  input  wire [2:0]  done_i,
  output wire [23:0] completed_o,
  // words of the command that is being checked
  input  wire [3:0]  idx_i,
  input  wire [7:0]  index_i,      // index of the command modulo 2^8
  input  wire [63:0] data_i,
  output reg  [63:0] data_o,
  output reg  [1:0]  bad_o         // the odd, the even word waits for more than was issued
);
  reg [31:0] issued_l_q, issued_m_q, issued_v_q;
  reg [7:0]  done_l_q, done_m_q, done_v_q;

  // One subtraction tells both: the borrow refuses, the magnitude says whether the threshold is already met.
  wire [31:0] wait_hi   = data_i[63:32];
  wire [31:0] wait_lo   = data_i[31:0];
  wire [31:0] issued_hi = idx_i[0] ? issued_v_q : issued_l_q;
  wire [32:0] left_hi   = {1'b0, issued_hi} - {1'b0, wait_hi};
  wire [32:0] left_lo   = {1'b0, issued_m_q} - {1'b0, wait_lo};
  wire        met_hi    = left_hi[31:6] != 26'd0;
  wire        met_lo    = left_lo[31:6] != 26'd0;

  always @* begin
    data_o = data_i;
    bad_o  = 2'b00;
    if (idx_i == 4'd0) begin
      data_o[63:32] = {met_hi, 15'd0, index_i, wait_hi[7:0]};
      bad_o         = {left_hi[32], 1'b0};
    end else if (idx_i == 4'd1) begin
      data_o[63:32] = {met_hi, 23'd0, wait_hi[7:0]};
      data_o[31:0]  = {met_lo, 23'd0, wait_lo[7:0]};
      bad_o         = {left_hi[32], left_lo[32]};
    end
  end

  assign completed_o = {done_v_q, done_m_q, done_l_q};

  always @(posedge clk_i) begin
    if (!rst_ni || clear_i) begin
      issued_l_q <= 32'd0;
      issued_m_q <= 32'd0;
      issued_v_q <= 32'd0;
      done_l_q   <= 8'd0;
      done_m_q   <= 8'd0;
      done_v_q   <= 8'd0;
    end else begin
      if (issue_i[0]) issued_l_q <= issued_l_q + 32'd1;
      if (issue_i[1]) issued_m_q <= issued_m_q + 32'd1;
      if (issue_i[2]) issued_v_q <= issued_v_q + 32'd1;
      if (done_i[0])  done_l_q <= done_l_q + 8'd1;
      if (done_i[1])  done_m_q <= done_m_q + 8'd1;
      if (done_i[2])  done_v_q <= done_v_q + 8'd1;
    end
  end
endmodule
`default_nettype wire
