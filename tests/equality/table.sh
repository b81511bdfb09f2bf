#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# table.sh - docs/data/equality.md: one training on every level of abstraction
# usage: table.sh [EQUALITY]   from the repository root; writes to standard output; fails where something differs
# EQUALITY in the environment: "firmware" and "netlist" add their rows.
set -u
equality=${1:-build/tests/equality/equality}
cat <<'HEAD'
# One training, every level of abstraction

`make equality` trains LeNet for 20 steps (batch 8, synthetic images, seed 1: `curta train --net lenet --data synthetic --limit 32 --batch 8 --epochs 5`) on one device after the other and fails unless all end in the same weights.
*Weights* is the CRC-32 of all weights as `curta monitor` and `tests/soc/weights.py --sum` print it; *records* is one of the check sums of all retirement records, equal wherever the programs are, that is
within a configuration. *Cycles* are the device's counter, of `firmware` all of the machine's since power-up; – where there is none. Hardware version 5.

`make equality EQUALITY="firmware netlist"` adds two: the standalone machine (`docs/standalone.md`), which trains from a package, without a host, and the netlist of `base` (ECP5 cells, `make test-netlist`), which has no records.

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

net=nets/lenet.net devices=golden:host
for config in tiny base large; do
  devices+=" golden:$config hls:$config timed:$config systemc:$config rtl:$config"
done
# shellcheck disable=SC2086
rows=$("$equality" $net 20 $devices) || status=1
echo "$rows"
wants firmware && row "$(weights 3 <<<"$rows")" tests/equality/firmware.sh $net 5 base
wants netlist && row "$(weights 3 <<<"$rows")" eval "${equality}_net $net 20 rtl:base | tail -n 1"
exit $status
