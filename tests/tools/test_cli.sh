#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_cli.sh - the whole program: exit codes, checkpoints, interruption, full disk, comparison
# usage: test_cli.sh [CURTA]   from the repository root; default build/curta-golden
set -u
export CURTA_THREADS=1
curta=$(realpath "${1:-${BUILD:-build}/curta-golden}")
dir=$(mktemp -d /tmp/curta-test-cli-XXXXXX)
trap 'rm -rf "$dir"' EXIT
failed=0
pass() { echo "PASS $1"; }
fail() { echo "FAIL $1: $2"; failed=1; }

cat >"$dir/small.net" <<NET
input 1 12 12
conv 10 kernel 3
relu
maxpool 2
flatten
linear 10
NET
# run STATUS ARGS...: output in $dir/log; the exit status must be STATUS
run() {
  local expected=$1 got
  shift
  "$curta" "$@" >"$dir/log" 2>&1
  got=$?
  [ $got = "$expected" ] && return 0
  fail "$group" "exit status $got, expected $expected: curta $*: $(head -c 300 "$dir/log" | tr '\n' ' ')"
  return 1
}
# says WORDS: the last run's output has them
says() { grep -qF -- "$1" "$dir/log" || fail "$group" "no \"$1\" in: $(head -c 300 "$dir/log" | tr '\n' ' ')"; }
group_start() { group=$1 before=$failed failed=0; }
group_end() {
  [ $failed = 0 ] && pass "$group"
  failed=$((failed | before))
}
train() { # STATUS OUT ARGS...: the training that the tests share
  local status=$1 out=$2
  shift 2
  run "$status" train --net "$dir/small.net" --data synthetic --limit 150 --test-limit 50 --batch 16 --epochs 2 --quiet --out "$dir/$out" "$@"
}
same() { cmp -s "$dir/$1/weights" "$dir/$2/weights" || fail "$group" "weights of $1 and $2 differ"; }
# Everything behind the header is tensors; the header holds times.
weights() {
  local out
  for out in "$@"; do
    python3 - "$dir/$out" <<'PY'
import sys
d = open(sys.argv[1] + "/checkpoint.safetensors", "rb").read()
open(sys.argv[1] + "/weights", "wb").write(d[8 + int.from_bytes(d[:8], "little"):])
PY
  done
}

group_start "exit codes of wrong command lines"
run 2 && says "usage: curta COMMAND"
run 2 nonsense && says 'unknown command "nonsense"'
run 0 --help
for c in train eval info bench compare profile explore deploy monitor fetch; do
  run 0 $c --help && says "exit status"
  run 2 $c --nonsense && says 'unknown option "--nonsense"'
done
run 2 train && says "--net is missing"
run 2 train --net && says "a value (FILE) is missing"
run 2 train --net "$dir/small.net" --batch 0 && says "--batch: expected a number of 1..4096, found \"0\""
run 2 train --net "$dir/small.net" --batch x
run 2 train --net "$dir/small.net" --batch 64x
run 2 train --net "$dir/small.net" --epochs -1
run 2 train --net "$dir/small.net" --seed 99999999999
run 2 train --net "$dir/small.net" --batch " 5" && says "expected a number"
run 2 train --net "$dir/small.net" --seed " -18446744073709551615" && says "expected a number"
run 2 train --net "$dir/small.net" --quiet=yes && says "takes no value"
run 2 train --net "$dir/small.net" --preset other && says "niti-2020 or niti-2021"
run 2 train --net "$dir/small.net" --init kaiming && says "expected normal or uniform, found \"kaiming\""
run 2 info --net nets/mlp1.net --decay && says "--decay is an option of NITI"
run 2 train --net nets/mlp1.net --mu 1 --out "$dir/never" && says "--mu is an option of NITI"
run 2 train --net "$dir/small.net" --mu 0,x && says "--mu"
run 2 train --net "$dir/small.net" --strategy best && says "--strategy"
run 2 train --net "$dir/small.net" --data imagenet --out "$dir/never" && says "unknown data set"
run 2 train --net "$dir/small.net" --data synthetic --device quantum --out "$dir/never" && says "unknown device"
run 2 train --net "$dir/small.net" --data synthetic --device golden:huge --out "$dir/never"
run 2 train --net "$dir/small.net" --data synthetic --resume --out "$dir/never" && says "leave --resume out"
for device in golden golden:base; do
  run 2 train --net "$dir/small.net" --data synthetic --device $device --mem-bw 4 --out "$dir/never" && says "--mem-bw 4: --device golden"
  run 2 bench --net "$dir/small.net" --device $device --mem-latency 50 && says "has no time; use timed, systemc or rtl"
