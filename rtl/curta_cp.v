// SPDX-License-Identifier: Apache-2.0
// curta_cp - the command processor: takes commands in order, checks them, issues them (machine.md section 2)
//   IDLE -> READ -> OP (word pair 0 is there) -> STREAM (pairs 0..15 to the check and, provisionally, to a queue) -> DECIDE
//   DECIDE commits an engine command; NOP retires; FENCE, SKIP, END and CALL wait in FENCE for idle engines and then ACT;
//   SKIP reads its two scale registers in between and compares them. The end of a called program waits in RETURN likewise.
//   Window: a block of 32 indices begins only when the block before the last has completed, so that at most 64 commands
//   are in flight and 8 bits of an index order any two of them.
//   One adder each moves the position in the ring, the program's address and what is left of it: by one behind a command, by
//   what SKIP says. The fetch learns of a jump a cycle later, when they have moved.
// Timing   19 cycles a command; a jump one more.
// Resets   all but the arguments of the command.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
`include "curta_spec.vh"
module curta_cp (
  input  wire        clk_i,
  input  wire        rst_ni,
  input  wire        halt_i,        // an error or a reset: take nothing more
  output wire        busy_o,        // commands are pending here
  // ring
  input  wire [31:0] ring_base_i,
  input  wire [4:0]  ring_log2_i,
  input  wire [31:0] ring_tail_i,
  output wire [31:0] ring_head_o,
  // fetch
  output wire        redirect_o,
  output wire [31:0] ring_pos_o,
  output wire [25:0] prog_block_o,
  output wire [31:0] prog_left_o,
  input  wire        slot_valid_i,
  input  wire        slot_range_i,
  input  wire        slot_bus_i,
  output wire        slot_pop_o,
  output wire        word_re_o,
  output wire [3:0]  word_o,
  input  wire [63:0] data_i,
  // check
  output wire        check_valid_o,
  output wire [3:0]  check_idx_o,
  input  wire [7:0]  check_code_i,
  input  wire [31:0] check_info_i,
  // queues: LOAD, MATRIX, VECTOR
  input  wire [2:0]  room_i,
  output wire [2:0]  we_o,
  output wire [2:0]  commit_o,
  input  wire [2:0]  empty_i,
  input  wire [2:0]  done_i,
  input  wire [2:0]  done_parity_i, // bit 5 of the index of the command that completes
  output wire        fence_o,       // pulse: a fence point
  // scale registers
  output wire        s_req_o,
  output wire [5:0]  s_addr_o,
  input  wire        s_ack_i,
  input  wire [31:0] s_data_i,
  // results
  output wire [31:0] index_o,       // of the command in work
  output wire        error_o,       // pulse
  output wire [7:0]  error_code_o,
  output wire [31:0] error_info_o,
  output wire        begin_o,       // pulse: a command is taken up
  output wire        retire_o,      // pulse: a command of the command processor itself retires
  output wire [23:0] retire_op_o,   // its tag and opcode
  output wire        end_o,         // pulse: an END retires
  output wire [31:0] cookie_o
);
  localparam [3:0] Idle = 0, Op = 1, Stream = 2, Decide = 3, Fence = 4, Ra = 5, Rb = 6, Act = 7, Return = 8, Halt = 9, Read = 10, Rc = 11;
  reg  [3:0]  state_q;
  reg  [31:0] head_q, left_q, index_q;
  reg  [25:0] block_q;             // address / 128 of the next program command
  reg         in_prog_q;
  reg         return_q;            // the program has ended, its fence is due
  reg         redirect_q;          // the position has jumped
  reg  [3:0]  idx_q;               // pair on data_i in Op and Stream
  reg  [23:0] op_q;
  reg  [2:0]  engine_q;
  reg  [31:0] arg0_q, arg1_q, ra_q, rb_q;
  reg         skip_q;
  reg  [6:0]  block0_q, block1_q;  // commands in flight whose index has bit 5 clear, set

  // Engines are the upper half of the opcode: 1 LOAD, 2 MATRIX, 3 VECTOR; others go nowhere and fail the check.
  wire [2:0]  engine   = {data_i[7:4] == 4'd3, data_i[7:4] == 4'd2, data_i[7:4] == 4'd1};
  wire        stuck    = |(engine & ~room_i);
  wire [7:0]  op       = op_q[7:0];
  wire        is_call  = op == `CURTA_OP_CALL;
  wire        is_skip  = op == `CURTA_OP_SKIP;
  wire        is_end   = op == `CURTA_OP_END;
  wire        is_nop   = op == `CURTA_OP_NOP;

  wire [31:0] there    = in_prog_q ? left_q : ring_tail_i - head_q;     // commands from the one in work on
  reg         bad_nest_q;          // the words and the position that decide it stand for many cycles before Decide
  always @(posedge clk_i) bad_nest_q <= is_call ? in_prog_q : is_skip && arg0_q >= there;
  wire [15:0] mask     = ~(16'hffff << ring_log2_i);      // of at most 2^16 commands
  wire [15:0] ring_idx = head_q[15:0] & mask;
  wire [24:0] ring_blk = ring_base_i[31:7] + {9'd0, ring_idx};
  wire [24:0] here     = in_prog_q ? block_q[24:0] : ring_blk;

  wire        window   = index_q[4:0] != 5'd0 || (index_q[5] ? block1_q == 7'd0 : block0_q == 7'd0);
  wire        slot_bad = slot_range_i || slot_bus_i;
  wire        take     = state_q == Idle && slot_valid_i && !return_q && window && !redirect_q && !halt_i;
  wire        refuse   = state_q == Decide && (check_code_i != `CURTA_ERR_NONE || bad_nest_q);
  wire        accept   = state_q == Decide && !refuse && !halt_i;
  wire        issue    = accept && engine_q != 3'd0;
  wire        fenced   = (state_q == Fence || state_q == Return) && empty_i == 3'b111 && !halt_i;
  wire        act      = state_q == Act;
  wire        jump     = act && (is_call || skip_q);

  // Position behind the command in work (accept), or where the jump leads.
  wire [31:0] step     = act ? arg0_q : 32'd1;
  wire [31:0] head_d   = head_q + step;
  wire [31:0] left_d   = is_call && act ? arg1_q : left_q - step;
  wire        end_d    = left_q == step;                   // nothing is left of the program
  wire [25:0] block_d  = !act ? block_q + step[25:0] : is_call ? {1'b0, arg0_q[31:7]} :
                         arg0_q[31:25] != 7'd0 ? {1'b1, 25'd0} : block_q + step[25:0];

  assign busy_o        = state_q != Idle || in_prog_q || return_q || head_q != ring_tail_i;
  assign ring_head_o   = head_q;
  assign redirect_o    = redirect_q;
  assign ring_pos_o    = head_q;
  assign prog_block_o  = block_q;
  assign prog_left_o   = left_q;
  assign slot_pop_o    = accept;
  assign word_re_o     = take || state_q == Read || state_q == Op && !stuck || state_q == Stream;
  assign word_o        = take ? 4'd0 : state_q == Read ? 4'd1 : state_q == Op ? 4'd2 : idx_q + 4'd2;
  assign check_valid_o = state_q == Op && !stuck || state_q == Stream;
  assign check_idx_o   = idx_q;
  assign we_o          = state_q == Op ? (stuck ? 3'd0 : engine) : state_q == Stream ? engine_q : 3'd0;
  assign commit_o      = issue ? engine_q : 3'd0;
  assign fence_o       = fenced;
  assign s_req_o       = state_q == Ra || state_q == Rb;
  assign s_addr_o      = state_q == Ra ? arg1_q[`CURTA_SKIP_RA] : arg1_q[`CURTA_SKIP_RB];
  assign index_o       = index_q;
  assign error_o       = !halt_i && (refuse || take && slot_bad);
  assign error_code_o  = state_q == Idle ? (slot_range_i ? `CURTA_ERR_RANGE : `CURTA_ERR_BUS)
                       : check_code_i != `CURTA_ERR_NONE ? check_code_i : `CURTA_ERR_NEST;
  assign error_info_o  = state_q == Idle ? {here, 7'd0}
                       : check_code_i != `CURTA_ERR_NONE ? check_info_i : is_skip ? 32'd4 : 32'd0;
  assign begin_o       = take;
  assign retire_o      = (accept && is_nop) || act;
  assign retire_op_o   = op_q;
  assign end_o         = act && is_end;
  assign cookie_o      = arg0_q;

  always @(posedge clk_i)
    if (!rst_ni) state_q <= Idle;
    else if (halt_i) state_q <= state_q == Idle ? Idle : Halt;
    else
      case (state_q)
        Idle: if (return_q) state_q <= Return;
              else if (take) state_q <= slot_bad ? Halt : Read;
        Read:   state_q <= Op;
        Op:     if (!stuck) state_q <= Stream;
        Stream: if (idx_q == 4'd15) state_q <= Decide;
        Decide: state_q <= refuse ? Halt : engine_q != 3'd0 || is_nop ? Idle : Fence;
        Fence:  if (fenced) state_q <= is_skip ? Ra : Act;
        Return: if (fenced) state_q <= Idle;
        Ra:     if (s_ack_i) state_q <= Rb;
        Rb:     if (s_ack_i) state_q <= Rc;
        Rc:     state_q <= Act;
        Act:    state_q <= Idle;
        default: state_q <= Halt;
      endcase

  always @(posedge clk_i) begin
    if (state_q == Read) idx_q <= 4'd0;
    if (state_q == Op) begin
      op_q     <= {data_i[31:16], data_i[7:0]};
      engine_q <= engine;
      idx_q    <= {3'd0, !stuck};          // it stays at pair 0
      skip_q   <= 1'b0;
    end
    if (state_q == Stream) begin
      idx_q <= idx_q + 4'd1;
      if (idx_q == 4'd2) {arg1_q, arg0_q} <= data_i;
    end
    if (state_q == Ra) ra_q <= s_data_i;
    if (state_q == Rb) rb_q <= s_data_i;
    if (state_q == Rc) skip_q <= (ra_q == rb_q) != arg1_q[16];
  end

  always @(posedge clk_i)
    if (!rst_ni) begin
      head_q    <= 32'd0;
      index_q   <= 32'd0;
      redirect_q <= 1'b0;
      in_prog_q <= 1'b0;
      return_q  <= 1'b0;
      left_q    <= 32'd0;
      block_q   <= 26'd0;
    end else begin
      redirect_q <= jump;
      if (accept) index_q <= index_q + 32'd1;
      if (accept && !in_prog_q || jump && !is_call && !in_prog_q) head_q <= head_d;
      if (accept && in_prog_q || jump && (is_call || in_prog_q)) begin
        block_q   <= block_d;
        left_q    <= left_d;
        in_prog_q <= is_call && act || !end_d;
        return_q  <= !(is_call && act) && end_d;
      end else if (state_q == Return && fenced)
        return_q <= 1'b0;
    end

  // ---- in-flight window
  reg [2:0] gone0, gone1;
  integer k;
  always @* begin
    gone0 = 3'd0;
    gone1 = 3'd0;
    for (k = 0; k < 3; k = k + 1)
      if (done_i[k]) begin
        if (done_parity_i[k]) gone1 = gone1 + 3'd1;
        else                  gone0 = gone0 + 3'd1;
      end
  end
  always @(posedge clk_i)
    if (!rst_ni) begin
      block0_q <= 7'd0;
      block1_q <= 7'd0;
    end else if (issue || done_i != 3'd0) begin
      block0_q <= block0_q + {6'd0, issue && !index_q[5]} - {4'd0, gone0};
      block1_q <= block1_q + {6'd0, issue && index_q[5]} - {4'd0, gone1};
    end
endmodule
`default_nettype wire
