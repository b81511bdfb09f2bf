// SPDX-License-Identifier: Apache-2.0
// formal.vh - how a property module states its law, in the three runs of it (run.py)
//   plain        from an arbitrary state that START lets begin with a reset; MUST holds from the second cycle on
//   STEP         the induction step: an arbitrary state in which all MUST hold; they must hold in the next cycle
//   COVER = n    SEEN[n] is to be reached: the run that claims it never is must fail
`ifdef STEP
`define START 1'b0
`define MUST(p) if ($initstate) assume (p); else assert (p);
`else
`define START $initstate
`ifdef COVER
`define MUST(p)
`else
`define MUST(p) if (!$initstate) assert (p);
`endif
`endif
`ifdef COVER
`define SEEN(list) always @* if (!$initstate) assert (!(list >> `COVER & 1'b1));
`else
`define SEEN(list)
`endif