done
run 2 compare --net "$dir/small.net" --devices golden:base,golden:base --mem-bw 4 && says "--mem-bw 4"
run 2 eval && says "--checkpoint is missing"
run 2 compare --net "$dir/small.net" --devices golden && says "two names with a comma"
run 2 compare --net "$dir/small.net" --devices golden:base,golden:tiny && says "different machines"
run 1 train --net "$dir/none.net" && says "No such file"
run 1 train --net "$dir/small.net" --data idx --data-dir "$dir" --out "$dir/never" && says "no such file"
run 1 eval --checkpoint "$dir/none" && says "No such file"
run 1 eval --checkpoint "$dir/small.net" && says "is not a safetensors file"
printf 'input 1 12 12\nconv 10\n' >"$dir/bad.net"
run 1 info --net "$dir/bad.net" && says "bad.net:2:"
printf '\001\377 1 12 12\n' >"$dir/bad.net"
run 1 info --net "$dir/bad.net" && says 'found "??"'
run 1 info --net /dev/zero && says "more than 65536 bytes"
printf '\357\273\277input 1 12 12\r\nlinear 10\r\n' >"$dir/dos.net"
run 0 info --net "$dir/dos.net"
run 0 explore --help && says "default runs/explore"
run 0 train --help && says "a network of nitro-d: as its file says"
long=$(printf 'x%.0s' $(seq 250))
run 2 explore --net "$dir/small.net" --out "$dir/$long/$long/$long" && says "the name is too long"
[ ! -e "$dir/$long" ] || fail "$group" "explore has made a folder of which it cannot name the files"
run 2 train --net "$dir/small.net" --data synthetic --device golden:Base --out "$dir/never" && says "tiny, base, large"
run 1 train --net "$dir/small.net" --data synthetic --mem-mib 1 --batch 4096 --limit 5000 --out "$dir/never" && says "--mem-mib"
[ ! -e "$dir/never/checkpoint.safetensors" ] || fail "$group" "a refused training left a checkpoint"
group_end

group_start "info"
run 0 info && says "golden" && says "16 bytes (rtl, timed and systemc)"
run 0 info --net "$dir/small.net" --batch 16 && says "linear4" && says "commands a training step"
run 0 info --net "$dir/small.net" --device rtl:tiny && says "plan for tiny"
run 0 info --net "$dir/small.net" --markdown && says "| --- |"
run 0 info --net "$dir/small.net" --device rtl:base16 && says "plan for base16"
run 2 info --net "$dir/small.net" --device serial:/dev/ttyUSB0 && says "a board says its own only when it is asked"
run 1 info --net "$dir/small.net" --batch 4096 --mem-mib 1 && says "--mem-mib gives the device more"
group_end

group_start "network files that no checkpoint could hold are refused before the first step"
small() { sed "1s/\$/ # $1/" "$dir/small.net"; }
refused() { # FILE WORDS
  train 1 never --net "$dir/$1" && says "$2"
  ! grep -q ^epoch "$dir/log" || fail "$group" "$1: trained first"
}
small 'a\x00b' >"$dir/zero.net"
refused zero.net "zero.net:1: expected text in UTF-8, found the byte 0x00"
small 'caf\xe9' >"$dir/latin.net"
refused latin.net "latin.net:1: expected text in UTF-8, found the byte 0xe9"
small 'caf\xc3\xa9 \xe2\x82\xac \xf0\x9f\x98\x80' >"$dir/utf8.net"
small "$(printf 'x%.0s' $(seq 8192))" >"$dir/long.net"
refused long.net "a checkpoint holds a network file of at most 8191"
small "$(printf 'x%.0s' $(seq $((8191 - 3 - $(wc -c <"$dir/small.net")))))" >"$dir/longest.net"
[ "$(wc -c <"$dir/longest.net")" = 8191 ] || fail "$group" "longest.net has not 8191 bytes"
for n in utf8 longest; do
  train 0 $n --net "$dir/$n.net" --epochs 1
  run 0 eval --checkpoint "$dir/$n/checkpoint.safetensors" --net "$dir/$n.net" --test-limit 50
done
group_end

group_start "data that do not fit"
python3 - "$dir" <<'PY'
import os, struct, sys
for split, n, side in ("train", 16, 12), ("t10k", 16, 200):
    os.makedirs(sys.argv[1] + "/idx", exist_ok=True)
    name = f"{sys.argv[1]}/idx/{split}"
    open(name + "-images-idx3-ubyte", "wb").write(struct.pack(">4I", 0x803, n, side, side) + bytes(k % 251 for k in range(n * side * side)))
    open(name + "-labels-idx1-ubyte", "wb").write(struct.pack(">2I", 0x801, n) + bytes(k % 10 for k in range(n)))
