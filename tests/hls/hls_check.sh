#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# hls_check.sh - what can be said of the HLS kernels without an HLS tool: subset, warnings, initiation intervals
# usage: hls_check.sh   from the repository root
export CCACHE_DISABLE=1 # it would take the syntax tree of one kernel for that of another
failed=0 log=$(mktemp)
trap 'rm -f "$log"' EXIT
kernels=(hls/curta_hls_load.c hls/curta_hls_gemm.c hls/curta_hls_requant.c hls/curta_hls_update.c)
for config in tiny base large; do
  read -ra parameters <<<"$(python3 sim/verilator/config.py $config hls)"
  flags=("${parameters[@]}" -Ihls -Igolden -Iinclude)
  warn=(-Wall -Wextra -Wconversion -Wshadow -Wvla -Werror -Wno-unknown-pragmas -Wno-unused-label -Wno-missing-field-initializers -fsyntax-only)
  for compiler in "gcc -std=c11" "clang -std=c11" "g++ -std=c++17 -x c++" "clang++ -std=c++17 -x c++"; do
    for mode in "" -DCURTA_HLS_BAMBU; do
      # shellcheck disable=SC2086
      $compiler "${warn[@]}" "${flags[@]}" $mode "${kernels[@]}" >"$log" 2>&1 || {
        echo "FAIL hls warnings: $compiler $config $mode: $(head -n 1 "$log")"
        failed=1
      }
    done
  done
  python3 tests/hls/subset.py -std=c11 -w "${flags[@]}" -- "${kernels[@]}" >"$log" || failed=1
  if [ $config = base ]; then cat "$log"; else grep FAIL "$log"; fi
done
# What subset.py must find: planted in the kernel of requantisation, one at a time.
planted=$(mktemp -d)
trap 'rm -rf "$log" "$planted"' EXIT
plant() { # WORDS DECLARATION STATEMENT
  sed -e "s|^struct map {|$2\n&|" -e "s|^  uint32_t bad = 0;|&\n  $3|" hls/curta_hls_requant.c >"$planted/curta_hls_requant.c"
  python3 tests/hls/subset.py -std=c11 -w "${flags[@]}" -- "$planted/curta_hls_requant.c" >"$log" 2>&1
  grep -qF -- "$1" "$log" || {
    echo "FAIL hls subset, planted: no \"$1\" in: $(head -n 1 "$log")"
    failed=1
  }
}
plant "PASS hls subset" "" ""
plant "p of union planted is or has a pointer" "union planted { const uint32_t *p; uint64_t v; };" ""
plant "h of union planted is or has a pointer" "struct holder { const uint32_t *p; }; union planted { struct holder h; uint64_t v; };" ""
plant "p of union  is or has a pointer" "" "union { uint32_t *p; uint64_t v; } u; u.v = 0;"
plant "IntegralToPointer" "" "const uint32_t *far = (const uint32_t *)(uintptr_t)scale[0]; bad = far[0];"
plant "points to pointers" "struct planted { uint32_t **p; };" ""
[ $failed = 0 ] && echo "PASS hls warnings: C11 and C++17, gcc and clang, every configuration, none"
# With decay, so that every loop runs. Of a network that does not use them all: those that it uses.
"${BUILD:-build}/tests/hls/cycles" hls/README.md nets/lenet.net 8 tests/nitro-cnn.net 13 all || failed=1
"${BUILD:-build}/tests/hls/cycles" hls/README.md nets/vgg3.net 2 || failed=1
exit $failed
