// SPDX-License-Identifier: Apache-2.0
// curta_soc_bus - from the core's bus to the on-chip slaves, all of which answer in the cycle after the request
//   Bits 31:28 of an address choose: 0 boot ROM, 1 RAM, 2 registers (bits 15:12: 0 UART, 1 timer). Anything else, an address
//   beyond the end of a memory and a write to the ROM answer with an error and reach no slave.
// Timing   cycle 0: req_o and one bit of select_o, the slave reads or writes; cycle 1: rdata_i of that slave, bus_ready_o
// Resets   the request in progress
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // address bits between the region and what a slave decodes
module curta_soc_bus #(
  parameter RomBytes = 65536,       // powers of two
  parameter RamBytes = 65536
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  // core
  input  wire        bus_valid_i,
  output wire        bus_ready_o,
  input  wire [31:0] bus_addr_i,
  input  wire [3:0]  bus_strb_i,
  output wire [31:0] bus_rdata_o,
  output wire        bus_error_o,
  // slaves: 0 ROM, 1 RAM, 2 UART, 3 timer
  output wire [3:0]  select_o,      // pulse
  input  wire [31:0] rom_rdata_i,
  input  wire [31:0] ram_rdata_i,
  input  wire [31:0] uart_rdata_i,
  input  wire [31:0] timer_rdata_i
);
  reg       second_q;
  reg [3:0] chosen_q;               // none: error

  wire [3:0]  region = bus_addr_i[31:28];
  wire [27:0] offset = bus_addr_i[27:0];
  wire        io     = region == 4'd2 && offset[27:16] == 12'd0 && offset[11:4] == 8'd0;
  wire [3:0]  chosen = {io && offset[15:12] == 4'd1, io && offset[15:12] == 4'd0, region == 4'd1 && offset < RamBytes,
                        region == 4'd0 && offset < RomBytes && bus_strb_i == 4'd0};

  assign select_o    = chosen & {4{bus_valid_i && !second_q}};
  assign bus_ready_o = second_q;
  assign bus_error_o = chosen_q == 4'd0;
  assign bus_rdata_o = (rom_rdata_i & {32{chosen_q[0]}}) | (ram_rdata_i & {32{chosen_q[1]}}) | (uart_rdata_i & {32{chosen_q[2]}})
                     | (timer_rdata_i & {32{chosen_q[3]}});

  always @(posedge clk_i) begin
    second_q <= rst_ni && bus_valid_i && !second_q;
    chosen_q <= chosen;
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
