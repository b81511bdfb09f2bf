// SPDX-License-Identifier: Apache-2.0
// rv_formal_csr.vh - CSRs as the records have them: what a CSR instruction reads, what traps, interrupts and MRET do to them.
//   Part of rv_formal. Counters and mip are left to the simulation. A value is unknown until it was written.
  reg        mie_q = 1'b0, mpie_q = 1'b0, last_trap_q = 1'b0, vec_q = 1'b0, epc_q = 1'b0, cau_q = 1'b0, val_q = 1'b0, scr_q = 1'b0;
  reg [31:0] enable_q = 0, mtvec_q, mepc_q, mcause_q, mtval_q, mscratch_q, next_q;
  wire [11:0] csr   = insn[31:20];
  wire        is    = insn[6:0] == 7'h73 && insn[13:12] != 0 && !trap;
  wire        mret  = insn == 32'h30200073 && !trap;
  wire [31:0] src   = insn[14] ? {27'd0, insn[19:15]} : rs1;
  wire        wr    = is && (insn[13:12] == 1 || insn[19:15] != 0);
  // state after an interrupt between the records, if there was one
  wire        irq   = v && intr && !last_trap_q;
  wire        mie   = irq ? 1'b0 : mie_q;
  wire        mpie  = irq ? mie_q : mpie_q;
  wire [31:0] mepc  = irq ? next_q : mepc_q;
  wire [31:0] mtval = irq ? 32'd0 : mtval_q;
  wire        epc_k = irq || epc_q, val_k = irq || val_q;
  reg  [31:0] old;
  reg         known;
  always @* begin
    known = 1'b1;
    case (csr)
      12'h300: old = {24'h000018, mpie, 3'd0, mie, 3'd0};
      12'h304: old = enable_q;
      12'h305: begin old = mtvec_q; known = vec_q; end
      12'h340: begin old = mscratch_q; known = scr_q; end
      12'h341: begin old = mepc; known = epc_k; end
      12'h342: begin old = mcause_q; known = cau_q && !irq; end
      12'h343: begin old = mtval; known = val_k; end
      12'h301: old = 32'h40001100;
      12'hf11, 12'hf12, 12'hf13, 12'hf14, 12'hf15, 12'h310, 12'h323, 12'h33f, 12'hb03, 12'hb1f, 12'hb83, 12'hb9f: old = 32'd0;
      default: begin old = 32'd0; known = 1'b0; end
    endcase
  end
  wire [31:0] new = insn[13:12] == 1 ? src : insn[13:12] == 2 ? old | src : old & ~src;
  // what exists must not trap, what does not exist must
  wire exists = csr == 12'h300 || csr == 12'h301 || csr == 12'h304 || csr == 12'h305 || csr == 12'h310 || (csr >= 12'h340 && csr <= 12'h344)
             || (csr >= 12'h323 && csr <= 12'h33f) || csr == 12'hb00 || (csr >= 12'hb02 && csr <= 12'hb1f) || csr == 12'hb80
             || (csr >= 12'hb82 && csr <= 12'hb9f) || (csr >= 12'hf11 && csr <= 12'hf15);
  wire legal  = exists && !(csr[11:10] == 3 && (insn[13:12] == 1 || insn[19:15] != 0));

  always @(posedge clk_i)
    if (rst_n && v) begin
      if (insn[6:0] == 7'h73 && insn[13:12] != 0 && !fault) assert (trap == !legal);
      if (irq) assert (mie_q && enable_q != 0);
      if (is) begin
        assert (rd == insn[11:7]);
        assert (next == pc + 4);
        if (known) assert (value == (rd == 0 ? 32'd0 : old));
      end
      if (mret && epc_k) assert (next == mepc);
      // ---- what the record leaves
      last_trap_q <= trap;
      next_q      <= next;
      mie_q       <= trap ? 1'b0 : mret ? mpie : wr && csr == 12'h300 ? new[3] : mie;
      mpie_q      <= trap ? mie : mret ? 1'b1 : wr && csr == 12'h300 ? new[7] : mpie;
      if (wr && csr == 12'h304) enable_q <= new & 32'h880;
      if (wr && csr == 12'h305) begin mtvec_q <= {new[31:2], 2'd0}; vec_q <= known || insn[13:12] == 1; end
      if (wr && csr == 12'h340) begin mscratch_q <= new; scr_q <= known || insn[13:12] == 1; end
      mepc_q   <= trap ? pc : wr && csr == 12'h341 ? {new[31:2], 2'd0} : mepc;
      epc_q    <= trap || (wr && csr == 12'h341 ? known || insn[13:12] == 1 : epc_k);
      mcause_q <= trap ? {28'd0, cause[3:0]} : wr && csr == 12'h342 ? new & 32'h8000000f : mcause_q;
      cau_q    <= trap || (wr && csr == 12'h342 ? known || insn[13:12] == 1 : cau_q && !irq);
      mtval_q  <= trap ? (fault ? pc : s_load || s_store ? s_addr : cause == 0 ? s_next : 32'd0) : wr && csr == 12'h343 ? new : mtval;
      val_q    <= trap || (wr && csr == 12'h343 ? known || insn[13:12] == 1 : val_k);
    end
