#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# table.sh - docs/data/equality.md: one training on every level of abstraction
# usage: table.sh [EQUALITY]   from the repository root; writes to standard output; fails where something differs
cat <<'HEAD'
# One training, every level of abstraction

`make equality` trains LeNet for 20 steps (batch 32, synthetic images, seed 1) on one device after the other and fails unless all end in the same weights.
*Weights* is a hash (FNV-1a) of all weights and of the shifts of the last step; *records* is one of the check sums of all retirement records, equal wherever the programs are, that is
within a configuration. *Cycles* are the device's counter; – where it has no time. Netlist and firmware are not among the devices yet.

HEAD
exec "${1:-build/tests/equality/equality}" nets/lenet.net 20 golden:host golden:base hls:base timed:base systemc:base rtl:base \
  golden:tiny hls:tiny timed:tiny golden:large hls:large systemc:large rtl:large
