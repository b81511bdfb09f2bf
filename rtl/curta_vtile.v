// SPDX-License-Identifier: Apache-2.0
// curta_vtile - memory for the int32 elements of a tile, and what the lanes of a bent copy become
//   UPDATE NITRO keeps quotients in it (curta_vweight). A SCATTER of int32 keeps elements and indices of the first pass; pass p
//   lets those stay whose index is p. Backward NITRO-ReLU bends by class: AUX is zs, or index bytes whose bits 7:6 are it.
// Golden   curta_golden_back, scatter_wide
// Timing   read: data a cycle after fire_i or re_i. Write: a cycle after mod_i or we_i.
// Resets   the pass (clr_i).
`default_nettype none
module curta_vtile #(
  parameter C = 8,               // lanes
  parameter LogG = 3             // log2 of the groups of a tile
) (
  input  wire             clk_i,
  input  wire             clr_i,
  // Command
  input  wire             scatter_i,      // of int32
  input  wire             weights_i,      // UPDATE NITRO
  input  wire             class_i,        // SCATTER: the index is bits 5:0
  input  wire             bytes_i,        // backward: AUX is index bytes, else zs
  input  wire [7:0]       passes_i,
  // Groups
  input  wire             fire_i,         // a group enters
  input  wire [LogG-1:0]  group_i,
  input  wire             later_i,        // not in the first pass of its tile
  input  wire             ld_i,           // it comes from here
  input  wire             mod_i,          // it is bent
  input  wire [LogG-1:0]  mod_group_i,
  input  wire [32*C-1:0]  x_i,
  input  wire [16*C-1:0]  aux_i,
  output reg  [2*C-1:0]   class_o,        // of its lanes: 0 stay, 1 divide, 2 become 0
  // Quotients
  input  wire             re_i,
  input  wire [LogG-1:0]  raddr_i,
  input  wire             we_i,
  input  wire [LogG-1:0]  waddr_i,
  input  wire [32*C-1:0]  wdata_i,
  output wire [32*C-1:0]  rdata_o
);
  wire [8*C-1:0]  index;                  // of the group from the memory
  reg  [8*C-1:0]  index_q, next, places_q;
  reg  [32*C-1:0] data_q;                 // what is written, a cycle late
  reg             we_q;
  reg  [LogG-1:0] waddr_q;
  reg  [7:0]      at_q, place;            // window position of the group that is bent
  reg             later_q;
  wire [7:0]      bits = class_i ? 8'h3f : 8'hff;
  integer         i, k;

  always @* begin
    class_o = 0;
    place   = 8'd0;
    if (mod_i)
      for (i = 0; i < C; i = i + 1) begin
        place = later_q ? index_q[8*i +: 8] : aux_i[16*i +: 8];
        class_o[2*i +: 2] = scatter_i ? {(place & bits) != at_q, 1'b0} :
                            bytes_i ? place[7:6] : place == 8'd127 ? 2'd2 : {1'b0, place[7]};
      end
  end

  wire            re    = weights_i ? re_i : scatter_i && fire_i;
  wire [LogG-1:0] raddr = weights_i ? raddr_i : group_i;
  curta_ram #(.Width(32*C), .Depth(1 << LogG), .Lane(32*C)) u_x (
    .clk_i(clk_i), .we_i(we_q), .waddr_i(waddr_q), .wdata_i(data_q), .re_i(re), .raddr_i(raddr), .rdata_o(rdata_o));
  curta_ram #(.Width(8*C), .Depth(1 << LogG), .Lane(8*C)) u_index (
    .clk_i(clk_i), .we_i(we_q), .waddr_i(waddr_q), .wdata_i(places_q), .re_i(re), .raddr_i(raddr), .rdata_o(index));

  /* verilator lint_off BLKSEQ */ // temporaries of the lane loop
  always @(posedge clk_i) begin
    we_q <= !clr_i && (weights_i ? we_i : scatter_i && mod_i && !later_q);
    if (weights_i ? we_i : mod_i && scatter_i) begin
      for (k = 0; k < C; k = k + 1) next[8*k +: 8] = aux_i[16*k +: 8];
      data_q   <= weights_i ? wdata_i : x_i;
      waddr_q  <= weights_i ? waddr_i : mod_group_i;
      places_q <= next;
    end
    if (fire_i) later_q <= scatter_i && later_i;
    if (ld_i) index_q <= index;
    if (clr_i) at_q <= 8'd0;
    else if (mod_i && (&mod_group_i)) at_q <= at_q + 8'd1 == passes_i ? 8'd0 : at_q + 8'd1;
  end
  /* verilator lint_on BLKSEQ */
endmodule
`default_nettype wire
