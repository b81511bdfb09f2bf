#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# prove.sh - bounded proofs of the control core, one line for each group
# usage: prove.sh [GROUP:DEPTH[:WIDTH]]...   GROUP as in rv_formal.v, or with a WIDTH as in serial.v; DEPTH in cycles from reset
# LIMIT=SECONDS bounds each proof (default 900); one that does not reach its depth fails.
cd "$(dirname "$0")/../../.." || exit 1
dir=build/tests/soc/formal
mkdir -p $dir
[ $# -gt 0 ] || set -- BUS:24 INSN:12 TRAP:14 PC:18 REGS:14 CSR:14 FETCH:16 DATA:16 LIVE:44 SHIFT:6:32 MUL:8:8 DIV:14:8
core=$(echo $(ls rtl/soc/curta_rv*.v | grep -v muldiv))
flow="opt -full; techmap; opt -fast; dffunmap; abc -g AND -fast; opt_clean"
status=0
for job in "$@"; do
  IFS=: read -r group depth width <<JOB
$job
JOB
  out=$dir/$group start=$(date +%s)
  if [ "$width" ]; then
    script="read_verilog -formal -D$group tests/soc/formal/serial.v rtl/soc/curta_rv_muldiv.v; chparam -set Width $width serial; prep -flatten -top serial; $flow"
  else
    script="read_verilog -formal -D$group -Irtl/soc -Itests/soc/formal $core tests/soc/formal/rv_spec.v tests/soc/formal/rv_formal.v;
      prep -flatten -top rv_formal; memory_map; $flow"
  fi
  yosys -q -l $out.log -p "$script; write_aiger -zinit $out.aig" || { echo "FAIL formal $group: yosys, see $out.log"; status=1; continue; }
  yosys-abc -c "read_aiger $out.aig; fold; strash; bmc3 -F $depth -T ${LIMIT:-900}" >$out.out 2>&1
  seconds=$(($(date +%s) - start))
  if grep -q "No output asserted in $depth frames. Resource limit reached (conf limit 0)" $out.out; then
    echo "PASS formal $group${width:+ ($width bits)}: $depth cycles from reset ($seconds s)"
  else
    echo "FAIL formal $group, $depth cycles: $(tail -n 1 $out.out) ($seconds s)"
    status=1
  fi
done
exit $status
