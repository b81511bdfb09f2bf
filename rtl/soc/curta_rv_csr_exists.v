// SPDX-License-Identifier: Apache-2.0
// curta_rv_csr_exists - the CSRs that curta_rv has. Those not in curta_rv_csr read 0.
// Timing combinational
`default_nettype none
module curta_rv_csr_exists (
  input  wire [11:0] addr_i,
  output reg         exists_o
);
  wire counter = addr_i[4:0] >= 5'd3;
  always @*
    case (addr_i[11:5])
      7'h18: exists_o = addr_i[4:0] == 5'h00 || addr_i[4:0] == 5'h01 || addr_i[4:0] == 5'h04 || addr_i[4:0] == 5'h05 || addr_i[4:0] == 5'h10;
      7'h19: exists_o = counter;                                        // mhpmevent3..31
      7'h1a: exists_o = addr_i[4:0] <= 5'h04;                           // mscratch, mepc, mcause, mtval, mip
      7'h58, 7'h5c: exists_o = addr_i[4:0] != 5'd1;                     // mcycle, minstret, mhpmcounter3..31, upper halves
      7'h78: exists_o = addr_i[4:0] >= 5'h11 && addr_i[4:0] <= 5'h15;   // mvendorid .. mhartid, mconfigptr
      default: exists_o = 1'b0;
    endcase
endmodule
`default_nettype wire
