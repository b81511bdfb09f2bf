#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_deploy.sh - curta deploy refuses what the machine's firmware has no room for, before a file is written or a byte sent: each limit (docs/standalone.md) as it is and one more
# usage: test_deploy.sh [CURTA]   from the repository root; default build/curta-golden
set -u
export CURTA_THREADS=1
curta=$(realpath "${1:-${BUILD:-build}/curta-golden}")
dir=$(mktemp -d /tmp/curta-test-deploy-XXXXXX)
trap 'rm -rf "$dir"' EXIT
failed=0
group_start() { group=$1 bad=0; }
group_end() {
  [ $bad = 0 ] && echo "PASS deploy: $group"
  return 0
}
fail() {
  echo "FAIL deploy: $group: $1: $(head -c 400 "$dir/log" | tr '\n' ' ')"
  failed=1 bad=1
}
# deploy STATUS LAYERS ARGS...: a network of these layers (";" ends a line), no test images unless ARGS say so; output in $dir/log
deploy() {
  local expected=$1 got tests=--no-eval
  tr ';' '\n' <<<"$2" >"$dir/job.net"
  shift 2
  [[ " $* " == *" --test-limit "* ]] && tests=
  rm -f "$dir/job"
  "$curta" deploy --net "$dir/job.net" --data synthetic $tests --image "$dir/job" "$@" >"$dir/log" 2>&1
  got=$?
  [ $got = "$expected" ] || fail "exit status $got, expected $expected: $*"
}
says() { grep -qF -- "$1" "$dir/log" || fail "no \"$1\""; }
fits() { # LAYERS ARGS...: accepted, without a note
  deploy 0 "$@"
  [ -s "$dir/job" ] || fail "no package"
  ! grep -q note: "$dir/log" || fail "a note"
}
noted() { # WORDS LAYERS ARGS...: accepted, with a note
  local words=$1
  shift
  deploy 0 "$@"
  [ -s "$dir/job" ] || fail "no package"
  says "note: $words"
}
refused() { # STATUS WORDS LAYERS ARGS...
  local status=$1 words=$2
  shift 2
  deploy "$status" "$@"
  says "$words"
  [ "$(wc -l <"$dir/log")" = 1 ] || fail "more than one line"
  [ ! -e "$dir/job" ] || fail "refused, but a package is written"
}
dense="input 1 8 8;linear 10"

group_start "NITI only, no augmentation"
refused 2 "trains with NITI only" "algorithm nitro-d;$dense" --batch 8 --limit 16
refused 2 "--augment: a device alone cannot do that" "$dense" --batch 8 --limit 16 --augment
group_end

group_start "whole batches"
fits "$dense" --batch 8 --limit 16 --test-limit 8
refused 2 "--limit (17) and --test-limit (0) must be multiples of --batch 8" "$dense" --batch 8 --limit 17
refused 2 "--limit (16) and --test-limit (9) must be multiples of --batch 8" "$dense" --batch 8 --limit 16 --test-limit 9
group_end

group_start "256 classes"
fits "input 1 8 8;linear 256" --batch 8 --limit 16
refused 1 "synthetic has 257 classes; the network's last layer and a package allow 256" "input 1 8 8;linear 257" --batch 8 --limit 16
group_end

group_start "1,024 images a batch"
fits "$dense" --batch 1024 --limit 1024
refused 2 "room for 1024 images a batch: --batch 1025 is too large" "$dense" --batch 1025 --limit 1025
group_end

group_start "65,536 training images"
fits "input 1 2 2;linear 2" --batch 8 --limit 65536 --test-limit 65544
refused 2 "room for 65536 training images, not for 65537: use --limit 65535" "input 1 2 2;linear 2" --batch 5 --limit 65537
group_end

group_start "786,432 weights a layer"
fits "input 1 24 32;linear 1024;relu;linear 10" --batch 8 --limit 8
refused 1 "linear0 has 786440 weights, a device alone has room for 786432 a layer" "input 1 5 8;linear 19661;relu;linear 10" --batch 8 --limit 8
refused 1 "conv2 has 786600 weights, a device alone has room for 786432 a layer" "input 1 8 8;conv 300 kernel 3;relu;conv 2622 kernel 1;relu;flatten;linear 10" --batch 8 --limit 8
group_end

