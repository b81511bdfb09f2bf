#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_soc_time - the firmware's 64-bit time (programs/time.c) at 2,000 carries of its low word, while the serial line interrupts
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc/time config=tiny test=soc_time
mkdir -p $dir
. tests/soc/machine.sh
for gap in 33 37 53; do # bit times between bytes: interrupts at other places
  build/sim/soc/$config/soc_sim --rom build/firmware/boot.bin --program $dir/time.img --carry 997 --gap $gap --cycles 10000000 </dev/zero >$dir/out 2>$dir/err ||
    fail "gap $gap: exit status $?: $(tail -n 2 $dir/out | tr '\n' ' ')"
  echo "PASS soc_time: $(head -n 1 $dir/out), a byte every $((gap + 10)) bit times"
done
