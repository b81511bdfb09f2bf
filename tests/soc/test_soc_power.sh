#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_soc_power - the standalone machine saves after every step; its power is cut some times, it resumes from its flash and ends in the host's weights.
# A flash that is too small it leaves alone
# usage: test_soc_power.sh [cycle...]      cycles after power-up at which the power goes, one boot after the other
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc/power config=tiny test=soc_power
mkdir -p $dir
[ $# -gt 0 ] || set -- 15500000 13300000
job="--net tests/soc/dot.net --data synthetic --batch 8 --limit 32 --test-limit 16 --epochs 3"
. tests/soc/machine.sh
host --save-steps 1
rm -f $dir/flash
last=0 told=
for cycle in "$@" end; do
  if [ "$cycle" = end ]; then want=0 how="--cycles 200000000"; else want=4 how="--cut $cycle"; fi
  # shellcheck disable=SC2086
  machine --load $dir/job.pkg@0x1400000 --flash $dir/flash $how
  got=$?
  [ $got = $want ] || fail "exit status $got, not $want: $(tail -n 1 $dir/err) $(grep error $dir/out)"
  resumed=$(sed -n 's/^resumed: step //p' $dir/out)
  # a step is told before it is saved: the last one told may be lost, no other
  [ $last -eq 0 ] || { [ -n "$resumed" ] && [ "$resumed" -ge $((last - 1)) ] && [ "$resumed" -le "$last" ]; } || fail "step $last was done, went on from step ${resumed:-none}"
  told="$told${resumed:+ resumed at $resumed,}"
  last=$(awk '/^step [0-9]+ .*correct [0-9]+$/ { last = $2 } END { print last + 0 }' $dir/out)
done
same_weights
echo "PASS soc_power: $# power cuts,$told weights after step $last = host"
# 4 MB: checkpoints would lie on what else is there
machine --load $dir/job.pkg@0x1400000 --flash $dir/small --flash-mb 4 --cycles 200000000 || fail "small flash: exit status $?: $(tail -n 1 $dir/err) $(grep error $dir/out)"
grep -q '^flash: 2^22 bytes as its ID says, 2^24 are needed$' $dir/out && grep -q '^flash: 0 pages programmed, 0 sectors erased' $dir/err ||
  fail "small flash: $(head -n 2 $dir/out | tr '\n' ' ') $(grep flash $dir/err)"
same_weights
echo "PASS soc_power: a flash of 4 MB is left alone, weights = host"
# a job that ends within an epoch is saved there
# shellcheck disable=SC2086
build/curta-golden deploy $job --steps 3 --image $dir/part.pkg >$dir/log 2>&1 || fail "deploy: $(tail -n 1 $dir/log)"
rm -f $dir/flash
machine --load $dir/part.pkg@0x1400000 --flash $dir/flash --cycles 200000000 || fail "three steps: exit status $?: $(tail -n 1 $dir/err)"
grep '^layer' $dir/out >$dir/part
machine --load $dir/part.pkg@0x1400000 --flash $dir/flash --cycles 200000000 || fail "three steps, once more: exit status $?: $(tail -n 1 $dir/err)"
grep '^layer' $dir/out >$dir/got
grep -q '^resumed: step 3$' $dir/out && cmp -s $dir/part $dir/got || fail "three steps of four are lost: $(sed -n 's/^resumed/&/p' $dir/out) $(diff $dir/part $dir/got | head -n 2 | tr '\n' ' ')"
echo "PASS soc_power: a job of three steps of an epoch of four is saved at its end"
