// SPDX-License-Identifier: Apache-2.0
// curta_onchip - on-chip memory of a board without a memory controller: AXI4 slave of the accelerator, 32-bit port of the bridge
//   One access a cycle: the bridge first, reads and writes of the accelerator in turn. One burst of each kind at a time.
//   A burst that begins beyond the end is answered with SLVERR and touches nothing (bursts do not cross 4 KiB, LogBytes >= 12).
// Timing   read: first beat 2 cycles after its address, then one a cycle; bridge: data in the cycle after br_gnt_o
// Resets   control; the memory is not cleared
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // AxSIZE and AxBURST are always the same, of addresses only the used bits
module curta_onchip #(
  parameter BUS = 8,                          // bytes of a beat
  parameter LogBytes = 17                     // of the memory
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  // bridge
  input  wire                br_re_i,
  input  wire                br_we_i,
  input  wire [LogBytes-1:2] br_addr_i,
  input  wire [31:0]         br_wdata_i,
  output wire                br_gnt_o,
  output wire [31:0]         br_rdata_o,
  // AXI4
  input  wire                s_arvalid_i,
  output wire                s_arready_o,
  input  wire [1:0]          s_arid_i,
  input  wire [31:0]         s_araddr_i,
  input  wire [7:0]          s_arlen_i,
  output reg                 s_rvalid_o,
  input  wire                s_rready_i,
  output reg  [1:0]          s_rid_o,
  output wire [8*BUS-1:0]    s_rdata_o,
  output reg  [1:0]          s_rresp_o,
  output reg                 s_rlast_o,
  input  wire                s_awvalid_i,
  output wire                s_awready_o,
  input  wire [31:0]         s_awaddr_i,
  input  wire                s_wvalid_i,
  output wire                s_wready_o,
  input  wire [8*BUS-1:0]    s_wdata_i,
  input  wire [BUS-1:0]      s_wstrb_i,
  input  wire                s_wlast_i,
  output reg                 s_bvalid_o,
  input  wire                s_bready_i,
  output wire [1:0]          s_bresp_o
);
  localparam Beat = $clog2(BUS);
  localparam Aw   = LogBytes - Beat;          // bits of a word address
  localparam Pw   = Beat - 2;                 // bits of a 32-bit word in a beat; 1 at least

  reg           r_busy_q, r_bad_q, w_busy_q, w_bad_q, turn_q;
  reg  [Aw-1:0] r_addr_q, w_addr_q;
  reg  [7:0]    r_left_q;
  reg  [1:0]    r_id_q;
  reg  [Pw-1:0] part_q;
  wire          held   = s_rvalid_o && !s_rready_i;    // the data at the output must stay
  wire          b_want = br_we_i || (br_re_i && !held);
  wire          r_want = r_busy_q && !held;
  wire          w_want = w_busy_q && s_wvalid_i && !s_bvalid_o;
  wire          w_go   = w_want && !b_want && (!r_want || turn_q);
  wire          r_go   = r_want && !b_want && !w_go;
  wire [8*BUS-1:0] rdata;
  wire [Pw-1:0]    part  = br_addr_i[Beat-1:2];
  wire [BUS-1:0]   lanes = {{BUS-4{1'b0}}, 4'hf} << {part, 2'b00};

  assign br_gnt_o    = b_want;
  assign br_rdata_o  = rdata[{part_q, 5'd0} +: 32];
  assign s_arready_o = !r_busy_q;
  assign s_awready_o = !w_busy_q && !s_bvalid_o;
  assign s_wready_o  = w_go;
  assign s_rdata_o   = rdata;
  assign s_bresp_o   = {w_bad_q, 1'b0};

  curta_ram_sp #(.Bytes(BUS), .Depth(1 << Aw)) u_ram (
    .clk_i(clk_i), .en_i(b_want || (w_go && s_wstrb_i != {BUS{1'b0}} && !w_bad_q) || r_go), .we_i(b_want ? lanes & {BUS{br_we_i}} : w_go ? s_wstrb_i : {BUS{1'b0}}),
    .addr_i(b_want ? br_addr_i[LogBytes-1:Beat] : w_go ? w_addr_q : r_addr_q),
    .wdata_i(b_want ? {BUS/4{br_wdata_i}} : s_wdata_i), .rdata_o(rdata));

  always @(posedge clk_i) begin
    if (b_want) part_q <= part;
    turn_q <= !w_go;
    if (s_arvalid_i && s_arready_o) begin
      r_busy_q <= 1'b1;
      r_addr_q <= s_araddr_i[LogBytes-1:Beat];
      r_left_q <= s_arlen_i;
      r_id_q   <= s_arid_i;
      r_bad_q  <= s_araddr_i >> LogBytes != 32'd0;
    end
    if (!held) s_rvalid_o <= r_go;
    if (r_go) begin
      r_addr_q  <= r_addr_q + 1'b1;
      r_left_q  <= r_left_q - 8'd1;
      r_busy_q  <= r_left_q != 8'd0;
      s_rid_o   <= r_id_q;
      s_rlast_o <= r_left_q == 8'd0;
      s_rresp_o <= {r_bad_q, 1'b0};
    end
    if (s_awvalid_i && s_awready_o) begin
      w_busy_q <= 1'b1;
      w_addr_q <= s_awaddr_i[LogBytes-1:Beat];
      w_bad_q  <= s_awaddr_i >> LogBytes != 32'd0;
    end
    if (w_go) begin
      w_addr_q   <= w_addr_q + 1'b1;
      w_busy_q   <= !s_wlast_i;
      s_bvalid_o <= s_wlast_i;
    end
    if (s_bvalid_o && s_bready_i) s_bvalid_o <= 1'b0;
    if (!rst_ni) begin
      r_busy_q   <= 1'b0;
      w_busy_q   <= 1'b0;
      s_rvalid_o <= 1'b0;
      s_bvalid_o <= 1'b0;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
