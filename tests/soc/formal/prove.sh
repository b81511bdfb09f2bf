#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# prove.sh - bounded proofs of the core, one line for each group
# usage: prove.sh [GROUP:DEPTH]...        GROUP as in rv_formal.v; DEPTH in cycles after reset
cd "$(dirname "$0")/../../.." || exit 1
dir=build/tests/soc/formal
mkdir -p $dir
[ $# -gt 0 ] || set -- BUS:24 INSN:12 TRAP:14 PC:18 REGS:16 CSR:14 FETCH:16 DATA:16 LIVE:40
core=$(ls rtl/soc/curta_rv*.v | grep -v muldiv)
status=0
for job in "$@"; do
  group=${job%:*} depth=${job#*:} start=$(date +%s)
  # shellcheck disable=SC2086
  yosys -q -l $dir/$group.log -p "read_verilog -formal -D$group -Irtl/soc -Itests/soc/formal $(echo $core) tests/soc/formal/rv_spec.v tests/soc/formal/rv_formal.v;
    prep -flatten -top rv_formal; memory_map; opt -full; techmap; opt -fast; dffunmap; abc -g AND -fast; opt_clean;
    write_aiger -zinit -map $dir/$group.map $dir/$group.aig" || { echo "FAIL formal $group: yosys"; status=1; continue; }
  yosys-abc -c "read_aiger $dir/$group.aig; fold; strash; bmc3 -F $depth -T ${LIMIT:-600} -v; write_cex -n $dir/$group.cex" >$dir/$group.out 2>&1
  seconds=$(($(date +%s) - start))
  if grep -q "No output asserted in $depth frames" $dir/$group.out; then echo "PASS formal $group: $depth cycles after reset ($seconds s)"
  else
    echo "FAIL formal $group, $depth cycles ($seconds s): $(grep -E 'asserted|Reached|Runtime|timeout|frames' $dir/$group.out | tail -n 2 | tr '\n' ' ')"
    status=1
  fi
done
exit $status
