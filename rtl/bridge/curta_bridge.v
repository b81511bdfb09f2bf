// SPDX-License-Identifier: Apache-2.0
// curta_bridge - registers and memory of a board over a serial line: one frame asked, one frame answered
//   request   C5 op seq n0 n1 a0 a1 a2 a3 [n bytes if op is odd] crc0..crc3     ops: 0 info, 1 write memory, 2 read memory,
//   answer    5C st seq n0 n1 t0 t1 t2 t3 [n bytes]              crc0..crc3          3 write registers, 4 read registers
//   All numbers little-endian; n bytes, a multiple of 4, at most 1024; a byte address, a multiple of 4; t cycles since reset; crc CRC-32 (IEEE
//   802.3) of all between the first byte and itself. st: bits 2..0 0 done, 1 wrong CRC, 2 no such request, 3 outside the memory, 4 a register
//   answered with an error; bit 7 the interrupt line.
//   Nothing is executed before its CRC is right. A write with the seq of the last one that was done is answered, not done again:
//   a host repeats a request whose answer it did not get. Any other request forgets that seq, as numbers come again after 256 requests. info
//   answers with the words PROTOCOL 1, bytes of memory, kHz, 0.
//   A frame that stops in the middle is given up after 2^TimeoutLog cycles.
// Resets  control
`default_nettype none
module curta_bridge #(
  parameter LogBytes = 17,                    // of the memory, 12..24
  parameter TimeoutLog = 20,
  parameter [31:0] ClockKhz = 25000
) (
  input  wire                clk_i,
  input  wire                rst_ni,
  // bytes
  output wire                rx_ready_o,
  input  wire                rx_valid_i,
  input  wire [7:0]          rx_data_i,
  output wire                tx_valid_o,
  input  wire                tx_ready_i,
  output wire [7:0]          tx_data_o,
  // memory
  output wire                mem_re_o,
  output wire                mem_we_o,
  output wire [LogBytes-1:2] mem_addr_o,
  output wire [31:0]         mem_wdata_o,
  input  wire                mem_gnt_i,
  input  wire [31:0]         mem_rdata_i,
  // registers, AXI4-Lite
  output reg                 m_awvalid_o,
  input  wire                m_awready_i,
  output wire [11:0]         m_awaddr_o,
  output reg                 m_wvalid_o,
  input  wire                m_wready_i,
  output wire [31:0]         m_wdata_o,
  output wire [3:0]          m_wstrb_o,
  input  wire                m_bvalid_i,
  output wire                m_bready_o,
  input  wire [1:0]          m_bresp_i,
  output reg                 m_arvalid_o,
  input  wire                m_arready_i,
  output wire [11:0]         m_araddr_o,
  input  wire                m_rvalid_i,
  output wire                m_rready_o,
  input  wire [31:0]         m_rdata_i,
  input  wire [1:0]          m_rresp_i,
  input  wire                irq_i
);
  localparam [3:0] HUNT = 0, HEAD = 1, DATA = 2, CRC = 3, CHECK = 4, FETCH = 5, ACT = 6, WAIT = 7, KEEP = 8, ANSWER = 9, SEND_HEAD = 10,
                   SEND_DATA = 11, SEND_CRC = 12;
  localparam [2:0] OK = 0, BAD_CRC = 1, BAD_REQUEST = 2, BAD_RANGE = 3, BAD_REGISTER = 4;
  reg [3:0]            state_q;
  reg [63:0]           head_q;                // op seq n n a a a a, first byte lowest
  reg [10:0]           at_q;                  // byte of the part
  reg [2:0]            code_q;
  reg                  irq_q, seen_q, again_q;
  reg [7:0]            last_seq_q;            // of the last write that was done, if seen_q
  reg [31:0]           crc_q, cycles_q, stamp_q;
  reg [TimeoutLog:0]   idle_q;

  wire [7:0]  op    = head_q[7:0];
  wire [7:0]  seq   = head_q[15:8];
  wire [15:0] n     = head_q[31:16];
  wire [31:0] addr  = head_q[63:32];
  wire        write = op[0];
  wire [10:0] words = at_q + 11'd4;
  wire        more  = words < n[10:0];
  wire [LogBytes-1:0] here = addr[LogBytes-1:0] + {{LogBytes-11{1'b0}}, at_q};
  wire        memory = op[2:1] == 2'd0 ? op[0] : op[1:0] == 2'd2;          // 1, 2

  // ---- checksum: what comes, then what goes
  function [31:0] crc_step(input [31:0] crc, input [7:0] data);
    integer b;
    begin
      crc_step = crc ^ {24'd0, data};
      for (b = 0; b < 8; b = b + 1) crc_step = {1'b0, crc_step[31:1]} ^ (crc_step[0] ? 32'hedb88320 : 32'd0);
    end
  endfunction
  wire       moves  = rx_valid_i || tx_ready_i;
  wire [7:0] byte_x = rx_valid_i ? rx_data_i : tx_data_o;

  // ---- payload of a frame, one word a line
  wire        receiving = state_q == DATA && rx_valid_i;
  wire        keep      = state_q == KEEP;
  reg  [31:0] m_rdata_q;
  wire [31:0] info      = at_q[3:2] == 2'd0 ? 32'd1 : at_q[3:2] == 2'd1 ? 32'd1 << LogBytes : at_q[3:2] == 2'd2 ? ClockKhz : 32'd0;
  wire [31:0] kept      = op == 8'd0 ? info : memory ? mem_rdata_i : m_rdata_q;
  wire [31:0] line;
  wire [10:0] sent      = at_q + 11'd1;
  curta_ram #(.Width(32), .Depth(256), .Lane(8)) u_lines (
    .clk_i(clk_i), .we_i(keep ? 4'hf : receiving ? 4'd1 << at_q[1:0] : 4'd0), .waddr_i(at_q[9:2]), .wdata_i(keep ? kept : {4{rx_data_i}}),
    .re_i(state_q == FETCH || state_q == SEND_HEAD || (state_q == SEND_DATA && tx_ready_i)), .raddr_i(state_q == SEND_HEAD ? 8'd0 :
    state_q == FETCH ? at_q[9:2] : sent[9:2]), .rdata_o(line));

  assign rx_ready_o  = state_q <= CRC;
  assign tx_valid_o  = state_q >= SEND_HEAD;
  wire [71:0] answer = {stamp_q, n, seq, irq_q, 4'd0, code_q, 8'h5c};
  assign tx_data_o   = state_q == SEND_HEAD ? answer[{at_q[3:0], 3'd0} +: 8] : state_q == SEND_DATA ? line[{at_q[1:0], 3'd0} +: 8]
                                                                             : ~crc_q[{at_q[1:0], 3'd0} +: 8];
  assign mem_re_o    = state_q == ACT && op == 8'd2;
  assign mem_we_o    = state_q == ACT && op == 8'd1;
  assign mem_addr_o  = here[LogBytes-1:2];
  assign mem_wdata_o = line;
  assign m_awaddr_o  = here[11:0];
  assign m_araddr_o  = here[11:0];
  assign m_wdata_o   = line;
  assign m_wstrb_o   = 4'hf;
  assign m_bready_o  = state_q == WAIT;
  assign m_rready_o  = state_q == WAIT;

  // ---- what is wrong with a request whose checksum is right
  wire bad   = op > 8'd4 || n > 16'd1024 || n[1:0] != 2'd0 || addr[1:0] != 2'd0 || (op == 8'd0 && n != 16'd16) || n == 16'd0
               || (!memory && op != 8'd0 && (addr[31:12] != 20'd0 || {1'b0, addr[11:0]} + n[12:0] > 13'h1000));
  wire range = memory && (addr >> LogBytes != 32'd0 || {8'd0, addr[LogBytes-1:0]} + {{LogBytes-8{1'b0}}, n} > 1 << LogBytes);

  always @(posedge clk_i) begin
    cycles_q <= cycles_q + 32'd1;
    idle_q   <= state_q == HUNT || rx_valid_i || !rx_ready_o ? {TimeoutLog+1{1'b0}} : idle_q + 1'b1;
    if (moves) crc_q <= crc_step(crc_q, byte_x);
    case (state_q)
      HUNT: begin
        at_q  <= 11'd0;
        crc_q <= 32'hffffffff;
        if (rx_valid_i && rx_data_i == 8'hc5) state_q <= HEAD;
      end
      HEAD: if (rx_valid_i) begin
        head_q <= {rx_data_i, head_q[63:8]};
        at_q   <= at_q[2:0] == 3'd7 ? 11'd0 : at_q + 11'd1;
        // the length is in its place one byte later than it came: n when the last address byte comes
        if (at_q[2:0] == 3'd7) state_q <= head_q[8] && head_q[39:24] != 16'd0 ? (head_q[39:24] > 16'd1024 ? HUNT : DATA) : CRC;
      end
      DATA: if (rx_valid_i) begin
        at_q <= at_q + 11'd1;
        if (at_q + 11'd1 == n[10:0]) begin
          at_q    <= 11'd0;
          state_q <= CRC;
        end
      end
      CRC: if (rx_valid_i) begin
        at_q <= at_q + 11'd1;
        if (at_q[1:0] == 2'd3) state_q <= CHECK;
      end
      CHECK: begin
        at_q    <= 11'd0;
        again_q <= write && seen_q && seq == last_seq_q;
        code_q  <= crc_q != 32'hdebb20e3 ? BAD_CRC : bad ? BAD_REQUEST : range ? BAD_RANGE : OK;
        state_q <= crc_q != 32'hdebb20e3 || bad || range ? ANSWER : write && seen_q && seq == last_seq_q ? ANSWER : FETCH;
      end
      FETCH: begin
        state_q     <= op == 8'd0 ? KEEP : ACT;
        m_awvalid_o <= op == 8'd3;
        m_wvalid_o  <= op == 8'd3;
        m_arvalid_o <= op == 8'd4;
      end
      ACT: begin
        if (m_awready_i) m_awvalid_o <= 1'b0;
        if (m_wready_i)  m_wvalid_o  <= 1'b0;
        if (m_arready_i) m_arvalid_o <= 1'b0;
        if (memory) begin
          if (mem_gnt_i && write) begin
            at_q    <= words;
            state_q <= more ? FETCH : ANSWER;
          end else if (mem_gnt_i) state_q <= KEEP;
        end else if ((!m_awvalid_o || m_awready_i) && (!m_wvalid_o || m_wready_i) && (!m_arvalid_o || m_arready_i)) state_q <= WAIT;
      end
      WAIT: begin
        if (m_rvalid_i) m_rdata_q <= m_rdata_i;
        if ((m_rvalid_i && m_rresp_i != 2'd0) || (m_bvalid_i && m_bresp_i != 2'd0)) code_q <= BAD_REGISTER;
        if (m_rvalid_i) state_q <= KEEP;
        if (m_bvalid_i) begin
          at_q    <= words;
          state_q <= more ? FETCH : ANSWER;
        end
      end
      KEEP: begin
        at_q    <= words;
        state_q <= more ? FETCH : ANSWER;
      end
      ANSWER: begin
        at_q    <= 11'd0;
        stamp_q <= cycles_q;
        irq_q   <= irq_i;
        if (code_q != BAD_CRC && !write) seen_q <= 1'b0;            // 256 requests later the same number is another write
        if (code_q == OK && write && !again_q) begin
          seen_q     <= 1'b1;
          last_seq_q <= seq;
        end
        if (code_q != OK || write) head_q[31:16] <= 16'd0;          // no payload
        state_q <= SEND_HEAD;
      end
      SEND_HEAD: if (tx_ready_i) begin
        at_q <= at_q + 11'd1;
        if (at_q == 11'd0) crc_q <= 32'hffffffff;
        if (at_q == 11'd8) begin
          at_q    <= 11'd0;
          state_q <= n != 16'd0 ? SEND_DATA : SEND_CRC;
        end
      end
      SEND_DATA: if (tx_ready_i) begin
        at_q <= sent;
        if (sent == n[10:0]) begin
          at_q    <= 11'd0;
          state_q <= SEND_CRC;
        end
      end
      default: if (tx_ready_i) begin
        at_q <= at_q + 11'd1;
        crc_q <= crc_q;
        if (at_q[1:0] == 2'd3) state_q <= HUNT;
      end
    endcase
    if (idle_q[TimeoutLog]) state_q <= HUNT;
    if (!rst_ni) begin
      state_q     <= HUNT;
      seen_q      <= 1'b0;
      cycles_q    <= 32'd0;
      m_awvalid_o <= 1'b0;
      m_wvalid_o  <= 1'b0;
      m_arvalid_o <= 1'b0;
      idle_q      <= {TimeoutLog+1{1'b0}};
    end
  end
endmodule
`default_nettype wire
