#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# table.sh - docs/data/equality.md: one training on every level of abstraction
# usage: table.sh [EQUALITY]   from the repository root; writes to standard output; fails where something differs
# EQUALITY in the environment: "firmware" and "netlist" add their rows.
set -u
equality=${1:-build/tests/equality/equality}
cat <<'HEAD'
# One training, every level of abstraction

`make equality` trains LeNet for 20 steps (batch 32, synthetic images, seed 1: `curta train --net lenet --data synthetic --limit 128 --batch 32 --epochs 5`) on one device after the other and fails unless all end in the same weights.
*Weights* is the CRC-32 of all weights as `curta monitor` and `tests/soc/weights.py --sum` print it; *records* is one of the check sums of all retirement records, equal wherever the programs are, that is
within a configuration. *Cycles* are the device's counter, of `firmware` all of the machine's since power-up; – where there is none. Hardware version 5.

`make equality EQUALITY="firmware netlist"` adds two: the standalone machine (`docs/standalone.md`), which trains from a package, without a host, and the netlist of `tiny` (iCE40 cells, `make test-netlist`), which has no records.

HEAD
status=0
row() { # FIRST COMMAND...: a row, which must have the weights FIRST
  local first=$1 line
  shift
  line=$("$@") || status=1
  [ "$first" = "$(weights 1 <<<"$line")" ] || { line="$line DIFFERS"; status=1; }
  echo "$line"
}
weights() { awk -F'|' -v n="$1" 'NR == n { print $3 }'; }
wants() { [[ " ${EQUALITY:-} " = *" $1 "* ]]; }

rows=$("$equality" nets/lenet.net 20 golden:host golden:base hls:base timed:base systemc:base rtl:base \
  golden:tiny hls:tiny timed:tiny golden:large hls:large systemc:large rtl:large) || status=1
echo "$rows"
wants firmware && row "$(weights 3 <<<"$rows")" tests/equality/firmware.sh nets/lenet.net 5 base
if wants netlist; then
  cat <<'SMALL'

The netlist is compiled without optimisation and simulates some thousand cycles a second: 20 steps of LeNet on `tiny`, 330 million cycles, would take it days. It trains a smaller network (`tests/soc/dot.net`, 64-16-4) for 20 steps, as the others do:

SMALL
  rows=$("${equality}_net" tests/soc/dot.net 20 golden:host golden:tiny hls:tiny timed:tiny systemc:tiny rtl:tiny) || status=1
  echo "$rows"
  row "$(weights 3 <<<"$rows")" eval "$equality tests/soc/dot.net 20 rtl:tiny | tail -n 1"
  wants firmware && row "$(weights 3 <<<"$rows")" tests/equality/firmware.sh tests/soc/dot.net 5 tiny
fi
exit $status
