// SPDX-License-Identifier: Apache-2.0
// curta_queue - the commands that wait for one engine, in block RAM
//   The command processor writes the 16 words of a command and then commits it, or writes others over them. The oldest
//   command streams its words to the engine ahead of time; it starts when every threshold is met, no older error
//   forbids it and the engine is free. Words 0 and 1 carry what curta_depend put there: index and thresholds.
//   The bounds of curta_cp (in-flight window of 64 commands) make the short comparisons modulo 2^8 exact.
// Timing   start at the earliest in the cycle after the predecessor's done_i, two cycles after the completion that was waited for.
// Resets   the control; the RAM and the words read from it are meaningless until a commit.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
module curta_queue #(
  parameter LogDepth = 3          // commands, log2
) (
  input  wire        clk_i,
  input  wire        rst_ni,
  // command processor
  output wire        room_o,
  input  wire        we_i,
  input  wire [3:0]  widx_i,
  input  wire [63:0] wdata_i,
  input  wire        commit_i,
  // engine
  output wire        cfg_valid_o,
  output wire [3:0]  cfg_index_o,
  output wire [63:0] cfg_data_o,
  input  wire        cfg_ready_i,
  output wire        go_o,
  input  wire        done_i,
  // order
  input  wire        stop_i,       // start nothing
  input  wire        limit_valid_i,
  input  wire [7:0]  limit_i,      // start only commands older than this
  input  wire [23:0] completed_i,  // completions of LOAD, MATRIX, VECTOR modulo 2^8
  // status
  output wire        empty_o,      // nothing here and nothing running
  output wire        waiting_o,    // a command is here that has not started
  output wire        running_o,
  output wire [7:0]  run_index_o,
  output wire [23:0] run_op_o,     // tag and opcode of the running command
  output wire        held_o        // the oldest command here is not older than the limit, or there is none
);
  localparam SlotW = LogDepth;

  reg  [SlotW:0] wslot_q, rslot_q; // free-running slot counts
  reg  [4:0]  ask_q;               // words of the oldest command asked from the RAM
  reg         have_q;              // the RAM's output is word pair idx_q
  reg  [3:0]  idx_q;
  reg         loaded_q;            // the engine has all words of the oldest command
  reg         running_q;
  reg  [7:0]  index_q, run_index_q;
  reg  [23:0] op_q, run_op_q;
  reg  [26:0] need_q;              // per engine: met, threshold modulo 2^8

  wire [63:0] ram_data;
  wire        avail  = wslot_q != rslot_q;
  wire        accept = have_q && cfg_ready_i;
  wire        ask    = avail && !loaded_q && !ask_q[4] && (!have_q || accept);

  curta_ram #(.Width(64), .Depth(16 << LogDepth), .Lane(64)) u_ram (
    .clk_i(clk_i), .we_i(we_i), .waddr_i({wslot_q[SlotW-1:0], widx_i}), .wdata_i(wdata_i),
    .re_i(ask), .raddr_i({rslot_q[SlotW-1:0], ask_q[3:0]}), .rdata_o(ram_data));

  // A threshold is met when the count has not fallen short of it.
  wire [7:0] short_l = completed_i[7:0]   - need_q[7:0];
  wire [7:0] short_m = completed_i[15:8]  - need_q[16:9];
  wire [7:0] short_v = completed_i[23:16] - need_q[25:18];
  wire       met     = (need_q[8] || !short_l[7]) && (need_q[17] || !short_m[7]) && (need_q[26] || !short_v[7]);
  wire [7:0] older   = index_q - limit_i;
  reg        met_q;                // for the oldest command: its words stand for cycles before loaded_q
  reg        allowed_q;

  assign room_o      = wslot_q != (rslot_q ^ {1'b1, {SlotW{1'b0}}});
  assign cfg_valid_o = accept;
  assign cfg_index_o = idx_q;
  assign cfg_data_o  = ram_data;
  assign go_o        = loaded_q && !running_q && met_q && allowed_q && !stop_i;
  assign waiting_o   = avail || loaded_q;
  assign empty_o     = !avail && !loaded_q && !running_q;
  assign running_o   = running_q;
  assign run_index_o = run_index_q;
  assign run_op_o    = run_op_q;
  assign held_o      = loaded_q ? limit_valid_i && !older[7] : !avail;

  always @(posedge clk_i) begin
    if (accept && idx_q == 4'd0) begin
      op_q        <= {ram_data[31:16], ram_data[7:0]};
      index_q     <= ram_data[47:40];
      need_q[8:0] <= {ram_data[63], ram_data[39:32]};
    end
    if (accept && idx_q == 4'd1) need_q[26:9] <= {ram_data[63], ram_data[39:32], ram_data[31], ram_data[7:0]};
    if (ask) idx_q <= ask_q[3:0];
    met_q     <= met;
    allowed_q <= !limit_valid_i || older[7];
    if (go_o) begin
      run_index_q <= index_q;
      run_op_q    <= op_q;
    end
    if (!rst_ni) begin
      wslot_q   <= 0;
      rslot_q   <= 0;
      ask_q     <= 5'd0;
      have_q    <= 1'b0;
      loaded_q  <= 1'b0;
      running_q <= 1'b0;
    end else begin
      if (commit_i) wslot_q <= wslot_q + 1'b1;
      if (ask)      ask_q <= ask_q + 5'd1;
      if (ask || accept) have_q <= ask;
      if (accept && idx_q == 4'd15) begin
        loaded_q <= 1'b1;
        rslot_q  <= rslot_q + 1'b1;
        ask_q    <= 5'd0;
      end else if (go_o) loaded_q <= 1'b0;
      if (go_o)        running_q <= 1'b1;
      else if (done_i) running_q <= 1'b0;
    end
  end
endmodule
`default_nettype wire
