// SPDX-License-Identifier: Apache-2.0
// curta_soc_uart - serial line, 8 bits, no parity, one stop bit, 16 bytes of receive FIFO
//   0 DATA    write: send a byte (lost if STATUS.0 = 0); read: bit 31 = 0 and the byte, or bit 31 = 1 if there is none
//   4 STATUS  0 room to send, 1 a byte has come, 2 sending is over, 3 a byte was lost or had no stop bit (any write clears it)
//   8 DIVIDER cycles of a bit, 16 .. 65535
// Timing registers are read and written in the cycle of select_i, rdata_o is in the next
// Resets all but data: nothing is sent or received before
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // upper bits of written words
module curta_soc_uart #(
  parameter [15:0] Divider = 16'd651        // after reset: 115,200 at 75 MHz
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        select_i,
  input  wire [1:0]  addr_i,        // word
  input  wire        write_i,
  input  wire [31:0] wdata_i,
  output reg  [31:0] rdata_o,
  output wire        irq_o,         // a byte has come
  input  wire        rx_i,
  output reg         tx_o
);
  localparam [1:0] DATA = 2'd0, STATUS = 2'd1, DIVIDER = 2'd2;
  reg [15:0] divider_q;
  reg        lost_q;

  // ---- send: start bit, 8 bits, stop bit from a shift register; one byte waits behind it
  reg [15:0] tx_time_q;
  reg [3:0]  tx_left_q;             // bits to go; 0 idle
  reg [8:0]  tx_shift_q;
  reg [7:0]  tx_next_q;
  reg        tx_waits_q;
  wire       tx_idle = tx_left_q == 4'd0;
  wire       push    = select_i && write_i && addr_i == DATA && !tx_waits_q;

  // ---- receive: two registers against metastability, samples in the middle of each bit
  reg [2:0]  rx_q;
  reg [15:0] rx_time_q;
  reg [3:0]  rx_left_q;             // samples to go: start, 8 bits, stop; 0 idle
  reg [7:0]  rx_shift_q;
  wire       sample = rx_left_q != 4'd0 && rx_time_q == 16'd0;
  wire       ends   = sample && rx_left_q == 4'd1;
  wire       room, some, unused_more;
  wire [7:0] head, unused_next;
  wire       take   = select_i && !write_i && addr_i == DATA && some;
  curta_fifo #(.Width(8), .LogDepth(4)) u_fifo (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(ends && rx_q[1] && room), .data_i(rx_shift_q), .room_o(room), .valid_o(some),
    .data_o(head), .more_o(unused_more), .next_o(unused_next), .pop_i(take));
  assign irq_o = some;

  always @(posedge clk_i) begin
    if (tx_idle) begin
      tx_o <= 1'b1;
      if (tx_waits_q) begin
        tx_o       <= 1'b0;
        tx_shift_q <= {1'b1, tx_next_q};
        tx_left_q  <= 4'd10;
        tx_time_q  <= divider_q - 16'd1;
        tx_waits_q <= 1'b0;
      end
    end else if (tx_time_q != 16'd0) tx_time_q <= tx_time_q - 16'd1;
    else begin
      tx_time_q  <= divider_q - 16'd1;
      tx_left_q  <= tx_left_q - 4'd1;
      tx_o       <= tx_shift_q[0];
      tx_shift_q <= {1'b1, tx_shift_q[8:1]};
    end
    if (push) begin
      tx_next_q  <= wdata_i[7:0];
      tx_waits_q <= 1'b1;
    end

    rx_q <= {rx_q[1:0], rx_i};
    if (rx_left_q == 4'd0) begin
      rx_time_q <= {1'b0, divider_q[15:1]};
      if (!rx_q[1] && rx_q[2]) rx_left_q <= 4'd10;
    end else if (!sample) rx_time_q <= rx_time_q - 16'd1;
    else begin
      rx_time_q  <= divider_q - 16'd1;
      rx_left_q  <= rx_left_q == 4'd10 && rx_q[1] ? 4'd0 : rx_left_q - 4'd1;     // a start bit that is gone was noise
      if (!ends) rx_shift_q <= {rx_q[1], rx_shift_q[7:1]};
      if (ends && !(rx_q[1] && room)) lost_q <= 1'b1;
    end

    if (select_i && write_i && addr_i == STATUS)  lost_q    <= 1'b0;
    if (select_i && write_i && addr_i == DIVIDER) divider_q <= wdata_i[15:0];
    case (addr_i)
      DATA:    rdata_o <= {!some, 23'd0, head};
      STATUS:  rdata_o <= {28'd0, lost_q, tx_idle && !tx_waits_q, some, !tx_waits_q};
      default: rdata_o <= {16'd0, divider_q};
    endcase
    if (!rst_ni) begin
      divider_q  <= Divider;
      lost_q     <= 1'b0;
      tx_left_q  <= 4'd0;
      tx_waits_q <= 1'b0;
      tx_o       <= 1'b1;
      rx_left_q  <= 4'd0;
      rx_q       <= 3'b111;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
