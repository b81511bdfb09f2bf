#!/bin/sh
# lint.sh - every static check of the house; one PASS or FAIL line each.
cd "$(dirname "$0")/../.." || exit 1
failed=0
log=$(mktemp)
trap 'rm -f "$log"' EXIT
check() { # name, command...
  name=$1
  shift
  if "$@" >"$log" 2>&1; then echo "PASS lint $name"; else
    echo "FAIL lint $name: $*"
    head -n 12 "$log"
    failed=1
  fi
}
python3 tests/lint/tree.py || failed=1
python3 tests/lint/tops.py || failed=1
check generated python3 tools/gen_spec.py --check
check mutants-apply python3 tests/mutants/run.py --check
check python sh -c 'python3 -m py_compile $(git ls-files "*.py")'
rtl=$(ls rtl/*.v rtl/lib/*.v)
# Parameters of a configuration as Verilator flags: the one place that knows them is spec/curta.toml.
params() {
  python3 - "$1" <<'P'
import sys, tomllib
c = tomllib.load(open("spec/curta.toml", "rb"))["config"][sys.argv[1]]
keys = ["T", "R", "C", "V", "BUS", "A_TILES", "B_TILES", "P_TILES", "DIGIT", "LANES", "OUTST"]
print(" ".join(f"-G{k}={c[k]}" for k in keys), f"-GCODE={c['code']}")
P
}
for config in tiny base large; do
  # shellcheck disable=SC2046,SC2086
  check "verilator-$config" verilator --lint-only -Wall -Irtl --top-module curta $(params $config) $rtl
done
# shellcheck disable=SC2086
check icarus iverilog -g2005 -Wall -Wno-timescale -Irtl -s curta -o /dev/null $rtl
for config in tiny base large; do
  chparam=$(params $config | sed 's/-G\([A-Z_]*\)=\([0-9]*\)/-chparam \1 \2/g')
  check "yosys-$config" yosys -q -p "read_verilog -Irtl $(echo $rtl); hierarchy -check -top curta $chparam; proc; flatten; opt_clean; check -assert; select -assert-none t:\$dlatch t:\$adlatch t:\$dlatchsr t:\$sr"
done
for cc in gcc clang; do # the real rules: every set of kernels with the instructions that it is for
  check "warnings-$cc" make -s --no-print-directory CC=$cc CFLAGS=-O1 BUILD=build/lint-$cc build/lint-$cc/golden/libcurta_golden.a build/lint-$cc/driver/libcurta.a
done
check warnings-arm make -s golden-syntax CC=aarch64-linux-gnu-gcc CFLAGS=-O1
check freestanding sh -c "for f in \$(git ls-files 'driver/*.c'); do gcc -std=c11 -ffreestanding -fno-builtin -Wall -Werror -Iinclude -Igolden -fsyntax-only \$f || exit 1; done"
exit $failed
