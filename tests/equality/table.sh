#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# table.sh - docs/data/equality.md: one training on every level of abstraction
# usage: table.sh [EQUALITY]   from the repository root; writes to standard output; fails where something differs
# EQUALITY=all in the environment: with the firmware's row too.
set -u
cat <<'HEAD'
# One training, every level of abstraction

`make equality` trains LeNet for 20 steps (batch 32, synthetic images, seed 1: `curta train --net lenet --data synthetic --limit 128 --batch 32 --epochs 5`) on one device after the other and fails unless all end in the same weights.
*Weights* is the CRC-32 of all weights as `curta monitor` and `tests/soc/weights.py --sum` print it; *records* is one of the check sums of all retirement records, equal wherever the programs are, that is
within a configuration. *Cycles* are the device's counter, of `firmware` all of the machine's since power-up; – where there is none. Hardware version 3.

`make equality EQUALITY=all` adds `firmware`: the standalone machine (`docs/standalone.md`) trains from a package, without a host. That is some 0.7 billion cycles, most of them the core's, for the initial weights. A netlist is not among the devices: it is compiled without optimisation and
simulates too slowly for a step of LeNet (2.2 million cycles on `base`); `make test-netlist` runs random programs on it, command by command against golden.

HEAD
status=0
rows=$("${1:-build/tests/equality/equality}" nets/lenet.net 20 golden:host golden:base hls:base timed:base systemc:base rtl:base \
  golden:tiny hls:tiny timed:tiny golden:large hls:large systemc:large rtl:large) || status=1
echo "$rows"
if [ "${EQUALITY:-}" = all ]; then
  row=$(tests/equality/firmware.sh nets/lenet.net 5 base) || status=1
  weights() { awk -F'|' "$1 { print \$3 }"; }
  [ "$(weights 'NR == 3' <<<"$rows")" = "$(weights 'NR == 1' <<<"$row")" ] || { row="$row DIFFERS"; status=1; }
  echo "$row"
fi
exit $status
