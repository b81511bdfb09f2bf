// SPDX-License-Identifier: Apache-2.0
// rv_formal - what is proved of the core, on its bus and its retirement port
//   The bus answers when it likes with any word and any error, interrupt lines do what they like, registers read any value
//   (in REGS they are the core's and start with any value), the unit of multiply, divide, shift and rotate is any function
//   (rv_serial.v; in LIVE and SLEEP the real one). One property group a run: define one of RETIRED INSN TRAP PC REGS CSR FETCH
//   DATA BUS LIVE SLEEP; COVER, a number, refutes a case of it that must occur. With ANY the core does not come from reset
//   but from any state in which it retires an instruction, and the next one is judged: so what INSN, TRAP and PC say of one
//   instruction holds for every one. What such a state needs is RETIRED; LIVE says how soon the next one
//   retires, SLEEP that a WFI that slept long ends as one that slept for a short time. ANY and LIVE count on a bus that answers after at most MaxWait cycles.
`default_nettype none
module rv_formal #(
  parameter MaxWait = 2       // of ANY and LIVE; at 1 no jump would ever meet a fetch under way
) (
  input wire clk_i
);
  reg first_q = 1'b1;         // the first cycle
  always @(posedge clk_i) first_q <= 1'b0;
`ifdef ANY
  wire rst_n = 1'b1;
`else
  wire rst_n = !first_q;
`endif

  // ---- environment
  wire [31:0] any_rdata;
  wire        any_error, any_ready, any_timer, any_external;
  rv_any #(.Width(32)) u_rdata (.y_o(any_rdata));
  rv_any #(.Width(4))  u_bits  (.y_o({any_error, any_ready, any_timer, any_external}));
  wire        bus_valid, bus_fetch;
  wire [31:0] bus_addr, bus_wdata;
  wire [3:0]  bus_strb;
`ifdef LIVE
  `define BOUNDED
`elsif ANY
  `define BOUNDED
`endif
`ifdef BOUNDED
  reg  [3:0]  waited_q = 4'd0;
  wire        bus_ready = any_ready || waited_q >= MaxWait;
  always @(posedge clk_i) waited_q <= bus_valid && !bus_ready ? waited_q + 4'd1 : 4'd0;
`else
  wire        bus_ready = any_ready;
`endif
  wire        ended = bus_valid && bus_ready;

  wire        v, trap, intr, halt;
  wire [63:0] order;
  wire [31:0] insn, rs1, rs2, value, pc, next, maddr, mrdata, mwdata;
  wire [4:0]  rs1_addr, rs2_addr, rd, cause;
  wire [3:0]  rmask, wmask;
  wire [1:0]  mode, ixl, mip;
  curta_rv #(.ResetPc(32'h0), .Retire(1)) u_core (
    .clk_i(clk_i), .rst_ni(rst_n), .bus_valid_o(bus_valid), .bus_ready_i(bus_ready), .bus_addr_o(bus_addr), .bus_strb_o(bus_strb),
    .bus_wdata_o(bus_wdata), .bus_fetch_o(bus_fetch), .bus_rdata_i(any_rdata), .bus_error_i(any_error), .irq_timer_i(any_timer),
    .irq_external_i(any_external), .rvfi_valid(v), .rvfi_order(order), .rvfi_insn(insn), .rvfi_trap(trap), .rvfi_halt(halt),
    .rvfi_intr(intr), .rvfi_mode(mode), .rvfi_ixl(ixl), .rvfi_rs1_addr(rs1_addr), .rvfi_rs2_addr(rs2_addr), .rvfi_rs1_rdata(rs1),
    .rvfi_rs2_rdata(rs2), .rvfi_rd_addr(rd), .rvfi_rd_wdata(value), .rvfi_pc_rdata(pc), .rvfi_pc_wdata(next), .rvfi_mem_addr(maddr),
    .rvfi_mem_rmask(rmask), .rvfi_mem_wmask(wmask), .rvfi_mem_rdata(mrdata), .rvfi_mem_wdata(mwdata), .rvfi_mip(mip),
    .rvfi_cause(cause));

  // ---- the specification at the record
  wire        s_csr, s_wfi, s_trap, s_load, s_store;
  wire [3:0]  s_cause, s_bytes;
  wire [4:0]  s_rd;
  wire [31:0] s_value, s_next, s_addr, s_word;
  wire        s_unit;
  wire [69:0] s_asked;
  (* keep *) (* anyconst *) reg [101:0] point; // a question to the unit and its answer: rv_serial.v
  rv_spec u_spec (
    .insn_i(insn), .pc_i(pc), .rs1_i(rs1), .rs2_i(rs2), .mem_i(mrdata), .unit_o(s_unit), .asked_o(s_asked), .unit_i(point[31:0]), .csr_o(s_csr), .wfi_o(s_wfi), .trap_o(s_trap), .cause_o(s_cause),
    .rd_o(s_rd), .value_o(s_value), .next_o(s_next), .load_o(s_load), .store_o(s_store), .addr_o(s_addr), .bytes_o(s_bytes), .word_o(s_word));
  wire [31:0] lanes = {{8{s_bytes[3]}}, {8{s_bytes[2]}}, {8{s_bytes[1]}}, {8{s_bytes[0]}}};
  wire fault = trap && cause == 5'd1;          // the fetch failed: insn is 0
  wire access_error = trap && !s_trap && (s_load || s_store) && cause == (s_load ? 5'd5 : 5'd7);

  wire tidy = !(bus_valid && !bus_fetch) && pc[1:0] == 0;
