// SPDX-License-Identifier: Apache-2.0
// curta_macs - two multiply-accumulates in one DSP slice of the ECP5: two MULT18X18D and the ALU54B that adds their products
// Law    mul: factors := a, b     add: products := factors     every cycle: sum := what the opcode says of start, sum and products
//        A factor of 8 bits comes in the upper bits of its multiplier, zeros below: so are products, start and sum, by 2^Up.
// Golden synth/cells/ecp5_dsp.v; the accumulator and all adders are inside the slice, only the sum leaves it.
// Timing as rtl/curta_array.v: the registers are those of factors, products and accumulator of the slice, which has none between
//        multiplier and adder beside that of the products.  The accumulator has no enable: the open bitstream database does not know
//        the bits that choose it, and without them it is CE3, which is 1 here; the opcode holds the sum.
// Resets nothing.
`default_nettype none
/* verilator lint_off PINMISSING */ // pins of modes that are not used
module curta_macs (
  input  wire        clk_i,
  input  wire [17:0] a0_i, b0_i, a1_i, b1_i,
  input  wire        mul_i,
  input  wire        add_i,
  input  wire [10:0] op_i,                   // of the ALU54B
  input  wire [35:0] start_i,
  output wire [35:0] sum_o
);
  localparam Up = 10;
  wire [17:0] ra0, rb0, ra1, rb1;            // factors and products on wires of their own inside the slice
  wire [35:0] p0, p1;
  wire        signed0, signed1;
  wire [53:0] r;
  wire [53:0] c = {{18-Up{start_i[35]}}, start_i, {Up{1'b0}}};
  wire unused = &{1'b0, r[53:36+Up], r[Up-1:0]};

  assign sum_o = r[Up +: 36];

  MULT18X18D #(
    .REG_INPUTA_CLK("CLK0"), .REG_INPUTA_CE("CE0"), .REG_INPUTB_CLK("CLK0"), .REG_INPUTB_CE("CE0"),
    .REG_PIPELINE_CLK("CLK0"), .REG_PIPELINE_CE("CE1")
  ) u_mult0 (
    .CLK0(clk_i), .CE0(mul_i), .CE1(add_i), .RST0(1'b0), .SIGNEDA(1'b1), .SIGNEDB(1'b1), .SOURCEA(1'b0), .SOURCEB(1'b0),
    .SIGNEDP(signed0),
    .A0(a0_i[0]), .A1(a0_i[1]), .A2(a0_i[2]), .A3(a0_i[3]), .A4(a0_i[4]), .A5(a0_i[5]), .A6(a0_i[6]), .A7(a0_i[7]), .A8(a0_i[8]), .A9(a0_i[9]),
    .A10(a0_i[10]), .A11(a0_i[11]), .A12(a0_i[12]), .A13(a0_i[13]), .A14(a0_i[14]), .A15(a0_i[15]), .A16(a0_i[16]), .A17(a0_i[17]), .B0(b0_i[0]),
    .B1(b0_i[1]), .B2(b0_i[2]), .B3(b0_i[3]), .B4(b0_i[4]), .B5(b0_i[5]), .B6(b0_i[6]), .B7(b0_i[7]), .B8(b0_i[8]), .B9(b0_i[9]), .B10(b0_i[10]),
    .B11(b0_i[11]), .B12(b0_i[12]), .B13(b0_i[13]), .B14(b0_i[14]), .B15(b0_i[15]), .B16(b0_i[16]), .B17(b0_i[17]), .ROA0(ra0[0]), .ROA1(ra0[1]),
    .ROA2(ra0[2]), .ROA3(ra0[3]), .ROA4(ra0[4]), .ROA5(ra0[5]), .ROA6(ra0[6]), .ROA7(ra0[7]), .ROA8(ra0[8]), .ROA9(ra0[9]), .ROA10(ra0[10]),
    .ROA11(ra0[11]), .ROA12(ra0[12]), .ROA13(ra0[13]), .ROA14(ra0[14]), .ROA15(ra0[15]), .ROA16(ra0[16]), .ROA17(ra0[17]), .ROB0(rb0[0]),
    .ROB1(rb0[1]), .ROB2(rb0[2]), .ROB3(rb0[3]), .ROB4(rb0[4]), .ROB5(rb0[5]), .ROB6(rb0[6]), .ROB7(rb0[7]), .ROB8(rb0[8]), .ROB9(rb0[9]),
    .ROB10(rb0[10]), .ROB11(rb0[11]), .ROB12(rb0[12]), .ROB13(rb0[13]), .ROB14(rb0[14]), .ROB15(rb0[15]), .ROB16(rb0[16]), .ROB17(rb0[17]),
    .P0(p0[0]), .P1(p0[1]), .P2(p0[2]), .P3(p0[3]), .P4(p0[4]), .P5(p0[5]), .P6(p0[6]), .P7(p0[7]), .P8(p0[8]), .P9(p0[9]), .P10(p0[10]),
    .P11(p0[11]), .P12(p0[12]), .P13(p0[13]), .P14(p0[14]), .P15(p0[15]), .P16(p0[16]), .P17(p0[17]), .P18(p0[18]), .P19(p0[19]), .P20(p0[20]),
    .P21(p0[21]), .P22(p0[22]), .P23(p0[23]), .P24(p0[24]), .P25(p0[25]), .P26(p0[26]), .P27(p0[27]), .P28(p0[28]), .P29(p0[29]), .P30(p0[30]),
    .P31(p0[31]), .P32(p0[32]), .P33(p0[33]), .P34(p0[34]), .P35(p0[35])
  );
  MULT18X18D #(
    .REG_INPUTA_CLK("CLK0"), .REG_INPUTA_CE("CE0"), .REG_INPUTB_CLK("CLK0"), .REG_INPUTB_CE("CE0"),
    .REG_PIPELINE_CLK("CLK0"), .REG_PIPELINE_CE("CE1")
  ) u_mult1 (
    .CLK0(clk_i), .CE0(mul_i), .CE1(add_i), .RST0(1'b0), .SIGNEDA(1'b1), .SIGNEDB(1'b1), .SOURCEA(1'b0), .SOURCEB(1'b0),
    .SIGNEDP(signed1),
    .A0(a1_i[0]), .A1(a1_i[1]), .A2(a1_i[2]), .A3(a1_i[3]), .A4(a1_i[4]), .A5(a1_i[5]), .A6(a1_i[6]), .A7(a1_i[7]), .A8(a1_i[8]), .A9(a1_i[9]),
    .A10(a1_i[10]), .A11(a1_i[11]), .A12(a1_i[12]), .A13(a1_i[13]), .A14(a1_i[14]), .A15(a1_i[15]), .A16(a1_i[16]), .A17(a1_i[17]), .B0(b1_i[0]),
    .B1(b1_i[1]), .B2(b1_i[2]), .B3(b1_i[3]), .B4(b1_i[4]), .B5(b1_i[5]), .B6(b1_i[6]), .B7(b1_i[7]), .B8(b1_i[8]), .B9(b1_i[9]), .B10(b1_i[10]),
    .B11(b1_i[11]), .B12(b1_i[12]), .B13(b1_i[13]), .B14(b1_i[14]), .B15(b1_i[15]), .B16(b1_i[16]), .B17(b1_i[17]), .ROA0(ra1[0]), .ROA1(ra1[1]),
    .ROA2(ra1[2]), .ROA3(ra1[3]), .ROA4(ra1[4]), .ROA5(ra1[5]), .ROA6(ra1[6]), .ROA7(ra1[7]), .ROA8(ra1[8]), .ROA9(ra1[9]), .ROA10(ra1[10]),
    .ROA11(ra1[11]), .ROA12(ra1[12]), .ROA13(ra1[13]), .ROA14(ra1[14]), .ROA15(ra1[15]), .ROA16(ra1[16]), .ROA17(ra1[17]), .ROB0(rb1[0]),
    .ROB1(rb1[1]), .ROB2(rb1[2]), .ROB3(rb1[3]), .ROB4(rb1[4]), .ROB5(rb1[5]), .ROB6(rb1[6]), .ROB7(rb1[7]), .ROB8(rb1[8]), .ROB9(rb1[9]),
    .ROB10(rb1[10]), .ROB11(rb1[11]), .ROB12(rb1[12]), .ROB13(rb1[13]), .ROB14(rb1[14]), .ROB15(rb1[15]), .ROB16(rb1[16]), .ROB17(rb1[17]),
    .P0(p1[0]), .P1(p1[1]), .P2(p1[2]), .P3(p1[3]), .P4(p1[4]), .P5(p1[5]), .P6(p1[6]), .P7(p1[7]), .P8(p1[8]), .P9(p1[9]), .P10(p1[10]),
    .P11(p1[11]), .P12(p1[12]), .P13(p1[13]), .P14(p1[14]), .P15(p1[15]), .P16(p1[16]), .P17(p1[17]), .P18(p1[18]), .P19(p1[19]), .P20(p1[20]),
    .P21(p1[21]), .P22(p1[22]), .P23(p1[23]), .P24(p1[24]), .P25(p1[25]), .P26(p1[26]), .P27(p1[27]), .P28(p1[28]), .P29(p1[29]), .P30(p1[30]),
    .P31(p1[31]), .P32(p1[32]), .P33(p1[33]), .P34(p1[34]), .P35(p1[35])
  );
  ALU54B #(
    .REG_OUTPUT0_CLK("CLK0"), .REG_OUTPUT0_CE("CE3"), .REG_OUTPUT1_CLK("CLK0"), .REG_OUTPUT1_CE("CE3")
  ) u_alu (
    .CLK0(clk_i), .CE3(1'b1), .RST0(1'b0), .SIGNEDIA(signed0), .SIGNEDIB(signed1),
    .OP0(op_i[0]), .OP1(op_i[1]), .OP2(op_i[2]), .OP3(op_i[3]), .OP4(op_i[4]), .OP5(op_i[5]), .OP6(op_i[6]), .OP7(op_i[7]), .OP8(op_i[8]), .OP9(op_i[9]), .OP10(op_i[10]),
    .A0(ra0[0]), .A1(ra0[1]), .A2(ra0[2]), .A3(ra0[3]), .A4(ra0[4]), .A5(ra0[5]), .A6(ra0[6]), .A7(ra0[7]), .A8(ra0[8]), .A9(ra0[9]), .A10(ra0[10]),
    .A11(ra0[11]), .A12(ra0[12]), .A13(ra0[13]), .A14(ra0[14]), .A15(ra0[15]), .A16(ra0[16]), .A17(ra0[17]), .A18(rb0[0]), .A19(rb0[1]), .A20(rb0[2]),
    .A21(rb0[3]), .A22(rb0[4]), .A23(rb0[5]), .A24(rb0[6]), .A25(rb0[7]), .A26(rb0[8]), .A27(rb0[9]), .A28(rb0[10]), .A29(rb0[11]), .A30(rb0[12]),
    .A31(rb0[13]), .A32(rb0[14]), .A33(rb0[15]), .A34(rb0[16]), .A35(rb0[17]), .B0(ra1[0]), .B1(ra1[1]), .B2(ra1[2]), .B3(ra1[3]), .B4(ra1[4]),
    .B5(ra1[5]), .B6(ra1[6]), .B7(ra1[7]), .B8(ra1[8]), .B9(ra1[9]), .B10(ra1[10]), .B11(ra1[11]), .B12(ra1[12]), .B13(ra1[13]), .B14(ra1[14]),
    .B15(ra1[15]), .B16(ra1[16]), .B17(ra1[17]), .B18(rb1[0]), .B19(rb1[1]), .B20(rb1[2]), .B21(rb1[3]), .B22(rb1[4]), .B23(rb1[5]), .B24(rb1[6]),
    .B25(rb1[7]), .B26(rb1[8]), .B27(rb1[9]), .B28(rb1[10]), .B29(rb1[11]), .B30(rb1[12]), .B31(rb1[13]), .B32(rb1[14]), .B33(rb1[15]), .B34(rb1[16]),
    .B35(rb1[17]), .MA0(p0[0]), .MA1(p0[1]), .MA2(p0[2]), .MA3(p0[3]), .MA4(p0[4]), .MA5(p0[5]), .MA6(p0[6]), .MA7(p0[7]), .MA8(p0[8]), .MA9(p0[9]),
    .MA10(p0[10]), .MA11(p0[11]), .MA12(p0[12]), .MA13(p0[13]), .MA14(p0[14]), .MA15(p0[15]), .MA16(p0[16]), .MA17(p0[17]), .MA18(p0[18]),
    .MA19(p0[19]), .MA20(p0[20]), .MA21(p0[21]), .MA22(p0[22]), .MA23(p0[23]), .MA24(p0[24]), .MA25(p0[25]), .MA26(p0[26]), .MA27(p0[27]),
    .MA28(p0[28]), .MA29(p0[29]), .MA30(p0[30]), .MA31(p0[31]), .MA32(p0[32]), .MA33(p0[33]), .MA34(p0[34]), .MA35(p0[35]), .MB0(p1[0]), .MB1(p1[1]),
    .MB2(p1[2]), .MB3(p1[3]), .MB4(p1[4]), .MB5(p1[5]), .MB6(p1[6]), .MB7(p1[7]), .MB8(p1[8]), .MB9(p1[9]), .MB10(p1[10]), .MB11(p1[11]),
    .MB12(p1[12]), .MB13(p1[13]), .MB14(p1[14]), .MB15(p1[15]), .MB16(p1[16]), .MB17(p1[17]), .MB18(p1[18]), .MB19(p1[19]), .MB20(p1[20]),
    .MB21(p1[21]), .MB22(p1[22]), .MB23(p1[23]), .MB24(p1[24]), .MB25(p1[25]), .MB26(p1[26]), .MB27(p1[27]), .MB28(p1[28]), .MB29(p1[29]),
    .MB30(p1[30]), .MB31(p1[31]), .MB32(p1[32]), .MB33(p1[33]), .MB34(p1[34]), .MB35(p1[35]), .C0(c[0]), .C1(c[1]), .C2(c[2]), .C3(c[3]), .C4(c[4]),
    .C5(c[5]), .C6(c[6]), .C7(c[7]), .C8(c[8]), .C9(c[9]), .C10(c[10]), .C11(c[11]), .C12(c[12]), .C13(c[13]), .C14(c[14]), .C15(c[15]), .C16(c[16]),
    .C17(c[17]), .C18(c[18]), .C19(c[19]), .C20(c[20]), .C21(c[21]), .C22(c[22]), .C23(c[23]), .C24(c[24]), .C25(c[25]), .C26(c[26]), .C27(c[27]),
    .C28(c[28]), .C29(c[29]), .C30(c[30]), .C31(c[31]), .C32(c[32]), .C33(c[33]), .C34(c[34]), .C35(c[35]), .C36(c[36]), .C37(c[37]), .C38(c[38]),
    .C39(c[39]), .C40(c[40]), .C41(c[41]), .C42(c[42]), .C43(c[43]), .C44(c[44]), .C45(c[45]), .C46(c[46]), .C47(c[47]), .C48(c[48]), .C49(c[49]),
    .C50(c[50]), .C51(c[51]), .C52(c[52]), .C53(c[53]), .R0(r[0]), .R1(r[1]), .R2(r[2]), .R3(r[3]), .R4(r[4]), .R5(r[5]), .R6(r[6]), .R7(r[7]),
    .R8(r[8]), .R9(r[9]), .R10(r[10]), .R11(r[11]), .R12(r[12]), .R13(r[13]), .R14(r[14]), .R15(r[15]), .R16(r[16]), .R17(r[17]), .R18(r[18]),
    .R19(r[19]), .R20(r[20]), .R21(r[21]), .R22(r[22]), .R23(r[23]), .R24(r[24]), .R25(r[25]), .R26(r[26]), .R27(r[27]), .R28(r[28]), .R29(r[29]),
    .R30(r[30]), .R31(r[31]), .R32(r[32]), .R33(r[33]), .R34(r[34]), .R35(r[35]), .R36(r[36]), .R37(r[37]), .R38(r[38]), .R39(r[39]), .R40(r[40]),
    .R41(r[41]), .R42(r[42]), .R43(r[43]), .R44(r[44]), .R45(r[45]), .R46(r[46]), .R47(r[47]), .R48(r[48]), .R49(r[49]), .R50(r[50]), .R51(r[51]),
    .R52(r[52]), .R53(r[53])
  );
endmodule
`default_nettype wire