PY
run 1 deploy --net "$dir/small.net" --data idx --data-dir "$dir/idx" --batch 16 --image "$dir/image" && says "the test images of idx are 1x200x200"
run 1 deploy --net "$dir/small.net" --data synthetic --limit 16 --test-limit 16 --batch 16 --image /dev/full && says "cannot be written: No space left"
run 1 train --net "$dir/small.net" --data occupancy --data-dir "$dir/$long/$long/$long" --out "$dir/never" && says "the path is too long"
mkdir "$dir/room"
printf '"Temperature"\n1,day,nan,1,1,1,1,1\n' | tee "$dir/room/datatest.txt" >"$dir/room/datatraining.txt"
run 1 train --net "$dir/small.net" --data occupancy --data-dir "$dir/room" --out "$dir/never" && says "line 2: a field that is no number"
group_end

group_start "training twice gives the same weights"
train 0 straight && says "epoch 2/2"
train 0 again --device golden:base
weights straight again
same straight again
train 0 otherseed --seed 2
weights otherseed
cmp -s "$dir/straight/weights" "$dir/otherseed/weights" && fail "$group" "another seed gave the same weights"
[ "$(wc -l <"$dir/straight/log.csv")" = 3 ] || fail "$group" "log.csv has not two rows"
train 2 straight && says "add --resume"
group_end

group_start "stop anywhere and resume"
for steps in 3 10 14; do # epochs have 10 steps, the last with 6 images
  train 0 "part$steps" --steps $steps && says "go on with --resume"
  train 0 "part$steps" --resume
  weights "part$steps"
  same straight "part$steps"
done
for k in $(seq 200); do echo "1,1,1,1e308,1e308,1e308,1e308,1e308,1e308,1,1e308"; done >>"$dir/part3/log.csv"
for k in $(seq 200); do echo "1,1,1e308,1e308,1e308"; done >>"$dir/part3/steps.csv"
train 0 part3 --resume --epochs 3
[ "$(wc -l <"$dir/part3/log.csv")" = 4 ] || fail "$group" "log.csv of a log with strange rows has $(wc -l <"$dir/part3/log.csv") lines"
train 0 numbers --batch 010 --epochs 1 && run 0 info --checkpoint "$dir/numbers/checkpoint.safetensors" && says "batch          10"
train 0 limited --test-limit 7
train 0 limitedpart --test-limit 7 --steps 5
run 0 train --resume --quiet --epochs 2 --out "$dir/limitedpart"
for n in limited limitedpart; do cut -d, -f1-7 "$dir/$n/log.csv" >"$dir/$n.csv"; done
cmp -s "$dir/limited.csv" "$dir/limitedpart.csv" || fail "$group" "--resume takes other test images: $(diff "$dir/limited.csv" "$dir/limitedpart.csv" | head -3 | tr '\n' ' ')"
cut -d, -f1-7 "$dir/straight/log.csv" >"$dir/a"
cut -d, -f1-7 "$dir/part14/log.csv" >"$dir/b"
cmp -s "$dir/a" "$dir/b" || fail "$group" "log.csv differs: $(diff "$dir/a" "$dir/b" | head -3 | tr '\n' ' ')"
run 2 train --resume --net "$dir/small.net" --out "$dir/part3" --batch 8 && says "was made with --data synthetic --batch 16"
run 2 train --resume --mu 3 --out "$dir/part3" && says "other training options"
sed 's/conv 10/conv 11/' "$dir/small.net" >"$dir/other.net"
run 2 train --resume --net "$dir/other.net" --out "$dir/part3" && says "another network"
group_end

group_start "resume with decay, master weights, augmentation, stochastic rounding"
set -- --decay --master 6 --mu 5,1:3 --augment --preset niti-2021
train 0 full "$@"
train 0 fullpart "$@" --steps 13
train 0 fullpart --resume
weights full fullpart
same full fullpart
cmp -s "$dir/full/weights" "$dir/straight/weights" && fail "$group" "the options changed nothing"
group_end

