#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_soc_serial - curta deploy sends a job to the simulated machine over its serial line, curta monitor follows it; a second job stops the first;
# the weights are the host's, and curta fetch brings them. Then its power goes; it starts again from its flash, without a host. Then the same machine is the accelerator of `curta train --device serial:`.
# At last a job that it cannot train, because it has a flash.
cd "$(dirname "$0")/../.." || exit 1
dir=build/tests/soc/serial
mkdir -p $dir
fail() { echo "FAIL soc_serial: $1"; exit 1; }
export CURTA_SERIAL_MS=20000 # the machine is simulated, perhaps on a busy computer
job="--net tests/soc/dot.net --data synthetic --batch 8 --limit 32 --test-limit 16 --epochs"
# shellcheck disable=SC2086
build/curta-golden train $job 2 --out $dir/host --overwrite --quiet >$dir/host.log 2>&1 || fail "host: $(tail -n 1 $dir/host.log)"
# power_up [CONFIG]
power_up() {
  build/sim/soc/"${1:-tiny}"/soc_sim --rom build/firmware/boot.bin --program build/firmware/alone.img --pty --gap 40 --flash $dir/flash >/dev/null 2>$dir/err &
  sim=$!
  tty=
  until [ -n "$tty" ]; do
    kill -0 $sim || fail "the simulator: $(cat $dir/err)"
    sleep 0.2
    tty=$(sed -n 's/serial line: //p' $dir/err)
  done
  line="--device serial:$tty@1000000"
}
# fetch NAME: the weights as a checkpoint of the host
fetch() {
  # shellcheck disable=SC2086
  build/curta-golden fetch --data synthetic $line --out $dir/$1 --overwrite --quiet >$dir/log 2>&1
}
sim=
trap 'kill $sim 2>/dev/null' EXIT
rm -f $dir/flash
power_up
# shellcheck disable=SC2086
build/curta-golden deploy $job 200 $line --quiet >$dir/log 2>&1 || fail "deploy: $(tail -n 2 $dir/log)"
fetch early && fail "fetch while it trains: not refused"
grep -q "has no weights to fetch" $dir/log || fail "fetch while it trains: $(tail -n 1 $dir/log)"
# shellcheck disable=SC2086
build/curta-golden train --net tests/soc/dot.net --data synthetic --batch 8 --limit 16 --no-eval --epochs 1 $line --out $dir/line --overwrite --quiet >$dir/log 2>&1
[ $? = 3 ] && grep -q "its registers are refused" $dir/log || fail "as an accelerator while it trains: $(tail -n 1 $dir/log)"
# the curve of this job must not be taken for that of the next
# shellcheck disable=SC2086
build/curta-golden monitor $line --quiet 2>/dev/null | sed '/^epoch 2/q' >$dir/first
[ "$(grep -c '^epoch [12]/200  train' $dir/first)" = 2 ] || fail "monitor of the first job: $(tail -n 1 $dir/first)"
# shellcheck disable=SC2086
build/curta-golden deploy $job 2 $line --quiet >$dir/log 2>&1 || fail "deploy while it trains: $(tail -n 2 $dir/log)"
# shellcheck disable=SC2086
timeout 2000 build/curta-golden monitor $line --quiet >$dir/out 2>&1 || fail "monitor: $(tail -n 2 $dir/out)"
sed -n 's/^epoch.*train \([0-9.]*\) %.*test \([0-9.]*\) %.*/\1 \2/p' $dir/host.log >$dir/want
sed -n 's/^epoch.*train \([0-9.]*\) %.*test \([0-9.]*\) %.*/\1 \2/p' $dir/out >$dir/got
cmp -s $dir/want $dir/got || fail "accuracies differ: $(diff $dir/want $dir/got | head -n 3 | tr '\n' ' ')"
sum=$(python3 tests/soc/weights.py --sum $dir/host/checkpoint.safetensors)
grep -q "^done, step 8, checksum of the weights $sum$" $dir/out || fail "weights: $(tail -n 1 $dir/out), the host's are $sum"
echo "PASS soc_serial: deployed twice, followed, weights after step 8 = host"
fetch fetched || fail "fetch: $(tail -n 1 $dir/log)"
python3 tests/soc/weights.py $dir/host/checkpoint.safetensors >$dir/want
python3 tests/soc/weights.py $dir/fetched/checkpoint.safetensors >$dir/got
cmp -s $dir/want $dir/got || fail "fetched weights differ: $(diff $dir/want $dir/got | head -n 3 | tr '\n' ' ')"
for d in host fetched; do
  # shellcheck disable=SC2086
  build/curta-golden train --resume --epochs 3 --test-limit 16 --out $dir/$d --quiet >$dir/log 2>&1 || fail "resume of $d: $(tail -n 1 $dir/log)"
