// SPDX-License-Identifier: Apache-2.0
// curta_rv_bus - the memory bus of the core: prefetch of one instruction, loads and stores of execute
//   A transfer ends in the cycle in which bus_valid_o and bus_ready_i are 1; read data and error are taken there. Everything
//   that leaves is a register and stays until then. Loads and stores go first; a fetch is asked for only if its word will have
//   room: the buffer will be empty, or decode empties it in the next cycle.
//   A jump (jump_i) empties the buffer; a fetch that is under way then is swallowed.
// Resets bus_valid_o, buffer, drop and the address; data registers are loaded before use
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // low address bits: words only
module curta_rv_bus #(
  parameter [31:0] ResetPc = 32'h0
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  // bus
  output reg         bus_valid_o,
  input  wire        bus_ready_i,
  output wire [31:0] bus_addr_o,    // of a word
  output reg  [3:0]  bus_strb_o,    // bytes written, 0 = read
  output reg  [31:0] bus_wdata_o,
  output reg         bus_fetch_o,   // the read is an instruction fetch
  input  wire [31:0] bus_rdata_i,
  input  wire        bus_error_i,
  // fetch
  input  wire        jump_i,        // pulse: go on at jump_pc_i
  input  wire [31:0] jump_pc_i,
  input  wire        decode_next_i, // the core will be in its decode step in the next cycle
  input  wire        take_i,        // pulse: decode takes the instruction
  output reg         valid_o,
  output reg  [31:0] insn_o,
  output reg         fault_o,       // its fetch ended with an error
  // loads and stores
  input  wire        mem_req_i,     // level, until mem_gnt_o
  output wire        mem_gnt_o,
  input  wire [31:0] mem_addr_i,
  input  wire [3:0]  mem_strb_i,
  input  wire [31:0] mem_wdata_i,
  output wire        mem_done_o     // pulse: bus_rdata_i and bus_error_i are those of the load or store
);
  reg  [29:0] addr_q, last_q;       // last_q: address of the last fetch, or where to go on (then inc_q = 0)
  reg         inc_q, drop_q;

  wire free     = !bus_valid_o || bus_ready_i;
  wire ended    = bus_valid_o && bus_ready_i;
  wire fetched  = ended && bus_fetch_o && !drop_q && !jump_i;
  wire full_d   = !jump_i && (fetched || (valid_o && !take_i));
  wire fetch    = free && !mem_req_i && (decode_next_i || !full_d);
  wire [29:0] fetch_addr = jump_i ? jump_pc_i[31:2] : last_q + {29'd0, inc_q};

  assign bus_addr_o = {addr_q, 2'd0};
  assign mem_gnt_o  = mem_req_i && free;
  assign mem_done_o = ended && !bus_fetch_o;

  always @(posedge clk_i) begin
    if (free) begin
      bus_valid_o <= mem_req_i || fetch;
      bus_fetch_o <= !mem_req_i;
      bus_strb_o  <= mem_req_i ? mem_strb_i : 4'd0;
      bus_wdata_o <= mem_wdata_i;
      addr_q      <= mem_req_i ? mem_addr_i[31:2] : fetch_addr;
    end
    if (fetch || jump_i) last_q <= fetch_addr;
    if (fetch)       inc_q <= 1'b1;
    else if (jump_i) inc_q <= 1'b0;
    if (free)        drop_q <= 1'b0;
    else if (jump_i) drop_q <= bus_fetch_o;
    valid_o <= full_d;
    if (fetched) begin
      insn_o  <= bus_rdata_i;
      fault_o <= bus_error_i;
    end
    if (!rst_ni) begin
      bus_valid_o <= 1'b0;
      valid_o     <= 1'b0;
      drop_q      <= 1'b0;
      last_q      <= ResetPc[31:2];
      inc_q       <= 1'b0;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