# its folder is made just before it trains, which takes most of a second
until_training() {
  for _ in $(seq 3000); do [ -d "$dir/$1" ] && break; sleep 0.01; done
  sleep 0.05
}
for signal in INT TERM HUP; do
  group_start "SIG$signal in the middle of an epoch"
  out=signal$signal
  train=(train --net "$dir/small.net" --data synthetic --limit 12000 --test-limit 20 --batch 1 --epochs 1 --quiet --seed 3)
  [ -e "$dir/long/weights" ] || { run 0 "${train[@]}" --out "$dir/long" && weights long; }
  # a background job of a script ignores SIGINT, and this script may ignore more
  env --default-signal "$curta" "${train[@]}" --out "$dir/$out" >"$dir/log" 2>&1 &
  pid=$!
  until_training $out
  kill -$signal $pid 2>/dev/null
  wait $pid
  status=$?
  if [ $status = 130 ]; then
    says "go on with --resume"
    says "of 12000 images"
    [ -e "$dir/$out/checkpoint.safetensors" ] || fail "$group" "no checkpoint"
    run 0 "${train[@]}" --out "$dir/$out" --resume
    weights $out
    same long $out
  else
    fail "$group" "exit status $status, expected 130: $(head -c 300 "$dir/log" | tr '\n' ' ')"
  fi
  group_end
done

group_start "nohup: an ignored signal stays ignored"
for signal in HUP INT; do # INT: of a script's background job
  nohup "$curta" "${train[@]}" --out "$dir/ignored$signal" >"$dir/log" 2>&1 &
  pid=$!
  until_training ignored$signal
  kill -$signal $pid || fail "$group" "SIG$signal came too late to show anything"
  wait $pid
  status=$?
  [ $status = 0 ] || fail "$group" "SIG$signal: exit status $status, expected 0: $(head -c 300 "$dir/log" | tr '\n' ' ')"
  weights ignored$signal
  same long ignored$signal
done
group_end

group_start "killed without warning: the checkpoint of the last epoch is there and goes on"
many=(train --net "$dir/small.net" --data synthetic --limit 1500 --test-limit 20 --batch 16 --epochs 60 --quiet --seed 3)
"$curta" "${many[@]}" --out "$dir/killed" >"$dir/log" 2>&1 &
pid=$!
for _ in $(seq 1000); do [ -e "$dir/killed/checkpoint.safetensors" ] && break; sleep 0.01; done
kill -KILL $pid 2>/dev/null
wait $pid 2>/dev/null
run 0 info --checkpoint "$dir/killed/checkpoint.safetensors" && says "conv0.weight"
run 0 "${many[@]}" --out "$dir/killed" --resume
run 0 "${many[@]}" --out "$dir/unbroken"
weights killed unbroken
same killed unbroken
group_end

group_start "an instruction set or a way of convolution that is not here; any number of threads"
CURTA_CPU=abacus run 2 train --net "$dir/small.net" --data synthetic --out "$dir/never" && says 'no instruction set "abacus"; there are: '
train 0 threads --threads 3
weights threads
same straight threads
CURTA_CPU=c train 0 plainc
for threads in abacus 0 -1 2x ""; do
  CURTA_THREADS="$threads" run 2 train --net "$dir/small.net" --data synthetic --out "$dir/never" && says "CURTA_THREADS: \"$threads\" is no number"
done
weights plainc
same straight plainc
CURTA_CONV=abacus run 2 train --net "$dir/small.net" --data synthetic --out "$dir/never" && says 'CURTA_CONV: '
CURTA_CPU=c CURTA_CONV=winograd run 2 train --net "$dir/small.net" --data synthetic --out "$dir/never" && says 'not "winograd" here'
CURTA_CONV=direct train 0 direct
weights direct
same straight direct
group_end

group_start "logs lead their checkpoint, and a resume takes back what leads"
train 0 lead --epochs 1
(
  ulimit -f 1 # KiB: the logs of the second epoch fit, its checkpoint does not, as after a kill between the two
  "$curta" train --resume --quiet --epochs 2 --out "$dir/lead" >"$dir/log" 2>&1
)
says "checkpoint.safetensors: cannot be written"
tail -n 1 "$dir/lead/log.csv" | grep -q '^2,20,' || fail "$group" "log.csv was not written before the checkpoint"
echo "2,10,150,1,1,1,1,1,1,0,0" >>"$dir/lead/log.csv" # and an epoch whose steps are done, but not its test
train 0 lead --resume
for log in log steps; do
  for n in straight lead; do cut -d, -f1-7 "$dir/$n/$log.csv" >"$dir/$n.csv"; done
  cmp -s "$dir/straight.csv" "$dir/lead.csv" || fail "$group" "$log.csv differs: $(diff "$dir/straight.csv" "$dir/lead.csv" | head -3 | tr '\n' ' ')"
done
weights lead
same straight lead
group_end

