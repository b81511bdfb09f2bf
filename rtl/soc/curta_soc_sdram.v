// SPDX-License-Identifier: Apache-2.0
// curta_soc_sdram - AXI4 memory in a 16-bit SDR SDRAM of 32 MB (4 banks, 8192 rows, 512 columns), as on the ULX3S
//   Address  row 24:12, bank 11:10, column 9:1. A beat is one burst of BUS / 2 columns; CAS latency 2. The row of a burst (or of its
//            part in one row) is opened while the burst before still moves, if that is in another bank, and stays open until its bank needs another
//            one or a refresh is due.
//   Order    reads among themselves and writes among themselves keep theirs; they take turns. A write starts when all its data is here: the data
//            of a write may wait for a read.
//   Refresh  one row every Refresh cycles, before anything else.
//   Pins     all from registers; the SDRAM's clock has the phase of clk_i: a command is taken at the end of its cycle, its first data is in the
//            input register three cycles after it.
// Timing   in clock cycles, for 75 MHz and a part of 133 MHz or more: Rcd, Rp, Ras, Rfc (also after the mode), Wr
// Resets   everything but data; then the power-up sequence: Init cycles of silence, precharge, eight refreshes, mode
`default_nettype none
/* verilator lint_off UNUSEDSIGNAL */ // upper address bits
module curta_soc_sdram #(
  parameter BUS     = 8,          // bytes of a beat: 8 or 16
  parameter Init    = 15000,      // 200 us
  parameter Refresh = 570,        // 64 ms / 8192, less a burst of 128 beats now and then
  parameter Rcd = 2, parameter Rp = 2, parameter Ras = 4, parameter Rfc = 6, parameter Wr = 2
) (
  input  wire             clk_i,
  input  wire             rst_ni,
  // AXI4: INCR bursts of whole beats, R and B always ready
  input  wire             s_arvalid_i,
  output wire             s_arready_o,
  input  wire [2:0]       s_arid_i,
  input  wire [31:0]      s_araddr_i,
  input  wire [7:0]       s_arlen_i,
  output wire             s_rvalid_o,
  output wire [2:0]       s_rid_o,
  output wire [8*BUS-1:0] s_rdata_o,
  output wire             s_rlast_o,
  input  wire             s_awvalid_i,
  output wire             s_awready_o,
  input  wire             s_awid_i,
  input  wire [31:0]      s_awaddr_i,
  input  wire [7:0]       s_awlen_i,
  input  wire             s_wvalid_i,
  output wire             s_wready_o,
  input  wire [8*BUS-1:0] s_wdata_i,
  input  wire [BUS-1:0]   s_wstrb_i,
  input  wire             s_wlast_i,
  output reg              s_bvalid_o,
  output reg              s_bid_o,
  // SDRAM; cke is 1
  output reg  [3:0]       sd_cmd_o,     // cs_n, ras_n, cas_n, we_n
  output reg  [1:0]       sd_ba_o,
  output reg  [12:0]      sd_a_o,
  output reg  [1:0]       sd_dqm_o,
  output reg  [15:0]      sd_dq_o,
  output reg              sd_oe_o,
  input  wire [15:0]      sd_dq_i
);
  localparam Len  = BUS / 2;      // columns of a beat
  localparam LenW = $clog2(Len);
  localparam [2:0] Mode = Len == 4 ? 3'd2 : 3'd3;
  localparam [3:0] NOP = 4'b0111, ACT = 4'b0011, READ = 4'b0101, WRITE = 4'b0100, PRE = 4'b0010, REF = 4'b0001, MRS = 4'b0000;

  // ---- queues
  wire        ar_valid, aw_valid, ar_pop, aw_pop, ar_room, aw_room, w_room, w_valid, w_pop, unused_empty;
  wire [2:0]  unused_more;
  wire [35:0] unused_ar;
  wire [33:0] unused_aw;
  wire [35:0] ar;                 // id, address 24:0, length
  wire [33:0] aw;
  wire [9*BUS-1:0] w;
  curta_fifo #(.Width(36), .LogDepth(3)) u_ar (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(s_arvalid_i && ar_room), .data_i({s_arid_i, s_araddr_i[24:0], s_arlen_i}), .room_o(ar_room),
    .valid_o(ar_valid), .data_o(ar), .more_o(unused_more[0]), .next_o(unused_ar), .pop_i(ar_pop));
  curta_fifo #(.Width(34), .LogDepth(3)) u_aw (
    .clk_i(clk_i), .rst_ni(rst_ni), .push_i(s_awvalid_i && aw_room), .data_i({s_awid_i, s_awaddr_i[24:0], s_awlen_i}), .room_o(aw_room),
    .valid_o(aw_valid), .data_o(aw), .more_o(unused_more[1]), .next_o(unused_aw), .pop_i(aw_pop));
  curta_fifo_ram #(.Width(9*BUS), .LogDepth(8)) u_w (
    .clk_i(clk_i), .clr_i(!rst_ni), .push_i(s_wvalid_i && w_room), .data_i({s_wstrb_i, s_wdata_i}), .valid_o(w_valid), .data_o(w),
    .pop_i(w_pop), .next_o(unused_more[2]), .empty_o(unused_empty));
  assign s_arready_o = ar_room;
  assign s_awready_o = aw_room;
  assign s_wready_o  = w_room;
  reg [8:0] whole_q;              // writes whose data is here
  reg [8:0] free_q;               // words of the data queue
  assign    w_room   = free_q != 9'd0;
  wire      whole_in = s_wvalid_i && w_room && s_wlast_i;

  // ---- refresh
  reg [15:0] refresh_q;
  reg [3:0]  due_q;

  // ---- what comes next: the part of a burst that lies in one row. Its row is opened while another one moves
  localparam RowW = 10 - $clog2(BUS);   // beats of a row: 2^RowW
  reg         init_q, next_q, next_write_q, next_final_q;   // there is one; final: the burst ends with it
  reg  [2:0]  next_id_q;
  reg  [24:0] next_addr_q;
  reg  [7:0]  next_left_q;        // beats after the first
  reg         rest_q, rest_write_q;      // what a burst has in further rows
  reg  [2:0]  rest_id_q;
  reg  [24:0] rest_addr_q;
  reg  [7:0]  rest_left_q;
  reg         turn_q;             // a write's turn
  reg  [15:0] hold_q;             // cycles until the next command of power-up, or behind a refresh
  reg  [3:0]  step_q;             // of the power-up sequence
  reg  [3:0]  opening_q;          // cycles until the opened row takes a command
  // of each bank: its open row; cycles until a row may be opened, until it may be closed
  reg  [3:0]  open_q;
  reg  [12:0] row_q [0:3];
  reg  [15:0] closed_q, keep_q;
  wire        ready  = hold_q == 16'd0;
  wire        can_w  = aw_valid && whole_q != 9'd0;
  wire        pick_w = can_w && (!ar_valid || turn_q);
  wire        pick   = !init_q && ready && !next_q && due_q == 4'd0 && (rest_q || can_w || ar_valid);
  assign ar_pop = pick && !rest_q && !pick_w;
  assign aw_pop = pick && !rest_q && pick_w;
  wire [24:0] from   = rest_q ? rest_addr_q : pick_w ? aw[32:8] : ar[32:8];
  wire [7:0]  beats  = rest_q ? rest_left_q : pick_w ? aw[7:0] : ar[7:0];
  wire [7:0]  in_row = {{(8-RowW){1'b0}}, ~from[9:10-RowW]};    // beats of its row behind the first
  wire        goes_on = beats > in_row;

  // ---- what moves
  reg         move_q, write_q, final_q;
  reg  [2:0]  id_q;
  reg  [24:0] addr_q;
  reg  [7:0]  left_q;             // beats after this one
  reg  [3:0]  pace_q, tail_q;     // cycles until the next beat; until the data of a read has left the pins
  reg  [9*BUS-1:0] beat_q;        // a written beat on its way
  reg  [LenW:0] out_q;            // its columns that are still to go
  wire        issue  = move_q && pace_q == 4'd0 && (!write_q || w_valid && tail_q == 4'd0);
  wire        close  = left_q == 8'd0;
  wire [1:0]  bank   = next_addr_q[11:10];
  wire        there  = open_q[bank] && row_q[bank] == next_addr_q[24:12];
  wire        free   = next_q && !there && !issue && !(move_q && addr_q[11:10] == bank);    // its bank may be made ready
  wire        follow = next_q && there && opening_q == 4'd0 && (!move_q || issue && close);
  wire        open   = free && !open_q[bank] && closed_q[4*bank +: 4] == 4'd0;
  wire        shut   = free && open_q[bank] && keep_q[4*bank +: 4] == 4'd0;
  wire        pause  = !init_q && ready && due_q != 4'd0 && !next_q && !move_q;             // before a refresh all rows are closed
  wire        shut_all = pause && open_q != 4'd0 && keep_q == 16'd0;
  wire        refresh  = pause && open_q == 4'd0 && closed_q == 16'd0;
  assign w_pop = issue && write_q;

  // ---- read data: which columns of which beat are in the input register
  reg [15:0]  dq_q;
  reg [2+Len:0] pipe_q;           // a beat was asked for so many cycles ago
  reg [4*(3+Len)-1:0] tag_q;      // its last, id
  reg [8*BUS-17:0] part_q;
  integer k;
  assign s_rvalid_o = pipe_q[2+Len];
  assign {s_rlast_o, s_rid_o} = tag_q[4*(2+Len) +: 4];
  assign s_rdata_o  = {dq_q, part_q};

  always @(posedge clk_i) begin
    dq_q   <= sd_dq_i;
    part_q <= {dq_q, part_q[8*BUS-17:16]};
    pipe_q <= {pipe_q[1+Len:0], issue && !write_q};
    tag_q  <= {tag_q[4*(2+Len)-1:0], close && final_q, id_q};

    sd_cmd_o <= NOP;
    sd_dqm_o <= 2'b00;
    sd_oe_o  <= out_q != 0;
    sd_dq_o  <= beat_q[15:0];
    if (out_q != 0) begin
      out_q    <= out_q - 1'b1;
      sd_dqm_o <= ~beat_q[8*BUS +: 2];
      beat_q   <= {2'b00, beat_q[9*BUS-1:8*BUS+2], 16'd0, beat_q[8*BUS-1:16]};
    end
    s_bvalid_o <= issue && close && write_q && final_q;            // nothing that comes later can overtake it
    s_bid_o    <= id_q[0];
    if (!ready)             hold_q    <= hold_q - 16'd1;
    if (opening_q != 4'd0)  opening_q <= opening_q - 4'd1;
    if (pace_q != 4'd0)     pace_q    <= pace_q - 4'd1;
    if (tail_q != 4'd0)     tail_q    <= tail_q - 4'd1;
    for (k = 0; k < 4; k = k + 1) begin
      if (closed_q[4*k +: 4] != 4'd0) closed_q[4*k +: 4] <= closed_q[4*k +: 4] - 4'd1;
      if (keep_q[4*k +: 4] != 4'd0)   keep_q[4*k +: 4]   <= keep_q[4*k +: 4] - 4'd1;
    end

    if (init_q && ready) begin
      step_q   <= step_q + 4'd1;
      sd_a_o   <= step_q == 4'd9 ? {6'b000000, 3'd2, 1'b0, Mode} : 13'h0400;
      sd_ba_o  <= 2'd0;
      sd_cmd_o <= step_q == 4'd0 ? PRE : step_q == 4'd9 ? MRS : REF;
      hold_q   <= Rfc[15:0];
      if (step_q == 4'd9) init_q <= 1'b0;
    end
    if (refresh) begin
      sd_cmd_o <= REF;
      hold_q   <= Rfc[15:0] - 16'd1;
    end

    if (pick) begin
      next_q       <= 1'b1;
      next_write_q <= rest_q ? rest_write_q : pick_w;
      next_id_q    <= rest_q ? rest_id_q : pick_w ? {2'b00, aw[33]} : ar[35:33];
      next_addr_q  <= from;
      next_left_q  <= goes_on ? in_row : beats;
      next_final_q <= !goes_on;
      rest_q       <= goes_on;
      rest_addr_q  <= {from[24:10] + 15'd1, 10'd0};
      rest_left_q  <= beats - in_row - 8'd1;
      if (!rest_q) begin
        turn_q       <= !pick_w;
        rest_write_q <= pick_w;
        rest_id_q    <= pick_w ? {2'b00, aw[33]} : ar[35:33];
      end
    end
    if (open) begin
      sd_cmd_o  <= ACT;
      sd_a_o    <= next_addr_q[24:12];
      sd_ba_o   <= bank;
      opening_q <= Rcd[3:0] - 4'd2;
      open_q[bank]          <= 1'b1;
      row_q[bank]           <= next_addr_q[24:12];
      keep_q[4*bank +: 4]   <= Ras[3:0] - 4'd1;
    end
    if (shut || shut_all) begin
      sd_cmd_o <= PRE;
      sd_a_o   <= shut_all ? 13'h0400 : 13'h0000;
      sd_ba_o  <= bank;
      open_q   <= shut_all ? 4'd0 : open_q & ~(4'd1 << bank);
      for (k = 0; k < 4; k = k + 1) if (shut_all || bank == k[1:0]) closed_q[4*k +: 4] <= Rp[3:0] - 4'd1;
    end
    if (issue) begin
      sd_cmd_o <= write_q ? WRITE : READ;
      sd_a_o   <= {4'b0000, addr_q[9:1]};
      sd_ba_o  <= addr_q[11:10];
      addr_q   <= addr_q + BUS[24:0];
      left_q   <= left_q - 8'd1;
      pace_q   <= Len[3:0] - 4'd1;
      move_q   <= !close;
      keep_q[4*addr_q[11:10] +: 4] <= Len[3:0] - 4'd1 + (write_q ? Wr[3:0] : 4'd0);
      if (!write_q) tail_q <= Len[3:0] + 4'd2;
      if (write_q) begin
        sd_oe_o  <= 1'b1;
        sd_dq_o  <= w[15:0];
        sd_dqm_o <= ~w[8*BUS +: 2];
        beat_q   <= {2'b00, w[9*BUS-1:8*BUS+2], 16'd0, w[8*BUS-1:16]};
        out_q    <= Len[LenW:0] - 1'b1;
      end
    end
    if (follow) begin
      next_q  <= 1'b0;
      move_q  <= 1'b1;
      write_q <= next_write_q;
      final_q <= next_final_q;
      id_q    <= next_id_q;
      addr_q  <= next_addr_q;
      left_q  <= next_left_q;
    end

    if (whole_in != aw_pop) whole_q <= whole_in ? whole_q + 9'd1 : whole_q - 9'd1;
    if ((s_wvalid_i && w_room) != w_pop) free_q <= w_pop ? free_q + 9'd1 : free_q - 9'd1;
    refresh_q <= refresh_q == 16'd0 || init_q ? Refresh[15:0] - 16'd1 : refresh_q - 16'd1;
    if ((refresh_q == 16'd0) != refresh) due_q <= refresh ? due_q - 4'd1 : due_q + 4'd1;
    if (!rst_ni) begin
      init_q     <= 1'b1;
      hold_q     <= Init[15:0];
      step_q     <= 4'd0;
      next_q     <= 1'b0;
      rest_q     <= 1'b0;
      move_q     <= 1'b0;
      turn_q     <= 1'b0;
      opening_q  <= 4'd0;
      pace_q     <= 4'd0;
      tail_q     <= 4'd0;
      open_q     <= 4'd0;
      closed_q   <= 16'd0;
      keep_q     <= 16'd0;
      out_q      <= 0;
      pipe_q     <= 0;
      whole_q    <= 9'd0;
      free_q     <= 9'd256;
      refresh_q  <= Refresh[15:0] - 16'd1;
      due_q      <= 4'd0;
      s_bvalid_o <= 1'b0;
      sd_cmd_o   <= NOP;
      sd_oe_o    <= 1'b0;
    end
  end
endmodule
/* verilator lint_on UNUSEDSIGNAL */
`default_nettype wire
