#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# prove.sh - proofs of the control core, one line for each group
# usage: prove.sh [GROUP:DEPTH[:WIDTH]]...   GROUP as in rv_formal.v, or with a WIDTH as in serial.v or LATENCY (latency.v)
# A group with covers, cases that must occur, passes only if they do; planted faults are rv-formal-* of tests/mutants.
# DEPTH: N, N cycles from reset; anyN, N cycles from any state (ANY in rv_formal.v); all, without bound.
# LIMIT=SECONDS bounds each proof (default 900); one that does not end in it fails.
cd "$(dirname "$0")/../../.." || exit 1
dir=build/tests/soc/formal
mkdir -p $dir
[ $# -gt 0 ] || set -- RETIRED:all BUS:all LIVE:all SLEEP:any14 INSN:any64 TRAP:any64 PC:any64 INSN:12 TRAP:14 PC:18 REGS:14 CSR:14 FETCH:16 DATA:16 LATENCY:all:32 SHIFT:6:32 MUL:8:8 DIV:14:8
here=tests/soc/formal
flow="opt -full; techmap; opt -fast; dffunmap; abc -g AND -fast; opt_clean"
# What SLEEP looks at: all registers but mcycle, mip, the idle unit's, what a load leaves, addresses and words of no access.
of() { for r in $2; do printf 'u_core%s.%s ' "$1" "$r"; done; }
core="$(of '' 'step_q pc_q kind_q fault_q write_rd_q sub_q between_q funct_q insn_q a_q b_q store_q target_q')
  $(of .u_csr 'mie_q mpie_q mtie_q meie_q mcause_q mepc_q minstret_q')
  $(of .g_retire.u_retire 'count_q intr_q rs1_q rs2_q cause_q')"
unit=$(of .u_bus 'bus_valid_o valid_o insn_o fault_o last_q inc_q drop_q')
writes="u_core.rd_we $(of .u_csr 'write_i enter_i')"
join() { printf ' connect -nounset -set %s %s;' "$1" "$(echo $2 | tr ' ' ,)"; }
waits="$(join step u_core.step_q) $(join kind "$(of "" "fault_q kind_q")") $(join mie "$(of .u_csr 'meie_q mtie_q')")"
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
  case $group-$any in
  LATENCY- | LIVE- | INSN--DANY) covers="0 1" ;;
  INSN- | SLEEP-*) covers=0 ;;
  *) covers='' ;;
  esac
  if [ "$width" ]; then
    top=serial
    [ "$group" = LATENCY ] && top=latency
    script="read_verilog -formal -D$group $here/$top.v $here/rv_any.v rtl/soc/curta_rv_muldiv.v; chparam -set Width $width $top; prep -flatten -top $top; $flow"
  else
    files=$(ls rtl/soc/curta_rv*.v) join=''
    case $group in
    LIVE) join=$waits ;;                         # the real unit: what it computes is of no concern there
    SLEEP) join="$waits $(join write "$writes") $(join core "$core") $(join unit "$unit")" ;;
    *) files="$(echo "$files" | grep -v muldiv) $here/rv_serial.v" join=$(join u_core.u_muldiv.point point) ;;
    esac
    [ "$group" = REGS ] || files="$(echo "$files" | grep -v regs) $here/rv_regs.v"
    script="read_verilog -formal -D$group $any -Irtl/soc -I$here $(echo $files) $here/rv_any.v $here/rv_spec.v $here/rv_formal.v; hierarchy -check -top rv_formal; proc; flatten; $join prep -top rv_formal; memory_map; $flow"
  fi
  aiger() { # OUT COVER
    yosys -q -l "$1.log" -p "$(echo "$script" | sed "s/-D$group/-D$group $2/"); write_aiger -zinit $1.aig"
  }
  aiger "$out" "" || { echo "FAIL formal $group: yosys, see $out.log"; status=1; continue; }
  if [ "$depth" = all ]; then engine="scorr; pdr -T ${LIMIT:-900}" proved="Property proved"
  else engine="bmc3 -F $depth -T ${LIMIT:-900}" proved="No output asserted in $depth frames. Resource limit reached (conf limit 0)"; fi
  yosys-abc -c "read_aiger $out.aig; fold; strash; $engine" >$out.out 2>&1
  if ! grep -qF "$proved" $out.out; then
    echo "FAIL formal $group, $claim: $(tail -n 1 $out.out) ($(($(date +%s) - start)) s)"
    status=1
    continue
  fi
  [ "$depth" = all ] && depth=100
  missed=''
  for cover in $covers; do
    c=$out-cover$cover
    aiger "$c" "-DCOVER=$cover" && yosys-abc -c "read_aiger $c.aig; fold; strash; bmc3 -F $depth -T ${LIMIT:-900}" >"$c.out" 2>&1
    grep -q "was asserted in frame" "$c.out" || missed="$missed $cover"
  done
  seconds=$(($(date +%s) - start))
  if [ "$missed" ]; then
    echo "FAIL formal $group, $claim: cover$missed was not reached, so it may say nothing ($seconds s)"
    status=1
  else
    echo "PASS formal $group${width:+ ($width bits)}: $claim ($seconds s)"
  fi
done
exit $status
