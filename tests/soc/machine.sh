# shellcheck shell=sh
# SPDX-License-Identifier: Apache-2.0
# machine.sh - what the tests of the standalone machine share; sourced from the repository root with $test, $dir, $config and $job set
fail() { echo "FAIL $test $config: $1"; exit 1; }
# machine OPTIONS...: the firmware in the simulator; what it says in $dir/out
machine() { "build/sim/soc/$config/soc_sim" --rom build/firmware/boot.bin --program build/firmware/alone.img "$@" >"$dir/out" 2>"$dir/err"; }
# host [OPTIONS...]: the job as a package, with these options beside its own, and trained on the host; its weights in $dir/want
host() {
  # shellcheck disable=SC2086
  build/curta-golden deploy $job "$@" --image "$dir/job.pkg" >"$dir/log" 2>&1 && build/curta-golden train $job --out "$dir/host" --overwrite --quiet >"$dir/host.log" 2>&1 ||
    fail "host: $(tail -n 1 "$dir/log" "$dir/host.log")"
  python3 tests/soc/weights.py "$dir/host/checkpoint.safetensors" >"$dir/want" || fail "no checkpoint"
}
# same_weights: what the machine said are the host's weights
same_weights() {
  grep '^layer' "$dir/out" >"$dir/got"
  cmp -s "$dir/want" "$dir/got" || fail "weights differ: $(diff "$dir/want" "$dir/got" | head -n 3 | tr '\n' ' ')"
}
# trains: the machine trains the job to its end, with the host's weights
trains() {
  machine --load "$dir/job.pkg@0x1400000" --cycles 20000000000 || fail "exit status $?: $(tail -n 1 "$dir/err") $(grep error "$dir/out")"
  same_weights
}
