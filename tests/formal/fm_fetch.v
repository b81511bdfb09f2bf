// SPDX-License-Identifier: Apache-2.0
// fm_fetch - curta_fetch asks for nothing outside [0, MEM_SIZE), for no more than it has room for, and is idle when nothing is under way
//   Stimuli: any ring, doorbell, redirections, pops; any memory that answers what was asked; halt and reset at any time (a reset takes
//   the memory along: what is under way is never answered).
`include "formal.vh"
`default_nettype none
module fm_fetch #(
  parameter BUS = 32
) (
  input wire             clk_i,
  input wire             rst_ni,
  input wire             halt_i,
  input wire [31:0]      ring_base_i,
  input wire [4:0]       ring_log2_i,
  input wire [31:0]      ring_tail_i,
  input wire             redirect_i,
  input wire [31:0]      ring_pos_i,
  input wire [25:0]      prog_block_i,
  input wire [31:0]      prog_left_i,
  input wire             pop_i,
  input wire             word_re_i,
  input wire [3:0]       word_i,
  input wire             rd_ready_i,
  input wire             rsp_valid_i,
  input wire [8*BUS-1:0] rsp_data_i,
  input wire             rsp_err_i
);
  (* anyconst *) wire [31:0] mem_size;
  localparam Beats = 128 / BUS;
  wire        idle, valid, range, bus, rd_valid;
  wire [63:0] data;
  wire [31:0] rd_addr;
  wire [7:0]  rd_beats;
  reg  [3:0]  open, beat;
  wire        last = beat == Beats - 1;
  curta_fetch #(.BUS(BUS)) u_dut (
    .clk_i(clk_i), .rst_ni(rst_ni), .halt_i(halt_i), .idle_o(idle), .ring_base_i(ring_base_i), .ring_log2_i(ring_log2_i),
    .ring_tail_i(ring_tail_i), .mem_size_i(mem_size), .redirect_i(redirect_i), .ring_pos_i(ring_pos_i), .prog_block_i(prog_block_i),
    .prog_left_i(prog_left_i), .valid_o(valid), .range_o(range), .bus_o(bus), .pop_i(pop_i), .word_re_i(word_re_i), .word_i(word_i),
    .data_o(data), .rd_valid_o(rd_valid), .rd_ready_i(rd_ready_i), .rd_addr_o(rd_addr), .rd_beats_o(rd_beats),
    .rsp_valid_i(rsp_valid_i), .rsp_data_i(rsp_data_i), .rsp_last_i(last), .rsp_err_i(rsp_err_i));

  wire ask = rd_valid && rd_ready_i;
  always @(posedge clk_i)
    if (!rst_ni) begin
      open <= 0;
      beat <= 0;
    end else begin
      open <= open + ask - (rsp_valid_i && last);
      if (rsp_valid_i) beat <= last ? 0 : beat + 1;
    end
  reg [3:0] inside;                        // slots asked for and neither popped nor dropped
  always @* begin
    if (`START) assume (!rst_ni);
    assume (!rsp_valid_i || open != 0);
    assume (!pop_i || (valid && !range));
    assume (!redirect_i || !pop_i);
  end
  (* hierconn *) wire [3:0] \u_dut.ask_q , \u_dut.fill_q , \u_dut.pop_q , \u_dut.drop_q ;
  (* hierconn *) wire [1:0] \u_dut.beat_q ;
  (* hierconn *) wire       \u_dut.bad_q ;
  wire [3:0] a = \u_dut.ask_q , f = \u_dut.fill_q , p = \u_dut.pop_q , d = \u_dut.drop_q ;
  wire [1:0] b = \u_dut.beat_q ;
  wire       bad = \u_dut.bad_q ;
  wire [3:0] af = a - f, ap = a - p, fp = f - p;
  `SEEN({open == 8, rd_valid && rd_addr == mem_size - 128 && mem_size == 32'h1000, range && valid, bus && valid, d == 5 && open == 3, !rst_ni && open == 8})
  always @* begin
    `MUST(!rd_valid || ({1'b0, rd_addr} + 128 <= mem_size && rd_addr[6:0] == 0 && rd_beats == Beats))
    `MUST(!halt_i || !rd_valid)
    `MUST(open <= 8)
    `MUST(idle == (open == 0))
    `MUST(!(valid && range) || open == 0)
    // what makes it inductive
    `MUST(af == open && b == beat && beat < Beats && (open != 0 || beat == 0))
    `MUST(ap <= 8 && fp <= 8 && af <= ap && d <= ap && af + 5'd0 + fp == ap)
    `MUST(!bad || (af == 0 && ap != 0))
    `MUST(!bad || d < ap)
  end
endmodule
`default_nettype wire
