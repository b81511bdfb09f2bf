// SPDX-License-Identifier: Apache-2.0
// curta_soc_bus - from the core's bus to the slaves
//   Bits 31:28 of an address choose: 0 boot ROM, 1 RAM, 2 registers (bits 15:12: 0 UART, 1 timer, 2 interrupts, 3 flash),
//   3 accelerator registers (4 KB), 4 shared memory, 5 the program in it. Anything else, an address beyond the end of a memory and a
//   write to ROM or program answer with an error and reach no slave.
// Timing   cycle 0: one bit of select_o; slaves 0..5 read or write and answer in cycle 1, slaves 6 and 7 with their ready_i,
//          in cycle 1 or later
// Resets   the request in progress
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // address bits between the region and what a slave decodes
module curta_soc_bus #(
  parameter RomBytes = 2048,        // multiples of 4
  parameter RamBytes = 16384,
  parameter MemBytes = 33554432,    // up to 256 MB
  parameter ProgramBytes = 131072
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
  // slaves: 0 ROM, 1 RAM, 2 UART, 3 timer, 4 interrupts, 5 flash, 6 accelerator, 7 memory
  output wire [7:0]  select_o,      // pulse
  input  wire [191:0] rdata_i,      // slaves 0..5, 32 bits each
  input  wire        accel_ready_i,
  input  wire [31:0] accel_rdata_i,
  input  wire        accel_error_i,
  input  wire        mem_ready_i,
  input  wire [31:0] mem_rdata_i,
  input  wire        mem_error_i
);
  reg       second_q;
  reg [7:0] chosen_q;               // none: error

  wire [3:0]  region = bus_addr_i[31:28];
  wire [27:0] offset = bus_addr_i[27:0];
  wire        io     = region == 4'd2 && offset[27:16] == 12'd0 && offset[11:4] == 8'd0;
  wire [7:0]  chosen;
  assign chosen[0] = region == 4'd0 && offset < RomBytes && bus_strb_i == 4'd0;
  assign chosen[1] = region == 4'd1 && offset < RamBytes;
  assign chosen[2] = io && offset[15:12] == 4'd0;
  assign chosen[3] = io && offset[15:12] == 4'd1;
  assign chosen[4] = io && offset[15:12] == 4'd2;
  assign chosen[5] = io && offset[15:12] == 4'd3;
  assign chosen[6] = region == 4'd3 && offset[27:12] == 16'd0;
  assign chosen[7] = region == 4'd4 && offset < MemBytes || region == 4'd5 && offset < ProgramBytes && bus_strb_i == 4'd0;

  wire       slow  = chosen_q[6] || chosen_q[7];
  wire       ready = second_q && (slow ? chosen_q[6] && accel_ready_i || chosen_q[7] && mem_ready_i : 1'b1);

  assign select_o    = chosen & {8{bus_valid_i && !second_q}};
  assign bus_ready_o = ready;
  assign bus_error_o = chosen_q == 8'd0 || chosen_q[6] && accel_error_i || chosen_q[7] && mem_error_i;
  assign bus_rdata_o = (rdata_i[31:0]    & {32{chosen_q[0]}}) | (rdata_i[63:32]   & {32{chosen_q[1]}})
                     | (rdata_i[95:64]   & {32{chosen_q[2]}}) | (rdata_i[127:96]  & {32{chosen_q[3]}})
                     | (rdata_i[159:128] & {32{chosen_q[4]}}) | (rdata_i[191:160] & {32{chosen_q[5]}})
                     | (accel_rdata_i    & {32{chosen_q[6]}}) | (mem_rdata_i      & {32{chosen_q[7]}});

  always @(posedge clk_i) begin
    second_q <= rst_ni && bus_valid_i && !ready;
    if (!second_q) chosen_q <= chosen;
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
