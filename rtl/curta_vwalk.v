// SPDX-License-Identifier: Apache-2.0
// curta_vwalk - addresses of a vector command: four loops, a window loop, the range check
//   For each item i3,i2,i1,i0, in this order, the addresses of
//     SRC (each window position of a pooling), AUX, DST (each window position of a scatter), IDX, as far as they are used:
//     address = base + (tile number << log2(tile bytes)), tile number = sum i_k stride_k + ky W_SY + kx W_SX.
//   padded_i: the window reaches beyond the map: its first position is PAD_Y rows and PAD_X columns before the item's tile, and
//     where row KH i2 + ky - PAD_Y or column KW i1 + kx - PAD_X is outside [0, LIM) the position is a hole: no address.
//   With each address go whether it is of the last tile of a row of items and of the last loop i3.
//   planes_i (int24): DST is the plane of high bytes, IDX that of low halves, T^2 bytes behind it in the same tile.
//   Base addresses are aligned to the tiles of their stream (curta_check); address bits below are taken as 0.
//   An address outside [0, MEM_SIZE), or a tile outside the accumulator memory, stops the walk: err_o.
//   Partial sums x_k of the loops k = 1..3 lie in a small RAM: inner loops start from the sum of the loop that advanced.
// Timing   one address a cycle inside an item, 2 cycles more at a window step, 4 to 8 at the end of a row of items; with
//          padding 36 cycles before the first.
// Resets   clr_i: state and valid flags.
`default_nettype none
module curta_vwalk #(
  parameter T = 8,               // side of a tile
  parameter P_TILES = 256        // accumulator memory, tiles
) (
  input  wire        clk_i,
  input  wire        clr_i,
  input  wire        start_i,
  // Command
  input  wire [3:0]  use_i,      // which of SRC, AUX, DST, IDX (bit 0..3)
  input  wire        win_src_i,  // the window walks SRC (pooling)
  input  wire        win_dst_i,  // the window walks DST (scatter)
  input  wire        aux_dst_i,  // AUX is shaped like DST, not like SRC
  input  wire        acc_i,      // SRC is the accumulator memory
  input  wire        n32_i,      // one loop of a 32-bit count
  input  wire        planes_i,   // IDX is the second plane of DST
  input  wire        padded_i,
  input  wire [31:0] pad_i,      // {PAD_X, PAD_Y}, signed
  input  wire [31:0] lim_i,      // {LIM_X, LIM_Y}
  input  wire [7:0]  size_i,     // log2 bytes of an element of {IDX, DST, AUX, SRC}, 2 bits each
  input  wire [3:0]  kh_i,
  input  wire [3:0]  kw_i,
  input  wire [31:0] mem_size_i,
  // Configuration words
  output wire        cfg_re_o,
  output reg  [4:0]  cfg_raddr_o,
  input  wire [31:0] cfg_rdata_i,
  // Addresses
  output wire        valid_o,
  input  wire        ready_i,
  output wire [1:0]  kind_o,     // 0 SRC, 1 AUX, 2 DST, 3 IDX
  output wire [31:0] addr_o,
  output wire        hole_o,     // there is no address, only its place in the order
  output wire        last0_o,    // the item is the last of loop i0, of loop i3
  output wire        last3_o,
  output wire        busy_o,
  output wire        err_o,
  output wire [31:0] err_info_o
);
  localparam LT2 = $clog2(T * T);
  localparam Unit = 32 - LT2;            // bits of an address in tiles of bytes, as which all addresses are worked out
  localparam [31:0] AccTiles = P_TILES;
  localparam [1:0] KSrc = 2'd0, KAux = 2'd1, KDst = 2'd2, KIdx = 2'd3;
  localparam [4:0] SIdle = 5'd0, SLoad0 = 5'd1, SLoad1 = 5'd2, SLoad2 = 5'd3, SSlot = 5'd4, SWin0 = 5'd5, SWin1 = 5'd6,
                   SAdv0 = 5'd7, SAdv1 = 5'd8, SAdv2 = 5'd9, SAdv3 = 5'd10, SAdv4 = 5'd11, SAdv5 = 5'd12, SAdv6 = 5'd13,
                   SPad0 = 5'd14, SPad1 = 5'd15, SPad2 = 5'd16;

  reg  [4:0]  state_q;
  reg  [1:0]  slot_q;                    // kind of the next address
  reg  [31:0] c0_q;                      // items left in the loops, this one too
  reg  [15:0] c1_q, c2_q, c3_q;
  reg  [3:0]  ky_q, kx_q;
  reg  [31:0] woff_q, wrow_q;            // tile offset of the window position, of its row
  // padding: tile offset of the first position; multiplication by shifting and adding, rows first, then columns
  reg  [31:0] first_q, mul_q;
  reg  [15:0] by_q;
  reg  [3:0]  bit_q;
  reg         cols_q;
  wire signed [21:0] pad_y = {{6{pad_i[15]}}, pad_i[15:0]};
  wire signed [21:0] pad_x = {{6{pad_i[31]}}, pad_i[31:16]};
  wire signed [21:0] step_y = {18'd0, kh_i};
  wire signed [21:0] step_x = {18'd0, kw_i};
  wire signed [21:0] zero22 = 22'sd0;
  wire               less = !(&bit_q);   // the sign bit counts the other way
  wire        [31:0] moved = first_q + (mul_q ^ {32{less}}) + {31'd0, less};
  reg  signed [21:0] y_q, x_q;           // row and column of the item's first position
  reg  [31:0] src_q, dst_q;              // tile numbers of the item
  reg  [1:0]  level_q, copy_q;           // loop that advances, loop whose partial sum is written

  // the pipeline of addresses moves
  reg         v3_q, bad3_q;
  wire        adv = !v3_q || (ready_i && !bad3_q);

  // partial sums: {stream, loop}
  wire [31:0] sum_rdata;
  reg  [7:0]  zero_q;                    // entries that have not been written since the start: 0
  reg         sum_zero_q;
  reg         sum_we;
  reg  [2:0]  sum_waddr, sum_raddr;
  wire [31:0] sum       = cfg_rdata_i + (sum_zero_q ? 32'd0 : sum_rdata);
  wire [31:0] sum_wdata = state_q == SAdv5 ? src_q : state_q == SAdv6 ? dst_q : sum;

  curta_ram #(.Width(32), .Depth(8), .Lane(32)) u_sums (
    .clk_i(clk_i), .we_i(sum_we && adv), .waddr_i(sum_waddr), .wdata_i(sum_wdata),
    .re_i(adv), .raddr_i(sum_raddr), .rdata_o(sum_rdata));

  // three stages: number, address, checked address
  reg                v1_q, v2_q;
  reg         [1:0]  k1_q, k2_q, k3_q;
  reg         [31:0] n1_q;
  reg  signed [35:0] a2_q;               // in tiles of bytes; of the accumulator memory, in its tiles
  reg         [31:0] a3_q;
  reg                hole2_q, hole3_q, pad1_q, row1_q, row2_q, row3_q, last1_q, last2_q, last3_q;
  reg  signed [21:0] y1_q, x1_q;
  wire signed [21:0] ky = {18'd0, ky_q};
  wire signed [21:0] kx = {18'd0, kx_q};
  wire               out_y = y1_q[21:16] != 6'd0 || y1_q[15:0] >= lim_i[15:0];     // the sign is one of the upper bits
  wire               out_x = x1_q[21:16] != 6'd0 || x1_q[15:0] >= lim_i[31:16];

  assign valid_o    = v3_q && !bad3_q;
  assign err_o      = v3_q && bad3_q;
  assign kind_o     = k3_q;
  assign addr_o     = a3_q;
  assign err_info_o = a3_q;
  assign hole_o     = hole3_q;
  assign last0_o    = row3_q;
  assign last3_o    = last3_q;
  assign busy_o     = state_q != SIdle || v1_q || v2_q || v3_q;
  assign cfg_re_o   = adv;

  // the slot after this one
  wire       in_win   = (slot_q == KSrc && win_src_i) || (slot_q == KDst && win_dst_i);
  wire       kx_last  = kx_q + 4'd1 == kw_i;
  wire       ky_last  = ky_q + 4'd1 == kh_i;
  wire       step_win = in_win && !(kx_last && ky_last);
  wire [3:0] later    = use_i & (slot_q == KSrc ? 4'b1110 : slot_q == KAux ? 4'b1100 : slot_q == KDst ? 4'b1000 : 4'b0000);
  wire [1:0] first    = use_i[0] ? KSrc : KDst;
  wire       row_end  = c0_q == 32'd1;
  wire       all_end  = row_end && c1_q == 16'd1 && c2_q == 16'd1 && c3_q == 16'd1;
  wire [1:0] level    = c1_q != 16'd1 ? 2'd1 : c2_q != 16'd1 ? 2'd2 : 2'd3;
  wire [31:0] woff_d  = (kx_last ? wrow_q : woff_q) + cfg_rdata_i;
  wire       is_dst   = slot_q[1] || (slot_q == KAux && aux_dst_i);
  wire [31:0] number  = (is_dst ? dst_q : src_q) + (in_win ? woff_q : 32'd0);

  always @* begin
    cfg_raddr_o = {3'b001, slot_q[1], slot_q[0] && !(planes_i && slot_q[1])};   // base address of the slot: words 4..7
    sum_raddr   = {1'b0, level_q};
    sum_waddr   = {1'b0, level_q};
    sum_we      = 1'b0;
    case (state_q)
      SLoad0, SAdv0: cfg_raddr_o = 5'd8;                  // N0, N1
      SLoad1:        cfg_raddr_o = 5'd9;                  // N2, N3
      SPad0, SPad1:  cfg_raddr_o = cols_q ? 5'd17 : 5'd16;
      SWin0:         cfg_raddr_o = kx_last ? 5'd16 : 5'd17;
      SAdv1:         cfg_raddr_o = 5'd9 + {3'd0, level_q};  // S1..S3
      SAdv2: begin
        cfg_raddr_o = 5'd12 + {3'd0, level_q};            // D1..D3
        sum_raddr   = {1'b1, level_q};
        sum_we      = 1'b1;
      end
      SAdv3: begin
        cfg_raddr_o = 5'd9;
        sum_waddr   = {1'b1, level_q};
        sum_we      = 1'b1;
      end
      SAdv5: begin
        sum_waddr   = {1'b0, copy_q};
        sum_we      = 1'b1;
      end
      SAdv6: begin
        sum_waddr   = {1'b1, copy_q};
        sum_we      = 1'b1;
      end
      default: ;
    endcase
  end

  always @(posedge clk_i) begin
    if (adv) begin
      sum_zero_q  <= zero_q[sum_raddr];
      if (sum_we) zero_q[sum_waddr] <= 1'b0;
      case (state_q)
        SPad0: state_q <= SPad1;
        SPad1: begin
          mul_q   <= cfg_rdata_i;
          by_q    <= cols_q ? pad_i[31:16] : pad_i[15:0];
          bit_q   <= 4'd0;
          state_q <= SPad2;
        end
        SPad2: begin
          if (by_q[0]) first_q <= moved;
          by_q  <= by_q >> 1;
          mul_q <= mul_q << 1;
          bit_q <= bit_q + 4'd1;
          if (&bit_q) begin
            cols_q  <= 1'b1;
            state_q <= cols_q ? SLoad0 : SPad0;
          end
        end
        SLoad0: state_q <= padded_i && !cols_q ? SPad0 : SLoad1;
        SLoad1: begin
          c0_q    <= {n32_i ? cfg_rdata_i[31:16] : 16'd0, cfg_rdata_i[15:0]};
          c1_q    <= n32_i ? 16'd1 : cfg_rdata_i[31:16];
          state_q <= SLoad2;
        end
        SLoad2: begin
          c2_q    <= n32_i ? 16'd1 : cfg_rdata_i[15:0];
          c3_q    <= n32_i ? 16'd1 : cfg_rdata_i[31:16];
          slot_q  <= first;
          woff_q  <= first_q;
          wrow_q  <= first_q;
          state_q <= SSlot;
        end
        SSlot:
          if (step_win) begin
            state_q <= SWin0;
          end else begin
            ky_q   <= 4'd0;
            kx_q   <= 4'd0;
            woff_q <= first_q;
            wrow_q <= first_q;
            slot_q <= later[1] ? KAux : later[2] ? KDst : later[3] ? KIdx : first;
            if (later == 4'd0) begin
              if (!row_end) begin
                c0_q  <= c0_q - 32'd1;
                src_q <= src_q + 32'd1;
                dst_q <= dst_q + 32'd1;
              end else begin
                state_q <= all_end ? SIdle : SAdv0;
                level_q <= level;
              end
            end
          end
        SWin0: state_q <= SWin1;
        SWin1: begin
          woff_q <= woff_d;
          if (kx_last) wrow_q <= woff_d;
          kx_q    <= kx_last ? 4'd0 : kx_q + 4'd1;
          ky_q    <= kx_last ? ky_q + 4'd1 : ky_q;
          state_q <= SSlot;
        end
        SAdv0: state_q <= SAdv1;
        SAdv1: begin
          c0_q <= {16'd0, cfg_rdata_i[15:0]};
          c1_q <= level_q == 2'd1 ? c1_q - 16'd1 : cfg_rdata_i[31:16];
          x_q  <= level_q == 2'd1 ? x_q + step_x : zero22 - pad_x;
          y_q  <= level_q == 2'd1 ? y_q : level_q == 2'd2 ? y_q + step_y : zero22 - pad_y;
          state_q <= SAdv2;
        end
        SAdv2: begin
          src_q   <= sum;
          state_q <= SAdv3;
        end
        SAdv3: begin
          dst_q   <= sum;
          copy_q  <= level_q - 2'd1;
          state_q <= level_q == 2'd1 ? SSlot : SAdv4;
        end
        SAdv4: begin
          c2_q    <= level_q == 2'd2 ? c2_q - 16'd1 : cfg_rdata_i[15:0];
          if (level_q == 2'd3) c3_q <= c3_q - 16'd1;
          state_q <= SAdv5;
        end
        SAdv5: state_q <= SAdv6;
        SAdv6: begin
          copy_q  <= copy_q - 2'd1;
          state_q <= copy_q == 2'd1 ? SSlot : SAdv5;
        end
        default: ;
      endcase
    end
    if (start_i) begin
      src_q  <= 32'd0;
      dst_q  <= 32'd0;
      first_q <= 32'd0;
      cols_q <= 1'b0;
      y_q    <= zero22 - pad_y;
      x_q    <= zero22 - pad_x;
      ky_q   <= 4'd0;
      kx_q   <= 4'd0;
      zero_q <= 8'hff;
    end
    if (clr_i)        state_q <= SIdle;
    else if (start_i) state_q <= SLoad0;
  end

  // number -> address -> check
  wire               acc1  = acc_i && k1_q == KSrc;
  wire        [1:0]  size1 = size_i[2*k1_q +: 2];
  wire signed [35:0] wide1 = {{4{n1_q[31]}}, n1_q};
  wire               low1  = planes_i && k1_q == KIdx;
  wire signed [35:0] base1 = acc1 ? {4'd0, cfg_rdata_i} : {{4+LT2{1'b0}}, cfg_rdata_i[31:LT2+1], cfg_rdata_i[LT2] || low1};
  wire signed [35:0] off1  = acc1 || size1 == 2'd0 ? wide1 : size1 == 2'd1 ? wide1 <<< 1 : wide1 <<< 2;
  // a whole tile fits below MEM_SIZE if its number is below the whole tiles of its size
  wire               acc2  = acc_i && k2_q == KSrc;
  wire        [1:0]  size2 = size_i[2*k2_q +: 2];
  wire    [Unit-1:0] whole2 = {mem_size_i[31:LT2+2], mem_size_i[LT2+1] && !size2[1], mem_size_i[LT2] && size2 == 2'd0};
  wire    [Unit-1:0] lim2   = acc2 ? AccTiles[Unit-1:0] : whole2;

  always @(posedge clk_i) begin
    if (adv) begin
      k1_q   <= slot_q;
      n1_q   <= number;
      k2_q   <= k1_q;
      a2_q   <= base1 + off1;
      k3_q   <= k2_q;
      a3_q   <= acc2 ? a2_q[31:0] : {a2_q[Unit-1:0], {LT2{1'b0}}};
      pad1_q   <= padded_i && in_win;
      hole2_q  <= 1'b0;
      if (padded_i) begin
        y1_q    <= y_q + ky;
        x1_q    <= x_q + kx;
        hole2_q <= pad1_q && (out_y || out_x);
      end
      hole3_q  <= hole2_q;
      row1_q <= row_end;
      row2_q <= row1_q;
      row3_q <= row2_q;
      last1_q  <= c3_q == 16'd1;
      last2_q  <= last1_q;
      last3_q  <= last2_q;
      bad3_q <= !hole2_q && !(planes_i && k2_q == KIdx) && (a2_q[35:Unit] != 0 || a2_q[Unit-1:0] >= lim2);   // the tile has been checked as DST
    end
    if (clr_i) begin
      v1_q <= 1'b0;
      v2_q <= 1'b0;
      v3_q <= 1'b0;
    end else if (adv) begin
      v1_q <= state_q == SSlot;
      v2_q <= v1_q;
      v3_q <= v2_q;
    end
  end
endmodule
`default_nettype wire
