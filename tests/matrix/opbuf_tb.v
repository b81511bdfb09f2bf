// SPDX-License-Identifier: Apache-2.0
// opbuf_tb - curta_opbuf alone: every tile, turn and group is read back against a plain array
// Prints PASS or FAIL with the first difference.  Parameters by iverilog -P.
`default_nettype none
module opbuf_tb;
  parameter T = 8, L = 8, V = 2, BUS = 8, E = 8, SEED = 1;
  localparam TILES = 4, BEATS = T*T/BUS;

  reg              clk = 0, we = 0, re = 0, turn = 0;
  reg  [15:0]      tile = 0, rtile = 0;
  reg  [7:0]       beat = 0, lgroup = 0, kgroup = 0;
  reg  [E*BUS-1:0] data = 0;
  wire [E*L*V-1:0] operand;
  reg  [E-1:0]     mem [0:TILES*T*T-1];
  reg  [E-1:0]     want, got;
  reg              use_it = 1;
  integer          seed, n, i, k, at, reads, bad;

  curta_opbuf #(.T(T), .L(L), .V(V), .BUS(BUS), .TILES(TILES), .E(E)) dut (
    .clk_i(clk), .we_i(we), .tile_i(tile), .beat_i(beat), .data_i(data),
    .re_i(re), .rtile_i(rtile), .turn_i(turn), .lgroup_i(lgroup), .kgroup_i(kgroup), .use_i(use_it), .operand_o(operand)
  );

  task cycle;
    begin #5 clk = 1; #5 clk = 0; end
  endtask

  task check;
    for (i = 0; i < L; i = i + 1)
      for (k = 0; k < V; k = k + 1) begin
        at   = turn ? (kgroup*V + k)*T + lgroup*L + i : (lgroup*L + i)*T + kgroup*V + k;
        want = mem[rtile*T*T + at];
        got  = operand[(i*V + k)*E +: E];
        if (got !== want && bad == 0) begin
          bad = 1;
          $display("FAIL opbuf T=%0d L=%0d V=%0d BUS=%0d E=%0d: seed %0d, tile %0d turn %0d groups %0d %0d lane %0d k %0d expected %h got %h",
                   T, L, V, BUS, E, SEED, rtile, turn, lgroup, kgroup, i, k, want, got);
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
      for (i = 0; i < BUS; i = i + 1) begin
        data[E*i +: E] = $random(seed);
        mem[tile*T*T + beat*BUS + i] = data[E*i +: E];
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
    for (n = 0; n < TILES*2*(T/L)*(T/V); n = n + 1) begin
      rtile  = n % TILES;
      turn   = n / TILES % 2;
      lgroup = n / (TILES*2) % (T/L);
      kgroup = n / (TILES*2) / (T/L);
      re = 1;
      cycle;
      check;
      reads = reads + 1;
      re = 0;
      if (n % 3 == 0) begin cycle; check; end    // held without re
      use_it = 0;
      #1;
      if (operand !== 0 && bad == 0) begin bad = 1; $display("FAIL opbuf E=%0d: not used, expected 0 got %h", E, operand); end
      use_it = 1;
    end
    if (bad == 0) $display("PASS opbuf T=%0d L=%0d V=%0d BUS=%0d E=%0d: %0d reads", T, L, V, BUS, E, reads);
    $finish;
  end
endmodule
