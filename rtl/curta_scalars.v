// SPDX-License-Identifier: Apache-2.0
// curta_scalars - the scale registers S[0..63]
//   VECTOR reads and writes at once. MATRIX adds its OR; the command processor (SKIP) and the host (window) take what
//   is left: the read and the write port go to VECTOR, MATRIX, SKIP, host. All that is read has its address in one register, because
//   the states that ask lie far from the port: VECTOR and MATRIX say a cycle ahead that they will, SKIP and host wait.
// Timing   what is read stands in the cycle after v_soon_i, or_result_o in the one after or_ready_o. SKIP, host: two cycles a request at least.
// Resets   a walk over all registers writes 0 (busy_o).
`default_nettype none
module curta_scalars (
  input  wire        clk_i,
  input  wire        rst_ni,
  output wire        busy_o,
  // VECTOR
  input  wire        v_soon_i,      // it reads in the next cycle,
  input  wire [5:0]  v_raddr_i,     // this register
  output wire [31:0] v_rdata_o,
  input  wire        v_we_i,
  input  wire [5:0]  v_waddr_i,
  input  wire [31:0] v_wdata_i,
  // MATRIX
  input  wire        or_soon_i,     // or_valid_i in the next cycle; or_addr_i is there already
  input  wire        or_valid_i,
  input  wire [5:0]  or_addr_i,
  input  wire        or_keep_i,
  input  wire [31:0] or_value_i,
  output wire        or_ready_o,
  output reg  [31:0] or_result_o,
  // command processor
  input  wire        cp_req_i,
  input  wire [5:0]  cp_addr_i,
  output wire        cp_ack_o,
  // host
  input  wire        h_req_i,
  input  wire        h_we_i,
  input  wire [5:0]  h_addr_i,
  input  wire [31:0] h_wdata_i,
  output wire        h_ack_o,
  output wire [31:0] x_rdata_o      // of the command processor or the host, with the ack
);
`ifdef CURTA_LUT_RAM
  (* ram_style = "distributed" *)    // a block RAM is slow, and what reads goes on with an adder
`endif
  reg  [31:0] mem [0:63];
  reg  [6:0]  clear_q;              // next register to clear; bit 6: done

  reg         v_q, cp_q, h_q, h_we_q;   // VECTOR reads; a request waits; the host's is a write
  reg  [5:0]  addr_q;                   // of what this cycle reads or waits for
  wire [31:0] or_new = or_keep_i ? x_rdata_o | or_value_i : or_value_i;

  assign busy_o     = !clear_q[6];
  assign v_rdata_o  = x_rdata_o;
  assign x_rdata_o  = mem[addr_q];
  assign or_ready_o = !v_we_i && !v_q && !busy_o;
  assign cp_ack_o   = cp_q && !or_valid_i && !v_q && !busy_o;
  assign h_ack_o    = h_q && h_we_q == h_we_i && !or_valid_i && !v_we_i && !v_q && !busy_o;

  always @(posedge clk_i) begin
    v_q    <= rst_ni && v_soon_i;
    cp_q   <= rst_ni && cp_req_i && !cp_ack_o;
    h_q    <= rst_ni && h_req_i && !h_ack_o && !cp_req_i;
    h_we_q <= h_we_i;               // a write overtakes a read that waits
    addr_q <= v_soon_i ? v_raddr_i : or_soon_i ? or_addr_i : cp_req_i ? cp_addr_i : h_addr_i;
  end

  reg         we;
  reg  [5:0]  waddr;
  reg  [31:0] wdata;
  always @* begin
    we    = busy_o || v_we_i || (or_valid_i && or_ready_o) || (h_ack_o && h_we_q);
    waddr = busy_o ? clear_q[5:0] : v_we_i ? v_waddr_i : addr_q;
    wdata = busy_o ? 32'd0 : v_we_i ? v_wdata_i : or_valid_i ? or_new : h_wdata_i;
  end

  always @(posedge clk_i) begin
    if (we) mem[waddr] <= wdata;
    if (or_valid_i && or_ready_o) or_result_o <= or_new;
    if (!rst_ni) clear_q <= 7'd0;
    else if (busy_o) clear_q <= clear_q + 7'd1;
  end
endmodule
`default_nettype wire
