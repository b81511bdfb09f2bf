// SPDX-License-Identifier: Apache-2.0
// ecp5_hard - simulation models of the two hard blocks of the ECP5 that Yosys ships as black boxes: DP16KD, MULT18X18D
//   Only what synth_ecp5 of Yosys 0.23 and synth/ecp5.py make of this design: one clock, no output register of a RAM, no chip
//   select, no asynchronous reset but one that never comes, of a multiplier none but the output register; a netlist that asks
//   for more stops the simulation.
// Law    a block RAM of 1024 words of 18 bits; a port of 1, 2, 4, 9, 18 bits (36: both halves, write on A and read on B)
//        counts its address in its own words. Reading a word while the other port writes it gives the old one.
//        A port that writes keeps its output (NORMAL) or gives the old word of that address (READBEFOREWRITE).
// Resets the words are 0 at the start, as INITVAL says (anything else is refused).
`default_nettype none
/* verilator lint_off DECLFILENAME */ // two cells, one file
/* verilator lint_off UNUSEDSIGNAL */ // pins of modes that are refused
module DP16KD (
  input  wire DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0,
  input  wire ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0,
  input  wire CEA, OCEA, CLKA, WEA, RSTA, CSA2, CSA1, CSA0,
  output wire DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0,
  input  wire DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0,
  input  wire ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0,
  input  wire CEB, OCEB, CLKB, WEB, RSTB, CSB2, CSB1, CSB0,
  output wire DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0
);
  parameter DATA_WIDTH_A = 18, DATA_WIDTH_B = 18;
  parameter REGMODE_A = "NOREG", REGMODE_B = "NOREG", RESETMODE = "SYNC", ASYNC_RESET_RELEASE = "SYNC";
  parameter CSDECODE_A = "0b000", CSDECODE_B = "0b000", WRITEMODE_A = "NORMAL", WRITEMODE_B = "NORMAL", GSR = "ENABLED";
  parameter CLKAMUX = "CLKA", CLKBMUX = "CLKB";
  parameter [319:0] INITVAL_00 = 320'd0, INITVAL_01 = 320'd0, INITVAL_02 = 320'd0, INITVAL_03 = 320'd0, INITVAL_04 = 320'd0, INITVAL_05 = 320'd0, INITVAL_06 = 320'd0, INITVAL_07 = 320'd0;
  parameter [319:0] INITVAL_08 = 320'd0, INITVAL_09 = 320'd0, INITVAL_0A = 320'd0, INITVAL_0B = 320'd0, INITVAL_0C = 320'd0, INITVAL_0D = 320'd0, INITVAL_0E = 320'd0, INITVAL_0F = 320'd0;
  parameter [319:0] INITVAL_10 = 320'd0, INITVAL_11 = 320'd0, INITVAL_12 = 320'd0, INITVAL_13 = 320'd0, INITVAL_14 = 320'd0, INITVAL_15 = 320'd0, INITVAL_16 = 320'd0, INITVAL_17 = 320'd0;
  parameter [319:0] INITVAL_18 = 320'd0, INITVAL_19 = 320'd0, INITVAL_1A = 320'd0, INITVAL_1B = 320'd0, INITVAL_1C = 320'd0, INITVAL_1D = 320'd0, INITVAL_1E = 320'd0, INITVAL_1F = 320'd0;
  parameter [319:0] INITVAL_20 = 320'd0, INITVAL_21 = 320'd0, INITVAL_22 = 320'd0, INITVAL_23 = 320'd0, INITVAL_24 = 320'd0, INITVAL_25 = 320'd0, INITVAL_26 = 320'd0, INITVAL_27 = 320'd0;
  parameter [319:0] INITVAL_28 = 320'd0, INITVAL_29 = 320'd0, INITVAL_2A = 320'd0, INITVAL_2B = 320'd0, INITVAL_2C = 320'd0, INITVAL_2D = 320'd0, INITVAL_2E = 320'd0, INITVAL_2F = 320'd0;
  parameter [319:0] INITVAL_30 = 320'd0, INITVAL_31 = 320'd0, INITVAL_32 = 320'd0, INITVAL_33 = 320'd0, INITVAL_34 = 320'd0, INITVAL_35 = 320'd0, INITVAL_36 = 320'd0, INITVAL_37 = 320'd0;
  parameter [319:0] INITVAL_38 = 320'd0, INITVAL_39 = 320'd0, INITVAL_3A = 320'd0, INITVAL_3B = 320'd0, INITVAL_3C = 320'd0, INITVAL_3D = 320'd0, INITVAL_3E = 320'd0, INITVAL_3F = 320'd0;
  localparam [319:0] Init = INITVAL_00 | INITVAL_01 | INITVAL_02 | INITVAL_03 | INITVAL_04 | INITVAL_05 | INITVAL_06 | INITVAL_07
    | INITVAL_08 | INITVAL_09 | INITVAL_0A | INITVAL_0B | INITVAL_0C | INITVAL_0D | INITVAL_0E | INITVAL_0F
    | INITVAL_10 | INITVAL_11 | INITVAL_12 | INITVAL_13 | INITVAL_14 | INITVAL_15 | INITVAL_16 | INITVAL_17
    | INITVAL_18 | INITVAL_19 | INITVAL_1A | INITVAL_1B | INITVAL_1C | INITVAL_1D | INITVAL_1E | INITVAL_1F
    | INITVAL_20 | INITVAL_21 | INITVAL_22 | INITVAL_23 | INITVAL_24 | INITVAL_25 | INITVAL_26 | INITVAL_27
    | INITVAL_28 | INITVAL_29 | INITVAL_2A | INITVAL_2B | INITVAL_2C | INITVAL_2D | INITVAL_2E | INITVAL_2F
    | INITVAL_30 | INITVAL_31 | INITVAL_32 | INITVAL_33 | INITVAL_34 | INITVAL_35 | INITVAL_36 | INITVAL_37
    | INITVAL_38 | INITVAL_39 | INITVAL_3A | INITVAL_3B | INITVAL_3C | INITVAL_3D | INITVAL_3E | INITVAL_3F;

  localparam OldA = WRITEMODE_A == "READBEFOREWRITE", OldB = WRITEMODE_B == "READBEFOREWRITE";
  localparam WideA = DATA_WIDTH_A == 36, WideB = DATA_WIDTH_B == 36;

  initial
    if (REGMODE_A != "NOREG" || REGMODE_B != "NOREG" || (RESETMODE != "SYNC" && RESETMODE != "ASYNC") || CLKAMUX != "CLKA" || CLKBMUX != "CLKB"
        || (WRITEMODE_A != "NORMAL" && !OldA) || (WRITEMODE_B != "NORMAL" && !OldB) || CSDECODE_A != "0b000" || CSDECODE_B != "0b000" || Init != 320'd0) begin
      $display("DP16KD: a mode that this model does not know");
      $finish;
    end

  // A port's word lies at bit `off` of an 18-bit word; the ninth bit of a byte is used by ports of 9 bits and more only.
  function [4:0] off(input [3:0] address, input integer width);
    begin
      off = width >= 18 ? 5'd0 : address[3] ? 5'd9 : 5'd0;
      if (width == 4) off = off + {2'd0, address[2], 2'd0};
      if (width == 2) off = off + {2'd0, address[2:1], 1'd0};
      if (width == 1) off = off + {2'd0, address[2:0]};
    end
  endfunction

  localparam LaneA = DATA_WIDTH_A < 9 ? DATA_WIDTH_A : 9;
  localparam LaneB = DATA_WIDTH_B < 9 ? DATA_WIDTH_B : 9;
  reg  [17:0] mem_q [0:1023];
  reg  [17:0] a_q, b_q, high_q;              // high_q: the odd word of a read of 36 bits
  integer     i, k, l;
  initial begin
    for (i = 0; i < 1024; i = i + 1) mem_q[i] = 18'd0;
    a_q    = 18'd0;
    b_q    = 18'd0;
    high_q = 18'd0;
  end

  wire [13:0] ada = {ADA13, ADA12, ADA11, ADA10, ADA9, ADA8, ADA7, ADA6, ADA5, ADA4, ADA3, ADA2, ADA1, ADA0};
  wire [13:0] adb = {ADB13, ADB12, ADB11, ADB10, ADB9, ADB8, ADB7, ADB6, ADB5, ADB4, ADB3, ADB2, ADB1, ADB0};
  wire [17:0] dia = {DIA17, DIA16, DIA15, DIA14, DIA13, DIA12, DIA11, DIA10, DIA9, DIA8, DIA7, DIA6, DIA5, DIA4, DIA3, DIA2, DIA1, DIA0};
  wire [17:0] dib = {DIB17, DIB16, DIB15, DIB14, DIB13, DIB12, DIB11, DIB10, DIB9, DIB8, DIB7, DIB6, DIB5, DIB4, DIB3, DIB2, DIB1, DIB0};
  wire [9:0]  wa  = WideA ? {ada[13:5], 1'b0} : ada[13:4];
  wire [9:0]  wb  = WideB ? {adb[13:5], 1'b0} : adb[13:4];
  wire [4:0]  oa  = off(ada[3:0], DATA_WIDTH_A);
  wire [4:0]  ob  = off(adb[3:0], DATA_WIDTH_B);
  wire [1:0]  bea = DATA_WIDTH_A >= 18 ? ada[1:0] : 2'b01;
  wire [1:0]  beb = DATA_WIDTH_B == 18 ? adb[1:0] : 2'b01;

  always @(posedge CLKA) begin
    if (CEA && (!WEA || OldA)) a_q <= mem_q[wa] >> oa;
    if (RSTA) a_q <= 18'd0;
    if (CEA && WEA)
      for (k = 0; k < 2; k = k + 1) begin
        if (bea[k]) mem_q[wa][oa + k[4:0] * 5'd9 +: LaneA] <= dia[k*9 +: LaneA];
        if (WideA && ada[k+2]) mem_q[wa | 10'd1][k*9 +: 9] <= dib[k*9 +: 9];
      end
  end
  always @(posedge CLKB) begin
    if (CEB && (!WEB || OldB)) b_q <= mem_q[wb] >> ob;
    if (CEB && (!WEB || OldB)) high_q <= mem_q[wb | 10'd1];
    if (RSTB) b_q <= 18'd0;
    if (RSTB) high_q <= 18'd0;
    if (CEB && WEB && !WideA && !WideB)
      for (l = 0; l < 2; l = l + 1)
        if (beb[l]) mem_q[wb][ob + l[4:0] * 5'd9 +: LaneB] <= dib[l*9 +: LaneB];
  end

  always @(posedge CLKA or posedge CLKB)
    if (RESETMODE == "ASYNC" && (RSTA || RSTB)) begin
      $display("DP16KD: an asynchronous reset, which this model does not know");
      $finish;
    end

  // A read port of 36 bits answers on both sides; a narrower one beside a write port of 36 bits on side B.
  wire [17:0] doa = WideB ? b_q : a_q;
  wire [17:0] dob = WideB ? high_q : b_q;
  assign {DOA17, DOA16, DOA15, DOA14, DOA13, DOA12, DOA11, DOA10, DOA9, DOA8, DOA7, DOA6, DOA5, DOA4, DOA3, DOA2, DOA1, DOA0} = doa;
  assign {DOB17, DOB16, DOB15, DOB14, DOB13, DOB12, DOB11, DOB10, DOB9, DOB8, DOB7, DOB6, DOB5, DOB4, DOB3, DOB2, DOB1, DOB0} = dob;
endmodule

module MULT18X18D #(
  parameter REG_INPUTA_CLK = "NONE", REG_INPUTB_CLK = "NONE", REG_PIPELINE_CLK = "NONE",
  parameter REG_OUTPUT_CLK = "NONE", REG_OUTPUT_CE = "CE0", REG_OUTPUT_RST = "RST0"
) (
  input  wire A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
  input  wire B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
  input  wire C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0,
  input  wire SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK0, CE0, RST0,
  output wire P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);
  localparam Held = REG_OUTPUT_CLK != "NONE";
  initial
    if (SOURCEA || SOURCEB || RST0 || REG_INPUTA_CLK != "NONE" || REG_INPUTB_CLK != "NONE" || REG_PIPELINE_CLK != "NONE"
        || (Held ? REG_OUTPUT_CLK != "CLK0" || REG_OUTPUT_CE != "CE0" || REG_OUTPUT_RST != "RST0" : CLK0 || CE0)) begin
      $display("MULT18X18D: a mode that this model does not know");
      $finish;
    end
  wire signed [18:0] a = {SIGNEDA && A17, A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
  wire signed [18:0] b = {SIGNEDB && B17, B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
  wire signed [37:0] p = a * b;
  wire [1:0] unused = p[37:36];
  reg  [35:0] p_q = 36'd0;
  always @(posedge CLK0) if (CE0) p_q <= p[35:0];
  assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = Held ? p_q : p[35:0];
endmodule
`default_nettype wire
