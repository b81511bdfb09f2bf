// SPDX-License-Identifier: Apache-2.0
// fm_vwalk - no address leaves curta_vwalk whose tile is not inside [0, MEM_SIZE) (or inside the accumulator memory) and aligned
//   Stimuli: any configuration words; bases aligned as curta_check demands; any shape of command; clear at any time.
`include "formal.vh"
`default_nettype none
module fm_vwalk #(
  parameter T = 8, parameter P_TILES = 16
) (
  input wire        clk_i,
  input wire        clr_i,
  input wire        start_i,
  input wire [31:0] cfg_rdata_i,
  input wire        ready_i
);
  (* anyconst *) wire [31:0] mem_size;     // constants of a command; the walk is cleared before they change
  (* anyconst *) wire [3:0]  used;
  (* anyconst *) wire [7:0]  size;
  (* anyconst *) wire [3:0]  kh, kw;
  (* anyconst *) wire        win_src, win_dst, aux_dst, acc, n32, padded;
  (* anyconst *) wire [31:0] pad, lim;
  wire        hole, last0, last3;
  wire        cfg_re, valid, busy, err;
  wire [4:0]  cfg_raddr;
  wire [1:0]  kind;
  wire [31:0] addr, info;
  curta_vwalk #(.T(T), .P_TILES(P_TILES)) u_dut (
    .clk_i(clk_i), .clr_i(clr_i), .start_i(start_i), .use_i(used), .win_src_i(win_src), .win_dst_i(win_dst), .aux_dst_i(aux_dst),
    .acc_i(acc), .n32_i(n32), .planes_i(1'b0), .padded_i(padded), .pad_i(pad), .lim_i(lim), .hole_o(hole), .last0_o(last0), .last3_o(last3), .size_i(size), .kh_i(kh), .kw_i(kw), .mem_size_i(mem_size), .cfg_re_o(cfg_re), .cfg_raddr_o(cfg_raddr),
    .cfg_rdata_i(cfg_rdata_i), .valid_o(valid), .ready_i(ready_i), .kind_o(kind), .addr_o(addr), .busy_o(busy), .err_o(err),
    .err_info_o(info));

  // the word on cfg_rdata_i
  reg  [4:0]  word;
  always @(posedge clk_i) if (cfg_re) word <= cfg_raddr;
  wire [1:0]  slot = word[1:0];
  wire [1:0]  wlog = size >> 2 * slot;
  wire        base_is_tile = acc && slot == 0;
  wire [1:0]  elog = size >> 2 * kind;
  wire        is_acc = acc && kind == 0;
  wire [33:0] bytes = T * T << elog;
  always @* begin
    if (`START) assume (clr_i);
    assume (size[1:0] != 3 && size[3:2] != 3 && size[5:4] != 3 && size[7:6] != 3);
    if (word[4:2] == 1 && !base_is_tile) assume ((cfg_rdata_i & (T * T << wlog) - 1) == 0);
  end

  reg        p_stall;
  reg [31:0] p_addr;
  reg [1:0]  p_kind;
  always @(posedge clk_i) {p_stall, p_addr, p_kind} <= {valid && !ready_i && !clr_i, addr, kind};

  (* hierconn *) wire signed [35:0] \u_dut.a2_q ;
  (* hierconn *) wire [1:0] \u_dut.k1_q , \u_dut.k2_q ;
  (* hierconn *) wire \u_dut.v1_q , \u_dut.v2_q ;
  wire [35:0] a2 = \u_dut.a2_q ;
  wire [1:0]  k1 = \u_dut.k1_q , k2 = \u_dut.k2_q ;
  wire        v1 = \u_dut.v1_q , v2 = \u_dut.v2_q ;
  wire [1:0]  elog2 = size >> 2 * k2;
  `SEEN({valid && kind == 0 && !acc && addr + bytes == mem_size, valid && kind == 2 && elog == 2 && addr != 0, err && kind == 3, valid && is_acc && addr == P_TILES - 1})
  always @* begin
    `MUST(!(valid && !hole && !is_acc) || (addr + 34'd0 + bytes <= mem_size && (addr & (bytes - 1)) == 0))
    `MUST(!(valid && !hole && is_acc) || addr < P_TILES)
    `MUST(!p_stall || (valid && addr == p_addr && kind == p_kind))
    `MUST(!(valid && err))
    // what makes it inductive
    `MUST(!(v2 && !(acc && k2 == 0)) || (a2 & (36'd1 << elog2) - 36'd1) == 0)
    `MUST(!v1 || word == {3'b001, k1})
  end
endmodule
`default_nettype wire
