// SPDX-License-Identifier: Apache-2.0
// fm_reset - a soft reset brings command processor and error unit back to idle from any state, and resets only when all is quiet
//   Any state of all registers, then a soft reset. Engines that are stopped, a fetch that is halted and transfers that are under way end
//   within 3 cycles, clearing ends within 3 cycles of the reset (the real ones take longer, but end); all else is free.
`default_nettype none
module fm_reset (
  input wire        clk_i,
  input wire        soft_i,
  input wire        clear_busy_i, fetch_idle_i, bus_busy_i,
  input wire [2:0]  done_i, idle_i, running_i, held_i,
  input wire [23:0] code_i, run_index_i,
  input wire [95:0] info_i,
  input wire [31:0] tail_i,
  input wire        slot_valid_i, slot_range_i, slot_bus_i, s_ack_i,
  input wire [2:0]  stopped_i,             // an engine reports while it is being stopped
  input wire [63:0] data_i,
  input wire [7:0]  check_code_i,
  input wire [2:0]  room_i, empty_i, parity_i
);
  wire        core_rst_n, soft_busy, halt, queue_stop, limit_valid, stopped, stopped_set, cp_error, cp_busy;
  wire [2:0]  stop, failed;
  wire [7:0]  limit, error, cp_code;
  wire [31:0] error_index, error_info, cp_index, cp_info, head;
  reg  [31:0] tail;                        // the doorbell: cleared by the reset, written only while the host wishes
  curta_error u_error (
    .clk_i(clk_i), .rst_ni(1'b1), .core_rst_no(core_rst_n), .soft_i(soft_i), .clear_busy_i(clear_busy_i), .soft_busy_o(soft_busy),
    .index_i(cp_index), .cp_error_i(cp_error), .cp_code_i(cp_code), .cp_info_i(cp_info), .fetch_idle_i(fetch_idle_i), .cp_halt_o(halt),
    .ended_i(done_i | stopped_i), .done_i(done_i), .code_i(code_i), .info_i(info_i), .idle_i(idle_i), .running_i(running_i), .run_index_i(run_index_i), .held_i(held_i),
    .bus_busy_i(bus_busy_i), .stop_o(stop), .queue_stop_o(queue_stop), .limit_valid_o(limit_valid), .limit_o(limit), .failed_o(failed),
    .stopped_o(stopped), .stopped_set_o(stopped_set), .error_o(error), .error_index_o(error_index), .error_info_o(error_info));
  curta_cp u_cp (
    .clk_i(clk_i), .rst_ni(core_rst_n), .halt_i(halt), .busy_o(cp_busy), .ring_base_i(32'd0), .ring_log2_i(5'd4), .ring_tail_i(tail),
    .ring_head_o(head), .redirect_o(), .ring_pos_o(), .prog_block_o(), .prog_left_o(), .slot_valid_i(slot_valid_i),
    .slot_range_i(slot_range_i), .slot_bus_i(slot_bus_i), .slot_pop_o(), .word_re_o(), .word_o(), .data_i(data_i), .check_valid_o(),
    .check_idx_o(), .check_code_i(check_code_i), .check_info_i(32'd0), .room_i(room_i), .we_o(), .commit_o(), .empty_i(empty_i),
    .done_i(done_i), .done_parity_i(parity_i), .fence_o(), .s_req_o(), .s_addr_o(), .s_ack_i(s_ack_i), .s_data_i(32'd0),
    .index_o(cp_index), .error_o(cp_error), .error_code_o(cp_code), .error_info_o(cp_info), .begin_o(), .retire_o(), .retire_op_o(),
    .end_o(), .cookie_o());

  reg [4:0] age;
  reg [1:0] late_fetch, late_bus, late_clear;
  reg [5:0] late;
  reg       p_rst, p_quiet, p_halt, p_fetch, p_bus;
  reg [2:0] p_stop, p_idle;
  reg       reset_seen, fallen;            // fallen: the soft reset has ended
  wire [4:0] now = $initstate ? 5'd0 : age;
  wire       quiet = idle_i == 3'b111 && fetch_idle_i && !bus_busy_i;
  integer k;
  always @(posedge clk_i) begin
    age <= now == 5'd31 ? 5'd31 : now + 5'd1;
    tail <= !core_rst_n ? 32'd0 : $initstate ? tail_i : tail;
    p_rst   <= core_rst_n;
    p_quiet <= quiet;
    {p_halt, p_fetch, p_bus, p_stop, p_idle} <= {halt, fetch_idle_i, bus_busy_i, stop, idle_i};
    fallen     <= now >= 2 && (fallen || !soft_busy);
    reset_seen <= !$initstate && (reset_seen || !core_rst_n);
    late_fetch <= $initstate || !halt || fetch_idle_i ? 0 : late_fetch + 1;
    late_bus   <= $initstate || stop != 3'b111 || !bus_busy_i ? 0 : late_bus + 1;
    late_clear <= $initstate || !core_rst_n || !clear_busy_i ? 0 : late_clear + 1;
    for (k = 0; k < 3; k = k + 1) late[2*k +: 2] <= $initstate || !stop[k] || idle_i[k] ? 0 : late[2*k +: 2] + 1;
  end
  always @* begin
    assume (soft_i == (now == 0));
    assume ((done_i & stop) == 0);         // curta.v: what an engine reports that is being stopped does not count
    assume ((stopped_i & idle_i) == 0);    // an idle engine reports nothing
    assume (late_fetch != 3 || fetch_idle_i || !halt);
    assume (late_bus != 3 || !bus_busy_i);
    assume (late_clear != 3 || !clear_busy_i);
    for (k = 0; k < 3; k = k + 1) assume (late[2*k +: 2] != 3 || idle_i[k]);
    // what has become idle under stop and halt stays so
    if (!$initstate) begin
      assume ((idle_i | ~(stop & p_stop & p_idle)) == 3'b111);
      assume (fetch_idle_i || !(halt && p_halt && p_fetch));
      assume (!bus_busy_i || p_bus || stop != 3'b111 || p_stop != 3'b111);
    end
  end
`ifdef COVER
  wire [2:0] seen = {now == 7 && soft_busy && core_rst_n, now == 16 && !soft_busy, now == 4 && reset_seen};
  always @* if (now > 1) assert (!(seen >> `COVER & 1'b1));
`else
  always @* begin
    if (now >= 2) assert (core_rst_n || !p_rst || p_quiet);          // the reset falls only on a quiet machine
    if (now >= 2 && !soft_busy && !fallen) assert (reset_seen && !cp_busy && !stopped && error == 0 && head == 0 && !halt);
    if (now >= 20) assert (fallen);
  end
`endif
endmodule
`default_nettype wire
