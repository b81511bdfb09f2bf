#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_soc_train - the standalone machine trains alone: its weights are those of `curta train` on the host, and its accuracies too
# usage: test_soc_train.sh [config net images batch epochs test-images]      without: a small network on tiny, with the plain memory and with the SDRAM
cd "$(dirname "$0")/../.." || exit 1
if [ $# = 0 ]; then
  "tests/soc/$(basename "$0")" tiny
  status=$?
  "tests/soc/$(basename "$0")" tiny-sdram && exit $status
  exit 1
fi
dir=build/tests/soc/train-$(basename "${2:-small}" .net)-${1:-tiny}
mkdir -p $dir
config=${1:-tiny} net=${2:-tests/soc/small.net} images=${3:-32} batch=${4:-8} epochs=${5:-2} tests=${6:-16}
test=soc_train
job="--net $net --data fashion-mnist --batch $batch --limit $images --test-limit $tests --epochs $epochs"
. tests/soc/machine.sh
host
trains
told=$(grep '^cycles' $dir/out)
# the last epoch's accuracies, as the host rounds them
curve() { # "epoch 2 train 8 of 32 test 1 of 16" -> "25.00 6.25"
  awk '/^epoch/ { printf "%.2f %.2f\n", 100 * $4 / $6, 100 * $8 / $10 }'
}
curve <$dir/out >$dir/got
sed -n 's/^epoch.*train \([0-9.]*\) %.*test \([0-9.]*\) %.*/\1 \2/p' $dir/host.log >$dir/want
cmp -s $dir/want $dir/got || fail "accuracies differ: $(diff $dir/want $dir/got | head -n 3 | tr '\n' ' ')"
# a damaged package is refused
cp $dir/job.pkg $dir/bad.pkg
printf '\377' | dd of=$dir/bad.pkg bs=1 seek=1000 conv=notrunc 2>/dev/null
mv $dir/out $dir/trained
machine --load $dir/bad.pkg@0x1400000 --cycles 100000000
[ $? = 1 ] && grep -q '^error: package: the package is damaged' $dir/out || fail "a damaged package: $(tail -n 2 $dir/out | tr '\n' ' ')"
# and one that no host makes: its layer is too large
python3 - $dir/job.pkg $dir/bad.pkg <<'PY'
import struct, sys, zlib
package = bytearray(open(sys.argv[1], "rb").read())
words = struct.unpack_from("<60I", package)
(net, size), (c, h, w, classes) = words[4:6], words[56:60]
package[net:net + size] = f"input {c} {h} {w}\nlinear {786432 // (c * h * w) + 1}\nrelu\nlinear {classes}\n".encode().ljust(size)
struct.pack_into("<I", package, 12, zlib.crc32(package[16:]))
open(sys.argv[2], "wb").write(package)
PY
machine --load $dir/bad.pkg@0x1400000 --cycles 100000000
[ $? = 1 ] && grep -q '^error: network: a layer has too many weights' $dir/out || fail "a layer that is too large: $(tail -n 2 $dir/out | tr '\n' ' ')"
echo "PASS soc_train $config: weights = host; $told"
