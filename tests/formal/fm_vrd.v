// SPDX-License-Identifier: Apache-2.0
// fm_vrd - curta_vstream_rd asks for what it is handed and for nothing else, and always has room for what it asked for
//   Stimuli: any requests of 1 beat to the whole FIFO, any memory that answers what was asked (in any split of the beats into the bursts,
//   which is more than a memory does), pops of beats that are there, abort at any time; it stands until nothing is outstanding (docs/rtl.md: stop),
//   a command (clr_i) begins when nothing is. What the RAM gives is anything (fm_ram_any.v): order and content are those of its FIFO.
`include "formal.vh"
`default_nettype none
module fm_vrd #(
  parameter C = 4, parameter BUS = 8, parameter Wide = 4, parameter LogDepth = 7, parameter Head = 0
) (
  input wire             clk_i,
  input wire             rst_ni,
  input wire             clr_i,
  input wire             abort_i,
  input wire             req_valid_i,
  input wire [31:0]      req_addr_i,
  input wire [7:0]       req_beats_i,
  input wire             rd_ready_i,
  input wire             rsp_valid_i,
  input wire [8*BUS-1:0] rsp_data_i,
  input wire             rsp_last_i,
  input wire             narrow_i,
  input wire             apart_i,
  input wire             last_i,
  input wire             pop_i,
  input wire             beat_pop_i
);
  localparam Depth = 1 << LogDepth;
  localparam Parts = Wide * C > BUS ? Wide * C / BUS : 1;      // beats of a wide group
  wire                req_ready, rd_valid, after, next, beat_next, beat_valid, waits, idle;
  wire [31:0]         rd_addr;
  wire [7:0]          rd_beats;
  wire [8*C-1:0]      narrow;
  wire [8*Wide*C-1:0] wide;
  wire [8*BUS-1:0]    beat;
  curta_vstream_rd #(.C(C), .BUS(BUS), .Wide(Wide), .LogDepth(LogDepth), .Head(Head)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .clr_i(clr_i), .abort_i(abort_i), .req_valid_i(req_valid_i), .req_ready_o(req_ready),
    .req_addr_i(req_addr_i), .req_beats_i(req_beats_i), .rd_valid_o(rd_valid), .rd_ready_i(rd_ready_i), .rd_addr_o(rd_addr),
    .rd_beats_o(rd_beats), .rsp_valid_i(rsp_valid_i), .rsp_data_i(rsp_data_i), .rsp_last_i(rsp_last_i), .narrow_i(narrow_i),
    .apart_i(apart_i), .last_i(last_i), .after_o(after), .next_o(next), .beat_next_o(beat_next), .narrow_o(narrow), .wide_o(wide), .pop_i(pop_i),
    .beat_valid_o(beat_valid), .beat_o(beat), .beat_pop_i(beat_pop_i), .wait_o(waits), .idle_o(idle));

  // bursts and beats that have been asked for and have not come; beats inside
  reg  [7:0]  open;
  reg  [15:0] due, level;
  reg         aborting;
  wire        ask    = rd_valid && rd_ready_i;
  wire        last   = rsp_valid_i && rsp_last_i;
  (* hierconn *) wire              \u_dut.pop_beat , \u_dut.last_part , \u_dut.left_q , \u_dut.u_fifo.valid_q , \u_dut.u_fifo.g_head.head_q ;
  (* hierconn *) wire [3:0]        \u_dut.open_q ;
  (* hierconn *) wire [LogDepth:0] \u_dut.room_q , \u_dut.u_fifo.wr_q , \u_dut.u_fifo.rd_q ;
  wire              leaves = \u_dut.pop_beat ;
  wire              left   = \u_dut.left_q ;
  wire              head   = Head != 0 && \u_dut.u_fifo.g_head.head_q ;
  wire [LogDepth:0] room   = \u_dut.room_q , ram = \u_dut.u_fifo.wr_q - \u_dut.u_fifo.rd_q ;
  always @(posedge clk_i) begin
    open     <= !rst_ni ? 0 : open + ask - last;
    due      <= !rst_ni ? 0 : due + (ask ? req_beats_i : 0) - rsp_valid_i;
    level    <= clr_i ? 0 : level + rsp_valid_i - leaves;
    aborting <= rst_ni && (abort_i || (aborting && open != 0));
  end
  wire        swallow = aborting && open != 0;
  always @* begin
    if (`START) assume (!rst_ni);
    assume (!(req_valid_i && req_beats_i == 0) && req_beats_i <= Depth);
    assume (!rsp_valid_i || open != 0);
    assume (due - rsp_valid_i >= open - last && (due == rsp_valid_i) == (open == last));
    assume (rst_ni && !abort_i || clr_i);
    assume (!swallow || abort_i);
    assume (!clr_i || !rst_ni || abort_i || (open == 0 && !req_valid_i));
    assume (!(pop_i || beat_pop_i) || beat_valid);
  end

  // a group is there: with any beat, a wide group of several with its last
  wire       group = beat_valid && (Parts == 1 || narrow_i || \u_dut.last_part );
  reg        p_quiet, p_told, p_group, p_narrow, p_beat;
  always @(posedge clk_i) begin
    p_quiet  <= rst_ni && open == 0 && level == 0 && !ask;
    p_told   <= !clr_i && !apart_i && !beat_pop_i && (!pop_i || group);
    p_group  <= pop_i ? next : after;
    p_narrow <= narrow_i;
    p_beat   <= !clr_i && beat_valid && (!leaves || beat_next);
  end

  reg        p_stall;
  reg [31:0] p_addr;
  reg [7:0]  p_beats;
  always @(posedge clk_i) {p_stall, p_addr, p_beats} <= {rst_ni && rd_valid && !rd_ready_i && !clr_i, req_addr_i, req_beats_i};

  `SEEN({open == 15 && req_valid_i && rd_ready_i && room > req_beats_i, level + due == Depth && level == 5, ask && left && room + 8'd1 == req_beats_i,
         open == 2 && abort_i && rsp_valid_i && level != 0})
  always @* begin
    // what is handed in becomes a request, and nothing else does; it stands while it waits
    `MUST(ask == (req_valid_i && req_ready))
    `MUST(!rd_valid || (req_valid_i && rd_addr == req_addr_i && rd_beats == req_beats_i && !abort_i))
    `MUST(!(p_stall && req_valid_i && req_beats_i == p_beats && !abort_i) || rd_valid)
    // counts
    `MUST(open <= 15 && \u_dut.open_q == open && waits == (open != 0))
    `MUST(idle == p_quiet && (!idle || (open == 0 && level == 0)))
    // what is said of the next cycle
    `MUST(!(p_told && !apart_i && narrow_i == p_narrow) || group == p_group)
    `MUST(!p_beat || beat_valid)
    // room for all that is under way; what leaves was there
    `MUST(swallow || level + due <= Depth)
    `MUST(level <= Depth && (!leaves || level != 0))
    // what makes it inductive
    `MUST(due >= open && (due == 0) == (open == 0))
    `MUST(level + room + left + (swallow ? 0 : due) == Depth)
    `MUST(level == ram + \u_dut.u_fifo.valid_q + head)
    `MUST(beat_valid == (Head != 0 ? head : \u_dut.u_fifo.valid_q ))
    `MUST(!swallow || level == 0)
  end
endmodule
`default_nettype wire