group_start "full disk: a clear error, the old checkpoint stays"
train 0 disk --steps 3
cp "$dir/disk/checkpoint.safetensors" "$dir/old"
(
  ulimit -f 1 # KiB; the checkpoint is larger
  "$curta" train --resume --quiet --out "$dir/disk" >"$dir/log" 2>&1
)
status=$?
[ $status = 1 ] || fail "$group" "exit status $status, expected 1"
says "cannot be written"
says "the old file is still there, unchanged"
cmp -s "$dir/old" "$dir/disk/checkpoint.safetensors" || fail "$group" "the old checkpoint changed"
[ ! -e "$dir/disk/checkpoint.safetensors.tmp" ] || fail "$group" "the temporary file was left behind"
train 0 disk --resume
weights disk
same straight disk
"$curta" info >/dev/full 2>"$dir/log"
status=$?
[ $status = 1 ] || fail "$group" "info >/dev/full: exit status $status, expected 1"
group_end

group_start "no place for the result: said before the work, not after it"
no_place() { # OUT WORDS ARGS...
  local out=$1 words=$2
  shift 2
  train 1 "$out" "$@" && says "$words"
  ! grep -q "^epoch" "$dir/log" || fail "$group" "$out: trained first"
}
: >"$dir/file"
mkdir -p "$dir/folder/checkpoint.safetensors" "$dir/blocked/checkpoint.safetensors.tmp"
no_place file "Not a directory"
no_place file/below "Not a directory"
no_place folder "it is a folder" --overwrite
no_place blocked "choose another --out"
mkdir -p "$dir/logs/log.csv"
no_place logs "log.csv: cannot be written: it is a folder"
run 1 bench --net "$dir/small.net" --batch 8 --steps 1 --quiet --csv "$dir/none/bench.csv" && says "cannot be written"
! grep -q "images/s" "$dir/log" || fail "$group" "bench: measured first"
run 1 profile --net "$dir/small.net" --batch 8 --json "$dir/none/profile.json" && says "cannot be written"
run 1 profile --net "$dir/none.net" --json "$dir/new.json"
[ ! -e "$dir/new.json" ] || fail "$group" "a refused profile has left a file"
run 2 profile --net "$dir/small.net" --batch 8 --json - --csv - && says "standard output takes one of them"
run 1 deploy --net "$dir/small.net" --data nothing --image "$dir/none/image" && says "cannot be written"
group_end

group_start "closed standard files; tables on standard output are tables"
compare=(compare --net "$dir/small.net" --batch 8 --steps 2 --devices golden,golden:base)
"$curta" "${compare[@]}" --csv "$dir/compare.csv" >"$dir/log" 2>&-
[ "$(cut -d, -f1 "$dir/compare.csv" | tr '\n' ' ')" = "step 1 2 " ] || fail "$group" "messages in the CSV file: $(head -c 200 "$dir/compare.csv")"
"$curta" "${compare[@]}" --csv - 2>/dev/null | cmp -s - "$dir/compare.csv" || fail "$group" "compare --csv - prints more than the table"
"$curta" bench --net "$dir/small.net" --batch 8 --steps 1 --quiet --csv - >"$dir/bench.csv"
[ "$(awk -F, '{ print NF }' "$dir/bench.csv" | sort -u)" = 10 ] || fail "$group" "bench --csv - prints more than the table: $(head -c 200 "$dir/bench.csv")"
"$curta" info >&- 2>"$dir/log"
[ $? = 1 ] || fail "$group" "info without standard output succeeds"
group_end

group_start "a reader that goes away, a finished training, a batch larger than the data"
"$curta" train --net "$dir/small.net" --data synthetic --limit 150 --test-limit 50 --batch 16 --epochs 2 --quiet --out "$dir/pipe" 2>"$dir/log" | true
weights pipe
same straight pipe
train 0 straight --resume && says "nothing to do: 2 epochs are done"
weights straight
same straight pipe
run 0 train --net "$dir/small.net" --data synthetic --limit 5 --test-limit 3 --batch 64 --epochs 1 --quiet --out "$dir/few"
! grep -q '[0-9]\{9\} images/s' "$dir/log" || fail "$group" "a speed that cannot be: $(cat "$dir/log")"
run 0 eval --checkpoint "$dir/few/checkpoint.safetensors" --test-limit 3 && says "of 3 test images"
group_end

