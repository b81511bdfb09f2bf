// SPDX-License-Identifier: Apache-2.0
// curta_soc_line - the core's loads from the shared memory: one line of it, fetched as a burst
//   A load that the line has is answered at once; another one fetches its line and is answered when its beat is there.
//   The line is as old as its fetch: it is forgotten when the core writes to it (wrote_i) and, below Shared, when the core looks at
//   the accelerator (drop_i), which is how a program learns that the accelerator has written. From Shared on only the core writes.
// Timing   a load that the line has: ready_o in the same cycle as ask_i
// Resets   line and fetch
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // byte address
module curta_soc_line #(
  parameter BUS  = 8,               // bytes of a beat, 8 or more
  parameter Line = 64,              // bytes, a power of two, 2 BUS or more
  parameter [27:0] Shared = 28'h1000000
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // core
  input  wire             ask_i,    // level, until ready_o
  input  wire             wrote_i,  // pulse: a write to addr_i
  input  wire             drop_i,   // forget the line
  input  wire             hold_i,   // the core's writes are not all in memory: nothing is fetched
  input  wire [27:0]      addr_i,
  output wire             ready_o,
  output wire [31:0]      rdata_o,
  output wire             error_o,
  // memory: bursts of Line / BUS beats from addr_o on
  output wire             want_o,   // level, until taken_i
  input  wire             taken_i,
  output wire [27:0]      addr_o,
  output wire [7:0]       len_o,
  input  wire             beat_i,
  input  wire [8*BUS-1:0] data_i,
  input  wire             bad_i
);
  localparam Beats = Line / BUS, Size = $clog2(BUS), Low = $clog2(Line), Count = $clog2(Beats);

  reg  [8*BUS:0]  beat_q [0:Beats-1];   // refused, data
  reg  [27:Low]   line_q;
  reg             open_q, fetch_q;      // the line may be read; beats of it are still to come
  reg  [Count:0]  got_q;
  wire            same  = addr_i[27:Low] == line_q;
  wire            old   = drop_i && {line_q, {Low{1'b0}}} < Shared;
  wire [Count-1:0] index = addr_i[Low-1:Size];
  wire [8*BUS:0]  beat  = beat_q[index];
  wire [8*BUS-1:0] data = beat[8*BUS-1:0];

  assign ready_o = ask_i && open_q && same && {1'b0, index} < got_q;
  assign error_o = beat[8*BUS];
  assign rdata_o = data[{addr_i[Size-1:2], 5'd0} +: 32];
  assign want_o  = ask_i && !(open_q && same) && !hold_i && !fetch_q;
  assign addr_o  = {addr_i[27:Low], {Low{1'b0}}};
  assign len_o   = Beats[7:0] - 8'd1;

  always @(posedge clk_i) begin
    if (beat_i) beat_q[got_q[Count-1:0]] <= {bad_i, data_i};
    if (taken_i)     got_q <= 0;
    else if (beat_i) got_q <= got_q + 1'b1;
    if (taken_i) line_q <= addr_i[27:Low];
    if (taken_i)                              open_q <= 1'b1;
    else if (old || wrote_i && same)          open_q <= 1'b0;
    if (taken_i)                              fetch_q <= 1'b1;
    else if (beat_i && (&got_q[Count-1:0]))   fetch_q <= 1'b0;
    if (!rst_ni) begin
      open_q  <= 1'b0;
      fetch_q <= 1'b0;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
