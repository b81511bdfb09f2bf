// SPDX-License-Identifier: Apache-2.0
// opbuf_tb - curta_opbuf alone: every tile, turn and group is read back against a plain array; with APART turned reads take
// each contraction element from any tile and group, or not at all.  Then beats of which not all rows are written.
// Prints PASS or FAIL with the first difference.  Parameters by iverilog -P.
`default_nettype none
module opbuf_tb;
  parameter T = 8, L = 8, V = 2, BUS = 8, E = 8, APART = 0, SEED = 1;
  localparam TILES = 4, BEATS = T*T/BUS;

  reg              clk = 0, we = 0, re = 0, turn = 0;
  reg  [15:0]      tile = 0;
  reg  [7:0]       beat = 0, lgroup = 0;
  reg  [16*V-1:0]  rtile = 0;
  reg  [8*V-1:0]   kgroup = 0;
  reg  [BUS/T-1:0] rows = {BUS/T{1'b1}};
  reg  [E*BUS-1:0] data = 0;
  wire [E*L*V-1:0] operand;
  reg  [E-1:0]     mem [0:TILES*T*T-1];
  reg  [E-1:0]     want, got;
  reg  [V-1:0]     use_it = {V{1'b1}};
  integer          seed, n, i, k, at, reads, bad;

  curta_opbuf #(.T(T), .L(L), .V(V), .BUS(BUS), .TILES(TILES), .E(E), .Apart(APART)) dut (
    .clk_i(clk), .we_i(we), .tile_i(tile), .beat_i(beat), .rows_i(rows), .data_i(data),
    .re_i(re), .rtile_i(rtile), .turn_i(turn), .lgroup_i(lgroup), .kgroup_i(kgroup), .use_i(use_it), .operand_o(operand)
  );

  task cycle;
    begin #5 clk = 1; #5 clk = 0; end
  endtask

  task check;
    for (i = 0; i < L; i = i + 1)
      for (k = 0; k < V; k = k + 1) begin
        at   = turn ? (kgroup[8*k +: 8]*V + k)*T + lgroup*L + i : (lgroup*L + i)*T + kgroup[8*k +: 8]*V + k;
        want = use_it[k] ? mem[rtile[16*k +: 16]*T*T + at] : 0;
        got  = operand[(i*V + k)*E +: E];
        if (got !== want && bad == 0) begin
          bad = 1;
          $display("FAIL opbuf T=%0d L=%0d V=%0d BUS=%0d E=%0d: seed %0d, tile %0d turn %0d groups %0d %0d lane %0d k %0d expected %h got %h",
                   T, L, V, BUS, E, SEED, rtile[16*k +: 16], turn, lgroup, kgroup[8*k +: 8], i, k, want, got);
        end
      end
  endtask

  initial begin
    seed  = SEED;
    bad   = 0;
    reads = 0;
    // every beat once, in an order of stride 5 (coprime to the power of two), then some again
    for (n = 0; n < TILES*BEATS + 7; n = n + 1) begin
      tile = (n*5 % (TILES*BEATS)) / BEATS;
      beat = (n*5 % (TILES*BEATS)) % BEATS;
      rows = n < TILES*BEATS ? {BUS/T{1'b1}} : $random(seed);
      for (i = 0; i < BUS; i = i + 1) begin
        data[E*i +: E] = $random(seed);
        if (rows[i / T]) mem[tile*T*T + beat*BUS + i] = data[E*i +: E];
      end
      we = 1;
      cycle;
      if ($random(seed) & 1) begin           // what stands at the port without we is nothing
        we = 0; tile = $random(seed); beat = $random(seed); data = {BUS*E{1'b1}};
        cycle;
      end
    end
    we = 0;
    cycle;                                   // readable two cycles after the write
    for (n = 0; n < TILES*2*(T/L)*(T/V)*(1 + 15*APART); n = n + 1) begin
      rtile  = {V{16'd0}} | n % TILES;
      rtile  = {V{rtile[15:0]}};
      turn   = n / TILES % 2;
      lgroup = n / (TILES*2) % (T/L);
      kgroup = {V{8'd0}} | n / (TILES*2) / (T/L) % (T/V);
      kgroup = {V{kgroup[7:0]}};
      if (APART && turn)
        for (k = 0; k < V; k = k + 1) begin
          rtile[16*k +: 16] = $random(seed) & (TILES - 1);
          kgroup[8*k +: 8]  = $random(seed) & (T/V - 1);
          use_it[k]         = $random(seed) & 1 | n & 1;
        end
      re = 1;
      cycle;
      re = 0;
      cycle;
      cycle;
      check;
      reads = reads + 1;
      if (n % 3 == 0) begin cycle; check; end    // held without re
      use_it = {V{1'b0}};
      #1;
      if (operand !== 0 && bad == 0) begin bad = 1; $display("FAIL opbuf E=%0d: not used, expected 0 got %h", E, operand); end
      use_it = {V{1'b1}};
    end
    if (bad == 0) $display("PASS opbuf T=%0d L=%0d V=%0d BUS=%0d E=%0d%0s: %0d reads", T, L, V, BUS, E, APART ? " apart" : "", reads);
    $finish;
  end
endmodule
