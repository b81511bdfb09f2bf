#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_matrix_lint - the matrix engine in shapes that no named configuration has: Verilator -Wall, Icarus, Yosys
cd "$(dirname "$0")/../.." || exit 1
mkdir -p build/tests/matrix
log=build/tests/matrix/lint.log
sources="rtl/curta_matrix.v rtl/curta_matrix_sum.v rtl/curta_steps.v rtl/curta_gather.v rtl/curta_walk.v rtl/curta_step.v rtl/curta_array.v rtl/curta_opbuf.v rtl/curta_accmem.v rtl/lib/curta_ram.v tests/matrix/matrix_tb.v"
status=0
check() { # name, command: silent and successful
  name=$1
  shift
  if "$@" >$log 2>&1 && [ ! -s $log ]; then
    echo "PASS matrix lint $name"
  else
    echo "FAIL matrix lint $name: $*: $(head -n 3 $log)"
    status=1
  fi
}
for shape in "8 2 2 4 8 1" "8 8 8 2 16 0" "16 4 8 2 16 1" "16 16 16 4 32 0" "8 8 4 1 8 1"; do
  set -- $shape
  check "verilator $*" verilator --lint-only -Wall -Irtl --top-module matrix_tb -GT="$1" -GR="$2" -GC="$3" -GV="$4" -GBUS="$5" -GTrace="$6" $sources
done
check icarus iverilog -g2005 -Wall -Irtl -s matrix_tb -o build/tests/matrix/lint.vvp $sources
check yosys yosys -q -p "read_verilog -nomem2reg -Irtl rtl/lib/curta_ram.v rtl/curta_opbuf.v rtl/curta_accmem.v rtl/curta_walk.v; hierarchy -check; proc; check -assert"
exit $status
