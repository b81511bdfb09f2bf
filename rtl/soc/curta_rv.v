// SPDX-License-Identifier: Apache-2.0
// curta_rv - the control core: RV32IM + Zicsr + Zifencei + rotates, machine mode, one instruction at a time behind a prefetch
//   docs/decisions/0010-control-core.md has the pipeline, its cost and the choices that the specification leaves open.
// Golden   tests/soc/isa.c
// Timing   D 1, E 1 (multiply and shift 3, divide 35, WFI until an enabled line), loads and stores M until ready, then W 1;
//          a trap or an interrupt 1 more.
//          An instruction changes nothing before its last cycle, E or W; every reason to trap is known there.
// Resets   step, program counter, interrupt enables, counters. The registers of the instruction in hand are loaded in D.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // what only the retirement port reads
module curta_rv #(
  parameter [31:0] ResetPc = 32'h0,
  parameter        Retire  = 0      // 1: the retirement port works; 0: it is 0 and costs nothing
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  // memory: curta_rv_bus
  output wire        bus_valid_o,
  input  wire        bus_ready_i,
  output wire [31:0] bus_addr_o,
  output wire [3:0]  bus_strb_o,
  output wire [31:0] bus_wdata_o,
  output wire        bus_fetch_o,
  input  wire [31:0] bus_rdata_i,
  input  wire        bus_error_i,
  // interrupts: levels
  input  wire        irq_timer_i,
  input  wire        irq_external_i,
  // retirement: curta_rv_retire
  output wire        rvfi_valid,
  output wire [63:0] rvfi_order,
  output wire [31:0] rvfi_insn,
  output wire        rvfi_trap,
  output wire        rvfi_halt,
  output wire        rvfi_intr,
  output wire [1:0]  rvfi_mode,
  output wire [1:0]  rvfi_ixl,
  output wire [4:0]  rvfi_rs1_addr,
  output wire [4:0]  rvfi_rs2_addr,
  output wire [31:0] rvfi_rs1_rdata,
  output wire [31:0] rvfi_rs2_rdata,
  output wire [4:0]  rvfi_rd_addr,
  output wire [31:0] rvfi_rd_wdata,
  output wire [31:0] rvfi_pc_rdata,
  output wire [31:0] rvfi_pc_wdata,
  output wire [31:0] rvfi_mem_addr,
  output wire [3:0]  rvfi_mem_rmask,
  output wire [3:0]  rvfi_mem_wmask,
  output wire [31:0] rvfi_mem_rdata,
  output wire [31:0] rvfi_mem_wdata,
  output wire [1:0]  rvfi_mip,      // external, timer as this instruction saw them
  output wire [4:0]  rvfi_cause
);
`include "curta_rv.vh"
  localparam [2:0] D = 3'd0, E = 3'd1, M = 3'd2, W = 3'd3, T = 3'd4;

  // ---- the instruction in hand, loaded at the end of D
  reg [2:0]       step_q;
  reg [31:0]      pc_q;
  reg [Kinds-1:0] kind_q;           // all 0 if its fetch failed
  reg             fault_q, write_rd_q, sub_q, error_q, between_q;
  reg [2:0]       funct_q;
  reg [31:0]      insn_q, a_q, b_q, store_q, target_q, rdata_q;

  // ---- D: decode, registers, interrupt
  wire             fetch_valid, fetch_fault;
  wire [31:0]      insn, imm, rs1, rs2;
  wire [Kinds-1:0] kind;
  wire             write_rd, imm_b, zero_a, sub;
  wire [2:0]       funct;
  wire             due;
  wire             interrupt = step_q == D && due;
  wire             take      = step_q == D && fetch_valid && !due;
  wire [31:0]      result;
  wire             rd_we;

  curta_rv_decode u_decode (
    .insn_i(insn), .kind_o(kind), .write_rd_o(write_rd), .imm_o(imm), .imm_b_o(imm_b), .zero_a_o(zero_a), .funct_o(funct),
    .sub_o(sub));
  curta_rv_regs u_regs (
    .clk_i(clk_i), .we_i(rd_we), .waddr_i(insn_q[11:7]), .wdata_i(result), .raddr1_i(insn[19:15]), .raddr2_i(insn[24:20]),
    .rdata1_o(rs1), .rdata2_o(rs2));

  always @(posedge clk_i)
    if (take) begin
      insn_q     <= insn;
      kind_q     <= fetch_fault ? {Kinds{1'b0}} : kind;
      fault_q    <= fetch_fault;
      write_rd_q <= write_rd && insn[11:7] != 5'd0;
      funct_q    <= funct;
      sub_q      <= sub;
      a_q        <= zero_a ? 32'd0 : rs1;
      b_q        <= imm_b ? imm : rs2;
      store_q    <= rs2;
      target_q   <= pc_q + imm;
    end

  // ---- E
  wire [31:0] sum, alu, csr_rdata, vector, muldiv, wdata, load;
  wire        taken, wake, muldiv_done, bad_address;
  wire [3:0]  lanes, due_cause;
  wire [1:0]  pending;

  wire        serial = kind_q[K_MULDIV] || kind_q[K_SHIFT];

  curta_rv_alu u_alu (
    .a_i(a_q), .b_i(b_q), .funct_i(funct_q), .sub_i(sub_q), .branch_i(insn_q[14:12]),
    .sum_o(sum), .result_o(alu), .taken_o(taken));
  curta_rv_mem u_mem (
    .addr_i(sum[1:0]), .funct_i(insn_q[14:12]), .misaligned_o(bad_address), .lanes_o(lanes), .store_i(store_q), .wdata_o(wdata),
    .rdata_i(rdata_q), .load_o(load));
  curta_rv_muldiv u_muldiv (
    .clk_i(clk_i), .rst_ni(rst_ni), .go_i(serial && step_q == E), .shift_i(kind_q[K_SHIFT]), .arith_i(insn_q[30]), .rotate_i(insn_q[29]), .funct_i(insn_q[14:12]), .a_i(a_q), .b_i(b_q),
    .done_o(muldiv_done), .result_o(muldiv));

  wire        jumps      = kind_q[K_JAL] || kind_q[K_JALR] || (kind_q[K_BRANCH] && taken);
  wire [31:0] jump_to    = kind_q[K_JALR] || memory ? {sum[31:1], sum[0] && memory} : target_q;   // or the address of an access
  wire        bad_link   = (kind_q[K_JAL] && target_q[1]) || (kind_q[K_JALR] && sum[1]);
  wire        bad_branch = kind_q[K_BRANCH] && target_q[1] && taken;
  wire        memory     = kind_q[K_LOAD] || kind_q[K_STORE];
  wire        bad_memory = memory && bad_address;
  wire        environment = kind_q[K_ECALL] || kind_q[K_EBREAK];
  wire        waits      = (memory && !bad_address) || (serial && !muldiv_done) || (kind_q[K_WFI] && !wake);
  wire        mem_req    = step_q == E && memory && !bad_address;
  wire        mem_gnt, mem_done;

  // ---- the last cycle of an instruction; a trap adds step T, which changes the program counter
  wire        last  = (step_q == E && !waits) || step_q == W;
  wire        early = step_q == W ? error_q : fault_q || kind_q[K_ILLEGAL] || environment || bad_link || bad_memory;
  wire        trap  = last && (early || (step_q == E && bad_branch));   // the comparison of a branch is the longest path
  wire        clean = last && !trap;
  wire        done  = clean || (step_q == T && !between_q);              // the instruction retires
  reg  [3:0]  cause;
  wire [31:0] tval  = between_q || kind_q[K_ILLEGAL] || environment ? 32'd0 : fault_q ? pc_q : jump_to;      // in step T
  wire [31:0] pc_4  = pc_q + 32'd4;
  wire        jump  = step_q == T || (clean && (jumps || kind_q[K_MRET] || kind_q[K_FENCE_I]));
  wire [31:0] jump_pc = step_q == T || kind_q[K_MRET] ? vector : jump_to;
  wire [31:0] next_pc = jump ? jump_pc : pc_4;
  wire        csr_write = step_q == E && kind_q[K_CSR] && (!insn_q[13] || insn_q[19:15] != 5'd0);

  always @* begin
    cause = 4'd0;                                                       // misaligned jump
    if (interrupt)             cause = due_cause;
    else if (fault_q)          cause = 4'd1;
    else if (kind_q[K_ILLEGAL]) cause = 4'd2;
    else if (kind_q[K_EBREAK]) cause = 4'd3;
    else if (kind_q[K_ECALL])  cause = 4'd11;
    else if (memory)           cause = {2'b01, kind_q[K_STORE], step_q == W};   // 4, 6 misaligned; 5, 7 bus error
  end

  assign rd_we  = last && !early && write_rd_q;
  assign result = (load & {32{kind_q[K_LOAD]}}) | (alu & {32{kind_q[K_ALU]}}) | (target_q & {32{kind_q[K_TARGET]}})
                | (pc_4 & {32{kind_q[K_JAL] || kind_q[K_JALR]}}) | muldiv | csr_rdata;

  curta_rv_csr u_csr (
    .clk_i(clk_i), .rst_ni(rst_ni), .csr_i(step_q == E && kind_q[K_CSR]), .addr_i(insn_q[31:20]), .write_i(csr_write),
    .funct_i(insn_q[13:12]),
    .source_i(insn_q[14] ? {27'd0, insn_q[19:15]} : a_q), .rdata_o(csr_rdata), .trap_i(trap || interrupt),
    .cause_i({interrupt, cause}), .tval_i(tval), .enter_i(step_q == T), .pc_i(pc_q), .mret_i(step_q == E && kind_q[K_MRET]),
    .leave_i(clean && kind_q[K_MRET]), .vector_o(vector), .irq_timer_i(irq_timer_i), .irq_external_i(irq_external_i),
    .take_o(due), .take_cause_o(due_cause), .wake_o(wake), .pending_o(pending), .retire_i(clean));

  // ---- steps
  reg [2:0] step_d;
  always @*
    case (step_q)
      D: step_d = interrupt ? T : take ? E : D;
      E: step_d = trap ? T : last ? D : mem_gnt ? M : E;
      M: step_d = mem_done ? W : M;
      W: step_d = trap ? T : D;
      default: step_d = D;
    endcase

  always @(posedge clk_i) begin
    step_q <= step_d;
    if (clean || step_q == T) pc_q <= next_pc;
    if (interrupt)  between_q <= 1'b1;            // step T belongs to no instruction
    else if (take)  between_q <= 1'b0;
    if (mem_done) begin
      rdata_q <= bus_rdata_i;
      error_q <= bus_error_i;
    end
    if (!rst_ni) begin
      step_q <= D;
      pc_q   <= ResetPc;
    end
  end

  curta_rv_bus #(.ResetPc(ResetPc)) u_bus (
    .clk_i(clk_i), .rst_ni(rst_ni), .bus_valid_o(bus_valid_o), .bus_ready_i(bus_ready_i), .bus_addr_o(bus_addr_o),
    .bus_strb_o(bus_strb_o), .bus_wdata_o(bus_wdata_o), .bus_fetch_o(bus_fetch_o), .bus_rdata_i(bus_rdata_i),
    .bus_error_i(bus_error_i), .jump_i(jump), .jump_pc_i(jump_pc), .decode_next_i(step_d == D), .take_i(take),
    .valid_o(fetch_valid), .insn_o(insn), .fault_o(fetch_fault), .mem_req_i(mem_req), .mem_gnt_o(mem_gnt), .mem_addr_i(sum),
    .mem_strb_i(kind_q[K_STORE] ? lanes : 4'd0), .mem_wdata_i(wdata), .mem_done_o(mem_done));

  generate
    if (Retire != 0) begin : g_retire
      curta_rv_retire u_retire (
        .clk_i(clk_i), .rst_ni(rst_ni), .take_i(take), .rs1_i(rs1), .rs2_i(rs2), .done_i(done), .trap_i(step_q == T),
        .interrupt_i(interrupt), .insn_i(insn_q), .fault_i(fault_q), .pc_i(pc_q), .next_pc_i(next_pc), .rd_we_i(rd_we),
        .result_i(result), .access_i(step_q == W && !error_q), .store_i(kind_q[K_STORE]), .addr_i(sum), .lanes_i(lanes),
        .rdata_i(rdata_q), .wdata_i(wdata), .pending_i(pending), .cause_we_i(trap || interrupt),
        .cause_i({interrupt, cause}), .rvfi_valid(rvfi_valid), .rvfi_order(rvfi_order), .rvfi_insn(rvfi_insn), .rvfi_trap(rvfi_trap), .rvfi_halt(rvfi_halt),
        .rvfi_intr(rvfi_intr), .rvfi_mode(rvfi_mode), .rvfi_ixl(rvfi_ixl), .rvfi_rs1_addr(rvfi_rs1_addr),
        .rvfi_rs2_addr(rvfi_rs2_addr), .rvfi_rs1_rdata(rvfi_rs1_rdata), .rvfi_rs2_rdata(rvfi_rs2_rdata),
        .rvfi_rd_addr(rvfi_rd_addr), .rvfi_rd_wdata(rvfi_rd_wdata), .rvfi_pc_rdata(rvfi_pc_rdata), .rvfi_pc_wdata(rvfi_pc_wdata),
        .rvfi_mem_addr(rvfi_mem_addr), .rvfi_mem_rmask(rvfi_mem_rmask), .rvfi_mem_wmask(rvfi_mem_wmask),
        .rvfi_mem_rdata(rvfi_mem_rdata), .rvfi_mem_wdata(rvfi_mem_wdata), .rvfi_mip(rvfi_mip),
        .rvfi_cause(rvfi_cause));
    end else begin : g_no_retire
      assign {rvfi_valid, rvfi_order, rvfi_insn, rvfi_trap, rvfi_halt, rvfi_intr, rvfi_mode, rvfi_ixl, rvfi_rs1_addr, rvfi_rs2_addr,
              rvfi_rs1_rdata, rvfi_rs2_rdata, rvfi_rd_addr, rvfi_rd_wdata, rvfi_pc_rdata, rvfi_pc_wdata, rvfi_mem_addr,
              rvfi_mem_rmask, rvfi_mem_wmask, rvfi_mem_rdata, rvfi_mem_wdata, rvfi_mip, rvfi_cause} = 0;
    end
  endgenerate
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
