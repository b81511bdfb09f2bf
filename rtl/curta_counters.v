// SPDX-License-Identifier: Apache-2.0
// curta_counters - where the cycles went
//   Every busy cycle belongs to one of seven classes. Events are counted in 6 bits for a frame of 32 cycles; in the next
//   frame they are added to 64-bit counters in a RAM (live half), and in a snapshot also stored in its other half. All counters of
//   a snapshot are therefore of the same cycle.
//   RAM      0..15 live, 16..31 snapshot
// Timing   a snapshot is ready at most 64 cycles after snap_i; a window read takes up to 32 cycles.
// Resets   a walk over the RAM writes 0 (clearing_o).
`default_nettype none
`include "curta_spec.vh"
module curta_counters #(
  parameter BUS = 8               // bytes of a beat
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  output wire        clearing_o,
  // events
  input  wire        busy_i,
  input  wire        mx_active_i,
  input  wire        mx_busy_i,
  input  wire        mx_drain_i,
  input  wire        mx_waiting_i,   // a GEMM is queued that has not started
  input  wire        rd_busy_i,
  input  wire        wr_busy_i,
  input  wire        rd_beat_i,
  input  wire        wr_beat_i,
  // registers
  input  wire        snap_i,         // held until snap_ack_o
  output wire        snap_ack_o,
  input  wire        re_i,           // held until re_ack_o
  input  wire [3:0]  raddr_i,
  output wire        re_ack_o,
  output wire [63:0] rdata_o
);
  localparam LB    = $clog2(BUS);
  localparam Count = `CURTA_CNT_COUNT;

  reg  [4:0]  phase_q;              // cycle of the frame; entry phase / 2 is read in even cycles, added in odd ones
  reg  [6*Count-1:0] low_q, frame_q;
  reg         clear_q, snap_q, ack_q;
  reg  [63:0] sum_q;
  wire [63:0] ram_data;

  // events come from far away: counted a cycle later
  reg  busy_q, mx_active_q, mx_busy_q, mx_drain_q, mx_waiting_q, rd_busy_q, wr_busy_q, rd_beat_q, wr_beat_q;
  always @(posedge clk_i)
    {busy_q, mx_active_q, mx_busy_q, mx_drain_q, mx_waiting_q, rd_busy_q, wr_busy_q, rd_beat_q, wr_beat_q} <=
      {busy_i, mx_active_i, mx_busy_i, mx_drain_i, mx_waiting_i, rd_busy_i, wr_busy_i, rd_beat_i, wr_beat_i};

  reg  [3:0]  kind;
  reg  [6*Count-1:0] event_bits;
  always @* begin
    if (mx_active_q) kind = mx_busy_q ? `CURTA_CNT_BUSY : mx_drain_q ? `CURTA_CNT_DRAIN : `CURTA_CNT_OPERAND;
    else             kind = rd_busy_q ? `CURTA_CNT_MEMRD : wr_busy_q ? `CURTA_CNT_MEMWR :
                             mx_waiting_q ? `CURTA_CNT_DEPEND : `CURTA_CNT_OTHER;
    event_bits = 0;
    event_bits[6*`CURTA_CNT_CYCLES] = busy_q;
    case (kind)
      `CURTA_CNT_BUSY:    event_bits[6*`CURTA_CNT_BUSY]    = busy_q;
      `CURTA_CNT_OPERAND: event_bits[6*`CURTA_CNT_OPERAND] = busy_q;
      `CURTA_CNT_DRAIN:   event_bits[6*`CURTA_CNT_DRAIN]   = busy_q;
      `CURTA_CNT_MEMRD:   event_bits[6*`CURTA_CNT_MEMRD]   = busy_q;
      `CURTA_CNT_MEMWR:   event_bits[6*`CURTA_CNT_MEMWR]   = busy_q;
      `CURTA_CNT_DEPEND:  event_bits[6*`CURTA_CNT_DEPEND]  = busy_q;
      default:            event_bits[6*`CURTA_CNT_OTHER]   = busy_q;
    endcase
    event_bits[6*`CURTA_CNT_RD_BYTES] = rd_beat_q;
    event_bits[6*`CURTA_CNT_WR_BYTES] = wr_beat_q;
  end

  wire [3:0]  entry   = phase_q[4:1];
  wire        active  = entry < Count;
  wire        bytes   = entry >= `CURTA_CNT_RD_BYTES;
  wire [63:0] amount  = bytes ? {58'd0, frame_q[5:0]} << LB : {58'd0, frame_q[5:0]};
  wire [63:0] sum     = ram_data + amount;
  wire        add     = active && phase_q[0];
  // The even cycle after an addition stores the same value in the snapshot half.
  wire        copy    = snap_q && !phase_q[0] && entry != 4'd0 && entry <= Count;
  wire        spare   = phase_q >= 5'd24;
  reg         re_q;

  assign clearing_o = clear_q;
  assign snap_ack_o = ack_q;
  assign re_ack_o   = re_q;
  assign rdata_o    = ram_data;

  curta_ram #(.Width(64), .Depth(32), .Lane(64)) u_ram (
    .clk_i(clk_i),
    .we_i(clear_q || add || copy),
    .waddr_i(clear_q ? phase_q : copy ? {1'b1, entry - 4'd1} : {1'b0, entry}),
    .wdata_i(clear_q ? 64'd0 : copy ? sum_q : sum),
    .re_i((active && !phase_q[0]) || (spare && re_i)),
    .raddr_i(spare ? {1'b1, raddr_i} : {1'b0, entry}),
    .rdata_o(ram_data));

  always @(posedge clk_i) begin
    if (add) sum_q <= sum;
    if (phase_q == 5'd31)          frame_q <= low_q + event_bits;
    else if (active && phase_q[0]) frame_q <= frame_q >> 6;
    if (!rst_ni) begin
      phase_q <= 5'd0;
      clear_q <= 1'b1;
      low_q   <= 0;
      snap_q  <= 1'b0;
      ack_q   <= 1'b0;
      re_q    <= 1'b0;
    end else begin
      phase_q <= phase_q + 5'd1;
      re_q    <= spare && re_i && !re_q;
      ack_q   <= snap_q && phase_q == 5'd24 && snap_i;
      if (clear_q) begin
        low_q   <= 0;
        clear_q <= phase_q != 5'd31;
      end else begin
        low_q <= phase_q == 5'd31 ? 0 : low_q + event_bits;
        if (phase_q == 5'd31) snap_q <= snap_i;
      end
    end
    if (clear_q) frame_q <= 0;
  end
endmodule
`default_nettype wire
