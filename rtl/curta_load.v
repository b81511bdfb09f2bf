// SPDX-License-Identifier: Apache-2.0
// curta_load - tiles from memory into an operand buffer (machine.md section 3)
//   One burst a tile, up to OUTST outstanding. Every tile address that the walker holds was reached from an address that
//   passed the range check by adding one 32-bit stride: 34 bits are enough, nothing wraps.
//   TYPE 2: of each element of an int32 tile one digit of DIGIT bits is kept, four beats make one of the buffer.
//   LIST: of each tile first its places, then its elements, at most two tiles at a time; what comes goes to curta_list.
//   Errors: of the walker (RANGE) and of the bus (BUS); every response belongs to a tile before the walker's offence,
//   so a bus error wins.
// Golden   LOAD of the golden device.
// Timing   one tile a cycle until OUTST are outstanding; done_o in the cycle of the last buffer write.
// Resets   the control; the configuration is written before go_i.
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // whole words have names of which only parts are used
`include "curta_spec.vh"
module curta_load #(
  parameter T = 8,
  parameter BUS = 8,              // bytes of a beat
  parameter A_TILES = 1024,
  parameter B_TILES = 1024,
  parameter OUTST = 8,            // 1..64
  parameter DIGIT = 18,           // bits of an element of operand buffer B, 9..18
  parameter Trace = 1
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // engine
  input  wire             cfg_valid_i,
  input  wire [3:0]       cfg_index_i,
  input  wire [63:0]      cfg_data_i,
  output wire             cfg_ready_o,
  input  wire             go_i,
  output wire             done_o,
  output wire [7:0]       error_o,
  output wire [31:0]      error_info_o,
  output wire [31:0]      check_o,
  input  wire             stop_i,
  output wire             idle_o,
  // memory
  input  wire [31:0]      mem_size_i,
  output wire             rd_valid_o,
  input  wire             rd_ready_i,
  output wire [31:0]      rd_addr_o,
  output wire [7:0]       rd_beats_o,
  input  wire             rsp_valid_i,
  input  wire [8*BUS-1:0] rsp_data_i,
  input  wire             rsp_last_i,
  input  wire             rsp_err_i,
  // operand buffers
  output reg              buf_we_o,
  output wire             buf_sel_o,
  output wire [15:0]      buf_tile_o,
  output reg  [7:0]       buf_beat_o,
  output wire [8*BUS-1:0] buf_data_o,
  output wire             buf_wide_o,   // elements have upper bits: digits
  output wire [(DIGIT-8)*BUS-1:0] buf_high_o,
  // list
  output wire             list_go_o,
  output wire             list_o,       // a list is being made
  output wire             list_end_o,   // level: all its tiles have come
  output wire [15:0]      list_dst_o,   // with list_go_o
  output wire [15:0]      list_n1_o,
  output wire [15:0]      list_n2_o,
  output wire [1:0]       list_digit_o,
  input  wire             list_tile_i,  // a tile has been taken
  input  wire             list_done_i,
  input  wire             list_range_i,
  input  wire [15:0]      list_info_i,
  input  wire [31:0]      list_check_i
);
  localparam LT2   = $clog2(T * T);
  localparam Beats = T * T / BUS;
  localparam N     = BUS / 4;             // int32 elements of a beat
  localparam Unit  = 32 - LT2;            // bits of the number of a tile that lies in the memory
  localparam LogF  = OUTST > 1 ? $clog2(OUTST) : 1;

  // ---- configuration
  reg               sel_q, wide_q, list_q;
  reg        [1:0]  digit_q;
  reg        [15:0] dst_q, n0_q, n1_q, n2_q, n3_q;
  reg        [31:0] addr_q, places_q;
  reg signed [33:0] s1_q, s2_q, s3_q;

  always @(posedge clk_i)
    if (cfg_valid_i)
      case (cfg_index_i)
        4'd2: begin list_q <= cfg_data_i[5]; {digit_q, wide_q, sel_q} <= {cfg_data_i[4:2], cfg_data_i[0]}; dst_q <= cfg_data_i[31:16]; addr_q <= cfg_data_i[63:32]; end
        4'd3: {n3_q, n2_q, n1_q, n0_q} <= cfg_data_i;
        4'd4: begin
          s1_q <= {{2{cfg_data_i[31]}}, cfg_data_i[31:0]};
          s2_q <= {{2{cfg_data_i[63]}}, cfg_data_i[63:32]};
        end
        4'd5: begin s3_q <= {{2{cfg_data_i[31]}}, cfg_data_i[31:0]}; places_q <= cfg_data_i[63:32]; end
        default: ;
      endcase

  // ---- walker: four loops, one checked tile a cycle into the request register
  reg               walk_q;
  reg signed [33:0] p0_q;                    // tile number of this item
  reg    [Unit-1:0] p1_q, p2_q, p3_q;        // and of the starts of its i0, i1, i2 loops; what counts has passed the check
  reg        [15:0] i0_q, i1_q, i2_q, i3_q;  // iterations left with this one
  reg        [16:0] tile_q;                  // buffer tile of this item
  reg               sel_run_q, wide_run_q, list_run_q;   // of the running command
  reg               half_q;                  // of a list: the places have been asked for, now the elements
  reg signed [33:0] apart_q;                 // of a list: tiles from an element to its place
  reg        [1:0]  pairs_q;                 // of a list: tiles asked for that have not been taken
  reg        [1:0]  digit_run_q;
  reg               req_q, req_wide_q;
  reg        [31:0] req_addr_q;
  reg        [6:0]  outst_q;                 // bursts accepted whose last beat is still to come
  reg               room_q;                  // one more may be asked for
  reg               range_q, bus_q;          // offences so far
  reg        [31:0] info_q;

  wire               bytes    = !wide_run_q || (list_run_q && !half_q);          // a tile of bytes
  wire signed [33:0] p        = list_run_q && !half_q ? p0_q + apart_q : p0_q;
  wire        [33:0] tiles    = {2'b00, mem_size_i} >> (bytes ? LT2 : LT2 + 2);
  wire        [31:0] from     = bytes ? {p[31-LT2:0], {LT2{1'b0}}} : {p[29-LT2:0], {LT2+2{1'b0}}};
  wire               bad_addr = p[33:Unit] != 0 || p[Unit-1:0] >= tiles[Unit-1:0];
  wire               bad_tile = !list_run_q && {15'd0, tile_q} >= (sel_run_q ? B_TILES : A_TILES);
  wire               whole    = !list_run_q || half_q;                           // the walker moves on
  wire               step     = walk_q && (!req_q || rd_ready_i) && room_q && (whole || !pairs_q[1]);
  wire               accepted = req_q && rd_ready_i;
  wire               arrived  = rsp_valid_i && rsp_last_i;
  wire         [6:0] asked    = outst_q + {6'd0, req_q};
  always @(posedge clk_i) room_q <= step == arrived ? {25'd0, asked} < OUTST : arrived || {25'd0, asked} < OUTST - 1;
  wire               l0 = i0_q == 16'd1, l1 = i1_q == 16'd1, l2 = i2_q == 16'd1, l3 = i3_q == 16'd1;

  reg     [Unit-1:0] from0;
  reg signed  [33:0] inc;
  always @* begin
    if      (!l0) begin from0 = p0_q[Unit-1:0]; inc = 34'sd1; end
    else if (!l1) begin from0 = p1_q; inc = s1_q;   end
    else if (!l2) begin from0 = p2_q; inc = s2_q;   end
    else          begin from0 = p3_q; inc = s3_q;   end
  end
  wire signed [33:0] base = {{34-Unit{1'b0}}, from0};
  wire signed [33:0] next = base + inc;
  wire        [33:0] first = {2'b00, addr_q} >> (wide_q ? LT2 + 2 : LT2);
  wire        [33:0] place = {2'b00, places_q} >> LT2;

  always @(posedge clk_i) begin
    if (go_i) begin
      p0_q <= first;
      p1_q <= first[Unit-1:0];
      p2_q <= first[Unit-1:0];
      p3_q <= first[Unit-1:0];
      i0_q <= n0_q;
      i1_q <= n1_q;
      i2_q <= n2_q;
      i3_q <= n3_q;
      tile_q    <= {1'b0, dst_q};
      {list_run_q, digit_run_q, wide_run_q, sel_run_q} <= {list_q, digit_q, wide_q, sel_q};
      half_q  <= 1'b0;
      apart_q <= place - first;
    end else if (step) begin
      req_addr_q <= from;
      req_wide_q <= !bytes;
      half_q     <= !half_q;
      if (whole) begin
        tile_q <= tile_q + 17'd1;
        p0_q   <= next;
        i0_q   <= l0 ? n0_q : i0_q - 16'd1;
        if (l0) p1_q <= next[Unit-1:0];
        if (l0) i1_q <= l1 ? n1_q : i1_q - 16'd1;
        if (l0 && l1) p2_q <= next[Unit-1:0];
        if (l0 && l1) i2_q <= l2 ? n2_q : i2_q - 16'd1;
        if (l0 && l1 && l2) p3_q <= next[Unit-1:0];
        if (l0 && l1 && l2) i3_q <= i3_q - 16'd1;
      end
    end
  end

  // ---- addresses of the outstanding bursts: only a bus error looks at them
  reg [31:0]     addr_mem [0:(1<<LogF)-1];
  reg [LogF-1:0] wr_q, rd_q;
  always @(posedge clk_i) begin
    if (accepted) addr_mem[wr_q] <= req_addr_q;
    if (!rst_ni || go_i) begin
      wr_q <= 0;
      rd_q <= 0;
    end else begin
      if (accepted) wr_q <= wr_q + 1'b1;
      if (arrived)  rd_q <= rd_q + 1'b1;
    end
  end

  // ---- control
  reg run_q;
  reg [15:0] wtile_q;             // buffer tile of the next response
  reg [7:0]  beat_q;              // beat of the next response
  wire over  = run_q && !walk_q && !req_q && outst_q == 7'd0;
  // done_o does not look at stop_i, which is late: whoever stops an engine does not listen to it
  wire ended = over && (!list_run_q || list_done_i || range_q || bus_q || list_range_i);

  always @(posedge clk_i)
    if (!rst_ni) begin
      run_q   <= 1'b0;
      walk_q  <= 1'b0;
      req_q   <= 1'b0;
      outst_q <= 7'd0;
      range_q <= 1'b0;
      bus_q   <= 1'b0;
    end else begin
      if (go_i) begin
        run_q   <= 1'b1;
        walk_q  <= 1'b1;
        range_q <= 1'b0;
        bus_q   <= 1'b0;
      end else begin
        if (ended || (over && stop_i)) run_q <= 1'b0;
        if (stop_i || (rsp_valid_i && rsp_err_i) || (list_run_q && list_range_i)) walk_q <= 1'b0;
        else if (step && (bad_addr || bad_tile || (whole && l0 && l1 && l2 && l3))) walk_q <= 1'b0;
        if (step && (bad_addr || bad_tile)) range_q <= 1'b1;
        if (rsp_valid_i && rsp_err_i) bus_q <= 1'b1;
      end
      if (stop_i)                                 req_q <= 1'b0;
      else if (step && !(bad_addr || bad_tile))   req_q <= 1'b1;
      else if (rd_ready_i)                        req_q <= 1'b0;
      if (accepted != arrived) outst_q <= accepted ? outst_q + 7'd1 : outst_q - 7'd1;
      if (go_i) pairs_q <= 2'd0;
      else      pairs_q <= pairs_q + {1'b0, step && !whole} - {1'b0, list_tile_i};
    end

  always @(posedge clk_i) begin
    if (rsp_valid_i && rsp_err_i && !bus_q) info_q <= addr_mem[rd_q];
    else if (step && bad_addr && !bus_q)    info_q <= from;
    else if (step && bad_tile && !bus_q)    info_q <= {15'd0, tile_q};
  end

  // ---- a digit of each element of a beat of int32
  wire [8*N-1:0]         low;
  wire [(DIGIT-8)*N-1:0] high;
  curta_digit #(.N(N), .DIGIT(DIGIT)) u_digit (
    .x_i(rsp_data_i), .k_i(digit_run_q), .low_o(low), .high_o(high));

  // ---- responses to the operand buffer, one register late; digits fill it in four beats, the first moves down
  reg [15:0]             buf_tile_q;
  reg [8*BUS-1:0]        data_q;
  reg [(DIGIT-8)*BUS-1:0] high_q;
  assign buf_data_o = data_q;
  assign buf_wide_o = wide_run_q;
  assign buf_high_o = high_q;
  always @(posedge clk_i) begin
    buf_we_o <= rst_ni && rsp_valid_i && !list_run_q && (!wide_run_q || beat_q[1:0] == 2'd3);
    if (rsp_valid_i) begin
      if (wide_run_q) begin
        data_q <= {low, data_q[8*BUS-1:8*N]};
        high_q <= {high, high_q[(DIGIT-8)*BUS-1:(DIGIT-8)*N]};
      end else
        data_q <= rsp_data_i;
      buf_beat_o <= wide_run_q ? {2'b00, beat_q[7:2]} : beat_q;
      buf_tile_q <= wtile_q;
    end
    if (go_i) begin
      wtile_q <= dst_q;
      beat_q  <= 8'd0;
    end else if (rsp_valid_i) begin
      beat_q <= rsp_last_i ? 8'd0 : beat_q + 8'd1;
      if (rsp_last_i) wtile_q <= wtile_q + 16'd1;
    end
  end

  assign list_dst_o   = dst_q;
  assign list_n1_o    = n1_q;
  assign list_n2_o    = n2_q;
  assign list_digit_o = digit_q;
  assign buf_sel_o    = sel_run_q;
  assign buf_tile_o   = buf_tile_q;
  assign cfg_ready_o  = !walk_q;
  assign rd_valid_o   = req_q;
  assign rd_addr_o    = req_addr_q;
  assign rd_beats_o   = req_wide_q ? {Beats[5:0], 2'b00} : Beats[7:0];
  assign done_o       = ended;
  wire   list_bad     = list_run_q && list_range_i;
  assign error_o      = bus_q ? `CURTA_ERR_BUS : range_q || list_bad ? `CURTA_ERR_RANGE : `CURTA_ERR_NONE;
  assign error_info_o = list_bad && !range_q && !bus_q ? {16'd0, list_info_i} : info_q;
  assign list_go_o    = go_i && list_q;
  assign list_o       = list_run_q;
  assign list_end_o   = over && pairs_q == 2'd0 && !range_q && !bus_q;
  assign idle_o       = !run_q && !req_q && outst_q == 7'd0;

  // ---- checksum: Σ d (2a + 1), a = word address in the buffer; of digits each is a word, a its element number
  generate
    if (Trace != 0) begin : g_check
      localparam Words = BUS / 4;
      reg [31:0] sum_q, add, a;
      reg [23:0] top;    // the sign of a digit, above its low byte
      integer k;
      always @* begin
        add = 32'd0;
        a   = 32'd0;
        top = 24'd0;
        if (rsp_valid_i && wide_run_q && !list_run_q)      // of a list nothing is written here
          for (k = 0; k < N; k = k + 1) begin
            a   = {16'd0, wtile_q} * (T * T) + {24'd0, beat_q} * N + k;
            top = {{32-DIGIT{high[(DIGIT-8)*k + DIGIT-9]}}, high[(DIGIT-8)*k +: DIGIT-8]};
            add = add + {top, low[8*k +: 8]} * {a[30:0], 1'b1};
          end
        else if (rsp_valid_i)
          for (k = 0; k < Words; k = k + 1) begin
            a   = {16'd0, wtile_q} * (T * T / 4) + {24'd0, beat_q} * Words + k;
            add = add + rsp_data_i[32*k +: 32] * {a[30:0], 1'b1};
          end
      end
      always @(posedge clk_i)
        if (go_i) sum_q <= 32'd0;
        else if (rsp_valid_i) sum_q <= sum_q + add;
      assign check_o = list_run_q ? list_check_i : sum_q;
    end else begin : g_no_check
      assign check_o = 32'd0;
    end
  endgenerate
endmodule
`default_nettype wire