group_start "no gnuplot, or one that fails: a note, not a failure"
mkdir "$dir/bin"
printf '#!/bin/sh\nexit 1\n' >"$dir/bin/gnuplot"
chmod +x "$dir/bin/gnuplot"
PATH=/nonexistent train 0 plain && says "gnuplot is not installed (package gnuplot-nox)"
PATH="$dir/bin" train 0 failing && says "gnuplot failed on"
[ ! -e "$dir/plain/curve.png" ] || fail "$group" "a picture without gnuplot"
quiet_plot() { # OUT ARGS...: gnuplot has nothing to say
  train 0 "$@"
  ! grep -qi 'warning\|undefined\|no picture' "$dir/log" || fail "$group" "$*: $(head -c 300 "$dir/log" | tr '\n' ' ')"
}
quiet_plot onestep --steps 1
quiet_plot flat --limit 16 --test-limit 1 --epochs 1 --no-eval && [ -e "$dir/flat/curve.png" ] || fail "$group" "no picture of an epoch"
quiet_plot far --limit 60000 --batch 1 --steps 51
# gnuplot takes <NAME for a command to run
(cd "$dir" && "$curta" train --net small.net --data synthetic --limit 16 --batch 16 --epochs 1 --quiet --out '<echo gone >ran;' >log 2>&1)
says "begins with <"
[ ! -e "$dir/ran" ] || fail "$group" "the name of a folder was run as a command"
group_end

group_start "killed at any time: the checkpoint is an old one or a new one, never half of one"
train 0 shot --steps 3
for pause in 0.05 0.12 0.2 0.31 0.4; do
  "$curta" train --resume --quiet --epochs 60000 --limit 150 --test-limit 1 --out "$dir/shot" >"$dir/log" 2>&1 &
  pid=$!
  sleep $pause
  kill -KILL $pid
  wait $pid 2>/dev/null
  run 0 info --checkpoint "$dir/shot/checkpoint.safetensors"
done
group_end

group_start "eval and damaged checkpoints"
run 2 eval --checkpoint "$dir/straight/checkpoint.safetensors" --net "$dir/dos.net" && says "another network"
run 0 eval --checkpoint "$dir/straight/checkpoint.safetensors" --net "$dir/small.net" --test-limit 50
run 0 eval --checkpoint "$dir/straight/checkpoint.safetensors" --test-limit 50 && says "of 50 test images of synthetic"
expected=$(tail -n 1 "$dir/straight/log.csv" | cut -d, -f7)
says "accuracy ${expected%0} %"
run 0 info --checkpoint "$dir/straight/checkpoint.safetensors" && says "conv0.weight" && says "10x1x3x3"
python3 - "$dir/many" <<'PY'
import json, struct, sys
header = json.dumps({f"t{k}": {"dtype": "I8", "shape": [1], "data_offsets": [k, k + 1]} for k in range(1200)}).encode()
open(sys.argv[1], "wb").write(struct.pack("<Q", len(header)) + header + bytes(1200))
PY
run 0 info --checkpoint "$dir/many"
[ "$(grep -c '^t[0-9]' "$dir/log")" = 1200 ] || fail "$group" "of 1200 tensors $(grep -c '^t[0-9]' "$dir/log") are shown"
head -c 700 "$dir/straight/checkpoint.safetensors" >"$dir/cut"
run 1 eval --checkpoint "$dir/cut" && says "$dir/cut: offset"
cp "$dir/straight/checkpoint.safetensors" "$dir/flipped"
printf '\125' | dd of="$dir/flipped" conv=notrunc bs=1 seek=$(($(wc -c <"$dir/flipped") - 7)) 2>/dev/null
run 1 eval --checkpoint "$dir/flipped" && says "checksum"
sed 's/"step":"20"/"step":"30"/' "$dir/straight/checkpoint.safetensors" >"$dir/flipped"
run 1 eval --checkpoint "$dir/flipped" && says "checksum"
sed 's/"conv0.weight"/"conv9.weight"/' "$dir/straight/checkpoint.safetensors" >"$dir/renamed"
run 1 eval --checkpoint "$dir/renamed" && says "checksum"
sed -i 's/"crc32"/"other"/' "$dir/renamed"
run 1 eval --checkpoint "$dir/renamed" --data synthetic --test-limit 50 && says 'no tensor "conv0.weight"'
group_end

group_start "bench without time"
run 0 bench --net "$dir/small.net" --batch 8 --steps 1 --quiet --csv "$dir/bench.csv" && says "has no time"
grep -q '^conv0,forward,' "$dir/bench.csv" || fail "$group" "no row in the CSV file"
group_end

group_start "compare finds what differs"
both=(compare --net "$dir/small.net" --batch 8 --steps 3 --quiet --devices golden,golden:base)
run 0 "${both[@]}" && says "bytes compared, 0 differences"
run 1 "${both[@]}" --fault 2:conv0.weight && says "DIFFERENT command" && says "LOAD, conv0 forward" && says "conv0.weight[r 0, s 0, o 0, i 0]" && says "DIFFER in step 2"
grep -q "operand buffer A" "$dir/log" && fail "$group" "what an earlier program left is shown as a difference"
run 2 "${both[@]}" --fault 2:input && says "had no effect"
run 2 "${both[@]}" --fault 9:conv0.weight && says "had no effect"
run 2 "${both[@]}" --fault 2:nothing && says 'no tensor "nothing"'
group_end

