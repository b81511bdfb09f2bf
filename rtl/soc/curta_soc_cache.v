// SPDX-License-Identifier: Apache-2.0
// curta_soc_cache - the core's reads of its program: instructions and constants from a window of the shared memory, direct mapped
//   The window is 2^LogWindow bytes at Base. Nothing is written through it, and a store under it (the same bytes at their address in
//   the shared memory) is not seen before the next reset: the program is put there before the first read.
//   A read that misses fetches its line as a burst, from the first beat on, and is answered when its beat is there. A line of which
//   the memory refused a beat is forgotten, and the read that waits for it ends with an error.
// Timing   a read that hits: ready_o in the cycle after the first one of ask_i
// Resets   fetch; the tags, a line a cycle, in which nothing hits and nothing is fetched
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // byte address
module curta_soc_cache #(
  parameter BUS   = 8,              // bytes of a beat, 8 or more
  parameter Bytes = 8192,           // a power of two
  parameter Line  = 64,             // bytes, a power of two, 2 BUS or more
  parameter LogWindow = 17,         // larger than the logarithm of Bytes
  parameter [27:0] Base = 28'd0     // a multiple of the window
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // core
  input  wire             ask_i,    // level, from the first cycle of an access to ready_o
  input  wire             hold_i,   // the core's writes are not all in memory: nothing is fetched
  input  wire [27:0]      addr_i,   // from the start of the window on
  output reg              ready_o,
  output wire [31:0]      rdata_o,
  output reg              error_o,  // with ready_o
  // memory: bursts of Line / BUS beats from addr_o on
  output reg              want_o,   // level, until taken_i
  input  wire             taken_i,
  output wire [27:0]      addr_o,
  output wire [7:0]       len_o,
  input  wire             beat_i,
  input  wire [8*BUS-1:0] data_i,
  input  wire             bad_i
);
  localparam Beats = Line / BUS, Size = $clog2(BUS), Low = $clog2(Line), Top = $clog2(Bytes), Count = $clog2(Beats);
  localparam Tag = LogWindow - Top, Lines = Bytes / Line;

  // ---- tags: {valid, upper address bits}, read in the first cycle; asynchronously, so that ready_o is a register
  (* ram_style = "distributed" *)
  reg  [Tag:0]          tag_q [0:Lines-1];
  reg  [Top-Low-1:0]    sweep_q;
  reg                   clear_q;                      // after reset: the tags are being cleared
  wire [Top-Low-1:0]    index = addr_i[Top-1:Low];
  wire                  hit   = tag_q[index] == {1'b1, addr_i[LogWindow-1:Top]} && !clear_q;

  // ---- the line that is being fetched, or was last
  reg  [LogWindow-1:Low] line_q;
  reg                   fetch_q, bad_q;               // beats are still to come; one was refused
  reg  [Count-1:0]      got_q;                        // beats that are there
  wire                  same    = addr_i[LogWindow-1:Low] == line_q;
  wire                  early   = fetch_q && same && addr_i[Low-1:Size] < got_q && !bad_q;
  wire                  refused = !fetch_q && same && bad_q;
  wire                  last    = beat_i && (&got_q);
  wire                  open    = ask_i && !ready_o;

  wire [8*BUS-1:0]      beat;
  curta_ram #(.Width(8*BUS), .Depth(Bytes / BUS), .Lane(8*BUS)) u_data (
    .clk_i(clk_i), .we_i(beat_i), .waddr_i({line_q[Top-1:Low], got_q}), .wdata_i(data_i), .re_i(open), .raddr_i(addr_i[Top-1:Size]),
    .rdata_o(beat));
  assign rdata_o = beat[{addr_i[Size-1:2], 5'd0} +: 32];
  assign addr_o  = Base | {{(28-LogWindow){1'b0}}, addr_i[LogWindow-1:Low], {Low{1'b0}}};
  assign len_o   = Beats[7:0] - 8'd1;

  wire                  tag_we    = clear_q || taken_i || last;
  wire [Top-Low-1:0]    tag_index = clear_q ? sweep_q : taken_i ? index : line_q[Top-1:Low];
  wire [Tag:0]          tag_data  = {!clear_q && !taken_i && !bad_q && !bad_i, line_q[LogWindow-1:Top]};
  always @(posedge clk_i) if (tag_we) tag_q[tag_index] <= tag_data;

  always @(posedge clk_i) begin
    ready_o <= open && (hit || early || refused);
    error_o <= refused;
    want_o  <= open && !hit && !refused && !fetch_q && !hold_i && !clear_q && !taken_i;
    sweep_q <= clear_q ? sweep_q + 1'b1 : {(Top-Low){1'b0}};
    if (&sweep_q) clear_q <= 1'b0;
    if (taken_i) line_q <= addr_i[LogWindow-1:Low];
    if (taken_i)     got_q <= 0;
    else if (beat_i) got_q <= got_q + 1'b1;
    if (taken_i)   fetch_q <= 1'b1;
    else if (last) fetch_q <= 1'b0;
    if (taken_i || ready_o && error_o) bad_q <= 1'b0;
    else if (beat_i && bad_i)          bad_q <= 1'b1;
    if (!rst_ni) begin
      ready_o <= 1'b0;
      want_o  <= 1'b0;
      fetch_q <= 1'b0;
      bad_q   <= 1'b0;
      clear_q <= 1'b1;
      sweep_q <= 0;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
