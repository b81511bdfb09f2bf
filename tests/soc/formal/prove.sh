#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# prove.sh - proofs of the control core, one line for each group
# usage: prove.sh [GROUP:DEPTH[:WIDTH]]...   GROUP as in rv_formal.v, or with a WIDTH as in serial.v
# DEPTH: N, N cycles from reset; anyN, N cycles from any state (ANY in rv_formal.v); all, without bound.
# LIMIT=SECONDS bounds each proof (default 900); one that does not end in it fails.
cd "$(dirname "$0")/../../.." || exit 1
dir=build/tests/soc/formal
mkdir -p $dir
[ $# -gt 0 ] || set -- RETIRED:all BUS:all LIVE:all INSN:any32 TRAP:any32 PC:any32 INSN:12 TRAP:14 PC:18 REGS:14 CSR:14 FETCH:16 DATA:16 SHIFT:6:32 MUL:8:8 DIV:14:8
here=tests/soc/formal
flow="opt -full; techmap; opt -fast; dffunmap; abc -g AND -fast; opt_clean"
status=0
for job in "$@"; do
  IFS=: read -r group depth width <<JOB
$job
JOB
  case $depth in
  all | any[1-9]* | [1-9]*) ;;
  *) echo "FAIL formal $job: not GROUP:DEPTH[:WIDTH]"; status=1; continue ;;
  esac
  out=$dir/$group-$depth start=$(date +%s) any='' claim="$depth cycles from reset"
  case $depth in
  any*) depth=${depth#any} any=-DANY claim="$depth cycles from any state" ;;
  all) claim="without bound" ;;
  esac
  if [ "$width" ]; then
    script="read_verilog -formal -D$group $here/serial.v rtl/soc/curta_rv_muldiv.v; chparam -set Width $width serial; prep -flatten -top serial; $flow"
  else
    core=$(ls rtl/soc/curta_rv*.v | grep -v muldiv)
    [ "$group" = REGS ] || core="$(echo "$core" | grep -v regs) $here/rv_regs.v"
    script="read_verilog -formal -D$group $any -Irtl/soc -I$here $(echo $core) $here/rv_spec.v $here/rv_formal.v; prep -flatten -top rv_formal; memory_map; $flow"
  fi
  yosys -q -l $out.log -p "$script; write_aiger -zinit $out.aig" || { echo "FAIL formal $group: yosys, see $out.log"; status=1; continue; }
  if [ "$depth" = all ]; then engine="scorr; pdr -T ${LIMIT:-900}" proved="Property proved"
  else engine="bmc3 -F $depth -T ${LIMIT:-900}" proved="No output asserted in $depth frames. Resource limit reached (conf limit 0)"; fi
  yosys-abc -c "read_aiger $out.aig; fold; strash; $engine" >$out.out 2>&1
  seconds=$(($(date +%s) - start))
  if grep -qF "$proved" $out.out; then
    echo "PASS formal $group${width:+ ($width bits)}: $claim ($seconds s)"
  else
    echo "FAIL formal $group, $claim: $(tail -n 1 $out.out) ($seconds s)"
    status=1
  fi
done
exit $status