`ifdef ANY
  // Cycle 0 is any state, in cycle 1 a record comes, then up to the next one, which is judged. An assertion is looked at a cycle late.
  reg       second_q = 1'b0;
  reg [1:0] over_q = 2'd0;
  wire      record = v && !first_q, judge = record && !second_q;
  always @(posedge clk_i) begin
    second_q <= first_q;
    over_q   <= {over_q[0], judge};
  end
`ifndef SLEEP
  always @* begin
    if (second_q) assume (v);
    if (record) assume (tidy);
    assume (!over_q[1]);
  end
`endif
`else
  wire record = v && rst_n, judge = record;
`endif
`ifdef RETIRED
  // When an instruction retires no load or store is under way, and it lay at the address of a word.
  always @(posedge clk_i) if (record) assert (tidy);
`endif
`ifdef INSN
  // Effect of every instruction that does not trap; CSR instructions under CSR.
  always @(posedge clk_i)
    if (judge && !trap && !s_csr) begin
      assert (!s_trap);
      assert (rd == s_rd);
      if (!s_unit || rd == 0 || s_asked == point[101:32]) assert (value == s_value);
      assert (next == s_next);
      assert (rmask == (s_load ? s_bytes : 4'd0));
      assert (wmask == (s_store ? s_bytes : 4'd0));
      if (s_load || s_store) assert (maddr == {s_addr[31:2], 2'd0});
      if (s_store) assert (((mwdata ^ s_word) & lanes) == 0);
    end
`ifdef COVER
  reg [5:0] quiet_q = 6'd0;
  always @(posedge clk_i) begin
    quiet_q <= !rst_n || v || &quiet_q ? 6'd0 : quiet_q + 6'd1;
    if (`COVER == 0) assert (!(judge && !trap && s_unit && rd != 0 && s_asked == point[101:32]));
    if (`COVER == 1) assert (!(judge && !trap && s_unit && rd != 0 && s_asked == point[101:32] && quiet_q > 36));
  end
`endif
`endif
`ifdef TRAP
  // What must trap does, with the right cause; what traps must, or its bus access failed; a trap writes nothing.
  reg error_q;                                 // answer to the last load or store
  always @(posedge clk_i) if (ended && !bus_fetch) error_q <= any_error;
  always @(posedge clk_i)
    if (judge) begin
      if (s_trap && !fault) assert (trap && cause == {1'b0, s_cause});
      if (trap) begin
        assert (!cause[4]);
        assert (rd == 0 && value == 0 && rmask == 0 && wmask == 0);
        assert (fault || s_trap || access_error || (s_csr && cause == 5'd2));
      end
      if (!s_trap && !fault && (s_load || s_store)) assert (access_error == error_q);
    end
`endif
`ifdef PC
  // Each record begins where the one before ended, or at mtvec if an interrupt lies between.
  reg        seen_q = 1'b0, trapped_q, known_q = 1'b0;
  reg [31:0] next_q, mtvec_q;
  wire       interrupted = intr && !trapped_q;
  always @(posedge clk_i)
    if (record) begin
`ifndef ANY
      assert (order == 0 ? !seen_q : seen_q);
      if (!seen_q) assert (pc == 0);
`endif
      if (seen_q && !interrupted) assert (pc == next_q);
      if (seen_q && interrupted && known_q) assert (pc == mtvec_q);
      if (trapped_q && seen_q) assert (intr);
      if (trap && known_q) assert (next == mtvec_q);
      assert (pc[1:0] == 0);
      seen_q    <= 1'b1;
      trapped_q <= trap;
      next_q    <= next;
      if (judge && insn[6:0] == 7'h73 && insn[14:12] == 3'd1 && insn[31:20] == 12'h305 && !trap) begin
        known_q <= 1'b1;
        mtvec_q <= {rs1[31:2], 2'd0};
      end else if (insn[6:0] == 7'h73 && insn[13:12] != 0 && insn[31:20] == 12'h305) known_q <= 1'b0;
    end
`endif
`ifdef REGS
  // A register reads what the last record wrote to it; x0 reads 0.
  (* anyconst *) reg [4:0] r;
  reg        known_q = 1'b0;
  reg [31:0] x_q;
  always @(posedge clk_i)
    if (rst_n && v) begin
      if (!fault && rs1_addr == 0) assert (rs1 == 0);
      if (!fault && rs2_addr == 0) assert (rs2 == 0);
      if (!fault) assert (rs1_addr == insn[19:15] && rs2_addr == insn[24:20]);
      if (known_q && !fault && rs1_addr == r) assert (rs1 == x_q);
      if (known_q && !fault && rs2_addr == r) assert (rs2 == x_q);
      if (rd == r && r != 0) begin
        known_q <= 1'b1;
        x_q     <= value;
      end
    end
`endif
`ifdef CSR
`include "rv_formal_csr.vh"
`endif
`ifdef FETCH
  // The instruction at any address is the word that the bus holds there, its fault the error.
  (* anyconst *) reg [31:0] at, word;
  (* anyconst *) reg        bad;
  always @* if (rst_n && bus_valid && bus_fetch && bus_addr == at) assume (any_rdata == word && any_error == bad);
  always @(posedge clk_i)
    if (rst_n && v && pc == at) begin
      if (bad) assert (trap && cause == 5'd1 && insn == 0);
      else     assert (insn == word && !fault);
    end
`endif
`ifdef DATA
  // Loads and stores of any one word, as records say, are what happens on the bus.
  (* anyconst *) reg [29:0] at;
  reg [31:0] bus_q, record_q;                  // the word in memory; the word as the records have it
  reg        known_q = 1'b0;
  reg        stored_q = 1'b0, open_q = 1'b0;
  integer i;
  wire here = bus_valid && !bus_fetch && bus_addr[31:2] == at;
  always @* if (rst_n && here && bus_strb == 0 && known_q) assume (any_rdata == bus_q);
  always @(posedge clk_i) begin
    if (rst_n && here && bus_ready && !any_error)
      for (i = 0; i < 4; i = i + 1) if (bus_strb[i]) bus_q[8*i +: 8] <= bus_wdata[8*i +: 8];
    if (!known_q) begin                        // both begin with the same word
      known_q  <= 1'b1;
      bus_q    <= any_rdata;
      record_q <= any_rdata;
    end
    if (rst_n && v && maddr[31:2] == at && known_q) begin
      for (i = 0; i < 4; i = i + 1) begin
        if (rmask[i]) assert (mrdata[8*i +: 8] == record_q[8*i +: 8]);
        if (wmask[i]) record_q[8*i +: 8] <= mwdata[8*i +: 8];
      end
    end
    // with no access under way the two agree: no store is lost or invented; and each access has exactly one record
    if (!rst_n || v)             open_q <= 1'b0;
    else if (ended && !bus_fetch) open_q <= 1'b1;
    if (rst_n && ended && !bus_fetch) assert (!open_q);
    if (rst_n && v) assert (open_q == (rmask != 0 || wmask != 0 || access_error));
    stored_q <= bus_valid && !bus_fetch;
    if (rst_n && known_q && bus_valid && bus_fetch && !v && !stored_q) assert (bus_q == record_q);
  end
`endif
`ifdef BUS
  // A request stays until it is answered; words only; the first one is the fetch at the reset address.
  reg        stalled_q = 1'b0, begun_q = 1'b0, fetch_q;
  reg [31:0] addr_q, wdata_q;
  reg [3:0]  strb_q;
  always @(posedge clk_i) begin
    stalled_q <= rst_n && bus_valid && !bus_ready;
    {addr_q, wdata_q, strb_q, fetch_q} <= {bus_addr, bus_wdata, bus_strb, bus_fetch};
    if (rst_n && stalled_q) assert (bus_valid && addr_q == bus_addr && strb_q == bus_strb && fetch_q == bus_fetch && (wdata_q == bus_wdata || strb_q == 0));
    if (rst_n && bus_valid) begin
      assert (bus_addr[1:0] == 0);
      if (bus_fetch) assert (bus_strb == 0);
      assert (bus_strb == 0 || bus_strb == 1 || bus_strb == 2 || bus_strb == 4 || bus_strb == 8 || bus_strb == 3 || bus_strb == 12 || bus_strb == 15);
      if (!begun_q) assert (bus_fetch && bus_addr == 0);
      begun_q <= 1'b1;
    end
  end
`endif
`ifdef LIVE
  `define SLEEPS
`elsif SLEEP
  `define SLEEPS
`endif
`ifdef SLEEPS
  // A WFI sleeps while no line is high that mie enables; lines pass a register.
  localparam Wfi = 17'h01000;
  (* keep *) wire [2:0]  step;                 // joined to the core's by prove.sh: 0 decode, 1 execute
  (* keep *) wire [16:0] kind;                 // its fetch failed, then one bit each
  (* keep *) wire [1:0]  mie;                  // external, timer
  reg  [1:0] line_q = 2'd0;
  always @(posedge clk_i) line_q <= {any_external, any_timer};
  wire       waits = step == 3'd1 && kind == Wfi && !first_q, sleeps = waits && (line_q & mie) == 0;
`endif
`ifdef LIVE
  // Something retires within Limit cycles in which no WFI sleeps; the unit is the real one.
  localparam Limit = 47 + 6 * MaxWait;
  reg [6:0] silent_q = 7'd0;
  always @(posedge clk_i) begin
    silent_q <= !rst_n || v ? 7'd0 : silent_q + !sleeps;
    assert (silent_q < Limit);
`ifdef COVER
    if (`COVER == 0) assert (silent_q < 40);                    // a division
    if (`COVER == 1) assert (!(sleeps && line_q != 0 && mie != 0));
`endif
  end
`endif
`ifdef SLEEP
  // While a WFI sleeps nothing changes but mcycle and mip, and after Settle cycles not the bus unit either: a long sleep is a short
  // one. When it does not sleep any more, it ends.
  localparam Settle = 2 * MaxWait + 3;
  (* keep *) wire [2:0]   write;               // register, CSR, entry of a trap
  (* keep *) wire [454:0] core;
  (* keep *) wire [66:0]  unit;                // of the bus
  reg  [454:0] core_q;
  reg  [66:0]  unit_q;
  reg          slept_q = 1'b0, ends_q = 1'b0, decoded_q = 1'b0;
  reg  [4:0]   sleep_q = 5'd0;
  always @* if (first_q) assume (!(bus_valid && !bus_fetch));
  always @(posedge clk_i) begin
    core_q    <= core;
    unit_q    <= unit;
    slept_q   <= sleeps;
    ends_q    <= waits && !sleeps;
    decoded_q <= step == 3'd0;
    sleep_q   <= !sleeps ? 5'd0 : sleep_q < Settle ? sleep_q + 5'd1 : sleep_q;
    if (sleeps)  assert (write == 0);
    if (slept_q) assert (core == core_q && !v);
    if (ends_q)  assert (v);
    if (sleep_q == Settle) assert (unit == unit_q && !bus_valid);
    if (decoded_q && step == 3'd1 && (kind & Wfi) != 0) assert (kind == Wfi);
`ifdef COVER
    assert (!(sleep_q == Settle && waits && !sleeps));
`endif
  end
`endif
endmodule
`default_nettype wire
