#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_soc_reset - the standalone machine starts from its flash and is reset: early in start-up, while the flash erases or programs, in training;
# memory and flash keep what they hold, it goes on and ends in the host's weights. So it does with what memory may hold at power-up: a damaged
# package beside a good one in the flash, a good one alone
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc/reset config=tiny test=soc_reset
mkdir -p $dir
job="--net tests/soc/dot.net --data synthetic --batch 8 --limit 16 --test-limit 8 --epochs 2"
. tests/soc/machine.sh
host --save-steps 1
# a flash with the program where it belongs, and behind it what is given
flash() { { head -c 3014656 /dev/zero | tr '\0' '\377'; dd if=build/firmware/alone.img bs=131072 conv=sync; cat "$@"; } >$dir/flash 2>/dev/null; }
# goes_on NAME OPTIONS...: from the flash to the end of the job, and waits for a host
goes_on() {
  name=$1
  shift
  build/sim/soc/$config/soc_sim --rom build/firmware/boot.bin --flash $dir/flash --until 'waiting for a host' --cycles 100000000 "$@" </dev/null >$dir/out 2>$dir/err ||
    fail "$name: exit status $?: $(tail -n 1 $dir/err) $(grep -a error $dir/out)"
  same_weights
  echo "PASS soc_reset $name: $(sed -n 's/,\{0,1\} the flash.*//; s/^reset/reset/p' $dir/err | tr '\n' ' ')weights = host"
}
# while_it WHAT: the last reset came while the flash did that
while_it() { [ "$(sed -n 's/^reset.*the flash //p' $dir/err | tail -n 1)" = "$1" ] || fail "$name: the reset came at another time: $(tail -n 2 $dir/err)"; }
flash $dir/job.pkg
goes_on "without"
erase=$(sed -n 's/.*first erase in cycle \([0-9]*\).*/\1/p' $dir/err) program=$(sed -n 's/.*last program in cycle //p' $dir/err)
flash $dir/job.pkg
goes_on "while the program is read, then in an erase" --reset 20000 --reset $((20000 + erase + 10000))
while_it erases
flash $dir/job.pkg
goes_on "in the last page program" --reset $((program + 1500))
while_it programs
flash $dir/job.pkg
goes_on "while it plans, then in training" --reset $((erase / 2)) --reset $((erase / 2 + (erase + program) / 2))
# memory as it may be at power-up: a package, but no word of the machine
cp $dir/job.pkg $dir/bad.pkg
printf '\377' | dd of=$dir/bad.pkg bs=1 seek=1000 conv=notrunc 2>/dev/null
{ head -c 4096 /dev/zero; cat $dir/bad.pkg; } >$dir/memory
goes_on "damaged package in memory" --load $dir/memory@0x13ff000
grep -q '^resumed: step 4' $dir/out || fail "$name: not from the flash"
{ head -c 4096 /dev/zero; cat $dir/job.pkg; } >$dir/memory
flash
goes_on "package in memory alone" --load $dir/memory@0x13ff000
dd if=$dir/flash bs=4096 skip=768 2>/dev/null | cmp -s -n "$(wc -c <$dir/job.pkg)" - $dir/job.pkg || fail "$name: it is not kept in the flash"
flash $dir/bad.pkg
goes_on "package in memory beside a damaged one" --load $dir/memory@0x13ff000
