// SPDX-License-Identifier: Apache-2.0
// curta_rv_csr - control and status registers of machine mode, counters, interrupt decision
// Law    trap: mcause := cause; MPIE := MIE; MIE := 0, then enter: mepc := pc; mtval := tval          mret: MIE := MPIE; MPIE := 1
//        CSR instruction: written value = funct 1 source, 2 old | source, 3 old & ~source
//        A write to either half of a counter replaces its increment in that cycle (mcycle) or for that instruction (minstret).
//        The caller asks only for CSRs that exist; those that are not here read 0.
//        mtvec, mscratch, mtval share a distributed RAM. A trap is known late in its cycle, so most of it is done in the next.
// Timing reads are combinational, writes and traps take effect in the next cycle; interrupt lines pass one register
// Resets MIE, the mie bits and the counters; what else software reads, it writes or a trap writes first
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // addr_i: only CSRs that exist are asked for
module curta_rv_csr (
  input  wire        clk_i,
  input  wire        rst_ni,
  // CSR instruction
  input  wire        csr_i,         // level: a CSR instruction, which cannot trap, ends; addr_i is its
  input  wire [11:0] addr_i,
  input  wire        write_i,       // pulse: the instruction ends and writes
  input  wire [1:0]  funct_i,       // funct3[1:0]
  input  wire [31:0] source_i,
  output wire [31:0] rdata_o,       // 0 while csr_i = 0
  // traps
  input  wire        trap_i,        // pulse
  input  wire [4:0]  cause_i,       // bit 4: interrupt
  input  wire        enter_i,       // pulse in the next cycle, with:
  input  wire [31:0] tval_i,
  input  wire [31:0] pc_i,
  input  wire        mret_i,        // level while vector_o shall be mepc
  input  wire        leave_i,       // pulse: mret
  output wire [31:0] vector_o,      // mepc with mret_i, mtvec with enter_i
  // interrupts
  input  wire        irq_timer_i,
  input  wire        irq_external_i,
  output wire        take_o,        // an interrupt is due now
  output wire [3:0]  take_cause_o,
  output wire        wake_o,        // one is pending and enabled in mie, whatever MIE says
  output wire [1:0]  pending_o,     // mip: external, timer
  // counters
  input  wire        retire_i       // pulse: an instruction ended without a trap
);
  localparam [1:0] MTVEC = 2'd2, MTVAL = 2'd3;        // places in the RAM; mscratch is 0

  reg         mie_q, mpie_q, mtie_q, meie_q, mtip_q, meip_q;
  reg  [4:0]  mcause_q;
  reg  [29:0] mepc_q;
  reg  [63:0] mcycle_q, minstret_q;
  (* ram_style = "distributed" *)
  reg  [31:0] ram_q [0:3];

  assign pending_o    = {meip_q, mtip_q};
  assign wake_o       = (meip_q && meie_q) || (mtip_q && mtie_q);
  assign take_o       = wake_o && mie_q;
  assign take_cause_o = meip_q && meie_q ? 4'd11 : 4'd7;       // external first

  // Which CSR: enough address bits to tell those that exist apart.
  wire handling  = csr_i && addr_i[11:10] == 2'd0 && addr_i[6];                  // 0x34x
  wire setup     = csr_i && addr_i[11:10] == 2'd0 && addr_i[6:4] == 3'd0;        // 0x30x
  wire counters  = csr_i && addr_i[11:10] == 2'd2 && addr_i[4:2] == 3'd0 && addr_i[1:0] != 2'd3;
  wire mcause    = handling && addr_i[2:0] == 3'd2;
  wire mip       = handling && addr_i[2];
  wire mstatus   = setup && addr_i[2:0] == 3'd0;
  wire misa      = setup && addr_i[2:0] == 3'd1;
  wire mie       = setup && addr_i[2:0] == 3'd4;
  wire mepc      = handling && addr_i[2:0] == 3'd1;
  wire mtvec     = setup && addr_i[2:0] == 3'd5;
  wire in_ram    = (handling && !addr_i[2] && addr_i[1:0] != 2'd2 && !mepc) || mtvec;
  wire mcycle    = counters && !addr_i[1];
  wire minstret  = counters && addr_i[1];
  wire upper     = addr_i[7];

  wire [1:0]  place    = addr_i[6] ? addr_i[1:0] : MTVEC;
  wire [31:0] raw      = ram_q[enter_i ? MTVEC : place];
  wire [31:0] ram      = {raw[31:2], raw[1:0] & {2{!mtvec}}};           // mtvec ends in 00, also if never written
  assign      vector_o = {mret_i ? mepc_q : raw[31:2], 2'd0};

  // The narrow ones share their bits: MPP is always machine, misa says RV32IM.
  wire [31:0] narrow = {mcause && mcause_q[4], misa, 17'd0, mstatus || misa, mstatus || (mie && meie_q) || (mip && meip_q), 2'd0,
                        misa, (mstatus && mpie_q) || (mie && mtie_q) || (mip && mtip_q), 3'd0,
                        (mstatus && mie_q) || (mcause && mcause_q[3]), mcause_q[2:0] & {3{mcause}}};
  assign rdata_o = narrow | (ram & {32{in_ram}}) | ({mepc_q, 2'd0} & {32{mepc}})
                 | (mcycle_q[31:0] & {32{mcycle && !upper}}) | (mcycle_q[63:32] & {32{mcycle && upper}})
                 | (minstret_q[31:0] & {32{minstret && !upper}}) | (minstret_q[63:32] & {32{minstret && upper}});

  wire [31:0] wdata = funct_i == 2'd1 ? source_i : funct_i == 2'd2 ? rdata_o | source_i : rdata_o & ~source_i;

  always @(posedge clk_i)
    if (enter_i || (write_i && in_ram)) ram_q[enter_i ? MTVAL : place] <= enter_i ? tval_i : wdata;

  always @(posedge clk_i) begin
    meip_q   <= irq_external_i;
    mtip_q   <= irq_timer_i;
    if (trap_i) begin
      mcause_q <= cause_i;
      mpie_q   <= mie_q;
      mie_q    <= 1'b0;
    end
    if (enter_i)              mepc_q <= pc_i[31:2];
    else if (write_i && mepc) mepc_q <= wdata[31:2];
    if (leave_i) begin
      mie_q  <= mpie_q;
      mpie_q <= 1'b1;
    end
    if (write_i) begin
      if (mstatus)  {mpie_q, mie_q}   <= {wdata[7], wdata[3]};
      if (mie)      {meie_q, mtie_q}  <= {wdata[11], wdata[7]};
      if (mcause)   mcause_q          <= {wdata[31], wdata[3:0]};
    end
    if (!(write_i && mcycle)) mcycle_q <= mcycle_q + 64'd1;
    else if (upper)           mcycle_q[63:32] <= wdata;
    else                      mcycle_q[31:0] <= wdata;
    if (retire_i) begin
      if (!(write_i && minstret)) minstret_q <= minstret_q + 64'd1;
      else if (upper)             minstret_q[63:32] <= wdata;
      else                        minstret_q[31:0] <= wdata;
    end
    if (!rst_ni) begin
      mie_q      <= 1'b0;
      mpie_q     <= 1'b0;
      meie_q     <= 1'b0;
      mtie_q     <= 1'b0;
      mcycle_q   <= 64'd0;
      minstret_q <= 64'd0;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
