// SPDX-License-Identifier: Apache-2.0
// curta_vscalar - arithmetic on scale registers (SCALAR, machine.md section 5)
//   SET IMM;  ADD a+b+c+IMM;  ACT_SHIFT of a;  GRAD_SHIFT of a with mu = b;  BITLEN of a, + IMM;  OR a|b;  SHR a >> IMM
// Golden   curta_act_shift, curta_grad_shift, curta_bitlen in curta_num.h
// Timing   valid_o 6 cycles after start_i.
// Resets   the state (clr_i).
`default_nettype none
module curta_vscalar (
  input  wire        clk_i,
  input  wire        clr_i,
  input  wire        start_i,
  output wire [4:0]  cfg_raddr_o,     // words 4, 5, 6
  input  wire [31:0] cfg_rdata_i,
  output wire [5:0]  raddr_o,         // that the next cycle reads
  input  wire [31:0] rdata_i,
  output wire        busy_o,
  output wire        valid_o,         // S[waddr_o] := wdata_o
  output wire [5:0]  waddr_o,
  output reg  [31:0] wdata_o
);
  localparam [3:0] FSet = 4'd0, FAdd = 4'd1, FAct = 4'd2, FGrad = 4'd3, FBitlen = 4'd4, FOr = 4'd5, FShr = 4'd6;

  reg  [2:0]  step_q;                 // 1: word 4 is there, 2 to 4: S[RA], S[RB], S[RC], 5: word 6, 6: result
  reg  [3:0]  func_q;
  reg  [5:0]  rd_q, rb_q;
  reg  [31:0] a_q, b_q;               // b: subtrahend of the shift rules
  reg         bump_q, none_q;         // none: bitlen(a) = 0

  // a_q of the functions that want its length stands from step 3 on
  reg  [5:0]  len, len_q;
  integer     i;
  always @* begin
    len = 6'd0;
    for (i = 0; i < 32; i = i + 1)
      if (a_q[i]) len = i[5:0] + 6'd1;
  end
  always @(posedge clk_i) len_q <= len;

  // One adder: S[RA] + S[RB] + S[RC] step by step, then IMM, or the length less b; a | b is a + (b & ~a), a >> IMM plus nothing.
  wire        use_len = func_q == FAct || func_q == FGrad || func_q == FBitlen;
  wire        either  = func_q == FOr;
  wire        last    = step_q == 3'd5;
  wire        move    = last && func_q == FShr;
  wire        less    = last && (func_q == FAct || func_q == FGrad);
  wire [31:0] moved   = a_q >> (cfg_rdata_i[4:0] & {5{move}});
  wire [31:0] base    = last && use_len ? {26'd0, len_q} : step_q == 3'd2 || func_q == FSet ? 32'd0 : moved;
  wire [31:0] term    = less ? ~b_q : last ? cfg_rdata_i & {32{!either && !move}} : rdata_i & ~(a_q & {32{either && step_q == 3'd3}});
  wire [31:0] sum     = base + term + {31'd0, less};
  wire        add     = step_q == 3'd2 || step_q == 3'd5 || (func_q == FAdd && (step_q == 3'd3 || step_q == 3'd4)) || (either && step_q == 3'd3);

  assign cfg_raddr_o = step_q == 3'd0 ? 5'd4 : step_q <= 3'd2 ? 5'd5 : 5'd6;
  assign raddr_o     = step_q == 3'd1 ? cfg_rdata_i[21:16] : step_q == 3'd2 ? rb_q : cfg_rdata_i[5:0];
  assign busy_o      = step_q != 3'd0;
  assign valid_o     = step_q == 3'd6;
  assign waddr_o     = rd_q;

  always @* begin
    wdata_o = a_q;
    if (func_q == FAct)
      wdata_o = a_q[31] ? 32'd0 : a_q == 32'd1 && bump_q ? 32'd2 : a_q;
    if (func_q == FGrad)
      wdata_o = none_q ? 32'd63 : a_q[31] ? 32'd0 : a_q > 32'd62 ? 32'd62 : a_q;
  end

  always @(posedge clk_i) begin
    if (add) a_q <= sum;
    case (step_q)
      3'd1: begin
        func_q <= cfg_rdata_i[3:0];
        rd_q   <= cfg_rdata_i[13:8];
        rb_q   <= cfg_rdata_i[29:24];
      end
      3'd3: b_q <= func_q == FAct ? 32'd7 : rdata_i;
      3'd5: begin
        bump_q <= cfg_rdata_i[0];
        none_q <= len_q == 6'd0;
      end
      default: ;
    endcase
    if (clr_i)               step_q <= 3'd0;
    else if (start_i)        step_q <= 3'd1;
    else if (step_q != 3'd0) step_q <= step_q == 3'd6 ? 3'd0 : step_q + 3'd1;
  end
endmodule
`default_nettype wire
