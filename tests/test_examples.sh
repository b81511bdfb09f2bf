#!/bin/sh
# test_examples.sh - the examples run and say what docs/programming.md says they say.
cd "$(dirname "$0")/.." || exit 1
failed=0
check() { # name, expected text
  out=$(build/examples/"$1" 2>&1)
  status=$?
  if [ $status = 0 ] && echo "$out" | grep -q "$2"; then echo "PASS example $1"; else
    echo "FAIL example $1: exit status $status, printed: $out"
    failed=1
  fi
}
check gemm '0 of 64 results differ'
check train_step '^step 29: 3[0-2] of 32 correct'
exit $failed
