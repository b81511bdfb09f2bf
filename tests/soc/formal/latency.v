// SPDX-License-Identifier: Apache-2.0
// latency - when the unit of multiply, divide, shift and rotate answers: whatever it is asked, one question behind another or not
`default_nettype none
module latency #(
  parameter Width = 32
) (
  input wire clk_i
);
  reg reset_q = 1'b1, asked_q = 1'b0;
  always @(posedge clk_i) reset_q <= 1'b0;

  // a question is held until it is answered
  wire             go, shift, arith, rotate, done;
  wire [2:0]       funct;
  wire [Width-1:0] a, b, result;
  rv_any #(.Width(7))       u_question (.y_o({go, shift, arith, rotate, funct}));
  rv_any #(.Width(2*Width)) u_operands (.y_o({a, b}));
  reg [2*Width+6:0] question_q;
  always @* if (asked_q) assume ({go, shift, arith, rotate, funct, a, b} == question_q);
  curta_rv_muldiv #(.Width(Width)) u_unit (
    .clk_i(clk_i), .rst_ni(!reset_q), .go_i(go), .shift_i(shift), .arith_i(arith), .rotate_i(rotate), .funct_i(funct), .a_i(a), .b_i(b),
    .done_o(done), .result_o(result));

  wire      divide = funct[2] && !shift;
  reg [5:0] cycle_q = 6'd1;        // of the question, from 1
  always @(posedge clk_i) begin
    asked_q    <= !reset_q && go && !done;
    question_q <= {go, shift, arith, rotate, funct, a, b};
    cycle_q    <= !reset_q && go && !done ? cycle_q + 6'd1 : 6'd1;
    if (!reset_q) assert (done == (go && cycle_q == (divide ? Width + 3 : 3)));
`ifdef COVER
    seen_q <= !reset_q && done ? divide : seen_q && go;
    if (`COVER == 0) assert (!(!reset_q && done && divide));
    if (`COVER == 1) assert (!(!reset_q && done && shift && seen_q));     // right behind a division
`endif
  end
`ifdef COVER
  reg seen_q = 1'b0;
`endif
endmodule
`default_nettype wire
