#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_soc_fault - an exception of the firmware (feed_batch begins with an illegal instruction; loads from where nothing is) is said with its cause:
# in the simulator the program ends, behind the serial line curta monitor shows it
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc/fault config=tiny test=soc_fault
mkdir -p $dir
job="--net tests/soc/dot.net --data synthetic --batch 8 --limit 8 --no-eval --epochs 1"
. tests/soc/machine.sh
at=$(riscv64-unknown-elf-nm build/firmware/alone.elf | awk '$3 == "feed_batch" { print $1 }')
# program WORDS: the firmware with these, little-endian, at feed_batch
program() {
  python3 - "$at" "$1" build/firmware/alone.img $dir/alone.img <<'PYTHON' || fail "the program is not made"
import struct, sys, zlib
at, words, image, out = int(sys.argv[1], 16) - 0x50000000, bytes.fromhex(sys.argv[2]), bytearray(open(sys.argv[3], "rb").read()), sys.argv[4]
image[at:at + len(words)] = words
struct.pack_into("<I", image, 8, zlib.crc32(image[16:]))
open(out, "wb").write(image)
PYTHON
}
# shellcheck disable=SC2086
build/curta-golden deploy $job --image $dir/job.pkg >$dir/log 2>&1 || fail "deploy: $(tail -n 1 $dir/log)"
program 00000000
build/sim/soc/$config/soc_sim --rom build/firmware/boot.bin --program $dir/alone.img --load $dir/job.pkg@0x1400000 --cycles 100000000 </dev/null >$dir/out 2>$dir/err
got=$? want="exception: cause 2, pc $at, value 00000000"
[ $got = 66 ] && grep -q "^error: $want\$" $dir/out || fail "illegal instruction: exit status $got: $(tail -n 2 $dir/out)"
echo "PASS soc_fault illegal instruction: $want, exit status 66"
program b702006083a20200 # lui t0,0x60000; lw t0,0(t0)
export CURTA_SERIAL_MS=20000
build/sim/soc/$config/soc_sim --rom build/firmware/boot.bin --program $dir/alone.img --pty --gap 40 >/dev/null 2>$dir/err &
sim=$!
trap 'kill $sim 2>/dev/null' EXIT
tty=
until [ -n "$tty" ]; do
  kill -0 $sim || fail "the simulator: $(cat $dir/err)"
  sleep 0.2
  tty=$(sed -n 's/serial line: //p' $dir/err)
done
line="--device serial:$tty@1000000"
# shellcheck disable=SC2086
build/curta-golden deploy $job $line --quiet >$dir/log 2>&1 || fail "deploy: $(tail -n 2 $dir/log)"
# shellcheck disable=SC2086
timeout 1000 build/curta-golden monitor $line --quiet >$dir/out 2>&1
got=$? want="exception: cause 5, pc $(printf %08x $((0x$at + 4))), value 60000000"
[ $got = 1 ] && grep -q "^failed, step 0: $want\$" $dir/out || fail "bus error: exit status $got: $(tail -n 2 $dir/out)"
echo "PASS soc_fault bus error: monitor says $want"
