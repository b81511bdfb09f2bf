#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# demo.sh - what `make demo` shows: a network trained with integers only, and the hardware computing the same bits
#
# 1. LeNet on all 60,000 images of Fashion-MNIST on the golden device (while the simulator is being compiled)
# 2. the first steps of the same training on the simulated RTL, compared command by command with the golden device
# 3. where the cycles of a step go, and a summary
# CURTA_DEMO_EPOCHS (default 3), CURTA_DEMO_STEPS (default 20); output in build/demo.
set -euo pipefail
cd "$(dirname "$0")/.."
build=${BUILD:-build}
out=$build/demo
epochs=${CURTA_DEMO_EPOCHS:-3}
steps=${CURTA_DEMO_STEPS:-20}
make=${MAKE:-make}
same=(--net nets/lenet.net --data fashion-mnist --seed 1)

rm -rf "$out"
mkdir -p "$out"
say() { printf '\n== %s  [%d:%02d]\n' "$1" $((SECONDS / 60)) $((SECONDS % 60)); }

say "building the golden device and the curta program"
$make --no-print-directory "$build/curta-golden" >"$out/build.log" 2>&1 || {
  tail -n 20 "$out/build.log"
  exit 1
}
$make --no-print-directory "$build/curta" >"$out/build-rtl.log" 2>&1 &
compiling=$!
trap 'kill $compiling 2>/dev/null || true' EXIT

say "LeNet, $epochs epochs of Fashion-MNIST, integers only, on the golden device (the RTL simulator compiles meanwhile)"
"$build/curta-golden" train "${same[@]}" --epochs "$epochs" --out "$out/lenet"

say "the RTL simulator"
wait $compiling || {
  tail -n 20 "$out/build-rtl.log"
  echo "demo: the RTL simulator could not be built, see $out/build-rtl.log"
  exit 1
}
trap - EXIT
echo "built"

say "the first $steps steps again, on the Verilog and on the golden device in lock-step"
"$build/curta" compare "${same[@]}" --devices golden,rtl:base --steps "$steps" --csv "$out/compare.csv" | tee "$out/compare.txt"
if command -v gnuplot >/dev/null; then
  gnuplot <<PLOT
set datafile separator ','
set terminal pngcairo size 1000,600 font 'sans,11'
set output '$out/compare.png'
set title 'The first training steps: golden device and Verilog are one line'
set xlabel 'step'
set ylabel 'training loss'
set grid
plot '$out/compare.csv' every ::1 using 1:2 with lines lw 6 lc rgb '#9ecae1' title 'golden (C model)', \\
     '' every ::1 using 1:3 with linespoints lw 1.5 pt 7 ps 0.7 lc rgb '#a50f15' title 'RTL (simulated Verilog)'
PLOT
fi

say "where the cycles of a training step go (Verilog, configuration base: 8x8x2 = 128 MAC/cycle, 8 bytes/cycle of memory)"
"$build/curta" bench "${same[@]}" --device rtl:base --steps 2 --csv "$out/bench.csv" | tee "$out/bench.txt"

say "summary"
awk -F, 'NR == 1 { print "epoch  train loss  train accuracy  test accuracy" } NR > 1 { printf "%5d  %10.4f  %12.2f %%  %11.2f %%\n", $1, $4, $5, $7 }' \
  "$out/lenet/log.csv"
echo
grep -E "cycles a step|differences" "$out/compare.txt"
awk -F, '$1 == "step" { printf "array utilization of a whole training step: %s %% (useful products only)\n", $6 }' "$out/bench.csv"
awk -F, 'NR > 1 && $4 > 0 && $1 != "step" { printf "  %-8s %-12s %5s %%\n", $1, $2, $6 }' "$out/bench.csv"
[ ! -e "$out/lenet/curve.png" ] || echo "learning curve:  $out/lenet/curve.png"
[ ! -e "$out/compare.png" ] || echo "golden and RTL:  $out/compare.png"
echo "weights:         $out/lenet/checkpoint.safetensors"
printf 'total time:      %d:%02d\n' $((SECONDS / 60)) $((SECONDS % 60))