group_start "256 KB a batch where the input has no windows"
conv="kernel 3;relu;flatten;linear 10"
noted "a device of configuration tiny cannot" "input 3 16 16;conv 8 $conv" --batch 341 --limit 341
refused 1 "a batch of 262656 bytes where input rows are no windows of an image, it has room for 262144: use --batch 341 or less" "input 3 16 16;conv 8 $conv" --batch 342 --limit 342
fits "input 1 32 32;linear 10" --batch 257 --limit 257
noted "a device of configuration tiny cannot train this: a batch of 262640 bytes where" "input 1 28 28;conv 8 kernel 20 stride 2;relu;flatten;linear 10" --batch 335 --limit 335
refused 1 "a batch of 262640 bytes" "input 1 28 28;conv 8 kernel 5 stride 2 pad 2;relu;flatten;linear 10" --batch 335 --limit 335
refused 1 "a batch of 270000 bytes where input rows are no windows of an image, it has room for 262144: use smaller images" "input 3 300 300;conv 8 kernel 5 stride 2;relu;maxpool 4;flatten;linear 10" --batch 1 --limit 1
group_end

# The text of the network fills a package up to the byte: BYTES LAYERS ARGS...
filled() {
  local bytes=$1 layers=$2 have comment
  shift 2
  deploy 0 "$layers" "$@"
  have=$(wc -c <"$dir/job")
  [ "$have" -lt "$bytes" ] && [ $((bytes - have)) -lt 8000 ] || fail "$have bytes without a comment"
  comment=$(printf "%$((bytes - have - 2))s" '' | tr ' ' x)
  full="$layers;#$comment"
}
group_start "a package of 12 MB less 4 KB"
big="--batch 16 --limit 16000 --test-limit 16"
# shellcheck disable=SC2086
filled 12578816 "input 1 28 28;linear 10" $big
# shellcheck disable=SC2086
noted "the package has 12578816 bytes, a flash keeps 11534336" "$full" $big
# shellcheck disable=SC2086
refused 1 "the package has 12578820 bytes, a device alone has room for 12578816: use --limit and --test-limit, in all 16015 images at most" "${full}x" $big
refused 1 "in all 16023 images at most" "input 1 28 28;linear 10" --batch 1 --limit 16024
noted "the package has 12578" "input 1 28 28;linear 10" --batch 1 --limit 16023
group_end

group_start "a package that a flash does not keep"
big="--batch 16 --limit 14688"
# shellcheck disable=SC2086
filled 11534336 "input 1 28 28;linear 10" $big
# shellcheck disable=SC2086
fits "$full" $big
# shellcheck disable=SC2086
noted "the package has 11534340 bytes, a flash keeps 11534336: after a power cut the machine will not go on with it" "${full}x" $big
group_end

group_start "16 MB for the accelerator"
wide="conv 64 kernel 3 pad 1;relu;maxpool 2;conv 64 kernel 3;relu;flatten;linear 10"
noted "a device of configuration base cannot train this: device memory too small (a smaller batch needs less): needs 17448960, has 16777216" "input 1 28 28;$wide" --batch 64 --limit 64
refused 1 "a device alone cannot train this (configuration base): device memory too small (a smaller batch needs less): needs " "input 1 28 28;$wide" --batch 112 --limit 112
group_end

group_start "16,384 commands"
deep=
for _ in 1 2 3 4; do deep="${deep}conv 64 kernel 3 pad 1;relu;"; done
noted "a device of configuration tiny cannot train this: too many commands (a smaller batch or network needs less): needs 19309, has room for 16384" "input 1 12 12;${deep}flatten;linear 10" --batch 8 --limit 8
group_end

group_start "what the planner refuses"
refused 1 "a device alone cannot train this (configuration base): the last layer must be linear" "input 1 8 8;flatten;linear 10;relu" --batch 8 --limit 8
group_end

group_start "1 MB less 4 KB of weights with a flash"
# 172 + 81 + 2 pages, then one more
fits "input 1 28 28;linear 896;relu;linear 368;relu;linear 10" --batch 8 --limit 8
noted "the weights take 1048576 bytes, a checkpoint in flash has room for 1044480: only a machine without a flash can train this" "input 1 28 28;linear 896;relu;linear 368;relu;linear 20" --batch 8 --limit 8
noted "the weights take " "input 1 28 28;linear 400;relu;linear 100;relu;linear 10" --batch 8 --limit 8 --master 4
group_end

group_start "refused before the machine is asked"
deploy 2 "$dense" --batch 1025 --limit 1025 --device "serial:$dir/none"
says "room for 1024 images a batch"
deploy 1 "input 1 28 28;$wide" --batch 112 --limit 112 --device "serial:$dir/none"
says "a device alone cannot train this"
deploy 1 "input 1 28 28;linear 10" --batch 1 --limit 16024 --device "serial:$dir/none"
says "the package has"
deploy 3 "$dense" --batch 8 --limit 16 --device "serial:$dir/none"
says "No such file"
group_end
exit $failed
