#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_soc_cut - power cuts of the whole machine at random instants (soc_cut.cpp): wherever it is cut, it ends in the host's weights
# usage: test_soc_cut.sh [cuts [seed]]
[ -f tests/soc/machine.sh ] || cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc/cut config=tiny test=soc_cut
mkdir -p $dir
job="--net tests/soc/dot.net --data synthetic --batch 8 --limit 16 --test-limit 8 --epochs 2"
. tests/soc/machine.sh
host --save-steps 1
# how far it is goes to the terminal and to $dir/err
{
  build/tests/soc/soc_cut build/firmware/boot.bin build/firmware/alone.img $dir/job.pkg "${1:-10}" "${2:-1}" 2>&1 >$dir/out
  echo $? >$dir/status
} | tee $dir/err >&2
status=$(cat $dir/status)
grep -E '^(PASS|FAIL)' $dir/out
[ $status = 0 ] || fail "exit status $status: $(tail -n 1 $dir/err)"
same_weights
