#!/bin/sh
# SPDX-License-Identifier: Apache-2.0
# test_serial_train - a training over a serial line on the simulated board gives the weights of the golden device; what a missing board says
# usage: test_serial_train.sh [SIMULATION]      default: build/board/sim_tiny
cd "$(dirname "$0")/../.." || exit 1
build=${BUILD:-build}
dir=$(mktemp -d)
sim=
trap '[ -z "$sim" ] || kill "$sim" 2>/dev/null; rm -rf "$dir"' EXIT
status=0
result() { # PASS or FAIL, text
  echo "$1 serial_train $2"
  [ "$1" = PASS ] || status=1
}
cat >"$dir/linear.net" <<'N'
input 1 28 28
flatten
linear 10
N
mkfifo "$dir/in"
exec 3<>"$dir/in" # open for writing: the simulation ends with this script
"${1:-$build/board/sim_tiny}" --link "$dir/tty" <"$dir/in" >"$dir/sim.log" 2>&1 3<&- &
sim=$!
tries=0
while [ ! -e "$dir/tty" ] && [ $tries -lt 100 ]; do
  sleep 0.1
  tries=$((tries + 1))
done
export CURTA_SERIAL_MS=60000
options="--net $dir/linear.net --batch 8 --data synthetic --limit 16 --test-limit 8 --epochs 1 --quiet"
# shellcheck disable=SC2086
if "$build/curta-golden" train $options --device "serial:$dir/tty" --out "$dir/board" >"$dir/log" 2>&1 &&
  "$build/curta-golden" train $options --device golden:tiny --out "$dir/golden" >>"$dir/log" 2>&1 &&
  python3 - "$dir/board/checkpoint.safetensors" "$dir/golden/checkpoint.safetensors" >>"$dir/log" 2>&1 <<'P'
import json, struct, sys
def tensors(path):
    data = open(path, "rb").read()
    n = struct.unpack("<Q", data[:8])[0]
    head = json.loads(data[8:8 + n])
    return {k: (v["shape"], data[8 + n + v["data_offsets"][0]:8 + n + v["data_offsets"][1]]) for k, v in head.items() if k != "__metadata__"}
a, b = map(tensors, sys.argv[1:])
assert a and a.keys() == b.keys(), "tensors"
assert all(a[k] == b[k] for k in a), [k for k in a if a[k] != b[k]]
assert any(max(d) > 0 for _, d in a.values()), "all zero"
P
then result PASS "2 steps and an evaluation over the serial line: the weights of golden:tiny"; else
  result FAIL "training over the serial line: $(tail -n 3 "$dir/log" | tr '\n' ' ')"
fi
cycles=$(sed -n 's|.* \([0-9]*\) cycles/step  utilization .*|\1|p' "$dir/log")
if [ "${cycles:-0}" -gt 100 ]; then result PASS "the board's counters: $cycles cycles a step"; else
  result FAIL "no cycles of the board in: $(head -n 1 "$dir/log")"
fi
kill "$sim"
wait "$sim" 2>/dev/null
sim=
export CURTA_SERIAL_MS=50
# shellcheck disable=SC2086
"$build/curta-golden" train $options --device serial:/nonexistent --out "$dir/x" >"$dir/log" 2>&1
got=$?
if [ $got = 3 ] || [ $got = 1 ]; then grep -q "serial: /nonexistent: No such file" "$dir/log" && result PASS "no such terminal: exit status $got"; else result FAIL "no such terminal: exit status $got"; fi
# shellcheck disable=SC2086
"$build/curta-golden" train $options --device serial:/dev/null@77 --out "$dir/x" >"$dir/log" 2>&1
got=$?
if [ $got = 2 ] && grep -q "no baud rate 77" "$dir/log"; then result PASS "no such baud rate: exit status 2"; else result FAIL "no such baud rate: exit status $got"; fi
exit $status
