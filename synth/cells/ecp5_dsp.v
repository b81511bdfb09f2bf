// SPDX-License-Identifier: Apache-2.0
// ecp5_dsp - simulation models of the multiplier and the adder of a DSP slice of the ECP5, MULT18X18D and ALU54B, which Yosys ships as black boxes
//   Only what synth_ecp5 of Yosys 0.23, synth/ecp5.py and synth/ecp5/curta_macs.v, curta_mul.v, curta_prod.v make of this design: signed or unsigned factors, one clock,
//   no resets; a netlist that asks for more stops the simulation.
// Law    MULT18X18D: product := a * b of 36 bits, with registers in front (of both factors), in the middle and behind as its parameters say.
//        ALU54B: r := x + y + z, held in its register. x: the product of multiplier A or 0; y: that of B or 0; z: input C or r.
// Resets registers are 0 at the start.
`default_nettype none
/* verilator lint_off DECLFILENAME */ // two cells, one file
/* verilator lint_off UNUSEDSIGNAL */ // pins of modes that are refused
module MULT18X18D #(
  parameter REG_INPUTA_CLK = "NONE", REG_INPUTA_CE = "CE0", REG_INPUTB_CLK = "NONE", REG_INPUTB_CE = "CE0",
  parameter REG_PIPELINE_CLK = "NONE", REG_PIPELINE_CE = "CE0", REG_OUTPUT_CLK = "NONE", REG_OUTPUT_CE = "CE0"
) (
  input  wire A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
  input  wire B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
  input  wire C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0,
  input  wire SIGNEDA, SIGNEDB, SOURCEA, SOURCEB, CLK0, CE0, CE1, CE3, RST0,
  output wire ROA17, ROA16, ROA15, ROA14, ROA13, ROA12, ROA11, ROA10, ROA9, ROA8, ROA7, ROA6, ROA5, ROA4, ROA3, ROA2, ROA1, ROA0,
  output wire ROB17, ROB16, ROB15, ROB14, ROB13, ROB12, ROB11, ROB10, ROB9, ROB8, ROB7, ROB6, ROB5, ROB4, ROB3, ROB2, ROB1, ROB0,
  output wire SIGNEDP,
  output wire P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0
);
  localparam First = REG_INPUTA_CLK != "NONE", Middle = REG_PIPELINE_CLK != "NONE", Last = REG_OUTPUT_CLK != "NONE";
  localparam Wrong = (First ? REG_INPUTA_CLK != "CLK0" || REG_INPUTB_CLK != "CLK0" || REG_INPUTA_CE != "CE0" || REG_INPUTB_CE != "CE0" : REG_INPUTB_CLK != "NONE")
    || (Middle && (REG_PIPELINE_CLK != "CLK0" || REG_PIPELINE_CE != "CE1")) || (Last && (REG_OUTPUT_CLK != "CLK0" || REG_OUTPUT_CE != "CE3"));
  initial
    if (SOURCEA || SOURCEB || RST0 || Wrong) begin
      $display("MULT18X18D: a mode that this model does not know");
      $finish;
    end
  wire [18:0] a = {SIGNEDA && A17, A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0};
  wire [18:0] b = {SIGNEDB && B17, B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0};
  reg  signed [18:0] a_q = 19'd0, b_q = 19'd0;
  wire signed [18:0] x = First ? a_q : a, y = First ? b_q : b;
  wire signed [37:0] product = x * y;
  wire        [1:0]  unused = product[37:36];
  reg  [35:0] middle_q = 36'd0, last_q = 36'd0;
  wire [35:0] middle = Middle ? middle_q : product[35:0];
  always @(posedge CLK0) begin
    if (CE0) a_q <= a;
    if (CE0) b_q <= b;
    if (CE1) middle_q <= product[35:0];
    if (CE3) last_q <= middle;
  end
  assign {P35, P34, P33, P32, P31, P30, P29, P28, P27, P26, P25, P24, P23, P22, P21, P20, P19, P18, P17, P16, P15, P14, P13, P12, P11, P10, P9, P8, P7, P6, P5, P4, P3, P2, P1, P0} = Last ? last_q : middle;
  assign {ROA17, ROA16, ROA15, ROA14, ROA13, ROA12, ROA11, ROA10, ROA9, ROA8, ROA7, ROA6, ROA5, ROA4, ROA3, ROA2, ROA1, ROA0} = x[17:0];
  assign {ROB17, ROB16, ROB15, ROB14, ROB13, ROB12, ROB11, ROB10, ROB9, ROB8, ROB7, ROB6, ROB5, ROB4, ROB3, ROB2, ROB1, ROB0} = y[17:0];
  assign SIGNEDP = SIGNEDA || SIGNEDB;
endmodule

module ALU54B #(
  parameter REG_OUTPUT0_CLK = "NONE", REG_OUTPUT0_CE = "CE0", REG_OUTPUT1_CLK = "NONE", REG_OUTPUT1_CE = "CE0"
) (
  input  wire A35, A34, A33, A32, A31, A30, A29, A28, A27, A26, A25, A24, A23, A22, A21, A20, A19, A18, A17, A16, A15, A14, A13, A12, A11, A10, A9, A8, A7, A6, A5, A4, A3, A2, A1, A0,
  input  wire B35, B34, B33, B32, B31, B30, B29, B28, B27, B26, B25, B24, B23, B22, B21, B20, B19, B18, B17, B16, B15, B14, B13, B12, B11, B10, B9, B8, B7, B6, B5, B4, B3, B2, B1, B0,
  input  wire MA35, MA34, MA33, MA32, MA31, MA30, MA29, MA28, MA27, MA26, MA25, MA24, MA23, MA22, MA21, MA20, MA19, MA18, MA17, MA16, MA15, MA14, MA13, MA12, MA11, MA10, MA9, MA8, MA7, MA6, MA5, MA4, MA3, MA2, MA1, MA0,
  input  wire MB35, MB34, MB33, MB32, MB31, MB30, MB29, MB28, MB27, MB26, MB25, MB24, MB23, MB22, MB21, MB20, MB19, MB18, MB17, MB16, MB15, MB14, MB13, MB12, MB11, MB10, MB9, MB8, MB7, MB6, MB5, MB4, MB3, MB2, MB1, MB0,
  input  wire C53, C52, C51, C50, C49, C48, C47, C46, C45, C44, C43, C42, C41, C40, C39, C38, C37, C36, C35, C34, C33, C32, C31, C30, C29, C28, C27, C26, C25, C24, C23, C22, C21, C20, C19, C18, C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0,
  input  wire OP10, OP9, OP8, OP7, OP6, OP5, OP4, OP3, OP2, OP1, OP0,
  input  wire SIGNEDIA, SIGNEDIB, CLK0, CE3, RST0,
  output wire R53, R52, R51, R50, R49, R48, R47, R46, R45, R44, R43, R42, R41, R40, R39, R38, R37, R36, R35, R34, R33, R32, R31, R30, R29, R28, R27, R26, R25, R24, R23, R22, R21, R20, R19, R18, R17, R16, R15, R14, R13, R12, R11, R10, R9, R8, R7, R6, R5, R4, R3, R2, R1, R0
);
  wire [10:0] op = {OP10, OP9, OP8, OP7, OP6, OP5, OP4, OP3, OP2, OP1, OP0};
  localparam Known = REG_OUTPUT0_CLK == "CLK0" && REG_OUTPUT1_CLK == "CLK0" && REG_OUTPUT0_CE == "CE3" && REG_OUTPUT1_CE == "CE3";
  always @(posedge CLK0)
    if (!Known || RST0 || op[10:7] != 4'b0100 || (op[3:0] != 4'b0101 && op[3:0] != 4'b1111) || (op[6:4] != 3'b011 && op[6:4] != 3'b101)) begin
      $display("ALU54B: a mode that this model does not know");
      $finish;
    end
  reg  [53:0] r_q = 54'd0;
  wire [35:0] p = {MA35, MA34, MA33, MA32, MA31, MA30, MA29, MA28, MA27, MA26, MA25, MA24, MA23, MA22, MA21, MA20, MA19, MA18, MA17, MA16, MA15, MA14, MA13, MA12, MA11, MA10, MA9, MA8, MA7, MA6, MA5, MA4, MA3, MA2, MA1, MA0};
  wire [35:0] q = {MB35, MB34, MB33, MB32, MB31, MB30, MB29, MB28, MB27, MB26, MB25, MB24, MB23, MB22, MB21, MB20, MB19, MB18, MB17, MB16, MB15, MB14, MB13, MB12, MB11, MB10, MB9, MB8, MB7, MB6, MB5, MB4, MB3, MB2, MB1, MB0};
  wire [53:0] c = {C53, C52, C51, C50, C49, C48, C47, C46, C45, C44, C43, C42, C41, C40, C39, C38, C37, C36, C35, C34, C33, C32, C31, C30, C29, C28, C27, C26, C25, C24, C23, C22, C21, C20, C19, C18, C17, C16, C15, C14, C13, C12, C11, C10, C9, C8, C7, C6, C5, C4, C3, C2, C1, C0};
  wire [53:0] x = op[1] ? 54'd0 : {{18{SIGNEDIA && p[35]}}, p};
  wire [53:0] y = op[3] ? 54'd0 : {{18{SIGNEDIB && q[35]}}, q};
  wire [53:0] z = op[6] ? {{2{r_q[51]}}, r_q[51:0]} : c;      // the accumulator comes back with 52 bits
  always @(posedge CLK0) if (CE3) r_q <= x + y + z;
  assign {R53, R52, R51, R50, R49, R48, R47, R46, R45, R44, R43, R42, R41, R40, R39, R38, R37, R36, R35, R34, R33, R32, R31, R30, R29, R28, R27, R26, R25, R24, R23, R22, R21, R20, R19, R18, R17, R16, R15, R14, R13, R12, R11, R10, R9, R8, R7, R6, R5, R4, R3, R2, R1, R0} = r_q;
endmodule
`default_nettype wire
