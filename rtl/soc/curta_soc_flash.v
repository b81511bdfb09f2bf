// SPDX-License-Identifier: Apache-2.0
// curta_soc_flash - SPI master for a serial flash, mode 0, most significant bit first, clk_i / 2
//   word 0 CONTROL  bit 0: chip select (1 = selected)
//        1 DATA     write: shift the 8 low bits out; read: the 8 bits that came in meanwhile
//        2 WORD     write: shift 32 bits out; read: the last 32 bits that came in, the first byte in bits 7:0 (as in memory)
//        3 STATUS   bit 0: shifting. CONTROL, DATA and WORD must not be written meanwhile (a write is lost)
// Timing   as curta_soc_uart; a byte takes 16 cycles
// Resets   idle, not selected
`default_nettype none
module curta_soc_flash (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        select_i,
  input  wire [1:0]  addr_i,        // word
  input  wire        write_i,
  input  wire [31:0] wdata_i,
  output reg  [31:0] rdata_o,
  // flash
  output reg         sck_o,
  output reg         cs_no,
  output wire        mosi_o,
  input  wire        miso_i
);
  reg  [31:0] shift_q;
  reg  [5:0]  left_q;               // bits to go
  wire        busy = left_q != 6'd0;
  wire        start = select_i && write_i && !busy;
  assign mosi_o = shift_q[31];

  always @(posedge clk_i) begin
    if (busy) begin
      sck_o <= !sck_o;
      if (sck_o) left_q <= left_q - 6'd1;
      if (sck_o) shift_q <= {shift_q[30:0], miso_i};      // a whole period after the flash has driven it
    end else if (start && addr_i == 2'd0) cs_no <= !wdata_i[0];
    else if (start && addr_i == 2'd1) begin
      shift_q <= {wdata_i[7:0], 24'd0};
      left_q  <= 6'd8;
    end else if (start && addr_i == 2'd2) begin
      shift_q <= {wdata_i[7:0], wdata_i[15:8], wdata_i[23:16], wdata_i[31:24]};
      left_q  <= 6'd32;
    end
    case (addr_i)
      2'd0:    rdata_o <= {31'd0, !cs_no};
      2'd1:    rdata_o <= {24'd0, shift_q[7:0]};
      2'd2:    rdata_o <= {shift_q[7:0], shift_q[15:8], shift_q[23:16], shift_q[31:24]};
      default: rdata_o <= {31'd0, busy};
    endcase
    if (!rst_ni) begin
      sck_o  <= 1'b0;
      cs_no  <= 1'b1;
      left_q <= 6'd0;
    end
  end
endmodule
`default_nettype wire