cat >"$dir/nitro.net" <<NET
algorithm nitro-d
input 1 12 12
decay 500 200
rate 256
crop 1
flip
twice
conv 10 kernel 3 pad 1
dropout 0.1
maxpool 2
linear 20
linear 10
NET
nitro() { # STATUS OUT ARGS...
  local status=$1 out=$2
  shift 2
  run "$status" train --net "$dir/nitro.net" --data synthetic --limit 150 --test-limit 50 --batch 16 --epochs 2 --quiet --out "$dir/$out" "$@"
}
group_start "nitro-d: resume, devices and threads change nothing"
nitro 0 nitro_a && says "test"
nitro 0 nitro_b --steps 5 && says "stopped in epoch 1 after 80 of 144 images"
nitro 0 nitro_b --resume
nitro 0 nitro_c --device golden:tiny
nitro 0 nitro_d --threads 3
weights nitro_a nitro_b nitro_c nitro_d
same nitro_a nitro_b
same nitro_a nitro_c
same nitro_a nitro_d
nitro 0 nitro_e --seed 5
weights nitro_e
cmp -s "$dir/nitro_a/weights" "$dir/nitro_e/weights" && fail "$group" "another seed gives the same weights"
grep -q '^2,18,144,' "$dir/nitro_a/log.csv" || fail "$group" "150 images are not 9 whole batches of 16 an epoch"
edit() { # OUT NUMBER: the checkpoint of nitro_a with this inverse learning rate and, as older ones, without flags
  mkdir -p "$dir/$1"
  python3 - "$dir/nitro_a" "$dir/$1" "$2" <<'PY'
import json, sys
name = "/checkpoint.safetensors"
data = open(sys.argv[1] + name, "rb").read()
size = int.from_bytes(data[:8], "little")
header = json.loads(data[8:8 + size])
header["__metadata__"]["rate"] = sys.argv[3]
del header["__metadata__"]["crc32"], header["__metadata__"]["flags"]
text = json.dumps(header).encode()
open(sys.argv[2] + name, "wb").write(len(text).to_bytes(8, "little") + text + data[8 + size:])
PY
}
edit divided $((256 * 3 ** 12)) # after twelve plateaus
nitro 1 divided --resume --epochs 3 && says "the device cannot divide by the inverse learning rate 136048896"
edit older 256
cut -d, -f1-11 "$dir/nitro_a/log.csv" >"$dir/older/log.csv"
nitro 0 older --resume --epochs 3
[ "$(cut -d, -f1,12- "$dir/older/log.csv" | tr '\n' ' ')" = "epoch,rate,flags 1,, 2,, 3,256,none " ] ||
  fail "$group" "log.csv of an older program goes on as $(cut -d, -f1,12- "$dir/older/log.csv" | tr '\n' ' ')"
grep -q '"conv0.head"' "$dir/nitro_a/checkpoint.safetensors" || fail "$group" "no learning layer in the checkpoint"
run 0 eval --checkpoint "$dir/nitro_a/checkpoint.safetensors" --test-limit 50 && says "of 48 test images"
group_end

group_start "nitro-d: names, bench, compare, refusals"
run 0 info --net mlp1 --device golden:base && says "head" && says "estimated with one digit of the deltas"
grep -q "gather" "$dir/log" && fail "$group" "linear blocks gather"
run 0 info --net vgg8b --device golden:base && says "gather: an upper bound"
awk '$1 == "step" { if ($5 > 378e6 && $5 < 1.3 * 378e6) found = 1 } END { exit !found }' "$dir/log" ||
  fail "$group" "378 M cycles of a VGG8B step are estimated as $(grep '^step' "$dir/log")"
