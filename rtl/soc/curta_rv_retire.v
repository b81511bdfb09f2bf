// SPDX-License-Identifier: Apache-2.0
// curta_rv_retire - one record for each instruction that ended, in the RVFI convention, one cycle after its last cycle
//   rvfi_order counts records from 0. rvfi_trap: the instruction trapped and changed nothing but the trap CSRs; rvfi_pc_wdata is
//   then the handler. rvfi_intr: first instruction of a handler, reached by an interrupt or by the trap of the record before.
//   rvfi_cause is what the last trap (with rvfi_trap: this one) or interrupt put into mcause, bit 4 for bit 31.
//   rvfi_insn of a failed fetch is 0. Source registers are those named in bits 19:15 and 24:20 whether used or not; rvfi_mem_addr
//   is that of the word, rdata and wdata are whole words of which rmask and wmask name the bytes.
// Resets valid, order, intr
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // low address bits: words only
module curta_rv_retire (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        take_i,        // D: rs1_i, rs2_i are read
  input  wire [31:0] rs1_i,
  input  wire [31:0] rs2_i,
  input  wire        done_i,        // last cycle: everything below
  input  wire        trap_i,
  input  wire        interrupt_i,   // between instructions
  input  wire [31:0] insn_i,
  input  wire        fault_i,
  input  wire [31:0] pc_i,
  input  wire [31:0] next_pc_i,
  input  wire        rd_we_i,
  input  wire [31:0] result_i,
  input  wire        access_i,      // the memory was accessed
  input  wire        store_i,
  input  wire [31:0] addr_i,
  input  wire [3:0]  lanes_i,
  input  wire [31:0] rdata_i,
  input  wire [31:0] wdata_i,
  input  wire [1:0]  pending_i,
  input  wire        cause_we_i,    // a trap or interrupt begins
  input  wire [4:0]  cause_i,
  output reg         rvfi_valid,
  output reg  [63:0] rvfi_order,
  output reg  [31:0] rvfi_insn,
  output reg         rvfi_trap,
  output wire        rvfi_halt,
  output reg         rvfi_intr,
  output wire [1:0]  rvfi_mode,
  output wire [1:0]  rvfi_ixl,
  output reg  [4:0]  rvfi_rs1_addr,
  output reg  [4:0]  rvfi_rs2_addr,
  output reg  [31:0] rvfi_rs1_rdata,
  output reg  [31:0] rvfi_rs2_rdata,
  output reg  [4:0]  rvfi_rd_addr,
  output reg  [31:0] rvfi_rd_wdata,
  output reg  [31:0] rvfi_pc_rdata,
  output reg  [31:0] rvfi_pc_wdata,
  output reg  [31:0] rvfi_mem_addr,
  output reg  [3:0]  rvfi_mem_rmask,
  output reg  [3:0]  rvfi_mem_wmask,
  output reg  [31:0] rvfi_mem_rdata,
  output reg  [31:0] rvfi_mem_wdata,
  output reg  [1:0]  rvfi_mip,
  output reg  [4:0]  rvfi_cause
);
  reg [63:0] count_q;
  reg        intr_q;                // the next record is the first of a handler
  reg [31:0] rs1_q, rs2_q;
  reg [4:0]  cause_q;

  assign rvfi_halt = 1'b0;
  assign rvfi_mode = 2'd3;          // machine
  assign rvfi_ixl  = 2'd1;          // 32 bits

  always @(posedge clk_i) begin
    if (take_i) begin
      rs1_q <= rs1_i;
      rs2_q <= rs2_i;
    end
    rvfi_valid <= done_i;
    if (cause_we_i) cause_q <= cause_i;
    if (done_i) begin
      count_q        <= count_q + 64'd1;
      rvfi_order     <= count_q;
      rvfi_insn      <= fault_i ? 32'd0 : insn_i;
      rvfi_trap      <= trap_i;
      rvfi_intr      <= intr_q;
      rvfi_rs1_addr  <= fault_i ? 5'd0 : insn_i[19:15];
      rvfi_rs2_addr  <= fault_i ? 5'd0 : insn_i[24:20];
      rvfi_rs1_rdata <= fault_i ? 32'd0 : rs1_q;
      rvfi_rs2_rdata <= fault_i ? 32'd0 : rs2_q;
      rvfi_rd_addr   <= rd_we_i ? insn_i[11:7] : 5'd0;
      rvfi_rd_wdata  <= rd_we_i ? result_i : 32'd0;
      rvfi_pc_rdata  <= pc_i;
      rvfi_pc_wdata  <= next_pc_i;
      rvfi_mem_addr  <= {addr_i[31:2], 2'd0};
      rvfi_mem_rmask <= access_i && !store_i ? lanes_i : 4'd0;
      rvfi_mem_wmask <= access_i && store_i ? lanes_i : 4'd0;
      rvfi_mem_rdata <= rdata_i;
      rvfi_mem_wdata <= wdata_i;
      rvfi_mip       <= pending_i;
      rvfi_cause     <= cause_q;
    end
    if (interrupt_i || (done_i && trap_i)) intr_q <= 1'b1;
    else if (done_i)                       intr_q <= 1'b0;
    if (!rst_ni) begin
      rvfi_valid <= 1'b0;
      count_q    <= 64'd0;
      intr_q     <= 1'b0;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
