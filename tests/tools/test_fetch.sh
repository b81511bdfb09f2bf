#!/bin/bash
# SPDX-License-Identifier: Apache-2.0
# test_fetch.sh - fetch_data.sh without the network: its checks, and a download from a stand-in for curl
set -u
dir=$(mktemp -d /tmp/curta-test-fetch-XXXXXX)
trap 'rm -rf "$dir"' EXIT
failed=0
expect() { # NAME STATUS WORDS COMMAND...
  local name=$1 status=$2 words=$3 got
  shift 3
  "$@" >"$dir/log" 2>&1
  got=$?
  if [ $got = "$status" ] && grep -qF -- "$words" "$dir/log"; then
    echo "PASS $name"
  else
    echo "FAIL $name: exit status $got, expected $status with \"$words\": $(head -c 300 "$dir/log" | tr '\n' ' ')"
    failed=1
  fi
}
mkdir "$dir/mnist" "$dir/bin"
echo nonsense >"$dir/mnist/train-images-idx3-ubyte.gz"
expect "fetch_data: a missing file" 1 "train-labels-idx1-ubyte.gz: no such file" tools/fetch_data.sh --check mnist "$dir/mnist"
expect "fetch_data: a wrong sum names both" 1 "expected SHA-256 440fcabf73cc546fa21475e81ea370265605f56be210a4024d2ca8f203523609, found " tools/fetch_data.sh --check mnist "$dir/mnist"
expect "fetch_data: an unknown data set" 2 'unknown data set "imagenet"' tools/fetch_data.sh imagenet
expect "fetch_data: --help" 0 "usage:" tools/fetch_data.sh --help
# A curl that delivers rubbish: nothing may be left under the real name.
printf '#!/bin/sh\nwhile [ "$1" != --output ]; do shift; done\necho rubbish >"$2"\n' >"$dir/bin/curl"
chmod +x "$dir/bin/curl"
expect "fetch_data: a wrong download is removed" 1 "was not fetched" env PATH="$dir/bin:$PATH" CURTA_DATA="$dir/new" tools/fetch_data.sh mnist
left=$(find "$dir/new" -type f)
if [ -z "$left" ]; then echo "PASS fetch_data: nothing is left behind"; else
  echo "FAIL fetch_data: nothing is left behind: $left"
  failed=1
fi
exit $failed