done
a=$(python3 tests/soc/weights.py --sum $dir/host/checkpoint.safetensors) b=$(python3 tests/soc/weights.py --sum $dir/fetched/checkpoint.safetensors)
[ "$a" = "$b" ] || fail "an epoch later: weights differ: $a, $b"
echo "PASS soc_serial: weights and exponents fetched, a third epoch from them on the host gives the weights of three epochs on the host"
kill $sim # the power goes
wait $sim
power_up
# shellcheck disable=SC2086
timeout 2000 build/curta-golden monitor $line --quiet >$dir/out 2>&1 || fail "monitor after a power cut: $(tail -n 2 $dir/out)"
grep -q "^done, step 8, checksum of the weights $sum$" $dir/out || fail "after a power cut: $(tail -n 1 $dir/out), the host's weights are $sum"
[ "$(grep -c '^epoch [12]/2  done before the machine was last started$' $dir/out)" = 2 ] || fail "after a power cut: the curve: $(head -n 1 $dir/out)"
echo "PASS soc_serial: after a power cut it went on from package and checkpoint in its flash"
# shellcheck disable=SC2086
timeout 2000 build/curta-golden train --net tests/soc/dot.net --data synthetic --batch 8 --limit 16 --no-eval --epochs 1 $line --mem-mib 16 --out $dir/line --overwrite --quiet \
  >$dir/log 2>&1 || fail "as an accelerator: $(tail -n 2 $dir/log)"
build/curta-golden train --net tests/soc/dot.net --data synthetic --batch 8 --limit 16 --no-eval --epochs 1 --out $dir/host --overwrite --quiet >$dir/host.log 2>&1
a=$(python3 tests/soc/weights.py $dir/line/checkpoint.safetensors) b=$(python3 tests/soc/weights.py $dir/host/checkpoint.safetensors)
[ "$a" = "$b" ] || fail "as an accelerator: weights differ: $a, $b"
echo "PASS soc_serial: as an accelerator of the host, weights after 2 steps = golden"
fetch spoiled && fail "fetch of weights that a training of the host has replaced: not refused"
grep -q "does not hold the weights that it has trained" $dir/log || fail "fetch of replaced weights: $(tail -n 1 $dir/log)"
echo "PASS soc_serial: fetch refuses weights that are not those of the training"
kill $sim
wait $sim
power_up base # it plans a million weights in a tenth of the time
# shellcheck disable=SC2086
timeout 2000 build/curta-golden monitor $line --quiet >$dir/out 2>&1 || fail "monitor of base with the flash of tiny: $(tail -n 2 $dir/out)"
grep -q "^done, step 8, checksum of the weights $sum$" $dir/out || fail "base with the flash of tiny: $(tail -n 1 $dir/out)"
echo "PASS soc_serial: base goes on from a checkpoint of tiny"
printf 'input 1 28 28\nlinear 896\nrelu\nlinear 368\nrelu\nlinear 20\n' >$dir/large.net
# shellcheck disable=SC2086
build/curta-golden deploy --net $dir/large.net --data synthetic --batch 8 --limit 8 --no-eval $line --quiet >$dir/log 2>&1 || fail "deploy of too many weights: $(tail -n 2 $dir/log)"
# shellcheck disable=SC2086
timeout 2000 build/curta-golden monitor $line --quiet >$dir/out 2>&1 && fail "too many weights: $(tail -n 1 $dir/out)"
grep -q '^failed, step 0: checkpoint: the weights are larger than a slot' $dir/out || fail "too many weights: $(tail -n 1 $dir/out)"
echo "PASS soc_serial: a network that is too large fails and monitor says why"
# and it has found that out before it kept the package
kill $sim
wait $sim
power_up base
# shellcheck disable=SC2086
timeout 2000 build/curta-golden monitor $line --quiet >$dir/out 2>&1 || fail "monitor after a job that it cannot train: $(tail -n 2 $dir/out)"
grep -q "^done, step 8, checksum of the weights $sum$" $dir/out || fail "after a job that it cannot train: $(tail -n 1 $dir/out), the host's weights are $sum"
echo "PASS soc_serial: after a job that it cannot train the package before is still in the flash"
