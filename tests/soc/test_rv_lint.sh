#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_rv_lint - static checks of rtl/soc, core and SoC: Verilator -Wall with and without the retirement port, Icarus, Yosys
cd "$(dirname "$0")/../.." || exit 1
rtl=$(echo $(ls rtl/*.v rtl/lib/*.v rtl/soc/*.v))
log=$(mktemp)
trap 'rm -f "$log"' EXIT
status=0
check() { # name, command...
  name=$1
  shift
  if "$@" >"$log" 2>&1; then echo "PASS rv lint $name"; else
    echo "FAIL rv lint $name: $*"
    head -n 12 "$log"
    status=1
  fi
}
for retire in 0 1; do
  # shellcheck disable=SC2086
  check "verilator-retire-$retire" verilator --lint-only -Wall -Irtl/soc --top-module curta_rv -GRetire=$retire $(ls rtl/soc/curta_rv*.v)
done
# shellcheck disable=SC2086
check verilator-soc verilator --lint-only -Wall -Irtl -Irtl/soc --top-module curta_standalone_sdram $rtl
# shellcheck disable=SC2086
check icarus iverilog -g2005 -Wall -Wno-timescale -Irtl -Irtl/soc -s curta_standalone_sdram -o /dev/null $rtl
check yosys yosys -q -p "read_verilog -Irtl -Irtl/soc $rtl; hierarchy -check -top curta_standalone_sdram; proc; opt_clean; check -assert"
exit $status
