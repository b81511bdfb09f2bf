// SPDX-License-Identifier: Apache-2.0
// curta_fetch - reads commands ahead of the command processor
//   One burst a command into one of 2^LogSlots slots of a RAM, in order: first what is left of the called program, then
//   the ring up to the doorbell. A redirect (CALL, SKIP) drops what was asked for so far: slots in flight are dropped
//   as they fill. A command outside the memory is never read; its slot is marked bad. Nothing is in flight when a
//   bad slot is taken, and nothing is asked for behind it before a redirect.
// Timing   pop to the next slot: 1 cycle; word: 2 cycles of word_re_i after word_i.
// Resets   the pointers.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
module curta_fetch #(
  parameter BUS = 8,              // bytes of a beat: 8, 16, 32, 64
  parameter LogSlots = 3
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  input  wire             halt_i,        // ask for nothing more
  output wire             idle_o,        // no burst is under way
  // ring and memory
  input  wire [31:0]      ring_base_i,
  input  wire [4:0]       ring_log2_i,
  input  wire [31:0]      ring_tail_i,
  input  wire [31:0]      mem_size_i,
  // where to go on
  input  wire             redirect_i,
  input  wire [31:0]      ring_pos_i,    // next ring command
  input  wire [25:0]      prog_block_i,  // address / 128 of the next program command
  input  wire [31:0]      prog_left_i,   // program commands to come
  // the oldest command
  output wire             valid_o,
  output wire             range_o,       // it lies outside the memory
  output wire             bus_o,         // the memory answered with an error
  input  wire             pop_i,
  input  wire             word_re_i,
  input  wire [3:0]       word_i,        // pair of 32-bit words
  output reg  [63:0]      data_o,        // a register behind the RAM: what looks at a word has a whole cycle
  // memory
  output wire             rd_valid_o,
  input  wire             rd_ready_i,
  output wire [31:0]      rd_addr_o,
  output wire [7:0]       rd_beats_o,
  input  wire             rsp_valid_i,
  input  wire [8*BUS-1:0] rsp_data_i,
  input  wire             rsp_last_i,
  input  wire             rsp_err_i
);
  localparam Slots    = 1 << LogSlots;
  localparam Beats    = 128 / BUS;
  localparam LogBeats = $clog2(Beats);
  localparam LogPairs = 4 - LogBeats;    // 64-bit pairs of a beat, log2

  reg  [31:0] ring_q, left_q;            // next ring command; program commands to come
  reg  [25:0] block_q;
  reg  [LogSlots:0] ask_q, fill_q, pop_q;  // free-running slot counts
  reg  [LogSlots:0] drop_q;              // oldest slots that a redirect has made worthless
  reg  [LogBeats-1:0] beat_q;
  reg  [Slots-1:0] err_q;                // an error response, by slot
  reg         bad_q;                     // the newest slot is bad: wait for a redirect

  reg         in_prog_q;                       // left_q is not 0
  wire        in_prog   = in_prog_q;
  reg  [15:0] mask_q;                          // of at most 2^16 commands; set long before the doorbell
  always @(posedge clk_i) mask_q <= ~(16'hffff << ring_log2_i);
  wire [15:0] ring_idx = ring_q[15:0] & mask_q;
  wire [25:0] ring_blk  = {1'b0, ring_base_i[31:7]} + {10'd0, ring_idx};
  wire [25:0] block     = in_prog ? block_q : ring_blk;
  // Where the next command lies is worked out in a cycle of its own, after which it is asked for; the port takes one every second cycle.
  reg         known_q, some_q, in_mem_q;
  reg  [24:0] next_q;
  always @(posedge clk_i) begin
    known_q <= rst_ni && !ask && !redirect_i;
    some_q  <= in_prog || ring_q != ring_tail_i;
    in_mem_q <= block < {1'b0, mem_size_i[31:7]};
    next_q  <= block[24:0];
  end
  wire        want      = known_q && some_q && !halt_i && !bad_q && !redirect_i
                          && ask_q != (pop_q ^ {1'b1, {LogSlots{1'b0}}});
  wire        ask       = rd_valid_o && rd_ready_i;
  wire        mark      = want && !in_mem_q && ask_q == fill_q;   // take a bad slot: asked for and filled at once
  wire        filled    = rsp_valid_i && rsp_last_i;
  wire        drop      = drop_q != 0 && pop_q != fill_q;
  wire [LogSlots:0] ask_d = ask_q + {{LogSlots{1'b0}}, ask || mark};
  wire [LogSlots:0] pop_d = pop_q + {{LogSlots{1'b0}}, pop_i || drop};

  assign rd_valid_o = want && in_mem_q;
  assign rd_addr_o  = {next_q, 7'd0};
  assign rd_beats_o = Beats[7:0];
  assign idle_o     = ask_q == fill_q;
  assign valid_o    = pop_q != fill_q && drop_q == 0;
  assign range_o    = bad_q && pop_q + 1'b1 == ask_q;
  assign bus_o      = err_q[pop_q[LogSlots-1:0]] && !range_o;

  wire [8*BUS-1:0] beat_data;
  curta_ram #(.Width(8 * BUS), .Depth(Slots * Beats), .Lane(8 * BUS)) u_ram (
    .clk_i(clk_i), .we_i(rsp_valid_i), .waddr_i({fill_q[LogSlots-1:0], beat_q}), .wdata_i(rsp_data_i),
    .re_i(word_re_i), .raddr_i({pop_q[LogSlots-1:0], word_i[3:LogPairs]}), .rdata_o(beat_data));
  wire [63:0] pair;
  generate
    if (LogPairs == 0) begin : g_whole
      assign pair = beat_data;
    end else begin : g_part
      reg [LogPairs-1:0] part_q;
      always @(posedge clk_i) if (word_re_i) part_q <= word_i[LogPairs-1:0];
      assign pair = beat_data[64*part_q +: 64];
    end
  endgenerate
  always @(posedge clk_i) if (word_re_i) data_o <= pair;

  always @(posedge clk_i)
    if (!rst_ni) begin
      ring_q  <= 32'd0;
      left_q  <= 32'd0;
      in_prog_q <= 1'b0;
      ask_q   <= 0;
      fill_q  <= 0;
      pop_q   <= 0;
      drop_q  <= 0;
      beat_q  <= 0;
      bad_q   <= 1'b0;
    end else begin
      ask_q <= ask_d;
      pop_q <= pop_d;
      if (filled || mark) fill_q <= fill_q + 1'b1;
      if (rsp_valid_i) beat_q <= rsp_last_i ? {LogBeats{1'b0}} : beat_q + 1'b1;
      if (redirect_i) begin
        ring_q <= ring_pos_i;
        left_q <= prog_left_i;
        in_prog_q <= prog_left_i != 32'd0;
        bad_q  <= 1'b0;
        drop_q <= ask_d - pop_d;
      end else begin
        if (drop) drop_q <= drop_q - 1'b1;
        if (mark) bad_q <= 1'b1;
        if (ask && in_prog) begin
          left_q    <= left_q - 32'd1;
          in_prog_q <= left_q != 32'd1;
        end
        if (ask && !in_prog) ring_q <= ring_q + 32'd1;
      end
    end

  always @(posedge clk_i) begin
    if (redirect_i)  block_q <= prog_block_i;
    else if (ask)    block_q <= block_q + 26'd1;
    if (rsp_valid_i) err_q[fill_q[LogSlots-1:0]] <= rsp_err_i || (beat_q != 0 && err_q[fill_q[LogSlots-1:0]]);
  end
endmodule
`default_nettype wire
