// SPDX-License-Identifier: Apache-2.0
// rv_serial - in the place of curta_rv_muldiv: any function, any time up to that of a division; and what is any value
//   The function is arbitrary because one question of it, `point`, is: operation, both operands, answer, chosen once for a run.
//   Asked for it from the first cycle to the last, it gives that answer; asked anything else, or not held, any value. Each
//   record is judged whose question is the point. prove.sh joins `point` to that of rv_formal; apart, INSN fails.
`default_nettype none
module curta_rv_muldiv #(
  parameter MaxCycles = 35          // of the unit itself: LATENCY in serial.v
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        go_i,
  input  wire        shift_i,
  input  wire        arith_i,
  input  wire        rotate_i,
  input  wire [2:0]  funct_i,
  input  wire [31:0] a_i,
  input  wire [31:0] b_i,
  output wire        done_o,
  output wire [31:0] result_o
);
  (* keep *) wire [101:0] point;
  wire        now;
  wire [31:0] noise;
  rv_any #(.Width(1))  u_now   (.y_o(now));
  rv_any #(.Width(32)) u_noise (.y_o(noise));
  reg  [5:0]  count_q;
  reg         held_q;               // so far
  wire [69:0] asked = {!shift_i, shift_i && funct_i[1:0] == 2'd1 && arith_i, shift_i && rotate_i, funct_i, a_i, b_i};
  wire        held  = asked == point[101:32] && (count_q == 6'd0 || held_q);
  assign done_o   = go_i && (now || count_q == MaxCycles - 1);
  assign result_o = !go_i ? 32'd0 : done_o && held ? point[31:0] : noise;
  always @(posedge clk_i) begin
    count_q <= !rst_ni || done_o || !go_i ? 6'd0 : count_q + 6'd1;
    held_q  <= held;
  end
endmodule
`default_nettype wire
