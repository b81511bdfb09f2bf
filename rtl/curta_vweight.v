// SPDX-License-Identifier: Apache-2.0
// curta_vweight - UPDATE NITRO behind the quotients: w' = w - G / rate - w / decay, modulo 2^32
//   A tile passes twice. The first time its gradients: minus their quotients go into the tile memory. The second time its
//   weights: they and what the memory says wait for their quotients (two groups may), then leave, a beat a cycle.
// Golden   curta_golden_update (NITRO)
// Timing   groups 4 C / BUS cycles apart, two at least. The memory is read (re_o) in the fourth stage of the requantiser, taken with v5_i.
// Resets   positions and the state of the output (clr_i).
/* verilator lint_off BLKSEQ */ // temporaries of the lane loops
`default_nettype none
module curta_vweight #(
  parameter C = 8,               // lanes
  parameter BUS = 8,             // bytes of a beat: at most 4 C
  parameter LogG = 3             // log2 of the groups of a tile
) (
  input  wire             clk_i,
  input  wire             clr_i,
  input  wire             run_i,          // the command is one
  // In
  input  wire             v2_i,           // stages of the requantiser
  input  wire             v4_i,
  input  wire             v5_i,
  input  wire             second_i,       // with v5_i: weights
  input  wire [32*C-1:0]  x_i,            // with v2_i
  input  wire             sum_i,          // two cycles before done_i
  input  wire             done_i,         // quotients are there
  input  wire [25*C-1:0]  q_i,
  input  wire [C-1:0]     neg_i,
  // Tile memory
  output wire             re_o,
  output wire [LogG-1:0]  raddr_o,
  input  wire [32*C-1:0]  rdata_i,
  output wire             we_o,
  output wire [LogG-1:0]  waddr_o,
  output wire [32*C-1:0]  wdata_o,
  // Out
  output wire             push_o,
  output wire [8*BUS-1:0] beat_o,
  output wire             flag_o,         // pulse: a weight is no signed integer of 18 bits
  output wire             busy_o
);
  localparam Turn = 4 * C / BUS;          // beats of a group
  localparam [31:0] Turn1 = Turn - 1;

  reg  [LogG-1:0] g_q, h_q;               // group that is read, that is done
  reg             weights_q, late_q, second_q;   // the groups that wait, that were done are weights
  reg             there_q;                // a result stands in r
  reg  [2:0]      turn_q;
  reg  [32*C-1:0] x_q, x5_q, from_q, from, base_q, r_q, r;
  reg  [31:0]     less;
  integer         i, k, n;

  assign re_o    = run_i && v4_i;
  assign raddr_o = g_q;
  assign we_o    = there_q && !second_q && turn_q == 3'd0;
  assign waddr_o = h_q;
  assign wdata_o = r_q;
  assign push_o  = there_q && second_q;
  assign busy_o  = there_q;

  always @(posedge clk_i)
    if (run_i) begin
      if (v2_i) x_q <= x_i;
      if (v4_i) x5_q <= x_q;
      if (v5_i) begin
        for (i = 0; i < C; i = i + 1) from[32*i +: 32] = second_i ? x5_q[32*i +: 32] + rdata_i[32*i +: 32] : 32'd0;
        from_q    <= from;
        weights_q <= second_i;
      end
      if (sum_i) begin
        base_q <= from_q;
        late_q <= weights_q;
      end
      if (done_i) begin
        for (k = 0; k < C; k = k + 1) begin
          less = {7'd0, q_i[25*k +: 25]} ^ {32{!neg_i[k]}};
          r[32*k +: 32] = base_q[32*k +: 32] + less + {31'd0, !neg_i[k]};
        end
        r_q      <= r;
        second_q <= late_q;
      end
    end

  // beats, and how wide the weights are
  reg [31:0] all;
  always @* begin
    all = 32'd0;
    if (push_o && turn_q == 3'd0)
      for (n = 0; n < C; n = n + 1) all = all | (r_q[32*n +: 32] ^ {32{r_q[32*n + 31]}});
  end
  assign flag_o = |all[31:17];
  generate
    if (Turn > 1) begin : g_turn
      localparam Log = $clog2(Turn);
      assign beat_o = r_q[8*BUS*turn_q[Log-1:0] +: 8*BUS];
    end else begin : g_whole
      assign beat_o = r_q;
    end
  endgenerate

  always @(posedge clk_i)
    if (clr_i) begin
      g_q     <= 0;
      h_q     <= 0;
      there_q <= 1'b0;
      turn_q  <= 3'd0;
    end else if (run_i) begin
      if (v4_i) g_q <= g_q + 1'b1;
      if (there_q && turn_q == 3'd0) h_q <= h_q + 1'b1;
      if (done_i) begin
        there_q <= 1'b1;
        turn_q  <= 3'd0;
      end else if (there_q) begin
        there_q <= second_q && turn_q != Turn1[2:0];
        turn_q  <= turn_q + 3'd1;
      end
    end
endmodule
`default_nettype wire
