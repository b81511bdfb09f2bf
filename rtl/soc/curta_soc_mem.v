// SPDX-License-Identifier: Apache-2.0
// curta_soc_mem - the accelerator's AXI4 master and single words of the core on one AXI4 memory
//   Reads    the core is ID 4, its program 5, the accelerator 0..3; the core goes first. It reads by lines (curta_soc_line), its program
//            (bit 28 of the address) through a cache (curta_soc_cache).
//   Writes   the core is ID 1, the accelerator 0. A write of the core is answered as soon as it is in the buffer, which has room
//            for two words side by side and waits for the second one for some cycles. Its address goes out when every burst of
//            the accelerator has sent its data (W has no ID: data comes in the order of AW), and new bursts wait meanwhile.
//   Order    a line is fetched when the core's writes are acknowledged; busy_o lets a doorbell wait for that too
//            (curta_soc_lite). A write that the memory refused makes the next access of the core end with an error.
// Timing   accelerator: AR, AW, W, R, B pass in the same cycle
// Resets   counts and requests
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
module curta_soc_mem #(
  parameter BUS = 8,              // bytes of a beat, 8 or more
  parameter [27:0] Shared = 28'h1000000,     // the accelerator writes below
  parameter Cache = 8192,         // bytes of the program cache
  parameter LogProgram = 17,      // logarithm of the bytes of the program's window; where it lies in the memory
  parameter [27:0] Program = 28'h13e0000
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // core: address, strobes and data stay from select_i (pulse) to ready_o
  input  wire             select_i,
  input  wire [31:0]      addr_i,
  input  wire [3:0]       strb_i,
  input  wire [31:0]      wdata_i,
  input  wire             drop_i,       // the core looks at the accelerator: what it read of the memory may have changed
  output wire             ready_o,
  output wire [31:0]      rdata_o,
  output wire             error_o,
  output wire             busy_o,       // writes that are not acknowledged
  // AXI4 of the accelerator; R data, last and response come from the memory directly, as does the response of B
  input  wire             s_arvalid_i,
  output wire             s_arready_o,
  input  wire [1:0]       s_arid_i,
  input  wire [31:0]      s_araddr_i,
  input  wire [7:0]       s_arlen_i,
  output wire             s_rvalid_o,
  input  wire             s_awvalid_i,
  output wire             s_awready_o,
  input  wire [31:0]      s_awaddr_i,
  input  wire [7:0]       s_awlen_i,
  input  wire             s_wvalid_i,
  output wire             s_wready_o,
  input  wire [8*BUS-1:0] s_wdata_i,
  input  wire [BUS-1:0]   s_wstrb_i,
  input  wire             s_wlast_i,
  output wire             s_bvalid_o,
  // AXI4 of the memory
  output wire             m_arvalid_o,
  input  wire             m_arready_i,
  output wire [2:0]       m_arid_o,
  output wire [31:0]      m_araddr_o,
  output wire [7:0]       m_arlen_o,
  input  wire             m_rvalid_i,
  input  wire [2:0]       m_rid_i,
  input  wire [8*BUS-1:0] m_rdata_i,
  input  wire [1:0]       m_rresp_i,
  output wire             m_awvalid_o,
  input  wire             m_awready_i,
  output wire             m_awid_o,
  output wire [31:0]      m_awaddr_o,
  output wire [7:0]       m_awlen_o,
  output wire             m_wvalid_o,
  input  wire             m_wready_i,
  output wire [8*BUS-1:0] m_wdata_o,
  output wire [BUS-1:0]   m_wstrb_o,
  output wire             m_wlast_o,
  input  wire             m_bvalid_i,
  input  wire             m_bid_i,
  input  wire [1:0]       m_bresp_i
);
  localparam Pairs = BUS / 8;
  localparam [2:0] IDLE = 3'd0, HOLD = 3'd1, DRAIN = 3'd2, ADDR = 3'd3, DATA = 3'd4;

  reg  [27:3]  addr_q;            // the write in the buffer: address of two words, data, bytes
  reg  [63:0]  wdata_q;
  reg  [7:0]   strb_q;

  // ---- core: the access in hand
  reg  ask_q, bad_q;
  wire ask    = select_i || ask_q;
  wire write  = strb_i != 4'd0;
  reg  [2:0]  state_q;            // of the write in the buffer
  reg  [2:0]  patience_q;         // cycles that it still waits for a second word
  reg  [3:0]  open_q;             // writes of the core that are out and not acknowledged
  wire core_b = m_bvalid_i && m_bid_i;
  wire code   = addr_i[28];
  wire first  = ask_q && write && state_q == IDLE && open_q != 4'd15;
  wire second = ask_q && write && state_q == HOLD && addr_i[27:3] == addr_q;
  wire take   = first || second;
  wire line_ready, line_error, code_ready, code_error;
  wire [31:0] line_rdata, code_rdata;
  assign busy_o  = state_q != IDLE || open_q != 4'd0;
  assign ready_o = take || line_ready || code_ready;
  assign error_o = bad_q || (code ? code_error : !take && line_error);
  assign rdata_o = code ? code_rdata : line_rdata;

  // ---- reads. An address that the memory has not taken stays: neither side takes the channel from the other.
  reg  ar_held_q, ar_mine_q;
  wire want_line, want_code;       // one at a time
  wire ar_core = ar_held_q ? ar_mine_q : want_line || want_code;
  wire [27:0] line_addr, code_addr;
  wire [7:0]  line_len, code_len;
  curta_soc_line #(.BUS(BUS), .Shared(Shared)) u_line (
    .clk_i(clk_i), .rst_ni(rst_ni), .ask_i(ask_q && !write && !code), .wrote_i(take), .drop_i(drop_i), .hold_i(busy_o), .addr_i(addr_i[27:0]),
    .ready_o(line_ready), .rdata_o(line_rdata), .error_o(line_error), .want_o(want_line), .taken_i(ar_core && m_arready_i && !want_code),
    .addr_o(line_addr), .len_o(line_len), .beat_i(m_rvalid_i && m_rid_i[2] && !m_rid_i[0]), .data_i(m_rdata_i), .bad_i(m_rresp_i[1]));
  curta_soc_cache #(.BUS(BUS), .Bytes(Cache), .LogWindow(LogProgram), .Base(Program)) u_code (
    .clk_i(clk_i), .rst_ni(rst_ni), .ask_i(ask && code), .hold_i(busy_o), .addr_i(addr_i[27:0]), .ready_o(code_ready), .rdata_o(code_rdata),
    .error_o(code_error), .want_o(want_code), .taken_i(want_code && ar_core && m_arready_i), .addr_o(code_addr), .len_o(code_len),
    .beat_i(m_rvalid_i && m_rid_i[2] && m_rid_i[0]), .data_i(m_rdata_i), .bad_i(m_rresp_i[1]));
  assign m_arvalid_o = ar_core || s_arvalid_i;
  assign m_arid_o    = ar_core ? {2'b10, want_code} : {1'b0, s_arid_i};
  assign m_araddr_o  = ar_core ? {4'd0, want_code ? code_addr : line_addr} : s_araddr_i;
  assign m_arlen_o   = ar_core ? (want_code ? code_len : line_len) : s_arlen_i;
  assign s_arready_o = m_arready_i && !ar_core;
  assign s_rvalid_o  = m_rvalid_i && !m_rid_i[2];

  // ---- writes
  reg  [3:0]     owed_q;          // bursts of the accelerator whose address is out and whose last beat is not
  reg            aw_held_q;       // the accelerator's address has been shown and not taken
  wire           pass   = (state_q == IDLE || state_q == HOLD || state_q == DRAIN && aw_held_q) && owed_q != 4'd15;
  wire           aw_s   = s_awvalid_i && s_awready_o;
  wire           last_s = s_wvalid_i && s_wready_o && s_wlast_i;
  wire [24:0]    index  = addr_q & (Pairs[24:0] - 25'd1);                // in its beat
  wire [BUS-1:0] lanes  = {{(BUS-8){1'b0}}, strb_q} << {index, 3'b000};
  wire [7:0]     now    = addr_i[2] ? {strb_i, 4'd0} : {4'd0, strb_i};   // bytes that come in
  wire           mine   = state_q == DATA;
  assign m_awvalid_o = state_q == ADDR || s_awvalid_i && pass;
  assign m_awid_o    = state_q == ADDR;
  assign m_awaddr_o  = state_q == ADDR ? {4'd0, addr_q & ~(Pairs[24:0] - 25'd1), 3'd0} : s_awaddr_i;
  assign m_awlen_o   = state_q == ADDR ? 8'd0 : s_awlen_i;
  assign s_awready_o = m_awready_i && pass;
  assign m_wvalid_o  = mine || s_wvalid_i && owed_q != 4'd0;
  assign s_wready_o  = m_wready_i && owed_q != 4'd0 && !mine;
  assign m_wdata_o   = mine ? {Pairs{wdata_q}} : s_wdata_i;
  assign m_wstrb_o   = mine ? lanes : s_wstrb_i;
  assign m_wlast_o   = mine || s_wlast_i;
  assign s_bvalid_o  = m_bvalid_i && !m_bid_i;

  integer k;
  always @(posedge clk_i) begin
    if (first) addr_q <= addr_i[27:3];
    if (take)  strb_q <= now | (first ? 8'd0 : strb_q);
    for (k = 0; k < 8; k = k + 1) if (take && now[k]) wdata_q[8*k +: 8] <= wdata_i[8*(k%4) +: 8];
    patience_q <= first ? 3'd7 : patience_q - 3'd1;
    case (state_q)
      IDLE:    if (first) state_q <= HOLD;
      HOLD:    if (ask_q && !code || drop_i || patience_q == 3'd0) state_q <= DRAIN;
      DRAIN:   if (!aw_held_q && owed_q == 4'd0) state_q <= ADDR;
      ADDR:    if (m_awready_i) state_q <= DATA;
      default: if (m_wready_i) state_q <= IDLE;
    endcase
    ask_q     <= ask && !ready_o;
    ar_held_q <= m_arvalid_o && !m_arready_i;
    ar_mine_q <= ar_core;
    aw_held_q <= s_awvalid_i && pass && !m_awready_i;
    bad_q     <= !ready_o && bad_q || core_b && m_bresp_i[1];
    if (aw_s != last_s) owed_q <= aw_s ? owed_q + 4'd1 : owed_q - 4'd1;
    if ((state_q == ADDR && m_awready_i) != core_b) open_q <= core_b ? open_q - 4'd1 : open_q + 4'd1;
    if (!rst_ni) begin
      ask_q     <= 1'b0;
      bad_q     <= 1'b0;
      state_q   <= IDLE;
      owed_q    <= 4'd0;
      open_q    <= 4'd0;
      ar_held_q <= 1'b0;
      ar_mine_q <= 1'b0;
      aw_held_q <= 1'b0;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