run 0 bench --net "$dir/nitro.net" --batch 8 --steps 1 --quiet && says "has no time"
run 0 compare --net "$dir/nitro.net" --batch 8 --steps 2 --quiet --devices golden,golden:base && says "0 differences"
run 1 compare --net "$dir/nitro.net" --batch 8 --steps 2 --quiet --devices golden,golden:base --fault 2:conv0.head && says "DIFFERENT command"
nitro 2 never --augment && says "the network file of nitro-d says it"
nitro 2 never --strategy spill && says "--strategy is an option of NITI"
run 2 info --net "$dir/small.net" --sequential && says "--sequential is an option of nitro-d"
run 1 info --net mlp9 && says "neither a file nor a network of nets/"
sed 's/^rate 256/rate 500/' "$dir/nitro.net" >"$dir/rate.net"
run 1 train --net "$dir/rate.net" --data synthetic --limit 150 --batch 16 --out "$dir/never" && says "rate: the device divides"
sed 's/^rate 256/slope 5/' "$dir/nitro.net" >"$dir/slope.net"
run 1 train --net "$dir/slope.net" --data synthetic --limit 150 --batch 16 --out "$dir/never" && says "slope: the device divides by 4, 8 and 16"
sed 's/^rate 256/amplify 1/; s/^decay.*/decay 0 0/' "$dir/nitro.net" >"$dir/wide.net"
run 1 train --net "$dir/wide.net" --data synthetic --limit 1500 --batch 16 --epochs 40 --quiet --out "$dir/wide" --test-limit 50 && says "a weight needs more than 18 bits"
group_end

group_start "nitro-d: plateau, early stop"
cat >"$dir/plateau.net" <<NET
algorithm nitro-d
input 1 4 4
rate 256
epochs 90
linear 12
linear 10
NET
run 0 train --net "$dir/plateau.net" --data synthetic --limit 40 --test-limit 20 --batch 20 --quiet --out "$dir/plateau"
rates=$(sed -n 's/^inverse learning rate \([0-9]*\) from now on$/\1/p' "$dir/log" | tr '\n' ' ')
[ "$rates" = "768 2304 " ] || fail "$group" "inverse learning rates $rates"
says "stopped early: no gain of a hundredth in the last epochs"
grep -B1 "^stopped early" "$dir/log" | grep -q "^epoch 65/90" || fail "$group" "stopped elsewhere than in epoch 65: $(tail -n 3 "$dir/log" | tr '\n' ' ')"
weights plateau
cp "$dir/plateau/weights" "$dir/before"
stays="note: --no-eval: the learning rate stays and nothing stops early"
grep -q "no-eval" "$dir/log" && fail "$group" "a note without a reason: $(grep no-eval "$dir/log")"
run 0 train --net "$dir/plateau.net" --data synthetic --limit 40 --batch 20 --epochs 70 --quiet --no-eval --out "$dir/untested" && says "$stays" && says "epoch 70/70"
run 0 train --help && says "then no plateau and no early stop either"
run 0 train --resume --quiet --out "$dir/plateau" && says "nothing to do: the schedule of the network has stopped this training after 65 epochs"
weights plateau
cmp -s "$dir/before" "$dir/plateau/weights" || fail "$group" "a training that was stopped early went on"
group_end

group_start "nitro-d: what leaves its range is said"
ranges() { # OUT DECAY IMAGES EPOCHS ARGS...: one batch an epoch, far too high a learning rate
  local out=$1 decay=$2 images=$3 epochs=$4
  shift 4
  printf 'algorithm nitro-d\ninput 1 12 12\ndecay %s\namplify 64\nrate 256\nlinear 20\nlinear 10\n' "$decay" >"$dir/$out.net"
  run 0 train --net "$dir/$out.net" --data synthetic --limit "$images" --batch "$images" --test-limit 1024 --epochs "$epochs" --quiet --out "$dir/$out" "$@"
}
sum_note="note: a sum has left int32"
wrap_note="note: a loss gradient has left int8"
ranges sum "30 30" 1024 2 && says "$sum_note"
ranges wrap "500 200" 256 4 && says "$wrap_note" && says "images/s  flags WRAP"
[ "$(cut -d, -f12,13 "$dir/wrap/log.csv" | tr '\n' ' ')" = "rate,flags 256,none 256,none 256,none 256,WRAP " ] ||
  fail "$group" "rates and flags in log.csv: $(cut -d, -f12,13 "$dir/wrap/log.csv" | tr '\n' ' ')"
run 0 train --resume --quiet --epochs 4 --out "$dir/wrap" && says "nothing to do: 4 epochs" && says "$wrap_note"
run 1 train --resume --quiet --epochs 5 --out "$dir/wrap" && says "a weight needs more than 18 bits" && says "$wrap_note" && says "$sum_note"
ranges wrapsteps "500 200" 256 9 --steps 4 && says "go on with --resume" && says "$wrap_note"
ranges range "500 200" 256 3
grep -q "^note" "$dir/log" && fail "$group" "a note without a reason: $(cat "$dir/log")"
group_end

group_start "no RTL in this build"
run 1 train --net "$dir/small.net" --data synthetic --device rtl --out "$dir/never" && says "this build has no simulated device"
group_end
exit $failed
