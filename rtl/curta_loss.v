// SPDX-License-Identifier: Apache-2.0
// curta_loss - integer cross entropy, row by row (LOSS; numerics.md section 4)
//   For each image n: its logits into a row buffer (largest logit, lowest index), its label; S = sum of the terms; then
//   for each class g = trunc(t 2^11 / S), error = round(g / 16) over the logit in the buffer; the label's g is minus the
//   sum of the others; then the row goes out in T-byte pieces. Rows and classes of the padding are written as zero.
//   rss_i: error = logit, less the target for the label, modulo 2^8.
// Golden   curta_golden_loss
// Timing   about 16 cycles a class and image, and one memory latency an image.
// Resets   clr_i: the state.
`default_nettype none
module curta_loss #(
  parameter T = 8,               // side of a tile
  parameter BUS = 8              // bytes of a beat
) (
  input  wire             clk_i,
  input  wire             clr_i,
  input  wire             start_i,
  output wire             busy_o,
  // Command
  input  wire             run_i,          // parameters are valid
  input  wire [1:0]       mode_i,
  input  wire             rss_i,
  input  wire [7:0]       target_i,
  output wire             wrap_o,         // pulse: an error is no int8
  input  wire [31:0]      e_i,
  input  wire [31:0]      mem_size_i,
  output wire [4:0]       cfg_raddr_o,
  input  wire [31:0]      cfg_rdata_i,
  // Addresses: kind 0 logits, 1 labels, 2 errors; of one beat
  output wire             req_valid_o,
  input  wire             req_ready_i,
  output wire [1:0]       req_kind_o,
  output wire [31:0]      req_addr_o,
  output wire             err_o,
  output wire [31:0]      err_info_o,
  // Data
  input  wire             src_valid_i,
  input  wire [8*BUS-1:0] src_i,
  output wire             src_pop_o,
  input  wire             aux_valid_i,
  input  wire [8*BUS-1:0] aux_i,
  output wire             aux_pop_o,
  input  wire             room_i,
  output wire             take_o,
  output wire             push_o,
  output wire [8*BUS-1:0] beat_o,
  // Draws
  output reg              rand_start_o,
  output reg  [31:0]      rand_index_o,
  input  wire             rand_ready_i,
  input  wire [3:0]       rand_i,
  // Result
  output reg  [15:0]      hits_o
);
  localparam LogT = $clog2(T);
  localparam [31:0] Tile = T * T;
  localparam [31:0] Side32 = T;
  localparam [11:0] Side = Side32[11:0];
  localparam [4:0] SIdle = 5'd0, SSize0 = 5'd1, SSize1 = 5'd2, SRow = 5'd3, SAddr0 = 5'd4, SAddr1 = 5'd5, SAddr2 = 5'd6,
                   SOut = 5'd7, SLabel = 5'd8, SByte = 5'd9, STop = 5'd10, SSum = 5'd11, SDiv = 5'd12, SStore = 5'd13,
                   SFix = 5'd14, SFix1 = 5'd15, SRead = 5'd16, SRoom = 5'd17, SNext = 5'd18, SRss = 5'd19, SRss1 = 5'd20;
  localparam [1:0] KSrc = 2'd0, KAux = 2'd1, KDst = 2'd2;

  reg  [4:0]        state_q;
  reg  [1:0]        kind_q;
  reg  [15:0]       rows_q;               // images
  reg  [16:0]       n_q;                  // this one
  reg  [10:0]       classes_q;
  reg  [31:0]       block_q, tile_q;      // byte offset of the tiles of this row of tiles, of the tile
  reg  [31:0]       index_q;              // element index of class 0
  reg  [33:0]       addr_q;
  reg  [10:0]       c_q, w_q;             // class, class of the tile's first column
  reg               byte_last_q;          // SByte: c_q is the last class
  reg  [3:0]        wait_q;
  reg  [15:0]       label_q;
  reg  [7:0]        best_q;
  reg  [10:0]       arg_q;
  reg signed [15:0] top_q;
  reg  [62:0]       sum_q;
  reg  [11:0]       others_q;
  reg  [8*T-1:0]    piece_q;
  reg  [4:0]        k_q;                  // columns of the piece
  reg               inside_q;             // the byte read is no padding

  wire [LogT-1:0] r      = n_q[LogT-1:0];
  wire            real_n = n_q < {1'b0, rows_q};
  wire [10:0]     c_next = c_q + 11'd1;
  wire            c_last = c_next == classes_q;
  wire            w_last = {1'b0, w_q} + Side >= {1'b0, classes_q};
  wire [31:0]     row_off = {{32-2*LogT{1'b0}}, r, {LogT{1'b0}}};

  // row buffer: logits, then errors
  wire        buf_we;
  wire [9:0]  buf_waddr, buf_raddr;
  wire [7:0]  buf_wdata, buf_rdata;
  // What is written waits a cycle, because what leads to it is long; nothing reads its place before.
  reg         buf_we_q;
  reg  [9:0]  buf_waddr_q;
  reg  [7:0]  buf_wdata_q;
  always @(posedge clk_i) begin
    buf_we_q    <= buf_we;
    buf_waddr_q <= buf_waddr;
    buf_wdata_q <= buf_wdata;
  end
  curta_ram #(.Width(8), .Depth(1024), .Lane(8)) u_row (
    .clk_i(clk_i), .we_i(buf_we_q), .waddr_i(buf_waddr_q), .wdata_i(buf_wdata_q),
    .re_i(busy_o), .raddr_i(buf_raddr), .rdata_o(buf_rdata));

  // terms
  wire signed [15:0] x;
  wire [51:0]        t;
  curta_loss_term u_term (
    .clk_i(clk_i), .en_i(busy_o), .e_i(e_i), .a_i(state_q == STop ? best_q : buf_rdata), .top_i(top_q), .x_o(x), .t_o(t));

  // division and rounding
  wire        div_start, div_busy;
  wire [11:0] g;
  wire [7:0]  err;
  reg         fix_q;                     // behind SFix, so in SFix1; a register, because what leads to err is long
  always @(posedge clk_i) fix_q <= state_q == SFix;
  curta_loss_div u_div (
    .clk_i(clk_i), .clr_i(clr_i), .start_i(div_start), .t_i(t), .sum_i(sum_q), .busy_o(div_busy), .g_o(g),
    .mode_i(mode_i), .mag_i(fix_q ? others_q : g), .neg_i(fix_q), .r_i(rand_i), .err_o(err));

  // addresses
  wire [33:0] row_start = {2'd0, tile_q | row_off};       // whole tiles
  wire [33:0] label_off = {16'd0, n_q, 1'b0};
  wire [33:0] base      = {2'd0, cfg_rdata_i};
  wire        bad       = addr_q >= {2'd0, mem_size_i};   // what is asked for is aligned to its length, and so is the memory
  wire        asking    = state_q == SAddr2;

  assign busy_o      = state_q != SIdle;
  assign cfg_raddr_o = state_q == SSize0 ? 5'd8 : {3'b001, kind_q};
  assign req_valid_o = asking && !bad;
  assign err_o       = asking && bad;
  assign err_info_o  = addr_q[31:0];
  assign req_kind_o  = kind_q;
  assign req_addr_o  = addr_q[31:0];

  // data: the bytes of a row are T of BUS; the label 2 of BUS
  wire [8*T-1:0] src_row;
  generate
    if (BUS > T) begin : g_half
      assign src_row = n_q[0] ? src_i[8*BUS-1:8*T] : src_i[8*T-1:0];
      assign beat_o  = {piece_q, piece_q};
    end else begin : g_whole
      assign src_row = src_i;
      assign beat_o  = piece_q;
    end
  endgenerate
  localparam LogB = $clog2(BUS);
  reg  [LogB-2:0] lane_q;                 // position of the label in its beat
  wire [15:0] label   = aux_i[16*lane_q +: 16];
  wire [LogT-1:0] col = c_q[LogT-1:0];
  wire [7:0]  a       = src_row[8*col +: 8];
  wire        more    = c_q == 11'd0 || {!a[7], a[6:0]} > {!best_q[7], best_q[6:0]};

  assign aux_pop_o = state_q == SLabel && aux_valid_i;
  assign src_pop_o = state_q == SByte && src_valid_i && (byte_last_q || (&col));
  assign take_o    = state_q == SRoom && room_i;
  assign push_o    = take_o;

  // the label's error without cross entropy
  wire signed [9:0] logit  = {{2{buf_rdata[7]}}, buf_rdata};
  wire signed [9:0] target = {2'b00, target_i};
  wire signed [9:0] less   = logit - target;
  assign wrap_o    = state_q == SRss1 && (less[9:7] != 3'b000 && less[9:7] != 3'b111);

  // row buffer ports; during a division the next class is read ahead
  assign buf_we    = (state_q == SByte && src_valid_i) || state_q == SStore || state_q == SFix1 || state_q == SRss1;
  assign buf_waddr = state_q == SFix1 || state_q == SRss1 ? label_q[9:0] : c_q[9:0];
  assign buf_wdata = state_q == SByte ? a : state_q == SRss1 ? less[7:0] : err;
  assign buf_raddr = state_q == SRss ? label_q[9:0] : state_q == SStore || (state_q == SDiv && wait_q > 4'd5) ? c_next[9:0] : c_q[9:0];

  // SDiv waits for the term of class 0, then for the division and the draw
  assign div_start    = state_q == SDiv && wait_q == 4'd5;
  wire [31:0] index = index_q + {21'd0, state_q == SNext ? classes_q : state_q == SFix ? label_q[10:0] : c_q};
  always @(posedge clk_i) begin                          // draws are not looked at in the first two cycles
    rand_start_o <= !clr_i && (div_start || (state_q == SFix && wait_q == 4'd0));
    rand_index_o <= index;
  end
  wire   draw_there   = mode_i != 2'd2 || rand_ready_i;

  always @(posedge clk_i) begin
    case (state_q)
      SSize0: if (run_i) state_q <= SSize1;
      SSize1: begin
        rows_q    <= cfg_rdata_i[15:0];
        classes_q <= cfg_rdata_i[26:16];
        state_q   <= SRow;
      end
      SRow: begin                                        // a new image
        tile_q  <= block_q;
        w_q     <= 11'd0;
        c_q     <= 11'd0;
        byte_last_q <= classes_q == 11'd1;
        kind_q  <= real_n ? KSrc : KDst;
        state_q <= real_n ? SAddr0 : SOut;
        wait_q  <= 4'd0;
      end
      SAddr0: state_q <= SAddr1;
      SAddr1: begin
        addr_q  <= base + (kind_q == KAux ? label_off : row_start);
        state_q <= SAddr2;
      end
      SAddr2:
        if (req_ready_i) begin
          state_q <= SAddr0;
          tile_q  <= tile_q + Tile;
          w_q     <= w_q + Side[10:0];
          if (kind_q == KSrc && w_last) kind_q <= KAux;
          if (kind_q == KAux) begin
            lane_q  <= addr_q[LogB-1:1];
            state_q <= SByte;
          end
          if (kind_q == KDst) begin
            state_q <= w_last ? SNext : SRead;
            k_q     <= 5'd0;
          end
        end
      SByte:
        if (src_valid_i) begin
          c_q <= c_next;
          byte_last_q <= c_q + 11'd2 == classes_q;
          if (more) begin
            best_q <= a;
            arg_q  <= c_q;
          end
          if (byte_last_q) state_q <= SLabel;
        end
      SLabel:
        if (aux_valid_i) begin
          label_q <= label;
          wait_q  <= 4'd0;
          state_q <= !rss_i ? STop : label < {5'd0, classes_q} ? SRss : SOut;
          if (label == {5'd0, arg_q}) hits_o <= hits_o + 16'd1;
        end
      STop: begin                                        // exponent of the largest logit
        wait_q <= wait_q + 4'd1;
        c_q    <= 11'd0;
        sum_q  <= 63'd0;
        if (wait_q == 4'd3) begin
          top_q   <= x;
          wait_q  <= 4'd0;
          state_q <= SSum;
        end
      end
      SSum: begin                                        // the term of class c comes 5 cycles after its address
        if (wait_q < 4'd5) wait_q <= wait_q + 4'd1;
        else               sum_q  <= sum_q + {11'd0, t};
        c_q <= c_next;
        if (c_q == classes_q + 11'd4) begin
          c_q      <= 11'd0;
          wait_q   <= 4'd0;
          others_q <= 12'd0;
          state_q  <= SDiv;
        end
      end
      SDiv: begin
        if (wait_q != 4'd7) wait_q <= wait_q + 4'd1;
        if (wait_q == 4'd7 && !div_busy && draw_there) state_q <= SStore;
      end
      SStore: begin                                      // error of class c into the buffer
        if ({5'd0, c_q} != label_q) others_q <= others_q + g;
        c_q     <= c_next;
        wait_q  <= 4'd5;
        state_q <= SDiv;
        if (c_last) begin
          wait_q  <= 4'd0;
          state_q <= label_q < {5'd0, classes_q} ? SFix : SOut;
          c_q     <= 11'd0;
        end
      end
      SFix: begin                                        // the label's error
        if (wait_q != 4'd3) wait_q <= wait_q + 4'd1;
        if (wait_q == 4'd3 && draw_there) state_q <= SFix1;
      end
      SFix1: state_q <= SOut;
      SRss:  state_q <= SRss1;
      SRss1: state_q <= SOut;
      SOut: begin
        tile_q  <= block_q;
        w_q     <= 11'd0;
        c_q     <= 11'd0;
        k_q     <= 5'd0;
        kind_q  <= KDst;
        state_q <= SRead;
      end
      SRead: begin                                       // T bytes of the row, the byte of class c a cycle later
        k_q      <= k_q + 5'd1;
        inside_q <= real_n && c_q < classes_q;
        if (k_q != 5'd0) piece_q <= {inside_q ? buf_rdata : 8'd0, piece_q[8*T-1:8]};
        if (k_q == Side[4:0]) state_q <= SRoom;
        else c_q <= c_next;
      end
      SRoom: if (room_i) state_q <= SAddr0;
      SNext: begin
        n_q     <= n_q + 17'd1;
        if (real_n) index_q <= index;
        if (&r) block_q <= tile_q;
        state_q <= (&r) && n_q + 17'd1 >= {1'b0, rows_q} ? SIdle : SRow;
      end
      default: ;
    endcase
    if (start_i) begin
      n_q     <= 17'd0;
      block_q <= 32'd0;
      index_q <= 32'd0;
      hits_o  <= 16'd0;
      kind_q  <= KSrc;
    end
    if (clr_i)        state_q <= SIdle;
    else if (start_i) state_q <= SSize0;
  end
endmodule
`default_nettype wire
