// SPDX-License-Identifier: Apache-2.0
// curta_walk - visit generator of GEMM: the loops ga, gb, vy, vx, and what each visit needs
// Law    a  = A_BASE + ga A_SGA + vy A_SVY + vx A_SVX + ylo A_SKY + xlo A_SKX, b and p likewise        (mod 2^16)
//        [ylo, ylo + ny) = { ky < NKY : 0 <= Y_A vy + Y_B ky + Y_C < Y_U }, x likewise: both are intervals, since the law is
//        monotone in ky.  With s = Y_A vy + Y_C:  Y_B = 1: -s <= ky < U - s;  2: ceil(-s/2) <= ky < ceil((U-s)/2).
// Golden curta_golden_gemm
//        GATHER: a, b without the terms of ylo, xlo; b is a list, a visit is empty if the list is.
// Timing 5 cycles a visit and one more for each significant bit of ylo and of xlo (multiplied by shifting and adding);
//        at the earliest a cycle after the one before was taken.
// Resets state; the rest is loaded by go.
`include "curta_spec.vh"
`default_nettype none
module curta_walk (
  input  wire            clk_i,
  input  wire            rst_ni,
  // command
  input  wire [21*32-1:0] cfg_i,             // command words 0..20; stable from go until done_o
  input  wire            go_i,
  output wire            done_o,             // level: the configuration is no longer needed
  // visit
  output reg             visit_valid_o,
  input  wire            visit_ready_i,
  output reg  [15:0]     visit_a_o,
  output reg  [15:0]     visit_b_o,
  output reg  [15:0]     visit_p_o,
  output reg  [15:0]     visit_ny_o,
  output reg  [15:0]     visit_nx_o,
  output reg  [31:0]     visit_lo_o,         // {xlo, ylo}
  output reg  [15:0]     visit_len_o,        // GATHER: groups of the list
  // length of a list, a cycle later
  output wire            list_re_o,
  output wire [15:0]     list_o,
  input  wire [15:0]     list_len_i,
  output reg             visit_empty_o,      // no step: the result is the start value
  output reg             visit_last_o
);
  wire [31:0] w4  = cfg_i[32*4  +: 32], w5  = cfg_i[32*5  +: 32], w6  = cfg_i[32*6  +: 32], w7  = cfg_i[32*7  +: 32];
  wire [31:0] w8  = cfg_i[32*8  +: 32], w10 = cfg_i[32*10 +: 32], w11 = cfg_i[32*11 +: 32], w12 = cfg_i[32*12 +: 32];
  wire [31:0] w13 = cfg_i[32*13 +: 32], w14 = cfg_i[32*14 +: 32], w15 = cfg_i[32*15 +: 32], w16 = cfg_i[32*16 +: 32];
  wire [31:0] w17 = cfg_i[32*17 +: 32], w18 = cfg_i[32*18 +: 32], w19 = cfg_i[32*19 +: 32], w20 = cfg_i[32*20 +: 32];

  localparam [2:0] IDLE = 0, YRANGE = 1, XRANGE = 2, YMUL = 3, XMUL = 4, PUSH = 5;
  reg [2:0] state_q;

  // ---- loop counters (iterations left) and the address at the start of each loop
  reg [15:0] ga_q, gb_q, vy_q, vx_q;
  reg [15:0] a_ga_q, a_vy_q, a_vx_q;
  reg [15:0] b_gb_q, b_vy_q, b_vx_q;
  reg [15:0] p_ga_q, p_gb_q, p_vy_q, p_vx_q;
  reg signed [18:0] sy_q, sx_q;              // Y_A vy + Y_C, X_A vx + X_C

  wire vx_end = vx_q == 16'd1, vy_end = vy_q == 16'd1, gb_end = gb_q == 16'd1, ga_end = ga_q == 16'd1;

  // which loop steps: 0 vx, 1 vy, 2 gb, 3 ga; the counters stand still for the cycles before PUSH, so that these may be a cycle late
  reg [1:0] level_q;
  reg       last_q;
  always @(posedge clk_i) begin
    level_q <= !vx_end ? 2'd0 : !vy_end ? 2'd1 : !gb_end ? 2'd2 : 2'd3;
    last_q  <= vx_end && vy_end && gb_end && ga_end;
  end

  // one adder an address: base of the loop that steps + its stride
  reg [15:0] a_from, b_from, p_from, a_by, b_by, p_by;
  always @*
    case (level_q)
      2'd0: begin
        a_from = a_vx_q;  a_by = w11[`CURTA_GEMM_A_SVX];
        b_from = b_vx_q;  b_by = w14[`CURTA_GEMM_B_SVX];
        p_from = p_vx_q;  p_by = w17[`CURTA_GEMM_P_SVX];
      end
      2'd1: begin
        a_from = a_vy_q;  a_by = w10[`CURTA_GEMM_A_SVY];
        b_from = b_vy_q;  b_by = w13[`CURTA_GEMM_B_SVY];
        p_from = p_vy_q;  p_by = w17[`CURTA_GEMM_P_SVY];
      end
      2'd2: begin
        a_from = a_ga_q;  a_by = 16'd0;
        b_from = b_gb_q;  b_by = w13[`CURTA_GEMM_B_SGB];
        p_from = p_gb_q;  p_by = w16[`CURTA_GEMM_P_SGB];
      end
      default: begin
        a_from = a_ga_q;  a_by = w10[`CURTA_GEMM_A_SGA];
        b_from = w4[`CURTA_GEMM_B_BASE];  b_by = 16'd0;
        p_from = p_ga_q;  p_by = w16[`CURTA_GEMM_P_SGA];
      end
    endcase
  wire [15:0] a_next = a_from + a_by;
  wire [15:0] b_next = b_from + b_by;
  wire [15:0] p_next = p_from + p_by;

  wire signed [18:0] y_c = {{3{w18[15]}}, w18[`CURTA_GEMM_Y_C]};
  wire signed [18:0] x_c = {{3{w19[15]}}, w19[`CURTA_GEMM_X_C]};
  wire signed [18:0] y_step = {17'd0, w20[`CURTA_GEMM_Y_A]};
  wire signed [18:0] x_step = {17'd0, w20[`CURTA_GEMM_X_A]};
  wire start   = state_q == IDLE && go_i;
  wire advance = state_q == PUSH && !visit_valid_o;      // not already in the cycle of visit_ready_i, whose path is long

  always @(posedge clk_i)
    if (start) begin
      ga_q <= w6[`CURTA_GEMM_NGA];  gb_q <= w6[`CURTA_GEMM_NGB];  vy_q <= w7[`CURTA_GEMM_NVY];  vx_q <= w7[`CURTA_GEMM_NVX];
      a_ga_q <= w4[`CURTA_GEMM_A_BASE];  a_vy_q <= w4[`CURTA_GEMM_A_BASE];  a_vx_q <= w4[`CURTA_GEMM_A_BASE];
      b_gb_q <= w4[`CURTA_GEMM_B_BASE];  b_vy_q <= w4[`CURTA_GEMM_B_BASE];  b_vx_q <= w4[`CURTA_GEMM_B_BASE];
      p_ga_q <= w5[`CURTA_GEMM_P_BASE];  p_gb_q <= w5[`CURTA_GEMM_P_BASE];  p_vy_q <= w5[`CURTA_GEMM_P_BASE];
      p_vx_q <= w5[`CURTA_GEMM_P_BASE];
      sy_q <= y_c;
      sx_q <= x_c;
    end else if (advance) begin
      vx_q <= level_q == 2'd0 ? vx_q - 16'd1 : w7[`CURTA_GEMM_NVX];
      if (level_q == 2'd1) vy_q <= vy_q - 16'd1;
      if (level_q >= 2'd2) vy_q <= w7[`CURTA_GEMM_NVY];
      if (level_q == 2'd2) gb_q <= gb_q - 16'd1;
      if (level_q == 2'd3) gb_q <= w6[`CURTA_GEMM_NGB];
      if (level_q == 2'd3) ga_q <= ga_q - 16'd1;
      a_vx_q <= a_next;
      b_vx_q <= b_next;
      p_vx_q <= p_next;
      if (level_q >= 2'd1) begin a_vy_q <= a_next; b_vy_q <= b_next; p_vy_q <= p_next; end
      if (level_q >= 2'd2) begin b_gb_q <= b_next; p_gb_q <= p_next; end
      if (level_q == 2'd3) begin a_ga_q <= a_next; p_ga_q <= p_next; end
      sx_q <= level_q == 2'd0 ? sx_q + x_step : x_c;
      if (level_q == 2'd1) sy_q <= sy_q + y_step;
      if (level_q >= 2'd2) sy_q <= y_c;
    end

  // ---- window: first the rows, then the columns, through the same logic
  wire               rows  = state_q == YRANGE;
  reg  [16:0]        y_u_q, x_u_q;
  always @(posedge clk_i) begin
    y_u_q <= {1'b0, w18[`CURTA_GEMM_Y_U]} + {16'd0, w20[`CURTA_GEMM_Y_B] == 2'd2};
    x_u_q <= {1'b0, w19[`CURTA_GEMM_X_U]} + {16'd0, w20[`CURTA_GEMM_X_B] == 2'd2};
  end
  wire signed [18:0] s     = rows ? sy_q : sx_q;
  wire [15:0]        n16   = rows ? w8[`CURTA_GEMM_NKY] : w8[`CURTA_GEMM_NKX];
  wire [1:0]         step  = rows ? w20[`CURTA_GEMM_Y_B] : w20[`CURTA_GEMM_X_B];
  wire signed [18:0] n     = {3'd0, n16};
  wire signed [18:0] zero  = 19'sd0;
  wire               two   = step == 2'd2;   // halves are rounded up: 1 is added to what s is taken from, which stands long before
  wire signed [18:0] none  = {18'd0, two};
  wire signed [18:0] u     = {2'd0, rows ? y_u_q : x_u_q};
  wire signed [18:0] under = none - s;       // first ky, times the step
  wire signed [18:0] over  = u - s;          // end of ky, times the step
  wire signed [18:0] lo1   = two ? under >>> 1 : under;
  wire signed [18:0] hi1   = two ? over >>> 1 : over;
  wire               fixed = step == 2'd0;   // all or nothing
  reg signed [18:0]  lo_q, hi_q;
  wire signed [18:0] count = hi_q - lo_q;
  wire               some  = count > zero;

  always @(posedge clk_i) begin
    lo_q <= fixed || lo1 < zero ? zero : lo1;
    hi_q <= fixed ? (under <= zero && over > zero ? n : zero) : hi1 < n ? hi1 : n;
  end

  // ---- first step of the visit: base + ylo SKY + xlo SKX
  reg [15:0] mul_q, mul_a_q, mul_b_q, a_q, b_q, ny_q, nx_q, ylo_q, xlo_q;
  wire       gather = w20[`CURTA_GEMM_GATHER];
  assign list_re_o = gather;
  assign list_o    = b_q;
  reg        empty_q;

  always @(posedge clk_i) begin
    case (state_q)
      XRANGE: begin                          // lo, hi of the rows are ready
        mul_q   <= some && !gather ? lo_q[15:0] : 16'd0;
        ylo_q   <= lo_q[15:0];
        mul_a_q <= w11[`CURTA_GEMM_A_SKY];
        mul_b_q <= w14[`CURTA_GEMM_B_SKY];
        a_q     <= a_vx_q;
        b_q     <= b_vx_q;
        ny_q    <= count[15:0];
        empty_q <= !some;
      end
      YMUL, XMUL:
        if (mul_q != 16'd0) begin
          if (mul_q[0]) begin
            a_q <= a_q + mul_a_q;
            b_q <= b_q + mul_b_q;
          end
          mul_q   <= mul_q >> 1;
          mul_a_q <= mul_a_q << 1;
          mul_b_q <= mul_b_q << 1;
        end else if (state_q == YMUL) begin
          mul_q   <= some && !gather ? lo_q[15:0] : 16'd0;      // of the columns: the window logic keeps showing them
          mul_a_q <= w12[`CURTA_GEMM_A_SKX];
          mul_b_q <= w15[`CURTA_GEMM_B_SKX];
          xlo_q   <= lo_q[15:0];
          nx_q    <= count[15:0];
          empty_q <= empty_q || !some;
        end
      default: ;
    endcase

    if (!rst_ni) state_q <= IDLE;
    else case (state_q)
      IDLE:    if (go_i) state_q <= YRANGE;
      YRANGE:  state_q <= XRANGE;
      XRANGE:  state_q <= YMUL;
      YMUL:    if (mul_q == 16'd0) state_q <= XMUL;
      XMUL:    if (mul_q == 16'd0) state_q <= PUSH;
      PUSH:    if (advance) state_q <= last_q ? IDLE : YRANGE;
      default: state_q <= IDLE;
    endcase

    if (!rst_ni) visit_valid_o <= 1'b0;
    else if (advance) visit_valid_o <= 1'b1;
    else if (visit_ready_i) visit_valid_o <= 1'b0;
    if (advance) begin
      visit_a_o     <= a_q;
      visit_b_o     <= b_q;
      visit_p_o     <= p_vx_q;
      visit_ny_o    <= ny_q;
      visit_nx_o    <= nx_q;
      visit_lo_o    <= {xlo_q, ylo_q};
      visit_len_o   <= list_len_i;
      visit_empty_o <= empty_q || (gather && list_len_i == 16'd0);
      visit_last_o  <= last_q;
    end
  end

  assign done_o = state_q == IDLE;
  wire unused = &{1'b0, cfg_i, count[18:16], w5[31:16], w12[31:16], w15[31:16], w20};
endmodule
`default_nettype wire
